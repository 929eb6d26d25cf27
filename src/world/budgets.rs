//! All budgets at one moment, and what is to be told of them.

use crate::model::{Budget, Model};
use crate::units::{JobId, PoolId, SimTime};

use super::budget::{BudgetState, Reached};

/// All budgets at one moment; nothing where there are none.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Budgets {
    pub(super) states: Vec<BudgetState>,
    /// Whether one of them looks at what jobs hold.
    count_jobs: bool,
    /// Whether one of them stops what runs.
    stop_work: bool,
    /// Whether none of them refuses anybody under the strategy that is played.
    pub only_count: bool,
    /// What somebody waits for: of which budget, when, and whether it is an answer and not the end of a period.
    pub(super) awaited: Vec<(u16, SimTime, bool)>,
    /// What was reached and is not told yet: when, of which budget, how much in millionths.
    pub(super) reached: Vec<Reached>,
    /// Who goes to rented capacity all the same, and is neither counted nor told yet: of which budget, who and where.
    pub(super) flagged: Vec<(u16, JobId, PoolId)>,
}

impl Budgets {
    /// Nothing was spent yet but what the model says.
    pub(super) fn reset(&mut self, model: &Model) {
        let budgets = model.budgets.all.iter();
        let counts = |budget: &Budget| budget.is_of_jobs() || budget.looks_ahead;
        self.count_jobs = budgets.clone().any(counts);
        self.stop_work = model.budgets.stop_work();
        self.states.clear();
        let fresh = budgets.enumerate().map(|(index, budget)| {
            let before = model.initial.budgets.iter();
            let before = before.filter(|(of, _)| *of == index);
            let spent = before.map(|&(_, spent)| spent).sum();
            BudgetState::new((index, budget), model.epoch, spent)
        });
        self.states.extend(fresh);
        self.awaited.clear();
        self.reached.clear();
        self.flagged.clear();
        for (budget, state) in model.budgets.all.iter().zip(&mut self.states) {
            state.look(budget, |_| SimTime::ZERO, &mut self.reached);
        }
    }

    /// Whether there are any.
    #[inline]
    pub const fn are_kept(&self) -> bool {
        !self.states.is_empty()
    }

    /// Whether one of them looks at what jobs hold.
    #[inline]
    pub(super) const fn count_jobs(&self) -> bool {
        self.count_jobs
    }

    /// Whether one of them stops what runs.
    #[inline]
    pub const fn stop_work(&self) -> bool {
        self.stop_work
    }

    /// Whether there is something to be told, or to be expected.
    #[inline]
    pub const fn have_news(&self) -> bool {
        !self.awaited.is_empty() || !self.reached.is_empty() || !self.flagged.is_empty()
    }

    /// What somebody waits for since this was last asked: of which budget, when, and whether it is an answer to who asked
    /// for more, and not the end of a period.
    pub fn take_awaited(&mut self) -> Vec<(u16, SimTime, bool)> {
        std::mem::take(&mut self.awaited)
    }

    /// Jobs that went to rented capacity all the same since this was last asked, and where; they are counted with it.
    pub fn take_flagged(&mut self) -> Vec<(JobId, PoolId)> {
        let mut went = Vec::new();
        for (budget, job, pool) in self.flagged.drain(..) {
            self.states[usize::from(budget)].record.flagged += 1;
            went.push((job, pool));
        }
        // Several budgets may have allowed the same.
        went.dedup();
        went
    }

    /// A market had no room for a job: it went nowhere.
    pub(super) fn forget_flagged(&mut self, job: JobId) {
        self.flagged.retain(|&(_, of, _)| of != job);
    }

    /// What was reached since this was last asked: when, of which budget, how much in millionths of its amount.
    pub fn take_reached(&mut self) -> Vec<(SimTime, u16, u32)> {
        std::mem::take(&mut self.reached)
    }
}
