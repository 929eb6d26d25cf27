//! `plimsoll explain change`: the same worlds with one thing changed.

use std::path::PathBuf;

use clap::Args;

use crate::dice::Dice;
use crate::experiment::{
    Changed, Control, Differs, Others, Plan, Replay, amount, duration, find_job, paid, sentences,
    summarise, waited, what_if, who_differs,
};
use crate::model::Timeline;
use crate::record::{Replications, SCHEMA_VERSION, StrategySummary, Summary, plain};
use crate::stats::CONFIDENCE;
use crate::units::PoolId;

use super::super::arguments::assumption;
use super::super::exit::Failure;
use super::super::output::{data, width, wrapped};
use super::super::study::{Study, counted};
use super::super::table::table;
use super::super::{interrupt, progress};
use super::named::{near, no_job};

mod sides;

use sides::{Side, job_and_pool, said, side};

/// What is changed, and how it is played.
#[derive(Debug, Args)]
pub(in crate::cli) struct ChangeArguments {
    /// The scenario file
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// What is changed: a value of the scenario, as in `pool.dc-main/h200.nodes=40`; may be repeated
    #[arg(long = "set", value_name = "PATH=VALUE")]
    sets: Vec<String>,
    /// What is changed: the mode of a rule (off, audit or enforce), throughout; may be repeated
    #[arg(long = "rule", value_name = "ID=MODE")]
    rules: Vec<String>,
    /// What is changed: play this strategy instead
    #[arg(long, value_name = "NAME")]
    other: Option<String>,
    /// What is changed: this job may not use this pool, in one world
    #[arg(long, value_name = "JOB=POOL")]
    keep_off: Option<String>,
    /// Which strategy, by name; the first of the scenario if not given
    #[arg(long, value_name = "NAME")]
    strategy: Option<String>,
    /// Change a value on both sides; may be repeated
    #[arg(long = "both", value_name = "PATH=VALUE")]
    both: Vec<String>,
    /// Take an attribute to be so of all of whom nobody says it, on both sides; may be repeated
    #[arg(long = "assume", value_name = "ATTRIBUTE=VALUE", value_parser = assumption)]
    assumes: Vec<String>,
    /// How many sampled worlds; the scenario's own number if not given
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    replications: Option<u32>,
    /// In which world the jobs are told that fare otherwise; the first is 0
    #[arg(long, value_name = "N", default_value_t = 0)]
    replication: u32,
    /// How many jobs are told at most
    #[arg(long, value_name = "N", default_value_t = 10)]
    jobs: usize,
    /// The seed of all randomness; the scenario's own if not given
    #[arg(long, value_name = "N")]
    seed: Option<u64>,
    /// Threads; 0 is one for each core. The numbers do not depend on it
    #[arg(long, value_name = "N", default_value_t = 0, value_parser = clap::value_parser!(u16).range(0..=1024))]
    threads: u16,
}

/// What both sides are called in tables.
const NAMES: [&str; 2] = ["as it is", "changed"];

/// Rows that are told even where nothing differs.
const ALWAYS: &[&str] = &[
    "cost_total",
    "wait_mean_s",
    "violations",
    "utilisation_allocated",
    "jobs_finished",
];

/// Plays both sides and tells the difference.
pub(super) fn change(arguments: &ChangeArguments) -> Result<(), Failure> {
    let said = said(arguments)?;
    let sides = [side(arguments, false)?, side(arguments, true)?];
    let [before, after] = &sides;
    if before.study.model.currency != after.study.model.currency {
        return Err(Failure::Usage(
            "the ledgers of both sides are in different currencies; use --both to set the same"
                .to_owned(),
        ));
    }
    let (changed, others) = match &arguments.keep_off {
        Some(words) => one_decision(arguments, &sides, words)?,
        None => whole(arguments, &sides)?,
    };
    let mut out = wrapped(&before.study.title(), width());
    out.push('\n');
    for line in said {
        out += &(wrapped(&plain(&line), width()) + "\n");
    }
    out += &(wrapped(&how_sure(&changed, &before.study), width()) + "\n\n");
    let currency = before.study.model.currency.to_string();
    let summary = summary(&changed, &before.study, &currency);
    out += &table(&summary, width());
    out.push('\n');
    for line in summary.sentences.iter().take(1) {
        out += &(wrapped(line, width()) + "\n");
    }
    out += &jobs(arguments, &sides, &others);
    data(&out).map_err(Failure::from)
}

