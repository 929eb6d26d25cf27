//! `plimsoll explain pool`: who used a pool, when it was full, what it cost, and who was turned down.

use clap::Args;

use crate::experiment::{Usage, amount, grouped};
use crate::journal::Bucket;
use crate::model::{Model, Tariffs};
use crate::units::{PoolId, SimTime};

use super::super::exit::Failure;
use super::super::output::data;
use super::super::study::{counted, hours};
use super::bill::Rounded;
use super::failing;
use super::lay::laid;
use super::named::near;
use super::scene::{Scene, SceneArguments};
use super::tale;

/// Which pool.
#[derive(Debug, Args)]
pub(in crate::cli) struct PoolArguments {
    /// The pool, by its name
    #[arg(value_name = "POOL")]
    name: String,
    #[command(flatten)]
    scene: SceneArguments,
}

/// Most users, and most stretches of time, that are told.
const TOLD_MAX: usize = 12;
const DAY: u64 = 86_400_000;

/// Tells how a pool was used in one world.
pub(super) fn pool(arguments: &PoolArguments) -> Result<(), Failure> {
    let scene = Scene::open(&arguments.scene)?;
    let model = scene.model();
    let names = model.pools.iter().map(|pool| pool.name.as_str());
    let index = names
        .clone()
        .position(|name| name == arguments.name)
        .ok_or_else(|| {
            Failure::Usage(format!(
                "the scenario has no pool `{}`; {}",
                arguments.name,
                near(&arguments.name, names, "pools")
            ))
        })?;
    let pool = PoolId::from(index);
    let mut usage = Usage::of(model, &scene.replay.timeline, pool);
    scene.play(&mut usage)?;
    let mut lines = vec![what_it_is(model, pool)];
    lines.extend(books(model, &usage));
    lines.extend(users(model, &usage));
    lines.extend(over_time(&scene, &usage, pool));
    lines.extend(price(&scene, pool));
    lines.extend(turned_down(&usage));
    lines.extend(failing::of_pool(model, &usage, pool));
    data(&(scene.head() + &laid(&lines))).map_err(Failure::from)
}

fn what_it_is(model: &Model, id: PoolId) -> String {
    let pool = model.pool(id);
    let how = if pool.is_rented() {
        "rented by the instance"
    } else {
        "paid for whether used or not"
    };
    let size = if pool.is_rented() && pool.nodes == 0 {
        format!("instances of {} {}", pool.gpus_per_node, pool.gpu)
    } else {
        format!("{} × {} {}", pool.nodes, pool.gpus_per_node, pool.gpu)
    };
    format!(
        "{} · {size} at {} · {how}",
        pool.name,
        model.site_of(id).name
    )
}

/// What it was paid for, bucket by bucket.
fn books(model: &Model, usage: &Usage<'_>) -> Vec<String> {
    let Some(record) = &usage.record else {
        return Vec::new();
    };
    let all = record.gpu_time.total();
    let cost = Rounded::of(&[record.charged, record.egress_cost, record.drawn.cost]);
    let mut lines = vec![
        format!(
            "cost        {} {}: capacity {}, egress {}, electricity {}",
            cost.total_text(),
            model.currency,
            cost.text(cost.steps[0]),
            cost.text(cost.steps[1]),
            cost.text(cost.steps[2])
        ),
        format!("paid for    {} GPU-h, of which", hours(all)),
    ];
    for bucket in Bucket::ALL {
        let part = record.gpu_time[bucket];
        if part > 0 {
            let share = 100.0 * part as f64 / all.max(1) as f64;
            lines.push(format!(
                "            {} {} GPU-h ({share:.1} %)",
                bucket.name(),
                hours(part)
            ));
        }
    }
    lines.push(format!(
        "            {} ran there; {} stopped there before the end",
        counted(usage.jobs.len() as u64, "job"),
        counted(usage.stopped, "time")
    ));
    if record.rented {
        lines.push(format!(
            "            {} launched, {} taken back, {} refused by the market",
            counted(record.launches, "instance"),
            record.reclaims,
            counted(record.refusals, "request")
        ));
    }
    lines
}

/// Who used it most.
fn users(model: &Model, usage: &Usage<'_>) -> Vec<String> {
    let mut users: Vec<_> = usage.users.iter().filter(|user| user.1.0 > 0).collect();
    users.sort_by_key(|user| std::cmp::Reverse(user.1.0));
    let mut lines = Vec::new();
    for (place, ((tenant, class), (gpu_time, cost))) in users.iter().take(TOLD_MAX).enumerate() {
        let lead = if place == 0 {
            "used by     "
        } else {
            "            "
        };
        lines.push(format!(
            "{lead}tenant {}, class {}: {} GPU-h, {} {}",
            model.tenants[tenant.index()],
            model.classes[class.index()].name,
            hours(*gpu_time),
            amount(cost.as_units()),
            model.currency
        ));
    }
    if users.len() > TOLD_MAX {
        lines.push(format!("            and {} more", users.len() - TOLD_MAX));
    }
    if lines.is_empty() {
        lines.push("used by     nobody".to_owned());
    }
    lines
}

