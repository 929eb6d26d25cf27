//! Transforms as time passes: attempts that begin, fail and are made again, and what they cost.

use crate::dice::Purpose;
use crate::journal::{Fact, Item, JobState, Observer, Payee, Posting};
use crate::units::Money;

use super::agenda::{Event, Rank};
use super::run::Run;

impl<O: Observer> Run<'_, O> {
    /// Puts into the agenda when attempts of transforms are over.
    #[cold]
    pub(super) fn expect_transforms(&mut self) {
        let now = self.world.now;
        for (at, index) in self.world.staging.transforming.begun.drain(..) {
            let made = &self.model.transforms.derived[usize::from(index)];
            let fact = Fact::TransformBegan(made.transform, made.dataset);
            self.out.fact(now, fact);
            let event = Event {
                rank: Rank::Transformed,
                id: u32::from(index),
                slot: 0,
                attempt: 0,
                state: JobState::Running,
            };
            self.scratch.agenda.push(at, event);
        }
    }

    /// An attempt of a transform is over.
    pub(super) fn transformed(&mut self, event: Event) {
        let (now, index) = (self.world.now, event.id as u16);
        let made = &self.model.transforms.derived[usize::from(index)];
        let transform = &self.model.transforms.list[usize::from(made.transform)];
        let share = u64::from(transform.fails);
        let fails = share > 0 && {
            // By the names of both: what else is transformed must not move its luck.
            let base = &self.model.dataset(made.base).name;
            let key = self.dice.key(&transform.name, base);
            let count = self.world.attempts_at(index);
            let mut stream = self.dice.stream(key, Purpose::Transform, count, 0);
            stream.below(1_000_000) < share
        };
        let cost = self.world.transformed(self.model, index, fails);
        let fact = if fails {
            Fact::TransformFailed(made.transform, made.dataset)
        } else {
            Fact::Transformed(made.transform, made.dataset)
        };
        self.out.fact(now, fact);
        if O::POSTINGS && cost != Money::ZERO {
            self.out.posting(&Posting {
                from: now,
                to: now,
                payee: Payee::Transform(made.transform),
                job: None,
                item: Item::Transform,
                gpu_time: 0,
                amount: cost,
            });
        }
    }
}
