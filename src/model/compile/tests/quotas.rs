//! Quotas in words.

use crate::model::*;
use crate::units::*;

use super::{Folder, GOOD, TRACE, try_compile};

const QUOTAS: &str = r#"
[[quota]]
name = "vision"
of = { tenant = "vision" }
cohort = "all"
nominal = { h200 = 9, "cloud/h100" = 4 }
borrowing_limit = { h200 = 1 }
reclaim = "any"

[[quota]]
name = "speech"
of = { tenant = "speech" }
cohort = "all"
nominal = { h200 = 7 }
lending_limit = { h200 = 3 }
within = "lower-priority"
"#;

#[test]
fn quotas_count_by_pool_where_one_is_named_and_by_type_elsewhere() {
    let folder = Folder::new("quotas", &format!("{GOOD}{QUOTAS}"), TRACE);
    let compiled = try_compile(&folder.0, &[]).unwrap();
    let quotas = &compiled.model.quotas;
    assert_eq!(quotas.flavors, ["cloud/h100", "h200"]);
    assert_eq!(quotas.flavor_of, [Some(1), Some(0)]);
    assert_eq!(quotas.cohorts, [Cohort::flat("all")]);
    let [vision, speech] = &quotas.list[..] else {
        panic!("two quotas");
    };
    let tenant = |name: &str| {
        let place = compiled
            .model
            .tenants
            .iter()
            .position(|tenant| tenant == name);
        QuotaOf::Tenant(TenantId::from(place.unwrap()))
    };
    assert_eq!((vision.of, speech.of), (tenant("vision"), tenant("speech")));
    let share = |nominal, borrows, lends| {
        Some(QuotaShare {
            nominal,
            borrows,
            lends,
        })
    };
    assert_eq!(
        vision.shares,
        [share(4, None, None), share(9, Some(1), None)]
    );
    assert_eq!(speech.shares, [None, share(7, None, Some(3))]);
    assert_eq!((vision.within, vision.across), (false, Reclaim::Any));
    assert_eq!((speech.within, speech.across), (true, Reclaim::Never));
    assert!(quotas.stop_jobs());
    let folder = Folder::new("no-quotas", GOOD, TRACE);
    let plain = try_compile(&folder.0, &[]).unwrap();
    assert_eq!(plain.model.quotas, Quotas::default());
}

#[test]
fn mistakes_are_told_with_their_fix() {
    for (name, before, after, message) in [
        ("type", "h200 = 9", "h20 = 9", "h20"),
        (
            "tenant",
            "tenant = \"speech\"",
            "tenant = \"speach\"",
            "speach",
        ),
        (
            "both",
            "{ tenant = \"speech\" }",
            "{ tenant = \"speech\", class = \"large\" }",
            "of one tenant or of one class",
        ),
        (
            "twice",
            "{ tenant = \"speech\" }",
            "{ tenant = \"vision\" }",
            "have a quota already",
        ),
        (
            "lends",
            "lending_limit = { h200 = 3 }",
            "lending_limit = { h200 = 8 }",
            "lends more than is its own",
        ),
        (
            "not-nominal",
            "lending_limit = { h200 = 3 }",
            "lending_limit = { \"cloud/h100\" = 3 }",
            "no nominal quota here",
        ),
        (
            "no-cohort",
            "cohort = \"all\"\nnominal = { h200 = 7 }",
            "nominal = { h200 = 7 }",
            "without a cohort",
        ),
    ] {
        assert!(QUOTAS.contains(before), "{before}");
        let words = QUOTAS.replacen(before, after, 1);
        let folder = Folder::new(name, &format!("{GOOD}{words}"), TRACE);
        let told = try_compile(&folder.0, &[]).unwrap_err();
        assert!(told.contains(message), "{name}: {told}");
    }
}

const COHORTS: &str = r#"
[[cohort]]
name = "all"
parent = "firm"
borrowing_limit = { h200 = 4 }
lending_limit = { h200 = 2 }

[[cohort]]
name = "firm"
nominal = { h200 = 3 }
"#;

#[test]
fn cohorts_have_parents_limits_and_quota_of_their_own() {
    let compiled = super::good_with("cohorts", &format!("{QUOTAS}{COHORTS}")).unwrap();
    let cohorts = &compiled.model.quotas.cohorts;
    let names: Vec<&str> = cohorts.iter().map(|of| of.name.as_str()).collect();
    assert_eq!(names, ["all", "firm"]);
    assert_eq!((cohorts[0].parent, cohorts[1].parent), (Some(1), None));
    let share = |nominal, borrows, lends| QuotaShare {
        nominal,
        borrows,
        lends,
    };
    let none = QuotaShare::default();
    assert_eq!(cohorts[0].shares, [none, share(0, Some(4), Some(2))]);
    assert_eq!(cohorts[1].shares, [none, share(3, None, None)]);
    // Vision: 9 of its own and 1 at most; of what the cohort has, 9 + 3, and above it 3 and 2.
    let quotas = &compiled.model.quotas;
    assert_eq!(quotas.available(0, 1, |_| 0), 10);
    // Speech keeps 4, and may have 12 + min(5, 4 of the firm's) beside: 4 + 12 + 3 = 19.
    assert_eq!(quotas.available(1, 1, |_| 0), 19);
    for (before, after, message, fix) in [
        (
            "parent = \"firm\"",
            "parent = \"all\"",
            "belongs to itself",
            "name a parent",
        ),
        (
            "[[cohort]]\nname = \"firm\"\n",
            "[[cohort]]\nname = \"firm\"\nparent = \"all\"\n",
            "belongs to itself",
            "name a parent",
        ),
        ("parent = \"firm\"\n", "", "without a parent", "add parent"),
        (
            "name = \"firm\"",
            "name = \"firn\"",
            "nobody belongs to cohort firn",
            "as `parent`",
        ),
        (
            "nominal = { h200 = 3 }",
            "nominal = { h20 = 3 }",
            "h20",
            "h200",
        ),
        ("name = \"firm\"", "name = \"all\"", "all", ""),
    ] {
        let words = COHORTS.replace(before, after);
        assert_ne!(words, COHORTS);
        let told = super::good_with("bad-cohorts", &format!("{QUOTAS}{words}")).unwrap_err();
        assert!(
            told.contains(message) && told.contains(fix),
            "{after}: {told}"
        );
    }
    let told = super::good_with("lone-cohort", COHORTS).unwrap_err();
    assert!(told.contains("a cohort of no quota"), "{told}");
}
