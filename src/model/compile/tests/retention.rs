//! `[[retention]]` in words: which rule is about what, what is taken to be so, and what is wrong with some.

use crate::model::*;
use crate::units::*;

use super::{compiled, large_with as with};

/// Records at home, one of them on a storage, which class `large` reads; its checkpoints and results lie on storages.
const WORDS: &str = r#"
[[dataset]]
name = "records"
size = "1 TB"
home = "lake"
attributes = { classification = ["health"] }

[[dataset]]
name = "web"
size = "10 GB"
home = "dc"
attributes = { classification = [] }

[[storage]]
name = "lake"
site = "dc"
price = "0.02 USD/GB-month"

[[link]]
name = "wan"
from = "dc"
to = "cloud"
kind = "internet"
bandwidth = "1 GB/s"

[[transform]]
name = "mask"
kind = "mask"
removes = { classification = ["health"] }
adds = { classification = ["masked"] }
rate = "100 GB/h"

[[rule]]
id = "health-is-masked"
on = "move"
effect = "require"
transform = "mask"
when = '''"health" in data.classification && to.kind == "gpuaas"'''

[[retention]]
id = "health"
of = ["copy", "transformed", "checkpoint", "result"]
marks = { classification = ["health"] }
keep = "10 d"
derived = "with-source"
proof = { always = "2 d" }

[[retention]]
id = "all-else"
of = ["copy", "transformed", "result"]
"#;

const LARGE: &str = "data = [\"records\", \"web\"]\nresults = \"5 GB\"\nresults_to = \"lake\"\n\
     checkpoint = { size = \"100 GB\", on = \"lake\", interval = \"2 h\" }";

#[test]
fn the_first_rule_that_is_about_something_counts() {
    let compiled = compiled("retention", &with(LARGE, WORDS)).unwrap();
    let model = &compiled.model;
    let [health, rest] = &model.retention.rules[..] else {
        panic!("two rules");
    };
    assert!(health.follows && health.proof.is_some() && !rest.follows);
    let cloud = SiteId(1);
    let named = |name: &str| {
        let mut sets = model.datasets.iter();
        DatasetId::from(sets.position(|set| set.name == name).unwrap())
    };
    let cached = |name: &str| model.retention.cached.get(&(named(name), cloud)).copied();
    // As they are records go nowhere, but nothing else keeps them from a cache.
    assert_eq!(cached("records"), Some(0));
    assert_eq!(cached("records (mask)"), Some(1));
    assert_eq!(cached("web"), Some(1));
    // The masked copy has the mark no more, and lies where its data set does.
    assert_eq!(model.retention.copies, [(0, 1)].into());
    assert_eq!(model.network.copies[0].storage, Some(0));
    assert_eq!(model.network.shelved, [named("records")]);
    // Checkpoints and results of work on records as they are have the mark, of work on masked ones they have not.
    let large = model
        .classes
        .iter()
        .position(|class| class.name == "large")
        .unwrap();
    let whose = Labelled::from(ClassId::from(large));
    assert_eq!(model.classes[large].results_on, Some(0));
    let home = SiteId(0);
    assert_eq!(model.retention.results[&(whose, 0)], 0);
    assert_eq!(model.retention.results[&(whose, 1)], 1);
    assert_eq!(model.retention.checkpoints.get(&(whose, 0, home)), Some(&0));
    assert_eq!(model.retention.checkpoints.get(&(whose, 1, home)), None);
}

#[test]
fn what_nobody_wrote_is_as_usual_and_told_with_where_that_comes_from() {
    let compiled = compiled("usual", &with(LARGE, WORDS)).unwrap();
    let model = &compiled.model;
    let [health, rest] = &model.retention.rules[..] else {
        panic!("two rules");
    };
    let of = rest.kept(KeptKind::Copy);
    assert_eq!(
        (of.keep, of.from),
        (Some(Span(56 * Span::DAY.0)), KeptFrom::LastUse)
    );
    let kept = health.kept(KeptKind::Checkpoint);
    assert_eq!(
        (kept.keep, kept.from),
        (Some(Span(10 * Span::DAY.0)), KeptFrom::JobEnd)
    );
    let told = |what: &str| {
        let mut all = compiled.assumptions.iter();
        all.any(|one| one.what == what)
    };
    assert!(told("retention all-else: copies in caches: keep"));
    assert!(!told("retention health: copies in caches: keep"));
    assert!(told("retention health: copies in caches: from"));
    assert!(told(
        "retention all-else: proof of deletion, where a provider gives one"
    ));
}

