//! Terms with a provider beyond single prices: promised spend with its shortfall, and discounts by volume.

use crate::journal::Item;
use crate::units::{Epoch, Money, PoolId, ProviderId, SimTime, Span};

/// All such terms of a scenario.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Commitments {
    /// What was promised.
    pub promises: Vec<Promise>,
    /// What providers give back.
    pub discounts: Vec<VolumeDiscount>,
    /// Pools whose capacity counts: all but our own, of providers with terms.
    pub pools: Vec<PoolId>,
}

/// Spend that was promised to a provider.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Promise {
    /// Its name.
    pub name: String,
    /// To whom.
    pub provider: ProviderId,
    /// From when.
    pub from: SimTime,
    /// Until when; never, if it outlasts the run.
    pub until: SimTime,
    /// How long before the start it began; then `from` is the start.
    pub before: Span,
    /// How long a period is; the whole of it if `None`.
    pub months: Option<u32>,
    /// What is promised for a period from so many periods on, in ticks; the first is at 0.
    pub steps: Vec<(u32, Money)>,
}

/// What a provider gives back of what it is paid in a UTC month.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VolumeDiscount {
    /// Who.
    pub provider: ProviderId,
    /// Above which spend of the month, and which share of what lies above it, in millionths; ascending.
    pub tiers: Vec<(Money, u32)>,
}

/// A line that is settled when a run is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Settled {
    /// The beginning of the last month of what is settled.
    pub from: SimTime,
    /// When it is due.
    pub to: SimTime,
    /// With whom.
    pub provider: ProviderId,
    /// Discount or shortfall.
    pub item: Item,
    /// What is owed; below zero what comes back.
    pub amount: Money,
}

impl VolumeDiscount {
    /// What comes back of a month's spend: of each part of it the share of the tier in which it lies; rounded
    /// down once in each tier.
    pub fn of(&self, spend: Money) -> Money {
        let ends = self.tiers.iter().skip(1).map(|tier| tier.0);
        let ends = ends.chain(std::iter::once(Money(i128::MAX)));
        let parts = self.tiers.iter().zip(ends).map(|(&(above, share), end)| {
            let within = (spend.0.min(end.0) - above.0).max(0);
            // Split, so that no product outgrows its type.
            let (whole, rest) = (within / MILLION, within % MILLION);
            whole * i128::from(share) + rest * i128::from(share) / MILLION
        });
        Money(parts.sum())
    }
}

/// Shares are in millionths.
const MILLION: i128 = 1_000_000;

impl Commitments {
    /// How many providers to keep accounts of: none without terms.
    pub fn providers(&self) -> usize {
        let promised = self.promises.iter().map(|promise| promise.provider);
        let given = self.discounts.iter().map(|discount| discount.provider);
        let most = promised.chain(given).map(|provider| provider.index() + 1);
        most.max().unwrap_or(0)
    }

    /// When the stretch of spend that holds an instant ends: at the end of its UTC month, or where a promise begins
    /// or ends before that, so that no payment meets two promises to one provider.
    pub fn next_cut(&self, epoch: Epoch, at: SimTime) -> SimTime {
        let cuts = self.promises.iter();
        let cuts = cuts.flat_map(|promise| [promise.from, promise.until]);
        let cuts = cuts.filter(|&cut| at < cut);
        cuts.fold(epoch.next_month(at), SimTime::min)
    }

    /// Settles a run that ended at `end`, given what each provider was paid in each stretch from the start on, from
    /// one [cut](Self::next_cut) to the next.
    pub fn settle(
        &self,
        epoch: Epoch,
        end: SimTime,
        paid: impl Fn(ProviderId) -> Vec<Money>,
    ) -> Vec<Settled> {
        let stretches = self.stretches(epoch, end);
        let mut settled = Vec::new();
        let mut discounts: Vec<(ProviderId, Vec<Money>)> = Vec::new();
        for discount in &self.discounts {
            let mut paid = paid(discount.provider);
            paid.resize(stretches.len(), Money::ZERO);
            let back = discount.settle(&stretches, &paid, epoch, &mut settled);
            discounts.push((discount.provider, back));
        }
        for promise in &self.promises {
            let mut net = paid(promise.provider);
            net.resize(stretches.len(), Money::ZERO);
            let mine = discounts.iter().filter(|of| of.0 == promise.provider);
            for (_, back) in mine {
                for (paid, back) in net.iter_mut().zip(back) {
                    *paid -= *back;
                }
            }
            promise.settle(&stretches, &net, epoch, &mut settled);
        }
        settled.retain(|line| line.amount != Money::ZERO);
        settled
    }

