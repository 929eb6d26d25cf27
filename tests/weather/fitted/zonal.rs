//! Prices of zones that wander around a level, against AWS spot prices of spring 2020.

use plimsoll::dice::Dice;
use plimsoll::process::MeanReverting;
use plimsoll::trace::{AwsPrices, Limits, PriceFormat, read_prices};
use plimsoll::units::{Price, SimTime, Span};

use super::{differences, mean, near, number, per_cent, row};

/// Mean share of on-demand; coefficient of variation over time; changes a day; root mean square
/// change of the logarithm in a day, and in five.
type Wander = [f64; 5];

/// How each of them is named in the table.
const HEAD: [&str; 6] = [
    "mean / on-demand",
    "cv over time",
    "changes a day",
    "change in a day (rms of ln)",
    "in five days",
    "time at on-demand",
];

/// Eight V100 (p3.16xlarge) in us-west-2 a, b, c: 60 days to 2020-05, list price 24.48 USD/h. The zones of
/// that file move, and moved all the time; the others of its month stood at .30 of on-demand throughout.
const RECORDED: [(&str, Wander); 3] = [
    ("us-west-2a", [0.317, 0.058, 3.1, 0.0115, 0.0419]),
    ("us-west-2b", [0.314, 0.043, 2.7, 0.0109, 0.0373]),
    ("us-west-2c", [0.328, 0.061, 3.9, 0.0128, 0.0526]),
];

/// The part of time in which a price was exactly on-demand, over all 47 series of P2 and P3 instances.
const PINNED: f64 = 0.067;

/// On-demand prices of an instance-hour in that year, with the number of GPUs.
const ON_DEMAND: [(&str, f64, f64); 6] = [
    ("p2.xlarge", 0.90, 1.0),
    ("p2.8xlarge", 7.20, 8.0),
    ("p2.16xlarge", 14.40, 16.0),
    ("p3.2xlarge", 3.06, 1.0),
    ("p3.8xlarge", 12.24, 4.0),
    ("p3.16xlarge", 24.48, 8.0),
];

/// The settings that fit: `level = 0.31, half_life = "20 d", sigma = 0.031, floor = 0.30, stress = false`.
fn fitted() -> MeanReverting {
    MeanReverting {
        half_life: Span(20 * Span::DAY.0),
        daily_sigma: 0.031,
        floor: 0.30,
        stress: None,
        ..MeanReverting::usual(0.31, 0.31)
    }
}

/// The share of on-demand at an instant.
fn at(steps: &[(SimTime, f64)], at: u64) -> f64 {
    steps[steps.partition_point(|step| step.0.0 <= at) - 1].1
}

/// Steps of shares of on-demand, measured over a window; and the part of time at on-demand.
fn statistics(steps: &[(SimTime, f64)], from: u64, until: u64) -> (Wander, f64) {
    let inside = || {
        steps
            .iter()
            .filter(|step| (from..until).contains(&step.0.0))
    };
    let ends = inside().map(|step| step.0.0).chain([until]);
    let starts = [from].into_iter().chain(inside().map(|step| step.0.0));
    let (mut first, mut second, mut pinned) = (0.0, 0.0, 0.0);
    for (start, end) in starts.zip(ends) {
        let (share, part) = (
            at(steps, start),
            (end - start) as f64 / (until - from) as f64,
        );
        first += share * part;
        second += share * share * part;
        pinned += if share > 0.999_9 { part } else { 0.0 };
    }
    let days = (until - from) as f64 / 8.64e7;
    let often = inside().filter(|step| step.0.0 > from).count() as f64 / days;
    let changes = |span: u64| {
        let each = (from..until.saturating_sub(span)).step_by(6 * Span::HOUR.0 as usize);
        let squares: Vec<f64> = each
            .map(|start| libm::log(at(steps, start + span) / at(steps, start)))
            .map(|change| change * change)
            .collect();
        libm::sqrt(mean(&squares))
    };
    let variation = libm::sqrt((second - first * first).max(0.0)) / first;
    let day = Span::DAY.0;
    (
        [first, variation, often, changes(day), changes(5 * day)],
        pinned,
    )
}

/// Means over 400 stretches of 60 days, each after 60 days of forgetting where it began.
fn sampled(law: &MeanReverting) -> (Wander, f64) {
    let on_demand = Price(3_060_000);
    let day = Span::DAY.0;
    let all: Vec<(Wander, f64)> = (0..400)
        .map(|replication| {
            let dice = Dice {
                seed: 2_020,
                replication,
            };
            let mut steps = Vec::new();
            law.sample(
                on_demand,
                &dice,
                dice.key("offer", "a"),
                Span(120 * day),
                &mut steps,
            );
            let share = |step: &(SimTime, Price)| (step.0, step.1.0 as f64 / on_demand.0 as f64);
            let steps: Vec<(SimTime, f64)> = steps.iter().map(share).collect();
            statistics(&steps, 60 * day, 120 * day)
        })
        .collect();
    let wander =
        std::array::from_fn(|place| mean(&all.iter().map(|one| one.0[place]).collect::<Vec<_>>()));
    (
        wander,
        mean(&all.iter().map(|one| one.1).collect::<Vec<_>>()),
    )
}

