//! `[[runbook]]`: who does what before a failover begins, checked against what there is.

use std::collections::BTreeSet;

use crate::model::Rules;
use crate::model::failover::Failover;
use crate::model::rules::{RuleOn, condition};
use crate::model::runbook::{Runbook, Stage, Step, StepDoes};
use crate::process::Law;
use crate::scenario::{
    Given, LawSpec, Origin, RunbookSpec, ScenarioFile, SeverityKind, StageOfRunbookKind, StepKind,
    StepOfRunbookSpec,
};
use crate::units::{Epoch, PoolId, Price, ShapeId, parse_amount};

use super::context::Context;
use super::failovers::Known;
use super::hours;
use super::laws;
use super::rules::within;
use super::selector;
use super::strategies;

/// All runbooks of these failovers.
pub(super) fn read(
    context: &mut Context,
    file: &ScenarioFile,
    (epoch, list, rules): (Epoch, &[Failover], &Rules),
    known: Known<'_>,
) -> Vec<Runbook> {
    let mut taken = BTreeSet::new();
    let mut books: Vec<Runbook> = Vec::new();
    let names: Vec<&str> = list.iter().map(|failover| failover.name.as_str()).collect();
    for (spec, table) in file.runbook.items() {
        let name = context.name(&spec.name, table, "runbook", &mut taken);
        let example = "failover = \"…\"";
        let of = context.required(&spec.failover, table, "the failover of a runbook", example);
        let Some((failover, origin)) = of else {
            continue;
        };
        let Some(place) = names.iter().position(|known| known == failover) else {
            context.unknown(origin, "failover", failover, &names);
            continue;
        };
        if books.iter().any(|book| usize::from(book.failover) == place) {
            let message = format!("failover `{failover}` has a runbook already");
            context.fault(origin, message, "keep one, with all its steps");
        }
        let whose = (place, &list[place], rules);
        let book = runbook(context, spec, epoch, whose, known);
        if let Some(name) = name {
            books.push(Runbook { name, ..book });
        }
    }
    books
}

fn runbook(
    context: &mut Context,
    spec: &RunbookSpec,
    epoch: Epoch,
    (place, failover, rules): (usize, &Failover, &Rules),
    known: Known<'_>,
) -> Runbook {
    let currency = context.currency;
    let rate = context.quantity(&spec.rate, |text| {
        let bare = text.trim().strip_suffix("/h").map(str::trim_end);
        let is_bare = |number: &&str| number.ends_with(|last: char| last.is_ascii_digit());
        match bare.filter(is_bare) {
            Some(number) => parse_amount(&format!("{number} {currency}/h"), currency, "/h"),
            None => parse_amount(text, currency, "/h"),
        }
    });
    let mut steps: Vec<Step> = Vec::new();
    for (step, table) in spec.step.items() {
        steps.extend(self::step(context, step, table, (failover, rules), known));
    }
    if spec.step.items().next().is_none() {
        steps.push(Step {
            does: StepDoes::Failover,
            says: String::new(),
            when: String::new(),
            is_allowed: true,
            approval: !spec.approve.is_absent(),
            execute: None,
            fails: 0,
        });
    } else if !steps.iter().any(|step| step.does == StepDoes::Failover)
        && let Some(origin) = spec.step.origin()
        && context.problems.is_empty()
    {
        let fix = "add a [[runbook.step]] with does = \"failover\"";
        context.fault(origin, "no step of this runbook begins its failover", fix);
    }
    let automatic = spec.automatic.value().copied().unwrap_or(false);
    for (field, word) in [(&spec.page, "page"), (&spec.decide, "decide")] {
        if let (true, Some(origin)) = (automatic, field.origin()) {
            let message = format!("nobody has to {word} what carries itself out");
            context.fault(
                origin,
                message,
                format!("leave `{word}` out, or write automatic = false"),
            );
        }
    }
    Runbook {
        name: String::new(),
        failover: place as u16,
        severity: match spec.severity.value() {
            Some(SeverityKind::Low) => "low",
            Some(SeverityKind::Critical) => "critical",
            Some(SeverityKind::High) | None => "high",
        },
        owner: spec
            .owner
            .value()
            .cloned()
            .unwrap_or_else(|| "on call".to_owned()),
        automatic,
        times: [
            law(context, &spec.detect),
            law(context, &spec.page),
            law(context, &spec.decide),
            law(context, &spec.approve),
            None,
        ],
        in_hours: in_hours(context, spec),
        hours: hours::read(context, &spec.hours, epoch),
        people: context.count(&spec.people, 1_000).unwrap_or(1),
        rate: Price(rate.unwrap_or(0)),
        steps,
    }
}

fn law(context: &mut Context, field: &Given<LawSpec>) -> Option<Law> {
    let (spec, origin) = field.here()?;
    laws::read(context, spec, origin)
}

