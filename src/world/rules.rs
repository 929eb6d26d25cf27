//! Rules at one moment: which are in force, and what runs against them.

use crate::model::{Masks, Model, RuleMode, Rules, set_bits};
use crate::units::{PoolId, ShapeId, SimTime};

use super::job::{Job, Slot};
use super::moment::World;
use super::rejudged::Graces;

/// What ran against a rule in a pool so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Tally {
    /// Milli-GPUs that run against it now.
    now: u64,
    /// Up to when their time is counted.
    since: SimTime,
    /// Their time, in milli-GPU·ms.
    gpu_time: u128,
    /// How often a job began to.
    violations: u64,
}

/// Rules at one moment.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RulesState {
    /// Whether there are any.
    used: bool,
    /// Which are in force.
    masks: Masks,
    /// How many changes of attributes there were.
    stage: u16,
    /// Which of the model's findings hold, a bit each.
    holding: u32,
    /// The mode of each, as the scenario, phases and happenings without an end say.
    usual: Vec<RuleMode>,
    /// Modes that hold for a time, the last before all others.
    passing: Vec<(u16, RuleMode)>,
    /// Modes to which the strategy holds a rule, whatever else is said.
    held: Vec<Option<RuleMode>>,
    /// By rule and pool; after the rules what nothing permits, and what is against any of them.
    tallies: Vec<Tally>,
    pools: usize,
    /// What goes on for a time though a rule turned against it.
    pub(super) graces: Graces,
}

impl RulesState {
    pub(super) fn reset(&mut self, model: &Model) {
        self.used = model.rules.are_used();
        if !self.used {
            return;
        }
        let rules = &model.rules;
        self.usual = rules.list.iter().map(|rule| rule.mode).collect();
        self.passing.clear();
        self.held = vec![None; rules.list.len()];
        self.masks = rules.first_masks();
        (self.stage, self.holding) = (0, 0);
        self.graces.clear();
        self.pools = model.pools.len();
        self.tallies.clear();
        let rows = rules.list.len() + 2;
        self.tallies.resize(rows * self.pools, Tally::default());
    }

    /// Whether there are any.
    #[inline]
    pub const fn are_used(&self) -> bool {
        self.used
    }

    /// Which are in force.
    pub const fn masks(&self) -> Masks {
        self.masks
    }

    /// Whether something that was found holds.
    pub fn is_found(&self, finding: u16) -> bool {
        self.holding >> finding & 1 == 1
    }

    /// The mode of a rule as it is in force.
    pub fn mode(&self, rule: u16) -> RuleMode {
        let index = usize::from(rule);
        let passing = self.passing.iter().rev().find(|(of, _)| *of == rule);
        let own = passing.map_or(self.usual[index], |&(_, mode)| mode);
        self.held[index].unwrap_or(own)
    }

    /// Says what the mode of a rule is for the rest of the run; returns what it was.
    pub(super) fn set_usual(&mut self, rule: u16, mode: RuleMode) -> RuleMode {
        std::mem::replace(&mut self.usual[usize::from(rule)], mode)
    }

    /// The rows in which something is told of bits of a verdict.
    fn rows(&self, bits: u128) -> impl Iterator<Item = usize> + use<> {
        let rules = self.usual.len();
        let row = move |bit: usize| {
            if bit == Rules::UNPERMITTED {
                rules
            } else {
                bit
            }
        };
        let any = (bits != 0).then_some(rules + 1);
        set_bits(bits).map(row).chain(any)
    }

    fn tally(&mut self, row: usize, pool: PoolId) -> &mut Tally {
        &mut self.tallies[row * self.pools + pool.index()]
    }

    /// So many GPUs begin, or cease, to run against rules.
    fn count(&mut self, bits: u128, pool: PoolId, now: SimTime, gpus: u64, begins: bool) {
        for row in self.rows(bits) {
            let tally = self.tally(row, pool);
            tally.settle(now);
            if begins {
                tally.now += gpus * 1000;
            } else {
                tally.now -= gpus * 1000;
            }
        }
    }

    /// How often jobs began to violate a row (the rules, what nothing permits, any of them) in a pool, and the GPU-time
    /// that they held there while they did, in milli-GPU·ms.
    pub fn told(&self, row: usize, pool: PoolId, now: SimTime) -> (u64, u128) {
        let mut tally = self.tallies[row * self.pools + pool.index()];
        tally.settle(now);
        (tally.violations, tally.gpu_time)
    }
}

impl Tally {
    fn settle(&mut self, now: SimTime) {
        self.gpu_time += u128::from(self.now) * u128::from(now.since(self.since).0);
        self.since = now;
    }
}

impl World {
    /// The strategy holds rules to modes of its own.
    pub fn hold_rules(&mut self, model: &Model, modes: &[(u16, RuleMode)]) {
        for &(rule, mode) in modes {
            self.rules.held[usize::from(rule)] = Some(mode);
        }
        if !modes.is_empty() {
            self.rules.masks = model.rules.masks(|index| self.rules.mode(index as u16));
            self.staging.transfers.begin_under(self.rules.masks);
            self.staging.transforming.choose(model, self.rules.masks);
        }
    }

