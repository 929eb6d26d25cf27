//! What `check` tells of failovers: what sets each off, who goes where then, and what stands in the way.

use std::fmt::Write as _;

use crate::experiment::{kept_out, signal_words};
use crate::model::{FailBack, Failover, FailoverAction, Model, Target};
use crate::record::plain;
use crate::units::{Bytes, ClassId, PoolId};

use super::output;

/// All of it; nothing where there are no failovers.
pub(super) fn failovers(model: &Model) -> String {
    if !model.failovers.are_used() {
        return String::new();
    }
    let mut lines = vec![
        "failover: targets take nobody until something sets them off; rules, keys and data hold for them too"
            .to_owned(),
    ];
    for (index, failover) in model.failovers.list.iter().enumerate() {
        lines.push(line(model, failover));
        for (place, target) in failover.targets.iter().enumerate() {
            lines.push(target_line(model, index, place, target));
        }
    }
    let wrapped = lines
        .iter()
        .map(|line| output::wrapped(line, output::width()) + "\n");
    "\n".to_owned() + &wrapped.collect::<String>()
}

fn line(model: &Model, failover: &Failover) -> String {
    let classes = failover.classes.iter();
    let classes: Vec<_> = classes
        .filter(|&&class| model.rollout.reported(class) == class)
        .map(|class| plain(&model.classes[class.index()].name))
        .collect();
    let triggers = failover.triggers.iter();
    let triggers: Vec<String> = triggers
        .map(|trigger| signal_words(model, trigger))
        .collect();
    let does = does(model, failover);
    let back = match (failover.targets.is_empty(), failover.fail_back) {
        (true, _) => "",
        (_, FailBack::AtOnce) => "; it comes back at once",
        (_, FailBack::AfterJob) => "; what runs there ends there",
        (_, FailBack::Never) => "; it stays there",
    };
    format!(
        "  {} ({}): when {}, {does}{back}",
        plain(&failover.name),
        classes.join(", "),
        triggers.join(" or "),
    )
}

/// What happens while a failover is in force, in words.
pub(super) fn does(model: &Model, failover: &Failover) -> String {
    match failover.action {
        FailoverAction::Queue => "they wait".to_owned(),
        FailoverAction::Shed => "what has not run is turned away".to_owned(),
        FailoverAction::Degrade => degrades(model, failover),
        FailoverAction::Reroute => "who waits may go elsewhere".to_owned(),
        FailoverAction::Move => format!(
            "what runs on {} writes a checkpoint and goes elsewhere",
            names(model, &failover.leaves)
        ),
    }
}

/// With what they make do.
fn degrades(model: &Model, failover: &Failover) -> String {
    let mut ways = Vec::new();
    let elastic = |class: &ClassId| model.classes[class.index()].elastic.is_some();
    if failover.classes.iter().any(elastic) {
        ways.push("fewer GPUs".to_owned());
    }
    for &class in &failover.classes {
        if let Some(batch) = model.elastic.batch_of(class) {
            let memory = model.classes[batch.class.index()].memory;
            ways.push(format!(
                "smaller batches ({}: {} per GPU, {} times as long)",
                plain(&model.classes[class.index()].name),
                memory.map_or_else(String::new, Bytes::words),
                f64::from(batch.slowdown) / 1e3
            ));
        }
    }
    format!("they go on with {}", ways.join(" or "))
}

fn target_line(model: &Model, failover: usize, place: usize, target: &Target) -> String {
    let mut line = format!("    {}. {}", place + 1, names(model, &target.pools));
    let mut needs = Vec::new();
    needs.extend(target.needs_replica.then_some("its data"));
    needs.extend(target.needs_checkpoint.then_some("its checkpoints"));
    if !needs.is_empty() {
        let _ = write!(line, ", where {} are there", needs.join(" and "));
    }
    let of = &model.failovers.list[failover];
    let refused: Vec<_> = kept_out(model, of, target)
        .into_iter()
        .map(|class| plain(&model.classes[class.index()].name))
        .collect();
    if !refused.is_empty() {
        let names = refused.join(", ");
        let _ = write!(line, ": rules or conditions keep {names} out");
    }
    line
}

pub(super) fn names(model: &Model, pools: &[PoolId]) -> String {
    let names = pools.iter().map(|&pool| plain(&model.pool(pool).name));
    names.collect::<Vec<_>>().join(", ")
}
