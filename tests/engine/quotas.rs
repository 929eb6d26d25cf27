//! Quotas of tenants: who may hold what, who borrows and who has it back, worked by hand.

use crate::common::clouds::{HOUR, MINUTE, rented_pool, run, starts, terms, world};
use crate::common::owned;
use crate::common::worlds::Row;
use plimsoll::journal::Cause;
use plimsoll::model::{
    Cohort, Discipline, Model, Packing, Placement, Preemption, QuotaOf, QuotaShare, QuotaTerms,
    Quotas, Reclaim, Requeue,
};
use plimsoll::units::{ClassId, PoolId, Span, TenantId};

pub(super) fn share(nominal: u64) -> QuotaShare {
    QuotaShare {
        nominal,
        borrows: None,
        lends: None,
    }
}

pub(super) fn quota(tenant: usize, share: QuotaShare) -> QuotaTerms {
    QuotaTerms {
        name: format!("of {tenant}"),
        of: QuotaOf::Tenant(TenantId::from(tenant)),
        cohort: Some(0),
        shares: vec![Some(share)],
        within: false,
        across: Reclaim::Never,
    }
}

/// Sixteen GPUs at home that count as one flavor; nine are A's, seven are B's.
pub(super) fn estate(quotas: Vec<QuotaTerms>) -> Model {
    let pools = vec![owned("own", 2, 8, Packing::Count)];
    let mut model = world(pools, Placement::PrivateOnly);
    model.strategies[0].discipline = Discipline::FitFirst;
    model.tenants = vec!["a".to_owned(), "b".to_owned(), "c".to_owned()];
    model.quotas = Quotas {
        list: quotas,
        flavors: vec!["h200".to_owned()],
        flavor_of: vec![Some(0)],
        cohorts: vec![Cohort::flat("all")],
    };
    model
}

pub(super) fn of(tenant: usize, at: u64, gpus: u64, ms: u64) -> Row {
    Row {
        tenant,
        ..Row::of(at, gpus, ms)
    }
}

fn when(model: &mut Model, rows: &[Row]) -> Vec<u64> {
    starts(&run(model, rows))
        .iter()
        .map(|start| start.0)
        .collect()
}

#[test]
fn without_a_cohort_a_quota_is_a_ceiling() {
    let mut alone = [quota(0, share(9)), quota(1, share(7))];
    for terms in &mut alone {
        terms.cohort = None;
    }
    let mut model = estate(alone.to_vec());
    let rows = [
        of(0, 0, 8, HOUR),
        of(0, 1, 2, HOUR), // 8 + 2 > 9, though 8 are free
        of(0, 2, 1, HOUR), // 8 + 1 = 9
        of(2, 3, 7, HOUR), // C has no quota, and is not limited
        of(1, 4, 1, HOUR), // all are taken
    ];
    let heard = run(&mut model, &rows);
    let at: Vec<u64> = starts(&heard).iter().map(|start| start.0).collect();
    assert_eq!(at, [0, HOUR, 2, 3, HOUR]);
    // The second waits for its quota until there is no room either; the last for room.
    let waits = heard.jobs[1].waits;
    assert_eq!((waits[Cause::Quota], waits[Cause::Capacity]), (3, HOUR - 4));
    assert_eq!(heard.jobs[4].waits[Cause::Capacity], HOUR - 4);
}

#[test]
fn whoever_waits_for_quota_holds_nobody_back() {
    let terms = QuotaTerms {
        cohort: None,
        ..quota(0, share(4))
    };
    let rows = [
        of(0, 0, 4, HOUR),
        of(0, 1, 4, HOUR), // over its quota
        of(1, 2, 4, HOUR), // of the same shape, and of another tenant
        of(1, 3, 8, HOUR),
        of(2, 4, 2, HOUR), // no room until B leaves: A's second takes what A's first leaves
        of(0, 5, 2, HOUR), // behind its own
    ];
    for discipline in [
        Discipline::Fifo,
        Discipline::FitFirst,
        Discipline::Easy,
        Discipline::Conservative { depth: 100 },
    ] {
        let mut model = estate(vec![terms.clone()]);
        model.strategies[0].discipline = discipline.clone();
        let found = when(&mut model, &rows);
        assert_eq!(found, [0, HOUR, 2, 3, HOUR + 2, 2 * HOUR], "{discipline:?}");
    }
}

#[test]
fn a_job_takes_of_a_cohort_for_each_of_its_quotas() {
    // A's 9 and the class's 7 are 16 together. The first holds 4 for either: 8 are left. The second would need 6 + 6; the
    // third has the 4 + 4, and leaves last.
    let of_class = QuotaTerms {
        of: QuotaOf::Class(ClassId(0)),
        ..quota(0, share(7))
    };
    let mut model = estate(vec![quota(0, share(9)), of_class]);
    let rows = [of(0, 0, 4, HOUR), of(0, 1, 6, HOUR), of(0, 2, 4, HOUR)];
    assert_eq!(when(&mut model, &rows), [0, HOUR + 2, 2]);
}

