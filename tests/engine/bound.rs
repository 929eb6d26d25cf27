//! The relaxed bound: below what every run costs, and met by plans that waste nothing.

use crate::common::bounds::{bound, paid};
use crate::common::cases::{quietly, runner};
use crate::common::clouds::{
    HOUR, MINUTE, THREE, cost, hybrid, public, rented_pool, steps, terms, world,
};
use crate::common::phases::phase;
use crate::common::worlds::{Row, timeline, worlds};
use crate::common::{owned, play};
use plimsoll::model::{
    Change, Class, ElasticTerms, Horizon, Model, Packing, Placement, Promise, Rule, RuleEffect,
    RuleMode, Rules, SpillTest, Supply, Timeline, VolumeDiscount,
};
use plimsoll::units::{ClassId, Money, PoolId, ProviderId, SimTime, Span};
use proptest::prelude::*;

/// What a run under the first strategy costs, and its bound.
fn both(model: &mut Model, rows: &[Row]) -> (Money, Money) {
    let timeline = timeline(model, rows);
    let heard = play(model, &timeline, 0);
    (paid(&heard), bound(model, &timeline, 0, &heard).unwrap())
}

/// A plain job of four GPUs.
fn four(submit: u64, work: u64) -> Row {
    Row::of(submit, 4, work)
}

fn own(gpus: u64, hours: u64) -> Money {
    cost(gpus, hours * HOUR, 2_000_000)
}

#[test]
fn where_everything_is_rented_at_one_price_nothing_can_be_saved() {
    // Two jobs of 4 GPUs, 1 h and 2 h, at 3 USD: 36 USD.
    let (paid, bound) = both(
        &mut public(terms()),
        &[four(0, HOUR), four(MINUTE, 2 * HOUR)],
    );
    assert_eq!((paid, bound), (cost(4, 3 * HOUR, THREE), paid));
}

#[test]
fn what_owned_hours_cannot_hold_is_rented() {
    let rows = [four(0, HOUR); 3];
    let within = |test| {
        let mut model = hybrid(test, terms());
        model.horizon = Horizon::At(SimTime(2 * HOUR));
        both(&mut model, &rows)
    };
    // 12 GPU-h of work, 8 owned: 16 USD are paid anyhow, and 4 GPU-h are rented for 12.
    let least = own(4, 2) + cost(4, HOUR, THREE);
    // At once, two jobs are rented: 16 + 24.
    let (paid, bound) = within(SpillTest::Waited(Span::ZERO));
    assert_eq!((paid, bound), (own(4, 2) + cost(8, HOUR, THREE), least));
    // After an hour, the second begins at home and the third is rented: as cheap as can be.
    let (paid, bound) = within(SpillTest::Waited(Span(HOUR)));
    assert_eq!((paid, bound), (least, least));
}

#[test]
fn hours_before_a_job_comes_are_lost_to_it() {
    // Stretches are 2 h / 16 and a millisecond: 450,001 ms. Two jobs come as the ninth begins and run to the end.
    let (begin, end) = (8 * 450_001, 2 * HOUR);
    let mut model = hybrid(SpillTest::Waited(Span::ZERO), terms());
    model.horizon = Horizon::At(SimTime(end));
    let (paid, bound) = both(&mut model, &[four(begin, end - begin); 2]);
    let least = own(4, 2) + cost(4, end - begin, THREE);
    assert_eq!((paid, bound), (least, least));
}

#[test]
fn work_waits_for_the_lowest_price_that_comes() {
    // 3 USD, from an hour on 1 USD: the job pays 12, and might have paid 4.
    let falling = steps(&[(0, THREE), (HOUR, 1_000_000)]);
    let mut model = public(plimsoll::model::Rented {
        prices: falling,
        ..terms()
    });
    model.horizon = Horizon::At(SimTime(2 * HOUR));
    let (paid, bound) = both(&mut model, &[four(0, HOUR)]);
    assert_eq!(
        (paid, bound),
        (cost(4, HOUR, THREE), cost(4, HOUR, 1_000_000))
    );
}

