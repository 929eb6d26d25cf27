//! `[initial]`: what a run begins with.

use crate::model::{
    Budgets, Commitments, Dataset, Incident, Initial, InitialJob, Labelled, NodeRange, Outcome,
    Request, Shape, Truth,
};
use crate::scenario::{InitialSpec, Origin, ScenarioFile};
use crate::units::{DatasetId, MilliGpus, PoolId, SimTime, SiteId, Span, TenantId, parse_bytes};

use super::balances;
use super::classes::ClassDraft;
use super::context::Context;
use super::demand::{Intake, class_of, holds};
use super::initial_row::{Row, Where, facts, row};
use super::marking::Enrichment;
use super::orders::named;
use super::pools::PoolDraft;
use super::sites::Place;
use super::state_file;

/// A job before shapes are known.
pub(super) struct Draft {
    pub(super) name: String,
    pub(super) whose: Labelled,
    pub(super) gpus: MilliGpus,
    pub(super) tenant: String,
    pub(super) priority: i32,
    pub(super) requested: Span,
    pub(super) work: Span,
    pub(super) outcome: Outcome,
    pub(super) done: Span,
    pub(super) unsaved: Span,
    pub(super) pool: Option<PoolId>,
    pub(super) nodes: Vec<(u32, u32)>,
}

/// The jobs that are there at the start.
pub(super) fn jobs(
    context: &mut Context,
    file: &ScenarioFile,
    pools: &[PoolDraft],
    classes: &[ClassDraft],
    (mut rows, enrichment): (Vec<Row>, &mut Enrichment),
) -> Vec<Draft> {
    let Some(spec) = file.initial.value() else {
        return Vec::new();
    };
    if let Some((path, at)) = spec.jobs.here() {
        state_file::read(context, path, at, &mut rows);
    }
    for (job, table) in spec.running.items() {
        if job.pool.is_absent() {
            let fix = "add pool = \"…\", or put it among `waiting`";
            context.fault(table, "where this job runs is missing", fix);
        }
        rows.extend(row(context, job, table));
    }
    for (job, table) in spec.waiting.items() {
        if let Some(origin) = job.pool.origin() {
            let fix = "leave it out, or put the job among `running`";
            context.fault(origin, "a job that waits has no pool", fix);
        }
        rows.extend(row(context, job, table));
    }
    let mut assumed = 0;
    let mut drafts = Vec::new();
    let mut room: Vec<u64> = pools.iter().map(|draft| draft.pool.gpus()).collect();
    for row in rows {
        assumed += usize::from(row.work.is_none());
        drafts.extend(draft(
            context,
            row,
            drafts.len(),
            (pools, &mut room),
            (classes, enrichment),
        ));
    }
    if assumed > 0 {
        let what = "initial: duration of jobs that do not say it";
        context.note_default(what, format!("as requested ({assumed} jobs)"));
    }
    drafts
}

