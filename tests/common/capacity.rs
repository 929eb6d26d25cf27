//! What each pool had at each instant, told again from the weather and from what was heard of its market:
//! nobody uses what is not there.

use std::collections::BTreeMap;

use plimsoll::journal::Fact;
use plimsoll::model::Happening;
use plimsoll::units::PoolId;

use super::checks::Run;
use super::life::{Life, occupied};
use super::market::Market;

/// What is known of one pool's capacity, in milli-GPU·ms and in instances.
#[derive(Clone, Debug, Default)]
pub struct Capacity {
    pub down: u128,
    pub maintenance: u128,
    /// The least and the most that can have been draining: which jobs lie on which instance is not heard.
    pub draining: (u128, u128),
    pub held: u128,
    pub launched: u64,
    pub reclaimed: u64,
    pub refused: u64,
    /// GPUs that are there and serve no job: from, to, how many.
    pub idle: Vec<(u64, u64, u64)>,
}

/// What changes at an instant: GPUs that are there, that drain, that jobs hold.
#[derive(Clone, Copy, Debug, Default)]
pub struct Change {
    pub there: i64,
    pub draining: i64,
    pub serviced: i64,
    pub busy: i64,
}

pub type Changes = BTreeMap<u64, Change>;

/// The capacity of all pools.
pub fn capacities(run: &Run<'_>, lives: &[Life]) -> Vec<Capacity> {
    (0..run.model.pools.len())
        .map(|pool| {
            let id = PoolId::from(pool);
            let mut changes = Changes::new();
            busy(run, lives, id, &mut changes);
            if run.model.pool(id).is_rented() {
                let counted = Market::new(run, id).walk(&mut changes);
                integrate(run, id, &changes, counted)
            } else {
                nodes(run, id, &mut changes);
                maintenance(run, id, &mut changes);
                causes_of_interruptions(run, id);
                integrate(run, id, &changes, Capacity::default())
            }
        })
        .collect()
}

fn busy(run: &Run<'_>, lives: &[Life], pool: PoolId, changes: &mut Changes) {
    for (job, life) in lives.iter().enumerate() {
        let gpus = occupied(run.model, run.timeline, job) as i64;
        for attempt in life.attempts.iter().filter(|attempt| attempt.pool == pool) {
            if attempt.placed < attempt.freed {
                changes.entry(attempt.placed).or_default().busy += gpus;
                changes.entry(attempt.freed).or_default().busy -= gpus;
            }
        }
    }
}

/// What keeps the nodes of a pool, and their GPUs, from working.
struct Causes {
    of_nodes: Vec<u32>,
    of_gpus: Vec<Vec<u32>>,
}

impl Causes {
    /// GPUs that work: none of a node that is down, else those that are not broken.
    fn working(&self) -> i64 {
        let up = self
            .of_nodes
            .iter()
            .zip(&self.of_gpus)
            .filter(|(node, _)| **node == 0);
        let works = |gpus: &Vec<u32>| gpus.iter().filter(|causes| **causes == 0).count();
        up.map(|(_, gpus)| works(gpus) as i64).sum()
    }

    /// What an incident does to the nodes of a pool; what should be heard of it, if it is one of theirs.
    fn befall(&mut self, what: Happening, pool: PoolId) -> Option<(u32, Fact)> {
        match what {
            Happening::Down {
                pool: of,
                first,
                nodes,
            } if of == pool => {
                let mut count = 0;
                for node in first..first + nodes {
                    let causes = &mut self.of_nodes[node as usize];
                    count += u32::from(*causes == 0);
                    *causes += 1;
                }
                Some((count, Fact::NodesDown(pool, count)))
            }
            Happening::Up {
                pool: of,
                first,
                nodes,
            } if of == pool => {
                let mut count = 0;
                for node in first..first + nodes {
                    let causes = &mut self.of_nodes[node as usize];
                    count += u32::from(*causes == 1);
                    *causes = causes.saturating_sub(1);
                }
                Some((count, Fact::NodesUp(pool, count)))
            }
            Happening::GpuDown {
                pool: of,
                node,
                gpu,
                drains: false,
            } if of == pool => {
                let causes = &mut self.of_gpus[node as usize][usize::from(gpu)];
                *causes += 1;
                Some((u32::from(*causes == 1), Fact::GpusDown(pool, 1)))
            }
            Happening::GpuUp {
                pool: of,
                node,
                gpu,
                drains: false,
            } if of == pool => {
                let causes = &mut self.of_gpus[node as usize][usize::from(gpu)];
                let mended = u32::from(*causes == 1);
                *causes = causes.saturating_sub(1);
                Some((mended, Fact::GpusUp(pool, 1)))
            }
            _ => None,
        }
    }
}

