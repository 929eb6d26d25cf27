//! Copies that are looked at before anybody may read them, and what becomes of those that went out flawed, by hand.

use super::transforms::{FAR, HOME, MASKED, estate, started};
use crate::common::checks::balances;
use crate::common::clouds::{HOUR, MINUTE};
use crate::common::worlds::{Row, timeline};
use crate::common::{Everything, play};
use plimsoll::dice::Dice;
use plimsoll::journal::{Cause, Consequence, Fact, Item, Payee, RuleMode};
use plimsoll::model::{
    Derived, Ends, Finding, FindingRow, Findings, Flaws, Freight, Link, Model, MoveRules, Replica,
    Rhythm, Rule, Rules, Validation,
};
use plimsoll::process::Law;
use plimsoll::units::{DatasetId, Money, SimTime, Span};

const DICE: Dice = Dice {
    seed: 1,
    replication: 0,
};
pub(crate) const HALF: u32 = 500_000;

/// As `transforms.rs` has it: 3,600 GB at home take an hour and 36 to be masked, and an hour to come to 16 GPUs far away.
/// What the masked data are made of, and what is made of them, has its marks again while the first finding holds.
pub(crate) fn judged(model: &mut Model, rows: &[Row], flawed: &[DatasetId]) -> Everything {
    let mut world = timeline(model, rows);
    let sizes = (model.shapes.len(), model.pools.len());
    let list = std::mem::take(&mut model.rules.list);
    let rules = Rules::by_hand(list, sizes, |_, _, _| false);
    model.rules = rules.then_by_hand(2, |_, _, _, _| false);
    let fires = |also: Vec<DatasetId>| {
        move |_: usize, freight: Freight, _: Ends, _: &Link| match freight {
            Freight::Dataset(id, _) => id.index() < 2 || also.contains(&id),
            _ => false,
        }
    };
    let later = MoveRules::by_hand(model, fires(flawed.to_vec()));
    model.network.moves = MoveRules::by_hand(model, fires(Vec::new())).followed_by(vec![later]);
    let row = |situation: u16| FindingRow {
        situation,
        known: situation,
        ..FindingRow::default()
    };
    model.rules.findings = Findings {
        list: vec![Finding::Flaw(0)],
        rows: vec![row(0), row(1)],
    };
    model.rhythms = vec![Rhythm::NONE; sizes.0 * sizes.1];
    world.sample_errands(model, &DICE);
    let heard = play(model, &world, 0);
    balances(&heard);
    heard
}

pub(crate) fn looks(time: u64, (false_fail, false_pass): (u32, u32)) -> Validation {
    Validation {
        time: Span(time),
        price: Money(5 * Money::TICKS_PER_UNIT),
        false_fail,
        false_pass,
        work: None,
    }
}

pub(crate) fn flaws(share: u32, found_after: u64) -> Flaws {
    Flaws {
        share,
        found_after: Law::Constant(found_after as f64),
    }
}

/// Half of all copies are flawed, found so long after they went out; the first is, and so many after it are not.
fn first_is_flawed(found_after: u64, on_change: Consequence) -> Model {
    let mut model = estate(RuleMode::Enforce, 0);
    model.transforms.list[0].flaws = Some(flaws(HALF, found_after));
    model.rules.list = vec![Rule {
        on_change,
        ..model.rules.list[0].clone()
    }];
    let is_so = |name: &u32| {
        let mut tried = model.clone();
        tried.transforms.list[0].name = format!("mask {name}");
        let flawed = |attempt| tried.fate(&DICE, 0, attempt).flawed;
        flawed(0) && !flawed(1) && !flawed(2)
    };
    let name = (0..1000).find(is_so).unwrap();
    model.transforms.list[0].name = format!("mask {name}");
    model
}

pub(crate) fn units(money: Money) -> i128 {
    assert_eq!(money.0 % Money::TICKS_PER_UNIT, 0);
    money.0 / Money::TICKS_PER_UNIT
}

