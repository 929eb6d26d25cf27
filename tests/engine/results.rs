//! Results that are looked at when a job has done its work: who does it again, what that costs, and what is found later, by
//! hand; and over random worlds in bad weather all accounts agree.

use crate::common::cases::{quietly, runner};
use crate::common::checks::balances;
use crate::common::clouds::{HOUR, gpu_time, world};
use crate::common::helpers::{HOURLY, live};
use crate::common::storms::stormy_worlds;
use crate::common::worlds::Row;
use crate::common::{Everything, owned, play};
use plimsoll::dice::Dice;
use plimsoll::journal::{Bucket, Fact, Item, JobState, Payee};
use plimsoll::model::{Flaws, Horizon, Inspection, Model, Packing, Placement, Rhythm, Validation};
use plimsoll::process::Law;
use plimsoll::units::{ClassId, JobId, Money, PoolId, ShapeId, SimTime};

const DICE: Dice = Dice {
    seed: 1,
    replication: 0,
};

/// Eight GPUs, and what comes of each job is looked at for 5.
fn estate((false_fail, false_pass): (u32, u32), flaws: Option<Flaws>) -> Model {
    let mut model = world(
        vec![owned("own", 1, 8, Packing::Count)],
        Placement::PrivateOnly,
    );
    model.horizon = Horizon::At(SimTime(200 * HOUR));
    model.classes.truncate(1);
    for pool in &mut model.pools {
        pool.speed.truncate(1);
    }
    let validation = Validation {
        price: Money(5 * Money::TICKS_PER_UNIT),
        false_fail,
        false_pass,
        ..Validation::default()
    };
    model.inspections = vec![Some(Inspection {
        validation: Some(validation),
        flaws,
    })];
    model
}

/// Gives its class a name under which luck is as `is_so` wants it of the first job.
fn named(mut model: Model, is_so: impl Fn(&dyn Fn(u16) -> (bool, bool)) -> bool) -> Model {
    let fits = |name: &u32| {
        let mut tried = model.clone();
        tried.shapes = vec![plimsoll::model::Shape {
            class: ClassId(0),
            ..shape()
        }];
        tried.classes[0].name = format!("tuning {name}");
        let fate = |tries| {
            let fate = tried.fate_of_result(&DICE, (ShapeId(0), JobId(0)), tries);
            (fate.flawed, fate.passes)
        };
        is_so(&fate)
    };
    let name = (0..10_000).find(fits).unwrap();
    model.classes[0].name = format!("tuning {name}");
    model
}

fn shape() -> plimsoll::model::Shape {
    let mut model = estate((0, 0), None);
    crate::common::worlds::timeline(&mut model, &[Row::of(0, 8, HOUR)]);
    model.shapes[0]
}

fn played(mut model: Model, rows: &[Row], rhythm: Rhythm) -> Everything {
    let heard = live(&mut model, rows, rhythm, &[], 0);
    balances(&heard);
    heard
}

fn units(money: Money) -> i128 {
    assert_eq!(money.0 % Money::TICKS_PER_UNIT, 0);
    money.0 / Money::TICKS_PER_UNIT
}

#[test]
fn what_does_not_pass_is_done_again_from_the_start() {
    // The first two times it does not pass, though checkpoints are written every hour: 3 × 4 h, and 15 for three looks.
    let model = named(estate((500_000, 0), None), |fate| {
        !fate(0).1 && !fate(1).1 && fate(2).1
    });
    let heard = played(model, &[Row::of(0, 8, 4 * HOUR)], HOURLY);
    let job = &heard.jobs[0];
    assert_eq!((job.end.0, job.state), (12 * HOUR, JobState::Finished));
    assert_eq!(job.interruptions, 2);
    assert_eq!(job.gpu_time[Bucket::Useful], gpu_time(8, 4 * HOUR));
    assert_eq!(job.gpu_time[Bucket::Rework], gpu_time(8, 8 * HOUR));
    let of = heard.run.validations;
    assert_eq!((of.done, of.failed, of.flawed), (3, 2, 0));
    assert_eq!(units(of.cost), 15);
    let posted = heard.postings.iter();
    let posted: Vec<_> = posted
        .filter(|one| one.item == Item::Validation)
        .map(|one| (one.to.0 / HOUR, one.payee, units(one.amount)))
        .collect();
    let whom = Payee::Validation(ClassId(0));
    assert_eq!(posted, [(4, whom, 5), (8, whom, 5), (12, whom, 5)]);
    let facts = heard.facts.iter().filter_map(|&(at, fact)| match fact {
        Fact::ResultRejected(..) => Some((at.0 / HOUR, "rejected")),
        Fact::ResultPassed(..) => Some((at.0 / HOUR, "passed")),
        _ => None,
    });
    let facts: Vec<_> = facts.collect();
    assert_eq!(facts, [(4, "rejected"), (8, "rejected"), (12, "passed")]);
}

