//! How far what a job reads is from a pool.

use crate::model::{Freight, Model};
use crate::units::{DatasetId, PoolId, SiteId, Span};

use super::super::job::Slot;
use super::super::moment::World;
use super::replicas::State;
use super::source;

impl World {
    /// Bytes of what a job reads before it runs that are not where a pool stands, and how long the slowest of it would be
    /// on its way alone over the best route; what a transform makes first takes as long as if nothing else waited for it.
    pub fn to_move(&self, model: &Model, slot: Slot, pool: PoolId) -> (u64, Span) {
        if !self.staging.is_used() {
            return (0, Span::ZERO);
        }
        let class = model.class_of(self.jobs[slot].request.shape);
        let site = model.pool(pool).site;
        let (mut bytes, mut longest) = (0u64, Span::ZERO);
        for &id in self.reads(model, slot, pool) {
            if self.staging.is_there(model, id, site) {
                continue;
            }
            let dataset = model.dataset(id);
            let (made_at, making) = self.making(model, id).unzip();
            let making = making.unwrap_or(Span::ZERO);
            if made_at == Some(site) {
                longest = longest.max(making);
                continue;
            }
            bytes = bytes.saturating_add(dataset.size.0);
            let from = match dataset.artifact {
                Some(artifact) => artifact.home,
                None => made_at.or_else(|| {
                    let what = (id, Freight::Dataset(id, class));
                    source(model, &self.staging, what, site)
                }),
            };
            let moves = from.and_then(|from| alone(model, (from, site), dataset.size.0));
            let pulled = dataset.artifact.and_then(|artifact| artifact.rate);
            let pulled = pulled.and_then(|rate| rate.span(u128::from(dataset.size.0) * 1000));
            longest = longest.max(making + moves.or(pulled).unwrap_or(Span::ZERO));
        }
        (bytes, longest)
    }

    /// Where something will be made that nobody has made yet, and how long that takes, with all that it is made of.
    fn making(&self, model: &Model, id: DatasetId) -> Option<(SiteId, Span)> {
        if !self.staging.transforming.is_used() {
            return None;
        }
        let (_, made) = model.transforms.making(id)?;
        let state = self.staging.replicas[usize::from(made.copy)];
        if !matches!(state, State::Ahead | State::Making) {
            return None;
        }
        let transform = &model.transforms.list[usize::from(made.transform)];
        let own = transform.time(model.dataset(made.base).size) + transform.validation_time();
        let before = self.making(model, made.base);
        Some((made.site, own + before.map_or(Span::ZERO, |(_, span)| span)))
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
