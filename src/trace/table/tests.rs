//! Traps of delimited tables.

use super::super::{Format, TimeForm, TraceStart, read_from};
use super::*;
use crate::units::Zone;

fn import(text: &str, mapping: &Mapping) -> Result<Trace, TraceError> {
    let format = Format::Table(Box::new(mapping.clone()));
    read_from(text.as_bytes(), "t.csv", &format, &Limits::default())
}

fn plain() -> Mapping {
    Mapping::new("at", "run", "gpus")
}

#[test]
fn every_bad_row_has_a_named_reason() {
    let rows = [
        ("10,5,1", None),
        ("x,5,1", Some(DropReason::SubmitUnreadable)),
        (",5,1", Some(DropReason::SubmitMissing)),
        ("10,NaN,1", Some(DropReason::DurationUnreadable)),
        ("10,inf,1", Some(DropReason::DurationUnreadable)),
        ("10,-5,1", Some(DropReason::DurationNegative)),
        ("10,1e300,1", Some(DropReason::TimeTooLarge)),
        ("10,,1", Some(DropReason::DurationMissing)),
        ("10,5,0", Some(DropReason::GpusZero)),
        ("10,5,-1", Some(DropReason::GpusUnreadable)),
        ("10,5,", Some(DropReason::GpusMissing)),
        ("10,5,1,7", Some(DropReason::FieldCount)),
        ("10,5", Some(DropReason::FieldCount)),
        ("1e30,5,1", Some(DropReason::TimeTooLarge)),
    ];
    let text = rows.map(|(row, _)| row).join("\n");
    let report = import(&format!("at,run,gpus\n{text}"), &plain())
        .unwrap()
        .report;
    assert_eq!((report.rows_read, report.accepted), (14, 1));
    for reason in DropReason::ALL {
        let expected = rows.iter().filter(|(_, why)| *why == Some(*reason)).count() as u64;
        assert_eq!(report.dropped_for(*reason), expected, "{reason:?}");
    }
    let lines = report.lines().join("\n");
    assert!(
        lines.contains("rows read 14 = accepted 1 + dropped 13"),
        "{lines}"
    );
    assert!(
        lines.contains("dropped 2: run time unreadable (row 4 `NaN`, row 5 `inf`)"),
        "{lines}"
    );
}

#[test]
fn jobs_are_sorted_and_ties_keep_their_rows() {
    let trace = import("at,run,gpus\n7,1,1\n3,2,1\n7,3,1\n3,4,1\n", &plain()).unwrap();
    let order: Vec<_> = trace
        .jobs
        .iter()
        .map(|job| (job.submit_ms, job.row))
        .collect();
    assert_eq!(order, [(0, 2), (0, 4), (4000, 1), (4000, 3)]);
    assert_eq!(trace.ids.name(2), "j-1");
    assert_eq!((trace.span.0, trace.start_unix_ms), (4000, None));
}

#[test]
fn time_zero_lies_where_it_was_declared() {
    let text = "at,run,gpus\n-1,1,1\n3,1,1\n";
    let with = |start| import(text, &Mapping { start, ..plain() }).unwrap();
    assert_eq!(with(TraceStart::FirstSubmit).jobs[1].submit_ms, 4000);
    let zero = with(TraceStart::SourceZero);
    assert_eq!(
        (
            zero.jobs[0].submit_ms,
            zero.report.dropped_for(DropReason::BeforeStart)
        ),
        (3000, 1)
    );
    assert_eq!(with(TraceStart::At(9)).start_unix_ms, Some(9));

    let local = Mapping {
        time: TimeForm::Local(Zone::parse("+08:00").unwrap(), "+08:00".into()),
        start: TraceStart::At(1_590_969_600_000), // 2020-06-01 00:00 UTC
        ..plain()
    };
    let text = "at,run,gpus\n2020-06-01 07:59:59,1,1\n2020-06-01 08:00:01,1,1\n";
    let trace = import(text, &local).unwrap();
    assert_eq!(trace.report.dropped_for(DropReason::BeforeStart), 1);
    assert_eq!(trace.jobs[0].submit_ms, 1000);
    let no_zero = Mapping {
        start: TraceStart::SourceZero,
        ..local
    };
    assert_eq!(
        import(text, &no_zero).unwrap_err().kind,
        TraceErrorKind::Declaration
    );
}

