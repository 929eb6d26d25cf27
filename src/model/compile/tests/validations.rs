//! `flawed`, `found_after` and `validation` of a `[[transform]]`, in words: what they become, and what is wrong with some.

use crate::model::*;
use crate::process::Law;
use crate::units::*;

use super::{GOOD, compiled, large_with as with};

const DATA: &str = r#"
[[dataset]]
name = "records"
size = "1 TB"
home = "dc"
attributes = { classification = ["health", "trial"] }

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
rate = "100 GB/h"
fails = 0.1
flawed = 0.2
found_after = { always = "10 d" }
validation = { time = "6 h", price = "500 USD", false_fail = 0.25, false_pass = 0.5 }

[[rule]]
id = "health-is-masked"
on = "move"
effect = "require"
transform = "mask"
when = '''"health" in data.classification && to.kind == "gpuaas"'''
on_change = "stop"

[[class]]
name = "preparation"
pools = ["dc/h200"]
"#;

fn model_of(words: &str) -> Model {
    let text = with("data = [\"records\"]", words);
    compiled("validated", &text).unwrap().model
}

#[test]
fn words_become_what_is_looked_at_and_found() {
    let model = model_of(DATA);
    let transform = &model.transforms.list[0];
    let validation = transform.validation.as_ref().unwrap();
    assert_eq!(validation.time, Span(6 * 3_600_000));
    assert_eq!(validation.price.0, 500 * Money::TICKS_PER_UNIT);
    assert_eq!(
        (validation.false_fail, validation.false_pass),
        (250_000, 500_000)
    );
    let flaws = transform.flaws.as_ref().unwrap();
    assert_eq!(
        (flaws.share, &flaws.found_after),
        (200_000, &Law::Constant(864e6))
    );
    assert!(model.rolls_dice());
}

#[test]
fn what_may_be_found_has_rows_of_verdicts_of_its_own() {
    let model = model_of(DATA);
    let findings = &model.rules.findings;
    assert_eq!(findings.list, [Finding::Flaw(0)]);
    assert_eq!((findings.rows.len(), findings.rows[1].situation), (2, 1));
    let said = &findings.rows[1].found[0];
    let marks = said.iter().find(|one| one.whom == Whom::Data(DatasetId(1)));
    let marks = marks.unwrap().after.as_ref().unwrap();
    assert_eq!(marks.to_string(), "[health, trial]");
    // While it holds, nobody may read it far away, and it counts as masked no more.
    let is_large = |shape: &Shape| model.classes[shape.class.index()].name == "large";
    let shape = ShapeId::from(model.shapes.iter().position(is_large).unwrap());
    let mut pools = model.pools.iter();
    let pool = pools.position(|pool| pool.name == "cloud/h100").unwrap();
    let version = |situation| {
        let masks = Masks {
            situation,
            ..model.rules.first_masks()
        };
        model.version(masks, shape, PoolId::from(pool))
    };
    assert_eq!((version(0), version(1)), (Some(1), None));
    // A happening that says the same of it leads to the same row, found or not.
    let happens = "\n[[happening]]\nname = \"known\"\nat = \"10 d\"\nwhat = \"attribute-set\"\n\
                   datasets = [\"records (mask)\"]\nmarks_return = true\n";
    let model = model_of(&(DATA.to_owned() + happens));
    let rows: Vec<u16> = model
        .rules
        .findings
        .rows
        .iter()
        .map(|row| row.situation)
        .collect();
    assert_eq!(rows, [0, 1, 1, 1]);
    assert!(model.rules.findings.rows[3].found[0].is_empty());
    assert_eq!(model.rules.situation(1, 0), 1);
}

#[test]
fn what_cannot_go_out_flawed_cannot_be_found() {
    for (was, is) in [
        ("flawed = 0.2", "flawed = 0.0"),
        ("false_pass = 0.5", "false_pass = 0.0"),
    ] {
        let model = model_of(&DATA.replacen(was, is, 1));
        assert!(model.rules.findings.list.is_empty(), "{is}");
    }
    // Whoever looks at nothing finds everything later.
    let a = DATA.find("validation =").unwrap();
    let b = a + DATA[a..].find('\n').unwrap();
    let unseen = DATA.replacen(&DATA[a..b], "", 1);
    assert_eq!(model_of(&unseen).rules.findings.list.len(), 1);
}

#[test]
fn looking_may_be_work_of_a_class() {
    let is = "false_pass = 0.5, class = \"preparation\", gpus = 2";
    let model = model_of(&DATA.replacen("false_pass = 0.5", is, 1));
    let transform = &model.transforms.list[0];
    assert!(transform.work.is_none());
    let work = transform.validation.as_ref().unwrap().work.unwrap();
    let shape = &model.shapes[work.shape.index()];
    assert_eq!(shape.gpus, MilliGpus::whole(2));
    assert_eq!(model.classes[shape.class.index()].name, "preparation");
    assert_eq!(model.tenants[work.tenant.index()], "preparation");
}

