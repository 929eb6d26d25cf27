//! Recordings of nodes: the three forms of lines, worked by hand.

use super::*;

fn read(text: &str, format: &NodeFormat) -> Result<(NodeEvents, WeatherReport), WeatherError> {
    read_node_events(
        Source::of_text("pool-x.csv", text),
        format,
        &Limits::default(),
    )
}

const EVENTS: &str = "0,add,a\n0,add,b\n0,add,c\n60000,remove,a\n60000,remove,b\n\n120000,add,d\n\
                      180000,remove,z\n180000,add,c\n180000,burn,c\n-1,add,e\nx,add,e\n240000,add\n";

#[test]
fn nodes_come_and_go_in_batches() {
    let (events, report) = read(EVENTS, &NodeFormat::Events).unwrap();
    let steps: Vec<_> = events
        .steps
        .iter()
        .map(|s| (s.at.0, s.added, s.removed, s.nodes))
        .collect();
    assert_eq!(steps, [(0, 3, 0, 3), (60_000, 0, 2, 1), (120_000, 1, 0, 2)]);
    assert_eq!(events.removals(), (2, 1, 2));
    assert_eq!((report.rows_read, report.accepted), (12, 6));
    for reason in [
        WeatherDrop::NodeThere,
        WeatherDrop::NodeNotThere,
        WeatherDrop::ActionUnknown,
        WeatherDrop::FieldCount,
    ] {
        assert_eq!(report.dropped_for(reason), 1, "{reason:?}");
    }
    assert_eq!(report.dropped_for(WeatherDrop::TimeUnreadable), 2);
    // 3 for 1 min, 1 for 1 min, 2 for 1 min: 6 node-minutes in the 3 min to the last readable line.
    let capacity = events.capacity();
    assert_eq!((capacity.end, capacity.mean()), (Span(180_000), 2.0));
    assert!(
        report
            .lines()
            .join("\n")
            .contains("dropped 1: removes a node that is not there (line 8 `z`)")
    );
}

#[test]
fn lists_of_nodes_are_batches() {
    let text = r#"[60000, "add", {"nodes": ["a", "b", "c"], "duration": 60000, "extra": [1, {"x": []}]}]
[120000, "no-op", {"nodes": [], "duration": 60000}]
[180000, "remove", {"nodes": ["a", "c", "z"], "duration": 60000}]
[240000, "migration", {"nodes": []}]
[300000, "add", {"nodes": []}]
[300000, "add"]
{"at": 300000}
[360000, "no-op", {"duration": 60000}]
"#;
    let (events, report) = read(text, &NodeFormat::Lists).unwrap();
    let steps: Vec<_> = events
        .steps
        .iter()
        .map(|s| (s.at.0, s.added, s.removed, s.nodes))
        .collect();
    assert_eq!(steps, [(60_000, 3, 0, 3), (180_000, 0, 2, 1)]);
    assert_eq!(events.end, Span(420_000));
    assert_eq!(report.adjusted_for(WeatherChange::NodesIgnored), 1);
    assert_eq!(report.dropped_for(WeatherDrop::NoChange), 4);
    assert_eq!(report.dropped_for(WeatherDrop::Unreadable), 2);
    // Nothing before the first event: 0 for 1 min, 3 for 2 min, 1 for 4 min is 10 node-minutes of 7 min.
    assert!((events.capacity().mean() - 10.0 / 7.0).abs() < 1e-12);
}

#[test]
fn counts_tell_what_came_and_went() {
    let text = "2026-01-05, 10:00:00, 8\n2026-01-05, 10:01:40, 8\n2026-01-05, 10:03:20, 5\n\
                2026-01-05, 10:05:00, 5\n2026-01-05, 10:06:40, 9\n2026-01-05, 25:00:00, 9\n";
    let format = NodeFormat::Counts(Zone::utc(), "UTC".to_owned());
    let (events, report) = read(text, &format).unwrap();
    let steps: Vec<_> = events
        .steps
        .iter()
        .map(|s| (s.at.0, s.added, s.removed, s.nodes))
        .collect();
    assert_eq!(
        steps,
        [(0, 8, 0, 8), (200_000, 0, 3, 5), (400_000, 4, 0, 9)]
    );
    assert_eq!((report.rows_read, report.accepted), (6, 3));
    // 2026-01-05 is day 20,458 after 1970.
    assert_eq!(events.start_unix_ms, Some(20_458 * 86_400_000 + 36_000_000));
}

#[test]
fn time_that_runs_backwards_is_a_problem_with_both_places() {
    let error = read("5,add,a\n4,remove,a\n", &NodeFormat::Events)
        .unwrap_err()
        .to_string();
    assert_eq!(
        error,
        "pool-x.csv, line 2: 4 ms lies before 5 ms in line 1; sort the lines by time"
    );
    let error = read("nonsense\n", &NodeFormat::Lists)
        .unwrap_err()
        .to_string();
    assert!(
        error.starts_with("pool-x.csv: none of 1 lines can be used"),
        "{error}"
    );
    assert!(read("", &NodeFormat::Events).is_err());
}
