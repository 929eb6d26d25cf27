//! Rules about what may run (and move: `moves.rs`) where: conditions over attributes, worked out beforehand for all that
//! occur.
//!
//! A verdict in a run is one load and a few masks: which rules hold for a job in a pool does not change, only which of
//! them are in force.

mod change;
mod condition;
mod finding;
mod known;
mod meaning;
mod syntax;
mod table;
mod token;
mod vocabulary;

use std::collections::BTreeSet;

use crate::units::{Bytes, PoolId, ShapeId, Span};

pub use crate::journal::{Consequence, RuleMode};
pub use change::{AttributeChange, AttributeSaid, Whom};
pub(super) use condition::Condition;
pub use finding::{Finding, FindingRow, Findings};
pub(super) use meaning::condition;
pub(super) use vocabulary::{Attribute, Kind, Of, Tuple, Vocabulary};
pub use vocabulary::{RuleOn, Value};

/// What a rule does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RuleEffect {
    /// It allows what it is about.
    Permit,
    /// It refuses what it is about, whatever permits it.
    Forbid,
    /// It refuses what it is about, but for what a transform made.
    Require,
}

/// One rule.
#[derive(Clone, Debug, PartialEq)]
pub struct Rule {
    /// Its name.
    pub id: String,
    /// What it judges.
    pub on: RuleOn,
    /// What it does.
    pub effect: RuleEffect,
    /// Which transform it requires, by its place in the model.
    pub transform: Option<u16>,
    /// What it is about, as it was written.
    pub when: String,
    /// Why there is such a rule; may be empty.
    pub reason: String,
    /// The controls for which it stands.
    pub controls: Vec<String>,
    /// Whether it is obeyed at the start.
    pub mode: RuleMode,
    /// What becomes of running work and of copies when it turns against them.
    pub on_change: Consequence,
    /// How long they go on as before first.
    pub grace: Span,
    /// How much may move on the strength of it in a UTC day; as much as there is if `None`.
    pub bytes_per_day: Option<Bytes>,
}

impl Rule {
    /// A rule of a model that is made by hand: obeyed, without reason; running work may finish.
    pub fn bare(id: &str, effect: RuleEffect) -> Self {
        Self {
            id: id.to_owned(),
            on: RuleOn::Run,
            effect,
            transform: None,
            when: "true".to_owned(),
            reason: String::new(),
            controls: Vec::new(),
            mode: RuleMode::Enforce,
            on_change: Consequence::Finish,
            grace: Span::ZERO,
            bytes_per_day: None,
        }
    }

    /// As [`Rule::bare`], about what moves.
    pub fn of_moves(id: &str, effect: RuleEffect) -> Self {
        Self {
            on: RuleOn::Move,
            ..Self::bare(id, effect)
        }
    }

    /// Whether it says where jobs may run, or what may move.
    pub fn permits(&self, on: RuleOn) -> bool {
        self.effect == RuleEffect::Permit && self.on == on
    }
}

/// Which rules are in force at one moment, a bit for each.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Masks {
    /// Those that are not off.
    pub active: u128,
    /// Those that are obeyed.
    pub enforcing: u128,
    /// Which attributes everybody has: 0 as the run begins.
    pub situation: u16,
}

/// All rules, and for which jobs each holds in which pools.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Rules {
    /// The rules, in the order of the scenario.
    pub list: Vec<Rule>,
    /// Controls for which there should be rules.
    pub controls: Vec<String>,
    /// By rule, the attributes that somebody does not have for whom it needs them.
    unlabelled: Vec<BTreeSet<String>>,
    /// By situation, shape and version of its work, its row.
    rows: Vec<u32>,
    /// How many versions there are.
    versions: usize,
    /// How many of these each situation has.
    rows_each: usize,
    /// By situation and pool, its column.
    columns: Vec<u32>,
    /// How many of these each situation has.
    columns_each: usize,
    /// How many columns there are.
    width: usize,
    /// By row and column, a bit for each rule that fires: a permit that certainly holds, a forbid that may.
    fired: Vec<u128>,
    /// By row and column, a bit for each rule of which it is unknown whether it holds.
    unknown: Vec<u128>,
    permits: u128,
    /// By shape and version of its work, what is known of its jobs, and a bit for each transform that was used on all of
    /// what they read.
    of_jobs: Vec<(Vec<(String, Value)>, u32)>,
    /// By pool, what is known of it.
    of_targets: Vec<Vec<(String, Value)>>,
    /// When attributes change while time passes, in order.
    pub changes: Vec<AttributeChange>,
    /// What may be found while time passes, and who has which attribute then.
    pub findings: Findings,
    /// Pools that shapes may not use, whatever rules say: decisions that somebody changed.
    pub vetoes: Vec<(ShapeId, PoolId)>,
}

/// Most rules of a scenario: a bit of a mask for each, and one for what nothing permits.
pub(super) const RULES_MAX: usize = 127;
/// More cells than this are a slip: rules read something of which each job has its own.
const CELLS_MAX: usize = 1 << 22;

impl Rules {
    /// The bit of what no permit in force allows, though there is one.
    pub const UNPERMITTED: usize = RULES_MAX;

