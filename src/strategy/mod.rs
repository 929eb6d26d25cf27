//! What an operator would decide now.
//!
//! A strategy is a queue discipline (who is next) and a placement (where). It has no memory of its own: the
//! line, the reservations and the ranking live in the world, so a copy of the world is a copy of everything.
//! It sees requested times, never true ones: the world does not contain them.

mod backfill;
mod candidates;
mod conservative;
mod dominant;
mod easy;
mod fit_first;
mod free_over;
mod key;
mod offer;
mod pass;
mod plan;
mod ranked;
mod reclaim;
mod ruled;
mod scored;
mod shadow;
mod spot;
mod strict;
mod terms;
mod witness;

pub use pass::Pass;
pub use plan::{Orders, Plan, Start};
pub use ruled::InForce;
pub use terms::{Terms, deadline};
pub use witness::Witness;

use candidates::Candidates;
use dominant::Types;
use key::Order;
use ruled::Ruled;

use std::collections::BTreeSet;

use crate::model::{
    Discipline, Masks, Model, Placement, Requeue, RuleMode, Scored, Scoring, Shape,
    StrategySettings,
};
use crate::units::{PoolId, ShapeId, StrategyId};
use crate::world::Slot;

/// A strategy made ready for a model: settings with every name and rank worked out.
#[derive(Clone, Debug)]
pub struct Strategy {
    id: StrategyId,
    settings: StrategySettings,
    candidates: Vec<Candidates>,
    /// Whether some shape may be sent to a rented pool.
    rents: bool,
    /// Whether everybody in the line must be offered a place, for quotas tell jobs of one shape apart.
    asks_everybody: bool,
    /// Whether quotas may stop jobs for others.
    reclaims: bool,
    /// GPUs by type.
    types: Types,
    /// Whether budgets may refuse one job of a shape and not the next.
    asks_of_money: bool,
    /// How many owned pools some shape may use.
    owned_in_use: usize,
    order: Order,
    /// What it does otherwise from the beginning of a phase on.
    later: Vec<(u16, Self)>,
    usage_half_life: Option<u64>,
    /// What decides now which pools a shape may use.
    in_force: InForce,
    /// The same under other rules, as they came up.
    ruled: Ruled,
}

impl Strategy {
    /// Works out what of a strategy does not change from replication to replication.
    pub fn prepare(model: &Model, id: StrategyId) -> Self {
        let settings = model.strategies[id.index()].clone();
        let first = InForce::first(model, first_masks(model, &settings));
        let later = model.rollout.later.get(id.index());
        let later = later.into_iter().flatten().map(|later| {
            let settings = StrategySettings {
                placement: later.placement,
                discipline: later.discipline.clone(),
                ..settings.clone()
            };
            (later.phase, Self::of(model, id, settings, first))
        });
        let mut root = Self {
            later: later.collect(),
            ..Self::of(model, id, settings, first)
        };
        root.keep_books();
        root
    }

    /// A discipline that looks at what tenants used finds it counted from the start, also where it comes with a phase.
    fn keep_books(&mut self) {
        let own = std::iter::once(self.usage_half_life);
        let later = self.later.iter().map(|(_, later)| later.usage_half_life);
        let first = own.chain(later).flatten().next();
        for half_life in std::iter::once(&mut self.usage_half_life).chain(
            self.later
                .iter_mut()
                .map(|(_, later)| &mut later.usage_half_life),
        ) {
            *half_life = half_life.or(first);
        }
    }

