//! Copies that had passed though marks are left in them, withdrawn when that is found.

use crate::model::Model;
use crate::units::{DatasetId, JobId, Money, PoolId, SiteId};

use super::super::moment::World;
use super::super::transfers::{Cargo, Transfers};
use super::cache::{Bar, Way};
use super::replicas::State;

/// How far something has spread that is withdrawn, and what becomes of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Withdrawal {
    /// Copies that are no longer there, and where they lay.
    pub gone: Vec<(DatasetId, SiteId)>,
    /// What moved of those that were on their way, for which pools, and what that cost.
    pub paid: Vec<(PoolId, Money)>,
}

impl World {
    /// How far something that a transform made has spread, with all that was made of it: the jobs that began to read it, and
    /// the places where any of it lies. Counted once, when it is found.
    pub fn radius(&mut self, model: &Model, index: u16) -> (u32, u32) {
        let mut readers: Vec<JobId> = Vec::new();
        let mut places = 0;
        for id in model.transforms.heirs(index) {
            let Some((heir, _)) = model.transforms.making(id) else {
                continue;
            };
            let transforming = &self.staging.transforming;
            readers.extend(transforming.readers.get(heir).into_iter().flatten());
            places += self.places_of(model, id).len() as u32;
        }
        readers.sort_unstable();
        readers.dedup();
        let told = &mut self.staging.transforming.validations;
        told.found += 1;
        told.readers += readers.len() as u64;
        told.copies += u64::from(places);
        (readers.len() as u32, places)
    }

    fn places_of(&self, model: &Model, id: DatasetId) -> Vec<SiteId> {
        let sites = (0..model.sites.len()).map(SiteId::from);
        let lies = |&site: &SiteId| self.holds_copy(model, id, site);
        sites.filter(lies).collect()
    }

    /// All that there is of something that a transform made, and of what was made of it, is of no use any more: nobody new
    /// reads it, and it is made afresh. Whoever reads it now, and may, reads on; what rules locked stays where it lies.
    pub fn withdraw(&mut self, model: &Model, index: u16) -> Withdrawal {
        let mut told = Withdrawal::default();
        for id in model.transforms.heirs(index) {
            let Some((heir, made)) = model.transforms.making(id) else {
                continue;
            };
            self.staging.transforming.made_by[heir] = 0;
            if let Some(readers) = self.staging.transforming.readers.get_mut(heir) {
                readers.clear();
            }
            for site in (0..model.sites.len()).map(SiteId::from) {
                self.withdraw_from(model, (made.dataset, site), &mut told);
            }
            if !self.copy_lies(made.copy) {
                // Nobody has made it, or somebody does; he will see that it is of no use.
                continue;
            }
            self.end_copy(model, made.copy);
            let state = &mut self.staging.replicas[usize::from(made.copy)];
            if let State::Gone(since, until) = std::mem::take(state) {
                if model.network.copies[usize::from(made.copy)]
                    .storage
                    .is_none()
                {
                    let kept = (made.dataset, since, until);
                    self.staging.transforming.withdrawn.push(kept);
                }
                told.gone.push((made.dataset, made.site));
            }
        }
        self.changes.other = true;
        self.make_afresh(model);
        told
    }

    /// What data that moved to a pool cost is charged there.
    pub(super) fn charge_egress(&mut self, model: &Model, pool: PoolId, cost: Money) {
        self.pools[pool.index()].books.egress_cost += cost;
        if self.budgets.are_kept() {
            self.count_egress(model, (pool, None), self.now, cost);
        }
    }

    /// What lies in the cache of a site, or comes there, is of no use any more.
    fn withdraw_from(
        &mut self,
        model: &Model,
        (id, site): (DatasetId, SiteId),
        told: &mut Withdrawal,
    ) {
        let Some(held) = self.staging.sites.get_mut(site.index()) else {
            return;
        };
        let Some(held) = held.find_mut(id) else {
            return;
        };
        if held.bar == Bar::Locked {
            held.void = true;
            return;
        }
        let lay = !held.void && matches!(held.bar, Bar::None | Bar::Due);
        let (coming, lay) = (held.coming, lay);
        if let Some(Way::Transfer(transfer)) = coming {
            let transfers = &mut self.staging.transfers;
            if let Some(transfer) = transfers.cancel(&model.network, self.now, transfer)
                && let Cargo::Dataset(_, pool) = transfer.cargo
            {
                let links = Transfers::links(&model.network, &transfer);
                let cost = self.toll(model, links, transfer.moved());
                self.charge_egress(model, pool, cost);
                told.paid.push((pool, cost));
            }
        } else if lay {
            told.gone.push((id, site));
        }
        self.drop_copy(model, id, site);
    }
}
