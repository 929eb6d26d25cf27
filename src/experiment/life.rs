//! One job's life: all that was said of it in a run.

use crate::journal::{
    Bar, Cause, Choice, Circumstance, Fact, JobRecord, Justification, Observer, Posting,
};
use crate::units::{JobId, Money, PoolId, SimTime};

use super::in_force::InForce;

/// Something that happened to a job, with what happened to its pool at that instant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Happened {
    /// When.
    pub at: SimTime,
    /// What.
    pub fact: Fact,
    /// What had befallen the pool at the same instant, if anything.
    pub with: Option<Fact>,
}

/// Keeps what concerns one job.
#[derive(Clone, Debug)]
pub struct Life {
    /// Which job.
    pub job: JobId,
    /// What happened to it, in order.
    pub happened: Vec<Happened>,
    /// What decisions found for it: one for each placement, and one for each new cause of waiting.
    pub why: Vec<Justification>,
    /// What was charged for it.
    pub postings: Vec<Posting>,
    /// What remains of it.
    pub record: Option<JobRecord>,
    /// What it was charged after its end, which its record does not hold.
    pub later: Money,
    /// When failovers were in force, whomever they are for.
    pub in_force: InForce,
    /// Which failover turned it away.
    pub turned_away: Option<u16>,
    /// What befell pools last.
    around: Vec<(SimTime, PoolId, Fact)>,
}

impl Life {
    /// Listens for one job.
    pub const fn of(job: JobId) -> Self {
        Self {
            job,
            happened: Vec::new(),
            why: Vec::new(),
            postings: Vec::new(),
            record: None,
            later: Money::ZERO,
            in_force: InForce {
                stretches: Vec::new(),
            },
            turned_away: None,
            around: Vec::new(),
        }
    }

    /// All that it cost, from its record.
    pub fn cost(&self) -> Money {
        let of = |record: &JobRecord| record.compute_cost + record.egress_cost + record.drawn.cost;
        self.record.as_ref().map_or(Money::ZERO, of) + self.later
    }

    /// When it began to wait for what, as far as decisions told: instants rise.
    pub fn causes(&self) -> impl Iterator<Item = (SimTime, Cause)> + '_ {
        self.why.iter().filter_map(|why| match why.choice {
            Choice::Nothing(cause) => Some((why.at, cause)),
            _ => None,
        })
    }

    /// Rules that refused it a pool, each with the pools, while it waited or when it was placed.
    pub fn refusing(&self) -> Vec<(usize, Vec<PoolId>)> {
        let mut all: Vec<(usize, Vec<PoolId>)> = Vec::new();
        let barred = self.why.iter().flat_map(|why| &why.considered);
        for found in barred.filter(|found| found.bar == Some(Bar::Rule)) {
            for rule in crate::model::set_bits(found.refusing) {
                match all.iter_mut().find(|(of, _)| *of == rule) {
                    Some((_, pools)) if pools.contains(&found.pool) => {}
                    Some((_, pools)) => pools.push(found.pool),
                    None => all.push((rule, vec![found.pool])),
                }
            }
        }
        all
    }
}

/// Whom a fact is about, if it is a job, and which pool it speaks of.
const fn whom(fact: &Fact) -> (Option<JobId>, Option<PoolId>) {
    match *fact {
        Fact::Submitted(job)
        | Fact::Ended(job, _)
        | Fact::SentHome(job)
        | Fact::CheckpointHome(job)
        | Fact::Revoked(job)
        | Fact::Expired(job)
        | Fact::Denied(job)
        | Fact::Spoiled(job) => (Some(job), None),
        Fact::Placed(job, pool)
        | Fact::Started(job, pool)
        | Fact::Preempted(job, pool)
        | Fact::Warned(job, pool)
        | Fact::Interrupted(job, pool)
        | Fact::Grew(job, pool)
        | Fact::Refused(job, pool)
        | Fact::Answered(job, pool)
        | Fact::FellBack(job, pool)
        | Fact::Fetched(job, pool)
        | Fact::Flagged(job, pool)
        | Fact::Violated(job, pool, _)
        | Fact::Evicted(job, pool)
        | Fact::ResultPassed(job, pool)
        | Fact::ResultRejected(job, pool)
        | Fact::ResultFlawed(job, pool)
        | Fact::TornDown(job, pool, _)
        | Fact::Rejudged(job, pool, ..)
        | Fact::Moved(job, pool) => (Some(job), Some(pool)),
        Fact::NodesDown(pool, _)
        | Fact::GpusDown(pool, _)
        | Fact::MaintenanceDue(pool, _)
        | Fact::Retired(pool, _)
        | Fact::Noticed(pool, _)
        | Fact::Reclaimed(pool, _)
        | Fact::InstancesFailed(pool, _) => (None, Some(pool)),
        _ => (None, None),
    }
}

/// Whether a job that something befalls loses its place, at once or soon.
const fn loses_place(fact: &Fact) -> bool {
    matches!(fact, Fact::Interrupted(..) | Fact::Warned(..))
}

impl Observer for Life {
    const POSTINGS: bool = true;
    const JUSTIFIES: bool = true;

    fn circumstance(&mut self, _: SimTime, told: &Circumstance) {
        if let Circumstance::TurnedAway { job, failover } = *told
            && job == self.job
        {
            self.turned_away = Some(failover);
        }
    }

    fn fact(&mut self, at: SimTime, fact: Fact) {
        self.in_force.hear(at, fact);
        match whom(&fact) {
            (Some(job), pool) if job == self.job => {
                let mut around = self.around.iter();
                let with = around.find(|of| of.0 == at && Some(of.1) == pool);
                self.happened.push(Happened {
                    at,
                    fact,
                    with: with.map(|of| of.2),
                });
            }
            (None, Some(pool)) => {
                // Whom it costs its place may have been told first.
                let last = self.happened.last_mut();
                let last = last.filter(|last| last.at == at && whom(&last.fact).1 == Some(pool));
                if let Some(last) = last.filter(|last| loses_place(&last.fact)) {
                    last.with = last.with.or(Some(fact));
                }
                self.around.retain(|of| of.0 == at && of.1 != pool);
                self.around.push((at, pool, fact));
            }
            _ => {}
        }
    }

    fn justified(&mut self, why: &Justification) {
        if why.job == self.job {
            self.why.push(why.clone());
        }
    }

    fn posting(&mut self, posting: &Posting) {
        if posting.job == Some(self.job) {
            self.postings.push(*posting);
        }
    }

    fn job(&mut self, record: &JobRecord) {
        if record.job == self.job {
            self.record = Some(*record);
        }
    }

    fn charged_later(&mut self, job: JobId, egress: Money) {
        if job == self.job {
            self.later += egress;
        }
    }
}
