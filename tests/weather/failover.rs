//! Failovers worked by hand: what sets them off and when that is told, where work goes, how it comes back, and what a
//! loss cost.

use crate::common::clouds::{HOUR, MINUTE, hybrid, steps, terms};
use crate::common::helpers::{HOURLY, live};
use crate::common::worlds::{Row, rented};
use crate::common::{Everything, model, owned};
use plimsoll::journal::{Cause, Fact, JobState};
use plimsoll::model::{
    Discipline, ElasticTerms, FailBack, Failover, FailoverAction, Failovers, Horizon, Incident,
    Level, Model, NodeRange, Objectives, Packing, Placement, Rented, Rule, RuleEffect, Rules,
    Shape, Signal, Site, Spill, SpillTest, Target, Trigger,
};
use plimsoll::units::{ClassId, MilliGpus, PoolId, SimTime, SiteId, Span};

mod actions;
mod batches;

pub(crate) const DC: PoolId = PoolId(0);
pub(crate) const BACKUP: PoolId = PoolId(1);
pub(crate) const CLOUD: PoolId = PoolId(2);

/// Four GPUs at home, four at a second site of ours, and nodes of four in a cloud; a day and a half long.
pub(crate) fn estate(nodes: u32) -> Model {
    let mut model = model(
        vec![
            owned("dc", nodes, 4, Packing::Best),
            owned("backup", 1, 4, Packing::Best),
            rented("cloud", 4, terms()),
        ],
        vec![Discipline::Fifo],
    );
    for (index, name) in ["second", "cloud"].into_iter().enumerate() {
        model.sites.push(Site::bare(name));
        model.pools[index + 1].site = SiteId::from(index + 1);
    }
    model.strategies[0].placement = Placement::PrivateFirst(Spill {
        test: SpillTest::Waited(Span(20 * HOUR)),
        ceiling: None,
    });
    model.horizon = Horizon::At(SimTime(36 * HOUR));
    model
}

pub(crate) fn to(pools: &[PoolId]) -> Target {
    Target {
        pools: pools.to_vec(),
        needs_replica: false,
        needs_checkpoint: false,
    }
}

fn on(signal: Signal) -> Trigger {
    Trigger {
        signal,
        lasting: Span::ZERO,
        delay: Span::ZERO,
    }
}

/// Once all at home is lost, work goes to these, in order.
pub(crate) fn reroute(targets: Vec<Target>) -> Failover {
    Failover {
        name: "out".to_owned(),
        classes: vec![ClassId(0)],
        triggers: vec![on(Signal::Lost(vec![vec![DC]]))],
        targets,
        action: FailoverAction::Reroute,
        leaves: Vec::new(),
        fail_back: FailBack::AfterJob,
        next_after: None,
        cool_down: Span::ZERO,
    }
}

/// Losses are to be made good in an hour, and to cost a quarter of one.
const WANTED: Objectives = Objectives {
    time: Some(Span(HOUR)),
    point: Some(Span(15 * MINUTE)),
};

pub(crate) fn hold(model: &mut Model, failover: Failover, shapes: &[Shape]) {
    let sites: Vec<SiteId> = model.pools.iter().map(|pool| pool.site).collect();
    let classes: Vec<ClassId> = shapes.iter().map(|shape| shape.class).collect();
    // Home, and where the failover leads from and to.
    let mut pools = vec![DC];
    pools.extend(&failover.leaves);
    pools.extend(failover.targets.iter().flat_map(|target| &target.pools));
    pools.sort_unstable();
    pools.dedup();
    model.classes[0].pools = pools;
    let wanted = vec![Some(WANTED); model.classes.len()];
    model.failovers = Failovers::new(vec![failover], wanted, &classes, &sites, |_, _, _, _| true);
}

fn run(model: &mut Model, failover: Failover, rows: &[Row], weather: &[Incident]) -> Everything {
    crate::common::worlds::timeline(model, rows);
    let shapes = model.shapes.clone();
    hold(model, failover, &shapes);
    live(model, rows, HOURLY, weather, 0)
}

