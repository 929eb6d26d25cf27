//! What classes of work do when something that they rely on fails: what sets it off, and which pools open then.
//!
//! Which pools open for whom is worked out once: each target is a *door* (one for each class and site, where something
//! must be there first), and in a run doors are bits that open and close lists of candidates.

use crate::units::{Bytes, ClassId, LinkId, OutletId, PoolId, ShapeId, SiteId, Span};

use super::network::LinkUse;
use super::runbook::Runbook;

/// All failovers of a scenario.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Failovers {
    /// In the order of the file.
    pub list: Vec<Failover>,
    /// Who does what before some of them begin.
    pub runbooks: Vec<Runbook>,
    /// What opens and closes, a bit of a mask for each.
    pub doors: Vec<Door>,
    /// By shape and pool: which doors lead there; empty if there are no failovers.
    passages: Vec<Passage>,
    pools: usize,
    /// By class: what a loss of it is measured by, if it belongs to a failover.
    objectives: Vec<Option<Objectives>>,
}

/// One failover.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failover {
    /// Its name.
    pub name: String,
    /// Whom it is for, ascending.
    pub classes: Vec<ClassId>,
    /// What sets it off.
    pub triggers: Vec<Trigger>,
    /// Where they may go then, in order.
    pub targets: Vec<Target>,
    /// What happens while a trigger holds.
    pub action: FailoverAction,
    /// Pools that `move` leaves.
    pub leaves: Vec<PoolId>,
    /// When work comes back.
    pub fail_back: FailBack,
    /// How long after a target opened the next one does, if somebody still waits.
    pub next_after: Option<Span>,
    /// How long nothing is changed again.
    pub cool_down: Span,
}

/// What happens while a trigger holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FailoverAction {
    /// Work waits.
    Queue,
    /// Work that waits and has not run is turned away.
    Shed,
    /// Elastic gangs that wait go on with fewer GPUs.
    Degrade,
    /// Work that waits may use the targets.
    Reroute,
    /// As [`FailoverAction::Reroute`], and what runs where it is to leave follows.
    Move,
}

/// When work comes back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FailBack {
    /// What runs in targets writes a checkpoint and comes back.
    AtOnce,
    /// What runs in targets ends there.
    AfterJob,
    /// Targets stay open.
    Never,
}

/// What sets a failover off.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trigger {
    /// What is watched.
    pub signal: Signal,
    /// How long it must be so before it counts.
    pub lasting: Span,
    /// How long after that it is told.
    pub delay: Span,
}

/// What is watched.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Signal {
    /// All pools of one of these groups are gone.
    Lost(Vec<Vec<PoolId>>),
    /// One of these directions carries nothing.
    LinkDown(Vec<LinkId>),
    /// One of these does not answer.
    ServiceOut(Vec<OutletId>),
    /// Even the cheapest of these costs as much, in µ per GPU-hour.
    PriceAbove(Vec<PoolId>, Level),
    /// Even the least of these prices is so many times what it was at the start, in millionths.
    PriceRise(Vec<PoolId>, Level),
    /// One of these directions must not be used for this.
    Blocked(Vec<LinkId>, LinkUse),
    /// One of these storages gives at most such a share of its rate, in ‰.
    StorageSlow(Vec<LinkId>, u32),
    /// So many jobs failed on what one of these sites has of an artifact.
    ArtifactFailing(Vec<SiteId>, u32),
    /// What one of these sites had of an artifact cannot be read since a key was replaced.
    ArtifactUnreadable(Vec<SiteId>),
    /// The first in line of some size of the classes has waited for so long.
    NoRoom(Span),
    /// So many jobs of the classes wait.
    QueueDepth(Level),
    /// Jobs hold such a share of the GPUs of these that are up, in millionths.
    Utilisation(Vec<PoolId>, Level),
    /// Jobs need such a share of the memory of the GPUs of these that are up, each of which has as much; in millionths.
    MemoryUse(Vec<(PoolId, Bytes)>, Level),
    /// So much of what one of these directions can carry moves on it, in millionths.
    LinkSaturation(Vec<LinkId>, Level),
    /// So much of what one of these storages can give is read from it, in millionths.
    StorageThroughput(Vec<LinkId>, Level),
    /// Such a share of a budget is spent in its period, in millionths.
    BudgetBurn(u16, Level),
}

