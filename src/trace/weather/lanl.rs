//! Failure records of Los Alamos National Laboratory, 1996 to 2005 (LA-UR-05-7318): 26 columns, one row for
//! each failure of a node.
//!
//! Civil times `m/d/Y H:M` without a zone. Six columns hold the cause as free text, at most one of them
//! is filled. `Down Time` (minutes) sometimes disagrees with the dates, which are believed. Dates of
//! installation were mangled by a spreadsheet and are not read. One system names no nodes.

use crate::units::Zone;

use super::super::error::TraceError;
use super::super::limits::Limits;
use super::super::value::number;
use super::outages::Outages;
use super::reason::{WeatherChange, WeatherDrop};
use super::source::Source;
use super::table::Table;

/// The columns of causes with the words that stand for them.
const CAUSES: [(&str, &str); 6] = [
    ("Facilities", "facilities"),
    ("Hardware", "hardware"),
    ("Human Error", "human error"),
    ("Network", "network"),
    ("Undetermined", "undetermined"),
    ("Software", "software"),
];
/// Columns that say nothing about outages.
const IGNORED: [&str; 15] = [
    "machine type",
    "nodes",
    "procstot",
    "procsinnode",
    "nodenum",
    "node install",
    "node prod",
    "node decom",
    "fru type",
    "mem",
    "cputype",
    "memtype",
    "num intercon",
    "purpose",
    "Same Event",
];
const MINUTE: f64 = 60_000.0;

/// Reads one table into `outages`.
pub(super) fn read_lanl(
    source: Source<'_>,
    zone: &Zone,
    outages: &mut Outages,
    limits: &Limits,
) -> Result<(), TraceError> {
    Table::read(source, limits, |rows| read_rows(rows, zone, outages))
}

fn read_rows(mut rows: Table<'_>, zone: &Zone, outages: &mut Outages) -> Result<(), TraceError> {
    let system = rows.header.find("System")?;
    let node = rows.header.find("nodenumz")?;
    let started = rows.header.find("Prob Started")?;
    let fixed = rows.header.find("Prob Fixed")?;
    let stated = rows.header.find("Down Time")?;
    let mut causes = Vec::new();
    for (column, cause) in CAUSES {
        causes.push((rows.header.find(column)?, cause));
    }
    for column in IGNORED {
        rows.header.find(column)?;
    }
    rows.header.all_known()?;
    outages.calendar = Some(true);
    let number = outages.source();
    while rows.next(&mut outages.account, number)? {
        let line = rows.line;
        let mut drop = |why, value: &str| outages.account.drop_row(number, line, why, value);
        if rows.text(system).is_empty() {
            drop(WeatherDrop::EntityMissing, "");
            continue;
        }
        if rows.text(fixed).is_empty() {
            drop(WeatherDrop::EndMissing, rows.text(started));
            continue;
        }
        let Some(down) = instant(rows.text(started), zone) else {
            drop(WeatherDrop::TimeUnreadable, rows.text(started));
            continue;
        };
        let Some(up) = instant(rows.text(fixed), zone) else {
            drop(WeatherDrop::TimeUnreadable, rows.text(fixed));
            continue;
        };
        let nowhere = rows.text(node).is_empty();
        let entity = if nowhere {
            rows.text(system).to_owned()
        } else {
            format!("{}/{}", rows.text(system), rows.text(node))
        };
        let entity = outages.entity(&entity);
        let mut stated_causes = causes
            .iter()
            .filter(|(column, _)| !rows.text(*column).is_empty());
        let cause = stated_causes.next().map_or("", |(_, cause)| cause);
        let several = stated_causes.next().is_some();
        outages.outage(entity, (down, up), cause, line);
        if up < down {
            continue;
        }
        if nowhere {
            let system = rows.text(system);
            let what = WeatherChange::NodeMissing;
            outages.account.change(number, line, what, system);
        }
        let agrees = disagreement(rows.text(stated), up - down);
        if let Some(value) = agrees {
            outages
                .account
                .change(number, line, WeatherChange::LengthDisagrees, &value);
        }
        if several {
            outages
                .account
                .change(number, line, WeatherChange::CausesSeveral, cause);
        }
    }
    Ok(())
}

/// What is stated and what the dates say, if they differ.
fn disagreement(stated: &str, length_ms: i64) -> Option<String> {
    let minutes = length_ms as f64 / MINUTE;
    let same = number(stated).is_ok_and(|stated| (stated - minutes).abs() < 1e-9);
    (!same).then(|| format!("{stated} min, the dates say {minutes}"))
}

/// Unix milliseconds of `m/d/Y H:M` in a zone.
fn instant(text: &str, zone: &Zone) -> Option<i64> {
    let (date, time) = text.split_once(' ')?;
    let mut parts = date.split('/').map(|part| part.parse::<u32>().ok());
    let (month, day, year) = (parts.next()??, parts.next()??, parts.next()??);
    let (hour, minute) = time.trim().split_once(':')?;
    let (hour, minute): (u32, u32) = (hour.parse().ok()?, minute.parse().ok()?);
    // Two digits of a year would be read as an ancient one.
    if parts.next().is_some() || !(1900..=9999).contains(&year) {
        return None;
    }
    zone.local_unix_ms(&format!(
        "{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:00"
    ))
}
