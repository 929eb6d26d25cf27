//! What `plimsoll check --coupling` tells: on which single things work stands, and which share of it can fail over.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::sync::atomic::AtomicBool;

use crate::experiment::{Drill, Proof, dimensions, prove};
use crate::model::{Elsewhere, Lack, Model, Part, elsewhere, set_bits, single_points};
use crate::record::{decimal, plain};
use crate::units::{ClassId, ShapeId, SiteId, Span, StrategyId};

use super::output;
use super::study::{Study, hours};

/// In how many worlds it is tried whether a class can fail over, and for how long its first site is lost in each.
const WORLDS: u32 = 40;
const LASTS: Span = Span(86_400_000);
/// The share of losses, in percent, that must work again in time for that to be proven.
const PROVEN: u64 = 95;

/// Single points of dependence, and for each class what can go on elsewhere.
pub(super) fn coupling(study: &Study) -> String {
    let model = &study.model;
    let asked = Asked::of(study);
    let mut lines = vec![format!(
        "single points (without one of these, work that can run now could start nowhere; shares of {} GPU-h in the \
         first sampled world)",
        hours(asked.total)
    )];
    let points = single_points(model);
    if points.is_empty() {
        lines.push("  none: all work could start somewhere without any single part".to_owned());
    }
    let shares: Vec<(u128, String)> = points
        .iter()
        .map(|(part, behind)| {
            let work = behind.iter().map(|&shape| asked.of_shape(shape)).sum();
            let line = format!(
                "  {}: {} of the work; {}",
                name_of(model, *part),
                percent(work, asked.total),
                classes(model, behind)
            );
            (work, line)
        })
        .collect();
    let mut order: Vec<usize> = (0..shares.len()).collect();
    order.sort_by_key(|&index| std::cmp::Reverse(shares[index].0));
    lines.extend(order.into_iter().map(|index| shares[index].1.clone()));
    lines.push(String::new());
    lines.push(
        "can fail over, if the site is lost where it would run first (shares of each class's GPU-h): permitted by \
         rules; possible, since also its data, keys, links and room are there. Whether it succeeds in time, only \
         simulated losses prove: write them down as [[failover]] and compare."
            .to_owned(),
    );
    lines.extend(of_classes(study, &asked));
    lines.extend(bound_to(model, &asked));
    let wrapped = lines
        .iter()
        .map(|line| output::wrapped(line, output::width()) + "\n");
    "\n".to_owned() + &wrapped.collect::<String>()
}

/// GPU-time that is asked for, by shape.
struct Asked {
    by: BTreeMap<ShapeId, u128>,
    total: u128,
}

impl Asked {
    fn of(study: &Study) -> Self {
        let model = &study.model;
        let by = model.shapes.iter().enumerate().map(|(index, shape)| {
            let mine = study.load.of_shape(shape);
            let gpu_time = mine.map_or(0, |row| row.gpu_time);
            (ShapeId::from(index), gpu_time)
        });
        let by: BTreeMap<ShapeId, u128> = by.collect();
        let total = by.values().sum();
        Self { by, total }
    }

    fn of_shape(&self, shape: ShapeId) -> u128 {
        self.by.get(&shape).copied().unwrap_or_default()
    }
}

/// A share in percent, to a tenth, so that a little is not nothing.
fn percent(part: u128, of: u128) -> String {
    let Some(per_mille) = (part * 1000).checked_div(of) else {
        return "none".to_owned();
    };
    match per_mille {
        0 if 0 < part => "< 0.1 %".to_owned(),
        _ if per_mille % 10 == 0 => format!("{} %", per_mille / 10),
        _ => format!("{}.{} %", per_mille / 10, per_mille % 10),
    }
}

