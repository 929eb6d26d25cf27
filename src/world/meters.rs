//! What left each provider's sites this month: the next byte's price depends on it.

use crate::model::Site;
use crate::units::{Bytes, Epoch, Money, ProviderId, SimTime};

/// Bytes that left, by provider, since the month began.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Meters {
    month_end: SimTime,
    bytes: Vec<Bytes>,
}

impl Meters {
    /// Nothing has left yet.
    pub(super) fn reset(&mut self, sites: &[Site]) {
        let providers = sites.iter().map(|site| site.provider.index() + 1).max();
        self.month_end = SimTime::ZERO;
        self.bytes.clear();
        self.bytes.resize(providers.unwrap_or(0), Bytes(0));
    }

    /// So much has left already in the month of `now`.
    pub(super) fn begin_at(
        &mut self,
        epoch: Epoch,
        now: SimTime,
        provider: ProviderId,
        bytes: Bytes,
    ) {
        self.month_end = epoch.next_month(now);
        if let Some(sum) = self.bytes.get_mut(provider.index()) {
            sum.0 = sum.0.saturating_add(bytes.0);
        }
    }

    /// What left so far in the month of `now`.
    pub(super) fn sent(&self, epoch: Epoch, now: SimTime, provider: ProviderId) -> Bytes {
        // A month that ended with this instant is over for whoever begins with it.
        let counted = self.month_end == epoch.next_month(now);
        let sent = self.bytes.get(provider.index()).filter(|_| counted);
        sent.copied().unwrap_or_default()
    }

    /// Counts a transfer that is complete now, and says what it costs. The month is that of its completion.
    pub(super) fn charge(
        &mut self,
        epoch: Epoch,
        now: SimTime,
        site: &Site,
        bytes: Bytes,
    ) -> Money {
        if self.month_end <= now {
            self.month_end = epoch.next_month(now);
            self.bytes.fill(Bytes(0));
        }
        let before = &mut self.bytes[site.provider.index()];
        let cost = site.egress.cost(*before, bytes);
        before.0 = before.0.saturating_add(bytes.0);
        cost
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::units::{ByteBand, BytePrice, ByteTariff};

    #[test]
    fn sites_of_one_provider_share_the_month_and_a_new_one_begins_at_nothing() {
        // 10 GB free, then 1.00 per GB; the second site, of the same provider, asks 2.00 and the third is alone.
        let gb = |gigabytes: u64| Bytes(gigabytes * 1_000_000_000);
        let site = |provider: u16, price: u64| Site {
            provider: ProviderId(provider),
            egress: ByteTariff::new(vec![
                ByteBand {
                    up_to: gb(10),
                    price: BytePrice(0),
                },
                ByteBand {
                    up_to: gb(11),
                    price: BytePrice(price),
                },
            ])
            .unwrap(),
            ..Site::bare("site")
        };
        let sites = [site(0, 1_000_000), site(0, 2_000_000), site(1, 1_000_000)];
        let epoch = Epoch::parse("2026-01-31T23:00:00Z").unwrap();
        let mut meters = Meters::default();
        meters.reset(&sites);
        let mut charge = |at_min: u64, site: usize, bytes: Bytes| {
            let cost = meters.charge(epoch, SimTime(at_min * 60_000), &sites[site], bytes);
            assert_eq!(cost.0 % Money::TICKS_PER_UNIT, 0);
            cost.0 / Money::TICKS_PER_UNIT
        };
        // 8 of 10 free; 5 more from the other site are 2 free and 3 at 2.00.
        assert_eq!(charge(1, 0, gb(8)), 0);
        assert_eq!(charge(2, 1, gb(5)), 6);
        assert_eq!(charge(3, 0, gb(4)), 4);
        assert_eq!(charge(3, 2, gb(4)), 0);
        // An hour after the start a new month begins: free again.
        assert_eq!(charge(59, 0, gb(1)), 1);
        assert_eq!(charge(60, 0, gb(9)), 0);
        assert_eq!(charge(61, 1, gb(2)), 2);
    }
}
