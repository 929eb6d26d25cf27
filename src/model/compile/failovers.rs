//! `[[failover]]`: where classes go when something fails, checked against what there is.

use std::collections::BTreeSet;

use crate::model::failover::{
    DOORS_MAX, FailBack, Failover, FailoverAction, Failovers, Objectives, Target, Trigger,
};
use crate::model::rules::{Condition, RuleOn, condition};
use crate::model::{Budgets, Dataset, Network, Services, Shape};
use crate::scenario::{
    FailBackKind, FailoverActionKind, FailoverSpec, NeedKind, Origin, ScenarioFile, TargetSpec,
};
use crate::units::{ClassId, PoolId, SiteId, Span};

use super::attributes::{Described, Situation};
use super::batches;
use super::classes::ClassDraft;
use super::context::Context;
use super::failover_classes;
use super::gpus::GpuTable;
use super::pools::PoolDraft;
use super::rules::within;
use super::selector;
use super::sites::Place;
use super::triggers;

/// What readers of failovers look things up in.
#[derive(Clone, Copy)]
pub(super) struct Known<'a> {
    pub(super) sites: &'a [Place],
    pub(super) pools: &'a [PoolDraft],
    pub(super) network: &'a Network,
    pub(super) services: &'a Services,
    pub(super) classes: &'a [ClassDraft],
    pub(super) shapes: &'a [Shape],
    pub(super) described: &'a Described,
    pub(super) budgets: &'a Budgets,
    pub(super) gpus: &'a GpuTable,
    pub(super) artifacts: &'a [Dataset],
}

/// All failovers.
pub(super) fn read(context: &mut Context, file: &ScenarioFile, known: Known<'_>) -> Failovers {
    let mut taken = BTreeSet::new();
    let mut list = Vec::new();
    let mut conditions: Vec<Vec<Option<Condition>>> = Vec::new();
    let mut objectives: Vec<Option<Objectives>> = vec![None; known.classes.len()];
    for (number, (spec, table)) in file.failover.items().enumerate() {
        let name = context.name(&spec.name, table, "failover", &mut taken);
        let Some(read) = failover(context, spec, (table, number), known) else {
            continue;
        };
        let (Some(name), (failover, when)) = (name, read) else {
            continue;
        };
        measure(context, spec, &failover.classes, known, &mut objectives);
        list.push(Failover { name, ..failover });
        conditions.push(when);
    }
    let first = file.failover.items().map(|(_, table)| table).next();
    if let (Some(table), true) = (first, context.problems.is_empty()) {
        note(context, file, &list);
        too_many(context, table, &list, known);
    }
    let shapes: Vec<ClassId> = known.shapes.iter().map(|shape| shape.class).collect();
    let sites: Vec<SiteId> = known.pools.iter().map(|draft| draft.pool.site).collect();
    let versions = known.described.versions;
    let Situation { jobs, targets, .. } = &known.described.start;
    Failovers::new(
        list,
        objectives,
        &shapes,
        &sites,
        |of, target, shape, pool| {
            let when = conditions[of][target].as_ref();
            let holds =
                |when: &Condition| when.holds(&[&jobs[shape * versions].0, &targets[pool.index()]]);
            when.is_none_or(|when| holds(when) == Some(true))
        },
    )
}

fn too_many(context: &mut Context, at: Origin, list: &[Failover], known: Known<'_>) {
    let sites: Vec<SiteId> = known.pools.iter().map(|draft| draft.pool.site).collect();
    let doors = Failovers::count_doors(list, &sites);
    if doors > DOORS_MAX {
        let message = format!("too many targets: {doors}, with what must be there first");
        let fix =
            format!("keep to {DOORS_MAX}: name fewer sites or classes in targets with `needs`");
        context.fault(at, message, fix);
    }
}

fn note(context: &mut Context, file: &ScenarioFile, list: &[Failover]) {
    for failover in list {
        let mut books = file.runbook.items();
        let has_book = books.any(|(book, _)| book.failover.value() == Some(&failover.name));
        let acts = !has_book && !matches!(failover.action, FailoverAction::Queue);
        if acts {
            context.note_default(
                format!("failover {}: reaction", failover.name),
                "none: nobody has to notice, decide or approve, so recovery is an optimistic lower bound",
            );
        }
    }
}

type Read = (Failover, Vec<Option<Condition>>);

fn failover(
    context: &mut Context,
    spec: &FailoverSpec,
    (table, number): (Origin, usize),
    known: Known<'_>,
) -> Option<Read> {
    let classes = failover_classes::read(context, spec, (table, number), known.classes);
    let example = "action = \"reroute\" (or queue, shed, degrade, move)";
    let action = context.required(&spec.action, table, "what a failover does", example);
    if spec.trigger.items().next().is_none() {
        let fix =
            "add a [[failover.trigger]], such as on = \"site-lost\", where = { sites = [\"…\"] }";
        context.fault(table, "nothing sets this failover off", fix);
    }
    let triggers: Vec<_> = spec
        .trigger
        .items()
        .filter_map(|(trigger, at)| triggers::read(context, trigger, at, known))
        .collect();
    let mut targets = Vec::new();
    let mut conditions = Vec::new();
    for (target, at) in spec.target.items() {
        let (target, when) = self::target(context, target, at, known);
        targets.push(target);
        conditions.push(when);
    }
    let (&action, origin) = action?;
    suits(context, spec, (action, origin), &classes, known);
    let action = action_of(action);
    let leaves = leaves(
        context,
        spec,
        table,
        (action, &triggers, &classes, &targets),
        known,
    );
    let classes = failover_classes::that_leave(context, spec, (table, classes), &leaves, known);
    let classes = batches::with_twins(classes, known.classes);
    let failover = Failover {
        name: String::new(),
        classes,
        triggers,
        targets,
        action,
        leaves,
        fail_back: match spec.fail_back.value() {
            Some(FailBackKind::AtOnce) => FailBack::AtOnce,
            Some(FailBackKind::Never) => FailBack::Never,
            Some(FailBackKind::AfterJob) | None => FailBack::AfterJob,
        },
        next_after: context.positive_span(&spec.next_after),
        cool_down: context.span(&spec.cool_down).unwrap_or(Span::ZERO),
    };
    Some((failover, conditions))
}

