//! What failovers watch and whom their targets keep out, in words.

use crate::model::{Failover, Level, Model, Signal, Target, Trigger};
use crate::record::{decimal, plain};
use crate::units::{ClassId, LinkId, PoolId, ShapeId, SiteId, Span};

use super::duration;
use super::words::jobs;

/// What a trigger of a failover watches, in words.
pub fn signal_words(model: &Model, trigger: &Trigger) -> String {
    let what = watched(model, &trigger.signal);
    let lasting = match trigger.lasting {
        Span::ZERO => String::new(),
        lasting => format!(" for {}", time(lasting)),
    };
    let delay = match trigger.delay {
        Span::ZERO => String::new(),
        delay => format!(" (told after {})", time(delay)),
    };
    what + &lasting + &delay
}

fn watched(model: &Model, signal: &Signal) -> String {
    match signal {
        Signal::Lost(groups) => {
            let groups: Vec<String> = groups.iter().map(|group| names(model, group)).collect();
            format!("all of {} is lost", groups.join(", or all of "))
        }
        Signal::LinkDown(links) => format!("link {} is down", links_of(model, links)),
        Signal::ServiceOut(outlets) => {
            let mut names: Vec<_> = outlets
                .iter()
                .map(|&outlet| plain(&model.services.service_of(outlet).name))
                .collect();
            names.sort_unstable();
            names.dedup();
            format!("{} does not answer", names.join(" or "))
        }
        Signal::PriceAbove(pools, level) => format!(
            "{} costs {} {}/GPU-h or more",
            names(model, pools),
            decimal(i128::from(level.above), 1_000_000, 2),
            model.currency
        ),
        Signal::PriceRise(pools, level) => format!(
            "{} costs {} times what it did or more",
            names(model, pools),
            decimal(i128::from(level.above), 1_000_000, 2)
        ),
        Signal::Blocked(links, used_for) => format!(
            "link {} is closed to {}",
            links_of(model, links),
            used_for.name()
        ),
        Signal::StorageSlow(lanes, most) => {
            let most = decimal(i128::from(*most), 10, 1);
            format!(
                "storage {} gives {most} % or less",
                storages_of(model, lanes)
            )
        }
        Signal::ArtifactFailing(sites, count) => format!(
            "{} failed on an artifact at {}",
            jobs(u64::from(*count)),
            sites_of(model, sites)
        ),
        Signal::ArtifactUnreadable(sites) => format!(
            "artifacts cannot be read at {} since a key was replaced",
            sites_of(model, sites)
        ),
        Signal::NoRoom(longer) => format!("somebody has waited for {}", time(*longer)),
        _ => measured(model, signal),
    }
}

/// What is measured, and changes with what is decided.
fn measured(model: &Model, signal: &Signal) -> String {
    match signal {
        Signal::QueueDepth(level) => format!("{} of them wait", jobs(level.above)),
        Signal::Utilisation(pools, level) => {
            format!("{} of {} is used", share(*level), names(model, pools))
        }
        Signal::MemoryUse(pools, level) => {
            let pools: Vec<PoolId> = pools.iter().map(|&(pool, _)| pool).collect();
            format!(
                "{} of the memory of {} is used",
                share(*level),
                names(model, &pools)
            )
        }
        Signal::StorageThroughput(lanes, level) => format!(
            "{} of what storage {} can give is read",
            share(*level),
            storages_of(model, lanes)
        ),
        Signal::LinkSaturation(links, level) => {
            format!(
                "{} of link {} is used",
                share(*level),
                links_of(model, links)
            )
        }
        Signal::BudgetBurn(budget, level) => format!(
            "{} of budget {} is spent",
            share(*level),
            plain(&model.budgets.all[usize::from(*budget)].name)
        ),
        _ => String::new(),
    }
}

/// The classes of a failover that rules or conditions keep out of a target, whatever happens.
pub fn kept_out(model: &Model, of: &Failover, target: &Target) -> Vec<ClassId> {
    let masks = model.rules.first_masks();
    let may = |shape: ShapeId, pool: PoolId| {
        let doors = model.failovers.all_open();
        model.lets_run(masks, shape, pool) && model.failovers.lets(doors, shape, pool)
    };
    let is_out = |class: &ClassId| {
        let shapes = (0..model.shapes.len()).map(ShapeId::from);
        let batch = model.elastic.batch_of(*class).map(|batch| batch.class);
        let mut shapes = shapes.filter(|&shape| {
            let of = model.class_of(shape);
            of == *class || Some(of) == batch
        });
        !shapes.any(|shape| target.pools.iter().any(|&pool| may(shape, pool)))
    };
    let own = |class: &ClassId| model.rollout.reported(*class) == *class;
    let classes = of.classes.iter().copied().filter(own);
    classes.filter(is_out).collect()
}

fn storages_of(model: &Model, lanes: &[LinkId]) -> String {
    let storages = lanes.iter().filter_map(|&lane| model.network.storage(lane));
    let names: Vec<_> = storages.map(|storage| plain(&storage.name)).collect();
    names.join(" or ")
}

fn sites_of(model: &Model, sites: &[SiteId]) -> String {
    let names = sites
        .iter()
        .map(|site| plain(&model.sites[site.index()].name));
    names.collect::<Vec<_>>().join(" or ")
}

fn links_of(model: &Model, links: &[LinkId]) -> String {
    let names = links
        .iter()
        .map(|&link| plain(&model.network.link(link).name));
    let mut names: Vec<_> = names.collect();
    names.dedup();
    names.join(" or ")
}

/// A share with where it is over, in percent.
fn share(level: Level) -> String {
    let percent = |millionths: u64| decimal(i128::from(millionths), 10_000, 1);
    if level.clear + 1 == level.above {
        format!("{} %", percent(level.above))
    } else {
        format!(
            "{} % (until {} %)",
            percent(level.above),
            percent(level.clear)
        )
    }
}

fn names(model: &Model, pools: &[PoolId]) -> String {
    let names = pools.iter().map(|&pool| plain(&model.pool(pool).name));
    names.collect::<Vec<_>>().join(", ")
}

fn time(span: Span) -> String {
    duration(span.0 as f64 / 1e3, None)
}
