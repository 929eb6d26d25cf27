//! Failovers at one moment: what is watched, which doors are open, and which losses are not made good yet.

use std::collections::BTreeMap;

use crate::journal::{FailoverRecord, RecoveryRecord, TargetBar};
use crate::model::{Door, FailBack, FailoverAction, Happening, Model, Stage};
use crate::units::{ClassId, PoolId, SimTime, Span};

use super::job::Slot;
use super::moment::World;
use super::stretch::wall;

/// A failover that begins so soon after it was over flaps.
const FLAP: Span = Span(3_600_000);

/// What is known of one trigger.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Watch {
    /// Whether it is so.
    pub is_so: bool,
    /// Counts changes of that, so that an expectation of an earlier one is known to be stale.
    pub version: u32,
    /// Whether it was told to be so.
    pub told: bool,
    /// When it was last asked to be looked at.
    pub look_at: SimTime,
}

/// What somebody does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reaction {
    /// Which stage of the runbook.
    pub stage: Stage,
    /// Of which of its steps, from [`Stage::Approve`] on.
    pub step: u16,
    /// Since when; what came before is paid.
    pub since: SimTime,
}

/// One failover at one moment.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FailoverState {
    /// Its triggers.
    pub watches: Vec<Watch>,
    /// Whether it is in force.
    pub is_on: bool,
    /// How many of its targets have opened, in order.
    pub opened: u16,
    /// Whether targets stay open though it is over.
    pub stays: bool,
    /// When it last began or ended.
    pub changed: Option<SimTime>,
    /// Counts beginnings and ends.
    pub version: u32,
    /// What somebody does before it begins, and while it is in force.
    pub reaction: Option<Reaction>,
    /// Counts stages of reactions.
    pub stage: u32,
    /// Whether a step failed, so that nobody goes on until nothing holds any more.
    pub failed: bool,
    /// How many steps were done.
    pub done: u16,
    /// What is to be told of it.
    pub record: FailoverRecord,
}

/// What a job lost.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Lost {
    at: SimTime,
    /// What it had done, in reference ms.
    progress: u64,
    /// How fast it ran, in ‰.
    speed: u32,
    class: ClassId,
}

/// All failovers at one moment; nothing where there are none.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Failing {
    /// By failover.
    pub states: Vec<FailoverState>,
    /// Which doors are open.
    pub doors: u128,
    /// Reliefs that came early, by somebody's doing: when they would have come by themselves.
    pub forestalled: Vec<(SimTime, Happening)>,
    /// By number of a job.
    lost: BTreeMap<u32, Lost>,
}

impl Failing {
    pub(super) fn reset(&mut self, model: &Model) {
        self.states.clear();
        let list = model.failovers.list.iter().enumerate();
        self.states.extend(list.map(|(index, failover)| {
            let record = FailoverRecord {
                failover: index as u16,
                ..FailoverRecord::default()
            };
            let watches = failover.triggers.iter().map(|_| Watch {
                look_at: SimTime::NEVER,
                ..Watch::default()
            });
            FailoverState {
                watches: watches.collect(),
                record,
                ..FailoverState::default()
            }
        }));
        self.doors = 0;
        self.forestalled.clear();
        self.lost.clear();
    }

    /// Whether there are any.
    #[inline]
    pub const fn are_used(&self) -> bool {
        !self.states.is_empty()
    }
}

impl FailoverState {
    /// Whether its triggers want it in force.
    pub fn is_wanted(&self) -> bool {
        self.watches.iter().any(|watch| watch.told)
    }

    /// It begins.
    pub fn begin(&mut self, now: SimTime, targets: usize) {
        let flaps = self.changed.is_some_and(|over| now.since(over) <= FLAP);
        self.record.begun += 1;
        self.record.flaps += u64::from(flaps);
        self.is_on = true;
        self.opened = self.opened.max(targets.min(1) as u16);
        self.changed = Some(now);
        self.version += 1;
    }

    /// It is over.
    pub fn end(&mut self, now: SimTime, back: FailBack) {
        self.settle(now);
        self.is_on = false;
        self.stays = back == FailBack::Never;
        if !self.stays {
            self.opened = 0;
        }
        self.changed = Some(now);
        self.version += 1;
    }

    /// Counts how long it was in force.
    pub fn settle(&mut self, now: SimTime) {
        if let (true, Some(since)) = (self.is_on, self.changed) {
            self.record.in_force += now.since(since);
        }
        self.record.horizon = now;
    }
}

impl World {
    /// Whether nothing of a pool can be used: all its nodes are down or not there, or the provider has lost it.
    pub fn is_gone(&self, model: &Model, pool: PoolId) -> bool {
        let state = self.pool(pool);
        if let Some(rent) = state.rent() {
            return rent.is_lost();
        }
        let nodes = model.pool(pool).nodes;
        let is_down = |node: u32| {
            let entry = state.shut.get(node);
            entry.causes > 0 || entry.absent
        };
        state.free == 0 && state.busy == 0 && (0..nodes).all(is_down)
    }

    /// Opens the next targets where those that are open are gone.
    pub fn open_targets(&mut self, model: &Model) {
        for index in 0..self.failing.states.len() {
            let failover = &model.failovers.list[index];
            let state = &self.failing.states[index];
            let mut opened = usize::from(state.opened);
            if !state.is_on {
                continue;
            }
            while opened < failover.targets.len()
                && failover.targets[..opened].iter().all(|target| {
                    let mut pools = target.pools.iter();
                    pools.all(|&pool| self.is_gone(model, pool))
                })
            {
                opened += 1;
            }
            self.failing.states[index].opened = opened as u16;
        }
    }

