//! Traces of the Failure Trace Archive: for each node, one interval after the other in which it was up or
//! down.
//!
//! Lines of 9 fields between blanks: `event_id component_id node_id platform_id node_name event_type
//! event_start_time event_stop_time event_end_reason`; `event_type` is 1 for up and 0 for down, times are
//! seconds since 1970; a line that begins with `#` is a comment. Source: Javadi et al., "The Failure Trace
//! Archive" (2013). Many of the down intervals of a grid are planned reboots, not failures.

use crate::units::Epoch;

use super::super::error::{TraceError, TraceErrorKind};
use super::super::limits::Limits;
use super::super::lines::Lines;
use super::super::mapping::TimeUnit;
use super::super::value::milliseconds;
use super::outages::Outages;
use super::reason::{WeatherChange, WeatherDrop};
use super::source::Source;

/// What to do about time between two intervals of a node, of which the trace says nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Gaps {
    /// It is a problem.
    Refuse,
    /// The node is taken as up, and the gap is counted.
    Unknown,
}

/// Intervals of one source on their way to outages.
struct Interval {
    entity: usize,
    from: i64,
    to: i64,
    up: bool,
    line: u64,
}

/// Reads one trace into `outages`.
pub(super) fn read_archive(
    source: Source<'_>,
    gaps: Gaps,
    outages: &mut Outages,
    limits: &Limits,
) -> Result<(), TraceError> {
    Lines::read(source.reader, limits, |lines| {
        read_intervals(lines, gaps, outages)
    })
}

fn read_intervals(
    mut lines: Lines<'_>,
    gaps: Gaps,
    outages: &mut Outages,
) -> Result<(), TraceError> {
    let number = outages.source();
    let mut intervals = Vec::new();
    outages.calendar = Some(true);
    while lines.next()? {
        let line = lines.line.trim_ascii();
        if line.is_empty() || line.starts_with(b"#") {
            continue;
        }
        outages.account.row()?;
        let read = std::str::from_utf8(line)
            .map_err(|_| (WeatherDrop::NotUtf8, String::new()))
            .and_then(|text| interval(text, lines.number, outages));
        match read {
            Ok(interval) => intervals.push(interval),
            Err((why, value)) => outages.account.drop_row(number, lines.number, why, &value),
        }
    }
    intervals.sort_by_key(|i| (i.entity, i.from, i.to, i.line));
    let mut before: Option<&Interval> = None;
    for next in &intervals {
        let neighbour = before.filter(|before| before.entity == next.entity);
        if let Some(problem) = neighbour.and_then(|before| misfit(before, next, gaps)) {
            let name = outages.account.source(number).to_owned();
            outages
                .account
                .problem(problem.at_line(next.line).of_source(&name));
        }
        let gap = neighbour.map_or(0, |before| next.from - before.to);
        if gap > 0 && gaps == Gaps::Unknown {
            let value = format!("{} s", gap / 1000);
            outages
                .account
                .change(number, next.line, WeatherChange::GapUnknown, &value);
        }
        outages.watch(next.entity, next.from, next.to);
        if next.up {
            outages.account.accept();
        } else {
            outages.outage(next.entity, (next.from, next.to), UNSTATED, next.line);
        }
        // The one that reaches furthest is what the next one must fit to.
        if neighbour.is_none_or(|before| before.to <= next.to) {
            before = Some(next);
        }
    }
    Ok(())
}

/// The format has a column of reasons, but nobody fills it.
const UNSTATED: &str = "not stated";

fn interval(
    text: &str,
    line: u64,
    outages: &mut Outages,
) -> Result<Interval, (WeatherDrop, String)> {
    let fields: Vec<&str> = text.split_ascii_whitespace().take(10).collect();
    let [_, _, _, _, node, state, from, to, _] = fields[..] else {
        let value = format!(
            "{} fields instead of 9",
            text.split_ascii_whitespace().count()
        );
        return Err((WeatherDrop::FieldCount, value));
    };
    let time = |text: &str| {
        milliseconds(text, TimeUnit::Seconds)
            .map_err(|_| (WeatherDrop::TimeUnreadable, text.to_owned()))
    };
    let (from, to) = (time(from)?, time(to)?);
    let up = match state {
        "1" => true,
        "0" => false,
        other => return Err((WeatherDrop::StateUnknown, other.to_owned())),
    };
    if to < from {
        let value = format!("{} s before", (from - to) / 1000);
        return Err((WeatherDrop::EndsBeforeStart, value));
    }
    if up && to == from {
        return Err((WeatherDrop::EmptyInterval, String::new()));
    }
    Ok(Interval {
        entity: outages.entity(node),
        from,
        to,
        up,
        line,
    })
}

/// What is wrong between two intervals of a node that follow each other.
fn misfit(before: &Interval, next: &Interval, gaps: Gaps) -> Option<TraceError> {
    let instant = |ms| Epoch::from_unix_ms(ms).map_or_else(|| format!("{ms} ms"), Epoch::instant);
    let (problem, fix) = if next.from > before.to && gaps == Gaps::Refuse {
        (
            format!(
                "begins at {}, but the interval before it (line {}) ends at {}: nothing is known of the {} s \
                 between",
                instant(next.from),
                before.line,
                instant(before.to),
                (next.from - before.to) / 1000
            ),
            "fill the gap with an interval, or declare that gaps are unknown and taken as up",
        )
    } else if next.from < before.to && next.up != before.up {
        let state = |up| if up { "up" } else { "down" };
        (
            format!(
                "{} from {}, but {} until {} in line {}",
                state(next.up),
                instant(next.from),
                state(before.up),
                instant(before.to),
                before.line
            ),
            "keep one of them: a node cannot be both",
        )
    } else {
        return None;
    };
    Some(TraceError::new(TraceErrorKind::Contradiction, problem, fix))
}
