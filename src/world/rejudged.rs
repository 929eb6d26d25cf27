//! What becomes of running work against which rules turned, because they, or attributes, are otherwise than before; and
//! what may go on for a time first.

use std::collections::BTreeMap;

use crate::journal::Consequence;
use crate::model::{Masks, Model, RuleOn, Rules, set_bits};
use crate::units::{DatasetId, JobId, PoolId, SimTime, SiteId};

use super::job::{Phase, Slot};
use super::moment::World;
use super::staging::CopyTurned;

/// A job against which a rule turned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Turned {
    /// Where it is kept.
    pub slot: Slot,
    /// Which job.
    pub job: JobId,
    /// Where it is.
    pub pool: PoolId,
    /// The bit of the rule in verdicts.
    pub rule: usize,
    /// What becomes of it now.
    pub consequence: Consequence,
}

/// What goes on for a time though a rule turned against it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Grace {
    rule: usize,
    until: SimTime,
    /// Jobs, with when they took their place.
    jobs: Vec<(Slot, JobId, SimTime)>,
    copies: Vec<(DatasetId, SiteId)>,
}

/// All that goes on for a time.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Graces {
    all: BTreeMap<u32, Grace>,
    next: u32,
    /// Those that newly began, and until when, for whoever keeps the agenda.
    begun: Vec<(SimTime, u32)>,
}

impl Graces {
    pub(super) fn clear(&mut self) {
        self.all.clear();
        self.begun.clear();
        self.next = 0;
    }

    /// That which began at this instant for a rule.
    fn of(&mut self, rule: usize, until: SimTime) -> &mut Grace {
        let open = self.begun.iter().rev();
        let mut open = open
            .filter(|(at, _)| *at == until)
            .map(|(_, number)| *number);
        let found = open.find(|number| self.all.get(number).is_some_and(|one| one.rule == rule));
        let number = found.unwrap_or_else(|| {
            self.next += 1;
            self.begun.push((until, self.next));
            self.next
        });
        self.all.entry(number).or_insert_with(|| Grace {
            rule,
            until,
            ..Grace::default()
        })
    }
}

/// What a rule says of what it turns against, and how long it waits first.
fn says(rules: &Rules, bit: usize) -> (Consequence, u64) {
    let rule = rules.list.get(bit);
    rule.map_or((Consequence::Finish, 0), |rule| {
        (rule.on_change, rule.grace.0)
    })
}

/// Of several rules the one that says most at once, and those that say more after a time.
pub(super) fn weigh(rules: &Rules, bits: u128) -> (usize, Consequence, Vec<usize>) {
    let (mut first, mut most) = (None, Consequence::Finish);
    for bit in set_bits(bits) {
        let (consequence, grace) = says(rules, bit);
        if grace == 0 && (first.is_none() || most < consequence) {
            (first, most) = (Some(bit), consequence);
        }
    }
    let later = set_bits(bits).filter(|&bit| {
        let (consequence, grace) = says(rules, bit);
        grace != 0 && most < consequence
    });
    let later: Vec<usize> = later.collect();
    match (first, later.first()) {
        (_, Some(&bit)) if most == Consequence::Finish => (bit, Consequence::Grace, later),
        (Some(bit), _) => (bit, most, later),
        (None, _) => (Rules::UNPERMITTED, most, later),
    }
}

impl World {
    /// Work that holds GPUs and that rules refuse its place now, which did not `before`, in order of arrival. What may go
    /// on for a time is kept until then.
    pub fn turned_against(&mut self, model: &Model, before: Masks, found: &mut Vec<Turned>) {
        found.clear();
        let masks = self.rules.masks();
        let mut slots = Vec::new();
        self.who_holds(&mut slots);
        for slot in slots {
            if self.jobs[slot].phase == Phase::Saving {
                // What stops already stops.
                continue;
            }
            let new =
                self.refusing_place(model, masks, slot) & !self.refusing_place(model, before, slot);
            if new == 0 {
                continue;
            }
            let (rule, consequence, later) = weigh(&model.rules, new);
            let job = &self.jobs[slot];
            let (id, pool, placed) = (job.id, job.pool, job.placed);
            for bit in later {
                let until = self.now + model.rules.list[bit].grace;
                self.rules
                    .graces
                    .of(bit, until)
                    .jobs
                    .push((slot, id, placed));
            }
            found.push(Turned {
                slot,
                job: id,
                pool,
                rule,
                consequence,
            });
        }
    }

