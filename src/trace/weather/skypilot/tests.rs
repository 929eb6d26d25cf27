//! Spot traces: samples, sets, ticks, and what is refused.

use super::*;
use crate::units::SimTime;

const PROBES: SkyPilot = SkyPilot {
    kind: CapacityKind::Availability,
    tick: None,
    skip_start: false,
};
const HELD: SkyPilot = SkyPilot {
    kind: CapacityKind::Preemption,
    tick: None,
    skip_start: true,
};

fn read(
    files: &[(&str, &str)],
    declared: &SkyPilot,
) -> Result<(CapacityHistory, WeatherReport), WeatherError> {
    let sources = files.iter().map(|(name, text)| Source::of_text(name, text));
    read_capacity(sources.collect(), declared, &Limits::default())
}

fn refusal(text: &str) -> String {
    read(&[("a.json", text)], &PROBES).unwrap_err().to_string()
}

#[test]
fn samples_become_steps() {
    let text = include_str!("../../../../tests/fixtures/weather/availability_zone-a.json");
    let (history, report) = read(&[("availability/zone-a.json", text)], &PROBES).unwrap();
    assert_eq!((history.tick, history.ticks()), (Span(600_000), 12));
    let zone = &history.steps()[0];
    assert_eq!(zone.zone, "zone-a");
    // 1 1 0 0 0 1 0 1 1 1 1 0
    let changes: Vec<_> = zone
        .steps
        .iter()
        .map(|(at, nodes)| (at.0 / 600_000, *nodes))
        .collect();
    assert_eq!(changes, [(0, 1), (2, 0), (5, 1), (6, 0), (7, 1), (11, 0)]);
    // Up 7 of 12 ticks; complete up spells of 1 and 4 ticks, down of 3 and 1.
    assert!((zone.share(1) - 7.0 / 12.0).abs() < 1e-12);
    let (up, down) = zone.spells(1);
    assert_eq!(
        (
            up.count,
            up.mean_h * 6.0,
            up.median_h * 6.0,
            (up.cv * 1e9).round()
        ),
        (2, 2.5, 2.5, 6e8)
    );
    assert_eq!((down.count, down.mean_h * 6.0), (2, 2.0));
    assert!((down.cv - 0.5).abs() < 1e-12);
    assert_eq!((report.rows_read, report.accepted), (12, 12));
    assert!(
        report
            .lines()
            .join("\n")
            .contains("zone-a: 5 changes, up 0.5833 of 2.0 h")
    );
}

#[test]
fn a_set_is_cut_to_its_shortest_file_and_says_so() {
    let long = r#"{"metadata": {"gap_seconds": 300}, "data": [0, 0, 0, 4, 4, 2]}"#;
    let short = r#"{"metadata": {"gap_seconds": 300.0, "note": "x"}, "data": [0, 0, 3, 3]}"#;
    let files = [
        ("p/preemption/east.json", long),
        ("p/preemption/west.json.gz", short),
    ];
    let (history, report) = read(&files, &HELD).unwrap();
    // Both are 0 for the first two samples.
    let values: Vec<_> = history
        .zones
        .iter()
        .map(|zone| (zone.zone.as_str(), &zone.values[..]))
        .collect();
    assert_eq!(values, [("east", &[0, 4][..]), ("west", &[3, 3][..])]);
    assert_eq!(report.dropped_for(WeatherDrop::BeyondShortest), 2);
    assert_eq!(report.dropped_for(WeatherDrop::Starting), 4);
    assert_eq!((report.rows_read, report.accepted), (10, 4));
    assert_eq!((history.any_zone(1), history.any_zone(4)), (1.0, 0.5));
    let kept = SkyPilot {
        skip_start: false,
        ..HELD
    };
    let (history, report) = read(&files, &kept).unwrap();
    assert_eq!(history.ticks(), 4);
    assert!(
        report
            .lines()
            .join("\n")
            .contains("the first 2 samples are 0 everywhere")
    );
}

#[test]
fn the_tick_is_checked_and_can_be_declared() {
    for (gap, said) in [
        ("0", "is 0, no tick"),
        ("-5", "is -5, no tick"),
        ("1e300", "no tick"),
        ("0.0001", "no tick"),
    ] {
        let error = refusal(&format!(
            r#"{{"metadata": {{"gap_seconds": {gap}}}, "data": [1]}}"#
        ));
        assert!(
            error.contains(said) && error.contains("or declare the tick"),
            "{error}"
        );
    }
    assert!(refusal(r#"{"data": [1]}"#).contains("`metadata.gap_seconds` is missing"));
    let other = SkyPilot {
        tick: Some(Span(300_000)),
        ..PROBES
    };
    let (history, report) = read(
        &[(
            "z.json",
            r#"{"metadata": {"gap_seconds": 600}, "data": [1, 0]}"#,
        )],
        &other,
    )
    .unwrap();
    assert_eq!(history.steps()[0].steps[1], (SimTime(300_000), 0));
    assert!(
        report
            .declared
            .contains(&"z: tick of 300 s instead of the file's 600 s".to_owned())
    );
    let (history, _) = read(&[("z.json", r#"{"data": [1]}"#)], &other).unwrap();
    assert_eq!(history.duration(), Span(300_000));
    let files = [
        (
            "a.json",
            r#"{"metadata": {"gap_seconds": 600}, "data": [1]}"#,
        ),
        (
            "b.json",
            r#"{"metadata": {"gap_seconds": 300}, "data": [1]}"#,
        ),
    ];
    let error = read(&files, &PROBES).unwrap_err().to_string();
    assert!(
        error.starts_with("b.json: a tick of 300 s, but a.json has 600 s; read files"),
        "{error}"
    );
}

#[test]
fn samples_are_numbers_of_nodes() {
    let with = |data: &str| {
        refusal(&format!(
            r#"{{"metadata": {{"gap_seconds": 60}}, "data": {data}}}"#
        ))
    };
    let error = with("[1, 0, -1, 1.5]");
    assert!(
        error.starts_with("a.json, column `data`: sample 3: -1 is no number of nodes (and 1 more)"),
        "{error}"
    );
    assert!(with("[1, \"up\"]").starts_with("a.json, line 1: not the expected JSON (invalid type"));
    assert!(with("[]").contains("is empty"));
    assert!(with("[[[[").contains("not the expected JSON"));
    assert!(refusal("{}").contains("gap_seconds"));
    assert!(refusal("{\"metadata\": {\"gap_seconds\": 1}}").contains("no list `data`"));
    let deep = "[".repeat(100_000);
    assert!(refusal(&deep).contains("not the expected JSON"));
}

#[test]
fn kinds_are_never_mixed() {
    let text = r#"{"metadata": {"gap_seconds": 60}, "data": [1]}"#;
    let error = read(&[("set/preemption/4-node/x.json", text)], &PROBES)
        .unwrap_err()
        .to_string();
    assert!(
        error.contains("read as availability, but its name says preemption"),
        "{error}"
    );
    let error = read(&[("x.json", text), ("y/x.json", text)], &PROBES)
        .unwrap_err()
        .to_string();
    assert!(error.contains("zone `x` is in x.json, too"), "{error}");
    assert!(read(&[], &PROBES).is_err());
}
