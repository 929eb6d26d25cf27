//! What work stands on, worked out by hand on a small estate.

use plimsoll::model::{Lack, Model, Part, compile, elsewhere, single_points};
use plimsoll::scenario::load_text;
use plimsoll::units::{LinkId, PoolId, ServiceId, ShapeId, SiteId};

use crate::shell::{Place, code, run, stdout};

/// Two sites of ours, and one line between them. `free` needs nothing; `reads` needs data that lie at home; `both` data
/// that lie at both; `keyed` a key service that is one for both; `ruled` may not leave; `large` fits
/// nowhere else.
const ESTATE: &str = r#"
[scenario]
name    = "coupled"
start   = 2026-01-05T00:00:00Z
horizon = "2 d"

[[site]]
name = "home"
kind = "private"
jurisdiction = "DE"

[[site]]
name = "away"
kind = "private"
jurisdiction = "FR"

[[link]]
name      = "line"
from      = "home"
to        = "away"
kind      = "circuit"
bandwidth = "10 Gb/s"

[[dataset]]
name = "corpus"
size = "1 TB"
home = "home"

[[dataset]]
name = "images"
size = "1 TB"
home = "home"
replicas = ["away"]

[[key_service]]
name   = "keys"
shared = true

[[rule]]
id     = "stays"
effect = "forbid"
when   = '''job.class == "ruled" && target.jurisdiction != "DE"'''

[[pool]]
name  = "home/h100"
site  = "home"
gpu   = "h100"
nodes = 4
offer = { kind = "owned", price = "2 USD/GPU-h" }

[[pool]]
name  = "away/h100"
site  = "away"
gpu   = "h100"
nodes = 1
offer = { kind = "owned", price = "2 USD/GPU-h" }

[[demand]]
name      = "work"
generator = { arrivals = "smooth", jobs_per_day = 50, run_time = 0.1, gangs = { 1 = 1 }, tenants = { free = 1, reads = 1, both = 1, keyed = 1, ruled = 1 } }

[[demand]]
name      = "gangs"
generator = { arrivals = "smooth", jobs_per_day = 5, run_time = 0.1, gangs = { 16 = 1 }, tenants = { large = 1 } }

[[class]]
name  = "free"
match = { tenant = "free" }

[[class]]
name  = "reads"
match = { tenant = "reads" }
data  = ["corpus"]

[[class]]
name  = "both"
match = { tenant = "both" }
data  = ["images"]

[[class]]
name  = "keyed"
match = { tenant = "keyed" }
key   = "keys"

[[class]]
name  = "ruled"
match = { tenant = "ruled" }

[[class]]
name  = "large"
match = { tenant = "large" }

[[strategy]]
name      = "ours"
placement = { kind = "private-only" }
"#;

fn model() -> Model {
    model_of(ESTATE)
}

fn model_of(text: &str) -> Model {
    let scenario = load_text("coupled.toml", text, &[]);
    let scenario = scenario.unwrap_or_else(|problems| panic!("{}", problems.render(false)));
    let compiled = compile(&scenario);
    let compiled = compiled.unwrap_or_else(|problems| panic!("{}", problems.render(false)));
    compiled.model
}

/// The names of the classes of shapes, in the order of the file.
fn classes(model: &Model, shapes: &[ShapeId]) -> Vec<String> {
    let mut of: Vec<_> = shapes.iter().map(|&shape| model.class_of(shape)).collect();
    of.sort_unstable();
    let names = of
        .iter()
        .map(|class| model.classes[class.index()].name.clone());
    names.collect()
}

