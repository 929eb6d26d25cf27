//! What `plimsoll check` says of links and routes.

use std::fmt::Write as _;

use crate::model::{Link, Model, Route, Storage};
use crate::record::plain;
use crate::units::{Bandwidth, BytePrice, DatasetId, SiteId};

/// Links, and the routes that data may take; nothing where no link is declared.
pub(super) fn network(model: &Model) -> String {
    let mut out = String::new();
    datasets(model, &mut out);
    storages(model, &mut out);
    feeds(model, &mut out);
    checkpoints(model, &mut out);
    if model.network.links.is_empty() {
        return out;
    }
    out.push_str("\nlinks (one line for each direction)\n");
    for link in &model.network.links {
        let _ = writeln!(out, "  {}", described(model, link));
    }
    traffic(model, &mut out);
    out.push_str("\nroutes (best first by cost, latency, order of links)\n");
    for (&(from, to), routes) in &model.network.routes {
        let ways = routes.iter().map(|route| {
            let links = route.links.iter();
            let names: Vec<&str> = links
                .map(|&link| model.network.link(link).name.as_str())
                .collect();
            format!("{} ({})", names.join(" + "), price(model, route.cost))
        });
        let ways: Vec<String> = ways.collect();
        let (from, to) = (site(model, from), site(model, to));
        let _ = writeln!(out, "  {from} to {to}: {}", plain(&ways.join("; ")));
    }
    out
}

fn datasets(model: &Model, out: &mut String) {
    let datasets = model.datasets.iter().enumerate();
    let mut datasets = datasets
        .filter(|(index, dataset)| {
            // What transforms make is told with them.
            let is_made = model.transforms.making(DatasetId::from(*index)).is_some();
            dataset.artifact.is_none() && !is_made
        })
        .peekable();
    if datasets.peek().is_none() {
        return;
    }
    out.push_str("\ndata sets\n");
    for (index, dataset) in datasets {
        let kept = dataset.kept.iter().map(|&kept| site(model, kept));
        let kept: Vec<String> = kept.collect();
        let reads = model.classes.iter().filter(|class| {
            let mut data = class.data.iter();
            data.any(|id| id.index() == index)
        });
        let readers = reads.map(|class| {
            let holds = if class.holds_staging {
                " (with its GPUs held while they come)"
            } else {
                ""
            };
            format!("{}{holds}", class.name)
        });
        let readers: Vec<String> = readers.collect();
        let read = match readers.as_slice() {
            [] => "read by no class".to_owned(),
            names => format!("read by {}", names.join(", ")),
        };
        let gigabytes = dataset.size.0 as f64 / 1e9;
        let copies = model.network.copies.iter();
        let copies = copies.filter(|copy| copy.dataset.index() == index);
        let copied: Vec<String> = copies.map(|copy| site(model, copy.site)).collect();
        let copied = match copied.as_slice() {
            [] => String::new(),
            sites => format!(", copied to {} while time passes", sites.join(", ")),
        };
        let _ = writeln!(
            out,
            "  {}: {gigabytes} GB, kept at {}{copied}, {}",
            plain(&dataset.name),
            kept.join(", "),
            plain(&read)
        );
    }
}

fn storages(model: &Model, out: &mut String) {
    if model.network.storages.is_empty() {
        return;
    }
    out.push_str("\nstorage\n");
    for storage in &model.network.storages {
        let _ = writeln!(out, "  {}", stored(model, storage));
    }
}

fn stored(model: &Model, storage: &Storage) -> String {
    let (name, at) = (plain(&storage.name), site(model, storage.site));
    let held = storage.capacity.map_or_else(String::new, |capacity| {
        format!(", holds {} GB", capacity.0 as f64 / 1e9)
    });
    let price = match storage.price {
        price if price.micro == 0 => "costs nothing".to_owned(),
        price => {
            let unit = if price.bytes == 1 << 30 { "GiB" } else { "GB" };
            format!(
                "{} {}/{unit}-month",
                price.micro as f64 / 1e6,
                model.currency
            )
        }
    };
    format!(
        "{name}: at {at}, read at {}{held}, {price}",
        bytes_rate(storage.read)
    )
}

/// What classes read while they run, pool by pool.
fn feeds(model: &Model, out: &mut String) {
    if !model.feeds_jobs() {
        return;
    }
    out.push_str("\nfeeds (read while they run; a way over links is paid by the byte)\n");
    for (index, class) in model.classes.iter().enumerate() {
        let Some(rate) = class.feed else {
            continue;
        };
        for &pool in &class.pools {
            let ways = &model.network.feeds[index * model.pools.len() + pool.index()];
            let ways: Vec<String> = ways.iter().map(|way| way_of(model, way)).collect();
            let _ = writeln!(
                out,
                "  {} in {}: {} per GPU from {}",
                plain(&class.name),
                plain(&model.pool(pool).name),
                bytes_rate(rate),
                plain(&ways.join(", else "))
            );
        }
    }
}

