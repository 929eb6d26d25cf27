//! Data on their way: who moves what over which route, how fast, and when it will be there.
//!
//! Rates change only when a transfer comes or goes or a link changes, and only for those that share links with
//! it, directly or through others. What is left is counted in thousandths of bytes, so that a rate in bytes per
//! second over milliseconds is a whole number.

use crate::journal::MovementStep;
use crate::model::{Freight, LinkUse, Masks, Network, Route, Traffic};
use crate::units::{
    Bandwidth, Bytes, DatasetId, JobId, LinkId, Money, PoolId, SimTime, SiteId, Span,
};

use super::feeds::Feeds;
use super::job::Slot;
use super::maxmin::Lane;
use super::syncs::Syncs;

mod judging;
mod noting;
mod rates;
mod reading;
mod routing;
mod sending;
mod verdicts;

use judging::Judge;
pub(super) use judging::Load;
pub(super) use judging::Tally;
use rates::lane;

/// What is moved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cargo {
    /// A data set goes to the cache of a site, for a job that would run in this pool.
    Dataset(DatasetId, PoolId),
    /// What a job of this pool found out goes home.
    Results(JobId, PoolId),
    /// What a job reads while it runs, on one of the network's ways.
    Feed(Slot, u32),
    /// What crosses a link all the time, by its place in the network.
    Background(u32),
    /// The checkpoints that a job sends home while it runs.
    Sync(Slot),
    /// One checkpoint of a job that does not run goes home.
    Checkpoint(Slot),
    /// A copy of a data set goes to where it will be kept, by its place in the network.
    Copy(u16),
    /// A checkpoint comes from home, and a job that holds its GPUs waits for it.
    Restore(Slot),
}

impl Cargo {
    /// What a link may be forbidden for.
    const fn used_for(self) -> Option<LinkUse> {
        match self {
            Self::Dataset(..) | Self::Copy(_) => Some(LinkUse::DataSets),
            Self::Results(..) => Some(LinkUse::Results),
            Self::Feed(..) => Some(LinkUse::Feeds),
            Self::Sync(_) | Self::Checkpoint(_) => Some(LinkUse::CheckpointSync),
            Self::Restore(_) => Some(LinkUse::Restores),
            Self::Background(_) => None,
        }
    }

    /// Whose steady flow it is.
    const fn flow_of(self) -> Option<Slot> {
        match self {
            Self::Feed(slot, _) | Self::Sync(slot) => Some(slot),
            _ => None,
        }
    }
}

/// Bytes that crossed links and are to be paid.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Fare {
    /// For which job.
    pub(super) slot: Slot,
    /// Whether they were checkpoints: their pool is where these were written.
    pub(super) is_sync: bool,
    /// What they crossed.
    pub(super) links: Vec<LinkId>,
    pub(super) bytes: Bytes,
}

/// Data on their way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Transfer {
    /// Its number, in the order in which transfers began.
    pub id: u32,
    /// What is moved.
    pub cargo: Cargo,
    /// What it is to rules.
    pub freight: Option<Freight>,
    /// For which job, if for one.
    pub job: Option<JobId>,
    /// Rules that it violates on its route.
    pub against: u128,
    /// Whether the caps of rules have counted it.
    pub cleared: bool,
    /// From where.
    pub from: SiteId,
    /// To where.
    pub to: SiteId,
    /// How urgent it is.
    pub traffic: Traffic,
    /// How much there is in all.
    pub size: Bytes,
    /// Which of the routes it uses; `None` while there is none.
    pub route: Option<u8>,
    /// How fast it would move at most.
    pub most: Bandwidth,
    /// How fast it moves now.
    pub rate: Bandwidth,
    /// Thousandths of bytes that have not left at `settled`.
    left: u128,
    settled: SimTime,
    /// Counts changes of the rate, so that an end expected before is known to be stale.
    version: u32,
    /// Whether all has left and the last byte is on its way.
    sent: bool,
}

