//! Rented capacity, worked by hand: boots, charges, idle release, quotas, shares and months.

use crate::common::clouds::{
    HOUR, MINUTE, THREE, cost, gpu_time, hybrid, public, released, run, starts, terms,
};
use crate::common::worlds::Row;
use plimsoll::journal::{Bucket, Cause, JobState};
use plimsoll::model::{Boot, Horizon, Outcome, Rented, SpillTest};
use plimsoll::units::{BytePrice, ByteTariff, Bytes, Epoch, Money, SimTime, Span};

#[test]
fn charges_run_from_launch_and_a_boot_is_a_wait() {
    let mut model = public(Rented {
        boot: Boot::Fixed(Span(5 * MINUTE)),
        ..terms()
    });
    let heard = run(&mut model, &[Row::of(MINUTE, 4, HOUR)]);
    let job = &heard.jobs[0];
    // Launched at 1 min, up at 6 min, done at 66 min.
    assert_eq!(
        (job.start, job.end.0),
        (Some(SimTime(6 * MINUTE)), 66 * MINUTE)
    );
    assert_eq!(
        job.waits.0,
        [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 5 * MINUTE, 0, 0]
    );
    assert_eq!(job.gpu_time[Bucket::HeldIdle], gpu_time(4, 5 * MINUTE));
    assert_eq!(job.gpu_time[Bucket::Useful], gpu_time(4, HOUR));
    // 4 GPUs × 65 min × 3 USD = 13 USD, all of it the job's.
    assert_eq!(job.compute_cost, cost(4, 65 * MINUTE, THREE));
    assert_eq!(job.compute_cost.0, 13 * Money::TICKS_PER_UNIT);
    assert_eq!(heard.pools[0].charged, job.compute_cost);
    assert_eq!(heard.pools[0].idle_cost, Money::ZERO);
    assert_eq!(released(&heard), [66 * MINUTE]);
}

#[test]
fn the_minimum_and_the_increment_lengthen_the_charge() {
    let charged = |minimum: u64, increment: u64, ms: u64| {
        let mut model = public(Rented {
            minimum: Span(minimum),
            increment: Span(increment),
            ..terms()
        });
        let heard = run(&mut model, &[Row::of(0, 4, ms)]);
        assert_eq!(heard.jobs[0].compute_cost, cost(4, ms, THREE));
        let pool = &heard.pools[0];
        assert_eq!(pool.charged - pool.idle_cost, cost(4, ms, THREE));
        pool.gpu_time.total() / gpu_time(4, 1)
    };
    // Ten minutes are charged as an hour; 61 minutes in whole hours as two; 61 minutes as they are.
    assert_eq!(charged(HOUR, 1, 10 * MINUTE), u128::from(HOUR));
    assert_eq!(charged(0, HOUR, 61 * MINUTE), u128::from(2 * HOUR));
    assert_eq!(charged(HOUR, 1000, 61 * MINUTE), u128::from(61 * MINUTE));
    // A minimum of 90 minutes in whole hours is two hours.
    assert_eq!(charged(90 * MINUTE, HOUR, 1), u128::from(2 * HOUR));
}

#[test]
fn idle_instances_are_kept_as_long_as_told() {
    let charged = |idle: u64| {
        let mut model = public(Rented {
            idle_release: Span(idle),
            ..terms()
        });
        let heard = run(&mut model, &[Row::of(0, 4, HOUR)]);
        assert_eq!(released(&heard), [HOUR + idle]);
        assert_eq!(
            heard.pools[0].gpu_time[Bucket::IdlePaid],
            gpu_time(4, idle),
            "what no job used is idle"
        );
        heard.pools[0].charged
    };
    assert_eq!(charged(0), cost(4, HOUR, THREE));
    assert_eq!(charged(10 * MINUTE), cost(4, 70 * MINUTE, THREE));
}

#[test]
fn an_idle_instance_is_used_again_without_a_boot() {
    let keep = Rented {
        boot: Boot::Fixed(Span(5 * MINUTE)),
        idle_release: Span(10 * MINUTE),
        ..terms()
    };
    // The first ends at 65 min; the second finds its instance idle at 70, ends at 80; released at 90.
    let rows = [Row::of(0, 4, HOUR), Row::of(70 * MINUTE, 4, 10 * MINUTE)];
    let heard = run(&mut public(keep.clone()), &rows);
    assert_eq!(starts(&heard), [(5 * MINUTE, 0), (70 * MINUTE, 0)]);
    assert_eq!(heard.pools[0].launches, 1);
    assert_eq!(released(&heard), [90 * MINUTE]);
    assert_eq!(heard.pools[0].charged, cost(4, 90 * MINUTE, THREE));
    // At 75 min sharp the instance has been idle for ten minutes and is gone before anybody is placed.
    let rows = [Row::of(0, 4, HOUR), Row::of(75 * MINUTE, 4, 10 * MINUTE)];
    let heard = run(&mut public(keep), &rows);
    assert_eq!(starts(&heard), [(5 * MINUTE, 0), (80 * MINUTE, 0)]);
    assert_eq!(heard.pools[0].launches, 2);
    assert_eq!(released(&heard), [75 * MINUTE, 100 * MINUTE]);
}

