//! Commitments, volume discounts and reserved capacity, in words.

use crate::model::*;
use crate::units::*;

use super::{Folder, GOOD, TRACE, try_compile};

const TERMS: &str = r#"
[[commitment]]
name     = "year one"
provider = "Nebius"
spend    = "40000 USD"
each     = "month"
ramp     = [{ after = 3, spend = "80000 USD" }]

[[discount]]
provider = "Nebius"
tiers    = [{ above = "100000 USD", discount = 0.05 }, { above = "250000 USD", discount = 0.1 }]
"#;

fn units(amount: i128) -> Money {
    Money(amount * Money::TICKS_PER_UNIT)
}

#[test]
fn terms_with_a_provider_are_found_by_its_name() {
    let folder = Folder::new("terms", &format!("{GOOD}{TERMS}"), TRACE);
    let compiled = try_compile(&folder.0, &[]).unwrap();
    let terms = &compiled.model.commitments;
    let provider = compiled.model.sites[1].provider;
    let promise = &terms.promises[0];
    assert_eq!((promise.provider, promise.months), (provider, Some(1)));
    assert_eq!(promise.steps, [(0, units(40_000)), (3, units(80_000))]);
    assert_eq!(
        (promise.from, promise.until),
        (SimTime::ZERO, SimTime::NEVER)
    );
    let tiers = [(units(100_000), 50_000), (units(250_000), 100_000)];
    assert_eq!(terms.discounts[0].tiers, tiers);
    assert_eq!(terms.pools, [PoolId(1)]);
    let cut = |a: &Assumption| a.what == "commitment year one: a period that is cut";
    assert!(compiled.assumptions.iter().any(cut));
    let plain = Folder::new("no-terms", GOOD, TRACE);
    let plain = try_compile(&plain.0, &[]).unwrap();
    assert_eq!(plain.model.commitments, Commitments::default());
}

#[test]
fn a_term_may_have_begun_before_the_run() {
    let words = "[[commitment]]\nname = \"t\"\nprovider = \"Nebius\"\nspend = \"1000 USD\"\neach = \"term\"\n\
                 from = 2025-12-31T00:00:00Z\nuntil = 2026-12-31T00:00:00Z\n";
    let folder = Folder::new("term", &format!("{GOOD}{words}"), TRACE);
    let compiled = try_compile(&folder.0, &[]).unwrap();
    let promise = &compiled.model.commitments.promises[0];
    assert_eq!(
        (promise.from, promise.before),
        (SimTime::ZERO, Span(5 * Span::DAY.0))
    );
    assert_eq!(promise.until, SimTime(360 * Span::DAY.0));
    assert_eq!(promise.months, None);
}

#[test]
fn a_year_may_have_begun_before_the_run_and_end_where_the_next_begins() {
    let year = |name: &str, more: &str| {
        format!(
            "[[commitment]]\nname = \"{name}\"\nprovider = \"Nebius\"\nspend = \"1000 USD\"\neach = \"year\"\n{more}\n"
        )
    };
    let old = year(
        "old",
        "from = 2025-12-31T00:00:00Z\nuntil = 2026-01-10T00:00:00Z",
    );
    let new = year("new", "from = 2026-01-10T00:00:00Z");
    let folder = Folder::new("years", &format!("{GOOD}{new}{old}"), TRACE);
    let compiled = try_compile(&folder.0, &[]).unwrap();
    let promises = &compiled.model.commitments.promises;
    let begun = |promise: &Promise| (promise.from, promise.before, promise.months);
    let day = Span::DAY.0;
    assert_eq!(
        begun(&promises[1]),
        (SimTime::ZERO, Span(5 * day), Some(12))
    );
    assert_eq!(
        begun(&promises[0]),
        (SimTime(5 * day), Span::ZERO, Some(12))
    );
}

#[test]
fn slips_in_terms_are_told_with_a_fix() {
    for (from, to, told) in [
        (
            "provider = \"Nebius\"",
            "provider = \"Nebbius\"",
            "did you mean `Nebius`?",
        ),
        (
            "spend    = \"40000 USD\"",
            "spend = \"40000 EUR\"",
            "is not the scenario's currency",
        ),
        ("spend    = \"40000 USD\"\n", "", "`spend` is missing"),
        (
            "each     = \"month\"",
            "each = \"term\"",
            "a term has one period",
        ),
        ("after = 3", "after = 0", "0 is out of range"),
        (
            "above = \"250000 USD\"",
            "above = \"50000 USD\"",
            "this tier is out of order",
        ),
        ("discount = 0.05", "discount = 5.0", "5 is out of range"),
        (
            "each     = \"month\"\nramp     = [{ after = 3, spend = \"80000 USD\" }]",
            "each = \"term\"",
            "the end of a commitment by term is missing",
        ),
        (
            "[[discount]]",
            "[[commitment]]\nname = \"two\"\nprovider = \"Nebius\"\nspend = \"1 USD\"\neach = \"month\"\n\
             from = \"400 d\"\n\n[[discount]]",
            "commitment two overlaps with year one to the same provider",
        ),
        (
            "each     = \"month\"",
            "each = \"month\"\nuntil = \"0 s\"",
            "ends before it counts",
        ),
    ] {
        assert!(TERMS.contains(from), "{from}");
        let words = format!("{GOOD}{}", TERMS.replacen(from, to, 1));
        let folder = Folder::new("term-slips", &words, TRACE);
        let words = try_compile(&folder.0, &[]).unwrap_err();
        assert!(words.contains(told), "{told}: {words}");
    }
}

#[test]
fn reserved_capacity_without_a_price_costs_the_usual_share() {
    let reserved = |more: &str| {
        let offer = format!("{{ kind = \"reserved\", {more} }}\nnodes = 2");
        GOOD.replace(
            "{ kind = \"on-demand\", quota = 20, provisioning = \"8 min\" }",
            &offer,
        )
    };
    // 2.95 × .80 and × .60.
    for (term, price) in [("1y", 2_360_000), ("3y", 1_770_000)] {
        let folder = Folder::new("reserved", &reserved(&format!("term = \"{term}\"")), TRACE);
        let compiled = try_compile(&folder.0, &[]).unwrap();
        assert_eq!(
            compiled.model.pools[1].prices().price_at(SimTime::ZERO),
            Price(price)
        );
        let noted = |a: &Assumption| a.what.starts_with("pool cloud/h100: price reserved for");
        assert!(compiled.assumptions.iter().any(noted));
    }
    let own = reserved("term = \"1y\", price = \"2 USD/GPU-h\"");
    let folder = Folder::new("reserved-own", &own, TRACE);
    let compiled = try_compile(&folder.0, &[]).unwrap();
    assert_eq!(
        compiled.model.pools[1].prices().price_at(SimTime::ZERO),
        Price(2_000_000)
    );
    let owned = GOOD.replace(
        "tco = \"h200-4y\"",
        "price = \"2 USD/GPU-h\", term = \"1y\"",
    );
    let folder = Folder::new("reserved-not", &owned, TRACE);
    let words = try_compile(&folder.0, &[]).unwrap_err();
    assert!(
        words.contains("`term` means nothing for this offer"),
        "{words}"
    );
}
