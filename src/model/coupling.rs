//! What work stands on: for any single part of the estate, who could start nowhere without it, and who could go on
//! somewhere else.
//!
//! A shape can start in a pool if rules let it, the pool could ever hold it, and all that it needs can be had there:
//! services, data (kept there, copied there, or sent over some route), what feeds it while it runs, the site that
//! steers it and the one that keeps its checkpoints. A part is a *single point* for a shape if it can start somewhere,
//! and nowhere without that part: in the graph of ways to run, what graph theory calls a cut vertex.

use crate::units::{DatasetId, LinkId, OutletId, PoolId, ProviderId, ServiceId, ShapeId, SiteId};

use super::{Model, Route};

/// A part of the estate that can be lost.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Part {
    /// A provider, with all its sites.
    Provider(ProviderId),
    /// A site, with all that stands there.
    Site(SiteId),
    /// A pool.
    Pool(PoolId),
    /// A link, in both directions: any of them.
    Link(LinkId),
    /// A storage that feeds jobs.
    Storage(u16),
    /// A service that is one for all its sites.
    Service(ServiceId),
    /// A service of which each site has its own: one of them.
    Outlet(OutletId),
}

/// Why a shape can not start in a pool, however long it waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Lack {
    /// The pool, its site or its provider is what was lost.
    Gone,
    /// The pool, or its quota, could never hold so many GPUs.
    Size,
    /// Rules refuse it: a bit for each.
    Rules(u128),
    /// Nobody gives it what this service gives there.
    Service(OutletId),
    /// This cannot be had there.
    Data(DatasetId),
    /// Nothing feeds it there.
    Feed,
    /// Nothing steers what runs there.
    Control,
    /// Its checkpoints cannot be had there.
    Checkpoints,
}

/// What of the work of a class can go on without the site where it would run first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Elsewhere {
    /// A size of its jobs.
    pub shape: ShapeId,
    /// The pool that it would use first.
    pub first: PoolId,
    /// Whether rules let it run at some other site that could hold it.
    pub permitted: bool,
    /// Whether it could also start there with the first site gone.
    pub possible: bool,
    /// Pools at other sites in which it could not, and why.
    pub lacks: Vec<(PoolId, Lack)>,
}

/// The parts of an estate without which some shape that can start somewhere could start nowhere, each with these
/// shapes, those with most shapes first. Rules
/// are held as they are at the start.
pub fn single_points(model: &Model) -> Vec<(Part, Vec<ShapeId>)> {
    let able: Vec<ShapeId> = asked(model)
        .filter(|&shape| starts_somewhere(model, shape, None))
        .collect();
    let points = parts(model).into_iter().map(|part| {
        let behind = able.iter().copied();
        let behind = behind.filter(|&shape| !starts_somewhere(model, shape, Some(part)));
        (part, behind.collect::<Vec<_>>())
    });
    let mut points: Vec<_> = points.filter(|(_, behind)| !behind.is_empty()).collect();
    points.sort_by_key(|(part, behind)| (std::cmp::Reverse(behind.len()), *part));
    points
}

/// For each shape that somebody may ask for and that can start somewhere: what becomes of it without the site where it
/// would run first, in the order of its class's pools.
pub fn elsewhere(model: &Model) -> Vec<Elsewhere> {
    let of = |shape: ShapeId| {
        let pools = &model.classes[model.class_of(shape).index()].pools;
        let mut ways = pools.iter().copied();
        let first = ways.find(|&pool| {
            model.failovers.lets(0, shape, pool) && way(model, shape, pool, None).is_ok()
        })?;
        let home = model.pool(first).site;
        let others = pools.iter().copied();
        let others = others.filter(|&pool| model.pool(pool).site != home);
        let mut found = Elsewhere {
            shape,
            first,
            permitted: false,
            possible: false,
            lacks: Vec::new(),
        };
        for pool in others {
            match way(model, shape, pool, Some(Part::Site(home))) {
                Ok(()) => (found.permitted, found.possible) = (true, true),
                Err(lack) => {
                    found.permitted |= !matches!(lack, Lack::Size | Lack::Rules(_));
                    found.lacks.push((pool, lack));
                }
            }
        }
        Some(found)
    };
    asked(model).filter_map(of).collect()
}

/// Shapes that jobs come with; those with which elastic gangs go on are theirs.
fn asked(model: &Model) -> impl Iterator<Item = ShapeId> + '_ {
    let shapes = model.shapes.iter().enumerate();
    shapes
        .filter(|(_, shape)| 0 < shape.weight)
        .map(|(index, _)| ShapeId::from(index))
}

fn starts_somewhere(model: &Model, shape: ShapeId, lost: Option<Part>) -> bool {
    let pools = &model.classes[model.class_of(shape).index()].pools;
    pools
        .iter()
        .any(|&pool| way(model, shape, pool, lost).is_ok())
}

