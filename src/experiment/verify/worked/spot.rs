//! Policies for spot capacity: three zones without notice at 1.20, 1.00 and 1.10 for each GPU-hour, and the same on demand
//! for 4.00. A refusal is heard after 5 s, and nobody asks that zone for three minutes.
//!
//! A job that is thrown out has lost all that it did, unless the case says otherwise.

use crate::model::{
    Class, Discipline, Horizon, Incident, Model, Placement, Preemption, RentKind, SpotPolicy,
    StrategySettings, Uniform, Zones,
};
use crate::units::{PoolId, SimTime, Span};

use super::super::system::estate;
use super::{Asked, HOUR, MINUTE, Task, Worked, rented, task};

const FAMILY: &str = "Policies for spot capacity, worked by hand";

/// Zones a, b, c, and what stays; in millionths for each GPU-hour.
const PRICES: [u64; 4] = [1_200_000, 1_000_000, 1_100_000, 4_000_000];
const HEARD: u64 = 5_000;
const MEMORY: u64 = 3 * MINUTE;

pub(super) fn cases() -> Vec<Worked> {
    vec![
        cheapest(),
        on_demand_at_once(),
        retry_same(),
        eager_next(),
        bandit(),
        uniform_progress(),
    ]
}

fn model(zones: Zones, on_demand_after: Option<Span>) -> Model {
    let [a, b, c, stays] = PRICES;
    let pools = vec![
        rented("a", RentKind::Spot, a),
        rented("b", RentKind::Spot, b),
        rented("c", RentKind::Spot, c),
        rented("stays", RentKind::OnDemand, stays),
    ];
    let class = Class {
        preemption: Preemption::Kill {
            restart: Span::ZERO,
        },
        ..Class::bare("training", (0..4).map(PoolId::from).collect())
    };
    let settings = StrategySettings {
        placement: Placement::PublicOnly,
        spot: Some(SpotPolicy {
            zones,
            on_demand_after,
            uniform: None,
        }),
        ..StrategySettings::bare("spot", Discipline::Fifo)
    };
    let horizon = Horizon::At(SimTime(100 * HOUR));
    Model {
        tenants: vec!["a".to_owned()],
        ..estate(pools, vec![class], Vec::new(), horizon, vec![settings])
    }
}

/// What a zone has, in instances, from an instant on.
fn market(pool: u16, steps: &[(u64, u32)]) -> Vec<Incident> {
    let steps: Vec<_> = steps.iter().map(|&(at, n)| (SimTime(at), n)).collect();
    Incident::capacities(PoolId(pool), Some(Span::ZERO), steps).collect()
}

fn case(
    name: &'static str,
    model: Model,
    tasks: Vec<Task>,
    weather: &[Vec<Incident>],
    expected: Vec<(Asked, i128)>,
) -> Worked {
    Worked {
        family: FAMILY,
        name,
        model,
        tasks,
        weather: weather.concat(),
        expected,
    }
}

/// What four GPUs cost for so many ms in each of the pools, in ticks: a millionth of a unit for each GPU-hour is a
/// thousand ticks for each GPU and millisecond.
fn cost(ms: [u64; 4]) -> i128 {
    let of = |(ms, price): (u64, u64)| 4 * i128::from(ms) * i128::from(price) * 1000;
    ms.into_iter().zip(PRICES).map(of).sum()
}

const fn ms(span: u64) -> i128 {
    span as i128
}

/// b and c are empty: b is asked, then c, then a.
fn cheapest() -> Worked {
    let dry = [market(1, &[(0, 0)]), market(2, &[(0, 0)])];
    case(
        "cheapest order: b, c, a",
        model(Zones::Cheapest, None),
        vec![task(0, 0, 4, HOUR)],
        &dry,
        vec![
            (Asked::End(0), ms(2 * HEARD + HOUR)),
            (Asked::Cost, cost([HOUR, 0, 0, 0])),
        ],
    )
}

/// All are empty: on demand after three refusals.
fn on_demand_at_once() -> Worked {
    let dry = [0, 1, 2].map(|pool| market(pool, &[(0, 0)]));
    case(
        "cheapest order, then on demand",
        model(Zones::Cheapest, Some(Span::ZERO)),
        vec![task(0, 0, 4, HOUR)],
        &dry,
        vec![
            (Asked::End(0), ms(3 * HEARD + HOUR)),
            (Asked::Cost, cost([0, 0, 0, HOUR])),
        ],
    )
}

