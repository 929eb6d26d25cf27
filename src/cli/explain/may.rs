//! `plimsoll explain may`: before any run, where each kind of work may run, where not and by which rule, what it moves, and
//! which rules stand for it.

use std::collections::{BTreeMap, BTreeSet};

use clap::Args;

use crate::cli::arguments::ScenarioArguments;
use crate::cli::exit::Failure;
use crate::cli::output;
use crate::cli::study::Study;
use crate::cli::windows;
use crate::model::{Masks, Model, RuleEffect, RuleMode, Verdict, set_bits};
use crate::record::plain;
use crate::units::{LabelsId, PoolId, ShapeId};

mod moving;

use super::named::near;
use moving::what_moves;

/// Of what.
#[derive(Debug, Args)]
pub(crate) struct MayArguments {
    #[command(flatten)]
    scenario: ScenarioArguments,
    /// Only this class of work
    #[arg(long, value_name = "CLASS")]
    class: Option<String>,
}

/// Shapes of a class to which everything applies alike.
#[derive(Debug)]
struct Group {
    /// The fewest and the most GPUs, in thousandths.
    gpus: (u64, u64),
    shape: ShapeId,
}

/// What rules say of a shape in each pool of its class.
type Verdicts = Vec<Said>;

/// What rules say of a shape in a pool.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Said {
    pool: PoolId,
    /// Those that refuse it.
    refusing: u128,
    /// Those that it violates there, or what it reads on its way there.
    violated: u128,
    /// The version of its work that it would do there.
    version: u8,
}

/// Tells it.
pub(super) fn may(arguments: &MayArguments) -> Result<(), Failure> {
    let study = Study::open(&arguments.scenario, None)?;
    let model = &study.model;
    let own = model.classes.len() - model.rollout.twins.len();
    let classes: Vec<usize> = match &arguments.class {
        None => (0..own).collect(),
        Some(name) => vec![class_called(model, own, name)?],
    };
    let mut lines = vec![head(model)];
    for class in classes {
        lines.push(String::new());
        lines.extend(of_class(model, class));
    }
    lines.push(String::new());
    lines.extend(changes(model));
    let width = output::width();
    let wrapped = lines.iter().map(|line| output::wrapped(line, width) + "\n");
    Ok(output::data(&wrapped.collect::<String>())?)
}

fn class_called(model: &Model, own: usize, name: &str) -> Result<usize, Failure> {
    let names = || model.classes[..own].iter().map(|class| class.name.as_str());
    names().position(|known| known == name).ok_or_else(|| {
        let hint = near(name, names(), "classes");
        Failure::Usage(format!("the scenario has no class `{name}`; {hint}"))
    })
}

fn head(model: &Model) -> String {
    let rules = &model.rules;
    if !rules.are_used() {
        return "there are no rules: whatever a class can use it may use".to_owned();
    }
    if rules.have_permits() {
        "as the run begins; what a rule forbids is refused, and so is what none permits".to_owned()
    } else {
        "as the run begins; what no rule forbids is allowed".to_owned()
    }
}

/// Everything about one class.
fn of_class(model: &Model, class: usize) -> Vec<String> {
    let name = plain(&model.classes[class].name).into_owned();
    let mut lines = Vec::new();
    let groups = groups(model, class);
    if groups.is_empty() {
        lines.push(format!("class {name}"));
        lines.push("  no job of it comes".to_owned());
        return lines;
    }
    let alone = groups.len() == 1;
    for group in groups {
        let (least, most) = (group.gpus.0 as f64 / 1e3, group.gpus.1 as f64 / 1e3);
        let gpus = match (alone, least == most) {
            (true, _) => String::new(),
            (false, true) => format!(", of {least} GPUs"),
            (false, false) => format!(", of {least} to {most} GPUs"),
        };
        let labels = model.labels.of(model.labelled(group.shape).labels).iter();
        let labels = labels.map(|(name, value)| format!(", {name} {value}"));
        let labels = labels.collect::<String>();
        lines.push(format!("class {name}{gpus}{}", plain(&labels)));
        let masks = model.rules.first_masks();
        let verdicts = verdicts(model, masks, group.shape);
        lines.extend(where_to(model, class, &verdicts));
        lines.extend(when(model, class));
        lines.extend(what_moves(model, model.labelled(group.shape), &verdicts));
        lines.extend(who_proves(model, group.shape));
    }
    lines
}

/// The shapes of a class, those together of which rules say the same.
fn groups(model: &Model, class: usize) -> Vec<Group> {
    let mut found: BTreeMap<(LabelsId, Verdicts), Group> = BTreeMap::new();
    let all = model.rules.masks(|_| RuleMode::Enforce);
    for (index, shape) in model.shapes.iter().enumerate() {
        if model.rollout.reported(shape.class).index() != class || shape.class.index() != class {
            continue;
        }
        let id = ShapeId::from(index);
        let gpus = shape.gpus.0;
        let key = (shape.labels, verdicts(model, all, id));
        let group = found.entry(key).or_insert(Group {
            gpus: (gpus, gpus),
            shape: id,
        });
        group.gpus = (group.gpus.0.min(gpus), group.gpus.1.max(gpus));
    }
    let mut groups: Vec<Group> = found.into_values().collect();
    groups.sort_by_key(|group| group.gpus);
    groups
}