fn draft(
    context: &mut Context,
    row: Row,
    place: usize,
    (pools, room): (&[PoolDraft], &mut [u64]),
    (classes, enrichment): (&[ClassDraft], &mut Enrichment),
) -> Option<Draft> {
    let gpus = MilliGpus(row.milli);
    let name = row.name.clone();
    let name = name.unwrap_or_else(|| format!("i-{}", place + 1));
    let mark = enrichment.mark(context, &facts(&row, &name));
    let found = mark.class;
    let found = found.or_else(|| class_of(classes, &row.class, &row.tenant, gpus));
    let Some(class) = found else {
        let known: Vec<&str> = classes.iter().map(|d| d.class.name.as_str()).collect();
        context.unknown(row.at, "class", &row.class, &known);
        return None;
    };
    let usual = row.requested.or(classes[class.index()].requested_default);
    let requested = usual.or(row.work).unwrap_or(Span(1));
    let work = row.work.unwrap_or(requested.max(Span(row.done.0 + 1)));
    if row.done < row.unsaved {
        let message = format!("job `{name}` has done less than what it has not saved");
        context.fault(row.at, message, "give `unsaved` as a part of `done`");
        return None;
    }
    if work <= row.done {
        let message = format!("job `{name}` has done all of its {} ms", work.0);
        context.fault(
            row.at,
            message,
            "leave it out, or give what is done as less",
        );
        return None;
    }
    let pool = match &row.place {
        Where::Pool(pool) => Some(named(context, pool, row.at, pools)?),
        Where::Somewhere => first_with_room(&classes[class.index()].class.pools, gpus, pools, room),
        Where::Line => None,
    };
    if let Some(left) = pool.and_then(|pool| room.get_mut(pool.index())) {
        *left = left.saturating_sub(gpus.occupied());
    }
    if let Some(pool) = pool.filter(|pool| !classes[class.index()].class.pools.contains(pool)) {
        let pool = &pools[pool.index()].pool.name;
        let message = format!("job `{name}` runs in pool `{pool}`, which its class may not use");
        context.fault(
            row.at,
            message,
            "change its pool or its class, or the pools of the class",
        );
    }
    if !holds(pools, classes, (gpus, class)) {
        let message = format!("no pool can ever hold job `{name}`");
        context.fault(
            row.at,
            message,
            "give it fewer GPUs, or its class more pools",
        );
        return None;
    }
    let labels = mark.labels;
    Some(Draft {
        name,
        whose: Labelled { class, labels },
        gpus,
        tenant: row.tenant,
        priority: row.priority,
        requested,
        work,
        outcome: row.outcome,
        done: row.done,
        unsaved: row.unsaved,
        pool,
        nodes: row.nodes,
    })
}

/// The first pool with room for a gang, by count, owned ones before those that are rented; in the line if there is none.
fn first_with_room(
    allowed: &[PoolId],
    gpus: MilliGpus,
    pools: &[PoolDraft],
    room: &[u64],
) -> Option<PoolId> {
    let rented = |pool: &&PoolId| pools[pool.index()].pool.is_rented();
    let fits = |pool: &&PoolId| gpus.occupied() <= room[pool.index()];
    let owned = allowed.iter().filter(|pool| !rented(pool));
    owned
        .filter(fits)
        .chain(allowed.iter().filter(rented))
        .next()
        .copied()
}

/// What the run begins with, and when nodes that are down come back.
pub(super) fn read(
    context: &mut Context,
    file: &ScenarioFile,
    drafts: Vec<Draft>,
    (sites, pools): (&[Place], &[PoolDraft]),
    (datasets, intake, script): (&[Dataset], &Intake, &mut Vec<Incident>),
    terms: (&Commitments, &Budgets),
) -> Initial {
    let (shapes, tenants) = (intake.shapes.as_slice(), intake.tenants.as_slice());
    let Some((spec, _)) = file.initial.here() else {
        return Initial::default();
    };
    let job = |draft: Draft| {
        let shape = Shape::find(shapes, (draft.gpus, draft.whose));
        let tenant = tenants.iter().position(|tenant| *tenant == draft.tenant);
        let truth = Truth {
            work: draft.work,
            outcome: draft.outcome,
        };
        let job = InitialJob {
            name: draft.name,
            request: Request {
                submit: SimTime::ZERO,
                requested: draft.requested,
                shape: shape?,
                tenant: TenantId::from(tenant?),
                priority: draft.priority,
            },
            done: draft.done,
            unsaved: draft.unsaved,
            pool: draft.pool,
            nodes: draft.nodes,
        };
        Some((job, truth))
    };
    let (jobs, truth): (Vec<InitialJob>, Vec<Truth>) = drafts.into_iter().filter_map(job).unzip();
    fits(context, &jobs, file, shapes, pools);
    let mut initial = Initial {
        jobs,
        truth,
        ..Initial::default()
    };
    down(context, spec, pools, &mut initial, script);
    carried(context, spec, (sites, datasets), &mut initial);
    balances::read(context, spec, (sites, tenants), terms, &mut initial);
    initial
}