/// Where classes send their checkpoints.
fn checkpoints(model: &Model, out: &mut String) {
    if !model.syncs_checkpoints() {
        return;
    }
    out.push_str("\ncheckpoints (elsewhere a job goes on from the newest that came home)\n");
    for class in &model.classes {
        let Some(home) = class.checkpoint_home else {
            continue;
        };
        let storage = home.storage.map(|storage| {
            let name = &model.network.storages[usize::from(storage)].name;
            format!("{} at ", plain(name))
        });
        let _ = writeln!(
            out,
            "  {}: {} GB each go to {}{}",
            plain(&class.name),
            home.size.0 as f64 / 1e9,
            storage.unwrap_or_default(),
            site(model, home.site)
        );
    }
}

fn way_of(model: &Model, way: &Route) -> String {
    let names = way.links.iter().map(|&lane| {
        let storage = model.network.storage(lane);
        storage.map_or_else(
            || model.network.link(lane).name.as_str(),
            |storage| storage.name.as_str(),
        )
    });
    names.collect::<Vec<&str>>().join(" over ")
}

/// In bytes, as storage is sold; what nobody wrote is without limit.
fn bytes_rate(rate: Bandwidth) -> String {
    if rate.0 >= 1_000_000_000_000_000_000 {
        return "any rate".to_owned();
    }
    let units = [(1e12, "TB/s"), (1e9, "GB/s"), (1e6, "MB/s")];
    let bytes = rate.0 as f64;
    let unit = units.into_iter().find(|&(unit, _)| unit <= bytes);
    let (unit, name) = unit.unwrap_or((1e3, "kB/s"));
    let text = format!("{:.2}", bytes / unit);
    let text = text.trim_end_matches('0').trim_end_matches('.');
    format!("{text} {name}")
}

fn described(model: &Model, link: &Link) -> String {
    let cost = link.price.map_or_else(
        || format!("egress of {}", site(model, link.from)),
        |flat| price(model, flat),
    );
    format!(
        "{}: {} to {}, {}, {}, {} ms, {cost}",
        plain(&link.name),
        site(model, link.from),
        site(model, link.to),
        link.kind.name(),
        rate(link.bandwidth),
        link.latency.0,
    )
}

/// What crosses links all the time, what losses leave to one transfer, and who steers whom.
fn traffic(model: &Model, out: &mut String) {
    for load in &model.network.background {
        let link = model.network.link(load.lanes[0]);
        let kind = format!("{:?}", load.traffic).to_lowercase();
        let (from, to) = (site(model, link.from), site(model, link.to));
        let _ = writeln!(
            out,
            "  {} from {from} to {to} carries {} of {kind} all the time",
            plain(&link.name),
            rate(load.rate)
        );
    }
    for (links, &limit) in &model.network.limits {
        let names = links
            .iter()
            .map(|&link| model.network.link(link).name.as_str());
        let names: Vec<&str> = names.collect();
        let _ = writeln!(
            out,
            "  one transfer over {} moves at most at {}: packets are lost",
            plain(&names.join(" + ")),
            rate(limit)
        );
    }
    for (to, from) in model.network.steered.iter().enumerate() {
        if let Some(from) = from {
            let (to, from) = (site(model, SiteId::from(to)), site(model, *from));
            let _ = writeln!(out, "  {to} is steered from {from}");
        }
    }
}

fn site(model: &Model, site: SiteId) -> String {
    plain(&model.sites[site.index()].name).into_owned()
}

fn price(model: &Model, price: BytePrice) -> String {
    format!("{} {}/GB", price.0 as f64 / 1e6, model.currency)
}

/// In bits, as networks are sold.
fn rate(bandwidth: Bandwidth) -> String {
    let bits = bandwidth.0 as f64 * 8.0;
    let units = [(1e12, "Tb/s"), (1e9, "Gb/s"), (1e6, "Mb/s")];
    let unit = units.into_iter().find(|&(unit, _)| unit <= bits);
    let (unit, name) = unit.unwrap_or((1e3, "kb/s"));
    let text = format!("{:.2}", bits / unit);
    format!(
        "{} {name}",
        text.trim_end_matches('0').trim_end_matches('.')
    )
}
