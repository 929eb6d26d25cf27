//! A whole workload as a law: who submits what, when, and how long it runs.

use crate::dice::{Dice, Key, Purpose, Stream};
use crate::units::{MilliGpus, Span};

use super::arrivals::{ArrivalTable, Arrivals, BIN_MS};
use super::choice::{Choice, uniform32};
use super::job::GeneratedJob;
use super::law::Law;
use super::outcome::Outcome;

/// Longest run time that a law may produce: 100 years, in milliseconds.
const WORK_MS_MAX: f64 = 100.0 * 366.0 * 86_400_000.0;
/// Longest span that may be generated: more bins would not fit their names.
const BINS_MAX: u64 = 1 << 23;

/// What a person states about a workload.
#[derive(Clone, Debug, PartialEq)]
pub struct WorkloadSettings {
    /// When jobs come.
    pub arrivals: Arrivals,
    /// The mix of gangs, each with its run times.
    pub gangs: Vec<GangSettings>,
    /// Shares of outcomes in the order of [`Outcome::ALL`].
    pub outcomes: [f64; 4],
    /// Requested ÷ true run time; `None` if owners do not say. A job that times out asked for exactly what
    /// it got.
    pub requested_factor: Option<Law>,
    /// Tenants with their shares of jobs.
    pub tenants: Vec<(String, f64)>,
    /// Classes of work.
    pub classes: ClassRule,
}

/// One size of gang.
#[derive(Clone, Debug, PartialEq)]
pub struct GangSettings {
    /// What it asks for.
    pub gpus: MilliGpus,
    /// Its share of jobs.
    pub share: f64,
    /// Its true run time in seconds on the reference GPU type.
    pub run_time_s: Law,
    /// Its shares of outcomes, if they differ from the workload's.
    pub outcomes: Option<[f64; 4]>,
}

/// How jobs fall into classes.
#[derive(Clone, Debug, PartialEq)]
pub enum ClassRule {
    /// By shares of jobs.
    Shares(Vec<(ClassSettings, f64)>),
    /// By gang: the first class whose largest gang holds the job's.
    Gangs(Vec<(ClassSettings, MilliGpus)>),
}

/// A class of work.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClassSettings {
    /// Its name.
    pub name: String,
    /// The priority of its jobs; larger is more urgent.
    pub priority: i32,
}

/// A checked workload with its tables.
#[derive(Clone, Debug)]
pub struct Workload {
    arrivals: ArrivalTable,
    jobs_per_day: f64,
    gang: Choice,
    gangs: Vec<Gang>,
    requested_factor: Option<Law>,
    tenant: Choice,
    tenants: Vec<String>,
    // Shares of classes; `None` where the gang decides.
    class: Option<Choice>,
    classes: Vec<ClassSettings>,
}

#[derive(Clone, Debug)]
struct Gang {
    gpus: MilliGpus,
    run_time_s: Law,
    outcome: Choice,
    class: u16,
}

impl Workload {
    /// Checks settings and prepares their tables.
    ///
    /// # Errors
    /// The first setting that makes no law, with its value.
    pub fn new(settings: &WorkloadSettings) -> Result<Self, String> {
        let shares: Vec<f64> = settings.gangs.iter().map(|gang| gang.share).collect();
        let tenants: Vec<f64> = settings.tenants.iter().map(|(_, share)| *share).collect();
        if tenants.len() > 1 << 16 {
            return Err(format!(
                "there are {} tenants; at most 65,536 can be told apart",
                tenants.len()
            ));
        }
        if let Some(law) = &settings.requested_factor {
            law.check()
                .map_err(|why| format!("requested factor: {why}"))?;
        }
        let (classes, class) = match &settings.classes {
            ClassRule::Shares(classes) => {
                let shares: Vec<f64> = classes.iter().map(|(_, share)| *share).collect();
                let class = Choice::new(&shares).map_err(|why| format!("classes: {why}"))?;
                (
                    classes.iter().map(|(class, _)| class.clone()).collect(),
                    Some(class),
                )
            }
            ClassRule::Gangs(classes) => (
                classes.iter().map(|(class, _)| class.clone()).collect(),
                None,
            ),
        };
        let gangs = settings.gangs.iter().map(|gang| Gang::new(gang, settings));
        Ok(Self {
            arrivals: settings.arrivals.compile()?,
            jobs_per_day: settings.arrivals.jobs_per_day,
            gang: Choice::new(&shares).map_err(|why| format!("gangs: {why}"))?,
            gangs: gangs.collect::<Result<_, _>>()?,
            requested_factor: settings.requested_factor.clone(),
            tenant: Choice::new(&tenants).map_err(|why| format!("tenants: {why}"))?,
            tenants: settings
                .tenants
                .iter()
                .map(|(name, _)| name.clone())
                .collect(),
            class,
            classes,
        })
    }

