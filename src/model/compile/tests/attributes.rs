//! `[[happening]] what = "attribute-set"` in words: what changes, what rules make of it, and what is wrong with some.

use crate::model::*;
use crate::units::*;

use super::{Compiled, Folder, GOOD, TRACE, try_compile};

const ESTATE: &str = r#"
[[dataset]]
name = "records"
size = "1 TB"
home = "dc"
attributes = { classification = ["health"] }

[[dataset]]
name = "web"
size = "10 GB"
home = "dc"
attributes = { classification = [] }

[[link]]
name = "wan"
from = "dc"
to = "cloud"
kind = "internet"
bandwidth = "1 GB/s"
attributes = { inspected = true }

[[transform]]
name = "mask"
kind = "mask"
removes = { classification = ["health"] }
rate = "100 GB/h"

[[rule]]
id = "runs-masked"
effect = "require"
transform = "mask"
when = '''"health" in job.classification && target.rented'''
on_change = "quarantine"
grace = "24 h"

[[rule]]
id = "moves-masked"
on = "move"
effect = "require"
transform = "mask"
when = '''"health" in data.classification && to.kind == "gpuaas"'''

[[rule]]
id = "over-inspected-links"
on = "move"
effect = "forbid"
when = '''!link.inspected'''
"#;

fn with(data: &str, happenings: &str) -> String {
    let large = format!("name = \"large\"\ndata = [\"{data}\"]\n");
    GOOD.replace("name = \"large\"\n", &large) + ESTATE + happenings
}

fn compiled(name: &str, text: &str) -> Result<Compiled, String> {
    let folder = Folder::new(name, text, TRACE);
    try_compile(&folder.0, &[])
}

fn happening(words: &str) -> String {
    format!("\n[[happening]]\nname = \"found\"\nat = \"10 d\"\nwhat = \"attribute-set\"\n{words}\n")
}

/// In which version of their work jobs of class `large` may run in the cloud, at the start and after each change.
fn versions(model: &Model) -> Vec<Option<u8>> {
    let mut pools = model.pools.iter();
    let pool = pools.position(|known| known.name == "cloud/h100").unwrap();
    let is_large = |shape: &Shape| model.classes[shape.class.index()].name == "large";
    let shape = model.shapes.iter().position(is_large).unwrap();
    let changes = model.rules.changes.iter().map(|change| change.situation);
    let masks = std::iter::once(0).chain(changes).map(|situation| Masks {
        situation,
        ..model.rules.first_masks()
    });
    let version = |masks| model.version(masks, ShapeId::from(shape), PoolId::from(pool));
    masks.map(version).collect()
}

/// What is told of a change, in words.
fn told(model: &Model, change: usize) -> Vec<String> {
    let said = model.rules.changes[change].said.iter().map(|said| {
        let shown = |value: &Option<AttributeValue>| value.as_ref().map(ToString::to_string);
        let (kind, name) = model.named(said.whom);
        let (before, after) = (shown(&said.before), shown(&said.after));
        let words = [before, after].map(|value| value.unwrap_or_else(|| "?".to_owned()));
        format!(
            "{kind} {name}: {} {} → {}",
            said.attribute, words[0], words[1]
        )
    });
    said.collect()
}

#[test]
fn marks_come_to_data_and_to_whoever_reads_them_and_go_again() {
    let words = "datasets = [\"web\"]\nadd = { classification = [\"health\"] }\nlasts = \"5 d\"";
    let model = compiled("add", &with("web", &happening(words)))
        .unwrap()
        .model;
    // As they are, until they are found to be records: then masked, which a transform can do from then on.
    assert_eq!(versions(&model), [Some(0), Some(1), Some(0)]);
    let situations: Vec<u16> = model
        .rules
        .changes
        .iter()
        .map(|one| one.situation)
        .collect();
    assert_eq!(situations, [1, 0]);
    assert_eq!(
        told(&model, 0),
        [
            "dataset web: classification [] → [health]",
            "class large: classification [] → [health]"
        ]
    );
    assert_eq!(model.rules.changes[1].by, ["end of found"]);
    let rule = &model.rules.list[0];
    assert_eq!(
        (rule.on_change, rule.grace),
        (Consequence::Quarantine, Span(24 * 3_600_000))
    );
    let days = |days: u64| SimTime(days * 86_400_000);
    let at: Vec<SimTime> = model.rules.changes.iter().map(|one| one.at).collect();
    assert_eq!(at, [days(10), days(15)]);
}

