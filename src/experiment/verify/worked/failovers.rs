//! Failovers: how long it takes until work runs again (recovery time), and how much of it is done again (recovery point).
//!
//! Four GPUs at home, four at a second site. A job of ten hours starts at 0:00 and writes checkpoints; home is lost from
//! 2:30 to 20:00, and the second site is its target. Restoring its state takes four minutes. Recovery time is detection +
//! paging + decision + steps with their approvals + restart (ISO 22301: from the loss on), recovery point the running
//! since the last checkpoint that counts.

use crate::model::{
    Class, Discipline, FailBack, Failover, FailoverAction, Failovers, Horizon, Model, NodeRange,
    Packing, Placement, Preemption, Rhythm, Runbook, Signal, Site, Stage, Step, StepDoes,
    StrategySettings, Target, Trigger,
};
use crate::process::Law;
use crate::units::{ClassId, PoolId, Price, SimTime, SiteId, Span, WorkingHours};

use super::super::system::{estate, owned};
use super::{Asked, HOUR, MINUTE, Worked, task};

const FAMILY: &str = "Failovers, worked by hand: home is lost at 2:30, a restart takes 4 min";
const HOME: PoolId = PoolId(0);
const SECOND: PoolId = PoolId(1);
const RESTART: u64 = 4;

pub(super) fn cases() -> Vec<Worked> {
    let hourly = rhythm(60, 0, 0);
    let mut cases = vec![
        // At once, and half an hour since the checkpoint of 2:00.
        case("nobody has to react", 0, None, hourly, (0, 30, 0)),
        // It counts once it lasted ten minutes, and is told five later.
        case(
            "for 10 min, told 5 min later",
            15,
            None,
            hourly,
            (15, 30, 0),
        ),
        // After each hour of running 5 min of writing: 0:00–1:00, 1:05–2:05, written by 2:10: 20 min ran since.
        case(
            "checkpoints take 5 min",
            0,
            None,
            rhythm(60, 5, 0),
            (0, 20, 0),
        ),
        // It is known to be good at 2:40 only: an hour more.
        case(
            "and count when verified, 30 min later",
            0,
            None,
            rhythm(60, 5, 30),
            (0, 80, 0),
        ),
    ];
    let reactions = reactions().into_iter();
    cases.extend(reactions.map(|(name, book, reaction, people)| {
        case(name, 0, Some(book), hourly, (reaction, 30, people))
    }));
    cases
}