#[test]
fn what_a_gang_leaves_of_its_node_is_for_others_once_it_is_up() {
    let boot = Rented {
        boot: Boot::Fixed(Span(5 * MINUTE)),
        ..terms()
    };
    // During the boot nothing of the node can be used; afterwards three of its four GPUs can.
    let rows = [
        Row::of(0, 1, HOUR),
        Row::of(MINUTE, 2, HOUR),
        Row::of(10 * MINUTE, 3, HOUR),
    ];
    let heard = run(&mut public(boot), &rows);
    assert_eq!(
        starts(&heard),
        [(5 * MINUTE, 0), (6 * MINUTE, 0), (10 * MINUTE, 0)]
    );
    assert_eq!(heard.pools[0].launches, 2);
    // Node 0: 0 to 70 min; node 1: 1 to 66 min. Each is charged whole: 4 × (70 + 65) min.
    assert_eq!(released(&heard), [66 * MINUTE, 70 * MINUTE]);
    assert_eq!(heard.pools[0].charged, cost(4, 135 * MINUTE, THREE));
    // Jobs: 1 × 65 + 2 × 65 + 3 × 60 = 375 GPU-min of 540; the rest is idle.
    assert_eq!(
        heard.pools[0].gpu_time[Bucket::IdlePaid],
        gpu_time(540 - 375, MINUTE)
    );
}

#[test]
fn a_used_up_quota_is_why_a_job_waits() {
    let rows = [Row::of(0, 4, HOUR), Row::of(0, 4, HOUR)];
    for (idle, launches) in [(0, 2), (10 * MINUTE, 1)] {
        let mut model = public(Rented {
            quota: Some(7),
            idle_release: Span(idle),
            ..terms()
        });
        let heard = run(&mut model, &rows);
        assert_eq!(starts(&heard), [(0, 0), (HOUR, 0)]);
        assert_eq!(heard.jobs[1].waits[Cause::Quota], HOUR);
        assert_eq!(heard.pools[0].launches, launches);
        assert_eq!(heard.pools[0].peak_gpus, 4);
    }
    // A gang whose instances no quota allows is rejected at once.
    let mut model = public(Rented {
        quota: Some(7),
        ..terms()
    });
    let heard = run(&mut model, &[Row::of(5, 5, HOUR)]);
    assert_eq!(heard.jobs[0].state, JobState::Rejected);
    assert_eq!((heard.jobs[0].end.0, heard.jobs[0].pool), (5, None));
}

#[test]
fn the_horizon_cuts_charges() {
    let mut model = public(Rented {
        minimum: Span(2 * HOUR),
        ..terms()
    });
    model.horizon = Horizon::At(SimTime(HOUR));
    // One is released at 10 min, one still runs: both are charged until the horizon and no further.
    let rows = [Row::of(0, 4, 10 * MINUTE), Row::of(0, 4, 3 * HOUR)];
    let heard = run(&mut model, &rows);
    assert_eq!(heard.jobs[1].state, JobState::Running);
    assert_eq!(heard.jobs[1].end.0, HOUR);
    assert_eq!(heard.jobs[1].gpu_time[Bucket::Useful], gpu_time(4, HOUR));
    assert_eq!(heard.pools[0].charged, cost(8, HOUR, THREE));
    assert_eq!(heard.pools[0].idle_cost, cost(4, 50 * MINUTE, THREE));
}

#[test]
fn a_job_that_ends_with_the_horizon_is_finished_and_a_booting_one_runs() {
    let mut model = public(Rented {
        boot: Boot::Fixed(Span(10 * MINUTE)),
        ..terms()
    });
    model.horizon = Horizon::At(SimTime(70 * MINUTE));
    let rows = [Row::of(0, 4, HOUR), Row::of(65 * MINUTE, 4, HOUR)];
    let heard = run(&mut model, &rows);
    assert_eq!(heard.jobs[0].state, JobState::Finished);
    let booting = &heard.jobs[1];
    assert_eq!((booting.state, booting.start), (JobState::Running, None));
    assert_eq!(
        booting.waits.0,
        [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 5 * MINUTE, 0, 0]
    );
    assert_eq!(booting.gpu_time[Bucket::HeldIdle], gpu_time(4, 5 * MINUTE));
}

