//! Rules and attributes, in words: what becomes of them, and what is wrong with some.

use crate::model::*;
use crate::units::*;

use super::{Folder, GOOD, TRACE, compiled, try_compile};

const HOME: &str = r#"
[[rule]]
id = "health-stays-home"
effect = "forbid"
when = '''"health" in job.classification && target.jurisdiction != "DE"'''
reason = "records stay in the country"
"#;

/// Classes `large` and `small` with these attributes, and these words behind all others.
fn labelled(large: &str, small: &str, words: &str) -> String {
    let large = format!("name = \"large\"\n{large}\n");
    let small = format!("name = \"small\"\n{small}\n");
    let text = GOOD.replace("name = \"large\"\n", &large);
    text.replace("name = \"small\"\nburst = false\n", &small) + words
}

/// Whether jobs of a class may run in a pool at the start.
fn may(model: &Model, class: &str, pool: &str) -> bool {
    let masks = model.rules.first_masks();
    let mut pools = model.pools.iter();
    let pool = pools.position(|known| known.name == pool).unwrap();
    let mut shapes = (0..model.shapes.len()).map(ShapeId::from);
    let is_of = |shape: &ShapeId| model.classes[model.class_of(*shape).index()].name == class;
    let shape = shapes.find(is_of).unwrap();
    model.rules.permit(masks, shape, PoolId::from(pool))
}

const HEALTH: &str = "attributes = { classification = [\"health\", \"personal\"] }";
const PUBLIC: &str = "attributes = { classification = [] }";

#[test]
fn a_rule_reads_attributes_of_classes_and_sites() {
    let compiled = compiled("rule", &labelled(HEALTH, PUBLIC, HOME)).unwrap();
    let model = compiled.model;
    // The cloud lies in Finland, as the catalog says.
    assert!(may(&model, "large", "dc/h200") && !may(&model, "large", "cloud/h100"));
    assert!(may(&model, "small", "dc/h200") && may(&model, "small", "cloud/h100"));
    let rule = &model.rules.list[0];
    assert_eq!(
        (rule.mode, rule.on_change),
        (RuleMode::Enforce, Consequence::Finish)
    );
    assert_eq!(rule.reason, "records stay in the country");
    assert_eq!(model.rules.unlabelled(0).count(), 0);
}

#[test]
fn what_is_not_labelled_is_not_allowed_unless_it_is_assumed() {
    let text = labelled(HEALTH, "", HOME);
    let model = compiled("unlabelled", &text).unwrap().model;
    assert!(may(&model, "small", "dc/h200") && !may(&model, "small", "cloud/h100"));
    let unlabelled: Vec<&str> = model.rules.unlabelled(0).collect();
    assert_eq!(unlabelled, ["job.classification"]);
    let words = format!("{text}\n[attributes.job.classification]\nassume = []\n");
    let compiled = compiled("assumed", &words).unwrap();
    assert!(may(&compiled.model, "small", "cloud/h100"));
    let what = "job.classification where nobody says";
    let told = |a: &Assumption| a.what == what && a.value == "[]";
    assert!(compiled.assumptions.iter().any(told));
}

#[test]
fn a_pool_says_otherwise_than_its_site_and_a_permit_refuses_the_rest() {
    let words = r#"
[[rule]]
id = "certified"
effect = "permit"
when = '''"iso" in target.certifications || job.gpus < 2 && !target.rented'''
mode = "audit"
"#;
    let site = "kind = \"private\"\n";
    let pool = "gpu = \"h100\"\n";
    let sited = format!("{site}attributes = {{ certifications = [] }}\n");
    let pooled = format!("{pool}attributes = {{ certifications = [\"iso\"] }}\n");
    let text = labelled("", "", words).replace(site, &sited);
    let text = text.replace(pool, &pooled);
    let model = compiled("permit", &text).unwrap().model;
    // Audited, it refuses nothing.
    assert!(may(&model, "large", "dc/h200"));
    let text = text.replace("\"audit\"", "\"enforce\"");
    let model = compiled("permit", &text).unwrap().model;
    // Jobs of one GPU may stay at home, those of 16 may not.
    assert!(!may(&model, "large", "dc/h200") && may(&model, "large", "cloud/h100"));
    assert!(may(&model, "small", "dc/h200") && may(&model, "small", "cloud/h100"));
}

