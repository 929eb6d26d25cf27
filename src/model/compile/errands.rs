//! `class`, `gpus` and `tenant` of a `[[transform]]` and of its `validation`: as which work they wait for GPUs.

use crate::model::{Dataset, Shape, TransformWork, Transforms};
use crate::scenario::{Given, Origin, ScenarioFile};
use crate::units::{ClassId, MilliGpus, TenantId};

use super::classes::ClassDraft;
use super::context::Context;
use super::demand::{Intake, holds, largest};
use super::pools::PoolDraft;
use super::sites::Place;

/// Attempts are drawn beforehand: more would be too many.
const FAILS_MAX: f64 = 0.9;

/// What the attempts of one transform ask for.
pub(super) struct Asked {
    pub(super) class: ClassId,
    pub(super) gpus: MilliGpus,
    pub(super) tenant: String,
    at: Origin,
}

/// By transform, in the order of the file: its attempts, and looking at what they made.
pub(super) struct Errands(Vec<[Option<Asked>; 2]>);

/// The words that say it.
struct Words<'a> {
    class: &'a Given<String>,
    gpus: &'a Given<u64>,
    tenant: &'a Given<String>,
    /// What it is that asks for GPUs.
    what: &'static str,
}

impl Errands {
    /// What any of them ask for.
    pub(super) fn all(&self) -> impl Iterator<Item = &Asked> {
        self.0.iter().flatten().flatten()
    }
}

/// Reads what the attempts of all transforms ask for.
pub(super) fn read(
    context: &mut Context,
    file: &ScenarioFile,
    (classes, pools): (&[ClassDraft], &[PoolDraft]),
    datasets: &[Dataset],
) -> Errands {
    let mut found = Vec::new();
    let places = (classes, pools);
    for (spec, _) in file.transform.items() {
        let makes = Words {
            class: &spec.class,
            gpus: &spec.gpus,
            tenant: &spec.tenant,
            what: "a transform",
        };
        let makes = asked(context, &makes, places, datasets);
        let looks = spec.validation.value().and_then(|looks| {
            let words = Words {
                class: &looks.class,
                gpus: &looks.gpus,
                tenant: &looks.tenant,
                what: "a validation",
            };
            asked(context, &words, places, datasets)
        });
        if let (Some(fails), Some(origin)) = (spec.fails.value(), spec.fails.origin())
            && makes.is_some()
            && *fails > FAILS_MAX
        {
            let message = "attempts that ask for GPUs and fail so often";
            let fix = format!("write at most {FAILS_MAX}");
            context.fault(origin, message, fix);
        }
        found.push([makes, looks]);
    }
    Errands(found)
}

fn asked(
    context: &mut Context,
    spec: &Words<'_>,
    (classes, pools): (&[ClassDraft], &[PoolDraft]),
    datasets: &[Dataset],
) -> Option<Asked> {
    let Some((name, at)) = spec.class.here() else {
        for (word, origin) in [
            ("gpus", spec.gpus.origin()),
            ("tenant", spec.tenant.origin()),
        ] {
            if let Some(origin) = origin {
                let what = spec.what;
                let message = format!("`{word}` says nothing of {what} that asks for no GPUs");
                context.fault(
                    origin,
                    message,
                    "write `class = \"…\"` too, or leave it out",
                );
            }
        }
        return None;
    };
    let own = |draft: &ClassDraft| draft.twin_of.is_none() && draft.class.name == *name;
    let Some(class) = classes.iter().position(own) else {
        let known = classes.iter().filter(|draft| draft.twin_of.is_none());
        let known: Vec<&str> = known.map(|draft| draft.class.name.as_str()).collect();
        context.unknown(at, "class", name, &known);
        return None;
    };
    let gpus = context.count(spec.gpus, 1_000_000).unwrap_or(1);
    let key = (MilliGpus::whole(gpus), ClassId::from(class));
    if !holds(pools, classes, key) {
        let message = format!("no pool that class `{name}` may use has {gpus} GPUs");
        context.fault(at, message, largest(pools, &classes[class]));
    }
    let mut data = classes[class].class.data.iter();
    if data.any(|id| datasets[id.index()].artifact.is_none()) {
        let message = format!("class `{name}` reads data sets");
        let fix = "name a class without `data`: what it transforms is where it works";
        context.fault(at, message, fix);
    }
    let tenant = spec.tenant.value().unwrap_or(name).clone();
    Some(Asked {
        class: key.1,
        gpus: key.0,
        tenant,
        at,
    })
}

/// Transforms know as what they work. Each works where its data are.
pub(super) fn attach(
    context: &mut Context,
    (errands, intake): (&Errands, &Intake),
    (sites, pools, classes): (&[Place], &[PoolDraft], &[ClassDraft]),
    datasets: &[Dataset],
    transforms: &mut Transforms,
) {
    if transforms.list.len() != errands.0.len() {
        // One of them was not understood, which is told.
        return;
    }
    let each = errands.0.iter().enumerate();
    let each = each.flat_map(|(index, both)| both.iter().enumerate().map(move |of| (index, of)));
    for (index, (looks, asked)) in each {
        let Some(asked) = asked else { continue };
        let shape = Shape::find(&intake.shapes, (asked.gpus, asked.class.into()));
        let tenant = intake.tenants.iter().position(|own| *own == asked.tenant);
        let (Some(shape), Some(tenant)) = (shape, tenant) else {
            continue;
        };
        let work = Some(TransformWork {
            shape,
            tenant: TenantId::from(tenant),
        });
        let transform = &mut transforms.list[index];
        match &mut transform.validation {
            Some(validation) if looks == 1 => validation.work = work,
            _ => transform.work = work,
        }
        elsewhere(
            context,
            (index, asked),
            (sites, pools, classes),
            datasets,
            transforms,
        );
    }
}

/// Work is done where the data are.
fn elsewhere(
    context: &mut Context,
    (index, asked): (usize, &Asked),
    (sites, pools, classes): (&[Place], &[PoolDraft], &[ClassDraft]),
    datasets: &[Dataset],
    transforms: &Transforms,
) {
    let class = &classes[asked.class.index()].class;
    for made in &transforms.derived {
        let elsewhere = |&&pool: &&crate::units::PoolId| {
            let pool = &pools[pool.index()].pool;
            usize::from(made.transform) == index && pool.site != made.site
        };
        let Some(pool) = class.pools.iter().find(elsewhere) else {
            continue;
        };
        let (base, site) = (
            &datasets[made.base.index()].name,
            &sites[made.site.index()].site.name,
        );
        let message = format!(
            "class `{}` may run in pool `{}`, but `{base}` is transformed at site `{site}`",
            class.name,
            pools[pool.index()].pool.name
        );
        let fix =
            format!("give the class `pools` at `{site}` only, or the transform another `site`");
        context.fault(asked.at, message, fix);
        break;
    }
}