/// Both sides over all replications, and the jobs that fare otherwise in one of them.
fn whole(arguments: &ChangeArguments, sides: &[Side; 2]) -> Result<(Changed, Others), Failure> {
    let [before, after] = sides;
    let dice = before.study.rolls_dice() || after.study.rolls_dice();
    let asked = arguments.replications.unwrap_or(before.study.replications);
    let replications = if dice { asked } else { 1 };
    if replications <= arguments.replication {
        return Err(Failure::Usage(format!(
            "--replication {}: the first is 0 and the last of this run {}",
            arguments.replication,
            replications - 1
        )));
    }
    let samples = sides
        .each_ref()
        .map(|side| move |dice: &Dice, timeline: &mut Timeline| side.study.sample(dice, timeline));
    let plan = |at: usize| Plan {
        model: &sides[at].study.model,
        strategies: std::slice::from_ref(&sides[at].strategy),
        replications,
        seed: sides[0].study.seed,
        threads: usize::from(arguments.threads),
        sample: &samples[at],
    };
    let interrupted = interrupt::flag()?;
    let bar = progress::bar(2 * replications, "replications", false);
    let control = Control {
        cancelled: &interrupted,
        progress: &|_| bar.inc(1),
    };
    let changed = what_if(&plan(0), &plan(1), &control).map_err(anyhow::Error::from)?;
    bar.finish_and_clear();
    if changed.done == 0 {
        return Err(Failure::Interrupted(
            "interrupted before anything was compared".to_owned(),
        ));
    }
    let replay =
        |side: &Side| Replay::of(&side.study.model, before.study.seed, arguments.replication);
    let replays = [replay(before), replay(after)];
    let others = who_differs(
        (&before.study.model, before.strategy, &replays[0]),
        (&after.study.model, after.strategy, &replays[1]),
    )
    .map_err(anyhow::Error::from)?;
    Ok((changed, others))
}

/// One world in which a job may not use a pool on the changed side.
fn one_decision(
    arguments: &ChangeArguments,
    sides: &[Side; 2],
    words: &str,
) -> Result<(Changed, Others), Failure> {
    let [before, after] = sides;
    let seed = before.study.seed;
    let replays = sides
        .each_ref()
        .map(|side| Replay::of(&side.study.model, seed, arguments.replication));
    let [first, mut second] = replays;
    let (name, pool) = job_and_pool(words)?;
    let model = &after.study.model;
    let job =
        find_job(model, &second.timeline, name).ok_or_else(|| no_job(model, &second, name))?;
    let pools = model.pools.iter().map(|pool| pool.name.as_str());
    let found = pools
        .clone()
        .position(|known| known == pool)
        .ok_or_else(|| {
            Failure::Usage(format!(
                "the scenario has no pool `{pool}`; {}",
                near(pool, pools, "pools")
            ))
        })?;
    let model = model.keep_off(&mut second.timeline, job, PoolId::from(found));
    let [a, b] = [
        (&before.study.model, before.strategy, &first),
        (&model, after.strategy, &second),
    ];
    let changed = Changed::of_one(a, b).map_err(anyhow::Error::from)?;
    let others = who_differs(a, b).map_err(anyhow::Error::from)?;
    Ok((changed, others))
}

fn how_sure(changed: &Changed, study: &Study) -> String {
    match changed.done {
        1 => format!("1 replication (seed {}): no interval", study.seed),
        done => format!(
            "{done} replications (seed {}) · ± is the 95 % interval; Δ paired on the same sampled worlds",
            study.seed
        ),
    }
}

