//! A placement judged by its scores: what was taken has the best of those that nothing stood before, and each score is what
//! its terms come to.

use std::collections::BTreeMap;

use serde_json::Value as Json;

/// What scores of a weighted sum are made of, by their names in weights and in lines, and how many make the unit that
/// counts.
const TERMS: [(&str, &str, f64); 6] = [
    ("cost", "cost", 1.0),
    ("delay", "delay_ms", 3_600_000.0),
    ("data", "data_bytes", 1e9),
    ("latency", "latency_ms", 1.0),
    ("carbon", "carbon_g", 1000.0),
    ("fragmentation", "gpus_left_over", 1.0),
];

/// Judges a placement; says whether it tells scores.
pub(super) fn judge(scoring: &Json, line: &Json) -> Result<bool, String> {
    let Some(all) = line["scores"].as_array() else {
        return Ok(false);
    };
    if scoring.is_null() {
        return Err("tells scores of a strategy that has none".to_owned());
    }
    if 8 < all.len() {
        return Err("tells more than eight scores".to_owned());
    }
    let name = |of: &Json| of["pool"].as_str().unwrap().to_owned();
    let scores: BTreeMap<String, &Json> = all.iter().map(|score| (name(score), score)).collect();
    let taken = name(&line["destination"]);
    let Some(own) = scores.get(&taken) else {
        return Err("does not tell the score of what it takes".to_owned());
    };
    for score in all {
        adds_up(scoring, score)?;
    }
    let best = rank(own);
    for other in line["alternatives"].as_array().unwrap() {
        let is_free = other["bar"].is_null();
        let is_ranked = !other["place"].is_null();
        match scores.get(&name(other)) {
            Some(score) if is_free && rank(score) < best => {
                return Err(format!("takes {taken}, and {} is better", name(other)));
            }
            None if is_free && is_ranked && line["scores_left_off"].is_null() => {
                return Err(format!("does not tell the score of {}", name(other)));
            }
            _ => {}
        }
    }
    Ok(true)
}

/// Whether it is late, and its score: the least is best.
fn rank(score: &Json) -> (bool, f64) {
    (score["late"] == true, number(&score["score"]))
}

fn number(value: &Json) -> f64 {
    value.as_f64().unwrap()
}

/// A score is what its terms come to, up to what is rounded away.
fn adds_up(scoring: &Json, score: &Json) -> Result<(), String> {
    let told = number(&score["score"]);
    let is_late = score["late"] == true;
    let expected = match scoring["by"].as_str().unwrap() {
        "weighted" => TERMS
            .iter()
            .filter_map(|(weight, term, unit)| {
                let weight = scoring["weights"][weight].as_f64()?;
                Some(weight * number(&score[term]) / unit)
            })
            .sum(),
        "deadline-aware" if !is_late => number(&score["cost"]),
        // What is counted there is told once.
        _ => told,
    };
    let rounded = 1e-4 + expected.abs() * 1e-9;
    if (told - expected).abs() <= rounded {
        Ok(())
    } else {
        Err(format!("{score} should be {expected}"))
    }
}
