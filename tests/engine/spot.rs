//! Policies for spot capacity: which zone is asked next, and who goes on demand when, worked by hand.

use crate::common::clouds::{HOUR, MINUTE, steps, terms, world};
use crate::common::worlds::{Row, rented, timeline};
use crate::common::{Everything, play};
use plimsoll::journal::Fact;
use plimsoll::model::{
    Horizon, Incident, Model, Placement, Pool, Preemption, RentKind, Rented, SpotPolicy, Uniform,
    Zones,
};
use plimsoll::units::{PoolId, SimTime, Span};

/// A spot zone of nodes of four at so many millionths for each GPU-hour, without notice.
fn zone(name: &str, price: u64) -> Pool {
    let terms = Rented {
        kind: RentKind::Spot,
        prices: steps(&[(0, price)]),
        ..terms()
    };
    rented(name, 4, terms)
}

/// Three zones, the second the cheapest, and the same on demand for four times as much.
fn estate(zones: Zones, on_demand_after: Option<Span>) -> Model {
    let stays = Rented {
        prices: steps(&[(0, 4_000_000)]),
        ..terms()
    };
    let pools = vec![
        zone("a", 1_200_000),
        zone("b", 1_000_000),
        zone("c", 1_100_000),
        rented("stays", 4, stays),
    ];
    let mut model = world(pools, Placement::PublicOnly);
    model.horizon = Horizon::At(SimTime(100 * HOUR));
    model.classes[0].preemption = Preemption::Kill {
        restart: Span::ZERO,
    };
    model.strategies[0].spot = Some(SpotPolicy {
        zones,
        on_demand_after,
        uniform: None,
    });
    model
}

/// What a market has, in instances, from an instant on.
fn market(pool: u16, steps: &[(u64, u32)]) -> Vec<Incident> {
    let steps: Vec<_> = steps.iter().map(|&(at, n)| (SimTime(at), n)).collect();
    Incident::capacities(PoolId(pool), Some(Span::ZERO), steps).collect()
}

fn lived(model: &mut Model, rows: &[Row], weather: &[Vec<Incident>]) -> Everything {
    let mut timeline = timeline(model, rows);
    timeline.weather = weather.concat();
    Incident::put_in_order(&mut timeline.weather);
    play(model, &timeline, 0)
}

/// When which job was placed where.
fn placed(heard: &Everything) -> Vec<(u64, u16)> {
    let placed = heard.facts.iter().filter_map(|(at, fact)| match fact {
        Fact::Placed(_, pool) => Some((at.0, pool.0)),
        _ => None,
    });
    placed.collect()
}

/// A refusal is heard after 5 s, and remembered for three minutes.
const HEARD: u64 = 5_000;
const MEMORY: u64 = 3 * MINUTE;

#[test]
fn the_cheapest_is_asked_first_and_on_demand_last() {
    let dry = [market(1, &[(0, 0)]), market(2, &[(0, 0)])];
    let mut model = estate(Zones::Cheapest, Some(Span::ZERO));
    let heard = lived(&mut model, &[Row::of(0, 4, HOUR)], &dry);
    // b, c, a: each answer takes 5 s.
    assert_eq!(placed(&heard), [(0, 1), (HEARD, 2), (2 * HEARD, 0)]);
    let dry = [&dry[..], &[market(0, &[(0, 0)])]].concat();
    let heard = lived(&mut model, &[Row::of(0, 4, HOUR)], &dry);
    assert_eq!(placed(&heard).last(), Some(&(3 * HEARD, 3)));
    // Who waits ten minutes first asks again when refusals are forgotten, each for itself.
    let mut model = estate(Zones::Cheapest, Some(Span(10 * MINUTE)));
    let heard = lived(&mut model, &[Row::of(0, 4, HOUR)], &dry);
    assert_eq!(placed(&heard).last(), Some(&(10 * MINUTE, 3)));
    let mut model = estate(Zones::Cheapest, None);
    let heard = lived(&mut model, &[Row::of(0, 4, HOUR)], &dry);
    assert!(placed(&heard).iter().all(|&(_, pool)| pool != 3));
}

#[test]
fn the_same_zone_is_asked_so_many_times() {
    // It starts in b, the cheapest, which is empty from 1 h on.
    let dry = [market(1, &[(0, 9), (HOUR, 0)])];
    let mut model = estate(Zones::RetrySame { tries: 2 }, None);
    let heard = lived(&mut model, &[Row::of(0, 4, 2 * HOUR)], &dry);
    // Asked at 1 h; heard 5 s later and forgotten after 3 min; asked again; then c.
    let second = HOUR + HEARD + MEMORY;
    let wanted = [(0, 1), (HOUR, 1), (second, 1), (second + HEARD, 2)];
    assert_eq!(placed(&heard), wanted);
}

#[test]
fn the_next_zone_is_asked_at_once() {
    // Without a memory the first in the file; when that is lost the next; when the last is, the first.
    let dry = [
        market(0, &[(0, 9), (HOUR, 0), (HOUR + 1, 9)]),
        market(1, &[(0, 0)]),
        market(2, &[(0, 9), (2 * HOUR, 0)]),
    ];
    let mut model = estate(Zones::EagerNext, None);
    let heard = lived(&mut model, &[Row::of(0, 4, 9 * HOUR)], &dry);
    let wanted = [(0, 0), (HOUR, 1), (HOUR + HEARD, 2), (2 * HOUR, 0)];
    assert_eq!(placed(&heard), wanted);
}

