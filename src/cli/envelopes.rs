//! What `plimsoll check` tells of envelopes: what a job may cost, what happens then, and whom they are too small for.

use crate::dice::Dice;
use crate::experiment::grouped;
use crate::model::{Envelope, Model, Tariffs, Timeline};
use crate::record::plain;
use crate::units::{MilliGpus, Money, PoolId, SimTime};
use crate::world::wall;

use super::commitments::money;
use super::output;

/// All of it; nothing where there are no envelopes.
pub(super) fn envelopes(model: &Model, seed: u64) -> String {
    if !model.envelopes.are_used() {
        return String::new();
    }
    let mut timeline = Timeline::default();
    let dice = Dice {
        seed,
        replication: 0,
    };
    Timeline::sample(model, &dice, &mut timeline);
    let mut lines =
        vec!["envelopes: what the GPUs of one job may cost on rented capacity".to_owned()];
    for (number, envelope) in model.envelopes.list.iter().enumerate() {
        lines.push(format!("  {}", line(model, envelope)));
        lines.extend(too_small(model, &timeline, (number, envelope)));
    }
    let wrapped = lines
        .iter()
        .map(|line| output::wrapped(line, output::width()) + "\n");
    "\n".to_owned() + &wrapped.collect::<String>()
}

fn line(model: &Model, envelope: &Envelope) -> String {
    let own = envelope
        .classes
        .iter()
        .filter(|&&class| model.rollout.reported(class) == class);
    let classes: Vec<_> = own
        .map(|class| plain(&model.classes[class.index()].name))
        .collect();
    let tenants = envelope.tenants.as_ref().map_or_else(String::new, |list| {
        let names: Vec<_> = list
            .iter()
            .map(|tenant| plain(&model.tenants[tenant.index()]))
            .collect();
        format!(" of tenants {}", names.join(", "))
    });
    let pools: Vec<_> = envelope
        .pools
        .iter()
        .map(|&pool| plain(&model.pool(pool).name))
        .collect();
    let then = if envelope.saves {
        "a job that reaches it writes a checkpoint out of it, and goes on elsewhere if it can"
    } else {
        "a job that reaches it is over"
    };
    let ahead = if envelope.looks_ahead {
        "; who is expected to cost more is not placed there"
    } else {
        ""
    };
    format!(
        "{}: {} for each job of {}{tenants} on {}; {then}{ahead}",
        plain(&envelope.name),
        money(model, envelope.amount),
        classes.join(", "),
        pools.join(", "),
    )
}

/// How many jobs are expected to cost more where they cost least, at the prices of the start.
fn too_small(
    model: &Model,
    timeline: &Timeline,
    (number, envelope): (usize, &Envelope),
) -> Option<String> {
    let posted = Tariffs::posted(model);
    let tariffs = timeline.tariffs.as_ref().unwrap_or(&posted);
    let (mut all, mut more) = (0u64, 0u64);
    for request in &timeline.requests {
        let class = model.class_of(request.shape);
        let mine = model.envelopes.of(class, request.tenant);
        if mine.map(|(number, _)| usize::from(number)) != Some(number) {
            continue;
        }
        let gpus = model.shapes[request.shape.index()].gpus.occupied();
        let cost = |pool: &PoolId| {
            let speed = model.pool(*pool).speed[class.index()];
            let price = tariffs.price_at(*pool, SimTime::ZERO);
            let takes = wall(request.requested, speed);
            Money::of(MilliGpus::whole(gpus), takes, price)
        };
        let may_use = |pool: &&PoolId| model.classes[class.index()].pools.contains(pool);
        let least = envelope.pools.iter().filter(may_use).map(cost).min();
        all += 1;
        more += u64::from(least.is_some_and(|least| least > envelope.amount));
    }
    (more > 0).then(|| {
        format!(
            "    {} of {} jobs ask for more than that, even where they cost least at the prices of the start",
            grouped(&more.to_string()),
            grouped(&all.to_string()),
        )
    })
}
