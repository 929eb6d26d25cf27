//! Everything that keeps a recording of weather from being used.

use std::fmt;

use super::super::error::TraceError;

/// Problems beyond these are counted, not shown.
const SHOWN_MAX: usize = 20;

/// The problems of one import, each with place, value and fix; there is at least one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WeatherError {
    /// The first problems.
    pub problems: Vec<TraceError>,
    /// How many more there are.
    pub more: u64,
}

impl WeatherError {
    /// No problem yet: for collecting.
    pub(super) const fn none() -> Self {
        Self {
            problems: Vec::new(),
            more: 0,
        }
    }

    /// Whether enough are shown; then one more is counted.
    pub(super) fn counted_only(&mut self) -> bool {
        let full = self.problems.len() == SHOWN_MAX;
        self.more += u64::from(full);
        full
    }

    pub(super) fn push(&mut self, problem: TraceError) {
        if self.problems.len() < SHOWN_MAX {
            self.problems.push(problem);
        } else {
            self.more += 1;
        }
    }
}

impl From<TraceError> for WeatherError {
    fn from(problem: TraceError) -> Self {
        Self {
            problems: vec![problem],
            more: 0,
        }
    }
}

impl fmt::Display for WeatherError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, problem) in self.problems.iter().enumerate() {
            if index > 0 {
                writeln!(f)?;
            }
            write!(f, "{problem}")?;
        }
        if self.more > 0 {
            write!(f, "\nand {} more problems", self.more)?;
        }
        Ok(())
    }
}

impl std::error::Error for WeatherError {}
