//! One rented pool's market, told again from the facts in their order: who asks, who is refused, what gets
//! notice and when it is gone.

use std::collections::BTreeSet;

use plimsoll::journal::Fact;
use plimsoll::model::{AtLimit, Happening, Incident, Preemption, Supply};
use plimsoll::units::{JobId, PoolId, SimTime};

use super::capacity::{Capacity, Changes};
use super::checks::Run;
use super::life::occupied;

/// How long a refusal is remembered.
const MEMORY: u64 = 180_000;

/// Instances that will be gone at an instant.
#[derive(Clone, Copy, Debug)]
struct Notice {
    given: u64,
    gone: u64,
    instances: u64,
}

pub struct Market<'a> {
    run: &'a Run<'a>,
    pool: PoolId,
    incidents: Vec<Incident>,
    /// Incidents that are over.
    played: usize,
    held: u64,
    draining: u64,
    /// What the market would let us hold.
    most: u64,
    quota: Option<u64>,
    refused_until: u64,
    notices: Vec<Notice>,
    /// Jobs whose instances boot.
    booting: BTreeSet<JobId>,
    counted: Capacity,
}

impl<'a> Market<'a> {
    pub fn new(run: &'a Run<'a>, pool: PoolId) -> Self {
        let Supply::Rented(offer) = &run.model.pool(pool).supply else {
            panic!("no market for what is owned");
        };
        let concerns = |what: Happening| match what {
            Happening::Capacity { pool: of, .. } | Happening::Quota { pool: of, .. } => of == pool,
            _ => false,
        };
        let incidents = run.timeline.weather.iter().copied();
        Self {
            run,
            pool,
            incidents: incidents.filter(|i| concerns(i.what)).collect(),
            played: 0,
            held: 0,
            draining: 0,
            most: u64::MAX,
            quota: offer.quota,
            refused_until: 0,
            notices: Vec::new(),
            booting: BTreeSet::new(),
            counted: Capacity::default(),
        }
    }

    /// Goes through all facts; tells what was there and what drained.
    pub fn walk(mut self, changes: &mut Changes) -> Capacity {
        let facts = &self.run.heard.facts;
        let per_instance = i64::from(self.run.model.pool(self.pool).gpus_per_node);
        for index in 0..facts.len() {
            let (at, fact) = (facts[index].0.0, facts[index].1);
            self.play_before(at);
            let before = (self.held as i64, self.draining as i64);
            let next = facts.get(index + 1).map(|next| next.1);
            let given_up = index > 0 && self.gave_up(index);
            self.hear(at, fact, next, given_up);
            let change = changes.entry(at).or_default();
            change.there += (self.held as i64 - before.0) * per_instance;
            change.draining += (self.draining as i64 - before.1) * per_instance;
        }
        let horizon = self.run.heard.run.horizon.0;
        self.play_before(horizon + 1);
        self.counted
    }

    fn hear(&mut self, at: u64, fact: Fact, next: Option<Fact>, given_up: bool) {
        match fact {
            Fact::Placed(job, pool) if pool == self.pool => {
                self.play_up_to(at);
                match next {
                    Some(Fact::Rented(of, instances)) if of == pool => {
                        self.grant(job, at, u64::from(instances));
                    }
                    Some(Fact::Refused(of, _)) if of == job => self.refuse(job, at),
                    Some(Fact::Started(of, _)) if of == job => {
                        let open = (self.held - self.draining) * self.per_instance();
                        assert!(self.gpus(job) <= open, "{job:?} starts on what goes");
                    }
                    other => panic!("{job:?} is placed, then {other:?}"),
                }
            }
            Fact::Started(job, pool) if pool == self.pool => {
                self.booting.remove(&job);
            }
            Fact::Answered(_, pool) if pool == self.pool => {
                self.refused_until = self.refused_until.max(at + MEMORY);
            }
            Fact::Noticed(pool, instances) if pool == self.pool => {
                self.notice(at, u64::from(instances));
            }
            Fact::Warned(job, pool) if pool == self.pool => {
                let notice = self.notices.last().unwrap();
                assert_eq!(notice.given, at, "{job:?} is warned");
                let shape = self.run.timeline.requests[job.index()].shape;
                let class = self.run.model.class_of(shape).index();
                match self.run.model.classes[class].preemption {
                    Preemption::Checkpoint { write, .. } => {
                        assert!(at + write.0 <= notice.gone, "{job:?} has time to write");
                    }
                    Preemption::Kill { .. } => panic!("{job:?} keeps no checkpoints"),
                }
            }
            Fact::Interrupted(job, pool) if pool == self.pool => self.interrupted(job, at),
            Fact::Reclaimed(pool, instances) if pool == self.pool => {
                self.reclaim(at, u64::from(instances), given_up);
            }
            Fact::Released(pool, instances) if pool == self.pool => {
                self.held -= u64::from(instances);
                assert!(self.draining <= self.held, "what goes is not given back");
            }
            Fact::Rented(pool, instances) if pool == self.pool => {
                self.counted.launched += u64::from(instances);
                self.held += u64::from(instances);
            }
            Fact::Refused(_, pool) if pool == self.pool => self.counted.refused += 1,
            _ => {}
        }
    }

    fn per_instance(&self) -> u64 {
        u64::from(self.run.model.pool(self.pool).gpus_per_node)
    }

    fn gpus(&self, job: JobId) -> u64 {
        occupied(self.run.model, self.run.timeline, job.index())
    }

    fn may_ask(&self, job: JobId, at: u64) -> u64 {
        assert!(
            self.refused_until <= at,
            "{job:?} asks a market that refused"
        );
        let wanted = self.gpus(job).div_ceil(self.per_instance());
        let held = (self.held + wanted) * self.per_instance();
        assert!(self.quota.is_none_or(|quota| held <= quota), "quota");
        wanted
    }

