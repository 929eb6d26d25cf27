//! Transforms that are work: their attempts wait for GPUs like everybody else, fail as luck has it, and are paid for.

use super::transforms::{HOME, MASKED, estate, judge, started};
use crate::common::clouds::HOUR;
use crate::common::helpers::of_class;
use crate::common::worlds::Row;
use crate::common::{Everything, owned};
use plimsoll::journal::{Cause, Fact, JobState, RuleMode};
use plimsoll::model::{Class, Model, Packing, Pool, TransformWork, Validation};
use plimsoll::units::{PoolId, ShapeId, Span, TenantId};

/// As in `transforms.rs`, but masking asks for eight of so many GPUs at home, as work of class 3, which has jobs beside.
pub(crate) fn at_home(gpus: u32, fails: u32) -> Model {
    let mut model = estate(RuleMode::Enforce, fails);
    let home = Pool {
        site: HOME,
        speed: vec![1000; 4],
        ..owned("home", 1, gpus, Packing::Count)
    };
    model.pools.push(home);
    model.pools[0].speed = vec![1000; 4];
    model.classes.push(Class::bare("masking", vec![PoolId(1)]));
    for reads in [vec![], vec![]] {
        model.transforms.reads.push(reads);
    }
    model
}

/// The rows begin with a job of the class that masks; nobody else is of its shape.
fn play(model: &mut Model, rows: &[Row]) -> Everything {
    let classes: Vec<usize> = rows.iter().map(|row| row.class).collect();
    works_as(model, &classes);
    judge(model, rows, &[])
}

/// Masking is of the shape of class 3, where all jobs are of these classes and ask for eight GPUs: shapes are in the
/// order of GPUs, then of class.
pub(crate) fn works_as(model: &mut Model, classes: &[usize]) {
    let mut classes = classes.to_vec();
    classes.sort_unstable();
    classes.dedup();
    let shape = classes.iter().position(|&class| class == 3).unwrap();
    model.transforms.list[0].work = Some(TransformWork {
        shape: ShapeId::from(shape),
        tenant: TenantId(0),
    });
}

#[test]
fn an_attempt_waits_for_its_gpus_and_is_a_job_like_others() {
    // At home somebody has all eight GPUs until 3 h. Masking is asked for at once, waits three hours, works half an hour
    // and 3,600 GB / 2 GB/s = half an hour more, to 4 h; then the copy moves for an hour.
    let mut model = at_home(8, 0);
    let rows = [of_class(3, Row::of(0, 8, 3 * HOUR)), Row::of(0, 8, HOUR)];
    let heard = play(&mut model, &rows);
    assert_eq!(started(&heard, 1), 5 * HOUR);
    assert_eq!(heard.jobs[1].waits[Cause::Staging], 5 * HOUR);
    let attempt = &heard.jobs[2];
    assert_eq!(attempt.class.index(), 3);
    assert_eq!(
        (attempt.submit.0, attempt.start.unwrap().0, attempt.end.0),
        (0, 3 * HOUR, 4 * HOUR)
    );
    assert_eq!(attempt.waits[Cause::Capacity], 3 * HOUR);
    assert_eq!(attempt.state, JobState::Finished);
    // 8 GPUs for an hour are work that was done, whoever it was for.
    assert_eq!(attempt.gpu_time.allocated(), u128::from(8_000 * HOUR));
    // The gigabytes are paid for besides.
    assert_eq!(
        heard.run.transform_cost.0,
        36 * plimsoll::units::Money::TICKS_PER_UNIT
    );
    let masked = |fact: &Fact| *fact == Fact::Transformed(0, MASKED);
    let at: Vec<u64> = heard
        .facts
        .iter()
        .filter(|(_, fact)| masked(fact))
        .map(|(at, _)| at.0)
        .collect();
    assert_eq!(at, [4 * HOUR]);
}