/// What became of the masked copy, by the minute.
fn told(heard: &Everything) -> Vec<(u64, &'static str)> {
    let told = heard.facts.iter().filter_map(|&(at, fact)| {
        let what = match fact {
            Fact::TransformBegan(_, MASKED) => "begins",
            Fact::Transformed(_, MASKED) => "made",
            Fact::ValidationBegan(_, MASKED) => "looked at",
            Fact::ValidationFailed(_, MASKED) => "fails",
            Fact::ValidationPassed(_, MASKED) => "passes",
            Fact::Withdrawn(_, MASKED, ..) => "withdrawn",
            Fact::Found(0, true) => "found",
            Fact::Found(0, false) => "found no more",
            Fact::CopyRejudged(MASKED, FAR, 0, consequence) => consequence.name(),
            Fact::CopyDeleted(MASKED, FAR) => "deleted",
            Fact::CopyDropped(MASKED, FAR) => "gone",
            Fact::CopyDropped(MASKED, HOME) => "gone at home",
            Fact::Staged(MASKED, FAR) => "staged",
            _ => return None,
        };
        Some((at.0 / MINUTE, what))
    });
    told.collect()
}

#[test]
fn nobody_reads_what_nobody_has_looked_at() {
    let mut model = estate(RuleMode::Enforce, 0);
    model.transforms.list[0].validation = Some(looks(2 * HOUR, (0, 0)));
    let heard = judged(&mut model, &[Row::of(0, 8, HOUR)], &[]);
    // An hour of masking, two of looking at it, an hour on its way.
    assert_eq!(started(&heard, 0), 4 * HOUR);
    assert_eq!(heard.jobs[0].waits[Cause::Staging], 4 * HOUR);
    let expected = [
        (0, "begins"),
        (60, "looked at"),
        (180, "passes"),
        (180, "made"),
        (240, "staged"),
    ];
    assert_eq!(told(&heard), expected);
    assert_eq!(units(heard.run.transform_cost), 36);
    assert_eq!(units(heard.run.validations.cost), 5);
    let posted = heard.postings.iter();
    let posted: Vec<_> = posted
        .filter(|one| one.item == Item::Validation)
        .map(|one| (one.to.0, one.payee, units(one.amount)))
        .collect();
    assert_eq!(posted, [(3 * HOUR, Payee::Transform(0), 5)]);
}

#[test]
fn what_is_good_and_does_not_pass_is_made_looked_at_and_paid_again() {
    let mut seen = false;
    for name in 0..8 {
        let mut model = estate(RuleMode::Enforce, 0);
        model.transforms.list[0].name = format!("mask {name}");
        model.transforms.list[0].validation = Some(looks(2 * HOUR, (HALF, 0)));
        let heard = judged(&mut model, &[Row::of(0, 8, HOUR)], &[]);
        let failed = heard.run.validations.failed;
        assert_eq!(started(&heard, 0), (3 * (failed + 1) + 1) * HOUR, "{name}");
        let times = i128::from(failed) + 1;
        assert_eq!(units(heard.run.transform_cost), 36 * times);
        assert_eq!(units(heard.run.validations.cost), 5 * times);
        assert_eq!(heard.run.transforms_failed, 0);
        seen |= 0 < failed;
    }
    assert!(seen, "one of eight draws");
}

#[test]
fn what_is_flawed_passes_only_if_it_is_let() {
    // Whoever looks at all of it and lets no flaw pass, lets the second attempt out.
    let mut model = first_is_flawed(6 * HOUR, Consequence::Finish);
    model.transforms.list[0].validation = Some(looks(HOUR, (0, 0)));
    let heard = judged(&mut model, &[Row::of(0, 8, HOUR)], &[MASKED]);
    assert_eq!(started(&heard, 0), 5 * HOUR);
    let of = heard.run.validations;
    assert_eq!((of.done, of.failed, of.flawed, of.found), (2, 1, 0, 0));
    // Whoever lets all flaws pass, lets the first out.
    let mut model = first_is_flawed(6 * HOUR, Consequence::Finish);
    model.transforms.list[0].validation = Some(looks(HOUR, (0, 1_000_000)));
    let heard = judged(&mut model, &[Row::of(0, 8, HOUR)], &[MASKED]);
    assert_eq!(started(&heard, 0), 3 * HOUR);
    let of = heard.run.validations;
    assert_eq!((of.done, of.failed, of.flawed, of.found), (2, 0, 1, 1));
}