#[test]
fn phases_happenings_and_strategies_change_rules() {
    let words = r#"
[[phase]]
name = "sort"
lasts = "1 d"
rules = { health-stays-home = "audit" }

[[happening]]
name = "inspection"
at = "2 h"
what = "rule"
rules = { health-stays-home = "off" }
lasts = "3 h"
"#;
    let text = labelled(HEALTH, PUBLIC, &format!("{HOME}{words}"));
    let burst = "name = \"burst\"\n";
    let off = format!("{burst}rules = {{ health-stays-home = \"off\" }}\n");
    let model = compiled("changes", &text.replace(burst, &off))
        .unwrap()
        .model;
    let (rule, mode) = (0, RuleMode::Audit);
    assert_eq!(
        model.rollout.phases[0].changes,
        [Change::Rule { rule, mode }]
    );
    let (mode, passes) = (RuleMode::Off, true);
    let expected = [
        Incident::terms(SimTime(7_200_000), Happening::Rule { rule, mode, passes }),
        Incident::terms(SimTime(18_000_000), Happening::RuleOver { rule, mode }),
    ];
    assert_eq!(model.weather.script, expected);
    let of = |strategy: usize| model.strategies[strategy].rules.clone();
    assert_eq!((of(0), of(1)), (vec![], vec![(0, RuleMode::Off)]));
}

fn told(folder: &str, text: &str, words: &[&str]) {
    let told = compiled(folder, text).expect_err(text);
    for word in words {
        assert!(told.contains(word), "{word}: {told}");
    }
}

#[test]
fn mistakes_in_rules_are_told_with_place_and_fix() {
    let changed = |from: &str, to: &str| labelled(HEALTH, PUBLIC, &HOME.replace(from, to));
    let with = |words: &str| labelled(HEALTH, PUBLIC, &format!("{HOME}{words}"));
    told(
        "rule-mistakes",
        &changed("\"health\"", "\"heath\""),
        &["is never \"heath\"", "did you mean \"health\"?", "^^^^^^^ "],
    );
    told(
        "rule-mistakes",
        &changed("job.class", "job.klass"),
        &["unknown attribute `job.klassification`", "did you mean"],
    );
    told(
        "rule-mistakes",
        &changed("&&", "and"),
        &["`and` does not fit here", "write &&", "^^^ "],
    );
    told(
        "rule-mistakes",
        &changed("\"forbid\"", "\"deny\""),
        &["unknown effect `deny`", "permit, forbid"],
    );
    told(
        "rule-mistakes",
        &changed("effect = \"forbid\"\n", ""),
        &["what a rule does is missing"],
    );
    told(
        "rule-mistakes",
        &changed("id = \"health-stays-home\"\n", ""),
        &["the id of a rule is missing"],
    );
    told(
        "rule-mistakes",
        &with(HOME),
        &["there are two rules `health-stays-home`"],
    );
    told(
        "rule-mistakes",
        &with("\n[[phase]]\nname = \"p\"\nrules = { health = \"off\" }\n"),
        &["unknown rule `health`"],
    );
    let quota = "\n[[happening]]\nname = \"q\"\nat = \"1 h\"\nwhat = \"quota\"\ngpus = 1\n";
    told(
        "rule-mistakes",
        &with(&format!(
            "{quota}rules = {{ health-stays-home = \"off\" }}\n"
        )),
        &["`rules` means nothing here"],
    );
}

#[test]
fn mistakes_in_attributes_are_told_with_place_and_fix() {
    told(
        "attribute-mistakes",
        &labelled(HEALTH, "attributes = { classification = \"health\" }", HOME),
        &[
            "`job.classification` is a list of marks, not a text",
            "write marks in brackets",
        ],
    );
    let domain = "\n[attributes.job.classification]\nvalues = [\"health\", \"export\"]\n";
    told(
        "attribute-mistakes",
        &labelled(HEALTH, PUBLIC, &format!("{HOME}{domain}")),
        &[
            "`job.classification` is never \"personal\"",
            "use one of export, health",
        ],
    );
    told(
        "attribute-mistakes",
        &labelled(HEALTH, "attributes = { gpus = 8 }", HOME),
        &["`job.gpus` is there anyhow"],
    );
    told(
        "attribute-mistakes",
        &labelled(
            HEALTH,
            PUBLIC,
            "\n[attributes.job.grade]\nvalues = [\"a\"]\n",
        ),
        &["nobody has `grade`", "kind ="],
    );
}

