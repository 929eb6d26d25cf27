//! What owning a GPU-hour of capacity costs, used or not.
//!
//! ```text
//! depreciation = capital × (1 − residual) ÷ (years × 8760)
//! interest     = capital × (1 + residual) ÷ 2 × interest ÷ 8760      (on the mean of first and last value)
//! colocation   = kW provisioned × rate ÷ 730                         (8760 ÷ 12 hours in a month)
//! power        = kW drawn × power usage effectiveness × price of energy
//! maintenance  = capital × share ÷ 8760
//! staff        = people × cost of one ÷ (GPUs × 8760)
//! ```
//!
//! All in whole numbers: ratios in millionths, each part in 10⁻⁶ µ rounded half up, their sum rounded half
//! up to the µ, so the error is below one µ per GPU-hour.

use serde::Deserialize;

use crate::units::Price;

use super::quantity::{Amount, PerGpu, PerKilowattHour, PerKilowattMonth, Watts};
use super::sourced::Sourced;

/// Inputs of the formula, per GPU. Money in millionths of the currency, ratios in millionths.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tco {
    /// Installed price of one GPU with its share of everything.
    pub capital: u64,
    /// Years of writing off, in thousandths; not zero.
    pub years_milli: u64,
    /// Share of the price that is left at the end.
    pub residual: u64,
    /// Yearly cost of capital.
    pub interest: u64,
    /// Watts rented.
    pub watts_provisioned: u64,
    /// Watts drawn on average.
    pub watts_average: u64,
    /// Rent for a kilowatt-month.
    pub colocation: u64,
    /// Power usage effectiveness.
    pub pue: u64,
    /// Price of a kilowatt-hour.
    pub energy: u64,
    /// Yearly maintenance as a share of the price.
    pub maintenance: u64,
    /// People in full-time equivalents.
    pub staff: u64,
    /// What one of them costs in a year.
    pub staff_cost: u64,
    /// How many GPUs they look after; not zero.
    pub staff_gpus: u64,
}

/// One part of the price.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TcoPart {
    /// Its name.
    pub name: &'static str,
    /// Per GPU-hour, in 10⁻⁶ µ.
    pub pico: u128,
}

/// A named record of the catalog.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TcoRecord {
    /// Its id, as offers say it.
    pub id: String,
    /// The inputs.
    pub tco: Tco,
    /// What each input says of its source, in the order of the file: (key, text).
    pub sources: Vec<(&'static str, Sourced<String>)>,
}

const HOURS_PER_YEAR: u128 = 8760;
const HOURS_PER_MONTH: u128 = 730;
/// Ratios are in millionths.
const UNIT: u128 = 1_000_000;
/// Parts are in millionths of a µ.
const FINE: u128 = 1_000_000;

impl Tco {
    /// The parts of the price, or `None` if an input is zero that divides, or a number is too large.
    pub fn parts(&self) -> Option<[TcoPart; 6]> {
        let left = UNIT.checked_sub(u128::from(self.residual))?;
        let mean = UNIT + u128::from(self.residual);
        let capital = u128::from(self.capital);
        let year = HOURS_PER_YEAR;
        let years = year * u128::from(self.years_milli);
        let part = |name, factors: &[u128], divisors: &[u128]| {
            let top = product(factors)?.checked_mul(FINE)?;
            Some(TcoPart {
                name,
                pico: rounded(top, product(divisors)?)?,
            })
        };
        Some([
            part("depreciation", &[capital, left, 1000], &[years, UNIT])?,
            part(
                "interest",
                &[capital, mean, u128::from(self.interest)],
                &[2, year, UNIT, UNIT],
            )?,
            part(
                "colocation",
                &[self.watts_provisioned.into(), self.colocation.into()],
                &[1000, HOURS_PER_MONTH],
            )?,
            part(
                "power",
                &[
                    self.watts_average.into(),
                    self.pue.into(),
                    self.energy.into(),
                ],
                &[1000, UNIT],
            )?,
            part(
                "maintenance",
                &[capital, self.maintenance.into()],
                &[year, UNIT],
            )?,
            part(
                "staff",
                &[self.staff.into(), self.staff_cost.into()],
                &[self.staff_gpus.into(), year, UNIT],
            )?,
        ])
    }

    /// What one GPU-hour of capacity costs if this share of its price, in millionths, is left at the end; at most
    /// all of it. `None` as for [`Tco::parts`].
    pub fn worth(&self, residual: u64) -> Option<Price> {
        let residual = residual.min(UNIT as u64);
        Self { residual, ..*self }.price()
    }

    /// What one GPU-hour of capacity costs; `None` as for [`Tco::parts`].
    pub fn price(&self) -> Option<Price> {
        let sum: u128 = self.parts()?.iter().map(|part| part.pico).sum();
        u64::try_from(rounded(sum, FINE)?).ok().map(Price)
    }
}

