//! Identities that hold on every path, to the last millisecond and tick, whatever the strategy does.
//!
//! One random scenario with two owned and two rented pools, shares of GPUs, gangs over several nodes,
//! overruns, failures, checkpoints that cost time and a horizon that cuts across it all, under every
//! discipline with every placement.

use crate::dice::Dice;
use crate::engine::{Scratch, simulate};
use crate::model::{
    Discipline, Grouping, Model, Placement, Scored, Scoring, Spill, SpillTest, Timeline, Weights,
};
use crate::strategy::Strategy;
use crate::units::{SiteId, Span, StrategyId};

use super::super::replicate::ExperimentError;
use super::ledger::Ledger;
use super::mixed_estate::{mixed_estate, mixed_timeline};
use super::row::{Evidence, Row};

/// Jobs of one run.
const JOBS: u32 = 500;

/// One identity: its two sides, added up over all runs, and whether they were equal in each.
struct Identity {
    name: &'static str,
    unit: &'static str,
    left: i128,
    right: i128,
    equal: bool,
}

impl Identity {
    const fn new(name: &'static str, unit: &'static str) -> Self {
        Self {
            name,
            unit,
            left: 0,
            right: 0,
            equal: true,
        }
    }

    fn check(&mut self, left: i128, right: i128) {
        self.left += left;
        self.right += right;
        self.equal &= left == right;
    }
}

/// Plays the scenario and compares the accounts.
pub(super) fn rows(seed: u64) -> Result<Vec<Row>, ExperimentError> {
    let model = mixed_estate(&disciplines(), &placements());
    let dice = Dice {
        seed,
        replication: 0,
    };
    let timeline = mixed_timeline(&model, &dice, JOBS);
    let mut identities = [
        Identity::new("every job is recorded once", "jobs"),
        Identity::new("Little: ∫ waiting dt = Σ waits", "job·ms"),
        Identity::new("times = waits + GPUs held", "job·ms"),
        Identity::new("GPU-time: pools = jobs + idle", "mGPU·ms"),
        Identity::new("GPU-time: pools = postings", "mGPU·ms"),
        Identity::new("money: charged = jobs + idle", "ticks"),
        Identity::new("money: charged = postings", "ticks"),
        Identity::new("egress: jobs = pools = postings", "ticks"),
        Identity::new("electricity: jobs + rest = pools = postings", "ticks"),
        Identity::new("played again: the same events", "events"),
    ];
    let mut scratch = Scratch::default();
    for index in 0..model.strategies.len() {
        let once = play(&model, &timeline, &dice, index, &mut scratch)?;
        // The second time memory has been used by other strategies in between.
        let again = play(&model, &timeline, &dice, index, &mut Scratch::default())?;
        compare(&mut identities, &once, &again, timeline.requests.len());
    }
    let runs = model.strategies.len();
    Ok(identities
        .iter()
        .map(|identity| Row {
            family: "Identities on every path, by bucket: four pools, every discipline × every placement",
            system: identity.name.to_owned(),
            quantity: identity.unit.to_owned(),
            expected: identity.left as f64,
            simulated: identity.right as f64,
            evidence: Evidence::Exact {
                equal: identity.equal,
            },
            jobs: if identity.name.starts_with("every job") {
                2 * u64::from(JOBS) * runs as u64
            } else {
                0
            },
        })
        .collect())
}

fn compare(identities: &mut [Identity; 10], once: &Ledger, again: &Ledger, jobs: usize) {
    let [
        recorded,
        little,
        times,
        buckets,
        postings,
        charged,
        posted,
        egress,
        electricity,
        repeat,
    ] = identities;
    recorded.check(jobs as i128, once.records as i128);
    // A job that boots has left the line, but its wait goes on.
    little.check((once.waiting_area + once.boots) as i128, once.waits as i128);
    times.check(
        once.times as i128,
        (once.waits - once.boots + once.held) as i128,
    );
    for bucket in 0..once.of_pools.len() {
        let of_pools = once.of_pools[bucket] as i128;
        buckets.check(of_pools, once.of_jobs[bucket] as i128);
        postings.check(of_pools, once.of_postings[bucket] as i128);
    }
    charged.check(once.cost_of_pools, once.cost_of_jobs);
    posted.check(once.cost_of_pools, once.cost_of_postings);
    egress.check(once.egress[0], once.egress[1]);
    egress.check(once.egress[0], once.egress[2]);
    electricity.check(once.electricity[1], once.electricity[0]);
    electricity.check(once.electricity[1], once.electricity[2]);
    repeat.check(i128::from(once.events), i128::from(again.events));
    repeat.equal &= once.digest == again.digest;
}

fn play(
    model: &Model,
    timeline: &Timeline,
    dice: &Dice,
    strategy: usize,
    scratch: &mut Scratch,
) -> Result<Ledger, ExperimentError> {
    let strategy = Strategy::prepare(model, StrategyId::from(strategy));
    let mut ledger = Ledger::new(timeline.requests.len());
    simulate(model, &strategy, timeline, dice, scratch, &mut ledger).map_err(|stuck| {
        ExperimentError::Stuck {
            replication: dice.replication,
            seed: dice.seed,
            stuck,
        }
    })?;
    Ok(ledger)
}

fn disciplines() -> Vec<Discipline> {
    let weights = vec![1000, 2000, 500];
    vec![
        Discipline::Fifo,
        Discipline::FitFirst,
        Discipline::ShortestFirst,
        Discipline::ShortestRemaining,
        Discipline::Priority,
        Discipline::Easy,
        Discipline::Conservative { depth: 20 },
        Discipline::LeastAttained {
            levels: vec![Span::HOUR, Span(8 * Span::HOUR.0)],
        },
        Discipline::FairShare {
            half_life: Span::DAY,
            weights: weights.clone(),
        },
        Discipline::DominantShare {
            weights: weights.clone(),
        },
        Discipline::Multifactor {
            age: 1000,
            age_full: Span::DAY,
            size: 300,
            priority: 500,
            fair_share: 1000,
            half_life: Span::DAY,
            weights,
        },
    ]
}

fn placements() -> Vec<Placement> {
    let spill = |test| {
        Placement::PrivateFirst(Spill {
            test,
            ceiling: None,
        })
    };
    let scored = |by| {
        Placement::Scored(Scored {
            by,
            ceiling: None,
            from: Some(SiteId(1)),
        })
    };
    vec![
        Placement::PrivateOnly,
        Placement::PublicOnly,
        spill(SpillTest::Waited(Span(1_800_000))),
        spill(SpillTest::ExpectedDelay(Span::HOUR)),
        spill(SpillTest::JobsAhead(5)),
        Placement::Cheapest { ceiling: None },
        scored(Scoring::Weighted(Weights {
            cost: 1000,
            delay: 5000,
            data: 100,
            latency: 0,
            carbon: 200,
            fragmentation: 50,
        })),
        scored(Scoring::DataGravity),
        scored(Scoring::LatencyFirst),
        scored(Scoring::CarbonAware),
        scored(Scoring::Spread(Grouping::Tenant)),
        scored(Scoring::DeadlineAware { slack: Span::HOUR }),
    ]
}