fn summary(changed: &Changed, study: &Study, currency: &str) -> Summary {
    let names = NAMES.map(str::to_owned);
    let (layout, columns) = (&changed.layout, &changed.columns);
    let mut strategies = summarise(layout, &names, columns, currency);
    let differs = |id: &str, second: &StrategySummary| {
        let versus = second.versus_first.as_ref().and_then(|all| all.get(id));
        versus.is_some_and(|versus| versus.difference.is_some_and(|by| by != 0.0))
    };
    let told: Vec<String> = layout
        .columns
        .iter()
        .filter(|column| {
            ALWAYS.contains(&column.id.as_str()) || differs(&column.id, &strategies[1])
        })
        .map(|column| column.id.clone())
        .collect();
    for strategy in &mut strategies {
        strategy.metrics.0.retain(|(id, _)| told.contains(id));
    }
    Summary {
        schema_version: SCHEMA_VERSION,
        scenario: study.model.name.clone(),
        run_id: String::new(),
        seed: study.seed,
        currency: currency.to_owned(),
        replications: Replications {
            asked: changed.done,
            done: changed.done,
            partial: false,
        },
        deterministic: changed.done == 1,
        confidence: CONFIDENCE,
        read: Vec::new(),
        strategies,
        sentences: sentences(layout, &names, columns),
        what_would_change_it: Vec::new(),
        gates: Vec::new(),
        rule_prices: Vec::new(),
    }
}

/// The jobs that fare most differently.
fn jobs(arguments: &ChangeArguments, sides: &[Side; 2], others: &Others) -> String {
    let world = arguments.replication;
    let mut lines = vec![String::new()];
    if others.replaced > 0 {
        lines.push(format!(
            "The change samples other jobs: {} of {} in replication {world} are not there or not the same, and what \
             differs is between worlds, too.",
            others.replaced,
            counted((others.replaced + others.same) as u64, "job")
        ));
    }
    let differs = &others.differ;
    if others.same == 0 {
        return laid(&lines);
    }
    if differs.is_empty() {
        lines.push(format!("No job of replication {world} fares otherwise."));
    } else {
        lines.push(format!(
            "{} of {} fare otherwise in replication {world}; most so:",
            differs.len(),
            counted(others.same as u64, "job")
        ));
    }
    let currency = sides[0].study.model.currency.to_string();
    let told = differs.iter().take(arguments.jobs);
    lines.extend(told.map(|of| format!("  {}", fate(sides, of, &currency))));
    laid(&lines)
}

fn laid(lines: &[String]) -> String {
    let lines = lines
        .iter()
        .map(|line| wrapped(&plain(line), width()) + "\n");
    lines.collect()
}

/// How a job fares on both sides.
fn fate(sides: &[Side; 2], of: &Differs, currency: &str) -> String {
    let [a, b] = &of.records;
    let mut parts = Vec::new();
    if a.state != b.state {
        parts.push(format!("{} → {}", a.state.name(), b.state.name()));
    }
    let seconds = |ms: u64| duration(ms as f64 / 1e3, None);
    if waited(a) != waited(b) {
        parts.push(format!(
            "waited {} → {}",
            seconds(waited(a)),
            seconds(waited(b))
        ));
    }
    if a.end != b.end && !a.state.is_unfinished() && !b.state.is_unfinished() {
        let word = if b.end < a.end { "earlier" } else { "later" };
        parts.push(format!(
            "ended {} {word}",
            seconds(a.end.0.abs_diff(b.end.0))
        ));
    }
    let pool = |side: usize| {
        let model = &sides[side].study.model;
        let pool = of.records[side].pool;
        pool.map_or("nowhere", |pool| &model.pool(pool).name)
    };
    if pool(0) != pool(1) {
        parts.push(format!("{} → {}", pool(0), pool(1)));
    }
    if paid(a) != paid(b) {
        let (a, b) = (amount(paid(a).as_units()), amount(paid(b).as_units()));
        parts.push(format!("{a} → {b} {currency}"));
    }
    format!("{}: {}", of.name, parts.join(", "))
}
