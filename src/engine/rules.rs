//! Rules as time passes: other modes, and what is placed against those that are only audited.

use crate::journal::{Fact, MoveRecord, Observer, RuleRecord};
use crate::model::{Happening, Masks, Rules, set_bits};
use crate::units::{PoolId, SiteId};
use crate::world::{Phase, Slot};

use super::run::Run;

impl<O: Observer> Run<'_, O> {
    /// The mode of a rule changes, or is as it was before again.
    pub(super) fn befall_rules(&mut self, what: Happening) {
        let before = self.world.rules.masks();
        let changed = match what {
            Happening::Rule { rule, mode, passes } => {
                if passes {
                    self.world.set_rule_for_a_time(self.model, rule, mode);
                } else {
                    self.world.set_rule(self.model, rule, mode);
                }
                rule
            }
            Happening::RuleOver { rule, mode } => {
                self.world.lift_rule(self.model, rule, mode);
                rule
            }
            _ => return,
        };
        self.judge_anew(changed, before);
    }

    /// A rule may be in another mode than when these were in force: who waits has other pools, and running work that it
    /// turned against stops, or goes on against it.
    pub(super) fn judge_anew(&mut self, rule: u16, before: Masks) {
        if self.world.rules.masks() == before {
            return;
        }
        let mode = self.world.rules.mode(rule);
        let fact = Fact::RuleChanged(rule, mode);
        self.out.fact(self.world.now, fact);
        self.rejudge(before);
    }

    /// A job holds GPUs: it is told against which rules it does, that it did not violate `before`.
    pub(super) fn note_violations(&mut self, slot: Slot, before: Masks) {
        let job = &self.world.jobs[slot];
        if job.phase == Phase::Saving {
            return;
        }
        let (id, pool) = (job.id, job.pool);
        let new = self.world.begin_violating(self.model, slot, before);
        for bit in set_bits(new) {
            let fact = Fact::Violated(id, pool, self.rule_of(bit));
            self.out.fact(self.world.now, fact);
        }
    }

    /// The number of a bit of a verdict.
    pub(super) fn rule_of(&self, bit: usize) -> u16 {
        if bit == Rules::UNPERMITTED {
            self.model.rules.list.len() as u16
        } else {
            bit as u16
        }
    }

    /// What happened against each rule in each pool.
    pub(super) fn close_rules(&mut self) {
        self.close_moves();
        if !self.world.rules.are_used() {
            return;
        }
        let any = self.model.rules.list.len() + 1;
        for pool in (0..self.model.pools.len()).map(PoolId::from) {
            for row in 0..=any {
                let (violations, gpu_time) = self.world.rules.told(row, pool, self.world.now);
                self.out.rule(&RuleRecord {
                    rule: (row != any).then_some(row as u16),
                    pool,
                    violations,
                    gpu_time,
                });
            }
        }
    }

    /// What moved against each rule to each site, and what was refused to.
    fn close_moves(&mut self) {
        if O::MOVEMENTS {
            self.tell_movements();
        }
        if !self.world.staging.transfers.judge.is_used() {
            return;
        }
        let any = self.model.rules.list.len() + 1;
        for site in (0..self.model.sites.len()).map(SiteId::from) {
            for row in 0..=any {
                let (moves, bytes, refused) = self.world.moved_against(row, site);
                self.out.moved_against(&MoveRecord {
                    rule: (row != any).then_some(row as u16),
                    site,
                    moves,
                    bytes,
                    refused,
                });
            }
        }
    }
}
