//! `smaller_batch` of a class: its jobs go on with less memory, and slower, where a failover has them make do. Jobs that
//! do so belong to a twin of their class, so that placement, which goes by shapes, needs to know nothing of it.

use crate::model::{Batch, Class, Elastic, Rhythm, Shape, Twin};
use crate::scenario::{ClassSpec, FailoverActionKind, Origin, ScenarioFile, SmallerBatchSpec};
use crate::units::{Bytes, ClassId, PoolId, parse_bytes};

use super::classes::{self, ClassDraft, Matching};
use super::context::Context;
use super::gpus::GpuTable;
use super::pools::PoolDraft;
use super::rhythms;

/// Adds a twin for each class that can go on with smaller batches.
pub(super) fn add(
    context: &mut Context,
    file: &ScenarioFile,
    (pools, gpus): (&[PoolDraft], &GpuTable),
    drafts: &mut Vec<ClassDraft>,
) {
    for (spec, _) in file.class.items() {
        let Some((batch, at)) = spec.smaller_batch.here() else {
            continue;
        };
        let named = |draft: &&ClassDraft| Some(&draft.class.name) == spec.name.value();
        let Some(original) = drafts.iter().find(named) else {
            continue;
        };
        let Some((memory, slowdown)) = read(context, (batch, at), &original.class) else {
            continue;
        };
        let mut more = roomy(context, spec, file, (pools, gpus, memory));
        more.extend(&original.class.pools);
        more.sort_unstable();
        more.dedup();
        let twin = ClassDraft {
            class: Class {
                name: format!("{} with smaller batches", original.class.name),
                pools: more,
                memory: Some(memory),
                ..original.class.clone()
            },
            used_for: original.used_for,
            follows: Vec::new(),
            speed: original.speed.clone(),
            requested_default: original.requested_default,
            // No job of the demand is of this class by itself.
            matching: Some(Matching {
                least: 1,
                most: 0,
                class: None,
                tenant: None,
            }),
            checkpoints: original.checkpoints,
            twin_of: Some(original.class.name.clone()),
            batch: Some(slowdown),
        };
        drafts.push(twin);
    }
}

/// How much memory a smaller batch needs, and how many times as long it takes in thousandths.
fn read(
    context: &mut Context,
    (spec, at): (&SmallerBatchSpec, Origin),
    class: &Class,
) -> Option<(Bytes, u32)> {
    let what = "the memory that a smaller batch needs";
    context.required(&spec.memory, at, what, "memory = \"40 GB\"");
    let what = "how many times as long a smaller batch takes";
    context.required(&spec.slowdown, at, what, "slowdown = 1.25");
    let memory = context.quantity(&spec.memory, parse_bytes);
    let slowdown = context.number(&spec.slowdown, 1.0, 100.0);
    let Some(usual) = class.memory else {
        if context.problems.is_empty() {
            let message = format!(
                "class {} does not say how much `memory` it needs otherwise",
                class.name
            );
            context.fault(at, message, "add memory = \"80 GB\" to the class");
        }
        return None;
    };
    let (memory, slowdown) = (memory?, slowdown?);
    if usual <= memory {
        let message = format!(
            "a smaller batch that needs {} needs no less than the usual {}",
            memory.words(),
            usual.words()
        );
        let fix = format!("write less than {}", usual.words());
        context.fault(spec.memory.origin().unwrap_or(at), message, fix);
        return None;
    }
    Some((memory, (slowdown * 1e3).round() as u32))
}

/// Pools that may hold a class and whose GPUs have so much memory.
fn roomy(
    context: &mut Context,
    spec: &ClassSpec,
    file: &ScenarioFile,
    (pools, gpus, memory): (&[PoolDraft], &GpuTable, Bytes),
) -> Vec<PoolId> {
    // What is wrong with where it may run is told when the class is read.
    let before = context.problems.clone();
    let mut allowed = classes::allowed(context, spec, file, pools);
    context.problems = before;
    let burst = spec.burst.value().copied().unwrap_or(true);
    allowed.retain(|pool| {
        let of = &pools[pool.index()].pool;
        let has = gpus.memory(context, &of.gpu);
        (burst || !of.is_rented()) && has.is_some_and(|has| memory <= has)
    });
    allowed
}