    /// Which doors should be open now.
    pub fn doors(&self, model: &Model) -> u128 {
        let mut open = 0;
        for (bit, door) in model.failovers.doors.iter().enumerate() {
            let is_open = match *door {
                Door::Left { failover } => {
                    let state = &self.failing.states[usize::from(failover)];
                    state.is_on || state.stays
                }
                Door::Target {
                    failover,
                    target,
                    only,
                } => {
                    let index = usize::from(failover);
                    let state = &self.failing.states[index];
                    let of = &model.failovers.list[index];
                    let leads = matches!(
                        of.action,
                        FailoverAction::Reroute | FailoverAction::Move | FailoverAction::Degrade
                    );
                    let target = (target < state.opened).then(|| &of.targets[usize::from(target)]);
                    leads
                        && (state.is_on || state.stays)
                        && target.is_some_and(|target| {
                            only.is_none_or(|(class, site)| {
                                let data =
                                    !target.needs_replica || self.keeps_all(model, class, site);
                                data && (!target.needs_checkpoint
                                    || self.reaches_checkpoints(model, class, site))
                            })
                        })
                }
            };
            open |= u128::from(is_open) << bit;
        }
        open
    }

    /// Why the door to a target is closed, if it should be.
    #[cold]
    pub fn bar_of_door(&self, model: &Model, door: Door) -> Option<TargetBar> {
        let Door::Target {
            failover,
            target,
            only,
        } = door
        else {
            return None;
        };
        let state = &self.failing.states[usize::from(failover)];
        let of = &model.failovers.list[usize::from(failover)].targets[usize::from(target)];
        if !state.is_on && !state.stays {
            return Some(TargetBar::Over);
        }
        if state.opened <= target {
            return Some(TargetBar::NotYet);
        }
        if let Some((class, site)) = only {
            if of.needs_replica && !self.keeps_all(model, class, site) {
                return Some(TargetBar::NoReplica);
            }
            if of.needs_checkpoint && !self.reaches_checkpoints(model, class, site) {
                return Some(TargetBar::NoCheckpoint);
            }
        }
        None
    }

    /// Jobs of a failover's classes that hold GPUs where the doors do not let them be, among some pools; in order of
    /// arrival.
    pub fn misplaced(&self, model: &Model, failover: usize, found: &mut Vec<Slot>) {
        let of = &model.failovers.list[failover];
        let is_out = |slot: &Slot| {
            let job = &self.jobs[*slot];
            let (shape, pool) = (job.request.shape, job.pool);
            of.classes.contains(&model.class_of(shape))
                && !model.failovers.lets(self.failing.doors, shape, pool)
        };
        let holds = self.jobs.living().filter(|(_, job)| job.phase.has_gpus());
        found.clear();
        found.extend(holds.map(|(slot, _)| slot).filter(is_out));
        found.sort_unstable_by_key(|&slot| self.jobs[slot].id);
    }

    /// Jobs of some classes that wait and have never run, in order of arrival.
    pub fn fresh_waiters(&self, model: &Model, classes: &[ClassId], found: &mut Vec<Slot>) {
        let waits = |slot: &Slot| {
            let job = &self.jobs[*slot];
            job.phase == super::job::Phase::Waiting
                && !job.has_run()
                && classes.contains(&model.class_of(job.request.shape))
        };
        found.clear();
        found.extend(self.jobs.living().map(|(slot, _)| slot).filter(waits));
        found.sort_unstable_by_key(|&slot| self.jobs[slot].id);
    }

    /// A job is about to lose its place. If it works, and belongs to a class whose losses are measured, that is kept in
    /// mind until it works again.
    #[cold]
    pub fn note_loss(&mut self, model: &Model, slot: Slot) {
        let job = &self.jobs[slot];
        let class = model.class_of(job.request.shape);
        if !matches!(
            job.phase,
            super::job::Phase::Running | super::job::Phase::Saving
        ) || model.failovers.objectives(class).is_none()
        {
            return;
        }
        let lost = Lost {
            at: self.now,
            progress: self.progress(model, slot),
            speed: job.speed.max(1),
            class,
        };
        // Whoever is stopped again before it worked has lost no more than what it had lost then.
        self.failing
            .lost
            .entry(self.jobs[slot].id.0)
            .or_insert(lost);
    }

    /// A job that had lost its place works again (or, if not, its time is over): what is to be told of it.
    #[cold]
    pub fn make_good(&mut self, model: &Model, slot: Slot, works: bool) -> Option<RecoveryRecord> {
        let job = &self.jobs[slot];
        let lost = self.failing.lost.remove(&job.id.0)?;
        let objectives = model.failovers.objectives(lost.class)?;
        let until = if works {
            job.started + job.restart
        } else {
            self.now
        };
        let gone = Span(lost.progress.saturating_sub(job.done));
        Some(RecoveryRecord {
            job: job.id,
            class: lost.class,
            lost_at: lost.at,
            took: until.since(lost.at),
            works,
            lost: wall(gone, lost.speed),
            time: objectives.time,
            point: objectives.point,
        })
    }
}
