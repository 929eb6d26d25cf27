//! Quotas: Kueue's arithmetic of cohorts. The first family are the examples of its documentation ("ClusterQueue": team A
//! has 9, team B 12); the cohorts of cohorts follow its resource nodes (KEP 79), worked level by level.

use crate::model::{
    Cohort, Discipline, Model, Packing, QuotaOf, QuotaShare, QuotaTerms, Quotas, Reclaim,
    StrategySettings,
};
use crate::units::{PoolId, TenantId};

use super::super::system::{estate, owned};
use super::{Asked, HOUR, Task, Worked, flock, task};

const FLAT: &str = "Quotas in a cohort: A has 9 of 21 GPUs, B 12, and each wants 30";
const NESTED: &str = "Cohorts of cohorts: research (A 4, B 4), product (C 6), 2 of the root's";
const RECLAIM: &str = "Reclaim in cohorts: whatever was lent is had back";

pub(super) fn cases() -> Vec<Worked> {
    let mut cases = flat();
    cases.extend(nested());
    cases.extend(reclaimed());
    cases
}

const fn share(nominal: u64) -> QuotaShare {
    limited(nominal, None, None)
}

const fn limited(nominal: u64, borrows: Option<u64>, lends: Option<u64>) -> QuotaShare {
    QuotaShare {
        nominal,
        borrows,
        lends,
    }
}

/// The n-th tenant has the n-th share in the n-th cohort.
fn quotas(shares: &[(QuotaShare, Option<u16>)], cohorts: Vec<Cohort>, across: Reclaim) -> Quotas {
    let terms = |(tenant, &(own, cohort)): (usize, &(QuotaShare, Option<u16>))| QuotaTerms {
        name: format!("of {tenant}"),
        of: QuotaOf::Tenant(TenantId::from(tenant)),
        cohort,
        shares: vec![Some(own)],
        within: false,
        across,
    };
    Quotas {
        list: shares.iter().enumerate().map(terms).collect(),
        flavors: vec!["gpu".to_owned()],
        flavor_of: vec![Some(0)],
        cohorts,
    }
}

/// One pool of so many GPUs of which only the number matters, first fit.
fn model(gpus: u32, quotas: Quotas) -> Model {
    Model {
        tenants: ["a", "b", "c"].map(str::to_owned).to_vec(),
        quotas,
        ..estate(
            vec![owned("all", 1, gpus, Packing::Count, 1, 1000)],
            vec![crate::model::Class::bare("training", vec![PoolId(0)])],
            Vec::new(),
            crate::model::Horizon::UntilEmpty,
            vec![StrategySettings::bare("fit first", Discipline::FitFirst)],
        )
    }
}

fn case(
    family: &'static str,
    name: &'static str,
    model: Model,
    tasks: Vec<Task>,
    expected: Vec<(Asked, i128)>,
) -> Worked {
    Worked {
        family,
        name,
        model,
        tasks,
        weather: Vec::new(),
        expected,
    }
}

/// A's and B's share, in which cohort, how many jobs of whom come in turn, and what A and B hold then.
type Flat = (
    &'static str,
    [QuotaShare; 2],
    Option<u16>,
    [(usize, usize); 2],
    [i128; 2],
);