/// Out at 1 h, far away at 2 h, where the first job reads it until 10 h; found at 7 h, made again by 8 h, and there again at
/// 9 h. The second job comes at 7:30.
fn found_while_read(on_change: Consequence) -> Everything {
    let mut model = first_is_flawed(6 * HOUR, on_change);
    let rows = [
        Row::of(0, 8, 8 * HOUR),
        Row::of(7 * HOUR + 30 * MINUTE, 8, HOUR),
    ];
    judged(&mut model, &rows, &[MASKED])
}

#[test]
fn what_is_found_is_withdrawn_and_made_afresh_and_who_may_reads_on() {
    let heard = found_while_read(Consequence::Finish);
    let expected = [
        (0, "begins"),
        (60, "made"),
        (120, "staged"),
        (420, "withdrawn"),
        (420, "found"),
        (420, "finish"),
        (420, "gone"),
        (420, "gone at home"),
        (420, "begins"),
        (480, "made"),
        (480, "found no more"),
        (540, "staged"),
    ];
    assert_eq!(told(&heard), expected);
    assert_eq!(heard.jobs[0].end.0, 10 * HOUR);
    // Half an hour until rules let it read anything there, an hour until it comes.
    assert_eq!(started(&heard, 1), 9 * HOUR);
    assert_eq!(heard.jobs[1].waits[Cause::Rule], 30 * MINUTE);
    assert_eq!(heard.jobs[1].waits[Cause::Staging], HOUR);
    assert_eq!(units(heard.run.transform_cost), 72);
    let of = heard.run.validations;
    // One job had read it; it lay at home and far away.
    assert_eq!((of.flawed, of.found, of.readers, of.copies), (1, 1, 1, 2));
    let fact = Fact::Withdrawn(0, MASKED, 1, 2);
    assert!(heard.facts.contains(&(SimTime(7 * HOUR), fact)));
}

#[test]
fn who_must_not_read_it_stops_and_goes_on_with_what_is_made_afresh() {
    for on_change in [Consequence::Stop, Consequence::Quarantine] {
        let heard = found_while_read(on_change);
        let pool = heard.jobs[0].pool.unwrap();
        let stopped = Fact::Rejudged(heard.jobs[0].job, pool, 0, on_change);
        assert!(heard.facts.contains(&(SimTime(7 * HOUR), stopped)));
        assert_eq!(heard.jobs[0].interruptions, 1);
        // It wrote no checkpoint: eight hours from 9 h on.
        assert_eq!(heard.jobs[0].end.0, 17 * HOUR, "{on_change:?}");
        assert_eq!(started(&heard, 1), 9 * HOUR);
        let deleted = told(&heard).contains(&(420, "deleted"));
        assert_eq!(deleted, on_change == Consequence::Stop);
        assert!(!told(&heard).contains(&(420, "gone")), "{on_change:?}");
    }
}

