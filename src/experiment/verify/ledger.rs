//! Two independent accounts of one run: what the records say, and what the facts and postings say.

use crate::journal::{Bucket, Fact, Item, JobRecord, Observer, PoolRecord, Posting, RunRecord};
use crate::units::{JobId, Money, SimTime};

/// Sums of one run in whole numbers, each from a source of its own.
#[derive(Clone, Debug, Default)]
pub(super) struct Ledger {
    /// Jobs of which a record came.
    pub records: u64,
    /// Σ waits and times preempted, by the records, in job·ms.
    pub waits: u128,
    /// Time in which placed jobs booted, by the facts, in job·ms.
    pub boots: u128,
    /// ∫ jobs waiting dt, by the run, in job·ms.
    pub waiting_area: u128,
    /// Σ times in system, by the records, in job·ms.
    pub times: u128,
    /// Σ times in which jobs held GPUs, by their GPU-time, in job·ms.
    pub held: u128,
    /// GPU-time by bucket, by the jobs' records with the pools' idle time, in milli-GPU·ms.
    pub of_jobs: [u128; Bucket::ALL.len()],
    /// The same by the pools' records.
    pub of_pools: [u128; Bucket::ALL.len()],
    /// The same by the postings.
    pub of_postings: [u128; Bucket::ALL.len()],
    /// Cost of GPUs in ticks, by the jobs with the pools' idle cost.
    pub cost_of_jobs: i128,
    /// What the pools were charged.
    pub cost_of_pools: i128,
    /// The same by the postings.
    pub cost_of_postings: i128,
    /// Cost of moving results in ticks: by jobs, pools, postings.
    pub egress: [i128; 3],
    /// Cost of electricity in ticks: by jobs and what is at rest, pools, postings.
    pub electricity: [i128; 3],
    /// The running hash of all events.
    pub digest: u64,
    /// Events.
    pub events: u64,
    /// When each job was placed, while it boots.
    placed: Vec<Option<SimTime>>,
}

impl Ledger {
    /// An empty one for so many jobs.
    pub(super) fn new(jobs: usize) -> Self {
        Self {
            placed: vec![None; jobs],
            ..Self::default()
        }
    }

    fn ends_booting(&mut self, job: usize, at: SimTime) {
        if let Some(placed) = self.placed[job].take() {
            self.boots += u128::from(at.since(placed).0);
        }
    }
}

impl Observer for Ledger {
    const POSTINGS: bool = true;

    fn fact(&mut self, at: SimTime, fact: Fact) {
        match fact {
            Fact::Placed(job, _) => self.placed[job.index()] = Some(at),
            Fact::Started(job, _) => self.ends_booting(job.index(), at),
            _ => {}
        }
    }

    fn job(&mut self, record: &JobRecord) {
        self.ends_booting(record.job.index(), record.end);
        self.records += 1;
        self.waits += u128::from(record.waits.total()) + u128::from(record.preempted.0);
        self.times += u128::from(record.end.since(record.submit).0);
        self.held += record.gpu_time.total() / u128::from(1000 * record.gpus.occupied());
        for (sum, bucket) in self.of_jobs.iter_mut().zip(Bucket::ALL) {
            *sum += record.gpu_time[bucket];
        }
        self.cost_of_jobs += record.compute_cost.0;
        self.egress[0] += record.egress_cost.0;
        self.electricity[0] += record.drawn.cost.0;
    }

    fn charged_later(&mut self, _job: JobId, egress: Money) {
        self.egress[0] += egress.0;
    }

    fn pool(&mut self, record: &PoolRecord) {
        for (sum, bucket) in self.of_pools.iter_mut().zip(Bucket::ALL) {
            *sum += record.gpu_time[bucket];
        }
        self.of_jobs[Bucket::IdlePaid as usize] += record.gpu_time[Bucket::IdlePaid];
        self.cost_of_jobs += record.idle_cost.0;
        self.cost_of_pools += record.charged.0;
        self.egress[1] += record.egress_cost.0;
        self.electricity[0] += record.drawn_idle.cost.0;
        self.electricity[1] += record.drawn.cost.0;
    }

    fn posting(&mut self, posting: &Posting) {
        match posting.item {
            Item::Capacity(bucket) => {
                self.of_postings[bucket as usize] += posting.gpu_time;
                self.cost_of_postings += posting.amount.0;
            }
            Item::Egress => self.egress[2] += posting.amount.0,
            Item::Electricity => self.electricity[2] += posting.amount.0,
            _ => {}
        }
    }

    fn run(&mut self, record: &RunRecord) {
        self.egress[0] += record.copy_cost.0;
        self.egress[1] += record.copy_cost.0;
        self.waiting_area = record.waiting_area;
        self.digest = record.digest;
        self.events = record.events;
    }
}
