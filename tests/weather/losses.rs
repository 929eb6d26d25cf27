//! Rented capacity that fails, worked by hand: pools that are lost as a whole, and single instances.

use crate::common::bad_days::{DICE, posted};
use crate::common::clouds::{HOUR, MINUTE, THREE, cost, public, terms};
use crate::common::worlds::{Row, timeline};
use crate::common::{Everything, play};
use plimsoll::journal::{Bucket, Fact, JobState};
use plimsoll::model::{
    Boot, Horizon, Incident, InstanceFailure, Model, NodeRange, Preemption, Rented, Rhythm,
    Timeline,
};
use plimsoll::process::Law;
use plimsoll::units::{PoolId, SimTime, Span};

const POOL: PoolId = PoolId(0);

fn run(model: &mut Model, rows: &[Row], rhythm: Rhythm, weather: &[Incident]) -> Everything {
    model.horizon = Horizon::At(SimTime(24 * HOUR));
    model.classes[0].preemption = Preemption::Kill {
        restart: Span::ZERO,
    };
    let mut timeline = timeline(model, rows);
    model.rhythms = vec![rhythm; model.shapes.len() * model.pools.len()];
    timeline.weather = weather.to_vec();
    Incident::put_in_order(&mut timeline.weather);
    let heard = play(model, &timeline, 0);
    assert_eq!(posted(&heard), heard.pools[0].gpu_time.0);
    heard
}

/// The pool is lost from one hour on until another.
fn lost(from: u64, to: u64) -> [Incident; 2] {
    let all = NodeRange::rented(POOL);
    [
        all.incident(SimTime(from), false),
        all.incident(SimTime(to), true),
    ]
}

fn told(heard: &Everything, wanted: impl Fn(&Fact) -> bool) -> Vec<u64> {
    let facts = heard.facts.iter().filter(|(_, fact)| wanted(fact));
    facts.map(|(at, _)| at.0 / MINUTE).collect()
}

#[test]
fn a_region_takes_what_is_rented_there_and_lets_nobody_in() {
    // Two gangs of 4 GPUs for 5 h. Lost from 2:00 to 4:00: both stop without a word, and what they did is gone. One
    // asks at once and again every 185 s: 38 times in vain, and 39 × 185 s after 2:00 both are in, until 9:00:15.
    let rows = [Row::of(0, 4, 5 * HOUR), Row::of(0, 4, 5 * HOUR)];
    let heard = run(
        &mut public(terms()),
        &rows,
        Rhythm::NONE,
        &lost(2 * HOUR, 4 * HOUR),
    );
    let stops = told(&heard, |fact| matches!(fact, Fact::Interrupted(..)));
    assert_eq!(stops, [120, 120]);
    assert_eq!(
        told(&heard, |fact| matches!(fact, Fact::Reclaimed(..))),
        [120, 120]
    );
    let back = 2 * HOUR + 39 * 185_000;
    for job in &heard.jobs {
        assert_eq!(
            (job.end, job.state),
            (SimTime(back + 5 * HOUR), JobState::Finished)
        );
        assert_eq!(job.gpu_time[Bucket::Rework], 4_000 * u128::from(2 * HOUR));
    }
    let pool = &heard.pools[0];
    assert_eq!((pool.launches, pool.reclaims), (4, 2));
    assert_eq!(pool.charged, cost(8, 7 * HOUR, THREE));
    // The provider is gone from 3:00 to 5:00 besides: 58 × 185 s are 10,730 s, and 59 are more than three hours.
    let mut weather = lost(2 * HOUR, 4 * HOUR).to_vec();
    weather.extend(lost(3 * HOUR, 5 * HOUR));
    let heard = run(&mut public(terms()), &rows[..1], Rhythm::NONE, &weather);
    let back = 2 * HOUR + 59 * 185_000;
    assert_eq!(heard.jobs[0].end, SimTime(back + 5 * HOUR));
    assert_eq!(heard.jobs[0].interruptions, 1);
}

#[test]
fn what_boots_when_its_region_is_lost_never_comes_up() {
    // An instance boots for half an hour and is lost after ten minutes: it is charged, and nothing ran.
    let slow = Rented {
        boot: Boot::Fixed(Span(30 * MINUTE)),
        ..terms()
    };
    let rows = [Row::of(0, 4, HOUR)];
    let heard = run(
        &mut public(slow),
        &rows,
        Rhythm::NONE,
        &lost(10 * MINUTE, 30 * HOUR)[..1],
    );
    assert_eq!(heard.jobs[0].start, None);
    assert_eq!(heard.pools[0].charged, cost(4, 10 * MINUTE, THREE));
}