    /// Whether the rules in force let jobs of a shape run in a pool.
    #[inline]
    pub fn permits(&self, model: &Model, shape: ShapeId, pool: PoolId) -> bool {
        !self.rules.used || model.lets_run(self.rules.masks, shape, pool)
    }

    /// The mode of a rule changes for good; returns what it was.
    pub fn set_rule(&mut self, model: &Model, rule: u16, mode: RuleMode) -> RuleMode {
        let before = self.rules.set_usual(rule, mode);
        self.apply_rules(model);
        before
    }

    /// The mode of a rule changes until [`World::lift_rule`].
    pub fn set_rule_for_a_time(&mut self, model: &Model, rule: u16, mode: RuleMode) {
        self.rules.passing.push((rule, mode));
        self.apply_rules(model);
    }

    /// A mode for a time is over.
    pub fn lift_rule(&mut self, model: &Model, rule: u16, mode: RuleMode) {
        let passing = &mut self.rules.passing;
        if let Some(at) = passing.iter().rposition(|&held| held == (rule, mode)) {
            passing.remove(at);
        }
        self.apply_rules(model);
    }

    /// Attributes are otherwise from now on, as the model's change of this number says.
    pub fn turn_attributes(&mut self, model: &Model, change: u16) {
        self.rules.stage = change + 1;
        self.apply_rules(model);
    }

    /// Something was found, or holds no longer. Returns whether that is news.
    pub fn find(&mut self, model: &Model, finding: u16, holds: bool) -> bool {
        let before = self.rules.holding;
        let bit = 1 << finding;
        self.rules.holding = if holds { before | bit } else { before & !bit };
        self.apply_rules(model);
        self.rules.holding != before
    }

    /// Rules are as their modes say now: what runs is judged anew.
    fn apply_rules(&mut self, model: &Model) {
        let masks = Masks {
            situation: model.rules.situation(self.rules.stage, self.rules.holding),
            ..model.rules.masks(|index| self.rules.mode(index as u16))
        };
        if masks == self.rules.masks {
            return;
        }
        let before = std::mem::replace(&mut self.rules.masks, masks);
        let holders: Vec<Slot> = self.holders().collect();
        for slot in holders {
            let (shape, pool) = self.place_of(slot);
            let was = model.rules.violated(before, shape, pool);
            let is = model.rules.violated(masks, shape, pool);
            if was != is {
                let gpus = self.jobs[slot].gpus;
                self.rules.count(was, pool, self.now, gpus, false);
                self.rules.count(is, pool, self.now, gpus, true);
            }
        }
        self.judge_moves(model, masks);
        self.staging.transforming.choose(model, masks);
        self.spare_what_may_stay(model);
        self.changes.other = true;
        self.settled = false;
    }

    /// Jobs that hold GPUs.
    fn holders(&self) -> impl Iterator<Item = Slot> + '_ {
        let holds = |(_, job): &(Slot, &Job)| job.phase.has_gpus();
        self.jobs.living().filter(holds).map(|(slot, _)| slot)
    }

    /// What a job that has a place does, in which version, and where.
    pub(super) fn place_of(&self, slot: Slot) -> ((ShapeId, u8), PoolId) {
        let job = &self.jobs[slot];
        ((job.request.shape, self.version_of(slot)), job.pool)
    }

    /// A job takes GPUs, or gives them back.
    #[cold]
    pub(super) fn count_against_rules(&mut self, model: &Model, slot: Slot, begins: bool) {
        let (shape, pool) = self.place_of(slot);
        let bits = model.rules.violated(self.rules.masks, shape, pool);
        if bits != 0 {
            let gpus = self.jobs[slot].gpus;
            self.rules.count(bits, pool, self.now, gpus, begins);
        }
    }

    /// Which rules a job that holds GPUs violates, in force or not; told of those that were not among `before` as
    /// beginning to be violated.
    pub fn begin_violating(&mut self, model: &Model, slot: Slot, before: Masks) -> u128 {
        let (shape, pool) = self.place_of(slot);
        let was = model.rules.violated(before, shape, pool);
        let is = model.rules.violated(self.rules.masks, shape, pool);
        let new = is & !was;
        for row in self.rules.rows(new) {
            // Against any of them it was already, if it was.
            if row <= self.rules.usual.len() || was == 0 {
                self.rules.tally(row, pool).violations += 1;
            }
        }
        new
    }

    /// Jobs that hold GPUs, in order of arrival.
    pub fn who_holds(&self, found: &mut Vec<Slot>) {
        found.clear();
        found.extend(self.holders());
        found.sort_unstable_by_key(|&slot| self.jobs[slot].id);
    }
}
