//! Cases worked by hand: who may start when, where and at what cost under quotas, shares, policies for spot capacity and
//! failovers. Nothing in them is random, and every number must come out to the millisecond and to the tick.

mod asked;
mod failovers;
mod quotas;
mod shares;
mod spot;

use crate::journal::{Fact, FailoverRecord, JobRecord, Observer, PoolRecord, RecoveryRecord};
use crate::model::{
    Incident, Model, Outcome, Pool, PriceSteps, RentKind, Rented, Request, Shape, Supply, Timeline,
    Truth,
};
use crate::units::{ClassId, LabelsId, MilliGpus, Price, ShapeId, SimTime, Span, TenantId};

use super::super::replicate::ExperimentError;
use super::once::once;
use super::row::{Evidence, Row};
use super::system::owned;
use asked::Asked;

const MINUTE: u64 = 60_000;
const HOUR: u64 = 60 * MINUTE;

/// A job that comes, all of class 0; times in ms.
#[derive(Clone, Copy, Debug)]
struct Task {
    /// When.
    at: u64,
    /// How many GPUs it needs.
    gpus: u64,
    /// How long it works.
    work: u64,
    /// Whose it is.
    tenant: usize,
}

/// A case, and what must come out.
#[derive(Clone, Debug)]
struct Worked {
    /// The title under which it stands.
    family: &'static str,
    /// Its name.
    name: &'static str,
    /// The estate, and the strategy.
    model: Model,
    /// Who comes, in order of arrival.
    tasks: Vec<Task>,
    /// What else happens.
    weather: Vec<Incident>,
    /// What is asked, and what comes out of it by hand, in the smallest unit there is.
    expected: Vec<(Asked, i128)>,
}

/// What one run said.
#[derive(Debug, Default)]
struct Heard {
    jobs: Vec<JobRecord>,
    pools: Vec<PoolRecord>,
    facts: Vec<(SimTime, Fact)>,
    recoveries: Vec<RecoveryRecord>,
    failovers: Vec<FailoverRecord>,
}

impl Observer for Heard {
    fn fact(&mut self, at: SimTime, fact: Fact) {
        self.facts.push((at, fact));
    }
    fn job(&mut self, record: &JobRecord) {
        self.jobs.push(*record);
    }
    fn pool(&mut self, record: &PoolRecord) {
        self.pools.push(*record);
    }
    fn recovery(&mut self, record: &RecoveryRecord) {
        self.recoveries.push(*record);
    }
    fn failover(&mut self, record: &FailoverRecord) {
        self.failovers.push(*record);
    }
}

/// Plays all of them.
pub(super) fn rows() -> Result<Vec<Row>, ExperimentError> {
    let mut rows = Vec::new();
    for case in cases() {
        rows.extend(case.play()?);
    }
    Ok(rows)
}

fn cases() -> Vec<Worked> {
    let families = [
        quotas::cases(),
        shares::cases(),
        spot::cases(),
        failovers::cases(),
    ];
    families.into_iter().flatten().collect()
}

impl Worked {
    fn play(&self) -> Result<Vec<Row>, ExperimentError> {
        let (model, timeline) = self.world();
        let mut heard = Heard::default();
        once(&model, &timeline, &mut heard)?;
        heard.jobs.sort_unstable_by_key(|record| record.job);
        let rows = self.expected.iter().enumerate();
        Ok(rows
            .map(|(index, (asked, expected))| {
                let found = asked.of(&heard);
                let told = |value: i128| value as f64 / asked.unit();
                Row {
                    family: self.family,
                    system: self.name.to_owned(),
                    quantity: asked.name(),
                    expected: told(*expected),
                    simulated: found.map_or(f64::NAN, told),
                    evidence: Evidence::Exact {
                        equal: found == Some(*expected),
                    },
                    jobs: if index == 0 {
                        self.tasks.len() as u64
                    } else {
                        0
                    },
                }
            })
            .collect())
    }

    /// The model, which learns the sizes of its jobs, and the world in which exactly these come.
    fn world(&self) -> (Model, Timeline) {
        let mut model = self.model.clone();
        model.shapes = shapes(&self.tasks);
        let sizes = &model.shapes;
        let mut timeline = Timeline {
            weather: self.weather.clone(),
            ..Timeline::default()
        };
        Incident::put_in_order(&mut timeline.weather);
        for task in &self.tasks {
            let size = MilliGpus::whole(task.gpus);
            let shape = sizes.iter().position(|shape| shape.gpus == size);
            timeline.requests.push(Request {
                submit: SimTime(task.at),
                requested: Span(task.work),
                shape: ShapeId::from(shape.unwrap_or_default()),
                tenant: TenantId::from(task.tenant),
                priority: 0,
            });
            timeline.truth.push(Truth {
                work: Span(task.work),
                outcome: Outcome::Finished,
            });
        }
        (model, timeline)
    }
}

/// The sizes of these jobs.
fn shapes(tasks: &[Task]) -> Vec<Shape> {
    let mut sizes: Vec<u64> = tasks.iter().map(|task| task.gpus).collect();
    sizes.sort_unstable();
    sizes.dedup();
    let shape = |&gpus: &u64| Shape {
        gpus: MilliGpus::whole(gpus),
        class: ClassId(0),
        labels: LabelsId(0),
        weight: tasks.iter().filter(|task| task.gpus == gpus).count() as u64,
    };
    sizes.iter().map(shape).collect()
}

/// So many jobs of one GPU each that come at once and work for an hour.
fn flock(tenant: usize, at: u64, count: usize) -> Vec<Task> {
    vec![task(tenant, at, 1, HOUR); count]
}

const fn task(tenant: usize, at: u64, gpus: u64, work: u64) -> Task {
    Task {
        at,
        gpus,
        work,
        tenant,
    }
}

/// Nodes of four GPUs for rent at so many millionths for each GPU-hour: up at once, charged to the millisecond, given
/// back at once.
fn rented(name: &str, kind: RentKind, price: u64) -> Pool {
    Pool {
        supply: Supply::Rented(Rented {
            kind,
            notice: Span::ZERO,
            prices: PriceSteps::constant(Price(price)),
            quota: None,
            boot: crate::model::Boot::Fixed(Span::ZERO),
            minimum: Span::ZERO,
            increment: Span(1),
            idle_release: Span::ZERO,
            teardown: Span::ZERO,
        }),
        ..owned(name, 0, 4, crate::model::Packing::Best, 1, 1000)
    }
}

#[cfg(test)]
mod tests {
    use super::super::row::Verdict;
    use super::*;

    #[test]
    fn every_case_comes_out_as_by_hand() {
        let rows = rows().unwrap();
        let wrong: Vec<&Row> = rows
            .iter()
            .filter(|row| row.verdict() != Verdict::Agrees)
            .collect();
        assert!(wrong.is_empty(), "{wrong:#?}");
    }

    #[test]
    fn every_case_asks_something_and_has_a_name_of_its_own() {
        let all = cases();
        for case in &all {
            assert!(!case.expected.is_empty(), "{}", case.name);
            let come = case.tasks.iter().map(|task| task.at);
            assert!(come.is_sorted(), "{}", case.name);
            let alike = all
                .iter()
                .filter(|other| (other.family, other.name) == (case.family, case.name));
            assert_eq!(alike.count(), 1, "{}", case.name);
        }
    }

    #[test]
    fn a_wrong_number_is_told() {
        let mut case = quotas::cases().remove(0);
        case.expected[0].1 += 1;
        assert_eq!(case.play().unwrap()[0].verdict(), Verdict::Differs);
    }
}
