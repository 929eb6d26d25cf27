//! When failovers were in force in a run.

use crate::journal::Fact;
use crate::units::SimTime;

/// Stretches in which failovers were in force, in the order in which they began.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct InForce {
    /// Which failover, from when, and until when; `None` if it was at the horizon.
    pub stretches: Vec<(u16, SimTime, Option<SimTime>)>,
}

impl InForce {
    /// Takes note of those that begin or are over.
    pub(super) fn hear(&mut self, at: SimTime, fact: Fact) {
        match fact {
            Fact::FailoverBegan(failover) => self.stretches.push((failover, at, None)),
            Fact::FailoverOver(failover) => {
                let mut all = self.stretches.iter_mut().rev();
                if let Some(last) = all.find(|stretch| stretch.0 == failover) {
                    last.2 = Some(at);
                }
            }
            _ => {}
        }
    }

    /// Those that were in force at some instant between two.
    pub fn between(
        &self,
        from: SimTime,
        to: SimTime,
    ) -> impl Iterator<Item = (u16, SimTime, Option<SimTime>)> + '_ {
        let all = self.stretches.iter().copied();
        all.filter(move |&(_, began, over)| began <= to && over.is_none_or(|over| from <= over))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stretches_end_where_their_own_failover_does() {
        let mut told = InForce::default();
        for (at, fact) in [
            (1, Fact::FailoverBegan(0)),
            (2, Fact::FailoverBegan(1)),
            (5, Fact::FailoverOver(0)),
            (7, Fact::FailoverBegan(0)),
        ] {
            told.hear(SimTime(at), fact);
        }
        let at = |from, to| told.between(SimTime(from), SimTime(to)).collect::<Vec<_>>();
        let (first, second, third) = (
            (0, SimTime(1), Some(SimTime(5))),
            (1, SimTime(2), None),
            (0, SimTime(7), None),
        );
        assert_eq!(at(0, 0), []);
        assert_eq!(at(1, 1), [first]);
        assert_eq!(at(6, 6), [second]);
        assert_eq!(at(5, 9), [first, second, third]);
    }
}
