//! What `plimsoll check` says of power: what GPUs draw, what electricity costs and emits.

use crate::experiment::amount;
use crate::model::{Model, PowerMeter, RateSteps};
use crate::record::plain;
use crate::units::{MilliGpus, PoolId, SimTime};

/// One line for each pool of which the power is counted.
pub(super) fn power(model: &Model, end: SimTime) -> Vec<String> {
    let pools = model.pools.iter().enumerate();
    let line = |(index, pool): (usize, &crate::model::Pool)| {
        let meter = model.power.meter(PoolId::from(index))?;
        let most = if pool.is_rented() {
            String::new()
        } else {
            let watts = u128::from(meter.most) * u128::from(pool.gpus());
            format!("; all of it at most {:.1} kW", watts as f64 / 1e6)
        };
        Some(format!(
            "power  {}  {:.0} W at work and {:.0} W at rest for each GPU at the wall{most}; {}",
            plain(&pool.name),
            meter.busy.milliwatts as f64 / 1e3,
            meter.idle.milliwatts as f64 / 1e3,
            grid(model, meter, end),
        ))
    };
    pools.filter_map(line).collect()
}

fn grid(model: &Model, meter: &PowerMeter, end: SimTime) -> String {
    // A GPU at rest may draw nothing, and then says nothing of the grid.
    let kilowatts = meter.busy.milliwatts.max(1) as f64 / 1e6;
    let mean = |rates: &RateSteps| {
        let hours = end.0.max(1) as f64 / 3.6e6;
        rates.ticks(MilliGpus::whole(1), SimTime::ZERO, end) as f64 / 3.6e15 / hours / kilowatts
    };
    let varies = |rates: &RateSteps| {
        if rates.steps().count() > 1 {
            " on average"
        } else {
            ""
        }
    };
    let carbon = &meter.busy.carbon;
    let emits = format!("{:.0} g/kWh{}", mean(carbon), varies(carbon));
    if !meter.billed {
        return format!("paid with its price, {emits}");
    }
    let cost = &meter.busy.cost;
    let price = format!("{} {}/kWh", amount(mean(cost)), model.currency.code());
    format!("{price}{} by the meter, {emits}", varies(cost))
}
