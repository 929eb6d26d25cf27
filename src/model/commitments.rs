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
    /// How long before the start it began, where a period is the whole of it.
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

    /// Settles a run that ended at `end`, given what each provider was paid in each UTC month.
    pub fn settle(
        &self,
        epoch: Epoch,
        end: SimTime,
        paid: impl Fn(ProviderId) -> Vec<Money>,
    ) -> Vec<Settled> {
        let months = months(epoch, end);
        let mut settled = Vec::new();
        let mut discounts: Vec<(ProviderId, Vec<Money>)> = Vec::new();
        for discount in &self.discounts {
            let paid = paid(discount.provider);
            let mut back = Vec::new();
            for (month, &(from, to)) in months.iter().enumerate() {
                let spend = paid.get(month).copied().unwrap_or_default();
                back.push(discount.of(spend));
                settled.push(Settled {
                    from,
                    to,
                    provider: discount.provider,
                    item: Item::Discount,
                    amount: -back[month],
                });
            }
            discounts.push((discount.provider, back));
        }
        for promise in &self.promises {
            let mut net = paid(promise.provider);
            net.resize(months.len(), Money::ZERO);
            let mine = discounts.iter().filter(|of| of.0 == promise.provider);
            for (_, back) in mine {
                for (paid, back) in net.iter_mut().zip(back) {
                    *paid -= *back;
                }
            }
            promise.settle(&months, &net, epoch, end, &mut settled);
        }
        settled.retain(|line| line.amount != Money::ZERO);
        settled
    }
}

/// The UTC months of a run, cut at its ends.
fn months(epoch: Epoch, end: SimTime) -> Vec<(SimTime, SimTime)> {
    let mut months = Vec::new();
    let mut from = SimTime::ZERO;
    while from < end {
        let to = epoch.next_month(from).min(end);
        months.push((from, to));
        from = to;
    }
    months
}

impl Promise {
    /// What is promised for the period of this number, counted from 0.
    fn amount(&self, period: u32) -> Money {
        let begun = self.steps.iter().take_while(|step| step.0 <= period);
        begun.last().map_or(Money::ZERO, |step| step.1)
    }

    /// Walks through the periods. What was paid in a month in which the promise begins or ends counts whole; what
    /// is promised for a period that the promise or the run cuts counts by time.
    fn settle(
        &self,
        months: &[(SimTime, SimTime)],
        paid: &[Money],
        epoch: Epoch,
        end: SimTime,
        settled: &mut Vec<Settled>,
    ) {
        let end = self.until.min(end);
        let (mut from, mut period) = (self.from, 0);
        while from < end {
            let (whole, ends) = self.period(epoch, from);
            let cut = ends.min(end);
            let whole = i128::from(whole.0.max(1));
            let lasted = i128::from(cut.since(from).0);
            let promised = share(self.amount(period), lasted, whole);
            let within = |month: &(&(SimTime, SimTime), &Money)| {
                let &(first, last) = month.0;
                from < last && first < cut
            };
            let counted: Vec<_> = months.iter().zip(paid).filter(within).collect();
            let spent: Money = counted.iter().map(|(_, paid)| **paid).sum();
            if let Some(&(&(first, _), _)) = counted.last() {
                settled.push(Settled {
                    from: first.max(from),
                    to: cut,
                    provider: self.provider,
                    item: Item::Shortfall,
                    amount: Money((promised - spent).0.max(0)),
                });
            }
            (from, period) = (cut, period + 1);
        }
    }

    /// How long the period that holds an instant is, and when it ends: whole UTC months, or all of the promise.
    fn period(&self, epoch: Epoch, at: SimTime) -> (Span, SimTime) {
        let Some(months) = self.months else {
            return (self.until.since(self.from) + self.before, self.until);
        };
        let ends = (0..months).fold(at, |ends, _| epoch.next_month(ends));
        (ends.since(at) + epoch.since_month_began(at), ends)
    }
}

/// A part of an amount by time; rounded down.
fn share(amount: Money, lasted: i128, whole: i128) -> Money {
    let (each, rest) = (amount.0 / whole, amount.0 % whole);
    Money(each * lasted + rest * lasted / whole)
}

#[cfg(test)]
mod tests {
    use super::*;

    const DAY: u64 = 86_400_000;

    fn units(amount: i128) -> Money {
        Money(amount * Money::TICKS_PER_UNIT)
    }