#[test]
fn without_home_those_are_lost_who_need_something_of_it() {
    let model = model();
    let points = single_points(&model);
    let behind = |part: Part| {
        let found = points.iter().find(|(point, _)| *point == part);
        found.map(|(_, shapes)| classes(&model, shapes))
    };
    // Free work, that whose data lie at both, and that whose keys come from nowhere in particular go on away.
    assert_eq!(
        behind(Part::Site(SiteId(0))).unwrap(),
        ["reads", "ruled", "large"]
    );
    // Away is nobody's only place, and over the line nothing must go: what reads runs at home.
    assert_eq!(behind(Part::Site(SiteId(1))), None);
    assert_eq!(behind(Part::Link(LinkId(0))), None);
    assert_eq!(behind(Part::Service(ServiceId(0))).unwrap(), ["keyed"]);
    assert_eq!(points.len(), 2, "{points:?}");
}

#[test]
fn what_can_go_on_elsewhere_is_permitted_possible_or_says_why_not() {
    let model = model();
    let found = elsewhere(&model);
    let of = |name: &str| {
        let mut found = found.iter();
        found
            .find(|found| model.classes[model.class_of(found.shape).index()].name == name)
            .unwrap()
    };
    let told = |name: &str| (of(name).permitted, of(name).possible);
    assert_eq!(told("free"), (true, true));
    assert_eq!(told("both"), (true, true));
    assert_eq!(told("reads"), (true, false));
    assert_eq!(told("keyed"), (true, true));
    assert_eq!(told("ruled"), (false, false));
    assert_eq!(told("large"), (false, false));
    let away = PoolId(1);
    assert!(matches!(of("reads").lacks[..], [(pool, Lack::Data(_))] if pool == away));
    assert!(of("keyed").lacks.is_empty());
    assert_eq!(of("ruled").lacks, [(away, Lack::Rules(1))]);
    assert_eq!(of("large").lacks, [(away, Lack::Size)]);
    assert!(found.iter().all(|found| found.first == PoolId(0)));
}

#[test]
fn a_line_is_a_single_point_for_work_that_reads_over_it() {
    // With home closed to it by a rule, what reads can only run away, with data that come over the line from home.
    let moved = ESTATE.replace(
        r#"job.class == "ruled" && target.jurisdiction != "DE""#,
        r#"job.class == "reads" && target.jurisdiction != "FR""#,
    );
    let model = model_of(&moved);
    let points = single_points(&model);
    let behind = |part: Part| {
        let found = points.iter().find(|(point, _)| *point == part);
        found.map(|(_, shapes)| classes(&model, shapes))
    };
    assert_eq!(behind(Part::Link(LinkId(0))).unwrap(), ["reads"]);
    assert_eq!(behind(Part::Site(SiteId(1))).unwrap(), ["reads"]);
    assert_eq!(behind(Part::Site(SiteId(0))).unwrap(), ["reads", "large"]);
}

/// What becomes of class `reads` without home.
fn of_reads(model: &Model) -> (bool, Vec<(PoolId, Lack)>) {
    let found = elsewhere(model);
    let mut found = found.into_iter();
    let is_it = |shape: ShapeId| model.classes[model.class_of(shape).index()].name == "reads";
    let found = found.find(|found| is_it(found.shape)).unwrap();
    (found.possible, found.lacks)
}

/// Another place that reads what home has, over a line of its own.
const THIRD: &str = r#"
[[site]]
name = "third"
kind = "private"
jurisdiction = "FR"

[[pool]]
name  = "third/h100"
site  = "third"
gpu   = "h100"
nodes = 1
offer = { kind = "owned", price = "2 USD/GPU-h" }

[[link]]
name      = "detour"
from      = "home"
to        = "third"
kind      = "internet"
bandwidth = "10 Gb/s"

[[link]]
name      = "onward"
from      = "third"
to        = "away"
kind      = "internet"
bandwidth = "10 Gb/s"
"#;

/// What reads runs away only; over which ways its data may come is said by a rule.
fn over_detours(rule: &str) -> Model {
    let only = r#"
[[rule]]
id     = "away-only"
effect = "forbid"
when   = '''job.class == "reads" && target.site != "away"'''
"#;
    model_of(&format!("{ESTATE}{THIRD}{only}{rule}"))
}

