//! Evidence judged again by somebody who trusts nobody: rules are worked out from their words and from what each line
//! tells, not from the table of the program; over random worlds, and over the shipped sets of rules.

use crate::common::auditor::{Judged, evidence, evidence_from, judge};
use crate::common::cases::{quietly, runner};
use crate::common::cel::holds;
use crate::common::storms::stormy_worlds;
use crate::common::told::lines;
use crate::markets::shipped;
use crate::rules::fill;
use crate::rules_in_storms::{Regime, regimes};
use plimsoll::model::{Compiled, Model, Timeline, compile};
use plimsoll::scenario::load_text;
use proptest::prelude::*;
use serde_json::Value as Json;

/// What a regime says of a line, by the class and the pool that it names.
fn says(model: &Model, regime: &Regime, rule: usize, line: &Json) -> bool {
    let class = line["subject"]["class"].as_str().unwrap();
    let pool = line["destination"]["pool"].as_str().unwrap();
    let class = model.classes.iter().position(|known| known.name == class);
    let pool = model.pools.iter().position(|known| known.name == pool);
    regime.fires(rule, class.unwrap(), pool.unwrap())
}

fn judged(model: &Model, timeline: &Timeline, regime: &Regime) -> Judged {
    let text = evidence(model, timeline);
    judge(&text, &|rule, _, line, _| {
        Some(says(model, regime, rule, line))
    })
}

#[test]
fn no_placement_in_random_worlds_is_without_a_verdict_that_allows_it() {
    let sum = std::cell::RefCell::new(Judged::default());
    runner(12)
        .run(
            &(stormy_worlds(), regimes()),
            |((mut model, mut timeline), regime)| {
                regime.rule(&mut model, &mut timeline);
                let judged = quietly(|| judged(&model, &timeline, &regime))?;
                prop_assert!(judged.wrong.is_empty(), "{}", judged.wrong[0]);
                let mut sum = sum.borrow_mut();
                sum.placements += judged.placements;
                sum.audited += judged.audited;
                sum.refused += judged.refused;
                sum.changes += judged.changes;
                Ok(())
            },
        )
        .unwrap();
    let sum = sum.into_inner();
    assert!(
        sum.placements > 5_000 && sum.audited > 500 && sum.refused > 500 && sum.changes > 200,
        "{sum:?}"
    );
}

/// A table that has forgotten a rule is a mask that is ignored: what it lets through is found in the evidence.
#[test]
fn a_rule_that_is_ignored_is_found_out() {
    let found = std::cell::Cell::new(0);
    runner(12)
        .run(
            &(stormy_worlds(), regimes()),
            |((mut model, mut timeline), regime)| {
                regime.rule(&mut model, &mut timeline);
                fill(&mut model, |rule, class, pool| {
                    rule != 0 && regime.fires(rule, class, pool)
                });
                let judged = quietly(|| judged(&model, &timeline, &regime))?;
                let through = |why: &&String| why.contains("and placed");
                found.set(found.get() + judged.wrong.iter().filter(through).count());
                Ok(())
            },
        )
        .unwrap();
    assert!(found.get() > 100, "{}", found.get());
}

const ESTATE: &str = r#"
rules = ["RULES"]

[scenario]
name     = "audited"
start    = 2026-01-05T00:00:00Z
horizon  = "12 h"
currency = "USD"

[[site]]
name         = "home"
kind         = "private"
jurisdiction = "US"
zone         = "private"
HOME

[[site]]
name         = "near"
kind         = "gpuaas"
jurisdiction = "US"
zone         = "public"
egress       = "0.05 USD/GB"
NEAR

[[site]]
name         = "far"
kind         = "gpuaas"
jurisdiction = "SG"
zone         = "public"
egress       = "0.05 USD/GB"

[[pool]]
name  = "home"
site  = "home"
gpu   = "h200"
nodes = 2
offer = { kind = "owned", price = "2.50 USD/GPU-h" }

[[pool]]
name  = "near"
site  = "near"
gpu   = "h200"
offer = { kind = "on-demand", price = "3.80 USD/GPU-h", quota = 128, provisioning = "8 min" }

[[pool]]
name  = "far"
site  = "far"
gpu   = "h200"
offer = { kind = "on-demand", price = "3.00 USD/GPU-h", quota = 128, provisioning = "8 min" }

