//! Checkpoints that rules do not let go home, worked by hand.

use crate::common::clouds::{HOUR, MINUTE};
use crate::common::wires::GB;
use crate::common::worlds::Row;
use crate::moves::{forbid, judge};
use plimsoll::journal::{JobState, Moved, MovementStep, RuleMode};
use plimsoll::model::{CheckpointHome, Freight, Incident, Link};
use plimsoll::units::{Bytes, JobId, SimTime, SiteId};

#[test]
fn checkpoints_that_may_not_go_home_are_of_use_only_where_they_were_written() {
    // Checkpoints every 2 h, which take no time. The near site is lost at 5 h for ever: without the rule the job goes
    // on far away from the second one, and with it from nothing.
    let mut model = crate::checkpoints_home::estate(1, 1_000);
    model.rules.list = vec![forbid(RuleMode::Enforce, false)];
    model.classes[0].checkpoint_home = Some(CheckpointHome {
        site: SiteId(2),
        storage: None,
        size: Bytes(360 * GB),
    });
    model.rhythms = vec![crate::common::bad_days::every(2, 0); 2];
    let rows = [Row::of(0, 8, 10 * HOUR)];
    let lost = [Incident::down(SimTime(5 * HOUR), 0.into(), 0, 1)];
    let written = |_: usize, freight: Freight, link: &Link| {
        matches!(freight, Freight::Checkpoint(..)) && link.from == SiteId(0)
    };
    let heard = judge(&mut model, &rows, &lost, written);
    assert_eq!(heard.run.fell_back, 1);
    // It begins anew at 5 h, after a restart of .2 h.
    assert_eq!(heard.jobs[0].end, SimTime(15 * HOUR + 12 * MINUTE));
    let first = &heard.movements[0].1;
    assert_eq!(first.step, MovementStep::Refused);
    assert_eq!(first.what, Moved::Checkpoint(JobId(0)));
    // Nothing left the near site.
    assert_eq!(heard.pools[0].egress_cost.0, 0);
    // If they may go home but not come back, it does not start elsewhere: the rule is what it waits for.
    let back = |_: usize, freight: Freight, link: &Link| {
        matches!(freight, Freight::Checkpoint(..)) && link.from == SiteId(2)
    };
    let heard = judge(&mut model, &rows, &lost, back);
    assert_eq!(heard.jobs[0].state, JobState::Waiting);
    assert_eq!(heard.run.fell_back, 0);
}
