//! How far jobs came in a run: the work that another plan has to do as well.

use crate::journal::{Bucket, JobRecord, JobState};
use crate::model::{Model, Timeline};
use crate::units::Span;

use super::STRETCHES;
use super::allowed::{Allowed, REFERENCE};
use super::is_initial;

/// Work by group and by the stretch in which its jobs came, in milli-GPU·ms of the reference GPU type.
#[derive(Clone, Debug, Default)]
pub(super) struct Attained {
    need: Vec<[u128; STRETCHES]>,
    stretch: Span,
}

impl Attained {
    /// Nothing yet, in a run in which jobs come for `span`.
    pub(super) fn clear(&mut self, groups: usize, span: Span) {
        self.need.clear();
        self.need.resize(groups, [0; STRETCHES]);
        self.stretch = Span(span.0 / STRETCHES as u64 + 1);
    }

    /// The work, by group, then stretch.
    pub(super) fn need(&self) -> &[[u128; STRETCHES]] {
        &self.need
    }

    /// When a stretch begins.
    pub(super) const fn begin_of(&self, stretch: usize) -> crate::units::SimTime {
        crate::units::SimTime(self.stretch.0 * stretch as u64)
    }

    /// Adds what became of a job; a living one had done `left`.
    pub(super) fn add(
        &mut self,
        model: &Model,
        allowed: &Allowed,
        timeline: &Timeline,
        record: &JobRecord,
        left: Span,
    ) {
        let job = record.job.index();
        let Some(request) = timeline.requests.get(job) else {
            // Nobody is bound to transform anything.
            return;
        };
        let group = allowed.of[request.shape.index()] as usize;
        let before = if is_initial(model, record.job) {
            model.initial.jobs[job].done
        } else {
            Span::ZERO
        };
        let work = |done: Span| {
            let done = done.0.saturating_sub(before.0);
            u128::from(model.milli_of(request.shape)) * u128::from(done)
        };
        let need = match record.state {
            JobState::Finished => work(timeline.truth[job].work),
            JobState::Running | JobState::Waiting => work(left),
            JobState::Failed | JobState::Cancelled | JobState::TimedOut | JobState::Overspent => {
                // It ran for so long, somewhere.
                let least = allowed.groups[group].least();
                record.gpu_time[Bucket::Failed] * least / REFERENCE
            }
            JobState::Rejected | JobState::Shed => 0,
        };
        let stretch = (request.submit.0 / self.stretch.0.max(1)) as usize;
        self.need[group][stretch.min(STRETCHES - 1)] += need;
    }
}