/// When something is expected of a transfer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Due {
    /// When.
    pub at: SimTime,
    /// Of which transfer.
    pub id: u32,
    /// As of which change of its rate.
    pub version: u32,
}

impl Due {
    /// Nothing of any transfer: something else is newly expected.
    pub const WAKE: Self = Self {
        at: SimTime::NEVER,
        id: u32::MAX,
        version: 0,
    };
}

/// What became of an expectation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Arrival {
    /// The rate has changed since.
    Stale,
    /// All has left; the last byte arrives at the next due.
    OnItsWay,
    /// It is there.
    There(Transfer),
}

/// All transfers, and what the links carry.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Transfers {
    /// In the order of their numbers.
    active: Vec<Transfer>,
    lanes: Vec<Lane>,
    next: u32,
    /// How many move all the time.
    standing: usize,
    /// What is newly expected, for whoever keeps the agenda.
    pub due: Vec<Due>,
    /// Jobs that read while they run.
    pub feeds: Feeds,
    /// Jobs whose checkpoints go home.
    pub syncs: Syncs,
    /// Rules about what moves.
    pub judge: Judge,
    /// What links must not be used for now; a use that two causes forbid is there twice.
    forbidden: Vec<(LinkId, LinkUse)>,
    /// What crossed links and nobody has paid yet.
    pub(super) fares: Vec<Fare>,
    /// What jobs paid for what crossed links for them: (when, job, pool, amount), for whoever posts it.
    pub paid: Vec<(SimTime, JobId, PoolId, Money)>,
    /// What the job that stopped last had paid so in all.
    pub of_last: Money,
}

impl Transfers {
    /// Nothing moves and all links are whole.
    pub(super) fn reset(
        &mut self,
        network: &Network,
        syncs: bool,
        (sites, rules): (usize, (Masks, usize)),
    ) {
        self.judge.reset(&network.moves, sites, rules);
        self.active.clear();
        self.forbidden.clear();
        self.fares.clear();
        self.paid.clear();
        self.of_last = Money::ZERO;
        self.syncs.reset(syncs);
        self.due.clear();
        self.next = 0;
        self.lanes.clear();
        let lanes = network.links.len() + network.storages.len();
        let lanes = (0..lanes).map(LinkId::from);
        self.lanes
            .extend(lanes.map(|link| lane(network, link, 1000)));
        self.feeds.reset(!network.feeds.is_empty());
        self.standing = network.background.len();
        for (index, background) in network.background.iter().enumerate() {
            let cargo = Cargo::Background(index as u32);
            let load = Load {
                cargo,
                freight: None,
                job: None,
            };
            let what = (background.traffic, Bytes(0), background.rate);
            let transfer = self.transfer(SimTime::ZERO, load, (SiteId(0), SiteId(0)), what);
            self.launch(network, SimTime::ZERO, transfer);
        }
    }

    /// Whether nothing moves but what does so all the time.
    pub const fn is_empty(&self) -> bool {
        self.active.len() == self.standing
    }

    /// All that move, in the order in which they began.
    pub fn active(&self) -> &[Transfer] {
        &self.active
    }

