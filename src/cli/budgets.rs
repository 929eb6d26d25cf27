//! What `plimsoll check` says of budgets: how much, of what, and what happens when it is spent.

use crate::experiment::duration;
use crate::model::{AtLimit, Budget, BudgetPeriod, Model};
use crate::record::plain;

use super::commitments::money;

/// One line for each budget.
pub(super) fn budgets(model: &Model) -> Vec<String> {
    let budgets = model.budgets.all.iter();
    budgets.map(|budget| line(model, budget)).collect()
}

fn line(model: &Model, budget: &Budget) -> String {
    let each = match budget.period {
        BudgetPeriod::Month => "each UTC month",
        BudgetPeriod::Quarter => "each quarter of the UTC year",
        BudgetPeriod::Year => "each UTC year",
        BudgetPeriod::Run => "in the whole run",
    };
    let mut whose = Vec::new();
    if let Some(tenant) = budget.tenant {
        let name = &model.tenants[tenant.index()];
        whose.push(format!("jobs of tenant {}", plain(name)));
    }
    if let Some(class) = budget.class {
        let name = &model.classes[class.index()].name;
        whose.push(format!("jobs of class {}", plain(name)));
    }
    let pools = budget.pools.iter();
    let pools: Vec<_> = pools.map(|&pool| plain(&model.pool(pool).name)).collect();
    whose.push(pools.join(", "));
    let begins = if budget.awaits_phase {
        ", from its phase on"
    } else {
        ""
    };
    let then = match budget.at_limit {
        AtLimit::Queue => "then jobs wait for owned capacity or the next period".to_owned(),
        AtLimit::Ask { approval, grants } => format!(
            "then jobs wait, and {} more come {} after the first of a period asks",
            money(model, grants),
            duration(approval.0 as f64 / 1e3, None),
        ),
        AtLimit::Shed => "then jobs that would go there are turned away".to_owned(),
        AtLimit::Stop => {
            "then jobs wait for owned capacity or the next period, and what runs there is stopped so early that its checkpoints are paid for"
                .to_owned()
        }
        AtLimit::Flag => "then jobs go there all the same, and are counted".to_owned(),
    };
    let alerts = budget.alerts.iter();
    let alerts: Vec<String> = alerts
        .map(|&share| format!("{} %", f64::from(share) / 1e4))
        .collect();
    let alerts = if alerts.is_empty() {
        String::new()
    } else {
        format!("; told at {}", alerts.join(", "))
    };
    let foresight = if budget.looks_ahead {
        ", foreseen by its estimate"
    } else {
        ""
    };
    format!(
        "budget  {}  {} {each}{begins} for {}; {then}; what runs runs on{foresight}{alerts}",
        plain(&budget.name),
        money(model, budget.amount),
        whose.join(" in "),
    )
}