fn name_of(model: &Model, part: Part) -> String {
    let site = |id: crate::units::SiteId| plain(&model.sites[id.index()].name).into_owned();
    match part {
        Part::Provider(id) => {
            let sites = model.sites.iter().filter(|site| site.provider == id);
            let sites: Vec<_> = sites.map(|site| plain(&site.name)).collect();
            format!("the provider of {}", sites.join(", "))
        }
        Part::Site(id) => format!("site {}", site(id)),
        Part::Pool(id) => format!("pool {}", plain(&model.pool(id).name)),
        Part::Link(id) => format!("link {}", plain(&model.network.link(id).name)),
        Part::Storage(id) => {
            let storage = &model.network.storages[usize::from(id)];
            format!("storage {}", plain(&storage.name))
        }
        Part::Service(id) => {
            let service = &model.services.list[id.index()];
            format!("{} {}", service.kind.name(), plain(&service.name))
        }
        Part::Outlet(id) => {
            let (service, outlet) = (model.services.service_of(id), model.services.outlet(id));
            let (kind, name) = (service.kind.name(), plain(&service.name));
            format!("{kind} {name} at {}", site(outlet.site))
        }
    }
}

/// Classes of shapes, with the sizes where not all of a class's are among them.
fn classes(model: &Model, shapes: &[ShapeId]) -> String {
    let mut by: BTreeMap<ClassId, Vec<ShapeId>> = BTreeMap::new();
    for &shape in shapes {
        by.entry(model.class_of(shape)).or_default().push(shape);
    }
    let words = by.into_iter().map(|(class, some)| {
        let all = model.shapes.iter();
        let all = all.filter(|shape| shape.class == class && 0 < shape.weight);
        let name = plain(&model.classes[class.index()].name).into_owned();
        if some.len() == all.count() {
            return name;
        }
        format!("{name} ({} GPUs)", sizes(model, &some))
    });
    words.collect::<Vec<_>>().join("; ")
}

fn sizes(model: &Model, shapes: &[ShapeId]) -> String {
    let mut sizes: Vec<u64> = shapes.iter().map(|&shape| model.milli_of(shape)).collect();
    sizes.sort_unstable();
    let words = sizes.iter().map(|&milli| {
        if milli % 1000 == 0 {
            (milli / 1000).to_string()
        } else {
            decimal(i128::from(milli), 1000, 3)
        }
    });
    words.collect::<Vec<_>>().join(", ")
}

/// A line for each class.
fn of_classes(study: &Study, asked: &Asked) -> Vec<String> {
    let model = &study.model;
    let mut by: BTreeMap<ClassId, Vec<Elsewhere>> = BTreeMap::new();
    for found in elsewhere(model) {
        by.entry(model.class_of(found.shape))
            .or_default()
            .push(found);
    }
    let lines = by.into_iter().flat_map(|(class, shapes)| {
        let sum = |which: &dyn Fn(&Elsewhere) -> bool| -> u128 {
            let some = shapes.iter().filter(|found| which(found));
            some.map(|found| asked.of_shape(found.shape)).sum()
        };
        let all = sum(&|_| true);
        let first: BTreeSet<&str> = shapes
            .iter()
            .map(|found| model.site_of(found.first).name.as_str())
            .collect();
        let first: Vec<_> = first.into_iter().map(plain).collect();
        let mut line = format!(
            "  {} (first at {}): permitted {}, possible {}",
            plain(&model.classes[class.index()].name),
            first.join(", "),
            percent(sum(&|found| found.permitted), all),
            percent(sum(&|found| found.possible), all),
        );
        let reasons = reasons(model, &shapes);
        if !reasons.is_empty() {
            let _ = write!(line, "; {reasons}");
        }
        let first = shapes
            .first()
            .map(|found| model.site_of(found.first).name.as_str());
        let proven = first.and_then(|site| proven(study, class, site));
        std::iter::once(line).chain(proven)
    });
    lines.collect()
}