    fn of(model: &Model, id: StrategyId, settings: StrategySettings, in_force: InForce) -> Self {
        let shapes = model.shapes.iter().enumerate();
        let candidates: Vec<Candidates> = shapes
            .map(|(index, shape)| {
                let shape = (ShapeId::from(index), shape);
                Candidates::of(model, &settings, shape, in_force)
            })
            .collect();
        let rents = candidates
            .iter()
            .any(|candidates| !candidates.rented.is_empty());
        let owned: BTreeSet<PoolId> = candidates
            .iter()
            .flat_map(|candidates| candidates.owned.iter().copied())
            .collect();
        let usage_half_life = match &settings.discipline {
            Discipline::FairShare { half_life, .. } | Discipline::Multifactor { half_life, .. } => {
                Some(half_life.0)
            }
            _ => None,
        };
        Self {
            id,
            order: Order::of(&settings.discipline),
            usage_half_life,
            later: Vec::new(),
            settings,
            candidates,
            rents,
            asks_of_money: candidates::asks_of_money(model),
            asks_everybody: model.quotas.are_used(),
            reclaims: model.quotas.stop_jobs(),
            types: Types::of(model),
            owned_in_use: owned.len(),
            in_force,
            ruled: Ruled::default(),
        }
    }

    /// Which strategy of the scenario this is.
    pub const fn id(&self) -> StrategyId {
        self.id
    }

    /// Modes to which it holds rules, whatever else is said of them.
    pub fn rule_modes(&self) -> &[(u16, RuleMode)] {
        &self.settings.rules
    }

    /// Its name.
    pub fn name(&self) -> &str {
        &self.settings.name
    }

    /// Whether a job of this shape could ever be placed.
    pub fn can_ever_place(&self, shape: usize) -> bool {
        let candidates = &self.candidates[shape];
        let some = !candidates.owned.is_empty() || !candidates.rented.is_empty();
        // What rules refuse now they may allow later, and windows open.
        let now = some || candidates.refused || candidates.shut || candidates.held;
        now || self
            .later
            .iter()
            .any(|(_, later)| later.can_ever_place(shape))
    }

    /// Whether it does something otherwise from a phase on.
    pub fn changes_in(&self, phase: Option<u16>) -> bool {
        self.later.iter().any(|(of, _)| Some(*of) == phase)
    }

    /// What it is from a phase on; as it began, where it says nothing of that phase.
    fn in_phase(&self, phase: Option<u16>) -> &Self {
        let mut later = self.later.iter();
        let found = phase.and_then(|phase| later.find(|(of, _)| *of == phase));
        found.map_or(self, |(_, later)| later)
    }

    /// Whether it goes on all the same once a budget is used up.
    pub const fn overspends(&self) -> bool {
        self.settings.overspends
    }

    /// Whether estimates of running jobs must be kept in order.
    pub fn keeps_profile(&self) -> bool {
        use crate::model::SpillTest;
        let delay = matches!(
            self.settings.placement,
            Placement::PrivateFirst(spill) if matches!(spill.test, SpillTest::ExpectedDelay(_))
        ) || self.scored().is_some_and(Scored::may_wait);
        delay
            || self.later.iter().any(|(_, later)| later.keeps_profile())
            || matches!(
                self.settings.discipline,
                Discipline::Easy | Discipline::Conservative { .. }
            )
    }

    /// How it ranks all pools for each job, if it does.
    pub(super) const fn scored(&self) -> Option<&Scored> {
        match &self.settings.placement {
            Placement::Scored(scored) => Some(scored),
            _ => None,
        }
    }

    /// By what it ranks pools at first, and from the phases on that change it; `None` where it does not rank them all.
    pub fn scorings(&self) -> Vec<(Option<u16>, Option<Scored>)> {
        let later = self.later.iter();
        let later = later.map(|(phase, later)| (Some(*phase), later.scored().copied()));
        let first = std::iter::once((None, self.scored().copied()));
        first.chain(later).collect()
    }

    /// Whether what becomes of those who ask spot pools must be remembered.
    pub fn remembers_spot(&self) -> bool {
        self.settings.spot.is_some()
    }

    /// Whether it may decide about running jobs, other than by ranking all of them.
    pub fn calls_running(&self) -> bool {
        let uniform = self.settings.spot.and_then(|policy| policy.uniform);
        uniform.is_some()
    }

    /// GPUs by type.
    const fn types(&self) -> &Types {
        &self.types
    }

    /// Whether GPUs must be counted by tenant and class.
    pub fn keeps_claims(&self) -> bool {
        let spreads = |scored: &Scored| matches!(scored.by, Scoring::Spread(_));
        let shares = matches!(self.settings.discipline, Discipline::DominantShare { .. });
        shares
            || self.scored().is_some_and(spreads)
            || self.later.iter().any(|(_, later)| later.keeps_claims())
    }

