//! Zones that are up and down: tiers against the zones that they were fitted to.

use plimsoll::dice::Dice;
use plimsoll::process::{Law, Losses, MarketTier, RegionalFactor, ZoneMarket, combine_steps};
use plimsoll::trace::{CapacityKind, CapacitySteps, Limits, SkyPilot, read_capacity};
use plimsoll::units::{SimTime, Span};

use super::{differences, mean, near, number, row};

/// The statistics of a zone: share of time up; mean (hours) and coefficient of variation of complete up
/// times, and of down times.
type Zone = [f64; 5];

/// The recorded zones of a tier and the correlations of the pairs in one region.
struct Recorded {
    tier: MarketTier,
    name: &'static str,
    zones: &'static [(&'static str, Zone)],
    /// Least and most of all pairs.
    correlation: (f64, f64),
}

/// SkyPilot spot traces, availability of one V100 instance, 45.5 days from 2023-02-15, probed each 195 s.
/// One zone of us-east-1 is a tier of its own; pairs of that region count for both.
const RECORDED: [Recorded; 4] = [
    Recorded {
        tier: MarketTier::Good,
        name: "good (us-west-2 a, b, c)",
        zones: &[
            ("us-west-2a", [0.883, 5.76, 2.62, 0.81, 1.42]),
            ("us-west-2b", [0.905, 9.75, 2.58, 1.10, 1.34]),
            ("us-west-2c", [0.891, 6.48, 2.69, 0.84, 1.49]),
        ],
        correlation: (0.39, 0.49),
    },
    Recorded {
        tier: MarketTier::Medium,
        name: "medium (us-east-2 a, b)",
        zones: &[
            ("us-east-2a", [0.759, 5.51, 2.46, 1.81, 1.72]),
            ("us-east-2b", [0.682, 4.27, 1.76, 1.91, 1.44]),
        ],
        correlation: (0.59, 0.59),
    },
    Recorded {
        tier: MarketTier::Scarce,
        name: "scarce (us-east-1 c, d, f)",
        zones: &[
            ("us-east-1c", [0.467, 1.48, 2.12, 1.64, 1.60]),
            ("us-east-1d", [0.447, 1.66, 2.13, 1.87, 1.95]),
            ("us-east-1f", [0.591, 2.18, 2.01, 1.52, 1.83]),
        ],
        correlation: (0.25, 0.53),
    },
    Recorded {
        tier: MarketTier::VeryScarce,
        name: "very scarce (us-east-1 a)",
        zones: &[("us-east-1a", [0.167, 0.72, 1.49, 3.55, 2.60])],
        correlation: (0.25, 0.53),
    },
];

impl Recorded {
    /// The mean of the tier's zones.
    fn mean(&self) -> Zone {
        std::array::from_fn(|place| {
            let values: Vec<f64> = self.zones.iter().map(|zone| zone.1[place]).collect();
            mean(&values)
        })
    }
}

/// Sampled steps in the form of recorded ones, so that both are measured alike.
fn as_recorded(steps: &[(SimTime, bool)], end: Span) -> CapacitySteps {
    CapacitySteps {
        zone: String::new(),
        steps: steps.iter().map(|(at, up)| (*at, u32::from(*up))).collect(),
        end,
    }
}

fn statistics(steps: &CapacitySteps) -> Zone {
    let (up, down) = steps.spells(1);
    [steps.share(1), up.mean_h, up.cv, down.mean_h, down.cv]
}

/// The correlation of two zones' availability over time.
fn correlation(one: &CapacitySteps, other: &CapacitySteps) -> f64 {
    let both = CapacitySteps {
        zone: String::new(),
        steps: combine_steps(&one.steps, &other.steps, std::cmp::Ord::min),
        end: one.end,
    };
    let [one, other, both] = [one, other, &both].map(|steps| steps.share(1));
    (both - one * other) / libm::sqrt(one * (1.0 - one) * other * (1.0 - other))
}

