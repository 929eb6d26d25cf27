//! A pass over the line: the heads of all shapes, merged in the order of the line. Buffers are reused.

use crate::model::{Discipline, Model};
use crate::units::{PoolId, ShapeId};
use crate::world::{NOWHERE, Place, Room, Slot, World};

use super::Strategy;
use super::dominant::Row;
use super::free_over::FreeOver;
use super::scored::Prospect;
use super::spot::Zone;

/// A shape that still takes part in a pass, with its next job.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Cursor {
    /// The place of the job that is offered next.
    pub place: Place,
    /// Its shape.
    pub shape: ShapeId,
    /// Whether an earlier job of the shape was blocked in this pass.
    pub blocked: bool,
}

/// Buffers of a pass.
#[derive(Clone, Debug, Default)]
pub struct Pass {
    pub(super) cursors: Vec<Cursor>,
    pub(super) closed: Vec<bool>,
    pub(super) blocked: Vec<ShapeId>,
    /// Jobs to rank: (key, position before, job).
    pub(super) ranked: Vec<(u64, u32, Slot)>,
    /// Tenants of whom somebody waits.
    pub(super) rows: Vec<Row>,
    /// Jobs that should run and do not, with where.
    pub(super) wanted: Vec<(Slot, PoolId)>,
    /// Jobs that run and should not.
    pub(super) stopped: Vec<Slot>,
    pub(super) free: Vec<u64>,
    pub(super) profiles: Vec<FreeOver>,
    /// Pools as they rank for one job.
    pub(super) prospects: Vec<Prospect>,
    /// Rented pools in the order in which one job asks them.
    pub(super) zones: Vec<Zone>,
    /// Whether the job that was offered last waits for a quota of its tenant or class: it holds nobody else back.
    pub(super) over_quota: bool,
    /// Whether the job that was offered last has its place because others were stopped for it.
    pub(super) reclaimed: bool,
    /// Whom quotas stop for a job.
    pub(super) victims: Vec<Slot>,
    /// The full pool for which the job that was offered last waits, though it could go elsewhere.
    pub(super) awaited: Option<PoolId>,
}

impl Pass {
    /// All shapes of which somebody waits take part, each with its first job.
    pub(super) fn begin(&mut self, world: &World, pools: usize) {
        self.cursors.clear();
        for shape in world.line.shapes() {
            self.enter(world, shape);
        }
        self.closed.clear();
        self.closed.resize(pools, false);
    }

    /// Room for the decisions of one replication, without asking for memory.
    pub fn reserve(&mut self, strategy: &Strategy, model: &Model, room: &Room) {
        let (shapes, pools, jobs) = (model.shapes.len(), model.pools.len(), room.jobs());
        self.cursors.clear();
        self.cursors.reserve(shapes);
        self.blocked.clear();
        self.blocked.reserve(shapes);
        self.closed.clear();
        self.closed.reserve(pools);
        self.free.clear();
        self.free.reserve(pools);
        self.prospects.clear();
        self.prospects.reserve(pools);
        self.zones.clear();
        self.zones.reserve(pools);
        self.awaited = None;
        if strategy.keeps_ranking() {
            self.rows.clear();
            self.rows.reserve(model.tenants.len());
            self.ranked.clear();
            self.ranked.reserve(jobs);
            self.wanted.clear();
            self.wanted.reserve(jobs);
            self.stopped.clear();
            self.stopped.reserve(jobs);
        }
        if let Discipline::Conservative { depth } = strategy.settings.discipline {
            self.profiles.resize_with(pools, FreeOver::default);
            for (profile, pool) in self.profiles.iter_mut().zip(&model.pools) {
                let held = room.parts_in(pool).min(jobs);
                // A step for each job that runs, and two for each that starts now or waits for its turn.
                profile.reserve(1 + held + 2 * (held + jobs.min(depth as usize)));
            }
        }
    }

    /// One shape takes part.
    pub(super) fn enter(&mut self, world: &World, shape: ShapeId) {
        let place = world.line.head_place(shape);
        if place != NOWHERE {
            self.cursors.push(Cursor {
                place,
                shape,
                blocked: false,
            });
        }
    }

    /// The cursor whose job is first in the line.
    pub(super) fn first(&self) -> Option<usize> {
        // Which of a few is least can be foretold by nobody: without branches nobody has to.
        let (mut best, mut place) = (usize::MAX, NOWHERE);
        for (index, cursor) in self.cursors.iter().enumerate() {
            let sooner = cursor.place < place;
            best = if sooner { index } else { best };
            place = if sooner { cursor.place } else { place };
        }
        (best != usize::MAX).then_some(best)
    }

    /// The shape's next job is the one behind the present one; without one the shape is done.
    pub(super) fn step(&mut self, world: &World, index: usize) {
        let cursor = &mut self.cursors[index];
        match world.line.queue(cursor.shape).after(cursor.place) {
            Some((place, _)) => cursor.place = place,
            None => self.leave(index),
        }
    }

    /// The shape is done for this pass.
    pub(super) fn leave(&mut self, index: usize) {
        self.cursors.swap_remove(index);
    }
}
