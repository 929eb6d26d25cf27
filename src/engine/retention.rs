//! What is kept for a time: it is deleted when that is over and nothing stands in the way, and the deletion is proven.

use crate::dice::Purpose;
use crate::journal::{Deletion, JobState, Observer};
use crate::model::PROOF_USUAL;
use crate::units::{DatasetId, Money, SimTime, SiteId, Span};
use crate::world::{Gone, Keeping};

use super::agenda::{Event, Rank};
use super::run::Run;

/// What was deleted because its time was over.
#[derive(Clone, Debug, Default)]
pub(super) struct Deletions {
    pub(super) list: Vec<Deletion>,
    pub(super) proven: u64,
    pub(super) unproven: u64,
}

/// Kinds of what may be due, in events.
const HOME: u32 = 0;
const CACHED: u32 = 1;
const COPY: u32 = 2;
const ITEM: u32 = 3;

const fn coded(what: Keeping) -> (u32, u32, u32) {
    match what {
        Keeping::Home(id, site) => (HOME, id.0 as u32, site.0 as u32),
        Keeping::Cached(id, site) => (CACHED, id.0 as u32, site.0 as u32),
        Keeping::Copy(copy) => (COPY, copy as u32, 0),
        Keeping::Item(place) => (ITEM, place, 0),
    }
}

fn decoded(event: Event) -> Keeping {
    let id = DatasetId::from(event.id as usize);
    let site = SiteId::from(event.attempt as usize);
    match event.slot {
        HOME => Keeping::Home(id, site),
        CACHED => Keeping::Cached(id, site),
        COPY => Keeping::Copy(event.id as u16),
        _ => Keeping::Item(event.id),
    }
}

impl<O: Observer> Run<'_, O> {
    /// What is there as the run begins is kept from then on.
    #[cold]
    pub(super) fn begin_retention(&mut self) {
        if self.model.retention.are_used() {
            self.world.watch_homes(self.model);
            self.expect_due();
        }
    }

    /// Deletes what could not be before, tells what was, and expects what is due later.
    #[inline(never)]
    pub(super) fn keep_retention(&mut self) {
        self.world.delete_overdue(self.model);
        if !self.world.retention.gone.is_empty() {
            self.tell_deleted();
        }
        if !self.world.retention.begun.is_empty() {
            self.expect_due();
        }
    }

    fn expect_due(&mut self) {
        for (at, what) in self.world.retention.begun.drain(..) {
            let (slot, id, attempt) = coded(what);
            let event = Event {
                rank: Rank::Due,
                id,
                slot,
                attempt,
                state: JobState::Running,
            };
            self.scratch.agenda.push(at, event);
        }
    }

    /// The time of something may be over.
    pub(super) fn fall_due(&mut self, event: Event) {
        self.world.fall_due(self.model, decoded(event));
    }

    fn tell_deleted(&mut self) {
        let now = self.world.now;
        for gone in std::mem::take(&mut self.world.retention.gone) {
            let number = self.deletions.list.len() as u32;
            let proof = self.proof(&gone);
            let deletion = Deletion {
                number,
                kind: gone.kind,
                rule: gone.rule,
                dataset: gone.dataset,
                job: gone.job,
                site: gone.site,
                bytes: gone.bytes,
                due: gone.due,
                with: gone.with,
                proof,
            };
            self.deletions.list.push(deletion);
            self.out.deleted(now, &deletion);
            let Some(at) = proof else {
                self.deletions.unproven += 1;
                continue;
            };
            let event = Event {
                rank: Rank::Proven,
                id: number,
                slot: 0,
                attempt: 0,
                state: JobState::Running,
            };
            self.scratch.agenda.push(at, event);
        }
    }

    /// When a deletion will be proven, if whoever runs the site proves it at all.
    fn proof(&self, gone: &Gone) -> Option<SimTime> {
        let model = self.model;
        if !model.proves_deletion(gone.site) {
            return None;
        }
        let rule = &model.retention.rules[usize::from(gone.rule)];
        let Some(law) = &rule.proof else {
            let usual = if model.is_own(gone.site) {
                Span::ZERO
            } else {
                PROOF_USUAL
            };
            return Some(self.world.now + usual);
        };
        let site = &model.sites[gone.site.index()].name;
        let (name, count) = match (gone.job, gone.dataset) {
            (Some(job), _) => (gone.kind.name().to_owned(), job.0),
            (None, dataset) => {
                let alike = self.deletions.list.iter();
                let alike = alike.filter(|of| (of.dataset, of.site) == (dataset, gone.site));
                let name = dataset.map_or("", |id| &model.dataset(id).name);
                (name.to_owned(), alike.count() as u32)
            }
        };
        let key = self.dice.key(&rule.id, &format!("{name} at {site}"));
        let mut stream = self.dice.stream(key, Purpose::Proof, count, 0);
        let span = law.sample(&mut stream).clamp(0.0, 1e15);
        Some(self.world.now + Span(span as u64))
    }

    /// Whoever deleted something has proven it.
    pub(super) fn prove(&mut self, event: Event) {
        let deletion = self.deletions.list[event.id as usize];
        self.deletions.proven += 1;
        self.out.proven(self.world.now, &deletion);
    }

    /// What keeping results, and checkpoints of jobs that were over, cost.
    pub(super) fn kept_cost(&self) -> Money {
        let storages = self.model.network.storages.iter();
        let rested = self.world.retention.rested();
        let cost = storages
            .zip(rested)
            .map(|(storage, &area)| storage.price.cost(area));
        cost.sum()
    }
}
