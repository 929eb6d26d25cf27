//! Small models built by hand, and a listener that keeps every job's record.
#![allow(dead_code, missing_docs, unreachable_pub)]

pub mod attempt;
pub mod auditor;
pub mod bad_days;
pub mod bounds;
pub mod budgets;
pub mod capacity;
pub mod cases;
pub mod cel;
pub mod checks;
pub mod clouds;
pub mod helpers;
pub mod life;
pub mod market;
pub mod phases;
pub mod power;
pub mod slow;
pub mod spending;
pub mod storms;
pub mod strategies;
pub mod told;
pub mod wires;
pub mod words;
pub mod work;
pub mod worlds;

use plimsoll::dice::Dice;
use plimsoll::engine::{Scratch, simulate};
use plimsoll::journal::{
    BudgetRecord, Deletion, Fact, FailoverRecord, JobRecord, MoveRecord, Movement, Observer,
    PoolRecord, Posting, RecoveryRecord, RuleRecord, RunRecord, ServiceRecord,
};
use plimsoll::model::{
    Class, Discipline, Horizon, Model, Outcome, Packing, Pool, Request, Shape, Site,
    StrategySettings, Supply, Timeline, Truth,
};
use plimsoll::strategy::Strategy;
use plimsoll::units::{
    ClassId, Currency, Epoch, JobId, MilliGpus, Money, PoolId, Price, ShapeId, SimTime, Span,
    StrategyId, TenantId,
};

/// Keeps everything that it hears.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Everything {
    pub facts: Vec<(SimTime, Fact)>,
    pub jobs: Vec<JobRecord>,
    pub pools: Vec<PoolRecord>,
    pub services: Vec<ServiceRecord>,
    pub budgets: Vec<BudgetRecord>,
    pub rules: Vec<RuleRecord>,
    pub recoveries: Vec<RecoveryRecord>,
    pub failovers: Vec<FailoverRecord>,
    pub movements: Vec<(SimTime, Movement)>,
    /// What was deleted because its time was over, and what of that was proven.
    pub deletions: Vec<(SimTime, Deletion)>,
    pub proofs: Vec<(SimTime, Deletion)>,
    pub moved: Vec<MoveRecord>,
    pub postings: Vec<Posting>,
    /// How far jobs that live on at the horizon have come.
    pub left: Vec<(JobId, Span)>,
    pub run: RunRecord,
}

impl Observer for Everything {
    const POSTINGS: bool = true;
    const MOVEMENTS: bool = true;
    fn fact(&mut self, at: SimTime, fact: Fact) {
        self.facts.push((at, fact));
    }
    fn job(&mut self, record: &JobRecord) {
        self.jobs.push(*record);
    }
    fn left(&mut self, job: JobId, done: Span, _unsaved: Span) {
        self.left.push((job, done));
    }
    fn charged_later(&mut self, job: JobId, egress: Money) {
        let mut jobs = self.jobs.iter_mut();
        let record = jobs.find(|record| record.job == job).unwrap();
        record.egress_cost += egress;
    }
    fn pool(&mut self, record: &PoolRecord) {
        self.pools.push(*record);
    }
    fn service(&mut self, record: &ServiceRecord) {
        self.services.push(*record);
    }
    fn budget(&mut self, record: &BudgetRecord) {
        self.budgets.push(*record);
    }
    fn rule(&mut self, record: &RuleRecord) {
        self.rules.push(*record);
    }
    fn recovery(&mut self, record: &RecoveryRecord) {
        self.recoveries.push(*record);
    }
    fn failover(&mut self, record: &FailoverRecord) {
        self.failovers.push(*record);
    }
    fn movement(&mut self, at: SimTime, movement: &Movement) {
        self.movements.push((at, movement.clone()));
    }
    fn moved_against(&mut self, record: &MoveRecord) {
        self.moved.push(*record);
    }
    fn deleted(&mut self, at: SimTime, deletion: &Deletion) {
        self.deletions.push((at, *deletion));
    }
    fn proven(&mut self, at: SimTime, deletion: &Deletion) {
        self.proofs.push((at, *deletion));
    }
    fn posting(&mut self, posting: &Posting) {
        self.postings.push(*posting);
    }
    fn run(&mut self, record: &RunRecord) {
        self.run = *record;
    }
}