fn product(factors: &[u128]) -> Option<u128> {
    factors
        .iter()
        .try_fold(1u128, |product, &factor| product.checked_mul(factor))
}

/// Half up.
fn rounded(top: u128, bottom: u128) -> Option<u128> {
    top.checked_add(bottom / 2)?.checked_div(bottom)
}

/// As in the file.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Written {
    id: String,
    capital: Sourced<PerGpu>,
    years: Sourced<f64>,
    residual: Sourced<f64>,
    interest: Sourced<f64>,
    power_provisioned: Sourced<Watts>,
    power_average: Sourced<Watts>,
    colocation: Sourced<PerKilowattMonth>,
    pue: Sourced<f64>,
    energy: Sourced<PerKilowattHour>,
    maintenance: Sourced<f64>,
    staff: Sourced<f64>,
    staff_cost: Sourced<Amount>,
    staff_gpus: Sourced<u64>,
}

impl Written {
    pub(super) fn read(self) -> TcoRecord {
        let ratio = |value: f64| (value * UNIT as f64).round() as u64;
        let units = |value: u64| format!("{} USD", value as f64 / 1e6);
        let sources = vec![
            ("capital", self.capital.map(|v| units(v.0))),
            ("years", self.years.map(f64::to_string)),
            ("residual", self.residual.map(f64::to_string)),
            ("interest", self.interest.map(f64::to_string)),
            (
                "power_provisioned",
                self.power_provisioned.map(|v| format!("{} W", v.0)),
            ),
            (
                "power_average",
                self.power_average.map(|v| format!("{} W", v.0)),
            ),
            (
                "colocation",
                self.colocation.map(|v| units(v.0) + "/kW-month"),
            ),
            ("pue", self.pue.map(f64::to_string)),
            ("energy", self.energy.map(|v| units(v.0) + "/kWh")),
            ("maintenance", self.maintenance.map(f64::to_string)),
            ("staff", self.staff.map(f64::to_string)),
            ("staff_cost", self.staff_cost.map(|v| units(v.0))),
            ("staff_gpus", self.staff_gpus.map(u64::to_string)),
        ];
        let tco = Tco {
            capital: self.capital.value.0,
            years_milli: (self.years.value * 1000.0).round() as u64,
            residual: ratio(self.residual.value),
            interest: ratio(self.interest.value),
            watts_provisioned: self.power_provisioned.value.0,
            watts_average: self.power_average.value.0,
            colocation: self.colocation.value.0,
            pue: ratio(self.pue.value),
            energy: self.energy.value.0,
            maintenance: ratio(self.maintenance.value),
            staff: ratio(self.staff.value),
            staff_cost: self.staff_cost.value.0,
            staff_gpus: self.staff_gpus.value,
        };
        TcoRecord {
            id: self.id,
            tco,
            sources,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::shipped;

    #[test]
    fn a_cluster_of_256_h200_costs_two_and_a_half_dollars() {
        let record = shipped().record("h200-4y").unwrap();
        let parts: Vec<u128> = record
            .tco
            .parts()
            .unwrap()
            .iter()
            .map(|part| (part.pico + FINE / 2) / FINE)
            .collect();
        let expected = [
            1_212_900, // 50,000 × .85 ÷ (4 × 8,760)          = 42,500 ÷ 35,040
            262_557,   // 50,000 × 1.15 ÷ 2 × .08 ÷ 8,760      = 2,300 ÷ 8,760
            323_116,   // 1.275 kW × 185 ÷ 730                 = 235.875 ÷ 730
            117_000,   // 1 kW × 1.3 × .09
            285_388,   // 50,000 × .05 ÷ 8,760                 = 2,500 ÷ 8,760
            294_307,   // 3 × 220,000 ÷ (256 × 8,760)          = 660,000 ÷ 2,242,560
        ];
        assert_eq!(parts, expected);
        // 2.495268 at 100 % use: the 2.50 of the literature; ÷ .7 = 3.56, ÷ .4 = 6.24.
        assert_eq!(record.tco.price(), Some(Price(2_495_268)));
    }

    #[test]
    fn an_older_cluster_costs_half_of_that() {
        let price = shipped().record("a100-5y").unwrap().tco.price().unwrap();
        // .369 dep + .082 interest + .206 colo + .081 power + .097 maint + .392 staff = 1.2267
        assert_eq!(price, Price(1_226_703));
    }

    #[test]
    fn inputs_that_divide_by_zero_have_no_price() {
        let tco = shipped().record("h200-4y").unwrap().tco;
        assert_eq!(
            Tco {
                years_milli: 0,
                ..tco
            }
            .price(),
            None
        );
        assert_eq!(
            Tco {
                staff_gpus: 0,
                ..tco
            }
            .price(),
            None
        );
        assert_eq!(
            Tco {
                residual: 1_000_001,
                ..tco
            }
            .price(),
            None
        );
    }
}
