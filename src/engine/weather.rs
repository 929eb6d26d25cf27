//! The one door: whatever the outside does to the estate comes in here, and is played out.

use crate::dice::Purpose;
use crate::journal::{Fact, JobState, Observer};
use crate::model::{Happening, Turn};
use crate::strategy::Start;
use crate::units::{JobId, PoolId, SimTime, Span};
use crate::world::{Loss, Phase, Reason, Slot, SpotNews};

use super::agenda::{Event, Rank};
use super::run::Run;

/// How long a provider takes to say that it has no capacity.
const REFUSAL_DELAY: Span = Span(5_000);
/// How long a refusal is remembered: nobody asks that market again before.
const REFUSAL_MEMORY: Span = Span(180_000);
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

    /// Instances that are more than the market lets us hold get notice: those with the lowest ranks, which are keyed by
    /// the pool, by which of its notices this is, and by the instance.
    fn give_notice(&mut self, pool: PoolId, notice: Span) {
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

    /// Asks the market for the instances on which a start of the plan was placed; returns whether it has them.
    pub(super) fn ask_market(&mut self, index: usize) -> bool {
        let Start {
            slot,
            pool,
            launched,
        } = self.scratch.orders.starts[index];
        self.hear_spot(slot, SpotNews::Asked);
        let excess = self
            .world
            .pool(pool)
            .rent()
            .map_or(0, crate::world::Rent::excess);
        // Those who ask later in the same plan hold their instances already, and must not stand in the way.
        let granted = excess == 0 || excess <= self.asked_later(index, pool);
        if !granted {
            let (now, id) = (self.world.now, self.world.jobs[slot].id);
            self.world.refuse(self.model, slot, launched);
            self.out.fact(now, Fact::Refused(id, pool));
            self.schedule(now + REFUSAL_DELAY, Rank::Answered, slot);
        } else if self.world.pools[pool.index()].doubt.granted() {
            self.retry_at(self.world.now, pool);
        }
        granted
    }

    /// Instances of a pool for which starts after this one will ask.
    fn asked_later(&self, index: usize, pool: PoolId) -> u64 {
        let later = self.scratch.orders.starts[index + 1..].iter();
        let of_pool = later.filter(|start| start.pool == pool);
        of_pool.map(|start| u64::from(start.launched)).sum()
    }

    /// A job hears that the market refused it.
    pub(super) fn answered(&mut self, slot: Slot) {
        let (id, pool) = (self.world.jobs[slot].id, self.world.jobs[slot].pool);
        self.out.fact(self.world.now, Fact::Answered(id, pool));
        self.hear_spot(slot, SpotNews::Refused);
        let until = self.world.now + REFUSAL_MEMORY;
        self.world.hear_refusal(self.model, slot, until);
        self.retry_at(until, pool);
    }

    /// Whoever waits may ask a market again at `at`.
    fn retry_at(&mut self, at: SimTime, pool: PoolId) {
        let event = Event {
            rank: Rank::Retry,
            id: u32::from(pool.0),
            slot: u32::from(pool.0),
            attempt: 0,
            state: JobState::Running,
        };
        self.scratch.agenda.push(at, event);
    }
}
