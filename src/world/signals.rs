//! What can be measured of an estate at one moment, and watched by failovers: queues, use, links, budgets.

use crate::model::{Failover, Level, Model, Signal, Trigger};
use crate::units::{Bytes, ClassId, LinkId, PoolId, ShapeId, SimTime, Span};

use super::job::{Phase, Slot};
use super::line::NOWHERE;
use super::moment::World;

/// All of something, in millionths.
const ALL: u64 = 1_000_000;
/// No crossing is foreseen further ahead.
const FORESIGHT: Span = Span(400 * 86_400_000);

impl World {
    /// Whether what a trigger watches is so, `was` saying whether it was; and when to look again if nothing happens
    /// before.
    pub fn signals(
        &self,
        model: &Model,
        failover: &Failover,
        trigger: &Trigger,
        was: bool,
    ) -> (bool, SimTime) {
        let never = SimTime::NEVER;
        match &trigger.signal {
            Signal::Lost(groups) => {
                let gone =
                    |group: &Vec<PoolId>| group.iter().all(|&pool| self.is_gone(model, pool));
                (groups.iter().any(gone), never)
            }
            Signal::LinkDown(links) => {
                let transfers = &self.staging.transfers;
                (links.iter().any(|&link| !transfers.carries(link)), never)
            }
            Signal::ServiceOut(outlets) => {
                let out = outlets.iter().any(|&outlet| self.services.is_out(outlet));
                (out, never)
            }
            Signal::PriceAbove(pools, level) => {
                let prices = pools.iter();
                let prices = prices.map(|&pool| self.tariffs.price_at(pool, self.now).0);
                (
                    prices.min().is_some_and(|least| level.holds(least, was)),
                    never,
                )
            }
            Signal::PriceRise(pools, level) => {
                let rises = pools.iter().map(|&pool| self.risen(pool));
                let least = rises.min().unwrap_or(0);
                (level.holds(least, was), never)
            }
            Signal::Blocked(links, used_for) => {
                let transfers = &self.staging.transfers;
                let mut links = links.iter();
                (
                    links.any(|&link| transfers.is_forbidden(link, *used_for)),
                    never,
                )
            }
            Signal::StorageSlow(lanes, most) => {
                let mut lanes = lanes.iter();
                (lanes.any(|&lane| self.link_share(lane) <= *most), never)
            }
            Signal::ArtifactFailing(sites, jobs) => {
                (*jobs <= self.staging.artifacts.most_failures(sites), never)
            }
            Signal::ArtifactUnreadable(sites) => {
                (self.staging.artifacts.some_expired(sites), never)
            }
            Signal::NoRoom(longer) => self.is_crowded_out(model, failover, *longer),
            Signal::QueueDepth(level) => (
                level.holds(self.waiting_of(model, &failover.classes), was),
                never,
            ),
            Signal::Utilisation(pools, level) => (level.holds(self.used_share(pools), was), never),
            Signal::MemoryUse(pools, level) => {
                (level.holds(self.memory_share(model, pools), was), never)
            }
            Signal::LinkSaturation(links, level) | Signal::StorageThroughput(links, level) => {
                let shares = links.iter().map(|&link| self.load_share(model, link));
                (level.holds(shares.max().unwrap_or(0), was), never)
            }
            Signal::BudgetBurn(budget, level) => self.burns(model, *budget, *level, was),
        }
    }

    /// As how many times what it cost at the start a pool costs now, in millionths; what was free has not risen.
    fn risen(&self, pool: PoolId) -> u64 {
        let at = |at: SimTime| u128::from(self.tariffs.price_at(pool, at).0);
        let times = (at(self.now) * u128::from(ALL)).checked_div(at(SimTime::ZERO));
        times.map_or(ALL, |times| u64::try_from(times).unwrap_or(u64::MAX))
    }

    fn is_crowded_out(&self, model: &Model, failover: &Failover, longer: Span) -> (bool, SimTime) {
        let never = SimTime::NEVER;
        let Some(since) = self.first_waits_since(model, &failover.classes) else {
            return (false, never);
        };
        let due = since + longer;
        let is_so = due <= self.now;
        (is_so, if is_so { never } else { due })
    }

