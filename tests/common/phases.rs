//! Runs with phases: a listener that keeps what is told of them, phases by hand, and runs that balance.

use plimsoll::dice::Dice;
use plimsoll::engine::{Scratch, simulate};
use plimsoll::journal::{
    Bucket, BudgetRecord, Fact, JobRecord, Observer, Payee, PhaseRecord, PoolRecord, Posting,
    RunRecord,
};
use plimsoll::model::{
    Begins, Change, Discipline, Horizon, Later, Model, OnFail, Order, Phase, Placement, SpillTest,
    Timeline,
};
use plimsoll::process::Law;
use plimsoll::strategy::Strategy;
use plimsoll::units::{Money, PoolId, SimTime, Span, StrategyId};

use super::Everything;
use super::bad_days::POOL;
use super::clouds::{HOUR, MINUTE, hybrid, terms};
use super::worlds::{Row, timeline};

/// Keeps all that it hears, phases included.
#[derive(Default)]
pub struct Heard {
    pub all: Everything,
    pub phases: Vec<PhaseRecord>,
}

impl Observer for Heard {
    const POSTINGS: bool = true;
    fn fact(&mut self, at: SimTime, fact: Fact) {
        self.all.fact(at, fact);
    }
    fn job(&mut self, record: &JobRecord) {
        self.all.job(record);
    }
    fn pool(&mut self, record: &PoolRecord) {
        self.all.pool(record);
    }
    fn posting(&mut self, posting: &Posting) {
        self.all.posting(posting);
    }
    fn budget(&mut self, record: &BudgetRecord) {
        self.all.budget(record);
    }
    fn phase(&mut self, record: &PhaseRecord) {
        self.phases.push(*record);
    }
    fn run(&mut self, record: &RunRecord) {
        self.all.run(record);
    }
}

/// A phase of so many hours from an hour on that changes nothing.
pub fn phase(name: &str, from: u64, hours: u64) -> Phase {
    Phase {
        name: name.to_owned(),
        begins: Begins::At(SimTime(from * HOUR)),
        lasts: Span(hours * HOUR),
        planned_start: SimTime(from * HOUR),
        orders: Vec::new(),
        retires: Vec::new(),
        changes: Vec::new(),
        gates: Vec::new(),
        on_fail: OnFail::Proceed,
    }
}

/// A phase that begins some hours after another has ended.
pub fn behind(name: &str, before: (u16, &Phase), delay: u64, hours: u64) -> Phase {
    Phase {
        begins: Begins::After {
            phase: before.0,
            delay: Span(delay * HOUR),
        },
        planned_start: before.1.planned_end() + Span(delay * HOUR),
        ..phase(name, 0, hours)
    }
}

pub fn order(number: u32, first: u32) -> Order {
    Order {
        pool: POOL,
        first,
        nodes: 1,
        ordered: None,
        lead: Law::Constant(0.0),
        number,
        name: format!("order {number}"),
    }
}

pub fn play(model: &mut Model, rows: &[Row], leads: &[u64]) -> Heard {
    let mut timeline = timeline(model, rows);
    timeline.lead_times = leads.iter().map(|&hours| Span(hours * HOUR)).collect();
    timeline.weather.clone_from(&model.weather.script);
    run(model, &timeline, 0)
}

pub fn run(model: &Model, timeline: &Timeline, strategy: usize) -> Heard {
    let strategy = Strategy::prepare(model, StrategyId::from(strategy));
    let dice = Dice {
        seed: 1,
        replication: 0,
    };
    let mut heard = Heard::default();
    simulate(
        model,
        &strategy,
        timeline,
        &dice,
        &mut Scratch::default(),
        &mut heard,
    )
    .unwrap();
    heard.all.jobs.sort_by_key(|record| record.job);
    balances(&heard);
    heard
}

/// What pools are charged is what is posted, bucket by bucket and to the tick.
pub fn balances(heard: &Heard) {
    for (index, record) in heard.all.pools.iter().enumerate() {
        let mut posted = [0u128; Bucket::ALL.len()];
        let mut amount = Money::ZERO;
        let of_pool = |posting: &&Posting| posting.payee == Payee::Pool(PoolId::from(index));
        for posting in heard.all.postings.iter().filter(of_pool) {
            amount += posting.amount;
            if let Some(bucket) = posting.bucket() {
                posted[bucket as usize] += posting.gpu_time;
            }
        }
        assert_eq!(posted, record.gpu_time.0, "pool {index}");
        let paid = record.charged + record.egress_cost + record.drawn.cost;
        assert_eq!(amount, paid, "pool {index}");
    }
}

pub fn starts(heard: &Heard) -> Vec<Option<u64>> {
    let starts = heard.all.jobs.iter().map(|job| job.start);
    starts.map(|start| start.map(|at| at.0 / MINUTE)).collect()
}

pub fn hours(at: Option<SimTime>) -> Option<u64> {
    at.map(|at| at.0 / HOUR)
}

/// Four owned GPUs and rented nodes of four at 3 USD, for whoever cannot start at home at once.
pub fn elastic(changes: Vec<Change>) -> Model {
    let mut model = hybrid(SpillTest::Waited(Span::ZERO), terms());
    model.horizon = Horizon::At(SimTime(24 * HOUR));
    model.rollout.phases = vec![Phase {
        changes,
        ..phase("open", 3, 2)
    }];
    model
}

/// The rented pool of [`elastic`].
pub const CLOUD: PoolId = PoolId(1);

/// What the first strategy of a model does from a phase on, where it is not what it does at first.
pub fn then(
    model: &Model,
    phase: u16,
    placement: Option<Placement>,
    discipline: Option<Discipline>,
) -> Later {
    let own = &model.strategies[0];
    Later {
        phase,
        discipline: discipline.unwrap_or_else(|| own.discipline.clone()),
        placement: placement.unwrap_or(own.placement),
    }
}

/// How long the jobs take that are there at the start: only a sampled world tells.
pub fn works_of(model: &Model) -> Vec<Span> {
    let mut timeline = Timeline::default();
    let dice = Dice {
        seed: 1,
        replication: 0,
    };
    Timeline::sample(model, &dice, &mut timeline);
    let first = timeline.truth[..model.initial.jobs.len()].iter();
    first.map(|truth| truth.work).collect()
}
