//! Recordings of outages: a plain table, LANL records, Failure Trace Archive intervals.

use super::*;

const LANL: &str = include_str!("../../../../tests/fixtures/weather/lanl_failures.csv");
const ARCHIVE: &str = include_str!("../../../../tests/fixtures/weather/event_trace.tab");
const HOUR: i64 = 3_600_000;

fn read(text: &str, format: &OutageFormat) -> Result<(OutageHistory, WeatherReport), WeatherError> {
    read_outages(
        vec![Source::of_text("o.csv", text)],
        format,
        &Limits::default(),
    )
}

fn hours(history: &OutageHistory) -> Vec<(&str, i64, i64, &str)> {
    let first = history
        .outages
        .iter()
        .map(|outage| outage.down_ms)
        .min()
        .unwrap_or(0);
    let zero = if history.calendar { first } else { 0 };
    let row = |outage: &Outage| {
        (
            history.entities[outage.entity as usize].name.as_str(),
            (outage.down_ms - zero) / HOUR,
            (outage.up_ms - zero) / HOUR,
            history.causes[outage.cause as usize].as_str(),
        )
    };
    history.outages.iter().map(row).collect()
}

#[test]
fn a_plain_table_in_instants_or_in_times_since_the_start() {
    let text = "entity,down,up,cause\nrack-2,3 h,5 h,power\nrack-1,1 d,26 h,\nrack-2,4 h,7 h,cooling\n\
                rack-2,7 h,8 h,power\nrack-1,2 h,1 h,x\nrack-1,2 h,,x\n,1 h,2 h,x\nrack-1,soon,2 h,x\n";
    let (history, report) = read(text, &OutageFormat::Plimsoll).unwrap();
    // 3–5 and 4–7 overlap: 3–7 with the first cause; 7–8 only touches.
    let expected = [
        ("rack-1", 24, 26, "unknown"),
        ("rack-2", 3, 7, "power"),
        ("rack-2", 7, 8, "power"),
    ];
    assert_eq!(hours(&history), expected);
    assert_eq!((report.rows_read, report.accepted), (8, 4));
    assert_eq!(report.adjusted_for(WeatherChange::Merged), 1);
    assert_eq!(report.adjusted_for(WeatherChange::CauseMissing), 1);
    for reason in [
        WeatherDrop::EndsBeforeStart,
        WeatherDrop::EndMissing,
        WeatherDrop::EntityMissing,
        WeatherDrop::TimeUnreadable,
    ] {
        assert_eq!(report.dropped_for(reason), 1, "{reason:?}");
    }
    // 2 + 4 + 1 h down.
    assert_eq!(
        (history.down_ms(), history.availability()),
        (7 * HOUR as u128, None)
    );
    for text in [
        text,
        "entity,down,up\na,2026-01-05T00:00:00Z,2026-01-05T02:00:00+01:00\n",
    ] {
        let (history, _) = read(text, &OutageFormat::Plimsoll).unwrap();
        let mut out = Vec::new();
        write_outages(&history, &mut out).unwrap();
        let again = read(&String::from_utf8(out).unwrap(), &OutageFormat::Plimsoll)
            .unwrap()
            .0;
        assert_eq!(hours(&again), hours(&history));
    }
    let mixed = "entity,down,up\na,1 h,2 h\na,2026-01-05T00:00:00Z,3 h\n";
    let error = read(mixed, &OutageFormat::Plimsoll)
        .unwrap_err()
        .to_string();
    assert_eq!(
        error,
        "o.csv, line 3: `2026-01-05T00:00:00Z` is an instant, but the rows before are times since the start; \
         use one form in all rows"
    );
}

#[test]
fn lanl_records_with_their_quirks() {
    let format = OutageFormat::Lanl(Zone::utc(), "UTC".to_owned());
    let (history, report) = read(LANL, &format).unwrap();
    // From 1 March 2003 08:00: 8–10; 12–12 becomes 1 ms; 14–18 and 16–20 overlap; node 1: 9–9:30.
    let expected = [
        ("7/0", 0, 2, "hardware"),
        ("7/0", 4, 4, "software"),
        ("7/0", 6, 12, "network"),
        ("7/1", 1, 1, "unknown"),
    ];
    assert_eq!(hours(&history), expected);
    assert_eq!(history.outages[1].length_ms(), 1);
    assert_eq!((report.rows_read, report.accepted), (8, 5));
    for change in [
        WeatherChange::ZeroOutage,
        WeatherChange::Merged,
        WeatherChange::LengthDisagrees,
        WeatherChange::CauseMissing,
        WeatherChange::CausesSeveral,
    ] {
        assert_eq!(report.adjusted_for(change), 1, "{change:?}");
    }
    assert_eq!(report.dropped_for(WeatherDrop::TimeUnreadable), 1);
    assert_eq!(report.dropped_for(WeatherDrop::EndsBeforeStart), 1);
    assert_eq!(report.dropped_for(WeatherDrop::EndMissing), 1);
    let denver = OutageFormat::Lanl(
        Zone::parse("America/Denver").unwrap(),
        "America/Denver".to_owned(),
    );
    let (mountain, _) = read(LANL, &denver).unwrap();
    assert_eq!(
        mountain.outages[0].down_ms - history.outages[0].down_ms,
        7 * HOUR
    );
}

#[test]
fn intervals_of_the_failure_archive() {
    let format = OutageFormat::FailureArchive(Gaps::Unknown);
    let (history, report) = read(ARCHIVE, &format).unwrap();
    // n1: up 1 h, down 1 h, up 2 h; n2: down 1 h, nothing known for 1 h, up 2 h.
    let expected = [("n1", 1, 2, "not stated"), ("n2", 0, 1, "not stated")];
    assert_eq!(hours(&history), expected);
    assert_eq!((report.rows_read, report.accepted), (7, 5));
    assert_eq!(report.adjusted_for(WeatherChange::GapUnknown), 1);
    assert_eq!(report.dropped_for(WeatherDrop::StateUnknown), 1);
    assert_eq!(report.dropped_for(WeatherDrop::FieldCount), 1);
    // Both are watched for 4 h, 2 of 8 h are down.
    assert_eq!(history.availability(), Some(0.75));

    let error = read(ARCHIVE, &OutageFormat::FailureArchive(Gaps::Refuse))
        .unwrap_err()
        .to_string();
    assert_eq!(
        error,
        "o.csv, line 8: begins at 2004-01-01T02:00:00Z, but the interval before it (line 5) ends at \
         2004-01-01T01:00:00Z: nothing is known of the 3600 s between; fill the gap with an interval, or \
         declare that gaps are unknown and taken as up"
    );
    let both = "1 0 7 5 n 1 100 200 NULL\n2 0 7 5 n 0 150 250 NULL\n";
    let error = read(both, &format).unwrap_err().to_string();
    assert!(
        error.starts_with("o.csv, line 2: down from 1970-01-01T00:02:30Z, but up until"),
        "{error}"
    );
    assert!(error.contains("in line 1; keep one of them"), "{error}");
}