    fn promise(months: Option<u32>, steps: &[(u32, i128)]) -> Promise {
        Promise {
            name: "p".to_owned(),
            provider: ProviderId(0),
            from: SimTime::ZERO,
            until: SimTime::NEVER,
            before: Span::ZERO,
            months,
            steps: steps
                .iter()
                .map(|&(after, spend)| (after, units(spend)))
                .collect(),
        }
    }

    /// What is due in a run of so many days from 22 January 2026, 10 of them in that month: (day, units).
    fn due(commitments: &Commitments, days: u64, paid: &[i128]) -> Vec<(u64, u64, Item, i128)> {
        let epoch = Epoch::parse("2026-01-22T00:00:00Z").unwrap();
        let paid: Vec<Money> = paid.iter().map(|&paid| units(paid)).collect();
        let settled = commitments.settle(epoch, SimTime(days * DAY), |_| paid.clone());
        let line = |line: Settled| {
            assert_eq!(line.amount.0 % Money::TICKS_PER_UNIT, 0);
            let amount = line.amount.0 / Money::TICKS_PER_UNIT;
            (line.from.0 / DAY, line.to.0 / DAY, line.item, amount)
        };
        settled.into_iter().map(line).collect()
    }

    #[test]
    fn a_shortfall_is_due_at_the_end_of_each_month_and_cut_months_count_by_time() {
        let commitments = Commitments {
            promises: vec![promise(Some(1), &[(0, 31_000), (2, 62_000)])],
            ..Commitments::default()
        };
        // 10 of 31 days of January: 10,000; February: 31,000; the ramp's March, 15 of 31 days: 30,000.
        let lines = due(&commitments, 10 + 28 + 15, &[4_000, 40_000, 29_000]);
        assert_eq!(
            lines,
            [
                (0, 10, Item::Shortfall, 6_000),
                (38, 53, Item::Shortfall, 1_000)
            ]
        );
        // What was spent above the promise of one month does not count in another.
        assert_eq!(due(&commitments, 10, &[10_000]), []);
    }

    #[test]
    fn a_year_is_twelve_months_and_a_term_is_one_period() {
        // The year from 1 January: 365 days, of which the run has 10 + 28 + 31 + 4 = 73: a fifth.
        let year = Commitments {
            promises: vec![promise(Some(12), &[(0, 100_000)])],
            ..Commitments::default()
        };
        let lines = due(&year, 73, &[1_000, 2_000, 3_000, 4_000]);
        assert_eq!(lines, [(69, 73, Item::Shortfall, 10_000)]);
        // A term of 100 days that began 50 days before: the run has 40 of them.
        let term = Promise {
            before: Span(50 * DAY),
            until: SimTime(50 * DAY),
            ..promise(None, &[(0, 1_000)])
        };
        let term = Commitments {
            promises: vec![term],
            ..Commitments::default()
        };
        let lines = due(&term, 40, &[100, 50, 50]);
        assert_eq!(lines, [(38, 40, Item::Shortfall, 200)]);
        // It is over at 50 days, whatever comes after.
        let lines = due(&term, 90, &[100, 50, 50, 1, 1]);
        assert_eq!(lines, [(38, 50, Item::Shortfall, 300)]);
    }

    fn tiers() -> VolumeDiscount {
        VolumeDiscount {
            provider: ProviderId(0),
            tiers: vec![(units(1_000), 100_000), (units(3_000), 250_000)],
        }
    }

    #[test]
    fn discounts_are_marginal_by_month_and_count_against_promises() {
        // Of 5,000: nothing of the first 1,000, a tenth of 2,000, a quarter of 2,000.
        assert_eq!(tiers().of(units(5_000)), units(700));
        assert_eq!(tiers().of(units(1_000)), Money::ZERO);
        let commitments = Commitments {
            promises: vec![promise(Some(1), &[(0, 31_000)])],
            discounts: vec![tiers()],
            pools: Vec::new(),
        };
        // January: 10,000 promised, 5,000 − 700 spent. February: nothing spent, nothing back.
        let lines = due(&commitments, 38, &[5_000]);
        assert_eq!(
            lines,
            [
                (0, 10, Item::Discount, -700),
                (0, 10, Item::Shortfall, 5_700),
                (10, 38, Item::Shortfall, 31_000)
            ]
        );
        assert_eq!(commitments.providers(), 1);
        assert_eq!(Commitments::default().providers(), 0);
    }
}
