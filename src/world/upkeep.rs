//! Planned maintenance: what is announced, which batch is due, and where nobody may start any more.

use crate::model::{Drain, Maintenance, Model, NodeRange, Preemption};
use crate::units::{PoolId, ShapeId, SimTime, Span};

use super::job::Slot;
use super::moment::World;
use super::nodes::Holding;
use super::pool::PoolState;
use super::windows::Window;

/// How far a batch is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Stage {
    /// It will come, if any was announced.
    #[default]
    Ahead,
    /// It is due within this instant: the batch before it is over.
    Next,
    /// It is due and waits until nobody uses its nodes.
    Due,
    /// Its nodes are worked on.
    Served,
}

/// A plan of maintenance at one moment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Upkeep {
    /// How many rounds were announced.
    pub announced: u32,
    /// The round that goes on, or comes next.
    pub round: u32,
    /// Its batch that is due or worked on, or comes next.
    pub batch: u32,
    /// How far it is.
    pub stage: Stage,
    /// Rounds that should have begun while an earlier one still went on.
    pub owed: u32,
}

/// Announced maintenance, by count: so many GPUs of a pool cannot be had by whom it would meet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Closure {
    /// When it is expected to begin.
    pub from: SimTime,
    /// When it is expected to end.
    pub to: SimTime,
    /// GPUs of its nodes.
    pub gpus: u64,
    /// Whether jobs that can write a checkpoint may reach over its beginning.
    pub allows_saved: bool,
}

impl PoolState {
    /// Whether maintenance of some of its nodes is announced or goes on.
    #[inline]
    pub const fn has_windows(&self) -> bool {
        !self.windows.is_empty()
    }

    /// When GPUs come back from maintenance that is due or goes on, as far as is known at `now`.
    pub fn given_back(&self, now: SimTime) -> impl Iterator<Item = (SimTime, u64)> + '_ {
        let going_on = |window: &&Window| matches!(window.stage, Stage::Due | Stage::Served);
        self.windows
            .all()
            .iter()
            .filter(going_on)
            .map(move |window| {
                let absorbed = |node| {
                    let entry = self.shut.get(node);
                    u64::from(entry.absorbed.saturating_sub(entry.broken))
                };
                let nodes = window.first..window.first + window.nodes;
                let lasts = window.to.since(window.from);
                let until = match window.stage {
                    Stage::Due => now + lasts,
                    _ => window.to,
                };
                (until, nodes.map(absorbed).sum())
            })
    }

    /// Maintenance that is announced, as it looks at `now`.
    pub fn closures(&self, now: SimTime, per_node: u32) -> impl Iterator<Item = Closure> + '_ {
        self.windows.ahead().map(move |window| {
            let from = window.begins(now);
            Closure {
                from,
                to: from + window.to.since(window.from),
                gpus: u64::from(window.nodes) * u64::from(per_node),
                allows_saved: window.allows_saved,
            }
        })
    }

    /// Takes GPUs on nodes on which nothing is announced that a job would reach into which ends at `end`.
    fn take_open(&mut self, now: SimTime, end: SimTime, saves: bool, gpus: u64) -> Option<Holding> {
        let mut hidden = std::mem::take(&mut self.hidden);
        hidden.clear();
        let mut gone = 0;
        if let Some(nodes) = &mut self.nodes {
            for (window, _) in self.windows.met(now, end, saves).flatten() {
                gone += nodes.hide(window.first, window.nodes, &mut hidden);
            }
        }
        self.free -= gone;
        let holding = self.take(gpus);
        self.free += gone;
        if let Some(nodes) = &mut self.nodes {
            nodes.show(&hidden);
        }
        self.hidden = hidden;
        holding
    }
}

impl World {
    /// Whether maintenance is announced or goes on anywhere.
    pub fn maintains(&self) -> bool {
        self.pools.iter().any(PoolState::has_windows)
    }

    /// Whether some batch is due and waits.
    #[inline]
    pub const fn awaits_service(&self) -> bool {
        self.batches_due > 0
    }

