//! One pool at one moment: what is free, who holds what, what is rented.

use crate::model::{Packing, Pool, Spread, Supply};
use crate::units::SimTime;

use super::books::Books;
use super::doubt::Doubt;
use super::nodes::{Holding, Nodes};
use super::profile::Profile;
use super::quota::Quota;
use super::rent::Rent;
use super::room::Room;
use super::shelves::Hidden;
use super::shut::Shut;
use super::stretch::Stretch;
use super::windows::Windows;

/// The state of a pool.
#[derive(Clone, Debug)]
pub struct PoolState {
    /// GPUs that are up and held by no job.
    pub free: u64,
    /// GPUs that jobs hold.
    pub busy: u64,
    /// Where on the nodes; `None` where only the count matters.
    pub(super) nodes: Option<Nodes>,
    /// Instances, for a rented pool.
    pub(super) rent: Option<Rent>,
    /// Nodes that take no work.
    pub(super) shut: Shut,
    /// GPUs that may be held of a rented pool.
    pub(super) quota: Quota,
    /// Until when the last refusal of the market is remembered.
    pub refused_until: SimTime,
    /// How its market is asked since.
    pub doubt: Doubt,
    /// Estimated releases, kept if some decision needs them.
    pub profile: Profile,
    /// The accounts.
    pub books: Books,
    /// What was absorbed on nodes that take no work and is not posted yet.
    pub shut_stretches: Vec<Stretch>,
    /// From when on how many nodes are there, where phases bring and take them; empty where they are as the terms
    /// say.
    pub(super) presence: Vec<(SimTime, u32)>,
    /// Nodes on which maintenance is announced or goes on.
    pub(super) windows: Windows,
    /// Nodes that a placement must not use, while it is made.
    pub(super) hidden: Vec<Hidden>,
    /// Nodes that a gang left, while some are shut.
    pub(super) returned: Vec<u32>,
}

impl PoolState {
    /// The pool with nothing on it yet; `mix` lists (gang size, weight) of the demand.
    pub fn new(pool: &Pool, mix: &[(u64, u64)]) -> Self {
        let rented = pool.is_rented();
        // Rented instances are always told apart: they are charged one by one.
        let nodes = (rented || pool.packing != Packing::Count).then(|| {
            let spread = if rented {
                Spread::Remainder
            } else {
                pool.spread
            };
            Nodes::new(pool.gpus_per_node, pool.packing, spread, mix)
        });
        let mut state = Self {
            free: 0,
            busy: 0,
            nodes,
            rent: rented.then(Rent::default),
            shut: Shut::default(),
            quota: Quota::default(),
            refused_until: SimTime::ZERO,
            doubt: Doubt::default(),
            profile: Profile::default(),
            books: Books::default(),
            shut_stretches: Vec::new(),
            windows: Windows::default(),
            presence: Vec::new(),
            hidden: Vec::new(),
            returned: Vec::new(),
        };
        state.reset(pool);
        state
    }

    /// Room for what the jobs of a replication can hold here at once, without asking for memory.
    pub(super) fn reserve(&mut self, pool: &Pool, room: &Room, keeps_profile: bool) {
        let parts = room.parts_in(pool);
        if let Some(nodes) = &mut self.nodes {
            let count = if self.rent.is_some() {
                room.instances_of(pool)
            } else {
                pool.nodes as usize
            };
            nodes.reserve(count, parts);
        }
        if let Some(rent) = &mut self.rent {
            rent.reserve(room.instances_of(pool));
        } else if keeps_profile {
            // A job that ends leaves its key: each may be there once, though few run at once.
            self.profile.reserve(parts.min(room.jobs()), room.jobs());
        }
    }

    /// Starts again and keeps the memory.
    pub fn reset(&mut self, pool: &Pool) {
        self.busy = 0;
        self.shut.clear();
        self.shut_stretches.clear();
        self.windows.clear();
        self.presence.clear();
        self.refused_until = SimTime::ZERO;
        self.doubt = Doubt::default();
        self.quota.reset(match &pool.supply {
            Supply::Rented(terms) => terms.quota,
            Supply::Owned { .. } => None,
        });
        self.profile.clear();
        self.books = Books::default();
        if let Some(rent) = &mut self.rent {
            rent.reset();
            self.free = 0;
            let slots = rent.slots();
            if let Some(nodes) = &mut self.nodes {
                nodes.reset(slots, 0);
            }
            return;
        }
        self.free = pool.gpus();
        if let Some(nodes) = &mut self.nodes {
            nodes.reset(pool.nodes, pool.nodes);
        }
        if pool.term().is_some_and(|term| SimTime::ZERO < term.from) {
            for node in 0..pool.nodes {
                self.disappear(node, SimTime::ZERO);
            }
        }
    }

