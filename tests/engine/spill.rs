//! Who goes out to rented pools, when and to which, worked by hand.

use crate::common::clouds::{
    HOUR, MINUTE, THREE, cost, hybrid, public, run, starts, steps, terms, world,
};
use crate::common::play;
use crate::common::worlds::{Row, rented, timeline};
use plimsoll::journal::Cause;
use plimsoll::model::{Boot, Discipline, Placement, PriceSteps, Rented, SpillTest};
use plimsoll::units::{PoolId, Price, Span};

#[test]
fn a_job_that_waited_half_an_hour_goes_out_at_that_millisecond() {
    let mut model = hybrid(
        SpillTest::Waited(Span(30 * MINUTE)),
        Rented {
            boot: Boot::Fixed(Span(5 * MINUTE)),
            ..terms()
        },
    );
    let rows = [Row::of(0, 4, 2 * HOUR), Row::of(10 * MINUTE + 7, 4, HOUR)];
    let heard = run(&mut model, &rows);
    // 10 min 7 ms + 30 min waiting + 5 min boot.
    assert_eq!(starts(&heard), [(0, 0), (45 * MINUTE + 7, 1)]);
    assert_eq!(
        heard.jobs[1].waits.0,
        [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 5 * MINUTE, 30 * MINUTE, 0]
    );
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
    let mut model = public(Rented {
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
        Rented {
            prices: PriceSteps::constant(Price(4_000_000)),
            ..terms()
        },
    );
    fast.speed = vec![2000];
    let plain = rented(
        "plain",
        4,
        Rented {
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
fn boot_times_belong_to_the_job_and_not_to_the_strategy() {
    let mut model = public(Rented {
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
