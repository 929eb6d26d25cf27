//! `jobs.csv`: the life of each job of the replications asked for.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Write};

use crate::journal::{Bucket, Cause, JobRecord, Observer};
use crate::units::{JobId, Money};

use super::decimal::{decimal, seconds};
use super::text::csv_text;

/// Milli-GPU·ms in one GPU-hour.
const GPU_HOUR: u128 = 3_600_000_000;

/// Keeps the records of one replication; they are written in order of arrival.
#[derive(Clone, Debug, Default)]
pub struct JobList {
    /// The records, in the order in which the jobs ended until [`JobList::sort`].
    pub records: Vec<JobRecord>,
    /// What jobs paid after they were over.
    later: Vec<(JobId, Money)>,
    /// Against which rules jobs held GPUs.
    pub against: BTreeMap<JobId, Against>,
}

/// What a job did against rules.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Against {
    /// Which, by their places in the model; behind the last stands what nothing permits.
    pub rules: BTreeSet<u16>,
    /// GPU-time that it held against any, in milli-GPU·ms.
    pub gpu_time: u128,
}

impl JobList {
    /// Forgets everything and keeps its memory.
    pub fn clear(&mut self) {
        self.records.clear();
        self.later.clear();
        self.against.clear();
    }

    /// Puts the records in order of arrival, and adds what jobs paid after they were over.
    pub fn sort(&mut self) {
        self.records.sort_unstable_by_key(|record| record.job);
        for (job, egress) in self.later.drain(..) {
            if let Ok(index) = self.records.binary_search_by_key(&job, |record| record.job) {
                self.records[index].egress_cost += egress;
            }
        }
    }
}

impl Observer for JobList {
    fn job(&mut self, record: &JobRecord) {
        self.records.push(*record);
    }

    fn charged_later(&mut self, job: JobId, egress: Money) {
        self.later.push((job, egress));
    }
}

/// The names behind the ids of one scenario.
#[derive(Clone, Debug, Default)]
pub struct Names {
    /// By tenant id.
    pub tenants: Vec<String>,
    /// By class id.
    pub classes: Vec<String>,
    /// By pool id.
    pub pools: Vec<String>,
    /// By rule, and behind the last what stands for what nothing permits.
    pub rules: Vec<String>,
}

/// Writes `jobs.csv`.
#[derive(Debug)]
pub struct JobsWriter<W: Write> {
    csv: csv::Writer<W>,
    names: Names,
}

impl<W: Write> JobsWriter<W> {
    /// Writes the header.
    pub fn new(out: W, names: Names) -> io::Result<Self> {
        let mut csv = csv::Writer::from_writer(out);
        for column in "job tenant class submit_s start_s end_s pool gpus state wait_s".split(' ') {
            csv.write_field(column)?;
        }
        for cause in Cause::ALL {
            csv.write_field(format!("wait_{}_s", cause.name()))?;
        }
        csv.write_field("preempted_s")?;
        csv.write_field("preemptions")?;
        csv.write_field("interruptions")?;
        for bucket in held() {
            csv.write_field(format!("gpu_h_{}", bucket.name()))?;
        }
        for column in
            "cost cost_egress cost_electricity violates gpu_h_violating strategy replication"
                .split(' ')
        {
            csv.write_field(column)?;
        }
        csv.write_record(None::<&[u8]>)?;
        Ok(Self { csv, names })
    }

    /// Writes the jobs of one strategy in one replication, in the order given. Seconds are exact; GPU-hours
    /// and money are rounded to six decimals. `start_s`, `end_s` and `pool` are empty for what has not happened.
    /// `name` gives a job's name in its source; where it comes again (resampled or repeated days), `#` and
    /// the job's number in order of arrival are appended.
    pub fn jobs(
        &mut self,
        strategy: &str,
        replication: u32,
        jobs: &JobList,
        name: &dyn Fn(JobId) -> String,
    ) -> io::Result<()> {
        let mut seen = BTreeSet::new();
        let obeys = Against::default();
        for record in &jobs.records {
            let against = jobs.against.get(&record.job).unwrap_or(&obeys);
            let mut name = name(record.job);
            if !seen.insert(name.clone()) {
                name = format!("{name}#{}", record.job.0);
            }
            self.job(&name, (strategy, replication), record, against)?;
        }
        Ok(())
    }

