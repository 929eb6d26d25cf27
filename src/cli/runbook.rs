//! `plimsoll runbook`: each runbook tried out in many sampled worlds, or printed for people to read.

use std::collections::BTreeMap;
use std::sync::atomic::Ordering;

use clap::{Args, Subcommand};

use crate::experiment::{Drill, Tried, amount, drill, duration};
use crate::model::{Model, Runbook};
use crate::record::plain;
use crate::stats::{censored, percentile_censored, wilson};
use crate::units::{Span, StrategyId, parse_span};

use super::arguments::ScenarioArguments;
use super::exit::Failure;
use super::study::{Study, counted};
use super::{interrupt, output};

mod markdown;

/// What to do with runbooks.
#[derive(Debug, Subcommand)]
pub(super) enum RunbookCommand {
    /// Lose what each runbook is for in many sampled worlds, and tell how often it worked, and how soon
    #[command(
        after_help = "Examples:\n  plimsoll runbook test scenarios/failover.toml\n  \
                      plimsoll runbook test scenarios/failover.toml --worlds 200 --lasts \"6 h\" --strategy leave"
    )]
    Test(TestArguments),
    /// Print runbooks as Markdown, for people to read, change and keep
    #[command(
        after_help = "Examples:\n  plimsoll runbook export scenarios/failover.toml\n  \
                      plimsoll runbook export scenarios/failover.toml --name \"frankfurt lost\" > frankfurt-lost.md"
    )]
    Export(ExportArguments),
}

/// What to print.
#[derive(Debug, Args)]
pub(super) struct ExportArguments {
    #[command(flatten)]
    scenario: ScenarioArguments,
    /// Which runbook, by name; all if not given
    #[arg(long, value_name = "NAME")]
    name: Option<String>,
}

/// How to test.
#[derive(Debug, Args)]
pub(super) struct TestArguments {
    #[command(flatten)]
    scenario: ScenarioArguments,
    /// In how many sampled worlds
    #[arg(long, value_name = "N", default_value_t = 100, value_parser = clap::value_parser!(u32).range(1..=100_000))]
    worlds: u32,
    /// How long what is lost stays lost
    #[arg(long, value_name = "TIME", default_value = "24 h")]
    lasts: String,
    /// Under which strategy, by name; the last of the scenario if not given
    #[arg(long, value_name = "NAME")]
    strategy: Option<String>,
    /// Which runbook, by name; all if not given
    #[arg(long, value_name = "NAME")]
    name: Option<String>,
    /// The seed of all randomness; the scenario's own if not given
    #[arg(long, value_name = "N", allow_negative_numbers = true)]
    seed: Option<u64>,
}

pub(super) fn runbook(command: &RunbookCommand) -> Result<(), Failure> {
    match command {
        RunbookCommand::Test(arguments) => test(arguments),
        RunbookCommand::Export(arguments) => {
            let study = Study::open(&arguments.scenario, None)?;
            let chosen = chosen(&study.model, arguments.name.as_deref())?;
            let pages = chosen.iter().map(|book| markdown::page(&study.model, book));
            let pages: Vec<String> = pages.collect();
            output::data(&pages.join("\n")).map_err(Failure::from)
        }
    }
}

/// The runbook of a name, or all; a fault if there is none.
fn chosen<'m>(model: &'m Model, name: Option<&str>) -> Result<Vec<&'m Runbook>, Failure> {
    let books = &model.failovers.runbooks;
    let named = |book: &&Runbook| name.is_none_or(|name| book.name == name);
    let chosen: Vec<&Runbook> = books.iter().filter(named).collect();
    if !chosen.is_empty() {
        return Ok(chosen);
    }
    let known: Vec<String> = books
        .iter()
        .map(|book| format!("`{}`", plain(&book.name)))
        .collect();
    Err(Failure::Usage(if known.is_empty() {
        "there is no [[runbook]] in the scenario".to_owned()
    } else {
        format!("no such runbook; there are {}", known.join(", "))
    }))
}

fn test(arguments: &TestArguments) -> Result<(), Failure> {
    let lasts = parse_span(&arguments.lasts)
        .map_err(|error| Failure::Usage(format!("--lasts: {error}; {}", error.fix())))?;
    let study = Study::open(&arguments.scenario, arguments.seed)?;
    let model = &study.model;
    let last = model.strategies.len() - 1;
    let strategy = match &arguments.strategy {
        Some(name) => study.strategy(Some(name))?,
        None => StrategyId::from(last),
    };
    let chosen = chosen(model, arguments.name.as_deref())?;
    let cancelled = interrupt::flag()?;
    for book in chosen {
        let what = Drill {
            model,
            strategy,
            failover: usize::from(book.failover),
            seed: study.seed,
            worlds: arguments.worlds,
            lasts,
        };
        let tried = drill(&what, &cancelled).map_err(|stuck| Failure::Runtime(stuck.into()))?;
        if cancelled.load(Ordering::Relaxed) {
            return Err(Failure::Interrupted("interrupted".to_owned()));
        }
        output::data(&told(model, (book, strategy), lasts, &tried))?;
    }
    Ok(())
}

