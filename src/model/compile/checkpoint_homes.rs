//! `on` and `sync_to` of checkpoints: where they lie, and where they go.

use crate::model::{CheckpointHome, Network};
use crate::scenario::{CheckpointSpec, Origin, ScenarioFile};
use crate::units::{Bytes, SiteId, parse_bytes};

use super::classes::{ClassDraft, written};
use super::context::Context;
use super::data;
use super::pools::PoolDraft;
use super::sites::Place;
use super::storages;

/// An exabyte: more is a slip of the hand.
const SIZE_MAX: Bytes = Bytes(1_000_000_000_000_000_000);

/// Where checkpoints of classes lie and go, once links and storages are known.
pub(super) fn attach(
    context: &mut Context,
    file: &ScenarioFile,
    (sites, classes): (&[Place], &mut [ClassDraft]),
    pools: &[PoolDraft],
    network: &Network,
) {
    for (spec, _) in file.class.items() {
        let Some((checkpoint, _)) = spec.checkpoint.here() else {
            continue;
        };
        let on = checkpoint.on.here().and_then(|(name, origin)| {
            let size = size(context, checkpoint, origin);
            let storage = storages::lookup(context, name, origin, network)?;
            Some((storage as u16, size?))
        });
        let home = home(context, checkpoint, sites, network);
        for (_, place) in written(file, classes)
            .into_iter()
            .filter(|(of, _)| std::ptr::eq(*of, spec))
        {
            let class = &mut classes[place].class;
            class.checkpoints_on = on;
            class.checkpoint_home = home.map(|(home, _)| home);
            let homes = class.pools.iter().map(|pool| &pools[pool.index()].pool);
            let mut lost = homes
                .filter(|pool| home.is_some_and(|(home, _)| !meet(network, pool.site, home.site)));
            if let (Some(pool), Some((_, origin))) = (lost.next(), home) {
                let message = format!("checkpoints cannot go home from pool `{}`", pool.name);
                let fix = "add a [[link]] on the way, both ways, or name other `pools`";
                context.fault(origin, message, fix);
                break;
            }
        }
    }
}

/// Whether data can go from one site to another and back.
fn meet(network: &Network, one: SiteId, other: SiteId) -> bool {
    let leads = |from, to| !network.routes(from, to).is_empty();
    one == other || leads(one, other) && leads(other, one)
}

fn home(
    context: &mut Context,
    spec: &CheckpointSpec,
    sites: &[Place],
    network: &Network,
) -> Option<(CheckpointHome, Origin)> {
    let (name, origin) = spec.sync_to.here()?;
    let size = size(context, spec, origin);
    let storage = storages::named(context, name, origin, sites, network);
    let site = match storage {
        Some(storage) => Some(network.storages[storage].site),
        None => data::site(context, name, origin, sites),
    };
    let home = CheckpointHome {
        site: site?,
        storage: storage.map(|storage| storage as u16),
        size: size?,
    };
    Some((home, origin))
}

fn size(context: &mut Context, spec: &CheckpointSpec, origin: Origin) -> Option<Bytes> {
    let example = "size = \"900 GB\"";
    context.required(&spec.size, origin, "the size of a checkpoint", example);
    let size = parse_bytes(spec.size.value()?).ok()?;
    if size == Bytes(0) || SIZE_MAX < size {
        let origin = spec.size.origin().unwrap_or(origin);
        let fix = "write more than zero and at most 1000 PB";
        context.fault(origin, "this size of a checkpoint is out of range", fix);
        return None;
    }
    Some(size)
}