    /// A round is announced.
    pub fn announce(&mut self, model: &Model, plan: u16, start: SimTime) {
        let terms = &model.weather.maintenance[usize::from(plan)];
        let upkeep = &mut self.upkeep[usize::from(plan)];
        let round = upkeep.announced;
        upkeep.announced += 1;
        for (batch, ranges) in terms.batches.iter().enumerate() {
            let from = start + Span(terms.lasts.0 * batch as u64);
            for range in ranges {
                self.pools[range.pool.index()].windows.push(Window {
                    plan,
                    round,
                    batch: batch as u32,
                    first: range.first,
                    nodes: range.nodes,
                    from,
                    to: from + terms.lasts,
                    after: Span::ZERO,
                    stage: Stage::Ahead,
                    allows_saved: terms.drain == Drain::Checkpoint,
                });
            }
        }
        for pool in &mut self.pools {
            pool.windows.sort_out();
        }
        self.changes.other = true;
    }

    /// A round should begin; says whether it does. One before it may still go on: then it begins behind that.
    pub fn begin_round(&mut self, plan: u16) -> bool {
        let upkeep = &mut self.upkeep[usize::from(plan)];
        if matches!(upkeep.stage, Stage::Next | Stage::Due | Stage::Served) {
            upkeep.owed += 1;
            return false;
        }
        true
    }

    /// The batch of a plan is due: its nodes take no more work. The later batches come behind it.
    pub fn make_due(&mut self, model: &Model, plan: u16) {
        let terms = &model.weather.maintenance[usize::from(plan)];
        let now = self.now;
        let upkeep = &mut self.upkeep[usize::from(plan)];
        upkeep.stage = Stage::Due;
        let Upkeep { round, batch, .. } = *upkeep;
        self.batches_due += 1;
        for range in &terms.batches[batch as usize] {
            let state = &mut self.pools[range.pool.index()];
            for node in range.first..range.first + range.nodes {
                let mut entry = state.settled(node, now);
                entry.due += 1;
                state.shut.set(node, entry);
                state.absorb(node, now);
            }
        }
        self.set_windows(terms, (plan, round, batch), Stage::Due);
        self.changes.other = true;
    }

    /// The windows of a round, from a batch that is due or worked on from now.
    fn set_windows(&mut self, terms: &Maintenance, which: (u16, u32, u32), stage: Stage) {
        let (plan, round, batch) = which;
        let now = self.now;
        // The windows of batches that are over are gone.
        for pool in self.pools.iter_mut().filter(|pool| pool.has_windows()) {
            pool.windows.change(|window| {
                if (window.plan, window.round) != (plan, round) {
                    return;
                }
                let behind = Span(terms.lasts.0 * u64::from(window.batch - batch));
                window.from = now + behind;
                window.to = window.from + terms.lasts;
                window.after = if stage == Stage::Due {
                    behind
                } else {
                    Span::ZERO
                };
                if window.batch == batch {
                    window.stage = stage;
                }
            });
        }
    }

    /// Whether the batch of a plan is due and nobody uses its nodes any more.
    pub fn is_clear(&self, model: &Model, plan: u16) -> bool {
        let terms = &model.weather.maintenance[usize::from(plan)];
        let upkeep = self.upkeep[usize::from(plan)];
        upkeep.stage == Stage::Due
            && terms.batches[upkeep.batch as usize].iter().all(|range| {
                let per_node = model.pool(range.pool).gpus_per_node;
                let state = self.pool(range.pool);
                let nodes = range.first..range.first + range.nodes;
                nodes
                    .into_iter()
                    .all(|node| state.shut.get(node).absorbed == per_node)
            })
    }

    /// The work on a batch begins.
    pub fn serve(&mut self, model: &Model, plan: u16) {
        let upkeep = &mut self.upkeep[usize::from(plan)];
        upkeep.stage = Stage::Served;
        let Upkeep { round, batch, .. } = *upkeep;
        self.batches_due -= 1;
        let terms = &model.weather.maintenance[usize::from(plan)];
        let now = self.now;
        for range in &terms.batches[batch as usize] {
            let state = &mut self.pools[range.pool.index()];
            for node in range.first..range.first + range.nodes {
                let mut entry = state.settled(node, now);
                entry.due -= 1;
                entry.serviced += 1;
                state.shut.set(node, entry);
            }
        }
        self.set_windows(terms, (plan, round, batch), Stage::Served);
        // Those who wait now know when it will be over.
        self.changes.other = true;
    }