fn flat() -> Vec<Worked> {
    let (nine, twelve, all) = (share(9), share(12), Some(0));
    let a_first = [(0, 30), (1, 30)];
    let cases: [Flat; 8] = [
        // Without a cohort a quota is a ceiling.
        ("each alone", [nine, twelve], None, a_first, [9, 12]),
        // As long as B's queue has no work, A may use 9 + 12 = 21.
        ("B holds nothing", [nine, twelve], all, a_first, [21, 0]),
        // B has its own first: A has its own.
        (
            "B comes first with 12",
            [nine, twelve],
            all,
            [(1, 12), (0, 30)],
            [9, 12],
        ),
        // B leaves 8 of its 12: 9 + 8.
        (
            "B comes first with 4",
            [nine, twelve],
            all,
            [(1, 4), (0, 30)],
            [17, 4],
        ),
        // borrowingLimit 1: 9 + 1, and 11 are left for B.
        (
            "A borrows 1 at most",
            [limited(9, Some(1), None), twelve],
            all,
            a_first,
            [10, 11],
        ),
        // borrowingLimit 0: A only lends.
        (
            "A borrows nothing",
            [limited(9, Some(0), None), twelve],
            all,
            a_first,
            [9, 12],
        ),
        // lendingLimit 1: 9 + 1, and the 11 that B keeps are there for it.
        (
            "B lends 1 at most",
            [nine, limited(12, None, Some(1))],
            all,
            a_first,
            [10, 11],
        ),
        // B keeps 11 and lends 1; with A's 9 that is 21 for B, if it comes first.
        (
            "B lends 1, and comes first",
            [nine, limited(12, None, Some(1))],
            all,
            [(1, 30), (0, 30)],
            [0, 21],
        ),
    ];
    cases.into_iter().map(in_a_cohort).collect()
}

fn in_a_cohort((name, [a, b], cohort, flocks, held): Flat) -> Worked {
    let shares = [(a, cohort), (b, cohort)];
    let quotas = quotas(&shares, vec![Cohort::flat("all")], Reclaim::Never);
    let [(first, ahead), (second, behind)] = flocks;
    let tasks = [flock(first, 0, ahead), flock(second, 1, behind)].concat();
    let expected = [0, 1].map(|tenant| (Asked::Held(tenant, 2), held[tenant]));
    case(FLAT, name, model(21, quotas), tasks, expected.to_vec())
}

/// Sixteen GPUs: 4 + 4 are research's, 6 product's, 2 the root's; `vision` is a cohort of A's inside research.
fn tree(research: QuotaShare, vision: Option<QuotaShare>, across: Reclaim) -> Model {
    let cohort = |name: &str, parent, share| Cohort {
        name: name.to_owned(),
        parent,
        shares: vec![share],
    };
    let mut cohorts = vec![
        cohort("root", None, share(2)),
        cohort("research", Some(0), research),
        cohort("product", Some(0), share(0)),
    ];
    cohorts.extend(vision.map(|share| cohort("vision", Some(1), share)));
    let of_a = if vision.is_some() { 3 } else { 1 };
    let shares = [
        (share(4), Some(of_a)),
        (share(4), Some(1)),
        (share(6), Some(2)),
    ];
    model(16, quotas(&shares, cohorts, across))
}

fn nested() -> Vec<Worked> {
    let of = |name, model, tenants: &[usize], held: [i128; 3]| {
        let flocks = tenants.iter().enumerate();
        let flocks = flocks.map(|(at, &tenant)| flock(tenant, at as u64, 20));
        let last = tenants.len() as u64;
        let expected = [0, 1, 2].map(|tenant| (Asked::Held(tenant, last), held[tenant]));
        case(
            NESTED,
            name,
            model,
            flocks.flatten().collect(),
            expected.to_vec(),
        )
    };
    let (none, never) = (share(0), Reclaim::Never);
    vec![
        // All that anybody has.
        of("no limits", tree(none, None, never), &[0, 1, 2], [16, 0, 0]),
        // Research has 8 and borrows 3: 11, all A's; 5 of the 16 are left for C.
        of(
            "research borrows 3",
            tree(limited(0, Some(3), None), None, never),
            &[0, 1, 2],
            [11, 0, 5],
        ),
        // Research keeps 6 of its 8: C holds 6 + 2 + the root's 2; A then has the 6 that are kept.
        of(
            "research lends 2",
            tree(limited(0, None, Some(2)), None, never),
            &[2, 0, 1],
            [6, 0, 10],
        ),
        // Vision has A's 4 and borrows 1: 5. Research as a whole may hold 8 + 3 = 11, so B has 6, and C 16 − 11 = 5.
        of(
            "vision in research borrows 1, research 3",
            tree(
                limited(0, Some(3), None),
                Some(limited(0, Some(1), None)),
                never,
            ),
            &[0, 1, 2],
            [5, 6, 5],
        ),
        // Vision lends 1 of its 4: research has 1 + 4, and with product's 6 and the root's 2 that is 13 for C; A has the 3
        // that vision keeps.
        of(
            "vision in research lends 1",
            tree(none, Some(limited(0, None, Some(1))), never),
            &[2, 1, 0],
            [3, 0, 13],
        ),
    ]
}

