//! Services that go out and come back: who starts no more, and who stops.

use crate::journal::{Cause, Circumstance, Fact, JobState, Observer, ServiceRecord};
use crate::model::{OnLoss, OnPull, OnSubmit, ServiceKind};
use crate::units::{OutletId, ServiceId, ShapeId, Span};
use crate::world::{Phase, Slot};

use super::agenda::{Event, Rank};
use super::run::Run;

impl<O: Observer> Run<'_, O> {
    /// A service does not answer at a site, or for one more cause.
    pub(super) fn lose_service(&mut self, id: OutletId, voids: bool) {
        let now = self.world.now;
        let was_out = self.world.services.is_out(id);
        let cache = self.model.services.service_of(id).cache;
        let news = self.world.services.lose(id, now, cache, voids);
        if !was_out {
            self.out.fact(now, Fact::ServiceLost(id));
            if self.model.services.service_of(id).uses.submit == OnSubmit::Closed {
                self.bar_shapes();
            }
        }
        if let Some((lapses, outage)) = news {
            if lapses <= now {
                self.lapse_service(id, outage);
            } else {
                let event = Event {
                    rank: Rank::Lapsed,
                    id: id.0,
                    slot: 0,
                    attempt: outage,
                    state: JobState::Running,
                };
                self.scratch.agenda.push(lapses, event);
            }
        }
    }

    /// One cause that kept a service out is over.
    pub(super) fn regain_service(&mut self, id: OutletId) {
        let now = self.world.now;
        if self.world.services.regain(id, now) {
            self.out.fact(now, Fact::ServiceBack(id));
            self.bar_shapes();
        }
    }

    /// What a service gave out is replaced; the old one held until now, for `overlap`.
    pub(super) fn rotate_service(&mut self, id: OutletId, overlap: Span) {
        let now = self.world.now;
        self.tell(|| Circumstance::Rotated(id));
        let fetched = crate::units::SimTime(now.0.saturating_sub(overlap.0));
        if let Some(outage) = self.world.services.retire(id, now, fetched) {
            self.lapse_service(id, outage);
        } else if overlap == Span::ZERO && !self.world.services.is_out(id) {
            // Nobody had time to take the new one beside the old one.
            self.break_pulls(id, true);
            self.lose_hold(id, Rank::Rekeyed);
        }
    }

    /// What was fetched of a service before its outage is over, unless the outage is.
    pub(super) fn lapse_service(&mut self, id: OutletId, outage: u32) {
        if self.world.services.lapse(id, self.world.now, outage) {
            self.tell(|| Circumstance::Lapsed(id));
            if self.model.services.service_of(id).kind == ServiceKind::Registry {
                self.break_pulls(id, false);
            }
            if self.model.services.service_of(id).uses.pull == OnPull::Break {
                self.break_pulls_of(id);
            }
            self.bar_shapes();
            self.lose_hold(id, Rank::Cut);
        }
    }

    /// What running jobs hold of a service is worth nothing any more. Those that go on for a while hear of it again
    /// as `later`.
    fn lose_hold(&mut self, id: OutletId, later: Rank) {
        let on_loss = self.model.services.service_of(id).on_loss;
        let mut victims = std::mem::take(&mut self.scratch.victims);
        self.world.jobs_that_need(self.model, id, &mut victims);
        for &slot in &victims {
            match (self.world.jobs[slot].phase, on_loss) {
                // What boots could not start.
                (Phase::Booting | Phase::Staging, _) if later == Rank::Cut => self.interrupt(slot),
                (Phase::Running, OnLoss::Stop) => self.interrupt(slot),
                // What waits for its checkpoint has nothing to lose.
                (Phase::Running, _) if self.world.is_fetching(slot) => self.interrupt(slot),
                (Phase::Running, OnLoss::GoOn) if later != Rank::Cut => {}
                (Phase::Running, OnLoss::Finish | OnLoss::GoOn) => {
                    if let Some(at) = self.world.next_checkpoint(self.model, slot) {
                        self.schedule(at, later, slot);
                    }
                }
                _ => {}
            }
        }
        self.scratch.victims = victims;
    }

    /// A running job has come to a checkpoint after it lost a service: it stops there, unless all is well again.
    pub(super) fn cut(&mut self, slot: Slot) {
        let job = &self.world.jobs[slot];
        let class = self.model.class_of(job.request.shape);
        if self.world.lacks(self.model, class, job.pool).is_none() {
            return;
        }
        if self.world.runs_on(self.model, slot) {
            self.expire(slot);
        } else {
            self.interrupt(slot);
        }
    }

    /// Works out which shapes can start nowhere for want of a service, because rules refuse them, or because no window is open.
    pub(super) fn bar_shapes(&mut self) {
        let now = self.world.now;
        for index in 0..self.model.shapes.len() {
            let shape = ShapeId::from(index);
            let class = self.model.class_of(shape);
            if self.strategy.is_refused(shape) {
                self.world.causes.bar(shape, now, Some(Cause::Rule));
                continue;
            }
            if self.strategy.is_held(shape) {
                self.world.causes.bar(shape, now, Some(Cause::Hold));
                continue;
            }
            let mut causes = self
                .strategy
                .pools_of(shape)
                .map(|pool| self.world.withheld(self.model, class, pool));
            // One pool that withholds nothing is enough; of several causes the highest holds.
            let first = causes.next().flatten();
            let cause = first.and_then(|first| {
                causes.try_fold(first, |highest, cause| Some(highest.min(cause?)))
            });
            self.world.causes.bar(shape, now, cause);
        }
        self.world.changes.other = true;
    }

    /// How long each service was out, over all its sites.
    pub(super) fn close_services(&mut self) {
        let now = self.world.now;
        for index in 0..self.model.services.list.len() {
            let service = ServiceId::from(index);
            let outlets = self.model.services.outlets_of(service);
            let out: u64 = outlets.map(|id| self.world.services.out(id, now).0).sum();
            self.out.service(&ServiceRecord {
                service,
                out: Span(out),
            });
        }
    }
}
