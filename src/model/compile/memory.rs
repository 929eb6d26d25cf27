//! `memory` of a class: which pools have GPUs with as much.

use crate::model::Class;
use crate::scenario::{ClassSpec, CutoverSpec};
use crate::units::{Bytes, PoolId};

use super::context::Context;
use super::gpus::GpuTable;
use super::pools::PoolDraft;

/// Of the pools that may hold a class, those whose GPUs have the memory that it asks for.
pub(super) fn roomy(
    context: &mut Context,
    spec: &ClassSpec,
    asked: Option<Bytes>,
    allowed: Vec<PoolId>,
    (drafts, gpus): (&[PoolDraft], &GpuTable),
) -> Vec<PoolId> {
    let (Some(asked), Some(at)) = (asked, spec.memory.origin()) else {
        return allowed;
    };
    let mut most: Option<(Bytes, &str)> = None;
    let mut roomy = Vec::new();
    let mut unknown: Vec<&str> = Vec::new();
    for &pool in &allowed {
        let gpu = drafts[pool.index()].pool.gpu.as_str();
        match gpus.memory(context, gpu) {
            Some(has) if asked <= has => roomy.push(pool),
            Some(has) => most = most.max(Some((has, gpu))),
            None if unknown.contains(&gpu) => {}
            None => {
                unknown.push(gpu);
                let message = format!("how much memory GPU type `{gpu}` has is not known");
                let fix = format!("add memory = \"80 GiB\" to the [[gpu]] `{gpu}`");
                context.fault(at, message, fix);
            }
        }
    }
    if let (Some((has, gpu)), true, true) = (most, roomy.is_empty(), context.problems.is_empty()) {
        let message = format!(
            "no pool that may hold this class has GPUs with {} (most: {gpu} with {})",
            asked.words(),
            has.words()
        );
        let fix = "ask for less, or widen `pools`, `sites` or `burst`";
        context.fault(at, message, fix);
    }
    roomy
}

/// Reports pools to which a class is cut over that do not have the memory which it asks for.
pub(super) fn check_cutover(
    context: &mut Context,
    spec: &CutoverSpec,
    class: &Class,
    to: &[PoolId],
    (drafts, gpus): (&[PoolDraft], &GpuTable),
) {
    let (Some(asked), Some(at)) = (class.memory, spec.to.origin()) else {
        return;
    };
    for pool in to {
        let pool = &drafts[pool.index()].pool;
        let has = gpus.memory(context, &pool.gpu);
        if has.is_some_and(|has| asked <= has) {
            continue;
        }
        let has = has.map_or_else(|| "an unknown amount".to_owned(), Bytes::words);
        let message = format!(
            "class {} asks for GPUs with {}, and those of {} have {has}",
            class.name,
            asked.words(),
            pool.name
        );
        context.fault(at, message, "name other pools, or ask for less memory");
    }
}