/// The last job is of one who has its own back, or not.
fn reclaimed() -> Vec<Worked> {
    let mut cases = reclaimed_in_one();
    cases.extend(reclaimed_across());
    cases
}

fn reclaimed_in_one() -> Vec<Worked> {
    let two = |across| {
        let shares = [(share(9), Some(0)), (share(7), Some(0))];
        model(16, quotas(&shares, vec![Cohort::flat("all")], across))
    };
    // A holds all 16 in gangs of 4: 9 of its own, 7 of B's. B comes an hour later.
    let mut gangs: Vec<Task> = (0..4).map(|n| task(0, n, 4, 2 * HOUR)).collect();
    gangs.push(task(1, HOUR, 4, HOUR));
    let hour = i128::from(HOUR);
    vec![
        case(
            RECLAIM,
            "never: B waits for A's first",
            two(Reclaim::Never),
            gangs.clone(),
            vec![(Asked::Start(4), 2 * hour), (Asked::Stops(3), 0)],
        ),
        // A's last gang goes at once, after an hour less 3 ms. At 2 h B's leaves and A's others do: the rest of it then.
        case(
            RECLAIM,
            "any: A's last gang goes",
            two(Reclaim::Any),
            gangs,
            vec![
                (Asked::Start(4), hour),
                (Asked::Stops(3), 1),
                (Asked::Stops(2), 0),
                (Asked::End(3), 3 * hour + 3),
            ],
        ),
        // A holds 12, of which 3 are B's, and B 4. With 4 more B would borrow itself.
        case(
            RECLAIM,
            "any: not for who would borrow",
            two(Reclaim::Any),
            vec![
                task(0, 0, 6, 2 * HOUR),
                task(0, 0, 6, 2 * HOUR),
                task(1, 0, 4, 2 * HOUR),
                task(1, HOUR, 4, HOUR),
            ],
            vec![(Asked::Start(3), 2 * hour), (Asked::Stops(1), 0)],
        ),
    ]
}

fn reclaimed_across() -> Vec<Worked> {
    vec![
        // C holds 6 + 2 of the root's + 8 of research's: A wants its own 4, and C's last gang of 4 goes.
        case(
            RECLAIM,
            "across cohorts: of C, for A",
            tree(share(0), None, Reclaim::Any),
            vec![
                task(2, 0, 8, HOUR),
                task(2, 1, 4, HOUR),
                task(2, 2, 4, HOUR),
                task(0, 10, 4, HOUR),
            ],
            vec![
                (Asked::Start(3), 10),
                (Asked::Stops(2), 1),
                (Asked::Stops(1), 0),
            ],
        ),
        // A borrows 3 of B's, but research as a whole holds 7 of its 8: C may not have it back.
        case(
            RECLAIM,
            "across cohorts: not of who lends as a whole",
            tree(share(0), None, Reclaim::Any),
            vec![
                task(0, 0, 4, HOUR),
                task(0, 1, 3, HOUR),
                task(2, 2, 6, HOUR),
                task(2, 3, 4, HOUR),
            ],
            vec![(Asked::Start(3), i128::from(HOUR)), (Asked::Stops(1), 0)],
        ),
    ]
}
