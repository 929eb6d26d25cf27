//! Traps of workload logs.

use super::super::{Format, read_from};
use super::*;

fn import(text: &str, settings: Swf) -> Result<Trace, TraceError> {
    read_from(
        text.as_bytes(),
        "t.swf",
        &Format::Swf(settings),
        &Limits::default(),
    )
}

const LOG: &str = "; Version: 2.2\n; MaxJobs: 42264\n; UnixStartTime: 1000\n;\n\
    1 10 -1 60 4 -1 -1 -1 -1 -1 -1 7 1 -1 2 -1 -1 -1\n\n\
    2  5 30  0 4 -1 -1  6 90 -1  1 -1 1 -1 2 1 -1 -1\n\
    3 20 -1 -1 4 -1 -1  4 -1 -1  5 7 1 -1 2 1 -1 -1\n\
    4 20 -1 9 4 -1 -1  4 -1 -1  2 7 1 -1 2 1 -1 -1\n\
    5 20 -1 9 -1 -1 -1 -1 -1 -1  1 7 1 -1 2 1 -1 -1\n\
    6 20 -1 9 4 -1\n";

#[test]
fn a_log_with_all_its_traps() {
    let settings = Swf {
        processors_per_gpu: 4,
        class: SwfClass::Queue,
        ..Swf::default()
    };
    let trace = import(LOG, settings).unwrap();
    let report = &trace.report;
    assert_eq!(
        (report.rows_read, report.accepted),
        (6, 2),
        "MaxJobs is not believed"
    );
    assert_eq!(report.dropped_for(DropReason::DurationMissing), 1);
    assert_eq!(report.dropped_for(DropReason::PartialExecution), 1);
    assert_eq!(report.dropped_for(DropReason::GpusMissing), 1);
    assert_eq!(report.dropped_for(DropReason::FieldCount), 1);
    assert_eq!(report.adjusted_for(Adjustment::GangAllocated), 1);
    assert_eq!(report.adjusted_for(Adjustment::OutcomeUnknown), 1);
    assert_eq!(report.adjusted_for(Adjustment::ZeroDuration), 1);
    // The log starts at 1000 s after 1970, its first submission is 5 s later.
    assert_eq!(trace.start_unix_ms, Some(1_005_000));
    let (early, late) = (trace.jobs[0], trace.jobs[1]);
    assert_eq!(
        (early.row, early.duration_ms, early.requested_ms),
        (2, 1, Some(90_000))
    );
    assert_eq!(early.recorded_wait_ms, Some(30_000));
    // 6 processors at 4 per GPU are 2 GPUs.
    assert_eq!((early.gpus.0, late.gpus.0), (2000, 1000));
    assert_eq!((late.submit_ms, late.duration_ms), (5_000, 60_000));
    assert_eq!(
        (trace.ids.name(0), trace.ids.name(1)),
        ("2".into(), "1".into())
    );
    // Names in order of appearance in the log.
    assert_eq!(
        (trace.tenants, trace.classes),
        (
            vec!["user 7".to_owned(), "unknown".to_owned()],
            vec!["queue 2".to_owned()]
        )
    );
}

#[test]
fn the_source_zero_is_the_header() {
    let trace = import(
        LOG,
        Swf {
            start: TraceStart::SourceZero,
            ..Swf::default()
        },
    )
    .unwrap();
    assert_eq!(
        (trace.start_unix_ms, trace.jobs[0].submit_ms),
        (Some(1_000_000), 5_000)
    );
    let relative = "1 10 -1 60 4 -1 -1 -1 -1 -1 1 7 1 -1 2 -1 -1 -1\n";
    let trace = import(
        relative,
        Swf {
            start: TraceStart::SourceZero,
            ..Swf::default()
        },
    )
    .unwrap();
    assert_eq!(
        (trace.start_unix_ms, trace.jobs[0].submit_ms),
        (None, 10_000)
    );
}

#[test]
fn the_extended_form_has_absolute_times_and_queue_names() {
    let text =
        "0 1356996147 0 56011 2 1 1024 2 86400 6871 1 62 1 1 -1 1 1 1 {1241,1241} q_1d 1:ppn=2\n";
    let settings = Swf {
        clock: SwfClock::Unix,
        class: SwfClass::Queue,
        ..Swf::default()
    };
    let trace = import(text, settings).unwrap();
    assert_eq!(trace.start_unix_ms, Some(1_356_996_147_000));
    assert_eq!(
        (trace.classes[0].as_str(), trace.ids.name(0)),
        ("q_1d", "0".to_owned())
    );
    assert_eq!(trace.jobs[0].requested_ms, Some(86_400_000));
}

#[test]
fn logs_without_jobs_are_refused() {
    assert_eq!(
        import("; only a header\n", Swf::default())
            .unwrap_err()
            .kind,
        TraceErrorKind::Empty
    );
    let zero = Swf {
        processors_per_gpu: 0,
        ..Swf::default()
    };
    assert_eq!(
        import(LOG, zero).unwrap_err().kind,
        TraceErrorKind::Declaration
    );
}