/// All nodes of a pool are lost from one instant until another, in minutes.
pub(crate) fn lost(pool: PoolId, nodes: u32, from: u64, until: u64) -> [Incident; 2] {
    let range = if nodes == 0 {
        NodeRange::rented(pool)
    } else {
        NodeRange {
            pool,
            first: 0,
            nodes,
        }
    };
    [
        range.incident(SimTime(from * MINUTE), false),
        range.incident(SimTime(until * MINUTE), true),
    ]
}

/// When jobs were placed, in minutes, and where.
pub(crate) fn placed(heard: &Everything, job: usize) -> Vec<(u64, PoolId)> {
    let places = heard.facts.iter().filter_map(|&(at, fact)| match fact {
        Fact::Placed(id, pool) if id.index() == job => Some((at.0 / MINUTE, pool)),
        _ => None,
    });
    places.collect()
}

fn ends(heard: &Everything) -> Vec<u64> {
    heard.jobs.iter().map(|job| job.end.0 / MINUTE).collect()
}

pub(crate) fn told(heard: &Everything) -> Vec<(u64, bool)> {
    let facts = heard.facts.iter().filter_map(|&(at, fact)| match fact {
        Fact::FailoverBegan(0) => Some((at.0 / MINUTE, true)),
        Fact::FailoverOver(0) => Some((at.0 / MINUTE, false)),
        _ => None,
    });
    facts.collect()
}

/// Ten hours, and behind it an hour that comes at 1:00; checkpoints by the hour.
pub(crate) const TWO: [Row; 2] = [row(0, 10 * HOUR), row(HOUR, HOUR)];

pub(crate) const fn row(submit: u64, work: u64) -> Row {
    Row {
        submit,
        milli: 4000,
        work,
        requested: work,
        class: 0,
        tenant: 0,
        priority: 0,
        outcome: plimsoll::model::Outcome::Finished,
    }
}

#[test]
fn a_target_takes_nobody_in_calm_and_work_once_home_is_lost() {
    let heard = run(
        &mut estate(1),
        reroute(vec![to(&[BACKUP])]),
        &TWO,
        &lost(DC, 1, 150, 1200),
    );
    // The second waits though the target is free. Lost at 2:30, the first goes back to 2:00 and has 8 h to go there:
    // until 10:30. The second then has its hour there, for home is back at 20:00 only.
    assert_eq!(placed(&heard, 0), [(0, DC), (150, BACKUP)]);
    assert_eq!(placed(&heard, 1), [(630, BACKUP)]);
    assert_eq!(ends(&heard), [630, 690]);
    assert_eq!(told(&heard), [(150, true), (1200, false)]);
    assert_eq!(heard.jobs[1].waits.total(), 570 * MINUTE);
    // It ran again at once, and half an hour was lost: in time, and more than was wanted.
    let loss = heard.recoveries[0];
    assert_eq!(heard.recoveries.len(), 1);
    assert_eq!((loss.took, loss.lost), (Span::ZERO, Span(30 * MINUTE)));
    assert_eq!((loss.in_time(), loss.in_point()), (Some(true), Some(false)));
    let record = heard.failovers[0];
    assert_eq!((record.begun, record.flaps, record.moved), (1, 0, 0));
    assert_eq!(record.in_force, Span(1050 * MINUTE));
}

#[test]
fn what_must_last_and_is_told_late_is_acted_upon_late_or_not_at_all() {
    let slow = |lasting: u64, delay: u64| {
        let mut failover = reroute(vec![to(&[BACKUP])]);
        failover.triggers[0].lasting = Span(lasting * MINUTE);
        failover.triggers[0].delay = Span(delay * MINUTE);
        failover
    };
    let heard = run(&mut estate(1), slow(10, 5), &TWO, &lost(DC, 1, 150, 1200));
    // Lost at 2:30, counts at 2:40, told at 2:45; over at 20:00, told at 20:15.
    assert_eq!(told(&heard), [(165, true), (1215, false)]);
    assert_eq!(placed(&heard, 0), [(0, DC), (165, BACKUP)]);
    assert_eq!(heard.recoveries[0].took, Span(15 * MINUTE));
    // What is over before it counts is never told: the job waits nine minutes for its own place.
    let heard = run(&mut estate(1), slow(10, 5), &TWO, &lost(DC, 1, 150, 159));
    assert_eq!(told(&heard), []);
    assert_eq!(placed(&heard, 0), [(0, DC), (159, DC)]);
    // What lasted is told, though it is over by then: for ten minutes of home that works.
    let heard = run(&mut estate(1), slow(10, 20), &TWO, &lost(DC, 1, 150, 165));
    assert_eq!(told(&heard), [(180, true), (195, false)]);
}