#[test]
fn what_others_leave_may_be_borrowed_up_to_a_limit() {
    let borrower = QuotaShare {
        borrows: Some(2),
        ..share(9)
    };
    let mut model = estate(vec![quota(0, borrower), quota(1, share(7))]);
    let rows = [
        of(0, 0, 8, HOUR),
        of(0, 1, 3, HOUR), // 11 = 9 + 2
        of(0, 2, 1, HOUR), // 12 is beyond the limit
        of(1, 3, 5, HOUR), // all of the 16 then
    ];
    assert_eq!(when(&mut model, &rows), [0, 1, HOUR, 3]);
    // B keeps five of its seven for itself: A may hold 9 + 2 without a limit of its own.
    let keeper = QuotaShare {
        lends: Some(2),
        ..share(7)
    };
    let mut model = estate(vec![quota(0, share(9)), quota(1, keeper)]);
    assert_eq!(when(&mut model, &rows), [0, 1, HOUR, 3]);
}

#[test]
fn what_was_lent_is_had_back() {
    // A holds all 16: 9 of its own and 7 of B's, in gangs of 4. B wants 4: the gang that A started last goes, at once.
    let lender = QuotaTerms {
        across: Reclaim::Any,
        ..quota(1, share(7))
    };
    let mut model = estate(vec![quota(0, share(9)), lender]);
    let mut rows: Vec<Row> = (0..4).map(|n| of(0, n, 4, 2 * HOUR)).collect();
    rows.push(of(1, HOUR, 4, HOUR));
    let heard = run(&mut model, &rows);
    assert_eq!(starts(&heard)[4], (HOUR, 0));
    let stopped: Vec<u32> = heard.jobs.iter().map(|job| job.preemptions).collect();
    assert_eq!(stopped, [0, 0, 0, 1, 0]);
    // It had an hour of its two less 3 ms, and goes on where B or the others leave: at 2 h they do.
    assert_eq!(heard.jobs[3].end.0, 3 * HOUR + 3);
    // Without reclaim B waits.
    model.quotas.list[1].across = Reclaim::Never;
    assert_eq!(when(&mut model, &rows)[4], 2 * HOUR);
    // Of lower priority only: A's are as urgent as B's.
    model.quotas.list[1].across = Reclaim::LowerPriority;
    assert_eq!(when(&mut model, &rows)[4], 2 * HOUR);
    rows[1].priority = -1;
    let heard = run(&mut model, &rows);
    let stopped: Vec<u32> = heard.jobs.iter().map(|job| job.preemptions).collect();
    assert_eq!(stopped, [0, 1, 0, 0, 0]);
    assert_eq!(starts(&heard)[4], (HOUR, 0));
}

#[test]
fn nobody_is_stopped_who_holds_its_own_and_for_nobody_who_would_borrow() {
    let lender = |across| QuotaTerms {
        across,
        ..quota(1, share(7))
    };
    // A holds 8 of its 9, C (without a quota) the other 8: nobody borrowed.
    let mut model = estate(vec![quota(0, share(9)), lender(Reclaim::Any)]);
    let rows = [
        of(0, 0, 8, 2 * HOUR),
        of(2, 0, 8, 2 * HOUR),
        of(1, HOUR, 4, HOUR),
    ];
    assert_eq!(when(&mut model, &rows), [0, 0, 2 * HOUR]);
    // A holds 12 of which it borrows 3; B has 4 and wants 4 more: with 8 it would borrow itself, and waits.
    let rows = [
        of(0, 0, 6, 2 * HOUR),
        of(0, 0, 6, 2 * HOUR),
        of(1, 0, 4, 2 * HOUR),
        of(1, HOUR, 4, HOUR),
    ];
    assert_eq!(when(&mut model, &rows), [0, 0, 0, 2 * HOUR]);
    // With 3 more it has its seven: one gang of A's goes.
    let rows = [rows[0], rows[1], rows[2], of(1, HOUR, 3, HOUR)];
    assert_eq!(when(&mut model, &rows), [0, 0, 0, HOUR]);
}

#[test]
fn room_that_is_being_made_is_kept_for_whom_it_is_made() {
    // A's gang writes its checkpoint for ten minutes; then B has its place, though A stands before it in the line.
    let lender = QuotaTerms {
        across: Reclaim::Any,
        ..quota(1, share(8))
    };
    let mut model = estate(vec![quota(0, share(8)), lender]);
    model.strategies[0].requeue = Requeue::Front;
    model.classes[0].preemption = Preemption::Checkpoint {
        write: Span(10 * MINUTE),
        restart: Span::ZERO,
    };
    let rows = [
        of(0, 0, 8, 3 * HOUR),
        of(0, 0, 8, 3 * HOUR),
        of(1, HOUR, 8, HOUR),
        of(1, 65 * MINUTE, 1, MINUTE), // meanwhile nobody is stopped for it
    ];
    let heard = run(&mut model, &rows);
    assert_eq!(starts(&heard)[2], (70 * MINUTE, 0));
    // At 2 h 10 min B leaves, and A's second gang goes on: it stands first. But the last is within B's own quota: A's
    // first gang is stopped for it, for who was placed at this very instant is not, and writes for another ten minutes.
    let stopped: Vec<u32> = heard.jobs.iter().map(|job| job.preemptions).collect();
    assert_eq!(stopped, [1, 1, 0, 0]);
    assert_eq!(starts(&heard)[3].0, 140 * MINUTE);
}

