//! Random worlds in which transforms are work: attempts are counted again like all other jobs, under every strategy, and
//! nothing that they do is paid for twice.

use super::errands::{at_home, works_as};
use super::transforms::world_of;
use crate::common::cases::runner;
use crate::common::checks::{Run, balances, every_strategy};
use crate::common::clouds::MINUTE;
use crate::common::strategies::all_strategies;
use crate::common::worlds::Row;
use plimsoll::journal::{Fact, Item};
use plimsoll::model::Requeue;
use plimsoll::units::Money;
use proptest::prelude::*;

/// Jobs of eight GPUs: gaps and run times in minutes; the first is of the class that masks.
fn rows() -> impl Strategy<Value = Vec<Row>> {
    let row = (0u64..120, 1u64..200, 0usize..4, -1i32..2);
    prop::collection::vec(row, 1..12).prop_map(|drawn| {
        let mut at = 0;
        let mut rows = vec![Row {
            class: 3,
            ..Row::of(0, 8, MINUTE)
        }];
        for (gap, work, class, priority) in drawn {
            at += gap * MINUTE;
            rows.push(Row {
                class,
                priority,
                ..Row::of(at, 8, work * MINUTE)
            });
        }
        rows
    })
}

/// What transforms are paid, told again from what they did: .01 for each of the 3,600 GB of each attempt, whether it
/// failed or not, once.
fn each_attempt_is_paid_once(run: &Run<'_>) {
    let heard = run.heard;
    let tried = heard
        .facts
        .iter()
        .filter(|(_, fact)| matches!(fact, Fact::Transformed(..) | Fact::TransformFailed(..)));
    let wanted = Money(36 * Money::TICKS_PER_UNIT * tried.count() as i128);
    assert_eq!(heard.run.transform_cost, wanted);
    let paid = heard.postings.iter();
    let paid = paid.filter(|posting| posting.item == Item::Transform);
    assert!(
        paid.clone()
            .all(|posting| posting.job.is_none() && posting.gpu_time == 0)
    );
    assert_eq!(paid.map(|posting| posting.amount).sum::<Money>(), wanted);
    balances(heard);
}

#[test]
fn attempts_are_jobs_like_others_and_are_paid_once() {
    let (attempts, failures) = (std::cell::Cell::new(0), std::cell::Cell::new(0));
    let world = (
        rows(),
        prop::sample::select(vec![8u32, 16]),
        prop::sample::select(vec![0u32, 500_000]),
        prop::sample::select(vec![Requeue::Front, Requeue::Back]),
    );
    runner(12)
        .run(&world, |(rows, gpus, fails, requeue)| {
            let mut model = at_home(gpus, fails);
            model.strategies = all_strategies(requeue);
            let classes: Vec<usize> = rows.iter().map(|row| row.class).collect();
            works_as(&mut model, &classes);
            let timeline = world_of(&mut model, &rows, &[], None);
            every_strategy(&model, &timeline, |run| {
                each_attempt_is_paid_once(run);
                attempts.set(attempts.get() + run.heard.jobs.len() - rows.len());
                failures.set(failures.get() + run.heard.run.transforms_failed);
            })
        })
        .unwrap();
    let (attempts, failures) = (attempts.get(), failures.get());
    assert!(
        100 < attempts && 20 < failures,
        "{attempts} attempts, {failures} failed"
    );
}
