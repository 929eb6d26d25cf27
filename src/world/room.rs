//! How much of everything one replication can need at once, worked out before it is played, so that playing
//! it asks for no memory.

use crate::model::{Model, Pool, Spread, Supply, Timeline};
use crate::units::ShapeId;

use super::moment::World;

/// Room is made for so many jobs. A world of more of them asks for memory while it is played, where it is
/// larger than all before: to be ready for the worst would cost more than it saves.
const JOBS_MAX: usize = 1 << 18;
/// As much for the parts of their gangs.
const PARTS_MAX: u64 = 1 << 20;

/// What the jobs of one replication can need at once.
#[derive(Clone, Debug, Default)]
pub struct Room {
    jobs: usize,
    of_shape: Vec<u32>,
    /// GPUs of one job of each shape.
    gpus: Vec<u64>,
    of_class: Vec<u32>,
}

impl Room {
    /// Measures a replication.
    pub fn measure(&mut self, model: &Model, timeline: &Timeline) {
        let requests = &timeline.requests;
        self.of_shape.clear();
        self.of_shape.resize(model.shapes.len(), 0);
        self.jobs = requests.len().min(JOBS_MAX);
        for request in &requests[..self.jobs] {
            self.of_shape[request.shape.index()] += 1;
        }
        self.jobs += timeline.errands.len();
        for errand in &timeline.errands {
            self.of_shape[errand.request.shape.index()] += 1;
        }
        self.gpus.clear();
        let occupied = model.shapes.iter().map(|shape| shape.gpus.occupied());
        self.gpus.extend(occupied);
        self.of_class.clear();
        self.of_class.resize(model.classes.len(), 0);
        for (shape, &jobs) in model.shapes.iter().zip(&self.of_shape) {
            self.of_class[shape.class.index()] += jobs;
        }
    }

    /// Jobs that can be alive.
    pub const fn jobs(&self) -> usize {
        self.jobs
    }

    /// GPUs that a job of a shape occupies when placed (whole ones).
    #[inline]
    pub fn gpus_of(&self, shape: ShapeId) -> u64 {
        self.gpus[shape.index()]
    }

    /// How many of them are of each class.
    pub fn of_class(&self) -> &[u32] {
        &self.of_class
    }

    /// Parts that gangs can have in a pool; each holds at least one GPU.
    pub fn parts_in(&self, pool: &Pool) -> usize {
        let per_node = u64::from(pool.gpus_per_node);
        let scattered = !pool.is_rented() && pool.spread == Spread::Any;
        self.most(gpus_of(pool), |gpus| {
            if scattered && gpus > per_node {
                gpus
            } else {
                gpus.div_ceil(per_node)
            }
        })
    }

    /// Parts that gangs can have had in a rented pool, all jobs of the replication together.
    pub fn parts_left_in(&self, pool: &Pool) -> usize {
        let per_node = u64::from(pool.gpus_per_node);
        self.most(u64::MAX, |gpus| gpus.div_ceil(per_node))
    }

    /// Instances of a rented pool that can be held.
    pub fn instances_of(&self, pool: &Pool) -> usize {
        let per_node = u64::from(pool.gpus_per_node);
        self.most(gpus_of(pool) / per_node, |gpus| gpus.div_ceil(per_node))
    }

    /// The sum over all jobs, but no more than `limit`.
    fn most(&self, limit: u64, of_one: impl Fn(u64) -> u64) -> usize {
        let mut sum = 0u64;
        for (&jobs, &gpus) in self.of_shape.iter().zip(&self.gpus) {
            sum = sum.saturating_add(of_one(gpus).saturating_mul(u64::from(jobs)));
        }
        sum.min(limit).min(PARTS_MAX) as usize
    }
}

/// GPUs that a pool can have, as far as its terms say it.
fn gpus_of(pool: &Pool) -> u64 {
    match &pool.supply {
        Supply::Rented(offer) => offer.quota.unwrap_or(u64::MAX),
        Supply::Owned { .. } => pool.gpus(),
    }
}

impl World {
    /// Makes room, so that playing a replication asks for no memory. What is not known beforehand: how often
    /// jobs will be stopped (each time leaves a past run, and a place in the line that is taken anew), and how
    /// often the estimate of a job that overruns it will be moved.
    pub fn reserve(&mut self, model: &Model, room: &Room) {
        let jobs = room.jobs();
        self.jobs.reserve(jobs, self.keeps_ranking);
        self.line.reserve(&room.of_shape);
        self.changes.arrivals.reserve(jobs);
        let mut instances = 0;
        for (state, pool) in self.pools.iter_mut().zip(&model.pools) {
            state.reserve(pool, room, self.keeps_profile);
            if pool.is_rented() {
                instances = instances.max(room.instances_of(pool));
            }
        }
        self.charges.reserve(instances);
        self.booked.reserve(BOOKED_AT_ONCE);
        if self.keeps_ranking {
            self.ranking.reserve(jobs);
            self.booked.reserve(BOOKED_AT_ONCE + jobs);
        }
    }
}

/// Stretches that ending or stopping a job books, apart from its past runs.
const BOOKED_AT_ONCE: usize = 8;
