//! For which classes a `[[failover]]` is: those that it names, else all for whom it changes nothing in calm.

use crate::model::Class;
use crate::scenario::{FailoverActionKind, FailoverSpec, Origin, ScenarioFile};
use crate::units::{ClassId, PoolId};

use super::batches;
use super::classes::{self, ClassDraft};
use super::context::Context;
use super::failovers::Known;
use super::gpus::GpuTable;
use super::pools::PoolDraft;
use super::selector;
use super::sites::Place;
use super::traces::Feed;

/// Kinds of work; the targets of failovers may hold them, too.
pub(super) fn classes_of(
    context: &mut Context,
    file: &ScenarioFile,
    places: (&[Place], &[PoolDraft], &GpuTable),
    feeds: &[Feed<'_>],
) -> Vec<ClassDraft> {
    let mut classes = classes::read(context, file, places.1, places.2, feeds);
    batches::add(context, file, (places.1, places.2), &mut classes);
    widen(context, file, places, &mut classes);
    batches::check(context, file, &classes);
    classes
}

/// Pools that are targets of a class may hold it, whatever else the class says of pools. A failover that names no class
/// is for those that run in none of its targets anyway, and may go to one.
fn widen(
    context: &mut Context,
    file: &ScenarioFile,
    (sites, pools, gpus): (&[Place], &[PoolDraft], &GpuTable),
    classes: &mut [ClassDraft],
) {
    let before: Vec<Vec<PoolId>> = classes
        .iter()
        .map(|draft| draft.class.pools.clone())
        .collect();
    for (number, (spec, _)) in file.failover.items().enumerate() {
        let mut targets = Vec::new();
        for (target, table) in spec.target.items() {
            // What is wrong with it is told when it is read.
            let before = context.problems.clone();
            let meant = selector::pools(context, &target.selector, table, sites, pools, |_| true);
            context.problems = before;
            targets.extend(meant);
        }
        for (name, origin) in spec.classes.items() {
            let Some(place) = classes.iter().position(|draft| draft.class.name == *name) else {
                continue;
            };
            let class = &mut classes[place].class;
            add(context, class, &targets, (pools, gpus), origin);
            widen_batch(context, spec, (classes, place), &targets, (pools, gpus));
        }
        if !spec.classes.is_absent() {
            continue;
        }
        for (place, own) in before.iter().enumerate() {
            let draft = &classes[place];
            if draft.twin_of.is_some() {
                continue;
            }
            let suited = suited(context, &draft.class, &targets, (pools, gpus));
            let runs_there = targets.iter().any(|pool| own.contains(pool));
            let goes = widen_batch(context, spec, (classes, place), &targets, (pools, gpus));
            let follows = targets.is_empty() || (goes || !suited.is_empty()) && !runs_there;
            if follows {
                classes[place].follows.push(number);
                put(&mut classes[place].class, suited);
            }
        }
    }
}

/// Of some pools, those that a class may use.
fn suited(
    context: &mut Context,
    class: &Class,
    targets: &[PoolId],
    (pools, gpus): (&[PoolDraft], &GpuTable),
) -> Vec<PoolId> {
    let mut suited = targets.to_vec();
    suited.retain(|pool| {
        let of = &pools[pool.index()].pool;
        (class.burst || !of.is_rented()) && has_memory(context, class, &of.gpu, gpus)
    });
    suited
}

/// Where a failover has jobs make do with less, its targets may hold smaller batches of a class, too. Returns whether any
/// does.
fn widen_batch(
    context: &mut Context,
    spec: &FailoverSpec,
    (classes, of): (&mut [ClassDraft], usize),
    targets: &[PoolId],
    places: (&[PoolDraft], &GpuTable),
) -> bool {
    let degrades = spec.action.value() == Some(&FailoverActionKind::Degrade);
    let twin = batches::twin_of(ClassId::from(of), classes).filter(|_| degrades);
    let Some(twin) = twin else {
        return false;
    };
    let class = &mut classes[twin.index()].class;
    let suited = suited(context, class, targets, places);
    let goes = !suited.is_empty();
    put(class, suited);
    goes
}

fn put(class: &mut Class, more: Vec<PoolId>) {
    class.pools.extend(more);
    class.pools.sort_unstable();
    class.pools.dedup();
}

fn has_memory(context: &mut Context, class: &Class, gpu: &str, gpus: &GpuTable) -> bool {
    class.memory.is_none_or(|asked| {
        let has = gpus.memory(context, gpu);
        has.is_some_and(|has| asked <= has)
    })
}

fn add(
    context: &mut Context,
    class: &mut Class,
    meant: &[PoolId],
    (pools, gpus): (&[PoolDraft], &GpuTable),
    at: Origin,
) {
    for &pool in meant {
        let of = &pools[pool.index()].pool;
        if of.is_rented() && !class.burst {
            let message = format!(
                "class {} must not leave owned capacity, and target {} is rented",
                class.name, of.name
            );
            context.fault(at, message, "write burst = true, or name owned targets");
            return;
        }
        if has_memory(context, class, &of.gpu, gpus) && !class.pools.contains(&pool) {
            class.pools.push(pool);
        }
    }
    class.pools.sort_unstable();
}

/// The classes that are named, or else meant.
pub(super) fn read(
    context: &mut Context,
    spec: &FailoverSpec,
    (table, number): (Origin, usize),
    drafts: &[ClassDraft],
) -> Vec<ClassId> {
    if spec.classes.is_absent() {
        let meant = drafts.iter().enumerate();
        let meant = meant.filter(|(_, draft)| draft.follows.contains(&number));
        let meant: Vec<ClassId> = meant.map(|(class, _)| ClassId::from(class)).collect();
        if meant.is_empty() {
            let message = "no class could go to these targets that does not run there anyway";
            context.fault(
                table,
                message,
                "add classes = [\"…\"], or name other targets",
            );
        }
        return meant;
    }
    let own = |draft: &&ClassDraft| draft.twin_of.is_none();
    let names = drafts.iter().filter(own);
    let names: Vec<&str> = names.map(|draft| draft.class.name.as_str()).collect();
    if spec.classes.items().next().is_none() {
        context.fault(table, "a failover of no class", "add classes = [\"…\"]");
    }
    let mut found = Vec::new();
    for (name, origin) in spec.classes.items() {
        match names.iter().position(|known| known == name) {
            Some(class) => found.push(ClassId::from(class)),
            None => context.unknown(origin, "class", name, &names),
        }
    }
    found.sort_unstable();
    found.dedup();
    found
}

/// Of the classes of a failover that moves them without naming a target, those that have somewhere else to go.
pub(super) fn that_leave(
    context: &mut Context,
    spec: &FailoverSpec,
    (table, classes): (Origin, Vec<ClassId>),
    leaves: &[PoolId],
    known: Known<'_>,
) -> Vec<ClassId> {
    let moves = spec.action.value() == Some(&FailoverActionKind::Move);
    if !moves || spec.target.items().next().is_some() || classes.is_empty() {
        return classes;
    }
    let goes = |class: &ClassId| {
        let pools = &known.classes[class.index()].class.pools;
        pools.iter().any(|pool| !leaves.contains(pool))
    };
    let (go, stay): (Vec<ClassId>, Vec<ClassId>) = classes.iter().partition(|class| goes(class));
    if spec.classes.is_absent() {
        if go.is_empty() {
            let message = "no class has anywhere else to go than what is left";
            let fix = "leave less with `leaves`, or add a [[failover.target]]";
            context.fault(table, message, fix);
        }
        return go;
    }
    if let Some(class) = stay.first() {
        let name = &known.classes[class.index()].class.name;
        let at = spec.classes.origin().unwrap_or(table);
        let message = format!("class {name} has nowhere else to go than what is left");
        let fix = "add a [[failover.target]], such as where = { pools = [\"…\"] }";
        context.fault(at, message, fix);
    }
    classes
}
