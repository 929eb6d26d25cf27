//! What rules say of jobs of each shape in each pool of their class, worked out once and kept while the same rules are in
//! force.

use crate::journal::{Bar, Considered, Score};
use crate::model::{Masks, Model};
use crate::units::{PoolId, Price, ShapeId};
use crate::world::World;

use super::sight::Sight;

/// No more is kept at once: then all of it is worked out anew.
const KEPT_MAX: usize = 1 << 16;

/// What was worked out so far.
#[derive(Clone, Debug, Default)]
pub(super) struct Verdicts {
    /// The rules in force.
    masks: Masks,
    /// By shape, where its verdicts begin, and one; 0 if nobody asked for them.
    rows: Vec<u32>,
    /// By shape, then pool of its class.
    found: Vec<Found>,
}

/// What rules say of a job of a shape in a pool, as it would do its work there.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Found {
    version: u8,
    fired: u128,
    pub(super) refusing: u128,
    unknown: u128,
    violated: u128,
}

impl Found {
    fn of(model: &Model, masks: Masks, shape: ShapeId, pool: PoolId) -> Self {
        let version = model.version(masks, shape, pool).unwrap_or(0);
        let job = (shape, version);
        let data = model.data_refused(masks, (model.labelled(shape), version), pool);
        let refusing = model.rules.refusing(masks, job, pool) | data;
        Self {
            version,
            fired: model.rules.fired_in(masks.situation, job, pool) & masks.active | data,
            refusing,
            unknown: if refusing == 0 {
                0
            } else {
                unknown(model, masks, job, pool)
            },
            violated: model.rules.violated(masks, job, pool),
        }
    }

    /// What is told of a pool: its place in the order, what stood in the way, and its score.
    #[inline]
    pub(super) fn told(
        &self,
        per_work: Price,
        sight: &Sight,
        (place, bar, score): (Option<u16>, Option<Bar>, Option<Score>),
    ) -> Considered {
        Considered {
            pool: sight.pool,
            place,
            fired: self.fired,
            refusing: self.refusing,
            unknown: self.unknown,
            violated: self.violated,
            bar,
            score,
            asked: sight.asked,
            price: sight.price,
            per_work,
            version: self.version,
        }
    }
}

/// Of which rules in force it is not known whether they hold. A rule about what moves is asked of all that comes, not of
/// the pool: it is not among them.
fn unknown(model: &Model, masks: Masks, job: (ShapeId, u8), pool: PoolId) -> u128 {
    model.rules.unknown_in(masks.situation, job, pool) & masks.active
}

impl Verdicts {
    /// Other rules may be in force.
    pub(super) fn forget(&mut self) {
        self.rows.clear();
        self.found.clear();
    }

    /// What rules say of jobs of a shape in each pool of their class, in the order of those.
    pub(super) fn of(&mut self, model: &Model, world: &World, shape: ShapeId) -> &[Found] {
        let pools = &model.classes[model.class_of(shape).index()].pools;
        let masks = world.rules.masks();
        if self.masks != masks || KEPT_MAX < self.found.len() + pools.len() {
            self.masks = masks;
            self.forget();
        }
        if self.rows.is_empty() {
            self.rows.resize(model.shapes.len(), 0);
        }
        let row = &mut self.rows[shape.index()];
        if *row == 0 {
            *row = self.found.len() as u32 + 1;
            let found = pools.iter().map(|&pool| {
                if model.rules.are_used() {
                    Found::of(model, masks, shape, pool)
                } else {
                    Found::default()
                }
            });
            self.found.extend(found);
        }
        &self.found[*row as usize - 1..][..pools.len()]
    }
}
