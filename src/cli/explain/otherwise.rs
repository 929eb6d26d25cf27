//! What would have been otherwise for a job: its world played again with one thing changed.

use crate::experiment::{Life, Replay, duration, paid, waited};
use crate::journal::JobRecord;
use crate::model::{Model, RuleMode, Rules};
use crate::units::{Money, PoolId, StrategyId};

use super::super::exit::Failure;
use super::bill::printed;
use super::scene::{Scene, quoted};

/// Most rules, and most other strategies, that are tried.
const TRIED_MAX: usize = 6;

/// Plays the job's world again without the pool that it ran in last, without each rule that refused it something, and
/// under the scenario's other strategies.
pub(super) fn told(
    scene: &Scene,
    name: &str,
    life: &Life,
    record: &JobRecord,
) -> Result<Vec<String>, Failure> {
    let model = scene.model();
    let mut lines = vec!["What would have been otherwise for it, all else played out:".to_owned()];
    if let Some(pool) = record.pool.filter(|pool| has_others(life, *pool)) {
        let mut replay = scene.replay.clone();
        let kept = model.keep_off(&mut replay.timeline, life.job, pool);
        let fate = play(&kept, scene.strategy, &replay, life)?;
        let pool = &model.pool(pool).name;
        lines.push(format!("  kept off {pool}, {}", said(model, life, &fate)));
        let change = scene.change_words();
        let off = quoted(&format!("{name}={pool}"));
        let number = scene.replay.dice.replication;
        lines.push(format!(
            "    {change} --keep-off {off} --replication {number}"
        ));
    }
    for (rule, _) in life.refusing().into_iter().take(TRIED_MAX) {
        if rule == Rules::UNPERMITTED {
            continue;
        }
        let mut other = model.clone();
        let own = &mut other.strategies[scene.strategy.index()].rules;
        own.retain(|of| usize::from(of.0) != rule);
        own.push((rule as u16, RuleMode::Audit));
        let fate = play(&other, scene.strategy, &scene.replay, life)?;
        let id = model.rules.name_of(rule);
        lines.push(format!(
            "  had rule `{id}` only been audited, {}",
            said(model, life, &fate)
        ));
        lines.push(format!(
            "    {} --rule {}",
            scene.change_words(),
            quoted(&format!("{id}=audit"))
        ));
    }
    let others = (0..model.strategies.len()).filter(|&other| other != scene.strategy.index());
    for other in others.take(TRIED_MAX) {
        let fate = play(model, StrategyId::from(other), &scene.replay, life)?;
        let name = &model.strategies[other].name;
        lines.push(format!("  under \"{name}\", {}", said(model, life, &fate)));
    }
    if lines.len() == 1 {
        lines = vec![
            "It had no other pool, no rule refused it anything, and there is one strategy."
                .to_owned(),
        ];
    }
    Ok(lines)
}

/// Whether it could have run anywhere else.
fn has_others(life: &Life, pool: PoolId) -> bool {
    let seen = life.why.iter().flat_map(|why| &why.considered);
    let mut others = seen.filter(|found| found.pool != pool && found.place.is_some());
    others.next().is_some()
}

fn play(
    model: &Model,
    strategy: StrategyId,
    replay: &Replay,
    life: &Life,
) -> Result<Life, Failure> {
    let mut other = Life::of(life.job);
    replay
        .play(model, strategy, &mut other)
        .map_err(anyhow::Error::from)?;
    Ok(other)
}

/// How it would have fared, against how it fared.
fn said(model: &Model, life: &Life, other: &Life) -> String {
    let (Some(was), Some(is)) = (&life.record, &other.record) else {
        return "it would not have come".to_owned();
    };
    let mut parts = Vec::new();
    if was.state != is.state {
        parts.push(format!(
            "ended as {} instead of {}",
            is.state.name(),
            was.state.name()
        ));
    }
    let seconds = |ms: u64| duration(ms as f64 / 1e3, None);
    let (before, after) = (waited(was), waited(is));
    if after != before {
        let word = if after > before {
            "longer"
        } else {
            "less long"
        };
        parts.push(format!("waited {} {word}", seconds(after.abs_diff(before))));
    }
    if was.pool != is.pool {
        let pool = is.pool.map_or("nowhere", |pool| &model.pool(pool).name);
        parts.push(format!("run on {pool} in the end"));
    }
    if was.end != is.end && !was.state.is_unfinished() && !is.state.is_unfinished() {
        let word = if is.end > was.end { "later" } else { "earlier" };
        parts.push(format!(
            "ended {} {word}",
            seconds(is.end.0.abs_diff(was.end.0))
        ));
    }
    let more = paid(is) + other.later - paid(was) - life.later;
    if more != Money::ZERO {
        let (word, by) = if more.0 > 0 {
            ("more", more)
        } else {
            ("less", -more)
        };
        parts.push(format!(
            "cost {} {} {word}",
            printed(&[by]).1,
            model.currency
        ));
    }
    if parts.is_empty() {
        return "nothing would have changed for it".to_owned();
    }
    format!("it would have {}", parts.join(", "))
}
