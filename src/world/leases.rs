//! When links are rented: throughout, but for those that phases rent and give up.

use crate::model::Model;
use crate::units::{LinkId, MilliGpus, Money, SimTime};

use super::moment::World;

/// When one link was rented.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Lease {
    link: LinkId,
    /// Stretches that are over.
    over: Vec<(SimTime, SimTime)>,
    /// Since when it is rented now.
    since: Option<SimTime>,
}

impl World {
    /// A link is rented from now on, or no more; whether it was before.
    pub(super) fn lease(&mut self, link: LinkId, held: bool) -> bool {
        let now = self.now;
        let leases = &mut self.rollout.leases;
        let place = leases.iter().position(|lease| lease.link == link);
        let place = place.unwrap_or_else(|| {
            leases.push(Lease {
                link,
                over: Vec::new(),
                since: Some(SimTime::ZERO),
            });
            leases.len() - 1
        });
        let lease = &mut leases[place];
        let before = lease.since.is_some();
        match (lease.since, held) {
            (Some(since), false) => {
                lease.since = None;
                if since < now {
                    lease.over.push((since, now));
                }
            }
            (None, true) => lease.since = Some(now),
            _ => {}
        }
        before
    }

    /// The stretches of time for which a link was rented up to now.
    pub fn leased(&self, link: LinkId) -> impl Iterator<Item = (SimTime, SimTime)> + '_ {
        let mut leases = self.rollout.leases.iter();
        let lease = leases.find(|lease| lease.link == link);
        let (over, since) = lease.map_or((&[][..], Some(SimTime::ZERO)), |lease| {
            (lease.over.as_slice(), lease.since)
        });
        let goes_on = since.map(|since| (since, self.now));
        over.iter().copied().chain(goes_on)
    }

    /// What links cost by the hour up to now, whatever anybody sends.
    pub fn link_rent(&self, model: &Model) -> Money {
        let one = MilliGpus::whole(1);
        let links = (0..model.network.links.len()).map(LinkId::from);
        let of = |link: LinkId| -> Money {
            let rent = model.network.link(link).rent;
            let stretches = self.leased(link);
            stretches
                .map(|(from, to)| Money::of(one, to.since(from), rent))
                .sum()
        };
        links.map(of).sum()
    }
}
