//! Cost envelopes worked by hand, and random worlds in which no job ever costs more than its own.

use std::cell::Cell;

use crate::common::Everything;
use crate::common::cases::runner;
use crate::common::checks::{Run, every_strategy};
use crate::common::clouds::{HOUR, MINUTE, THREE, cost, gpu_time, hybrid, public, steps, terms};
use crate::common::spending::{checked, units};
use crate::common::worlds::{Row, worlds};
use plimsoll::journal::{Bucket, Cause, Fact, Item, JobState, Leave, LeaveReason};
use plimsoll::model::{Boot, Envelope, Horizon, Model, Preemption, Rented, SpillTest, Timeline};
use plimsoll::units::{ClassId, JobId, Money, PoolId, SimTime, Span, TenantId};
use proptest::prelude::*;

/// For all jobs of the first class in the last pool.
fn envelope(amount: i128, pool: usize) -> Envelope {
    Envelope {
        name: "tuning".to_owned(),
        classes: vec![ClassId(0)],
        tenants: None,
        pools: vec![PoolId::from(pool)],
        amount: units(amount),
        saves: false,
        looks_ahead: false,
    }
}

/// Rented nodes of four GPUs for 12 an hour.
fn cloud(terms: Rented, envelope: Envelope) -> Model {
    let mut model = public(terms);
    model.horizon = Horizon::At(SimTime(48 * HOUR));
    model.envelopes.list = vec![envelope];
    model.classes[0].preemption = Preemption::Checkpoint {
        write: Span(6 * MINUTE),
        restart: Span(3 * MINUTE),
    };
    model
}

fn torn(heard: &Everything) -> Vec<(u64, bool)> {
    let torn = heard.facts.iter().filter_map(|&(at, fact)| match fact {
        Fact::TornDown(
            _,
            _,
            Leave {
                saves,
                why: LeaveReason::Envelope(_),
            },
        ) => Some((at.0 / MINUTE, saves)),
        _ => None,
    });
    torn.collect()
}

#[test]
fn a_job_is_over_when_its_envelope_is_used_up() {
    // 12 an hour: 30 are spent after two hours and a half, in which nothing useful was done. Its neighbour costs 24.
    let mut model = cloud(terms(), envelope(30, 0));
    let rows = [Row::of(0, 4, 5 * HOUR), Row::of(0, 4, 2 * HOUR)];
    let heard = checked(&mut model, &rows);
    let job = &heard.jobs[0];
    assert_eq!(job.state, JobState::Overspent);
    assert_eq!(job.end, SimTime(150 * MINUTE));
    assert_eq!(job.compute_cost, units(30));
    assert_eq!(job.gpu_time[Bucket::Failed], gpu_time(4, 150 * MINUTE));
    assert_eq!(heard.jobs[1].state, JobState::Finished);
    assert_eq!(heard.run.envelopes_reached, 1);
    // Who costs exactly as much as it may is done first.
    let heard = checked(&mut model, &[Row::of(0, 4, 150 * MINUTE)]);
    assert_eq!(heard.jobs[0].state, JobState::Finished);
}

#[test]
fn a_checkpoint_is_paid_from_the_envelope_and_the_job_goes_on_at_home() {
    // Home is full until 4:00. At 12 an hour 30 last for 2:30; the write takes 6 min and costs 1.2, so it is told at
    // 2:24 and has cost 30 at 2:30. At home it restores its state for 3 min and works the 2:36 that are left.
    let mut model = hybrid(SpillTest::Waited(Span::ZERO), terms());
    model.horizon = Horizon::At(SimTime(48 * HOUR));
    model.classes[0].preemption = Preemption::Checkpoint {
        write: Span(6 * MINUTE),
        restart: Span(3 * MINUTE),
    };
    model.envelopes.list = vec![Envelope {
        saves: true,
        ..envelope(30, 1)
    }];
    let rows = [Row::of(0, 4, 4 * HOUR), Row::of(0, 4, 5 * HOUR)];
    let heard = checked(&mut model, &rows);
    let job = &heard.jobs[1];
    assert_eq!(torn(&heard), [(144, true)]);
    assert_eq!(job.state, JobState::Finished);
    assert_eq!(job.end, SimTime(4 * HOUR + (3 + 156) * MINUTE));
    assert_eq!(job.preempted, Span(90 * MINUTE));
    // 30 in the cloud, and 159 minutes of four GPUs at home for 2 each an hour.
    assert_eq!(
        job.compute_cost,
        units(30) + cost(4, 159 * MINUTE, 2_000_000)
    );
    let egress = heard.run.envelope_overshoot;
    assert_eq!((heard.run.envelopes_reached, egress), (1, Money::ZERO));
    assert_eq!((job.preemptions, job.interruptions), (1, 0));
}

