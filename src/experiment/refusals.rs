//! What one rule did in a run.

use std::collections::{BTreeMap, BTreeSet};

use crate::journal::{Cause, Fact, JobRecord, Justification, Observer, RuleMode, RuleRecord};
use crate::units::{JobId, PoolId, SimTime};

/// Whom a rule refused what, and who ran against it.
#[derive(Clone, Debug, Default)]
pub struct Refusals {
    rule: usize,
    /// By pool, decisions in which it was refused, and the jobs.
    pub refused: BTreeMap<PoolId, (u64, BTreeSet<JobId>)>,
    /// Jobs that it refused something.
    jobs: BTreeSet<JobId>,
    /// What jobs that it refused something waited for rules, in ms, and how many waited so.
    pub waited: (u64, u64),
    /// What it says of itself at the horizon, by pool.
    pub violations: Vec<RuleRecord>,
    /// When its mode changed.
    pub changes: Vec<(SimTime, RuleMode)>,
    /// Jobs that it made leave.
    pub evicted: u64,
}

impl Refusals {
    /// Listens for one rule, by its place in the model.
    pub fn of(rule: usize) -> Self {
        Self {
            rule,
            ..Self::default()
        }
    }

    /// How many jobs it refused something.
    pub fn jobs(&self) -> usize {
        self.jobs.len()
    }
}

impl Observer for Refusals {
    const JUSTIFIES: bool = true;

    fn fact(&mut self, at: SimTime, fact: Fact) {
        match fact {
            Fact::RuleChanged(rule, mode) if usize::from(rule) == self.rule => {
                self.changes.push((at, mode));
            }
            Fact::Evicted(job, _) if self.jobs.contains(&job) => self.evicted += 1,
            _ => {}
        }
    }

    fn justified(&mut self, why: &Justification) {
        for found in &why.considered {
            if found.refusing & 1 << self.rule != 0 {
                let count = self.refused.entry(found.pool).or_default();
                count.0 += 1;
                count.1.insert(why.job);
                self.jobs.insert(why.job);
            }
        }
    }

    fn job(&mut self, record: &JobRecord) {
        let waited = record.waits[Cause::Rule];
        if waited > 0 && self.jobs.contains(&record.job) {
            self.waited.0 += waited;
            self.waited.1 += 1;
        }
    }

    fn rule(&mut self, record: &RuleRecord) {
        if record.rule.map(usize::from) == Some(self.rule) {
            self.violations.push(*record);
        }
    }
}
