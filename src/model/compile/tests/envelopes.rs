//! Envelopes in words.

use crate::units::*;

use super::{Folder, GOOD, TRACE, try_compile};

const ENVELOPES: &str = r#"
[[envelope]]
name = "tuning"
classes = ["large"]
tenants = ["speech"]
amount = "500 USD"
teardown = "checkpoint"
looks_ahead = true

[[envelope]]
name = "small"
classes = ["small"]
amount = "20 USD"
"#;

#[test]
fn an_envelope_is_of_classes_and_tenants_and_counts_rented_capacity() {
    let folder = Folder::new("envelopes", &format!("{GOOD}{ENVELOPES}"), TRACE);
    let compiled = try_compile(&folder.0, &[]).unwrap();
    let envelopes = &compiled.model.envelopes;
    let [tuning, small] = &envelopes.list[..] else {
        panic!("two envelopes");
    };
    let amount = |units: i128| Money(units * Money::TICKS_PER_UNIT);
    assert_eq!(tuning.amount, amount(500));
    assert_eq!(tuning.pools, [PoolId(1)]);
    assert!(tuning.saves && tuning.looks_ahead);
    assert_eq!(tuning.tenants, Some(vec![TenantId(1)]));
    assert!(!small.saves && !small.looks_ahead && small.tenants.is_none());
    // Jobs of another tenant have none.
    assert_eq!(envelopes.of(ClassId(0), TenantId(0)), None);
    assert_eq!(envelopes.of(ClassId(1), TenantId(0)).unwrap().0, 1);
    let mut all = compiled.assumptions.iter();
    assert!(all.any(|of| of.what == "envelope small: teardown" && of.value.contains("stop")));
}

#[test]
fn mistakes_are_told_with_their_fix() {
    let kill = "[[class]]\nname = \"large\"\npreemption = { kind = \"kill\" }";
    for (name, before, after, message) in [
        (
            "class",
            "classes = [\"large\"]",
            "classes = [\"larg\"]",
            "larg",
        ),
        (
            "tenant",
            "tenants = [\"speech\"]",
            "tenants = [\"speach\"]",
            "speach",
        ),
        ("amount", "amount = \"20 USD\"\n", "", "amount"),
        ("money", "amount = \"20 USD\"", "amount = \"20\"", "20"),
        (
            "owned",
            "name = \"small\"\nclasses",
            "name = \"small\"\nwhere = { pools = [\"dc/h200\"] }\nclasses",
            "nothing in this estate matches",
        ),
        (
            "both",
            "classes = [\"small\"]",
            "classes = [\"small\", \"large\"]",
            "have an envelope already, tuning",
        ),
        ("word", "\"checkpoint\"", "\"finish\"", "teardown"),
        (
            "kill",
            "[[class]]\nname = \"large\"",
            kill,
            "writes no checkpoint",
        ),
    ] {
        let words = format!("{GOOD}{ENVELOPES}");
        assert!(words.contains(before), "{before}");
        // What is asked for comes behind the rest of the scenario, if it stands there as well.
        let at = words.rfind(before).unwrap();
        let words = format!("{}{after}{}", &words[..at], &words[at + before.len()..]);
        let folder = Folder::new(name, &words, TRACE);
        let told = try_compile(&folder.0, &[]).unwrap_err();
        assert!(told.contains(message), "{name}: {told}");
    }
}
