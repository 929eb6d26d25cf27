//! How much of capacity and money stands with one provider, under one law or on one GPU type, and how concentrated that
//! is.

use crate::journal::Bucket;

use super::books::Books;
use super::cell::Cell;

/// One way in which pools are sorted into groups.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dimension {
    /// What it is called in columns, such as `provider`.
    pub name: String,
    /// The groups.
    pub groups: Vec<String>,
    /// By pool, its group.
    pub of_pool: Vec<u16>,
}

impl Dimension {
    /// What the pools of each group add up to, into memory that is used again.
    pub fn add_up(&self, pools: &[Books], groups: &mut Vec<Books>) {
        groups.clear();
        groups.resize(self.groups.len(), Books::default());
        for (books, &group) in pools.iter().zip(&self.of_pool) {
            groups[usize::from(group)].join(books);
        }
    }
}

/// What one group is of all: its GPU-hours.
pub(super) fn of_hours(group: &Books, all: &Books) -> Cell {
    Cell::ratio(group.paid_hours(), all.paid_hours())
}

/// What one group is of all: its money.
pub(super) fn of_spend(group: &Books, all: &Books) -> Cell {
    Cell::ratio(group.cost().as_units(), all.cost().as_units())
}

/// The Herfindahl–Hirschman index of GPU-hours: the sum of squared shares, 1 where all is with one.
pub(super) fn concentration_of_hours(groups: &[Books]) -> Cell {
    concentration(groups.iter().map(Books::paid_hours))
}

/// The same of money.
pub(super) fn concentration_of_spend(groups: &[Books]) -> Cell {
    concentration(groups.iter().map(|books| books.cost().as_units()))
}

fn concentration(amounts: impl Iterator<Item = f64> + Clone) -> Cell {
    let all: f64 = amounts.clone().sum();
    if all <= 0.0 {
        return Cell::default();
    }
    Cell::amount(amounts.map(|amount| (amount / all) * (amount / all)).sum())
}

/// The share of the GPU-hours paid for in which capacity worked.
pub(super) fn up(group: &Books) -> Cell {
    let paid = group.paid_hours();
    Cell::ratio(paid - group.hours(Bucket::Down), paid)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::journal::{Drawn, GpuTime, PoolRecord};
    use crate::units::{MilliGpus, Money, PoolId, Span};

    /// GPU-hours that were paid for, a part of them down, and what they cost.
    fn pool(id: usize, hours: u64, down: u64, cost: i128) -> Books {
        let mut gpu_time = GpuTime::ZERO;
        let one = MilliGpus::whole(1);
        let mut hold = |bucket, hours: u64| {
            gpu_time.hold(bucket, (one, one), Span(hours * 3_600_000));
        };
        hold(Bucket::Useful, hours - down);
        hold(Bucket::Down, down);
        let mut books = Books::default();
        books.add(&PoolRecord {
            pool: PoolId::from(id),
            rented: true,
            gpu_time,
            charged: Money(cost * Money::TICKS_PER_UNIT),
            idle_cost: Money::ZERO,
            egress_cost: Money::ZERO,
            drawn: Drawn::ZERO,
            drawn_idle: Drawn::ZERO,
            launches: 0,
            reclaims: 0,
            refusals: 0,
            peak_gpus: 0,
        });
        books
    }

    #[test]
    fn shares_add_up_to_one_and_concentration_is_the_sum_of_their_squares() {
        let pools = [pool(0, 50, 5, 10), pool(1, 25, 0, 30), pool(2, 25, 0, 60)];
        let by_provider = Dimension {
            name: "provider".to_owned(),
            groups: vec!["lab".to_owned(), "cloud".to_owned()],
            of_pool: vec![0, 1, 1],
        };
        let mut groups = Vec::new();
        by_provider.add_up(&pools, &mut groups);
        let mut all = Books::default();
        for group in &groups {
            all.join(group);
        }
        // 50 of 100 hours each: 0.25 + 0.25. Of the money 10 % and 90 %: 0.01 + 0.81.
        let hours: Vec<_> = groups.iter().map(|of| of_hours(of, &all).value()).collect();
        assert_eq!(hours, [Some(0.5), Some(0.5)]);
        assert_eq!(concentration_of_hours(&groups).value(), Some(0.5));
        let spend: Vec<_> = groups.iter().map(|of| of_spend(of, &all).value()).collect();
        assert_eq!(spend, [Some(0.1), Some(0.9)]);
        let index = concentration_of_spend(&groups).value().unwrap();
        assert!((index - 0.82).abs() < 1e-12);
        // Five of fifty hours were down.
        assert_eq!(up(&groups[0]).value(), Some(0.9));
        assert_eq!(concentration_of_hours(&[]).value(), None);
    }
}