/// How full it was, and when.
fn over_time(scene: &Scene, usage: &Usage<'_>, id: PoolId) -> Vec<String> {
    let model = scene.model();
    let pool = model.pool(id);
    let end = scene.study.load.end.0;
    let capacity = pool.gpus() as f64;
    let mut lines = Vec::new();
    if pool.nodes > 0 && end > 0 {
        let full = usage.held_at_least(capacity);
        let share = 100.0 * full as f64 / end as f64;
        lines.push(format!(
            "full        {} of the time ({})",
            percent(share),
            tale::ms(full)
        ));
    }
    // Days, or as many days together as make few enough stretches.
    let days = end.div_ceil(DAY).max(1);
    let each = days.div_ceil(TOLD_MAX as u64) * DAY;
    let mut from = 0;
    while from < end {
        let to = (from + each).min(end);
        let held = usage.mean_held(SimTime(from), SimTime(to));
        let of = if pool.nodes > 0 {
            format!(
                " of {} GPUs ({})",
                grouped(&pool.gpus().to_string()),
                percent(100.0 * held / capacity)
            )
        } else {
            " GPUs".to_owned()
        };
        let when: String = model.epoch.format(SimTime(from)).chars().take(10).collect();
        let lead = if from == 0 {
            "held        "
        } else {
            "            "
        };
        lines.push(format!("{lead}from {when}: {held:.1}{of}"));
        from = to;
    }
    lines
}

fn percent(share: f64) -> String {
    format!("{share:.1} %")
}

/// What it cost in this world.
fn price(scene: &Scene, id: PoolId) -> Vec<String> {
    let model = scene.model();
    let sampled = scene.replay.timeline.tariffs.clone();
    let tariffs = sampled.unwrap_or_else(|| Tariffs::posted(model));
    let end = SimTime(scene.study.load.end.0.max(1));
    let changes: Vec<SimTime> = tariffs.changes(id).take_while(|&at| at < end).collect();
    let first = tariffs.price_at(id, SimTime::ZERO);
    let unit = format!("{}/GPU-h", model.currency);
    if changes.is_empty() {
        return vec![format!(
            "price       {} {unit} throughout",
            tale::money(first)
        )];
    }
    let prices = changes.iter().map(|&at| (tariffs.price_at(id, at), at));
    let all: Vec<_> = std::iter::once((first, SimTime::ZERO))
        .chain(prices)
        .collect();
    let lowest = all.iter().min().copied().unwrap_or((first, SimTime::ZERO));
    let highest = all.iter().max().copied().unwrap_or((first, SimTime::ZERO));
    let mean = tariffs.between(id, SimTime::ZERO, end) as f64 / end.0 as f64 / 1e6;
    vec![format!(
        "price       {} {unit} at first; {} on average, lowest {} from {}, highest {} from {}; {}",
        tale::money(first),
        amount(mean),
        tale::money(lowest.0),
        model.epoch.format(lowest.1),
        tale::money(highest.0),
        model.epoch.format(highest.1),
        counted(changes.len() as u64, "change")
    )]
}

/// Whom it was not given, and why.
fn turned_down(usage: &Usage<'_>) -> Vec<String> {
    let mut bars: Vec<_> = usage.bars.iter().collect();
    bars.sort_by_key(|bar| std::cmp::Reverse((bar.1.1.len(), bar.1.0)));
    let mut lines = Vec::new();
    for (place, (name, (times, jobs))) in bars.iter().enumerate() {
        let lead = if place == 0 {
            "not given   "
        } else {
            "            "
        };
        lines.push(format!(
            "{lead}to {} ({}): {}",
            counted(jobs.len() as u64, "job"),
            counted(*times, "decision"),
            meaning(name)
        ));
    }
    if lines.is_empty() {
        lines.push("not given   to nobody: nothing ever stood in the way".to_owned());
    }
    lines
}

/// A bar in words.
fn meaning(bar: &str) -> &str {
    match bar {
        "full" => "it was full",
        "down" => "nothing of it worked",
        "rule" => "rules refused it",
        "stays" => "their class may not leave owned capacity",
        "size" => "it could never hold so large a gang",
        "reserved" => "it had room, but others were ahead or held a reservation",
        "early" => "they could not leave owned capacity so soon",
        "ceiling" => "it cost more than the strategy pays",
        "quota" => "the quota was used up",
        "sold-out" => "the market had none",
        "unstaged" => "what they read was not there",
        "budget" => "a budget was used up",
        "envelope" => "what was left of their cost envelope did not pay for it",
        "outranked" => "another pool ranked before it",
        "hold" => "no window of their class was open",
        "failover" => "no failover led there",
        other => other,
    }
}
