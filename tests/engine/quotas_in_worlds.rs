//! In random worlds nobody ever holds more than its quota, its cohort and their limits allow.

use crate::common::cases::runner;
use crate::common::checks::{Run, every_strategy};
use crate::common::worlds::worlds;
use plimsoll::journal::Fact;
use plimsoll::model::{Cohort, Preemption, QuotaOf, QuotaShare, QuotaTerms, Quotas, Reclaim};
use plimsoll::units::{ClassId, TenantId};
use proptest::prelude::*;

use super::quotas::{quota, share};

/// Random quotas over the three tenants and two classes of a random world, over all its pools.
fn quotas(pools: usize) -> impl Strategy<Value = Quotas> {
    let limit = || prop::option::of(0u64..9);
    let ways = prop::sample::select(vec![Reclaim::Never, Reclaim::LowerPriority, Reclaim::Any]);
    let terms = (
        0u64..17,
        limit(),
        limit(),
        any::<bool>(),
        any::<bool>(),
        ways,
    );
    let flavors = prop::collection::vec(prop::option::of(0u16..2), pools);
    (prop::collection::vec(terms, 4), flavors).prop_map(|(drawn, flavor_of)| {
        let list = drawn.into_iter().enumerate().map(
            |(index, (nominal, borrows, lends, alone, within, across))| {
                let own = QuotaShare {
                    nominal,
                    borrows,
                    lends: lends.map(|lends| lends.min(nominal)),
                };
                QuotaTerms {
                    of: if index == 3 {
                        QuotaOf::Class(ClassId(0))
                    } else {
                        QuotaOf::Tenant(TenantId::from(index))
                    },
                    cohort: (!alone).then_some(0),
                    shares: vec![Some(own), (index != 1).then_some(share(nominal / 2))],
                    within,
                    across,
                    ..quota(0, own)
                }
            },
        );
        Quotas {
            list: list.collect(),
            flavors: vec!["x".to_owned(), "y".to_owned()],
            flavor_of,
            cohorts: vec![Cohort::flat("all")],
        }
    })
}

/// Recounts from facts what each quota holds after each placement: never more than nominal and borrowing limit, and
/// together never more than a cohort has.
fn nobody_holds_more(run: &Run<'_>) {
    let quotas = &run.model.quotas;
    let mut held = vec![vec![0u64; quotas.flavors.len()]; quotas.list.len()];
    let mut place = vec![None; run.timeline.requests.len()];
    let mut count = |job: usize, pool: Option<usize>, held: &mut Vec<Vec<u64>>| {
        let before = std::mem::replace(&mut place[job], pool);
        let request = &run.timeline.requests[job];
        let shape = &run.model.shapes[request.shape.index()];
        for (index, terms) in quotas.list.iter().enumerate() {
            let concerned = match terms.of {
                QuotaOf::Tenant(tenant) => request.tenant == tenant,
                QuotaOf::Class(class) => shape.class == class,
            };
            if !concerned {
                continue;
            }
            for (pool, sign) in [(before, false), (pool, true)] {
                let Some(flavor) = pool.and_then(|pool| quotas.flavor_of[pool]) else {
                    continue;
                };
                let cell = &mut held[index][usize::from(flavor)];
                let gpus = shape.gpus.occupied();
                *cell = if sign { *cell + gpus } else { *cell - gpus };
            }
        }
    };
    // Who writes a checkpoint holds its GPUs until that is done.
    let mut saves: Vec<(u64, usize)> = Vec::new();
    for (at, fact) in &run.heard.facts {
        saves.retain(|&(until, job)| {
            let over = until <= at.0;
            if over {
                count(job, None, &mut held);
            }
            !over
        });
        match *fact {
            Fact::Placed(job, pool) => {
                count(job.index(), Some(pool.index()), &mut held);
                for flavor in 0..quotas.flavors.len() {
                    within(quotas, flavor, &held);
                }
            }
            Fact::Preempted(job, _) => {
                let class = run.model.class_of(run.timeline.requests[job.index()].shape);
                let write = match run.model.classes[class.index()].preemption {
                    Preemption::Checkpoint { write, .. } => write.0,
                    Preemption::Kill { .. } => 0,
                };
                if write == 0 {
                    count(job.index(), None, &mut held);
                } else {
                    saves.push((at.0 + write, job.index()));
                }
            }
            Fact::Refused(job, _) | Fact::Interrupted(job, _) => {
                count(job.index(), None, &mut held);
            }
            Fact::Ended(job, ..) => count(job.index(), None, &mut held),
            _ => {}
        }
    }
}

fn within(quotas: &Quotas, flavor: usize, held: &[Vec<u64>]) {
    let mut beyond = 0;
    let mut lent = 0;
    for (terms, held) in quotas.list.iter().zip(held) {
        let Some(share) = terms.shares[flavor] else {
            continue;
        };
        let most = match (terms.cohort, share.borrows) {
            (None, _) => share.nominal,
            (Some(_), Some(borrows)) => share.nominal + borrows,
            (Some(_), None) => u64::MAX,
        };
        assert!(held[flavor] <= most, "{terms:?} holds {held:?}");
        if terms.cohort.is_some() {
            let lends = share.lends.unwrap_or(share.nominal);
            lent += lends;
            beyond += held[flavor].saturating_sub(share.nominal - lends);
        }
    }
    assert!(beyond <= lent, "{beyond} of {lent} that are lent");
}

#[test]
fn in_random_worlds_nobody_holds_more_than_its_quota() {
    let world = worlds().prop_flat_map(|(model, timeline)| {
        let pools = model.pools.len();
        (Just(model), Just(timeline), quotas(pools))
    });
    runner(12)
        .run(&world, |(mut model, timeline, quotas)| {
            model.quotas = quotas;
            every_strategy(&model, &timeline, nobody_holds_more)
        })
        .unwrap();
}