/// One of two zones of a region over 60 years, and their correlation.
fn sampled(tier: MarketTier) -> (Zone, f64) {
    let end = Span(60 * 365 * Span::DAY.0);
    let dice = Dice {
        seed: 20_230_215,
        replication: 0,
    };
    let shared = RegionalFactor::of_tier(tier);
    let size = Law::Constant(1.0);
    let losses = Losses::all_at_once();
    let zone = ZoneMarket::new(tier.up(), tier.down(), Some(&shared), size, losses).unwrap();
    let mut factor = Vec::new();
    shared.sample(&dice, dice.key("region", "r"), end, &mut factor);
    let [one, other] = ["a", "b"].map(|name| {
        let mut steps = Vec::new();
        zone.sample_up(&dice, dice.key("zone", name), end, &[&factor], &mut steps);
        as_recorded(&steps, end)
    });
    (statistics(&one), correlation(&one, &other))
}

pub(crate) fn table() -> String {
    let head =
        "tier (recorded zones)||share up|mean up|cv up|mean down|cv down|correlation of zones";
    let mut out = row(&head.split('|').map(str::to_owned).collect::<Vec<_>>());
    out.push_str("|---|---|---|---|---|---|---|---|\n");
    for recorded in RECORDED {
        let (fitted, pair) = sampled(recorded.tier);
        let (low, high) = recorded.correlation;
        let pairs = if low < high {
            format!("{} to {}", number(low, 2), number(high, 2))
        } else {
            number(low, 2)
        };
        for (name, word, zone, pair) in [
            (recorded.name, "sampled", fitted, number(pair, 2)),
            ("", "recorded", recorded.mean(), pairs),
        ] {
            let mut cells = vec![name.to_owned(), word.to_owned(), number(zone[0], 3)];
            cells.extend(zone[1..].iter().map(|value| number(*value, 2)));
            cells.push(pair);
            out.push_str(&row(&cells));
        }
    }
    out
}

#[test]
fn zones_are_as_those_they_were_fitted_to() {
    // How far a fit by two phases may lie from the mean of few zones: share, mean and cv up, mean and cv down.
    let tolerances = [0.10, 0.12, 0.20, 0.18, 0.25];
    for recorded in RECORDED {
        let (fitted, pair) = sampled(recorded.tier);
        for ((got, wanted), tolerance) in fitted.iter().zip(recorded.mean()).zip(tolerances) {
            near(recorded.name, *got, wanted, tolerance);
        }
        let (low, high) = recorded.correlation;
        assert!(
            (low - 0.02..high + 0.02).contains(&pair),
            "{}: correlation {pair}",
            recorded.name
        );
    }
}

#[test]
fn the_recorded_zones_are_told_rightly() {
    let probes = SkyPilot {
        kind: CapacityKind::Availability,
        tick: None,
        skip_start: false,
    };
    let read = |zone: &str| {
        let file =
            format!("skypilot-spot/availability__1-node__aws-02-15-2023__{zone}_v100_1.json.gz");
        let sources = super::data::open(&[file])?;
        let (history, _) = read_capacity(sources, &probes, &Limits::default()).unwrap();
        history.steps().pop()
    };
    let (mut east, mut wrong) = (Vec::new(), Vec::new());
    for recorded in RECORDED {
        let mut zones = Vec::new();
        for (name, told) in recorded.zones {
            let Some(steps) = read(name) else { return };
            let found = statistics(&steps);
            wrong.extend(differences(name, &found, told, 0.0051));
            zones.push(steps);
        }
        if recorded.name.contains("us-east-1") {
            east.append(&mut zones);
            if east.len() < 4 {
                continue;
            }
            zones = std::mem::take(&mut east);
        }
        let pairs = (0..zones.len()).flat_map(|i| (0..i).map(move |j| (i, j)));
        let all: Vec<f64> = pairs
            .map(|(i, j)| correlation(&zones[i], &zones[j]))
            .collect();
        let low = all.iter().copied().fold(f64::INFINITY, f64::min);
        let high = all.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let (least, most) = recorded.correlation;
        wrong.extend(differences(
            recorded.name,
            &[low, high],
            &[least, most],
            0.0051,
        ));
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}
