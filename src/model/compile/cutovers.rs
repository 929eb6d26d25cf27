//! Shares of classes that go elsewhere from a phase on. Jobs that are cut over belong to a twin of their class that
//! may use other pools, so that placement, which goes by shapes, needs to know nothing of it.

use crate::model::{Change, Class, Labelled, Shape, Twin};
use crate::scenario::{CutoverSpec, Origin, PhaseSpec, ScenarioFile};
use crate::units::{ClassId, PoolId, ShapeId};

use super::batches;
use super::classes::{ClassDraft, Matching};
use super::context::Context;
use super::gpus::GpuTable;
use super::memory;
use super::orders::named;
use super::phases::class_named;
use super::pools::PoolDraft;

/// One cutover that was understood.
struct Cutover {
    /// Where its table was written.
    table: Origin,
    of: ClassId,
    twin: ClassId,
    share: u32,
}

/// All cutovers, and the classes that stand for smaller batches of others.
#[derive(Default)]
pub(super) struct Twins {
    cutovers: Vec<Cutover>,
    batches: Vec<Twin>,
}

/// Reads the cutovers of all phases, and adds a twin for each.
pub(super) fn read(
    context: &mut Context,
    file: &ScenarioFile,
    pools: &[PoolDraft],
    gpus: &GpuTable,
    classes: &mut Vec<ClassDraft>,
) -> Twins {
    let own: Vec<String> = classes
        .iter()
        .filter(|draft| draft.twin_of.is_none())
        .map(|draft| draft.class.name.clone())
        .collect();
    let known: Vec<&str> = own.iter().map(String::as_str).collect();
    let mut twins = Twins {
        cutovers: Vec::new(),
        batches: batches::pairs(classes),
    };
    let cutovers = file
        .phase
        .items()
        .flat_map(|(phase, _)| phase.cutover.items());
    for (spec, table) in cutovers {
        let Some((of, to, share)) = cutover(context, spec, table, pools, &known) else {
            continue;
        };
        let original = &classes[of.index()];
        memory::check_cutover(context, spec, &original.class, &to, (pools, gpus));
        let names: Vec<&str> = to
            .iter()
            .map(|pool| pools[pool.index()].pool.name.as_str())
            .collect();
        let name = format!("{} on {}", original.class.name, names.join(", "));
        let twin = ClassId::from(classes.len());
        classes.push(ClassDraft {
            class: Class {
                name,
                pools: to,
                burst: true,
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
            batch: None,
        });
        twins.cutovers.push(Cutover {
            table,
            of,
            twin,
            share,
        });
    }
    twins
}

fn cutover(
    context: &mut Context,
    spec: &CutoverSpec,
    table: Origin,
    pools: &[PoolDraft],
    known: &[&str],
) -> Option<(ClassId, Vec<PoolId>, u32)> {
    let class = context.required(
        &spec.class,
        table,
        "the class of a cutover",
        "class = \"…\"",
    );
    let class = class.and_then(|(name, at)| class_named(context, name, at, known));
    context.required(&spec.share, table, "the share of a cutover", "share = 0.3");
    let share = context.number(&spec.share, 0.0, 1.0);
    context.required(&spec.to, table, "where a cutover leads", "to = [\"…\"]");
    let mut to = Vec::new();
    for (name, at) in spec.to.items() {
        to.extend(named(context, name, at, pools));
    }
    if to.is_empty() {
        return None;
    }
    let share = (share? * 1e6).round() as u32;
    Some((class?, to, share))
}

impl Twins {
    /// Each twin with the class that it stands for.
    pub(super) fn pairs(&self) -> Vec<Twin> {
        let twin = |cutover: &Cutover| Twin {
            of: cutover.of,
            class: cutover.twin,
        };
        let cut_over = self.cutovers.iter().map(twin);
        self.batches.iter().copied().chain(cut_over).collect()
    }

    /// The changes that the cutovers of a phase are.
    pub(super) fn changes<'a>(&'a self, spec: &'a PhaseSpec) -> impl Iterator<Item = Change> + 'a {
        let tables = spec.cutover.items().map(|(_, table)| table);
        let found =
            tables.filter_map(|table| self.cutovers.iter().find(|cutover| cutover.table == table));
        found.map(|cutover| Change::Cutover {
            class: cutover.of,
            twin: (cutover.share > 0).then_some(cutover.twin),
            share: cutover.share,
        })
    }
}

/// By shape and twin class, the shape of a job that is cut over.
pub(super) fn shapes(twins: &Twins, shapes: &[Shape]) -> Vec<(ShapeId, ClassId, ShapeId)> {
    let mut found = Vec::new();
    for (index, shape) in shapes.iter().enumerate() {
        for cutover in twins
            .cutovers
            .iter()
            .filter(|cutover| cutover.of == shape.class)
        {
            let own = Labelled {
                class: cutover.twin,
                ..shape.labelled()
            };
            let place = Shape::find(shapes, (shape.gpus, own));
            found.extend(place.map(|at| (ShapeId::from(index), cutover.twin, at)));
        }
    }
    found.sort_unstable();
    found
}
