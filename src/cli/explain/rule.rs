//! `plimsoll explain rule`: whom a rule concerns, what it did, and what it costs.

use clap::Args;

use crate::dice::Dice;
use crate::experiment::{Changed, Control, Plan, Refusals, amount, duration, estimate, what_if};
use crate::metrics::Unit;
use crate::model::{Model, RuleEffect, RuleMode, RuleOn, Timeline};

use super::super::exit::Failure;
use super::super::output::data;
use super::super::rules::{concerned, spared};
use super::super::study::{counted, hours};
use super::super::{interrupt, moves, progress};
use super::lay::laid;
use super::named::near;
use super::scene::{Scene, SceneArguments};
use super::tale;

/// Which rule.
#[derive(Debug, Args)]
pub(in crate::cli) struct RuleArguments {
    /// The rule, by its id
    #[arg(value_name = "RULE")]
    id: String,
    #[command(flatten)]
    scene: SceneArguments,
    /// Over how many sampled worlds its price is told; the scenario's own number if not given
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    replications: Option<u32>,
    /// Threads; 0 is one for each core. The numbers do not depend on it
    #[arg(long, value_name = "N", default_value_t = 0, value_parser = clap::value_parser!(u16).range(0..=1024))]
    threads: u16,
}

/// Tells what a rule is about, what it did in one world, and what it costs over many.
pub(super) fn rule(arguments: &RuleArguments) -> Result<(), Failure> {
    let scene = Scene::open(&arguments.scene)?;
    let model = scene.model();
    let ids = model.rules.list.iter().map(|rule| rule.id.as_str());
    let rule = ids
        .clone()
        .position(|id| id == arguments.id)
        .ok_or_else(|| {
            Failure::Usage(format!(
                "the scenario has no rule `{}`; {}",
                arguments.id,
                near(&arguments.id, ids, "rules")
            ))
        })?;
    let mut refusals = Refusals::of(rule);
    scene.play(&mut refusals)?;
    let mut lines = what_it_says(&scene, rule);
    lines.extend(what_it_did(model, &refusals));
    lines.extend(price(arguments, &scene, rule)?);
    data(&(scene.head() + &laid(&lines))).map_err(Failure::from)
}

/// The mode to which the strategy holds a rule, or its own.
fn mode(scene: &Scene, rule: usize) -> RuleMode {
    let settings = &scene.model().strategies[scene.strategy.index()];
    let own = settings.rules.iter().find(|own| usize::from(own.0) == rule);
    own.map_or(scene.model().rules.list[rule].mode, |own| own.1)
}

fn what_it_says(scene: &Scene, rule: usize) -> Vec<String> {
    let model = scene.model();
    let said = &model.rules.list[rule];
    let does = match said.effect {
        RuleEffect::Permit => "permits",
        RuleEffect::Forbid => "forbids",
        RuleEffect::Require => "requires a transform",
    };
    let mut lines = vec![
        format!(
            "{} · {does} · {} at the start",
            said.id,
            mode(scene, rule).name()
        ),
        format!("when        {}", said.when.trim()),
    ];
    if !said.reason.is_empty() {
        lines.push(format!("reason      {}", said.reason));
    }
    let whom = match said.on {
        RuleOn::Move => moves::places(model, rule),
        RuleOn::Run => concerned(model, rule),
    };
    lines.push(if whom.is_empty() {
        "concerns    nobody: nothing in this estate is as it says".to_owned()
    } else {
        format!("concerns    {}", whom.join("; "))
    });
    let spared = spared(model, model.rules.masks(|of| mode(scene, of)), rule);
    if !spared.is_empty() {
        lines.push(format!(
            "on copies   {}: done on what transforms made, of which it does not refuse it",
            spared.join("; ")
        ));
    }
    lines
}

