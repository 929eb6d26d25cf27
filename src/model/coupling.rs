//! What work stands on: for any single part of the estate, who could start nowhere without it, and who could go on
//! somewhere else.
//!
//! A shape can start in a pool if rules let it, the pool could ever hold it, and all that it needs can be had there:
//! services, data (kept there, copied there, made there, or sent over some route that rules let them take) in the version
//! of its work that it would do there, what feeds it while it runs, the site that steers it and the one that keeps its
//! checkpoints. A pool that is only the target of a failover must also meet the condition and the needs of that target. A part is a *single point* for a shape if it can start somewhere,
//! and nowhere without that part: in the graph of ways to run, what graph theory calls a cut vertex.

use crate::units::{DatasetId, LinkId, OutletId, PoolId, ProviderId, ServiceId, ShapeId, SiteId};

use super::Model;

mod ways;

use ways::way;

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
    /// The condition of the target does not hold of it.
    Condition,
    /// The target wants a copy of this to be there, and none is kept.
    Replica(DatasetId),
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
                    found.permitted |=
                        !matches!(lack, Lack::Size | Lack::Rules(_) | Lack::Condition);
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

/// Targets of failovers are places to start only once something is lost.
fn starts_somewhere(model: &Model, shape: ShapeId, lost: Option<Part>) -> bool {
    let mut pools = model.classes[model.class_of(shape).index()].pools.iter();
    let is_open = |pool: PoolId| lost.is_some() || model.failovers.lets(0, shape, pool);
    pools.any(|&pool| is_open(pool) && way(model, shape, pool, lost).is_ok())
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