    /// Writes what is still in memory.
    pub fn finish(mut self) -> io::Result<()> {
        self.csv.flush()
    }

    fn job(
        &mut self,
        job: &str,
        (strategy, replication): (&str, u32),
        record: &JobRecord,
        against: &Against,
    ) -> io::Result<()> {
        let ended = (!record.state.is_unfinished()).then_some(record.end);
        let instant =
            |at: Option<crate::units::SimTime>| at.map_or(String::new(), |t| seconds(t.0));
        let csv = &mut self.csv;
        csv.write_field(csv_text(job).as_ref())?;
        csv.write_field(name(&self.names.tenants, record.tenant.index()))?;
        csv.write_field(name(&self.names.classes, record.class.index()))?;
        csv.write_field(seconds(record.submit.0))?;
        csv.write_field(instant(record.start))?;
        csv.write_field(instant(ended))?;
        csv.write_field(
            record
                .pool
                .map_or(String::new(), |pool| name(&self.names.pools, pool.index())),
        )?;
        csv.write_field(gpus(record.gpus.0))?;
        csv.write_field(record.state.name())?;
        csv.write_field(seconds(record.waits.total()))?;
        for cause in Cause::ALL {
            csv.write_field(seconds(record.waits[cause]))?;
        }
        csv.write_field(seconds(record.preempted.0))?;
        csv.write_field(record.preemptions.to_string())?;
        csv.write_field(record.interruptions.to_string())?;
        for bucket in held() {
            csv.write_field(decimal(record.gpu_time[bucket] as i128, GPU_HOUR, 6))?;
        }
        csv.write_field(money(record.compute_cost))?;
        csv.write_field(money(record.egress_cost))?;
        csv.write_field(money(record.drawn.cost))?;
        let rules = against.rules.iter().map(|&rule| usize::from(rule));
        let rules: Vec<String> = rules.map(|rule| name(&self.names.rules, rule)).collect();
        csv.write_field(csv_text(&rules.join("; ")).as_ref())?;
        csv.write_field(decimal(against.gpu_time as i128, GPU_HOUR, 6))?;
        csv.write_field(csv_text(strategy).as_ref())?;
        csv.write_field(replication.to_string())?;
        csv.write_record(None::<&[u8]>)?;
        Ok(())
    }
}

/// The buckets that a job can hold: idle capacity belongs to nobody.
fn held() -> impl Iterator<Item = Bucket> {
    Bucket::ALL.into_iter().filter(|bucket| {
        !matches!(
            bucket,
            Bucket::IdlePaid | Bucket::Down | Bucket::Draining | Bucket::Maintenance
        )
    })
}

fn name(names: &[String], index: usize) -> String {
    names
        .get(index)
        .map_or_else(|| index.to_string(), |name| csv_text(name).into_owned())
}

/// Whole GPUs without a point, shares with three decimals.
fn gpus(milli: u64) -> String {
    if milli.is_multiple_of(1000) {
        (milli / 1000).to_string()
    } else {
        decimal(i128::from(milli), 1000, 3)
    }
}

