//! What each provider was paid in each UTC month: commitments and discounts are settled by it.

use crate::model::{Commitments, Tariffs};
use crate::units::{Epoch, MilliGpus, Money, PoolId, ProviderId, SimTime};

/// Money by provider and month; nothing where nobody has terms with a provider.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Spend {
    /// By month; beside it, by provider.
    months: Vec<Vec<Money>>,
    /// When each month ends.
    ends: Vec<SimTime>,
    providers: usize,
}

impl Spend {
    /// Nothing was paid yet.
    pub(super) fn reset(&mut self, commitments: &Commitments) {
        self.months.clear();
        self.ends.clear();
        self.providers = commitments.providers();
    }

    /// Whether anybody has terms with a provider.
    #[inline]
    pub(super) const fn is_kept(&self) -> bool {
        self.providers > 0
    }

    /// Adds what was paid at an instant; an instant at the end of a month belongs to the next.
    pub(super) fn add(&mut self, epoch: Epoch, at: SimTime, provider: ProviderId, paid: Money) {
        if !self.is_kept() {
            return;
        }
        let month = self.month(epoch, at);
        if let Some(sum) = self.months[month].get_mut(provider.index()) {
            *sum += paid;
        }
    }

    /// Adds what GPUs of a pool cost over a stretch.
    pub(super) fn add_capacity(
        &mut self,
        epoch: Epoch,
        (provider, tariffs): (ProviderId, &Tariffs),
        (pool, gpus): (PoolId, MilliGpus),
        (from, to): (SimTime, SimTime),
    ) {
        let mut at = from;
        while at < to {
            let month = self.month(epoch, at);
            let until = self.ends[month].min(to);
            let paid = Money::of_odometer(gpus, tariffs.between(pool, at, until));
            if let Some(sum) = self.months[month].get_mut(provider.index()) {
                *sum += paid;
            }
            at = until;
        }
    }

    /// The place of the month that holds an instant; months up to it are begun.
    fn month(&mut self, epoch: Epoch, at: SimTime) -> usize {
        while self.ends.last().is_none_or(|&end| end <= at) {
            let start = self.ends.last().copied().unwrap_or(SimTime::ZERO);
            self.ends.push(epoch.next_month(start));
            self.months.push(vec![Money::ZERO; self.providers]);
        }
        self.ends.partition_point(|&end| end <= at)
    }

    /// What a provider was paid in each month from the start on.
    pub fn of(&self, provider: ProviderId) -> impl Iterator<Item = Money> + '_ {
        let of = move |month: &Vec<Money>| month.get(provider.index()).copied();
        self.months
            .iter()
            .map(move |month| of(month).unwrap_or_default())
    }
}
