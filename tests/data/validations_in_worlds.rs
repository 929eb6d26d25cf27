//! Copies that are looked at and may be flawed: what has no effect changes nothing, and random estates are told again from what
//! happened.

use super::transforms::{FAR, MASKED, estate};
use super::validations::{HALF, flaws, judged, looks, units};
use crate::common::Everything;
use crate::common::cases::{quietly, runner};
use crate::common::clouds::{HOUR, MINUTE};
use crate::common::worlds::Row;
use plimsoll::journal::{Consequence, Fact, Item, RuleMode};
use plimsoll::model::Model;
use plimsoll::units::Money;
use proptest::prelude::*;

/// Flaws that nobody finds by the end, and looks that find nothing, change nothing.
#[test]
fn what_has_no_effect_changes_nothing_at_all() {
    let rows = [Row::of(0, 8, 8 * HOUR), Row::of(9 * HOUR, 8, HOUR)];
    let digest = |model: &mut Model| judged(model, &rows, &[MASKED]).run.digest;
    let plain = digest(&mut estate(RuleMode::Enforce, 0));
    for share in [0, HALF] {
        let mut model = estate(RuleMode::Enforce, 0);
        model.transforms.list[0].flaws = Some(flaws(share, 24 * HOUR));
        assert_eq!(digest(&mut model), plain, "{share}");
    }
    let looked_at = |flawed: u32, false_pass: u32| {
        let mut model = estate(RuleMode::Enforce, 0);
        model.transforms.list[0].flaws = Some(flaws(flawed, 24 * HOUR));
        model.transforms.list[0].validation = Some(looks(HOUR, (0, false_pass)));
        digest(&mut model)
    };
    let plain = looked_at(0, 0);
    assert_eq!(looked_at(0, 1_000_000), plain);
    assert_eq!(looked_at(HALF, 1_000_000), plain);
}

/// Whoever starts far away reads a version that is out and was not withdrawn; each attempt comes to one end; and what is
/// paid is paid for attempts and looks that are over.
fn again_from_facts(heard: &Everything) {
    let (mut out, mut there, mut under_way) = (false, false, "");
    let (mut attempts, mut looked, mut found, mut spoilt) = (0, 0, 0, 0);
    for &(at, fact) in &heard.facts {
        match fact {
            Fact::TransformBegan(0, MASKED) => {
                assert!(under_way.is_empty() && !out, "{at:?}");
                under_way = "making";
            }
            Fact::TransformFailed(0, MASKED) => {
                assert_eq!(under_way, "making");
                (under_way, attempts) = ("", attempts + 1);
            }
            Fact::ValidationBegan(0, MASKED) => {
                assert_eq!(under_way, "making");
                (under_way, attempts) = ("looking", attempts + 1);
            }
            Fact::ValidationFailed(0, MASKED) => {
                assert_eq!(under_way, "looking");
                (under_way, looked, spoilt) = ("", looked + 1, spoilt + 1);
            }
            Fact::ValidationPassed(0, MASKED) => {
                assert_eq!(under_way, "looking");
                (under_way, looked) = ("passed", looked + 1);
            }
            Fact::Transformed(0, MASKED) => {
                attempts += i128::from(under_way == "making");
                (under_way, out) = ("", true);
            }
            Fact::Withdrawn(0, MASKED, ..) => {
                assert!(out, "{at:?}");
                (out, there, found) = (false, false, found + 1);
            }
            Fact::Staged(MASKED, FAR) => there = true,
            Fact::Started(..) => assert!(out && there, "{at:?}"),
            _ => {}
        }
    }
    let of = heard.run.validations;
    assert_eq!(units(heard.run.transform_cost), 36 * attempts);
    assert_eq!(units(of.cost), 5 * looked);
    assert_eq!((i128::from(of.done), of.failed), (looked, spoilt));
    assert_eq!(of.found, found);
    assert!(of.found <= of.flawed);
    let posted = |item: Item| -> Money {
        let all = heard.postings.iter();
        all.filter(|one| one.item == item)
            .map(|one| one.amount)
            .sum()
    };
    assert_eq!(posted(Item::Validation), of.cost);
    assert_eq!(posted(Item::Transform), heard.run.transform_cost);
}

#[test]
fn random_estates_are_told_again_from_what_happened() {
    let shares = (
        0u32..400_000,
        0u32..1_000_000,
        0u32..500_000,
        0u32..1_000_000,
    );
    let spans = (0..3 * HOUR, MINUTE..6 * HOUR, 0usize..4, any::<bool>());
    let rows = prop::collection::vec((0..20 * HOUR, 1..6 * HOUR), 1..6);
    let found = runner(96).run(
        &(shares, spans, rows),
        |(shares, (time, found_after, on_change, looked_at), rows)| {
            let (fails, flawed, false_fail, false_pass) = shares;
            let consequences = [
                Consequence::Finish,
                Consequence::Evict,
                Consequence::Stop,
                Consequence::Quarantine,
            ];
            let mut model = estate(RuleMode::Enforce, fails);
            model.rules.list[0].on_change = consequences[on_change];
            model.transforms.list[0].flaws = Some(flaws(flawed, found_after));
            if looked_at {
                model.transforms.list[0].validation = Some(looks(time, (false_fail, false_pass)));
            }
            let mut rows: Vec<Row> = rows
                .iter()
                .map(|&(at, work)| Row::of(at, 8, work))
                .collect();
            rows.sort_by_key(|row| row.submit);
            quietly(|| again_from_facts(&judged(&mut model, &rows, &[MASKED])))
        },
    );
    found.unwrap();
}
