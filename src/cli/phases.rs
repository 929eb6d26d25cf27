//! What `plimsoll check` says of phases: their dates, orders, changes and gates.

use crate::experiment::{duration, gate_words};
use crate::model::{Begins, Change, Model, OnFail, Order, Phase, Timeline};
use crate::record::plain;
use crate::units::Span;

use super::changes::said;
use super::commitments::money;
use super::study::counted;

/// One line for each phase.
pub(super) fn phases(model: &Model, timeline: &Timeline) -> Vec<String> {
    let phases = model.rollout.phases.iter();
    phases.map(|phase| line(model, timeline, phase)).collect()
}

fn line(model: &Model, timeline: &Timeline, phase: &Phase) -> String {
    let begins = match phase.begins {
        Begins::At(_) => String::new(),
        Begins::After { phase, .. } => {
            let before = &model.rollout.phases[usize::from(phase)].name;
            format!(", behind {}", plain(before))
        }
    };
    let mut text = format!(
        "phase  {}  planned from {} to {}{begins}",
        plain(&phase.name),
        model.epoch.format(phase.planned_start),
        model.epoch.format(phase.planned_end()),
    );
    for order in &phase.orders {
        text.push_str("; ");
        text.push_str(&ordered(model, timeline, order));
    }
    for retirement in &phase.retires {
        let pool = plain(&model.pool(retirement.pool).name).into_owned();
        let nodes = match retirement.nodes {
            u32::MAX => "all nodes".to_owned(),
            nodes => counted(u64::from(nodes), "node"),
        };
        text.push_str(&["; ", &nodes, " leave ", &pool].concat());
    }
    for change in &phase.changes {
        text.push_str("; ");
        text.push_str(&changed(model, *change));
    }
    for gate in &phase.gates {
        text.push_str("; ends if ");
        text.push_str(&gate_words(*gate));
    }
    if !phase.gates.is_empty() {
        text.push_str(match phase.on_fail {
            OnFail::Delay(_) => ", else later",
            OnFail::RollBack => ", else is rolled back",
            OnFail::Proceed => ", else all the same",
        });
    }
    text
}

fn ordered(model: &Model, timeline: &Timeline, order: &Order) -> String {
    let lead = timeline.lead_times.get(order.number as usize);
    let lead = lead.copied().unwrap_or(Span::ZERO);
    format!(
        "{} for {}, which take {} in the first sampled world",
        counted(u64::from(order.nodes), "node"),
        plain(&model.pool(order.pool).name),
        duration(lead.0 as f64 / 1e3, None),
    )
}

fn changed(model: &Model, change: Change) -> String {
    let pool = |pool| plain(&model.pool(pool).name).into_owned();
    match change {
        Change::Quota {
            pool: of,
            gpus: None,
        } => format!("{} without quota", pool(of)),
        Change::Quota {
            pool: of,
            gpus: Some(gpus),
        } => format!("{} up to {gpus} GPUs", pool(of)),
        Change::Price { pool: of, factor } => {
            format!("price of {} × {}", pool(of), factor as f64 / 1e6)
        }
        Change::Budget { budget, amount } => {
            let name = plain(&model.budgets.all[usize::from(budget)].name);
            match amount {
                Some(amount) => format!("budget {name} {}", money(model, amount)),
                None => format!("budget {name} without limit"),
            }
        }
        Change::Link { link, permille } => {
            let name = &model.network.links[link.index()].name;
            let share = f64::from(permille) / 10.0;
            format!("link {} at {share} %", plain(name))
        }
        Change::Lease { link, held } => {
            let name = &model.network.links[link.index()].name;
            let what = if held { "rented" } else { "given up" };
            format!("link {} is {what}", plain(name))
        }
        Change::Cutover { class, share, .. } => {
            let name = &model.classes[class.index()].name;
            let share = f64::from(share) / 1e4;
            format!("{share} % of {} cut over", plain(name))
        }
        Change::Rule { rule, mode } => {
            let name = model.rules.name_of(usize::from(rule));
            format!("rule {}: {}", plain(name), mode.name())
        }
        Change::Attributes { finding, .. } => attributes(model, finding),
        Change::Strategy { .. } => "strategies go on otherwise".to_owned(),
    }
}

/// Who has what otherwise while something holds, as it would be at the start.
fn attributes(model: &Model, finding: u16) -> String {
    let row = model.rules.findings.row(0, 1 << finding);
    let own = row.and_then(|row| row.found.get(usize::from(finding)));
    let said: Vec<String> = (own.into_iter().flatten())
        .map(|one| said(model, one))
        .collect();
    if said.is_empty() {
        "attributes are as before".to_owned()
    } else {
        said.join("; ")
    }
}
