//! What each provider was paid in each UTC month, told apart where promises begin and end: commitments and discounts
//! are settled by it.

use crate::model::{Commitments, Tariffs};
use crate::units::{Epoch, MilliGpus, Money, PoolId, ProviderId, SimTime};

/// Money by provider and stretch of time; nothing where nobody has terms with a provider.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Spend {
    /// By stretch; beside it, by provider.
    stretches: Vec<Vec<Money>>,
    /// When each stretch ends.
    ends: Vec<SimTime>,
    providers: usize,
}

impl Spend {
    /// Nothing was paid yet.
    pub(super) fn reset(&mut self, commitments: &Commitments) {
        self.stretches.clear();
        self.ends.clear();
        self.providers = commitments.providers();
    }

    /// Whether anybody has terms with a provider.
    #[inline]
    pub(super) const fn is_kept(&self) -> bool {
        self.providers > 0
    }

    /// Adds what was paid at an instant; an instant at the end of a stretch belongs to the next.
    pub(super) fn add(
        &mut self,
        (epoch, terms): (Epoch, &Commitments),
        at: SimTime,
        provider: ProviderId,
        paid: Money,
    ) {
        if !self.is_kept() {
            return;
        }
        let stretch = self.stretch((epoch, terms), at);
        if let Some(sum) = self.stretches[stretch].get_mut(provider.index()) {
            *sum += paid;
        }
    }

    /// Adds what GPUs of a pool cost over a stretch.
    pub(super) fn add_capacity(
        &mut self,
        (epoch, terms): (Epoch, &Commitments),
        (provider, tariffs): (ProviderId, &Tariffs),
        (pool, gpus): (PoolId, MilliGpus),
        (from, to): (SimTime, SimTime),
    ) {
        let mut at = from;
        while at < to {
            let stretch = self.stretch((epoch, terms), at);
            let until = self.ends[stretch].min(to);
            let paid = Money::of_odometer(gpus, tariffs.between(pool, at, until));
            if let Some(sum) = self.stretches[stretch].get_mut(provider.index()) {
                *sum += paid;
            }
            at = until;
        }
    }

    /// The place of the stretch that holds an instant; stretches up to it are begun.
    fn stretch(&mut self, (epoch, terms): (Epoch, &Commitments), at: SimTime) -> usize {
        while self.ends.last().is_none_or(|&end| end <= at) {
            let start = self.ends.last().copied().unwrap_or(SimTime::ZERO);
            self.ends.push(terms.next_cut(epoch, start));
            self.stretches.push(vec![Money::ZERO; self.providers]);
        }
        self.ends.partition_point(|&end| end <= at)
    }

    /// What a provider was paid in each stretch from the start on; see [`Commitments::next_cut`].
    pub fn of(&self, provider: ProviderId) -> impl Iterator<Item = Money> + '_ {
        let of = move |stretch: &Vec<Money>| stretch.get(provider.index()).copied();
        self.stretches
            .iter()
            .map(move |stretch| of(stretch).unwrap_or_default())
    }
}