#[test]
fn a_price_that_rises_brings_the_end_nearer() {
    // 3 for an hour, then 6: 12, then 24 an hour. Of 30, 18 are left at 1:00 and last for 45 min.
    let mut model = cloud(
        Rented {
            prices: steps(&[(0, THREE), (HOUR, 2 * THREE)]),
            ..terms()
        },
        envelope(30, 0),
    );
    let heard = checked(&mut model, &[Row::of(0, 4, 5 * HOUR)]);
    assert_eq!(heard.jobs[0].end, SimTime(105 * MINUTE));
    assert_eq!(heard.jobs[0].compute_cost, units(30));
}

#[test]
fn a_price_that_rises_while_a_checkpoint_is_written_is_counted() {
    // Told at 2:24, as 1.2 are left for six minutes of writing; at 2:27 the price doubles: three minutes for 0.6 more.
    let mut model = cloud(
        Rented {
            prices: steps(&[(0, THREE), (147 * MINUTE, 2 * THREE)]),
            ..terms()
        },
        Envelope {
            saves: true,
            ..envelope(30, 0)
        },
    );
    let heard = checked(&mut model, &[Row::of(0, 4, 5 * HOUR)]);
    assert_eq!(torn(&heard), [(144, true)]);
    assert_eq!(heard.run.envelope_overshoot, cost(4, 3 * MINUTE, THREE));
    // There is no other capacity: it waits until the horizon, with what it has done.
    assert_eq!(heard.jobs[0].state, JobState::Waiting);
    assert_eq!(heard.left[0].1, Span(144 * MINUTE));
}

#[test]
fn booting_is_paid_for_and_what_boots_too_long_is_given_up() {
    // An hour of booting costs 12, so of 18 half an hour of work is left; of 6 not even the boot.
    let booting = Rented {
        boot: Boot::Fixed(Span(HOUR)),
        ..terms()
    };
    let mut model = cloud(booting.clone(), envelope(18, 0));
    let heard = checked(&mut model, &[Row::of(0, 4, 5 * HOUR)]);
    assert_eq!(heard.jobs[0].end, SimTime(90 * MINUTE));
    assert_eq!(heard.jobs[0].compute_cost, units(18));
    let mut model = cloud(booting, envelope(6, 0));
    let heard = checked(&mut model, &[Row::of(0, 4, 5 * HOUR)]);
    assert_eq!(heard.jobs[0].state, JobState::Overspent);
    assert_eq!(
        (heard.jobs[0].start, heard.jobs[0].end),
        (None, SimTime(30 * MINUTE))
    );
    assert_eq!(heard.jobs[0].compute_cost, units(6));
}

#[test]
fn who_is_expected_to_cost_more_is_not_placed_and_holds_no_place_of_others() {
    // Five hours cost 60: more than 30, so it waits; the next costs 24 by its estimate and goes at once.
    let mut model = cloud(
        terms(),
        Envelope {
            looks_ahead: true,
            ..envelope(30, 0)
        },
    );
    let rows = [
        Row::of(0, 4, 5 * HOUR),
        Row {
            // It asks for less than it needs: what it truly takes is seen by nobody, and stops it at 2:30.
            requested: 2 * HOUR,
            ..Row::of(0, 4, 3 * HOUR)
        },
    ];
    let heard = checked(&mut model, &rows);
    assert_eq!(heard.jobs[0].state, JobState::Waiting);
    assert_eq!(heard.jobs[0].waits[Cause::Budget], 48 * HOUR);
    assert_eq!(heard.jobs[1].state, JobState::Overspent);
    assert_eq!(heard.jobs[1].end, SimTime(150 * MINUTE));
}