#[test]
fn work_comes_back_at_once_or_after_its_job_or_never() {
    let back = |fail_back| Failover {
        fail_back,
        ..reroute(vec![to(&[BACKUP])])
    };
    let weather = lost(DC, 1, 150, 270);
    let at_once = run(&mut estate(1), back(FailBack::AtOnce), &TWO, &weather);
    // Two hours there; then the job moves home with all that it did and has six more to go.
    assert_eq!(placed(&at_once, 0), [(0, DC), (150, BACKUP), (270, DC)]);
    assert_eq!(ends(&at_once), [630, 690]);
    assert_eq!(at_once.failovers[0].moved, 1);
    // To be told to leave is a loss that costs no running.
    assert_eq!(at_once.recoveries[1].lost, Span::ZERO);
    let after = run(&mut estate(1), back(FailBack::AfterJob), &TWO, &weather);
    assert_eq!(placed(&after, 0), [(0, DC), (150, BACKUP)]);
    assert_eq!(placed(&after, 1), [(270, DC)]);
    // A third that comes when home is full finds the target open only if it never closes.
    let three = [
        TWO[0],
        TWO[1],
        row(280 * MINUTE, HOUR),
        row(640 * MINUTE, 9 * HOUR),
        row(650 * MINUTE, HOUR),
    ];
    let after = run(&mut estate(1), back(FailBack::AfterJob), &three, &weather);
    assert_eq!(placed(&after, 4), [(1180, DC)]);
    let never = run(&mut estate(1), back(FailBack::Never), &three, &weather);
    assert_eq!(placed(&never, 4), [(650, BACKUP)]);
}

#[test]
fn the_next_target_opens_when_somebody_waits_or_the_last_is_lost() {
    let two = || Failover {
        next_after: Some(Span(HOUR)),
        ..reroute(vec![to(&[BACKUP]), to(&[CLOUD])])
    };
    let rows = [row(0, 10 * HOUR), row(0, 10 * HOUR)];
    let heard = run(&mut estate(2), two(), &rows, &lost(DC, 2, 120, 2000));
    // Both lose nothing at 2:00; one finds room, the other an hour later in the cloud, whatever the spill test says.
    assert_eq!(placed(&heard, 0), [(0, DC), (120, BACKUP)]);
    assert_eq!(placed(&heard, 1), [(0, DC), (180, CLOUD)]);
    assert_eq!(heard.recoveries[1].took, Span(HOUR));
    // If the first target is lost as well, nobody waits for the second.
    let mut weather = lost(DC, 2, 120, 2000).to_vec();
    weather.extend(lost(BACKUP, 1, 60, 2000));
    let heard = run(&mut estate(2), two(), &rows, &weather);
    assert_eq!(placed(&heard, 0), [(0, DC), (120, CLOUD)]);
    assert_eq!(placed(&heard, 1), [(0, DC), (120, CLOUD)]);
}

#[test]
fn nothing_is_changed_again_while_it_cools_down_and_flapping_is_counted() {
    let cool = |minutes: u64| Failover {
        cool_down: Span(minutes * MINUTE),
        ..reroute(vec![to(&[BACKUP])])
    };
    let mut weather = lost(DC, 1, 120, 130).to_vec();
    weather.extend(lost(DC, 1, 140, 150));
    let heard = run(&mut estate(1), cool(0), &TWO, &weather);
    assert_eq!(
        told(&heard),
        [(120, true), (130, false), (140, true), (150, false)]
    );
    assert_eq!((heard.failovers[0].begun, heard.failovers[0].flaps), (2, 1));
    // With an hour to cool down it is over at 3:00, when home has worked for half an hour.
    let heard = run(&mut estate(1), cool(60), &TWO, &weather);
    assert_eq!(told(&heard), [(120, true), (180, false)]);
    assert_eq!(heard.failovers[0].flaps, 0);
}