#[test]
fn a_file_of_rules_is_taken_in_by_a_line_and_changed_by_id() {
    let text = labelled(HEALTH, PUBLIC, "");
    let folder = Folder::new("included", &text, TRACE);
    std::fs::write(folder.0.join("rules.toml"), HOME).unwrap();
    let taken = format!("rules=[\"{}/rules.toml\"]", folder.0.display());
    let model = try_compile(&folder.0, &[&taken]).unwrap().model;
    assert!(!may(&model, "large", "cloud/h100"));
    let audited = "\n[[rule]]\nid = \"health-stays-home\"\nmode = \"audit\"\n";
    let text = format!("rules = [\"rules.toml\"]\n{text}{audited}");
    std::fs::write(folder.0.join("x.toml"), text).unwrap();
    let model = try_compile(&folder.0, &[]).unwrap().model;
    assert_eq!(model.rules.list[0].mode, RuleMode::Audit);
    let off = "rule.health-stays-home.mode=off";
    let model = try_compile(&folder.0, &[off]).unwrap().model;
    assert_eq!(model.rules.list[0].mode, RuleMode::Off);
}

/// Whether `large`, of which `marks` are said, may run at home and in the cloud under a file of rules.
fn under(file: &str, marks: &str, more: &[&str]) -> [bool; 2] {
    let text = labelled(&format!("attributes = {{ {marks} }}"), "", "");
    let folder = Folder::new("shipped-rules", &text, TRACE);
    let root = env!("CARGO_MANIFEST_DIR");
    let rules = format!("rules=[\"{root}/scenarios/rules/{file}.toml\"]");
    let sets: Vec<&str> = [rules.as_str()].iter().chain(more).copied().collect();
    let model = try_compile(&folder.0, &sets).unwrap().model;
    ["dc/h200", "cloud/h100"].map(|pool| may(&model, "large", pool))
}

const STAYS: [bool; 2] = [true, false];
const LEAVES: [bool; 2] = [true, true];

#[test]
fn shipped_files_of_rules_refuse_what_they_say() {
    assert_eq!(under("minimal", "burst_eligible = true", &[]), LEAVES);
    assert_eq!(under("minimal", "burst_eligible = false", &[]), STAYS);
    // Nobody has said.
    assert_eq!(under("minimal", "other = 1", &[]), STAYS);

    let health = "classification = [\"health\"]";
    assert_eq!(under("health-care", health, &[]), [false, false]);
    let home = "site.dc.jurisdiction=US";
    let country = [home, "site.cloud.jurisdiction=US"];
    assert_eq!(under("health-care", health, &country), STAYS);
    let signed = "site.cloud.attributes.agreements=[\"business-associate\"]";
    assert_eq!(under("health-care", health, &[home, signed]), STAYS);
    assert_eq!(
        under("health-care", health, &[country[0], country[1], signed]),
        LEAVES
    );
    let personal = "classification = [\"personal\"]";
    assert_eq!(under("health-care", personal, &[]), STAYS);
    assert_eq!(under("health-care", personal, &[signed]), LEAVES);
    assert_eq!(under("health-care", "classification = []", &[]), LEAVES);

    let plan = "site.cloud.attributes.exit_plan=true";
    let audit = "site.cloud.attributes.audit_right=true";
    assert_eq!(
        under("finance", "classification = [\"insider\"]", &[plan, audit]),
        STAYS
    );
    let critical = "classification = [\"critical\"]";
    assert_eq!(under("finance", critical, &[]), STAYS);
    assert_eq!(under("finance", critical, &[plan]), LEAVES);
    let customer = "classification = [\"customer\"]";
    assert_eq!(under("finance", customer, &[plan]), STAYS);
    assert_eq!(under("finance", customer, &[audit]), LEAVES);

    let controlled = "classification = [\"export-controlled\"]";
    let staff = "site.dc.attributes.staff=[\"us-persons\"]";
    let anybody = "site.cloud.attributes.staff=[\"us-persons\", \"anybody\"]";
    assert_eq!(
        under("export-controlled", controlled, &[home, staff, country[1]]),
        STAYS
    );
    assert_eq!(
        under(
            "export-controlled",
            controlled,
            &[home, staff, country[1], anybody]
        ),
        STAYS
    );
    assert_eq!(
        under("export-controlled", controlled, &[staff]),
        [false, false]
    );
    assert_eq!(
        under("export-controlled", "classification = [\"dual-use\"]", &[]),
        LEAVES
    );
    let ours = "site.dc.jurisdiction=DE";
    let near = "site.cloud.jurisdiction=FI";
    let signed = "site.cloud.attributes.agreements=[\"processor\"]";
    assert_eq!(under("eu-health", health, &[ours, near, signed]), STAYS);
    let customer = "classification = [\"customer\"]";
    assert_eq!(under("eu-health", customer, &[ours, near]), STAYS);
    assert_eq!(under("eu-health", customer, &[ours, near, signed]), LEAVES);
    assert_eq!(
        under("eu-health", customer, &[ours, country[1], signed]),
        STAYS
    );
    let public = "classification = [\"public\"]";
    assert_eq!(under("eu-health", public, &[ours, country[1]]), LEAVES);
}