/// All parts that can be lost.
fn parts(model: &Model) -> Vec<Part> {
    let mut parts = Vec::new();
    let mut providers: Vec<ProviderId> = model.sites.iter().map(|site| site.provider).collect();
    providers.sort_unstable();
    providers.dedup();
    // A provider with one site is that site.
    let several = |id: &ProviderId| {
        let of = model.sites.iter().filter(|site| site.provider == *id);
        1 < of.count()
    };
    parts.extend(providers.into_iter().filter(several).map(Part::Provider));
    parts.extend((0..model.sites.len()).map(|site| Part::Site(SiteId::from(site))));
    // A pool that is alone at its site is that site.
    let beside = |pool: &PoolId| {
        let site = model.pool(*pool).site;
        1 < model.pools.iter().filter(|pool| pool.site == site).count()
    };
    let pools = (0..model.pools.len()).map(PoolId::from);
    parts.extend(pools.filter(beside).map(Part::Pool));
    let links = &model.network.links;
    let is_first = |index: &usize| {
        let name = &links[*index].name;
        links[..*index].iter().all(|link| link.name != *name)
    };
    let names = (0..links.len()).filter(is_first);
    parts.extend(names.map(|index| Part::Link(LinkId::from(index))));
    parts.extend((0..model.network.storages.len()).map(|index| Part::Storage(index as u16)));
    for (index, service) in model.services.list.iter().enumerate() {
        let id = ServiceId::from(index);
        if service.shared {
            parts.push(Part::Service(id));
        } else {
            parts.extend(model.services.outlets_of(id).map(Part::Outlet));
        }
    }
    parts
}

/// Whether a shape could ever start in a pool without a part of the estate.
fn way(model: &Model, shape: ShapeId, pool: PoolId, lost: Option<Part>) -> Result<(), Lack> {
    let terms = model.pool(pool);
    let class = &model.classes[model.class_of(shape).index()];
    if is_gone(model, terms.site, lost) || lost == Some(Part::Pool(pool)) {
        return Err(Lack::Gone);
    }
    if !terms.can_ever_hold(model.shapes[shape.index()].gpus) || !class.burst && terms.is_rented() {
        return Err(Lack::Size);
    }
    let masks = model.rules.first_masks();
    if model.rules.are_used() && !model.lets_run(masks, shape, pool) {
        return Err(Lack::Rules(model.refusing(masks, shape, pool)));
    }
    let mut needs = model.needs(model.class_of(shape), pool).iter();
    if let Some(&outlet) = needs.find(|&&outlet| !serves(model, outlet, lost)) {
        return Err(Lack::Service(outlet));
    }
    let mut data = class.data.iter();
    if let Some(&id) = data.find(|&&id| !can_be_had(model, id, terms.site, lost)) {
        return Err(Lack::Data(id));
    }
    let fed = |(way, _): (u32, _)| {
        let ways = model.network.feeds.get(way as usize);
        ways.is_some_and(|ways| ways.iter().any(|route| is_open(model, route, lost)))
    };
    if model.feeds_jobs() && model.feed(shape, pool).is_some_and(|feed| !fed(feed)) {
        return Err(Lack::Feed);
    }
    let steered = model.network.steered.get(terms.site.index());
    let reaches = |from: SiteId| is_reached(model, from, terms.site, lost);
    if steered
        .copied()
        .flatten()
        .is_some_and(|from| !reaches(from))
    {
        return Err(Lack::Control);
    }
    if class
        .checkpoint_home
        .is_some_and(|home| !reaches(home.site))
    {
        return Err(Lack::Checkpoints);
    }
    Ok(())
}

fn is_gone(model: &Model, site: SiteId, lost: Option<Part>) -> bool {
    match lost {
        Some(Part::Site(gone)) => site == gone,
        Some(Part::Provider(gone)) => model.sites[site.index()].provider == gone,
        _ => false,
    }
}

/// Whether an outlet of a service answers without a part: one for all stands at its home, others where they serve.
fn serves(model: &Model, outlet: OutletId, lost: Option<Part>) -> bool {
    let id = model.services.outlet(outlet).service;
    let stands = if model.services.list[id.index()].shared {
        model.services.list[id.index()].home
    } else {
        Some(model.services.outlet(outlet).site)
    };
    let is_it = lost == Some(Part::Service(id)) || lost == Some(Part::Outlet(outlet));
    !is_it && !stands.is_some_and(|site| is_gone(model, site, lost))
}

/// Whether a data set or an artifact can be had at a site: it lies there, is copied there, or comes over a route.
fn can_be_had(model: &Model, id: DatasetId, site: SiteId, lost: Option<Part>) -> bool {
    let dataset = model.dataset(id);
    if let Some(artifact) = &dataset.artifact {
        let registry = artifact.registry;
        let answers = lost != Some(Part::Service(registry));
        // From a registry outside it comes over whatever way is there.
        let comes = |home| is_reached(model, home, site, lost);
        return answers && artifact.home.is_none_or(comes);
    }
    let copies = model.network.copies.iter();
    let copied = copies
        .filter(|copy| copy.dataset == id)
        .map(|copy| copy.site);
    let mut kept = dataset.kept.iter().copied().chain(copied);
    kept.any(|from| is_reached(model, from, site, lost))
}

/// Whether anything gets from one site to another, or has no way to go.
fn is_reached(model: &Model, from: SiteId, to: SiteId, lost: Option<Part>) -> bool {
    if is_gone(model, from, lost) {
        return false;
    }
    let mut routes = model.network.routes(from, to).iter();
    from == to || routes.any(|route| is_open(model, route, lost))
}

/// Whether a route crosses nothing that was lost.
fn is_open(model: &Model, route: &Route, lost: Option<Part>) -> bool {
    let network = &model.network;
    route.links.iter().all(|&lane| {
        if let Some(storage) = network.storage(lane) {
            let is_it = match lost {
                Some(Part::Storage(index)) => network.reading(usize::from(index)) == lane,
                _ => false,
            };
            return !is_it && !is_gone(model, storage.site, lost);
        }
        let link = network.link(lane);
        let is_it = match lost {
            Some(Part::Link(gone)) => network.link(gone).name == link.name,
            _ => false,
        };
        !is_it && !is_gone(model, link.from, lost) && !is_gone(model, link.to, lost)
    })
}
