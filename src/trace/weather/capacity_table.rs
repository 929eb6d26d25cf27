//! Plimsoll's own csv of market capacity: `zone,at_s,nodes`.

use crate::units::{SimTime, Span};

use super::super::error::{TraceError, TraceErrorKind};
use super::super::limits::Limits;
use super::super::mapping::TimeUnit;
use super::super::value::{ValueFault, milliseconds};
use super::capacity::CapacitySteps;
use super::error::WeatherError;
use super::reason::WeatherDrop;
use super::report::{Account, WeatherReport};
use super::source::Source;
use super::table::Table;

/// Most nodes at once.
const NODES_MAX: u32 = 1_000_000;

/// A zone in the making: the line of its last row, its counts, and its end.
struct Zone {
    name: String,
    last: (u64, u64),
    counts: Vec<(SimTime, u32)>,
    end: Option<Span>,
}

/// Reads steps of capacity: a row `zone,at_s,nodes` says how many nodes there are from `at_s` seconds on; a
/// row without nodes ends the zone's record, which otherwise ends with its last step. Rows of a zone are in
/// order of time and begin at 0.
///
/// # Errors
/// When the table cannot be read, a zone does not begin at 0, two rows state different numbers at one
/// instant, a row lies before the one above it, or a row follows the end.
pub fn read_capacity_steps(
    source: Source<'_>,
    limits: &Limits,
) -> Result<(Vec<CapacitySteps>, WeatherReport), WeatherError> {
    let mut account = Account::new("plimsoll capacity csv", "line", limits);
    let name = source.name.clone();
    account.report.sources.push(name.clone());
    let zones = match Table::read(source, limits, |rows| read_rows(rows, &mut account)) {
        Ok(zones) => zones,
        Err(problem) => {
            account.problem(problem.of_source(&name));
            Vec::new()
        }
    };
    let zones: Vec<CapacitySteps> = zones
        .into_iter()
        .map(|zone| {
            let end = zone.end.unwrap_or(Span(zone.last.0));
            CapacitySteps::of(&zone.name, zone.counts.into_iter(), end)
        })
        .collect();
    for zone in &zones {
        account.report.figure(&zone.zone, zone.words());
    }
    Ok((zones, account.close()?))
}

fn read_rows(mut rows: Table<'_>, account: &mut Account) -> Result<Vec<Zone>, TraceError> {
    let columns = [
        rows.header.find("zone")?,
        rows.header.find("at_s")?,
        rows.header.find("nodes")?,
    ];
    rows.header.all_known()?;
    let mut zones: Vec<Zone> = Vec::new();
    let mut numbers: std::collections::BTreeMap<String, usize> = std::collections::BTreeMap::new();
    while rows.next(account, 0)? {
        let [zone, at, nodes] = columns.map(|column| rows.text(column));
        let line = rows.line;
        let at = match milliseconds(at, TimeUnit::Seconds) {
            Ok(ms) if ms >= 0 => ms.unsigned_abs(),
            Err(ValueFault::TooLarge) => {
                account.drop_row(0, line, WeatherDrop::TimeTooLarge, at);
                continue;
            }
            _ => {
                account.drop_row(0, line, WeatherDrop::TimeUnreadable, at);
                continue;
            }
        };
        let count = match nodes {
            "" => None,
            text => match text.parse::<u32>() {
                Ok(count) if count <= NODES_MAX => Some(count),
                _ => {
                    account.drop_row(0, line, WeatherDrop::CountUnreadable, nodes);
                    continue;
                }
            },
        };
        let next = zones.len();
        let number = *numbers.entry(zone.to_owned()).or_insert(next);
        if number == next {
            let (name, last) = (zone.to_owned(), (0, 0));
            zones.push(Zone {
                name,
                last,
                counts: Vec::new(),
                end: None,
            });
        }
        match step(&mut zones[number], at, count, line) {
            Ok(()) => account.accept(),
            Err(problem) => account.problem(problem.at_line(line).of_source(account.source(0))),
        }
    }
    Ok(zones)
}

/// Adds a row to its zone.
fn step(zone: &mut Zone, at: u64, count: Option<u32>, line: u64) -> Result<(), TraceError> {
    let problem =
        |problem: String, fix: &str| TraceError::new(TraceErrorKind::Contradiction, problem, fix);
    let name = &zone.name;
    let (last, last_line) = zone.last;
    let seconds = |ms: u64| SimTime(ms).as_seconds();
    if zone.end.is_some() {
        let text = format!("zone `{name}` goes on after its end in line {last_line}");
        return Err(problem(text, "put the row without nodes last"));
    }
    if zone.counts.is_empty() && at != 0 {
        let text = format!("zone `{name}` begins at {} s, not at 0", seconds(at));
        return Err(problem(text, "say how many nodes there are at 0"));
    }
    if at < last {
        let text = format!(
            "{} s lies before {} s in line {last_line}",
            seconds(at),
            seconds(last)
        );
        return Err(problem(text, "sort the rows of a zone by time"));
    }
    match (count, zone.counts.last()) {
        (None, _) => zone.end = Some(Span(at)),
        (Some(nodes), Some((before, held))) if before.0 == at && *held != nodes => {
            let text = format!(
                "{nodes} nodes at {} s, but {held} in line {last_line}",
                seconds(at)
            );
            return Err(problem(text, "keep one of them"));
        }
        (Some(nodes), _) => zone.counts.push((SimTime(at), nodes)),
    }
    zone.last = (at, line);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::super::capacity::write_capacity;
    use super::*;

    fn read(text: &str) -> Result<(Vec<CapacitySteps>, WeatherReport), WeatherError> {
        read_capacity_steps(Source::of_text("c.csv", text), &Limits::default())
    }

    #[test]
    fn steps_hold_to_the_next_and_read_back() {
        let text = "zone,at_s,nodes\na,0,4\nb,0,0\na,90,0\na,90.5,0\na,180,4\nb,100,1\na,360,\n";
        let (zones, report) = read(text).unwrap();
        assert_eq!(
            zones[0].steps,
            [(SimTime(0), 4), (SimTime(90_000), 0), (SimTime(180_000), 4)]
        );
        // Up 90 of 360 s and 180 of 360 s; 4 nodes each.
        assert_eq!(
            (zones[0].share(1), zones[0].mean(), zones[0].end),
            (0.75, 3.0, Span(360_000))
        );
        assert_eq!(zones[1].end, Span(100_000));
        assert_eq!((report.rows_read, report.accepted), (7, 7));
        let mut out = Vec::new();
        write_capacity(&zones, &mut out).unwrap();
        assert_eq!(read(&String::from_utf8(out).unwrap()).unwrap().0, zones);
    }

    #[test]
    fn contradictions_have_both_places() {
        for (rows, expected) in [
            (
                "a,5,1\n",
                "c.csv, line 2: zone `a` begins at 5 s, not at 0; say how many",
            ),
            (
                "a,0,1\na,9,2\na,8,1\n",
                "c.csv, line 4: 8 s lies before 9 s in line 3",
            ),
            (
                "a,0,1\na,0,2\n",
                "c.csv, line 3: 2 nodes at 0 s, but 1 in line 2",
            ),
            (
                "a,0,1\na,9,\na,10,1\n",
                "c.csv, line 4: zone `a` goes on after its end in line 3",
            ),
            ("a,0,-1\na,x,1\na,1\n", "c.csv: none of 3 lines can be used"),
        ] {
            let error = read(&format!("zone,at_s,nodes\n{rows}"))
                .unwrap_err()
                .to_string();
            assert!(error.starts_with(expected), "{error}");
        }
    }
}
