//! `plimsoll verify`: the trust pack, line by line.

use clap::{Args, ValueEnum};
use unicode_width::UnicodeWidthStr as _;

use crate::experiment::{Evidence, Row, Tier, Verdict, Z_MAX};

use super::exit::Failure;
use super::{interrupt, output, progress};

/// The seed of the shipped answers: the same rows everywhere.
const SEED: u64 = 20_260_101;

/// How much to verify.
#[derive(Debug, Args)]
pub(super) struct VerifyArguments {
    /// Standard errors of at most 1 %, in half a minute (the default)
    #[arg(long, conflicts_with = "full")]
    quick: bool,
    /// Standard errors of at most 0.3 %, and heavily loaded systems, in some minutes
    #[arg(long)]
    full: bool,
    /// The seed of all randomness
    #[arg(long, value_name = "N", default_value_t = SEED)]
    seed: u64,
    /// Threads; 0 is one for each core. The numbers do not depend on it
    #[arg(long, value_name = "N", default_value_t = 0, value_parser = clap::value_parser!(u16).range(0..=1024))]
    threads: u16,
    /// The form of the answer on standard output
    #[arg(long, value_name = "FORM", value_enum, default_value_t = Form::Table)]
    format: Form,
    /// Say nothing but the answer and errors
    #[arg(long, short)]
    quiet: bool,
}

/// The form of the answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Form {
    /// For people
    Table,
    /// One object
    Json,
}

/// Plays the trust pack; a row that does not agree is a failed check.
pub(super) fn verify(arguments: &VerifyArguments) -> Result<(), Failure> {
    let tier = if arguments.full {
        Tier::Full
    } else {
        Tier::Quick
    };
    let cancelled = interrupt::flag()?;
    let bar = progress::bar(0, "systems", arguments.quiet);
    let hear = |done: usize, of: usize| {
        bar.set_length(of as u64);
        bar.set_position(done as u64);
    };
    let threads = usize::from(arguments.threads);
    let rows = crate::experiment::verify(tier, arguments.seed, threads, &cancelled, &hear)
        .map_err(anyhow::Error::from)?;
    bar.finish_and_clear();
    let partial = cancelled.load(std::sync::atomic::Ordering::Relaxed);
    let text = match arguments.format {
        Form::Table => table(&rows, tier, arguments.seed, output::width()),
        Form::Json => json(&rows, tier, arguments.seed, partial)?,
    };
    output::data(&text)?;
    if partial {
        return Err(Failure::Interrupted(
            "interrupted: systems that were not played are missing".to_owned(),
        ));
    }
    let bad = disagreeing(&rows);
    if bad == 0 {
        return Ok(());
    }
    Err(Failure::Gate(format!(
        "error: {bad} of {} rows do not agree with theory",
        rows.len()
    )))
}

fn disagreeing(rows: &[Row]) -> usize {
    rows.iter()
        .filter(|row| row.verdict() != Verdict::Agrees)
        .count()
}

/// The columns of a row, as text.
struct Line {
    left: [String; 2],
    right: [String; 4],
    verdict: &'static str,
}

const HEADS: [&str; 7] = [
    "system",
    "quantity",
    "expected",
    "simulated",
    "std error",
    "z",
    "verdict",
];

fn line(row: &Row) -> Line {
    let (error, z) = match (row.evidence, row.z()) {
        (Evidence::Estimated { error, .. }, Some(z)) => (number(error, 2), format!("{z:+.2}")),
        _ => ("exact".to_owned(), String::new()),
    };
    Line {
        left: [row.system.clone(), row.quantity.clone()],
        right: [number(row.expected, 5), number(row.simulated, 5), error, z],
        verdict: row.verdict().name(),
    }
}

/// A number with so many digits that count; whole ones of any size in full up to nine digits.
fn number(value: f64, digits: usize) -> String {
    let size = value.abs();
    if size == 0.0 || (value.fract() == 0.0 && size < 1e9) {
        return format!("{value}");
    }
    if !(1e-4..1e9).contains(&size) {
        return format!("{value:.*e}", digits - 1);
    }
    let mut whole = 1;
    let mut bound = 10.0;
    while bound <= size {
        whole += 1;
        bound *= 10.0;
    }
    // Zeros after the point do not count.
    let mut leading = 0;
    let mut bound = 1.0;
    while size < bound && size < 1.0 {
        leading += 1;
        bound /= 10.0;
    }
    let after = (digits + leading).saturating_sub(whole);
    format!("{value:.after$}")
}

fn table(rows: &[Row], tier: Tier, seed: u64, width: usize) -> String {
    let lines: Vec<Line> = rows.iter().map(line).collect();
    let widest = |column: usize| {
        let of = |line: &Line| match column {
            0 | 1 => line.left[column].width(),
            6 => line.verdict.width(),
            _ => line.right[column - 2].width(),
        };
        let all = lines.iter().map(of).max().unwrap_or(0);
        all.max(HEADS[column].width())
    };
    let widths: Vec<usize> = (0..HEADS.len()).map(widest).collect();
    let total: usize = widths.iter().sum::<usize>() + 2 * (widths.len() - 1);
    let mut out = output::wrapped(
        &format!("trust pack · {} · seed {seed}", tier.name()),
        width,
    );
    out.push('\n');
    let (mut family, mut system) = ("", "");
    for (row, line) in rows.iter().zip(&lines) {
        if row.family != family {
            (family, system) = (row.family, "");
            out.push('\n');
            out.push_str(&output::wrapped(family, width));
            out.push('\n');
            if total <= width {
                out.push_str(&in_columns(&heads(), &widths));
            }
        }
        if total <= width {
            out.push_str(&in_columns(line, &widths));
        } else {
            if row.system != system {
                out.push_str(&output::wrapped(&row.system, width));
                out.push('\n');
            }
            out.push_str(&stacked(line, width));
        }
        system = &row.system;
    }
    out.push('\n');
    out.push_str(&output::wrapped(&closing(rows, tier), width));
    out.push('\n');
    out
}

