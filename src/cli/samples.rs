//! Summaries for tests of what is printed of them.

use crate::metrics::{Better, Unit};
use crate::record::{Figure, Named, Replications, SCHEMA_VERSION, StrategySummary, Summary};
use crate::stats::{Estimate, Precision};

/// A value of 200 replications, less of which is better.
pub(super) fn figure(value: f64, precision: Precision, unit: Unit) -> Figure {
    let estimate = Estimate {
        value,
        precision,
        replications: 200,
    };
    Figure::new(Some(&estimate), unit, Better::Lower, "USD", 0)
}

/// A strategy with these columns: id, value, half width, unit.
pub(super) fn strategy(name: &str, columns: &[(&str, f64, f64, Unit)]) -> StrategySummary {
    let of = |&(id, value, half, unit): &(&str, f64, f64, Unit)| {
        let precision = if half == 0.0 {
            Precision::Constant
        } else {
            Precision::HalfWidth(half)
        };
        (id.to_owned(), figure(value, precision, unit))
    };
    StrategySummary {
        name: name.to_owned(),
        metrics: Named(columns.iter().map(of).collect()),
        versus_first: None,
    }
}

/// What 200 replications of these strategies are summed up to.
pub(super) fn summary(strategies: Vec<StrategySummary>) -> Summary {
    Summary {
        schema_version: SCHEMA_VERSION,
        scenario: "sample".to_owned(),
        run_id: "0".to_owned(),
        seed: 1,
        currency: "USD".to_owned(),
        replications: Replications {
            asked: 200,
            done: 200,
            partial: false,
        },
        deterministic: false,
        confidence: 0.95,
        read: Vec::new(),
        strategies,
        sentences: Vec::new(),
        what_would_change_it: Vec::new(),
        gates: Vec::new(),
        rule_prices: Vec::new(),
    }
}
