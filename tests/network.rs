//! Network and data, worked by hand.

mod common;

use common::clouds::{HOUR, MINUTE, public, run, terms};
use common::worlds::Row;
use plimsoll::model::Model;
use plimsoll::units::{ByteBand, BytePrice, ByteTariff, Bytes, Epoch, Money};

const GB: u64 = 1_000_000_000;

fn band(up_to_gb: u64, price: u64) -> ByteBand {
    ByteBand {
        up_to: Bytes(up_to_gb * GB),
        price: BytePrice(price),
    }
}

/// A rented pool at a site with 100 GB free, 1 USD per GB up to 150 GB and half of that beyond.
fn metered() -> Model {
    let mut model = public(terms());
    let bands = vec![band(100, 0), band(150, 1_000_000), band(151, 500_000)];
    model.sites[0].egress = ByteTariff::new(bands).unwrap();
    model.classes[0].results = Bytes(80 * GB);
    model
}

#[test]
fn egress_is_marginal_in_the_order_of_completion() {
    // Submitted last, done first: 80 GB are free. Then 20 free + 50 × 1 + 10 × .5 = 55. Then 80 × .5 = 40.
    let rows = [
        Row::of(0, 4, 3 * HOUR),
        Row::of(MINUTE, 4, 2 * HOUR),
        Row::of(2 * MINUTE, 4, HOUR),
    ];
    let heard = run(&mut metered(), &rows);
    let paid: Vec<i128> = heard
        .jobs
        .iter()
        .map(|job| job.egress_cost.0 / Money::TICKS_PER_UNIT)
        .collect();
    assert_eq!(paid, [40, 55, 0]);
    // One posting for each transfer that cost anything, in the month of its completion.
    let posted: Vec<(u64, i128)> = heard
        .postings
        .iter()
        .filter(|posting| posting.bucket.is_none())
        .map(|posting| (posting.to.0, posting.amount.0 / Money::TICKS_PER_UNIT))
        .collect();
    assert_eq!(posted, [(2 * HOUR + MINUTE, 55), (3 * HOUR, 40)]);
    assert_eq!(heard.pools[0].egress_cost.0, 95 * Money::TICKS_PER_UNIT);
}

#[test]
fn a_month_begins_at_nothing() {
    // The month ends two and a half hours after the start: the third job is the first of the new one.
    let rows = [
        Row::of(0, 4, 3 * HOUR),
        Row::of(0, 4, 2 * HOUR),
        Row::of(0, 4, HOUR),
    ];
    let mut model = metered();
    model.epoch = Epoch::parse("2026-01-31T21:30:00Z").unwrap();
    let heard = run(&mut model, &rows);
    let paid: Vec<i128> = heard
        .jobs
        .iter()
        .map(|job| job.egress_cost.0 / Money::TICKS_PER_UNIT)
        .collect();
    assert_eq!(paid, [0, 55, 0]);
}
