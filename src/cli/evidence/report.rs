//! `plimsoll evidence report`: which rules stand for which controls, what they decided, and what is missing.

use std::fs::{self, File};
use std::io::BufReader;
use std::path::Path;

use anyhow::Context as _;

use crate::catalog::{ControlMap, control_maps};
use crate::cli::exit::Failure;
use crate::cli::output;
use crate::cli::study::counted;
use crate::experiment::grouped;
use crate::record::{Covered, Matrix, RetentionTally, RuleTally, plain};

/// Standard object storage in USD per GB and month, Google Cloud list, 2026-11.
pub(super) const STORAGE_PRICE: f64 = 0.020;
/// No map of controls is longer.
const MAP_MAX: u64 = 1 << 20;

/// The maps of controls of these names, or in these files.
pub(super) fn maps(names: &[String], storage_price: f64) -> Result<Vec<ControlMap>, Failure> {
    if !(0.0..=1e6).contains(&storage_price) {
        return Err(Failure::Usage(format!(
            "--storage-price {storage_price}: no price for a gigabyte and a month; write one like 0.02"
        )));
    }
    names.iter().map(|name| map(name)).collect()
}

fn map(name: &str) -> Result<ControlMap, Failure> {
    let mut shipped = control_maps().iter();
    if let Some(found) = shipped.find(|map| map.name == name) {
        return Ok(found.clone());
    }
    let shown = plain(name);
    let Ok(found) = fs::metadata(name) else {
        let known: Vec<&str> = control_maps().iter().map(|map| map.name.as_str()).collect();
        return Err(Failure::Usage(format!(
            "--controls {shown}: no map of controls is called so, and there is no such file; shipped are {}",
            known.join(", ")
        )));
    };
    if MAP_MAX < found.len() {
        let why = format!("{shown}: is larger than {MAP_MAX} bytes, and no map of controls is");
        return Err(Failure::Input(why));
    }
    let text = fs::read_to_string(name).with_context(|| format!("cannot read {shown}"))?;
    ControlMap::parse(&text).map_err(|why| {
        Failure::Input(format!(
            "{shown}: is no map of controls: {}; catalog/controls/hipaa.toml shows what one looks like",
            plain(why.trim())
        ))
    })
}

/// Prints it, of evidence that was verified.
pub(super) fn report(
    file: &Path,
    strategy: Option<&str>,
    (maps, storage_price): (&[ControlMap], f64),
) -> Result<(), Failure> {
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
    let mut lines = lines(&matrix);
    for map in maps {
        lines.extend(of_map(&matrix, map));
    }
    lines.extend(volume(&matrix, maps, storage_price));
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
        let kept = of_control_kept(matrix, control);
        if rules.is_empty() && kept.is_empty() {
            lines.push("  no rule".to_owned());
        }
        lines.extend(kept);
        for (id, tally) in rules {
            lines.extend(of_rule(id, tally));
        }
    }
    lines.extend(of_retention(matrix));
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

/// The rules of retention that stand for a control.
fn of_control_kept(matrix: &Matrix, control: Option<&str>) -> Vec<String> {
    let stands = |tally: &RetentionTally| {
        let mut own = tally.controls.iter();
        control.is_some_and(|control| own.any(|of| of == control))
    };
    let rules = matrix.retention.iter().filter(|(_, tally)| stands(tally));
    rules
        .map(|(id, _)| format!("  retention {}", plain(id)))
        .collect()
}

/// How long what is kept is kept, and what was deleted.
fn of_retention(matrix: &Matrix) -> Vec<String> {
    let number = |count: u64| grouped(&count.to_string());
    let mut lines = Vec::new();
    for (id, tally) in &matrix.retention {
        if lines.is_empty() {
            lines.extend([String::new(), "retention".to_owned()]);
        }
        lines.push(format!(
            "  {}: {}",
            plain(id),
            plain(&tally.keeps.join("; "))
        ));
        lines.push(format!(
            "    deleted {}, of these proven {}, proven by nobody {}, late {}",
            number(tally.deleted),
            number(tally.proven),
            number(tally.unproven),
            number(tally.late)
        ));
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

/// What stands for the controls of a map.
fn of_map(matrix: &Matrix, map: &ControlMap) -> Vec<String> {
    let covered = matrix.cover(map);
    let met = covered.iter().filter(|of| of.gap.is_none()).count();
    let mut lines = vec![
        String::new(),
        format!(
            "{} ({}, {}): {met} of {} without a gap; no legal advice",
            plain(&map.title),
            plain(&map.source),
            plain(&map.as_of),
            counted(covered.len() as u64, "control")
        ),
    ];
    lines.extend(covered.iter().map(of_control));
    lines
}

fn of_control(of: &Covered<'_>) -> String {
    let number = |count: u64| grouped(&count.to_string());
    let mut parts = Vec::new();
    if !of.rules.is_empty() {
        parts.push(format!(
            "{} (behind {})",
            plain(&of.rules.join(", ")),
            counted(of.decisions, "decision")
        ));
    }
    if 0 < of.records {
        parts.push(format!("{} records", number(of.records)));
    }
    if let Some(gap) = &of.gap {
        parts.push(format!("GAP: {}", plain(gap)));
    }
    format!(
        "  {} {}: {}",
        plain(&of.control.id),
        plain(&of.control.words),
        parts.join("; ")
    )
}

/// How large the real log of such decisions would be, and what keeping it would cost.
fn volume(matrix: &Matrix, maps: &[ControlMap], price: f64) -> Vec<String> {
    let Some(volume) = matrix.volume() else {
        return Vec::new();
    };
    let megabytes = |bytes: f64| format!("{:.1} MB", bytes / 1e6);
    let mut lines = vec![
        String::new(),
        format!(
            "a real log of such decisions: {} records a year, {} with all that each rests on ({} if that is said once, as \
             here); from {:.1} simulated days",
            grouped(&format!("{:.0}", volume.records_a_year)),
            megabytes(volume.bytes_a_year),
            megabytes(volume.shared_bytes_a_year),
            volume.days
        ),
    ];
    for map in maps {
        let kept = volume.kept_gigabytes(map.retention_months);
        lines.push(format!(
            "  kept for {} as under {}: {kept:.2} GB at once, {:.2} a month at {price} for a GB and month",
            months(map.retention_months),
            plain(&map.title),
            kept * price
        ));
    }
    lines
}

fn months(months: u32) -> String {
    if months.is_multiple_of(12) {
        counted(u64::from(months / 12), "year")
    } else {
        counted(u64::from(months), "month")
    }
}
