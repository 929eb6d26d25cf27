//! Prices that a provider moves in small steps, against GCP's spot prices of an H100 in 2026.

use std::collections::BTreeMap;

use plimsoll::dice::Dice;
use plimsoll::process::{Controller, ControllerKeys};
use plimsoll::trace::{Limits, PriceFormat, PriceTable, read_prices};
use plimsoll::units::{Price, SimTime, Span};

use super::{differences, mean, number, per_cent, row};

/// The median days between changes; of all changes the parts below 2.5 %, to 7.5 %, to 12.5 % and above; the
/// part of pairs of regions that changed on one day and moved the same way; the coefficient of variation of
/// a price over the half year.
type Moves = [f64; 7];

const HEAD: [&str; 8] = [
    "",
    "days between changes (median)",
    "< 2.5 %",
    "2.5 to 7.5 %",
    "7.5 to 12.5 %",
    "> 12.5 %",
    "same way on one day",
    "cv over half a year",
];

/// From 2026-01-01 to 2026-07-22: A3 High in 40 regions (most of them without hardware), A3 Mega in 9.
const RECORDED: [(&str, &str, Moves); 2] = [
    (
        "a3-highgpu-8g",
        "H100 (A3 High), 40 regions",
        [14.0, 0.225, 0.484, 0.208, 0.083, 0.502, 0.201],
    ),
    (
        "a3-megagpu-8g",
        "H100 (A3 Mega), 9 regions",
        [14.0, 0.325, 0.487, 0.171, 0.017, 0.932, 0.180],
    ),
];

/// 2026-01-01 in days since 1970, and the days that are looked at.
const FROM: u64 = 20_454;
const DAYS: u64 = 203;

/// The statistics of worlds with series of prices by region, over `DAYS` from the day `from` of each.
fn statistics(worlds: &[Vec<Vec<(u64, f64)>>], from: u64) -> Moves {
    let (mut gaps, mut sizes, mut variations) = (Vec::new(), [0.0; 4], Vec::new());
    let mut days: BTreeMap<(usize, u64), [f64; 2]> = BTreeMap::new();
    let series = worlds.iter().enumerate();
    for (world, steps) in series.flat_map(|(world, all)| all.iter().map(move |one| (world, one))) {
        let inside = |day: u64| day > from && day <= from + DAYS;
        let changes: Vec<usize> = (1..steps.len()).filter(|i| inside(steps[*i].0)).collect();
        for &i in &changes {
            let ratio = steps[i].1 / steps[i - 1].1;
            let size = (ratio - 1.0).abs();
            let place = [0.025, 0.075, 0.125]
                .iter()
                .filter(|most| size >= **most)
                .count();
            sizes[place] += 1.0;
            days.entry((world, steps[i].0)).or_default()[usize::from(ratio > 1.0)] += 1.0;
        }
        gaps.extend(
            changes
                .windows(2)
                .map(|two| steps[two[1]].0 - steps[two[0]].0),
        );
        let price = |day: u64| steps[steps.partition_point(|step| step.0 <= day).max(1) - 1].1;
        let prices: Vec<f64> = (from..from + DAYS).map(price).collect();
        let centre = mean(&prices);
        let squares: Vec<f64> = prices.iter().map(|x| (x - centre) * (x - centre)).collect();
        variations.push(libm::sqrt(mean(&squares)) / centre);
    }
    gaps.sort_unstable();
    let all: f64 = sizes.iter().sum();
    let pairs = |n: f64| n * (n - 1.0) / 2.0;
    let same: f64 = days
        .values()
        .map(|[down, up]| pairs(*down) + pairs(*up))
        .sum();
    let possible: f64 = days.values().map(|[down, up]| pairs(down + up)).sum();
    let [tiny, small, large, jump] = sizes.map(|n| n / all);
    let median = gaps[gaps.len() / 2] as f64;
    [
        median,
        tiny,
        small,
        large,
        jump,
        same / possible,
        mean(&variations),
    ]
}

/// Nine regions in each of 60 worlds, after a year of forgetting where they began.
fn sampled() -> Moves {
    let law = Controller::usual(0.25);
    let day = Span::DAY.0;
    let worlds: Vec<Vec<Vec<(u64, f64)>>> = (0..60)
        .map(|replication| {
            let dice = Dice {
                seed: 2_026,
                replication,
            };
            let provider = dice.key("provider", "gcp");
            let region = |name: u32| {
                let keys = ControllerKeys {
                    market: dice.key("market", &name.to_string()),
                    provider,
                };
                let mut steps: Vec<(SimTime, Price)> = Vec::new();
                let end = Span((366 + DAYS) * day);
                law.sample(Price(11_060_000), &dice, keys, end, &mut steps);
                steps
                    .iter()
                    .map(|step| (step.0.0 / day, step.1.as_units()))
                    .collect()
            };
            (0..9).map(region).collect()
        })
        .collect();
    statistics(&worlds, 365)
}

pub(crate) fn table() -> String {
    let mut out = row(&HEAD.map(str::to_owned));
    out.push_str("|---|---|---|---|---|---|---|---|\n");
    let rows = [("default, sampled", sampled())];
    for (name, moves) in rows
        .into_iter()
        .chain(RECORDED.map(|(_, name, moves)| (name, moves)))
    {
        let mut cells = vec![name.to_owned(), number(moves[0], 0)];
        cells.extend(moves[1..6].iter().map(|part| per_cent(*part)));
        cells.push(number(moves[6], 2));
        out.push_str(&row(&cells));
    }
    out
}

#[test]
fn a_provider_moves_its_prices_as_recorded() {
    let found = sampled();
    let [high, mega] = RECORDED.map(|one| one.2);
    // Every fortnight, mostly by about 5 or 10 %.
    assert_eq!((found[0], high[0], mega[0]), (14.0, 14.0, 14.0));
    for recorded in [high, mega] {
        assert!(found[2] + found[3] > 0.95 && recorded[2] + recorded[3] > 0.55);
    }
    // Regions go together more than those that mostly have no hardware, and less than those that have it.
    assert!((high[5]..mega[5]).contains(&found[5]), "{}", found[5]);
    // Of those two sizes the smaller: .70 and .74 recorded.
    let part = found[2] / (found[2] + found[3]);
    assert!((0.70..0.76).contains(&part), "{part}");
    // Recorded prices of that half year had a trend; sampled ones have one only under a market cycle.
    assert!((0.09..high[6]).contains(&found[6]), "{}", found[6]);
}

#[test]
fn the_recorded_changes_are_told_rightly() {
    let file = "prices/gcp_gpu_price_changes_2022-2026.csv.gz".to_owned();
    let Some(sources) = super::data::open(&[file]) else {
        return;
    };
    let format = PriceFormat::Table(Box::new(PriceTable::gcp("spot").unwrap()));
    let (history, _) = read_prices(sources, &format, &Limits::default()).unwrap();
    let mut wrong = Vec::new();
    for (instance, name, told) in RECORDED {
        let of = history
            .series
            .iter()
            .filter(|series| series.key.instance == instance);
        let series: Vec<Vec<(u64, f64)>> = of
            .map(|series| {
                let step = |step: &(i64, Price)| (step.0 as u64 / Span::DAY.0, step.1.as_units());
                series.steps.iter().map(step).collect()
            })
            .collect();
        let found = statistics(&[series], FROM - 1);
        wrong.extend(differences(name, &found, &told, 0.000_51));
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}
