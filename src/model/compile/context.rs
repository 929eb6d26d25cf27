//! What every step of compiling shares: problems, assumptions, and how single fields are read.

use std::collections::BTreeSet;
use std::path::PathBuf;

use serde::Serialize;

use crate::catalog::{Catalog, Sourced, shipped};
use crate::scenario::{Given, Origin, Problem, Problems, nearest};
use crate::trace::{TraceError, WeatherError};
use crate::units::{Currency, QuantityError, Span, parse_span};

/// A value that the user did not write.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Assumption {
    /// Of what, such as `pool nebius/h200: price`.
    pub what: String,
    /// The value, in words.
    pub value: String,
    /// Where it comes from.
    pub source: String,
    /// When it was true; empty for a default of the program.
    pub as_of: String,
    /// How sure we are.
    pub confidence: &'static str,
}

/// The shared state of compiling.
pub(super) struct Context {
    pub(super) problems: Problems,
    pub(super) assumptions: Vec<Assumption>,
    pub(super) catalog: &'static Catalog,
    pub(super) currency: Currency,
    pub(super) files: Vec<PathBuf>,
}

/// Names are labels in tables and keys of randomness: longer ones are a mistake.
const NAME_CHARS: usize = 100;

impl Context {
    pub(super) fn new(problems: Problems) -> Self {
        let currency = Currency::parse("USD").unwrap_or_else(|| unreachable!("a good code"));
        Self {
            problems,
            assumptions: Vec::new(),
            catalog: shipped(),
            currency,
            files: Vec::new(),
        }
    }

    /// Itself, if there was no problem.
    pub(super) fn faultless(self) -> Result<Self, Problems> {
        if self.problems.is_empty() {
            Ok(self)
        } else {
            Err(self.problems)
        }
    }

    /// Reports a problem at a place.
    pub(super) fn fault(&mut self, at: Origin, message: impl Into<String>, fix: impl Into<String>) {
        self.problems.push(Problem::at(at, message, fix));
    }

