//! How a strategy ranks pools, in the words of evidence.

use crate::model::{Model, Scored, Scoring, Weights};
use crate::record::{ScoreUnit, ScoringWords, Term};
use crate::strategy::Strategy;

/// By what a strategy ranks pools at first, and from the phases on that change it.
pub(super) fn scorings_of(
    model: &Model,
    strategy: &Strategy,
) -> Vec<(Option<u16>, Option<ScoringWords>)> {
    let all = strategy.scorings().into_iter();
    all.map(|(phase, scored)| (phase, scored.map(|scored| words(model, &scored))))
        .collect()
}

fn words(model: &Model, scored: &Scored) -> ScoringWords {
    let from = scored.from.filter(|_| scored.asks_latency());
    let bare = |by, unit| ScoringWords {
        by,
        unit,
        // Of what is alike the cheaper comes first.
        terms: vec![Term::Cost],
        weights: Vec::new(),
        slack_ms: None,
        from: from.map(|site| model.sites[site.index()].name.clone()),
    };
    match scored.by {
        Scoring::Weighted(weights) => ScoringWords {
            terms: counted(&weights).map(|(term, ..)| term).collect(),
            weights: counted(&weights)
                .map(|(_, name, weight)| (name, weight))
                .collect(),
            ..bare("weighted", ScoreUnit::Sum)
        },
        Scoring::DataGravity => bare("data-gravity", ScoreUnit::Bytes),
        Scoring::LatencyFirst => bare("latency-first", ScoreUnit::Milliseconds),
        Scoring::CarbonAware => bare("carbon-aware", ScoreUnit::Grams),
        Scoring::Spread(_) => bare("spread", ScoreUnit::Gpus),
        Scoring::DeadlineAware { slack } => ScoringWords {
            terms: vec![Term::Delay, Term::Run, Term::Cost],
            slack_ms: Some(slack.0),
            ..bare("deadline-aware", ScoreUnit::CostOrEnd)
        },
    }
}

/// The terms that count in a weighted sum.
fn counted(weights: &Weights) -> impl Iterator<Item = (Term, &'static str, u64)> {
    let all = [
        (Term::Cost, "cost", weights.cost),
        (Term::Delay, "delay", weights.delay),
        (Term::Data, "data", weights.data),
        (Term::Latency, "latency", weights.latency),
        (Term::Carbon, "carbon", weights.carbon),
        (Term::Fragmentation, "fragmentation", weights.fragmentation),
    ];
    all.into_iter().filter(|(_, _, weight)| 0 < *weight)
}
