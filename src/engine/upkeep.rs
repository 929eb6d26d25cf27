//! Planned maintenance is played: a batch is due, waits until nobody uses its nodes, is worked on, and the next
//! one follows. When a batch is clear depends on what runs, so only the beginnings of rounds are on the tape.

use crate::journal::{Fact, JobState, Observer};
use crate::model::{Drain, NodeRange};
use crate::units::{SimTime, Span};
use crate::world::Phase;

use super::agenda::{Event, Rank};
use super::budgets::BUDGETS;
use super::failover::FAILOVERS;
use super::rollout::PHASES;
use super::run::Run;

impl<O: Observer> Run<'_, O> {
    /// A round of a plan begins, unless one before it still goes on.
    pub(super) fn service(&mut self, plan: u16) {
        if self.world.begin_round(plan) {
            self.make_due(plan);
        }
    }

    /// The next batch of a plan takes no more work, and those who run there are dealt with.
    fn make_due(&mut self, plan: u16) {
        self.world.make_due(self.model, plan);
        self.tell_of_batch(plan, Fact::MaintenanceDue);
        let drain = self.model.weather.maintenance[usize::from(plan)].drain;
        for range in self.world.batch_of(self.model, plan) {
            match drain {
                Drain::Wait => {}
                Drain::Checkpoint => self.save_or_stop(*range),
                Drain::Kill => self.interrupt_on(range.pool, range.first, range.nodes),
            }
        }
        self.serve_if_clear(plan);
        self.post_shut();
    }

    /// Jobs that can write a checkpoint do so and leave; the others are stopped.
    fn save_or_stop(&mut self, range: NodeRange) {
        let mut running = std::mem::take(&mut self.scratch.victims);
        self.world
            .jobs_on(range.pool, range.first, range.nodes, &mut running);
        for &slot in &running {
            match self.world.jobs[slot].phase {
                Phase::Running => {}
                Phase::Staging => {
                    self.interrupt(slot);
                    continue;
                }
                _ => continue,
            }
            if self.world.write_span(self.model, slot).is_some() {
                self.save_within(slot, Span(u64::MAX));
            } else {
                self.interrupt(slot);
            }
        }
        self.scratch.victims = running;
    }

    /// Work begins on all batches that nobody uses any more.
    pub(super) fn serve_what_is_clear(&mut self) {
        for plan in 0..self.model.weather.maintenance.len() {
            self.serve_if_clear(plan as u16);
        }
        self.post_shut();
    }

    fn serve_if_clear(&mut self, plan: u16) {
        if !self.world.is_clear(self.model, plan) {
            return;
        }
        self.world.serve(self.model, plan);
        self.tell_of_batch(plan, Fact::MaintenanceBegun);
        let over = self.world.now + self.model.weather.maintenance[usize::from(plan)].lasts;
        self.schedule_plan(over, Rank::Restored, plan);
    }

    /// The work on a batch is over; the next one is due at once.
    fn serviced(&mut self, plan: u16) {
        self.tell_of_batch(plan, Fact::MaintenanceOver);
        let goes_on = self.world.reopen(self.model, plan);
        if goes_on || self.world.begin_owed(plan) {
            // As a fault it comes after the ends of this instant.
            self.schedule_plan(self.world.now, Rank::Fault, plan);
        }
        self.post_shut();
    }

    /// Something happens that is neither a fault nor a repair, though it comes in their turn.
    pub(super) fn planned(&mut self, event: Event) {
        match event.rank {
            _ if event.slot == PHASES => self.phase_event(event),
            _ if event.slot == BUDGETS => self.turn_budgets(event),
            _ if event.slot == FAILOVERS => self.turn_failover(event),
            Rank::Fault => self.make_due(event.id as u16),
            _ => self.serviced(event.id as u16),
        }
    }

    /// What happens to a plan and not to a job, nor to what is repaired by few crews.
    fn schedule_plan(&mut self, at: SimTime, rank: Rank, plan: u16) {
        let event = Event {
            rank,
            id: u32::from(plan),
            slot: u32::MAX,
            attempt: 0,
            state: JobState::Running,
        };
        if at <= self.horizon {
            self.scratch.agenda.push(at, event);
        }
    }

    fn tell_of_batch(&mut self, plan: u16, fact: impl Fn(crate::units::PoolId, u32) -> Fact) {
        let now: SimTime = self.world.now;
        for range in self.world.batch_of(self.model, plan) {
            self.out.fact(now, fact(range.pool, range.nodes));
        }
    }
}