    /// Appends the jobs of one replication, sorted by submission.
    ///
    /// `key` names the workload, `week_offset_ms` is the local time of the start since Monday 00:00, and
    /// jobs come from 0 to before `span`. A longer span appends jobs and changes none; so does nobody
    /// else's draw. Nothing is allocated but room in `out`.
    ///
    /// # Panics
    /// When `span` is longer than 159 years.
    pub fn sample(
        &self,
        dice: &Dice,
        key: Key,
        week_offset_ms: u64,
        span: Span,
        out: &mut Vec<GeneratedJob>,
    ) {
        let bins = span.0.div_ceil(BIN_MS);
        assert!(
            bins < BINS_MAX,
            "a span of {} ms is too long to generate",
            span.0
        );
        let mut counter = self.arrivals.counter(dice, key, week_offset_ms);
        for bin in 0..bins as u32 {
            let first = out.len();
            let start = u64::from(bin) * BIN_MS;
            let (single, burst) = counter.counts(bin);
            let mut times = dice.stream(key, Purpose::ArrivalTime, bin, 0);
            for _ in 0..single {
                out.push(arrival(start + times.below(BIN_MS)));
            }
            let together = start + times.below(BIN_MS);
            out.extend((0..burst).map(|_| arrival(together)));
            out[first..].sort_unstable_by_key(|job| job.submit_ms);
            for (index, job) in out[first..].iter_mut().enumerate() {
                // The name of the body: 23 bits of bin, 25 bits of place in it.
                let index = index as u32;
                let count = bin | (index >> 16) << 23;
                self.fill(
                    &mut dice.stream(key, Purpose::JobBody, count, index as u16),
                    job,
                );
            }
        }
        // The last bin may reach beyond the span; it was drawn whole, so that a longer span agrees.
        let inside = out.partition_point(|job| job.submit_ms < span.0);
        out.truncate(inside);
    }

    /// Draws all of a job but its submission.
    fn fill(&self, stream: &mut Stream, job: &mut GeneratedJob) {
        let gang = &self.gangs[self.gang.draw(stream)];
        job.gpus = gang.gpus;
        job.outcome = Outcome::ALL[gang.outcome.draw(stream)];
        job.tenant = self.tenant.draw(stream) as u16;
        // Drawn even where the gang decides: every body uses its first four words alike.
        let chooser = uniform32(stream);
        job.class = self
            .class
            .as_ref()
            .map_or(gang.class, |class| class.place(chooser) as u16);
        job.priority = self.classes[usize::from(job.class)].priority;
        job.work_ms = whole_ms(gang.run_time_s.sample(stream) * 1e3);
        job.requested_ms = self.requested_factor.as_ref().map(|factor| {
            let requested = whole_ms(factor.sample(stream) * job.work_ms as f64);
            if job.outcome == Outcome::TimedOut {
                job.work_ms
            } else {
                requested
            }
        });
    }

    /// Names of tenants, as [`GeneratedJob::tenant`] counts them.
    pub fn tenants(&self) -> &[String] {
        &self.tenants
    }

    /// Classes, as [`GeneratedJob::class`] counts them.
    pub fn classes(&self) -> &[ClassSettings] {
        &self.classes
    }

    /// Jobs in a mean day.
    pub fn jobs_per_day(&self) -> f64 {
        self.jobs_per_day
    }

    /// All that jobs look like to a placement, as (gang, class, share of jobs); shares add up to 1.
    pub fn shapes(&self) -> Vec<(MilliGpus, u16, f64)> {
        let of_gang = |(place, gang): (usize, &Gang)| {
            let share = self.gang.share(place);
            match &self.class {
                None => vec![(gang.gpus, gang.class, share)],
                Some(class) => (0..class.len())
                    .map(|index| (gang.gpus, index as u16, share * class.share(index)))
                    .collect(),
            }
        };
        self.gangs.iter().enumerate().flat_map(of_gang).collect()
    }

    /// Mean GPU-seconds of a job.
    pub fn mean_gpu_seconds(&self) -> f64 {
        let gpus = |gang: &Gang| gang.gpus.0 as f64 / 1e3;
        self.gangs
            .iter()
            .enumerate()
            .map(|(place, gang)| self.gang.share(place) * gpus(gang) * gang.run_time_s.mean())
            .sum()
    }

    /// Mean number of reference GPUs that the workload keeps busy.
    pub fn offered_gpus(&self) -> f64 {
        self.jobs_per_day * self.mean_gpu_seconds() / 86_400.0
    }
}

impl Gang {
    fn new(gang: &GangSettings, settings: &WorkloadSettings) -> Result<Self, String> {
        let gpus = gang.gpus;
        let place = |why: String| format!("gang of {} milli-GPU: {why}", gpus.0);
        if gpus.0 == 0 || (gpus.0 > 1000 && !gpus.0.is_multiple_of(1000)) {
            return Err(place("ask for whole GPUs, or a share of one".to_owned()));
        }
        gang.run_time_s.check().map_err(place)?;
        let outcomes = gang.outcomes.unwrap_or(settings.outcomes);
        let outcome = Choice::new(&outcomes).map_err(|why| place(format!("outcomes: {why}")))?;
        let class = match &settings.classes {
            ClassRule::Shares(_) => 0,
            ClassRule::Gangs(classes) => classes
                .iter()
                .position(|(_, most)| gpus <= *most)
                .ok_or_else(|| {
                    place("no class holds it; raise the last class's gang".to_owned())
                })?,
        };
        Ok(Self {
            gpus,
            run_time_s: gang.run_time_s.clone(),
            outcome,
            class: class as u16,
        })
    }
}

/// A job of which only the submission is known.
fn arrival(submit_ms: u64) -> GeneratedJob {
    GeneratedJob {
        submit_ms,
        work_ms: 1,
        requested_ms: None,
        gpus: MilliGpus(0),
        tenant: 0,
        class: 0,
        outcome: Outcome::Finished,
        priority: 0,
    }
}

/// Whole milliseconds, at least 1; a law without bounds is cut at 100 years.
fn whole_ms(value: f64) -> u64 {
    libm::round(value).clamp(1.0, WORK_MS_MAX) as u64
}

#[cfg(test)]
mod tests;
