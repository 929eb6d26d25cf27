//! Who listens to a replication: the metrics, and what the relaxed bound looks at.

use crate::journal::{
    BudgetRecord, Circumstance, Deletion, Fact, FailoverRecord, JobRecord, Justification,
    MoveRecord, Movement, Observer, PhaseRecord, PoolRecord, Posting, RecoveryRecord, RuleRecord,
    RunRecord, ServiceRecord,
};
use crate::metrics::Fold;
use crate::model::Timeline;
use crate::units::{JobId, Money, SimTime, Span};

use super::bound::{Bound, Done};

/// Passes everything on to the metrics, and what the bound needs to it.
pub(super) struct Watch<'a> {
    fold: &'a mut Fold,
    bound: Option<&'a Bound<'a>>,
    timeline: &'a Timeline,
    done: &'a mut Done,
}

impl<'a> Watch<'a> {
    /// Listens to a run in the world of `timeline`.
    pub(super) fn new(
        fold: &'a mut Fold,
        bound: Option<&'a Bound<'a>>,
        timeline: &'a Timeline,
        done: &'a mut Done,
    ) -> Self {
        if let Some(bound) = bound {
            bound.begin(timeline, done);
        }
        Self {
            fold,
            bound,
            timeline,
            done,
        }
    }

    /// Tells the metrics of the bound, now that the run is over.
    pub(super) fn tell_bound(self) {
        if let Some(bound) = self.bound {
            self.fold.bounded_by(bound.cost(self.timeline, self.done));
        }
    }
}

// What is not passed on here would be missing from the metrics without a word.
#[warn(clippy::missing_trait_methods)]
impl Observer for Watch<'_> {
    fn begin(&mut self, of_class: &[u32]) {
        self.fold.begin(of_class);
    }
    fn fact(&mut self, at: SimTime, fact: Fact) {
        self.fold.fact(at, fact);
    }
    fn job(&mut self, record: &JobRecord) {
        self.fold.job(record);
        if let Some(bound) = self.bound {
            bound.job(record, self.timeline, self.done);
        }
    }
    fn charged_later(&mut self, job: JobId, egress: Money) {
        self.fold.charged_later(job, egress);
    }
    fn left(&mut self, job: JobId, done: Span, unsaved: Span) {
        self.fold.left(job, done, unsaved);
        if let Some(bound) = self.bound {
            bound.left(done, self.done);
        }
    }
    fn pool(&mut self, record: &PoolRecord) {
        self.fold.pool(record);
        if let Some(bound) = self.bound {
            bound.pool(record, self.done);
        }
    }
    fn service(&mut self, record: &ServiceRecord) {
        self.fold.service(record);
    }
    fn rule(&mut self, record: &RuleRecord) {
        self.fold.rule(record);
    }
    fn phase(&mut self, record: &PhaseRecord) {
        self.fold.phase(record);
    }
    fn budget(&mut self, record: &BudgetRecord) {
        self.fold.budget(record);
    }
    fn recovery(&mut self, record: &RecoveryRecord) {
        self.fold.recovery(record);
    }
    fn failover(&mut self, record: &FailoverRecord) {
        self.fold.failover(record);
    }
    fn circumstance(&mut self, at: SimTime, circumstance: &Circumstance) {
        self.fold.circumstance(at, circumstance);
    }
    fn movement(&mut self, at: SimTime, movement: &Movement) {
        self.fold.movement(at, movement);
    }
    fn deleted(&mut self, at: SimTime, deletion: &Deletion) {
        self.fold.deleted(at, deletion);
    }
    fn proven(&mut self, at: SimTime, deletion: &Deletion) {
        self.fold.proven(at, deletion);
    }
    fn moved_against(&mut self, record: &MoveRecord) {
        self.fold.moved_against(record);
    }
    fn justified(&mut self, justification: &Justification) {
        self.fold.justified(justification);
    }
    fn posting(&mut self, posting: &Posting) {
        self.fold.posting(posting);
    }
    fn run(&mut self, record: &RunRecord) {
        self.fold.run(record);
        if let Some(bound) = self.bound {
            bound.run(record, self.done);
        }
    }
}

#[cfg(test)]
mod tests {
    /// Whatever an observer may hear, the metrics must hear through this one.
    #[test]
    fn everything_is_passed_on() {
        let listens = include_str!("../journal/fact.rs");
        let (_, listens) = listens.split_once("pub trait Observer").unwrap();
        let (listens, _) = listens.split_once("\n}\n").unwrap();
        let passes = include_str!("watch.rs");
        let mut heard = 0;
        for words in listens.split("fn ").skip(1) {
            let (name, _) = words.split_once('(').unwrap();
            let passed = format!("self.fold.{name}(");
            assert!(
                passes.contains(&passed),
                "{name} is not passed on to the metrics"
            );
            heard += 1;
        }
        assert!(heard > 12, "{heard}");
    }
}
