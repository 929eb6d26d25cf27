//! Everything that one run posted, sorted by what people ask of a bill.

use std::collections::BTreeMap;

use crate::journal::{Item, Observer, Payee, Posting};
use crate::model::{Model, Timeline};
use crate::units::{ClassId, Money, SimTime, TenantId};

/// What is alike in a bill.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Line {
    /// Who is paid.
    pub payee: Payee,
    /// For what.
    pub item: Item,
    /// Who pays, with the class of the jobs; `None` is an account of the estate.
    pub whose: Option<(TenantId, ClassId)>,
    /// The end of the UTC month.
    pub month: SimTime,
}

/// Adds up all postings.
#[derive(Clone, Debug)]
pub struct Accounts<'a> {
    model: &'a Model,
    timeline: &'a Timeline,
    /// What was charged, and for which GPU-time in milli-GPU·ms.
    pub lines: BTreeMap<Line, (Money, u128)>,
}

impl<'a> Accounts<'a> {
    /// No accounts yet, of a run in the world of `timeline`.
    pub const fn of(model: &'a Model, timeline: &'a Timeline) -> Self {
        Self {
            model,
            timeline,
            lines: BTreeMap::new(),
        }
    }

    /// All of it.
    pub fn total(&self) -> Money {
        self.lines.values().map(|line| line.0).sum()
    }
}

impl Observer for Accounts<'_> {
    const POSTINGS: bool = true;

    fn posting(&mut self, posting: &Posting) {
        let whose = posting.job.map(|job| {
            let request = self.timeline.request(job);
            let class = self.model.class_of(request.shape);
            (request.tenant, self.model.rollout.reported(class))
        });
        let line = Line {
            payee: posting.payee,
            item: posting.item,
            whose,
            month: self.model.epoch.next_month(posting.from),
        };
        let sum = self.lines.entry(line).or_default();
        sum.0 += posting.amount;
        sum.1 += posting.gpu_time;
    }
}
