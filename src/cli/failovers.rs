//! What `check` tells of failovers: what sets each off, who goes where then, and what stands in the way.

use std::fmt::Write as _;

use crate::experiment::duration;
use crate::model::{FailBack, Failover, FailoverAction, Level, Model, Signal, Target, Trigger};
use crate::record::{decimal, plain};
use crate::units::{LinkId, PoolId, ShapeId, Span};

use super::output;
use super::study::counted;

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
        .map(|class| plain(&model.classes[class.index()].name))
        .collect();
    let triggers = failover.triggers.iter();
    let triggers: Vec<String> = triggers.map(|trigger| words(model, trigger)).collect();
    let does = match failover.action {
        FailoverAction::Queue => "they wait".to_owned(),
        FailoverAction::Shed => "what has not run is turned away".to_owned(),
        FailoverAction::Degrade => "they go on with fewer GPUs".to_owned(),
        FailoverAction::Reroute => "who waits may go elsewhere".to_owned(),
        FailoverAction::Move => format!(
            "what runs on {} writes a checkpoint and goes elsewhere",
            names(model, &failover.leaves)
        ),
    };
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

fn words(model: &Model, trigger: &Trigger) -> String {
    let what = match &trigger.signal {
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
        Signal::NoRoom(longer) => format!("somebody has waited for {}", time(*longer)),
        Signal::QueueDepth(level) => format!("{} of them wait", counted(level.above, "job")),
        Signal::Utilisation(pools, level) => {
            format!("{} of {} is used", share(*level), names(model, pools))
        }
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
    };
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

fn target_line(model: &Model, failover: usize, place: usize, target: &Target) -> String {
    let mut line = format!("    {}. {}", place + 1, names(model, &target.pools));
    let mut needs = Vec::new();
    needs.extend(target.needs_replica.then_some("its data"));
    needs.extend(target.needs_checkpoint.then_some("its checkpoints"));
    if !needs.is_empty() {
        let _ = write!(line, ", where {} are there", needs.join(" and "));
    }
    let of = &model.failovers.list[failover];
    let refused: Vec<_> = of
        .classes
        .iter()
        .filter(|&&class| {
            let shapes = (0..model.shapes.len()).map(ShapeId::from);
            let mut shapes = shapes.filter(|&shape| model.class_of(shape) == class);
            let masks = model.rules.first_masks();
            let may = |shape: ShapeId, pool: PoolId| {
                model.lets_run(masks, shape, pool)
                    && model
                        .failovers
                        .lets(model.failovers.all_open(), shape, pool)
            };
            !shapes.any(|shape| target.pools.iter().any(|&pool| may(shape, pool)))
        })
        .map(|class| plain(&model.classes[class.index()].name))
        .collect();
    if !refused.is_empty() {
        let names = refused.join(", ");
        let _ = write!(line, ": rules or conditions keep {names} out");
    }
    line
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
