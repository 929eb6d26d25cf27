//! Promised spend and discounts by volume, through the engine: worked by hand, and over random worlds.

use std::collections::BTreeMap;

use crate::common::cases::{quietly, runner};
use crate::common::clouds::{HOUR, public, run, terms};
use crate::common::storms::stormy_worlds;
use crate::common::worlds::Row;
use crate::common::{Everything, play, play_in};
use plimsoll::dice::Dice;
use plimsoll::engine::Scratch;
use plimsoll::journal::{Item, Payee};
use plimsoll::model::{
    Commitments, Horizon, Initial, Model, Promise, Timeline, VolumeDiscount, compile,
};
use plimsoll::scenario::load;
use plimsoll::units::{Epoch, Money, PoolId, ProviderId, SimTime, Span};
use proptest::prelude::*;

fn units(amount: i128) -> Money {
    Money(amount * Money::TICKS_PER_UNIT)
}

fn monthly(spend: i128) -> Promise {
    Promise {
        name: "promise".to_owned(),
        provider: ProviderId(0),
        from: SimTime::ZERO,
        until: SimTime::NEVER,
        before: Span::ZERO,
        months: Some(1),
        steps: vec![(0, units(spend))],
    }
}

fn discount(tiers: &[(i128, u32)]) -> VolumeDiscount {
    VolumeDiscount {
        provider: ProviderId(0),
        tiers: tiers
            .iter()
            .map(|&(above, share)| (units(above), share))
            .collect(),
    }
}

/// What was settled: (from, to) in hours, for what, in units.
fn settled(heard: &Everything) -> Vec<(u64, u64, Item, i128)> {
    let lines = heard.postings.iter();
    let mine = lines.filter(|line| line.payee == Payee::Provider(ProviderId(0)));
    mine.map(|line| {
        assert_eq!(line.job, None);
        let (from, to) = (line.from.0 / HOUR, line.to.0 / HOUR);
        (from, to, line.item, line.amount.0 / Money::TICKS_PER_UNIT)
    })
    .collect()
}

#[test]
fn what_is_rented_counts_in_its_month_and_the_horizon_cuts_the_promise() {
    let mut model = public(terms());
    model.epoch = Epoch::parse("2026-01-31T00:00:00Z").unwrap();
    model.horizon = Horizon::At(SimTime(24 * HOUR + 14 * 24 * HOUR));
    model.commitments = Commitments {
        promises: vec![monthly(3_100)],
        discounts: vec![discount(&[(100, 500_000)])],
        pools: vec![PoolId(0)],
    };
    // Four GPUs at 3 an hour from 18 h to 34 h: 6 h of January are 72, 10 h of February 120, of which half of 20
    // comes back. Promised are a day of January, 100, and half of February, 1,550.
    let heard = run(&mut model, &[Row::of(18 * HOUR, 4, 16 * HOUR)]);
    assert_eq!(
        settled(&heard),
        [
            (24, 360, Item::Discount, -10),
            (0, 24, Item::Shortfall, 28),
            (24, 360, Item::Shortfall, 1_440),
        ]
    );
    assert_eq!(heard.run.discounts, units(10));
    assert_eq!(heard.run.shortfall, units(1_468));
    // What the pool is charged is its list price.
    assert_eq!(heard.pools[0].charged, units(192));
}

#[test]
fn promises_that_meet_within_a_month_share_no_payment() {
    let mut model = public(terms());
    model.horizon = Horizon::At(SimTime(48 * HOUR));
    let term = |from, until| Promise {
        from: SimTime(from * HOUR),
        until: SimTime(until * HOUR),
        months: None,
        ..monthly(100)
    };
    model.commitments = Commitments {
        promises: vec![term(0, 20), term(20, 28)],
        discounts: Vec::new(),
        pools: vec![PoolId(0)],
    };
    // Four GPUs at 3 an hour from 18 h to 34 h: two hours under the first are 24, eight under the second 96, and the
    // last six count for neither.
    let heard = run(&mut model, &[Row::of(18 * HOUR, 4, 16 * HOUR)]);
    assert_eq!(
        settled(&heard),
        [(0, 20, Item::Shortfall, 76), (20, 28, Item::Shortfall, 4)]
    );
    assert_eq!(heard.pools[0].charged, units(192));
}

#[test]
fn our_own_capacity_does_not_count() {
    let mut model = public(terms());
    model.horizon = Horizon::At(SimTime(27 * 24 * HOUR));
    model.commitments.promises = vec![monthly(3_100)];
    // From 5 January 27 of 31 days are 2,700; what is rented is not the provider's.
    let heard = run(&mut model, &[Row::of(0, 4, HOUR)]);
    assert_eq!(settled(&heard), [(0, 648, Item::Shortfall, 2_700)]);
}

#[test]
fn terms_change_nothing_but_what_is_settled() {
    let mut model = public(terms());
    model.horizon = Horizon::At(SimTime(24 * HOUR));
    let rows = [Row::of(0, 4, HOUR), Row::of(HOUR, 2, HOUR)];
    let without = run(&mut model, &rows);
    model.commitments.promises = vec![monthly(0)];
    model.commitments.pools = vec![PoolId(0)];
    let with = run(&mut model, &rows);
    assert_eq!(without, with);
}

/// What the provider was paid in each month, by the postings.
fn by_month(model: &Model, heard: &Everything) -> Vec<Money> {
    let mut months: BTreeMap<SimTime, Money> = BTreeMap::new();
    let mut end = SimTime::ZERO;
    while end < heard.run.horizon {
        end = model.epoch.next_month(end);
        months.insert(end, Money::ZERO);
    }
    for line in &heard.postings {
        let counts = match line.item {
            Item::Capacity(_) => line
                .pool()
                .is_some_and(|pool| model.commitments.pools.contains(&pool)),
            Item::Egress => true,
            _ => false,
        };
        if let Some(sum) = months
            .get_mut(&model.epoch.next_month(line.from))
            .filter(|_| counts)
        {
            *sum += line.amount;
        }
    }
    months.into_values().collect()
}

