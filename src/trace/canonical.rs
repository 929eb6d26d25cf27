//! Plimsoll's own table: what `import` and `generate` write, readable by any spreadsheet.

use std::io::{self, Write};

use crate::process::Outcome;

use super::job::Trace;
use super::mapping::{
    Gang, GpuUnit, Label, Mapping, OutcomeColumn, RunTime, StateMeaning, TimeForm, TimeUnit,
    TraceStart,
};

const HEADER: [&str; 9] = [
    "job",
    "submit_s",
    "duration_s",
    "requested_s",
    "gpus",
    "tenant",
    "class",
    "priority",
    "outcome",
];

/// The mapping that reads the table; `start_unix_ms` is the instant of trace time 0, which the table does
/// not hold.
pub(super) fn mapping(start_unix_ms: Option<i64>) -> Mapping {
    let states = Outcome::ALL.map(|end| (end.name().to_owned(), StateMeaning::Ended(end)));
    Mapping {
        job: Some("job".to_owned()),
        time: TimeForm::Since(TimeUnit::Seconds),
        start: start_unix_ms.map_or(TraceStart::SourceZero, TraceStart::At),
        run_time: RunTime::Column("duration_s".to_owned(), TimeUnit::Seconds),
        requested: Some(("requested_s".to_owned(), TimeUnit::Seconds)),
        gang: Gang::Total("gpus".to_owned(), GpuUnit::Gpus),
        tenant: Label::Column("tenant".to_owned()),
        class: Label::Column("class".to_owned()),
        outcome: Some(OutcomeColumn {
            column: "outcome".to_owned(),
            states: states.to_vec(),
        }),
        priority: Some("priority".to_owned()),
        ..Mapping::new("submit_s", "duration_s", "gpus")
    }
}

/// Writes a trace as Plimsoll's own table: times in seconds with three decimals, so that nothing is lost.
///
/// Reading it back gives the same jobs. Recorded waits are not written: they belong to the source's
/// cluster, not to the demand.
///
/// # Errors
/// When `out` cannot be written.
pub fn write_csv(trace: &Trace, out: impl Write) -> io::Result<()> {
    let mut writer = csv::Writer::from_writer(out);
    writer.write_record(HEADER)?;
    for (place, job) in trace.jobs.iter().enumerate() {
        writer.write_record([
            trace.ids.name(place).as_str(),
            &thousandths(job.submit_ms),
            &thousandths(job.duration_ms),
            &job.requested_ms.map(thousandths).unwrap_or_default(),
            &gpus(job.gpus.0),
            &trace.tenants[usize::from(job.tenant)],
            &trace.classes[usize::from(job.class)],
            &job.priority.to_string(),
            job.outcome.name(),
        ])?;
    }
    writer.flush()
}

fn thousandths(value: u64) -> String {
    format!("{}.{:03}", value / 1000, value % 1000)
}

fn gpus(milli: u64) -> String {
    if milli.is_multiple_of(1000) {
        (milli / 1000).to_string()
    } else {
        thousandths(milli)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::{Format, Limits, read_from};
    use super::*;
    use crate::process::GeneratedJob;
    use crate::units::MilliGpus;

    fn read_back(written: &[u8]) -> Trace {
        let format = Format::Plimsoll {
            start_unix_ms: Some(1_000),
        };
        read_from(written, "t.csv", &format, &Limits::default()).unwrap()
    }

    #[test]
    fn the_table_is_what_the_documentation_says() {
        let job = GeneratedJob {
            submit_ms: 1_500,
            work_ms: 66_000,
            requested_ms: None,
            gpus: MilliGpus(250),
            tenant: 0,
            class: 0,
            outcome: Outcome::TimedOut,
            priority: -2,
        };
        let trace = Trace::of_generated(&[job], vec!["a,b".into()], vec!["train".into()], None);
        let mut written = Vec::new();
        write_csv(&trace, &mut written).unwrap();
        assert_eq!(
            String::from_utf8(written).unwrap(),
            "job,submit_s,duration_s,requested_s,gpus,tenant,class,priority,outcome\n\
             j-1,1.500,66.000,,0.250,\"a,b\",train,-2,timed_out\n"
        );
    }

    fn job() -> impl Strategy<Value = GeneratedJob> {
        let gpus = prop_oneof![1..1000u64, (1..5000u64).prop_map(|whole| whole * 1000)];
        let time = 1..31_000_000_000_000u64;
        (
            0..31_000_000_000_000u64,
            time.clone(),
            prop::option::of(time),
            gpus,
            any::<i32>(),
            0..4usize,
        )
            .prop_map(|(submit_ms, work_ms, requested_ms, gpus, priority, end)| {
                GeneratedJob {
                    submit_ms,
                    work_ms,
                    requested_ms,
                    gpus: MilliGpus(gpus),
                    tenant: (end % 2) as u16,
                    class: (end / 2) as u16,
                    outcome: Outcome::ALL[end],
                    priority,
                }
            })
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]
        #[test]
        fn what_is_written_reads_back(mut jobs in prop::collection::vec(job(), 1..40)) {
            jobs.sort_by_key(|job| job.submit_ms);
            let names = |stem: &str| vec![format!("{stem} \"0\","), format!("{stem}\n1")];
            let trace = Trace::of_generated(&jobs, names("tenant"), names("class"), Some(1_000));
            let mut written = Vec::new();
            write_csv(&trace, &mut written).unwrap();
            let back = read_back(&written);
            prop_assert_eq!(back.start_unix_ms, Some(1_000));
            prop_assert_eq!(back.span, trace.span);
            for (place, (one, other)) in trace.jobs.iter().zip(&back.jobs).enumerate() {
                prop_assert_eq!(trace.ids.name(place), back.ids.name(place));
                // Tables of names are in order of appearance, so indices may differ and names may not.
                prop_assert_eq!(&trace.tenants[one.tenant as usize], &back.tenants[other.tenant as usize]);
                prop_assert_eq!(&trace.classes[one.class as usize], &back.classes[other.class as usize]);
                prop_assert_eq!(*one, super::super::TraceJob { tenant: one.tenant, class: one.class, ..*other });
            }
            let mut again = Vec::new();
            write_csv(&back, &mut again).unwrap();
            prop_assert_eq!(written, again);
        }
    }
}