#[test]
fn the_urgent_stop_the_less_urgent_of_their_own_quota() {
    let terms = QuotaTerms {
        within: true,
        cohort: None,
        ..quota(0, share(8))
    };
    let urgent = |row: Row, priority| Row { priority, ..row };
    let mut model = estate(vec![terms]);
    let rows = [
        urgent(of(0, 0, 4, 2 * HOUR), 1),
        urgent(of(0, 1, 4, 2 * HOUR), 0),
        urgent(of(0, HOUR, 4, HOUR), 2),
        urgent(of(0, HOUR + 1, 4, HOUR), 0),
    ];
    let heard = run(&mut model, &rows);
    assert_eq!(starts(&heard)[2], (HOUR, 0));
    let stopped: Vec<u32> = heard.jobs.iter().map(|job| job.preemptions).collect();
    assert_eq!(stopped, [0, 1, 0, 0]);
}

#[test]
fn quotas_hold_in_rented_capacity_too() {
    let mut model = world(vec![rented_pool(terms())], Placement::PublicOnly);
    model.tenants = vec!["a".to_owned(), "b".to_owned()];
    model.quotas = Quotas {
        list: vec![QuotaTerms {
            cohort: None,
            ..quota(0, share(4))
        }],
        flavors: vec!["cloud".to_owned()],
        flavor_of: vec![Some(0)],
        cohorts: Vec::new(),
    };
    let rows = [of(0, 0, 4, HOUR), of(0, 1, 4, HOUR), of(1, 2, 4, HOUR)];
    let heard = run(&mut model, &rows);
    assert_eq!(starts(&heard), [(0, 0), (HOUR, 0), (2, 0)]);
    assert_eq!(heard.jobs[1].waits[Cause::Quota], HOUR - 1);
}

#[test]
fn the_least_dominant_share_is_next() {
    // Twelve GPUs; A's six jobs of two come before B's six. Each in its turn: three and three.
    let jobs = |tenant: usize| (1..7).map(move |n| of(tenant, n, 2, HOUR));
    let rows: Vec<Row> = [of(2, 0, 16, MINUTE)]
        .into_iter()
        .chain(jobs(0))
        .chain(jobs(1))
        .collect();
    let mut model = estate(Vec::new());
    model.pools[0] = owned("own", 1, 12, Packing::Count);
    let rows: Vec<Row> = rows
        .into_iter()
        .map(|row| Row {
            milli: row.milli.min(12_000),
            ..row
        })
        .collect();
    let mut first = |weights: [u64; 3]| {
        model.strategies[0].discipline = Discipline::DominantShare {
            weights: weights.to_vec(),
        };
        let timeline = crate::common::worlds::timeline(&mut model, &rows);
        let heard = crate::common::play(&model, &timeline, 0);
        let mut counts = [0; 2];
        for (job, request) in heard.jobs.iter().zip(&timeline.requests) {
            if job.start.unwrap().0 == MINUTE && request.tenant.index() < 2 {
                counts[request.tenant.index()] += 1;
            }
        }
        counts
    };
    assert_eq!(first([1000; 3]), [3, 3]);
    // With twice the weight, twice as many: 4 and 2.
    assert_eq!(first([2000, 1000, 1000]), [4, 2]);
    // Of another type B has less than A has of its own: A has 6 of 12 (one half), B 3 of 4 (three quarters) elsewhere.
    let mut model = estate(Vec::new());
    let mut small = owned("small", 1, 4, Packing::Count);
    small.gpu = "l40s".to_owned();
    model.pools = vec![owned("own", 1, 12, Packing::Count), small];
    model.classes[0].pools = vec![PoolId(0)];
    model.classes[0].name = "large".to_owned();
    model
        .classes
        .push(plimsoll::model::Class::bare("small", vec![PoolId(1)]));
    for pool in &mut model.pools {
        pool.speed = vec![1000; 2];
    }
    model.strategies[0].discipline = Discipline::DominantShare {
        weights: vec![1000; 3],
    };
    let class = |class: usize, row: Row| Row { class, ..row };
    let rows = [
        of(2, 0, 6, MINUTE),
        of(0, 0, 6, HOUR),
        class(1, of(1, 0, 3, HOUR)),
        // Six GPUs come free after a minute. A has half of all H200s, B three quarters of all L40S, though B's two
        // jobs came first: A is next, then has three quarters too, and by name goes before B.
        of(1, 1, 3, HOUR),
        of(1, 2, 3, HOUR),
        of(0, 3, 3, HOUR),
        of(0, 4, 3, HOUR),
    ];
    assert_eq!(when(&mut model, &rows)[3..], [HOUR, HOUR, MINUTE, MINUTE]);
}