/// Words that contradict what it does.
fn suits(
    context: &mut Context,
    spec: &FailoverSpec,
    (action, at): (FailoverActionKind, Origin),
    classes: &[ClassId],
    known: Known<'_>,
) {
    use FailoverActionKind as A;
    let goes = matches!(action, A::Reroute | A::Move | A::Degrade);
    let first = spec.target.items().map(|(_, at)| at).next();
    match first {
        None if action == A::Reroute => {
            let fix = "add a [[failover.target]], such as where = { pools = [\"…\"] }";
            context.fault(at, "there is nowhere to go", fix);
        }
        Some(at) if !goes => {
            let fix = "leave the targets out, or write action = \"reroute\"";
            context.fault(at, "nobody goes to this target", fix);
        }
        _ => {}
    }
    if let (Some(origin), false) = (spec.leaves.origin(), action == A::Move) {
        let fix = "leave `leaves` out, or write action = \"move\"";
        context.fault(origin, "nobody leaves anything", fix);
    }
    if action == A::Degrade {
        for &class in classes {
            let has_batch = batches::twin_of(class, known.classes).is_some();
            let class = &known.classes[class.index()].class;
            if class.elastic.is_none() && !has_batch {
                let message = format!(
                    "class {} can do neither with fewer GPUs nor with smaller batches",
                    class.name
                );
                let fix = "add elastic = { min = … } or smaller_batch = { memory = …, slowdown = … } to the class";
                context.fault(at, message, fix);
            }
        }
    }
}

const fn action_of(kind: FailoverActionKind) -> FailoverAction {
    match kind {
        FailoverActionKind::Queue => FailoverAction::Queue,
        FailoverActionKind::Shed => FailoverAction::Shed,
        FailoverActionKind::Degrade => FailoverAction::Degrade,
        FailoverActionKind::Reroute => FailoverAction::Reroute,
        FailoverActionKind::Move => FailoverAction::Move,
    }
}

/// The pools that `move` leaves: those that are said, else those of the triggers; all of the classes' own where these
/// name none. Never a target.
fn leaves(
    context: &mut Context,
    spec: &FailoverSpec,
    table: Origin,
    (action, triggers, classes, targets): (FailoverAction, &[Trigger], &[ClassId], &[Target]),
    known: Known<'_>,
) -> Vec<PoolId> {
    if action != FailoverAction::Move {
        return Vec::new();
    }
    let mut left: Vec<PoolId> = if spec.leaves.is_absent() {
        let of_trigger = |trigger| triggers::pools(trigger, known);
        triggers.iter().flat_map(of_trigger).collect()
    } else {
        selector::pools(
            context,
            &spec.leaves,
            table,
            known.sites,
            known.pools,
            |_| true,
        )
    };
    if left.is_empty() {
        let own = classes.iter();
        let own = own.flat_map(|class| known.classes[class.index()].class.pools.iter().copied());
        left = own.collect();
    }
    let is_target = |pool: &PoolId| targets.iter().any(|target| target.pools.contains(pool));
    left.retain(|pool| !is_target(pool));
    left.sort_unstable();
    left.dedup();
    left
}

fn target(
    context: &mut Context,
    spec: &TargetSpec,
    table: Origin,
    known: Known<'_>,
) -> (Target, Option<Condition>) {
    let example = "where = { pools = [\"…\"] }";
    context.required(&spec.selector, table, "where a target is", example);
    let meant = selector::pools(
        context,
        &spec.selector,
        table,
        known.sites,
        known.pools,
        |_| true,
    );
    let when = spec.when.here().and_then(|(when, origin)| {
        match condition(when, RuleOn::Run, &known.described.vocabulary) {
            Ok(condition) => Some(condition),
            Err(fault) => {
                let place = within(context, origin, when, (fault.start, fault.end));
                context.fault(place, fault.message, fault.fix);
                None
            }
        }
    });
    let needs = |kind| spec.needs.items().any(|(need, _)| *need == kind);
    let target = Target {
        pools: meant,
        needs_replica: needs(NeedKind::Replica),
        needs_checkpoint: needs(NeedKind::Checkpoint),
    };
    (target, when)
}

/// What losses are measured by.
fn measure(
    context: &mut Context,
    spec: &FailoverSpec,
    classes: &[ClassId],
    known: Known<'_>,
    all: &mut [Option<Objectives>],
) {
    let time = context.positive_span(&spec.recovery_time);
    let point = context.span(&spec.recovery_point);
    for &class in classes {
        let told = all[class.index()].get_or_insert_default();
        let fields = [
            (&mut told.time, time, &spec.recovery_time, "recovery_time"),
            (
                &mut told.point,
                point,
                &spec.recovery_point,
                "recovery_point",
            ),
        ];
        for (own, said, field, word) in fields {
            if let (Some(before), Some(now)) = (*own, said)
                && before != now
                && let Some(origin) = field.origin()
            {
                let name = &known.classes[class.index()].class.name;
                let message = format!("class {name} has another `{word}` in another failover");
                context.fault(origin, message, "write it once");
            }
            *own = own.or(said);
        }
    }
}