/// One job in words: (submit ms, GPUs, true run time ms, requested ms).
pub type Row = (u64, u64, u64, u64);

/// An owned pool at 2 USD per GPU-hour.
pub fn owned(name: &str, nodes: u32, gpus_per_node: u32, packing: Packing) -> Pool {
    Pool {
        supply: Supply::Owned {
            price: Price(2_000_000),
            term: None,
        },
        ..Pool::bare(name, nodes, gpus_per_node, packing)
    }
}

/// A model with one site and one class that may use all pools.
pub fn model(pools: Vec<Pool>, disciplines: Vec<Discipline>) -> Model {
    let all = (0..pools.len()).map(PoolId::from).collect();
    let named = |discipline| StrategySettings::bare(&format!("{discipline:?}"), discipline);
    let epoch = Epoch::parse("2026-01-05T00:00:00Z").unwrap();
    Model {
        horizon: Horizon::UntilEmpty,
        sites: vec![Site::bare("dc")],
        pools,
        classes: vec![Class::bare("training", all)],
        tenants: vec!["all".to_owned()],
        strategies: disciplines.into_iter().map(named).collect(),
        ..Model::bare("test", epoch, Currency::parse("USD").unwrap())
    }
}

/// The world in which exactly these jobs come; the model learns their shapes.
pub fn timeline(model: &mut Model, rows: &[Row]) -> Timeline {
    let mut rows: Vec<(usize, Row)> = rows.iter().copied().enumerate().collect();
    rows.sort_by_key(|&(index, row)| (row.0, index));
    let mut sizes: Vec<u64> = rows.iter().map(|(_, row)| row.1).collect();
    sizes.sort_unstable();
    sizes.dedup();
    model.shapes = sizes
        .iter()
        .map(|&gpus| Shape {
            gpus: MilliGpus::whole(gpus),
            class: ClassId(0),
            labels: plimsoll::units::LabelsId(0),
            weight: rows.iter().filter(|(_, row)| row.1 == gpus).count() as u64,
        })
        .collect();
    let mut timeline = Timeline::default();
    for (_, (submit, gpus, work, requested)) in rows {
        let shape = ShapeId::from(sizes.binary_search(&gpus).unwrap());
        timeline.requests.push(Request {
            submit: SimTime(submit),
            requested: Span(requested),
            shape,
            tenant: TenantId(0),
            priority: 0,
        });
        timeline.truth.push(Truth {
            work: Span(work),
            outcome: Outcome::Finished,
        });
    }
    timeline
}

/// Samples the first world of a model and plays it under one strategy.
pub fn play_first(model: &Model, strategy: usize) -> Everything {
    let dice = Dice {
        seed: 1,
        replication: 0,
    };
    let mut timeline = Timeline::default();
    Timeline::sample(model, &dice, &mut timeline);
    play(model, &timeline, strategy)
}

/// Plays a world under one strategy.
pub fn play(model: &Model, timeline: &Timeline, strategy: usize) -> Everything {
    play_in(model, timeline, strategy, &mut Scratch::default())
}

pub fn play_in(
    model: &Model,
    timeline: &Timeline,
    strategy: usize,
    scratch: &mut Scratch,
) -> Everything {
    let strategy = Strategy::prepare(model, StrategyId::from(strategy));
    let mut heard = Everything::default();
    let dice = Dice {
        seed: 1,
        replication: 0,
    };
    simulate(model, &strategy, timeline, &dice, scratch, &mut heard).unwrap();
    heard.jobs.sort_by_key(|record| record.job);
    heard
}
