//! Postings beside those of capacity: electricity by the meter, the rent of links, terms with providers.

use crate::journal::{Drawn, Item, Observer, Payee, Posting};
use crate::units::{DatasetId, JobId, LinkId, MilliGpus, Money, Price, SimTime};
use crate::world::Stretch;

use super::run::Run;

impl<O: Observer> Run<'_, O> {
    /// Posts the electricity of a stretch that lies in one month, where it is paid by the meter.
    pub(super) fn post_electricity(&mut self, job: Option<JobId>, cut: &Stretch) {
        let Some(meter) = self.model.power.meter(cut.pool) else {
            return;
        };
        let asked = cut.asked;
        let held = MilliGpus::whole(asked.occupied());
        let drawn = meter.stretch(cut.bucket, (held, asked), cut.from, cut.to);
        // Who drains stays with the pool's own account, and what is down is taken from it.
        let own = if job.is_some() { drawn } else { Drawn::ZERO };
        let of_pool = match job {
            None => meter.idle.over(held, cut.from, cut.to) - drawn,
            Some(_) => meter.idle.over(held, cut.from, cut.to),
        };
        let month = self.model.epoch.next_month(cut.from);
        let idle = self.idle.entry((cut.pool, month)).or_default();
        idle.electricity -= of_pool.cost;
        if own.cost != Money::ZERO {
            self.out.posting(&Posting {
                from: cut.from,
                to: cut.to,
                payee: Payee::Pool(cut.pool),
                job,
                item: Item::Electricity,
                gpu_time: 0,
                amount: own.cost,
            });
        }
    }

    /// Settles the terms with providers: what they give back, and what was promised and not spent.
    pub(super) fn settle_commitments(&mut self) -> (Money, Money) {
        let (mut discounts, mut shortfall) = (Money::ZERO, Money::ZERO);
        let commitments = &self.model.commitments;
        if commitments.providers() == 0 {
            return (discounts, shortfall);
        }
        let paid = |provider| self.world.spend.of(provider).collect();
        let settled =
            commitments.settle(self.model.epoch, self.world.now, &self.model.initial, paid);
        for line in settled {
            match line.item {
                Item::Discount => discounts -= line.amount,
                _ => shortfall += line.amount,
            }
            if O::POSTINGS {
                self.out.posting(&Posting {
                    from: line.from,
                    to: line.to,
                    payee: Payee::Provider(line.provider),
                    job: None,
                    item: line.item,
                    gpu_time: 0,
                    amount: line.amount,
                });
            }
        }
        (discounts, shortfall)
    }

    /// Posts the rent of links up to now.
    pub(super) fn post_link_rent(&mut self) {
        if !O::POSTINGS {
            return;
        }
        for index in 0..self.model.network.links.len() {
            let rent = self.model.network.links[index].rent;
            if rent != Price(0) {
                self.post_rent_of(LinkId::from(index), rent);
            }
        }
    }

    /// What keeping data cost: data sets at their own price, and what lay on storages. Posts it month by month.
    pub(super) fn settle_storage(&mut self) -> Money {
        let (model, end) = (self.model, self.world.now);
        let mut total = Money::ZERO;
        for (index, dataset) in model.datasets.iter().enumerate() {
            let id = DatasetId::from(index);
            let ended = self.world.homes_ended(model, id);
            // The account so far is what is rounded, so that months add up to the whole.
            let cost = |at: SimTime| {
                if ended.iter().all(Option::is_none) {
                    return dataset.storage_cost(at);
                }
                let spans = ended
                    .iter()
                    .map(|ended| ended.map_or(at, |ended| ended.min(at)));
                spans
                    .map(|until| dataset.copy_cost(until.since(SimTime::ZERO)))
                    .sum()
            };
            let payee = Payee::Dataset(id);
            let mut from = SimTime::ZERO;
            while from < end {
                let to = model.epoch.next_month(from).min(end);
                let amount = cost(to) - cost(from);
                total += amount;
                self.post_storage(payee, (from, to), amount);
                from = to;
            }
        }
        for (dataset, since, until) in self.world.copies_kept(model) {
            let payee = Payee::Dataset(dataset);
            let cost = |at: SimTime| model.dataset(dataset).copy_cost(at.since(since));
            let mut from = since;
            while from < until {
                let to = model.epoch.next_month(from).min(until);
                let amount = cost(to) - cost(from);
                total += amount;
                self.post_storage(payee, (from, to), amount);
                from = to;
            }
        }
        let months: Vec<_> = self.world.close_storages(model).months().collect();
        for (storage, month, area) in months {
            let price = model.network.storages[usize::from(storage)].price;
            let amount = price.cost(area);
            total += amount;
            let to = month.min(end);
            let last = SimTime(to.0.saturating_sub(1));
            let from = SimTime(last.0.saturating_sub(model.epoch.since_month_began(last).0));
            self.post_storage(Payee::Storage(storage), (from, to), amount);
        }
        total
    }

    fn post_storage(&mut self, payee: Payee, (from, to): (SimTime, SimTime), amount: Money) {
        if O::POSTINGS && amount != Money::ZERO {
            self.out.posting(&Posting {
                from,
                to,
                payee,
                job: None,
                item: Item::Storage,
                gpu_time: 0,
                amount,
            });
        }
    }

    fn post_rent_of(&mut self, link: LinkId, rent: Price) {
        for (mut from, until) in self.world.leased(link) {
            while from < until {
                let to = self.model.epoch.next_month(from).min(until);
                self.out.posting(&Posting {
                    from,
                    to,
                    payee: Payee::Link(link),
                    job: None,
                    item: Item::LinkRent,
                    gpu_time: 0,
                    // One link counts as one GPU: a price by the hour is a price by the hour.
                    amount: Money::of(MilliGpus::whole(1), to.since(from), rent),
                });
                from = to;
            }
        }
    }
}