#[test]
fn a_detour_that_rules_refuse_is_none() {
    let is_single = |model: &Model| {
        let points = single_points(model);
        let line = points
            .iter()
            .find(|(part, _)| *part == Part::Link(LinkId(0)));
        line.map(|(_, shapes)| classes(model, shapes))
    };
    // Without the line, data may come over the third place.
    assert_eq!(is_single(&over_detours("")), None);
    let refused = r#"
[[rule]]
id     = "not-over-the-internet"
on     = "move"
effect = "forbid"
when   = '''link.kind == "internet"'''
"#;
    assert_eq!(is_single(&over_detours(refused)).unwrap(), ["reads"]);
    let audited = format!("{refused}mode   = \"audit\"\n");
    assert_eq!(is_single(&over_detours(&audited)), None);
}

#[test]
fn what_a_transform_makes_needs_that_of_which_it_is_made() {
    // What leaves home is masked, and of the copy there is none but where it is made: without home it can not be had,
    // though the rule has nothing against it.
    let masked = r#"
[[transform]]
name    = "mask"
kind    = "mask"
removes = { classification = ["secret"] }
rate    = "1 TB/h"

[[rule]]
id        = "masked"
on        = "move"
effect    = "require"
transform = "mask"
when      = '''"secret" in data.classification && to.site == "away"'''
"#;
    let marked = ESTATE
        .replace(
            "size = \"1 TB\"\n",
            "size = \"1 TB\"\nattributes = { classification = [] }\n",
        )
        .replacen("classification = []", "classification = [\"secret\"]", 1);
    let model = model_of(&format!("{marked}{masked}"));
    let copy = model.transforms.derived[0].dataset;
    assert_eq!(
        of_reads(&model),
        (false, vec![(PoolId(1), Lack::Data(copy))])
    );
    // With a copy of the data away, nothing has to come, and nothing is masked.
    let both = marked.replacen(
        "home = \"home\"\n",
        "home = \"home\"\nreplicas = [\"away\"]\n",
        1,
    );
    let model = model_of(&format!("{both}{masked}"));
    assert_eq!(of_reads(&model), (true, Vec::new()));
}

#[test]
fn targets_of_failovers_have_conditions_and_needs() {
    let with = |words: &str| {
        model_of(&format!(
            r#"{}
[[failover]]
name = "home lost"
classes = ["reads", "both"]
action = "reroute"
recovery_time = "4 h"

[[failover.trigger]]
on = "site-lost"
where = {{ sites = ["home"] }}

[[failover.target]]
where = {{ pools = ["away/h100"] }}
{words}
"#,
            // A copy of the corpus that is sent before anybody needs it.
            ESTATE.replacen(
                "home = \"home\"",
                "home = \"home\"\nreplicas = [\"away\"]",
                1
            )
        ))
    };
    assert_eq!(of_reads(&with("needs = [\"replica\"]")), (true, Vec::new()));
    let closed = with(r#"when = '''job.class != "reads"'''"#);
    let away = PoolId(1);
    assert_eq!(of_reads(&closed), (false, vec![(away, Lack::Condition)]));
    let mut bare = with("needs = [\"replica\"]");
    let corpus = bare.datasets.iter().position(|data| data.name == "corpus");
    let corpus = corpus.unwrap();
    bare.datasets[corpus].kept.truncate(1);
    let lacks = vec![(away, Lack::Replica(corpus.into()))];
    assert_eq!(of_reads(&bare), (false, lacks));
}

#[test]
fn data_that_lie_at_both_sites_go_to_neither() {
    let place = Place::new("both-sites");
    let file = place.at("estate.toml");
    std::fs::write(&file, ESTATE).unwrap();
    let output = run(&["explain", "may", &file, "--class", "both"]);
    assert_eq!(code(&output), 0, "{output:?}");
    let told = stdout(&output);
    let stays = "  data: images stays where it is kept (home, away)\n";
    assert!(told.contains(stays), "{told}");
}
