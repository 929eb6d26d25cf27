//! Luck that prices, contracts and hardware share: what is declared is what is sampled, and nothing else moves.

use crate::common::Everything;
use plimsoll::dice::Dice;
use plimsoll::engine::{Scratch, simulate};
use plimsoll::journal::{Item, Posting};
use plimsoll::model::{Model, Timeline, compile};
use plimsoll::scenario::load_text;
use plimsoll::strategy::Strategy;
use plimsoll::units::{Money, PoolId, Price, SimTime, StrategyId};

const ESTATE: &str = r#"
[scenario]
name          = "factors"
start         = 2026-01-05T00:00:00Z
horizon       = "1 d"
reference_gpu = "h200"

[[site]]
name         = "dc"
kind         = "private"
jurisdiction = "DE"

[[site]]
name = "host"
kind = "hosted"

[[site]]
name    = "aws"
catalog = "aws-us-east-2"

[[pool]]
name  = "own"
site  = "dc"
gpu   = "h200"
nodes = 1
offer = { kind = "owned", tco = "h200-4y" }

[[pool]]
name  = "contract"
site  = "host"
gpu   = "h200"
nodes = 1
offer = { kind = "hosted", price = "3 USD/GPU-h", renewal = { at = "12 h", price = "4 USD/GPU-h" } }

[[pool]]
name  = "spot"
site  = "aws"
gpu   = "h200"
offer = { kind = "spot", price = "2 USD/GPU-h", quota = 8 }

[[pool]]
name  = "on-demand"
site  = "aws"
gpu   = "h200"
offer = { kind = "on-demand", quota = 8 }

[[demand]]
name      = "research"
generator = { preset = "shared-research", load = 0.4 }
drop      = ["unplaceable"]

[[strategy]]
name      = "out at once"
queue     = { kind = "fit-first" }
placement = { kind = "cheapest" }
"#;

const FACTORS: &str = r#"
[[factor]]
name   = "spot"
moves  = "spot-prices"
spread = 0.3

[[factor]]
name   = "renewals"
moves  = "contract-renewals"
spread = 0.2

[[factor]]
name   = "resale"
moves  = "residual-values"
spread = 0.25
"#;

const TOGETHER: &str = r#"
[[correlation]]
of = ["spot", "renewals"]
is = 0.7

[[correlation]]
of = ["renewals", "resale"]
is = 0.5
"#;

fn model(more: &str) -> Model {
    let scenario = load_text("factors.toml", &format!("{ESTATE}{more}"), &[]);
    let scenario = scenario.unwrap_or_else(|problems| panic!("{}", problems.render(false)));
    let compiled = compile(&scenario);
    compiled
        .unwrap_or_else(|problems| panic!("{}", problems.render(false)))
        .model
}

fn world(model: &Model, replication: u32) -> (Timeline, Dice) {
    let mut timeline = Timeline::default();
    let dice = Dice {
        seed: 1,
        replication,
    };
    Timeline::sample(model, &dice, &mut timeline);
    (timeline, dice)
}

fn live(model: &Model, replication: u32) -> (Timeline, Everything) {
    let (timeline, dice) = world(model, replication);
    let strategy = Strategy::prepare(model, StrategyId(0));
    let mut heard = Everything::default();
    let scratch = &mut Scratch::default();
    simulate(model, &strategy, &timeline, &dice, scratch, &mut heard).unwrap();
    (timeline, heard)
}

const REPLICATIONS: u32 = 1_500;

