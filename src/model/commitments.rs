//! Terms with a provider beyond single prices: promised spend with its shortfall, and discounts by volume.

use crate::journal::Item;
use crate::units::{Epoch, Money, PoolId, ProviderId, SimTime, Span};

use super::initial::{Balance, Initial};

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
    /// `initial` says what was paid before.
    pub fn settle(
        &self,
        epoch: Epoch,
        end: SimTime,
        initial: &Initial,
        paid: impl Fn(ProviderId) -> Vec<Money>,
    ) -> Vec<Settled> {
        let mut settled = Vec::new();
        let nets = self.nets(epoch, end, initial, paid, &mut settled);
        let stretches = self.stretches(epoch, end);
        for (place, (promise, net)) in self.promises.iter().zip(&nets).enumerate() {
            let balance = initial.balances.iter().find(|of| of.promise == place);
            let periods = promise.periods(&stretches, net, epoch, balance);
            settled.extend(periods.iter().map(|period| period.line(promise, epoch)));
        }
        settled.retain(|line| line.amount != Money::ZERO);
        settled
    }

    /// How promises stand at the end of a run that cuts their periods: (promise, since when, paid, settled).
    pub fn balances(
        &self,
        epoch: Epoch,
        end: SimTime,
        initial: &Initial,
        paid: impl Fn(ProviderId) -> Vec<Money>,
    ) -> Vec<(usize, i64, Money, Money)> {
        let nets = self.nets(epoch, end, initial, paid, &mut Vec::new());
        let stretches = self.stretches(epoch, end);
        let mut all = Vec::new();
        for (place, (promise, net)) in self.promises.iter().zip(&nets).enumerate() {
            let balance = initial.balances.iter().find(|of| of.promise == place);
            let last = promise.periods(&stretches, net, epoch, balance).pop();
            if let Some(period) = last.filter(|period| period.goes_on && period.within.1 == end) {
                let since = epoch.unix_ms() + period.within.0.0 as i64 - period.since.0 as i64;
                let settled = period.settled + period.owed();
                all.push((place, since, period.paid, settled));
            }
        }
        all
    }

    /// What providers that give discounts were paid in the month that a run cuts.
    pub fn paid_in_month(
        &self,
        epoch: Epoch,
        end: SimTime,
        initial: &Initial,
        paid: impl Fn(ProviderId) -> Vec<Money>,
    ) -> Vec<(ProviderId, Money)> {
        let month = SimTime(end.0.saturating_sub(epoch.since_month_began(end).0));
        let stretches = self.stretches(epoch, end);
        let of = |discount: &VolumeDiscount| {
            let provider = discount.provider;
            let paid = paid(provider);
            let inside = stretches.iter().zip(&paid).filter(|(of, _)| month <= of.0);
            let now: Money = inside.map(|(_, paid)| *paid).sum();
            let before = initial.paid.iter().filter(|of| of.0 == provider);
            let before: Money = before.map(|of| of.1).sum();
            let began_before = end.0 < epoch.since_month_began(end).0;
            let before = if began_before { before } else { Money::ZERO };
            (provider, now + before)
        };
        self.discounts.iter().map(of).collect()
    }

    /// What was paid to the provider of each promise in each stretch, less discounts; settles these.
    fn nets(
        &self,
        epoch: Epoch,
        end: SimTime,
        initial: &Initial,
        paid: impl Fn(ProviderId) -> Vec<Money>,
        settled: &mut Vec<Settled>,
    ) -> Vec<Vec<Money>> {
        let stretches = self.stretches(epoch, end);
        let mut discounts: Vec<(ProviderId, Vec<Money>)> = Vec::new();
        for discount in &self.discounts {
            let mut paid = paid(discount.provider);
            paid.resize(stretches.len(), Money::ZERO);
            let before = initial.paid.iter().filter(|of| of.0 == discount.provider);
            let before = before.map(|of| of.1).sum();
            let back = discount.settle(&stretches, &paid, (epoch, before), settled);
            discounts.push((discount.provider, back));
        }
        let net = |promise: &Promise| {
            let mut net = paid(promise.provider);
            net.resize(stretches.len(), Money::ZERO);
            let mine = discounts.iter().filter(|of| of.0 == promise.provider);
            for (_, back) in mine {
                for (paid, back) in net.iter_mut().zip(back) {
                    *paid -= *back;
                }
            }
            net
        };
        self.promises.iter().map(net).collect()
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

/// A period of a promise, as far as a run goes.
struct Period {
    /// What of the run lies in it.
    within: (SimTime, SimTime),
    /// Whether it goes on after the run.
    goes_on: bool,
    /// How long before the run counting began.
    since: Span,
    /// What was promised for all that is counted.
    promised: Money,
    /// What was paid since then, less discounts.
    paid: Money,
    /// What of the shortfall was settled before the run.
    settled: Money,
}

impl Period {
    /// What is owed by now, or comes back of what was settled before.
    fn owed(&self) -> Money {
        Money((self.promised - self.paid).0.max(0)) - self.settled
    }

    fn line(&self, promise: &Promise, epoch: Epoch) -> Settled {
        let (from, to) = self.within;
        let last = SimTime(to.0 - 1);
        let month = last.0.saturating_sub(epoch.since_month_began(last).0);
        Settled {
            from: SimTime(month).max(from),
            to,
            provider: promise.provider,
            item: Item::Shortfall,
            amount: self.owed(),
        }
    }
}

impl VolumeDiscount {
    /// Settles each month of a run. Returns what of it belongs to each stretch: the tiers of a month are filled in the
    /// order in which it was paid.
    fn settle(
        &self,
        stretches: &[(SimTime, SimTime)],
        paid: &[Money],
        (epoch, before): (Epoch, Money),
        settled: &mut Vec<Settled>,
    ) -> Vec<Money> {
        let mut back = Vec::new();
        // What of the first month was paid before filled its tiers, and came back then.
        let mut told = self.of(before);
        let (mut begun, mut spend) = (SimTime::ZERO, before);
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
                    amount: told - self.of(spend),
                });
                (begun, spend, told) = (to, Money::ZERO, Money::ZERO);
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
    fn periods(
        &self,
        stretches: &[(SimTime, SimTime)],
        paid: &[Money],
        epoch: Epoch,
        balance: Option<&Balance>,
    ) -> Vec<Period> {
        let mut periods = Vec::new();
        let end = stretches.last().map_or(SimTime::ZERO, |last| last.1);
        // Its periods are counted by a clock of its own, which starts when it began.
        let before = self.before;
        let Some(own) = Epoch::from_unix_ms(epoch.unix_ms().saturating_sub_unsigned(before.0))
        else {
            return periods;
        };
        let start = SimTime::ZERO + before;
        let over = end + before;
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
                let balance = balance.filter(|_| within.0 == SimTime::ZERO);
                let since = balance.map_or(Span::ZERO, |balance| balance.since);
                let lasted = i128::from(within.1.since(within.0).0 + since.0);
                let whole = i128::from(whole.0.max(1));
                let promised = share(self.amount(period), lasted, whole);
                let inside =
                    |of: &(&(SimTime, SimTime), &Money)| within.0 <= of.0.0 && of.0.1 <= within.1;
                let spent = stretches.iter().zip(paid).filter(inside);
                let spent: Money = spent.map(|(_, paid)| *paid).sum();
                periods.push(Period {
                    within,
                    goes_on: over < ends && over.0 - before.0 < self.until.0,
                    since,
                    promised,
                    paid: spent + balance.map_or(Money::ZERO, |balance| balance.paid),
                    settled: balance.map_or(Money::ZERO, |balance| balance.settled),
                });
            }
            (at, period) = (cut, period + 1);
        }
        periods
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
