//! Tests of what a fold makes of records.

use super::*;
use crate::journal::{Bucket, Cause, Drawn, GpuTime, JobState, Waits};
use crate::units::{ClassId, JobId, MilliGpus, PoolId, SimTime, TenantId};

fn job(class: u16, wait_s: u64, state: JobState) -> JobRecord {
    let mut waits = Waits::default();
    waits[Cause::Capacity] = wait_s * 1000;
    let started = !matches!(state, JobState::Waiting | JobState::Rejected);
    JobRecord {
        job: JobId(0),
        tenant: TenantId(0),
        class: ClassId(class),
        gpus: MilliGpus::whole(1),
        submit: SimTime::ZERO,
        start: started.then_some(SimTime(wait_s * 1000)),
        end: SimTime(wait_s * 1000 + if started { 20_000 } else { 0 }),
        state,
        pool: started.then_some(PoolId(0)),
        waits,
        preempted: Span::ZERO,
        preemptions: 0,
        interruptions: 0,
        recoveries: 0,
        recovery: crate::units::Span::ZERO,
        shrinks: 0,
        gpu_time: GpuTime::default(),
        compute_cost: Money::ZERO,
        egress_cost: Money::ZERO,
        drawn: Drawn::ZERO,
    }
}

fn pool(id: u16, rented: bool, useful_h: u128, idle_h: u128, cost: i128) -> PoolRecord {
    let mut gpu_time = GpuTime::default();
    gpu_time[Bucket::Useful] = useful_h * 3_600_000_000;
    gpu_time[Bucket::IdlePaid] = idle_h * 3_600_000_000;
    PoolRecord {
        pool: PoolId(id),
        rented,
        gpu_time,
        charged: Money(cost * Money::TICKS_PER_UNIT),
        idle_cost: Money::ZERO,
        egress_cost: Money::ZERO,
        drawn: Drawn::ZERO,
        drawn_idle: Drawn::ZERO,
        launches: u64::from(rented),
        reclaims: 0,
        refusals: 0,
        peak_gpus: 4,
    }
}

fn layout() -> Layout {
    let names = |names: &[&str]| names.iter().map(|&n| n.to_owned()).collect::<Vec<_>>();
    Layout::new(&names(&["training", "tuning"]), &names(&["dc", "cloud"]))
}

#[test]
fn jobs_are_counted_once_and_waits_are_exact() {
    let layout = layout();
    let mut fold = Fold::new(&layout);
    let stopped = JobRecord {
        preempted: Span(10_000),
        ..job(1, 30, JobState::Finished)
    };
    for record in [
        job(0, 0, JobState::Finished),
        job(0, 10, JobState::Failed),
        job(0, 60, JobState::Waiting),
        stopped,
        job(1, 0, JobState::Rejected),
    ] {
        fold.job(&record);
    }
    let mut row = Vec::new();
    fold.row(&layout, &mut row);
    let cell = |id: &str| row[layout.position(id).unwrap()];
    assert_eq!(cell("preempted_mean_s"), Cell::ratio(10.0, 4.0));
    assert_eq!(cell("jobs_arrived").numerator, 5.0);
    assert_eq!(cell("jobs_unfinished").numerator, 1.0);
    assert_eq!(cell("jobs_rejected.tuning").numerator, 1.0);
    // (0 + 10 + 60 + 30) s over the four that stood in line.
    assert_eq!(cell("wait_mean_s"), Cell::ratio(100.0, 4.0));
    assert_eq!(cell("wait_capacity_s"), Cell::ratio(100.0, 4.0));
    assert_eq!(cell("wait_p50_s"), Cell::amount(10.0));
    // Rank ⌈.95 × 4⌉ = 4 is the job that still waits.
    assert_eq!(cell("wait_p95_s").value(), Some(60.0));
    assert!(cell("wait_p95_s").at_least && !cell("wait_p50_s").at_least);
    assert_eq!(cell("wait_p99_s.tuning"), Cell::amount(30.0));
    // Slowdowns of those that ended: 20/20, 30/20, and 50/10 for the one that waited 10 s again.
    assert_eq!(cell("bounded_slowdown_mean"), Cell::ratio(7.5, 3.0));
}