fn recorded() -> Wander {
    std::array::from_fn(|place| mean(&RECORDED.map(|zone| zone.1[place])))
}

pub(crate) fn table() -> String {
    let mut out = row(&[[""].as_slice(), &HEAD]
        .concat()
        .iter()
        .map(|s| (*s).to_owned())
        .collect::<Vec<_>>());
    out.push_str("|---|---|---|---|---|---|---|\n");
    let (fit, _) = sampled(&fitted());
    let (usual, pinned) = sampled(&MeanReverting::usual(0.3, 0.3));
    let calm = MeanReverting {
        stress: None,
        ..MeanReverting::usual(0.3, 0.3)
    };
    let (calm, _) = sampled(&calm);
    for (name, [share, variation, often, day, five], pinned) in [
        ("fitted, sampled", fit, String::new()),
        (
            "p3.16xlarge in us-west-2, mean of three zones",
            recorded(),
            String::new(),
        ),
        ("all 47 series", [f64::NAN; 5], per_cent(PINNED)),
        (
            "default at level .3 without stress, sampled",
            calm,
            String::new(),
        ),
        ("default at level .3, sampled", usual, per_cent(pinned)),
    ] {
        let cell = |value: f64, places| {
            if value.is_nan() {
                String::new()
            } else {
                number(value, places)
            }
        };
        out.push_str(&row(&[
            name.to_owned(),
            cell(share, 3),
            cell(variation, 3),
            cell(often, 1),
            cell(day, 3),
            cell(five, 3),
            pinned,
        ]));
    }
    out
}

#[test]
fn prices_wander_as_those_they_were_fitted_to() {
    let (fit, _) = sampled(&fitted());
    // What a day changes is nearly twice as much as recorded: recorded prices drift, the process does not.
    let tolerances = [0.02, 0.12, 0.20, 1.0, 0.15];
    for ((got, wanted), tolerance) in fit.iter().zip(recorded()).zip(tolerances) {
        near("a fitted price", *got, wanted, tolerance);
    }
    let (_, pinned) = sampled(&MeanReverting::usual(0.3, 0.3));
    // 3 days in 63 by law; 400 stretches of 60 days hold about 380 of them, so the share is known to 7 %.
    near("the stressed share", pinned, 3.0 / 63.0, 0.25);
    assert!((0.5..1.0).contains(&(pinned / PINNED)), "{pinned}");
}

#[test]
fn the_recorded_prices_are_told_rightly() {
    let format = PriceFormat::Aws(AwsPrices::default());
    let (mut pinned, mut wrong) = (Vec::new(), Vec::new());
    for (name, price, gpus) in ON_DEMAND {
        for region in ["us-east-1", "us-west-2"] {
            let file = format!("dime-aws-spotprice-2020/{region}__{name}.json.gz");
            let Some(sources) = super::data::open(&[file]) else {
                return;
            };
            let (history, _) = read_prices(sources, &format, &Limits::default()).unwrap();
            for series in &history.series {
                let start = series.steps[0].0;
                // The files were fetched on 2020-05-24 or so; each series counts for 59 days or as long as it is.
                let last = series
                    .steps
                    .last()
                    .map_or(0, |step| (step.0 - start) as u64);
                let until = last.max(Span::DAY.0);
                let share = |step: &(i64, Price)| {
                    let share = step.1.as_units() * gpus / price;
                    (SimTime((step.0 - start) as u64), share)
                };
                let steps: Vec<(SimTime, f64)> = series.steps.iter().map(share).collect();
                let (found, at_most) = statistics(&steps, 0, until);
                pinned.push(at_most);
                let zone = RECORDED.iter().find(|zone| zone.0 == series.key.zone);
                if let Some((zone, told)) = zone.filter(|_| name == "p3.16xlarge") {
                    wrong.extend(differences(zone, &found[..2], &told[..2], 0.000_51));
                    wrong.extend(differences(zone, &found[2..3], &told[2..3], 0.051));
                    wrong.extend(differences(zone, &found[3..], &told[3..], 0.000_51));
                }
            }
        }
    }
    assert_eq!(pinned.len(), 47);
    wrong.extend(differences(
        "at on-demand",
        &[mean(&pinned)],
        &[PINNED],
        0.000_51,
    ));
    assert!(wrong.is_empty(), "{wrong:#?}");
}
