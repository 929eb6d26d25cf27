//! Budgets, in words.

use super::good_with as compiled;
use super::*;

const BUDGETS: &str = r#"
[[budget]]
name     = "research-cloud"
of       = { tenant = "vision", provider = "Nebius" }
amount   = "1200.50 USD"
per      = "quarter"
at_limit = "shed"
alerts   = ["50%", "62.5 %", "120%"]

[[budget]]
name     = "everything"
amount   = "9000 USD"
per      = "run"
counts   = "all"
at_limit = "flag"

[[budget]]
name     = "large"
of       = { class = "large" }
amount   = "100 USD"
per      = "month"
looks_ahead = true
at_limit = "ask"
approval = "8 h"
grants = "50 USD"
in_phase = "two"

[[phase]]
name = "one"
lasts = "6 h"

[[phase]]
name = "two"
after = "one"
lasts = "6 h"
budget = [{ name = "research-cloud", amount = "2000 USD" }]

[[happening]]
name = "freeze"
at = "20 h"
lasts = "4 h"
what = "budget"
budgets = ["large", "everything"]
amount = "0 USD"

[initial]
budget = [{ name = "research-cloud", spent = "17.25 USD" }]
"#;

fn units(amount: i128) -> Money {
    Money(amount * Money::TICKS_PER_UNIT)
}

#[test]
fn budgets_say_of_whom_how_much_and_what_then() {
    let compiled = compiled("budgets", BUDGETS).unwrap();
    let model = &compiled.model;
    let [research, everything, large] = &model.budgets.all[..] else {
        panic!("three budgets")
    };
    assert_eq!(research.tenant, Some(TenantId(0)));
    assert_eq!(research.pools, [PoolId(1)]);
    assert_eq!(research.amount, Money(Money::TICKS_PER_UNIT * 2_401 / 2));
    assert_eq!(research.period, BudgetPeriod::Quarter);
    assert_eq!(research.at_limit, AtLimit::Shed);
    assert_eq!(research.alerts, [500_000, 625_000, 1_200_000]);
    assert_eq!(everything.pools, [PoolId(0), PoolId(1)]);
    assert_eq!((everything.tenant, everything.class), (None, None));
    assert_eq!((large.class, large.awaits_phase), (Some(ClassId(0)), true));
    let approval = Span(8 * Span::HOUR.0);
    let grants = units(50);
    assert_eq!(large.at_limit, AtLimit::Ask { approval, grants });
    assert!(large.looks_ahead && !research.looks_ahead);
    let change = |budget, amount| Change::Budget {
        budget,
        amount: Some(units(amount)),
    };
    assert_eq!(
        model.rollout.phases[1].changes,
        [change(0, 2_000), change(2, 100)]
    );
    let passes = |budget| Happening::Budget {
        budget,
        amount: Money::ZERO,
        passes: true,
    };
    let script: Vec<Happening> = model.weather.script.iter().map(|of| of.what).collect();
    assert_eq!(script[..2], [passes(1), passes(2)]);
    assert_eq!(script.len(), 4);
    assert_eq!(
        model.initial.budgets,
        [(0, Money(Money::TICKS_PER_UNIT * 69 / 4))]
    );
    let noted = |what: &str| compiled.assumptions.iter().any(|a| a.what == what);
    assert!(noted("budget large: counts") && !noted("budget large: at_limit"));
    assert!(!noted("budget everything: counts"));
}

