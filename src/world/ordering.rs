//! The line under another discipline: everybody has a new key, and keeps the place by arrival among equals.

use crate::model::Request;
use crate::units::{Span, TenantId};

use super::blocks::Place;
use super::job::{Phase, Slot};
use super::line::Waiting;
use super::moment::World;

impl World {
    /// Orders the line anew, and whoever may join it again: `key` says how, and `ranks` whether all runnable jobs
    /// are kept in one order, which begins as that of arrival. Reservations of the discipline before are void.
    pub fn reorder(&mut self, ranks: bool, key: impl Fn(&Request) -> u64) {
        self.admit();
        let mut living: Vec<(i64, Slot)> = self
            .jobs
            .living()
            .map(|(slot, job)| (job.place.sequence(), slot))
            .collect();
        living.sort_unstable();
        for &(sequence, slot) in &living {
            let job = &mut self.jobs[slot];
            let place = Place::new(key(&job.request), sequence);
            let before = std::mem::replace(&mut job.place, place);
            if job.phase == Phase::Waiting && place != before {
                let requested = Span(job.request.requested.0.saturating_sub(job.done));
                let shape = job.request.shape;
                self.line.leave(shape, before);
                self.line.join(shape, place, Waiting { slot, requested });
            }
        }
        self.keeps_ranking = ranks;
        self.ranking.clear();
        if ranks {
            self.ranking.extend(living.iter().map(|&(_, slot)| slot));
        }
        self.reservations.fill(None);
        self.settled = false;
        self.changes.other = true;
    }

    /// Past use of tenants fades with another half-life from now on.
    pub fn fade_use(&mut self, before: u64) {
        for tenant in 0..self.usage.len() {
            let left = self.usage_of(TenantId::from(tenant), before);
            self.usage[tenant] = (left, self.now);
        }
    }
}