fn money(amount: Money) -> String {
    decimal(amount.0, Money::TICKS_PER_UNIT as u128, 6)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::journal::{Drawn, GpuTime, JobState, Waits};
    use crate::units::{ClassId, MilliGpus, PoolId, SimTime, Span, TenantId};

    fn record() -> JobRecord {
        let mut waits = Waits::default();
        waits[Cause::Capacity] = 1_500;
        waits[Cause::Order] = 500;
        let mut gpu_time = GpuTime::default();
        // 8 GPUs for 30 min = 4 GPU-h.
        gpu_time[Bucket::Useful] = 8_000 * 1_800_000;
        JobRecord {
            job: JobId(7),
            tenant: TenantId(0),
            class: ClassId(1),
            gpus: MilliGpus::whole(8),
            submit: SimTime(1_001),
            start: Some(SimTime(3_001)),
            end: SimTime(1_803_001),
            state: JobState::Finished,
            pool: Some(PoolId(0)),
            waits,
            preempted: Span::ZERO,
            preemptions: 0,
            interruptions: 0,
            recoveries: 0,
            recovery: crate::units::Span::ZERO,
            shrinks: 0,
            gpu_time,
            compute_cost: Money(10 * Money::TICKS_PER_UNIT),
            egress_cost: Money::ZERO,
            drawn: Drawn::ZERO,
        }
    }

    fn text(records: &[JobRecord]) -> String {
        let names = Names {
            tenants: vec!["@vision".into()],
            classes: vec!["tuning".into(), "training".into()],
            pools: vec!["dc".into()],
            rules: vec!["=at home".into(), "unpermitted".into()],
        };
        let jobs = JobList {
            records: records.to_vec(),
            against: BTreeMap::from([(
                JobId(8),
                Against {
                    rules: BTreeSet::from([0, 1]),
                    // 8 GPUs for 15 min = 2 GPU-h.
                    gpu_time: 8_000 * 900_000,
                },
            )]),
            ..JobList::default()
        };
        let mut out = Vec::new();
        let mut writer = JobsWriter::new(&mut out, names).unwrap();
        writer
            .jobs("burst", 2, &jobs, &|job| format!("j-{}", job.0))
            .unwrap();
        writer.finish().unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn a_job_reads_back_exactly() {
        let text = text(&[record()]);
        let lines: Vec<&str> = text.lines().collect();
        assert!(lines[0].starts_with(
            "job,tenant,class,submit_s,start_s,end_s,pool,gpus,state,wait_s,wait_key_s"
        ));
        assert_eq!(
            lines[1],
            "j-7,'@vision,training,1.001,3.001,1803.001,dc,8,finished,2.000,0.000,0.000,0.000,0.000,0.000,0.000,0.000,0.000,0.000,0.000,1.500,0.500,0.000,0.000,0,0,\
             4.000000,0.000000,0.000000,0.000000,0.000000,0.000000,0.000000,0.000000,10.000000,0.000000,0.000000,,0.000000,burst,2"
        );
        assert_eq!(lines[0].split(',').count(), lines[1].split(',').count());
    }

    #[test]
    fn what_a_job_did_against_rules_is_in_its_row() {
        let text = text(&[JobRecord {
            job: JobId(8),
            ..record()
        }]);
        let row = text.lines().nth(1).unwrap();
        assert!(
            row.ends_with(",'=at home; unpermitted,2.000000,burst,2"),
            "{row}"
        );
    }

    #[test]
    fn what_a_job_pays_after_its_end_is_in_its_row() {
        let mut jobs = JobList::default();
        let other = JobRecord {
            job: JobId(9),
            ..record()
        };
        jobs.job(&other);
        jobs.job(&record());
        jobs.charged_later(JobId(9), Money(5));
        jobs.charged_later(JobId(9), Money(2));
        jobs.sort();
        let egress = jobs
            .records
            .iter()
            .map(|job| (job.job.0, job.egress_cost.0));
        assert!(egress.eq([(7, 0), (9, 7)]));
    }

    #[test]
    fn a_job_that_comes_again_gets_a_number() {
        let again = JobRecord {
            job: JobId(9),
            ..record()
        };
        let names = Names::default();
        let mut out = Vec::new();
        let mut writer = JobsWriter::new(&mut out, names).unwrap();
        let records = JobList {
            records: vec![record(), again],
            ..JobList::default()
        };
        let name = |_| "monday".to_owned();
        writer.jobs("burst", 0, &records, &name).unwrap();
        writer.finish().unwrap();
        let text = String::from_utf8(out).unwrap();
        assert!(
            text.contains("\nmonday,0,1,") && text.contains("\nmonday#9,0,1,"),
            "{text}"
        );
    }

    #[test]
    fn what_has_not_happened_is_empty() {
        let waiting = JobRecord {
            start: None,
            pool: None,
            state: JobState::Waiting,
            gpus: MilliGpus(250),
            ..record()
        };
        let text = text(&[waiting]);
        assert!(text.contains("j-7,'@vision,training,1.001,,,,0.250,waiting,2.000"));
    }
}
