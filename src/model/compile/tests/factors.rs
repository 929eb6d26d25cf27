//! Common factors and their correlations, in words.

use crate::model::*;
use crate::units::*;

use super::{Folder, GOOD, TRACE, try_compile};

const FACTORS: &str = r#"
[[factor]]
name   = "rents"
moves  = "on-demand-prices"
spread = 0.25

[[factor]]
name  = "iron"
moves = "lead-times"

[[factor]]
name   = "resale"
moves  = "residual-values"
spread = 0.4
where  = { sites = ["dc"] }

[[correlation]]
of = ["rents", "iron"]
is = 0.6
"#;

fn with(more: &str) -> String {
    format!("{GOOD}{FACTORS}{more}")
}

#[test]
fn factors_say_what_they_move_and_show_among_the_assumptions() {
    let folder = Folder::new("factors", &with(""), TRACE);
    let compiled = try_compile(&folder.0, &[]).unwrap();
    let factors = &compiled.model.factors;
    assert_eq!(
        factors.common.as_ref().unwrap().names(),
        ["rents", "iron", "resale"]
    );
    let effects: Vec<_> = factors
        .effects
        .iter()
        .map(|e| (e.moves, e.pools.clone()))
        .collect();
    assert_eq!(
        effects,
        [
            (Moves::OnDemandPrices, vec![PoolId(1)]),
            (Moves::LeadTimes, vec![]),
            (Moves::ResidualValues, vec![PoolId(0)]),
        ]
    );
    let told = |what: &str, value: &str| {
        let same = |a: &Assumption| a.what == what && a.value.contains(value);
        assert!(compiled.assumptions.iter().any(same), "{what}");
    };
    told("factors rents and iron: correlation", "0.6");
    // e^(1.645 × .25) = 1.51.
    told("factor rents: moves", "on-demand prices, × 0.66 to × 1.51");
    told("factor iron: moves", "lead times");
    let plain = Folder::new("no-factors", GOOD, TRACE);
    assert_eq!(
        try_compile(&plain.0, &[]).unwrap().model.factors,
        Factors::default()
    );
}

#[test]
fn slips_in_factors_are_told_with_their_place() {
    let third = "[[correlation]]\nof = [\"iron\", \"resale\"]\nis = 0.9\n";
    let cases = [
        (
            format!("{third}[[correlation]]\nof = [\"rents\", \"resale\"]\nis = -0.9\n"),
            "contradicts the correlations with factors before them",
        ),
        (
            "[[correlation]]\nof = [\"rents\", \"gold\"]\nis = 0.1\n".to_owned(),
            "no factor `gold`; there are `rents`, `iron`, `resale`",
        ),
        (
            "[[correlation]]\nof = [\"rents\"]\nis = 0.1\n".to_owned(),
            "a correlation is one of two factors",
        ),
        (
            "[[factor]]\nname = \"x\"\nmoves = \"spot-prices\"\nspread = 0.1\n".to_owned(),
            "nothing in this estate matches",
        ),
        (
            "[[factor]]\nname = \"x\"\nmoves = \"on-demand-prices\"\n".to_owned(),
            "how far a factor moves things is missing",
        ),
        (
            "[[factor]]\nname = \"x\"\nmoves = \"lead-times\"\nspread = 1.0\n".to_owned(),
            "`spread` means nothing here",
        ),
    ];
    for (more, told) in cases {
        let folder = Folder::new("factor-slips", &with(&more), TRACE);
        let words = try_compile(&folder.0, &[]).unwrap_err();
        assert!(words.contains(told), "{words}");
    }
    let alone = format!("{GOOD}[[correlation]]\nof = [\"a\", \"b\"]\nis = 0.1\n");
    let folder = Folder::new("factor-none", &alone, TRACE);
    let words = try_compile(&folder.0, &[]).unwrap_err();
    assert!(words.contains("there is no factor to correlate"), "{words}");
}