/// What runs must fit into its pools, by count.
fn fits(
    context: &mut Context,
    jobs: &[InitialJob],
    file: &ScenarioFile,
    shapes: &[Shape],
    pools: &[PoolDraft],
) {
    for (index, draft) in pools.iter().enumerate() {
        let there = jobs
            .iter()
            .filter(|job| job.pool == Some(PoolId::from(index)));
        let gpus = there.map(|job| shapes[job.request.shape.index()].gpus.occupied());
        let held: u64 = gpus.sum();
        if !draft.pool.is_rented() && draft.pool.gpus() < held {
            let at = file.initial.origin().unwrap_or_default();
            let (name, all) = (&draft.pool.name, draft.pool.gpus());
            let message = format!("{held} GPUs are held in pool `{name}`, which has {all}");
            context.fault(at, message, "leave jobs out, or let some wait");
        }
    }
}

fn down(
    context: &mut Context,
    spec: &InitialSpec,
    pools: &[PoolDraft],
    initial: &mut Initial,
    script: &mut Vec<Incident>,
) {
    for (down, table) in spec.down.items() {
        let pool = context.required(&down.pool, table, "the pool", "pool = \"…\"");
        let pool = pool.and_then(|(name, at)| super::orders::owned(context, name, at, pools));
        context.required(&down.nodes, table, "how many nodes are down", "nodes = 1");
        let nodes = context.count(&down.nodes, 1_000_000);
        let what = "for how much longer they are down";
        context.required(&down.lasts, table, what, "lasts = \"5 h\"");
        let lasts = context.positive_span(&down.lasts);
        let first = down.first.value().copied().unwrap_or(0);
        let (Some(pool), Some(nodes), Some(lasts)) = (pool, nodes, lasts) else {
            continue;
        };
        let there = pools[pool.index()].pool.nodes;
        if first.checked_add(nodes).is_none_or(|last| there < last) {
            let message = format!("this pool has the nodes 0 to {}", there.saturating_sub(1));
            context.fault(table, message, "change `first` and `nodes`");
            continue;
        }
        initial.down.push(NodeRange { pool, first, nodes });
        script.push(Incident::up(SimTime(lasts.0), pool, first, nodes));
    }
    Incident::put_in_order(script);
}

fn carried(
    context: &mut Context,
    spec: &InitialSpec,
    (sites, datasets): (&[Place], &[Dataset]),
    initial: &mut Initial,
) {
    let site_names: Vec<&str> = sites.iter().map(|place| place.site.name.as_str()).collect();
    let site = |context: &mut Context, name: &str, at: Origin| {
        let found = site_names.iter().position(|known| *known == name);
        if found.is_none() {
            context.unknown(at, "site", name, &site_names);
        }
        found
    };
    for (egress, table) in spec.egress.items() {
        let of = balances::payee(context, (&egress.provider, &egress.site), table, sites);
        context.required(&egress.size, table, "how much left it", "size = \"12 TB\"");
        let bytes = context.quantity(&egress.size, parse_bytes);
        if let (Some(of), Some(bytes)) = (of, bytes) {
            initial.egress.push((of, bytes));
        }
    }
    for (cached, table) in spec.cached.items() {
        let of = context.required(&cached.site, table, "the site", "site = \"…\"");
        let of = of.and_then(|(name, at)| site(context, name, at));
        let set = context.required(&cached.dataset, table, "the data set", "dataset = \"…\"");
        let Some((of, (name, at))) = of.zip(set) else {
            continue;
        };
        if let Some(found) = datasets.iter().position(|dataset| dataset.name == *name) {
            let pair = (SiteId::from(of), DatasetId::from(found));
            initial.cached.push(pair);
        } else {
            let known: Vec<&str> = datasets.iter().map(|d| d.name.as_str()).collect();
            context.unknown(at, "data set", name, &known);
        }
    }
}
