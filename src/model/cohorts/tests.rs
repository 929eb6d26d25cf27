//! Cohorts of cohorts, by hand, after the rules of Kueue's documentation.

use super::*;
use crate::model::quotas::{Cohort, QuotaOf, QuotaTerms, Reclaim};
use crate::units::TenantId;

fn share(nominal: u64, borrows: Option<u64>, lends: Option<u64>) -> QuotaShare {
    QuotaShare {
        nominal,
        borrows,
        lends,
    }
}

fn cohort(name: &str, parent: Option<u16>, share: QuotaShare) -> Cohort {
    Cohort {
        name: name.to_owned(),
        parent,
        shares: vec![share],
    }
}

fn quotas(cohorts: Vec<Cohort>, shares: &[(u16, QuotaShare)]) -> Quotas {
    let terms = |(index, &(cohort, share)): (usize, &(u16, QuotaShare))| QuotaTerms {
        name: format!("q{index}"),
        of: QuotaOf::Tenant(TenantId::from(index)),
        cohort: Some(cohort),
        shares: vec![Some(share)],
        within: false,
        across: Reclaim::Any,
    };
    Quotas {
        list: shares.iter().enumerate().map(terms).collect(),
        flavors: vec!["h200".to_owned()],
        flavor_of: vec![Some(0)],
        cohorts,
    }
}

fn left(quotas: &Quotas, used: &[u64]) -> Vec<u64> {
    let of = |quota| quotas.available(quota, 0, |index| used[index]);
    (0..quotas.list.len()).map(of).collect()
}

/// A root with 4 of its own; below it "research" with two quotas of 8 and 4, and "product" with one of 10.
fn two(research: QuotaShare, product: QuotaShare) -> Quotas {
    let cohorts = vec![
        cohort("root", None, share(4, None, None)),
        cohort("research", Some(0), research),
        cohort("product", Some(0), product),
    ];
    let plain = |nominal| share(nominal, None, None);
    quotas(cohorts, &[(1, plain(8)), (1, plain(4)), (2, plain(10))])
}

const NONE: QuotaShare = QuotaShare {
    nominal: 0,
    borrows: None,
    lends: None,
};

#[test]
fn without_limits_all_that_anybody_has_is_everybodys() {
    // 4 + 8 + 4 + 10 = 26, wherever it is.
    let all = two(NONE, NONE);
    assert_eq!(left(&all, &[0, 0, 0]), [26, 26, 26]);
    // 12 + 0 + 9 held: 5 left for each.
    assert_eq!(left(&all, &[12, 0, 9]), [5, 5, 5]);
}

#[test]
fn a_cohort_borrows_no_more_than_its_limit_as_a_whole() {
    // Research has 8 + 4 = 12 and may borrow 3: both of its quotas together 15. Product may hold all 26.
    let limited = two(share(0, Some(3), None), NONE);
    assert_eq!(left(&limited, &[0, 0, 0]), [15, 15, 26]);
    // 10 + 4 held: one is left of the 15, whoever takes it; 26 − 14 = 12 for product.
    assert_eq!(left(&limited, &[10, 4, 0]), [1, 1, 12]);
    // Product holds 22: 4 are left at the root, though research has 12 of its own: they were lent.
    assert_eq!(left(&limited, &[0, 0, 22]), [4, 4, 4]);
}

#[test]
fn a_cohort_keeps_what_it_does_not_lend() {
    // Research lends 2 of its 12 and keeps 10; so the root has 4 + 2 + 10 = 16.
    let keeping = two(share(0, None, Some(2)), NONE);
    assert_eq!(left(&keeping, &[0, 0, 0]), [26, 26, 16]);
    // Product holds 16: the 10 are still research's.
    assert_eq!(left(&keeping, &[0, 0, 16]), [10, 10, 0]);
    // Research holds 11: 10 kept and 1 of the root's 16; 15 are left above, all of them for either.
    assert_eq!(left(&keeping, &[8, 3, 0]), [15, 15, 15]);
}

#[test]
fn limits_of_quotas_and_cohorts_hold_one_after_the_other() {
    // The first quota may borrow 2, research 3: 10 for the one, 15 for the other.
    let mut both = two(share(0, Some(3), None), NONE);
    both.list[0].shares[0] = Some(share(8, Some(2), None));
    assert_eq!(left(&both, &[0, 0, 0]), [10, 15, 26]);
    // The other holds 9: of research's 15, 6 are left.
    assert_eq!(left(&both, &[0, 9, 0]), [6, 6, 17]);
    // A quota that keeps all for itself: its 8 are not part of what research has.
    both.list[0].shares[0] = Some(share(8, None, Some(0)));
    // Research: 4, and 3 borrowed. Root: 4 + 4 + 10 = 18.
    assert_eq!(left(&both, &[0, 0, 0]), [15, 7, 18]);
    assert_eq!(left(&both, &[8, 0, 0]), [7, 7, 18]);
}

