//! What it takes to leave a provider: what lies with it alone and must be brought elsewhere, over which way, how long that
//! takes and what it costs.

use std::collections::BTreeMap;

use crate::units::{Bandwidth, Bytes, DatasetId, Money, ProviderId, SiteId, Span};

use super::{Link, Model, Route};

/// A data set that lies with a provider alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Evacuation {
    /// Which.
    pub dataset: DatasetId,
    /// Where it is kept.
    pub from: SiteId,
    /// Where it would go; `None` if there is no way to any site of somebody else.
    pub to: Option<SiteId>,
    /// What bringing it there costs, behind those before it in the same month.
    pub cost: Money,
    /// How long that takes over the best way alone; nothing if there is none.
    pub takes: Span,
}

/// What lies with a provider alone, in the order of the scenario. Each goes to where it is soonest, ties to the earlier
/// site, one behind the other.
pub fn evacuations(model: &Model, provider: ProviderId) -> Vec<Evacuation> {
    let is_theirs = |site: SiteId| model.sites[site.index()].provider == provider;
    // What left each provider in the month in which all of it moves.
    let mut left: BTreeMap<ProviderId, Bytes> = BTreeMap::new();
    let mut found = Vec::new();
    for (index, dataset) in model.datasets.iter().enumerate() {
        let id = DatasetId::from(index);
        let mut copies = model.network.copies.iter();
        let is_copied = copies.any(|copy| copy.dataset == id && !is_theirs(copy.site));
        let stays = dataset.artifact.is_some() || dataset.kept.is_empty() || is_copied;
        if stays || !dataset.kept.iter().all(|&site| is_theirs(site)) {
            continue;
        }
        let others = || {
            (0..model.sites.len())
                .map(SiteId::from)
                .filter(|&site| !is_theirs(site))
        };
        let ways = dataset.kept.iter().flat_map(|&from| {
            others().flat_map(move |to| {
                let routes = model.network.routes(from, to).iter();
                routes.map(move |route| (takes(model, route, dataset.size), from, to, route))
            })
        });
        let best = ways
            .filter_map(|(takes, from, to, route)| Some((takes?, from, to, route)))
            .min_by_key(|&(takes, _, to, _)| (takes, to));
        let (dataset, from) = (id, dataset.kept[0]);
        found.push(match best {
            None => Evacuation {
                dataset,
                from,
                to: None,
                cost: Money::ZERO,
                takes: Span::ZERO,
            },
            Some((takes, from, to, route)) => Evacuation {
                dataset,
                from,
                to: Some(to),
                cost: cost(model, route, model.dataset(dataset).size, &mut left),
                takes,
            },
        });
    }
    found
}

fn links<'a>(model: &'a Model, route: &'a Route) -> impl Iterator<Item = &'a Link> {
    model.network.crossed(&route.links)
}

/// How long so much is on its way, alone.
fn takes(model: &Model, route: &Route, size: Bytes) -> Option<Span> {
    let widths = links(model, route).map(|link| link.bandwidth);
    let width: Bandwidth = widths.chain([model.network.limit(&route.links)]).min()?;
    let moving = width.span(u128::from(size.0) * 1000)?;
    Some(Span(moving.0 + route.latency.0))
}

/// What so much costs on each of the links, or leaving the site where each begins.
fn cost(
    model: &Model,
    route: &Route,
    size: Bytes,
    left: &mut BTreeMap<ProviderId, Bytes>,
) -> Money {
    let costs = links(model, route).map(|link| {
        if let Some(price) = link.price {
            return crate::units::ByteTariff::flat(price).cost(Bytes(0), size);
        }
        let site = &model.sites[link.from.index()];
        let before = left.entry(site.provider).or_insert(Bytes(0));
        let cost = site.egress.cost(*before, size);
        before.0 += size.0;
        cost
    });
    costs.sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Dataset, LinkKind, Replica, Site, Traffic};
    use crate::units::{ByteBand, BytePrice, ByteTariff, Currency, Epoch, LinkId, Price};

    const GB: u64 = 1_000_000_000;
    /// 0.10 a gigabyte, in millionths.
    const TENTH: BytePrice = BytePrice(100_000);

    fn dataset(name: &str, size: u64, kept: &[u16]) -> Dataset {
        Dataset {
            name: name.to_owned(),
            size: Bytes(size * GB),
            kept: kept.iter().map(|&site| SiteId(site)).collect(),
            storage: BytePrice(0),
            traffic: Traffic::Bulk,
            key: None,
            artifact: None,
        }
    }

    fn link(from: u16, to: u16, gigabytes_per_second: u64) -> Link {
        Link {
            name: format!("{from} to {to}"),
            from: SiteId(from),
            to: SiteId(to),
            kind: LinkKind::Circuit,
            bandwidth: Bandwidth(gigabytes_per_second * GB),
            latency: Span::ZERO,
            price: None,
            rent: Price(0),
            reserved: [0; Traffic::ALL.len()],
        }
    }

    #[test]
    fn what_lies_with_a_provider_alone_goes_where_it_is_soonest() {
        // Sites 0 and 1 are of the provider, 2 and 3 of others; from 0 a gigabyte a second to 2, two to 3.
        let epoch = Epoch::parse("2026-01-05T00:00:00Z").unwrap();
        let mut model = Model::bare("leaving", epoch, Currency::parse("USD").unwrap());
        let bands = [
            ByteBand {
                up_to: Bytes(100 * GB),
                price: TENTH,
            },
            ByteBand {
                up_to: Bytes(u64::MAX),
                price: BytePrice(50_000),
            },
        ];
        for (index, name) in ["a", "b", "home", "other"].into_iter().enumerate() {
            model.sites.push(Site {
                provider: ProviderId(if index < 2 { 7 } else { index as u16 }),
                egress: ByteTariff::new(bands.to_vec()).unwrap(),
                ..Site::bare(name)
            });
        }
        model.network.links = vec![link(0, 2, 1), link(0, 3, 2)];
        for (place, to) in [(0u16, 2u16), (1, 3)] {
            let route = Route {
                cost: TENTH,
                latency: Span::ZERO,
                links: vec![LinkId(place)],
            };
            let way = (SiteId(0), SiteId(to));
            model.network.routes.insert(way, vec![route]);
        }
        model.datasets = vec![
            dataset("records", 80, &[0]),
            dataset("copied", 500, &[0, 2]),
            dataset("logs", 40, &[0, 1]),
            dataset("stuck", 10, &[1]),
            dataset("sent", 70, &[0]),
        ];
        // A copy of the last is made at home while time passes.
        model.network.copies.push(Replica {
            dataset: DatasetId(4),
            site: SiteId(2),
            storage: None,
        });
        let found = evacuations(&model, ProviderId(7));
        let names: Vec<_> = found
            .iter()
            .map(|one| model.dataset(one.dataset).name.as_str())
            .collect();
        // What is kept or copied at home as well stays; from site 1 there is no way at all.
        assert_eq!(names, ["records", "logs", "stuck"]);
        assert_eq!(found[0].to, Some(SiteId(3)));
        assert_eq!(found[0].takes, Span(40_000));
        assert_eq!(found[1].takes, Span(20_000));
        assert_eq!((found[2].to, found[2].takes), (None, Span::ZERO));
        // 80 GB for 0.10; of the next 40 the first 20 for 0.10 and the rest for 0.05.
        let cents = |cents: i128| Money(cents * Money::TICKS_PER_UNIT / 100);
        assert_eq!(found[0].cost, cents(800));
        assert_eq!(found[1].cost, cents(200 + 100));
        assert!(evacuations(&model, ProviderId(3)).is_empty());
    }
}
