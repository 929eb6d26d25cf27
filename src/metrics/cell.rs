//! One metric of one replication, before statistics.

use serde::Serialize;

/// A metric of one replication as a quotient that is not yet divided.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Cell {
    /// What is counted.
    pub numerator: f64,
    /// What it is counted against; 1 for plain amounts, 0 where the metric has no meaning.
    pub denominator: f64,
    /// Whether the true value is known only to be at least this (a percentile that fell on a job which
    /// the horizon found waiting).
    pub at_least: bool,
}

/// What a metric is measured in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Unit {
    /// The scenario's ledger currency.
    Money,
    /// The ledger currency per GPU-hour.
    MoneyPerGpuHour,
    /// Kilowatt-hours.
    KilowattHours,
    /// Kilowatt-hours per GPU-hour.
    KilowattHoursPerGpuHour,
    /// Kilograms.
    Kilograms,
    /// Gigabytes of 10⁹ bytes.
    Gigabytes,
    /// Gigabytes kept for an hour each.
    GigabyteHours,
    /// Seconds.
    Seconds,
    /// Hours.
    Hours,
    /// Days.
    Days,
    /// GPU-hours.
    GpuHours,
    /// GPUs.
    Gpus,
    /// Jobs.
    Jobs,
    /// A share between 0 and 1.
    Share,
    /// A bare ratio.
    Ratio,
    /// A number of times.
    Times,
}

/// Which direction a person would want.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Better {
    /// Less is better.
    Lower,
    /// More is better.
    Higher,
    /// Neither: it describes.
    Neither,
}

impl Cell {
    /// A plain amount.
    pub const fn amount(value: f64) -> Self {
        Self::ratio(value, 1.0)
    }

    /// `numerator` per `denominator`.
    pub const fn ratio(numerator: f64, denominator: f64) -> Self {
        Self {
            numerator,
            denominator,
            at_least: false,
        }
    }

    /// The value of this replication alone; `None` where the metric has no meaning.
    pub fn value(&self) -> Option<f64> {
        (self.denominator != 0.0).then(|| self.numerator / self.denominator)
    }
}

impl Unit {
    /// The unit in words for tables, given the currency.
    pub fn label(self, currency: &str) -> String {
        match self {
            Self::Money => currency.to_owned(),
            Self::MoneyPerGpuHour => format!("{currency}/GPU-h"),
            Self::KilowattHours => "kWh".to_owned(),
            Self::KilowattHoursPerGpuHour => "kWh/GPU-h".to_owned(),
            Self::Kilograms => "kg".to_owned(),
            Self::Gigabytes => "GB".to_owned(),
            Self::GigabyteHours => "GB-h".to_owned(),
            Self::Seconds => "s".to_owned(),
            Self::Hours => "h".to_owned(),
            Self::Days => "d".to_owned(),
            Self::GpuHours => "GPU-h".to_owned(),
            Self::Gpus => "GPUs".to_owned(),
            Self::Jobs => "jobs".to_owned(),
            Self::Share | Self::Ratio => "1".to_owned(),
            Self::Times => "times".to_owned(),
        }
    }
}
