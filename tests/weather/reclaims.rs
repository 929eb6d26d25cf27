//! What is asked, refused, taken back and charged, worked by hand.

use crate::common::clouds::{HOUR, MINUTE, THREE, cost, public, terms};
use crate::common::worlds::{Row, timeline};
use crate::common::{Everything, model, owned, play};
use plimsoll::journal::{Bucket, JobState};
use plimsoll::model::{
    Boot, Discipline, Horizon, Incident, Model, Packing, Preemption, Rented, Rhythm,
};
use plimsoll::units::{PoolId, SimTime, Span};

const POOL: PoolId = PoolId(0);

fn run(model: &mut Model, rows: &[Row], weather: Vec<Incident>) -> Everything {
    model.horizon = Horizon::At(SimTime(24 * HOUR));
    let mut timeline = timeline(model, rows);
    timeline.weather = weather;
    Incident::put_in_order(&mut timeline.weather);
    play(model, &timeline, 0)
}

fn capacity(steps: &[(u64, u32)], notice: u64) -> Vec<Incident> {
    let steps = steps.iter().map(|&(at, n)| (SimTime(at), n));
    Incident::capacities(POOL, Some(Span(notice)), steps).collect()
}

/// An hour at least, in half hours.
fn by_the_hour(boot: u64) -> Rented {
    Rented {
        minimum: Span(HOUR),
        increment: Span(HOUR / 2),
        boot: Boot::Fixed(Span(boot)),
        ..terms()
    }
}

#[test]
fn what_is_taken_back_is_charged_to_its_minimum_and_increment() {
    let weather = |at| capacity(&[(at, 0)], 2 * MINUTE);
    let rows = [Row::of(0, 4, 10 * HOUR)];
    // Gone after 12 minutes, charged for an hour; gone after 62, charged for 90.
    for (at, charged) in [(10 * MINUTE, HOUR), (HOUR, 90 * MINUTE)] {
        let heard = run(&mut public(by_the_hour(0)), &rows, weather(at));
        let pool = &heard.pools[0];
        assert_eq!(pool.charged, cost(4, charged, THREE));
        assert_eq!((pool.reclaims, pool.launches), (1, 1));
        // The job saves at no cost when it is warned; what drains is nobody's.
        let used = pool.charged - pool.idle_cost;
        assert_eq!(used, cost(4, at, THREE));
    }
}

#[test]
fn what_is_given_up_while_it_boots_is_charged_to_its_minimum_too() {
    // Two instances boot for 30 minutes; one is warned after 10, and both go.
    let weather = capacity(&[(10 * MINUTE, 1), (20 * HOUR, 0)], 2 * MINUTE);
    let rows = [Row::of(0, 8, HOUR)];
    let heard = run(&mut public(by_the_hour(30 * MINUTE)), &rows, weather);
    let pool = &heard.pools[0];
    assert_eq!(pool.charged, cost(8, HOUR, THREE));
    let held = heard.jobs[0].gpu_time[Bucket::HeldIdle];
    assert_eq!(held, 8_000 * u128::from(10 * MINUTE));
    // The provider took one, and we gave the other back.
    assert_eq!(pool.reclaims, 1);
    // A job that asks for what is not there waits, whether it stands in the line or hears of it soon.
    assert_eq!(heard.jobs[0].state, JobState::Waiting);
    assert_eq!(heard.jobs[0].start, None);
}

#[test]
fn a_market_answers_in_the_order_of_asking() {
    // Room for one: the first of two that ask at once has it, the second waits for its end and the next ask.
    let weather = capacity(&[(0, 1)], 0);
    let rows = [Row::of(0, 4, HOUR), Row::of(0, 4, HOUR)];
    let heard = run(&mut public(terms()), &rows, weather);
    assert_eq!(heard.jobs[0].start, Some(SimTime::ZERO));
    // It asks every 185 s: 20 times 185 s are 3,700 s, the first after an hour.
    assert_eq!(heard.jobs[1].start, Some(SimTime(20 * 185_000)));
    assert_eq!(heard.pools[0].refusals, 20);
}

/// One node, checkpoints every two hours for 6 minutes, verified in 30 more.
fn verified() -> Model {
    let mut model = model(
        vec![owned("own", 1, 8, Packing::Best)],
        vec![Discipline::Fifo],
    );
    model.classes[0].preemption = Preemption::Checkpoint {
        write: Span(20 * MINUTE),
        restart: Span::ZERO,
    };
    model.rhythms = vec![Rhythm {
        interval: Span(2 * HOUR),
        write: Span(6 * MINUTE),
        verify: Span(30 * MINUTE),
    }];
    model
}

#[test]
fn a_fault_before_a_checkpoint_is_verified_loses_it() {
    // Written at 2:06, verified at 2:36.
    for (at, lost) in [(155, 149), (156, 30), (157, 31)] {
        let (at, lost) = (at * MINUTE, lost * MINUTE);
        let weather = vec![Incident::down(SimTime(at), POOL, 0, 1)];
        let heard = run(&mut verified(), &[Row::of(0, 8, 10 * HOUR)], weather);
        let rework = heard.jobs[0].gpu_time[Bucket::Rework];
        assert_eq!(rework, 8_000 * u128::from(lost));
    }
}

#[test]
fn backfill_expects_restarts_and_checkpoints() {
    let mut model = model(
        vec![owned("own", 2, 1, Packing::Best)],
        vec![Discipline::Easy],
    );
    model.classes[0].preemption = Preemption::Checkpoint {
        write: Span(30 * MINUTE),
        restart: Span::ZERO,
    };
    // A runs from 0 to 4:30 with one checkpoint of 30 minutes; B needs both nodes, from 4:30 on. C needs 4 h
    // and a checkpoint: from 0:10 it would end at 4:40, ten minutes too late, though its work alone would fit.
    let rows = [
        Row::of(0, 1, 4 * HOUR),
        Row::of(5 * MINUTE, 2, HOUR),
        Row::of(10 * MINUTE, 1, 4 * HOUR),
    ];
    model.rhythms = vec![
        Rhythm {
            interval: Span(2 * HOUR),
            write: Span(30 * MINUTE),
            verify: Span::ZERO,
        };
        2
    ];
    let heard = run(&mut model, &rows, Vec::new());
    let starts: Vec<u64> = heard.jobs.iter().map(|job| job.start.unwrap().0).collect();
    assert_eq!(starts, [0, 270 * MINUTE, 330 * MINUTE]);
}
