//! What the jobs of every demand mean: class, tenant, shape, requested time.

use std::collections::BTreeMap;

use crate::model::{Demand, Labelled, Shape, Twin};
use crate::scenario::Problem;
use crate::trace::ImportReport;
use crate::units::{ClassId, MilliGpus};

use super::classes::ClassDraft;
use super::context::Context;
use super::errands::Errands;
use super::generated;
use super::initial::Draft;
use super::marking::Enrichment;
use super::pools::PoolDraft;
use super::recorded::{self, Sorted};
use super::run::Run;
use super::traces::{Feed, Jobs};

/// All that demand brings into the model.
pub(super) struct Intake {
    pub(super) tenants: Vec<String>,
    pub(super) shapes: Vec<Shape>,
    pub(super) demand: Vec<Demand>,
    pub(super) imports: Vec<ImportReport>,
    pub(super) unplaceable: u64,
    /// What is said of recorded jobs beside their trace.
    pub(super) enrichment: Enrichment,
}

/// How many jobs there are of each kind that placement tells apart.
pub(super) type Weights = BTreeMap<(MilliGpus, Labelled), u64>;

/// What all demands of a scenario share.
#[derive(Clone, Copy)]
pub(super) struct Frame<'a> {
    pub(super) run: &'a Run,
    pub(super) shapes: &'a [Shape],
    pub(super) tenants: &'a [String],
    pub(super) classes: &'a [ClassDraft],
}

/// Most shapes of request: ids are 16 bits.
const SHAPES_MAX: usize = 65_000;