#[test]
fn mistakes_are_told() {
    for (was, is, told) in [
        ("flawed = 0.2", "flawed = 1.5", "1.5"),
        (
            "flawed = 0.2\n",
            "",
            "nothing that this transform makes is flawed, so nothing is found",
        ),
        (
            "flawed = 0.2\nfound_after = { always = \"10 d\" }\n",
            "",
            "nothing that this transform makes is flawed, so nothing passes wrongly",
        ),
        (
            "found_after = { always = \"10 d\" }\n",
            "",
            "it is not said when that is found which went out flawed",
        ),
        (
            "{ always = \"10 d\" }",
            "{ p95 = \"10 d\" }",
            "these words make no law",
        ),
        ("time = \"6 h\"", "time = \"6 bananas\"", "6 bananas"),
        ("price = \"500 USD\"", "price = \"500 EUR\"", "EUR"),
        (
            "price = \"500 USD\"",
            "price = \"-500 USD\"",
            "looking at it earns nothing",
        ),
        ("false_fail = 0.25", "false_fail = 25", "25"),
        (
            "false_fail = 0.25, false_pass = 0.5",
            "false_fail = 1.0",
            "only 0.00 % of its attempts would pass",
        ),
        (
            "false_fail = 0.25, false_pass = 0.5",
            "false_fail = 0.95, class = \"preparation\"",
            "until at least 10.0 % pass",
        ),
        (
            "false_pass = 0.5",
            "gpus = 2",
            "`gpus` says nothing of a validation that asks for no GPUs",
        ),
        (
            "false_pass = 0.5",
            "class = \"preperation\"",
            "did you mean `preparation`",
        ),
        ("false_pass", "false_positive", "false_positive"),
    ] {
        assert!(DATA.contains(was), "{was}");
        let text = with("data = [\"records\"]", &DATA.replacen(was, is, 1));
        let problems = compiled("wrong", &text).expect_err(is);
        assert!(problems.contains(told), "{told}: {problems}");
    }
}

#[test]
fn too_much_that_may_be_found_is_told() {
    let mut words = DATA.to_owned();
    let mut data = vec!["\"records\"".to_owned()];
    for more in 1..9 {
        let more_words = format!(
            "\n[[dataset]]\nname = \"records-{more}\"\nsize = \"1 TB\"\nhome = \"dc\"\n\
             attributes = {{ classification = [\"health\"] }}\n"
        );
        words.push_str(&more_words);
        data.push(format!("\"records-{more}\""));
    }
    let text = with(&format!("data = [{}]", data.join(", ")), &words);
    let problems = compiled("many", &text).expect_err("nine");
    assert!(
        problems.contains("marks may be left in 9 copies, 0 phases change attributes"),
        "{problems}"
    );
}

const TUNING: &str = "flawed = 0.1\nfound_after = { mean = \"10 d\" }\n\
                      validation = { time = \"2 h\", price = \"80 USD\", false_fail = 0.05, false_pass = 0.2 }";

#[test]
fn results_of_a_class_are_looked_at_on_its_own_gpus() {
    let class = "name = \"small\"\nburst";
    let small = GOOD.replace(class, &format!("name = \"small\"\n{TUNING}\nburst"));
    let model = compiled("tuning", &small).unwrap().model;
    let looked_at = model.classes.iter().position(|class| class.name == "small");
    let inspected = model.inspections.iter().map(Option::is_some);
    let expected = (0..model.classes.len()).map(|class| Some(class) == looked_at);
    assert!(inspected.eq(expected));
    // Two hours come to what is asked for and, where jobs finish, to what is run.
    let plain = compiled("plain", GOOD).unwrap().model;
    let [mut more, mut less] = [Timeline::default(), Timeline::default()];
    let dice = crate::dice::Dice {
        seed: 1,
        replication: 0,
    };
    Timeline::sample(&model, &dice, &mut more);
    Timeline::sample(&plain, &dice, &mut less);
    let mut seen = 0;
    for (job, request) in more.requests.iter().enumerate() {
        let is_one = Some(model.class_of(request.shape).index()) == looked_at;
        let hours = if is_one { 2 } else { 0 };
        let finishes = more.truth[job].outcome == Outcome::Finished;
        let before = (less.requests[job].requested, less.truth[job].work);
        let time = Span(hours * 3_600_000);
        assert_eq!(request.requested, before.0 + time);
        let time = if finishes { time } else { Span::ZERO };
        assert_eq!(more.truth[job].work, before.1 + time);
        seen += u32::from(is_one && finishes);
    }
    assert!(0 < seen);
}

#[test]
fn mistakes_in_what_is_said_of_results_are_told() {
    for (was, is, told) in [
        (
            "false_pass = 0.2",
            "false_pass = 0.2, gpus = 4",
            "`gpus`: a result is looked at on the GPUs that its job has",
        ),
        (
            "flawed = 0.1\n",
            "",
            "nothing that comes of its jobs is flawed, so nothing is found",
        ),
        (
            "found_after = { mean = \"10 d\" }\n",
            "",
            "it is not said when that is found which went out flawed",
        ),
        (
            "false_fail = 0.05",
            "false_fail = 0.99",
            "until at least 10.0 % pass",
        ),
        ("flawed = 0.1", "flawed = 2.0", "2"),
    ] {
        assert!(TUNING.contains(was), "{was}");
        let text = with(&TUNING.replacen(was, is, 1), "");
        let problems = compiled("wrong", &text).expect_err(is);
        assert!(problems.contains(told), "{told}: {problems}");
    }
}
