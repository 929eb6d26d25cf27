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

/// Two regions with a zone each, drawn for ten years.
const REGIONS: &str = r#"
[[market]]
name      = "north-a"
region    = "north"
tier      = "medium"
instances = 1

[[market]]
name      = "south-a"
region    = "south"
tier      = "medium"
instances = 1
"#;

fn correlation(more: &str) -> f64 {
    let offer = "{ kind = \"on-demand\", quota = 20, provisioning = \"8 min\" }";
    let zone = |name: &str| format!("{{ kind = \"spot\", quota = 8, market = \"{name}\" }}");
    let second = format!(
        "[[pool]]\nname = \"cloud/h200\"\nsite = \"cloud\"\ngpu = \"h200\"\noffer = {}\n",
        zone("south-a")
    );
    let words = GOOD
        .replace(offer, &zone("north-a"))
        .replace("\"2 d\"", "\"3650 d\"");
    let folder = Folder::new("regions", &format!("{words}{second}{REGIONS}{more}"), TRACE);
    let model = try_compile(&folder.0, &[]).unwrap().model;
    let mut timeline = Timeline::default();
    let dice = crate::dice::Dice {
        seed: 4,
        replication: 0,
    };
    Timeline::sample(&model, &dice, &mut timeline);
    let end = 3650.0 * 86.4e6;
    let mut up = [true; 2];
    let (mut at, mut shares, mut both) = (0u64, [0.0; 2], 0.0);
    let last = (SimTime(end as u64), None);
    let changes = timeline
        .weather
        .iter()
        .map(|incident| (incident.at, Some(incident.what)));
    for (when, what) in changes.chain([last]) {
        let span = when.0.saturating_sub(at) as f64 / end;
        for (share, up) in shares.iter_mut().zip(up) {
            *share += if up { span } else { 0.0 };
        }
        both += if up[0] && up[1] { span } else { 0.0 };
        at = when.0;
        if let Some(Happening::Capacity {
            pool, instances, ..
        }) = what
        {
            up[pool.index() - 1] = instances > 0;
        }
    }
    let spread = |share: f64| share * (1.0 - share);
    (both - shares[0] * shares[1]) / libm::sqrt(spread(shares[0]) * spread(shares[1]))
}

#[test]
fn markets_of_regions_go_together_as_declared_and_not_at_all_without_a_word() {
    // About 800 falls of what they share in ten years: the correlation is known to about .02.
    let together = correlation("[regions]\ncorrelation = 0.2\n");
    assert!((together - 0.2).abs() < 0.06, "{together}");
    let apart = correlation("");
    assert!(apart.abs() < 0.05, "{apart}");
}

#[test]
fn slips_of_regions_and_contracts_are_told() {
    let hosted = "[[site]]\nname = \"host\"\nkind = \"hosted\"\n\n[[pool]]\nname = \"contract\"\nsite = \"host\"\n\
                  gpu = \"h200\"\nnodes = 1\noffer = { kind = \"hosted\", price = \"3 USD/GPU-h\", ";
    let happens = "[[happening]]\nname = \"x\"\nat = \"1 d\"\nwhat = ";
    for (more, told) in [
        (
            "[regions]\ncorrelation = 0.2\n".to_owned(),
            "there are no regions to share anything",
        ),
        (
            format!("{REGIONS}[regions]\ncorrelation = 0.9\n"),
            "cannot share so much",
        ),
        (
            format!("{hosted}renewal = {{ at = \"0 s\" }} }}\n"),
            "was renewed before the run begins",
        ),
        (
            format!("{hosted}renewal = {{ }} }}\n"),
            "the time of a renewal is missing",
        ),
        (
            format!("{happens}\"renewal\"\nfactor = 1.4\n"),
            "nothing in this estate matches",
        ),
        (
            format!("{happens}\"residual-value\"\n"),
            "what hardware is worth at its end is missing",
        ),
        (
            format!("{happens}\"residual-value\"\nresidual = 1.5\n"),
            "1.5 is out of range",
        ),
        (
            format!("{hosted}}}\n{happens}\"renewal\"\nfactor = 1.4\nlasts = \"1 d\"\n"),
            "lasts until it is renewed again",
        ),
    ] {
        let folder = Folder::new("contract-slips", &format!("{GOOD}{more}"), TRACE);
        let words = try_compile(&folder.0, &[]).unwrap_err();
        assert!(words.contains(told), "{told}: {words}");
    }
}
