//! Failovers and runbooks tried out: in each sampled world something is lost on purpose, and what became of it is told.

use std::sync::atomic::{AtomicBool, Ordering};

use rayon::prelude::*;

use crate::dice::{Dice, Purpose};
use crate::engine::{Scratch, Stuck, simulate};
use crate::journal::{Fact, FailoverRecord, Observer, RecoveryRecord};
use crate::model::{
    Happening, Horizon, Incident, Model, NodeRange, ServiceKind, Signal, Timeline, Turn,
};
use crate::strategy::Strategy;
use crate::units::{
    ClassId, DatasetId, Money, OutletId, PoolId, SimTime, SiteId, Span, StrategyId,
};

/// How long what starts on something corrupted runs before it fails.
const FAILS_AFTER: Span = Span(10 * 60_000);

/// What is tried out.
#[derive(Clone, Copy, Debug)]
pub struct Drill<'a> {
    /// In which world.
    pub model: &'a Model,
    /// Under which strategy.
    pub strategy: StrategyId,
    /// Which failover, by its place.
    pub failover: usize,
    /// The user's seed.
    pub seed: u64,
    /// In how many sampled worlds.
    pub worlds: u32,
    /// How long what is lost stays lost.
    pub lasts: Span,
}

/// What became of it in one world.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Tried {
    /// When it was lost; `None` if nothing was lost on purpose.
    pub lost_at: Option<SimTime>,
    /// How often the failover began from then on.
    pub begun: u64,
    /// When it first began from then on.
    pub begun_at: Option<SimTime>,
    /// The first step of its runbook that failed, from then on.
    pub failed_step: Option<u16>,
    /// Which steps were done, and when each was.
    pub steps: Vec<(u16, SimTime)>,
    /// How many steps its runbook has.
    pub of_steps: usize,
    /// What its classes lost at that instant, or while it lasted.
    pub losses: Vec<RecoveryRecord>,
    /// How often jobs began to violate rules.
    pub violations: u64,
    /// What people cost in the whole run.
    pub people_cost: Money,
    /// How long people were busy in the whole run.
    pub people: Span,
}

impl Tried {
    /// Whether it worked: what was lost worked again in time, and no step failed. Where nothing was lost, whether all steps
    /// were done; `None` where nobody had to do any, or the run was over before anybody knew.
    pub fn worked(&self) -> Option<bool> {
        if self.failed_step.is_some() {
            return Some(false);
        }
        let mut known = None;
        for loss in &self.losses {
            for met in [self::time(loss), self::point(loss)] {
                match met {
                    Some(false) => return Some(false),
                    Some(true) => known = Some(true),
                    None => {}
                }
            }
        }
        let is_done = |&(step, _): &(u16, SimTime)| usize::from(step) + 1 == self.of_steps;
        let done = self.losses.is_empty() && self.steps.iter().any(is_done);
        known.or(done.then_some(true))
    }

    /// How long it took until all that was lost worked again, and whether that is known.
    pub fn took(&self) -> Option<(Span, bool)> {
        let longest = self.losses.iter().map(|loss| loss.took).max()?;
        Some((longest, self.losses.iter().all(|loss| loss.works)))
    }
}

/// Without an objective, to work again at all is to work again in time.
fn time(loss: &RecoveryRecord) -> Option<bool> {
    match loss.time {
        Some(_) => loss.in_time(),
        None => loss.works.then_some(true),
    }
}

fn point(loss: &RecoveryRecord) -> Option<bool> {
    match loss.point {
        Some(_) => loss.in_point(),
        None => None,
    }
}

/// Tries a failover out in many worlds, in parallel; the answers are in the order of the worlds.
///
/// # Errors
/// A run that goes in circles.
pub fn drill(drill: &Drill<'_>, cancelled: &AtomicBool) -> Result<Vec<Tried>, Stuck> {
    drill_losing(drill, None, cancelled)
}

/// As [`drill`], where these pools are lost if any are told.
fn drill_losing(
    drill: &Drill<'_>,
    pools: Option<&[PoolId]>,
    cancelled: &AtomicBool,
) -> Result<Vec<Tried>, Stuck> {
    let strategy = Strategy::prepare(drill.model, drill.strategy);
    let worlds: Vec<u32> = (0..drill.worlds).collect();
    let tried: Vec<Result<Tried, Stuck>> = worlds
        .par_iter()
        .map_init(Scratch::default, |scratch, &world| {
            if cancelled.load(Ordering::Relaxed) {
                return Ok(Tried::default());
            }
            one(drill, (&strategy, pools), world, scratch)
        })
        .collect();
    tried.into_iter().collect()
}