    /// What there is for it to go on, best first.
    fn ways<'a>(network: &'a Network, transfer: &Transfer) -> &'a [Route] {
        match transfer.cargo {
            Cargo::Feed(_, way) => &network.feeds[way as usize],
            Cargo::Background(_) => &[],
            _ => network.routes(transfer.from, transfer.to),
        }
    }

    /// The links of a transfer's route; that of a feed begins with the reading of a storage.
    pub fn links<'a>(network: &'a Network, transfer: &Transfer) -> &'a [LinkId] {
        if let Cargo::Background(index) = transfer.cargo {
            return &network.background[index as usize].lanes;
        }
        let routes = Self::ways(network, transfer);
        transfer
            .route
            .and_then(|route| routes.get(usize::from(route)))
            .map_or(&[], |route| route.links.as_slice())
    }

    /// Something begins to move, over the best route that is open; it stalls if there is none.
    pub(super) fn begin(
        &mut self,
        network: &Network,
        now: SimTime,
        load: Load,
        (from, to): (SiteId, SiteId),
        (traffic, size): (Traffic, Bytes),
    ) -> u32 {
        let what = (traffic, size, Bandwidth(u64::MAX));
        let transfer = self.transfer(now, load, (from, to), what);
        self.launch(network, now, transfer)
    }

    const fn transfer(
        &self,
        now: SimTime,
        load: Load,
        (from, to): (SiteId, SiteId),
        (traffic, size, most): (Traffic, Bytes, Bandwidth),
    ) -> Transfer {
        Transfer {
            id: self.next,
            cargo: load.cargo,
            freight: load.freight,
            job: load.job,
            against: 0,
            cleared: false,
            from,
            to,
            traffic,
            size,
            route: None,
            most,
            rate: Bandwidth(0),
            left: size.0 as u128 * 1000,
            settled: now,
            version: 0,
            sent: false,
        }
    }

    fn launch(&mut self, network: &Network, now: SimTime, mut transfer: Transfer) -> u32 {
        self.next += 1;
        self.set_route(network, &mut transfer);
        self.note_route(network, &mut transfer, MovementStep::Begins);
        self.active.push(transfer);
        let links = Self::links(network, &transfer).to_vec();
        self.refill(network, now, &links);
        transfer.id
    }

    /// A transfer is given up: what has come of it is of no use. Returns it as it was.
    pub fn cancel(&mut self, network: &Network, now: SimTime, id: u32) -> Option<Transfer> {
        let found = self
            .active
            .binary_search_by_key(&id, |transfer| transfer.id);
        let index = found.ok()?;
        self.settle(index, now);
        let transfer = self.active.remove(index);
        if transfer.route.is_some() && transfer.whole().is_some() {
            let moved = transfer.moved();
            self.note_bytes(network, &transfer, MovementStep::GivenUp, moved);
        }
        let links = Self::links(network, &transfer).to_vec();
        self.refill(network, now, &links);
        Some(transfer)
    }

    /// Plays what was expected of a transfer.
    pub fn expected(&mut self, network: &Network, now: SimTime, id: u32, version: u32) -> Arrival {
        let Ok(index) = self
            .active
            .binary_search_by_key(&id, |transfer| transfer.id)
        else {
            return Arrival::Stale;
        };
        let transfer = &self.active[index];
        let flows = matches!(
            transfer.cargo,
            Cargo::Feed(..) | Cargo::Background(_) | Cargo::Sync(_)
        );
        // One that comes at the same instant may have made it faster: it is there all the same.
        let is_there = transfer.left == 0 && transfer.settled == now && !transfer.sent && !flows;
        if transfer.version != version && !is_there {
            return Arrival::Stale;
        }
        if !self.active[index].sent {
            self.settle(index, now);
            debug_assert_eq!(
                self.active[index].left, 0,
                "an end that was expected too early"
            );
            let links = Self::links(network, &self.active[index]).to_vec();
            let transfer = &mut self.active[index];
            transfer.sent = true;
            transfer.rate = Bandwidth(0);
            transfer.version += 1;
            let version = transfer.version;
            self.refill(network, now, &links);
            let latencies = links.iter().map(|&link| network.link(link).latency);
            let latency = latencies.fold(Span::ZERO, std::ops::Add::add);
            if latency > Span::ZERO {
                let at = now + latency;
                self.due.push(Due { at, id, version });
                return Arrival::OnItsWay;
            }
        }
        let transfer = self.active.remove(index);
        self.note_bytes(network, &transfer, MovementStep::Arrives, transfer.size);
        Arrival::There(transfer)
    }

    /// Whether a transfer has no way to go.
    pub fn is_stalled(&self, id: u32) -> bool {
        let found = self
            .active
            .binary_search_by_key(&id, |transfer| transfer.id);
        found.is_ok_and(|index| self.active[index].route.is_none())
    }
}

#[cfg(test)]
mod tests;