    /// Since when somebody of these classes has waited who is first in line among those of its size.
    fn first_waits_since(&self, model: &Model, classes: &[ClassId]) -> Option<SimTime> {
        let of_class = |shape: &ShapeId| classes.contains(&model.class_of(*shape));
        let shapes = self.line.shapes().filter(of_class);
        let heads = shapes.filter_map(|shape| self.line.head(shape));
        let door = self.at_door.into_iter().filter(|&slot| {
            let shape = self.jobs[slot].request.shape;
            classes.contains(&model.class_of(shape))
        });
        let slots = heads.map(|(_, waiting)| waiting.slot).chain(door);
        slots.map(|slot| self.waits_since(slot)).min()
    }

    fn waits_since(&self, slot: Slot) -> SimTime {
        let job = &self.jobs[slot];
        let history = self.jobs.history(job).filter(|_| job.has_run());
        history.map_or(job.request.submit, |history| history.waiting_since)
    }

    /// Whether somebody of these classes waits.
    pub fn some_wait(&self, model: &Model, classes: &[ClassId]) -> bool {
        self.first_waits_since(model, classes).is_some()
    }

    /// How many jobs of these classes wait.
    fn waiting_of(&self, model: &Model, classes: &[ClassId]) -> u64 {
        let of_class = |shape: &ShapeId| classes.contains(&model.class_of(*shape));
        let in_line = self.line.shapes().filter(of_class);
        let in_line: usize = in_line
            .map(|shape| self.line.queue(shape).count_before(NOWHERE))
            .sum();
        let door = self.at_door.map(|slot| &self.jobs[slot]);
        let door =
            door.is_some_and(|job| job.phase == Phase::Waiting && of_class(&job.request.shape));
        in_line as u64 + u64::from(door)
    }

    /// The share of the GPUs of some pools that are up which jobs hold, in millionths; of none, none.
    fn used_share(&self, pools: &[PoolId]) -> u64 {
        let (mut busy, mut all) = (0, 0);
        for &pool in pools {
            let state = self.pool(pool);
            busy += state.busy;
            all += state.busy + state.free;
        }
        (busy * ALL).checked_div(all).unwrap_or(0)
    }

    /// The share of the memory of the GPUs of some pools that are up which jobs need, in millionths: as much as their
    /// class says, or all that their GPUs have where it does not say; of none, none.
    fn memory_share(&self, model: &Model, pools: &[(PoolId, Bytes)]) -> u64 {
        let of = |pool: PoolId| pools.iter().find(|(of, _)| *of == pool);
        let all = pools.iter().map(|&(pool, has)| {
            let state = self.pool(pool);
            u128::from(state.busy + state.free) * u128::from(has.0)
        });
        let holders = self.jobs.living().filter(|(_, job)| job.phase.has_gpus());
        let needed = holders.filter_map(|(_, job)| {
            let &(_, has) = of(job.pool)?;
            let class = &model.classes[model.class_of(job.request.shape).index()];
            let each = class.memory.map_or(has, |asked| asked.min(has));
            Some(u128::from(job.gpus) * u128::from(each.0))
        });
        let (needed, all): (u128, u128) = (needed.sum(), all.sum());
        let share = (needed * u128::from(ALL)).checked_div(all);
        share.unwrap_or(0) as u64
    }

    /// The share of what a direction of a link can carry, or a storage can give, that moves now, in millionths; none
    /// where it carries nothing: that is told as what is down or slow.
    fn load_share(&self, model: &Model, link: LinkId) -> u64 {
        let (moves, most) = self.staging.transfers.load(&model.network, link);
        let share = (u128::from(moves) * u128::from(ALL)).checked_div(u128::from(most));
        share.unwrap_or(0) as u64
    }

    /// Whether so much of a budget is spent in its period, and when it will be if nothing happens; all budgets must have
    /// been counted up to now.
    fn burns(&self, model: &Model, budget: u16, level: Level, was: bool) -> (bool, SimTime) {
        let index = usize::from(budget);
        let state = &self.budgets.states[index];
        let told = state.so_far();
        let Some(amount) = told.amount.filter(|amount| 0 < amount.0) else {
            return (false, SimTime::NEVER);
        };
        let share = |more: i128| {
            let spent = (told.spent.0 + more).max(0).saturating_mul(i128::from(ALL));
            (spent / amount.0).clamp(0, i128::from(u64::MAX)) as u64
        };
        let is_so = level.holds(share(0), was);
        if is_so {
            // The next period begins with nothing.
            return (true, state.ends);
        }
        let end = state.ends.min(self.now + FORESIGHT);
        let at = state.reaches(
            &model.budgets.all[index],
            self.costs(model),
            (self.now, end),
            |more| level.holds(share(more.0), false),
        );
        (false, at.unwrap_or(state.ends))
    }
}
