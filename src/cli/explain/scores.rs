//! Scores in words: by what a placement ranked a pool, with what that was made of.

use crate::experiment::amount;
use crate::journal::Score;
use crate::model::{Placement, Scoring, Weights};
use crate::units::Money;

use super::tale::long;

/// By what a pool was ranked.
pub(super) fn score(placement: &Placement, score: &Score, currency: &str) -> String {
    let Placement::Scored(scored) = placement else {
        return String::new();
    };
    let cost = || format!("{} {currency}", amount(score.cost.as_units()));
    match scored.by {
        Scoring::Weighted(weights) => weighted(&weights, score, currency),
        Scoring::DataGravity => format!("{} GB would move", gigabytes(score)),
        Scoring::LatencyFirst => format!("{} away", long(score.latency)),
        Scoring::CarbonAware => format!("{} kg CO2e expected", kilograms(score)),
        Scoring::Spread(_) => format!("{} GPUs of its group there", score.value),
        Scoring::DeadlineAware { .. } if score.late => format!(
            "expected to be over in {}, too late, for {}",
            long(score.delay + score.run),
            cost()
        ),
        Scoring::DeadlineAware { .. } => format!(
            "expected to be over in {} for {}",
            long(score.delay + score.run),
            cost()
        ),
    }
}

/// A weighted sum with the terms that count in it.
fn weighted(weights: &Weights, score: &Score, currency: &str) -> String {
    let sum = score.value as f64 / 1e3 / Money::TICKS_PER_UNIT as f64;
    let terms = [
        (
            weights.cost,
            format!("{} {currency}", amount(score.cost.as_units())),
        ),
        (weights.delay, format!("{} of delay", long(score.delay))),
        (weights.data, format!("{} GB to move", gigabytes(score))),
        (weights.latency, format!("{} away", long(score.latency))),
        (weights.carbon, format!("{} kg CO2e", kilograms(score))),
        (
            weights.fragmentation,
            format!("{} GPUs left over", score.fragmentation),
        ),
    ];
    let told = terms.into_iter().filter(|term| 0 < term.0);
    let told: Vec<String> = told.map(|term| term.1).collect();
    format!("score {} ({})", amount(sum), told.join(", "))
}

fn gigabytes(score: &Score) -> String {
    amount(score.data as f64 / 1e9)
}

fn kilograms(score: &Score) -> String {
    amount(score.carbon.0 as f64 / 3.6e18)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Scored;
    use crate::units::{Carbon, Span};

    #[test]
    fn a_weighted_score_is_told_with_its_terms() {
        let weights = Weights {
            cost: 1000,
            delay: 2000,
            ..Weights::default()
        };
        let by = |by: Scoring| {
            Placement::Scored(Scored {
                by,
                from: None,
                ceiling: None,
            })
        };
        // 3.50 + 2 × 1.5 h = 6.50, in thousandths of ticks.
        let made = Score {
            value: 6_500 * Money::TICKS_PER_UNIT,
            cost: Money(7 * Money::TICKS_PER_UNIT / 2),
            delay: Span(90 * 60_000),
            data: 250_000_000_000,
            latency: Span(20),
            carbon: Carbon(7_200_000_000_000_000_000),
            run: Span::HOUR,
            ..Score::default()
        };
        let words = |placement: &Placement| score(placement, &made, "USD");
        assert_eq!(
            words(&by(Scoring::Weighted(weights))),
            "score 6.50 (3.50 USD, 1.50 h of delay)"
        );
        assert_eq!(words(&by(Scoring::DataGravity)), "250 GB would move");
        assert_eq!(words(&by(Scoring::CarbonAware)), "2 kg CO2e expected");
        let slack = Span::ZERO;
        assert_eq!(
            words(&by(Scoring::DeadlineAware { slack })),
            "expected to be over in 2.50 h for 3.50 USD"
        );
        assert_eq!(words(&Placement::PrivateOnly), "");
    }
}
