//! Rented capacity, worked by hand: boots, charges, idle release, quotas, spills, prices and months.

mod common;

use common::worlds::{Row, rented, timeline};
use common::{Everything, model, owned, play};
use plimsoll::journal::{Bucket, Cause, Fact, JobState};
use plimsoll::model::{
    Boot, Discipline, Horizon, Model, OnDemand, Outcome, Packing, Placement, Pool, PriceSteps,
    Spill, SpillTest,
};
use plimsoll::units::{BytePrice, Bytes, Epoch, MilliGpus, Money, PoolId, Price, SimTime, Span};

const MINUTE: u64 = 60_000;
const HOUR: u64 = 60 * MINUTE;
/// 3 USD per GPU-hour.
const THREE: u64 = 3_000_000;

/// 3 USD/GPU-h, up at once, charged to the millisecond, given back at once.
fn terms() -> OnDemand {
    OnDemand {
        prices: PriceSteps::constant(Price(THREE)),
        quota: None,
        boot: Boot::Fixed(Span::ZERO),
        minimum: Span::ZERO,
        increment: Span(1),
        idle_release: Span::ZERO,
    }
}

fn steps(prices: &[(u64, u64)]) -> PriceSteps {
    let steps: Vec<_> = prices
        .iter()
        .map(|&(at, price)| (SimTime(at), Price(price)))
        .collect();
    PriceSteps::new(&steps).unwrap()
}

fn world(pools: Vec<Pool>, placement: Placement) -> Model {
    let mut model = model(pools, vec![Discipline::Fifo]);
    model.strategies[0].placement = placement;
    model
}

/// Only nodes of four GPUs that are rented on these terms.
fn public(terms: OnDemand) -> Model {
    world(vec![rented("cloud", 4, terms)], Placement::PublicOnly)
}

/// Four owned GPUs, and rented nodes of four behind a spill test.
fn hybrid(test: SpillTest, terms: OnDemand) -> Model {
    world(
        vec![
            owned("own", 1, 4, Packing::Count),
            rented("cloud", 4, terms),
        ],
        Placement::PrivateFirst(Spill {
            test,
            ceiling: None,
        }),
    )
}

fn run(model: &mut Model, rows: &[Row]) -> Everything {
    let timeline = timeline(model, rows);
    play(model, &timeline, 0)
}

fn starts(heard: &Everything) -> Vec<(u64, usize)> {
    heard
        .jobs
        .iter()
        .map(|job| (job.start.unwrap().0, job.pool.unwrap().index()))
        .collect()
}

fn released(heard: &Everything) -> Vec<u64> {
    heard
        .facts
        .iter()
        .filter(|(_, fact)| matches!(fact, Fact::Released(..)))
        .map(|(at, _)| at.0)
        .collect()
}

fn gpu_time(gpus: u64, ms: u64) -> u128 {
    u128::from(gpus) * 1000 * u128::from(ms)
}

fn cost(gpus: u64, ms: u64, price: u64) -> Money {
    Money::of(MilliGpus::whole(gpus), Span(ms), Price(price))
}