    /// The value of a field that must be there; `table` is where its table was written, `what` its kind.
    pub(super) fn required<'a, T>(
        &mut self,
        field: &'a Given<T>,
        table: Origin,
        what: &str,
        example: &str,
    ) -> Option<(&'a T, Origin)> {
        if field.is_absent() {
            self.fault(
                table,
                format!("{what} is missing"),
                format!("add {example}"),
            );
        }
        field.here()
    }

    /// Notes a value that came from the catalog.
    pub(super) fn note_catalog<T>(&mut self, what: String, value: String, fact: &Sourced<T>) {
        self.assumptions.push(Assumption {
            what,
            value,
            source: fact.source.clone(),
            as_of: fact.as_of.clone(),
            confidence: fact.confidence.word(),
        });
    }

    /// Notes a value that is a default of this program.
    pub(super) fn note_default(&mut self, what: impl Into<String>, value: impl Into<String>) {
        self.assumptions.push(Assumption {
            what: what.into(),
            value: value.into(),
            source: "default of this program".to_owned(),
            as_of: String::new(),
            confidence: "recommended",
        });
    }

    /// Notes a default that was chosen by what others publish.
    pub(super) fn note_sourced(
        &mut self,
        what: impl Into<String>,
        value: impl Into<String>,
        source: &str,
    ) {
        self.assumptions.push(Assumption {
            what: what.into(),
            value: value.into(),
            source: source.to_owned(),
            as_of: "2026-11-21".to_owned(),
            confidence: "recommended",
        });
    }

    /// Notes a view of the world that the scenario itself declares, so that nobody overlooks it.
    pub(super) fn note_declared(&mut self, what: impl Into<String>, value: impl Into<String>) {
        self.assumptions.push(Assumption {
            what: what.into(),
            value: value.into(),
            source: "declared in the scenario".to_owned(),
            as_of: String::new(),
            confidence: "declared",
        });
    }

    /// Notes what somebody takes to be so where nobody says it; on the command line, if it was written there.
    pub(super) fn note_assumed(&mut self, what: String, value: String, at: Origin) {
        let by_hand = self.problems.sources().of(at).name == "--assume";
        let source = if by_hand {
            "--assume on the command line"
        } else {
            "declared in the scenario"
        };
        self.assumptions.push(Assumption {
            what,
            value,
            source: source.to_owned(),
            as_of: String::new(),
            confidence: "declared",
        });
    }

    /// A quantity in a text, or `None` (reported if it is wrong).
    pub(super) fn quantity<T>(
        &mut self,
        field: &Given<String>,
        parse: impl Fn(&str) -> Result<T, QuantityError>,
    ) -> Option<T> {
        let (text, origin) = field.here()?;
        match parse(text) {
            Ok(value) => Some(value),
            Err(error) => {
                self.quantity_fault(origin, &error);
                None
            }
        }
    }

    pub(super) fn quantity_fault(&mut self, origin: Origin, error: &QuantityError) {
        self.fault(origin, error.to_string(), error.fix());
    }

    /// Reports that a file named at a place cannot be used.
    pub(super) fn unusable(&mut self, at: Origin, error: &TraceError) {
        let message = format!("{}: {}", error.place(), error.problem);
        self.fault(at, message, &error.fix);
    }

    /// Reports what is wrong with a recording, each problem at its place.
    pub(super) fn unreadable(&mut self, file: &str, error: &WeatherError) {
        for problem in &error.problems {
            let place = match problem.source.as_str() {
                "" => file.to_owned(),
                _ => problem.place(),
            };
            let problem = Problem::named(place, &problem.problem, &problem.fix);
            self.problems.push(problem);
        }
        if error.more > 0 {
            let message = format!("{file} has {} more problems", error.more);
            let fix = "mend those that are shown, and see what is left";
            self.problems.push(Problem::new(message, fix));
        }
    }

    /// A length of time.
    pub(super) fn span(&mut self, field: &Given<String>) -> Option<Span> {
        self.quantity(field, parse_span)
    }

    /// A length of time that is not zero.
    pub(super) fn positive_span(&mut self, field: &Given<String>) -> Option<Span> {
        let span = self.span(field)?;
        if span == Span::ZERO {
            let origin = field.origin().unwrap_or_default();
            self.fault(
                origin,
                "this length of time is zero",
                "write more than zero",
            );
            return None;
        }
        Some(span)
    }

    /// A length of time of at least a minute: what changes more often is a slip of units, and costs gigabytes.
    pub(super) fn slow_span(&mut self, field: &Given<String>) -> Option<Span> {
        let span = self.span(field)?;
        let origin = field.origin().unwrap_or_default();
        self.slow(span.0 as f64, origin).then_some(span)
    }

    /// Whether something that changes each so many milliseconds, on average, changes seldom enough.
    pub(super) fn slow(&mut self, mean_ms: f64, at: Origin) -> bool {
        let slow = Span::MINUTE.0 as f64 <= mean_ms;
        if !slow {
            let fix = "write at least \"1 min\"";
            self.fault(
                at,
                "the market does not change more often than once a minute",
                fix,
            );
        }
        slow
    }

    /// A number within bounds, both allowed.
    pub(super) fn number(&mut self, field: &Given<f64>, low: f64, high: f64) -> Option<f64> {
        let (&value, origin) = field.here()?;
        if !(low <= value && value <= high) {
            self.fault(
                origin,
                format!("{value} is out of range"),
                format!("write a number from {low} to {high}"),
            );
            return None;
        }
        Some(value)
    }

    /// A whole number of at least one.
    pub(super) fn count<T: Copy + PartialOrd + From<u8> + std::fmt::Display>(
        &mut self,
        field: &Given<T>,
        most: T,
    ) -> Option<T> {
        let (&value, origin) = field.here()?;
        if value < T::from(1) || most < value {
            self.fault(
                origin,
                format!("{value} is out of range"),
                format!("write a whole number from 1 to {most}"),
            );
            return None;
        }
        Some(value)
    }

    /// A name that must be there, printable, and unlike those in `taken`, to which it is added.
    pub(super) fn name(
        &mut self,
        field: &Given<String>,
        table: Origin,
        what: &str,
        taken: &mut BTreeSet<String>,
    ) -> Option<String> {
        let example = format!("name = \"…\" to the {what}");
        let (name, origin) =
            self.required(field, table, &format!("the name of a {what}"), &example)?;
        if name.trim().is_empty()
            || NAME_CHARS < name.chars().count()
            || name.contains(char::is_control)
        {
            self.fault(
                origin,
                format!("not a name for a {what}"),
                format!("write 1 to {NAME_CHARS} printable characters"),
            );
            return None;
        }
        if !taken.insert(name.clone()) {
            self.fault(
                origin,
                format!("there are two of {what} `{name}`"),
                "every name must be its own",
            );
            return None;
        }
        Some(name.clone())
    }

    /// Reports a name that refers to nothing.
    pub(super) fn unknown(&mut self, at: Origin, what: &str, name: &str, known: &[&str]) {
        let (message, fix) = unknown(what, name, known);
        self.fault(at, message, fix);
    }

    /// Reports a problem in a row of a file, or at a place of the scenario.
    pub(super) fn fault_in(
        &mut self,
        row: Option<&str>,
        at: Origin,
        message: impl Into<String>,
        fix: impl Into<String>,
    ) {
        match row {
            Some(row) => self.problems.push(Problem::named(row, message, fix)),
            None => self.fault(at, message, fix),
        }
    }
}

/// What is wrong with a name that refers to nothing, and what to do about it.
pub(super) fn unknown(what: &str, name: &str, known: &[&str]) -> (String, String) {
    let fix = match nearest(name, known.iter().copied()) {
        Some(near) => format!("did you mean `{near}`?"),
        None if known.is_empty() => format!("there is no {what} in the scenario"),
        None => format!("use one of {}", known.join(", ")),
    };
    (format!("unknown {what} `{name}`"), fix)
}
