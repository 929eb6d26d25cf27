//! `plimsoll evidence report`: which rules stand for which controls, what they decided, and what is missing.

use std::fs::File;
use std::io::BufReader;
use std::path::Path;

use anyhow::Context as _;

use crate::cli::exit::Failure;
use crate::cli::output;
use crate::cli::study::counted;
use crate::experiment::grouped;
use crate::record::{Matrix, RuleTally, plain};

/// Prints it, of evidence that was verified.
pub(super) fn report(file: &Path, strategy: Option<&str>) -> Result<(), Failure> {
    let opened = File::open(file).with_context(|| format!("cannot read {}", file.display()))?;
    let matrix = Matrix::read(BufReader::new(opened), strategy)
        .with_context(|| format!("cannot read {}", file.display()))?;
    if matrix.runs == 0 {
        let name = plain(strategy.unwrap_or_default()).into_owned();
        return Err(Failure::Usage(format!(
            "there is no evidence of a strategy `{name}`"
        )));
    }
    let width = output::width();
    let lines = lines(&matrix);
    let wrapped = lines.iter().map(|line| output::wrapped(line, width) + "\n");
    Ok(output::data(&wrapped.collect::<String>())?)
}

fn lines(matrix: &Matrix) -> Vec<String> {
    let mut lines = vec![
        "this tells of a simulation, not of anything that happened".to_owned(),
        format!(
            "{} of scenario {}, seed {}",
            counted(matrix.runs, "run"),
            plain(&matrix.scenario),
            matrix.seed
        ),
    ];
    let kinds = matrix.kinds.iter();
    let kinds = kinds.filter(|(kind, _)| !matches!(kind.as_str(), "run" | "end" | "closing"));
    let kinds: Vec<String> = kinds
        .map(|(kind, count)| format!("{} {}", plain(kind), grouped(&count.to_string())))
        .collect();
    lines.push(format!("records: {}", kinds.join(", ")));
    for (control, rules) in matrix.by_control() {
        lines.push(String::new());
        lines.push(match control {
            Some(control) => format!("control {}", plain(control)),
            None => "no control".to_owned(),
        });
        if rules.is_empty() {
            lines.push("  no rule".to_owned());
        }
        for (id, tally) in rules {
            lines.extend(of_rule(id, tally));
        }
    }
    lines.push(String::new());
    let gaps = matrix.gaps();
    if gaps.is_empty() {
        lines.push("no gaps".to_owned());
    } else {
        lines.push("gaps".to_owned());
        lines.extend(gaps.iter().map(|gap| format!("  {}", plain(gap))));
    }
    lines
}

fn of_rule(id: &str, tally: &RuleTally) -> Vec<String> {
    let number = |count: u64| grouped(&count.to_string());
    let effect = if tally.effect.is_empty() {
        String::new()
    } else {
        format!(" ({})", plain(&tally.effect))
    };
    let records = match tally.records {
        None => "in no record".to_owned(),
        Some((first, last)) => format!(
            "records {} to {}",
            grouped(&first.to_string()),
            grouped(&last.to_string())
        ),
    };
    let mut counts = format!(
        "    allowed {}, refused {}, excepted {}",
        number(tally.allowed),
        number(tally.refused),
        number(tally.excepted)
    );
    if 0 < tally.moved {
        counts = format!(
            "{counts}, steps of moves against it {}",
            number(tally.moved)
        );
    }
    if 0 < tally.changes {
        counts = format!("{counts}, changed {}", number(tally.changes));
    }
    vec![
        format!("  rule {}{effect}", plain(id)),
        counts,
        format!("    {records}"),
    ]
}
