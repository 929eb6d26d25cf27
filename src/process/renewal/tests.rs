//! Alternating renewal processes against theory, and what must not move their draws.

use super::*;

const HOUR: f64 = 3.6e6;

fn dice(replication: u32) -> Dice {
    Dice {
        seed: 20_261_121,
        replication,
    }
}

fn node(start: RenewalStart) -> Renewal {
    let up = Law::Weibull {
        shape: 0.7,
        scale: 300.0 * HOUR,
    };
    Renewal::new(up, Law::lognormal_by_mean(24.0 * HOUR, 1.5), start).unwrap()
}

fn sampled(renewal: &Renewal, replication: u32, hours: u64) -> Vec<(SimTime, bool)> {
    let dice = dice(replication);
    let mut out = Vec::new();
    let end = Span(hours * 3_600_000);
    renewal.sample(&dice, dice.key("node", "rack-1/7"), end, &mut out);
    out
}

#[test]
fn it_alternates_from_the_start_and_a_longer_horizon_changes_nothing_earlier() {
    for start in [RenewalStart::Up, RenewalStart::Stationary] {
        for replication in 0..20 {
            let short = sampled(&node(start), replication, 3_000);
            let long = sampled(&node(start), replication, 30_000);
            assert_eq!(short[0].0, SimTime::ZERO);
            assert_eq!(short, long[..short.len()]);
            assert!(long.windows(2).all(|w| w[0].0 < w[1].0 && w[0].1 != w[1].1));
            assert!(long[short.len()].0.0 >= 3_000 * 3_600_000);
        }
    }
}

#[test]
fn another_down_law_leaves_the_up_times_alone() {
    let slow = node(RenewalStart::Up);
    let quick = Renewal {
        down: Law::Constant(HOUR),
        ..slow.clone()
    };
    let ups = |steps: &[(SimTime, bool)]| -> Vec<u64> {
        let ended = steps.windows(2).filter(|pair| pair[0].1);
        ended.map(|pair| pair[1].0.since(pair[0].0).0).collect()
    };
    let (one, other) = (sampled(&slow, 1, 20_000), sampled(&quick, 1, 20_000));
    let (one, other) = (ups(&one), ups(&other));
    let both = one.len().min(other.len());
    assert!(both > 10);
    assert_eq!(one[..both], other[..both]);
}

/// Time up before `end_ms` in ms.
fn time_up(steps: &[(SimTime, bool)], end_ms: u64) -> f64 {
    let ends = steps[1..].iter().map(|step| step.0.0).chain([end_ms]);
    let pairs = steps.iter().zip(ends);
    pairs
        .filter(|(step, _)| step.1)
        .map(|(step, end)| (end - step.0.0) as f64)
        .sum()
}

#[test]
fn a_stationary_start_has_its_availability_at_every_time() {
    // Mean up 300 h × Γ(1 + 1/.7) = 379.7 h; mean down 24 h.
    let renewal = node(RenewalStart::Stationary);
    let exact = renewal.availability();
    assert!((exact - 0.940_5).abs() < 1e-3, "{exact}");
    let n = 20_000;
    let mut up_at = [0.0; 3];
    for replication in 0..n {
        let steps = sampled(&renewal, replication, 1_200);
        for (place, hour) in [0, 100, 1_000].into_iter().enumerate() {
            let now = steps.partition_point(|step| step.0.0 <= hour * 3_600_000);
            up_at[place] += f64::from(u8::from(steps[now - 1].1));
        }
    }
    let error = libm::sqrt(exact * (1.0 - exact) / f64::from(n));
    for up in up_at {
        assert!((up / f64::from(n) - exact).abs() < 4.0 * error, "{up}");
    }
}

#[test]
fn a_new_start_loses_availability_as_theory_says() {
    // Exponential laws of means M = 2000 h and R = 24 h:
    // A(t | up) = A + (1 − A) e^{−(1/M + 1/R) t}; at 24 h it is .9924524656.
    let exponential = |mean: f64| Law::Exponential { mean: mean * HOUR };
    let renewal = Renewal::new(exponential(2_000.0), exponential(24.0), RenewalStart::Up).unwrap();
    let n = 40_000;
    let mut up = 0.0;
    for replication in 0..n {
        let steps = sampled(&renewal, replication, 25);
        let now = steps.partition_point(|step| step.0.0 <= 24 * 3_600_000);
        up += f64::from(u8::from(steps[now - 1].1));
    }
    let exact = 0.992_452_465_6;
    let error = libm::sqrt(exact * (1.0 - exact) / f64::from(n));
    assert!((up / f64::from(n) - exact).abs() < 4.0 * error, "{up}");
}

#[test]
fn mean_availability_varies_as_theory_says() {
    // Exponential laws of means 2000 h and 24 h, stationary, over 720 h: variance 7.464534567e−4.
    let exponential = |mean: f64| Law::Exponential { mean: mean * HOUR };
    let start = RenewalStart::Stationary;
    let renewal = Renewal::new(exponential(2_000.0), exponential(24.0), start).unwrap();
    let n = 40_000;
    let (mean, variance) = (0.988_142_292_5, 7.464_534_567e-4);
    let (mut first, mut second, mut fourth) = (0.0, 0.0, 0.0);
    for replication in 0..n {
        let steps = sampled(&renewal, replication, 720);
        let off = time_up(&steps, 720 * 3_600_000) / (720.0 * HOUR) - mean;
        first += off;
        second += off * off;
        fourth += off * off * off * off;
    }
    let n = f64::from(n);
    assert!((first / n).abs() < 4.0 * libm::sqrt(variance / n));
    let error = libm::sqrt((fourth / n - variance * variance) / n);
    assert!((second / n - variance).abs() < 4.0 * error);
}

#[test]
fn a_present_goes_on_from_its_age() {
    // A constant up time of 10 h, 4 h old at 100 h: down at 106 h.
    let down = Law::Constant(2.0 * HOUR);
    let renewal = Renewal::new(Law::Constant(10.0 * HOUR), down, RenewalStart::Up).unwrap();
    let fork = dice(1 << 31);
    let mut out = Vec::new();
    let present = (SimTime(100 * 3_600_000), true, Span(4 * 3_600_000));
    let end = Span(110 * 3_600_000);
    renewal.resume(&fork, fork.key("node", "a"), present, end, &mut out);
    let hours: Vec<(u64, bool)> = out.iter().map(|s| (s.0.0 / 3_600_000, s.1)).collect();
    assert_eq!(hours, [(100, true), (106, false), (108, true)]);
}

#[test]
fn laws_that_are_no_durations_are_refused_with_their_side() {
    let bad = Law::Poisson { mean: 3.0 };
    let good = Law::Constant(1.0);
    let fault = Renewal::new(bad.clone(), good.clone(), RenewalStart::Up).unwrap_err();
    assert!(fault.starts_with("up time: "), "{fault}");
    let fault = Renewal::new(good, bad, RenewalStart::Stationary).unwrap_err();
    assert!(fault.starts_with("down time: "), "{fault}");
}
