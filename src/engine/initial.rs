//! A run begins warm: what was there before comes first, and what runs goes on.

use crate::journal::{Fact, Observer};
use crate::model::Masks;
use crate::units::SimTime;
use crate::world::{Phase, Slot};

use super::run::Run;

impl<O: Observer> Run<'_, O> {
    /// Whether the run begins with something.
    pub(super) fn begins_warm(&self) -> bool {
        !self.model.initial.is_empty()
    }

    /// Puts in place what was there before the run.
    pub(super) fn begin_warm(&mut self) {
        let initial = &self.model.initial;
        for &(provider, bytes) in &initial.egress {
            self.world.has_sent(self.model, provider, bytes);
        }
        for &(site, dataset) in &initial.cached {
            self.world.has_cached(self.model, site, dataset);
        }
        for &(tenant, amount) in &initial.used {
            self.world.has_used(tenant, amount);
        }
        for range in &initial.down {
            self.stop_nodes(range.pool, range.first, range.nodes);
        }
        for _ in &initial.jobs {
            self.arrive();
            self.world.admit();
        }
        for (index, job) in initial.jobs.iter().enumerate() {
            let Some(slot) = self.slot_of(index as u32) else {
                // No pool of the strategy could ever hold it.
                continue;
            };
            let now = SimTime::ZERO;
            match job.pool {
                None => self.world.has_done(slot, job.done),
                Some(pool) => {
                    let placed = self.world.runs_already(
                        self.model,
                        slot,
                        pool,
                        (job.done, job.unsaved),
                        &job.nodes,
                    );
                    if placed.is_ok() {
                        let id = self.world.jobs[slot].id;
                        self.out.fact(now, Fact::Placed(id, pool));
                        if self.world.rules.are_used() {
                            self.note_violations(slot, Masks::default());
                        }
                        if self.world.jobs[slot].phase == Phase::Running {
                            if !self.model.weather.instances.is_empty() {
                                self.expect_deaths(slot);
                            }
                            self.begin_running(slot);
                        }
                    }
                }
            }
        }
        self.world.look_at_all();
        self.post_shut();
    }

    /// Where a living job is kept; those of the start come in order, so their slots are looked for nearby first.
    fn slot_of(&self, id: u32) -> Option<Slot> {
        let near = Slot(id);
        if self.world.jobs.slots() > id as usize && self.world.jobs[near].id.0 == id {
            return Some(near);
        }
        let mut living = self.world.jobs.living();
        living.find(|(_, job)| job.id.0 == id).map(|(slot, _)| slot)
    }
}
