//! Zones against the times that they were asked for, and what must not move their draws. What was recorded is
//! compared in `tests/weather/fitted.rs`.

use super::*;
use crate::process::market::MarketTier;

const HOUR_MS: f64 = 3.6e6;

fn dice(replication: u32) -> Dice {
    Dice {
        seed: 20_230_215,
        replication,
    }
}

fn zone(tier: MarketTier, size: f64, losses: Losses) -> ZoneMarket {
    let factor = RegionalFactor::of_tier(tier);
    let size = Law::Constant(size);
    ZoneMarket::new(tier.up(), tier.down(), Some(&factor), size, losses).unwrap()
}

fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}

fn variation(values: &[f64]) -> f64 {
    let centre = mean(values);
    let squares: Vec<f64> = values.iter().map(|x| (x - centre) * (x - centre)).collect();
    libm::sqrt(mean(&squares)) / centre
}

/// The share of time up before `end`.
fn up_share(steps: &[(SimTime, bool)], end: Span) -> f64 {
    let ends = steps[1..].iter().map(|step| step.0.0).chain([end.0]);
    let up = steps.iter().zip(ends).filter(|(step, _)| step.1);
    up.map(|(step, end)| (end - step.0.0) as f64).sum::<f64>() / end.0 as f64
}

/// What was measured on sampled zones: as in [`Recorded`].
struct Measured {
    up_share: f64,
    mean: [f64; 2],
    variation: [f64; 2],
    correlation: f64,
}

/// Two zones of a region for `years` years.
fn measure(tier: MarketTier, years: u64) -> Measured {
    let end = Span(years * 365 * Span::DAY.0);
    let (dice, zone) = (dice(0), zone(tier, 1.0, Losses::all_at_once()));
    let mut factor = Vec::new();
    RegionalFactor::of_tier(tier).sample(&dice, dice.key("region", "r"), end, &mut factor);
    let zones = ["a", "b"].map(|name| {
        let mut steps = Vec::new();
        zone.sample_up(&dice, dice.key("zone", name), end, &[&factor], &mut steps);
        steps
    });
    let mut stretches = [Vec::new(), Vec::new()];
    for pair in zones[0].windows(2) {
        stretches[usize::from(!pair[0].1)].push(pair[1].0.since(pair[0].0).0 as f64 / HOUR_MS);
    }
    let both = combine_steps(&zones[0], &zones[1], |one, other| one && other);
    let [one, other, both] = [&zones[0], &zones[1], &both].map(|steps| up_share(steps, end));
    let spread = libm::sqrt(one * (1.0 - one) * other * (1.0 - other));
    Measured {
        up_share: one,
        mean: [mean(&stretches[0]), mean(&stretches[1])],
        variation: [variation(&stretches[0]), variation(&stretches[1])],
        correlation: (both - one * other) / spread,
    }
}

#[test]
fn zones_keep_the_times_they_were_fitted_to_and_gain_the_correlation() {
    for tier in MarketTier::ALL {
        let measured = measure(tier, 60);
        let near = |what: &str, got: f64, fitted: f64, tolerance: f64| {
            assert!(
                (got / fitted - 1.0).abs() < tolerance,
                "{tier:?}: {what} is {got}, fitted {fitted}"
            );
        };
        let (up, down) = (tier.up(), tier.down());
        // 60 years hold at least 60,000 up times; with a coefficient of variation near 2 their mean is known
        // to 2/√60,000 = .8 %, a coefficient of variation to about twice that. Four times these.
        near(
            "share up",
            measured.up_share,
            up.mean() / (up.mean() + down.mean()),
            0.035,
        );
        near("mean up", measured.mean[0], up.mean() / HOUR_MS, 0.035);
        near("mean down", measured.mean[1], down.mean() / HOUR_MS, 0.035);
        near("variation up", measured.variation[0], up.variation(), 0.06);
        near(
            "variation down",
            measured.variation[1],
            down.variation(),
            0.06,
        );
        assert!(
            (measured.correlation - tier.correlation()).abs() < 0.02,
            "{tier:?}: correlation {}",
            measured.correlation
        );
    }
}

#[test]
fn regions_can_share_a_factor_too() {
    // Two good regions, .12 between them: g = 1 / (1 + .12 / odds) = .987 with odds 8.84.
    let tier = MarketTier::Good;
    let wide = RegionalFactor::new(tier.up(), tier.down(), 0.12, 0.06).unwrap();
    let region = RegionalFactor::of_tier(tier);
    let own = region.under(&wide).unwrap();
    let together = own.availability() * wide.availability();
    assert!((together / region.availability() - 1.0).abs() < 1e-12);
    let (dice, market) = (dice(1), zone(tier, 1.0, Losses::all_at_once()));
    let end = Span(400 * 365 * Span::DAY.0);
    let steps = |factor: &RegionalFactor, name: &str| {
        let mut steps = Vec::new();
        factor.sample(&dice, dice.key("factor", name), end, &mut steps);
        steps
    };
    let wide = steps(&wide, "wide");
    let zones = ["west", "north"].map(|name| {
        let region = steps(&own, name);
        let mut steps = Vec::new();
        let shared: [&[_]; 2] = [&region, &wide];
        market.sample_up(&dice, dice.key("zone", name), end, &shared, &mut steps);
        steps
    });
    let both = combine_steps(&zones[0], &zones[1], |one, other| one && other);
    let [one, other, both] = [&zones[0], &zones[1], &both].map(|steps| up_share(steps, end));
    let spread = libm::sqrt(one * (1.0 - one) * other * (1.0 - other));
    let correlation = (both - one * other) / spread;
    assert!(
        (one - 0.898).abs() < 0.01 && (other - 0.898).abs() < 0.01,
        "{one} {other}"
    );
    assert!((correlation - 0.12).abs() < 0.03, "{correlation}");
}