fn heads() -> Line {
    let [system, quantity, right @ .., verdict] = HEADS;
    Line {
        left: [system.to_owned(), quantity.to_owned()],
        right: right.map(str::to_owned),
        verdict,
    }
}

fn in_columns(line: &Line, widths: &[usize]) -> String {
    let mut out = String::new();
    for (text, width) in line.left.iter().zip(widths) {
        out.push_str(text);
        out.push_str(&" ".repeat(width - text.width() + 2));
    }
    for (text, width) in line.right.iter().zip(&widths[2..]) {
        out.push_str(&" ".repeat(width - text.width()));
        out.push_str(text);
        out.push_str("  ");
    }
    out.push_str(line.verdict);
    out.push('\n');
    out
}

/// A narrow terminal: what was measured of the system that the line above names.
fn stacked(line: &Line, width: usize) -> String {
    let [expected, simulated, error, z] = &line.right;
    let sure = if z.is_empty() {
        error.clone()
    } else {
        format!("± {error}, z {z}")
    };
    let rest = format!(
        "  {}: {expected} expected, {simulated} simulated, {sure}: {}",
        line.left[1], line.verdict
    );
    output::wrapped(&rest, width) + "\n"
}

fn closing(rows: &[Row], tier: Tier) -> String {
    let jobs: u64 = rows.iter().map(|row| row.jobs).sum();
    let bad = disagreeing(rows);
    let said = if bad == 0 {
        format!("all {} rows agree", rows.len())
    } else {
        format!("{bad} of {} rows do NOT agree", rows.len())
    };
    format!(
        "{said} · {} jobs played · a row agrees if it is exact, or lies within {Z_MAX} standard errors of \
         theory with a standard error of at most {} % (2 % where a thousand servers are nearly full)",
        crate::experiment::grouped(&jobs.to_string()),
        100.0 * tier.error_max(),
    )
}

fn json(rows: &[Row], tier: Tier, seed: u64, partial: bool) -> anyhow::Result<String> {
    let row = |row: &Row| {
        let (error, replications) = match row.evidence {
            Evidence::Exact { .. } => (None, None),
            Evidence::Estimated {
                error,
                replications,
                ..
            } => (Some(error), Some(replications)),
        };
        serde_json::json!({
            "family": row.family,
            "system": row.system,
            "quantity": row.quantity,
            "expected": row.expected,
            "simulated": row.simulated,
            "standard_error": error,
            "z": row.z(),
            "replications": replications,
            "jobs": row.jobs,
            "verdict": row.verdict().name().to_lowercase(),
        })
    };
    let object = serde_json::json!({
        "schema": 1,
        "tier": tier.name(),
        "seed": seed,
        "partial": partial,
        "agrees": disagreeing(rows) == 0,
        "rows": rows.iter().map(row).collect::<Vec<_>>(),
    });
    Ok(serde_json::to_string_pretty(&object)? + "\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(system: &str, simulated: f64, equal: Option<bool>) -> Row {
        Row {
            family: "Family",
            system: system.to_owned(),
            quantity: "mean wait".to_owned(),
            expected: 4.0,
            simulated,
            evidence: match equal {
                Some(equal) => Evidence::Exact { equal },
                None => Evidence::Estimated {
                    error: 0.02,
                    error_max: 0.01,
                    replications: 40,
                },
            },
            jobs: 1_000_000,
        }
    }

    #[test]
    fn numbers_keep_the_digits_that_count() {
        assert_eq!(number(0.012_345_678, 5), "0.012346");
        assert_eq!(number(13.862_94, 5), "13.863");
        assert_eq!(number(7.0, 5), "7");
        assert_eq!(number(1.234_567e20, 5), "1.2346e20");
        assert_eq!(number(-0.5001, 2), "-0.50");
    }

    #[test]
    fn no_line_is_wider_than_it_may_be() {
        let rows = [row("M/M/1 λ=0.8", 4.03, None), row("FIFO", 4.0, Some(true))];
        for width in [40, 60, 100, 200] {
            let text = table(&rows, Tier::Quick, 1, width);
            for line in text.lines() {
                assert!(line.width() <= width, "{width}: {line}");
            }
            assert!(text.contains("+1.50") && text.contains("exact"));
            assert!(text.contains("all 2 rows agree"));
        }
    }

    #[test]
    fn what_does_not_agree_is_said() {
        let rows = [row("FIFO", 3.0, Some(false)), row("M/M/1", 4.2, None)];
        assert_eq!(disagreeing(&rows), 2);
        let text = table(&rows, Tier::Full, 1, 100);
        assert!(text.contains("DIFFERS") && text.contains("2 of 2 rows do NOT agree"));
        let whole = json(&rows, Tier::Full, 1, false).unwrap();
        assert!(whole.contains("\"agrees\": false") && whole.contains("\"verdict\": \"differs\""));
        assert!(whole.contains("\"partial\": false"));
        let part = json(&rows[..1], Tier::Full, 1, true).unwrap();
        assert!(part.contains("\"partial\": true"));
    }
}