/// What is written instead of what, and a word of the answer.
const SLIPS: [(&str, &str, &str); 22] = [
    (
        "tenant = \"vision\"",
        "tenant = \"visions\"",
        "did you mean `vision`?",
    ),
    (
        "class = \"large\"",
        "class = \"larg\"",
        "did you mean `large`?",
    ),
    (
        "provider = \"Nebius\"",
        "provider = \"Nebus\"",
        "did you mean `Nebius`?",
    ),
    (
        "{ class = \"large\" }",
        "{ pool = \"dc/h200\" }",
        "nothing in this estate counts",
    ),
    ("{ class = \"large\" }", "{ }", "this says nothing"),
    (
        "{ class = \"large\" }",
        "{ site = \"clod\" }",
        "did you mean `cloud`?",
    ),
    ("\"1200.50 USD\"", "\"1200.50 EUR\"", "one currency"),
    ("per      = \"month\"", "per      = \"week\"", "week"),
    (
        "per      = \"run\"",
        "",
        "the length of a period is missing",
    ),
    ("\"62.5 %\"", "\"40 %\"", "out of order"),
    ("\"62.5 %\"", "\"0.6\"", "not a share of the amount"),
    (
        "in_phase = \"two\"",
        "in_phase = \"to\"",
        "did you mean `two`?",
    ),
    (
        "budget = [{ name = \"research-cloud\", amount",
        "budget = [{ name = \"research\", amount",
        "unknown budget `research`",
    ),
    (
        "[\"large\", \"everything\"]",
        "[\"huge\"]",
        "unknown budget `huge`",
    ),
    ("amount = \"0 USD\"", "", "`amount` is missing"),
    (
        "what = \"budget\"",
        "what = \"quota\"",
        "`budgets` means nothing here",
    ),
    ("spent = \"17.25 USD\"", "spend = \"17.25 USD\"", "spent"),
    (
        "spent = \"17.25 USD\"",
        "spent = \"-1 USD\"",
        "less than nothing was spent",
    ),
    (
        "name     = \"large\"",
        "name     = \"everything\"",
        "there are two of budget `everything`",
    ),
    ("grants = \"50 USD\"", "", "`grants` is missing"),
    (
        "grants = \"50 USD\"",
        "grants = \"0 USD\"",
        "nothing would ever be granted",
    ),
    (
        "at_limit = \"ask\"",
        "at_limit = \"queue\"",
        "`approval` means nothing here",
    ),
];

#[test]
fn slips_in_budgets_are_told_with_a_fix() {
    for (index, (from, to, told)) in SLIPS.into_iter().enumerate() {
        assert!(BUDGETS.contains(from), "{from}");
        let words = BUDGETS.replacen(from, to, 1);
        let problems = compiled(&format!("budget-slip-{index}"), &words).unwrap_err();
        assert!(problems.contains(told), "{told}: {problems}");
    }
}

#[test]
fn a_budget_of_owned_capacity_alone_cannot_hold_anybody_back() {
    let own = "[[budget]]\nname = \"own\"\nof = { pool = \"dc/h200\" }\namount = \"5 USD\"\nper = \"month\"\ncounts = \"all\"\n";
    let problems = compiled("budget-own", own).unwrap_err();
    assert!(problems.contains("can hold nobody back") && problems.contains("at_limit = \"flag\""));
    let flags = compiled("budget-own-flag", &format!("{own}at_limit = \"flag\"\n")).unwrap();
    assert_eq!(flags.model.budgets.all[0].pools, [PoolId(0)]);
}

#[test]
fn a_budget_may_stop_what_runs_where_something_is_rented() {
    let stop = |words: &str| {
        format!(
            "[[budget]]\nname = \"hard\"\namount = \"100 USD\"\nper = \"month\"\nat_limit = \"stop\"\n{words}\n"
        )
    };
    let model = compiled("budget-stop", &stop("")).unwrap().model;
    assert_eq!(model.budgets.all[0].at_limit, AtLimit::Stop);
    assert_eq!(model.budgets.all[0].pools, [PoolId(1)]);
    assert!(model.budgets.stop_work());
    for (words, message) in [
        ("approval = \"8 h\"", "`approval` means nothing here"),
        (
            "of = { pool = \"dc/h200\" }\ncounts = \"all\"",
            "so it can hold nobody back",
        ),
    ] {
        let told = compiled("bad-budget-stop", &stop(words)).unwrap_err();
        assert!(told.contains(message), "{words}: {told}");
    }
}
