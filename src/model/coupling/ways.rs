//! Whether a shape could ever start in a pool, if some part of the estate were lost: the ways on which all that it needs
//! gets there.

use crate::model::{Ends, Freight, Model, Route};
use crate::units::{ClassId, DatasetId, OutletId, PoolId, ShapeId, SiteId};

use super::{Lack, Part};

/// An estate without one of its parts.
#[derive(Clone, Copy)]
struct Without<'m> {
    model: &'m Model,
    lost: Option<Part>,
}

/// Whether a shape could ever start in a pool without a part of the estate.
pub(super) fn way(
    model: &Model,
    shape: ShapeId,
    pool: PoolId,
    lost: Option<Part>,
) -> Result<(), Lack> {
    let rest = Without { model, lost };
    let terms = model.pool(pool);
    let of = model.class_of(shape);
    let class = &model.classes[of.index()];
    if rest.is_gone(terms.site) || lost == Some(Part::Pool(pool)) {
        return Err(Lack::Gone);
    }
    if !terms.can_ever_hold(model.shapes[shape.index()].gpus) || !class.burst && terms.is_rented() {
        return Err(Lack::Size);
    }
    let masks = model.rules.first_masks();
    let Some(version) = model.version(masks, shape, pool) else {
        return Err(Lack::Rules(model.refusing(masks, shape, pool)));
    };
    let mut needs = model.needs(of, pool).iter();
    if let Some(&outlet) = needs.find(|&&outlet| !rest.serves(outlet)) {
        return Err(Lack::Service(outlet));
    }
    rest.meets_target(shape, version, pool)?;
    let mut data = model.read_in(of, version).iter();
    if let Some(&id) = data.find(|&&id| !rest.can_be_had(id, of, terms.site)) {
        return Err(Lack::Data(id));
    }
    if !rest.is_fed(shape, pool) {
        return Err(Lack::Feed);
    }
    let steered = model.network.steered.get(terms.site.index());
    let steered = steered.copied().flatten();
    if steered.is_some_and(|from| !rest.is_reached(None, from, terms.site)) {
        return Err(Lack::Control);
    }
    let what = Some(Freight::Checkpoint(model.labelled(shape), version));
    if let Some(home) = class.checkpoint_home
        && !rest.is_reached(what, home.site, terms.site)
    {
        return Err(Lack::Checkpoints);
    }
    Ok(())
}

