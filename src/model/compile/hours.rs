//! `hours = { from = …, to = … }`: hours that are the same each week.

use crate::scenario::{DayKind, Given, HoursSpec, Origin};
use crate::units::{Epoch, WorkingHours, Zone};

use super::context::Context;

/// Hours of the week; around the clock where none are given.
pub(super) fn read(context: &mut Context, field: &Given<HoursSpec>, epoch: Epoch) -> WorkingHours {
    let Some((spec, table)) = field.here() else {
        return WorkingHours::default();
    };
    let from = clock(context, &spec.from, table, "08:00");
    let to = clock(context, &spec.to, table, "18:00");
    let days: Vec<u64> = if spec.days.is_absent() {
        (0..5).collect()
    } else {
        spec.days.items().map(|(day, _)| number(*day)).collect()
    };
    if let (true, Some(origin)) = (days.is_empty(), spec.days.origin()) {
        context.fault(
            origin,
            "nobody ever works",
            "write days = [\"mon\", \"tue\"]",
        );
    }
    let zone = match spec.utc_offset.here() {
        None => Some(Zone::utc()),
        Some((text, origin)) => {
            let zone = Zone::parse(text);
            if zone.is_none() {
                let message = format!("`{text}` is not an offset to UTC");
                context.fault(
                    origin,
                    message,
                    "write \"+01:00\", or a place such as \"Europe/Berlin\"",
                );
            }
            zone
        }
    };
    match (from, to, zone) {
        (Some(from), Some(to), Some(zone)) if !days.is_empty() => {
            WorkingHours::weekly(&days, (from, to), epoch.week_offset_ms(&zone))
        }
        _ => WorkingHours::default(),
    }
}

/// Milliseconds into the day of a time such as `08:30`; `24:00` is its end.
fn clock(
    context: &mut Context,
    field: &Given<String>,
    table: Origin,
    example: &str,
) -> Option<u64> {
    let (text, origin) =
        context.required(field, table, "a time of the day", &format!("\"{example}\""))?;
    let parsed = text.split_once(':').and_then(|(hours, minutes)| {
        let (hours, minutes) = (hours.parse::<u64>().ok()?, minutes.parse::<u64>().ok()?);
        let all = hours * 60 + minutes;
        (hours <= 24 && minutes < 60 && all <= 24 * 60).then_some(all * 60_000)
    });
    if parsed.is_none() {
        let message = format!("`{text}` is not a time of the day");
        context.fault(
            origin,
            message,
            format!("write hours and minutes, such as \"{example}\""),
        );
    }
    parsed
}

const fn number(day: DayKind) -> u64 {
    match day {
        DayKind::Mon => 0,
        DayKind::Tue => 1,
        DayKind::Wed => 2,
        DayKind::Thu => 3,
        DayKind::Fri => 4,
        DayKind::Sat => 5,
        DayKind::Sun => 6,
    }
}