[[class]]
name  = "small"
match = { gpus = "1..1" }
SMALL

[[class]]
name  = "large"
LARGE

[[demand]]
name      = "research"
generator = { preset = "shared-research", load = 6.0, tenants = { a = 1.0 } }

[[happening]]
name  = "eased"
at    = "4 h"
what  = "rule"
rules = { TURNS = "audit" }

[[strategy]]
name      = "burst"
queue     = { kind = "fit-first" }
placement = { kind = "cheapest" }
"#;

/// The words of a set, of which two classes have some, and two sites some.
const SETS: [(&str, &str, [&str; 3], [&str; 3]); 4] = [
    (
        "health-care",
        "health-data-in-the-country",
        [
            "classification = [\"health\"]",
            "classification = [\"personal\", \"research\"]",
            "classification = []",
        ],
        [
            "agreements = [\"business-associate\"]",
            "agreements = [\"data-use\"]",
            "agreements = []",
        ],
    ),
    (
        "finance",
        "insider-information-stays",
        [
            "classification = [\"insider\"]",
            "classification = [\"critical\", \"customer\"]",
            "classification = [\"public\"]",
        ],
        [
            "exit_plan = true, audit_right = true",
            "exit_plan = true",
            "audit_right = true",
        ],
    ),
    (
        "export-controlled",
        "controlled-data-in-the-country",
        [
            "classification = [\"export-controlled\"]",
            "classification = [\"dual-use\"]",
            "classification = []",
        ],
        [
            "staff = [\"us-persons\"]",
            "staff = [\"anybody\"]",
            "staff = [\"us-persons\", \"anybody\"]",
        ],
    ),
    (
        "minimal",
        "only-eligible-work-leaves",
        ["burst_eligible = true", "burst_eligible = false", ""],
        ["", "", ""],
    ),
];

fn attributes(words: &str) -> String {
    if words.is_empty() {
        String::new()
    } else {
        format!("attributes = {{ {words} }}")
    }
}

#[test]
fn no_placement_under_the_shipped_rules_is_without_a_verdict_that_allows_it() {
    let (mut sum, mut rules_named) = (Judged::default(), 0);
    for (set, turns, classes, sites) in SETS {
        for number in 0..9 {
            let root = env!("CARGO_MANIFEST_DIR");
            let text = ESTATE
                .replace("RULES", &format!("{root}/scenarios/rules/{set}.toml"))
                .replace("TURNS", turns)
                .replace("SMALL", &attributes(classes[number % 3]))
                .replace("LARGE", &attributes(classes[(number + number / 3) % 3]))
                .replace("HOME", &attributes(sites[number % 3]))
                .replace("NEAR", &attributes(sites[number / 3]));
            let scenario = load_text("audited.toml", &text, &[]).expect("a scenario");
            let Compiled { model, .. } = compile(&scenario)
                .unwrap_or_else(|problems| panic!("{set} {number}: {problems:?}"));
            let text = evidence_from(&model, number as u64, &|dice, world| {
                Timeline::sample(&model, dice, world);
            });
            let judged = judge(&text, &|_, when, _, known| holds(when, known));
            assert!(judged.wrong.is_empty(), "{set}: {}", judged.wrong[0]);
            // Had the rule been obeyed all along, what happened would be against it.
            let forged = text.replace(
                "\"verdict\":\"audit\",\"reason\":\"its mode changed\"",
                "\"verdict\":\"enforce\",\"reason\":\"its mode changed\"",
            );
            let changed = judge(&forged, &|_, when, _, known| holds(when, known));
            rules_named += changed.wrong.len();
            sum.placements += judged.placements;
            sum.audited += judged.audited;
            sum.refused += judged.refused;
            sum.changes += judged.changes;
        }
    }
    assert!(
        sum.placements > 1_000 && sum.audited > 20 && sum.refused > 50 && sum.changes == 36,
        "{sum:?}"
    );
    assert!(rules_named > 20, "{rules_named}");
}

