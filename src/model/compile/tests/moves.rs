//! Rules about what moves, in words: whose marks it has, which way it may take, and what is wrong with some.

use crate::model::*;
use crate::units::*;

use super::{GOOD, compiled, large_with};

/// A data set at home that class `large` reads, whose results go home; the internet between.
const WIRES: &str = r#"
[[dataset]]
name = "records"
size = "10 GB"
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
attributes = { encrypted = false }
"#;

const RULE: &str = r#"
[[rule]]
id = "health-not-over-the-internet"
on = "move"
effect = "forbid"
when = '''"health" in data.classification && link.kind == "internet"'''
"#;

/// Class `large` with these words, and these behind all others.
fn with(large: &str, words: &str) -> String {
    large_with(large, &format!("{WIRES}{words}"))
}

fn class(model: &Model, name: &str) -> ClassId {
    let mut classes = model.classes.iter();
    ClassId::from(classes.position(|class| class.name == name).unwrap())
}

/// Whether rules let data of a class come to a pool.
fn comes(model: &Model, name: &str, pool: &str) -> bool {
    let mut pools = model.pools.iter();
    let pool = pools.position(|known| known.name == pool).unwrap();
    let masks = model.rules.first_masks();
    model.data_refused(masks, (class(model, name).into(), 0), PoolId::from(pool)) == 0
}

#[test]
fn data_with_a_mark_stay_off_a_link_and_jobs_off_a_pool() {
    let model = compiled("moves", &with("data = [\"records\"]", RULE))
        .unwrap()
        .model;
    assert!(comes(&model, "large", "dc/h200") && !comes(&model, "large", "cloud/h100"));
    let rule = &model.rules.list[0];
    assert_eq!((rule.on, rule.bytes_per_day), (RuleOn::Move, None));
    // It does not judge where jobs run.
    assert_eq!(model.rules.fired(ShapeId(0), PoolId(0)), 0);
    let public = compiled("public", &with("data = [\"web\"]", RULE))
        .unwrap()
        .model;
    assert!(comes(&public, "large", "cloud/h100"));
    let records = Freight::Dataset(DatasetId(0), class(&model, "large"));
    assert_eq!(
        model.network.moves.marks(records),
        ["classification: [health]"]
    );
}

#[test]
fn jobs_and_what_they_write_have_the_marks_of_what_they_read() {
    let run = r#"
[[rule]]
id = "health-stays"
effect = "forbid"
when = '''"health" in job.classification && target.kind == "gpuaas"'''
"#;
    let large = "data = [\"records\", \"web\"]\nresults = \"1 GB\"\nresults_to = \"dc\"\n\
                 attributes = { classification = [\"trial\"] }";
    let model = compiled("inherit", &with(large, &(RULE.to_owned() + run)))
        .unwrap()
        .model;
    let id = class(&model, "large");
    let results = model.network.moves.marks(Freight::Results(id.into(), 0));
    assert_eq!(results, ["classification: [health, trial]"]);
    let masks = model.rules.first_masks();
    let large = model
        .shapes
        .iter()
        .position(|shape| shape.class == id)
        .unwrap();
    let cloud = model.pools.iter().position(Pool::is_rented).unwrap();
    assert!(
        !model
            .rules
            .permit(masks, ShapeId::from(large), PoolId::from(cloud))
    );
    // Its results must not come back over the internet, either.
    let cloud = model.pools[cloud].site;
    let home = (Some(cloud), Some(SiteId(0)));
    let verdict = &model
        .network
        .moves
        .of(0, Freight::Results(id.into(), 0), home)[0];
    assert_eq!(verdict.forbids, 1);
}

#[test]
fn what_one_of_its_data_does_not_say_is_unknown_of_a_job() {
    let unlabelled = WIRES.replacen("attributes = { classification = [] }\n", "", 1);
    let large = "name = \"large\"\ndata = [\"web\"]\nattributes = { classification = [] }\n";
    let run = "\n[[rule]]\nid = \"r\"\neffect = \"forbid\"\n\
               when = '''\"health\" in job.classification && target.kind == \"gpuaas\"'''\n";
    let text = GOOD.replace("name = \"large\"\n", large) + &unlabelled + run;
    let model = compiled("unsaid", &text).unwrap().model;
    let refused = |model: &Model| {
        let id = class(model, "large");
        let large = model
            .shapes
            .iter()
            .position(|shape| shape.class == id)
            .unwrap();
        let cloud = model.pools.iter().position(Pool::is_rented).unwrap();
        let masks = model.rules.first_masks();
        !model
            .rules
            .permit(masks, ShapeId::from(large), PoolId::from(cloud))
    };
    assert!(refused(&model));
    assert_eq!(
        model.rules.unlabelled(0).collect::<Vec<_>>(),
        ["job.classification"]
    );
    // Unless it is said what data are taken to be.
    let assumed = text + "\n[attributes.data.classification]\nassume = []\n";
    let compiled = compiled("assumed", &assumed).unwrap();
    assert!(!refused(&compiled.model));
    let mut noted = compiled.assumptions.iter();
    assert!(noted.any(|one| one.what == "data.classification where nobody says"));
}

