//! Random worlds in bad weather with failovers: nobody is placed behind a door that is closed, nothing begins before it
//! is told, and all accounts agree.

use crate::common::cases::runner;
use crate::common::checks::{Run, every_strategy};
use crate::common::play;
use crate::common::storms::stormy_worlds;
use plimsoll::journal::{Fact, JobRecord};
use plimsoll::model::{
    FailBack, Failover, FailoverAction, Failovers, Level, Model, Objectives, Signal, Target,
    Trigger,
};
use plimsoll::units::{Bytes, ClassId, PoolId, SimTime, SiteId, Span};
use proptest::prelude::*;

/// A failover of the first class: which pools are its targets, what it does, how it comes back, and its times.
#[derive(Clone, Debug)]
struct Plan {
    targets: Vec<bool>,
    watched: usize,
    signal: u8,
    action: FailoverAction,
    back: FailBack,
    next_after: Option<u64>,
    cool_down: u64,
    lasting: u64,
    delay: u64,
}

fn plans() -> impl Strategy<Value = Plan> {
    use FailoverAction as A;
    let actions = vec![A::Queue, A::Shed, A::Degrade, A::Reroute, A::Move, A::Move];
    let backs = vec![FailBack::AtOnce, FailBack::AfterJob, FailBack::Never];
    (
        prop::collection::vec(any::<bool>(), 4),
        (0usize..4, 0u8..4),
        prop::sample::select(actions),
        prop::sample::select(backs),
        prop::option::of(60_000u64..3_000_000),
        (0u64..1_000_000, 60_000u64..400_000, 0u64..400_000),
    )
        .prop_map(
            |(targets, (watched, signal), action, back, next_after, times)| Plan {
                targets,
                watched,
                signal,
                action,
                back,
                next_after,
                cool_down: times.0,
                lasting: times.1,
                delay: times.2,
            },
        )
}

const WANTED: Objectives = Objectives {
    time: Some(Span(600_000)),
    point: Some(Span(300_000)),
};

/// Told when nine tenths are used, and over when half is.
const FULL: Level = Level {
    above: 900_000,
    clear: 500_000,
};

impl Plan {
    fn hold(&self, model: &mut Model) {
        let pools = model.pools.len();
        let watched = PoolId::from(self.watched % pools);
        let ids = (0..pools).map(PoolId::from);
        let targets = ids.filter(|pool| self.targets[pool.index() % 4] && *pool != watched);
        let target = |pool| Target {
            pools: vec![pool],
            needs_replica: false,
            needs_checkpoint: false,
        };
        let signal = match self.signal {
            0 => Signal::Lost(vec![vec![watched]]),
            1 => Signal::NoRoom(Span(900_000)),
            2 => Signal::MemoryUse(vec![(watched, Bytes(80))], FULL),
            _ => Signal::PriceAbove(vec![watched], Level::at_least(2_500_000)),
        };
        let failover = Failover {
            name: "out".to_owned(),
            classes: vec![ClassId(0)],
            triggers: vec![Trigger {
                signal,
                lasting: Span(self.lasting),
                delay: Span(self.delay),
            }],
            targets: targets.map(target).collect(),
            action: self.action,
            leaves: vec![watched],
            fail_back: self.back,
            next_after: self.next_after.map(Span),
            cool_down: Span(self.cool_down),
        };
        let shapes: Vec<ClassId> = model.shapes.iter().map(|shape| shape.class).collect();
        let sites: Vec<SiteId> = model.pools.iter().map(|pool| pool.site).collect();
        let wanted = vec![Some(WANTED); model.classes.len()];
        model.failovers =
            Failovers::new(vec![failover], wanted, &shapes, &sites, |_, _, _, _| true);
    }

    /// Whether any door may be open at this moment of the facts.
    fn leads(&self) -> bool {
        use FailoverAction as A;
        matches!(self.action, A::Degrade | A::Reroute | A::Move)
    }
}

/// Reads the facts again.
fn obeys(plan: &Plan, run: &Run<'_>) {
    let failover = &run.model.failovers.list[0];
    let (mut is_on, mut ever, mut changed) = (false, false, None::<SimTime>);
    let mut on_for = 0;
    for &(at, fact) in &run.heard.facts {
        match fact {
            Fact::FailoverBegan(_) | Fact::FailoverOver(_) => {
                assert_eq!(is_on, matches!(fact, Fact::FailoverOver(_)));
                if let Some(before) = changed {
                    assert!(plan.cool_down <= at.since(before).0, "it cools down first");
                    on_for += if is_on { at.since(before).0 } else { 0 };
                }
                assert!(plan.lasting + plan.delay <= at.0, "not before it is told");
                (is_on, ever, changed) = (!is_on, true, Some(at));
            }
            Fact::Placed(job, pool) => {
                let shape = run.timeline.requests[job.index()].shape;
                let class = run.model.class_of(shape);
                let open = is_on || ever && plan.back == FailBack::Never;
                if class == ClassId(0) {
                    let is_target = failover.targets.iter().any(|of| of.pools.contains(&pool));
                    assert!(
                        !is_target || open && plan.leads(),
                        "{job:?} in {pool:?} at {at:?}"
                    );
                    let left = plan.action == FailoverAction::Move && pool == failover.leaves[0];
                    assert!(!left || !open, "{job:?} goes where others leave");
                }
            }
            Fact::Moved(..) => assert!(ever),
            _ => {}
        }
    }
    let record = run.heard.failovers[0];
    if let (true, Some(since)) = (is_on, changed) {
        on_for += run.heard.run.horizon.since(since).0;
    }
    assert_eq!(record.in_force.0, on_for);
    let stops = |job: &JobRecord| u64::from(job.interruptions + job.preemptions);
    let stops: u64 = run.heard.jobs.iter().map(stops).sum();
    assert!(run.heard.recoveries.len() as u64 <= stops);
    for loss in run.heard.recoveries.iter().filter(|loss| loss.works) {
        let record = run.heard.jobs.iter().find(|job| job.job == loss.job);
        assert!(record.is_some_and(|record| record.recoveries > 0));
    }
}

#[test]
fn random_worlds_with_failovers_balance_and_keep_doors_closed() {
    runner(20)
        .run(
            &(stormy_worlds(), plans()),
            |((mut model, timeline), plan)| {
                plan.hold(&mut model);
                every_strategy(&model, &timeline, |run| obeys(&plan, run))
            },
        )
        .unwrap();
}

/// Who does not say how much memory it needs fills its GPUs: then memory that is needed is GPUs that are used.
#[test]
fn in_random_worlds_memory_is_used_as_gpus_are_where_nobody_says_more() {
    let watching = |model: &Model, plan: &Plan, signal: Signal| {
        let mut model = model.clone();
        plan.hold(&mut model);
        model.failovers.list[0].triggers[0].signal = signal;
        model
    };
    runner(10)
        .run(&(stormy_worlds(), plans()), |((model, timeline), plan)| {
            let pool = PoolId::from(plan.watched % model.pools.len());
            let gpus = watching(&model, &plan, Signal::Utilisation(vec![pool], FULL));
            let memory = Signal::MemoryUse(vec![(pool, Bytes(80 << 30))], FULL);
            let memory = watching(&model, &plan, memory);
            for strategy in 0..model.strategies.len() {
                let (gpus, memory) = (
                    play(&gpus, &timeline, strategy),
                    play(&memory, &timeline, strategy),
                );
                prop_assert_eq!(gpus.facts, memory.facts);
                prop_assert_eq!(gpus.run.digest, memory.run.digest);
            }
            Ok(())
        })
        .unwrap();
}