fn in_hours(context: &mut Context, spec: &RunbookSpec) -> [bool; Stage::ALL.len()] {
    if spec.hours.is_absent() {
        if let Some(origin) = spec.in_hours.origin() {
            let fix = "add hours = { from = \"08:00\", to = \"18:00\" }";
            context.fault(origin, "nobody says which hours", fix);
        }
        return [false; Stage::ALL.len()];
    }
    if spec.in_hours.is_absent() {
        let name = spec.name.value().cloned().unwrap_or_default();
        context.note_default(
            format!("runbook {name}: what waits for working hours"),
            "decide, approve",
        );
        return [false, false, true, true, false];
    }
    let stages: Vec<Stage> = spec
        .in_hours
        .items()
        .map(|(kind, _)| stage(*kind))
        .collect();
    Stage::ALL.map(|stage| stages.contains(&stage))
}

const fn stage(kind: StageOfRunbookKind) -> Stage {
    match kind {
        StageOfRunbookKind::Detect => Stage::Detect,
        StageOfRunbookKind::Page => Stage::Page,
        StageOfRunbookKind::Decide => Stage::Decide,
        StageOfRunbookKind::Approve => Stage::Approve,
        StageOfRunbookKind::Execute => Stage::Execute,
    }
}

fn step(
    context: &mut Context,
    spec: &StepOfRunbookSpec,
    table: Origin,
    (failover, rules): (&Failover, &Rules),
    known: Known<'_>,
) -> Option<Step> {
    let example = "does = \"failover\" (or rules, quota, mend, check)";
    let (&does, _) = context.required(&spec.does, table, "what a step does", example)?;
    let fields: [(Option<Origin>, &str, StepKind); 3] = [
        (spec.rules.origin(), "rules", StepKind::Rules),
        (spec.selector.origin(), "where", StepKind::Quota),
        (spec.gpus.origin(), "gpus", StepKind::Quota),
    ];
    for (field, word, of) in fields {
        if let Some(origin) = field.filter(|_| of != does) {
            let message = format!("`{word}` means nothing here");
            context.fault(origin, message, "leave it out");
        }
    }
    let does = match does {
        StepKind::Failover => StepDoes::Failover,
        StepKind::Check => StepDoes::Check,
        StepKind::Mend => {
            let mut triggers = failover.triggers.iter();
            if !triggers.any(|trigger| trigger.signal.can_be_mended())
                && let Some(origin) = spec.does.origin()
            {
                let message = format!("nothing that sets off {} can be mended", failover.name);
                let fix =
                    "leave the step out: a site, a price or a queue is not set right by a step";
                context.fault(origin, message, fix);
            }
            StepDoes::Mend
        }
        StepKind::Rules => {
            let example = "rules = { … = \"audit\" }";
            context.required(&spec.rules, table, "the modes of rules", example)?;
            StepDoes::Rules(strategies::modes(context, &spec.rules, rules))
        }
        StepKind::Quota => {
            context.required(&spec.gpus, table, "how many GPUs", "gpus = 256")?;
            let able = |draft: &super::pools::PoolDraft| draft.pool.is_rented();
            let pools = selector::pools(
                context,
                &spec.selector,
                table,
                known.sites,
                known.pools,
                able,
            );
            StepDoes::Quota(pools, spec.gpus.value().copied()?)
        }
    };
    let fails = context.number(&spec.fails, 0.0, 1.0).unwrap_or(0.0);
    Some(Step {
        does,
        says: spec.says.value().cloned().unwrap_or_default(),
        when: spec.when.value().cloned().unwrap_or_default(),
        is_allowed: is_allowed(context, &spec.when, failover, known),
        approval: spec.approval.value().copied().unwrap_or(false),
        execute: law(context, &spec.execute),
        fails: (fails * 1e6).round() as u32,
    })
}

/// Whether a condition holds of some class of the failover and some of its targets.
fn is_allowed(
    context: &mut Context,
    field: &Given<String>,
    failover: &Failover,
    known: Known<'_>,
) -> bool {
    let Some((when, origin)) = field.here() else {
        return true;
    };
    let condition = match condition(when, RuleOn::Run, &known.described.vocabulary) {
        Ok(condition) => condition,
        Err(fault) => {
            let place = within(context, origin, when, (fault.start, fault.end));
            context.fault(place, fault.message, fault.fix);
            return false;
        }
    };
    let shapes = (0..known.shapes.len()).map(ShapeId::from);
    let of_class = |shape: &ShapeId| {
        failover
            .classes
            .contains(&known.shapes[shape.index()].class)
    };
    let mut targets: Vec<PoolId> = failover
        .targets
        .iter()
        .flat_map(|target| target.pools.iter().copied())
        .collect();
    if targets.is_empty() {
        targets.clone_from(&failover.leaves);
    }
    if targets.is_empty() {
        let classes = failover.classes.iter();
        let pools = classes.flat_map(|class| &known.classes[class.index()].class.pools);
        targets.extend(pools);
    }
    shapes.filter(of_class).any(|shape| {
        let job = known.described.job(shape.index());
        let holds = |pool: &PoolId| {
            condition.holds(&[job, &known.described.start.targets[pool.index()]]) == Some(true)
        };
        targets.iter().any(holds)
    })
}
