//! The two sides of a comparison, and what is said to differ between them.

use crate::model::{Model, RuleMode};
use crate::scenario;
use crate::units::StrategyId;

use super::super::super::arguments::ScenarioArguments;
use super::super::super::exit::Failure;
use super::super::super::study::Study;
use super::super::named::near;
use super::ChangeArguments;

/// One side of the comparison.
pub(super) struct Side {
    pub(super) study: Study,
    pub(super) strategy: StrategyId,
}

/// What is changed, in words.
pub(super) fn said(arguments: &ChangeArguments) -> Result<Vec<String>, Failure> {
    let mut said: Vec<String> = Vec::new();
    said.extend(arguments.sets.iter().map(|set| format!("changed: {set}")));
    said.extend(
        arguments
            .rules
            .iter()
            .map(|rule| format!("changed: rule {rule}")),
    );
    said.extend(
        arguments
            .other
            .iter()
            .map(|name| format!("changed: strategy \"{name}\"")),
    );
    if let Some(words) = &arguments.keep_off {
        let (job, pool) = job_and_pool(words)?;
        said.push(format!("changed: job {job} may not use {pool}"));
    }
    if said.is_empty() {
        return Err(Failure::Usage(
            "nothing is changed: say what with --set, --rule, --other or --keep-off".to_owned(),
        ));
    }
    if arguments.keep_off.is_some() && arguments.replications.is_some() {
        return Err(Failure::Usage(
            "one decision is changed in one world: say which with --replication instead of --replications"
                .to_owned(),
        ));
    }
    Ok(said)
}

pub(super) fn side(arguments: &ChangeArguments, changed: bool) -> Result<Side, Failure> {
    let mut sets = arguments.both.clone();
    let assumes = arguments.assumes.iter();
    sets.extend(assumes.map(|words| scenario::assumption(words)));
    if changed {
        sets.extend(arguments.sets.iter().cloned());
    }
    let scenario = ScenarioArguments {
        file: arguments.file.clone(),
        sets,
        assumes: Vec::new(),
    };
    let mut study = Study::open(&scenario, arguments.seed)?;
    let asked = match (&arguments.other, changed) {
        (Some(other), true) => Some(other.as_str()),
        _ => arguments.strategy.as_deref(),
    };
    let strategy = study.strategy(asked)?;
    if changed {
        for words in &arguments.rules {
            let (rule, mode) = rule(&study.model, words)?;
            let own = &mut study.model.strategies[strategy.index()].rules;
            own.retain(|of| of.0 != rule);
            own.push((rule, mode));
        }
    }
    Ok(Side { study, strategy })
}

/// A rule and the mode that it is to have.
fn rule(model: &Model, words: &str) -> Result<(u16, RuleMode), Failure> {
    let (id, mode) = words.rsplit_once('=').ok_or_else(|| {
        Failure::Usage(format!(
            "--rule {words}: say it as ID=MODE, as in `--rule eu-only=audit`"
        ))
    })?;
    let rules = model.rules.list.iter();
    let place = rules
        .clone()
        .position(|rule| rule.id == id)
        .ok_or_else(|| {
            let known = rules.map(|rule| rule.id.as_str());
            Failure::Usage(format!(
                "the scenario has no rule `{id}`; {}",
                near(id, known, "rules")
            ))
        })?;
    let modes = [RuleMode::Off, RuleMode::Audit, RuleMode::Enforce];
    let mode = modes
        .into_iter()
        .find(|known| known.name() == mode)
        .ok_or_else(|| {
            Failure::Usage(format!(
                "--rule {words}: a rule is `off`, `audit` or `enforce`, not `{mode}`"
            ))
        })?;
    Ok((place as u16, mode))
}

/// A job and the pool that it may not use.
pub(super) fn job_and_pool(words: &str) -> Result<(&str, &str), Failure> {
    words.rsplit_once('=').ok_or_else(|| {
        Failure::Usage(format!(
            "--keep-off {words}: say it as JOB=POOL, as in `--keep-off j-17=dc/h200`"
        ))
    })
}
