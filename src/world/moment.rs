//! The whole state of one moment.

use crate::model::{Model, Tariffs};
use crate::units::{PoolId, SimTime, TenantId};

use super::budgets::Budgets;
use super::causes::Causes;
use super::claims::Claims;
use super::envelopes::EnvelopesState;
use super::failover::Failing;
use super::job::{Jobs, Slot};
use super::kept::Kept;
use super::line::Line;
use super::meters::Meters;
use super::pool::PoolState;
use super::profile::Profile;
use super::promises::Promises;
use super::repairs::RepairShop;
use super::retention::Retained;
use super::rollout::RolloutState;
use super::rules::RulesState;
use super::services::Services;
use super::spend::Spend;
use super::spot::SpotMemory;
use super::staging::Staging;
use super::start_windows::WindowsState;
use super::stretch::Stretch;
use super::upkeep::Upkeep;

/// What changed since the last decision.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Changes {
    /// Something other than an arrival: capacity came free, a price moved, a wake was due.
    pub other: bool,
    /// Jobs that joined the line.
    pub arrivals: Vec<Slot>,
}

/// GPUs that a pool keeps for the first blocked job at home there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reservation {
    /// For whom.
    pub slot: Slot,
    /// From when.
    pub at: SimTime,
    /// GPUs that will be left over then.
    pub extra: u64,
}

/// The state of one simulated moment.
#[derive(Clone, Debug)]
pub struct World {
    /// The moment.
    pub now: SimTime,
    /// Living jobs.
    pub jobs: Jobs,
    /// Those that wait.
    pub line: Line,
    /// A job that has just come to an empty line and waits for the decision of this instant.
    pub at_door: Option<Slot>,
    /// Why each shape waits.
    pub causes: Causes,
    /// Capacity.
    pub pools: Vec<PoolState>,
    /// Where broken nodes wait for few crews.
    pub shops: Vec<RepairShop>,
    /// Phases, and what they changed.
    pub rollout: RolloutState,
    /// Which rules are in force, and what runs against them.
    pub rules: RulesState,
    /// Failovers, and what they opened.
    pub failing: Failing,
    /// What jobs have spent of their cost envelopes.
    pub envelopes: EnvelopesState,
    /// Windows in which work may start.
    pub windows: WindowsState,
    /// Plans of maintenance, in the order of the model.
    pub upkeep: Vec<Upkeep>,
    /// How many batches are due and wait until nobody uses their nodes.
    pub(super) batches_due: u32,
    /// When GPUs come back from maintenance that goes on, while somebody asks for it.
    pub(super) given_back: Vec<(SimTime, u64)>,
    /// What changed since the last decision.
    pub changes: Changes,
    /// Reservations of the last decision, by pool.
    pub reservations: Vec<Option<Reservation>>,
    /// Whether the last decision left everything blocked in a way that arrivals alone cannot change.
    pub settled: bool,
    /// Order of runnable jobs at the last decision of a discipline that ranks them all.
    pub ranking: Vec<Slot>,
    /// Decayed use of each tenant in milli-GPU·ms, and since when it decays.
    pub usage: Vec<(u128, SimTime)>,
    /// ∫ (jobs waiting) dt, in job·ms.
    pub waiting_area: u128,
    /// Reservations that slipped.
    pub slips: u64,
    /// Whether estimates of running jobs are kept in order.
    pub keeps_profile: bool,
    /// Whether all runnable jobs are kept in one order.
    pub keeps_ranking: bool,
    /// Whether decisions may ask to be called for running jobs.
    pub calls_running: bool,
    /// What capacity costs where no price was sampled.
    pub posted: Tariffs,
    /// What capacity costs.
    pub tariffs: Tariffs,
    /// What left each provider's sites this month.
    pub(super) meters: Meters,
    /// What providers were paid, where that is settled later.
    pub spend: Spend,
    /// What was spent of budgets.
    pub budgets: Budgets,
    /// Where data are, and what moves.
    pub staging: Staging,
    /// What is kept for a time.
    pub retention: Retained,
    /// What lay on storages so far.
    pub(super) kept: Kept,
    /// Pools that the strategy in force may use, by shape; empty if no gang is elastic.
    pub usable: Vec<Vec<PoolId>>,
    /// GPUs by tenant and class, where a strategy asks for it.
    pub claims: Claims,
    /// Room that is being made for those whom quotas let stop others.
    pub promises: Promises,
    /// What spot pools did to those who asked them, where a policy remembers it.
    pub spot: SpotMemory,
    /// Which services answer.
    pub services: Services,
    /// Whether anything but room can stand between a job and a pool: data, or services.
    pub(super) is_guarded: bool,
    /// Whether jobs have nothing to be booked but GPUs: no data, no checkpoints, no power.
    pub(super) books_plainly: bool,
    /// Whether somebody wants to hear of single stretches.
    pub keeps_stretches: bool,
    /// The stretches that the last move booked, if they are kept.
    pub booked: Vec<Stretch>,
    /// When the instances of a cancelled launch were launched.
    pub(super) cancelled: Vec<SimTime>,
    /// The charges for single instances that the last move booked: (pool, from, to).
    pub charges: Vec<(PoolId, SimTime, SimTime)>,
}

