//! Runbooks, in words: what becomes of them, and what is wrong with some.

use crate::model::*;
use crate::units::*;

use super::failovers::OUT;
use super::{Compiled, good_with};

const BOOK: &str = r#"
[[rule]]
id = "stays"
effect = "forbid"
when = '''target.kind == "gpuaas" && job.gpus > 900'''

[[runbook]]
name = "dc-lost"
failover = "large-leaves"
severity = "critical"
owner = "site reliability"
detect = { always = "5 min" }
page = { median = "4 min", p95 = "15 min" }
decide = { mean = "20 min" }
approve = { always = "30 min" }
hours = { from = "08:00", to = "18:30", utc_offset = "+01:00" }
in_hours = ["approve"]
people = 3
rate = "90 USD/h"

[[runbook.step]]
does = "rules"
rules = { stays = "audit" }
approval = true

[[runbook.step]]
does = "quota"
where = { pools = ["cloud/h100"] }
gpus = 64
execute = { always = "10 min" }
fails = 0.05

[[runbook.step]]
does = "failover"
when = '''target.jurisdiction == "FI"'''
"#;

fn compiled(name: &str, words: &str) -> Result<Compiled, String> {
    good_with(name, &format!("{OUT}{words}"))
}

#[test]
fn a_runbook_says_who_does_what_and_how_long_that_takes() {
    let compiled = compiled("runbook", BOOK).unwrap();
    let book = &compiled.model.failovers.runbooks[0];
    assert_eq!(
        (book.severity, book.owner.as_str()),
        ("critical", "site reliability")
    );
    assert_eq!((book.people, book.rate), (3, Price(90_000_000)));
    assert_eq!(book.in_hours, [false, false, false, true, false]);
    // Monday 00:00 UTC is 01:00 there: at 8:00 of that clock seven hours have gone.
    let first = book.hours.done(SimTime(0), Span(0));
    assert_eq!(first, SimTime(7 * 3_600_000));
    let does: Vec<&str> = book.steps.iter().map(|step| step.does.name()).collect();
    assert_eq!(does, ["rules", "quota", "failover"]);
    assert!(book.steps.iter().all(|step| step.is_allowed));
    assert_eq!(
        (book.steps[0].approval, book.steps[1].fails),
        (true, 50_000)
    );
    // With somebody who reacts, nothing is a lower bound any more.
    let told = |a: &Assumption| a.value.contains("lower bound");
    assert!(!compiled.assumptions.iter().any(told));
}

#[test]
fn a_step_whose_condition_holds_of_nothing_must_not_be_done() {
    let words = BOOK.replace("\"FI\"", "\"US\"");
    let model = compiled("forbidden", &words).unwrap().model;
    assert!(!model.failovers.runbooks[0].steps[2].is_allowed);
}

#[test]
fn mistakes_in_runbooks_are_told_with_their_place_and_what_to_do() {
    for (from, to, message, fix) in [
        (
            "\"large-leaves\"\nseverity",
            "\"large-leave\"\nseverity",
            "unknown failover",
            "did you mean `large-leaves`?",
        ),
        ("\"08:00\"", "\"8 h\"", "not a time of the day", "08:00"),
        ("+01:00", "+1h", "not an offset", "+01:00"),
        (
            "does = \"failover\"",
            "does = \"check\"",
            "begins its failover",
            "does = \"failover\"",
        ),
        ("people = 3", "people = 0", "out of range", "from 1"),
        ("rate = \"90 USD/h\"", "rate = \"90 EUR/h\"", "EUR", "USD"),
        (
            "people = 3",
            "automatic = true",
            "nobody has to page",
            "automatic = false",
        ),
        ("gpus = 64\n", "", "how many GPUs is missing", "gpus ="),
        ("stays = \"audit\"", "stay = \"audit\"", "stay", "stays"),
        ("fails = 0.05", "fails = 5", "out of range", "from 0 to 1"),
        (
            "does = \"rules\"\nrules = { stays = \"audit\" }",
            "does = \"mend\"",
            "nothing that sets off large-leaves can be mended",
            "leave the step out",
        ),
    ] {
        assert!(BOOK.contains(from), "{from}");
        let told = compiled("mistaken", &BOOK.replace(from, to)).unwrap_err();
        assert!(told.contains(message), "{to}: {told}");
        assert!(told.contains(fix), "{to}: {told}");
    }
    let twice = format!("{BOOK}\n[[runbook]]\nname = \"again\"\nfailover = \"large-leaves\"\n");
    let told = compiled("twice-booked", &twice).unwrap_err();
    assert!(told.contains("has a runbook already"), "{told}");
}