    /// The work on a batch is over: its nodes take work again. Says whether another batch follows.
    pub fn reopen(&mut self, model: &Model, plan: u16) -> bool {
        let terms = &model.weather.maintenance[usize::from(plan)];
        let now = self.now;
        let Upkeep { round, batch, .. } = self.upkeep[usize::from(plan)];
        for range in &terms.batches[batch as usize] {
            let state = &mut self.pools[range.pool.index()];
            for node in range.first..range.first + range.nodes {
                let mut entry = state.settled(node, now);
                entry.serviced -= 1;
                state.open(node, entry);
            }
            let over = (plan, round, batch);
            let which = |window: &Window| (window.plan, window.round, window.batch);
            state.windows.retain(|window| which(window) != over);
        }
        self.changes.other = true;
        let upkeep = &mut self.upkeep[usize::from(plan)];
        upkeep.batch += 1;
        upkeep.stage = Stage::Next;
        if (upkeep.batch as usize) < terms.batches.len() {
            return true;
        }
        upkeep.stage = Stage::Ahead;
        upkeep.batch = 0;
        upkeep.round += 1;
        false
    }

    /// Whether a round waits behind the one that is over now: then it begins.
    pub fn begin_owed(&mut self, plan: u16) -> bool {
        let upkeep = &mut self.upkeep[usize::from(plan)];
        if upkeep.owed == 0 {
            return false;
        }
        upkeep.owed -= 1;
        upkeep.stage = Stage::Next;
        true
    }

    /// The nodes of the batch of a plan that is due or worked on.
    pub fn batch_of<'m>(&self, model: &'m Model, plan: u16) -> &'m [NodeRange] {
        let batch = self.upkeep[usize::from(plan)].batch;
        &model.weather.maintenance[usize::from(plan)].batches[batch as usize]
    }

    /// Takes GPUs for a gang on nodes on which nothing is announced that it would reach into.
    pub(super) fn take_beside_windows(
        &mut self,
        model: &Model,
        slot: Slot,
        pool: PoolId,
    ) -> Option<Holding> {
        let (now, gpus) = (self.now, self.jobs[slot].gpus);
        if self.pool(pool).free < gpus {
            return None;
        }
        let end = self.expected_end(model, slot, pool);
        let saves = self.saves(model, slot);
        if end <= self.pool(pool).windows.soonest(saves) {
            return self.pools[pool.index()].take(gpus);
        }
        if self.pool(pool).windows.refused_from(now, gpus, saves) <= end {
            #[cfg(debug_assertions)]
            assert_eq!(
                self.pools[pool.index()].take_open(now, end, saves, gpus),
                None
            );
            return None;
        }
        let state = &mut self.pools[pool.index()];
        let holding = state.take_open(now, end, saves, gpus);
        if holding.is_none() {
            state.windows.refuse(now, gpus, saves, end);
        }
        holding
    }

    /// How long jobs of a shape may run at most, in a pool where maintenance is announced, of which it is known that
    /// those who run longer find no room now.
    pub fn longest_beside_windows(&self, model: &Model, shape: ShapeId, pool: PoolId) -> Span {
        let state = self.pool(pool);
        if !state.has_windows() {
            return Span(u64::MAX);
        }
        let saves = saves(model, shape);
        let gpus = model.shapes[shape.index()].gpus.occupied();
        let refused = state.windows.refused_from(self.now, gpus, saves);
        refused.since(self.now)
    }

    /// Whether a gang could lie in a pool, were nobody there, without reaching into what is announced.
    pub fn has_room_beside_windows(&self, model: &Model, slot: Slot, pool: PoolId) -> bool {
        let state = self.pool(pool);
        if !state.has_windows() {
            return true;
        }
        let terms = model.pool(pool);
        let end = self.expected_end(model, slot, pool);
        let saves = self.saves(model, slot);
        let nodes = state.windows.nodes_met(self.now, end, saves);
        let gpus = nodes * u64::from(terms.gpus_per_node);
        self.jobs[slot].gpus <= terms.gpus().saturating_sub(gpus)
    }

    /// Whether a job writes a checkpoint when it is told to stop.
    pub fn saves(&self, model: &Model, slot: Slot) -> bool {
        saves(model, self.jobs[slot].request.shape)
    }
}

/// Whether jobs of a shape write a checkpoint when they are told to stop.
fn saves(model: &Model, shape: ShapeId) -> bool {
    let class = &model.classes[model.class_of(shape).index()];
    matches!(class.preemption, Preemption::Checkpoint { .. })
}
