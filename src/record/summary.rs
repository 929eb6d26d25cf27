//! `summary.json`: estimates with intervals, and how they differ from the first strategy's.

use serde::ser::{Serialize, SerializeMap, Serializer};

use crate::metrics::{Better, Unit};
use crate::stats::{Bounds, Estimate, Precision};

use super::gates::GateVerdict;

/// Values by name, in the order they were put in: a JSON object that does not sort.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Named<T>(pub Vec<(String, T)>);

/// How many sampled worlds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Replications {
    /// Asked for.
    pub asked: u32,
    /// Behind the numbers.
    pub done: u32,
    /// Whether the run was interrupted.
    pub partial: bool,
}

/// One metric of one strategy.
#[derive(Clone, Debug, PartialEq, serde::Serialize)]
pub struct Figure {
    /// The estimate; for ratios the ratio of totals. `None` where it has no meaning.
    pub mean: Option<f64>,
    /// Lower end of the 95 % interval; `None` where there is none.
    pub low: Option<f64>,
    /// Upper end.
    pub high: Option<f64>,
    /// Half its width.
    pub half_width: Option<f64>,
    /// Replications behind it.
    pub n: u32,
    /// `interval`; `single` (one replication: because nothing rolls dice, see `deterministic`, or only one was asked for);
    /// `constant` (it came out alike in all); or `none` (it has no meaning here).
    pub precision: &'static str,
    /// What it is measured in.
    pub unit: String,
    /// Which direction is better.
    pub better: Better,
    /// Replications in which the value is only a lower bound.
    pub censored: u32,
    /// Of a date, by when it had come in parts of all replications.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dates: Option<Dates>,
    /// What kind of unit, for printing.
    #[serde(skip)]
    pub kind: Unit,
}

/// By when something had come, in days from the start; nothing where it had not by the horizon in so many replications.
#[derive(Clone, Copy, Debug, Default, PartialEq, serde::Serialize)]
pub struct Dates {
    /// In a tenth of the replications.
    pub p10: Option<f64>,
    /// In half of them.
    pub p50: Option<f64>,
    /// In nine tenths.
    pub p90: Option<f64>,
}

/// A metric against the first strategy's, on the same sampled worlds.
#[derive(Clone, Debug, Default, PartialEq, serde::Serialize)]
pub struct Comparison {
    /// This strategy's less the first's.
    pub difference: Option<f64>,
    /// Lower end of its 95 % interval.
    pub difference_low: Option<f64>,
    /// Upper end.
    pub difference_high: Option<f64>,
    /// This strategy's over the first's.
    pub ratio: Option<f64>,
    /// Lower end of its 95 % interval.
    pub ratio_low: Option<f64>,
    /// Upper end.
    pub ratio_high: Option<f64>,
}

/// One strategy.
#[derive(Clone, Debug, PartialEq, serde::Serialize)]
pub struct StrategySummary {
    /// Its name.
    pub name: String,
    /// Its metrics by id.
    pub metrics: Named<Figure>,
    /// The same metrics against the first strategy's; `None` for the first.
    pub versus_first: Option<Named<Comparison>>,
}

/// The content of `summary.json` and of `--format json`.
#[derive(Clone, Debug, PartialEq, serde::Serialize)]
pub struct Summary {
    /// See [`super::SCHEMA_VERSION`].
    pub schema_version: u32,
    /// The scenario's name.
    pub scenario: String,
    /// The run's name.
    pub run_id: String,
    /// The seed of all randomness.
    pub seed: u64,
    /// The ledger currency.
    pub currency: String,
    /// How many sampled worlds.
    pub replications: Replications,
    /// Whether nothing rolls dice, so that one run is all there is to know.
    pub deterministic: bool,
    /// The confidence level of all intervals.
    pub confidence: f64,
    /// What was read, line by line.
    pub read: Vec<String>,
    /// The strategies, the base of comparison first.
    pub strategies: Vec<StrategySummary>,
    /// The answer in words.
    pub sentences: Vec<String>,
    /// What would change it.
    pub what_would_change_it: Vec<String>,
    /// What the answer must keep to, and whether it does: of each gate, strategy by strategy.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub gates: Vec<GateVerdict>,
    /// What rules cost, where one strategy obeys what another only audits.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub rule_prices: Vec<RulePrice>,
}

/// What rules cost: a strategy that obeys them against one that is alike but does not.
#[derive(Clone, Debug, PartialEq, serde::Serialize)]
pub struct RulePrice {
    /// The rules, by id.
    pub rules: Vec<String>,
    /// The strategy that obeys them.
    pub obeying: String,
    /// The one that only audits them, or leaves them off.
    pub auditing: String,
    /// What is more under the first, on the same worlds.
    pub obeying_less_auditing: Named<Comparison>,
}

impl<T> Named<T> {
    /// The value called `name`.
    pub fn get(&self, name: &str) -> Option<&T> {
        self.0
            .iter()
            .find(|(known, _)| known == name)
            .map(|(_, value)| value)
    }
}

impl<T: Serialize> Serialize for Named<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        for (name, value) in &self.0 {
            map.serialize_entry(name, value)?;
        }
        map.end()
    }
}

impl Figure {
    /// A figure from an estimate; `None` is a metric without meaning here.
    pub fn new(
        estimate: Option<&Estimate>,
        kind: Unit,
        better: Better,
        currency: &str,
        censored: u32,
    ) -> Self {
        Self {
            mean: estimate.map(|e| e.value),
            low: estimate.and_then(Estimate::low),
            high: estimate.and_then(Estimate::high),
            half_width: estimate.and_then(Estimate::half_width),
            n: estimate.map_or(0, |e| e.replications),
            precision: match estimate.map(|e| e.precision) {
                None => "none",
                Some(Precision::Single) => "single",
                Some(Precision::Constant) => "constant",
                Some(Precision::HalfWidth(_)) => "interval",
            },
            unit: kind.label(currency),
            better,
            censored,
            dates: None,
            kind,
        }
    }
}

impl Figure {
    /// A probability has an interval that stays between 0 and 1 and is not a point where all came out alike.
    pub fn bounded_by(&mut self, bounds: Option<Bounds>) {
        if let (Some(bounds), true) = (bounds, self.precision != "single") {
            self.low = Some(bounds.low);
            self.high = Some(bounds.high);
            self.half_width = None;
            self.precision = "interval";
        }
    }
}

impl Comparison {
    /// A comparison from estimates of the difference and of the ratio.
    pub fn new(difference: Option<&Estimate>, ratio: Option<&Estimate>) -> Self {
        Self {
            difference: difference.map(|e| e.value),
            difference_low: difference.and_then(Estimate::low),
            difference_high: difference.and_then(Estimate::high),
            ratio: ratio.map(|e| e.value),
            ratio_low: ratio.and_then(Estimate::low),
            ratio_high: ratio.and_then(Estimate::high),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn objects_keep_their_order_and_no_interval_is_null() {
        let single = Estimate {
            value: 2.5,
            precision: Precision::Single,
            replications: 1,
        };
        let figure = Figure::new(Some(&single), Unit::Seconds, Better::Lower, "USD", 0);
        let named = Named(vec![
            ("z".to_owned(), figure.clone()),
            ("a".to_owned(), figure),
        ]);
        let text = serde_json::to_string(&named).unwrap();
        assert!(text.starts_with("{\"z\":{\"mean\":2.5,\"low\":null,\"high\":null,"));
        assert!(text.contains("\"precision\":\"single\""));
        assert!(text.find("\"z\"").unwrap() < text.find("\"a\"").unwrap());
    }
}
