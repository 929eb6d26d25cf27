//! Small schedules worked by hand: every start must be exact.

use crate::journal::{JobRecord, Observer};
use crate::model::{
    Class, Discipline, Horizon, Outcome, Packing, Request, Shape, StrategySettings, Timeline, Truth,
};
use crate::units::{ClassId, MilliGpus, PoolId, ShapeId, SimTime, Span, TenantId};

use super::super::replicate::ExperimentError;
use super::once::once;
use super::row::{Evidence, Row};
use super::system::{estate, owned, whole_ms};

/// Seven jobs for eight GPUs: (arrival, GPUs, run time), run times known.
const JOBS: [(u64, u64, u64); 7] = [
    (0, 3, 2),
    (0, 6, 5),
    (1, 4, 9),
    (2, 2, 4),
    (3, 4, 1),
    (3, 6, 8),
    (3, 1, 2),
];

/// When each of them starts. Under FIFO job 5 waits until 11 because jobs 3 and 4 leave two GPUs; under EASY
/// it starts one later than under conservative backfilling, which protects more than the first in line.
const STARTS: [(&str, Discipline, [u64; 7]); 5] = [
    ("FIFO", Discipline::Fifo, [0, 2, 7, 7, 11, 16, 16]),
    ("EASY", Discipline::Easy, [0, 2, 7, 2, 8, 16, 6]),
    (
        "conservative",
        Discipline::Conservative { depth: 100 },
        [0, 2, 7, 2, 7, 16, 8],
    ),
    ("SJF", Discipline::ShortestFirst, [0, 2, 16, 2, 7, 8, 7]),
    ("fit-first", Discipline::FitFirst, [0, 10, 1, 2, 6, 15, 3]),
];

#[derive(Default)]
struct Starts(Vec<(u32, Option<SimTime>)>);

impl Observer for Starts {
    fn job(&mut self, record: &JobRecord) {
        self.0.push((record.job.0, record.start));
    }
}

/// Plays the schedules.
pub(super) fn rows() -> Result<Vec<Row>, ExperimentError> {
    STARTS
        .iter()
        .map(|(name, discipline, expected)| {
            let starts = play(discipline)?;
            let exact: Vec<Option<SimTime>> = expected
                .iter()
                .map(|&at| Some(SimTime(whole_ms(at as f64))))
                .collect();
            let waits = |starts: &[Option<SimTime>]| -> f64 {
                let total: f64 = starts
                    .iter()
                    .zip(JOBS)
                    .map(|(start, (submit, ..))| match start {
                        Some(at) => at.0 as f64 / whole_ms(1.0) as f64 - submit as f64,
                        None => f64::NAN,
                    })
                    .sum();
                total / JOBS.len() as f64
            };
            Ok(Row {
                family: "Seven jobs on eight GPUs, every start worked by hand",
                system: (*name).to_owned(),
                quantity: "mean wait".to_owned(),
                expected: waits(&exact),
                simulated: waits(&starts),
                evidence: Evidence::Exact {
                    equal: starts == exact,
                },
                jobs: JOBS.len() as u64,
            })
        })
        .collect()
}

fn play(discipline: &Discipline) -> Result<Vec<Option<SimTime>>, ExperimentError> {
    let shapes = (1..=8)
        .map(|gpus| Shape {
            gpus: MilliGpus::whole(gpus),
            class: ClassId(0),
            labels: crate::units::LabelsId(0),
            weight: 1,
        })
        .collect();
    let model = estate(
        vec![owned("eight", 1, 8, Packing::Count, 1, 1000)],
        vec![Class::bare("training", vec![PoolId(0)])],
        shapes,
        Horizon::UntilEmpty,
        vec![StrategySettings::bare("golden", discipline.clone())],
    );
    let mut timeline = Timeline::default();
    for (submit, gpus, span) in JOBS {
        let work = Span(whole_ms(span as f64));
        timeline.requests.push(Request {
            submit: SimTime(whole_ms(submit as f64)),
            requested: work,
            shape: ShapeId::from(gpus as usize - 1),
            tenant: TenantId(0),
            priority: 0,
        });
        timeline.truth.push(Truth {
            work,
            outcome: Outcome::Finished,
        });
    }
    let mut heard = Starts::default();
    once(&model, &timeline, &mut heard)?;
    heard.0.sort_unstable_by_key(|&(job, _)| job);
    Ok(heard.0.into_iter().map(|(_, start)| start).collect())
}
