//! Quotas: how many GPUs tenants and classes may hold of each kind, and what they may borrow from each other. The words
//! and the arithmetic are those of Kueue: a quota is a cluster queue, a kind of capacity is a flavor.

use crate::units::{ClassId, PoolId, TenantId};

/// All quotas of a scenario.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Quotas {
    /// In the order of the scenario.
    pub list: Vec<QuotaTerms>,
    /// The kinds of capacity that they limit: pools or GPU types, by name.
    pub flavors: Vec<String>,
    /// Which of them each pool is, if any; empty where there are no quotas.
    pub flavor_of: Vec<Option<u16>>,
    /// Who lends to whom.
    pub cohorts: Vec<Cohort>,
}

/// Quotas, and other cohorts, that lend each other what they do not use.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Cohort {
    /// Its name.
    pub name: String,
    /// The cohort to which it belongs as a whole; there are no circles.
    pub parent: Option<u16>,
    /// What it has of its own beside what its members have, by flavor, and what it may borrow of its parent and lends to
    /// it as a whole; empty is nothing, and no limits.
    pub shares: Vec<QuotaShare>,
}

/// What one tenant or class may hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QuotaTerms {
    /// Its name.
    pub name: String,
    /// Whose jobs.
    pub of: QuotaOf,
    /// With whom it shares what is not used.
    pub cohort: Option<u16>,
    /// By flavor; `None` is without limit.
    pub shares: Vec<Option<QuotaShare>>,
    /// Whether a job may stop less urgent ones of its own quota.
    pub within: bool,
    /// Whom a job that stays within the nominal quota may stop of those who borrowed.
    pub across: Reclaim,
}

/// Whose jobs a quota limits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum QuotaOf {
    /// A tenant's.
    Tenant(TenantId),
    /// A class's.
    Class(ClassId),
}

/// GPUs of one flavor.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct QuotaShare {
    /// What is its own.
    pub nominal: u64,
    /// What it may hold beyond that, as long as others leave it unused; `None`: all that they lend.
    pub borrows: Option<u64>,
    /// What of its own others may hold while it does not; `None`: all of it.
    pub lends: Option<u64>,
}

/// Whom a quota may stop to have back what was lent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reclaim {
    /// Nobody: it waits.
    Never,
    /// Those of lower priority.
    LowerPriority,
    /// Anybody who borrows.
    Any,
}

impl QuotaShare {
    /// What others may hold of it.
    pub(super) fn lent(&self) -> u64 {
        self.lends
            .map_or(self.nominal, |lends| lends.min(self.nominal))
    }

    /// What nobody else may ever hold of it.
    pub(super) fn kept(&self) -> u64 {
        self.nominal - self.lent()
    }
}

impl Cohort {
    /// One that belongs to no other, and has nothing beside what its members have.
    pub fn flat(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            ..Self::default()
        }
    }
}

impl Quotas {
    /// Whether there are any.
    pub const fn are_used(&self) -> bool {
        !self.list.is_empty()
    }

    /// Whether any of them may stop running jobs.
    pub fn stop_jobs(&self) -> bool {
        let stops = |terms: &QuotaTerms| terms.within || terms.across != Reclaim::Never;
        self.list.iter().any(stops)
    }

    /// The flavor of a pool.
    pub fn flavor(&self, pool: PoolId) -> Option<u16> {
        self.flavor_of.get(pool.index()).copied().flatten()
    }

    /// What a quota has of a flavor; `None` is without limit.
    pub fn share(&self, quota: usize, flavor: u16) -> Option<QuotaShare> {
        self.list[quota].shares[usize::from(flavor)]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn quotas(shares: &[(u64, Option<u64>, Option<u64>)], cohort: Option<u16>) -> Quotas {
        let terms =
            |(index, &(nominal, borrows, lends)): (usize, &(u64, Option<u64>, Option<u64>))| {
                QuotaTerms {
                    name: format!("q{index}"),
                    of: QuotaOf::Tenant(TenantId::from(index)),
                    cohort,
                    shares: vec![Some(QuotaShare {
                        nominal,
                        borrows,
                        lends,
                    })],
                    within: false,
                    across: Reclaim::Never,
                }
            };
        Quotas {
            list: shares.iter().enumerate().map(terms).collect(),
            flavors: vec!["h200".to_owned()],
            flavor_of: vec![Some(0)],
            cohorts: vec![Cohort::flat("all")],
        }
    }

    fn left(quotas: &Quotas, used: &[u64]) -> Vec<u64> {
        let of = |quota| quotas.available(quota, 0, |index| used[index]);
        (0..quotas.list.len()).map(of).collect()
    }

    #[test]
    fn without_a_cohort_a_quota_is_a_ceiling() {
        let alone = quotas(&[(9, None, None), (12, None, None)], None);
        assert_eq!(left(&alone, &[0, 0]), [9, 12]);
        assert_eq!(left(&alone, &[9, 3]), [0, 9]);
    }

    #[test]
    fn in_a_cohort_what_one_leaves_the_other_may_hold() {
        // Kueue's own example: team A has 9, team B 12; together 21. B leaves 12, so A may hold all 21.
        let both = quotas(&[(9, None, None), (12, None, None)], Some(0));
        assert_eq!(left(&both, &[0, 0]), [21, 21]);
        // A holds 9 + 3 of B's: of 21, 9 are left for B, and nothing more than these for A.
        assert_eq!(left(&both, &[12, 0]), [9, 9]);
        // A lent nothing and B took its own: A is where it was.
        assert_eq!(left(&both, &[12, 9]), [0, 0]);
    }

    #[test]
    fn a_borrowing_limit_holds_beyond_the_nominal_quota() {
        // Kueue's example with borrowingLimit 1: A may hold 9 + 1.
        let both = quotas(&[(9, Some(1), None), (12, None, None)], Some(0));
        assert_eq!(left(&both, &[0, 0]), [10, 21]);
        assert_eq!(left(&both, &[10, 0]), [0, 11]);
        // None at all: a cohort member that only lends.
        let lender = quotas(&[(9, Some(0), None), (12, None, None)], Some(0));
        assert_eq!(left(&lender, &[0, 0]), [9, 21]);
    }

    #[test]
    fn a_lending_limit_keeps_the_rest_for_its_owner() {
        // Kueue's example with lendingLimit 1 for B: A may hold 9 + 1; 11 of B's 12 are never lent.
        let both = quotas(&[(9, None, None), (12, None, Some(1))], Some(0));
        assert_eq!(left(&both, &[0, 0]), [10, 21]);
        // A holds 10, one of them B's: 11 are left for B. They are no use to A.
        assert_eq!(left(&both, &[10, 0]), [0, 11]);
        // B holds 11, all that it keeps: the tenth is still there for either.
        assert_eq!(left(&both, &[9, 11]), [1, 1]);
        // B holds 15: 11 of its own kept, and 4 of the 10 that are lent; 6 are left.
        assert_eq!(left(&both, &[0, 15]), [6, 6]);
    }
}