    /// The stretches of a run, cut at its end.
    fn stretches(&self, epoch: Epoch, end: SimTime) -> Vec<(SimTime, SimTime)> {
        let mut stretches = Vec::new();
        let mut from = SimTime::ZERO;
        while from < end {
            let to = self.next_cut(epoch, from).min(end);
            stretches.push((from, to));
            from = to;
        }
        stretches
    }
}

impl VolumeDiscount {
    /// Settles each month of a run. Returns what of it belongs to each stretch: the tiers of a month are filled in the
    /// order in which it was paid.
    fn settle(
        &self,
        stretches: &[(SimTime, SimTime)],
        paid: &[Money],
        epoch: Epoch,
        settled: &mut Vec<Settled>,
    ) -> Vec<Money> {
        let mut back = Vec::new();
        let (mut begun, mut spend) = (SimTime::ZERO, Money::ZERO);
        for (index, &(from, to)) in stretches.iter().enumerate() {
            let before = self.of(spend);
            spend += paid[index];
            back.push(self.of(spend) - before);
            if to == epoch.next_month(from) || index + 1 == stretches.len() {
                settled.push(Settled {
                    from: begun,
                    to,
                    provider: self.provider,
                    item: Item::Discount,
                    amount: -self.of(spend),
                });
                (begun, spend) = (to, Money::ZERO);
            }
        }
        back
    }
}

impl Promise {
    /// What is promised for the period of this number, counted from 0.
    fn amount(&self, period: u32) -> Money {
        let begun = self.steps.iter().take_while(|step| step.0 <= period);
        begun.last().map_or(Money::ZERO, |step| step.1)
    }

    /// Walks through the periods. What is promised for a period that the promise or the run cuts counts by time.
    fn settle(
        &self,
        stretches: &[(SimTime, SimTime)],
        paid: &[Money],
        epoch: Epoch,
        settled: &mut Vec<Settled>,
    ) {
        let end = stretches.last().map_or(SimTime::ZERO, |last| last.1);
        // Its periods are counted by a clock of its own, which starts when it began.
        let before = self.before;
        let Some(own) = Epoch::from_unix_ms(epoch.unix_ms().saturating_sub_unsigned(before.0))
        else {
            return;
        };
        let start = SimTime::ZERO + before;
        let end = self.until.min(end) + before;
        let (mut at, mut period) = (self.from, 0);
        while at < end {
            let (whole, ends) = self.period(own, at);
            let cut = ends.min(end);
            if start < cut {
                let within = (
                    SimTime(at.max(start).0 - before.0),
                    SimTime(cut.0 - before.0),
                );
                let lasted = i128::from(within.1.since(within.0).0);
                let whole = i128::from(whole.0.max(1));
                let promised = share(self.amount(period), lasted, whole);
                let inside =
                    |of: &(&(SimTime, SimTime), &Money)| within.0 <= of.0.0 && of.0.1 <= within.1;
                let spent = stretches.iter().zip(paid).filter(inside);
                let spent: Money = spent.map(|(_, paid)| *paid).sum();
                let last = SimTime(within.1.0 - 1);
                let month = last.0.saturating_sub(epoch.since_month_began(last).0);
                settled.push(Settled {
                    from: SimTime(month).max(within.0),
                    to: within.1,
                    provider: self.provider,
                    item: Item::Shortfall,
                    amount: Money((promised - spent).0.max(0)),
                });
            }
            (at, period) = (cut, period + 1);
        }
    }

    /// How long the period that holds an instant is, and when it ends, by the promise's own clock: whole UTC months,
    /// or all of the promise.
    fn period(&self, own: Epoch, at: SimTime) -> (Span, SimTime) {
        let Some(months) = self.months else {
            let ends = self.until + self.before;
            return (ends.since(self.from), ends);
        };
        let ends = (0..months).fold(at, |ends, _| own.next_month(ends));
        (ends.since(at) + own.since_month_began(at), ends)
    }
}

/// A part of an amount by time; rounded down.
fn share(amount: Money, lasted: i128, whole: i128) -> Money {
    let (each, rest) = (amount.0 / whole, amount.0 % whole);
    Money(each * lasted + rest * lasted / whole)
}

#[cfg(test)]
mod tests;
