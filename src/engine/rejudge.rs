//! Rules, or attributes, are otherwise than before: what becomes of running work and of copies against which they turned.

use crate::journal::{Consequence, Fact, JobState, Observer};
use crate::model::Masks;
use crate::units::SimTime;
use crate::world::{CopyTurned, Phase, Reason, Slot, Turned};

use super::agenda::{Event, Rank};
use super::run::Run;

impl<O: Observer> Run<'_, O> {
    /// Attributes are otherwise from now on.
    pub(super) fn befall_attributes(&mut self, change: u16) {
        let fact = Fact::AttributesChanged(change);
        self.out.fact(self.world.now, fact);
        let before = self.world.rules.masks();
        self.world.turn_attributes(self.model, change);
        if self.world.rules.masks() != before {
            self.rejudge(before);
        }
    }

    /// Something was found, or holds no longer: attributes are otherwise.
    #[cold]
    pub(super) fn find(&mut self, finding: u16, holds: bool) {
        let before = self.before_finding();
        if self.world.find(self.model, finding, holds) {
            self.follow_finding((finding, holds), before);
        }
    }

    /// The rules in force before something is found: what moved was judged by what was known then.
    pub(super) fn before_finding(&mut self) -> Masks {
        if O::MOVEMENTS {
            self.tell_movements();
        }
        self.world.rules.masks()
    }

    /// Something was found, or holds no longer, which is news: it was judged by these before.
    pub(super) fn follow_finding(&mut self, (finding, holds): (u16, bool), before: Masks) {
        let fact = Fact::Found(finding, holds);
        self.out.fact(self.world.now, fact);
        if self.world.rules.masks() != before {
            self.rejudge(before);
        }
    }

    /// Whatever has a place is judged anew: it was judged by these before.
    #[cold]
    pub(super) fn rejudge(&mut self, before: Masks) {
        self.change_strategy(self.world.rollout.strategy);
        let mut turned = Vec::new();
        self.world.turned_against(self.model, before, &mut turned);
        self.carry_out_judgements(&turned);
        let (mut copies, mut unlocked) = (Vec::new(), Vec::new());
        self.world
            .copies_turned_against(self.model, before, &mut copies, &mut unlocked);
        self.judge_copies(&copies);
        for (dataset, site) in unlocked {
            let fact = Fact::CopyUnlocked(dataset, site);
            self.out.fact(self.world.now, fact);
        }
        self.expect_graces();
        let mut victims = std::mem::take(&mut self.scratch.victims);
        self.world.who_holds(&mut victims);
        for &slot in &victims {
            self.note_violations(slot, before);
        }
        self.scratch.victims = victims;
    }

    pub(super) fn carry_out_judgements(&mut self, turned: &[Turned]) {
        for one in turned {
            let rule = self.rule_of(one.rule);
            let fact = Fact::Rejudged(one.job, one.pool, rule, one.consequence);
            self.out.fact(self.world.now, fact);
            match one.consequence {
                Consequence::Finish | Consequence::Grace => {}
                Consequence::Evict => self.evict(one.slot),
                Consequence::Stop => self.interrupt(one.slot),
                // All that it wrote since it began there is of no use to it.
                Consequence::Quarantine => self.interrupt_losing(one.slot, u64::MAX),
            }
        }
    }

    fn judge_copies(&mut self, copies: &[CopyTurned]) {
        for one in copies {
            let rule = self.rule_of(one.rule);
            let fact = Fact::CopyRejudged(one.dataset, one.site, rule, one.consequence);
            self.out.fact(self.world.now, fact);
            if self.world.judge_copy(self.model, *one) {
                let fact = Fact::CopyDeleted(one.dataset, one.site);
                self.out.fact(self.world.now, fact);
            }
        }
    }

    fn evict(&mut self, slot: Slot) {
        let job = &self.world.jobs[slot];
        match job.phase {
            Phase::Running => self.tell_to_stop(slot, Reason::Notice, Fact::Evicted),
            // It has nothing to save.
            Phase::Booting | Phase::Staging => self.interrupt(slot),
            // What stops already stops.
            _ => {}
        }
    }

    /// Puts into the agenda until when things may go on.
    fn expect_graces(&mut self) {
        let mut begun: Vec<(SimTime, u32)> = Vec::new();
        self.world.take_graces(&mut begun);
        for (until, number) in begun {
            let event = Event {
                rank: Rank::GraceOver,
                id: number,
                slot: 0,
                attempt: 0,
                state: JobState::Running,
            };
            self.scratch.agenda.push(until, event);
        }
    }

    /// A time is over for which something could go on against a rule.
    pub(super) fn grace_is_over(&mut self, number: u32) {
        let (mut jobs, mut copies) = (Vec::new(), Vec::new());
        let found = (&mut jobs, &mut copies);
        self.world.grace_is_over(self.model, number, found);
        self.carry_out_judgements(&jobs);
        self.judge_copies(&copies);
    }

    /// Copies are gone, since nobody reads them any more that a rule does not want there, or to make room.
    #[cold]
    pub(super) fn tell_gone(&mut self) {
        for (dataset, site, by_rule) in self.world.staging.gone.drain(..) {
            let fact = if by_rule {
                Fact::CopyDeleted(dataset, site)
            } else {
                Fact::CopyDropped(dataset, site)
            };
            self.out.fact(self.world.now, fact);
        }
    }
}