#[test]
fn rules_hold_for_targets_too() {
    let mut model = estate(1);
    let list = vec![Rule::bare("stays", RuleEffect::Forbid)];
    crate::common::worlds::timeline(&mut model, &TWO);
    model.rules = Rules::by_hand(list, (1, 3), |_, _, pool| pool == BACKUP.index());
    let heard = run(
        &mut model,
        reroute(vec![to(&[BACKUP])]),
        &TWO,
        &lost(DC, 1, 150, 300),
    );
    assert_eq!(placed(&heard, 0), [(0, DC), (300, DC)]);
}

#[test]
fn who_may_only_go_where_failovers_lead_waits_for_one() {
    // Owned and rented pools are both targets; a strategy that stays at home opens what is ours.
    let mut model = hybrid(SpillTest::Waited(Span::ZERO), terms());
    model.horizon = Horizon::At(SimTime(36 * HOUR));
    let failover = Failover {
        triggers: vec![on(Signal::PriceAbove(
            vec![PoolId(1)],
            Level::at_least(5_000_000),
        ))],
        ..reroute(vec![to(&[PoolId(0), PoolId(1)])])
    };
    let heard = run(&mut model, failover, &TWO, &[]);
    assert!(heard.jobs.iter().all(|job| job.state == JobState::Waiting));
    assert_eq!(heard.jobs[0].waits[Cause::Capacity], 36 * HOUR);
}

/// The shipped scenario: training runs at home unless home is lost, and then work goes on in time where it may leave the
/// house.
#[test]
fn the_shipped_scenario_leaves_home_only_when_it_is_lost() {
    use plimsoll::dice::Dice;
    use plimsoll::model::{SampleScratch, Timeline, compile};
    use plimsoll::scenario::load;
    let root = std::path::PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    let scenario = load(&root.join("scenarios/failover.toml"), &[]).unwrap();
    let model = compile(&scenario).unwrap().model;
    let _ = SampleScratch::default();
    let training = model.failovers.list[0].classes[0];
    let (mut begun, mut away) = (0, 0);
    for replication in 0..3 {
        let dice = Dice {
            seed: 1,
            replication,
        };
        let mut timeline = Timeline::default();
        Timeline::sample(&model, &dice, &mut timeline);
        for strategy in 0..2 {
            let heard = crate::common::play(&model, &timeline, strategy);
            let mut is_on = false;
            for &(at, fact) in &heard.facts {
                match fact {
                    Fact::FailoverBegan(_) => is_on = true,
                    Fact::FailoverOver(_) => is_on = false,
                    Fact::Placed(job, pool) => {
                        let shape = timeline.requests[job.index()].shape;
                        let leaves = model.class_of(shape) == training && pool.index() > 0;
                        assert!(is_on || !leaves, "{job:?} in {pool:?} at {at:?}");
                        away += usize::from(leaves);
                    }
                    _ => {}
                }
            }
            begun += heard.failovers[0].begun;
            assert!(
                heard
                    .recoveries
                    .iter()
                    .all(|loss| loss.time.is_some() || loss.class != training)
            );
        }
    }
    assert!(begun > 0 && away > 0, "{begun} times, {away} jobs");
}

#[test]
fn a_failover_that_nothing_sets_off_changes_nothing() {
    let mut model = estate(1);
    let calm = run(&mut model, reroute(vec![to(&[BACKUP])]), &TWO, &[]);
    model.failovers = Failovers::default();
    model.classes[0].pools = vec![DC];
    let without = live(&mut model, &TWO, HOURLY, &[], 0);
    assert_eq!(calm.run.digest, without.run.digest);
    assert_eq!((calm.jobs, calm.postings), (without.jobs, without.postings));
}
