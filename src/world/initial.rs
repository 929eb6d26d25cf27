//! Jobs that were there before the run: their progress and their places.

use crate::model::Model;
use crate::units::{Bytes, DatasetId, PoolId, ProviderId, SiteId, Span, TenantId};

use super::job::{Phase, Slot};
use super::line::Waiting;
use super::moment::World;
use super::nodes::Holding;
use super::placing::Refusal;
use super::staging::Staging;

impl World {
    /// A job that has just come had done so much before, and waits to go on.
    pub fn has_done(&mut self, slot: Slot, done: Span) {
        self.admit();
        if done == Span::ZERO {
            return;
        }
        let (now, job) = (self.now, &mut self.jobs[slot]);
        let (shape, place) = (job.request.shape, job.place);
        job.done = done.0;
        job.first_start = now;
        let requested = Span(job.request.requested.0.saturating_sub(done.0));
        self.jobs.history_mut(slot).waiting_since = now;
        self.line.leave(shape, place);
        self.line.join(shape, place, Waiting { slot, requested });
    }

    /// A job that has just come runs already, so far done; rented instances that it needs are up. Refused if there
    /// is no room for it: then it waits.
    pub fn runs_already(
        &mut self,
        model: &Model,
        slot: Slot,
        pool: PoolId,
        (done, unsaved): (Span, Span),
        nodes: &[(u32, u32)],
    ) -> Result<(), Refusal> {
        self.admit();
        self.jobs[slot].done = done.0;
        if unsaved > Span::ZERO {
            self.jobs.history_mut(slot).unsaved = unsaved.0;
        }
        let placed = if model.pool(pool).is_rented() {
            self.rent(model, slot, pool)
                .map(|launched| launched.instances)
        } else if let Some(holding) = self.seat(model, slot, pool, nodes) {
            self.hold(model, slot, pool, holding, Phase::Running);
            Ok(0)
        } else {
            self.place(model, slot, pool).map(|()| 0)
        };
        match placed {
            // Its data are not there: it holds its GPUs until they are.
            Ok(0) if self.jobs[slot].phase == Phase::Staging => {}
            Ok(0) => self.start(slot),
            Ok(_) => self.boot(slot),
            Err(refusal) => {
                self.has_done(slot, done);
                return Err(refusal);
            }
        }
        Ok(())
    }

    /// The very GPUs that a job holds already, if they are said and free.
    fn seat(
        &mut self,
        model: &Model,
        slot: Slot,
        pool: PoolId,
        nodes: &[(u32, u32)],
    ) -> Option<Holding> {
        if nodes.is_empty() || self.may_start(model, slot, pool).is_err() {
            return None;
        }
        let gpus = self.jobs[slot].gpus;
        let state = &mut self.pools[pool.index()];
        state.take_parts(gpus, nodes)
    }

    /// Whoever came so far is dealt with; the whole line is looked at next.
    pub fn look_at_all(&mut self) {
        self.admit();
        self.changes.arrivals.clear();
        self.changes.other = true;
    }

    /// So much has left the sites of a provider this month.
    pub fn has_sent(&mut self, model: &Model, provider: ProviderId, bytes: Bytes) {
        self.meters.begin_at(model.epoch, self.now, provider, bytes);
    }

    /// A site holds copies of data sets, told in the order in which they were used last.
    pub fn has_cached(&mut self, model: &Model, site: SiteId, dataset: DatasetId) {
        let (now, size) = (self.now, model.dataset(dataset).size);
        if Staging::is_used(&self.staging) {
            self.staging.hold(site, dataset, size, now);
            self.watch_cached(model, dataset, site);
        }
    }

    /// A tenant has used so much, as it counts now.
    pub fn has_used(&mut self, tenant: TenantId, amount: u128) {
        self.usage[tenant.index()] = (amount, self.now);
    }
}