#[test]
fn conditions_are_read_as_people_read_them() {
    let attributes = serde_json::json!({
        "job": { "classification": ["health"], "gpus": 8, "burst": false },
        "target": { "jurisdiction": "US", "kind": "gpuaas" },
    });
    for (condition, expected) in [
        (
            r#""health" in job.classification && target.jurisdiction != "US""#,
            Some(false),
        ),
        (
            r#"!("a" in job.classification) || job.gpus < 2 && !job.burst"#,
            Some(true),
        ),
        (
            r#"size(job.classification) == 1 && target.kind in ["edge", "gpuaas"]"#,
            Some(true),
        ),
        (r#"target.zone == "x" && job.burst"#, Some(false)),
        (r#"target.zone == "x""#, None),
        ("has(target.zone) || job.gpus >= 8", Some(true)),
    ] {
        assert_eq!(holds(condition, &attributes), expected, "{condition}");
    }
}

/// Shipped scenarios whose data move, under every strategy of theirs; and what becomes of a line that is forged so that a
/// rule is named that would not have let it go.
#[test]
fn nothing_moves_under_the_shipped_rules_without_a_verdict_that_allows_it() {
    let mut sum = Judged::default();
    for (scenario, span) in [("masked.toml", "10 d"), ("regulated-hybrid.toml", "6 d")] {
        let model = shipped(scenario, span).model;
        let text = evidence_from(&model, 3, &|dice, world| {
            Timeline::sample(&model, dice, world);
        });
        let judged = judge(&text, &|_, when, _, known| holds(when, known));
        assert!(judged.wrong.is_empty(), "{scenario}: {}", judged.wrong[0]);
        // Had records been what they were before the transform, they would not have been let out.
        let forged = text.replace("[\"de-identified\"]", "[\"health\"]");
        let forged = forged.replace(",\"transforms\":[\"de-identify\"]", "");
        let found = judge(&forged, &|_, when, _, known| holds(when, known));
        let is_forged = forged != text;
        assert_eq!(!found.wrong.is_empty(), is_forged, "{scenario}");
        sum.moves += judged.moves;
        sum.moves_audited += judged.moves_audited;
        sum.moves_refused += judged.moves_refused;
        sum.scored += judged.scored;
        sum.placements += judged.placements;
    }
    assert!(
        sum.moves > 60 && sum.moves_audited > 20 && sum.placements > 1_000 && sum.scored > 100,
        "{sum:?}"
    );
}

/// A copy goes out flawed and is found within ten days: what was decided and moved before and after is judged again by what
/// was known then.
#[test]
fn what_is_found_later_is_told_and_what_happened_is_judged_by_what_was_known() {
    let model = shipped("masked.toml", "14 d").model;
    let soon = |seed: &u64| {
        let dice = plimsoll::dice::Dice {
            seed: *seed,
            replication: 0,
        };
        let passes = |attempt: &u32| model.fate(&dice, 0, *attempt).passes;
        let attempt = (0..1_000).find(passes).unwrap();
        let found_after = model.found_after(&dice, 0, attempt);
        model.fate(&dice, 0, attempt).flawed && found_after < plimsoll::units::Span(4 * 86_400_000)
    };
    let seed = (0..10_000).find(soon).unwrap();
    let text = evidence_from(&model, seed, &|dice, world| {
        Timeline::sample(&model, dice, world);
    });
    let judged = judge(&text, &|_, when, _, known| holds(when, known));
    assert!(judged.wrong.is_empty(), "{}", judged.wrong[0]);
    let all: Vec<serde_json::Value> = lines(&text).collect();
    let withdrawn = |line: &&serde_json::Value| line["verdict"] == "withdrawn";
    let found = all.iter().find(withdrawn).expect("it is found");
    assert_eq!(found["kind"], "judgement");
    assert_eq!(found["subject"]["dataset"], "records (de-identify)");
    assert!(found["readers"].as_u64().unwrap() > 0);
    assert!(found["places"].as_u64().unwrap() > 0);
    let changed = all.iter().filter(|line| {
        line["kind"] == "attribute" && line["subject"]["dataset"] == "records (de-identify)"
    });
    let said: Vec<_> = changed
        .map(|line| (line["before"].to_string(), line["after"].to_string()))
        .collect();
    let (clean, marked) = (
        r#"["de-identified"]"#.to_owned(),
        r#"["de-identified","health","personal"]"#.to_owned(),
    );
    assert_eq!(said[0], (clean.clone(), marked.clone()));
    assert_eq!(said[1], (marked, clean));
}