impl Signal {
    /// Whether somebody can set right what is watched, rather than go elsewhere.
    pub const fn can_be_mended(&self) -> bool {
        matches!(
            self,
            Self::LinkDown(_)
                | Self::ServiceOut(_)
                | Self::Blocked(..)
                | Self::StorageSlow(..)
                | Self::ArtifactFailing(..)
                | Self::ArtifactUnreadable(_)
        )
    }
}

/// From which value on something is so, and from which on no more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Level {
    /// It is so from here on.
    pub above: u64,
    /// It is so no more from here down.
    pub clear: u64,
}

impl Level {
    /// Whether it is so at a value, `was` saying whether it was.
    pub const fn holds(self, value: u64, was: bool) -> bool {
        if was {
            self.clear < value
        } else {
            self.above <= value
        }
    }

    /// As long as it is this high or higher.
    pub const fn at_least(above: u64) -> Self {
        Self {
            above,
            clear: above.saturating_sub(1),
        }
    }
}

/// Where work may go.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    /// Which pools.
    pub pools: Vec<PoolId>,
    /// Whether all data that the class reads must be there.
    pub needs_replica: bool,
    /// Whether the checkpoints of the class must be within reach.
    pub needs_checkpoint: bool,
}

/// Something that opens and closes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Door {
    /// A target opens.
    Target {
        /// Of which failover.
        failover: u16,
        /// Which of its targets.
        target: u16,
        /// For which class at which site, where something must be there first.
        only: Option<(ClassId, SiteId)>,
    },
    /// Pools that a failover leaves close.
    Left {
        /// Which failover.
        failover: u16,
    },
}

/// How one shape gets to one pool.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Passage {
    /// Doors of which one must be open; none are needed if there are none.
    opens: u128,
    /// Doors that close it.
    closes: u128,
    /// Whether there is no door for this shape though the pool is a target of its class.
    walled: bool,
}

/// What losses of a class are measured by.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Objectives {
    /// How long after a loss work is to run again.
    pub time: Option<Span>,
    /// How much running a loss may cost.
    pub point: Option<Span>,
}

/// Most doors of a scenario: a bit of a mask for each.
pub const DOORS_MAX: usize = 128;

impl Failovers {
    /// Failovers whose targets are for all shapes of their classes; `shapes` says which class each is of. For models
    /// that are made by hand, and for those whose conditions `may` decides (failover, target, shape, pool).
    pub fn new(
        list: Vec<Failover>,
        objectives: Vec<Option<Objectives>>,
        shapes: &[ClassId],
        sites: &[SiteId],
        may: impl Fn(usize, usize, usize, PoolId) -> bool,
    ) -> Self {
        let mut made = Self {
            doors: doors(&list, sites),
            passages: vec![Passage::default(); shapes.len() * sites.len()],
            pools: sites.len(),
            objectives,
            runbooks: Vec::new(),
            list,
        };
        if made.list.is_empty() {
            made.passages.clear();
        }
        for (shape, &class) in shapes.iter().enumerate() {
            for (number, failover) in made.list.iter().enumerate() {
                if !failover.classes.contains(&class) {
                    continue;
                }
                for (place, target) in failover.targets.iter().enumerate() {
                    for &pool in &target.pools {
                        let passage = &mut made.passages[shape * made.pools + pool.index()];
                        passage.walled |= passage.opens == 0;
                        if may(number, place, shape, pool) {
                            let site = sites[pool.index()];
                            passage.opens |= door_of(&made.doors, (number, place), (class, site));
                            passage.walled = false;
                        }
                    }
                }
                for &pool in &failover.leaves {
                    let left = Door::Left {
                        failover: number as u16,
                    };
                    let found = made.doors.iter().position(|door| *door == left);
                    let passage = &mut made.passages[shape * made.pools + pool.index()];
                    passage.closes |= found.map_or(0, |door| 1 << door);
                }
            }
        }
        made
    }