fn one(
    drill: &Drill<'_>,
    (strategy, pools): (&Strategy, Option<&[PoolId]>),
    replication: u32,
    scratch: &mut Scratch,
) -> Result<Tried, Stuck> {
    let model = drill.model;
    let dice = Dice {
        seed: drill.seed,
        replication,
    };
    let mut timeline = Timeline::default();
    Timeline::sample(model, &dice, &mut timeline);
    let lost_at = lose(drill, pools, &dice, &mut timeline);
    let failover = &model.failovers.list[drill.failover];
    let mut heard = Heard {
        failover: drill.failover as u16,
        from: lost_at.unwrap_or(SimTime::ZERO),
        until: lost_at.map_or(SimTime::NEVER, |at| at + drill.lasts),
        tried: Tried {
            lost_at,
            of_steps: model
                .failovers
                .runbook_of(drill.failover)
                .map_or(0, |book| book.steps.len()),
            ..Tried::default()
        },
    };
    simulate(model, strategy, &timeline, &dice, scratch, &mut heard)?;
    let mut tried = heard.tried;
    let of_class = |loss: &RecoveryRecord| failover.classes.contains(&loss.class);
    tried.losses.retain(of_class);
    Ok(tried)
}

/// Loses what the first trigger of the failover that can be lost watches, at an instant that the dice choose in the middle
/// half of the run; `None` where nothing of it can be lost on purpose, or the run has no end.
fn lose(
    drill: &Drill<'_>,
    pools: Option<&[PoolId]>,
    dice: &Dice,
    timeline: &mut Timeline,
) -> Option<SimTime> {
    let model = drill.model;
    let end = match model.horizon {
        Horizon::At(end) => end,
        Horizon::LastSubmit => timeline.last_submit(),
        Horizon::UntilEmpty => return None,
    };
    let failover = &model.failovers.list[drill.failover];
    let key = dice.key("drill", &failover.name);
    let mut stream = dice.stream(key, Purpose::Drill, 0, 0);
    let at = SimTime(end.0 / 4 + stream.below((end.0 / 2).max(1)));
    let until = at + drill.lasts;
    let script = if let Some(pools) = pools {
        lost(model, pools, (at, until))
    } else {
        let mut triggers = failover.triggers.iter();
        triggers.find_map(|trigger| script(model, &trigger.signal, (at, until)))?
    };
    timeline.weather.extend(script);
    Incident::put_in_order(&mut timeline.weather);
    Some(at)
}

/// What a signal watches is lost from one instant until another, if it can be lost on purpose.
fn script(
    model: &Model,
    signal: &Signal,
    (at, until): (SimTime, SimTime),
) -> Option<Vec<Incident>> {
    match signal {
        Signal::Lost(groups) => groups.first().map(|group| lost(model, group, (at, until))),
        Signal::LinkDown(links) => {
            let cut = |&link| {
                [
                    Incident::link_down(at, link, 0),
                    Incident::link_up(until, link, 0),
                ]
            };
            Some(links.iter().flat_map(cut).collect())
        }
        Signal::ServiceOut(outlets) => {
            let out = |&outlet| {
                let voids = false;
                [
                    Incident::terms(at, Happening::ServiceDown { outlet, voids }),
                    Incident::terms(until, Happening::ServiceUp { outlet }),
                ]
            };
            Some(outlets.iter().flat_map(out).collect())
        }
        Signal::StorageSlow(lanes, most) => {
            let slow = |&lane| {
                [
                    Incident::link_down(at, lane, *most),
                    Incident::link_up(until, lane, *most),
                ]
            };
            Some(lanes.iter().flat_map(slow).collect())
        }
        Signal::Blocked(links, used_for) => {
            let used_for = *used_for;
            let block = |&link| {
                let turn = |at, turn, what| Incident { at, turn, what };
                [
                    turn(at, Turn::Blow, Happening::Forbidden { link, used_for }),
                    turn(until, Turn::Relief, Happening::Allowed { link, used_for }),
                ]
            };
            Some(links.iter().flat_map(block).collect())
        }
        Signal::ArtifactFailing(sites, _) => Some(corrupted(model, sites, (at, until))),
        Signal::ArtifactUnreadable(_) => Some(rotated(model, at)),
        _ => None,
    }
}