#[test]
fn luck_is_the_same_whoever_does_the_work() {
    let mut seen = false;
    for class in 0..2 {
        let rows = [
            of_class(3, Row::of(20 * HOUR, 8, HOUR)),
            of_class(class, Row::of(0, 8, HOUR)),
        ];
        let mut on_hosts = at_home(8, 500_000);
        let before = judge(&mut on_hosts, &rows, &[]);
        let after = play(&mut at_home(8, 500_000), &rows);
        let failures = after.run.transforms_failed;
        assert_eq!(failures, before.run.transforms_failed);
        assert_eq!(started(&after, 0), started(&before, 0));
        assert_eq!(started(&after, 0), (failures + 2) * HOUR);
        assert_eq!(after.run.transform_cost, before.run.transform_cost);
        let failed = after.jobs.iter();
        let failed = failed.filter(|job| job.state == JobState::Failed);
        assert_eq!(failed.count() as u64, failures);
        assert_eq!(after.jobs.len() as u64, 2 + failures + 1);
        seen |= 0 < failures;
    }
    assert!(seen, "one of two coins");
}

#[test]
fn looking_at_what_was_made_may_be_a_job_too() {
    // At home somebody has all eight GPUs until 3 h. Hosts have masked by 1 h; who looks at it for two hours begins at 3 h.
    let rows = [of_class(3, Row::of(0, 8, 3 * HOUR)), Row::of(0, 8, HOUR)];
    for on_gpus in [false, true] {
        let mut model = at_home(8, 0);
        let work = Some(TransformWork {
            shape: ShapeId(1),
            tenant: TenantId(0),
        });
        model.transforms.list[0].validation = Some(Validation {
            time: Span(2 * HOUR),
            work,
            ..Validation::default()
        });
        // Where masking asks for GPUs as well, it has them from 3 h to 4 h.
        let heard = if on_gpus {
            play(&mut model, &rows)
        } else {
            judge(&mut model, &rows, &[])
        };
        let begins = if on_gpus { 4 * HOUR } else { 3 * HOUR };
        assert_eq!(started(&heard, 1), begins + 3 * HOUR);
        let look = heard.jobs.last().unwrap();
        assert_eq!(look.start.unwrap().0, begins);
        assert_eq!(look.end.0, begins + 2 * HOUR);
        assert_eq!(look.class.index(), 3);
        assert_eq!(heard.jobs.len(), 3 + usize::from(on_gpus));
        assert_eq!(heard.run.validations.done, 1);
    }
}

#[test]
fn one_transform_does_one_thing_after_another_on_gpus_too() {
    // Sixteen GPUs could do both at once; masking is one line of work all the same.
    let mut model = at_home(16, 0);
    let rows = [
        of_class(3, Row::of(20 * HOUR, 8, HOUR)),
        Row::of(0, 8, HOUR),
        of_class(1, Row::of(1, 8, HOUR)),
    ];
    let heard = play(&mut model, &rows);
    assert_eq!(
        (started(&heard, 0), started(&heard, 1)),
        (2 * HOUR, 3 * HOUR)
    );
}

#[test]
fn work_that_no_pool_can_hold_is_turned_away_and_nobody_goes_round_in_circles() {
    let mut model = at_home(4, 0);
    let rows = [
        of_class(3, Row::of(20 * HOUR, 8, HOUR)),
        Row::of(0, 8, HOUR),
    ];
    let heard = play(&mut model, &rows);
    assert_eq!(heard.jobs[0].start, None);
    assert_eq!(heard.jobs[0].waits[Cause::Staging], 24 * HOUR);
    let rejected = heard.jobs.iter();
    let rejected = rejected.filter(|job| job.state == JobState::Rejected);
    // The job of the class itself, and all attempts that there are.
    assert_eq!(rejected.count(), 1 + 16);
    assert_eq!(heard.run.transform_cost.0, 0);
}

#[test]
fn many_attempts_that_are_turned_away_at_one_instant_are_no_circle() {
    // Nine of ten attempts fail by their luck, so more than a hundred are drawn; each is turned away as it comes.
    let mut model = at_home(4, 900_000);
    let rows = [
        of_class(3, Row::of(20 * HOUR, 8, HOUR)),
        Row::of(0, 8, HOUR),
    ];
    let heard = play(&mut model, &rows);
    let rejected = heard.jobs.iter();
    let rejected = rejected.filter(|job| job.state == JobState::Rejected);
    assert!(64 < rejected.count());
    assert_eq!(heard.jobs[0].waits[Cause::Staging], 24 * HOUR);
}