pub(super) fn read(
    context: &mut Context,
    run: &Run,
    pools: &[PoolDraft],
    (classes, mut enrichment): (&[ClassDraft], Enrichment),
    feeds: &[Feed<'_>],
    (twins, begun, errands): (Vec<Twin>, &[Draft], &Errands),
) -> Intake {
    let mut tenants: Vec<String> = Vec::new();
    let mut weights = Weights::new();
    let mut unplaceable = 0;
    let mut sorted: Vec<Vec<Sorted>> = Vec::new();
    for feed in feeds {
        for tenant in feed.tenants() {
            if !tenants.contains(tenant) {
                tenants.push(tenant.clone());
            }
        }
        match &feed.jobs {
            Jobs::Trace(trace) => {
                let known = (pools, classes, &mut enrichment);
                let (kept, dropped) = recorded::sort(context, feed, trace, known);
                unplaceable += dropped;
                for job in &kept {
                    *weights.entry(job.key()).or_default() += 1;
                }
                sorted.push(kept);
            }
            Jobs::Generator(settings) => {
                unplaceable +=
                    generated::weigh(context, feed, settings, run, pools, classes, &mut weights);
                sorted.push(Vec::new());
            }
        }
    }
    for job in begun {
        *weights.entry((job.gpus, job.whose)).or_default() += 1;
        know(&mut tenants, &job.tenant);
    }
    for asked in errands.all() {
        weights.entry((asked.gpus, asked.class.into())).or_default();
        know(&mut tenants, &asked.tenant);
    }
    add_twins(&mut weights, &twins, pools, classes);
    if too_many(context, weights.len(), tenants.len()) {
        (weights, sorted) = (Weights::new(), Vec::new());
    }
    let shapes = shapes_of(weights, classes);
    let frame = Frame {
        run,
        shapes: &shapes,
        tenants: &tenants,
        classes,
    };
    let mut demand = Vec::new();
    let mut imports = Vec::new();
    for (feed, kept) in feeds.iter().zip(sorted) {
        match &feed.jobs {
            Jobs::Trace(trace) => {
                let read = recorded::recorded(context, feed, trace, frame, (kept, &mut enrichment));
                demand.push(read);
                imports.push(trace.report.clone());
            }
            Jobs::Generator(settings) => {
                demand.push(generated::generated(context, feed, settings, frame));
            }
        }
    }
    Intake {
        tenants,
        shapes,
        demand,
        imports,
        unplaceable,
        enrichment,
    }
}

/// Adds who pays, unless it is known.
fn know(tenants: &mut Vec<String>, name: &String) {
    if !tenants.contains(name) {
        tenants.push(name.clone());
    }
}

/// Ids are small; reports if there are too many of them.
fn too_many(context: &mut Context, requests: usize, payers: usize) -> bool {
    let many = SHAPES_MAX < requests || usize::from(u16::MAX) < payers;
    if many {
        let message = format!("{requests} different requests and {payers} tenants");
        let fix = format!("keep both to {SHAPES_MAX}");
        context.problems.push(Problem::new(message, fix));
    }
    many
}

/// Jobs that are cut over have shapes of their own, where the other pools can hold them.
fn add_twins(weights: &mut Weights, twins: &[Twin], pools: &[PoolDraft], classes: &[ClassDraft]) {
    for twin in twins {
        let of = weights.iter().filter(|((_, of), _)| of.class == twin.of);
        let own = |of: Labelled| Labelled {
            class: twin.class,
            ..of
        };
        let keys: Vec<_> = of.map(|((gpus, of), _)| (*gpus, own(*of))).collect();
        let able = keys.into_iter();
        let able = able.filter(|(gpus, of)| holds(pools, classes, (*gpus, of.class)));
        // Nobody comes with a smaller batch.
        if classes[twin.class.index()].batch.is_some() {
            for key in able {
                weights.entry(key).or_default();
            }
            continue;
        }
        weights.extend(able.map(|key| (key, 1)).collect::<Vec<_>>());
    }
}

/// The shapes of all requests. Gangs that may go on with fewer GPUs are shapes of their own then, of which nobody
/// comes.
fn shapes_of(mut weights: Weights, classes: &[ClassDraft]) -> Vec<Shape> {
    let whole: Vec<(MilliGpus, Labelled)> = weights.keys().copied().collect();
    for (gpus, of) in whole {
        if let Some(terms) = classes[of.class.index()].class.elastic {
            for smaller in terms.sizes(gpus) {
                weights.entry((smaller, of)).or_default();
            }
        }
    }
    let shape = |((gpus, of), weight): ((MilliGpus, Labelled), u64)| Shape {
        gpus,
        class: of.class,
        labels: of.labels,
        weight,
    };
    weights.into_iter().map(shape).collect()
}

/// Whether some pool could hold a request when nothing else is there.
pub(super) fn holds(
    pools: &[PoolDraft],
    classes: &[ClassDraft],
    (gpus, class): (MilliGpus, ClassId),
) -> bool {
    let allowed = &classes[class.index()].class.pools;
    allowed
        .iter()
        .any(|pool| pools[pool.index()].pool.can_ever_hold(gpus))
}

/// The largest pool that a class may use, in words.
pub(super) fn largest(pools: &[PoolDraft], class: &ClassDraft) -> String {
    let allowed = class.class.pools.iter();
    let allowed = allowed.map(|pool| &pools[pool.index()].pool);
    allowed.rev().max_by_key(|pool| pool.gpus()).map_or_else(
        || "it may use none".to_owned(),
        |pool| format!("largest: {} with {}", pool.name, pool.gpus()),
    )
}

/// The first class whose `match` holds; else the one of the same name; else the first without `match`.
pub(super) fn class_of(
    classes: &[ClassDraft],
    class: &str,
    tenant: &str,
    gpus: MilliGpus,
) -> Option<ClassId> {
    let whole = gpus.occupied();
    let matches = |draft: &ClassDraft| {
        draft.matching.as_ref().is_some_and(|matching| {
            matching.least <= whole
                && whole <= matching.most
                && matching.class.as_ref().is_none_or(|wanted| wanted == class)
                && matching
                    .tenant
                    .as_ref()
                    .is_none_or(|wanted| wanted == tenant)
        })
    };
    let named = |draft: &ClassDraft| draft.matching.is_none() && draft.class.name == class;
    let position = |test: &dyn Fn(&ClassDraft) -> bool| classes.iter().position(test);
    position(&matches)
        .or_else(|| position(&named))
        .or_else(|| position(&|draft| draft.matching.is_none()))
        .map(ClassId::from)
}
