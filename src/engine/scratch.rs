//! What a run needs beside the model, kept from run to run: memory, and the world as it was built.

use crate::dice::Key;
use crate::model::{Class, Model, Pool, Shape, Timeline};
use crate::strategy::{Orders, Pass, Strategy};
use crate::units::{DatasetId, PoolId, SimTime};
use crate::world::{Room, Slot, World};

use super::agenda::{Agenda, Event};
use super::feeds::FeedEnd;

/// Memory that is reused from run to run: nothing in it outlives a run but its capacity.
#[derive(Debug, Default)]
pub struct Scratch {
    pub(super) world: Option<World>,
    /// What the world was built for.
    built_for: Option<BuiltFor>,
    pub(super) room: Room,
    pub(super) agenda: Agenda,
    pub(super) pass: Pass,
    pub(super) orders: Orders,
    pub(super) price_changes: Vec<SimTime>,
    pub(super) due: Vec<Event>,
    /// The keys of the pools' dice; empty if nothing is rented.
    pub(super) pool_keys: Vec<Key>,
    /// The keys of the classes' dice; empty if no class rolls any.
    pub(super) class_keys: Vec<Key>,
    /// Names of the dice of rented instances that may fail, by law and pool.
    pub(super) instance_keys: Vec<Vec<Key>>,
    /// The keys of what shares few crews, by shop and entity.
    pub(super) entity_keys: Vec<Vec<Key>>,
    /// Jobs that lose their place.
    pub(super) victims: Vec<Slot>,
    /// Artifacts whose pulls broke off.
    pub(super) broke: Vec<DatasetId>,
    /// Instances by the luck that decides who is taken away first.
    pub(super) drawn: Vec<(u64, u32)>,
    /// When jobs end that read while they run, by what they get now; by slot.
    pub(super) feed_ends: Vec<FeedEnd>,
    /// Jobs that the horizon finds alive.
    pub(super) living: Vec<(u32, Slot)>,
    /// GPUs that jobs hold of each pool, counted again.
    #[cfg(debug_assertions)]
    pub(super) held: Vec<u64>,
}

/// What of a model shapes the tables of a world; a world is used again only where all of it is the same.
#[derive(Debug)]
struct BuiltFor {
    pools: Vec<Pool>,
    classes: Vec<Class>,
    shapes: Vec<Shape>,
}

impl BuiltFor {
    fn of(model: &Model) -> Self {
        Self {
            pools: model.pools.clone(),
            classes: model.classes.clone(),
            shapes: model.shapes.clone(),
        }
    }

    fn is(&self, model: &Model) -> bool {
        self.pools == model.pools && self.classes == model.classes && self.shapes == model.shapes
    }
}

/// A world at its first instant, in the memory of the last one where that was built for the same.
pub(super) fn fresh_world(
    model: &Model,
    strategy: &Strategy,
    timeline: &Timeline,
    scratch: &mut Scratch,
) -> World {
    scratch.agenda.clear();
    let mut world = match scratch.world.take() {
        Some(mut world)
            if scratch
                .built_for
                .as_ref()
                .is_some_and(|built| built.is(model)) =>
        {
            world.reset(model);
            world
        }
        _ => {
            scratch.built_for = Some(BuiltFor::of(model));
            World::new(model)
        }
    };
    let tariffs = timeline.tariffs.as_ref().unwrap_or(&world.posted);
    world.tariffs = tariffs.clone();
    world.keeps_profile = strategy.keeps_profile();
    world.keeps_ranking = strategy.keeps_ranking();
    world.keep_claims(model, strategy.keeps_claims() || model.quotas.are_used());
    world.remember_spot(model, strategy.remembers_spot());
    world.calls_running = strategy.calls_running();
    world.budgets.only_count = strategy.overspends();
    world.hold_rules(model, strategy.rule_modes());
    scratch.price_changes.clear();
    for pool in 0..model.pools.len() {
        let changes = world.tariffs.changes(PoolId::from(pool));
        scratch.price_changes.extend(changes);
    }
    scratch.price_changes.sort_unstable();
    scratch.price_changes.dedup();
    world
}

impl Scratch {
    /// The world as the last run left it.
    pub const fn left(&self) -> Option<&World> {
        self.world.as_ref()
    }

    pub(super) fn price_change(&self, index: usize) -> SimTime {
        self.price_changes
            .get(index)
            .copied()
            .unwrap_or(SimTime::NEVER)
    }
}