#[test]
fn books_add_up_by_kind_of_pool() {
    let layout = layout();
    let mut fold = Fold::new(&layout);
    fold.pool(&pool(0, false, 60, 40, 250));
    fold.pool(&pool(1, true, 10, 10, 80));
    let mut row = Vec::new();
    fold.row(&layout, &mut row);
    let cell = |id: &str| row[layout.position(id).unwrap()];
    assert_eq!(cell("cost_total"), Cell::amount(330.0));
    assert_eq!(cell("cost_total.cloud"), Cell::amount(80.0));
    assert_eq!(cell("cost_rented"), Cell::amount(80.0));
    assert_eq!(cell("cost_per_useful_gpu_h"), Cell::ratio(330.0, 70.0));
    assert_eq!(cell("utilisation_allocated"), Cell::ratio(70.0, 120.0));
    assert_eq!(
        cell("utilisation_allocated_owned"),
        Cell::ratio(60.0, 100.0)
    );
    assert_eq!(cell("utilisation_allocated.cloud"), Cell::ratio(10.0, 20.0));
    assert_eq!(cell("gpu_h_rented"), Cell::amount(20.0));
    assert_eq!(cell("rented_gpus_peak"), Cell::amount(4.0));
}

#[test]
fn a_cleared_fold_starts_from_nothing() {
    let layout = layout();
    let (mut fresh, mut used) = (Fold::new(&layout), Fold::new(&layout));
    used.job(&job(1, 5, JobState::Finished));
    used.pool(&pool(0, false, 1, 1, 1));
    used.clear();
    let (mut a, mut b) = (Vec::new(), Vec::new());
    for (fold, row) in [(&mut fresh, &mut a), (&mut used, &mut b)] {
        fold.job(&job(0, 7, JobState::Finished));
        fold.row(&layout, row);
    }
    assert_eq!(a, b);
}

#[test]
fn groups_are_shares_of_all_pools_of_their_own_replication() {
    let sorted = |name: &str, groups: [&str; 2], of_pool: [u16; 2]| Dimension {
        name: name.to_owned(),
        groups: groups.map(str::to_owned).to_vec(),
        of_pool: of_pool.to_vec(),
    };
    let layout = layout().with_dimensions(vec![
        sorted("provider", ["lab", "acme"], [0, 1]),
        sorted("gpu", ["h100", "h200"], [1, 1]),
    ]);
    let mut fold = Fold::new(&layout);
    let mut row = Vec::new();
    // The second replication tells nothing of the first.
    for (lab, acme) in [(60, 20), (10, 30)] {
        fold.clear();
        fold.pool(&pool(0, false, lab, 0, 300));
        fold.pool(&pool(1, true, acme, 0, 100));
        fold.row(&layout, &mut row);
        let cell = |id: &str| row[layout.position(id).unwrap()];
        let all = (lab + acme) as f64;
        let share = |hours: u128| Cell::ratio(hours as f64, all);
        assert_eq!(cell("gpu_h_share.provider.lab"), share(lab));
        assert_eq!(cell("gpu_h_share.gpu.h100"), share(0));
        assert_eq!(cell("gpu_h_share.gpu.h200"), share(lab + acme));
        assert_eq!(cell("spend_share.provider.acme"), Cell::ratio(100.0, 400.0));
        // Three quarters and one, whoever has which: 0.5625 + 0.0625.
        assert_eq!(cell("gpu_h_concentration.provider"), Cell::amount(0.625));
        assert_eq!(cell("gpu_h_concentration.gpu"), Cell::amount(1.0));
    }
}
