//! Scores in evidence: what placements that rank all pools tell of them, by hand; and an order that is turned round is
//! found out.

use crate::common::auditor::{evidence, judge};
use crate::common::cases::{quietly, runner};
use crate::common::clouds::{HOUR, MINUTE, rented_pool, terms, world};
use crate::common::owned;
use crate::common::phases::{phase, then};
use crate::common::storms::stormy_worlds;
use crate::common::told::lines;
use crate::common::worlds::{Row, timeline};
use plimsoll::model::{
    Begins, Class, Model, Packing, Placement, Rented, Scored, Scoring, Timeline, Weights,
};
use plimsoll::units::{SimTime, Span};
use proptest::prelude::*;
use serde_json::{Value as Json, json};

fn by(by: Scoring) -> Placement {
    Placement::Scored(Scored {
        by,
        ceiling: None,
        from: None,
    })
}

/// An hour's delay is worth 10 USD.
fn weighted() -> Scoring {
    Scoring::Weighted(Weights {
        cost: 1000,
        delay: 10_000,
        ..Weights::default()
    })
}

/// Four owned GPUs, and rented nodes of four at 3 USD/GPU-h.
fn hybrid(scoring: Scoring) -> Model {
    let pools = vec![owned("own", 1, 4, Packing::Count), rented_pool(terms())];
    world(pools, by(scoring))
}

/// As `placements.rs` works it out: the second goes out, the third waits for home.
fn rows() -> [Row; 3] {
    [
        Row::of(0, 4, 3 * HOUR),
        Row::of(MINUTE, 4, HOUR),
        Row::of(108 * MINUTE, 4, HOUR),
    ]
}

fn placed(model: &Model, world: &Timeline) -> Vec<Json> {
    let text = evidence(model, world);
    let all = lines(&text).filter(|line| line["kind"] == "placement");
    all.collect()
}

fn judged(text: &str) -> crate::common::auditor::Judged {
    judge(text, &|_, _, _, _| Some(false))
}

#[test]
fn each_pool_is_told_with_what_its_score_is_made_of() {
    let mut model = hybrid(weighted());
    let world = timeline(&mut model, &rows());
    let text = evidence(&model, &world);
    let first = lines(&text).next().unwrap();
    let expected =
        json!({ "by": "weighted", "unit": "USD", "weights": { "cost": 1.0, "delay": 10.0 } });
    assert_eq!(first["scoring"], expected);
    let placed = placed(&model, &world);
    let expected = [
        // Home costs nothing more; the cloud four GPUs for three hours at 3.
        json!([
            { "pool": "own", "score": 0.0, "cost": 0.0, "delay_ms": 0 },
            { "pool": "cloud", "score": 36.0, "cost": 36.0, "delay_ms": 0 },
        ]),
        // Home has room at 3:00, 179 minutes away: 179 ÷ 60 × 10 = 29.833333.
        json!([
            { "pool": "cloud", "score": 12.0, "cost": 12.0, "delay_ms": 0 },
            { "pool": "own", "score": 29.833333, "cost": 0.0, "delay_ms": 10_740_000 },
        ]),
        json!([
            { "pool": "own", "score": 0.0, "cost": 0.0, "delay_ms": 0 },
            { "pool": "cloud", "score": 12.0, "cost": 12.0, "delay_ms": 0 },
        ]),
    ];
    let scores: Vec<&Json> = placed.iter().map(|line| &line["scores"]).collect();
    assert_eq!(scores, expected.iter().collect::<Vec<_>>());
    let judged = judged(&text);
    assert_eq!((judged.scored, judged.wrong), (3, Vec::new()));
}

/// A deadline of two hours: who could be over in time only elsewhere goes there; what is late ranks by its end.
#[test]
fn what_would_be_late_is_told_so() {
    let mut model = hybrid(Scoring::DeadlineAware {
        slack: Span(MINUTE),
    });
    model.classes[0] = Class {
        deadline: Some(Span(2 * HOUR)),
        ..model.classes[0].clone()
    };
    let world = timeline(&mut model, &rows()[..2]);
    let placed = placed(&model, &world);
    // Three hours are late wherever they are done: at 3:00, 10,800,000 ms after the beginning. Of equals the cheaper.
    let late = |pool: &str, cost: f64| json!({ "pool": pool, "late": true, "score": 10_800_000, "delay_ms": 0, "run_ms": 10_800_000, "cost": cost });
    assert_eq!(
        placed[0]["scores"],
        json!([late("own", 0.0), late("cloud", 36.0)])
    );
    // In the cloud the second is over at 1:01; at home, from 3:00 on, at 4:00, 14,400,000 ms.
    let second = json!([
        { "pool": "cloud", "score": 12.0, "delay_ms": 0, "run_ms": 3_600_000, "cost": 12.0 },
        { "pool": "own", "late": true, "score": 14_400_000, "delay_ms": 10_740_000, "run_ms": 3_600_000, "cost": 0.0 },
    ]);
    assert_eq!(placed[1]["scores"], second);
}