#[test]
fn a_cohort_may_have_quota_of_its_own() {
    // Research has 6 beside its quotas' 12: 18, of which it lends 5.
    let own = two(share(6, Some(0), Some(5)), NONE);
    // It borrows nothing: 18. Root: 4 + 5 + 10 = 19 for product.
    assert_eq!(left(&own, &[0, 0, 0]), [18, 18, 19]);
    assert_eq!(left(&own, &[13, 0, 0]), [5, 5, 19]);
    // One more of research's is one that it lends.
    assert_eq!(left(&own, &[14, 0, 0]), [4, 4, 18]);
}

#[test]
fn what_is_flat_is_as_it_was() {
    // Kueue's flat examples, through the same arithmetic: see the tests of quotas.
    let flat = quotas(
        vec![Cohort::flat("all")],
        &[(0, share(9, Some(1), None)), (0, share(12, None, Some(1)))],
    );
    assert_eq!(left(&flat, &[0, 0]), [10, 21]);
    assert_eq!(left(&flat, &[10, 0]), [0, 11]);
}

#[test]
fn what_was_lent_is_had_back_within_a_cohort_and_across() {
    let all = two(NONE, NONE);
    let may = |pair, gpus, used: [u64; 3]| all.may_reclaim(pair, 0, gpus, |quota| used[quota]);
    // Within research: the second has 4 and wants 4; the first holds 12 of its 8.
    assert!(may((1, 0), 4, [12, 0, 10]));
    // Five would not stay within its own; but research as a whole would hold 12 + 5 > 12, too.
    assert!(!may((1, 0), 5, [12, 0, 10]));
    // Across: product holds 14 of its 10, research 8 + 0 of its 12: the second may have its 4 back.
    assert!(may((1, 2), 4, [8, 0, 14]));
    // The first borrows inside research, which as a whole stays within its 12: so it may reclaim across, too.
    assert!(may((0, 2), 2, [8, 0, 14]));
    // Research as a whole would hold 13: not any more.
    assert!(!may((0, 2), 5, [8, 0, 14]));
    // Product holds no more than its own: nothing was lent to it.
    assert!(!may((1, 2), 4, [8, 0, 10]));
    // The first holds more than its own, but research as a whole does not: product has lent it nothing.
    assert!(!may((2, 0), 3, [11, 0, 7]));
    // With 13 research does.
    assert!(may((2, 0), 3, [13, 0, 7]));
}

/// Random trees: nobody is ever let hold more than there is, and what is kept is never held by others.
#[test]
fn in_random_trees_nothing_is_held_twice() {
    use proptest::prelude::*;
    let limit = || prop::option::of(0u64..6);
    let node = (0u64..6, limit(), limit());
    let shares = prop::collection::vec(node.clone(), 4);
    let cohorts = prop::collection::vec(node, 3);
    let takes = prop::collection::vec((0usize..4, 1u64..8), 1..30);
    proptest!(ProptestConfig::with_cases(200), |(shares in shares, cohorts in cohorts, takes in takes)| {
        let of = |&(nominal, borrows, lends): &(u64, Option<u64>, Option<u64>)| share(nominal, borrows, lends);
        let parents = [None, Some(0), Some(1)];
        let cohorts: Vec<Cohort> = cohorts.iter().zip(parents).enumerate()
            .map(|(index, (node, parent))| cohort(&format!("c{index}"), parent, of(node))).collect();
        let members: Vec<(u16, QuotaShare)> = shares.iter().zip([0u16, 1, 2, 2])
            .map(|(node, cohort)| (cohort, of(node))).collect();
        let tree = quotas(cohorts, &members);
        let all: u64 = tree.cohorts.iter().map(|of| of.shares[0].nominal).sum::<u64>()
            + members.iter().map(|(_, share)| share.nominal).sum::<u64>();
        let mut used = [0u64; 4];
        for (quota, gpus) in takes {
            let free = tree.available(quota, 0, |index| used[index]);
            if gpus <= free {
                used[quota] += gpus;
                // What is taken is free no more, to the GPU.
                prop_assert_eq!(tree.available(quota, 0, |index| used[index]), free - gpus);
            }
        }
        prop_assert!(used.iter().sum::<u64>() <= all, "{:?} of {}", used, all);
        for (quota, (_, share)) in members.iter().enumerate() {
            let most = share.borrows.map_or(u64::MAX, |borrows| share.nominal + borrows);
            prop_assert!(used[quota] <= most);
            // What it keeps is there for it, whoever holds what.
            let free = tree.available(quota, 0, |index| used[index]);
            prop_assert!(share.kept() <= used[quota] + free);
        }
    });
}
