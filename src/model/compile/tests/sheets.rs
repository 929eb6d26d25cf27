//! Sheets of providers in words, and rules that read them.

use crate::model::*;
use crate::units::*;

use super::{Folder, GOOD, TRACE, try_compile};

const SHEET: &str = r#"
[[provider]]
name = "Nebius"
certificates = [{ name = "ISO 27001", until = "1 d" }, { name = "SOC 2" }, { name = "HDS", until = "2025-12-31T00:00:00Z" }]
residency = ["EU"]
logging = "customer"
incident_notice = "36 h"
deletion_proof = true
support = { from = "08:00", to = "18:00" }
availability = 0.999
source = "its web site, 2026-01-02"
"#;

const RULES: &str = r#"
[[rule]]
id = "certified"
effect = "forbid"
when = '''target.rented && !("CERTIFICATE" in target.provider_certificates)'''

[[rule]]
id = "told-soon"
effect = "forbid"
when = '''target.rented && target.provider_incident_notice > NOTICE'''
"#;

fn read(words: &str) -> Result<crate::model::Compiled, String> {
    let folder = Folder::new("sheets", &format!("{GOOD}{words}"), TRACE);
    try_compile(&folder.0, &[])
}

/// Whether any job may run in the cloud.
fn lets(model: &Model) -> bool {
    let masks = model.rules.first_masks();
    let mut shapes = (0..model.shapes.len()).map(ShapeId::from);
    shapes.any(|shape| model.rules.permit(masks, shape, PoolId(1)))
}

#[test]
fn a_sheet_says_what_is_written_and_nothing_else() {
    let compiled = read(SHEET).unwrap();
    let [sheet] = &compiled.model.providers[..] else {
        panic!("one provider has a name");
    };
    assert_eq!(sheet.name, "Nebius");
    let says: Vec<_> = sheet.says.iter().map(|(item, _)| item.name()).collect();
    let expected = [
        "certificates",
        "residency",
        "logging",
        "incident_notice",
        "deletion_proof",
        "support",
        "availability",
    ];
    assert_eq!(says, expected);
    let missing: Vec<_> = sheet.missing().map(SheetItem::name).collect();
    assert_eq!(missing, ["sub_processors", "access"]);
    let value = |name: &str| {
        let mut says = sheet.says.iter();
        says.find(|(item, _)| item.name() == name)
            .unwrap()
            .1
            .clone()
    };
    let marks = ["ISO 27001", "SOC 2"].map(str::to_owned).to_vec();
    assert_eq!(value("certificates"), AttributeValue::Marks(marks));
    assert_eq!(value("incident_notice"), AttributeValue::Number(36.0));
    // Five days of ten hours.
    assert_eq!(value("support"), AttributeValue::Number(50.0));
    // One lapses within the run of two days, one had lapsed before.
    assert_eq!(sheet.lapse, [("ISO 27001".to_owned(), SimTime(86_400_000))]);
    assert_eq!(sheet.lapsed, ["HDS"]);
    assert_eq!(sheet.availability, Some(0.999));
    let mut all = compiled.assumptions.iter();
    assert!(all.any(|of| of.what == "provider Nebius: sheet" && of.value.contains("2026-01-02")));
    // Without a sheet it is known, and says nothing.
    let silent = read("").unwrap().model;
    assert!(silent.providers[0].says.is_empty());
}

#[test]
fn rules_read_sheets_and_what_is_not_said_is_not_allowed() {
    let rules = |certificate: &str, notice: &str| {
        RULES
            .replace("CERTIFICATE", certificate)
            .replace("NOTICE", notice)
    };
    let model = |words: &str| read(words).unwrap().model;
    let both = format!("{SHEET}{}", rules("SOC 2", "48"));
    assert!(lets(&model(&both)));
    // One that it does not have, one that had lapsed; 36 hours are more than 24.
    for (certificate, notice) in [("C5", "48"), ("HDS", "48"), ("SOC 2", "24")] {
        let words = format!("{SHEET}{}", rules(certificate, notice));
        assert!(!lets(&model(&words)), "{certificate} {notice}");
    }
    // Nobody says anything: the same rules keep everybody out, and the owned pool is not asked.
    let silent = model(&rules("SOC 2", "48"));
    assert!(!lets(&silent));
    let masks = silent.rules.first_masks();
    assert!(silent.rules.permit(masks, ShapeId(0), PoolId(0)));
}

#[test]
fn mistakes_are_told_with_their_fix() {
    for (before, after, message) in [
        ("name = \"Nebius\"", "name = \"Nebbius\"", "Nebbius"),
        ("logging = \"customer\"", "logging = \"us\"", "logging"),
        ("\"36 h\"", "\"soon\"", "soon"),
        ("0.999", "1.5", "1.5"),
        ("until = \"1 d\"", "until = \"then\"", "then"),
        (
            "{ name = \"SOC 2\" }",
            "{ name = \"ISO 27001\" }",
            "ISO 27001",
        ),
        ("from = \"08:00\"", "from = \"8\"", "not a time of the day"),
    ] {
        assert!(SHEET.contains(before), "{before}");
        let told = read(&SHEET.replacen(before, after, 1)).unwrap_err();
        assert!(told.contains(message), "{message}: {told}");
    }
}
