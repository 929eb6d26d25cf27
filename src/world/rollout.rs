//! Phases at one moment: which has begun, what it changed, and how everything stood then.

use crate::journal::Bucket;
use crate::model::{Change, Model, Supply, Tariffs};
use crate::units::{ClassId, LinkId, MilliGpus, Money, PoolId, ShapeId, SimTime, Span};

use super::feeds::Starved;
use super::job::{Job, Phase, Slot};
use super::leases::Lease;
use super::moment::World;
use super::pool::PoolState;

/// Sums from the start of the run to one moment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Standing {
    /// What was charged for capacity, its metered electricity, moving data and keeping data sets; instances that are
    /// held to this moment.
    pub cost: Money,
    /// GPU-time of work that counts as it looks now, in milli-GPU·ms.
    pub useful: u128,
    /// GPU-time that jobs held.
    pub held: u128,
    /// GPU-time paid for.
    pub paid: u128,
    /// GPU-time of owned pools that jobs held.
    pub owned_held: u128,
    /// GPU-time of owned pools that was paid for.
    pub owned_paid: u128,
    /// Jobs that started.
    pub started: u64,
    /// Their waits in ms, added up.
    pub waited: u128,
    /// Jobs that finished.
    pub finished: u64,
}

/// One phase at one moment.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PhaseState {
    /// When it began.
    pub begun: Option<SimTime>,
    /// When it ended.
    pub ended: Option<SimTime>,
    /// Whether what it changed was changed back: it will not end.
    pub rolled_back: bool,
    /// How often it could not end because its gates did not hold.
    pub failures: u32,
    /// Orders that have not come.
    pub due: u32,
    /// Whether it waits for them and for nothing else.
    pub awaits_orders: bool,
    /// What changes back what it changed, the last first.
    pub undo: Vec<Change>,
    /// How everything stood when it began.
    pub at_begin: Standing,
    /// How everything stood when it ended, or was rolled back, or at the horizon.
    pub at_end: Standing,
}

/// All phases at one moment, and what they changed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RolloutState {
    /// The phases, in the order of the model; empty if there are none.
    pub phases: Vec<PhaseState>,
    /// Jobs that started, counted if there are phases.
    pub started: u64,
    /// Their waits in ms.
    pub waited: u128,
    /// Jobs that finished.
    pub finished: u64,
    /// Classes of which a share goes elsewhere: class, its twin, in millionths.
    pub cutovers: Vec<(ClassId, ClassId, u32)>,
    /// For which phase the strategy goes on; `None` as it began.
    pub strategy: Option<u16>,
    /// Links that phases rent and give up.
    pub(super) leases: Vec<Lease>,
    /// Links of which there is only a share, in ‰.
    links: Vec<(LinkId, u32)>,
    /// Pools whose price is multiplied, in millionths.
    prices: Vec<(PoolId, u64)>,
}

/// All of it, in millionths.
const ALL: u64 = 1_000_000;

impl World {
    /// Nothing has begun, and what phases will bring is not there.
    pub(super) fn reset_rollout(&mut self, model: &Model) {
        let phases = model.rollout.phases.len();
        self.rollout = RolloutState {
            phases: vec![PhaseState::default(); phases],
            ..RolloutState::default()
        };
        for (index, state) in self.pools.iter_mut().enumerate() {
            let pool = PoolId::from(index);
            if let Some(late) = model.rollout.late(pool) {
                let nodes = model.pool(pool).nodes;
                for node in nodes - late..nodes {
                    state.disappear(node, SimTime::ZERO);
                }
                state.presence.push((SimTime::ZERO, nodes - late));
            }
        }
    }

    /// What a phase will open is closed until then; what is held already stays.
    pub fn close_first(&mut self, model: &Model) {
        for &pool in &model.rollout.closed {
            self.pools[pool.index()].quota.allow(Some(0));
        }
        for &link in &model.rollout.closed_links {
            self.lease(link, false);
            replace(&mut self.rollout.links, link, 0, 1000);
            self.slow_link(model, link, 0);
        }
    }

    /// Which share of a link phases leave, in ‰.
    pub(super) fn phased_share(&self, link: LinkId) -> u32 {
        let mut links = self.rollout.links.iter();
        links.find(|of| of.0 == link).map_or(1000, |of| of.1)
    }