/// Nodes and GPUs of an owned pool stop and come back: each is up when no cause keeps it down.
fn nodes(run: &Run<'_>, pool: PoolId, changes: &mut Changes) {
    let terms = run.model.pool(pool);
    let horizon = run.heard.run.horizon;
    let mut causes = Causes {
        of_nodes: vec![0; terms.nodes as usize],
        of_gpus: vec![vec![0; terms.gpus_per_node as usize]; terms.nodes as usize],
    };
    let mut working = causes.working();
    changes.entry(0).or_default().there += working;
    let mut expected = Vec::new();
    for incident in run.timeline.weather.iter().filter(|i| i.at <= horizon) {
        let Some((count, fact)) = causes.befall(incident.what, pool) else {
            continue;
        };
        let now = causes.working();
        changes.entry(incident.at.0).or_default().there += now - working;
        working = now;
        if count > 0 {
            expected.push((incident.at, fact));
        }
    }
    let facts = run.heard.facts.iter().copied();
    let of_pool = |fact: &Fact| {
        matches!(
            fact,
            Fact::NodesDown(of, _)
                | Fact::NodesUp(of, _)
                | Fact::GpusDown(of, _)
                | Fact::GpusUp(of, _) if *of == pool
        )
    };
    let heard: Vec<_> = facts.filter(|(_, fact)| of_pool(fact)).collect();
    assert_eq!(heard, expected, "nodes of pool {pool:?}");
}

/// Nodes that are worked on are not there; those that are due drain. Only right where none of them fails.
fn maintenance(run: &Run<'_>, pool: PoolId, changes: &mut Changes) {
    let per_node = i64::from(run.model.pool(pool).gpus_per_node);
    for &(at, fact) in &run.heard.facts {
        let change = changes.entry(at.0).or_default();
        match fact {
            Fact::MaintenanceDue(of, nodes) if of == pool => {
                change.draining += i64::from(nodes) * per_node;
            }
            Fact::MaintenanceBegun(of, nodes) if of == pool => {
                change.draining -= i64::from(nodes) * per_node;
                change.serviced += i64::from(nodes) * per_node;
                change.there -= i64::from(nodes) * per_node;
            }
            Fact::MaintenanceOver(of, nodes) if of == pool => {
                change.serviced -= i64::from(nodes) * per_node;
                change.there += i64::from(nodes) * per_node;
            }
            _ => {}
        }
    }
}

/// Nobody is interrupted on owned nodes but by a fault or a crash of its own.
fn causes_of_interruptions(run: &Run<'_>, pool: PoolId) {
    for &(at, fact) in &run.heard.facts {
        match fact {
            Fact::Warned(job, of) if of == pool => panic!("{job:?} is warned at home"),
            Fact::Interrupted(job, of) if of == pool => {
                let shape = run.timeline.requests[job.index()].shape;
                let class = &run.model.classes[run.model.class_of(shape).index()];
                let fault = run.timeline.weather.iter().any(|incident| {
                    let down = matches!(
                        incident.what,
                        Happening::Down { pool: of, .. } | Happening::GpuDown { pool: of, .. }
                            if of == pool
                    );
                    incident.at == at && down
                });
                let crash = class.crash_mean.is_some();
                assert!(
                    fault || crash || run.needs_services(job) || run.is_turned_out(job, at.0),
                    "{job:?} for nothing"
                );
            }
            _ => {}
        }
    }
}

fn integrate(run: &Run<'_>, pool: PoolId, changes: &Changes, counted: Capacity) -> Capacity {
    let mut capacity = counted;
    let name = &run.model.pool(pool).name;
    let all = run.model.pool(pool).gpus() as i64;
    let mut now = Change::default();
    let (mut since, mut peak) = (0, 0);
    for (&at, change) in changes {
        idle(&mut capacity, now, since, at);
        book(&mut capacity, now, all, at - since);
        since = at;
        now.there += change.there;
        now.draining += change.draining;
        now.serviced += change.serviced;
        now.busy += change.busy;
        peak = peak.max(now.busy);
        assert!(
            now.busy <= now.there && 0 <= now.draining,
            "{now:?} of {name} at {at}"
        );
    }
    let horizon = run.heard.run.horizon.0;
    idle(&mut capacity, now, since, horizon.max(since));
    book(&mut capacity, now, all, horizon.saturating_sub(since));
    assert!(peak as u64 <= run.heard.pools[pool.index()].peak_gpus);
    if run.model.pool(pool).is_rented() {
        capacity.down = 0;
    }
    capacity
}

fn idle(capacity: &mut Capacity, now: Change, from: u64, to: u64) {
    capacity
        .idle
        .push((from, to, (now.there - now.busy) as u64));
}

fn book(capacity: &mut Capacity, now: Change, all: i64, span: u64) {
    let area = |gpus: i64| gpus.max(0) as u128 * 1000 * u128::from(span);
    capacity.down += area(all - now.there - now.serviced);
    capacity.maintenance += area(now.serviced);
    capacity.held += area(now.there);
    // At least what not even all jobs together could hold of the draining GPUs is unused.
    capacity.draining.0 += area(now.draining - now.busy);
    // Jobs that find no room on the others hold some of them.
    let elsewhere = now.there - now.draining;
    capacity.draining.1 += area(now.draining - (now.busy - elsewhere).max(0));
}