    fn grant(&mut self, job: JobId, at: u64, instances: u64) {
        assert_eq!(
            self.may_ask(job, at),
            instances,
            "{job:?} rents for its gang"
        );
        assert!(self.held + instances <= self.most, "{job:?} is granted");
        self.booting.insert(job);
    }

    fn refuse(&mut self, job: JobId, at: u64) {
        let wanted = self.may_ask(job, at);
        assert!(self.held + wanted > self.most, "{job:?} is refused");
    }

    /// An incident comes about.
    fn play(&mut self) {
        match self.incidents[self.played].what {
            Happening::Quota { gpus, .. } => self.quota = Some(gpus),
            Happening::Capacity { instances, .. } => self.most = u64::from(instances),
            _ => {}
        }
        self.played += 1;
    }

    /// Instances that are too many and have no notice yet; what drains counts as held.
    fn too_many(&self) -> u64 {
        let excess = self.held.saturating_sub(self.most);
        excess.saturating_sub(self.draining)
    }

    fn next_at(&self) -> u64 {
        let next = self.incidents.get(self.played);
        next.map_or(u64::MAX, |incident| incident.at.0)
    }

    /// What happened before an instant, with no notice given.
    fn play_before(&mut self, at: u64) {
        while self.next_at() < at {
            let what = self.incidents[self.played].what;
            self.play();
            // Without notice the market refuses new instances only.
            if let Happening::Capacity {
                notice: Some(_), ..
            } = what
            {
                assert_eq!(self.too_many(), 0, "no notice was given");
            }
        }
        let gone = |notice: &Notice| notice.gone >= at || notice.instances == 0;
        assert!(
            self.notices.iter().all(gone),
            "what is gone is gone in time"
        );
    }

    fn play_up_to(&mut self, at: u64) {
        self.play_before(at + 1);
    }

    fn notice(&mut self, at: u64, instances: u64) {
        loop {
            assert_eq!(self.next_at(), at, "notice without a cause");
            let what = self.incidents[self.played].what;
            self.play();
            let many = self.too_many();
            if let (
                Happening::Capacity {
                    notice: Some(notice),
                    ..
                },
                true,
            ) = (what, many > 0)
            {
                assert_eq!(instances, many, "as many get notice as are too many");
                self.draining += instances;
                self.notices.push(Notice {
                    given: at,
                    gone: at + notice.0,
                    instances,
                });
                return;
            }
        }
    }

    fn interrupted(&mut self, job: JobId, at: u64) {
        let shape = self.run.timeline.requests[job.index()].shape;
        let class = &self.run.model.classes[self.run.model.class_of(shape).index()];
        if self.booting.contains(&job) {
            let noticed = self.notices.last().is_some_and(|last| last.given == at);
            let windows = &self.run.model.windows;
            let class = self.run.model.class_of(shape);
            let closed = !windows.lets(windows.admitting(SimTime(at)), class, self.pool);
            let tenant = self.run.timeline.requests[job.index()].tenant;
            let closed = closed || self.run.model.envelopes.of(class, tenant).is_some();
            let mut budgets = self.run.model.budgets.all.iter();
            let stops = budgets.any(|budget| {
                budget.at_limit == AtLimit::Stop
                    && budget.pools.contains(&self.pool)
                    && budget.class.is_none_or(|of| of == class)
                    && budget.tenant.is_none_or(|of| of == tenant)
            });
            assert!(
                noticed
                    || closed
                    || stops
                    || self.run.needs_services(job)
                    || self.run.is_turned_out(job, at),
                "{job:?} boots no more"
            );
            return;
        }
        let taken = self.notices.iter().any(|notice| notice.gone == at);
        let crash = class.crash_mean.is_some();
        assert!(
            taken || crash || self.run.needs_services(job) || self.run.is_turned_out(job, at),
            "{job:?} for nothing"
        );
    }

    /// Whether the fact tells what became of a gang that was given up while it booted.
    fn gave_up(&mut self, index: usize) -> bool {
        let facts = &self.run.heard.facts;
        let ours = |fact: Fact| matches!(fact, Fact::Reclaimed(of, _) | Fact::Released(of, _) if of == self.pool);
        if !ours(facts[index].1) {
            return false;
        }
        let mut before = facts[..index].iter().rev().map(|fact| fact.1);
        match before.find(|&fact| !ours(fact)) {
            Some(Fact::Interrupted(job, pool)) => {
                pool == self.pool && self.booting.contains(&job) && {
                    let gang = self.gpus(job).div_ceil(self.per_instance());
                    let from = index
                        - facts[..index]
                            .iter()
                            .rev()
                            .take_while(|f| ours(f.1))
                            .count();
                    let so_far: u64 = facts[from..=index].iter().map(|f| instances(f.1)).sum();
                    if so_far == gang {
                        self.booting.remove(&job);
                    }
                    so_far <= gang
                }
            }
            _ => false,
        }
    }

    fn reclaim(&mut self, at: u64, instances: u64, given_up: bool) {
        self.counted.reclaimed += instances;
        self.held -= instances;
        self.draining -= instances;
        let notice = if given_up {
            self.notices.last_mut().filter(|notice| notice.given == at)
        } else {
            let mut notices = self.notices.iter_mut();
            notices.find(|notice| notice.gone == at && notice.instances > 0)
        };
        let notice = notice.expect("what is reclaimed had notice until now");
        notice.instances -= instances;
    }
}

fn instances(fact: Fact) -> u64 {
    match fact {
        Fact::Reclaimed(_, instances) | Fact::Released(_, instances) => u64::from(instances),
        _ => 0,
    }
}