#[test]
fn what_no_rule_is_about_is_known() {
    let model = compiled("without", &with(LARGE, WORDS)).unwrap().model;
    // What no rule is about: data sets at home, and checkpoints of masked work.
    let without: Vec<String> = model
        .retention
        .without
        .iter()
        .map(|(kind, of)| format!("{} {of}", kind.name()))
        .collect();
    let expected = [
        "data-set records at dc",
        "data-set web at dc",
        "checkpoint large",
    ];
    assert_eq!(without, expected);
    // Only what has marks is asked for where there is no rule.
    let bare = WORDS.split("[[retention]]").next().unwrap();
    let model = super::compiled("unkept", &with(LARGE, bare)).unwrap().model;
    let without: Vec<&str> = model
        .retention
        .without
        .iter()
        .map(|(_, of)| of.as_str())
        .collect();
    assert!(
        without.contains(&"records at dc") && !without.contains(&"web at dc"),
        "{without:?}"
    );
}

#[test]
fn nothing_is_said_where_nobody_asks() {
    let bare = WORDS.split("[[transform]]").next().unwrap();
    let bare = bare.replace("attributes = { classification = [\"health\"] }", "");
    let model = compiled("careless", &with(LARGE, &bare)).unwrap().model;
    assert_eq!(model.retention, Retention::default());
}

/// What was written, what is written instead, and what is told of that.
const MISTAKES: &[(&str, &str, &str)] = &[
    ("keep = \"10 d\"", "keep = \"-10 d\"", "-10 d"),
    (
        "keep = \"10 d\"",
        "keep = \"1 s\"",
        "this time of keeping is too short",
    ),
    (
        "marks = { classification = [\"health\"] }\nkeep",
        "marks = { classification = [\"helth\"] }\nkeep",
        "unknown mark of data `helth`",
    ),
    (
        "marks = { classification = [\"health\"] }\nkeep",
        "marks = { clasification = [\"health\"] }\nkeep",
        "did you mean `classification`?",
    ),
    (
        "marks = { classification = [\"health\"] }\nkeep",
        "marks = { classification = \"health\" }\nkeep",
        "these are no marks",
    ),
    (
        "marks = { classification = [\"health\"] }\nkeep",
        "data = [\"recrods\"]\nkeep",
        "did you mean `records`?",
    ),
    (
        "keep = \"10 d\"\n",
        "keep = \"10 d\"\nwhere = { sites = [\"clod\"] }\n",
        "did you mean `cloud`?",
    ),
    (
        "keep = \"10 d\"\n",
        "keep = \"10 d\"\nclasses = [\"large\"]\n",
        "only checkpoints and results are of classes",
    ),
    (
        "keep = \"10 d\"\n",
        "keep = \"10 d\"\nfrom = \"job-end\"\n",
        "copies in caches are not kept from job-end on",
    ),
    (
        "of = [\"copy\", \"transformed\", \"result\"]",
        "of = []",
        "what a retention is about is missing",
    ),
    (
        "of = [\"copy\", \"transformed\", \"result\"]",
        "of = [\"copy\", \"copy\"]",
        "`copy` stands here twice",
    ),
    (
        "of = [\"copy\", \"transformed\", \"result\"]",
        "of = [\"copies\"]",
        "copies",
    ),
    ("id = \"all-else\"", "id = \"health\"", "health"),
    // Nothing is pulled from a registry, and no copies are made while time passes.
    (
        "of = [\"copy\", \"transformed\", \"result\"]",
        "of = [\"artifact\", \"replica\"]",
        "are ever kept anywhere",
    ),
    // The second stands behind one that is about all of that.
    (
        "marks = { classification = [\"health\"] }\nkeep",
        "keep",
        "`all-else` never counts: `health` stands before it",
    ),
    (
        "keep = \"10 d\"\nderived = \"with-source\"",
        "keep = \"forever\"",
        "what is kept for ever is not proven",
    ),
    (
        "of = [\"copy\", \"transformed\", \"result\"]",
        "of = [\"data-set\"]\nderived = \"with-source\"",
        "a data set is made of nothing else",
    ),
];

#[test]
fn mistakes_are_told_with_what_to_do() {
    let good = with(LARGE, WORDS);
    for (was, is, told) in MISTAKES {
        assert!(good.contains(was), "{was}");
        let problems = compiled("bad-retention", &good.replacen(was, is, 1)).unwrap_err();
        assert!(problems.contains(told), "{told}: {problems}");
    }
}