/// Who reacts, in how many minutes, and what people cost for it.
fn reactions() -> [(&'static str, Runbook, u64, i128); 4] {
    let at_once = || book(vec![step(StepDoes::Failover)]);
    let looked_at = || book(vec![check(15), approved(5)]);
    let at_night = Runbook {
        hours: WorkingHours::weekly(&[0, 1, 2, 3, 4], (8 * HOUR, 18 * HOUR), 0),
        in_hours: [false, false, true, true, false],
        ..at_once()
    };
    let automatic = Runbook {
        automatic: true,
        ..looked_at()
    };
    [
        // 10 to notice, 5 to be there, 20 to decide. Two people from 2:45 to 3:05 at 60 an hour.
        ("detected, paged, decided", at_once(), 35, 40),
        // And 15 to look at it, 30 to approve, 5 to do: until 3:55, two people for 70 min.
        ("looked at and approved", looked_at(), 85, 140),
        // Nobody is paged nor decides: 10 + 15 + 30 + 5. Only who approves is paid: two for 30 min.
        ("by itself, but approved", automatic, 60, 60),
        // There at 2:45 on a Monday, decided from 8:00 to 8:20: 5 h 50 min. Two people for 20 min.
        ("decided in working hours", at_night, 350, 40),
    ]
}

const fn rhythm(interval: u64, write: u64, verify: u64) -> Rhythm {
    Rhythm {
        interval: Span(interval * MINUTE),
        write: Span(write * MINUTE),
        verify: Span(verify * MINUTE),
    }
}

const fn minutes(minutes: u64) -> Law {
    Law::Constant((minutes * MINUTE) as f64)
}

fn step(does: StepDoes) -> Step {
    Step {
        does,
        says: String::new(),
        when: String::new(),
        is_allowed: true,
        approval: false,
        execute: None,
        fails: 0,
    }
}

fn check(takes: u64) -> Step {
    Step {
        execute: Some(minutes(takes)),
        ..step(StepDoes::Check)
    }
}

fn approved(takes: u64) -> Step {
    Step {
        approval: true,
        execute: Some(minutes(takes)),
        ..step(StepDoes::Failover)
    }
}

/// Ten minutes to notice, five to be there, twenty to decide, thirty to approve; two people at 60 an hour.
fn book(steps: Vec<Step>) -> Runbook {
    Runbook {
        name: "out".to_owned(),
        failover: 0,
        severity: "high",
        owner: "on call".to_owned(),
        automatic: false,
        times: [
            Some(minutes(10)),
            Some(minutes(5)),
            Some(minutes(20)),
            Some(minutes(30)),
            None,
        ],
        in_hours: [false; Stage::ALL.len()],
        hours: WorkingHours::default(),
        people: 2,
        rate: Price(60_000_000),
        steps,
    }
}

fn case(
    name: &'static str,
    told_after: u64,
    book: Option<Runbook>,
    rhythm: Rhythm,
    (reaction, lost, people): (u64, u64, i128),
) -> Worked {
    let home = NodeRange {
        pool: HOME,
        first: 0,
        nodes: 1,
    };
    let reacted = i128::from((reaction + RESTART) * MINUTE);
    let mut expected = vec![
        (Asked::RecoveryTime, reacted),
        (Asked::RecoveryPoint, i128::from(lost * MINUTE)),
    ];
    if book.is_some() {
        let units = crate::units::Money::TICKS_PER_UNIT;
        expected.push((Asked::PeopleCost, people * units));
    }
    Worked {
        family: FAMILY,
        name,
        model: model(told_after, book, rhythm),
        tasks: vec![task(0, 0, 4, 10 * HOUR)],
        weather: vec![
            home.incident(SimTime(150 * MINUTE), false),
            home.incident(SimTime(20 * HOUR), true),
        ],
        expected,
    }
}

fn model(told_after: u64, book: Option<Runbook>, rhythm: Rhythm) -> Model {
    let pool = |name| owned(name, 1, 4, Packing::Best, 1, 1000);
    let class = Class {
        preemption: Preemption::Checkpoint {
            write: Span::ZERO,
            restart: Span(RESTART * MINUTE),
        },
        ..Class::bare("training", vec![HOME, SECOND])
    };
    let settings = StrategySettings {
        placement: Placement::PrivateOnly,
        ..StrategySettings::bare("fifo", Discipline::Fifo)
    };
    let horizon = Horizon::At(SimTime(36 * HOUR));
    let pools = vec![pool("home"), pool("second")];
    let mut model = estate(pools, vec![class], Vec::new(), horizon, vec![settings]);
    model.sites.push(Site::bare("second"));
    model.pools[SECOND.index()].site = SiteId(1);
    let sites = [SiteId(0), SiteId(1)];
    let list = vec![reroute(told_after)];
    let none = vec![Some(crate::model::Objectives::default())];
    model.failovers = Failovers::new(list, none, &[ClassId(0)], &sites, |_, _, _, _| true);
    model.failovers.runbooks = book.into_iter().collect();
    // One size of job, two pools.
    model.rhythms = vec![rhythm; 2];
    model
}

/// Once all at home is lost, work goes to the second site.
fn reroute(told_after: u64) -> Failover {
    // Of fifteen minutes ten are those that it has to last.
    let lasting = told_after * 2 / 3;
    Failover {
        name: "out".to_owned(),
        classes: vec![ClassId(0)],
        triggers: vec![Trigger {
            signal: Signal::Lost(vec![vec![HOME]]),
            lasting: Span(lasting * MINUTE),
            delay: Span((told_after - lasting) * MINUTE),
        }],
        targets: vec![Target {
            pools: vec![SECOND],
            needs_replica: false,
            needs_checkpoint: false,
        }],
        action: FailoverAction::Reroute,
        leaves: Vec::new(),
        fail_back: FailBack::AfterJob,
        next_after: None,
        cool_down: Span::ZERO,
    }
}
