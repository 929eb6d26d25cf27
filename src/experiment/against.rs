//! Which jobs hold GPUs against which rules, and for how long: counted from what is posted, under the rules in force then.

use std::collections::BTreeMap;

use crate::journal::{Fact, JobRecord, Observer, Posting, RuleMode, RunRecord};
use crate::model::{Masks, Model, Timeline};
use crate::record::JobList;
use crate::strategy::Strategy;
use crate::units::{JobId, Money, PoolId, SimTime};

/// Keeps the jobs of one run, and what each did against rules.
pub(super) struct Watch<'a> {
    model: &'a Model,
    timeline: &'a Timeline,
    jobs: &'a mut JobList,
    /// The modes of all rules now.
    modes: Vec<RuleMode>,
    /// How many changes of attributes there were, and which findings hold.
    known: (u16, u32),
    /// From when on which rules were in force, the first from the start.
    masks: Vec<(SimTime, Masks)>,
    /// The version of its work for which each job was placed last, where there are several.
    versions: BTreeMap<JobId, u8>,
    /// A stretch of which not all parts may have been posted.
    open: Option<Stretch>,
}

/// A stretch of time in which a job held GPUs of a pool, whatever it did with them.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Stretch {
    job: JobId,
    pool: PoolId,
    /// The version of its work that it did there.
    version: u8,
    from: SimTime,
    to: SimTime,
    gpu_time: u128,
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
            known: (0, 0),
            masks: vec![(SimTime::ZERO, masks)],
            versions: BTreeMap::new(),
            open: None,
        }
    }

    /// Other rules are in force, or the same see something else.
    fn note(&mut self, at: SimTime) {
        let masks = Masks {
            situation: self.model.rules.situation(self.known.0, self.known.1),
            ..self.model.rules.masks(|rule| self.modes[rule])
        };
        self.masks.push((at, masks));
    }

    /// All parts of a stretch were posted: what of it was held against any rule counts.
    fn settle(&mut self) {
        let Some(open) = self.open.take() else {
            return;
        };
        let whose = (self.timeline.request(open.job).shape, open.version);
        let violates = |masks: Masks| self.model.rules.violated(masks, whose, open.pool) != 0;
        let mut against = 0;
        for (index, &(since, masks)) in self.masks.iter().enumerate() {
            let next = self.masks.get(index + 1);
            let until = next.map_or(SimTime::NEVER, |next| next.0);
            let (from, to) = (open.from.max(since), open.to.min(until));
            if from < to && violates(masks) {
                against += u128::from(to.since(from).0);
            }
        }
        if 0 < against {
            // Its parts together are of the same GPUs all along.
            let span = u128::from(open.to.since(open.from).0);
            let counted = &mut self.jobs.against.entry(open.job).or_default().gpu_time;
            *counted += open.gpu_time / span * against;
        }
    }
}

impl Observer for Watch<'_> {
    const POSTINGS: bool = true;

    fn fact(&mut self, at: SimTime, fact: Fact) {
        match fact {
            Fact::Placed(job, pool) if self.model.transforms.are_used() => {
                let shape = self.timeline.request(job).shape;
                let masks = self.masks.last().map_or_else(Masks::default, |last| last.1);
                let version = self.model.version(masks, shape, pool).unwrap_or(0);
                self.versions.insert(job, version);
            }
            Fact::Violated(job, _, rule) => {
                self.jobs.against.entry(job).or_default().rules.insert(rule);
            }
            Fact::RuleChanged(rule, mode) => {
                self.modes[usize::from(rule)] = mode;
                self.note(at);
            }
            Fact::AttributesChanged(change) => {
                self.known.0 = change + 1;
                self.note(at);
            }
            Fact::Found(finding, holds) => {
                let bit = 1 << finding;
                self.known.1 = self.known.1 & !bit | u32::from(holds) << finding;
                self.note(at);
            }
            _ => {}
        }
    }

    fn posting(&mut self, posting: &Posting) {
        let (Some(job), Some(pool), Some(_)) = (posting.job, posting.pool(), posting.bucket())
        else {
            return;
        };
        let next = Stretch {
            job,
            pool,
            version: self.versions.get(&job).copied().unwrap_or(0),
            from: posting.from,
            to: posting.to,
            gpu_time: posting.gpu_time,
        };
        match &mut self.open {
            Some(open)
                if (Stretch {
                    gpu_time: open.gpu_time,
                    ..next
                }) == *open =>
            {
                open.gpu_time += next.gpu_time;
            }
            _ => {
                self.settle();
                self.open = Some(next);
            }
        }
    }

    fn run(&mut self, _: &RunRecord) {
        self.settle();
    }

    fn job(&mut self, record: &JobRecord) {
        self.jobs.job(record);
    }

    fn charged_later(&mut self, job: JobId, egress: Money) {
        self.jobs.charged_later(job, egress);
    }
}