    /// Nodes that were ordered are there.
    pub fn deliver(&mut self, pool: PoolId, first: u32, nodes: u32) {
        let (now, state) = (self.now, &mut self.pools[pool.index()]);
        for node in first..first + nodes {
            state.appear(node, now);
        }
        state.count_nodes(now, i64::from(nodes));
        self.changes.other = true;
    }

    /// The last `count` nodes of a pool that are there and not given up yet take no more work.
    pub fn begin_retirement(&mut self, model: &Model, pool: PoolId, count: u32) -> Vec<u32> {
        let (now, state) = (self.now, &mut self.pools[pool.index()]);
        let there = |node: &u32| {
            let entry = state.shut.get(*node);
            !entry.absent && !entry.draining
        };
        let nodes = (0..model.pool(pool).nodes).rev().filter(there);
        let chosen: Vec<u32> = nodes.take(count as usize).collect();
        for &node in &chosen {
            state.drain(node, now);
        }
        self.changes.other = true;
        chosen
    }

    /// A node that was given up, and that no job uses, is gone.
    pub fn retire(&mut self, pool: PoolId, node: u32) {
        let (now, state) = (self.now, &mut self.pools[pool.index()]);
        state.disappear(node, now);
        state.count_nodes(now, -1);
        self.changes.other = true;
    }

    /// Makes a change and returns what changes it back. `base` are the prices of the world without phases.
    pub fn make_change(&mut self, model: &Model, change: Change, base: &Tariffs) -> Change {
        self.changes.other = true;
        self.settled = false;
        match change {
            Change::Quota { pool, gpus } => {
                let before = self.pools[pool.index()].quota.allow(gpus);
                Change::Quota { pool, gpus: before }
            }
            Change::Price { pool, factor } => {
                let before = replace(&mut self.rollout.prices, pool, factor, ALL);
                let moved = self.tariffs.multiplied(base, pool, self.now, factor);
                self.tariffs = moved;
                Change::Price {
                    pool,
                    factor: before,
                }
            }
            Change::Link { link, permille } => {
                let before = replace(&mut self.rollout.links, link, permille, 1000);
                if before < 1000 {
                    self.mend_link(model, link, before);
                }
                if permille < 1000 {
                    self.slow_link(model, link, permille);
                }
                Change::Link {
                    link,
                    permille: before,
                }
            }
            Change::Lease { link, held } => Change::Lease {
                link,
                held: self.lease(link, held),
            },
            Change::Cutover { class, twin, share } => {
                let cutovers = &mut self.rollout.cutovers;
                let place = cutovers.iter().position(|(of, ..)| *of == class);
                let before = place.map(|at| cutovers.remove(at));
                cutovers.extend(twin.map(|twin| (class, twin, share)));
                Change::Cutover {
                    class,
                    twin: before.map(|(_, twin, _)| twin),
                    share: before.map_or(0, |(.., share)| share),
                }
            }
            Change::Budget { budget, amount } => Change::Budget {
                budget,
                amount: self.limit_budget(model, budget, amount),
            },
            Change::Rule { rule, mode } => Change::Rule {
                rule,
                mode: self.set_rule(model, rule, mode),
            },
            Change::Attributes { finding, holds } => {
                let before = self.rules.is_found(finding);
                self.find(model, finding, holds);
                Change::Attributes {
                    finding,
                    holds: before,
                }
            }
            Change::Strategy { phase } => Change::Strategy {
                phase: std::mem::replace(&mut self.rollout.strategy, phase),
            },
        }
    }

    /// How everything stands now. What is charged at the end of a rent (minima, increments) is not in it yet.
    pub fn standing(&self, model: &Model) -> Standing {
        let mut all = Standing {
            started: self.rollout.started,
            waited: self.rollout.waited,
            finished: self.rollout.finished,
            ..Standing::default()
        };
        let transforming = &self.staging.transforming;
        let made = transforming.cost + transforming.validations.cost;
        let moved = self.staging.copy_cost + made;
        all.cost = self.link_rent(model) + model.kept_rent(self.now) + moved;
        for (index, state) in self.pools.iter().enumerate() {
            self.add_pool(model, PoolId::from(index), state, &mut all);
        }
        for (slot, job) in self.jobs.living() {
            self.add_job(model, (slot, job), &mut all);
        }
        all
    }

