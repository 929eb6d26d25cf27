//! What triggers of `[[failover]]` watch beside places and queues: prices that rise, links that are blocked, storages that
//! are slow, artifacts that fail or cannot be read.

use crate::model::failover::{Level, Signal};
use crate::scenario::{Origin, TriggerSpec};
use crate::units::{LinkId, SiteId};

use super::blocks;
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
    let all = &known.network.storages;
    let names: Vec<&str> = all.iter().map(|storage| storage.name.as_str()).collect();
    let named = selector::names(context, &spec.storages, "storage", &names);
    let of = all.iter().enumerate().filter(|(_, storage)| {
        let named = named.as_ref();
        named.is_none_or(|named| named.contains(&storage.name))
    });
    let found: Vec<LinkId> = of.map(|(index, _)| known.network.reading(index)).collect();
    if found.is_empty() && context.problems.is_empty() {
        context.fault(table, "there is no storage to be slow", "add a [[storage]]");
    }
    Some(Signal::StorageSlow(found, (share * 1e3).round() as u32))
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