impl World {
    /// The empty estate of a model at time zero.
    pub fn new(model: &Model) -> Self {
        let pools = model
            .pools
            .iter()
            .enumerate()
            .map(|(index, pool)| PoolState::new(pool, &request_mix(model, index)))
            .collect();
        let posted = Tariffs::posted(model);
        let mut world = Self {
            now: SimTime::ZERO,
            jobs: Jobs::default(),
            line: Line::default(),
            at_door: None,
            causes: Causes::default(),
            pools,
            shops: Vec::new(),
            rollout: RolloutState::default(),
            rules: RulesState::default(),
            failing: Failing::default(),
            envelopes: EnvelopesState::default(),
            windows: WindowsState::default(),
            upkeep: Vec::new(),
            batches_due: 0,
            given_back: Vec::new(),
            changes: Changes::default(),
            reservations: Vec::new(),
            settled: false,
            ranking: Vec::new(),
            usage: Vec::new(),
            waiting_area: 0,
            slips: 0,
            keeps_profile: false,
            keeps_ranking: false,
            calls_running: false,
            books_plainly: false,
            keeps_stretches: true,
            tariffs: posted.clone(),
            posted,
            meters: Meters::default(),
            spend: Spend::default(),
            budgets: Budgets::default(),
            staging: Staging::default(),
            retention: Retained::default(),
            kept: Kept::default(),
            usable: Vec::new(),
            claims: Claims::default(),
            promises: Promises::default(),
            spot: SpotMemory::default(),
            services: Services::default(),
            is_guarded: false,
            booked: Vec::new(),
            cancelled: Vec::new(),
            charges: Vec::new(),
        };
        world.reset(model);
        world
    }

    /// Goes back to the empty estate and keeps the memory.
    pub fn reset(&mut self, model: &Model) {
        self.now = SimTime::ZERO;
        self.jobs.clear();
        self.line.reset(model.shapes.len());
        self.causes.reset(model.shapes.len());
        for (state, pool) in self.pools.iter_mut().zip(&model.pools) {
            state.reset(pool);
        }
        self.reset_rollout(model);
        self.rules.reset(model);
        self.failing.reset(model);
        self.envelopes.reset(model);
        self.windows.reset(model);
        self.upkeep.clear();
        self.upkeep
            .resize(model.weather.maintenance.len(), Upkeep::default());
        self.batches_due = 0;
        self.at_door = None;
        self.changes.other = false;
        self.changes.arrivals.clear();
        self.reservations.clear();
        self.reservations.resize(model.pools.len(), None);
        self.settled = false;
        self.ranking.clear();
        self.usage.clear();
        self.usage.resize(model.tenants.len(), (0, SimTime::ZERO));
        self.waiting_area = 0;
        self.slips = 0;
        self.meters.reset(&model.sites);
        self.spend.reset(&model.commitments);
        self.budgets.reset(model);
        self.staging.reset(model);
        self.retention.reset(model);
        self.kept.clear();
        self.services.reset(model);
        self.promises.reset(model);
        self.is_guarded = model.quotas.are_used()
            || self.staging.transfers.syncs.is_used()
            || self.staging.is_used()
            || self.services.are_used()
            || !model.network.steered.is_empty();
        self.books_plainly = !self.staging.transfers.feeds.is_used()
            && !self.staging.transfers.syncs.is_used()
            && !self.staging.keeps_checkpoints()
            && !model.power.is_counted()
            && model.rhythms.is_empty();
        self.booked.clear();
        self.charges.clear();
    }

