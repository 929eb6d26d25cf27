//! How far what a class reads is from a pool.

use crate::model::{Freight, Model};
use crate::units::{ClassId, PoolId, SiteId, Span};

use super::super::moment::World;
use super::source;

impl World {
    /// Bytes of what jobs of a class read before they run that are not where a pool stands, and how long the slowest of
    /// it would be on its way alone over the best route.
    pub fn to_move(&self, model: &Model, class: ClassId, pool: PoolId) -> (u64, Span) {
        if !self.staging.is_used() {
            return (0, Span::ZERO);
        }
        let site = model.pool(pool).site;
        let (mut bytes, mut longest) = (0u64, Span::ZERO);
        for &id in &model.classes[class.index()].data {
            if self.staging.is_there(model, id, site) {
                continue;
            }
            let dataset = model.dataset(id);
            bytes = bytes.saturating_add(dataset.size.0);
            let from = match dataset.artifact {
                Some(artifact) => artifact.home,
                None => source(
                    model,
                    &self.staging,
                    (id, Freight::Dataset(id, class)),
                    site,
                ),
            };
            let moves = from.and_then(|from| alone(model, (from, site), dataset.size.0));
            let pulled = dataset.artifact.and_then(|artifact| artifact.rate);
            let pulled = pulled.and_then(|rate| rate.span(u128::from(dataset.size.0) * 1000));
            longest = longest.max(moves.or(pulled).unwrap_or(Span::ZERO));
        }
        (bytes, longest)
    }
}

/// How long so many bytes take over the best route between two sites, if nobody else uses it.
fn alone(model: &Model, (from, to): (SiteId, SiteId), bytes: u64) -> Option<Span> {
    let route = model.network.routes(from, to).first()?;
    let rates = model
        .network
        .crossed(&route.links)
        .map(|link| link.bandwidth);
    let narrowest = rates.chain([model.network.limit(&route.links)]).min()?;
    let span = narrowest.span(u128::from(bytes) * 1000)?;
    Some(span + route.latency)
}