fn verdicts(model: &Model, masks: Masks, shape: ShapeId) -> Verdicts {
    let class = model.class_of(shape);
    let rules = &model.rules;
    let pools = model.classes[class.index()].pools.iter();
    let told = pools.map(|&pool| {
        let mut said = Said {
            pool,
            refusing: 0,
            violated: 0,
            version: 0,
        };
        if rules.are_used() {
            said.version = model.version(masks, shape, pool).unwrap_or(0);
            said.refusing = model.refusing(masks, shape, pool);
            said.violated = rules.violated(masks, (shape, said.version), pool)
                | model.data_violates(masks, (model.labelled(shape), said.version), pool);
        }
        said
    });
    told.collect()
}

/// Where it may run, where against rules that are only audited, and where not.
fn where_to(model: &Model, class: usize, verdicts: &Verdicts) -> Vec<String> {
    let of = &model.classes[class];
    let mut lines = Vec::new();
    let name = |pool: PoolId| plain(&model.pool(pool).name).into_owned();
    let leaves = |pool: PoolId| of.burst || !model.pool(pool).is_rented();
    let may: Vec<String> = verdicts
        .iter()
        .filter(|said| said.refusing == 0 && said.violated == 0 && leaves(said.pool))
        .map(|said| name(said.pool))
        .collect();
    lines.push(if may.is_empty() {
        "  may run nowhere without breaking a rule".to_owned()
    } else {
        format!("  may run on {}", may.join(", "))
    });
    for &Said {
        pool,
        refusing,
        violated,
        ..
    } in verdicts
    {
        if !leaves(pool) {
            let why = "its class does not leave owned capacity (burst = false)";
            lines.push(format!("  not on {}: {why}", name(pool)));
        } else if refusing != 0 {
            let by = rules_in_words(model, refusing);
            lines.push(format!("  not on {}: {by}", name(pool)));
        } else if violated != 0 {
            let by = rules_in_words(model, violated);
            lines.push(format!(
                "  on {} only because rules are audited: {by}",
                name(pool)
            ));
        }
    }
    let known: BTreeSet<PoolId> = verdicts.iter().map(|said| said.pool).collect();
    let never: Vec<String> = (0..model.pools.len())
        .map(PoolId::from)
        .filter(|pool| !known.contains(pool))
        .map(name)
        .collect();
    if !never.is_empty() {
        lines.push(format!(
            "  cannot use {}: not among its pools, or too little memory",
            never.join(", ")
        ));
    }
    lines
}

/// In which windows, where it may not start at any time.
fn when(model: &Model, class: usize) -> impl Iterator<Item = String> + '_ {
    let all = model.windows.list.iter();
    let about = all.filter(move |window| window.classes.contains(&class.into()));
    about.map(|window| format!("  only in window {}", windows::line(model, window)))
}

/// Rules with their reasons.
fn rules_in_words(model: &Model, bits: u128) -> String {
    let words = set_bits(bits).map(|bit| {
        let Some(rule) = model.rules.list.get(bit) else {
            return "no rule permits it".to_owned();
        };
        let id = plain(&rule.id);
        if rule.reason.is_empty() {
            format!("rule {id}")
        } else {
            format!("rule {id} ({})", plain(&rule.reason))
        }
    });
    words.collect::<Vec<_>>().join("; ")
}

/// Which rules look at it somewhere, and for which controls they stand.
fn who_proves(model: &Model, shape: ShapeId) -> Vec<String> {
    let class = model.class_of(shape);
    let pools = model.classes[class.index()].pools.iter();
    let versions = model.transforms.versions.max(1) as u8;
    let mut fired = pools.fold(0, |all, &pool| {
        let rules = &model.rules;
        let of = |version| rules.fired_in(0, (shape, version), pool);
        all | if rules.are_used() {
            (0..versions).map(of).fold(0, |all, bits| all | bits)
        } else {
            0
        }
    });
    for (freight, _, verdicts) in model.network.moves.all() {
        if freight.is_of(model.labelled(shape)) {
            let of = |verdict: &Verdict| verdict.permits.iter().fold(verdict.forbids, |a, b| a | b);
            fired |= verdicts.iter().map(of).fold(0, |all, bits| all | bits);
        }
    }
    if fired == 0 {
        return vec!["  proof: no rule is about it".to_owned()];
    }
    let rules = set_bits(fired).filter_map(|bit| model.rules.list.get(bit));
    let words: Vec<String> = rules
        .map(|rule| {
            let effect = match rule.effect {
                RuleEffect::Permit => "permit",
                RuleEffect::Forbid => "forbid",
                RuleEffect::Require => "require",
            };
            let (id, mode) = (plain(&rule.id), rule.mode.name());
            let controls: Vec<_> = rule.controls.iter().map(|control| plain(control)).collect();
            if controls.is_empty() {
                format!("{id} ({effect}, {mode}; no control)")
            } else {
                format!("{id} ({effect}, {mode}; {})", controls.join(", "))
            }
        })
        .collect();
    vec![format!("  proof: {}", words.join("; "))]
}

/// What may be otherwise later, and where the proof is.
fn changes(model: &Model) -> Vec<String> {
    let mut lines = Vec::new();
    for strategy in &model.strategies {
        for &(rule, mode) in &strategy.rules {
            let rule = plain(model.rules.name_of(usize::from(rule)));
            let (name, mode) = (plain(&strategy.name), mode.name());
            lines.push(format!("strategy {name} holds {rule} to {mode}"));
        }
    }
    if model.rules.are_used() {
        lines.push(
            "run with --evidence to have each decision written down, and see `plimsoll evidence report`"
                .to_owned(),
        );
    }
    lines
}