#[test]
fn a_grace_is_over_when_there_is_something_else_to_read() {
    // It may read on for five hours, but at 8 h there is a new version: it stops then, and goes on when that is there.
    let mut model = first_is_flawed(6 * HOUR, Consequence::Stop);
    model.rules.list[0].grace = Span(5 * HOUR);
    let heard = judged(&mut model, &[Row::of(0, 8, 8 * HOUR)], &[MASKED]);
    assert_eq!(heard.jobs[0].interruptions, 1);
    assert_eq!(heard.jobs[0].end.0, 17 * HOUR);
    let judgements = heard.facts.iter().filter_map(|&(at, fact)| match fact {
        Fact::Rejudged(_, _, 0, consequence) => Some((at.0 / HOUR, consequence)),
        _ => None,
    });
    let judgements: Vec<_> = judgements.collect();
    assert_eq!(
        judgements,
        [(7, Consequence::Grace), (8, Consequence::Stop)]
    );
    // It ends before that: nobody stops it.
    let mut model = first_is_flawed(6 * HOUR, Consequence::Stop);
    model.rules.list[0].grace = Span(5 * HOUR);
    let heard = judged(
        &mut model,
        &[Row::of(0, 8, 5 * HOUR + 30 * MINUTE)],
        &[MASKED],
    );
    assert_eq!(heard.jobs[0].end.0, 7 * HOUR + 30 * MINUTE);
}

#[test]
fn what_is_on_its_way_when_it_is_found_turns_back() {
    let mut model = first_is_flawed(30 * MINUTE, Consequence::Finish);
    let heard = judged(&mut model, &[Row::of(0, 8, HOUR)], &[MASKED]);
    // Out at 1 h, found at 1:30 when half of it has moved; made again at 2:30, there at 3:30.
    let expected = [
        (0, "begins"),
        (60, "made"),
        (90, "withdrawn"),
        (90, "found"),
        (90, "gone at home"),
        (90, "begins"),
        (150, "made"),
        (150, "found no more"),
        (210, "staged"),
    ];
    assert_eq!(told(&heard), expected);
    assert_eq!(started(&heard, 0), 210 * MINUTE);
    let of = heard.run.validations;
    assert_eq!((of.readers, of.copies), (0, 1));
}

#[test]
fn what_is_kept_costs_until_it_is_withdrawn_and_from_when_it_is_made_again() {
    let mut model = first_is_flawed(6 * HOUR, Consequence::Finish);
    // 1,000 GB at .73 a month of 730 h are 1 an hour: from 1 h to 7 h, and from 8 h to 24 h. It takes an hour to make of
    // 3,600 GB all the same.
    model.datasets[2].size = plimsoll::units::Bytes(1_000_000_000_000);
    model.datasets[2].storage = plimsoll::units::BytePrice(730_000);
    let heard = judged(&mut model, &[Row::of(0, 8, HOUR)], &[MASKED]);
    assert_eq!(units(heard.run.storage_cost), 6 + 16);
}

#[test]
fn what_was_made_of_it_is_withdrawn_with_it() {
    // Of the masked copy another one is made, an hour and 36 too, and only that is read: there at 3 h.
    let mut model = first_is_flawed(6 * HOUR, Consequence::Stop);
    let tokens = DatasetId(3);
    let second = plimsoll::model::Transform {
        name: "tokens".to_owned(),
        flaws: None,
        ..model.transforms.list[0].clone()
    };
    model.transforms.list.push(second);
    model.transforms.derived[1] = Derived {
        dataset: tokens,
        base: MASKED,
        transform: 1,
        copy: 1,
        site: HOME,
    };
    assert_eq!(
        model.network.copies[1],
        Replica {
            dataset: tokens,
            site: HOME,
            storage: None
        }
    );
    model.transforms.uses = vec![vec![], vec![0, 1]];
    let of = |id: u16| vec![DatasetId(id)];
    model.transforms.reads = vec![of(0), of(3), of(1), of(1), vec![], vec![]];
    let rows = [Row::of(0, 8, 8 * HOUR)];
    let heard = judged(&mut model, &rows, &[MASKED, tokens]);
    // Masked again by 8 h, tokens again by 9 h, there at 10 h.
    assert_eq!(started(&heard, 0), 3 * HOUR);
    assert_eq!(heard.jobs[0].end.0, 18 * HOUR);
    // The masked copy and that of tokens at home, and that of tokens far away.
    let fact = Fact::Withdrawn(0, MASKED, 1, 3);
    assert!(heard.facts.contains(&(SimTime(7 * HOUR), fact)));
    assert_eq!(units(heard.run.transform_cost), 4 * 36);
}
