//! Which jobs hold GPUs against which rules, and for how long: counted from what is posted, under the rules in force then.

use crate::journal::{Fact, JobRecord, Observer, Posting, RuleMode};
use crate::model::{Masks, Model, Timeline};
use crate::record::JobList;
use crate::strategy::Strategy;
use crate::units::{JobId, Money, SimTime};

/// Keeps the jobs of one run, and what each did against rules.
pub(super) struct Watch<'a> {
    model: &'a Model,
    timeline: &'a Timeline,
    jobs: &'a mut JobList,
    /// The modes of all rules now.
    modes: Vec<RuleMode>,
    /// From when on which rules were in force, the first from the start.
    masks: Vec<(SimTime, Masks)>,
}

impl<'a> Watch<'a> {
    pub(super) fn new(
        model: &'a Model,
        strategy: &Strategy,
        timeline: &'a Timeline,
        jobs: &'a mut JobList,
    ) -> Self {
        let mut modes: Vec<RuleMode> = model.rules.list.iter().map(|rule| rule.mode).collect();
        for &(rule, mode) in strategy.rule_modes() {
            modes[usize::from(rule)] = mode;
        }
        let masks = model.rules.masks(|rule| modes[rule]);
        Self {
            model,
            timeline,
            jobs,
            modes,
            masks: vec![(SimTime::ZERO, masks)],
        }
    }

    /// GPU-time of a stretch that was held against any rule, in milli-GPU·ms.
    fn held_against(&self, posting: &Posting, job: JobId) -> u128 {
        let (Some(pool), Some(_)) = (posting.pool(), posting.bucket()) else {
            return 0;
        };
        let span = u128::from(posting.to.since(posting.from).0);
        if span == 0 {
            return 0;
        }
        let shape = self.timeline.requests[job.index()].shape;
        let violates = |masks: Masks| self.model.rules.violated(masks, shape, pool) != 0;
        let mut against = 0;
        for (index, &(since, masks)) in self.masks.iter().enumerate() {
            let until = self
                .masks
                .get(index + 1)
                .map_or(SimTime::NEVER, |next| next.0);
            let (from, to) = (posting.from.max(since), posting.to.min(until));
            if from < to && violates(masks) {
                against += u128::from(to.since(from).0);
            }
        }
        // GPUs are the same all along a stretch.
        posting.gpu_time / span * against
    }
}

impl Observer for Watch<'_> {
    const POSTINGS: bool = true;

    fn fact(&mut self, at: SimTime, fact: Fact) {
        match fact {
            Fact::Violated(job, _, rule) => {
                self.jobs.against.entry(job).or_default().rules.insert(rule);
            }
            Fact::RuleChanged(rule, mode) => {
                self.modes[usize::from(rule)] = mode;
                let masks = self.model.rules.masks(|rule| self.modes[rule]);
                self.masks.push((at, masks));
            }
            _ => {}
        }
    }

    fn posting(&mut self, posting: &Posting) {
        let Some(job) = posting.job else {
            return;
        };
        let against = self.held_against(posting, job);
        if 0 < against {
            self.jobs.against.entry(job).or_default().gpu_time += against;
        }
    }

    fn job(&mut self, record: &JobRecord) {
        self.jobs.job(record);
    }

    fn charged_later(&mut self, job: JobId, egress: Money) {
        self.jobs.charged_later(job, egress);
    }
}