#[test]
fn what_was_masked_is_found_to_be_recognisable() {
    let words = "made_by = [\"mask\"]\nmarks_return = true";
    let model = compiled("return", &with("records", &happening(words)))
        .unwrap()
        .model;
    // The masked copy has its mark again, so the rule is not content with it, and there is nothing else.
    assert_eq!(versions(&model), [Some(1), None]);
    assert_eq!(
        told(&model, 0),
        ["dataset records (mask): classification [] → [health]"]
    );
    // By name it is the same.
    let named = "datasets = [\"records (mask)\"]\nadd = { classification = [\"health\"] }";
    let named = compiled("named", &with("records", &happening(named)))
        .unwrap()
        .model;
    assert_eq!(versions(&named), [Some(1), None]);
    // Another mark is no concern of that rule.
    let other = "datasets = [\"records (mask)\"]\nadd = { classification = [\"trial\"] }";
    let other = compiled("other", &with("records", &happening(other)))
        .unwrap()
        .model;
    assert_eq!(versions(&other), [Some(1), Some(1)]);
    // No rule sees a difference, so nothing is judged anew.
    assert_eq!(other.rules.changes[0].situation, 0);
}

#[test]
fn sites_links_and_classes_change_too() {
    let words = "links = [\"wan\"]\nset = { inspected = false }";
    let model = compiled("link", &with("records", &happening(words)))
        .unwrap()
        .model;
    assert_eq!(versions(&model), [Some(1), None]);
    assert_eq!(told(&model, 0), ["link wan: inspected true → false"]);
    let rule = "\n[[rule]]\nid = \"certified\"\neffect = \"forbid\"\n\
                when = '''target.rented && !(\"iso\" in target.certifications)'''\n";
    let cloud = "catalog = \"nebius-eu-north1\"\n";
    let words = happening("where = { kind = \"gpuaas\" }\nremove = { certifications = [\"iso\"] }");
    let text = with("web", &(words + rule));
    assert!(text.contains(cloud));
    let text = text.replacen(
        cloud,
        &format!("{cloud}attributes = {{ certifications = [\"iso\", \"soc\"] }}\n"),
        1,
    );
    let model = compiled("site", &text).unwrap().model;
    assert_eq!(versions(&model), [Some(0), None]);
    assert_eq!(
        told(&model, 0),
        ["site cloud: certifications [iso, soc] → [soc]"]
    );
    let words = "classes = [\"large\"]\nadd = { classification = [\"health\"] }";
    let model = compiled("class", &with("web", &happening(words)))
        .unwrap()
        .model;
    // What a class has itself no transform takes away.
    assert_eq!(versions(&model), [Some(0), None]);
}

#[test]
fn changes_in_one_instant_are_one_and_the_later_word_counts() {
    let one = happening("datasets = [\"web\"]\nset = { classification = [\"health\"] }");
    let two = one
        .replace("\"found\"", "\"no, it is not\"")
        .replace("[\"health\"]", "[]");
    let model = compiled("both", &with("web", &(one + &two))).unwrap().model;
    assert_eq!(model.rules.changes.len(), 1);
    assert_eq!(model.rules.changes[0].by, ["found", "no, it is not"]);
    assert!(model.rules.changes[0].said.is_empty());
}