/// Ten clouds, each dearer than the one before, of which the last has room alone: eight are told, the last among them.
#[test]
fn of_many_pools_the_best_and_the_taken_one_are_told() {
    let clouds = (0..10u64).map(|number| plimsoll::model::Pool {
        name: format!("cloud-{number}"),
        ..rented_pool(Rented {
            prices: plimsoll::model::PriceSteps::constant(plimsoll::units::Price(
                (number + 1) * 1_000_000,
            )),
            quota: Some(if number < 9 { 0 } else { 4 }),
            ..terms()
        })
    });
    let mut model = world(clouds.collect(), by(weighted()));
    let world = timeline(&mut model, &[Row::of(0, 4, HOUR)]);
    let placed = placed(&model, &world);
    // A quota of nothing could never hold it: only the last is ranked at all.
    assert_eq!(placed[0]["scores"].as_array().unwrap().len(), 1);
    assert!(placed[0]["scores_left_off"].is_null());
    for pool in &mut model.pools {
        if let plimsoll::model::Supply::Rented(terms) = &mut pool.supply {
            terms.quota = Some(4);
        }
    }
    let world = timeline(
        &mut model,
        &(0..10).map(|_| Row::of(0, 4, HOUR)).collect::<Vec<_>>(),
    );
    let placed = self::placed(&model, &world);
    assert_eq!(placed.len(), 10);
    for (number, line) in placed.iter().enumerate() {
        let told = line["scores"].as_array().unwrap();
        let costs: Vec<f64> = told
            .iter()
            .map(|score| score["score"].as_f64().unwrap())
            .collect();
        // Four GPUs for an hour in cloud n cost 4 (n + 1).
        let mut expected: Vec<f64> = (1..=7).map(|cost| f64::from(cost * 4)).collect();
        expected.push((number.max(7) + 1) as f64 * 4.0);
        assert_eq!(costs, expected, "{number}");
        assert_eq!(line["scores_left_off"], 2);
    }
}

/// From a phase on pools rank otherwise: that is told, and scores are told as they count then.
#[test]
fn a_phase_that_changes_the_order_is_told() {
    let mut model = hybrid(Scoring::DataGravity);
    let mut change = phase("weigh", 0, 1);
    change.begins = Begins::At(SimTime(HOUR));
    change.planned_start = SimTime(HOUR);
    model.rollout.phases = vec![change];
    model.rollout.later = vec![vec![then(&model, 0, Some(by(weighted())), None)]];
    let rows = [Row::of(0, 1, HOUR), Row::of(2 * HOUR, 1, HOUR)];
    let world = timeline(&mut model, &rows);
    let text = evidence(&model, &world);
    let turned: Vec<Json> = lines(&text)
        .filter(|line| line["kind"] == "strategy")
        .collect();
    assert_eq!(turned.len(), 1, "{turned:?}");
    assert_eq!(turned[0]["subject"]["phase"], "weigh");
    assert_eq!(turned[0]["scoring"]["by"], "weighted");
    let placed = placed(&model, &world);
    let first = |line: &Json| line["scores"][0].clone();
    assert_eq!(
        first(&placed[0]),
        json!({ "pool": "own", "score": 0, "cost": 0.0 })
    );
    assert_eq!(
        first(&placed[1]),
        json!({ "pool": "own", "score": 0.0, "cost": 0.0, "delay_ms": 0 })
    );
    assert_eq!(judged(&text).wrong, Vec::<String>::new());
}

/// The scores of two pools, exchanged in a line whose pool was taken before one in which nothing stood: as if the worse one
/// had been taken.
fn turned_round(line: &str) -> Option<String> {
    let mut line: Json = serde_json::from_str(line).ok()?;
    let scores = line["scores"].as_array()?;
    let differ = |pair: &[Json]| {
        (pair[0]["late"] == pair[1]["late"])
            && pair[0]["score"].as_f64() < pair[1]["score"].as_f64()
    };
    let first = scores.windows(2).position(differ)?;
    let pools = [first, first + 1].map(|at| line["scores"][at]["pool"].clone());
    line["scores"][first]["pool"] = pools[1].clone();
    line["scores"][first + 1]["pool"] = pools[0].clone();
    Some(line.to_string())
}

#[test]
fn in_random_worlds_the_best_that_is_free_is_taken() {
    let sum = std::cell::Cell::new((0, 0, 0));
    runner(6)
        .run(&stormy_worlds(), |(mut model, timeline)| {
            let ranks = |placement: &Placement| matches!(placement, Placement::Scored(_));
            model
                .strategies
                .retain(|strategy| ranks(&strategy.placement));
            let text = quietly(|| evidence(&model, &timeline))?;
            let found = judged(&text);
            prop_assert!(found.wrong.is_empty(), "{}", found.wrong[0]);
            let forged = text.lines().map(|line| turned_round(line).ok_or(line));
            let mut turned = 0;
            let mut forged_text = String::new();
            for line in forged {
                turned += u64::from(line.is_ok());
                match line {
                    Ok(line) => forged_text.push_str(&line),
                    Err(line) => forged_text.push_str(line),
                }
                forged_text.push('\n');
            }
            let wrong = judged(&forged_text).wrong.len() as u64;
            let (scored, all, caught) = sum.get();
            sum.set((scored + found.scored, all + turned, caught + wrong));
            Ok(())
        })
        .unwrap();
    let (scored, turned, caught) = sum.get();
    // Where the other pool had no room, nobody can tell.
    assert!(
        scored > 2_000 && turned > 30 && caught > 15,
        "{scored} {turned} {caught}"
    );
}
