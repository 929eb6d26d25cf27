//! What `plimsoll check` says of terms with providers: what was promised, what comes back.

use crate::experiment::amount as shown;
use crate::model::Model;
use crate::record::plain;
use crate::units::{Money, PoolId, SimTime};

/// One line for each promise and each discount.
pub(super) fn commitments(model: &Model) -> Vec<String> {
    let terms = &model.commitments;
    let mut lines = Vec::new();
    for promise in &terms.promises {
        let each = match promise.months {
            Some(1) => "each UTC month",
            Some(_) => "each twelve UTC months",
            None => "for all of its term",
        };
        let steps = promise.steps.iter().map(|&(after, spend)| match after {
            0 => format!("{} {each}", money(model, spend)),
            _ => format!("{} after {after} of them", money(model, spend)),
        });
        let steps: Vec<String> = steps.collect();
        let until = if promise.until == SimTime::NEVER {
            String::new()
        } else {
            format!(", until {}", model.epoch.format(promise.until))
        };
        lines.push(format!(
            "commitment  {}  {}{until}; what falls short is owed{}",
            plain(&promise.name),
            steps.join(", "),
            pools(model, promise.provider),
        ));
    }
    for discount in &terms.discounts {
        let tiers = discount.tiers.iter().map(|&(above, share)| {
            let percent = f64::from(share) / 1e4;
            format!(
                "{percent} % of what a month has above {}",
                money(model, above)
            )
        });
        let tiers: Vec<String> = tiers.collect();
        let of = pools(model, discount.provider);
        lines.push(format!("discount  {}{of}", tiers.join(", ")));
    }
    lines
}

fn pools(model: &Model, provider: crate::units::ProviderId) -> String {
    let counted = model.commitments.pools.iter();
    let mine = counted.filter(|&&pool| model.site_of(pool).provider == provider);
    let names: Vec<_> = mine
        .map(|&pool: &PoolId| plain(&model.pool(pool).name))
        .collect();
    match names.as_slice() {
        [] => "; no pool counts".to_owned(),
        names => format!("; {} count, with what leaves their sites", names.join(", ")),
    }
}

/// An amount in the scenario's currency.
pub(super) fn money(model: &Model, amount: Money) -> String {
    format!("{} {}", shown(amount.as_units()), model.currency.code())
}
