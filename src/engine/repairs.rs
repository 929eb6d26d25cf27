//! Nodes that share few repair crews or spares: when a repair can begin depends on what else is broken, so it
//! is not on the tape. The k-th up time of an entity and the k-th repair of it have names of their own.

use crate::dice::Purpose;
use crate::journal::{Fact, JobState, Observer};
use crate::model::NodeRange;
use crate::process::law_ms;
use crate::units::SimTime;
use crate::world::{RepairShop, ShopMoves};

use super::agenda::{Event, Rank};
use super::run::Run;

impl<O: Observer> Run<'_, O> {
    /// Everything works and is new; the first fault of each entity that is there is drawn.
    pub(super) fn open_shops(&mut self) {
        self.world.shops.clear();
        self.scratch.entity_keys.clear();
        for (shop, terms) in self.model.weather.shops.iter().enumerate() {
            self.world.shops.push(RepairShop::new(terms.spares));
            let keys = terms.entities.iter();
            let keys = keys.map(|entity| self.dice.key(&terms.name, &entity.name));
            self.scratch.entity_keys.push(keys.collect());
            for (entity, what) in terms.entities.iter().enumerate() {
                if self.model.rollout.order_of(&what.nodes).is_none() {
                    self.schedule_fault(shop as u32, entity as u32, 0);
                }
            }
        }
    }

    /// What an order brought is new: each entity's first fault is drawn.
    pub(super) fn break_what_is_new(&mut self, order: u32) {
        for (shop, terms) in self.model.weather.shops.iter().enumerate() {
            for (entity, what) in terms.entities.iter().enumerate() {
                if self.model.rollout.order_of(&what.nodes) == Some(order) {
                    self.schedule_fault(shop as u32, entity as u32, 0);
                }
            }
        }
    }

    /// The `count`-th up time of an entity begins.
    fn schedule_fault(&mut self, shop: u32, entity: u32, count: u32) {
        let terms = &self.model.weather.shops[shop as usize];
        let key = self.scratch.entity_keys[shop as usize][entity as usize];
        let mut stream = self.dice.stream(key, Purpose::UpTime, count, 0);
        let at = self.world.now + law_ms(&terms.up, &mut stream);
        self.push_repair(at, Rank::Fault, shop, entity, count);
    }

    fn push_repair(&mut self, at: SimTime, rank: Rank, shop: u32, entity: u32, count: u32) {
        let event = Event {
            rank,
            id: entity,
            slot: shop,
            attempt: count,
            state: JobState::Running,
        };
        // What comes after the horizon never happens.
        if at <= self.horizon {
            self.scratch.agenda.push(at, event);
        }
    }

    /// An entity breaks.
    pub(super) fn breaks(&mut self, event: Event) {
        let (shop, entity) = (event.slot, event.id);
        let Some(terms) = self.model.weather.shops.get(shop as usize) else {
            return self.planned(event);
        };
        let nodes = &terms.entities[entity as usize].nodes;
        let ours = |range: &NodeRange| self.world.owns_any(range.pool, range.first, range.nodes);
        if !nodes.iter().any(ours) {
            // Nobody mends what is not ours (yet, or any more): another one has its next up time.
            return self.schedule_fault(shop, entity, event.attempt + 1);
        }
        for range in nodes {
            self.stop_nodes(range.pool, range.first, range.nodes);
        }
        self.post_shut();
        let moves = self.world.shops[shop as usize].breaks(entity, event.attempt, terms.crews);
        self.carry_out_repairs(shop, moves);
    }

    /// A crew is done.
    pub(super) fn mended(&mut self, event: Event) {
        let crews = self.model.weather.shops[event.slot as usize].crews;
        let moves = self.world.shops[event.slot as usize].mended(crews);
        self.carry_out_repairs(event.slot, moves);
    }

    fn carry_out_repairs(&mut self, shop: u32, moves: ShopMoves) {
        let terms = &self.model.weather.shops[shop as usize];
        if let Some((entity, count)) = moves.begins {
            let key = self.scratch.entity_keys[shop as usize][entity as usize];
            let mut stream = self.dice.stream(key, Purpose::DownTime, count, 0);
            let at = self.world.now + law_ms(&terms.down, &mut stream);
            self.push_repair(at, Rank::Mended, shop, entity, count);
        }
        if let Some((entity, count)) = moves.fitted {
            let at = self.world.now + terms.swap;
            self.push_repair(at, Rank::Restored, shop, entity, count);
        }
    }

    /// An entity works again.
    pub(super) fn restored(&mut self, event: Event) {
        let (shop, entity) = (event.slot, event.id);
        let Some(terms) = self.model.weather.shops.get(shop as usize) else {
            return self.planned(event);
        };
        let now = self.world.now;
        for range in &terms.entities[entity as usize].nodes {
            let resumed = self
                .world
                .resume_nodes(range.pool, range.first, range.nodes);
            if resumed > 0 {
                self.out.fact(now, Fact::NodesUp(range.pool, resumed));
            }
        }
        self.post_shut();
        self.schedule_fault(shop, entity, event.attempt + 1);
    }
}
