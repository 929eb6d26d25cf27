//! Shares of tenants: dominant resource fairness (Ghodsi et al., NSDI'11, progressive filling over GPU types) and fair
//! share with a half-life (after Slurm; the schedule worked by hand).

use crate::model::{Class, Discipline, Horizon, Model, Packing, StrategySettings};
use crate::units::{PoolId, Span};

use super::super::system::{estate, owned};
use super::{Asked, MINUTE, Task, Worked, flock, task};

const FAMILY: &str = "Shares of tenants, worked by hand";

fn model(gpus: u32, discipline: Discipline) -> Model {
    Model {
        tenants: ["a", "b", "c"].map(str::to_owned).to_vec(),
        ..estate(
            vec![owned("all", 1, gpus, Packing::Count, 1, 1000)],
            vec![Class::bare("training", vec![PoolId(0)])],
            Vec::new(),
            Horizon::UntilEmpty,
            vec![StrategySettings::bare("shares", discipline)],
        )
    }
}

pub(super) fn cases() -> Vec<Worked> {
    let weights = |of: [u64; 3]| Discipline::DominantShare {
        weights: of.to_vec(),
    };
    vec![
        // Each in its turn: half of the twelve each, though all of A's came first.
        dominant("DRF, weights 1 : 1", weights([1000; 3]), [6, 6]),
        // 2 : 1 of twelve.
        dominant("DRF, weights 2 : 1", weights([2000, 1000, 1000]), [8, 4]),
        // A 9, B 3: after 3 : 1 three times none is left.
        dominant("DRF, weights 3 : 1", weights([3000, 1000, 1000]), [9, 3]),
        fair(
            "fair share, half-life 100 min",
            Span(100 * MINUTE),
            [0, 40, 50, 70, 10, 60],
        ),
        fair(
            "fair share, hardly any decay",
            Span(1 << 50),
            [0, 40, 50, 60, 10, 70],
        ),
    ]
}

/// C holds all twelve GPUs for a minute, while twelve jobs of A and then twelve of B come.
fn dominant(name: &'static str, discipline: Discipline, held: [i128; 2]) -> Worked {
    let mut tasks = vec![task(2, 0, 12, MINUTE)];
    tasks.extend(flock(0, 1, 12));
    tasks.extend(flock(1, 2, 12));
    let expected = [0, 1].map(|tenant| (Asked::Held(tenant, MINUTE), held[tenant]));
    Worked {
        family: FAMILY,
        name,
        model: model(12, discipline),
        tasks,
        weather: Vec::new(),
        expected: expected.to_vec(),
    }
}

/// One GPU. A's jobs of 10 min come at 0, 1, 2 and 3, B's of 30 min at 4 and of 10 at 5; times in minutes.
///
/// At 10 A has used 10, B nothing: B's 30 min run. At 40 A's 10 are worth 10 · (1 − ½ · .3) = 8.5, B's 30 as yet 30: A's
/// second; at 50 A's are 8.5 · (1 − ½ · .1) + 10 ≈ 18, B's 30 · .95: A's third. At 60 A's are ≈ 27.1, B's 30 · .9 = 27:
/// B's second, at last; without decay both had used 30, and A's fourth came first.
fn fair(name: &'static str, half_life: Span, starts: [u64; 6]) -> Worked {
    let of = |tenant, at: u64, work: u64| -> Task { task(tenant, at * MINUTE, 1, work * MINUTE) };
    let expected = starts.iter().enumerate();
    let expected = expected.map(|(job, &at)| (Asked::Start(job), i128::from(at * MINUTE)));
    Worked {
        family: FAMILY,
        name,
        model: model(
            1,
            Discipline::FairShare {
                half_life,
                weights: vec![1000; 3],
            },
        ),
        tasks: vec![
            of(0, 0, 10),
            of(0, 1, 10),
            of(0, 2, 10),
            of(0, 3, 10),
            of(1, 4, 30),
            of(1, 5, 10),
        ],
        weather: Vec::new(),
        expected: expected.collect(),
    }
}
