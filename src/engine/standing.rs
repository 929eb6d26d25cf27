//! What is paid whatever jobs do: the rent of links, posted month by month.

use crate::journal::{Item, Observer, Payee, Posting};
use crate::units::{LinkId, MilliGpus, Money, Price, SimTime};

use super::run::Run;

impl<O: Observer> Run<'_, O> {
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

    fn post_rent_of(&mut self, link: LinkId, rent: Price) {
        let mut from = SimTime::ZERO;
        while from < self.world.now {
            let to = self.model.epoch.next_month(from).min(self.world.now);
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
