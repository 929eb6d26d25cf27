//! Placements that rank all pools, in words.

use crate::model::*;
use crate::units::*;

use super::{Folder, GOOD, TRACE, try_compile};

fn with(placement: &str, more: &[(&str, &str)]) -> String {
    let own = "placement = { kind = \"private-only\" }";
    assert!(GOOD.contains(own));
    let mut words = GOOD.replacen(own, &format!("placement = {placement}"), 1);
    for (before, after) in more {
        assert!(words.contains(before), "{before}");
        words = words.replacen(before, after, 1);
    }
    words
}

fn scored(name: &str, placement: &str, more: &[(&str, &str)]) -> Scored {
    let folder = Folder::new(name, &with(placement, more), TRACE);
    let compiled = try_compile(&folder.0, &[]).unwrap();
    match compiled.model.strategies[0].placement {
        Placement::Scored(scored) => scored,
        other => panic!("{other:?}"),
    }
}

fn fault(name: &str, placement: &str) -> String {
    let folder = Folder::new(name, &with(placement, &[]), TRACE);
    try_compile(&folder.0, &[]).unwrap_err()
}

#[test]
fn weights_are_thousandths_of_the_currency_and_cost_counts_unless_told_otherwise() {
    let words = "{ kind = \"weighted\", weights = { delay = 12.5, data = 0.02 }, price_ceiling = \"4 USD/GPU-h\" }";
    let found = scored("weighted", words, &[]);
    let wanted = Weights {
        cost: 1000,
        delay: 12_500,
        data: 20,
        ..Weights::default()
    };
    assert_eq!(found.by, Scoring::Weighted(wanted));
    assert_eq!(found.ceiling, Some(Price(4_000_000)));
    assert!(found.may_wait());
    let words = "{ kind = \"weighted\", weights = { cost = 0, fragmentation = 1 } }";
    assert!(!scored("no-delay", words, &[]).may_wait());
}

#[test]
fn the_other_kinds_need_what_they_look_at() {
    let found = scored("gravity", "{ kind = \"data-gravity\" }", &[]);
    assert_eq!(found.by, Scoring::DataGravity);
    let found = scored("spread", "{ kind = \"spread\", by = \"class\" }", &[]);
    assert_eq!(found.by, Scoring::Spread(Grouping::Class));
    let site = "kind = \"private\"\n";
    let carbon = [(site, "kind = \"private\"\ncarbon = \"400 g/kWh\"\n")];
    let found = scored("carbon", "{ kind = \"carbon-aware\" }", &carbon);
    assert_eq!(found.by, Scoring::CarbonAware);
    let class = [("burst = false", "burst = false\ndeadline = \"2 d\"")];
    let words = "{ kind = \"deadline-aware\", slack = \"1 h\" }";
    let found = scored("deadline", words, &class);
    assert_eq!(found.by, Scoring::DeadlineAware { slack: Span::HOUR });
    let link = "[[link]]\nname = \"wan\"\nfrom = \"dc\"\nto = \"cloud\"\nkind = \"vpn\"\nbandwidth = \"1 Gb/s\"\n\
                latency = \"20 ms\"\n\n[[class]]\nname = \"large\"";
    let link = [("[[class]]\nname = \"large\"", link)];
    let words = "{ kind = \"latency-first\", from = \"dc\" }";
    assert_eq!(scored("latency", words, &link).from, Some(SiteId(0)));
}

#[test]
fn mistakes_are_told_with_their_fix() {
    for (name, words, message) in [
        ("no-weights", "{ kind = \"weighted\" }", "has no weights"),
        (
            "nothing",
            "{ kind = \"weighted\", weights = { cost = 0 } }",
            "nothing has any weight",
        ),
        (
            "negative",
            "{ kind = \"weighted\", weights = { delay = -1 } }",
            "-1",
        ),
        (
            "from-nowhere",
            "{ kind = \"latency-first\" }",
            "measured from somewhere",
        ),
        (
            "from-unknown",
            "{ kind = \"latency-first\", from = \"clowd\" }",
            "clowd",
        ),
        (
            "no-link",
            "{ kind = \"latency-first\", from = \"dc\" }",
            "no link leads from `dc` to `cloud`",
        ),
        (
            "no-carbon",
            "{ kind = \"carbon-aware\" }",
            "nobody says what power emits at `dc`",
        ),
        (
            "no-deadline",
            "{ kind = \"deadline-aware\" }",
            "no class has a deadline",
        ),
        (
            "by-for-others",
            "{ kind = \"data-gravity\", by = \"class\" }",
            "`by` means nothing",
        ),
        (
            "ceiling-for-others",
            "{ kind = \"private-only\", price_ceiling = \"4 USD/GPU-h\" }",
            "no price ceiling here",
        ),
    ] {
        let told = fault(name, words);
        assert!(told.contains(message), "{name}: {told}");
    }
}
