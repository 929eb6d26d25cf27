//! `[[transform]]` and rules that require one, in words: what is made of what, and what is wrong with some.

use crate::model::*;
use crate::units::*;

use super::{compiled, large_with as with};

const DATA: &str = r#"
[[dataset]]
name = "records"
size = "1 TB"
home = "dc"
attributes = { classification = ["health", "trial"] }

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

[[transform]]
name = "mask"
kind = "mask"
removes = { classification = ["health"] }
adds = { classification = ["masked"] }
rate = "100 GB/h"
lead = "2 h"
price = "1 USD/GB"
fails = 0.05
output = 0.5
"#;

const RULE: &str = r#"
[[rule]]
id = "health-is-masked"
on = "move"
effect = "require"
transform = "mask"
when = '''"health" in data.classification && to.kind == "gpuaas"'''

[[rule]]
id = "runs-masked"
effect = "require"
transform = "mask"
when = '''"health" in job.classification && target.rented'''
"#;

/// In which version of their work jobs of class `large` may run in a pool.
fn version(model: &Model, pool: &str) -> Option<u8> {
    let mut pools = model.pools.iter();
    let pool = pools.position(|known| known.name == pool).unwrap();
    let is_large = |shape: &Shape| model.classes[shape.class.index()].name == "large";
    let shape = model.shapes.iter().position(is_large).unwrap();
    let masks = model.rules.first_masks();
    model.version(masks, ShapeId::from(shape), PoolId::from(pool))
}

#[test]
fn what_a_rule_requires_is_made_of_what_it_is_for() {
    let text = with("data = [\"records\", \"web\"]", &(DATA.to_owned() + RULE));
    let model = compiled("transform", &text).unwrap().model;
    assert_eq!(version(&model, "dc/h200"), Some(0));
    assert_eq!(version(&model, "cloud/h100"), Some(1));
    let made = &model.datasets[2];
    assert_eq!(
        (made.name.as_str(), made.size),
        ("records (mask)", Bytes(500_000_000_000))
    );
    let derived = &model.transforms.derived[0];
    assert_eq!((derived.base, derived.site), (DatasetId(0), SiteId(0)));
    // Of the web there is nothing to mask.
    let large = model
        .classes
        .iter()
        .position(|class| class.name == "large")
        .unwrap();
    let large = ClassId::from(large);
    assert_eq!(model.read_in(large, 1), [DatasetId(1), DatasetId(2)]);
    let masked = model
        .network
        .moves
        .marks(Freight::Dataset(DatasetId(2), large));
    assert_eq!(masked, ["classification: [masked, trial]"]);
    // 2 h and 1,000 GB at 100 GB/h; 1,000.
    let transform = &model.transforms.list[0];
    let time = transform.time(Bytes(1_000_000_000_000));
    assert!(
        Span(12 * 3_600_000) <= time && time < Span(12 * 3_600_000 + 1_000),
        "{time:?}"
    );
    assert_eq!(transform.fails, 50_000);
    let cost = transform.cost(Bytes(1_000_000_000_000));
    assert_eq!(cost.0, 1_000 * Money::TICKS_PER_UNIT);
}

#[test]
fn a_transform_that_nothing_requires_is_not_used() {
    let forbid = r#"
[[rule]]
id = "health-stays"
effect = "forbid"
when = '''"health" in job.classification && target.rented'''
"#;
    let text = with("data = [\"records\"]", &(DATA.to_owned() + forbid));
    let model = compiled("idle", &text).unwrap().model;
    assert_eq!(version(&model, "cloud/h100"), None);
    // Beside a rule that requires it, what is forbidden of data as they are may be done with the copies.
    let text = with("data = [\"records\"]", &(DATA.to_owned() + forbid + RULE));
    let model = compiled("both", &text).unwrap().model;
    assert_eq!(version(&model, "cloud/h100"), Some(1));
    // Marks that the class itself has no transform takes away.
    let own = "data = [\"records\"]\nattributes = { classification = [\"health\"] }";
    let model = compiled("own", &with(own, &(DATA.to_owned() + forbid + RULE)))
        .unwrap()
        .model;
    assert_eq!(version(&model, "cloud/h100"), None);
}

