//! How many GPUs of a rented pool may be held, and who says so: the offer, a phase and what happens each have a word
//! of their own, so that none of them takes back what another said.

/// The ceilings of one rented pool; the lowest holds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Quota {
    /// What holds now; `None` if nothing limits it.
    most: Option<u64>,
    /// What the offer says.
    offer: Option<u64>,
    /// What phases allow; `None` while they say nothing.
    phase: Option<u64>,
    /// The last change for good, which stands in for the offer.
    lasting: Option<u64>,
    /// Changes for a time that are not over.
    passing: Vec<u64>,
}

impl Quota {
    /// Starts again with what the offer says, and keeps the memory.
    pub(super) fn reset(&mut self, offer: Option<u64>) {
        self.offer = offer;
        self.phase = None;
        self.lasting = None;
        self.passing.clear();
        self.weigh();
    }

    /// What holds now.
    pub(super) const fn most(&self) -> Option<u64> {
        self.most
    }

    /// From now on phases allow so much; returns what they allowed before.
    pub(super) fn allow(&mut self, gpus: Option<u64>) -> Option<u64> {
        let before = std::mem::replace(&mut self.phase, gpus);
        self.weigh();
        before
    }

    /// The quota changes, for good or until [`Quota::lift`] of as many.
    pub(super) fn limit(&mut self, gpus: u64, passes: bool) {
        if passes {
            self.passing.push(gpus);
        } else {
            self.lasting = Some(gpus);
        }
        self.weigh();
    }

    /// One change for a time is over.
    pub(super) fn lift(&mut self, gpus: u64) {
        if let Some(place) = self.passing.iter().position(|&most| most == gpus) {
            self.passing.swap_remove(place);
        }
        self.weigh();
    }

    /// A change may also raise what the offer says: only where none is in force the offer counts.
    fn weigh(&mut self) {
        let happened = self.passing.iter().copied().chain(self.lasting).min();
        let outside = happened.or(self.offer);
        self.most = outside.into_iter().chain(self.phase).min();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lowest_of_all_that_is_in_force_holds() {
        let mut quota = Quota::default();
        quota.reset(Some(64));
        assert_eq!(quota.allow(Some(0)), None);
        quota.limit(8, true);
        quota.limit(16, true);
        assert_eq!(quota.most(), Some(0));
        assert_eq!(quota.allow(Some(64)), Some(0));
        assert_eq!(quota.most(), Some(8));
        quota.lift(8);
        assert_eq!(quota.most(), Some(16));
        quota.lift(16);
        assert_eq!(quota.most(), Some(64));
        // A change for good takes the place of the offer, and one for a time passes.
        quota.allow(None);
        quota.limit(128, false);
        quota.limit(32, true);
        assert_eq!(quota.most(), Some(32));
        quota.lift(32);
        assert_eq!(quota.most(), Some(128));
        quota.reset(None);
        assert_eq!(quota.most(), None);
    }
}
