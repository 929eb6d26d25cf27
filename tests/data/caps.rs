//! What permits let through in a day, worked out again from evidence alone: by hand, and a byte too much is found out.

use crate::common::auditor::{Judged, evidence, judge};
use crate::common::clouds::HOUR;
use crate::common::helpers::of_class;
use crate::common::told::lines;
use crate::common::wires::GB;
use crate::common::worlds::{Row, timeline};
use crate::moves::{estate, permit};
use plimsoll::model::{Model, MoveRules, Rhythm, Rule, RuleEffect, Rules, Timeline};
use plimsoll::units::Bytes;

/// Two jobs, an hour apart, each of which reads 3,600 GB of its own from far away, under permits that hold for everything.
fn capped(permits: Vec<Rule>) -> (Model, Timeline) {
    let mut model = estate(Vec::new());
    let rows = [Row::of(0, 4, HOUR), of_class(1, Row::of(HOUR, 4, HOUR))];
    let world = timeline(&mut model, &rows);
    let sizes = (model.shapes.len(), model.pools.len());
    model.rules = Rules::by_hand(permits, sizes, |_, _, _| false);
    model.network.moves = MoveRules::by_hand(&model, |_, _, _, _| true);
    model.rhythms = vec![Rhythm::NONE; sizes.0 * sizes.1];
    (model, world)
}

fn of_bytes(bytes: u64) -> Rule {
    Rule {
        bytes_per_day: Some(Bytes(bytes)),
        ..permit(0)
    }
}

fn judged(text: &str) -> Judged {
    judge(text, &|_, _, _, _| Some(true))
}

/// When data set out: days and hours since the run began.
fn set_out(text: &str) -> Vec<(u64, u64)> {
    let begun = lines(text).filter(|line| line["step"] == "begins" && line["what"] == "data");
    let at = |line: serde_json::Value| {
        let at = line["at"].as_str().unwrap().to_owned();
        let part = |from: usize| at[from..from + 2].parse::<u64>().unwrap();
        (part(8), part(11))
    };
    let all: Vec<_> = begun.map(at).collect();
    let first = all[0].0;
    all.into_iter()
        .map(|(day, hour)| (day - first, hour))
        .collect()
}

/// Both are 7,200 GB together: with a cap of just so much they set out on one day, with a byte less on two. A program whose
/// cap is a byte higher than the rule says is found out.
#[test]
fn a_byte_above_the_cap_of_a_day_is_found_out() {
    let cap = 7_200 * GB;
    let (model, world) = capped(vec![of_bytes(cap)]);
    let text = evidence(&model, &world);
    assert_eq!(set_out(&text), [(0, 0), (0, 1)]);
    let found = judged(&text);
    assert_eq!((found.capped, &found.wrong), (2, &Vec::new()));
    let told = format!("\"bytes_per_day\":{cap}");
    let forged = text.replace(&told, &format!("\"bytes_per_day\":{}", cap - 1));
    assert_ne!(forged, text);
    let wrong = judged(&forged).wrong;
    assert_eq!(wrong.len(), 1, "{wrong:?}");
    assert!(
        wrong[0].contains("more than a day has left"),
        "{}",
        wrong[0]
    );
    let (model, world) = capped(vec![of_bytes(cap - 1)]);
    let text = evidence(&model, &world);
    assert_eq!(set_out(&text), [(0, 0), (1, 0)]);
    let found = judged(&text);
    assert_eq!((found.capped, &found.wrong), (2, &Vec::new()));
}

/// 3,600 GB take up the days that follow: at 1,000 a day they are made up for at the fourth midnight, as at 900; at 899
/// four gigabytes would still be owed then.
#[test]
fn what_is_larger_than_a_day_takes_up_those_that_follow() {
    let (model, world) = capped(vec![permit(1_000)]);
    let text = evidence(&model, &world);
    assert_eq!(set_out(&text), [(0, 0), (4, 0)]);
    assert_eq!(judged(&text).wrong, Vec::<String>::new());
    let with_cap = |gigabytes: u64| {
        let told = |gigabytes: u64| format!("\"bytes_per_day\":{}", gigabytes * GB);
        judged(&text.replace(&told(1_000), &told(gigabytes)))
            .wrong
            .len()
    };
    assert_eq!((with_cap(900), with_cap(899)), (0, 1));
}

/// A permit without a cap lets through whatever another one limits, and nothing is counted. Of two with caps the first that
/// has room pays.
#[test]
fn who_pays_is_told_apart() {
    let free = Rule::of_moves("anything", RuleEffect::Permit);
    let (model, world) = capped(vec![permit(1_000), free]);
    let found = judged(&evidence(&model, &world));
    assert_eq!((found.capped, &found.wrong), (0, &Vec::new()));
    let second = Rule {
        id: "as-much-again".to_owned(),
        ..permit(3_600)
    };
    let (model, world) = capped(vec![permit(3_600), second]);
    let text = evidence(&model, &world);
    assert_eq!(set_out(&text), [(0, 0), (0, 1)]);
    let found = judged(&text);
    assert_eq!((found.capped, &found.wrong), (2, &Vec::new()));
    // Had the second been off, or paid with the first, nothing would have let the second one go.
    let off = |id: &str| {
        let (before, behind) = text.split_at(text.find(id).unwrap());
        let forged = behind.replacen("\"mode\":\"enforce\"", "\"mode\":\"off\"", 1);
        judged(&format!("{before}{forged}")).wrong.len()
    };
    assert_eq!((off("so-much-a-day"), off("as-much-again")), (1, 1));
}