/// All artifacts are corrupted at some sites: what starts on them fails after ten minutes, until they are rolled back.
fn corrupted(model: &Model, sites: &[SiteId], (at, until): (SimTime, SimTime)) -> Vec<Incident> {
    let mut script = Vec::new();
    for (index, dataset) in model.datasets.iter().enumerate() {
        if dataset.artifact.is_none() {
            continue;
        }
        for &site in sites {
            let (artifact, fails_after) = (DatasetId::from(index), FAILS_AFTER);
            let received = Happening::Corrupted {
                artifact,
                site,
                fails_after,
            };
            script.push(Incident::terms(at, received));
            script.push(Incident::terms(
                until,
                Happening::Detected { artifact, site },
            ));
            script.push(Incident::terms(
                until,
                Happening::RolledBack { artifact, site },
            ));
        }
    }
    script
}

/// All keys are replaced, without overlap.
fn rotated(model: &Model, at: SimTime) -> Vec<Incident> {
    let services = &model.services;
    let ids = (0..services.outlets.len()).map(OutletId::from);
    let keys = ids.filter(|&id| services.service_of(id).kind == ServiceKind::Key);
    let overlap = Span::ZERO;
    keys.map(|outlet| Incident::terms(at, Happening::Rotated { outlet, overlap }))
        .collect()
}

fn lost(model: &Model, pools: &[PoolId], (at, until): (SimTime, SimTime)) -> Vec<Incident> {
    let both = |&pool: &PoolId| {
        let range = whole(model, pool);
        [range.incident(at, false), range.incident(until, true)]
    };
    pools.iter().flat_map(both).collect()
}

/// All nodes of a pool.
fn whole(model: &Model, pool: PoolId) -> NodeRange {
    let of = model.pool(pool);
    if of.is_rented() {
        NodeRange::rented(pool)
    } else {
        NodeRange {
            pool,
            first: 0,
            nodes: of.nodes,
        }
    }
}

/// How often a class worked again in time after the site was lost where it runs first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Proof {
    /// In how many worlds all that it lost worked again in time.
    pub worked: u32,
    /// In how many it lost anything, and that is known.
    pub tried: u32,
}

/// Loses a site in many worlds, whatever the triggers of the failover watch, and counts how often a class worked again in
/// time.
///
/// # Errors
/// A run that goes in circles.
pub fn prove(
    drill: &Drill<'_>,
    (class, site): (ClassId, SiteId),
    cancelled: &AtomicBool,
) -> Result<Proof, Stuck> {
    let ids = (0..drill.model.pools.len()).map(PoolId::from);
    let there: Vec<PoolId> = ids
        .filter(|&pool| drill.model.pool(pool).site == site)
        .collect();
    let tried = drill_losing(drill, Some(&there), cancelled)?;
    let mut proof = Proof {
        worked: 0,
        tried: 0,
    };
    for mut one in tried {
        one.losses.retain(|loss| loss.class == class);
        if let Some(worked) = one.worked() {
            proof.tried += 1;
            proof.worked += u32::from(worked);
        }
    }
    Ok(proof)
}

/// Listens to what became of the loss.
struct Heard {
    failover: u16,
    from: SimTime,
    until: SimTime,
    tried: Tried,
}

impl Observer for Heard {
    fn fact(&mut self, at: SimTime, fact: Fact) {
        if at < self.from {
            return;
        }
        match fact {
            Fact::FailoverBegan(of) if of == self.failover => {
                self.tried.begun += 1;
                self.tried.begun_at = self.tried.begun_at.or(Some(at));
            }
            Fact::StepDone(of, step) if of == self.failover => self.tried.steps.push((step, at)),
            Fact::StepFailed(of, step) if of == self.failover => {
                self.tried.failed_step = self.tried.failed_step.or(Some(step));
            }
            Fact::Violated(..) => self.tried.violations += 1,
            _ => {}
        }
    }

    fn recovery(&mut self, record: &RecoveryRecord) {
        if self.from <= record.lost_at && record.lost_at < self.until {
            self.tried.losses.push(*record);
        }
    }

    fn failover(&mut self, record: &FailoverRecord) {
        if record.failover == self.failover {
            self.tried.people = record.people;
            self.tried.people_cost = record.people_cost;
        }
    }
}
