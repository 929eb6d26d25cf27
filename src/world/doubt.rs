//! How a provisioner asks a market that said no: a few requests at a time, and more while they are granted.
//!
//! Without it everybody who waits would ask at once each time a refusal is forgotten, thousands of requests of
//! which none can be granted.

/// Requests in flight after a refusal.
const FIRST_MOST: u32 = 16;

/// What is known of a market by asking.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Doubt {
    /// Whether its last answers held a no.
    doubtful: bool,
    /// Most requests in one round.
    most: u32,
    /// Requests in this round.
    asked: u32,
    /// The fewest instances that one of them is for.
    least: u64,
    /// Whether the market granted one of them, while others were held back.
    granted: bool,
}

impl Default for Doubt {
    fn default() -> Self {
        Self {
            doubtful: false,
            most: FIRST_MOST,
            asked: 0,
            least: u64::MAX,
            granted: false,
        }
    }
}

impl Doubt {
    /// Whether to ask for so many instances. Whoever needs fewer than all who asked may always try.
    pub const fn may_ask(&self, instances: u64) -> bool {
        !self.doubtful || self.asked < self.most || instances < self.least
    }

    /// Somebody asks.
    pub fn ask(&mut self, instances: u64) {
        self.asked += 1;
        self.least = self.least.min(instances);
    }

    /// The market had no capacity.
    pub fn refused(&mut self) {
        *self = Self {
            doubtful: true,
            ..Self::default()
        };
    }

    /// The market granted what somebody asked for. Returns whether those who were held back should be heard
    /// now, in a round of their own.
    pub fn granted(&mut self) -> bool {
        if !self.doubtful {
            return false;
        }
        if self.asked < self.most {
            *self = Self::default();
            return false;
        }
        !std::mem::replace(&mut self.granted, true)
    }

    /// Those who were held back are heard: twice as many at a time.
    pub fn next_round(&mut self) {
        if self.granted {
            self.granted = false;
            self.most = self.most.saturating_mul(2);
            self.asked = 0;
            self.least = u64::MAX;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn after_a_no_a_few_ask_and_after_a_yes_twice_as_many() {
        let mut doubt = Doubt::default();
        for _ in 0..100 {
            assert!(doubt.may_ask(2));
            doubt.ask(2);
        }
        doubt.refused();
        for _ in 0..FIRST_MOST {
            assert!(doubt.may_ask(2));
            doubt.ask(2);
        }
        // Who needs less may try all the same.
        assert!(!doubt.may_ask(2) && doubt.may_ask(1));
        // One round more, however many were granted.
        assert!(doubt.granted() && !doubt.granted());
        doubt.next_round();
        for _ in 0..2 * FIRST_MOST {
            assert!(doubt.may_ask(2));
            doubt.ask(2);
        }
        assert!(!doubt.may_ask(2));
        doubt.refused();
        doubt.ask(2);
        // All who wanted to ask did, and were granted: nothing is in doubt any more.
        assert!(!doubt.granted());
        assert_eq!(doubt, Doubt::default());
    }
}