#[test]
fn charges_run_from_launch_and_a_boot_is_a_wait() {
    let mut model = public(OnDemand {
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
    assert_eq!(job.waits.0, [0, 5 * MINUTE, 0, 0]);
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
        let mut model = public(OnDemand {
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
        let mut model = public(OnDemand {
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
    let keep = OnDemand {
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
    let boot = OnDemand {
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
        let mut model = public(OnDemand {
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
    let mut model = public(OnDemand {
        quota: Some(7),
        ..terms()
    });
    let heard = run(&mut model, &[Row::of(5, 5, HOUR)]);
    assert_eq!(heard.jobs[0].state, JobState::Rejected);
    assert_eq!((heard.jobs[0].end.0, heard.jobs[0].pool), (5, None));
}

#[test]
fn a_job_that_waited_half_an_hour_goes_out_at_that_millisecond() {
    let mut model = hybrid(
        SpillTest::Waited(Span(30 * MINUTE)),
        OnDemand {
            boot: Boot::Fixed(Span(5 * MINUTE)),
            ..terms()
        },
    );
    let rows = [Row::of(0, 4, 2 * HOUR), Row::of(10 * MINUTE + 7, 4, HOUR)];
    let heard = run(&mut model, &rows);
    // 10 min 7 ms + 30 min waiting + 5 min boot.
    assert_eq!(starts(&heard), [(0, 0), (45 * MINUTE + 7, 1)]);
    assert_eq!(heard.jobs[1].waits.0, [0, 5 * MINUTE, 30 * MINUTE, 0]);
    // The run ends with the last job, not with a wake that nobody needs any more.
    assert_eq!(heard.run.horizon.0, 2 * HOUR);
}

#[test]
fn a_wake_for_a_job_that_is_gone_does_not_stretch_the_run() {
    let mut model = hybrid(SpillTest::Waited(Span(3 * HOUR)), terms());
    let rows = [Row::of(0, 4, HOUR), Row::of(0, 4, MINUTE)];
    let heard = run(&mut model, &rows);
    assert_eq!(starts(&heard), [(0, 0), (HOUR, 0)]);
    assert_eq!(heard.run.horizon.0, HOUR + MINUTE);
}

#[test]
fn an_expected_delay_sends_jobs_out_by_the_estimates() {
    let test = SpillTest::ExpectedDelay(Span(20 * MINUTE));
    let long = Row {
        requested: 2 * HOUR,
        ..Row::of(0, 4, 2 * HOUR)
    };
    // At 90 min room is 30 min away: out. At 101 min it is 19 min away: wait.
    let rows = [
        long,
        Row::of(90 * MINUTE, 4, HOUR),
        Row::of(101 * MINUTE, 4, HOUR),
    ];
    let heard = run(&mut hybrid(test, terms()), &rows);
    assert_eq!(starts(&heard), [(0, 0), (90 * MINUTE, 1), (2 * HOUR, 0)]);
}

#[test]
fn who_overruns_is_expected_to_run_on() {
    // The first asks for 1 h and takes 3 h. From 75 min on it is expected to run another tenth: 6 min.
    let test = |minutes| SpillTest::ExpectedDelay(Span(minutes * MINUTE));
    let long = Row {
        requested: HOUR,
        ..Row::of(0, 4, 3 * HOUR)
    };
    let rows = [long, Row::of(75 * MINUTE, 4, HOUR)];
    let out = run(&mut hybrid(test(6), terms()), &rows);
    assert_eq!(starts(&out), [(0, 0), (75 * MINUTE, 1)]);
    let wait = run(&mut hybrid(test(7), terms()), &rows);
    assert_eq!(starts(&wait), [(0, 0), (3 * HOUR, 0)]);
}

#[test]
fn jobs_ahead_send_the_third_out() {
    let mut model = hybrid(SpillTest::JobsAhead(2), terms());
    let rows: Vec<Row> = (0..5).map(|n| Row::of(n * MINUTE, 4, HOUR)).collect();
    let heard = run(&mut model, &rows);
    // Ahead of the jobs that come at 1, 2, 3 and 4 min are 0, 1, 2 and (the third being gone) again 2.
    assert_eq!(
        starts(&heard),
        [
            (0, 0),
            (HOUR, 0),
            (2 * HOUR, 0),
            (3 * MINUTE, 1),
            (4 * MINUTE, 1)
        ]
    );
}

#[test]
fn a_ceiling_waits_for_the_price() {
    // 5 USD until 1 h, then 2 USD; nobody rents above 3.
    let mut model = public(OnDemand {
        prices: steps(&[(0, 5_000_000), (HOUR, 2_000_000)]),
        ..terms()
    });
    model.strategies[0].placement = Placement::Cheapest {
        ceiling: Some(Price(THREE)),
    };
    let heard = run(&mut model, &[Row::of(7, 4, HOUR)]);
    assert_eq!(starts(&heard), [(HOUR, 0)]);
    assert_eq!(heard.jobs[0].compute_cost, cost(4, HOUR, 2_000_000));
    // Without a ceiling the job pays 5 USD for 60 min − 7 ms and 2 USD for 7 ms.
    model.strategies[0].placement = Placement::PublicOnly;
    let heard = run(&mut model, &[Row::of(7, 4, HOUR)]);
    let both = cost(4, HOUR - 7, 5_000_000) + cost(4, 7, 2_000_000);
    assert_eq!(heard.jobs[0].compute_cost, both);
    assert_eq!(heard.pools[0].charged, both);
}

#[test]
fn the_cheapest_is_by_price_per_work() {
    // 4 USD at twice the speed are 2 USD per unit of work; 3 USD at speed one are 3, from 1 h on 1.
    let mut fast = rented(
        "fast",
        4,
        OnDemand {
            prices: PriceSteps::constant(Price(4_000_000)),
            ..terms()
        },
    );
    fast.speed = vec![2000];
    let plain = rented(
        "plain",
        4,
        OnDemand {
            prices: steps(&[(0, THREE), (HOUR, 1_000_000)]),
            ..terms()
        },
    );
    let mut model = world(vec![plain, fast], Placement::Cheapest { ceiling: None });
    let rows = [Row::of(0, 4, HOUR), Row::of(HOUR, 4, HOUR)];
    let heard = run(&mut model, &rows);
    assert_eq!(starts(&heard), [(0, 1), (HOUR, 0)]);
    // Half an hour at 4 USD; one hour at 1 USD.
    assert_eq!(heard.jobs[0].compute_cost, cost(4, HOUR / 2, 4_000_000));
    assert_eq!(heard.jobs[1].compute_cost, cost(4, HOUR, 1_000_000));
}

#[test]
fn the_horizon_cuts_charges() {
    let mut model = public(OnDemand {
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
    let mut model = public(OnDemand {
        boot: Boot::Fixed(Span(10 * MINUTE)),
        ..terms()
    });
    model.horizon = Horizon::At(SimTime(70 * MINUTE));
    let rows = [Row::of(0, 4, HOUR), Row::of(65 * MINUTE, 4, HOUR)];
    let heard = run(&mut model, &rows);
    assert_eq!(heard.jobs[0].state, JobState::Finished);
    let booting = &heard.jobs[1];
    assert_eq!((booting.state, booting.start), (JobState::Running, None));
    assert_eq!(booting.waits.0, [0, 5 * MINUTE, 0, 0]);
    assert_eq!(booting.gpu_time[Bucket::HeldIdle], gpu_time(4, 5 * MINUTE));
}

#[test]
fn results_leave_a_rented_pool_at_the_price_of_their_bytes() {
    let mut model = hybrid(SpillTest::Waited(Span::ZERO), terms());
    model.classes[0].results = Bytes(10_000_000_000);
    model.sites[0].egress = BytePrice(90_000);
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
        .filter(|posting| posting.bucket.is_none())
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
    let mut model = public(OnDemand {
        idle_release: Span(10 * MINUTE),
        ..terms()
    });
    model.epoch = Epoch::parse("2026-01-31T23:00:00Z").unwrap();
    // Two GPUs of four from 0 to 2 h, released at 2 h 10 min; February begins at 1 h.
    let heard = run(&mut model, &[Row::of(0, 2, 2 * HOUR)]);
    let lines: Vec<_> = heard
        .postings
        .iter()
        .map(|line| (line.bucket.unwrap(), line.from.0, line.to.0, line.amount))
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
fn boot_times_belong_to_the_job_and_not_to_the_strategy() {
    let mut model = public(OnDemand {
        boot: Boot::LogNormal {
            mu: 12.0,
            sigma: 0.5,
        },
        ..terms()
    });
    let mut other = model.strategies[0].clone();
    other.discipline = Discipline::FitFirst;
    model.strategies.push(other);
    let rows: Vec<Row> = (0..50).map(|n| Row::of(n * HOUR, 4, MINUTE)).collect();
    let timeline = timeline(&mut model, &rows);
    let boots = |strategy| -> Vec<u64> {
        play(&model, &timeline, strategy)
            .jobs
            .iter()
            .map(|job| job.waits[Cause::Provisioning])
            .collect()
    };
    let mut first = boots(0);
    assert_eq!(first, boots(1));
    first.sort_unstable();
    first.dedup();
    assert_eq!(first.len(), 50, "each boot is a draw of its own");
    // The median of the law is exp(12) ms = 162.8 s; half of 50 draws lie below, ± 3.5 (one σ).
    let below = first.iter().filter(|&&ms| ms < 162_755).count();
    assert!((11..=39).contains(&below), "{below} of 50 below the median");
}

#[test]
fn a_spilled_job_does_not_close_what_it_left() {
    // The 4-GPU job waits for the whole pool; FIFO keeps the small one behind it in, the spilled one out.
    let mut model = hybrid(SpillTest::Waited(Span::ZERO), terms());
    let rows = [
        Row::of(0, 2, HOUR),
        Row::of(1, 4, HOUR),
        Row::of(2, 2, HOUR),
    ];
    let heard = run(&mut model, &rows);
    assert_eq!(starts(&heard), [(0, 0), (1, 1), (2, 0)]);
    assert_eq!(heard.jobs[1].pool, Some(PoolId(1)));
}

#[test]
fn backfilling_sends_out_all_who_may_go() {
    // Nothing is owned: three alike all rent at once.
    let mut model = public(terms());
    model.strategies[0].discipline = Discipline::Easy;
    let heard = run(&mut model, &[Row::of(0, 4, HOUR); 3]);
    assert_eq!(starts(&heard), [(0, 0); 3]);
    // The second holds the reservation until it may go out, and so do the two that came with it.
    let mut model = hybrid(SpillTest::Waited(Span(30 * MINUTE)), terms());
    model.strategies[0].discipline = Discipline::Easy;
    let rows = [
        Row::of(0, 4, 2 * HOUR),
        Row::of(7, 4, HOUR),
        Row::of(7, 4, HOUR),
        Row::of(7, 4, HOUR),
    ];
    let heard = run(&mut model, &rows);
    let out = (30 * MINUTE + 7, 1);
    assert_eq!(starts(&heard), [(0, 0), out, out, out]);
}