#[test]
fn several_transforms_are_used_one_after_the_other() {
    let second = r#"
[[transform]]
name = "tokens"
kind = "tokenise"
removes = { classification = ["trial"] }
rate = "1 GB/s"

[[rule]]
id = "trials-are-tokens"
on = "move"
effect = "require"
transform = "tokens"
when = '''"trial" in data.classification && to.kind == "gpuaas"'''
"#;
    let text = with("data = [\"records\"]", &(DATA.to_owned() + RULE + second));
    let model = compiled("chain", &text).unwrap().model;
    // Neither alone is enough: the last version uses both.
    assert_eq!(version(&model, "cloud/h100"), Some(3));
    let names: Vec<&str> = model.datasets.iter().map(|one| one.name.as_str()).collect();
    assert!(names.contains(&"records (mask) (tokens)"), "{names:?}");
}

#[test]
fn attempts_may_be_work_of_a_class() {
    let words =
        DATA.to_owned() + RULE + "[[class]]\nname = \"preparation\"\npools = [\"dc/h200\"]\n";
    let is = "output = 0.5\nclass = \"preparation\"\ngpus = 2\n";
    let text = with("data = [\"records\"]", &words.replace("output = 0.5\n", is));
    let model = compiled("errands", &text).unwrap().model;
    let work = model.transforms.list[0].work.unwrap();
    let shape = &model.shapes[work.shape.index()];
    assert_eq!((shape.gpus, shape.weight), (MilliGpus::whole(2), 0));
    assert_eq!(model.classes[shape.class.index()].name, "preparation");
    assert_eq!(model.tenants[work.tenant.index()], "preparation");
    assert!(model.rolls_dice(), "attempts fail by chance");
    let elsewhere = "\n[[class]]\nname = \"everywhere\"\n";
    let words = words.replace("output = 0.5\n", is);
    for (was, is, told) in [
        ("gpus = 2", "gpus = 0", "0 is out of range"),
        (
            "gpus = 2",
            "gpus = 100000",
            "no pool that class `preparation` may use has 100000 GPUs",
        ),
        (
            "class = \"preparation\"",
            "class = \"preperation\"",
            "did you mean `preparation`",
        ),
        (
            "class = \"preparation\"\n",
            "",
            "`gpus` says nothing of a transform that asks for no GPUs",
        ),
        (
            "fails = 0.05",
            "fails = 0.95",
            "attempts that ask for GPUs and fail so often",
        ),
        (
            "class = \"preparation\"",
            "class = \"large\"",
            "class `large` reads data sets",
        ),
        (
            "class = \"preparation\"",
            "class = \"everywhere\"",
            "but `records` is transformed at site `dc`",
        ),
    ] {
        assert!(words.contains(was), "{was}");
        let text = with(
            "data = [\"records\"]",
            &(words.replacen(was, is, 1) + elsewhere),
        );
        let problems = compiled("wrong-errands", &text).expect_err(is);
        assert!(problems.contains(told), "{told}: {problems}");
    }
}

#[test]
fn mistakes_in_transforms_are_told() {
    for (was, is, told) in [
        ("kind = \"mask\"\n", "", "the kind of a transform"),
        ("rate = \"100 GB/h\"\n", "", "how fast a transform reads"),
        (
            "rate = \"100 GB/h\"",
            "rate = \"0 GB/h\"",
            "this transform is never done",
        ),
        (
            "rate = \"100 GB/h\"",
            "rate = \"100 bananas\"",
            "100 bananas",
        ),
        ("fails = 0.05", "fails = 1.5", "1.5"),
        ("output = 0.5", "output = 2.0", "2"),
        (
            "output = 0.5",
            "site = \"cloud\"",
            "data set `records` is not kept at site `cloud`",
        ),
        ("output = 0.5", "site = \"moon\"", "moon"),
        (
            "transform = \"mask\"\nwhen = '''\"health\" in data",
            "when = '''\"health\" in data",
            "what a rule requires",
        ),
        (
            "transform = \"mask\"",
            "transform = \"maks\"",
            "did you mean",
        ),
        (
            "effect = \"require\"",
            "effect = \"forbid\"",
            "this rule requires no transform",
        ),
        (
            "adds = { classification = [\"masked\"] }",
            "adds = { level = 3 }",
            "only marks come in addition or are taken away",
        ),
        (
            "[\"health\"] }\nadds",
            "\"health\" }\nadds",
            "`data.classification` is a list of marks, not a text",
        ),
    ] {
        let words = DATA.to_owned() + RULE;
        assert!(words.contains(was), "{was}");
        let text = with("data = [\"records\"]", &words.replacen(was, is, 1));
        let problems = compiled("wrong", &text).expect_err(is);
        assert!(problems.contains(told), "{told}: {problems}");
    }
}
