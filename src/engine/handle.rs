//! What must happen at an instant, in the order of the semantics.

use crate::journal::{Fact, JobState, Observer};
use crate::model::{Request, Turn};
use crate::strategy::Plan;
use crate::units::{JobId, OutletId, PoolId, SimTime};
use crate::world::{Phase, Slot};

use super::agenda::{Event, Rank};
use super::budgets::BUDGETS;
use super::run::Run;

impl<O: Observer> Run<'_, O> {
    /// Plays all events of `now`, arrivals in their place among them.
    #[expect(
        clippy::inline_always,
        reason = "measured: asked once, for each instant there is"
    )]
    #[inline(always)]
    pub(super) fn happen(&mut self, now: SimTime) {
        // What has no delay at all happens in the same instant, after what was there before.
        loop {
            if self.next_incident_at == now {
                self.happen_together(now, None);
            } else {
                match self.scratch.agenda.pop(now) {
                    None => self.come(now),
                    // Most events have their instant for themselves.
                    Some(event) if self.nothing_comes(now) => {
                        if event.rank == Rank::Finish {
                            self.finish(event);
                        } else {
                            self.handle(event);
                        }
                    }
                    Some(event) => self.happen_together(now, Some(event)),
                }
            }
            if self.scratch.agenda.next_at() > now {
                break;
            }
        }
    }

    fn nothing_comes(&self, now: SimTime) -> bool {
        self.scratch.agenda.next_at() > now
            && self.next_arrival_at > now
            && self.next_price_at > now
    }

    /// Plays everything of an instant in its order, `first` being out of the agenda already.
    #[inline(never)]
    fn happen_together(&mut self, now: SimTime, first: Option<Event>) {
        let mut due = std::mem::take(&mut self.scratch.due);
        due.clear();
        due.extend(first);
        self.incidents(now, Turn::Relief);
        self.scratch.agenda.take_due(now, &mut due);
        let first_fault = due.partition_point(|event| event.rank < Rank::Fault);
        for &event in &due[..first_fault] {
            self.handle(event);
        }
        self.incidents(now, Turn::Blow);
        let first_late = due.partition_point(|event| event.rank < Rank::Price);
        for &event in &due[first_fault..first_late] {
            self.handle(event);
        }
        self.incidents(now, Turn::Terms);
        self.come(now);
        for &event in &due[first_late..] {
            self.handle(event);
        }
        self.scratch.due = due;
    }

    /// Plays what is on the tapes: the price changes and arrivals of this instant.
    #[inline]
    fn come(&mut self, now: SimTime) {
        if self.next_price_at == now {
            self.next_price += 1;
            self.next_price_at = self.scratch.price_change(self.next_price);
            if self.world.envelopes.are_used() {
                self.review_limits();
            }
            self.world.changes.other = true;
        }
        while self.next_arrival_at == now {
            self.arrive();
        }
    }

    /// A job's work is done, or its time is up.
    #[inline]
    fn finish(&mut self, event: Event) {
        self.note(Rank::Finish as u64, u64::from(event.id));
        let slot = Slot(event.slot);
        if self.is_current(slot, event, Phase::Running) && self.is_fed_until_now(slot, event.state)
        {
            if self.inspects && self.is_turned_back(slot, event.state) {
                return;
            }
            self.end(slot, event.state);
        }
    }

    fn handle(&mut self, event: Event) {
        if event.rank == Rank::Finish {
            return self.finish(event);
        }
        self.note(event.rank as u64, u64::from(event.id));
        let slot = Slot(event.slot);
        match event.rank {
            Rank::Booted if self.is_current(slot, event, Phase::Booting) => self.booted(slot),
            Rank::Saved if self.is_current(slot, event, Phase::Saving) => self.saved(slot),
            Rank::Answered if self.is_current(slot, event, Phase::Asking) => self.answered(slot),
            Rank::Crash | Rank::Rekeyed if self.is_current(slot, event, Phase::Running) => {
                self.interrupt(slot);
            }
            Rank::Expired if self.is_current(slot, event, Phase::Running) => self.expire(slot),
            Rank::Spoiled if self.is_current(slot, event, Phase::Running) => self.spoil(slot),
            Rank::Pulled => self.pulled(event),
            Rank::Transformed => self.transform_event(event),
            Rank::Found => self.found(event),
            Rank::GraceOver => self.grace_is_over(event.id),
            Rank::PullAgain => self.pull_again(event),
            Rank::Cut if self.is_current(slot, event, Phase::Running) => self.cut(slot),
            Rank::Lapsed => self.lapse_service(OutletId(event.id), event.attempt),
            Rank::Grow if self.is_current(slot, event, Phase::Running) => self.grow(slot),
            Rank::Restored => self.restored(event),
            Rank::Mended => self.mended(event),
            Rank::Fault => self.breaks(event),
            Rank::Arrived => self.arrived(event),
            Rank::Gone => self.gone(event),
            Rank::Died => self.died(event),
            Rank::Retry => {
                let pool = PoolId(event.slot as u16);
                self.world.pools[pool.index()].doubt.next_round();
                self.world.changes.other = true;
            }
            Rank::Wake => self.wake(slot, event),
            Rank::Release => self.release(event),
            Rank::Window => self.turn_windows(),
            // What runs on budgets is seen to at each instant.
            Rank::Limit if event.slot == BUDGETS => {}
            Rank::Limit => self.limit(slot, event),
            Rank::Due => self.fall_due(event),
            Rank::Proven => self.prove(event),
            Rank::Finish
            | Rank::Booted
            | Rank::Saved
            | Rank::Answered
            | Rank::Crash
            | Rank::Grow
            | Rank::Rekeyed
            | Rank::Cut
            | Rank::Spoiled
            | Rank::Expired
            | Rank::Price
            | Rank::Arrival => {}
        }
    }

    fn is_current(&self, slot: Slot, event: Event, phase: Phase) -> bool {
        let job = &self.world.jobs[slot];
        job.id.0 == event.id && job.phase == phase && job.attempt == event.attempt
    }

    #[expect(
        clippy::inline_always,
        reason = "measured: each job comes through here once"
    )]
    #[inline(always)]
    pub(super) fn arrive(&mut self) {
        let id = JobId(self.next_arrival as u32);
        let timeline = self.timeline;
        let request = &timeline.requests[self.next_arrival];
        self.next_arrival += 1;
        self.next_arrival_at = timeline.submit_of(self.next_arrival);
        self.submit(id, request);
    }

    /// A job comes.
    #[expect(
        clippy::inline_always,
        reason = "measured: each job comes through here once"
    )]
    #[inline(always)]
    pub(super) fn submit(&mut self, id: JobId, request: &Request) {
        self.note(Rank::Arrival as u64, u64::from(id.0));
        self.out.fact(self.world.now, Fact::Submitted(id));
        let gpus = self.scratch.room.gpus_of(request.shape);
        let moved;
        let request = if self.world.rollout.cutovers.is_empty() {
            request
        } else {
            moved = self.cut_over(id, request);
            &moved
        };
        let key = self.strategy.order_key(request);
        let slot = self.world.arrive(id, request, key, gpus);
        if !self.root.can_ever_place(request.shape.index()) {
            self.world.changes.arrivals.pop();
            self.end(slot, JobState::Rejected);
        } else if self.model.services.turn_away() {
            self.vouch_for(slot);
        }
    }

    fn booted(&mut self, slot: Slot) {
        if self.world.staging.may_hold() {
            let pool = self.world.jobs[slot].pool;
            if !self.world.has_data(self.model, slot, pool) {
                return self.world.boot_unstaged(slot);
            }
        }
        self.world.boot(slot);
        if !self.model.weather.instances.is_empty() {
            self.expect_deaths(slot);
        }
        self.begin_running(slot);
    }

    fn saved(&mut self, slot: Slot) {
        let idle = &mut self.scratch.orders.idle;
        self.world.booked.clear();
        self.world.saved(
            self.model,
            slot,
            self.strategy.requeue(),
            |pool, instance, generation| {
                idle.push((pool, instance, generation));
            },
        );
        self.post_booked(slot);
        self.set_release_timers();
    }

    fn wake(&mut self, slot: Slot, event: Event) {
        let now = self.world.now;
        if event.state == JobState::Shed {
            return self.shed(slot, event);
        }
        // The slot of a wake is where the job was; it may be gone by now.
        let job = &mut self.world.jobs[slot];
        if job.id.0 != event.id || job.phase == Phase::Gone {
            return;
        }
        if job.wake <= now {
            job.wake = SimTime::NEVER;
        }
        // A job that has been placed since has nothing to be called for, unless all are ranked anew.
        if job.phase == Phase::Waiting || self.world.keeps_ranking || self.world.calls_running {
            self.world.changes.other = true;
        }
    }

    fn release(&mut self, event: Event) {
        let pool = PoolId(event.slot as u16);
        let instance = event.id & 0xF_FFFF;
        let Some(rent) = self.world.pool(pool).rent() else {
            return;
        };
        let generation = rent.instance(instance).generation;
        if generation == event.attempt {
            self.give_back(pool, instance, generation);
        }
    }

    /// An idle instance is given back, unless something has used it since `generation`.
    pub(super) fn give_back(&mut self, pool: PoolId, instance: u32, generation: u32) {
        if self
            .world
            .release(self.model, pool, instance, generation, self.horizon)
        {
            self.charge_idle();
            self.out.fact(self.world.now, Fact::Released(pool, 1));
        }
    }

    /// Asks the strategy.
    pub(super) fn decide(&mut self) {
        self.passes += 1;
        let scratch = &mut *self.scratch;
        let mut plan = Plan {
            model: self.model,
            world: &mut self.world,
            pass: &mut scratch.pass,
            orders: &mut scratch.orders,
        };
        self.strategy.decide(&mut plan);
    }

    /// Mixes what happened into the running hash of the run.
    pub(super) fn note(&mut self, kind: u64, id: u64) {
        self.events += 1;
        let word = self.world.now.0 ^ id << 20 ^ kind << 58;
        self.digest = (self.digest ^ word)
            .wrapping_mul(0x9fb2_1c65_1e98_df25)
            .rotate_left(29);
    }
}
