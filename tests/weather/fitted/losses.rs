//! How much goes when some goes: instances of a zone that are nearly always all there or all gone.

use plimsoll::dice::Dice;
use plimsoll::process::{Law, Losses, MarketTier, RegionalFactor, ZoneMarket};
use plimsoll::trace::{CapacityKind, CapacitySteps, Limits, SkyPilot, read_capacity};
use plimsoll::units::Span;

use super::{differences, mean, number, per_cent, row};

/// How many nodes a loss takes on average, the part of losses that takes all that there can be, and the part
/// of time with some nodes but not all.
type Loss = [f64; 3];

/// Three zones probed with 16 nodes in August 2023 (SkyPilot spot traces): least and most of the three.
const RECORDED: [(f64, f64); 3] = [(6.7, 11.0), (0.12, 0.46), (0.03, 0.17)];

/// Three zones in which 4 nodes were held, August 2023: `us-east-1f`, `us-east-2a`, `us-west-2c`.
const HELD: [(&str, Loss); 3] = [
    ("us-east-1f", [1.43, 0.015, 0.079]),
    ("us-east-2a", [1.25, 0.0, 0.037]),
    ("us-west-2c", [1.82, 0.072, 0.049]),
];

fn statistics(steps: &CapacitySteps) -> Loss {
    let all = steps.most();
    let mut losses = Vec::new();
    let mut partial = 0;
    for pair in steps.steps.windows(2) {
        let ((from, before), (until, after)) = (pair[0], pair[1]);
        if after < before {
            losses.push(f64::from(before - after));
        }
        if (1..all).contains(&before) {
            partial += until.since(from).0;
        }
    }
    let whole = losses
        .iter()
        .filter(|loss| **loss == f64::from(all))
        .count();
    [
        mean(&losses),
        whole as f64 / losses.len() as f64,
        partial as f64 / steps.end.0 as f64,
    ]
}

/// 16 instances of the scarce tier for 2,000 days.
fn sampled() -> Loss {
    let tier = MarketTier::Scarce;
    let end = Span(2_000 * Span::DAY.0);
    let dice = Dice {
        seed: 20_230_215,
        replication: 3,
    };
    let shared = RegionalFactor::of_tier(tier);
    let size = Law::Constant(16.0);
    let losses = Losses::usual();
    let zone = ZoneMarket::new(tier.up(), tier.down(), Some(&shared), size, losses).unwrap();
    let (mut factor, mut steps) = (Vec::new(), Vec::new());
    shared.sample(&dice, dice.key("region", "r"), end, &mut factor);
    zone.sample(&dice, dice.key("zone", "a"), end, &[&factor], &mut steps);
    // Capacity that returns is whole at once.
    assert!(
        steps
            .windows(2)
            .all(|two| two[1].1 < two[0].1 || two[1].1 == 16)
    );
    statistics(&CapacitySteps {
        zone: String::new(),
        steps,
        end,
    })
}

pub(crate) fn table() -> String {
    let head = [
        "",
        "mean loss",
        "losses that take all",
        "time with a part of the capacity",
    ];
    let mut out = row(&head.map(str::to_owned));
    out.push_str("|---|---|---|---|\n");
    let [loss, all, partial] = sampled();
    let name = "16 instances, sampled".to_owned();
    out.push_str(&row(&[
        name,
        number(loss, 1),
        per_cent(all),
        per_cent(partial),
    ]));
    let [loss, all, partial] = RECORDED;
    out.push_str(&row(&[
        "16 nodes, recorded in three zones".to_owned(),
        format!("{} to {:.0}", loss.0, loss.1),
        format!("{:.0} to {}", all.0 * 100.0, per_cent(all.1)),
        format!("{:.0} to {}", partial.0 * 100.0, per_cent(partial.1)),
    ]));
    for (zone, [loss, all, partial]) in HELD {
        let name = format!("4 nodes held in {zone}");
        out.push_str(&row(&[
            name,
            number(loss, 1),
            per_cent(all),
            per_cent(partial),
        ]));
    }
    out
}

#[test]
fn sixteen_instances_come_and_go_nearly_all_at_once() {
    for (found, (least, most)) in sampled().iter().zip(RECORDED) {
        assert!((least..most).contains(found), "{found}");
    }
}

#[test]
fn the_nodes_that_were_held_are_told_rightly() {
    let held = SkyPilot {
        kind: CapacityKind::Preemption,
        tick: None,
        skip_start: false,
    };
    let mut wrong = Vec::new();
    for (zone, told) in HELD {
        let file =
            format!("skypilot-spot/preemption__4-node__aws-08-03-2023__{zone}_v100_1.json.gz");
        let Some(sources) = super::data::open(&[file]) else {
            return;
        };
        let (history, _) = read_capacity(sources, &held, &Limits::default()).unwrap();
        let found = statistics(&history.steps()[0]);
        wrong.extend(differences(zone, &found, &told, 0.0051));
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}