#[test]
fn work_that_the_horizon_cuts_counts_as_far_as_it_came() {
    // Of 3 h the run holds one; the job behind it never starts.
    let mut model = hybrid(SpillTest::Waited(Span(9 * HOUR)), terms());
    model.horizon = Horizon::At(SimTime(HOUR));
    let (paid, bound) = both(&mut model, &[four(0, 3 * HOUR), four(0, HOUR)]);
    assert_eq!((paid, bound), (own(4, 1), own(4, 1)));
    let mut model = public(terms());
    model.horizon = Horizon::At(SimTime(HOUR));
    let (paid, bound) = both(&mut model, &[four(0, 3 * HOUR)]);
    assert_eq!((paid, bound), (cost(4, HOUR, THREE), paid));
}

#[test]
fn quicker_gpus_need_fewer_hours() {
    // A type twice as quick for 5 USD, or the reference for 3: 2.50 for an hour of work.
    let quick = plimsoll::model::Rented {
        prices: steps(&[(0, 5_000_000)]),
        ..terms()
    };
    let mut quick = rented_pool(quick);
    quick.name = "quick".to_owned();
    quick.speed = vec![2000];
    let mut model = world(vec![rented_pool(terms()), quick], Placement::PublicOnly);
    let (paid, bound) = both(&mut model, &[four(0, HOUR)]);
    let least = cost(4, HOUR / 2, 5_000_000);
    assert_eq!((paid, bound), (least, least));
}

/// Two owned pools of four GPUs, each for a class of its own, and a cloud for both.
fn confined() -> Model {
    let mut model = hybrid(SpillTest::Waited(Span::ZERO), terms());
    model.pools.insert(1, owned("other", 1, 4, Packing::Count));
    model.classes = vec![
        Class::bare("a", vec![PoolId(0), PoolId(2)]),
        Class::bare("b", vec![PoolId(1), PoolId(2)]),
    ];
    for pool in &mut model.pools {
        pool.speed = vec![1000; 2];
    }
    model.horizon = Horizon::At(SimTime(HOUR));
    model
}

#[test]
fn hours_that_a_job_may_not_use_do_not_help_it() {
    // The other pool stands idle, and is not theirs: 2 × 8 USD, and 12 for rent.
    let rows = [four(0, HOUR); 2];
    let (paid, bound) = both(&mut confined(), &rows);
    let least = own(8, 1) + cost(4, HOUR, THREE);
    assert_eq!((paid, bound), (least, least));
    // If it were theirs as well, nothing would have to be rented.
    let mut model = confined();
    model.classes[0].pools.push(PoolId(1));
    model.classes[0].pools.sort_unstable();
    let (_, bound) = both(&mut model, &rows);
    assert_eq!(bound, own(8, 1));
}

#[test]
fn rules_that_hold_throughout_count_and_those_that_may_change_do_not() {
    let ruled = |mode: RuleMode| {
        let mut model = confined();
        model.classes[0].pools = vec![PoolId(0), PoolId(1), PoolId(2)];
        let timeline = timeline(&mut model, &[four(0, HOUR); 2]);
        let rule = Rule {
            mode,
            ..Rule::bare("r", RuleEffect::Forbid)
        };
        // Nobody may use the second pool.
        model.rules = Rules::by_hand(vec![rule], (1, 3), |_, _, pool| pool == 1);
        (model, timeline)
    };
    let told = |(model, timeline): &(Model, Timeline)| {
        let heard = play(model, timeline, 0);
        (paid(&heard), bound(model, timeline, 0, &heard).unwrap())
    };
    let dear = own(8, 1) + cost(4, HOUR, THREE);
    assert_eq!(told(&ruled(RuleMode::Enforce)), (dear, dear));
    assert_eq!(told(&ruled(RuleMode::Audit)), (own(8, 1), own(8, 1)));
    // A phase might have lifted it.
    let mut lifted = ruled(RuleMode::Enforce);
    let change = Change::Rule {
        rule: 0,
        mode: RuleMode::Off,
    };
    lifted.0.rollout.phases.push(plimsoll::model::Phase {
        changes: vec![change],
        ..phase("late", 9, 1)
    });
    assert_eq!(told(&lifted), (dear, own(8, 1)));
}