#[test]
fn what_counted_though_it_was_flawed_is_found_later() {
    let flaws = Some(Flaws {
        share: 500_000,
        found_after: Law::Constant((10 * HOUR) as f64),
    });
    let model = named(estate((0, 500_000), flaws), |fate| fate(0) == (true, true));
    let heard = played(model, &[Row::of(0, 8, 4 * HOUR)], HOURLY);
    assert_eq!(heard.jobs[0].end.0, 4 * HOUR);
    let of = heard.run.validations;
    assert_eq!((of.done, of.failed, of.flawed, of.found), (1, 0, 1, 1));
    let fact = Fact::ResultFlawed(JobId(0), PoolId(0));
    assert!(heard.facts.contains(&(SimTime(14 * HOUR), fact)));
}

/// Whoever looks for no time and lets all pass changes nothing, whatever is flawed, if nobody finds it by the end.
#[test]
fn what_has_no_effect_changes_nothing_at_all() {
    let rows = [Row::of(0, 8, 4 * HOUR), Row::of(HOUR, 4, 9 * HOUR)];
    let mut plain = estate((0, 0), None);
    plain.inspections.clear();
    let digest = played(plain, &rows, HOURLY).run.digest;
    assert_eq!(
        played(estate((0, 0), None), &rows, HOURLY).run.digest,
        digest
    );
    let flaws = Some(Flaws {
        share: 900_000,
        found_after: Law::Constant((500 * HOUR) as f64),
    });
    let unseen = estate((0, 1_000_000), flaws);
    assert_eq!(played(unseen, &rows, HOURLY).run.digest, digest);
}

/// Over 400 jobs of an hour one after another the first times that do not pass are as many as the shares say: each passes
/// with p = .8 · .9 + .2 · .5 = .82, so 400 jobs need 400 / .82 = 488 tries, give or take 5 · √(400 · .18) / .82 = 52.
#[test]
fn jobs_do_their_work_as_often_as_the_shares_say() {
    let flaws = Some(Flaws {
        share: 200_000,
        found_after: Law::Constant(HOUR as f64),
    });
    let mut model = estate((100_000, 500_000), flaws);
    model.horizon = Horizon::At(SimTime(2_000 * HOUR));
    let rows: Vec<Row> = (0..400).map(|_| Row::of(0, 8, HOUR)).collect();
    let heard = played(model, &rows, Rhythm::NONE);
    let of = heard.run.validations;
    assert_eq!(of.done, 400 + of.failed);
    assert!((436..=540).contains(&of.done), "{of:?}");
    // Of what counts .1 / .82 = 12.2 % is flawed: 49 of 400, give or take 5 · √(400 · .122 · .878) = 33.
    assert!((16..=82).contains(&of.flawed), "{of:?}");
    assert_eq!(of.found, of.flawed);
    let useful: u128 = heard
        .jobs
        .iter()
        .map(|job| job.gpu_time[Bucket::Useful])
        .sum();
    let lost: u128 = heard
        .jobs
        .iter()
        .map(|job| job.gpu_time[Bucket::Rework])
        .sum();
    assert_eq!(useful, 400 * gpu_time(8, HOUR));
    assert_eq!(lost, u128::from(of.failed) * gpu_time(8, HOUR));
}

/// Jobs, pools and the ledger agree, what does not pass is interrupted, and what is done at the end counts once.
fn looked_at(heard: &Everything) {
    balances(heard);
    let of = heard.run.validations;
    assert!(of.found <= of.flawed && of.flawed <= of.done - of.failed);
    assert_eq!(units(of.cost), i128::from(of.done));
    let posted = heard.postings.iter();
    let posted = posted.filter(|one| one.item == Item::Validation);
    assert_eq!(posted.map(|one| one.amount).sum::<Money>(), of.cost);
    let mut rejected = 0;
    for (place, &(at, fact)) in heard.facts.iter().enumerate() {
        if let Fact::ResultRejected(job, pool) = fact {
            rejected += 1;
            let then = heard.facts[place + 1..].iter();
            let mut then = then.take_while(|(when, _)| *when == at);
            assert!(then.any(|(_, next)| *next == Fact::Interrupted(job, pool)));
        }
    }
    assert_eq!(rejected, of.failed);
}

#[test]
fn in_bad_weather_all_accounts_agree() {
    let shares = (0u32..300_000, 0u32..900_000, 0u32..500_000, 0u64..9_000_000);
    let found = runner(8).run(
        &(stormy_worlds(), shares),
        |((mut model, timeline), shares)| {
            let (false_fail, false_pass, share, found_after) = shares;
            let inspection = Inspection {
                validation: Some(Validation {
                    price: Money(Money::TICKS_PER_UNIT),
                    false_fail,
                    false_pass,
                    ..Validation::default()
                }),
                flaws: Some(Flaws {
                    share,
                    found_after: Law::Constant(found_after as f64),
                }),
            };
            let classes = model.classes.iter().enumerate();
            model.inspections = classes
                .map(|(index, class)| {
                    (index % 2 == 0 && class.checkpoint_home.is_none()).then(|| inspection.clone())
                })
                .collect();
            for strategy in 0..model.strategies.len() {
                quietly(|| looked_at(&play(&model, &timeline, strategy)))?;
            }
            Ok(())
        },
    );
    found.unwrap();
}
