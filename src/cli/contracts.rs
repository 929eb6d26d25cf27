//! What `plimsoll check` says of contracts that are renewed, of what hardware is worth, and of regions together.

use crate::experiment::amount;
use crate::model::Model;
use crate::record::plain;

/// One line for each renewal, each change of a residual value, and for what regions share.
pub(super) fn contracts(model: &Model) -> Vec<String> {
    let contracts = &model.weather.market.contracts;
    let unit = format!("{}/GPU-h", model.currency.code());
    let mut lines = Vec::new();
    for renewal in &contracts.renewals {
        let price = renewal.price.map_or_else(
            || "its price".to_owned(),
            |price| format!("{} {unit}", amount(price.as_units())),
        );
        let times = match renewal.factor {
            1_000_000 => String::new(),
            factor => format!(" × {}", factor as f64 / 1e6),
        };
        lines.push(format!(
            "renewal  {}  for {price}{times} on {}",
            plain(&model.pool(renewal.pool).name),
            model.epoch.format(renewal.at),
        ));
    }
    for own in &contracts.owning {
        for &(at, residual) in &own.residuals {
            let worth = residual.unwrap_or(own.tco.residual);
            lines.push(format!(
                "residual value  {}  {} % of its price from {} on",
                plain(&model.pool(own.pool).name),
                worth as f64 / 1e4,
                model.epoch.format(at),
            ));
        }
    }
    if let Some(shared) = &model.weather.market.shared {
        let percent = 100.0 * shared.availability();
        lines.push(format!(
            "regions  under one factor, up {percent:.1} % of the time"
        ));
    }
    lines
}