#[test]
fn discounts_and_promises_are_taken_at_their_best() {
    let units = |amount: i128| Money(amount * Money::TICKS_PER_UNIT);
    let discount = VolumeDiscount {
        provider: ProviderId(0),
        tiers: vec![(Money::ZERO, 0), (units(6), 200_000)],
    };
    let mut model = public(terms());
    model.horizon = Horizon::At(SimTime(HOUR));
    model.commitments.discounts = vec![discount];
    model.commitments.pools = vec![PoolId(0)];
    // 12 USD: the second 6 give 1.20 back. At best all of it would: 9.60, less what tiers are rounded by.
    let (paid, bound) = both(&mut model, &[four(0, HOUR)]);
    assert_eq!(paid.0 * 10, units(108).0);
    assert!(bound.0 * 10 <= units(96).0 && units(96).0 - bound.0 * 10 < 1_000_000);
    // 744 USD were promised for the month of 744 h, and the run has one of them: 1 USD, which is spent anyhow.
    let promise = |spend| Promise {
        name: "p".to_owned(),
        provider: ProviderId(0),
        from: SimTime::ZERO,
        until: SimTime::NEVER,
        before: Span::ZERO,
        months: Some(1),
        steps: vec![(0, units(spend))],
    };
    model.commitments.discounts.clear();
    let mut with = |spend| {
        model.commitments.promises = vec![promise(spend)];
        both(&mut model, &[four(0, HOUR)])
    };
    assert_eq!(with(744), (units(12), units(12)));
    // 20 USD an hour are owed whatever is rented.
    assert_eq!(with(744 * 20), (units(20), units(20)));
}

#[test]
fn no_discount_makes_a_bound_too_high() {
    // Terms of every kind over random worlds, and prices that phases change.
    let terms = (
        0u32..900_000,
        0i128..40,
        prop::option::of(0i128..40_000),
        prop::option::of((0u64..2_000_000, 0u64..6)),
        prop::option::of(300u32..1300),
    );
    let over = std::cell::Cell::new((0u32, 0u32));
    runner(80)
        .run(&(worlds(), terms), |((mut model, timeline), drawn)| {
            let (share, above, promised, price, scaling) = drawn;
            let units = |amount: i128| Money(amount * Money::TICKS_PER_UNIT);
            let pools = (0..model.pools.len()).map(PoolId::from);
            model.commitments.pools = pools.collect();
            model.commitments.discounts = vec![VolumeDiscount {
                provider: ProviderId(0),
                tiers: vec![(Money::ZERO, share / 2), (units(above), share)],
            }];
            if let Some(spend) = promised {
                model.commitments.promises = vec![Promise {
                    name: "p".to_owned(),
                    provider: ProviderId(0),
                    from: SimTime::ZERO,
                    until: SimTime::NEVER,
                    before: Span::ZERO,
                    months: Some(1),
                    steps: vec![(0, units(spend))],
                }];
            }
            if let Some((factor, hour)) = price {
                let rented = model
                    .pools
                    .iter()
                    .position(plimsoll::model::Pool::is_rented);
                let change = rented.map(|pool| Change::Price {
                    pool: PoolId::from(pool),
                    factor,
                });
                model.rollout.phases.push(plimsoll::model::Phase {
                    changes: change.into_iter().collect(),
                    ..phase("sale", hour, 1)
                });
            }
            // Gangs that may go on with half of their GPUs; only their efficiency is looked at here.
            if let Some(scaling) = scaling {
                model.classes[0].elastic = Some(ElasticTerms {
                    least: 1,
                    grow_after: None,
                    scaling,
                });
            }
            for strategy in 0..model.strategies.len() {
                let heard = quietly(|| play(&model, &timeline, strategy))?;
                let paid = paid(&heard);
                if let Some(bound) = bound(&model, &timeline, strategy, &heard) {
                    prop_assert!(bound <= paid, "{} is paid, bound {}", paid.0, bound.0);
                    let (all, tight) = over.get();
                    // Within a tenth: the bound says something.
                    let close = (paid - bound).0 * 10 <= paid.0.abs();
                    over.set((all + 1, tight + u32::from(close)));
                }
            }
            Ok(())
        })
        .unwrap();
    let (all, tight) = over.get();
    assert!(all > 1_000 && tight * 4 > all, "{tight} of {all}");
}

#[test]
fn a_bound_is_only_told_where_something_can_be_rented() {
    let mut model = hybrid(SpillTest::Waited(Span::ZERO), terms());
    model.pools.truncate(1);
    model.classes[0].pools.truncate(1);
    let timeline = timeline(&mut model, &[four(0, HOUR)]);
    let heard = play(&model, &timeline, 0);
    assert!(bound(&model, &timeline, 0, &heard).is_none());
    assert!(matches!(model.pools[0].supply, Supply::Owned { .. }));
    assert_eq!(model.class_of(timeline.requests[0].shape), ClassId(0));
}
