//! What is at hand at a site: data, checkpoints, and whoever steers it.

use crate::model::{Freight, LinkUse, Model};
use crate::units::{ClassId, DatasetId, PoolId, SiteId};

use super::{Slot, Staging, World};

impl World {
    /// Whether all that a job reads is where a pool stands.
    pub fn has_data(&self, model: &Model, slot: Slot, pool: PoolId) -> bool {
        if !self.staging.used {
            return true;
        }
        let site = model.pool(pool).site;
        let data = self.reads(model, slot, pool).iter();
        data.copied()
            .all(|id| self.staging.is_there(model, id, site))
    }

    /// Whether all data that a class reads are at a site, in some version of its work that it would do there; what is
    /// pulled from registries is not asked for.
    pub(in crate::world) fn keeps_all(&self, model: &Model, class: ClassId, site: SiteId) -> bool {
        let is_kept = |&id: &DatasetId| {
            model.dataset(id).artifact.is_some() || self.staging.is_there(model, id, site)
        };
        if !self.staging.used {
            return true;
        }
        if !self.staging.transforming.is_used() {
            return model.classes[class.index()].data.iter().all(is_kept);
        }
        let mut versions = self.staging.transforming.done_at(model, class, site);
        versions.any(|version| model.read_in(class, version).iter().all(is_kept))
    }

    /// Whether checkpoints of a class are at a site, or can come there: they are at hand everywhere, or their home is
    /// not lost and some way from it is open.
    pub(in crate::world) fn reaches_checkpoints(
        &self,
        model: &Model,
        class: ClassId,
        site: SiteId,
    ) -> bool {
        let Some(home) = model.classes[class.index()].checkpoint_home else {
            return true;
        };
        let ids = (0..model.pools.len()).map(PoolId::from);
        let mut there = ids
            .filter(|&pool| model.pool(pool).site == home.site)
            .peekable();
        let is_lost = there.peek().is_some() && there.all(|pool| self.is_gone(model, pool));
        let transfers = &self.staging.transfers;
        !is_lost && transfers.leads(&model.network, (home.site, site), LinkUse::Restores)
    }

    /// Whether work in a pool can be steered now: from its own site, or from another that reaches it.
    pub(in crate::world) fn is_steered(&self, model: &Model, pool: PoolId) -> bool {
        let to = model.pool(pool).site;
        let from = model.network.steered.get(to.index()).copied().flatten();
        from.is_none_or(|from| self.staging.transfers.steers(&model.network, from, to))
    }
}

/// The site from which a data set comes: over the cheapest, then nearest route that is open, else any; `None` where
/// rules let none be taken.
pub(super) fn source(
    model: &Model,
    staging: &Staging,
    (id, freight): (DatasetId, Freight),
    to: SiteId,
) -> Option<SiteId> {
    let transfers = &staging.transfers;
    let kept = staging.homes(model, id);
    let kept = kept.chain(staging.replica_sites(model, id));
    let what = (freight, model.dataset(id).size);
    let best = |from: SiteId| {
        let routes = model.network.routes(from, to);
        let may = |index: usize| transfers.may_move(&model.network, what, (from, to), index);
        let mut permitted = (0..routes.len()).filter(|&index| may(index));
        let first = permitted.clone().next()?;
        let open = permitted
            .find(|&index| transfers.is_route_open(&routes[index], Some(LinkUse::DataSets)));
        let route = &routes[open.unwrap_or(first)];
        Some((open.is_none(), route.cost, route.latency, from))
    };
    kept.filter_map(best).min().map(|(.., from)| from)
}