    /// Whether all runnable jobs must be kept in one order.
    pub fn keeps_ranking(&self) -> bool {
        matches!(
            self.settings.discipline,
            Discipline::ShortestRemaining
                | Discipline::LeastAttained { .. }
                | Discipline::FairShare { .. }
                | Discipline::DominantShare { .. }
                | Discipline::Multifactor { .. }
        )
    }

    /// Whether the line is kept in another order than under `before`.
    pub fn orders_otherwise_than(&self, before: &Self) -> bool {
        self.settings.discipline != before.settings.discipline
    }

    /// The half-life of tenants' use in ms, if the discipline, or one that comes with a phase, looks at it.
    pub const fn usage_half_life(&self) -> Option<u64> {
        self.usage_half_life
    }

    /// Where a preempted job waits: at the front, at the back, or (`None`) where it was.
    pub fn requeue(&self) -> Option<bool> {
        match self.settings.requeue {
            Requeue::Front => Some(true),
            Requeue::Keep => None,
            Requeue::Back => Some(false),
        }
    }

    /// Decides what to do at this moment.
    #[inline]
    pub fn decide(&self, plan: &mut Plan<'_>) {
        let moved = plan.world.keeps_profile && backfill::extend_overdue(plan);
        if plan.world.nobody_waits() && !plan.world.keeps_ranking && !plan.world.calls_running {
            plan.world.settled = false;
        } else {
            self.decide_for_some(plan, moved);
        }
        plan.settle();
    }

    fn decide_for_some(&self, plan: &mut Plan<'_>, moved: bool) {
        if plan.world.calls_running {
            self.return_to_spot(plan);
        }
        if let Some(slot) = lone_arrival(plan) {
            self.decide_alone(plan, slot);
        } else {
            plan.world.admit();
            self.decide_all(plan, moved);
        }
    }

    fn decide_all(&self, plan: &mut Plan<'_>, moved: bool) {
        match &self.settings.discipline {
            Discipline::Fifo | Discipline::ShortestFirst | Discipline::Priority => {
                strict::decide(self, plan);
            }
            Discipline::FitFirst => fit_first::decide(self, plan),
            Discipline::Easy => easy::decide(self, plan, moved),
            Discipline::Conservative { depth } => conservative::decide(self, plan, *depth),
            Discipline::ShortestRemaining
            | Discipline::LeastAttained { .. }
            | Discipline::FairShare { .. }
            | Discipline::DominantShare { .. }
            | Discipline::Multifactor { .. } => ranked::decide(self, plan),
        }
    }

    fn decide_alone(&self, plan: &mut Plan<'_>, slot: Slot) {
        let (shape, place) = {
            let job = &plan.world.jobs[slot];
            (job.request.shape, job.place)
        };
        plan.world.settled = false;
        if let Err(cause) = self.offer(plan, slot, shape, place, |_, _| true) {
            let now = plan.world.now;
            plan.world.admit();
            plan.world.causes.learn(shape, now, cause);
        }
    }
}

/// The only job in the line, if it has just come and nothing else happened: the common case of an estate that
/// is not full, in which every order of the line is the same.
fn lone_arrival(plan: &Plan<'_>) -> Option<Slot> {
    // Whoever stands at the door came to an empty line: it is empty still, or they would have been admitted.
    plan.world
        .at_door
        .filter(|_| !plan.world.changes.other && !plan.world.keeps_ranking)
}

/// The rules in force at the start under a strategy, which may hold some to modes of its own.
fn first_masks(model: &Model, settings: &StrategySettings) -> Masks {
    model.rules.masks(|index| {
        let own = settings
            .rules
            .iter()
            .find(|(rule, _)| usize::from(*rule) == index);
        own.map_or(model.rules.list[index].mode, |&(_, mode)| mode)
    })
}

/// Whether a shape belongs to a class that may leave owned capacity.
fn may_burst(model: &Model, shape: &Shape) -> bool {
    model.classes[shape.class.index()].burst
}
