//! `[assume]` and `--assume`: what is taken to be so of whatever nobody says it of.

use std::sync::atomic::{AtomicUsize, Ordering};

use crate::model::*;
use crate::scenario::assumption;
use crate::units::*;

use super::enrich::{RULE, enriched};
use super::{Compiled, Folder, try_compile};

/// One job of six is a clinic's by its mark; of the others nothing is said but `-` of one.
const BLOCK: &str =
    "[[enrich]]\nname = \"marks\"\nattribute = \"classification\"\ncolumn = \"mark\"\n";

/// Each folder has a number of its own.
static NUMBER: AtomicUsize = AtomicUsize::new(0);

fn compiled(more: &str, assumes: &[&str]) -> Result<Compiled, String> {
    let (text, trace) = enriched(&format!("{BLOCK}{RULE}{more}"));
    let number = NUMBER.fetch_add(1, Ordering::Relaxed);
    let folder = Folder::new(&format!("assume-{number}"), &text, &trace);
    let sets: Vec<String> = assumes.iter().map(|words| assumption(words)).collect();
    let sets: Vec<&str> = sets.iter().map(String::as_str).collect();
    try_compile(&folder.0, &sets)
}

/// Which jobs may leave the country.
fn may_leave(compiled: &Compiled) -> [bool; 6] {
    let model = &compiled.model;
    let cloud = model
        .pools
        .iter()
        .position(|pool| pool.name == "cloud/h100");
    let cloud = PoolId::from(cloud.unwrap());
    let DemandSource::Recorded(recorded) = &model.demand[0].source else {
        unreachable!("it is recorded");
    };
    let masks = model.rules.first_masks();
    [0, 1, 2, 3, 4, 5].map(|job| {
        let shape = recorded.requests[job].shape;
        model.rules.permit(masks, shape, cloud)
    })
}

fn row(compiled: &Compiled) -> Vec<(&'static str, u64)> {
    let row = &compiled.labels.rows[0];
    row.told()
        .map(|(source, amount)| (source.name(), amount.jobs))
        .collect()
}

#[test]
fn what_nobody_says_is_assumed_and_told() {
    let plain = compiled("", &[]).unwrap();
    // The second and the fifth have the mark, the fourth has none; of three nothing is known.
    assert_eq!(may_leave(&plain), [false, false, false, true, false, false]);
    assert_eq!(row(&plain), [("from the trace", 3), ("unlabelled", 3)]);
    let public = compiled("", &["classification=[]"]).unwrap();
    assert_eq!(may_leave(&public), [true, false, true, true, false, true]);
    assert_eq!(row(&public), [("from the trace", 3), ("assumed", 3)]);
    let told = ("job.classification".to_owned(), "[]".to_owned());
    assert_eq!(public.labels.assumed[0], told);
    let mut made = public.assumptions.iter();
    let made = made
        .find(|made| made.what == "job.classification where nobody says")
        .unwrap();
    assert_eq!(
        (made.value.as_str(), made.source.as_str()),
        ("[]", "--assume on the command line")
    );
    // What is resolved and recorded says it, too.
    assert!(
        public.resolved.contains("[assume]\nclassification = []"),
        "{}",
        public.resolved
    );
}

#[test]
fn a_single_mark_needs_no_brackets_and_the_command_line_comes_last() {
    let scenario = "[assume]\nclassification = [\"public\"]\n";
    for words in ["classification=phi", "job.classification=[\"phi\"]"] {
        let found = compiled(scenario, &[words]).unwrap();
        assert_eq!(
            may_leave(&found),
            [false, false, false, true, false, false],
            "{words}"
        );
        assert_eq!(row(&found), [("from the trace", 3), ("assumed", 3)]);
    }
    let found = compiled(scenario, &[]).unwrap();
    assert_eq!(may_leave(&found), [true, false, true, true, false, true]);
    let mut made = found
        .assumptions
        .iter()
        .filter(|made| made.value == "[public]");
    assert_eq!(made.next().unwrap().source, "declared in the scenario");
}

#[test]
fn attributes_of_others_can_be_assumed_too() {
    let words = r#"
[[rule]]
id = "certified"
effect = "permit"
when = '''target.certified'''

[attributes.target.certified]
kind = "flag"
"#;
    let refused = compiled(words, &["classification=[]"]).unwrap();
    assert_eq!(may_leave(&refused), [false; 6]);
    for attribute in ["certified=true", "target.certified=true"] {
        let found = compiled(words, &["classification=[]", attribute]).unwrap();
        assert_eq!(may_leave(&found), [true, false, true, true, false, true]);
        assert_eq!(found.labels.assumed.len(), refused.labels.assumed.len() + 1);
    }
}

#[test]
fn slips_are_told_with_place_and_fix() {
    let both =
        "[attributes.target.tier]\nkind = \"text\"\n[attributes.job.tier]\nkind = \"text\"\n";
    let cases = [
        (
            "clasification=[]",
            "unknown attribute `clasification`",
            "did you mean `classification`?",
        ),
        (
            "job.clasification=[]",
            "unknown attribute",
            "did you mean `job.classification`?",
        ),
        (
            "work.classification=[]",
            "nobody who has attributes is called so",
            "write job.…",
        ),
        (
            "from.jurisdiction=DE",
            "nobody who has attributes is called so",
            "write job.…",
        ),
        (
            "classification=phy",
            "`job.classification` is never \"phy\"",
            "did you mean \"phi\"?",
        ),
        (
            "classification=3",
            "`job.classification` is a list of marks, not a number",
            "brackets",
        ),
        (
            "gpus=8",
            "`job.gpus` is known of everybody",
            "assume something that somebody does not say",
        ),
        (
            "tier=gold",
            "several have `tier`",
            "write which: job.tier, target.tier",
        ),
    ];
    for (words, message, fix) in cases {
        let told = compiled(both, &[words]).unwrap_err();
        let place = format!("assume.{}", words.split('=').next().unwrap());
        for part in [message, fix, "--assume", &place] {
            assert!(told.contains(part), "{words}\n{told}\nlacks {part}");
        }
    }
}