/// Reports smaller batches that nobody ever uses, or that find no more room.
pub(super) fn check(context: &mut Context, file: &ScenarioFile, drafts: &[ClassDraft]) {
    if !context.problems.is_empty() {
        return;
    }
    for (spec, _) in file.class.items() {
        let Some((batch, at)) = spec.smaller_batch.here() else {
            continue;
        };
        let named = |draft: &ClassDraft| Some(&draft.class.name) == spec.name.value();
        let Some(own) = drafts.iter().position(named) else {
            continue;
        };
        let original = &drafts[own];
        let Some(twin) = twin_of(ClassId::from(own), drafts) else {
            continue;
        };
        let name = &original.class.name;
        let mut failovers = file.failover.items().enumerate();
        let used = failovers.any(|(number, (failover, _))| {
            let mut named = failover.classes.items();
            let meant = named.any(|(class, _)| class == name) || original.follows.contains(&number);
            meant && failover.action.value() == Some(&FailoverActionKind::Degrade)
        });
        if !used {
            let message = format!("nothing ever has class {name} go on with smaller batches");
            let fix = "add a [[failover]] with action = \"degrade\" for it";
            context.fault(at, message, fix);
        } else if drafts[twin.index()].class.pools == original.class.pools {
            let least = batch.memory.value().map_or("", String::as_str);
            let message = format!(
                "no other pool that may hold class {name} has GPUs with {least}: smaller batches would only be slower"
            );
            let fix =
                "ask for less, or widen `pools`, `sites`, `burst` or the targets of its failovers";
            context.fault(at, message, fix);
        }
    }
}

/// The class that stands for smaller batches of a class.
pub(super) fn twin_of(class: ClassId, drafts: &[ClassDraft]) -> Option<ClassId> {
    let name = &drafts[class.index()].class.name;
    let is_it = |draft: &ClassDraft| draft.batch.is_some() && draft.twin_of.as_ref() == Some(name);
    drafts.iter().position(is_it).map(ClassId::from)
}

/// Classes, and those that stand for smaller batches of them, ascending.
pub(super) fn with_twins(classes: Vec<ClassId>, drafts: &[ClassDraft]) -> Vec<ClassId> {
    let twins = classes.iter().filter_map(|&class| twin_of(class, drafts));
    let twins: Vec<ClassId> = twins.collect();
    let mut all = classes;
    all.extend(twins);
    all.sort_unstable();
    all
}

/// All classes that can go on with smaller batches.
pub(super) fn of(drafts: &[ClassDraft]) -> Vec<Batch> {
    let ids = (0..drafts.len()).map(ClassId::from);
    let batch = |of: ClassId| {
        let class = twin_of(of, drafts)?;
        let slowdown = drafts[class.index()].batch?;
        Some(Batch {
            of,
            class,
            slowdown,
        })
    };
    ids.filter_map(batch).collect()
}

/// Each class that stands for smaller batches with the class that it stands for.
pub(super) fn pairs(drafts: &[ClassDraft]) -> Vec<Twin> {
    let twin = |batch: Batch| Twin {
        of: batch.of,
        class: batch.class,
    };
    of(drafts).into_iter().map(twin).collect()
}

/// What each shape of request does: when it writes checkpoints, and with which sizes it can go on.
pub(super) fn of_shapes(
    shapes: &[Shape],
    classes: &[ClassDraft],
    pools: &[PoolDraft],
) -> (Vec<Rhythm>, Elastic) {
    let terms = |shape: &Shape| classes[shape.class.index()].class.elastic;
    (
        rhythms::of(classes, pools, shapes),
        Elastic::of(shapes, terms).with_batches(shapes, of(classes)),
    )
}