    /// Which rules refuse a job the place that it has; those about moves only where they stop work that reads what must
    /// not be there.
    fn refusing_place(&self, model: &Model, masks: Masks, slot: Slot) -> u128 {
        let ((shape, version), pool) = self.place_of(slot);
        let run = model.rules.refusing(masks, (shape, version), pool);
        let moves = model.data_refused(masks, (model.labelled(shape), version), pool);
        let stops = |bit: &usize| {
            let rule = model.rules.list.get(*bit);
            rule.is_some_and(|rule| rule.on == RuleOn::Move && Consequence::Evict < rule.on_change)
        };
        set_bits(moves)
            .filter(stops)
            .fold(run, |bits, bit| bits | 1 << bit)
    }

    /// Keeps copies that may stay for a time until then.
    pub(super) fn spare_copy(&mut self, model: &Model, bit: usize, copy: (DatasetId, SiteId)) {
        let until = self.now + model.rules.list[bit].grace;
        self.rules.graces.of(bit, until).copies.push(copy);
    }

    /// What newly began to go on for a time, and until when.
    pub fn take_graces(&mut self, found: &mut Vec<(SimTime, u32)>) {
        found.clear();
        found.append(&mut self.rules.graces.begun);
    }

    /// Whatever rules do not refuse its place any more has nothing to fear of them.
    pub(super) fn spare_what_may_stay(&mut self, model: &Model) {
        if self.rules.graces.all.is_empty() {
            return;
        }
        let mut graces = std::mem::take(&mut self.rules.graces.all);
        for grace in graces.values_mut() {
            let bit = grace.rule;
            grace
                .jobs
                .retain(|&entry| self.is_still_refused(model, entry, bit));
            let masks = self.rules.masks();
            grace
                .copies
                .retain(|&copy| self.copy_refused(model, masks, copy) & 1 << bit != 0);
        }
        self.rules.graces.all = graces;
    }

    fn is_still_refused(
        &self,
        model: &Model,
        (slot, id, placed): (Slot, JobId, SimTime),
        bit: usize,
    ) -> bool {
        let job = &self.jobs[slot];
        let is_it = (job.id, job.placed) == (id, placed) && job.phase.has_gpus();
        is_it
            && job.phase != Phase::Saving
            && self.refusing_place(model, self.rules.masks(), slot) & 1 << bit != 0
    }

    /// Jobs that go on for a time reading what a transform made, or what was made of it, which rules refuse them: now that
    /// there is a new version they need not any longer. In order of arrival.
    pub fn spared_readers(&self, model: &Model, index: u16) -> Vec<Turned> {
        let heirs = model.transforms.heirs(index);
        let mut found = Vec::new();
        for grace in self.rules.graces.all.values() {
            let rule = grace.rule;
            for &entry in &grace.jobs {
                let (slot, job, _) = entry;
                if !self.is_still_refused(model, entry, rule) {
                    continue;
                }
                let ((shape, version), pool) = self.place_of(slot);
                let mut reads = model.read_in(model.class_of(shape), version).iter();
                if reads.any(|id| heirs.contains(id)) {
                    found.push(Turned {
                        slot,
                        job,
                        pool,
                        rule,
                        consequence: model.rules.list[rule].on_change,
                    });
                }
            }
        }
        found.sort_unstable_by_key(|turned| (turned.job, std::cmp::Reverse(turned.consequence)));
        found.dedup_by_key(|turned| turned.job);
        found
    }

    /// A time is over for which something could go on: what rules still refuse its place.
    pub fn grace_is_over(
        &mut self,
        model: &Model,
        number: u32,
        (jobs, copies): (&mut Vec<Turned>, &mut Vec<CopyTurned>),
    ) {
        jobs.clear();
        copies.clear();
        let Some(grace) = self.rules.graces.all.remove(&number) else {
            return;
        };
        let rule = grace.rule;
        let consequence = model.rules.list[rule].on_change;
        for entry in grace.jobs {
            if self.is_still_refused(model, entry, rule) {
                let (slot, job, _) = entry;
                let pool = self.jobs[slot].pool;
                jobs.push(Turned {
                    slot,
                    job,
                    pool,
                    rule,
                    consequence,
                });
            }
        }
        jobs.sort_unstable_by_key(|turned| turned.job);
        let masks = self.rules.masks();
        for (dataset, site) in grace.copies {
            let refused = self.copy_refused(model, masks, (dataset, site));
            if refused & 1 << rule != 0
                && self.holds_copy(model, dataset, site)
                && !self.stays_locked(model, (dataset, site), consequence)
            {
                copies.push(CopyTurned {
                    dataset,
                    site,
                    rule,
                    consequence,
                });
            }
        }
    }
}