#[test]
fn a_bandit_learns_which_zone_refuses() {
    // b is cheapest and always empty. Each zone is tried once, the cheapest of the untried first: b, c, a. Of those who
    // granted, one each, √(2 ln 3 ÷ 1) is the same: c is cheaper than a. Then c has two: a; and so on. b promises
    // 0 + √(2 ln N), the others 1 + √(2 ln N ÷ n): b is tried again where the latter falls below the former.
    let dry = [market(1, &[(0, 0)])];
    let mut model = estate(Zones::Bandit, None);
    let rows: Vec<Row> = (0..7).map(|n| Row::of(n * HOUR, 4, MINUTE)).collect();
    let heard = lived(&mut model, &rows, &dry);
    // After n of a and c each: N = 2n + 1. n = 1: 1 + 1.482 > 1.482. n = 2: 1 + √(2 × 1.609 ÷ 2) = 2.269 > 1.794.
    // n = 3: 1 + √(2 × 1.946 ÷ 3) = 2.139 > 1.973. n = 4: 1 + √(2 × 2.197 ÷ 4) = 2.048 < 2.096: b again, at last.
    let pools: Vec<u16> = placed(&heard).iter().map(|&(_, pool)| pool).collect();
    assert_eq!(pools, [1, 2, 0, 2, 0, 2, 0, 2]);
    let rows: Vec<Row> = (0..9).map(|n| Row::of(n * HOUR, 4, MINUTE)).collect();
    let heard = lived(&mut model, &rows, &dry);
    let pools: Vec<u16> = placed(&heard).iter().map(|&(_, pool)| pool).collect();
    assert_eq!(pools[8..], [0, 1, 2]);
}

/// One zone and on demand; four hours of work, ten to the deadline, a changeover of 15 min.
fn uniform() -> Model {
    let mut model = estate(Zones::Cheapest, Some(Span::ZERO));
    model.classes[0].deadline = Some(Span(10 * HOUR));
    model.classes[0].pools = vec![PoolId(1), PoolId(3)];
    model.classes[0].preemption = Preemption::Checkpoint {
        write: Span::ZERO,
        restart: Span::ZERO,
    };
    let policy = model.strategies[0].spot.as_mut().unwrap();
    policy.uniform = Some(Uniform {
        changeover: Span(15 * MINUTE),
    });
    model
}

#[test]
fn uniform_progress_pays_only_while_it_is_behind() {
    // Spot from 0 to 2 h: 2 h of work are done, which the line reaches at 5 h. Then nothing until 6 h.
    let dry = [market(1, &[(0, 9), (2 * HOUR, 0), (6 * HOUR, 9)])];
    let mut model = uniform();
    let heard = lived(&mut model, &[Row::of(0, 4, 4 * HOUR)], &dry);
    let told = placed(&heard);
    assert_eq!(told[0], (0, 1));
    // 1 ms later it is behind, and goes on demand. It gains 1 − .4 an hour; the line of two changeovers later, at 2.2 h,
    // is .2 h away: after 20 min it tries its luck, in vain. It asks the zone until the line has caught up: 2 h 20 min of
    // work are due at 5 h 50 min. Another 20 min later spot is there. Each step takes a millisecond of rounding.
    let paid: Vec<(u64, u16)> = told
        .iter()
        .copied()
        .filter(|&(_, pool)| pool == 3)
        .collect();
    let minutes = |hours: u64, minutes: u64, ms: u64| hours * HOUR + minutes * MINUTE + ms;
    assert_eq!(paid, [(minutes(5, 0, 1), 3), (minutes(5, 50, 3), 3)]);
    let after = |at: u64| told.iter().find(|&&(placed, _)| at < placed).copied();
    assert_eq!(after(minutes(5, 0, 1)), Some((minutes(5, 20, 2), 1)));
    assert_eq!(told.last(), Some(&(minutes(6, 10, 4), 1)));
    // 2 h, 20 min and 1 ms, and the same again are done by then: 80 min less 2 ms are left.
    assert_eq!(heard.jobs[0].end.0, minutes(7, 30, 2));
    // Without a deadline it goes on demand at once.
    model.classes[0].deadline = None;
    let heard = lived(&mut model, &[Row::of(0, 4, 4 * HOUR)], &dry);
    let wanted = [(0, 1), (2 * HOUR, 1), (2 * HOUR + HEARD, 3)];
    assert_eq!(placed(&heard), wanted);
}

#[test]
fn uniform_progress_plays_safe_when_time_is_short() {
    // Four hours of work and two changeovers are 4 h 30 min: a deadline after that long leaves spot worth trying, one a
    // millisecond sooner does not, though there is some.
    let spot = [market(1, &[(0, 9)])];
    let mut model = uniform();
    let mut first = |deadline: u64| {
        model.classes[0].deadline = Some(Span(deadline));
        placed(&lived(&mut model, &[Row::of(0, 4, 4 * HOUR)], &spot))
    };
    assert_eq!(first(270 * MINUTE), [(0, 1)]);
    assert_eq!(first(270 * MINUTE - 1), [(0, 3)]);
}
