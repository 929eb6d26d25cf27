//! The table of systems with exact answers, one file for each family. Tests and the command share it.
//!
//! Loads are light in the quick tiers: near saturation a queue forgets so slowly that one digit takes a
//! hundred times as many jobs.

mod blind;
mod gangs;
mod many;
mod priorities;
mod rented;
mod single;
mod sizes;

use super::quantity::Quantity;
use super::system::System;
use super::tier::Tier;
use super::trial::Case;

/// The systems that a tier plays.
pub(super) fn cases(tier: Tier) -> Vec<Case> {
    let families = [
        single::cases(),
        many::cases(),
        priorities::cases(),
        sizes::cases(),
        blind::cases(),
        gangs::cases(),
        rented::cases(),
    ];
    let all = families.into_iter().flatten();
    all.filter(|case| case.from <= tier).collect()
}

/// A case of a family with the tier's precision.
fn case(
    family: &'static str,
    from: Tier,
    length: u32,
    system: System,
    quantities: Vec<Quantity>,
) -> Case {
    Case {
        family,
        system,
        quantities,
        length,
        from,
        error_max: None,
    }
}

/// A closed form's value; where it has none, a value that no simulation agrees with.
fn exact(value: Option<f64>) -> f64 {
    value.unwrap_or(f64::NAN)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_case_has_an_exact_answer_and_a_name_of_its_own() {
        let all = cases(Tier::Full);
        for case in &all {
            let name = &case.system.name;
            assert!(!case.quantities.is_empty(), "{name}");
            for quantity in &case.quantities {
                let expected = quantity.expected;
                assert!(
                    expected.is_finite() && expected > 0.0,
                    "{name}: {quantity:?}"
                );
            }
            let alike = all.iter().filter(|other| other.system.name == *name);
            assert_eq!(alike.count(), 1, "{name}: the name names the dice");
        }
    }
}
