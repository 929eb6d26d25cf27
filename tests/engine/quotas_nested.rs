//! Cohorts of cohorts as jobs meet them: who is let in, who waits for what, and who has back what was lent, by hand.

use crate::common::clouds::{HOUR, run, starts};
use crate::quotas::{estate, of, quota, share};
use plimsoll::journal::Cause;
use plimsoll::model::{Cohort, Model, QuotaShare, Reclaim};

/// Sixteen GPUs: "research" with A's 4 and B's 4, "product" with C's 6, and two that nobody has but the root.
fn nested(research: QuotaShare, across: Reclaim) -> Model {
    let mut list: Vec<_> = [4, 4, 6]
        .into_iter()
        .enumerate()
        .map(|(tenant, nominal)| quota(tenant, share(nominal)))
        .collect();
    for (terms, cohort) in list.iter_mut().zip([1, 1, 2]) {
        terms.cohort = Some(cohort);
        terms.across = across;
    }
    let mut model = estate(list);
    let cohort = |name: &str, parent, share| Cohort {
        name: name.to_owned(),
        parent,
        shares: vec![share],
    };
    model.quotas.cohorts = vec![
        cohort("root", None, share(2)),
        cohort("research", Some(0), research),
        cohort("product", Some(0), share(0)),
    ];
    model
}

#[test]
fn a_cohort_as_a_whole_borrows_up_to_its_limit() {
    // Research has 8 and borrows 3 at most: 11, whoever of it holds them.
    let research = QuotaShare {
        borrows: Some(3),
        ..share(0)
    };
    let mut model = nested(research, Reclaim::Never);
    let rows = [
        of(0, 0, 8, HOUR), // A borrows B's 4
        of(1, 1, 3, HOUR), // and B borrows 3 of the root's and C's 8
        of(1, 2, 1, HOUR), // 12 > 11: it waits for quota, though five are free
        of(2, 3, 5, HOUR), // C has 6, of which one is lent
    ];
    let heard = run(&mut model, &rows);
    let at: Vec<u64> = starts(&heard).iter().map(|start| start.0).collect();
    assert_eq!(at, [0, 1, HOUR, 3]);
    // When it was last looked at, five were free.
    assert_eq!(heard.jobs[2].waits[Cause::Quota], HOUR - 2);
}

#[test]
fn what_a_cohort_does_not_lend_is_there_for_it() {
    // Research lends 2 of its 8: C may hold 6 + 2 + the root's 2.
    let research = QuotaShare {
        lends: Some(2),
        ..share(0)
    };
    let mut model = nested(research, Reclaim::Never);
    let rows = [
        of(2, 0, 8, HOUR),
        of(2, 1, 2, HOUR),
        of(2, 2, 1, HOUR), // an eleventh: the other six are research's
        of(0, 3, 6, HOUR), // and A takes them
    ];
    let heard = run(&mut model, &rows);
    let at: Vec<u64> = starts(&heard).iter().map(|start| start.0).collect();
    assert_eq!(at, [0, 1, HOUR, 3]);
}

#[test]
fn what_was_lent_across_cohorts_is_had_back_where_the_whole_cohort_borrows() {
    // C holds 6 + 2 + 8 of research's. A wants its 4 back at 10: C's last gang of 4 is stopped.
    let mut model = nested(share(0), Reclaim::Any);
    let rows = [
        of(2, 0, 8, HOUR),
        of(2, 1, 4, HOUR),
        of(2, 2, 4, HOUR),
        of(0, 10, 4, HOUR),
    ];
    let heard = run(&mut model, &rows);
    assert_eq!(heard.jobs[3].start.unwrap().0, 10);
    assert_eq!(heard.jobs[2].preemptions, 1);
    assert_eq!(
        (heard.jobs[0].preemptions, heard.jobs[1].preemptions),
        (0, 0)
    );
    // Research holds its own 8, all of it A's, and C its 6 and the root's 2: B wants its 4. Within research A borrows, and
    // gives them back; C borrows of the root alone, which is not research's.
    let mut model = nested(share(0), Reclaim::Any);
    let rows = [
        of(2, 0, 4, HOUR),
        of(2, 1, 2, HOUR),
        of(0, 2, 4, HOUR),
        of(0, 3, 4, HOUR),
        of(2, 4, 2, HOUR),
        of(1, 10, 4, HOUR),
    ];
    let heard = run(&mut model, &rows);
    assert_eq!(heard.jobs[5].start.unwrap().0, 10);
    let stopped: Vec<u32> = heard.jobs.iter().map(|job| job.preemptions).collect();
    assert_eq!(stopped, [0, 0, 0, 1, 0, 0]);
}

#[test]
fn who_borrows_inside_a_cohort_that_stays_within_its_own_is_not_reclaimed_from_outside() {
    // A holds 7 of research's 8, B none: research as a whole lends one, and C, which has 6 of 9 that are left, may not
    // stop A to have more than what is free.
    let mut model = nested(share(0), Reclaim::Any);
    let rows = [
        of(0, 0, 4, HOUR),
        of(0, 1, 3, HOUR),
        of(2, 2, 6, HOUR),
        of(2, 3, 4, HOUR), // three are free: it waits
    ];
    let heard = run(&mut model, &rows);
    assert_eq!(heard.jobs[3].start.unwrap().0, HOUR);
    assert!(heard.jobs.iter().all(|job| job.preemptions == 0));
}
