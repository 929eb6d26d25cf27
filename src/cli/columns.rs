//! Columns of a csv as declared on the command line.

use crate::process::Outcome;
use crate::trace::{Gang, GpuUnit, Label, Mapping, OutcomeColumn, RunTime, StateMeaning, TimeUnit};

use super::exit::Failure;

/// What a column can hold.
const MEANINGS: [&str; 12] = [
    "job",
    "submit",
    "duration",
    "start",
    "end",
    "requested",
    "gpus",
    "replicas",
    "tenant",
    "class",
    "priority",
    "state",
];

/// The mapping that `MEANING=COLUMN` and `STATE=OUTCOME` declare; numbers of time are in `unit`.
pub(super) fn mapping(
    columns: &[String],
    states: &[String],
    unit: TimeUnit,
) -> Result<Mapping, Failure> {
    let columns = Columns::read(columns)?;
    let gpus = columns.need("gpus")?;
    let run_time = match (
        columns.find("duration"),
        columns.find("start"),
        columns.find("end"),
    ) {
        (None, Some(start), Some(end)) => RunTime::Between { start, end },
        _ => RunTime::Column(columns.need("duration")?, unit),
    };
    let gang = match columns.find("replicas") {
        None => Gang::Total(gpus.clone(), GpuUnit::Gpus),
        Some(replicas) => Gang::Replicas {
            replicas,
            per_replica: gpus.clone(),
            unit: GpuUnit::Gpus,
        },
    };
    Ok(Mapping {
        job: columns.find("job"),
        run_time,
        requested: columns.find("requested").map(|column| (column, unit)),
        gang,
        tenant: columns.label("tenant"),
        class: columns.label("class"),
        outcome: outcome(columns.find("state"), states)?,
        priority: columns.find("priority"),
        ..Mapping::new(&columns.need("submit")?, "", &gpus)
    })
}

struct Columns<'a>(Vec<(&'a str, &'a str)>);

impl<'a> Columns<'a> {
    fn read(texts: &'a [String]) -> Result<Self, Failure> {
        let pairs = texts
            .iter()
            .map(|text| split(text, "--column"))
            .collect::<Result<Vec<_>, _>>()?;
        match pairs
            .iter()
            .find(|(meaning, _)| !MEANINGS.contains(meaning))
        {
            Some((meaning, _)) => Err(Failure::Usage(format!(
                "--column {meaning}=…: a column can hold {}",
                MEANINGS.join(", ")
            ))),
            None => Ok(Self(pairs)),
        }
    }

    fn find(&self, meaning: &str) -> Option<String> {
        let found = self.0.iter().find(|(known, _)| *known == meaning);
        found.map(|(_, name)| (*name).to_owned())
    }

    fn need(&self, meaning: &str) -> Result<String, Failure> {
        self.find(meaning).ok_or_else(|| {
            Failure::Usage(format!(
                "a csv needs --column {meaning}=NAME, the column that holds it"
            ))
        })
    }

    fn label(&self, meaning: &str) -> Label {
        self.find(meaning)
            .map_or(Label::Constant("all".to_owned()), Label::Column)
    }
}

fn outcome(column: Option<String>, states: &[String]) -> Result<Option<OutcomeColumn>, Failure> {
    let mut meanings = Vec::new();
    for text in states {
        let (state, outcome) = split(text, "--state")?;
        let meaning = match (Outcome::parse(outcome), outcome) {
            (Some(outcome), _) => StateMeaning::Ended(outcome),
            (None, "running") => StateMeaning::Running,
            _ => {
                let known = Outcome::ALL.map(Outcome::name).join(", ");
                return Err(Failure::Usage(format!(
                    "--state {text}: `{outcome}` is not among {known}, running"
                )));
            }
        };
        meanings.push((state.to_owned(), meaning));
    }
    Ok(column.map(|column| OutcomeColumn {
        column,
        states: meanings,
    }))
}

fn split<'a>(text: &'a str, flag: &str) -> Result<(&'a str, &'a str), Failure> {
    text.split_once('=')
        .filter(|(left, right)| !left.is_empty() && !right.is_empty())
        .ok_or_else(|| Failure::Usage(format!("{flag} {text}: write it as LEFT=RIGHT")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(texts: &[&str]) -> Vec<String> {
        texts.iter().map(|&text| text.to_owned()).collect()
    }

    #[test]
    fn columns_mean_what_was_declared() {
        let columns = texts(&["submit=t", "start=s", "end=e", "gpus=n", "state=how"]);
        let states = texts(&["Pass=finished", "Killed=cancelled", "Alive=running"]);
        let mapping = mapping(&columns, &states, TimeUnit::Minutes).unwrap();
        assert_eq!(mapping.submit, "t");
        assert!(matches!(mapping.run_time, RunTime::Between { .. }));
        assert_eq!(mapping.outcome.unwrap().states[2].1, StateMeaning::Running);
    }

    #[test]
    fn what_is_wrong_is_said() {
        let wrong = |columns: &[&str], states: &[&str]| match mapping(
            &texts(columns),
            &texts(states),
            TimeUnit::Seconds,
        ) {
            Err(Failure::Usage(text)) => text,
            other => panic!("{other:?}"),
        };
        assert!(wrong(&["submit=t", "gpus=n"], &[]).contains("--column duration=NAME"));
        assert!(wrong(&["gpu=n"], &[]).contains("a column can hold job, submit"));
        assert!(wrong(&["submit"], &[]).contains("LEFT=RIGHT"));
        let all = ["submit=t", "duration=d", "gpus=n", "state=s"];
        assert!(wrong(&all, &["Pass=done"]).contains("`done` is not among finished"));
    }
}
