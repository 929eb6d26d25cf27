//! What quotas may hold of what others leave: the arithmetic of cohorts, and of cohorts of cohorts, after Kueue's
//! hierarchical cohorts.
//!
//! A cohort's own quota of a flavor is what it has beside its members, and all that they lend it. What a member, quota or
//! cohort, holds beyond what it keeps for itself is held of its cohort, and so on upwards. What is free for a quota is
//! what it keeps and has not used, and of what is free for its cohort as much as its borrowing limit lets it have, at
//! each level.

use super::quotas::{QuotaShare, Quotas};

/// A quota or a cohort, on the way up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Member {
    Quota(usize),
    Cohort(u16),
}

impl Quotas {
    /// GPUs of a flavor that a quota may hold beside what it holds, where each holds what `used` says: no more than its
    /// own and its borrowing limit, and of what is lent in its cohort, and above it, no more than others left.
    pub fn available(&self, quota: usize, flavor: u16, used: impl Fn(usize) -> u64) -> u64 {
        let Some(share) = self.share(quota, flavor) else {
            return u64::MAX;
        };
        let own = used(quota);
        let Some(cohort) = self.list[quota].cohort else {
            return share.nominal.saturating_sub(own);
        };
        let free = self.free_in(cohort, flavor, &used);
        borrowed(share, (share.nominal, share.kept(), own), free)
    }

    /// What of a flavor is free for the members of a cohort, in it and above it.
    fn free_in(&self, cohort: u16, flavor: u16, used: &impl Fn(usize) -> u64) -> u64 {
        let (all, held) = (
            self.subtree(cohort, flavor),
            self.held_in(cohort, flavor, used),
        );
        let Some(parent) = self.cohorts[usize::from(cohort)].parent else {
            return all.saturating_sub(held);
        };
        let free = self.free_in(parent, flavor, used);
        let share = self.cohort_share(cohort, flavor);
        borrowed(share, (all, self.kept_in(cohort, flavor), held), free)
    }

    /// What a cohort has of its own beside its members.
    fn cohort_share(&self, cohort: u16, flavor: u16) -> QuotaShare {
        let shares = &self.cohorts[usize::from(cohort)].shares;
        let share = shares.get(usize::from(flavor)).copied();
        share.unwrap_or_default()
    }

    /// What a cohort has with all that its members lend it: Kueue's subtree quota.
    fn subtree(&self, cohort: u16, flavor: u16) -> u64 {
        let own = self.cohort_share(cohort, flavor).nominal;
        let members = self.members(cohort, flavor).map(|(_, share)| share.lent());
        let below = self.below(cohort);
        let below = below.map(|child| self.subtree(child, flavor) - self.kept_in(child, flavor));
        own + members.sum::<u64>() + below.sum::<u64>()
    }

    /// What of that nobody outside may ever hold: all but what it lends; nothing without a limit.
    fn kept_in(&self, cohort: u16, flavor: u16) -> u64 {
        let lends = self.cohort_share(cohort, flavor).lends;
        lends.map_or(0, |lends| {
            self.subtree(cohort, flavor).saturating_sub(lends)
        })
    }

    /// What its members hold of a cohort, beyond what each keeps for itself.
    fn held_in(&self, cohort: u16, flavor: u16, used: &impl Fn(usize) -> u64) -> u64 {
        let members = self.members(cohort, flavor);
        let members = members.map(|(quota, share)| used(quota).saturating_sub(share.kept()));
        let below = self.below(cohort).map(|child| {
            let held = self.held_in(child, flavor, used);
            held.saturating_sub(self.kept_in(child, flavor))
        });
        members.sum::<u64>() + below.sum::<u64>()
    }