/// Work that could not go on elsewhere, by whose capacity it would use first.
fn bound_to(model: &Model, asked: &Asked) -> Vec<String> {
    let found = elsewhere(model);
    let stays: Vec<&Elsewhere> = found.iter().filter(|found| !found.possible).collect();
    let lines = dimensions(model).into_iter().filter_map(|of| {
        let mut by = vec![0u128; of.groups.len()];
        for one in &stays {
            by[usize::from(of.of_pool[one.first.index()])] += asked.of_shape(one.shape);
        }
        let some = of.groups.iter().zip(&by).filter(|(_, work)| 0 < **work);
        let words: Vec<String> = some
            .map(|(group, work)| format!("{} {}", plain(group), percent(*work, asked.total)))
            .collect();
        let name = &of.name;
        (!words.is_empty()).then(|| {
            format!(
                "  of all work, what could not go on elsewhere, by {name}: {}",
                words.join(", ")
            )
        })
    });
    lines.collect()
}

/// How often a class that has a failover worked again in time after the site was lost where it runs first.
fn proven(study: &Study, class: ClassId, site: &str) -> Option<String> {
    let model = &study.model;
    let mut list = model.failovers.list.iter();
    let failover = list.position(|failover| failover.classes.contains(&class))?;
    let site = model.sites.iter().position(|known| known.name == site)?;
    let last = model.strategies.len().checked_sub(1)?;
    let drill = Drill {
        model,
        strategy: StrategyId::from(last),
        failover,
        seed: study.seed,
        worlds: WORLDS,
        lasts: LASTS,
    };
    let whose = (class, SiteId::from(site));
    let told = match prove(&drill, whose, &AtomicBool::new(false)) {
        Err(stuck) => format!("not proven: {stuck}"),
        Ok(Proof { tried: 0, .. }) => {
            "not proven: in no simulated loss of its first site anything of it was lost".to_owned()
        }
        Ok(Proof { worked, tried }) => {
            let enough = u64::from(tried) * PROVEN <= u64::from(worked) * 100;
            let strategy = plain(&model.strategies[last].name);
            format!(
                "{}: it worked again in time after {worked} of {tried} simulated losses of its first site, under {strategy}",
                if enough { "proven" } else { "not proven" },
            )
        }
    };
    Some(format!("    {told}"))
}

/// Why what cannot go on elsewhere cannot.
fn reasons(model: &Model, shapes: &[Elsewhere]) -> String {
    let mut why: BTreeMap<String, Vec<ShapeId>> = BTreeMap::new();
    for found in shapes.iter().filter(|found| !found.possible) {
        if found.lacks.is_empty() {
            let only = "its class names no pool elsewhere".to_owned();
            why.entry(only).or_default().push(found.shape);
        }
        for &(pool, lack) in &found.lacks {
            let pool = plain(&model.pool(pool).name).into_owned();
            let reason = format!("{pool}: {}", words_of(model, lack));
            why.entry(reason).or_default().push(found.shape);
        }
    }
    let words = why.into_iter().map(|(reason, some)| {
        if some.len() == shapes.len() {
            reason
        } else {
            format!("{} GPUs on {reason}", sizes(model, &some))
        }
    });
    words.collect::<Vec<_>>().join("; ")
}

fn words_of(model: &Model, lack: Lack) -> String {
    match lack {
        Lack::Gone => "lost with it".to_owned(),
        Lack::Size => "could never hold it".to_owned(),
        Lack::Rules(bits) => {
            let names = set_bits(bits).map(|bit| plain(model.rules.name_of(bit)).into_owned());
            format!("refused by {}", names.collect::<Vec<_>>().join(", "))
        }
        Lack::Service(id) => {
            let service = model.services.service_of(id);
            format!("no {} {}", service.kind.name(), plain(&service.name))
        }
        Lack::Condition => "the condition of its failover's target does not hold".to_owned(),
        Lack::Replica(id) => format!(
            "no copy of {} is kept there, which its failover's target needs",
            plain(&model.dataset(id).name)
        ),
        Lack::Data(id) => format!("{} does not get there", plain(&model.dataset(id).name)),
        Lack::Feed => "nothing feeds it".to_owned(),
        Lack::Control => "nothing steers it".to_owned(),
        Lack::Checkpoints => "its checkpoints do not get there".to_owned(),
    }
}