fn told(
    model: &Model,
    (book, strategy): (&Runbook, StrategyId),
    lasts: Span,
    tried: &[Tried],
) -> String {
    let failover = &model.failovers.list[usize::from(book.failover)];
    let mut lines = vec![format!(
        "runbook {} ({}, {}): failover {} under {}, {}",
        plain(&book.name),
        book.severity,
        plain(&book.owner),
        plain(&failover.name),
        plain(&model.strategies[strategy.index()].name),
        counted(tried.len() as u64, "sampled world"),
    )];
    if tried.iter().all(|one| one.lost_at.is_none()) {
        lines.push(
            "  nothing that its triggers watch can be lost on purpose: what follows is of what happened by itself"
                .to_owned(),
        );
    } else {
        lines.push(format!(
            "  in each, what its first such trigger watches is lost once for {}",
            time(lasts)
        ));
    }
    let outcomes: Vec<bool> = tried.iter().filter_map(Tried::worked).collect();
    let worked = outcomes.iter().filter(|worked| **worked).count();
    lines.push(match wilson(worked as u32, outcomes.len() as u32, 0.95) {
        None => "  in none of them anything of its classes was lost".to_owned(),
        Some(bounds) => format!(
            "  worked in {worked} of {} where something was lost: {:.2} (95 % {:.2} to {:.2})",
            outcomes.len(),
            worked as f64 / outcomes.len() as f64,
            bounds.low,
            bounds.high
        ),
    });
    let began = tried.iter().filter_map(|one| {
        let (lost, begun) = (one.lost_at?, one.begun_at?);
        Some((begun.since(lost), true))
    });
    lines.extend(percentiles("  began after", began));
    let took = tried.iter().filter_map(Tried::took);
    lines.extend(percentiles("  all that was lost worked again after", took));
    let worlds = tried.len().max(1) as f64;
    let hours: f64 = tried
        .iter()
        .map(|one| one.people.as_seconds() / 3600.0)
        .sum();
    let cost: f64 = tried.iter().map(|one| one.people_cost.as_units()).sum();
    let violations: u64 = tried.iter().map(|one| one.violations).sum();
    lines.push(format!(
        "  people {} h and {} {}, violations of rules {}, in a world on average",
        amount(hours / worlds),
        amount(cost / worlds),
        model.currency,
        amount(violations as f64 / worlds)
    ));
    lines.extend(failures(book, tried));
    lines
        .into_iter()
        .map(|line| output::wrapped(&line, output::width()) + "\n")
        .collect::<String>()
        + "\n"
}

/// What went wrong first, where it did not work.
fn failures(book: &Runbook, tried: &[Tried]) -> Option<String> {
    let mut first: BTreeMap<String, u32> = BTreeMap::new();
    for one in tried.iter().filter(|one| one.worked() == Some(false)) {
        let what = match (one.failed_step, one.begun_at) {
            (Some(step), _) => {
                let of = &book.steps[usize::from(step)];
                let why = if of.is_allowed {
                    "failed"
                } else {
                    "must not be done"
                };
                format!("step {} ({}) {why}", step + 1, of.does.name())
            }
            (None, None) => "it never began".to_owned(),
            (None, Some(_)) => {
                "all steps were done, and work ran again too late or lost too much".to_owned()
            }
        };
        *first.entry(what).or_default() += 1;
    }
    let words: Vec<String> = first
        .into_iter()
        .map(|(what, count)| format!("{what}: {count}"))
        .collect();
    (!words.is_empty()).then(|| format!("  where it did not work: {}", words.join("; ")))
}

fn percentiles(label: &str, times: impl Iterator<Item = (Span, bool)>) -> Option<String> {
    let mut keys: Vec<u64> = times
        .map(|(span, known)| censored(span.0, !known))
        .collect();
    let mut at = |per_mille| {
        percentile_censored(&mut keys, per_mille).map(|found| {
            let least = if found.censored { "≥ " } else { "" };
            format!("{least}{}", time(Span(found.value)))
        })
    };
    let (half, most) = (at(500)?, at(950)?);
    Some(format!("{label} {half} (p50), {most} (p95)"))
}

fn time(span: Span) -> String {
    duration(span.as_seconds(), None)
}