    /// The quotas of a cohort, with what each has of a flavor.
    fn members(&self, cohort: u16, flavor: u16) -> impl Iterator<Item = (usize, QuotaShare)> + '_ {
        let list = self.list.iter().enumerate();
        let list = list.filter(move |(_, terms)| terms.cohort == Some(cohort));
        list.filter_map(move |(quota, terms)| Some((quota, terms.shares[usize::from(flavor)]?)))
    }

    /// The cohorts that belong to a cohort.
    fn below(&self, cohort: u16) -> impl Iterator<Item = u16> + '_ {
        let cohorts = self.cohorts.iter().enumerate();
        let cohorts = cohorts.filter(move |(_, of)| of.parent == Some(cohort));
        cohorts.map(|(index, _)| index as u16)
    }

    fn above(&self, member: Member) -> Option<u16> {
        match member {
            Member::Quota(quota) => self.list[quota].cohort,
            Member::Cohort(cohort) => self.cohorts[usize::from(cohort)].parent,
        }
    }

    /// Whether a cohort is, or is above, another.
    fn is_above(&self, cohort: u16, other: Option<u16>) -> bool {
        other.is_some_and(|other| {
            other == cohort || self.is_above(cohort, self.above(Member::Cohort(other)))
        })
    }

    /// What a member has of a flavor, and what it holds.
    fn account(&self, member: Member, flavor: u16, used: &impl Fn(usize) -> u64) -> (u64, u64) {
        match member {
            Member::Quota(quota) => {
                let share = self.share(quota, flavor);
                (share.map_or(u64::MAX, |share| share.nominal), used(quota))
            }
            Member::Cohort(cohort) => {
                let held = self.held_in(cohort, flavor, used);
                (self.subtree(cohort, flavor), held)
            }
        }
    }

    /// Whether a quota may have back of another what it lends: up to the first cohort that is above both, the one must
    /// stay within its own with so many GPUs more, or some cohort on the way within all that is its; and the other, and
    /// each cohort on its way, must hold more than is its own.
    pub fn may_reclaim(
        &self,
        (quota, other): (usize, usize),
        flavor: u16,
        gpus: u64,
        used: impl Fn(usize) -> u64,
    ) -> bool {
        if self.share(quota, flavor).is_none() {
            return false;
        }
        let mut wanted = gpus;
        let (mut one, mut stays) = (Member::Quota(quota), false);
        let of_other = self.list[other].cohort;
        loop {
            let (all, held) = self.account(one, flavor, &used);
            stays |= held.saturating_add(wanted) <= all;
            let Some(above) = self.above(one) else {
                return false;
            };
            if self.is_above(above, of_other) {
                return stays && self.all_borrow(other, above, flavor, &used);
            }
            // Only what it cannot hold of what it keeps is held of the cohort above.
            let kept = match one {
                Member::Quota(quota) => self.share(quota, flavor).map_or(0, |share| share.kept()),
                Member::Cohort(cohort) => self.kept_in(cohort, flavor),
            };
            wanted = wanted.saturating_sub(kept.saturating_sub(held));
            one = Member::Cohort(above);
        }
    }

    /// Whether a quota and each cohort below one that is above it hold more than is their own.
    fn all_borrow(
        &self,
        quota: usize,
        up_to: u16,
        flavor: u16,
        used: &impl Fn(usize) -> u64,
    ) -> bool {
        let mut member = Member::Quota(quota);
        loop {
            let (all, held) = self.account(member, flavor, used);
            if held <= all {
                return false;
            }
            match self.above(member) {
                Some(above) if above == up_to => return true,
                Some(above) => member = Member::Cohort(above),
                None => return false,
            }
        }
    }
}

/// What is free for a member that has `all`, keeps some of it for itself and holds some, where so much is free above.
fn borrowed(share: QuotaShare, (all, kept, held): (u64, u64, u64), free: u64) -> u64 {
    let most = share.borrows.map_or(u64::MAX, |borrows| {
        // Of what it gives its cohort it may have all, and so much more.
        let given = (all - kept).saturating_add(borrows);
        given.saturating_sub(held.saturating_sub(kept))
    });
    kept.saturating_sub(held).saturating_add(free.min(most))
}

#[cfg(test)]
mod tests;