    /// Whether a gang would find room on what is up now.
    #[inline]
    pub fn fits(&self, gpus: u64) -> bool {
        self.free >= gpus && self.nodes.as_ref().is_none_or(|nodes| nodes.fits(gpus))
    }

    /// Instances that a gang of `gpus` would need.
    pub const fn instances_for(pool: &Pool, gpus: u64) -> u64 {
        gpus.div_ceil(pool.gpus_per_node as u64)
    }

    /// Whether the quota allows renting instances for a whole gang.
    pub fn may_rent(&self, pool: &Pool, gpus: u64) -> bool {
        let Some(rent) = &self.rent else {
            return false;
        };
        let per_node = u64::from(pool.gpus_per_node);
        let asked = (rent.held() + Self::instances_for(pool, gpus)) * per_node;
        self.quota.most().is_none_or(|quota| asked <= quota)
    }

    /// Whether a gang could be had here now as far as one knows: idle instances, or a market that has not refused lately.
    pub fn may_be_had(&self, pool: &Pool, now: SimTime, gpus: u64) -> bool {
        let asks_for = Self::instances_for(pool, gpus);
        self.fits(gpus)
            || self.may_rent(pool, gpus)
                && self.refused_until <= now
                && self.doubt.may_ask(asks_for)
    }

