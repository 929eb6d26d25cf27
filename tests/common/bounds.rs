//! No run costs less than the relaxed bound.

use plimsoll::experiment::{Bound, Done};
use plimsoll::model::{Model, Timeline};
use plimsoll::units::{Money, StrategyId};

use super::Everything;
use super::checks::Run;

/// What all postings add up to.
pub fn paid(heard: &Everything) -> Money {
    heard.postings.iter().map(|posting| posting.amount).sum()
}

/// What no plan can go below that does what was heard; `None` if nothing can be rented.
pub fn bound(
    model: &Model,
    timeline: &Timeline,
    strategy: usize,
    heard: &Everything,
) -> Option<Money> {
    let bound = Bound::of(model, StrategyId::from(strategy))?;
    let mut done = Done::default();
    bound.begin(timeline, &mut done);
    for record in &heard.jobs {
        if let Some((_, progress)) = heard.left.iter().find(|(job, _)| *job == record.job) {
            bound.left(*progress, &mut done);
        }
        bound.job(record, timeline, &mut done);
    }
    for record in &heard.pools {
        bound.pool(record, &mut done);
    }
    bound.run(&heard.run, &mut done);
    Some(bound.cost(timeline, &done))
}

/// The run costs no less than its bound.
pub fn bounded(run: &Run<'_>) {
    if let Some(bound) = bound(run.model, run.timeline, run.strategy, run.heard) {
        let paid = paid(run.heard);
        assert!(bound <= paid, "{} is paid, bound {}", paid.0, bound.0);
    }
}
