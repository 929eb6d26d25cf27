//! Rules about what moves: whether something may take a route now, what is moved against those that are only audited, and
//! how much permits let through in a day.

use crate::journal::Movement;
use crate::model::{Freight, Masks, MoveRules, Rules, Verdict, set_bits};
use crate::units::{Bytes, DatasetId, JobId, SiteId};

use super::Cargo;

/// For what something moves: what rules look at, and who is asked about it later.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::world) struct Load {
    /// What is moved.
    pub cargo: Cargo,
    /// What it is to rules; they ask nothing of what belongs to others.
    pub freight: Option<Freight>,
    /// For which job, if for one.
    pub job: Option<JobId>,
}

/// What moved against a rule to a site so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(in crate::world) struct Tally {
    pub(in crate::world) moves: u64,
    pub(in crate::world) bytes: u128,
    pub(in crate::world) refused: u64,
}

/// Rules about moves at one moment.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Judge {
    /// Whether there are any.
    pub(super) used: bool,
    /// Which are in force.
    pub(super) masks: Masks,
    rules: usize,
    sites: usize,
    /// By rule and site; after the rules what nothing permits, and what is against any of them.
    tallies: Vec<Tally>,
    /// By cap of the model, what it has let through and no day has made up for.
    spent: Vec<u128>,
    /// Whether somebody wants to hear of what moves.
    pub tells: bool,
    /// What there is to tell.
    pub told: Vec<Movement>,
    /// What was refused since rules or the day last changed, to be told once.
    pub(super) refused: Vec<(DatasetId, SiteId)>,
}

impl Judge {
    pub(super) fn reset(
        &mut self,
        moves: &MoveRules,
        sites: usize,
        (masks, rules): (Masks, usize),
    ) {
        self.told.clear();
        self.used = moves.are_judged();
        if !self.used {
            return;
        }
        (self.masks, self.rules, self.sites) = (masks, rules, sites);
        self.tallies.clear();
        self.tallies.resize((rules + 2) * sites, Tally::default());
        self.spent.clear();
        self.spent.resize(moves.caps().len(), 0);
        self.refused.clear();
    }

    /// Whether there are any.
    #[inline]
    pub const fn is_used(&self) -> bool {
        self.used
    }

    /// All permits but those that let nothing of this size through any more today. What flows all the time has no size
    /// beforehand: no permit with a cap lets it through.
    pub(super) fn open(&self, moves: &MoveRules, size: Option<Bytes>) -> u128 {
        let caps = moves.caps().iter().zip(&self.spent);
        let full = caps.filter(|&(&(_, cap), &spent)| {
            size.is_none_or(|size| 0 < spent && u128::from(cap.0) < spent + u128::from(size.0))
        });
        let full = full.fold(0u128, |bits, ((rule, _), _)| bits | 1 << rule);
        !full
    }

    /// Which rules refuse something this route now.
    pub(super) fn refusing(
        &self,
        moves: &MoveRules,
        verdict: &Verdict,
        size: Option<Bytes>,
    ) -> u128 {
        moves.refusing(self.masks, verdict, self.open(moves, size))
    }

    /// Something takes a route on the strength of permits: those with a cap let so much less through today.
    pub(super) fn spend(&mut self, moves: &MoveRules, verdict: &Verdict, size: Bytes) {
        let open = self.open(moves, Some(size));
        let capped = moves.capped(self.masks, verdict, open);
        for (spent, (rule, _)) in self.spent.iter_mut().zip(moves.caps()) {
            if capped & 1 << rule != 0 {
                *spent += u128::from(size.0);
            }
        }
    }

    pub(super) fn count(&mut self, bits: u128, site: SiteId, add: impl Fn(&mut Tally)) {
        if bits == 0 {
            return;
        }
        for bit in set_bits(bits) {
            let row = if bit == Rules::UNPERMITTED {
                self.rules
            } else {
                bit
            };
            add(&mut self.tallies[row * self.sites + site.index()]);
        }
        add(&mut self.tallies[(self.rules + 1) * self.sites + site.index()]);
    }

    /// What moved to a site against a row: the rules, what nothing permits, any of them.
    pub(in crate::world) fn tally(&self, row: usize, site: SiteId) -> Tally {
        self.tallies[row * self.sites + site.index()]
    }

    /// A day is over. Returns whether permits let more through than before.
    pub(super) fn turn_day(&mut self, moves: &MoveRules) -> bool {
        let before = self.spent.clone();
        for (spent, (_, cap)) in self.spent.iter_mut().zip(moves.caps()) {
            *spent = spent.saturating_sub(u128::from(cap.0));
        }
        self.refused.clear();
        before != self.spent
    }

    /// Whether a permit has let something through for which no day has made up.
    pub fn owes_days(&self) -> bool {
        self.spent.iter().any(|&spent| 0 < spent)
    }
}
