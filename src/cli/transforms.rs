//! What `check` tells of transforms: what they make, of what, for whom, in what time and for how much.

use std::fmt::Write as _;

use crate::experiment::amount;
use crate::model::{Model, Transform};
use crate::record::plain;
use crate::units::{ClassId, DatasetId, PoolId, ShapeId};

use super::output;

/// All of it; nothing where there are none.
pub(super) fn transforms(model: &Model) -> String {
    if model.transforms.list.is_empty() {
        return String::new();
    }
    let mut out = "\ntransforms\n".to_owned();
    for (index, transform) in model.transforms.list.iter().enumerate() {
        let (name, kind) = (plain(&transform.name), transform.kind.name());
        let gigabytes = transform.rate.0 as f64 * 3.6 / 1e6;
        let mut line = format!("  {name} ({kind}): reads {} GB/h", amount(gigabytes));
        let lead = transform.lead.0 as f64 / 3.6e6;
        if lead > 0.0 {
            let _ = write!(line, " after {lead:.1} h");
        }
        if let Some(work) = transform.work {
            let shape = &model.shapes[work.shape.index()];
            let class = plain(&model.classes[shape.class.index()].name);
            let gpus = shape.gpus.0 / 1000;
            let payer = plain(&model.tenants[work.tenant.index()]);
            let _ = write!(
                line,
                " on {gpus} GPUs, as work of class {class} for which {payer} pays"
            );
        }
        if transform.fails > 0 {
            let share = f64::from(transform.fails) / 1e4;
            let _ = write!(line, ", and fails {share:.1} % of the time");
        }
        line.push_str(&looks(model, transform));
        let mut made: Vec<String> = Vec::new();
        for derived in &model.transforms.derived {
            if usize::from(derived.transform) == index {
                made.extend(copy(model, derived.dataset));
            }
        }
        if made.is_empty() {
            line.push_str("; no rule at the start asks for what it makes");
        } else {
            let _ = write!(line, "; makes {}", made.join("; "));
        }
        out += &(output::wrapped(&line, output::width()) + "\n");
    }
    out
}

/// How what it makes is looked at, what may be wrong with it all the same, and how often.
fn looks(model: &Model, transform: &Transform) -> String {
    let mut line = String::new();
    if let Some(validation) = &transform.validation {
        let _ = write!(
            line,
            "; what it makes is looked at in {:.1} h for {:.2} {}",
            validation.time.0 as f64 / 3.6e6,
            validation.price.as_units(),
            model.currency
        );
        if let Some(work) = validation.work {
            let shape = &model.shapes[work.shape.index()];
            let class = plain(&model.classes[shape.class.index()].name);
            let gpus = shape.gpus.0 / 1000;
            let _ = write!(line, " on {gpus} GPUs, as work of class {class}");
        }
    }
    let prospects = transform.prospects();
    if transform.validation.is_some() && prospects.passing < 1.0 {
        let _ = write!(
            line,
            ", and passes after {:.2} attempts on average",
            1.0 / prospects.passing
        );
    }
    if let Some(flaws) = &transform.flaws
        && prospects.flawed > 0.0
    {
        let _ = write!(
            line,
            "; of what goes out {:.2} % has marks that should be gone, which is found after {:.1} d on average",
            prospects.flawed * 100.0,
            flaws.found_after.mean() / 8.64e7
        );
    }
    line
}

/// What one copy takes, and who reads it where; nothing if nobody does under the rules at the start.
fn copy(model: &Model, id: DatasetId) -> Option<String> {
    let (_, made) = model.transforms.making(id)?;
    let transform = &model.transforms.list[usize::from(made.transform)];
    let size = model.dataset(made.base).size;
    let masks = model.rules.first_masks();
    let mut readers: Vec<String> = Vec::new();
    for (index, class) in model.classes.iter().enumerate() {
        let class_id = ClassId::from(index);
        let shapes = (0..model.shapes.len()).map(ShapeId::from);
        let own: Vec<ShapeId> = shapes
            .filter(|&shape| model.class_of(shape) == class_id)
            .collect();
        // Rules may look at labels and at GPUs, so shapes of one class may read different versions.
        let reads = |pool: &&PoolId| {
            own.iter().any(|&shape| {
                let version = model.version(masks, shape, **pool);
                version.is_some_and(|version| model.read_in(class_id, version).contains(&id))
            })
        };
        let pools = class.pools.iter().filter(reads);
        let pools: Vec<_> = pools.map(|&pool| plain(&model.pool(pool).name)).collect();
        if !pools.is_empty() {
            readers.push(format!("{} on {}", plain(&class.name), pools.join(", ")));
        }
    }
    (!readers.is_empty()).then(|| {
        format!(
            "{} in {:.1} h for {:.2} {}, read by {}",
            plain(&model.dataset(id).name),
            (transform.time(size) + transform.validation_time()).0 as f64 / 3.6e6,
            transform.cost(size).as_units(),
            model.currency,
            readers.join(" and ")
        )
    })
}
