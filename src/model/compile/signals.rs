//! What triggers of `[[failover]]` watch beside places and queues: prices that rise, links that are blocked, storages that
//! are slow or read a lot, memory of GPUs, artifacts that fail or cannot be read.

use crate::model::failover::{Level, Signal};
use crate::scenario::{Origin, TriggerSpec};
use crate::units::{Bytes, LinkId, PoolId, SiteId};

use super::blocks;
use super::classes::ClassDraft;
use super::context::Context;
use super::failovers::Known;
use super::selector;
use super::triggers;

/// As how many times what it was at the start a price is too high, in millionths, and when that is over.
pub(super) fn rise(context: &mut Context, spec: &TriggerSpec, table: Origin) -> Option<Level> {
    let what = "as how many times what it was at the start";
    context.required(&spec.times, table, what, "times = 1.5")?;
    let millionths = |times: f64| (times * 1e6).round() as u64;
    let above = context.number(&spec.times, 0.01, 1e6).map(millionths)?;
    let clear = context.number(&spec.until_times, 0.0, 1e6).map(millionths);
    let at = spec.until_times.origin();
    Some(triggers::level(context, (above, clear), at))
}

/// Links that must not be used for something.
pub(super) fn blocked(
    context: &mut Context,
    spec: &TriggerSpec,
    table: Origin,
    known: Known<'_>,
) -> Option<Signal> {
    let example = "use = \"checkpoint-sync\" (or data-sets, results, feeds, restores)";
    let (&used_for, _) = context.required(&spec.used_for, table, "what is blocked", example)?;
    let all = &known.network.links;
    let mut names: Vec<&str> = all.iter().map(|link| link.name.as_str()).collect();
    names.dedup();
    let named = selector::names(context, &spec.links, "link", &names);
    let is_meant = |id: &LinkId| {
        let named = named.as_ref();
        named.is_none_or(|named| named.contains(&all[id.index()].name))
    };
    let found: Vec<LinkId> = (0..all.len()).map(LinkId::from).filter(is_meant).collect();
    if found.is_empty() && context.problems.is_empty() {
        context.fault(table, "there is no link to be blocked", "add a [[link]]");
    }
    Some(Signal::Blocked(found, blocks::use_of(used_for)))
}

/// Storages that give at most a share of their rate.
pub(super) fn slow(
    context: &mut Context,
    spec: &TriggerSpec,
    table: Origin,
    known: Known<'_>,
) -> Option<Signal> {
    let what = "the share of its rate that it gives at most";
    context.required(&spec.share, table, what, "share = 0.5")?;
    let share = context.number(&spec.share, 0.0, 0.999)?;
    let found = storages(context, spec, known);
    if found.is_empty() && context.problems.is_empty() {
        context.fault(table, "there is no storage to be slow", "add a [[storage]]");
    }
    Some(Signal::StorageSlow(found, (share * 1e3).round() as u32))
}

/// What the reading of the storages is called that a trigger is about.
fn storages(context: &mut Context, spec: &TriggerSpec, known: Known<'_>) -> Vec<LinkId> {
    let all = &known.network.storages;
    let names: Vec<&str> = all.iter().map(|storage| storage.name.as_str()).collect();
    let named = selector::names(context, &spec.storages, "storage", &names);
    let of = all.iter().enumerate().filter(|(_, storage)| {
        let named = named.as_ref();
        named.is_none_or(|named| named.contains(&storage.name))
    });
    of.map(|(index, _)| known.network.reading(index)).collect()
}

/// Storages from which a large share of what they can give is read.
pub(super) fn throughput(
    context: &mut Context,
    (spec, table): (&TriggerSpec, Origin),
    known: Known<'_>,
    level: Level,
) -> Option<Signal> {
    let found = storages(context, spec, known);
    if found.is_empty() && context.problems.is_empty() {
        let message = "there is no storage to read from";
        context.fault(table, message, "add a [[storage]]");
    }
    let feeds = known.classes.iter().any(|draft| draft.class.feed.is_some());
    if !feeds && context.problems.is_empty() {
        let message = "nothing reads while it runs, so nothing is ever read from a storage";
        let fix = "add feed = \"1.2 GB/s per GPU\" to a [[class]]";
        context.fault(table, message, fix);
    }
    (!found.is_empty()).then_some(Signal::StorageThroughput(found, level))
}

/// Pools of whose memory a large share is needed.
pub(super) fn memory(
    context: &mut Context,
    (spec, table): (&TriggerSpec, Origin),
    known: Known<'_>,
    level: Level,
) -> Signal {
    let pools = triggers::meant(context, spec, table, known);
    let mut sized: Vec<(PoolId, Bytes)> = Vec::new();
    let mut unknown: Vec<&str> = Vec::new();
    for &pool in &pools {
        let gpu = known.pools[pool.index()].pool.gpu.as_str();
        match known.gpus.memory(context, gpu) {
            Some(has) => sized.push((pool, has)),
            None if unknown.contains(&gpu) => {}
            None => {
                unknown.push(gpu);
                let message = format!("how much memory GPU type `{gpu}` has is not known");
                let fix = format!("add memory = \"80 GiB\" to the [[gpu]] `{gpu}`");
                context.fault(table, message, fix);
            }
        }
    }
    let meets = |draft: &&ClassDraft| draft.class.pools.iter().any(|pool| pools.contains(pool));
    let there: Vec<&ClassDraft> = known.classes.iter().filter(meets).collect();
    let says = |draft: &&&ClassDraft| draft.class.memory.is_some();
    if there.iter().filter(says).count() == 0 && context.problems.is_empty() {
        let message =
            "no class that may run here says `memory`: this would be the same as utilisation";
        let fix = "write on = \"utilisation\", or add memory = \"40 GiB\" to a [[class]]";
        context.fault(table, message, fix);
    }
    for draft in there.iter().filter(|draft| !says(draft)) {
        let what = format!("class {}: memory in use", draft.class.name);
        context.note_default(what, "all that its GPUs have");
    }
    Signal::MemoryUse(sized, level)
}

/// The sites that a trigger is about, ascending.
pub(super) fn sites(
    context: &mut Context,
    spec: &TriggerSpec,
    table: Origin,
    known: Known<'_>,
) -> Vec<SiteId> {
    let pools = triggers::meant(context, spec, table, known);
    let sites = pools.iter().map(|pool| known.pools[pool.index()].pool.site);
    let mut sites: Vec<SiteId> = sites.collect();
    sites.sort_unstable();
    sites.dedup();
    let mut artifacts = known.artifacts.iter();
    if context.problems.is_empty() && !artifacts.any(|data| data.artifact.is_some()) {
        context.fault(
            table,
            "nobody starts from an artifact here",
            "add an [[artifact]]",
        );
    }
    sites
}
