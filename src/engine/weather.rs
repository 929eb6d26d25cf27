//! The one door: whatever the outside does to the estate comes in here, and is played out.

use crate::dice::Purpose;
use crate::journal::{Fact, Observer};
use crate::model::{Happening, Turn};
use crate::units::{PoolId, SimTime};
use crate::world::{Loss, Slot};

use super::run::Run;

/// Most broken checkpoints in a row that are looked at: beyond, the work starts again from its beginning.
const BAD_CHECKPOINTS_MAX: u64 = 64;

impl<O: Observer> Run<'_, O> {
    /// Plays the incidents of `now` up to a turn of the instant.
    pub(super) fn incidents(&mut self, now: SimTime, last: Turn) {
        while self.next_incident_at == now {
            let Some(incident) = self.take_incident(now, last) else {
                return;
            };
            self.look_ahead();
            if self.was_forestalled(incident) {
                continue;
            }
            self.befall(incident.what);
        }
    }

    pub(super) fn befall(&mut self, what: Happening) {
        let now = self.world.now;
        match what {
            Happening::Down { pool, first, nodes } => self.stop_nodes(pool, first, nodes),
            Happening::Up { pool, first, nodes } => {
                let resumed = self.world.resume_nodes(pool, first, nodes);
                if resumed > 0 {
                    self.out.fact(now, Fact::NodesUp(pool, resumed));
                }
            }
            Happening::GpuDown {
                pool,
                node,
                gpu,
                drains,
            } => self.break_gpu(pool, node, gpu, drains),
            Happening::GpuUp {
                pool,
                node,
                gpu,
                drains,
            } => self.mend_gpu(pool, node, gpu, drains),
            Happening::Lost { pool } => self.lose_pool(pool),
            Happening::Regained { pool } => self.world.lose_pool(pool, true),
            Happening::Begin { .. } | Happening::Warn { .. } | Happening::End { .. } => {
                self.befall_terms(what);
            }
            Happening::Capacity {
                pool,
                instances,
                notice,
            } => {
                self.world.pools[pool.index()].set_capacity(u64::from(instances));
                if let Some(notice) = notice {
                    self.give_notice(pool, notice);
                }
            }
            Happening::LinkDown { link, permille } => {
                self.world.slow_link(self.model, link, permille);
            }
            Happening::LinkUp { link, permille } => {
                self.world.mend_link(self.model, link, permille);
            }
            Happening::Forbidden { link, used_for } => self.forbid(link, used_for, true),
            Happening::Allowed { link, used_for } => self.forbid(link, used_for, false),
            Happening::CopyBegins { copy } => self.begin_copy(copy),
            Happening::CopyEnds { copy } => self.end_copy(copy),
            Happening::ServiceDown { .. }
            | Happening::ServiceUp { .. }
            | Happening::Rotated { .. }
            | Happening::Revoked { .. }
            | Happening::Corrupted { .. }
            | Happening::Detected { .. }
            | Happening::RolledBack { .. } => self.befall_services(what),
            Happening::Quota { pool, gpus, passes } => {
                self.world.pools[pool.index()].limit_quota(gpus, passes);
                self.world.changes.other = true;
            }
            Happening::QuotaOver { pool, gpus } => {
                self.world.pools[pool.index()].lift_quota(gpus);
                self.world.changes.other = true;
            }
            Happening::Budget { .. } | Happening::BudgetOver { .. } => self.befall_budgets(what),
            Happening::Rule { .. } | Happening::RuleOver { .. } => self.befall_rules(what),
            Happening::Attributes { change } => self.befall_attributes(change),
            Happening::Announce { plan, start } => self.world.announce(self.model, plan, start),
            Happening::Service { plan } => self.service(plan),
        }
        self.post_shut();
    }

    /// As [`Run::befall`], of capacity that is ours for a time.
    fn befall_terms(&mut self, what: Happening) {
        let now = self.world.now;
        match what {
            Happening::Begin { pool } => {
                self.world.begin_term(pool, self.model.pool(pool).nodes);
            }
            Happening::Warn { pool, notice } => {
                let nodes = self.model.pool(pool).nodes;
                self.world.warn_term(pool, nodes);
                self.out.fact(now, Fact::Noticed(pool, nodes));
                self.warn_on(pool, 0, nodes, notice);
            }
            Happening::End { pool } => {
                let nodes = self.model.pool(pool).nodes;
                self.interrupt_on(pool, 0, nodes);
                self.world.end_term(pool, nodes);
            }
            _ => {}
        }
    }

    /// As [`Run::befall`], of services and artifacts.
    fn befall_services(&mut self, what: Happening) {
        match what {
            Happening::ServiceDown { outlet, voids } => self.lose_service(outlet, voids),
            Happening::ServiceUp { outlet } => self.regain_service(outlet),
            Happening::Rotated { outlet, overlap } => self.rotate_service(outlet, overlap),
            Happening::Revoked { outlet } => self.revoke(outlet),
            Happening::Corrupted {
                artifact,
                site,
                fails_after,
            } => self.corrupt(artifact, site, fails_after),
            Happening::Detected { artifact, site } => self.detect(artifact, site),
            Happening::RolledBack { artifact, site } => self.roll_artifact_back(artifact, site),
            _ => {}
        }
    }

    /// Nodes of an owned pool stop, and whatever runs on them.
    pub(super) fn stop_nodes(&mut self, pool: PoolId, first: u32, nodes: u32) {
        let stopped = self.world.stop_nodes(pool, first, nodes);
        self.interrupt_on(pool, first, nodes);
        if self.world.staging.transfers.syncs.is_used() {
            self.world.lose_site(self.model, pool);
        }
        if stopped > 0 {
            let now = self.world.now;
            self.out.fact(now, Fact::NodesDown(pool, stopped));
        }
    }

    /// Stops the jobs on nodes that are no more.
    pub(super) fn interrupt_on(&mut self, pool: PoolId, first: u32, nodes: u32) {
        let mut victims = std::mem::take(&mut self.scratch.victims);
        self.world.jobs_on(pool, first, nodes, &mut victims);
        for &slot in &victims {
            self.lose_place(slot);
            self.interrupt(slot);
        }
        self.scratch.victims = victims;
    }

    /// A job loses its place, or crashes: it goes back to its newest readable checkpoint and waits.
    pub(super) fn interrupt(&mut self, slot: Slot) {
        self.interrupt_losing(slot, 0);
    }

    /// As [`Run::interrupt`], with so many more of its newest checkpoints lost.
    pub(super) fn interrupt_losing(&mut self, slot: Slot, lost: u64) {
        let job = &self.world.jobs[slot];
        let (id, pool) = (job.id, job.pool);
        let loss = Loss {
            bad_checkpoints: self.bad_checkpoints(slot).saturating_add(lost),
            horizon: self.horizon,
        };
        if self.world.failing.are_used() {
            self.world.note_loss(self.model, slot);
        }
        let idle = &mut self.scratch.orders.idle;
        let given_up = self.world.interrupt(
            self.model,
            slot,
            loss,
            self.strategy.requeue(),
            |pool, instance, generation| idle.push((pool, instance, generation)),
        );
        let now = self.world.now;
        self.out.fact(now, Fact::Interrupted(id, pool));
        if given_up.reclaimed > 0 {
            self.out
                .fact(now, Fact::Reclaimed(pool, given_up.reclaimed));
        }
        if given_up.released > 0 {
            self.out.fact(now, Fact::Released(pool, given_up.released));
        }
        self.post_booked(slot);
        self.charge_idle();
        self.set_release_timers();
    }

    /// How many of a job's newest checkpoints turn out to be broken.
    fn bad_checkpoints(&self, slot: Slot) -> u64 {
        let job = &self.world.jobs[slot];
        let class = self.model.class_of(job.request.shape);
        let share = self.model.classes[class.index()].bad_checkpoints;
        if share == 0 {
            return 0;
        }
        let key = self.scratch.class_keys[class.index()];
        let part = job.attempt as u16;
        let mut stream = self
            .dice
            .stream(key, Purpose::BadCheckpoint, job.id.0, part);
        let mut bad = 0;
        while bad < BAD_CHECKPOINTS_MAX && stream.below(1_000_000) < u64::from(share) {
            bad += 1;
        }
        if bad == BAD_CHECKPOINTS_MAX {
            u64::MAX
        } else {
            bad
        }
    }
}