fn what_it_did(model: &Model, refusals: &Refusals) -> Vec<String> {
    let mut lines = Vec::new();
    if refusals.refused.is_empty() {
        lines.push("refused     nobody anything in this world".to_owned());
    } else {
        lines.push(format!(
            "refused     {} something:",
            counted(refusals.jobs() as u64, "job")
        ));
    }
    for (pool, (times, jobs)) in &refusals.refused {
        lines.push(format!(
            "            {}: {} in {}",
            model.pool(*pool).name,
            counted(jobs.len() as u64, "job"),
            counted(*times, "decision")
        ));
    }
    if refusals.waited.1 > 0 {
        lines.push(format!(
            "waited      {} of them for rules, {} in all",
            refusals.waited.1,
            tale::ms(refusals.waited.0)
        ));
    }
    let violated = refusals
        .violations
        .iter()
        .filter(|of| of.violations > 0 || of.gpu_time > 0);
    for record in violated {
        lines.push(format!(
            "violated    {} on {}, for {} GPU-h",
            counted(record.violations, "time"),
            model.pool(record.pool).name,
            hours(record.gpu_time)
        ));
    }
    if refusals.evicted > 0 {
        lines.push(format!("evicted     {}", counted(refusals.evicted, "time")));
    }
    for (at, mode) in &refusals.changes {
        lines.push(format!(
            "            {} from {}",
            mode.name(),
            model.epoch.format(*at)
        ));
    }
    lines
}

/// What it costs: the same worlds with it obeyed, and with it only audited.
fn price(arguments: &RuleArguments, scene: &Scene, rule: usize) -> Result<Vec<String>, Failure> {
    let with = |mode: RuleMode| {
        let mut model = scene.model().clone();
        let own = &mut model.strategies[scene.strategy.index()].rules;
        own.retain(|of| usize::from(of.0) != rule);
        own.push((rule as u16, mode));
        model
    };
    let models = [with(RuleMode::Audit), with(RuleMode::Enforce)];
    let sample = |dice: &Dice, timeline: &mut Timeline| scene.study.sample(dice, timeline);
    let asked = arguments.replications.unwrap_or(scene.study.replications);
    let replications = if scene.study.rolls_dice() { asked } else { 1 };
    let plan = |model| Plan {
        model,
        strategies: std::slice::from_ref(&scene.strategy),
        replications,
        seed: scene.replay.dice.seed,
        threads: usize::from(arguments.threads),
        sample: &sample,
    };
    let interrupted = interrupt::flag()?;
    let bar = progress::bar(2 * replications, "replications", false);
    let control = Control {
        cancelled: &interrupted,
        progress: &|_| bar.inc(1),
    };
    let changed = what_if(&plan(&models[0]), &plan(&models[1]), &control);
    let changed = changed.map_err(anyhow::Error::from)?;
    bar.finish_and_clear();
    let head = format!(
        "price       what obeying it throughout changes against only auditing it, over {} (seed {}):",
        counted(u64::from(changed.done), "replication"),
        scene.replay.dice.seed
    );
    let differences = differences(&changed, &scene.model().currency.to_string());
    Ok(std::iter::once(head).chain(differences).collect())
}

/// What is told of the price of a rule.
const PRICES: [(&str, &str); 6] = [
    ("cost_total", "in total cost"),
    ("wait_mean_s", "in mean wait"),
    ("preempted_mean_s", "in mean wait after being stopped"),
    ("jobs_finished", "jobs finished"),
    ("violations", "violations of any rule"),
    ("utilisation_allocated", "in allocated utilisation"),
];

fn differences(changed: &Changed, currency: &str) -> Vec<String> {
    let mut lines = Vec::new();
    for (id, words) in PRICES {
        let Some(at) = changed.layout.position(id) else {
            continue;
        };
        let unit = changed.layout.columns[at].metric.unit;
        let Some(by) = changed.columns[1].versus_first(at).difference() else {
            continue;
        };
        if by.value == 0.0 && id != "cost_total" && id != "wait_mean_s" {
            continue;
        }
        let sign = if by.value < 0.0 { "−" } else { "+" };
        let (value, half) = (by.value.abs(), by.half_width());
        let text = match unit {
            Unit::Seconds => duration(value, half),
            Unit::Money if half.is_none() => format!("{} {currency}", amount(value)),
            Unit::Money => format!("{} {currency}", estimate(value, half)),
            _ => estimate(value, half),
        };
        let text = if by.value == 0.0 {
            "no change".to_owned()
        } else {
            format!("{sign}{text}")
        };
        lines.push(format!("            {text} {words}"));
    }
    lines
}