    /// Moves the clock.
    #[inline]
    pub fn advance_to(&mut self, now: SimTime) {
        debug_assert!(self.now <= now, "the clock went back");
        self.waiting_area += u128::from(self.line.len()) * u128::from(now.since(self.now).0);
        self.now = now;
    }

    /// Whether there are more living jobs than the profiles of running jobs, if they are kept, can tell apart.
    pub fn is_crowded(&self) -> bool {
        self.keeps_profile && (Profile::SLOTS_MAX as usize) < self.jobs.slots()
    }

    /// Whether nobody is in the line nor about to join it.
    #[inline]
    pub const fn nobody_waits(&self) -> bool {
        self.line.is_empty() && self.at_door.is_none()
    }

    /// Whether nothing can ever move in an estate, nor a node be taken for planned work: what follows from the two is
    /// then not asked for at each instant.
    pub fn is_still(&self, model: &Model) -> bool {
        !self.staging.is_used()
            && !model.retention.are_used()
            && model.network.links.is_empty()
            && model.network.storages.is_empty()
            && model.weather.maintenance.is_empty()
            && !model.failovers.are_used()
            && model.classes.iter().all(|class| class.results_to.is_none())
    }

    /// Whether nothing that moves or is to be served waits to be looked at.
    #[cfg(debug_assertions)]
    pub fn rests(&self) -> bool {
        let transfers = &self.staging.transfers;
        !self.staging.holds_any()
            && !self.awaits_service()
            && !transfers.feeds.is_used()
            && transfers.paid.is_empty()
            && transfers.due.is_empty()
    }

    /// Whether somebody should decide something.
    #[inline]
    pub fn decision_due(&self) -> bool {
        self.changes.other || !self.changes.arrivals.is_empty()
    }

    /// The state of a pool.
    pub fn pool(&self, id: PoolId) -> &PoolState {
        &self.pools[id.index()]
    }

    /// A tenant's use, halved for each half-life that passed since it was booked.
    pub fn usage_of(&self, tenant: TenantId, half_life_ms: u64) -> u128 {
        let (amount, since) = self.usage[tenant.index()];
        decayed(amount, self.now.since(since).0, half_life_ms)
    }

    /// Books use of a tenant.
    pub fn use_by(&mut self, tenant: TenantId, amount: u128, half_life_ms: u64) {
        let decayed = self.usage_of(tenant, half_life_ms);
        self.usage[tenant.index()] = (decayed + amount, self.now);
    }
}

/// Halves `amount` once for each half-life, linearly in between: whole numbers only, and never growing.
fn decayed(amount: u128, elapsed: u64, half_life: u64) -> u128 {
    if half_life == 0 {
        return amount;
    }
    let halvings = elapsed / half_life;
    if halvings >= 127 {
        return 0;
    }
    let rest = elapsed % half_life;
    let floor = amount >> halvings;
    floor - floor / 2 * u128::from(rest) / u128::from(half_life)
}

/// The mix of gang sizes among the shapes that may use a pool.
fn request_mix(model: &Model, pool: usize) -> Vec<(u64, u64)> {
    model
        .shapes
        .iter()
        .filter(|shape| {
            model.classes[shape.class.index()]
                .pools
                .iter()
                .any(|allowed| allowed.index() == pool)
        })
        .map(|shape| (shape.gpus.occupied(), shape.weight))
        .collect()
}