    /// Gives a copy of a shape a place right behind it.
    pub(super) fn repeat(&mut self, shape: ShapeId) {
        let row = shape.index() * self.pools;
        if let Some(passages) = self.passages.get(row..row + self.pools) {
            let (passages, next) = (passages.to_vec(), row + self.pools);
            self.passages.splice(next..next, passages);
        }
    }

    /// How many doors these failovers have.
    pub(super) fn count_doors(list: &[Failover], sites: &[SiteId]) -> usize {
        doors(list, sites).len()
    }

    /// Whether there is any.
    #[inline]
    pub const fn are_used(&self) -> bool {
        !self.list.is_empty()
    }

    /// The doors of all targets, and of nothing that is left.
    pub fn all_open(&self) -> u128 {
        let doors = self.doors.iter().enumerate();
        let targets = doors.filter(|(_, door)| matches!(door, Door::Target { .. }));
        targets.fold(0, |open, (bit, _)| open | 1 << bit)
    }

    /// How a shape gets to a pool.
    fn passage(&self, shape: ShapeId, pool: PoolId) -> Passage {
        let passage = self.passages.get(shape.index() * self.pools + pool.index());
        passage.copied().unwrap_or_default()
    }

    /// Whether a shape may use a pool while these doors are open.
    pub fn lets(&self, doors: u128, shape: ShapeId, pool: PoolId) -> bool {
        let passage = self.passage(shape, pool);
        let open = passage.opens == 0 || passage.opens & doors != 0;
        open && !passage.walled && passage.closes & doors == 0
    }

    /// Whether a pool is a target for a shape, and closed in calm.
    pub fn is_target(&self, shape: ShapeId, pool: PoolId) -> bool {
        let passage = self.passage(shape, pool);
        passage.opens != 0 || passage.walled
    }

    /// What losses of a class are measured by, if it belongs to a failover.
    pub fn objectives(&self, class: ClassId) -> Option<Objectives> {
        self.objectives.get(class.index()).copied().flatten()
    }

    /// Whether any of them watches budgets.
    pub fn watch_budgets(&self) -> bool {
        let mut triggers = self.list.iter().flat_map(|failover| &failover.triggers);
        triggers.any(|trigger| matches!(trigger.signal, Signal::BudgetBurn(..)))
    }

    /// Who does what before a failover begins, if anybody has to.
    pub fn runbook_of(&self, failover: usize) -> Option<&Runbook> {
        let mut books = self.runbooks.iter();
        books.find(|book| usize::from(book.failover) == failover)
    }

    /// Classes whose losses are measured.
    pub fn measured(&self) -> impl Iterator<Item = ClassId> + '_ {
        let all = self.objectives.iter().enumerate();
        all.filter(|(_, told)| told.is_some())
            .map(|(class, _)| ClassId::from(class))
    }
}

fn doors(list: &[Failover], sites: &[SiteId]) -> Vec<Door> {
    let mut doors = Vec::new();
    for (number, failover) in list.iter().enumerate() {
        for (place, target) in failover.targets.iter().enumerate() {
            let mut add = |only| {
                let door = Door::Target {
                    failover: number as u16,
                    target: place as u16,
                    only,
                };
                if !doors.contains(&door) {
                    doors.push(door);
                }
            };
            if !target.needs_replica && !target.needs_checkpoint {
                add(None);
                continue;
            }
            for &class in &failover.classes {
                for pool in &target.pools {
                    add(Some((class, sites[pool.index()])));
                }
            }
        }
        if failover.action == FailoverAction::Move {
            doors.push(Door::Left {
                failover: number as u16,
            });
        }
    }
    doors
}

/// The bit of the door to a target for a class at a site.
fn door_of(doors: &[Door], of: (usize, usize), whose: (ClassId, SiteId)) -> u128 {
    let is_it = |door: &Door| match *door {
        Door::Target {
            failover,
            target,
            only,
        } => {
            (usize::from(failover), usize::from(target)) == of
                && only.is_none_or(|only| only == whose)
        }
        Door::Left { .. } => false,
    };
    doors
        .iter()
        .position(is_it)
        .map_or(0, |door| 1 << door.min(DOORS_MAX - 1))
}

#[cfg(test)]
mod tests;
