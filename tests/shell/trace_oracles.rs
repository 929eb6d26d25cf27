//! Public traces against independently computed totals; skipped, visibly, where the files are not present.
#![allow(clippy::print_stdout)]

use std::path::PathBuf;

use plimsoll::trace::{
    Adjustment, DropReason, Format, Limits, Mapping, Philly, Swf, SwfClass, Trace, TraceStart, read,
};
use plimsoll::units::Zone;

/// The trace in `file` of the data folder, or `None` with a word about it.
fn import(file: &str, format: &Format) -> Option<Trace> {
    let default = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../shared/data");
    let folder = std::env::var_os("PLIMSOLL_DATA").map_or(default, PathBuf::from);
    let path = folder.join(file);
    if !path.exists() {
        println!("skipped: no data at {}", path.display());
        return None;
    }
    Some(read(&path, format, &Limits::default()).unwrap())
}

#[test]
fn philly_months() {
    let zone_name = "UTC".to_owned();
    let format = Format::Philly(Philly {
        zone: Zone::utc(),
        zone_name,
        start: TraceStart::FirstSubmit,
    });
    let Some(trace) = import("philly-sia/philly_2017-09_10.csv.gz", &format) else {
        return;
    };
    let report = &trace.report;
    assert_eq!((report.rows_read, report.accepted), (52_849, 52_849));
    assert_eq!(report.gpu_hours().round(), 642_409.0);
    assert_eq!(report.multi_gpu_jobs, 2_661);
    assert_eq!(trace.tenants.len(), 12);
    assert_eq!(report.adjusted_for(Adjustment::ProductMismatch), 0);
    let last = report.lines().pop().unwrap();
    assert!(
        last.ends_with("from 2017-09-04T10:30:41Z to 2017-10-31T23:52:11Z"),
        "{last}"
    );
    assert!(trace.jobs.is_sorted_by_key(|job| (job.submit_ms, job.row)));
}

#[test]
fn workload_archive_logs() {
    let format = Format::Swf(Swf {
        class: SwfClass::Queue,
        ..Swf::default()
    });
    let runtime = |trace: &Trace| trace.jobs.iter().map(|job| job.duration_ms).sum::<u64>();
    let most = |trace: &Trace| trace.jobs.iter().map(|job| job.gpus.occupied()).max();
    if let Some(nasa) = import("swf/NASA-iPSC-1993-3.1-cln.swf.gz", &format) {
        assert_eq!(
            (nasa.report.rows_read, nasa.report.accepted),
            (18_239, 18_239)
        );
        assert_eq!(nasa.report.adjusted_for(Adjustment::ZeroDuration), 173);
        // 1.39508e7 s, and 1 ms for each of the 173 jobs that ran for no time.
        assert_eq!((runtime(&nasa) / 1000 + 50) / 100, 139_508);
        assert_eq!(runtime(&nasa) % 1000, 173);
        assert_eq!(most(&nasa), Some(128));
        assert_eq!(nasa.start_unix_ms, Some(749_458_803_000));
    }
    if let Some(hpc2n) = import("swf/hpc2n.swf.gz", &format) {
        assert_eq!(hpc2n.report.rows_read, 3_170);
        // The expected total leaves the unknown run times (-1) out, as the import does.
        let unknown = hpc2n.report.dropped_for(DropReason::DurationMissing);
        assert_eq!(hpc2n.report.accepted + unknown, 3_170);
        assert_eq!((runtime(&hpc2n) / 1000 + 50) / 100, 318_534);
        assert_eq!(most(&hpc2n), Some(128));
    }
    if let Some(lublin) = import("swf/lublin_256.swf.gz", &format) {
        assert_eq!(lublin.report.accepted, 10_000);
        assert_eq!((runtime(&lublin) / 1000 + 50) / 100, 486_277);
        assert_eq!(most(&lublin), Some(256));
        assert_eq!(lublin.start_unix_ms, None);
    }
}

#[test]
fn scheduling_oracles_by_mapping() {
    let mapping = Mapping {
        job: Some("job_id".to_owned()),
        start: TraceStart::SourceZero,
        ..Mapping::new("submit_time", "duration", "num_gpu")
    };
    let format = Format::Table(Box::new(mapping));
    for (name, jobs, first, largest) in [
        ("synth480_60g", 480, 583, 16),
        ("synth5k_256g", 5_000, 68, 32),
    ] {
        let Some(trace) = import(&format!("oracles/synthetic/{name}.trace.csv.gz"), &format) else {
            return;
        };
        assert_eq!(trace.jobs.len(), jobs);
        assert_eq!(trace.jobs[0].submit_ms, first * 1000);
        assert_eq!(
            trace.jobs.iter().map(|job| job.gpus.occupied()).max(),
            Some(largest)
        );
        assert_eq!(trace.ids.name(0), "0");
    }
}