/// The normal scores of spot prices, renewals and residual values, read back from prices; and the sum of the spot
/// price and the renewed one.
fn scores(model: &Model) -> Vec<([f64; 3], f64)> {
    let read = |replication| {
        let (timeline, _) = world(model, replication);
        let tariffs = timeline.tariffs.unwrap();
        let price = |pool: u16, hour: u64| {
            tariffs
                .price_at(PoolId(pool), SimTime(hour * 3_600_000))
                .as_units()
        };
        let (spot, anew) = (price(2, 0), price(1, 12));
        assert!(
            (price(1, 11) - 3.0).abs() < 1e-9,
            "a contract holds until it is renewed"
        );
        assert!(
            (price(3, 0) - 7.91).abs() < 1e-9,
            "nothing moves on-demand prices"
        );
        // An hour of the whole price written off costs 50,000 ÷ 35,040 less, and its interest 50,000 × .08 ÷ 17,520
        // more, so the price says what the hardware is worth.
        let slope = 50_000.0 / 35_040.0 - 50_000.0 * 0.08 / 17_520.0;
        let worth = 0.15 + (2.495_268 - price(0, 0)) / slope;
        let scores = [
            libm::log(spot / 2.0) / 0.3,
            libm::log(anew / 4.0) / 0.2,
            libm::log(worth / 0.15) / 0.25,
        ];
        (scores, spot + anew)
    };
    (0..REPLICATIONS).map(read).collect()
}

fn moment(draws: &[([f64; 3], f64)], one: usize, other: usize) -> f64 {
    draws
        .iter()
        .map(|draw| draw.0[one] * draw.0[other])
        .sum::<f64>()
        / draws.len() as f64
}

/// Moments of standard normal numbers are known to √((1 + ρ²) ÷ n).
fn is_near(measured: f64, declared: f64) {
    let error = libm::sqrt((1.0 + declared * declared) / f64::from(REPLICATIONS));
    assert!(
        (measured - declared).abs() < 4.0 * error,
        "{measured} for {declared}"
    );
}

fn variance_of_sum(draws: &[([f64; 3], f64)]) -> f64 {
    let n = draws.len() as f64;
    let mean = draws.iter().map(|draw| draw.1).sum::<f64>() / n;
    draws
        .iter()
        .map(|draw| (draw.1 - mean) * (draw.1 - mean))
        .sum::<f64>()
        / n
}

#[test]
fn what_is_declared_is_sampled_and_sums_spread_wider_together() {
    let together = scores(&model(&format!("{FACTORS}{TOGETHER}")));
    let apart = scores(&model(FACTORS));
    for (draws, declared) in [(&together, [0.7, 0.5, 0.0]), (&apart, [0.0; 3])] {
        for factor in 0..3 {
            is_near(moment(draws, factor, factor), 1.0);
        }
        is_near(moment(draws, 0, 1), declared[0]);
        is_near(moment(draws, 1, 2), declared[1]);
        is_near(moment(draws, 0, 2), declared[2]);
    }
    // 2 e^(.3 z) and 4 e^(.2 z'): standard deviations of about .63 and .83; their product, 1.04, times ρ twice is
    // added to the sum of their squares, 1.08.
    let (wide, narrow) = (variance_of_sum(&together), variance_of_sum(&apart));
    assert!((1.4..2.0).contains(&(wide / narrow)), "{wide} {narrow}");
}

#[test]
fn a_factor_without_spread_changes_nothing() {
    let still = FACTORS
        .replace("0.3", "0.0")
        .replace("0.25", "0.0")
        .replace("0.2", "0.0");
    let (_, with) = live(&model(&still), 3);
    let (_, without) = live(&model(""), 3);
    assert!(with == without);
}

#[test]
fn factors_move_no_other_luck_and_the_books_still_balance() {
    let (plain, _) = world(&model(""), 5);
    let (timeline, heard) = live(&model(&format!("{FACTORS}{TOGETHER}")), 5);
    assert_eq!(
        (&plain.requests, &plain.weather),
        (&timeline.requests, &timeline.weather)
    );
    let tariffs = timeline.tariffs.unwrap();
    for pool in &heard.pools {
        let mine = |line: &&Posting| {
            line.pool() == Some(pool.pool) && matches!(line.item, Item::Capacity(_))
        };
        let posted: Money = heard
            .postings
            .iter()
            .filter(mine)
            .map(|line| line.amount)
            .sum();
        assert_eq!(posted, pool.charged, "{:?}", pool.pool);
    }
    // Eight GPUs of our own for a day at the price of this replication, which is not that of the catalog.
    let price = tariffs.price_at(PoolId(0), SimTime::ZERO);
    assert_ne!(price, Price(2_495_268));
    let day = 8_000 * 86_400_000 * i128::from(price.0);
    assert_eq!(heard.pools[0].charged, Money(day));
}