    /// The attributes that somebody does not have for whom a rule needs them, as rules write them.
    pub fn unlabelled(&self, rule: usize) -> impl Iterator<Item = &str> {
        self.unlabelled[rule].iter().map(String::as_str)
    }

    /// Whether there is any rule.
    #[inline]
    pub const fn are_used(&self) -> bool {
        !self.list.is_empty()
    }

    /// Which rules are in force where each has this mode.
    pub fn masks(&self, mode: impl Fn(usize) -> RuleMode) -> Masks {
        let mut masks = Masks::default();
        for index in 0..self.list.len() {
            let mode = mode(index);
            masks.active |= u128::from(mode != RuleMode::Off) << index;
            masks.enforcing |= u128::from(mode == RuleMode::Enforce) << index;
        }
        masks
    }

    /// Which rules are in force at the start.
    pub fn first_masks(&self) -> Masks {
        self.masks(|index| self.list[index].mode)
    }

    fn cell(&self, situation: u16, (shape, version): (ShapeId, u8), pool: PoolId) -> usize {
        // Where nobody works out others, all versions are the first.
        let version = usize::from(version).min(self.versions - 1);
        let (row, column) = match usize::from(situation) {
            0 => (0, 0),
            later => (later * self.rows_each, later * self.columns_each),
        };
        let row = self.rows[row + shape.index() * self.versions + version];
        row as usize * self.width + self.columns[column + pool.index()] as usize
    }

    /// Which rules fire at the start for a job of a shape, as its data are, in a pool, in force or not.
    #[inline]
    pub fn fired(&self, shape: ShapeId, pool: PoolId) -> u128 {
        self.fired_in(0, (shape, 0), pool)
    }

    /// As [`Rules::fired`], in a situation, in a version of its work.
    #[inline]
    pub fn fired_in(&self, situation: u16, job: (ShapeId, u8), pool: PoolId) -> u128 {
        self.fired[self.cell(situation, job, pool)]
    }

    /// Of which rules it is unknown at the start whether they hold for a job of a shape, as its data are, in a pool.
    pub fn unknown(&self, shape: ShapeId, pool: PoolId) -> u128 {
        self.unknown_in(0, (shape, 0), pool)
    }

    /// As [`Rules::unknown`], in a situation, in a version of its work.
    pub fn unknown_in(&self, situation: u16, job: (ShapeId, u8), pool: PoolId) -> u128 {
        self.unknown[self.cell(situation, job, pool)]
    }

    /// Which of some rules in force speak against a job of a shape in a version of its work in a pool;
    /// [`Rules::UNPERMITTED`] if there are permits among them and nothing that is active permits it.
    #[inline]
    fn against(&self, masks: Masks, of: u128, job: (ShapeId, u8), pool: PoolId) -> u128 {
        let fired = self.fired_in(masks.situation, job, pool);
        let unpermitted = self.permits & of != 0 && self.permits & masks.active & fired == 0;
        fired & of & !self.permits | u128::from(unpermitted) << Self::UNPERMITTED
    }

    /// Which rules that are obeyed refuse a job of a shape in a version of its work a pool; none if it may run there.
    #[inline]
    pub fn refusing(&self, masks: Masks, job: (ShapeId, u8), pool: PoolId) -> u128 {
        self.against(masks, masks.enforcing, job, pool)
    }

    /// Which rules a job of a shape in a version of its work violates by running in a pool, obeyed or not.
    #[inline]
    pub fn violated(&self, masks: Masks, job: (ShapeId, u8), pool: PoolId) -> u128 {
        self.against(masks, masks.active, job, pool)
    }

    /// Whether a job of a shape may run in a pool, with its data as they are.
    #[inline]
    pub fn permit(&self, masks: Masks, shape: ShapeId, pool: PoolId) -> bool {
        !self.are_used() || self.refusing(masks, (shape, 0), pool) == 0
    }

    /// Whether some rule permits: then what none permits is refused.
    pub fn have_permits(&self) -> bool {
        let mut list = self.list.iter();
        list.any(|rule| rule.effect == RuleEffect::Permit)
    }

    /// Rules that judge this, with their places among all.
    pub fn that_judge(&self, on: RuleOn) -> impl Iterator<Item = (usize, &Rule)> {
        let list = self.list.iter().enumerate();
        list.filter(move |(_, rule)| rule.on == on)
    }

    /// What a bit of a verdict, or a rule, is called.
    pub fn name_of(&self, bit: usize) -> &str {
        self.list.get(bit).map_or("unpermitted", |rule| &rule.id)
    }
}

/// The bits of a verdict that are set, lowest first.
pub fn set_bits(mut bits: u128) -> impl Iterator<Item = usize> {
    std::iter::from_fn(move || {
        let bit = (bits != 0).then(|| bits.trailing_zeros() as usize)?;
        bits &= bits - 1;
        Some(bit)
    })
}

/// A bit for each rule that is chosen.
pub(super) fn bits(list: &[Rule], chosen: impl Fn(&Rule) -> bool) -> u128 {
    let chosen = list.iter().map(|rule| u128::from(chosen(rule)));
    let all = chosen.enumerate();
    all.fold(0, |bits, (index, bit)| bits | bit << index)
}

#[cfg(test)]
mod tests;
