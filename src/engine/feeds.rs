//! Jobs that read while they run, as time passes: when they end by what they get, and what they paid for it.

use crate::journal::{Item, JobState, Observer, Payee, Posting};
use crate::model::Overrun;
use crate::units::{JobId, SimTime, Span};
use crate::world::{Phase, Slot, wall};

use super::agenda::{Event, Rank};
use super::carry::ended;
use super::run::Run;

/// When a job ends that reads while it runs, by what it gets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct FeedEnd {
    job: JobId,
    attempt: u32,
    at: SimTime,
    /// How it stands then: its work may be done, or its time be up.
    state: JobState,
}

impl FeedEnd {
    const NONE: Self = Self {
        job: JobId(0),
        attempt: 0,
        at: SimTime::ZERO,
        state: JobState::Running,
    };
}

impl<O: Observer> Run<'_, O> {
    /// Puts into the agenda when jobs end that read while they run and whose share has changed.
    pub(super) fn expect_feeds(&mut self) {
        let mut changed = std::mem::take(&mut self.world.staging.transfers.feeds.changed);
        for slot in changed.drain(..) {
            let job = &self.world.jobs[slot];
            if job.phase != Phase::Running {
                continue;
            }
            let full = |work: u64| wall(Span(work.saturating_sub(job.done)), job.speed);
            let truth = self.timeline.truth_of(job.id);
            let feeds = &self.world.staging.transfers.feeds;
            let Some(mut at) = feeds.done_at(slot, full(truth.work.0)) else {
                continue;
            };
            let mut state = ended(truth.outcome);
            if self.model.overrun == Overrun::Kill {
                // A limit on time is one on time at GPUs, whatever they did.
                let rhythm = self.model.rhythm(job.request.shape, job.pool);
                let asked = full(job.request.requested.0.max(job.done + 1));
                let allowed = job.started + job.restart + rhythm.wall(asked);
                if allowed < at {
                    (at, state) = (allowed, JobState::TimedOut);
                }
            }
            let at = at.max(self.world.now);
            let ends = &mut self.scratch.feed_ends;
            let index = slot.0 as usize;
            if ends.len() <= index {
                ends.resize(index + 1, FeedEnd::NONE);
            }
            let end = FeedEnd {
                job: job.id,
                attempt: job.attempt,
                at,
                state,
            };
            if ends[index] != end {
                ends[index] = end;
                if at != SimTime::NEVER {
                    let event = Event {
                        state,
                        ..Event::of(Rank::Finish, slot, &self.world.jobs[slot])
                    };
                    self.scratch.agenda.push(at, event);
                }
            }
        }
        self.world.staging.transfers.feeds.changed = changed;
    }

    /// Whether a job that reads while it runs ends now, by what it gets now.
    pub(super) fn is_fed_until_now(&self, slot: Slot, state: JobState) -> bool {
        let ends = &self.scratch.feed_ends;
        !self.world.staging.transfers.feeds.is_used()
            || !self.world.is_feeding(slot)
            || ends
                .get(slot.0 as usize)
                .is_some_and(|end| (end.at, end.state) == (self.world.now, state))
    }

    /// Posts what jobs paid for what crossed links for them.
    pub(super) fn post_fares(&mut self) {
        let mut paid = std::mem::take(&mut self.world.staging.transfers.paid);
        for (at, job, pool, amount) in paid.drain(..) {
            if O::POSTINGS {
                self.out.posting(&Posting {
                    from: at,
                    to: at,
                    payee: Payee::Pool(pool),
                    job: Some(job),
                    item: Item::Egress,
                    gpu_time: 0,
                    amount,
                });
            }
        }
        self.world.staging.transfers.paid = paid;
    }
}
