//! Notices: places that will be gone soon, and who writes a checkpoint before they are.

use crate::dice::Purpose;
use crate::journal::{Fact, JobState, Observer};
use crate::units::{JobId, PoolId, Span};
use crate::world::{Phase, Reason, Slot};

use super::agenda::{Event, Rank};
use super::run::Run;

impl<O: Observer> Run<'_, O> {
    /// Instances that are more than the market lets us hold get notice: those with the lowest ranks, which are keyed by
    /// the pool, by which of its notices this is, and by the instance.
    pub(super) fn give_notice(&mut self, pool: PoolId, notice: Span) {
        let number = self.world.pools[pool.index()].next_notice();
        let Some(rent) = self.world.pool(pool).rent() else {
            return;
        };
        let many = rent.excess().saturating_sub(rent.draining());
        if many == 0 {
            return;
        }
        let mut drawn = std::mem::take(&mut self.scratch.drawn);
        drawn.clear();
        let key = self.scratch.pool_keys[pool.index()];
        for instance in 0..rent.slots() {
            if rent.is_held(instance) && !self.world.pool(pool).is_shut(instance) {
                let mut stream = self
                    .dice
                    .stream(key, Purpose::Victim, instance, number as u16);
                drawn.push((stream.next_u64(), instance));
            }
        }
        drawn.sort_unstable();
        drawn.truncate(many as usize);
        self.out
            .fact(self.world.now, Fact::Noticed(pool, drawn.len() as u32));
        for &(_, instance) in &drawn {
            self.drain(pool, instance, notice);
        }
        for &(_, instance) in &drawn {
            self.warn_on(pool, instance, 1, notice);
        }
        self.scratch.drawn = drawn;
    }

    fn drain(&mut self, pool: PoolId, instance: u32, notice: Span) {
        let now = self.world.now;
        let Some(rent) = self.world.pool(pool).rent() else {
            return;
        };
        let launch = rent.instance(instance).launch;
        self.world.pools[pool.index()].drain(instance, now);
        let event = Event {
            rank: Rank::Gone,
            id: u32::from(pool.0) << 20 | instance,
            slot: u32::from(pool.0),
            attempt: launch,
            state: JobState::Running,
        };
        self.scratch.agenda.push(now + notice, event);
    }

    /// Jobs on nodes (or instances) under notice write a checkpoint if there is time for it; a gang that still boots
    /// is given up at once.
    pub(super) fn warn_on(&mut self, pool: PoolId, first: u32, nodes: u32, notice: Span) {
        let mut victims = std::mem::take(&mut self.scratch.victims);
        self.world.jobs_on(pool, first, nodes, &mut victims);
        for &slot in &victims {
            match self.world.jobs[slot].phase {
                Phase::Booting | Phase::Staging => {
                    self.lose_place(slot);
                    self.interrupt(slot);
                }
                Phase::Running => self.save_within(slot, notice),
                _ => {}
            }
        }
        self.scratch.victims = victims;
    }

    pub(super) fn save_within(&mut self, slot: Slot, notice: Span) {
        let write = self.world.write_span(self.model, slot);
        if write.is_none_or(|write| notice < write) {
            // It runs on until its place is gone.
            return;
        }
        self.lose_place(slot);
        self.tell_to_stop(slot, Reason::Notice, Fact::Warned);
    }

    /// A running job writes a checkpoint now and waits again; `fact` says what for.
    pub(super) fn tell_to_stop(
        &mut self,
        slot: Slot,
        why: Reason,
        fact: impl FnOnce(JobId, PoolId) -> Fact,
    ) {
        let job = &self.world.jobs[slot];
        let (id, pool) = (job.id, job.pool);
        if why == Reason::Notice && self.world.failing.are_used() {
            self.world.note_loss(self.model, slot);
        }
        let idle = &mut self.scratch.orders.idle;
        let write = self.world.halt(
            self.model,
            slot,
            why,
            self.strategy.requeue(),
            |pool, instance, generation| idle.push((pool, instance, generation)),
        );
        self.out.fact(self.world.now, fact(id, pool));
        self.post_booked(slot);
        if write > Span::ZERO {
            self.schedule(self.world.now + write, Rank::Saved, slot);
        }
        self.set_release_timers();
    }

    /// The notice of an instance is over.
    pub(super) fn gone(&mut self, event: Event) {
        let pool = PoolId(event.slot as u16);
        let instance = event.id & 0xF_FFFF;
        if !self.model.pool(pool).is_rented() {
            return self.retired(pool, instance);
        }
        let current = self.world.pool(pool).rent().is_some_and(|rent| {
            instance < rent.slots() && rent.instance(instance).launch == event.attempt
        });
        if !current || !self.world.pool(pool).is_shut(instance) {
            return;
        }
        self.interrupt_on(pool, instance, 1);
        if self.world.reclaim(self.model, pool, instance, self.horizon) {
            self.charge_idle();
            self.post_shut();
            self.out.fact(self.world.now, Fact::Reclaimed(pool, 1));
        }
    }
}
