//! What `plimsoll check` tells of providers: what each says of itself, what it does not, and whom that keeps out.

use crate::model::{Model, ProviderSheet, RuleEffect, Rules, SheetItem};
use crate::record::plain;
use crate::units::{MilliGpus, Money, PoolId, ShapeId, SimTime, Span};

use super::commitments::money;
use super::output;
use super::study::{Study, hours};

/// Work that is kept out.
#[derive(Clone, Copy, Default)]
struct Kept {
    /// Milli-GPU·ms on the reference GPU type.
    gpu_time: u128,
    cost: Money,
}

/// All of it; nothing where nobody wrote a sheet.
pub(super) fn sheets(study: &Study) -> String {
    let model = &study.model;
    if model.providers.iter().all(|sheet| sheet.says.is_empty()) {
        return String::new();
    }
    let head =
        "providers: what they say of themselves; what they do not say is not known to any rule";
    let mut lines = vec![head.to_owned()];
    for sheet in &model.providers {
        lines.push(format!("  {}", line(sheet)));
        for (name, at) in &sheet.lapse {
            let date = model.epoch.format(*at);
            let name = plain(name);
            lines.push(format!(
                "    certificate {name} lapses on {date}, before the run ends"
            ));
        }
        for name in &sheet.lapsed {
            let name = plain(name);
            lines.push(format!(
                "    certificate {name} had lapsed before the run: it does not count"
            ));
        }
        for rule in 0..model.rules.list.len() {
            lines.extend(kept_out(study, sheet, rule));
        }
        lines.extend(kept_out(study, sheet, Rules::UNPERMITTED));
    }
    let wrapped = lines
        .iter()
        .map(|line| output::wrapped(line, output::width()) + "\n");
    "\n".to_owned() + &wrapped.collect::<String>()
}

fn line(sheet: &ProviderSheet) -> String {
    let names = |items: Vec<SheetItem>| {
        let names: Vec<&str> = items.into_iter().map(SheetItem::name).collect();
        names.join(", ")
    };
    let says: Vec<SheetItem> = sheet.says.iter().map(|&(item, _)| item).collect();
    let missing: Vec<SheetItem> = sheet.missing().collect();
    let name = plain(&sheet.name);
    match (says.is_empty(), missing.is_empty()) {
        (true, _) => format!("{name}: says nothing of itself"),
        (_, true) => format!("{name}: says all there is to say"),
        _ => format!(
            "{name}: says {}; does not say {}",
            names(says),
            names(missing)
        ),
    }
}

/// Which items of sheets rules read that a bit of a verdict stands for: the rule itself, or all permits.
fn read_by(model: &Model, bit: usize) -> Vec<SheetItem> {
    let rules = model.rules.list.iter().enumerate();
    let texts: Vec<&str> = rules
        .filter(|&(index, rule)| {
            index == bit || bit == Rules::UNPERMITTED && rule.effect == RuleEffect::Permit
        })
        .map(|(_, rule)| rule.when.as_str())
        .collect();
    let reads = |item: &SheetItem| {
        let word = format!("target.{}", item.word());
        texts.iter().any(|text| text.contains(&word))
    };
    SheetItem::ALL.into_iter().filter(reads).collect()
}

/// Work that a rule which reads sheets keeps out of all that it could use of a provider.
fn kept_out(study: &Study, sheet: &ProviderSheet, bit: usize) -> Option<String> {
    let model = &study.model;
    let items = read_by(model, bit);
    if items.is_empty() {
        return None;
    }
    let mut classes: Vec<&str> = Vec::new();
    let mut kept = Kept::default();
    for (index, shape) in model.shapes.iter().enumerate() {
        let class = &model.classes[shape.class.index()];
        let of_provider = |pool: &&PoolId| model.site_of(**pool).provider == sheet.provider;
        let pools: Vec<PoolId> = class.pools.iter().filter(of_provider).copied().collect();
        let refuses = |pool: &PoolId| {
            let masks = model.rules.first_masks();
            model.refusing(masks, ShapeId::from(index), *pool) & 1 << bit != 0
        };
        if pools.is_empty() || !pools.iter().all(refuses) {
            continue;
        }
        let Some(row) = study.load.of_shape(shape) else {
            continue;
        };
        kept.gpu_time += row.gpu_time;
        kept.cost += least_cost(model, (shape.class.index(), row.gpu_time), &pools);
        if !classes.contains(&class.name.as_str()) {
            classes.push(&class.name);
        }
    }
    if classes.is_empty() {
        return None;
    }
    let unsaid: Vec<&str> = items
        .iter()
        .filter(|&&item| sheet.missing().any(|missing| missing == item))
        .map(|item| item.name())
        .collect();
    let why = if unsaid.is_empty() {
        "what it says is not enough".to_owned()
    } else {
        format!("it does not say {}", unsaid.join(", "))
    };
    let by = if bit == Rules::UNPERMITTED {
        "no permit lets".to_owned()
    } else {
        format!("rule {} does not let", plain(&model.rules.list[bit].id))
    };
    let classes: Vec<_> = classes.into_iter().map(plain).collect();
    Some(format!(
        "    {by} {} run there ({why}): {} GPU-h, which would cost {} at its prices of the start",
        classes.join(", "),
        hours(kept.gpu_time),
        money(model, kept.cost),
    ))
}

/// What work of a class would cost in the cheapest of some pools, at the prices of the start.
fn least_cost(model: &Model, (class, gpu_time): (usize, u128), pools: &[PoolId]) -> Money {
    let costs = pools.iter().map(|&pool| {
        let terms = model.pool(pool);
        let speed = u128::from(terms.speed[class].max(1));
        let price = terms.prices().price_at(SimTime::ZERO);
        // In milli-GPU·ms there: one thousandth of a GPU for so long.
        let there = u64::try_from(gpu_time * 1000 / speed).unwrap_or(u64::MAX);
        Money::of(MilliGpus(1), Span(there), price)
    });
    costs.min().unwrap_or(Money::ZERO)
}