    /// Takes GPUs for a gang.
    #[expect(
        clippy::inline_always,
        reason = "measured: each job comes through here once"
    )]
    #[inline(always)]
    pub fn take(&mut self, gpus: u64) -> Option<Holding> {
        if self.free < gpus {
            return None;
        }
        let holding = match &mut self.nodes {
            None => Holding::Count,
            Some(nodes) => nodes.take(gpus)?,
        };
        if let (Some(rent), Some(nodes)) = (&mut self.rent, &self.nodes) {
            for (node, part) in nodes.parts(holding, gpus) {
                rent.occupy(node, part);
            }
        }
        self.free -= gpus;
        self.hold(gpus);
        Some(holding)
    }

    /// Takes these GPUs of these nodes of an owned pool for a gang; `None` if they are not free.
    pub(super) fn take_parts(&mut self, gpus: u64, parts: &[(u32, u32)]) -> Option<Holding> {
        let told: u64 = parts.iter().map(|&(_, part)| u64::from(part)).sum();
        if self.rent.is_some() || told != gpus {
            return None;
        }
        let holding = self.nodes.as_mut()?.take_parts(parts)?;
        self.free -= gpus;
        self.hold(gpus);
        Some(holding)
    }

    /// Rents new instances for a whole gang; they are not up yet. Returns what it holds and how many.
    pub fn launch(&mut self, pool: &Pool, now: SimTime, gpus: u64) -> Option<(Holding, u32)> {
        let count = Self::instances_for(pool, gpus);
        let (rent, nodes) = (self.rent.as_mut()?, self.nodes.as_mut()?);
        let slots = rent.launch(now, count, gpus, pool.gpus_per_node);
        let holding = nodes.hold_new(slots, gpus);
        nodes.grow(rent.slots());
        self.books.launches += count;
        self.hold(gpus);
        Some((holding, count as u32))
    }

    /// The instances of a gang have booted: what it does not use of them is free from now on.
    pub fn boot(&mut self, holding: Holding, gpus: u64) {
        let Some(nodes) = &mut self.nodes else { return };
        let freed = nodes.add_rest_of(holding, gpus);
        self.free += u64::from(freed);
    }

    /// Gives a gang's GPUs back; `idle` hears each instance that no job uses any more, with its generation.
    #[inline]
    pub fn give(
        &mut self,
        holding: Holding,
        gpus: u64,
        now: SimTime,
        mut idle: impl FnMut(u32, u32),
    ) {
        self.busy -= gpus;
        self.free += gpus;
        if !self.windows.is_empty() {
            self.windows.forget_refusals();
        }
        let Some(nodes) = &mut self.nodes else { return };
        if let Some(rent) = &mut self.rent {
            for (node, part) in nodes.parts(holding, gpus) {
                if let Some(generation) = rent.vacate(node, part) {
                    idle(node, generation);
                }
            }
        }
        if self.shut.is_empty() {
            nodes.give(holding, gpus);
        } else {
            self.give_among_shut(holding, gpus, now);
        }
    }

    /// The nodes on which a gang holds GPUs, with how many.
    pub fn parts(&self, holding: Holding, gpus: u64) -> impl Iterator<Item = (u32, u32)> + '_ {
        let nodes = self.nodes.as_ref();
        nodes
            .into_iter()
            .flat_map(move |nodes| nodes.parts(holding, gpus))
    }

    /// So many nodes more (or fewer) are there from now on.
    pub(super) fn count_nodes(&mut self, now: SimTime, more: i64) {
        if let Some(&(at, nodes)) = self.presence.last() {
            let nodes = (i64::from(nodes) + more) as u32;
            if at == now {
                self.presence.pop();
            }
            self.presence.push((now, nodes));
        }
    }

    /// The stretch of this number of what is paid for of an owned pool in a run that ends at `end`: GPUs, from when
    /// until when; `None` behind the last.
    pub fn paid(
        &self,
        pool: &Pool,
        end: SimTime,
        number: usize,
    ) -> Option<(u64, SimTime, SimTime)> {
        if self.presence.is_empty() {
            let (from, until) = pool.paid_until(end);
            return (number == 0).then_some((pool.gpus(), from, until));
        }
        let &(at, nodes) = self.presence.get(number)?;
        let next = self.presence.get(number + 1).map_or(end, |next| next.0);
        let gpus = u64::from(nodes) * u64::from(pool.gpus_per_node);
        Some((gpus, at, next.max(at)))
    }

    /// How many GPUs may be held changes, for good or (`passes`) until [`PoolState::lift_quota`] of as many.
    pub fn limit_quota(&mut self, gpus: u64, passes: bool) {
        self.quota.limit(gpus, passes);
    }

    /// A change of the quota for a time is over.
    pub fn lift_quota(&mut self, gpus: u64) {
        self.quota.lift(gpus);
    }

    /// Gives an idle instance back to its provider, if it has been idle since `generation`.
    pub fn release(&mut self, pool: &Pool, slot: u32, generation: u32) -> Option<SimTime> {
        let (rent, nodes) = (self.rent.as_mut()?, self.nodes.as_mut()?);
        if !rent.is_idle_since(slot, generation) || self.shut.get(slot).draining {
            return None;
        }
        nodes.withdraw(slot);
        self.free -= u64::from(pool.gpus_per_node);
        Some(rent.release(slot))
    }

    /// How many instances the market would let us hold.
    pub fn set_capacity(&mut self, instances: u64) {
        if let Some(rent) = &mut self.rent {
            rent.set_capacity(instances);
        }
    }

    /// The number of a word of the market with notice; see [`Rent::next_notice`].
    pub fn next_notice(&mut self) -> u32 {
        self.rent.as_mut().map_or(0, Rent::next_notice)
    }

    /// The rented instances, if the pool is rented.
    pub const fn rent(&self) -> Option<&Rent> {
        self.rent.as_ref()
    }

    /// Free GPUs that a gang would leave over on the last node that it takes: on the fullest that holds it, or on a new
    /// one of `per_node`; none where nodes are not told apart.
    pub fn left_over(&self, gpus: u64, per_node: u32) -> u64 {
        let rest = (gpus % u64::from(per_node)) as u32;
        match &self.nodes {
            Some(nodes) if rest > 0 => u64::from(nodes.fullest(rest).unwrap_or(per_node) - rest),
            _ => 0,
        }
    }

    /// Free GPUs counted over the nodes, where they are told apart.
    pub fn nodes_free(&self) -> Option<u64> {
        self.nodes.as_ref().map(Nodes::total_free)
    }

    #[inline]
    fn hold(&mut self, gpus: u64) {
        self.busy += gpus;
        self.books.peak_gpus = self.books.peak_gpus.max(self.busy);
    }
}