#[test]
fn what_is_settled_is_what_the_postings_say_whatever_happens() {
    let some = std::cell::Cell::new(0u32);
    runner(40)
        .run(
            &(stormy_worlds(), 0i128..2_000),
            |((mut model, timeline), spend)| {
                let pools = (0..model.pools.len()).map(PoolId::from);
                let rented: Vec<PoolId> =
                    pools.filter(|&pool| model.pool(pool).is_rented()).collect();
                model.commitments = Commitments {
                    promises: vec![monthly(spend)],
                    discounts: vec![discount(&[(0, 30_000), (1, 111_111), (20, 333_333)])],
                    pools: rented,
                };
                let mut scratch = Scratch::default();
                for strategy in 0..model.strategies.len() {
                    quietly(|| {
                        let heard = play(&model, &timeline, strategy);
                        let paid = by_month(&model, &heard);
                        let lines = model.commitments.settle(
                            model.epoch,
                            heard.run.horizon,
                            &Initial::default(),
                            |_| paid.clone(),
                        );
                        let sum =
                            |item: Item, lines: &mut dyn Iterator<Item = (Item, Money)>| -> Money {
                                lines.filter(|line| line.0 == item).map(|line| line.1).sum()
                            };
                        for (item, run) in [
                            (Item::Discount, -heard.run.discounts),
                            (Item::Shortfall, heard.run.shortfall),
                        ] {
                            let told = lines.iter().map(|line| (line.item, line.amount));
                            let posted = heard.postings.iter().map(|line| (line.item, line.amount));
                            assert_eq!(sum(item, &mut told.into_iter()), run);
                            assert_eq!(sum(item, &mut posted.into_iter()), run);
                        }
                        some.set(some.get() + u32::from(heard.run.discounts != Money::ZERO));
                        assert!(heard == play_in(&model, &timeline, strategy, &mut scratch));
                    })?;
                }
                Ok(())
            },
        )
        .unwrap();
    assert!(some.get() > 500, "{}", some.get());
}

fn ladder() -> impl Strategy<Value = VolumeDiscount> {
    let tier = (1i128..1_000_000_000_000, 0u32..=1_000_000);
    prop::collection::vec(tier, 1..6).prop_map(|steps| {
        let mut above = 0;
        let tiers = steps.into_iter().map(|(step, share)| {
            above += step;
            (Money(above), share)
        });
        VolumeDiscount {
            provider: ProviderId(0),
            tiers: tiers.collect(),
        }
    })
}

#[test]
fn tiers_neither_jump_nor_turn_back() {
    let amounts = (ladder(), 0i128..6_000_000_000_000, 0i128..2_000_000_000_000);
    runner(2_000)
        .run(&amounts, |(discount, spend, more)| {
            let (less, all) = (discount.of(Money(spend)), discount.of(Money(spend + more)));
            // Who pays more at list prices pays no less after the discount, and gets no less back.
            prop_assert!(less <= all && all - less <= Money(more + 6));
            // Splitting nothing: a tick more is at most a tick of discount in each tier.
            let next = discount.of(Money(spend + 1));
            prop_assert!(less <= next && (next - less).0 <= 1);
            Ok(())
        })
        .unwrap();
    let at_the_edge = discount(&[(1_000, 100_000), (3_000, 250_000)]);
    for (above, _) in &at_the_edge.tiers {
        let (before, after) = (Money(above.0 - 1), Money(above.0 + 1));
        assert!((at_the_edge.of(after) - at_the_edge.of(before)).0 <= 2);
    }
}

/// A shipped scenario, cut short.
fn shipped(name: &str, horizon: &str) -> Model {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios");
    let set = [format!("scenario.horizon={horizon}")];
    let scenario = load(&folder.join(name), &set).unwrap_or_else(|p| panic!("{}", p.render(false)));
    let compiled = compile(&scenario);
    compiled
        .unwrap_or_else(|p| panic!("{}", p.render(false)))
        .model
}

#[test]
fn all_that_the_shipped_contracts_cost_is_posted() {
    let model = shipped("contract-mix.toml", "50 d");
    let mut timeline = Timeline::default();
    let dice = Dice {
        seed: 1,
        replication: 0,
    };
    Timeline::sample(&model, &dice, &mut timeline);
    let (mut short, mut back) = (Money::ZERO, Money::ZERO);
    for strategy in 0..model.strategies.len() {
        let heard = play(&model, &timeline, strategy);
        let pools = heard.pools.iter();
        let pools: Money = pools
            .map(|pool| pool.charged + pool.egress_cost + pool.drawn.cost)
            .sum();
        let run = &heard.run;
        let total = pools + run.link_cost + run.storage_cost + run.shortfall - run.discounts;
        let posted: Money = heard.postings.iter().map(|line| line.amount).sum();
        assert_eq!(posted, total);
        for pool in &heard.pools {
            let mine = heard
                .postings
                .iter()
                .filter(|line| line.pool() == Some(pool.pool));
            let electricity = mine.filter(|line| line.item == Item::Electricity);
            let electricity: Money = electricity.map(|line| line.amount).sum();
            assert_eq!(electricity, pool.drawn.cost);
        }
        assert!(
            heard.pools[0].drawn.cost > Money::ZERO && heard.pools[1].drawn.cost == Money::ZERO
        );
        short += run.shortfall;
        back += run.discounts;
    }
    // Who rents nothing falls short of the promise; who rents gets something back.
    assert!(short > Money::ZERO && back > Money::ZERO);
}
