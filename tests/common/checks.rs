//! What must hold of every run, whatever the strategy: computed again from facts, records and postings.

use std::collections::BTreeMap;

use plimsoll::journal::{Bucket, Cause, Consequence, Fact, GpuTime, Item, JobRecord, JobState};
use plimsoll::model::{Discipline, Model, Overrun, Supply, Timeline};
use plimsoll::units::{JobId, Money};
use proptest::prelude::TestCaseError;

use super::bounds::bounded;
use super::budgets::budgets;
use super::capacity::{Capacity, capacities};
use super::cases::quietly;
use super::life::{Life, ends_as, held, lives};
use super::power::draws;
use super::work::{crashes_in_time, with_errands, work_done};
use super::{Everything, play};

/// One run and what it was made from.
pub struct Run<'a> {
    pub model: &'a Model,
    pub timeline: &'a Timeline,
    pub strategy: usize,
    pub heard: &'a Everything,
}

/// Plays a world under every strategy of the model, checks all that can be said of any run, and `more` of each.
pub fn every_strategy(
    model: &Model,
    timeline: &Timeline,
    mut more: impl FnMut(&Run<'_>),
) -> Result<(), TestCaseError> {
    for (strategy, settings) in model.strategies.iter().enumerate() {
        quietly(|| {
            let heard = play(model, timeline, strategy);
            let asked = with_errands(timeline, &heard);
            let run = Run {
                model,
                timeline: asked.as_ref().unwrap_or(timeline),
                strategy,
                heard: &heard,
            };
            run.check();
            more(&run);
        })
        .map_err(|why| TestCaseError::fail(format!("{why} under {}", settings.name)))?;
    }
    Ok(())
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
        let capacities = capacities(self, &lives);
        self.books(&lives, &capacities);
        draws(self, &lives, &capacities);
        self.postings();
        self.rents(&capacities);
        budgets(self);
        bounded(self);
    }

    /// Whether a rule turned against a job at an instant, and stops it.
    pub fn is_turned_out(&self, job: JobId, at: u64) -> bool {
        self.heard.facts.iter().any(|&(when, fact)| {
            let stops = matches!(
                fact,
                Fact::Rejudged(of, _, _, consequence) if of == job && Consequence::Finish < consequence
            );
            when.0 == at && stops
        })
    }

    /// Whether a job may stop because it lost a service.
    pub fn needs_services(&self, job: JobId) -> bool {
        let shape = self.timeline.requests[job.index()].shape;
        let class = self.model.class_of(shape);
        let mut pools = self.model.classes[class.index()].pools.iter();
        pools.any(|&pool| !self.model.needs(class, pool).is_empty())
    }

    /// Whether a job failed because it had started on a corrupted version.
    fn is_spoiled(&self, job: JobId) -> bool {
        let mut facts = self.heard.facts.iter();
        facts.any(|&(_, fact)| fact == Fact::Spoiled(job))
    }

    /// What remained of a job.
    fn record(&self, job: JobId) -> &JobRecord {
        let found = self
            .heard
            .jobs
            .binary_search_by_key(&job, |record| record.job);
        &self.heard.jobs[found.unwrap()]
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
        let record = self.record(job);
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
        let waits = record.waits[Cause::Provisioning];
        assert_eq!(waits, life.provisioning(), "{job:?} with providers");
        assert_eq!(record.preempted.0, life.waiting_again(), "{job:?} again");
        assert_eq!(record.preemptions as usize, life.preemptions, "{job:?}");
        assert_eq!(record.interruptions as usize, life.interruptions, "{job:?}");
        let recovered = life.recoveries(self.model, self.timeline, job);
        assert_eq!((record.recoveries, record.recovery.0), recovered, "{job:?}");
        let turned_out = |at| self.is_turned_out(job, at);
        crashes_in_time(self.model, self.timeline, (job, life), turned_out);
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
        let record = self.record(job);
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
        let Some(state) = life.state.filter(|&state| {
            !matches!(
                state,
                JobState::Rejected | JobState::Shed | JobState::Overspent
            )
        }) else {
            return;
        };
        if self.is_spoiled(job) {
            assert_eq!(state, JobState::Failed, "{job:?}");
            return;
        }
        let truth = self.timeline.truth[job.index()];
        let work = work_done(self.model, self.timeline, job, life);
        let done = work.before + work.last;
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
        assert_eq!(life.end, work.ends(goal), "{job:?} ends in time");
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

    /// Each pool: what jobs held + idle = what is charged.
    fn books(&self, lives: &[Life], capacities: &[Capacity]) {
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
            let capacity = &capacities[index];
            assert_eq!(busy[Bucket::Down], capacity.down, "pool {index} is down");
            let (least, most) = capacity.draining;
            let draining = busy[Bucket::Draining];
            assert!(least <= draining && draining <= most, "pool {index} drains");
            let maintenance = busy[Bucket::Maintenance];
            assert_eq!(
                maintenance, capacity.maintenance,
                "pool {index} is worked on"
            );
            busy[Bucket::Down] = 0;
            busy[Bucket::Draining] = 0;
            busy[Bucket::Maintenance] = 0;
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
        let mut others: BTreeMap<Item, Money> = BTreeMap::new();
        for posting in &self.heard.postings {
            assert!(posting.from <= posting.to);
            let month = self.model.epoch.next_month(posting.from);
            assert!(
                posting.to <= month,
                "{posting:?} crosses the end of a month"
            );
            let Some(pool) = posting.pool() else {
                *others.entry(posting.item).or_default() += posting.amount;
                continue;
            };
            let pool = &mut pools[pool.index()];
            pool.1 += posting.amount;
            if let Some(bucket) = posting.bucket() {
                pool.0[bucket] += posting.gpu_time;
            }
            let Some(job) = posting.job else {
                let idle = [
                    Bucket::IdlePaid,
                    Bucket::Down,
                    Bucket::Draining,
                    Bucket::Maintenance,
                ];
                let bucket = posting.bucket();
                let electricity = posting.item == Item::Electricity;
                assert!(electricity || idle.contains(&bucket.unwrap()));
                continue;
            };
            let mine = jobs.entry(job).or_default();
            mine.1 += posting.amount;
            if let Some(bucket) = posting.bucket() {
                mine.0[bucket] += posting.gpu_time;
            }
        }
        for record in &self.heard.jobs {
            let (gpu_time, cost) = jobs.get(&record.job).copied().unwrap_or_default();
            assert_eq!(gpu_time, record.gpu_time, "{:?} posted", record.job);
            let total = record.compute_cost + record.egress_cost + record.drawn.cost;
            assert_eq!(cost, total, "{:?} posted", record.job);
        }
        for (index, record) in self.heard.pools.iter().enumerate() {
            assert_eq!(pools[index].0, record.gpu_time, "pool {index} posted");
            let total = record.charged + record.egress_cost + record.drawn.cost;
            assert_eq!(pools[index].1, total, "pool {index} posted");
        }
        assert_eq!(self.heard.run.copy_cost, Money::ZERO);
        let settled = |item: Item| others.get(&item).copied().unwrap_or_default();
        assert_eq!(settled(Item::Transform), self.heard.run.transform_cost);
        assert_eq!(settled(Item::Validation), self.heard.run.validations.cost);
        assert_eq!(settled(Item::Discount), -self.heard.run.discounts);
        assert_eq!(settled(Item::Shortfall), self.heard.run.shortfall);
        let rents = others.get(&Item::LinkRent).copied().unwrap_or_default();
        assert_eq!(rents, self.heard.run.link_cost, "links posted");
        let people = others.get(&Item::Reaction).copied().unwrap_or_default();
        assert_eq!(people, self.heard.run.people_cost, "people posted");
        assert_eq!(
            settled(Item::Storage),
            self.heard.run.storage_cost,
            "storages posted"
        );
    }

    /// Rented capacity is charged at least while it is held, and given back in the end.
    fn rents(&self, capacities: &[Capacity]) {
        for (index, record) in self.heard.pools.iter().enumerate() {
            let Supply::Rented(offer) = &self.model.pools[index].supply else {
                continue;
            };
            let capacity = &capacities[index];
            let charged = record.gpu_time.total();
            assert!(
                charged >= capacity.held,
                "pool {index} is charged while held"
            );
            if offer.minimum.0 == 0 && offer.increment.0 <= 1 && offer.teardown.0 == 0 {
                assert_eq!(charged, capacity.held, "pool {index} is charged no longer");
            }
            let counted = (record.launches, record.reclaims, record.refusals);
            let heard = (capacity.launched, capacity.reclaimed, capacity.refused);
            assert_eq!(counted, heard, "pool {index} launches, reclaims, refusals");
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

/// Jobs, pools and the ledger say the same of every bucket, and to the tick of all money.
pub fn balances(heard: &Everything) {
    for bucket in Bucket::ALL {
        let of_pools: u128 = heard.pools.iter().map(|p| p.gpu_time[bucket]).sum();
        let posted = heard.postings.iter();
        let posted = posted.filter(|posting| posting.bucket() == Some(bucket));
        let posted: u128 = posted.map(|posting| posting.gpu_time).sum();
        assert_eq!(of_pools, posted, "{bucket:?} posted");
        let idle = [Bucket::IdlePaid, Bucket::Down, Bucket::Draining];
        if !idle.contains(&bucket) {
            let of_jobs: u128 = heard.jobs.iter().map(|job| job.gpu_time[bucket]).sum();
            assert_eq!(of_pools, of_jobs, "{bucket:?} of jobs");
        }
    }
    for pool in &heard.pools {
        let mine = heard.postings.iter();
        let mine = mine.filter(|posting| posting.pool() == Some(pool.pool));
        let posted: Money = mine.map(|posting| posting.amount).sum();
        let drawn = pool.drawn.cost;
        assert_eq!(posted, pool.charged + pool.egress_cost + drawn);
    }
    let mut posted: BTreeMap<JobId, Money> = BTreeMap::new();
    for posting in &heard.postings {
        if let Some(job) = posting.job {
            *posted.entry(job).or_default() += posting.amount;
        }
    }
    for job in &heard.jobs {
        let mine = posted.get(&job.job).copied().unwrap_or_default();
        let booked = job.compute_cost + job.egress_cost + job.drawn.cost;
        assert_eq!(mine, booked, "{:?}", job.job);
    }
}
