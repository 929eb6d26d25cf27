//! What could move in a scenario, and between which sites: for what judges it before anything does.

use std::collections::BTreeSet;

use crate::units::{Bytes, ClassId, DatasetId, SiteId};

use super::data::Dataset;
use super::estate::Class;
use super::freight::Freight;
use super::moves::Ends;
use super::network::{Network, Replica};
use super::request::Labelled;

/// All that could move, each between two ends once. `sites` are those of the pools; jobs of a class may read what `reads`
/// has, and do so many versions of their work.
pub(super) fn all(
    (datasets, network): (&[Dataset], &Network),
    sites: &[SiteId],
    (classes, works): (&[(ClassId, &Class)], &[Labelled]),
    (reads, versions): (&[Vec<DatasetId>], u8),
) -> Vec<(Freight, Ends)> {
    let mut found = BTreeSet::new();
    let copies = network.copies.as_slice();
    let leads = |from: Option<SiteId>, to: SiteId| {
        from != Some(to) && from.is_some_and(|from| !network.routes(from, to).is_empty())
    };
    for &(id, class) in classes {
        let mut here: Vec<SiteId> = class.pools.iter().map(|pool| sites[pool.index()]).collect();
        here.sort_unstable();
        here.dedup();
        let works = works.iter().filter(|work| work.class == id);
        let done = |version: u8| works.clone().map(move |&work| (work, version));
        for &to in &here {
            for &data in &reads[id.index()] {
                let dataset = &datasets[data.index()];
                for from in sources(dataset, data, copies) {
                    let freight = Freight::Dataset(data, id);
                    // An artifact is pulled by itself where no link leads from its registry.
                    let moves = leads(from, to) || dataset.artifact.is_some();
                    let moves = moves && !dataset.kept.contains(&to);
                    found.extend(moves.then_some((freight, (from, Some(to)))));
                }
            }
            if let Some(home) = class.checkpoint_home.filter(|home| home.site != to) {
                for (work, version) in (0..versions).flat_map(done) {
                    let freight = Freight::Checkpoint(work, version);
                    found.insert((freight, (Some(to), Some(home.site))));
                    found.insert((freight, (Some(home.site), Some(to))));
                }
            }
            // Without a home they leave for somewhere that nobody knows.
            if Bytes(0) < class.results && class.results_to != Some(to) {
                let ends = (Some(to), class.results_to);
                let done = (0..versions).flat_map(done);
                found.extend(done.map(|(work, version)| (Freight::Results(work, version), ends)));
            }
        }
    }
    for copy in copies {
        let dataset = &datasets[copy.dataset.index()];
        for from in sources(dataset, copy.dataset, copies) {
            let freight = Freight::Replica(copy.dataset);
            let moves = leads(from, copy.site);
            found.extend(moves.then_some((freight, (from, Some(copy.site)))));
        }
    }
    found.into_iter().collect()
}

/// From where a data set may come: where it is kept or will be; an artifact from its registry, `None` if that stands
/// outside.
pub(super) fn sources(dataset: &Dataset, id: DatasetId, copies: &[Replica]) -> Vec<Option<SiteId>> {
    if let Some(artifact) = dataset.artifact {
        return vec![artifact.home];
    }
    let kept = dataset.kept.iter().copied();
    let copies = copies.iter().filter(|copy| copy.dataset == id);
    let mut sources: Vec<_> = kept.chain(copies.map(|copy| copy.site)).map(Some).collect();
    sources.sort_unstable();
    sources.dedup();
    sources
}
