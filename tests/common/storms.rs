//! Bad weather over small worlds: faults, markets that come and go, crashes, checkpoints of every rhythm.

use plimsoll::model::{
    Gpu, Happening, Incident, Model, Packing, Preemption, Rhythm, Supply, Timeline, Turn,
};
use plimsoll::units::{PoolId, SimTime, Span};
use proptest::prelude::*;

use super::worlds::worlds;

/// As [`worlds`], in bad weather.
pub fn stormy_worlds() -> impl Strategy<Value = (Model, Timeline)> {
    let worlds = (worlds(), class_storms(), rhythms(), strikes(), markets());
    worlds.prop_map(
        |((mut model, mut timeline), storms, rhythms, strikes, markets)| {
            for (class, (bad, crash)) in model.classes.iter_mut().zip(storms) {
                class.bad_checkpoints = bad;
                class.crash_mean = crash;
            }
            let pools = model.pools.len();
            model.rhythms = vec![Rhythm::NONE; model.shapes.len() * pools];
            for (shape, of) in model.shapes.iter().enumerate() {
                let class = of.class.index();
                if let Preemption::Checkpoint { .. } = model.classes[class].preemption {
                    for pool in 0..pools {
                        model.rhythms[shape * pools + pool] = rhythms[class * 3 + pool];
                    }
                }
            }
            strike(&model, &strikes, &mut timeline.weather);
            for (pool, steps) in markets.into_iter().enumerate().take(pools) {
                market(&model, pool, &steps, &mut timeline.weather);
            }
            Incident::put_in_order(&mut timeline.weather);
            (model, timeline)
        },
    )
}

/// Broken checkpoints in millionths, and the mean time to a crash, by class.
fn class_storms() -> impl Strategy<Value = Vec<(u32, Option<Span>)>> {
    let bad = prop::sample::select(vec![0, 0, 300_000, 700_000]);
    let crash = prop::sample::select(vec![None, None, None, Some(HOUR), Some(HOURS)]);
    prop::collection::vec((bad, crash), 2)
}

const HOUR: Span = Span(3_600_000);
const HOURS: Span = Span(20_000_000);

/// Checkpoints of each class in each pool.
fn rhythms() -> impl Strategy<Value = Vec<Rhythm>> {
    let rhythm = (
        prop::sample::select(vec![u64::MAX, 60_000, 300_000, 600_000, 1_000_003]),
        prop::sample::select(vec![0, 1, 30_000, 400_000]),
        prop::sample::select(vec![0, 0, 1, 100_000, 2_000_000]),
    );
    let rhythm = rhythm.prop_map(|(interval, write, verify)| match interval {
        u64::MAX => Rhythm::NONE,
        _ => Rhythm {
            interval: Span(interval),
            write: Span(write),
            verify: Span(verify),
        },
    });
    prop::collection::vec(rhythm, 6)
}

/// A fault: after which time, where, of how many nodes, for how long.
#[derive(Clone, Copy, Debug)]
struct Strike {
    gap: u64,
    pool: usize,
    first: u32,
    nodes: u32,
    lasts: u64,
}

impl Strike {
    /// Of every third only one GPU of the first node breaks.
    fn gpu(&self) -> Option<u64> {
        self.lasts
            .is_multiple_of(3)
            .then_some(self.gap / 3 + self.lasts / 3)
    }
}

fn instants() -> impl Strategy<Value = u64> {
    prop_oneof![
        Just(0u64),
        1u64..4,
        1000u64..4_000_000,
        (1u64..6).prop_map(|n| n * 600_000)
    ]
}

fn strikes() -> impl Strategy<Value = Vec<Strike>> {
    let strike = (instants(), 0usize..3, 0u32..3, 1u32..4, instants());
    let strike = strike.prop_map(|(gap, pool, first, nodes, lasts)| Strike {
        gap,
        pool,
        first,
        nodes,
        lasts,
    });
    prop::collection::vec(strike, 0..25)
}

/// Faults on owned nodes that are told apart; where none are, it is calm.
fn strike(model: &Model, strikes: &[Strike], weather: &mut Vec<Incident>) {
    let mut at = SimTime::ZERO;
    for strike in strikes {
        at = at + Span(strike.gap);
        let Some(pool) = model.pools.get(strike.pool) else {
            continue;
        };
        if pool.is_rented() || pool.packing == Packing::Count {
            continue;
        }
        let first = strike.first.min(pool.nodes - 1);
        let nodes = strike.nodes.min(pool.nodes - first);
        let id = strike.pool.into();
        let over = at + Span(strike.lasts);
        if let Some(gpu) = strike.gpu() {
            let gpu = Gpu {
                name: String::new(),
                pool: id,
                node: first,
                gpu: (gpu % u64::from(pool.gpus_per_node)) as u8,
            };
            weather.push(gpu.incident(at, false, false));
            weather.push(gpu.incident(over, true, false));
            continue;
        }
        weather.push(Incident::down(at, id, first, nodes));
        weather.push(Incident::up(over, id, first, nodes));
    }
}

/// What a market does next: after which time, to how many instances, at which notice, with which quota.
type Step = (u64, u32, u64, Option<u64>);

fn markets() -> impl Strategy<Value = Vec<Vec<Step>>> {
    let step = (
        instants(),
        prop::sample::select(vec![0u32, 1, 2, 4, 6, 9, 13, 20]),
        prop::sample::select(vec![0u64, 1, 30_000, 120_000, 300_000, 3_600_000]),
        prop::option::of(0u64..40),
    );
    prop::collection::vec(prop::collection::vec(step, 0..12), 3)
}

/// A market's ups and downs; in the end there is enough for all.
fn market(model: &Model, pool: usize, steps: &[Step], weather: &mut Vec<Incident>) {
    let Supply::Rented(offer) = &model.pools[pool].supply else {
        return;
    };
    let id = PoolId::from(pool);
    let (mut at, mut before) = (SimTime::ZERO, u32::MAX);
    let last = (3_600_000, u32::MAX, 0, None);
    for (index, &(gap, instances, notice, quota)) in steps.iter().chain([&last]).enumerate() {
        at = at + Span(gap);
        let what = if index < steps.len() && gap % 3 == 0 {
            lasting(id, quota)
        } else {
            let notice = (notice != 1).then_some(Span(notice));
            Happening::Capacity {
                pool: id,
                instances,
                notice,
            }
        };
        let turn = match what {
            Happening::Quota { .. } => Turn::Terms,
            _ if instances < before => Turn::Blow,
            _ => Turn::Relief,
        };
        if turn != Turn::Terms {
            before = instances;
        }
        weather.push(Incident { at, turn, what });
    }
    weather.push(Incident::terms(at, lasting(id, offer.quota)));
}

/// A quota from now on.
fn lasting(pool: PoolId, quota: Option<u64>) -> Happening {
    Happening::Quota {
        pool,
        gpus: quota.unwrap_or(u64::MAX),
        passes: false,
    }
}
