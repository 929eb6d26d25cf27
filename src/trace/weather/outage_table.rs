//! Plimsoll's own csv of outages: `entity,down,up,cause`.

use crate::units::{Epoch, parse_span};

use super::super::error::{TraceError, TraceErrorKind};
use super::super::limits::Limits;
use super::super::value::MAX_MS;
use super::outages::Outages;
use super::reason::WeatherDrop;
use super::source::Source;
use super::table::Table;

/// Reads one table into `outages`.
pub(super) fn read_table(
    source: Source<'_>,
    outages: &mut Outages,
    limits: &Limits,
) -> Result<(), TraceError> {
    Table::read(source, limits, |rows| read_rows(rows, outages))
}

fn read_rows(mut rows: Table<'_>, outages: &mut Outages) -> Result<(), TraceError> {
    let entity = rows.header.find("entity")?;
    let down = rows.header.find("down")?;
    let up = rows.header.find("up")?;
    let cause = if rows.header.has("cause") {
        Some(rows.header.find("cause")?)
    } else {
        None
    };
    rows.header.all_known()?;
    let number = outages.source();
    while rows.next(&mut outages.account, number)? {
        let line = rows.line;
        let mut drop = |why, value: &str| outages.account.drop_row(number, line, why, value);
        let name = rows.text(entity);
        if name.is_empty() {
            drop(WeatherDrop::EntityMissing, "");
            continue;
        }
        if rows.text(up).is_empty() {
            drop(WeatherDrop::EndMissing, name);
            continue;
        }
        let (from, to) = match (time(rows.text(down)), time(rows.text(up))) {
            (Ok(from), Ok(to)) => (from, to),
            (Err((why, value)), _) | (_, Err((why, value))) => {
                drop(why, value);
                continue;
            }
        };
        for (calendar, text) in [(from.1, rows.text(down)), (to.1, rows.text(up))] {
            same_clock(outages, calendar, text).map_err(|error| error.at_line(line))?;
        }
        let entity = outages.entity(name);
        let cause = cause.map_or("", |column| rows.text(column));
        outages.outage(entity, (from.0, to.0), cause, line);
    }
    Ok(())
}

/// A time and whether it is an instant.
fn time(text: &str) -> Result<(i64, bool), (WeatherDrop, &str)> {
    let (ms, calendar) = match (parse_span(text), Epoch::parse(text)) {
        (Ok(span), _) => (span.0 as i64, false),
        (_, Ok(instant)) => (instant.unix_ms(), true),
        _ => return Err((WeatherDrop::TimeUnreadable, text)),
    };
    // No instant of the calendar is that far away.
    if !calendar && !(0..=MAX_MS).contains(&ms) {
        return Err((WeatherDrop::TimeTooLarge, text));
    }
    Ok((ms, calendar))
}

fn same_clock(outages: &mut Outages, calendar: bool, text: &str) -> Result<(), TraceError> {
    if *outages.calendar.get_or_insert(calendar) == calendar {
        return Ok(());
    }
    let (this, others) = if calendar {
        ("an instant", "times since the start")
    } else {
        ("a time since the start", "instants")
    };
    Err(TraceError::new(
        TraceErrorKind::Contradiction,
        format!("`{text}` is {this}, but the rows before are {others}"),
        "use one form in all rows",
    ))
}