/// Every instance works for so long after it has booted.
fn lasting(minutes: u64) -> Vec<InstanceFailure> {
    vec![InstanceFailure {
        name: "host".to_owned(),
        up: Law::Constant((minutes * MINUTE) as f64),
        pools: vec![POOL],
    }]
}

const HOURLY: Rhythm = Rhythm {
    interval: Span(HOUR),
    write: Span::ZERO,
    verify: Span::ZERO,
};

#[test]
fn an_instance_that_fails_is_given_back_and_another_one_ordered() {
    // An instance boots for 10 min and works for 90: a checkpoint after an hour, and half an hour lost. Every 100 min
    // an hour is done; the fourth is done 10 + 60 min after the third fault: 4 × 60 min of work in 370.
    let slow = Rented {
        boot: Boot::Fixed(Span(10 * MINUTE)),
        ..terms()
    };
    let mut model = public(slow);
    model.weather.instances = lasting(90);
    let heard = run(&mut model, &[Row::of(0, 4, 4 * HOUR)], HOURLY, &[]);
    let failed = told(&heard, |fact| matches!(fact, Fact::InstancesFailed(..)));
    assert_eq!(failed, [100, 200, 300]);
    let job = &heard.jobs[0];
    assert_eq!((job.end, job.interruptions), (SimTime(370 * MINUTE), 3));
    assert_eq!(
        job.gpu_time[Bucket::Rework],
        4_000 * u128::from(90 * MINUTE)
    );
    let pool = &heard.pools[0];
    assert_eq!((pool.launches, pool.reclaims), (4, 0));
    assert_eq!(pool.charged, cost(4, 370 * MINUTE, THREE));

    // A gang on two instances stops with the first; the other one fails at the same instant here, and both are new.
    let mut model = public(terms());
    model.weather.instances = lasting(90);
    let heard = run(&mut model, &[Row::of(0, 8, 2 * HOUR)], HOURLY, &[]);
    let failed = told(&heard, |fact| matches!(fact, Fact::InstancesFailed(..)));
    assert_eq!(failed, [90, 90]);
    assert_eq!(
        (heard.jobs[0].interruptions, heard.pools[0].launches),
        (1, 4)
    );
    assert_eq!(heard.jobs[0].end, SimTime(150 * MINUTE));
}

#[test]
fn instances_that_were_given_back_fail_nobody() {
    // Half an hour of work each, one behind the other: none is there after 90 minutes.
    let mut model = public(terms());
    model.weather.instances = lasting(90);
    let rows: Vec<Row> = (0..6).map(|n| Row::of(n * HOUR, 4, HOUR / 2)).collect();
    let with = run(&mut model, &rows, HOURLY, &[]);
    let without = run(&mut public(terms()), &rows, HOURLY, &[]);
    // The very same run, but that stale events are looked at.
    assert_eq!((&with.facts, &with.pools), (&without.facts, &without.pools));
}

#[test]
fn a_hazard_takes_its_share_and_never_leaves_the_same_hash() {
    // 60 jobs on an instance each for a day, which fail once in 12 h: about 120 faults.
    let rows = vec![Row::of(0, 4, 30 * HOUR); 60];
    let mut model = public(terms());
    model.weather.instances = vec![InstanceFailure {
        up: Law::Exponential {
            mean: (12 * HOUR) as f64,
        },
        ..lasting(1).remove(0)
    }];
    let heard = run(&mut model, &rows, Rhythm::NONE, &[]);
    let failed = told(&heard, |fact| matches!(fact, Fact::InstancesFailed(..)));
    // √120 = 11.
    assert!((76..164).contains(&failed.len()), "{}", failed.len());
    let mut differ = failed.clone();
    differ.dedup();
    assert!(differ.len() > failed.len() / 2, "each by its own dice");

    let mut never = public(terms());
    never.weather.instances = lasting(60 * 24 * 365);
    let never = run(&mut never, &rows, Rhythm::NONE, &[]);
    let calm = run(&mut public(terms()), &rows, Rhythm::NONE, &[]);
    assert_eq!(never.run, calm.run);
    // It is nothing of the timeline's: whoever decides otherwise meets the same world.
    let mut timeline = Timeline::default();
    Timeline::sample(&model, &DICE, &mut timeline);
    assert!(timeline.weather.is_empty());
}
