//! What something cost, in parts that add up to the last printed digit.

use std::collections::BTreeMap;

use crate::experiment::{Life, grouped};
use crate::journal::{Item, Payee};
use crate::model::Model;
use crate::units::Money;

use super::scene::Scene;

/// Amounts in steps of the last printed digit, which add up to their sum as it is printed (largest remainders).
pub(super) struct Rounded {
    /// Each amount.
    pub(super) steps: Vec<i128>,
    total: i128,
    places: u32,
}

impl Rounded {
    /// Rounds amounts to cents, or finer if they are small.
    pub(super) fn of(parts: &[Money]) -> Self {
        let total: i128 = parts.iter().map(|part| part.0).sum();
        let largest = parts.iter().map(|part| part.0.abs()).max().unwrap_or(0);
        let places = match largest.max(total.abs()) {
            ticks if ticks >= Money::TICKS_PER_UNIT => 2,
            ticks if ticks >= Money::TICKS_PER_UNIT / 1000 => 5,
            _ => 9,
        };
        let step = (0..places).fold(Money::TICKS_PER_UNIT, |step, _| step / 10);
        let whole = (total + step / 2).div_euclid(step);
        let mut steps: Vec<i128> = parts.iter().map(|part| part.0.div_euclid(step)).collect();
        let mut order: Vec<usize> = (0..parts.len()).collect();
        order.sort_by_key(|&index| std::cmp::Reverse(parts[index].0.rem_euclid(step)));
        let missing = whole - steps.iter().sum::<i128>();
        for &index in order.iter().take(missing.max(0) as usize) {
            steps[index] += 1;
        }
        Self {
            steps,
            total: whole,
            places,
        }
    }

    /// So many steps as text.
    pub(super) fn text(&self, steps: i128) -> String {
        decimal(steps, self.places)
    }

    /// The sum as text.
    pub(super) fn total_text(&self) -> String {
        self.text(self.total)
    }
}

/// The texts of amounts, and that of their sum.
pub(super) fn printed(parts: &[Money]) -> (Vec<String>, String) {
    let rounded = Rounded::of(parts);
    let texts = rounded.steps.iter().map(|&steps| rounded.text(steps));
    (texts.collect(), rounded.total_text())
}

/// A number of steps of 10^−places.
fn decimal(steps: i128, places: u32) -> String {
    let one = 10i128.pow(places);
    let (whole, rest) = (steps.abs() / one, steps.abs() % one);
    let sign = if steps < 0 { "−" } else { "" };
    let width = places as usize;
    format!("{sign}{}.{rest:0width$}", grouped(&whole.to_string()))
}

/// What an item of the ledger is called.
pub(super) const fn item(item: Item) -> &'static str {
    match item {
        Item::Capacity(bucket) => bucket.name(),
        Item::Egress => "egress",
        Item::Electricity => "electricity",
        Item::LinkRent => "link rent",
        Item::Storage => "storage",
        Item::Transform => "transforms",
        Item::Validation => "validations",
        Item::Reaction => "reaction",
        Item::Discount => "discount",
        Item::Shortfall => "shortfall",
    }
}

/// Who is paid, by name.
pub(super) fn payee(model: &Model, payee: Payee) -> String {
    match payee {
        Payee::Pool(pool) => model.pool(pool).name.clone(),
        Payee::Link(link) => {
            let link = model.network.links.get(link.index());
            link.map_or_else(|| "a link".to_owned(), |link| link.name.clone())
        }
        Payee::Dataset(dataset) => model.datasets[dataset.index()].name.clone(),
        Payee::Storage(storage) => {
            let storage = model.network.storages.get(usize::from(storage));
            storage.map_or_else(|| "a storage".to_owned(), |storage| storage.name.clone())
        }
        Payee::Validation(class) => format!("validation of {}", model.classes[class.index()].name),
        Payee::Transform(transform) => {
            let transform = model.transforms.list.get(usize::from(transform));
            transform.map_or_else(|| "a transform".to_owned(), |one| one.name.clone())
        }
        Payee::People(failover) => {
            let failover = model.failovers.list.get(usize::from(failover));
            failover.map_or_else(
                || "people".to_owned(),
                |failover| format!("people of {}", failover.name),
            )
        }
        Payee::Provider(provider) => {
            let mut sites = model.sites.iter();
            let site = sites.find(|site| site.provider == provider);
            site.map_or_else(
                || "a provider".to_owned(),
                |site| format!("provider of {}", site.name),
            )
        }
    }
}

/// What a job cost, by whom it was paid to and for what.
pub(super) fn of_job(scene: &Scene, life: &Life) -> Vec<String> {
    let model = scene.model();
    let mut parts: BTreeMap<(Payee, Item), (Money, u128)> = BTreeMap::new();
    for posting in &life.postings {
        let part = parts.entry((posting.payee, posting.item)).or_default();
        part.0 += posting.amount;
        part.1 += posting.gpu_time;
    }
    let amounts: Vec<Money> = parts.values().map(|part| part.0).collect();
    let (texts, total) = printed(&amounts);
    let posted: Money = amounts.into_iter().sum();
    let mut lines = vec![format!("cost        {total} {}", model.currency)];
    for (((to, what), (_, gpu_time)), text) in parts.iter().zip(texts) {
        let hours = if *gpu_time > 0 {
            format!(" ({} GPU-h)", super::super::study::hours(*gpu_time))
        } else {
            String::new()
        };
        lines.push(format!(
            "            {text}  {} at {}{hours}",
            item(*what),
            payee(model, *to)
        ));
    }
    if posted != life.cost() {
        lines.push(format!(
            "            its record says {}: please report this as a bug",
            printed(&[life.cost()]).1
        ));
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    fn units(hundredths: i128, ticks: i128) -> Money {
        Money(hundredths * Money::TICKS_PER_UNIT / 100 + ticks)
    }

    #[test]
    fn printed_parts_add_up() {
        let half = Money::TICKS_PER_UNIT / 200;
        // 1.005 + 1.005 + 1.005 = 3.015 → 3.02: two of the three are rounded up.
        let (parts, total) = printed(&[units(100, half); 3]);
        assert_eq!(total, "3.02");
        assert_eq!(parts, ["1.01", "1.01", "1.00"]);
        let (parts, total) = printed(&[units(123_456, 0), units(-56, 0)]);
        assert_eq!(
            (parts.join(" "), total.as_str()),
            ("1,234.56 −0.56".to_owned(), "1,234.00")
        );
        let (parts, total) = printed(&[units(0, half), units(0, half)]);
        assert_eq!(
            (parts.join(" "), total.as_str()),
            ("0.00500 0.00500".to_owned(), "0.01000")
        );
        assert_eq!(printed(&[]).1, "0.000000000");
    }
}