#[test]
fn what_is_wrong_is_told_with_place_value_and_fix() {
    for (words, expected) in [
        (
            "set = { classification = [] }",
            "whose attributes change is not said",
        ),
        ("datasets = [\"web\"]", "what changes is not said"),
        (
            "datasets = [\"wed\"]\nset = { classification = [] }",
            "did you mean `web`?",
        ),
        (
            "datasets = [\"web\"]\nset = { clasification = [] }",
            "did you mean `classification`?",
        ),
        (
            "datasets = [\"web\"]\nset = { name = \"x\" }",
            "`data.name` follows from the estate",
        ),
        (
            "links = [\"wan\"]\nadd = { inspected = false }",
            "only marks come in addition",
        ),
        (
            "links = [\"wan\"]\nmarks_return = true",
            "marks return only to what transforms made",
        ),
        (
            "made_by = [\"tokenise\"]\nmarks_return = true",
            "no transform of such a kind",
        ),
        (
            "classes = [\"lrge\"]\nset = { classification = [] }",
            "did you mean `large`?",
        ),
        (
            "datasets = [\"web\"]\nset = { classification = \"health\" }",
            "marks",
        ),
        (
            "datasets = [\"web\"]\nset = { classification = [] }\nfactor = 2.0",
            "means nothing here",
        ),
    ] {
        let text = with("web", &happening(words));
        let problems = compiled("wrong", &text).map(|_| ()).unwrap_err();
        assert!(problems.contains(expected), "{words}: {problems}");
    }
    let text = with("web", "").replace("on_change = \"quarantine\"", "on_change = \"finish\"");
    let problems = compiled("grace", &text).map(|_| ()).unwrap_err();
    assert!(
        problems.contains("what may finish needs no grace"),
        "{problems}"
    );
    let many: String = (0..257)
        .map(|day| {
            let one = happening("datasets = [\"web\"]\nset = { classification = [] }");
            let one = one.replace("\"10 d\"", &format!("\"{day} h\""));
            one.replace("\"found\"", &format!("\"found {day}\""))
        })
        .collect();
    let problems = compiled("many", &with("web", &many))
        .map(|_| ())
        .unwrap_err();
    assert!(
        problems.contains("attributes change at 257 instants"),
        "{problems}"
    );
}

const PHASES: &str = r#"
[[rule]]
id = "needs-a-certificate"
effect = "forbid"
when = '''target.rented && !("hds" in target.certifications)'''

[[phase]]
name = "build"
lasts = "5 d"

[[phase]]
name = "certified"
after = "build"
lasts = "5 d"
attribute = [{ where = { sites = ["cloud"] }, add = { certifications = ["hds"] } }]
"#;

fn phased(words: &str) -> Result<Compiled, String> {
    let declared =
        "\n[attributes.target.certifications]\nkind = \"marks\"\nvalues = [\"hds\"]\nassume = []\n";
    let words = words.to_owned() + declared;
    compiled("phased", &with("web", &words))
}

#[test]
fn a_phase_changes_attributes_whenever_it_begins() {
    let model = phased(PHASES).unwrap().model;
    let findings = &model.rules.findings;
    assert_eq!(findings.list, [Finding::Phase("certified".to_owned())]);
    let change = Change::Attributes {
        finding: 0,
        holds: true,
    };
    let phase = model
        .rollout
        .phases
        .iter()
        .find(|phase| phase.name == "certified");
    assert!(phase.unwrap().changes.contains(&change));
    let mut pools = model.pools.iter();
    let pool = pools.position(|known| known.name == "cloud/h100").unwrap();
    let is_large = |shape: &Shape| model.classes[shape.class.index()].name == "large";
    let shape = model.shapes.iter().position(is_large).unwrap();
    let refused = |holding| {
        let masks = Masks {
            situation: model.rules.situation(0, holding),
            ..model.rules.first_masks()
        };
        model
            .rules
            .refusing(masks, (ShapeId::from(shape), 0), PoolId::from(pool))
            != 0
    };
    assert_eq!((refused(0), refused(1)), (true, false));
}

#[test]
fn mistakes_in_what_phases_say_of_attributes_are_told() {
    for (was, is, told) in [
        ("sites = [\"cloud\"]", "sites = [\"clod\"]", "clod"),
        (
            "where = { sites = [\"cloud\"] }, ",
            "",
            "whose attributes change is not said",
        ),
        (
            ", add = { certifications = [\"hds\"] }",
            "",
            "what changes is not said",
        ),
        (
            "add = { certifications",
            "add = { certification",
            "certification",
        ),
    ] {
        assert!(PHASES.contains(was), "{was}");
        let problems = phased(&PHASES.replacen(was, is, 1)).expect_err(is);
        assert!(problems.contains(told), "{told}: {problems}");
    }
}