#[test]
fn a_daily_wave_moves_availability_by_the_hour() {
    let daily = Daily::new(0.6, Span(20 * Span::HOUR.0)).unwrap();
    let scarce = MarketTier::Scarce;
    let market = ZoneMarket::new(
        scarce.up(),
        scarce.down(),
        None,
        Law::Constant(1.0),
        Losses::all_at_once(),
    );
    let market = ZoneMarket {
        daily: Some(daily),
        ..market.unwrap()
    };
    let dice = dice(9);
    let days = 4_000;
    let mut steps = Vec::new();
    let end = Span(days * Span::DAY.0);
    market.sample_up(&dice, dice.key("zone", "a"), end, &[], &mut steps);
    let at_hour = |hour: u64| {
        let up = (0..days).filter(|day| {
            let at = SimTime(day * Span::DAY.0 + hour * Span::HOUR.0);
            steps[steps.partition_point(|step| step.0 <= at) - 1].1
        });
        up.count() as f64 / days as f64
    };
    let hours: Vec<f64> = (0..24).map(at_hour).collect();
    let (best, worst) = (
        hours[20].max(hours[21]).max(hours[22]),
        hours[8].min(hours[9]).min(hours[10]),
    );
    // Recorded in us-east-1f: .35 to .86 over the day, around .59.
    assert!(best - worst > 0.3, "{hours:?}");
    // The wave hardly moves the mean: .4515 without it.
    assert!((mean(&hours) - 0.4515).abs() < 0.04, "{}", mean(&hours));
}

#[test]
fn another_zone_or_a_longer_horizon_changes_nothing() {
    let market = zone(MarketTier::Medium, 4.0, Losses::usual());
    let dice = dice(5);
    let sampled = |name: &str, days: u64| {
        let end = Span(days * Span::DAY.0);
        let mut factor = Vec::new();
        RegionalFactor::of_tier(MarketTier::Medium).sample(
            &dice,
            dice.key("region", "r"),
            end,
            &mut factor,
        );
        let mut steps = Vec::new();
        market.sample(&dice, dice.key("zone", name), end, &[&factor], &mut steps);
        steps
    };
    let (short, long) = (sampled("a", 50), sampled("a", 80));
    assert_ne!(short, sampled("b", 50));
    assert!(short.len() > 50 && short[..] == long[..short.len()]);
    assert!(short.windows(2).all(|pair| pair[0].0 < pair[1].0));
}

#[test]
fn a_drought_leaves_nothing() {
    let capacity = [(SimTime(0), 8), (SimTime(10), 0), (SimTime(20), 4)];
    let supply = [(SimTime(0), true), (SimTime(5), false), (SimTime(25), true)];
    assert_eq!(
        super::super::Drought::parch(&capacity, &supply),
        [(SimTime(0), 8), (SimTime(5), 0), (SimTime(25), 4)]
    );
}

#[test]
fn impossible_zones_are_refused() {
    let good = MarketTier::Good;
    let size = Law::Constant(8.0);
    let scarce = RegionalFactor::of_tier(MarketTier::Scarce);
    let make = |factor: Option<&RegionalFactor>, losses: Losses, size: Law| {
        ZoneMarket::new(good.up(), good.down(), factor, size, losses)
    };
    let fault = make(Some(&scarce), Losses::usual(), size.clone()).unwrap_err();
    assert!(
        fault.contains("fall more often than that factor"),
        "{fault}"
    );
    for losses in [
        Losses {
            all: 1.5,
            ..Losses::usual()
        },
        Losses {
            mean: 0.5,
            ..Losses::usual()
        },
        Losses {
            between: Law::Constant(0.0),
            ..Losses::usual()
        },
    ] {
        assert!(make(None, losses, size.clone()).is_err());
    }
    assert!(make(None, Losses::usual(), Law::Constant(0.0)).is_err());
    assert!(RegionalFactor::new(good.up(), good.down(), 1.0, 0.2).is_err());
    assert!(RegionalFactor::new(good.up(), good.down(), 0.4, 0.0).is_err());
    let odd = TwoPhases::hours(1.0, 1.0, 2.0);
    assert!(
        RegionalFactor::new(odd, good.down(), 0.4, 0.2)
            .unwrap_err()
            .starts_with("up time")
    );
}