#[test]
fn results_leave_a_rented_pool_at_the_price_of_their_bytes() {
    let mut model = hybrid(SpillTest::Waited(Span::ZERO), terms());
    model.classes[0].results = Bytes(10_000_000_000);
    model.sites[0].egress = ByteTariff::flat(BytePrice(90_000));
    let failed = Row {
        outcome: Outcome::Failed,
        ..Row::of(0, 4, HOUR)
    };
    let rows = [Row::of(0, 4, HOUR), Row::of(0, 4, HOUR), failed];
    let heard = run(&mut model, &rows);
    assert_eq!(starts(&heard), [(0, 0), (0, 1), (0, 1)]);
    // 10 GB × 0.09 USD = 0.90 USD, for the one that finished away from home.
    let paid: Vec<i128> = heard
        .jobs
        .iter()
        .map(|job| job.egress_cost.0 * 10)
        .collect();
    assert_eq!(paid, [0, 9 * Money::TICKS_PER_UNIT, 0]);
    assert_eq!(heard.pools[1].egress_cost, heard.jobs[1].egress_cost);
    let posted: Money = heard
        .postings
        .iter()
        .filter(|posting| posting.bucket().is_none())
        .map(|posting| posting.amount)
        .sum();
    assert_eq!(posted, heard.pools[1].egress_cost);
}

#[test]
fn a_share_of_a_gpu_pays_for_the_whole_one() {
    let mut model = public(terms());
    let share = Row {
        milli: 250,
        ..Row::of(0, 1, HOUR)
    };
    let heard = run(&mut model, &[share]);
    let job = &heard.jobs[0];
    assert_eq!(job.gpu_time[Bucket::Useful], 250 * u128::from(HOUR));
    assert_eq!(job.gpu_time[Bucket::HeldIdle], 750 * u128::from(HOUR));
    assert_eq!(job.compute_cost, cost(1, HOUR, THREE));
    // The other three GPUs of the node are nobody's.
    assert_eq!(heard.pools[0].idle_cost, cost(3, HOUR, THREE));
}

#[test]
fn postings_are_cut_at_the_end_of_the_month() {
    let mut model = public(Rented {
        idle_release: Span(10 * MINUTE),
        ..terms()
    });
    model.epoch = Epoch::parse("2026-01-31T23:00:00Z").unwrap();
    // Two GPUs of four from 0 to 2 h, released at 2 h 10 min; February begins at 1 h.
    let heard = run(&mut model, &[Row::of(0, 2, 2 * HOUR)]);
    let lines: Vec<_> = heard
        .postings
        .iter()
        .map(|line| (line.bucket().unwrap(), line.from.0, line.to.0, line.amount))
        .collect();
    assert_eq!(
        lines,
        [
            (Bucket::Useful, 0, HOUR, cost(2, HOUR, THREE)),
            (Bucket::Useful, HOUR, 2 * HOUR, cost(2, HOUR, THREE)),
            (Bucket::IdlePaid, 0, HOUR, cost(2, HOUR, THREE)),
            // 2 × 60 min beside the job, and 4 × 10 min after it.
            (
                Bucket::IdlePaid,
                HOUR,
                130 * MINUTE,
                cost(2, HOUR, THREE) + cost(4, 10 * MINUTE, THREE)
            ),
        ]
    );
}

#[test]
fn what_is_given_back_is_paid_for_until_it_is_wiped() {
    // An hour of work, ten minutes of nobody, five of wiping: 75 minutes of four GPUs, in which they are given back at
    // 70; with hourly billing two hours. A second gang at 1:12 finds no instance and one place of the quota.
    let wiped = Rented {
        quota: Some(4),
        idle_release: Span(10 * MINUTE),
        teardown: Span(5 * MINUTE),
        ..terms()
    };
    let heard = run(&mut public(wiped.clone()), &[Row::of(0, 4, HOUR)]);
    assert_eq!(released(&heard), [70 * MINUTE]);
    assert_eq!(heard.pools[0].charged, cost(4, 75 * MINUTE, THREE));
    assert_eq!(heard.pools[0].idle_cost, cost(4, 15 * MINUTE, THREE));
    let hourly = Rented {
        increment: Span(HOUR),
        ..wiped.clone()
    };
    let heard = run(&mut public(hourly), &[Row::of(0, 4, HOUR)]);
    assert_eq!(heard.pools[0].charged, cost(4, 2 * HOUR, THREE));
    let rows = [Row::of(0, 4, HOUR), Row::of(72 * MINUTE, 4, HOUR)];
    let heard = run(&mut public(wiped), &rows);
    assert_eq!(starts(&heard)[1], (72 * MINUTE, 0));
    assert_eq!(heard.pools[0].charged, cost(4, 150 * MINUTE, THREE));
}
