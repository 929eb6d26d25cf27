//! What spot pools did to those who asked them, where a policy remembers it.

use crate::model::{Model, RentKind, Supply};
use crate::units::{JobId, PoolId};

use super::job::Slot;
use super::moment::World;

/// What became of those who asked a spot pool.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ZoneTally {
    /// How many asked for it.
    pub asked: u64,
    /// How many it refused, or took capacity away from while they ran.
    pub failed: u64,
}

/// What a living job remembers of the spot pools that it asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ZoneMemory {
    job: JobId,
    /// The pool that it asked or held last.
    pub zone: PoolId,
    /// How many times in a row that refused it.
    pub refusals: u32,
    /// Whether the last that it heard of it was bad.
    pub failed: bool,
}

/// What is remembered of spot pools; nothing unless a policy asks.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SpotMemory {
    kept: bool,
    zones: Vec<ZoneTally>,
    jobs: Vec<Option<ZoneMemory>>,
}

/// What happened between a job and a spot pool.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SpotNews {
    /// It asked.
    Asked,
    /// It was refused.
    Refused,
    /// It runs there.
    Runs,
    /// It lost its place.
    Lost,
}

impl SpotMemory {
    /// Whether anything is remembered.
    #[inline]
    pub const fn is_kept(&self) -> bool {
        self.kept
    }

    /// What became of those who asked a pool.
    pub fn tally(&self, pool: PoolId) -> ZoneTally {
        self.zones.get(pool.index()).copied().unwrap_or_default()
    }

    /// What a job remembers.
    pub fn of_job(&self, job: JobId, slot: Slot) -> Option<ZoneMemory> {
        let memory = self.jobs.get(slot.0 as usize).copied().flatten();
        memory.filter(|memory| memory.job == job)
    }
}

impl World {
    /// Nothing is known; whether it is remembered from now on.
    pub fn remember_spot(&mut self, model: &Model, kept: bool) {
        let memory = &mut self.spot;
        memory.kept = kept;
        memory.zones.clear();
        memory.jobs.clear();
        if kept {
            memory.zones.resize(model.pools.len(), ZoneTally::default());
        }
    }

    /// Something happened between a job and the pool that it asked or holds.
    #[cold]
    pub fn hear_spot(&mut self, model: &Model, slot: Slot, pool: PoolId, news: SpotNews) {
        let spot = matches!(&model.pool(pool).supply, Supply::Rented(terms) if terms.kind == RentKind::Spot);
        if !spot {
            return;
        }
        let job = self.jobs[slot].id;
        let before = self.spot.of_job(job, slot);
        let before = before.filter(|before| before.zone == pool);
        let refusals = before.map_or(0, |before| before.refusals);
        let tally = &mut self.spot.zones[pool.index()];
        let (refusals, failed) = match news {
            SpotNews::Asked => {
                tally.asked += 1;
                (refusals, before.is_some_and(|before| before.failed))
            }
            SpotNews::Refused => {
                tally.failed += 1;
                (refusals + 1, true)
            }
            SpotNews::Runs => (0, false),
            SpotNews::Lost => {
                tally.failed += 1;
                (0, true)
            }
        };
        let place = slot.0 as usize;
        if self.spot.jobs.len() <= place {
            self.spot.jobs.resize(place + 1, None);
        }
        self.spot.jobs[place] = Some(ZoneMemory {
            job,
            zone: pool,
            refusals,
            failed,
        });
    }
}