    fn add_pool(&self, model: &Model, pool: PoolId, state: &PoolState, all: &mut Standing) {
        let terms = model.pool(pool);
        let books = &state.books;
        let (held, useful) = (books.used.allocated(), books.used[Bucket::Useful]);
        let mut paid = 0;
        let mut add = |gpus: u64, from: SimTime, to: SimTime| {
            let gpus = MilliGpus::whole(gpus);
            paid += u128::from(gpus.0) * u128::from(to.since(from).0);
            all.cost += Money::of_odometer(gpus, self.tariffs.between(pool, from, to));
            if let Some(meter) = model.power.meter(pool) {
                all.cost += meter.idle.over(gpus, from, to).cost;
            }
        };
        match &terms.supply {
            Supply::Owned { .. } => {
                let mut stretches = (0..).map_while(|n| state.paid(terms, self.now, n));
                stretches
                    .by_ref()
                    .for_each(|(gpus, from, to)| add(gpus, from, to));
            }
            Supply::Rented(_) => {
                if let Some(rent) = state.rent() {
                    for slot in (0..rent.slots()).filter(|&slot| rent.is_held(slot)) {
                        let launched = rent.instance(slot).launched;
                        add(u64::from(terms.gpus_per_node), launched, self.now);
                    }
                }
            }
        }
        if terms.is_rented() {
            paid += books.charged;
            all.cost += books.charged_cost;
        } else {
            all.owned_paid += paid;
            all.owned_held += held;
        }
        all.paid += paid;
        all.cost += books.egress_cost;
        if let Some(meter) = model.power.meter(pool) {
            // What jobs drew, what was drawn besides, and what is down and draws nothing.
            all.cost += books.drawn.cost + books.drawn_idle.cost;
            all.cost -= state.undrawn(meter, self.now).cost;
        }
        all.held += held;
        all.useful += useful;
    }

    /// What a living job holds, and held before, that is in no books yet.
    fn add_job(&self, model: &Model, (slot, job): (Slot, &Job), all: &mut Standing) {
        let power = &model.power;
        let mut electricity = Money::ZERO;
        // What a job that runs draws above what its GPUs draw at rest.
        let work = |pool: PoolId, shape: ShapeId, from: SimTime, to: SimTime| {
            let asked = model.shapes[shape.index()].gpus;
            power.meter(pool).map_or(Money::ZERO, |meter| {
                meter.busy.over(asked, from, to).cost - meter.idle.over(asked, from, to).cost
            })
        };
        let mut add = |pool: PoolId, shape: ShapeId, held: Span, run: Span| {
            let gpus = model.shapes[shape.index()].gpus;
            let asked = u128::from(gpus.0);
            let occupied = u128::from(MilliGpus::whole(gpus.occupied()).0);
            all.held += occupied * u128::from(held.0);
            all.useful += asked * u128::from(run.0);
            if !model.pool(pool).is_rented() {
                all.owned_held += occupied * u128::from(held.0);
            }
        };
        if job.phase.has_gpus() {
            let begins = matches!(job.phase, Phase::Booting | Phase::Staging);
            let stop = match self.jobs.history(job) {
                Some(history) if job.phase == Phase::Saving => history.halted,
                _ => self.now,
            };
            let run = if begins {
                Span::ZERO
            } else {
                let elapsed = stop.since((job.started + job.restart).min(stop));
                let rhythm = model.rhythm(job.request.shape, job.pool);
                fed(rhythm.cut(elapsed).run, self.starved(slot))
            };
            let held = self.now.since(job.placed);
            add(job.pool, job.request.shape, held, run);
            if !begins {
                electricity += work(job.pool, job.request.shape, job.started, self.now);
            }
        }
        if let Some(history) = self.jobs.history(job) {
            for (pool, shape, from, to, starved) in self.jobs.runs(history) {
                let held = to.since(from);
                let run = model.rhythm(shape, pool).cut(held).run;
                add(pool, shape, held, fed(run, starved));
                electricity += work(pool, shape, from, to);
            }
        }
        all.cost += electricity;
    }
}

/// What of its running a job was not starved in, whatever by. Checkpoints are written by the clock, starved or not.
const fn fed(run: Span, starved: Starved) -> Span {
    let starved = starved.storage.0 + starved.link.0;
    Span(run.0.saturating_sub(starved))
}

/// Sets the value of a key in a short list; returns the one before.
fn replace<K: PartialEq, V: Copy>(list: &mut Vec<(K, V)>, key: K, value: V, usual: V) -> V {
    if let Some((_, old)) = list.iter_mut().find(|(known, _)| *known == key) {
        return std::mem::replace(old, value);
    }
    list.push((key, value));
    usual
}
