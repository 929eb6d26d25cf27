//! Random worlds with budgets of all kinds: all that is spent is what is posted, and nobody goes where money is used up.

use crate::common::cases::runner;
use crate::common::checks::every_strategy;
use crate::common::clouds::{HOUR, MINUTE};
use crate::common::spending::{monthly, units};
use crate::common::storms::stormy_worlds;
use crate::common::worlds::worlds;
use plimsoll::journal::Cause;
use plimsoll::model::{AtLimit, Budget, BudgetPeriod, Model, Timeline};
use plimsoll::units::{ClassId, Epoch, PoolId, Span, TenantId};
use proptest::prelude::*;

/// Up to three budgets of all kinds over whatever pools there are; amounts around what small worlds spend.
fn limited(
    worlds: impl proptest::strategy::Strategy<Value = (Model, Timeline)>,
) -> impl proptest::strategy::Strategy<Value = (Model, Timeline)> {
    let budget = (
        prop::option::of(0usize..3),
        prop::option::of(0usize..2),
        0u32..8,
        0i128..120,
        prop::sample::select(vec![
            AtLimit::Queue,
            AtLimit::Queue,
            AtLimit::Ask {
                approval: Span(20 * MINUTE),
                grants: units(20),
            },
            AtLimit::Shed,
            AtLimit::Flag,
            AtLimit::Stop,
            AtLimit::Stop,
        ]),
        prop::sample::select(vec![
            BudgetPeriod::Month,
            BudgetPeriod::Quarter,
            BudgetPeriod::Run,
        ]),
        any::<bool>(),
    );
    let epochs = prop::sample::select(vec!["2026-01-05T00:00:00Z", "2026-03-31T22:00:00Z"]);
    (worlds, prop::collection::vec(budget, 1..4), epochs).prop_map(
        |((mut model, timeline), drawn, epoch)| {
            model.epoch = Epoch::parse(epoch).unwrap();
            let pools = model.pools.len();
            for (tenant, class, mask, amount, at_limit, period, looks_ahead) in drawn {
                let all = (0..pools).filter(|pool| mask & (1 << pool) != 0 || mask == 0);
                model.budgets.all.push(Budget {
                    name: format!("{tenant:?} {class:?} {mask} {amount} {at_limit:?} {period:?}"),
                    tenant: tenant.map(TenantId::from),
                    class: class.map(ClassId::from),
                    pools: all.map(PoolId::from).collect(),
                    period,
                    at_limit,
                    looks_ahead,
                    alerts: vec![250_000, 1_000_000, 1_250_000],
                    ..monthly(amount)
                });
            }
            (model, timeline)
        },
    )
}

fn add_up(cases: u32, worlds: impl proptest::strategy::Strategy<Value = (Model, Timeline)>) {
    let held_back = std::cell::Cell::new((0u64, 0u64, 0u64));
    runner(cases)
        .run(&limited(worlds), |(model, timeline)| {
            every_strategy(&model, &timeline, |run| {
                let heard = run.heard;
                let waits: u64 = heard.jobs.iter().map(|job| job.waits[Cause::Budget]).sum();
                let (waited, shed, flagged) = held_back.get();
                let of = |count: fn(&plimsoll::journal::BudgetRecord) -> u64| -> u64 {
                    heard.budgets.iter().map(count).sum()
                };
                held_back.set((
                    waited + waits,
                    shed + of(|record| record.shed),
                    flagged + of(|record| record.flagged),
                ));
            })
        })
        .unwrap();
    let (waited, shed, flagged) = held_back.get();
    assert!(
        waited > HOUR && shed > 100 && flagged > 100,
        "{waited} {shed} {flagged}"
    );
}

#[test]
fn every_run_with_budgets_adds_up() {
    add_up(60, worlds());
}

#[test]
fn every_run_with_budgets_adds_up_in_bad_weather() {
    add_up(60, stormy_worlds());
}