#[test]
fn an_envelope_is_of_tenants_too() {
    let mut model = cloud(
        terms(),
        Envelope {
            tenants: Some(vec![TenantId(1)]),
            ..envelope(12, 0)
        },
    );
    model.tenants = vec!["a".to_owned(), "b".to_owned()];
    let rows = [
        Row::of(0, 4, 3 * HOUR),
        Row {
            tenant: 1,
            ..Row::of(0, 4, 3 * HOUR)
        },
    ];
    let heard = checked(&mut model, &rows);
    let states: Vec<_> = heard.jobs.iter().map(|job| job.state).collect();
    assert_eq!(states, [JobState::Finished, JobState::Overspent]);
}

/// Random envelopes of both classes; amounts around what small jobs cost.
fn enveloped() -> impl proptest::strategy::Strategy<Value = (Model, Timeline)> {
    let drawn = (
        0i128..12,
        any::<bool>(),
        any::<bool>(),
        0i128..4,
        any::<bool>(),
    );
    (worlds(), drawn).prop_map(|((mut model, timeline), drawn)| {
        let (amount, saves, looks_ahead, other, stops) = drawn;
        if model.horizon == Horizon::UntilEmpty {
            model.horizon = Horizon::At(SimTime(60 * HOUR));
        }
        let rented = |&pool: &PoolId| model.pool(pool).is_rented();
        let pools: Vec<PoolId> = (0..model.pools.len())
            .map(PoolId::from)
            .filter(rented)
            .collect();
        for (class, amount, saves) in [(0, amount, saves), (1, other, !stops)] {
            let kills = matches!(model.classes[class].preemption, Preemption::Kill { .. });
            model.envelopes.list.push(Envelope {
                name: format!("{class}"),
                classes: vec![ClassId::from(class)],
                pools: pools.clone(),
                saves: saves && !kills,
                looks_ahead,
                ..envelope(amount, 0)
            });
        }
        (model, timeline)
    })
}

/// What was posted for a job's GPUs in rented pools: never more than its envelope, but for what is counted.
fn within_envelopes(run: &Run<'_>) -> u64 {
    let mut over = Money::ZERO;
    for job in 0..run.timeline.requests.len() {
        let request = &run.timeline.requests[job];
        let class = run.model.class_of(request.shape);
        let Some((_, envelope)) = run.model.envelopes.of(class, request.tenant) else {
            continue;
        };
        let mine = run.heard.postings.iter().filter(|posting| {
            let counts = posting.pool().is_some_and(|pool| envelope.counts(pool));
            let capacity = matches!(posting.item, Item::Capacity(_));
            posting.job == Some(JobId::from(job)) && counts && capacity
        });
        let spent: Money = mine.map(|posting| posting.amount).sum();
        over += Money((spent.0 - envelope.amount.0).max(0));
        let record = run
            .heard
            .jobs
            .get(job)
            .filter(|record| record.state == JobState::Overspent);
        if record.is_some() {
            assert!(!envelope.saves, "{job}");
        }
    }
    assert_eq!(over, run.heard.run.envelope_overshoot);
    run.heard.run.envelopes_reached
}

#[test]
fn in_random_worlds_no_job_costs_more_than_its_envelope() {
    let seen = Cell::new((0u64, 0u64));
    runner(60)
        .run(&enveloped(), |(model, timeline)| {
            every_strategy(&model, &timeline, |run| {
                let reached = within_envelopes(run);
                let over = run.heard.jobs.iter();
                let over = over.filter(|job| job.state == JobState::Overspent).count() as u64;
                let (all, ended) = seen.get();
                seen.set((all + reached, ended + over));
            })
        })
        .unwrap();
    let (reached, ended) = seen.get();
    assert!(ended > 100 && reached > ended + 100, "{reached} {ended}");
}