impl Without<'_> {
    fn is_gone(self, site: SiteId) -> bool {
        match self.lost {
            Some(Part::Site(gone)) => site == gone,
            Some(Part::Provider(gone)) => self.model.sites[site.index()].provider == gone,
            _ => false,
        }
    }

    /// Whether an outlet of a service answers: one for all stands at its home, others where they serve.
    fn serves(self, outlet: OutletId) -> bool {
        let services = &self.model.services;
        let id = services.outlet(outlet).service;
        let stands = if services.list[id.index()].shared {
            services.list[id.index()].home
        } else {
            Some(services.outlet(outlet).site)
        };
        let is_it = self.lost == Some(Part::Service(id)) || self.lost == Some(Part::Outlet(outlet));
        !is_it && !stands.is_some_and(|site| self.is_gone(site))
    }

    /// Whether a pool is open to a shape in calm, or some target of a failover that leads there would let it in.
    fn meets_target(self, shape: ShapeId, version: u8, pool: PoolId) -> Result<(), Lack> {
        let failovers = &self.model.failovers;
        if failovers.lets(0, shape, pool) {
            return Ok(());
        }
        if !failovers.lets(failovers.all_open(), shape, pool) {
            return Err(Lack::Condition);
        }
        let class = self.model.class_of(shape);
        let site = self.model.pool(pool).site;
        let mine = failovers.list.iter();
        let mine = mine.filter(|failover| failover.classes.contains(&class));
        let mut targets = mine.flat_map(|failover| &failover.targets);
        if targets.any(|target| target.pools.contains(&pool) && !target.needs_replica) {
            return Ok(());
        }
        let mut data = self.model.read_in(class, version).iter();
        let absent = data.find(|&&id| !self.is_kept(id, site));
        absent.map_or(Ok(()), |&id| Err(Lack::Replica(id)))
    }

    /// Whether a data set lies at a site from the start, or is copied there.
    fn is_kept(self, id: DatasetId, site: SiteId) -> bool {
        let dataset = self.model.dataset(id);
        let mut copies = self.model.network.copies.iter();
        dataset.artifact.is_some()
            || dataset.kept.contains(&site)
            || copies.any(|copy| (copy.dataset, copy.site) == (id, site))
    }

    /// Whether a data set or an artifact can be had at a site: it lies there, is copied or made there, or comes over a
    /// route.
    fn can_be_had(self, id: DatasetId, class: ClassId, site: SiteId) -> bool {
        let dataset = self.model.dataset(id);
        let freight = Some(Freight::Dataset(id, class));
        if let Some(artifact) = &dataset.artifact {
            let answers = self.lost != Some(Part::Service(artifact.registry));
            // From a registry outside it comes over whatever way is there.
            let comes = |home| self.is_reached(freight, home, site);
            return answers && artifact.home.is_none_or(comes);
        }
        if let Some((_, made)) = self.model.transforms.making(id) {
            // It is made where that of which it is made lies.
            return self.can_be_had(made.base, class, made.site)
                && self.is_reached(freight, made.site, site);
        }
        let copies = self.model.network.copies.iter();
        let copied = copies
            .filter(|copy| copy.dataset == id)
            .map(|copy| copy.site);
        let mut kept = dataset.kept.iter().copied().chain(copied);
        kept.any(|from| self.is_reached(freight, from, site))
    }

    /// Whether something feeds jobs of a shape in a pool, if they have to be fed.
    fn is_fed(self, shape: ShapeId, pool: PoolId) -> bool {
        let model = self.model;
        if !model.feeds_jobs() {
            return true;
        }
        let Some((way, _)) = model.feed(shape, pool) else {
            return true;
        };
        let routes = model.network.feeds.get(way as usize);
        let masks = model.rules.first_masks();
        let verdicts = model
            .network
            .moves
            .of_feed(masks.situation, (way, model.labelled(shape).labels));
        let may = |index: usize| {
            let verdict = verdicts.get(index);
            verdict.is_none_or(|of| model.network.moves.refusing(masks, of, u128::MAX) == 0)
        };
        let mut routes = routes.into_iter().flatten().enumerate();
        routes.any(|(index, route)| may(index) && self.is_open(route))
    }

    /// Whether something gets from one site to another over a route that rules let it take, or has no way to go. What
    /// steers is no freight.
    fn is_reached(self, freight: Option<Freight>, from: SiteId, to: SiteId) -> bool {
        if self.is_gone(from) {
            return false;
        }
        let routes = self.model.network.routes(from, to).iter().enumerate();
        let mut routes = routes.filter(|(_, route)| self.is_open(route));
        let may = |index| freight.is_none_or(|what| self.may(what, (Some(from), Some(to)), index));
        from == to || routes.any(|(index, _)| may(index))
    }

    fn may(self, freight: Freight, ends: Ends, route: usize) -> bool {
        let moves = &self.model.network.moves;
        let masks = self.model.rules.first_masks();
        let verdict = moves.of(masks.situation, freight, ends).get(route);
        verdict.is_none_or(|of| moves.refusing(masks, of, u128::MAX) == 0)
    }

    /// Whether a route crosses nothing that was lost.
    fn is_open(self, route: &Route) -> bool {
        let network = &self.model.network;
        route.links.iter().all(|&lane| {
            if let Some(storage) = network.storage(lane) {
                let is_it = match self.lost {
                    Some(Part::Storage(index)) => network.reading(usize::from(index)) == lane,
                    _ => false,
                };
                return !is_it && !self.is_gone(storage.site);
            }
            let link = network.link(lane);
            let is_it = match self.lost {
                Some(Part::Link(gone)) => network.link(gone).name == link.name,
                _ => false,
            };
            !is_it && !self.is_gone(link.from) && !self.is_gone(link.to)
        })
    }
}