#[test]
fn units_and_gangs_are_as_declared() {
    // The same header in two units: 2 seconds, or 2 hours.
    let text = "at,run,gpus,n\n0,2,25,4\n0,2,810,1\n0,2,30,50\n";
    let mapping = Mapping {
        run_time: RunTime::Column("run".into(), TimeUnit::Hours),
        gang: Gang::Replicas {
            replicas: "n".into(),
            per_replica: "gpus".into(),
            unit: GpuUnit::Percent,
        },
        ..plain()
    };
    let trace = import(text, &mapping).unwrap();
    // 4 × 25 % = 1 GPU; 1 × 810 % = 8.1, rounded up to 9; 50 × 30 % = 15.
    let gpus: Vec<_> = trace.jobs.iter().map(|job| job.gpus.0).collect();
    assert_eq!(gpus, [1000, 9000, 15_000]);
    assert_eq!(trace.report.adjusted_for(Adjustment::GangRounded), 1);
    assert_eq!(trace.jobs[0].duration_ms, 7_200_000);
}

#[test]
fn running_jobs_are_censored_not_finished() {
    let text =
        "at,run,gpus,state\n0,9,1,COMPLETED\n1,9,1,CANCELLED by 42\n2,9,1,RUNNING\n3,9,1,???\n";
    let states = vec![
        (
            "COMPLETED".to_owned(),
            StateMeaning::Ended(Outcome::Finished),
        ),
        (
            "CANCELLED*".to_owned(),
            StateMeaning::Ended(Outcome::Cancelled),
        ),
        ("RUNNING".to_owned(), StateMeaning::Running),
    ];
    let outcome = Some(OutcomeColumn {
        column: "state".into(),
        states,
    });
    let mapping = Mapping { outcome, ..plain() };
    let trace = import(text, &mapping).unwrap();
    assert_eq!(trace.jobs[1].outcome, Outcome::Cancelled);
    assert_eq!(trace.report.dropped_for(DropReason::Censored), 1);
    assert_eq!(trace.report.dropped_for(DropReason::StateUnknown), 1);
    let kept = Mapping {
        censored: Censored::KeepAs(Outcome::Cancelled),
        ..mapping
    };
    let trace = import(text, &kept).unwrap();
    assert_eq!(
        (
            trace.jobs.len(),
            trace.report.adjusted_for(Adjustment::CensoredKept)
        ),
        (3, 1)
    );
}

#[test]
fn run_time_may_lie_between_two_columns() {
    let run_time = RunTime::Between {
        start: "start".into(),
        end: "end".into(),
    };
    let mapping = Mapping {
        run_time,
        ..plain()
    };
    let text = "at,start,end,gpus\n0,5,8,1\n0,5,,1\n0,5,4,1\n0,5,5,1\n";
    let trace = import(text, &mapping).unwrap();
    let durations: Vec<_> = trace.jobs.iter().map(|job| job.duration_ms).collect();
    assert_eq!(durations, [3000, 1]);
    assert_eq!(trace.report.dropped_for(DropReason::Censored), 1);
    assert_eq!(trace.report.dropped_for(DropReason::DurationNegative), 1);
    assert_eq!(trace.report.adjusted_for(Adjustment::ZeroDuration), 1);
}

#[test]
fn a_wrong_header_is_refused() {
    let error = import("at,run,gpu\n1,1,1\n", &plain()).unwrap_err();
    assert_eq!(error.kind, TraceErrorKind::Header);
    assert!(
        error
            .to_string()
            .starts_with("t.csv, column `gpus`: it is not in the header; did you mean `gpu`?")
    );
    let extra = "at,run,gpus,user\n1,1,1,u\n";
    assert!(
        import(extra, &plain())
            .unwrap_err()
            .to_string()
            .contains("`user`")
    );
    assert!(
        import(
            extra,
            &Mapping {
                ignore: vec!["user".into()],
                ..plain()
            }
        )
        .is_ok()
    );
    assert!(
        import(
            extra,
            &Mapping {
                ignore_rest: true,
                ..plain()
            }
        )
        .is_ok()
    );
    assert!(
        import(
            extra,
            &Mapping {
                ignore: vec!["users".into()],
                ..plain()
            }
        )
        .is_err()
    );
}

#[test]
fn files_without_jobs_are_refused() {
    assert_eq!(
        import("", &plain()).unwrap_err().kind,
        TraceErrorKind::Empty
    );
    assert_eq!(
        import("at,run,gpus\n", &plain()).unwrap_err().kind,
        TraceErrorKind::Empty
    );
    let error = import("at,run,gpus\n1,1,0\n", &plain()).unwrap_err();
    assert_eq!(error.kind, TraceErrorKind::NothingAccepted);
    assert!(
        error.to_string().contains("asks for 0 GPUs (row 1"),
        "{error}"
    );
}

#[test]
fn bytes_that_are_no_text_are_counted() {
    let format = Format::Table(Box::new(plain()));
    let bytes: &[u8] = b"at,run,gpus\n1,1,1\n1,\xff\xfe,1\n";
    let trace = read_from(bytes, "t.csv", &format, &Limits::default()).unwrap();
    assert_eq!(trace.report.dropped_for(DropReason::NotUtf8), 1);
}
