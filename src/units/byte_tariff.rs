//! What bytes cost that are counted up over a month: each at the price of the band into which it falls.

use super::{BytePrice, Bytes, Money};

/// Prices per gigabyte by how much went before in the same month. Marginal: reaching a band changes the price
/// of what follows, never of what went before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ByteTariff {
    /// Ascending by where they end; the last ends nowhere.
    bands: Vec<ByteBand>,
}

/// A band: up to how many bytes of a month, at what price.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ByteBand {
    /// Where it ends; [`u64::MAX`] bytes for the last.
    pub up_to: Bytes,
    /// The price within it.
    pub price: BytePrice,
}

impl ByteTariff {
    /// One price for every byte.
    pub fn flat(price: BytePrice) -> Self {
        let up_to = Bytes(u64::MAX);
        Self {
            bands: vec![ByteBand { up_to, price }],
        }
    }

    /// The tariff of bands in order; the price of the last holds beyond its end. `None` if there is no band, or
    /// if one does not end after the one before it.
    pub fn new(mut bands: Vec<ByteBand>) -> Option<Self> {
        bands.last_mut()?.up_to = Bytes(u64::MAX);
        let ascends = bands.windows(2).all(|pair| pair[0].up_to < pair[1].up_to);
        (ascends && bands[0].up_to > Bytes(0)).then_some(Self { bands })
    }

    /// The bands in order.
    pub fn bands(&self) -> &[ByteBand] {
        &self.bands
    }

    /// What `bytes` cost after `before` of the same month. With several bands the account of the month is what
    /// is rounded, so that parts cost together what the whole does, to the tick; with one price each amount is
    /// rounded by itself.
    pub fn cost(&self, before: Bytes, bytes: Bytes) -> Money {
        if let [band] = self.bands.as_slice() {
            return Money::of_bytes(bytes, band.price);
        }
        let after = Bytes(before.0.saturating_add(bytes.0));
        self.of_month(after) - self.of_month(before)
    }

    /// What so many bytes of a month cost in all.
    fn of_month(&self, bytes: Bytes) -> Money {
        let mut priced = 0;
        let mut begun = 0;
        for band in &self.bands {
            let end = band.up_to.0.min(bytes.0);
            if end <= begun {
                break;
            }
            priced += i128::from(end - begun) * i128::from(band.price.0);
            begun = end;
        }
        Money::of_priced_bytes(priced)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const GB: u64 = 1_000_000_000;

    /// 0.1 TB free, then .09 up to 10 TB, .085 up to 50 TB, .05 beyond.
    fn tariff() -> ByteTariff {
        banded(&[
            (100 * GB, 0),
            (10_000 * GB, 90_000),
            (50_000 * GB, 85_000),
            (1, 50_000),
        ])
        .unwrap()
    }

    fn banded(bands: &[(u64, u64)]) -> Option<ByteTariff> {
        let band = |&(up_to, price)| ByteBand {
            up_to: Bytes(up_to),
            price: BytePrice(price),
        };
        ByteTariff::new(bands.iter().map(band).collect())
    }

    fn units(units_e6: i128) -> Money {
        Money(units_e6 * Money::TICKS_PER_UNIT / 1_000_000)
    }

    #[test]
    fn what_crosses_an_edge_is_paid_on_both_sides() {
        let tariff = tariff();
        // 60 GB after 20 GB are free; the next 60 GB are 20 free and 40 at .09 = 3.60.
        let first = tariff.cost(Bytes(20 * GB), Bytes(60 * GB));
        let second = tariff.cost(Bytes(80 * GB), Bytes(60 * GB));
        assert_eq!((first, second), (Money::ZERO, units(3_600_000)));
        // 9.9 TB to 10.2 TB: 100 GB at .09 + 200 GB at .085 = 9 + 17 = 26.
        let third = tariff.cost(Bytes(9_900 * GB), Bytes(300 * GB));
        assert_eq!(third, units(26_000_000));
        // Beyond the last edge there is no end: 1 TB at .05.
        let last = tariff.cost(Bytes(90_000 * GB), Bytes(1_000 * GB));
        assert_eq!(last, units(50_000_000));
    }

    #[test]
    fn bands_must_ascend() {
        assert_eq!(banded(&[]), None);
        assert_eq!(banded(&[(0, 5), (9, 4)]), None);
        assert_eq!(banded(&[(9, 5), (9, 4), (1, 3)]), None);
        assert_eq!(banded(&[(9, 5)]), Some(ByteTariff::flat(BytePrice(5))));
    }

    fn any_bands() -> impl Strategy<Value = ByteTariff> {
        let steps = prop::collection::vec((1u64..50_000 * GB, 0u64..300_000), 2..6);
        steps.prop_map(|steps| {
            let mut end = 0;
            let bands = steps.into_iter().map(|(length, price)| {
                end += length;
                (end, price)
            });
            banded(&bands.collect::<Vec<_>>()).unwrap()
        })
    }

    proptest! {
        #[test]
        fn parts_cost_what_the_whole_does(
            tariff in any_bands(),
            before in 0u64..200_000 * GB,
            first in 0u64..100_000 * GB,
            second in 0u64..100_000 * GB,
        ) {
            let whole = tariff.cost(Bytes(before), Bytes(first + second));
            let parts = tariff.cost(Bytes(before), Bytes(first))
                + tariff.cost(Bytes(before + first), Bytes(second));
            prop_assert_eq!(whole, parts);
            // Nothing jumps and nothing falls: one byte more costs at least nothing and at most the
            // highest price, up to the tick that rounding may move.
            let more = tariff.cost(Bytes(before), Bytes(first + 1));
            let less = tariff.cost(Bytes(before), Bytes(first));
            let highest = tariff.bands().iter().map(|band| band.price).max().unwrap();
            prop_assert!(less <= more);
            prop_assert!((more - less).0 <= Money::of_bytes(Bytes(1), highest).0 + 1);
        }

        #[test]
        fn a_cost_is_the_integral_of_the_price(
            tariff in any_bands(),
            before in 0u64..400,
            steps in 0u64..400,
        ) {
            // In steps of whole 500 GB, each priced by hand piece by piece between the edges.
            let (from, to) = (before * 500 * GB, (before + steps) * 500 * GB);
            let mut edges: Vec<u64> = tariff.bands().iter().map(|band| band.up_to.0).collect();
            edges.extend([from, to]);
            edges.sort_unstable();
            let mut micros = 0i128;
            for pair in edges.windows(2) {
                let (low, high) = (pair[0].max(from), pair[1].min(to));
                if low < high {
                    let band = tariff.bands().iter().find(|band| low < band.up_to.0).unwrap();
                    micros += i128::from(high - low) * i128::from(band.price.0);
                }
            }
            // µ per 10⁹ bytes are 18/5 ticks per byte; two roundings lie between.
            let exact = micros * 18;
            let cost = tariff.cost(Bytes(from), Bytes(to - from)).0 * 5;
            prop_assert!((cost - exact).abs() <= 5, "{} against {}", cost, exact);
        }
    }
}
