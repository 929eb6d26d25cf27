//! Copies that went out flawed, and are found to be: they are withdrawn, and what reads them is judged anew.

use crate::journal::{Fact, Item, JobState, Observer, Payee, Posting};
use crate::model::Finding;
use crate::units::{Money, PoolId};

use super::agenda::{Event, Rank};
use super::inspections::OF_RESULT;
use super::run::Run;

impl<O: Observer> Run<'_, O> {
    /// What an attempt of this number made went out: if marks are left in it, that will be found.
    pub(super) fn expect_finding(&mut self, index: u16, attempt: u32) {
        let made = usize::from(index);
        if !self.model.fate(self.dice, made, attempt).flawed {
            return;
        }
        self.harm.flawed += 1;
        let at = self.world.now + self.model.found_after(self.dice, made, attempt);
        let event = Event {
            rank: Rank::Found,
            id: u32::from(index),
            slot: 0,
            attempt,
            state: JobState::Running,
        };
        self.scratch.agenda.push(at, event);
    }

    fn finding_of(&self, index: u16) -> Option<u16> {
        self.model.rules.findings.bit(&Finding::Flaw(index))
    }

    /// A new version of something is there: what was found of the one before is said of nothing any more.
    pub(super) fn clear_finding(&mut self, index: u16) {
        if let Some(finding) = self.finding_of(index) {
            if self.world.rules.is_found(finding) {
                // Who was let read the one before for a time has another to read now.
                let spared = self.world.spared_readers(self.model, index);
                self.carry_out_judgements(&spared);
                self.find(finding, false);
            }
            self.world.make_afresh(self.model);
        }
    }

    /// Marks are found in something, unless there is another version by now.
    #[cold]
    pub(super) fn found(&mut self, event: Event) {
        if event.slot == OF_RESULT {
            return self.result_found(event);
        }
        let index = event.id as u16;
        let Some(finding) = self.finding_of(index) else {
            return;
        };
        if !self.world.is_version(index, event.attempt) {
            return;
        }
        let now = self.world.now;
        let made = &self.model.transforms.derived[usize::from(index)];
        let (readers, places) = self.world.radius(self.model, index);
        let fact = Fact::Withdrawn(made.transform, made.dataset, readers, places);
        self.out.fact(now, fact);
        self.find(finding, true);
        let withdrawn = self.world.withdraw(self.model, index);
        for (dataset, site) in withdrawn.gone {
            self.out.fact(now, Fact::CopyDropped(dataset, site));
        }
        for (pool, cost) in withdrawn.paid {
            self.post_recalled(pool, cost);
        }
    }

    /// Posts what moved of something that was recalled on its way to a pool.
    fn post_recalled(&mut self, pool: PoolId, amount: Money) {
        let now = self.world.now;
        if O::POSTINGS && amount != Money::ZERO {
            self.out.posting(&Posting {
                from: now,
                to: now,
                payee: Payee::Pool(pool),
                job: None,
                item: Item::Egress,
                gpu_time: 0,
                amount,
            });
        }
    }
}
