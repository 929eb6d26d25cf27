//! What must hold of every run, whatever the strategy: computed again from facts, records and postings.

use std::collections::BTreeMap;

use plimsoll::journal::{Bucket, Cause, Fact, GpuTime, JobState};
use plimsoll::model::{Discipline, Model, Overrun, Supply, Timeline};
use plimsoll::units::{JobId, Money, PoolId};

use super::Everything;
use super::life::{Life, ends_as, held, lives, occupied, work_done};

/// One run and what it was made from.
pub struct Run<'a> {
    pub model: &'a Model,
    pub timeline: &'a Timeline,
    pub strategy: usize,
    pub heard: &'a Everything,
}

impl Run<'_> {
    /// All that can be said of any run.
    pub fn check(&self) {
        let lives = lives(self.model, self.timeline, self.heard);
        self.everyone_has_one_record(&lives);
        for (job, life) in lives.iter().enumerate() {
            if self.arrived(job) {
                self.one_life(JobId::from(job), life);
            }
        }
        self.little(&lives);
        self.gpus_exist(&lives);
        self.books(&lives);
        self.postings();
        self.rents();
    }

    fn arrived(&self, job: usize) -> bool {
        self.timeline.requests[job].submit <= self.heard.run.horizon
    }

    fn everyone_has_one_record(&self, lives: &[Life]) {
        let came: Vec<JobId> = (0..lives.len())
            .filter(|&job| self.arrived(job))
            .map(JobId::from)
            .collect();
        let recorded: Vec<JobId> = self.heard.jobs.iter().map(|record| record.job).collect();
        assert_eq!(came, recorded, "each job that came has exactly one record");
        let by_state: usize = JobState::ALL
            .iter()
            .map(|&state| self.heard.jobs.iter().filter(|r| r.state == state).count())
            .sum();
        assert_eq!(by_state, came.len());
    }

    fn one_life(&self, job: JobId, life: &Life) {
        let record = &self.heard.jobs[job.index()];
        let expected = life.state.unwrap_or(if life.holds_gpus() {
            JobState::Running
        } else {
            JobState::Waiting
        });
        assert_eq!(record.state, expected, "{job:?}");
        assert_eq!(record.start.map(|at| at.0), life.first_start(), "{job:?}");
        assert_eq!(record.end.0, life.end, "{job:?}");
        let wait = life.first_start().unwrap_or(life.end) - life.submit;
        assert_eq!(record.waits.total(), wait, "{job:?} waits by cause");
        let boot = life.attempts.first().map_or(0, |first| {
            first.started.unwrap_or(life.end).max(first.placed) - first.placed
        });
        assert_eq!(record.waits[Cause::Provisioning], boot, "{job:?} boots");
        assert_eq!(record.preempted.0, life.waiting_again(), "{job:?} again");
        let stops = life.attempts.iter().filter(|a| a.stopped.is_some()).count();
        assert_eq!(record.preemptions as usize, stops, "{job:?}");
        let last = life.attempts.last().map(|attempt| attempt.pool);
        assert_eq!(record.pool, last, "{job:?}");
        self.no_time_is_lost(job, life);
        self.work_is_whole(job, life);
        let mine = held(self.model, self.timeline, job, life);
        let mut all = GpuTime::default();
        let mut cost = Money::ZERO;
        for part in mine {
            all.add(&part.gpu_time);
            cost += part.cost;
        }
        assert_eq!(record.gpu_time, all, "{job:?} GPU-time by bucket");
        assert_eq!(record.compute_cost, cost, "{job:?} cost");
    }

    /// end − submit = waiting + waiting again + on GPUs.
    fn no_time_is_lost(&self, job: JobId, life: &Life) {
        let record = &self.heard.jobs[job.index()];
        let running: u64 = life
            .attempts
            .iter()
            .filter_map(|a| a.started.map(|started| a.freed - started))
            .sum();
        assert_eq!(
            life.end - life.submit,
            record.waits.total() + record.preempted.0 + running,
            "{job:?} from submission to end"
        );
    }

    fn work_is_whole(&self, job: JobId, life: &Life) {
        let Some(state) = life.state.filter(|&state| state != JobState::Rejected) else {
            return;
        };
        let truth = self.timeline.truth[job.index()];
        let (done, last) = work_done(self.model, self.timeline, job, life);
        let class = self
            .model
            .class_of(self.timeline.requests[job.index()].shape);
        let pool = life.attempts.last().unwrap().pool;
        let speed = u64::from(self.model.pool(pool).speed[class.index()]);
        let goal = if done >= truth.work.0 {
            assert_eq!(state, ends_as(truth.outcome), "{job:?}");
            truth.work.0
        } else {
            assert_eq!(self.model.overrun, Overrun::Kill, "{job:?} stops early");
            assert_eq!(state, JobState::TimedOut, "{job:?}");
            self.timeline.requests[job.index()].requested.0
        };
        assert!(done >= goal, "{job:?} did {done} of {goal}");
        // One millisecond less would not have been enough.
        let before = goal - (done - last);
        let ran = (before * 1000).div_ceil(speed);
        let started = life.attempts.last().unwrap().started.unwrap();
        let restart = if life.attempts.len() > 1 {
            match self.model.classes[class.index()].preemption {
                plimsoll::model::Preemption::Checkpoint { restart, .. }
                | plimsoll::model::Preemption::Kill { restart } => restart.0,
            }
        } else {
            0
        };
        assert_eq!(life.end, started + restart + ran, "{job:?} ends in time");
    }

    /// The area under the number of waiting jobs is the sum of the times in the line.
    fn little(&self, lives: &[Life]) {
        let line: u128 = lives
            .iter()
            .enumerate()
            .filter(|&(job, _)| self.arrived(job))
            .flat_map(|(_, life)| life.in_line())
            .map(|(from, to)| u128::from(to - from))
            .sum();
        assert_eq!(self.heard.run.waiting_area, line, "Little's law");
    }

    /// Nobody uses a GPU that is not there.
    fn gpus_exist(&self, lives: &[Life]) {
        for (index, pool) in self.model.pools.iter().enumerate() {
            let mut changes: BTreeMap<u64, i64> = BTreeMap::new();
            for (job, life) in lives.iter().enumerate() {
                let gpus = occupied(self.model, self.timeline, job) as i64;
                for attempt in &life.attempts {
                    if attempt.pool.index() == index && attempt.placed < attempt.freed {
                        *changes.entry(attempt.placed).or_default() += gpus;
                        *changes.entry(attempt.freed).or_default() -= gpus;
                    }
                }
            }
            let mut held = self.held_gpus(PoolId::from(index));
            let (mut busy, mut most) = (0, 0);
            for (at, by) in changes {
                busy += by;
                most = most.max(busy);
                let there = held.remove(&at).unwrap_or_else(|| last_before(&held, at));
                held.insert(at, there);
                assert!(
                    busy as u64 <= there,
                    "{busy} of {there} GPUs of {} are busy at {at}",
                    pool.name
                );
            }
            assert!(most as u64 <= self.heard.pools[index].peak_gpus);
        }
    }

    /// GPUs that a pool has, from each instant on.
    fn held_gpus(&self, pool: PoolId) -> BTreeMap<u64, u64> {
        let terms = self.model.pool(pool);
        let mut held = BTreeMap::new();
        let Supply::Rented(offer) = &terms.supply else {
            held.insert(0, terms.gpus());
            return held;
        };
        held.insert(0, 0);
        let mut now = 0u64;
        for &(at, fact) in &self.heard.facts {
            match fact {
                Fact::Rented(of, count) if of == pool => {
                    now += u64::from(count) * u64::from(terms.gpus_per_node);
                    let quota = offer.quota.unwrap_or(u64::MAX);
                    assert!(now <= quota, "{now} GPUs of a quota of {quota}");
                }
                Fact::Released(of, count) if of == pool => {
                    now -= u64::from(count) * u64::from(terms.gpus_per_node);
                }
                _ => continue,
            }
            held.insert(at.0, now);
        }
        held
    }

    /// Each pool: what jobs held + idle = what is charged.
    fn books(&self, lives: &[Life]) {
        let mut used = vec![(GpuTime::default(), Money::ZERO); self.model.pools.len()];
        let mut egress = vec![Money::ZERO; self.model.pools.len()];
        for (job, life) in lives.iter().enumerate() {
            let mine = held(self.model, self.timeline, JobId::from(job), life);
            for (pool, part) in mine.into_iter().enumerate() {
                used[pool].0.add(&part.gpu_time);
                used[pool].1 += part.cost;
            }
        }
        for record in &self.heard.jobs {
            if let Some(pool) = record.pool {
                egress[pool.index()] += record.egress_cost;
            }
        }
        for (index, record) in self.heard.pools.iter().enumerate() {
            let (gpu_time, cost) = used[index];
            let mut busy = record.gpu_time;
            busy[Bucket::IdlePaid] = 0;
            assert_eq!(busy, gpu_time, "pool {index} by bucket");
            assert_eq!(record.charged, cost + record.idle_cost, "pool {index}");
            assert_eq!(record.egress_cost, egress[index], "pool {index}");
            let terms = self.model.pool(record.pool);
            if !terms.is_rented() {
                let all = u128::from(terms.gpus()) * 1000 * u128::from(self.heard.run.horizon.0);
                assert_eq!(record.gpu_time.total(), all, "pool {index} is all paid");
            }
        }
    }

    /// The ledger says the same as the records, and no line of it crosses the end of a month.
    fn postings(&self) {
        let mut jobs: BTreeMap<JobId, (GpuTime, Money)> = BTreeMap::new();
        let mut pools = vec![(GpuTime::default(), Money::ZERO); self.model.pools.len()];
        for posting in &self.heard.postings {
            assert!(posting.from <= posting.to);
            let month = self.model.epoch.next_month(posting.from);
            assert!(
                posting.to <= month,
                "{posting:?} crosses the end of a month"
            );
            let pool = &mut pools[posting.pool.index()];
            pool.1 += posting.amount;
            if let Some(bucket) = posting.bucket {
                pool.0[bucket] += posting.gpu_time;
            }
            let Some(job) = posting.job else {
                assert_eq!(posting.bucket, Some(Bucket::IdlePaid));
                continue;
            };
            let mine = jobs.entry(job).or_default();
            mine.1 += posting.amount;
            if let Some(bucket) = posting.bucket {
                mine.0[bucket] += posting.gpu_time;
            }
        }
        for record in &self.heard.jobs {
            let (gpu_time, cost) = jobs.get(&record.job).copied().unwrap_or_default();
            assert_eq!(gpu_time, record.gpu_time, "{:?} posted", record.job);
            let total = record.compute_cost + record.egress_cost;
            assert_eq!(cost, total, "{:?} posted", record.job);
        }
        for (index, record) in self.heard.pools.iter().enumerate() {
            assert_eq!(pools[index].0, record.gpu_time, "pool {index} posted");
            let total = record.charged + record.egress_cost;
            assert_eq!(pools[index].1, total, "pool {index} posted");
        }
    }

    /// Rented capacity is charged at least while it is held, and given back in the end.
    fn rents(&self) {
        for (index, record) in self.heard.pools.iter().enumerate() {
            let Supply::Rented(offer) = &self.model.pools[index].supply else {
                continue;
            };
            let steps: Vec<(u64, u64)> = self.held_gpus(record.pool).into_iter().collect();
            let mut area = 0u128;
            for (step, &(at, gpus)) in steps.iter().enumerate() {
                let until = steps
                    .get(step + 1)
                    .map_or(self.heard.run.horizon.0, |next| next.0);
                area += u128::from(gpus) * 1000 * u128::from(until - at);
            }
            let charged = record.gpu_time.total();
            assert!(charged >= area, "pool {index} is charged while held");
            if offer.minimum.0 == 0 && offer.increment.0 <= 1 {
                assert_eq!(charged, area, "pool {index} is charged no longer");
            }
            let launched: u64 = self
                .heard
                .facts
                .iter()
                .filter_map(|&(_, fact)| match fact {
                    Fact::Rented(of, count) if of.index() == index => Some(u64::from(count)),
                    _ => None,
                })
                .sum();
            assert_eq!(record.launches, launched);
        }
    }

    /// With one owned pool a strict order of arrival is an order of starts.
    pub fn starts_in_order(&self) {
        let settings = &self.model.strategies[self.strategy];
        assert_eq!(settings.discipline, Discipline::Fifo);
        let starts: Vec<u64> = self
            .heard
            .jobs
            .iter()
            .filter_map(|record| record.start.map(|at| at.0))
            .collect();
        assert!(starts.is_sorted(), "{starts:?}");
    }
}

fn last_before(held: &BTreeMap<u64, u64>, at: u64) -> u64 {
    held.range(..=at).next_back().map_or(0, |(_, &gpus)| gpus)
}
