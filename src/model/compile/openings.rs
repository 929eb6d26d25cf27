//! `open` and `close` of a `[[phase]]`: rented pools, links, and whole sites.

use crate::model::{Change, Network, Retirement};
use crate::scenario::{Origin, PhaseSpec, ScenarioFile};
use crate::units::{LinkId, PoolId};

use super::context::Context;
use super::phases::rented;
use super::pools::PoolDraft;
use super::sites::Place;

/// What a phase can open and close.
#[derive(Clone, Copy)]
pub(super) struct Doors<'a> {
    pub(super) sites: &'a [Place],
    pub(super) pools: &'a [PoolDraft],
    pub(super) network: &'a Network,
}

impl Doors<'_> {
    /// The pools of the site of a name; `None` if a pool has that name, or no site.
    pub(super) fn pools_of_site(&self, name: &str) -> Option<Vec<PoolId>> {
        pools_of_site(name, self.sites, self.pools)
    }

    /// Both directions of a link; nothing if a pool or a site has that name, or no link.
    fn link(&self, name: &str) -> Vec<LinkId> {
        let links = &self.network.links;
        let known = self.pools.iter().any(|draft| draft.pool.name == name)
            || self.sites.iter().any(|place| place.site.name == name);
        let named = |&index: &usize| !known && links[index].name == name;
        (0..links.len()).filter(named).map(LinkId::from).collect()
    }

    /// Rented pools that a name stands for.
    fn rented(&self, context: &mut Context, name: &str, at: Origin) -> Vec<PoolId> {
        match self.pools_of_site(name) {
            Some(pools) => {
                if pools.is_empty() {
                    let message = format!("site `{name}` has no pools");
                    context.fault(at, message, "name a site with pools, or leave it out");
                }
                let is_rented = |pool: &PoolId| self.pools[pool.index()].pool.is_rented();
                pools.into_iter().filter(is_rented).collect()
            }
            None if self.pools.iter().any(|draft| draft.pool.name == name) => {
                let found = rented(context, name, at, self.pools);
                found.into_iter().collect()
            }
            None => {
                let pools = self.pools.iter().map(|draft| draft.pool.name.as_str());
                let sites = self.sites.iter().map(|place| place.site.name.as_str());
                let links = self.network.links.iter().map(|link| link.name.as_str());
                let known: Vec<&str> = pools.chain(sites).chain(links).collect();
                context.unknown(at, "pool, site or link", name, &known);
                Vec::new()
            }
        }
    }

    /// What opens and closes, but for owned nodes.
    pub(super) fn changes(&self, context: &mut Context, spec: &PhaseSpec, out: &mut Vec<Change>) {
        // What the offer says is a limit of its own.
        for (names, gpus, permille) in [(&spec.open, None, 1000), (&spec.close, Some(0), 0)] {
            for (name, at) in names.items() {
                let links = self.link(name);
                for &link in &links {
                    out.push(Change::Lease {
                        link,
                        held: permille > 0,
                    });
                    out.push(Change::Link { link, permille });
                }
                if links.is_empty() {
                    let pools = self.rented(context, name, at);
                    out.extend(pools.into_iter().map(|pool| Change::Quota { pool, gpus }));
                }
            }
        }
    }

    /// Owned nodes of sites that close.
    pub(super) fn retired(&self, context: &mut Context, spec: &PhaseSpec) -> Vec<Retirement> {
        let notice = context.span(&spec.close_notice).unwrap_or_default();
        let mut all = Vec::new();
        for (name, _) in spec.close.items() {
            for pool in self.pools_of_site(name).unwrap_or_default() {
                if !self.pools[pool.index()].pool.is_rented() {
                    all.push(Retirement {
                        pool,
                        nodes: u32::MAX,
                        notice,
                    });
                }
            }
        }
        if let (Some(origin), true) = (spec.close_notice.origin(), all.is_empty()) {
            let fix = "leave it out, or `close` a site with owned nodes";
            context.fault(origin, "nothing that is owned closes here", fix);
        }
        all
    }

    /// Rented pools that some phase opens: closed before the first that does.
    pub(super) fn closed_pools(&self, file: &ScenarioFile) -> Vec<PoolId> {
        let opened = |index: &usize| {
            let draft = &self.pools[*index].pool;
            let site = &self.sites[draft.site.index()].site.name;
            let site_counts = self.pools_of_site(site).is_some();
            draft.is_rented()
                && opened(file).any(|name| *name == draft.name || site_counts && name == site)
        };
        (0..self.pools.len())
            .filter(opened)
            .map(PoolId::from)
            .collect()
    }

    /// Links that some phase opens.
    pub(super) fn closed_links(&self, file: &ScenarioFile) -> Vec<LinkId> {
        let mut links: Vec<LinkId> = opened(file).flat_map(|name| self.link(name)).collect();
        links.sort_unstable();
        links.dedup();
        links
    }
}

/// The pools of the site of a name; `None` if a pool has that name, or no site.
pub(super) fn pools_of_site(
    name: &str,
    sites: &[Place],
    pools: &[PoolDraft],
) -> Option<Vec<PoolId>> {
    if pools.iter().any(|draft| draft.pool.name == name) {
        return None;
    }
    let site = sites.iter().position(|place| place.site.name == name)?;
    let here = |&index: &usize| pools[index].pool.site.index() == site;
    Some((0..pools.len()).filter(here).map(PoolId::from).collect())
}

/// The names that phases open.
fn opened(file: &ScenarioFile) -> impl Iterator<Item = &String> {
    let phases = file.phase.items();
    let names = phases.flat_map(|(phase, _)| phase.open.items());
    names.map(|(name, _)| name)
}
