//! Whose ends come to nothing once something was set right, and what is nobody's to mend.

use plimsoll::units::{ClassId, Span};

use super::{HOUR, book, live, out};

#[test]
fn what_would_never_be_over_by_itself_takes_nobody_elses_end() {
    // The first outage has no end, and is mended after its hour. The second lasts half an hour, too short for anybody to
    // mend it, and is over when it says.
    let outages = r#"
[[happening]]
name  = "first"
at    = "6 h"
what  = "key-service"

[[happening]]
name  = "second"
at    = "29.5 h"
what  = "key-service"
lasts = "0.5 h"
"#;
    let heard = live(&format!("{outages}{}", book("on = \"key-service-out\"")));
    assert_eq!(out(&heard), 3 * HOUR / 2);
}

#[test]
fn what_was_rolled_back_is_not_found_out_again() {
    // The first version on which jobs fail would be known at 25 h and rolled back at 26 h; it is mended an hour after two
    // failed. The second came at 24 h, and everything runs well on it: nobody knows until 48 h, so nobody waits at 25 h.
    let corrupted = |name: &str, at: u64, fails_after: &str| {
        format!(
            r#"
[[happening]]
name           = "{name}"
at             = "{at} h"
what           = "corrupted-artifact"
where          = {{ kind = "edge" }}
fails_after    = "{fails_after}"
detected_after = "24 h"
rollback       = "1 h"
"#
        )
    };
    let outages = corrupted("first", 1, "1 min") + &corrupted("second", 24, "10 h");
    let trigger = "on = \"artifact-failing\"\nwhere = { kind = \"edge\" }\njobs = 2";
    let heard = live(&format!("{outages}{}", book(trigger)));
    let came = heard
        .jobs
        .iter()
        .filter(|job| job.class == ClassId(2) && (24..27).contains(&(job.submit.0 / HOUR)));
    let waits: Vec<u64> = came.map(|job| job.waits.total()).collect();
    assert!(4 < waits.len(), "{waits:?}");
    assert!(waits.iter().all(|&wait| wait < HOUR / 6), "{waits:?}");
}

#[test]
fn a_link_that_is_not_ours_yet_is_not_opened_by_mending() {
    // The line is rented from 12 h on. That it is down is seen when the first job comes, and told ten minutes later; the
    // failover begins an hour after that was seen. Nobody can mend what there is not, so it is in force until the line has
    // been there for ten minutes.
    let rented = r#"
[[phase]]
name  = "line"
start = "12 h"
lasts = "1 d"
open  = ["wan"]
"#;
    let trigger = "on = \"link-down\"\nlinks = [\"wan\"]";
    let heard = live(&format!("{rented}{}", book(trigger)));
    let record = heard.failovers[0];
    let seen = heard.jobs.iter().map(|job| job.submit.0).min().unwrap();
    let in_force = Span(12 * HOUR + 10 * 60_000 - (seen + HOUR));
    assert_eq!((record.begun, record.in_force), (1, in_force));
}
