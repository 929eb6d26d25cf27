//! Rented capacity that fails: a pool that is lost as a whole, and single instances.

use crate::dice::Purpose;
use crate::journal::{Fact, JobState, Observer};
use crate::process::law_ms;
use crate::units::PoolId;
use crate::world::{Rent, Slot};

use super::agenda::{Event, Rank};
use super::run::Run;

impl<O: Observer> Run<'_, O> {
    /// A rented pool is lost: nobody has time to save, and all that is held there is gone, under notice or not.
    pub(super) fn lose_pool(&mut self, pool: PoolId) {
        let now = self.world.now;
        self.world.lose_pool(pool, false);
        let slots = self.world.pool(pool).rent().map_or(0, Rent::slots);
        self.interrupt_on(pool, 0, slots);
        for instance in 0..slots {
            let state = self.world.pool(pool);
            let held = state.rent().is_some_and(|rent| rent.is_held(instance));
            if !held {
                continue;
            }
            if !state.is_shut(instance) {
                self.world.pools[pool.index()].drain(instance, now);
            }
            if self.world.reclaim(self.model, pool, instance, self.horizon) {
                self.charge_idle();
                self.out.fact(now, Fact::Reclaimed(pool, 1));
            }
        }
    }

    /// The names of the dice of instances that may fail, by law and pool.
    pub(super) fn name_instances(&mut self) {
        let keys = &mut self.scratch.instance_keys;
        keys.clear();
        for failure in &self.model.weather.instances {
            let of_pool = |pool: &PoolId| {
                let name = &self.model.pool(*pool).name;
                self.dice.key(&failure.name, name)
            };
            keys.push(failure.pools.iter().map(of_pool).collect());
        }
    }

    /// The instances of a gang have booted: each fails when its time is over.
    pub(super) fn expect_deaths(&mut self, slot: Slot) {
        let job = self.world.jobs[slot];
        let (now, pool) = (self.world.now, job.pool);
        for (failure, keys) in self
            .model
            .weather
            .instances
            .iter()
            .zip(&self.scratch.instance_keys)
        {
            let Some(index) = failure.pools.iter().position(|&of| of == pool) else {
                continue;
            };
            let state = self.world.pool(pool);
            let Some(rent) = state.rent() else { continue };
            for (instance, _) in state.parts(job.holding, job.gpus) {
                let launch = rent.instance(instance).launch;
                let mut stream =
                    self.dice
                        .stream(keys[index], Purpose::InstanceLife, instance, launch as u16);
                let at = now + law_ms(&failure.up, &mut stream);
                // What comes after the horizon never happens.
                if at <= self.horizon {
                    let event = Event {
                        rank: Rank::Died,
                        id: u32::from(pool.0) << 20 | instance,
                        slot: u32::from(pool.0),
                        attempt: launch,
                        state: JobState::Running,
                    };
                    self.scratch.agenda.push(at, event);
                }
            }
        }
    }

    /// A rented instance fails, unless it was given back before: what runs there stops, and it is given back.
    pub(super) fn died(&mut self, event: Event) {
        let (pool, instance) = (PoolId(event.slot as u16), event.id & 0xF_FFFF);
        let now = self.world.now;
        let state = self.world.pool(pool);
        let held = state.rent().is_some_and(|rent| {
            rent.is_held(instance) && rent.instance(instance).launch == event.attempt
        });
        if !held {
            return;
        }
        if !state.is_shut(instance) {
            self.world.pools[pool.index()].drain(instance, now);
        }
        self.interrupt_on(pool, instance, 1);
        if self
            .world
            .lose_instance(self.model, pool, instance, self.horizon)
        {
            self.charge_idle();
            self.post_shut();
            self.out.fact(now, Fact::InstancesFailed(pool, 1));
        }
    }
}