/// It starts in b, which is empty from 1 h on. Asked at 1 h and once more when that is forgotten; then c.
fn retry_same() -> Worked {
    let dry = [market(1, &[(0, 9), (HOUR, 0)])];
    let again = HOUR + HEARD + MEMORY + HEARD;
    case(
        "retry the same zone twice",
        model(Zones::RetrySame { tries: 2 }, None),
        vec![task(0, 0, 4, 2 * HOUR)],
        &dry,
        vec![
            (Asked::Asks(1), 3),
            (Asked::End(0), ms(again + 2 * HOUR)),
            (Asked::Cost, cost([0, HOUR, 2 * HOUR, 0])),
        ],
    )
}

/// It starts in a, which is lost at 1 h. b is empty; c is lost at 2 h, and a is next again.
fn eager_next() -> Worked {
    let dry = [
        market(0, &[(0, 9), (HOUR, 0), (HOUR + 1, 9)]),
        market(1, &[(0, 0)]),
        market(2, &[(0, 9), (2 * HOUR, 0)]),
    ];
    case(
        "the next zone at once: a, b, c, a",
        model(Zones::EagerNext, None),
        vec![task(0, 0, 4, 9 * HOUR)],
        &dry,
        vec![
            (Asked::End(0), ms(11 * HOUR)),
            (Asked::Cost, cost([10 * HOUR, 0, HOUR - HEARD, 0])),
        ],
    )
}

/// b is cheapest and always empty; nine jobs of a minute, one an hour. Each zone is tried once, the cheapest first: b, c, a.
/// Then those who granted are alike and c is cheaper: c, a, c, a … each promises 1 + √(2 ln N ÷ n), b only √(2 ln N).
/// With n asks of a and of c each, N = 2n + 1: n = 3: 1 + √(2 · 1.946 ÷ 3) = 2.139 > 1.973; n = 4:
/// 1 + √(2 · 2.197 ÷ 4) = 2.048 < 2.096. So the ninth job asks b again, in vain, and then c: a 4, b 2, c 5.
fn bandit() -> Worked {
    let dry = [market(1, &[(0, 0)])];
    case(
        "bandit (UCB1) of nine jobs",
        model(Zones::Bandit, None),
        (0..9).map(|n| task(0, n * HOUR, 4, MINUTE)).collect(),
        &dry,
        vec![
            (Asked::Asks(0), 4),
            (Asked::Asks(1), 2),
            (Asked::Asks(2), 5),
            (Asked::Cost, cost([4 * MINUTE, 0, 5 * MINUTE, 0])),
        ],
    )
}

/// Four hours of work, ten to the deadline, a changeover of 15 min; nothing is lost. Only b, and what stays.
///
/// Spot from 0 to 2 h: the line is where that is at 5 h. A millisecond later it is behind and goes on demand; it gains
/// 1 − .4 an hour on the line of two changeovers later, .2 h away: after 20 min it tries spot in vain, until the line has
/// caught up at 5 h 50 min. 20 min on demand later spot is there. Each step takes a millisecond of rounding.
fn uniform_progress() -> Worked {
    let dry = [market(1, &[(0, 9), (2 * HOUR, 0), (6 * HOUR, 9)])];
    let mut model = model(Zones::Cheapest, Some(Span::ZERO));
    let class = &mut model.classes[0];
    class.deadline = Some(Span(10 * HOUR));
    class.pools = vec![PoolId(1), PoolId(3)];
    class.preemption = Preemption::Checkpoint {
        write: Span::ZERO,
        restart: Span::ZERO,
    };
    if let Some(policy) = &mut model.strategies[0].spot {
        policy.uniform = Some(Uniform {
            changeover: Span(15 * MINUTE),
        });
    }
    let stays = 2 * (20 * MINUTE + 1);
    case(
        "uniform progress",
        model,
        vec![task(0, 0, 4, 4 * HOUR)],
        &dry,
        vec![
            (Asked::Asks(3), 2),
            (Asked::End(0), ms(7 * HOUR + 30 * MINUTE + 2)),
            (Asked::Cost, cost([0, 4 * HOUR - stays, 0, stays])),
        ],
    )
}