#[test]
fn what_data_are_used_for_is_a_word_of_rules() {
    let rule = r#"
[[rule]]
id = "not-to-train"
on = "move"
effect = "forbid"
when = '''data.use == "train" && data.what == "data-set" && from.site == "dc" && to.kind == "gpuaas" && !link.encrypted'''

[[rule]]
id = "nor-run"
effect = "forbid"
when = '''job.use == "train" && target.rented'''
"#;
    let large = "data = [\"web\"]\nuse = \"train\"";
    let model = compiled("use", &with(large, rule)).unwrap().model;
    assert!(!comes(&model, "large", "cloud/h100"));
    assert_eq!(model.rules.fired(ShapeId(0), PoolId(1)) & 2, 2);
    let large = "data = [\"web\"]\nuse = \"infer\"";
    let model = compiled("infer", &with(large, rule)).unwrap().model;
    assert!(comes(&model, "large", "cloud/h100"));
    // Who does not say may do anything, so it may train.
    let model = compiled("unused", &with("data = [\"web\"]", rule))
        .unwrap()
        .model;
    assert!(!comes(&model, "large", "cloud/h100"));
    let unsaid: Vec<&str> = model.network.moves.unlabelled(0).collect();
    assert_eq!(unsaid, ["data.use"]);
}

#[test]
fn permits_have_caps_and_nothing_else_does() {
    let rule = "\n[[rule]]\nid = \"some\"\non = \"move\"\neffect = \"permit\"\nwhen = \"true\"\n\
                bytes_per_day = \"10 TB\"\n";
    let model = compiled("cap", &with("data = [\"web\"]", rule))
        .unwrap()
        .model;
    let caps = model.network.moves.caps();
    assert_eq!(caps, [(0, Bytes(10_000_000_000_000))]);
    for (was, is, told) in [
        (
            "permit",
            "forbid",
            "only what permits moves has a limit of bytes",
        ),
        (
            "on = \"move\"\n",
            "",
            "only what permits moves has a limit of bytes",
        ),
        ("10 TB", "0 TB", "this limit of bytes is out of range"),
    ] {
        let text = with("data = [\"web\"]", &rule.replace(was, is));
        let problems = compiled("capless", &text).unwrap_err();
        assert!(problems.contains(told), "{problems}");
    }
}

#[test]
fn words_of_jobs_and_of_moves_are_not_mixed() {
    for (on, when, told, fix) in [
        (
            "run",
            "link.kind == \"vpn\"",
            "`link.…` is known of what moves, and this rule judges where jobs run",
            "add on = \"move\"",
        ),
        (
            "move",
            "\"health\" in job.classification",
            "this rule judges what moves, not jobs",
            "write data.…",
        ),
        (
            "move",
            "target.kind == \"gpuaas\"",
            "this rule judges what moves, which has two ends",
            "write from.… or to.…",
        ),
        (
            "move",
            "link.kind == \"wire\"",
            "`link.kind` is never \"wire\"",
            "use one of circuit, internet, vpn",
        ),
        (
            "move",
            "\"helth\" in data.classification",
            "`data.classification` is never \"helth\"",
            "did you mean \"health\"?",
        ),
        (
            "move",
            "dta.use == \"train\"",
            "nobody is called `dta`",
            "did you mean `data`?",
        ),
    ] {
        let rule = format!(
            "\n[[rule]]\nid = \"r\"\non = \"{on}\"\neffect = \"forbid\"\nwhen = '''{when}'''\n"
        );
        let problems = compiled("mixed", &with("data = [\"web\"]", &rule)).unwrap_err();
        assert!(
            problems.contains(told) && problems.contains(fix),
            "{problems}"
        );
    }
}

#[test]
fn marks_of_jobs_and_data_are_of_one_kind() {
    let large = "data = [\"web\"]\nattributes = { classification = \"health\" }";
    let problems = compiled("kinds", &with(large, "")).unwrap_err();
    let told = "`job.classification` and `data.classification` are not both marks";
    assert!(problems.contains(told), "{problems}");
    // Values that were written down for jobs hold for data.
    let words = "\n[attributes.job.classification]\nkind = \"marks\"\nvalues = [\"helth\"]\n";
    let problems = compiled("values", &with("data = [\"web\"]", words)).unwrap_err();
    assert!(
        problems.contains("`data.classification` is never \"health\""),
        "{problems}"
    );
}
