//! In random worlds nobody ever holds more than its quota, its cohort and their limits allow.

use crate::common::cases::runner;
use crate::common::checks::{Run, every_strategy};
use crate::common::worlds::worlds;
use plimsoll::journal::Fact;
use plimsoll::model::{Cohort, Preemption, QuotaOf, QuotaShare, QuotaTerms, Quotas, Reclaim};
use plimsoll::units::{ClassId, TenantId};
use proptest::prelude::*;

use super::quotas::{quota, share};

/// Most cohorts of a world.
const COHORTS: usize = 5;

fn limit() -> impl Strategy<Value = Option<u64>> {
    prop::option::of(0u64..9)
}

/// Cohorts that belong to those before them, or to none, with something of their own and limits for either flavor.
fn cohorts() -> impl Strategy<Value = Vec<Cohort>> {
    let own = || (0u64..6, limit(), limit());
    let cohort = (prop::option::weighted(0.8, 0usize..COHORTS), own(), own());
    prop::collection::vec(cohort, COHORTS).prop_map(|drawn| {
        let cohort = |(index, (above, one, other)): (usize, (Option<usize>, _, _))| {
            let parent = above.filter(|_| 0 < index).map(|above| above % index);
            let share = |(nominal, borrows, lends): (u64, Option<u64>, Option<u64>)| QuotaShare {
                nominal,
                // Nobody is above a root.
                borrows: borrows.filter(|_| parent.is_some()),
                lends: lends.filter(|_| parent.is_some()),
            };
            Cohort {
                name: format!("cohort {index}"),
                parent: parent.map(|parent| parent as u16),
                shares: vec![share(one), share(other)],
            }
        };
        drawn.into_iter().enumerate().map(cohort).collect()
    })
}

/// Random quotas over the three tenants and a class of a random world, over all its pools, in a tree of cohorts.
fn quotas(pools: usize) -> impl Strategy<Value = Quotas> {
    let ways = prop::sample::select(vec![Reclaim::Never, Reclaim::LowerPriority, Reclaim::Any]);
    let cohort = prop::option::weighted(0.7, 0..COHORTS as u16);
    let terms = (0u64..17, limit(), limit(), cohort, any::<bool>(), ways);
    let flavors = prop::collection::vec(prop::option::of(0u16..2), pools);
    (prop::collection::vec(terms, 4), flavors, cohorts()).prop_map(|(drawn, flavor_of, cohorts)| {
        let list = drawn.into_iter().enumerate().map(
            |(index, (nominal, borrows, lends, cohort, within, across))| {
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
                    cohort,
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
            cohorts,
        }
    })
}

/// Recounts from facts what each quota holds after each placement, and tells how often somebody then holds more than
/// these quotas allow.
fn excesses(run: &Run<'_>, quotas: &Quotas) -> u64 {
    let mut excesses = 0;
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
                let flavors = 0..quotas.flavors.len();
                let exceeds = |&flavor: &usize| Accounts::of(quotas, flavor, &held).exceed();
                excesses += flavors.filter(exceeds).count() as u64;
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
    excesses
}

/// What each cohort has of a flavor and what of it is held, added up from the leaves: cohorts come after those that they
/// belong to.
struct Accounts<'a> {
    quotas: &'a Quotas,
    flavor: usize,
    held: Vec<u64>,
    /// What members bring into each cohort, and what they take of it.
    cohorts: Vec<(u64, u64)>,
}

impl<'a> Accounts<'a> {
    fn of(quotas: &'a Quotas, flavor: usize, held: &[Vec<u64>]) -> Self {
        let mut all = Self {
            quotas,
            flavor,
            held: held.iter().map(|held| held[flavor]).collect(),
            cohorts: vec![(0, 0); quotas.cohorts.len()],
        };
        for (terms, &held) in quotas.list.iter().zip(&all.held) {
            if let (Some(share), Some(cohort)) = (terms.shares[flavor], terms.cohort) {
                let lends = share.lends.unwrap_or(share.nominal);
                let cohort = &mut all.cohorts[usize::from(cohort)];
                cohort.0 += lends;
                cohort.1 += held.saturating_sub(share.nominal - lends);
            }
        }
        for (index, cohort) in quotas.cohorts.iter().enumerate().rev() {
            all.cohorts[index].0 += cohort.shares[flavor].nominal;
            let (has, held) = all.cohorts[index];
            if let Some(parent) = cohort.parent {
                let lends = cohort.shares[flavor]
                    .lends
                    .map_or(has, |lends| lends.min(has));
                let parent = &mut all.cohorts[usize::from(parent)];
                parent.0 += lends;
                parent.1 += held.saturating_sub(has - lends);
            }
        }
        all
    }

    /// Whether some quota holds more than it and its limit allow, or some cohort does: a root may hold what it has, others
    /// so much more as they may borrow.
    fn exceed(&self) -> bool {
        let too_much = |share: QuotaShare, has: u64, held: u64, alone: bool| {
            let borrows = if alone { Some(0) } else { share.borrows };
            borrows.is_some_and(|borrows| has + borrows < held)
        };
        let mut list = self.quotas.list.iter().zip(&self.held);
        let quota = list.any(|(terms, &held)| {
            let alone = terms.cohort.is_none();
            let share = terms.shares[self.flavor];
            share.is_some_and(|share| too_much(share, share.nominal, held, alone))
        });
        let mut cohorts = self.quotas.cohorts.iter().zip(&self.cohorts);
        quota
            || cohorts.any(|(cohort, &(has, held))| {
                too_much(
                    cohort.shares[self.flavor],
                    has,
                    held,
                    cohort.parent.is_none(),
                )
            })
    }
}

/// The same quotas, but that no cohort has anything of its own or borrows.
fn tighter(quotas: &Quotas) -> Quotas {
    let mut tighter = quotas.clone();
    for share in tighter.cohorts.iter_mut().flat_map(|of| &mut of.shares) {
        share.nominal = 0;
        share.borrows = Some(0);
    }
    tighter
}

#[test]
fn in_random_worlds_nobody_holds_more_than_its_quota() {
    let world = worlds().prop_flat_map(|(model, timeline)| {
        let pools = model.pools.len();
        (Just(model), Just(timeline), quotas(pools))
    });
    let found_out = std::cell::Cell::new(0);
    runner(12)
        .run(&world, |(mut model, timeline, quotas)| {
            model.quotas = quotas;
            let strict = tighter(&model.quotas);
            every_strategy(&model, &timeline, |run| {
                assert_eq!(excesses(run, &run.model.quotas), 0);
                found_out.set(found_out.get() + excesses(run, &strict));
            })
        })
        .unwrap();
    // Cohorts borrow of each other all the time, so the recount would tell if they did so beyond their limits.
    assert!(50 < found_out.get(), "{} placements", found_out.get());
}
