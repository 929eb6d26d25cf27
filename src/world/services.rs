//! Which services answer: what is out, since when, and for how long what was fetched before still serves.

use crate::journal::Cause;
use crate::model::{Model, OnLoss, OnSubmit, OnSync};
use crate::units::{ClassId, DatasetId, OutletId, PoolId, SimTime, SiteId, Span};

use super::artifacts::Health;
use super::job::Slot;
use super::moment::World;

/// The services as each site sees them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Services {
    /// Whether any job needs one: nothing here is looked at otherwise.
    used: bool,
    /// Whether any gives credentials that expire.
    expiring: bool,
    /// How many are out.
    out: u32,
    /// How many of them do not serve.
    lapsed: u32,
    outlets: Vec<State>,
}

/// A service as one site sees it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct State {
    /// How many causes keep it out.
    causes: u16,
    /// Since when it is out.
    since: SimTime,
    /// Until when what was fetched before serves.
    lapses: SimTime,
    /// Whether that is over, and it is still out.
    lapsed: bool,
    /// Counts outages.
    outage: u32,
    /// How long it was out before.
    out: Span,
}

impl Services {
    /// Everything answers.
    pub(super) fn reset(&mut self, model: &Model) {
        self.used = model.services.are_used();
        let mut services = model.services.list.iter();
        self.expiring = services.any(|service| service.expires.is_some());
        (self.out, self.lapsed) = (0, 0);
        self.outlets.clear();
        let outlets = model.services.outlets.len();
        self.outlets.resize(outlets, State::default());
    }

    /// Whether any job needs one.
    #[inline]
    pub const fn are_used(&self) -> bool {
        self.used
    }

    /// Whether what a service gives can be had at a site: from itself, or as it was fetched before.
    pub fn serves(&self, id: OutletId) -> bool {
        !self.outlets[id.index()].lapsed
    }

    /// Whether a service itself does not answer.
    pub fn is_out(&self, id: OutletId) -> bool {
        self.outlets[id.index()].causes > 0
    }

    /// How many causes keep a service from answering.
    pub fn causes(&self, id: OutletId) -> u16 {
        self.outlets[id.index()].causes
    }

    /// How long a service was out at a site up to now.
    pub fn out(&self, id: OutletId, now: SimTime) -> Span {
        let state = &self.outlets[id.index()];
        if state.causes > 0 {
            state.out + now.since(state.since)
        } else {
            state.out
        }
    }

    /// A service does not answer, or for one more cause. If `voids`, what was fetched before is of no use from
    /// now on. Returns until when that serves, and which outage it is, if that is news.
    pub fn lose(
        &mut self,
        id: OutletId,
        now: SimTime,
        cache: Span,
        voids: bool,
    ) -> Option<(SimTime, u32)> {
        let state = &mut self.outlets[id.index()];
        state.causes += 1;
        let is_new = state.causes == 1;
        self.out += u32::from(is_new);
        if is_new {
            state.since = now;
            state.lapses = now + cache;
            state.outage += 1;
        }
        if voids && !state.lapsed {
            state.lapses = state.lapses.min(now);
        }
        (is_new || voids && !state.lapsed).then_some((state.lapses, state.outage))
    }

    /// What was fetched before this instant is of no use any more. Returns which outage it is, if there is one
    /// which that makes felt.
    pub fn retire(&mut self, id: OutletId, now: SimTime, fetched: SimTime) -> Option<u32> {
        let state = &mut self.outlets[id.index()];
        let is_felt = state.causes > 0 && !state.lapsed && state.since <= fetched;
        if is_felt {
            state.lapses = now;
        }
        is_felt.then_some(state.outage)
    }

    /// What was fetched before an outage lapses. Returns whether it does: the outage may be over.
    pub fn lapse(&mut self, id: OutletId, now: SimTime, outage: u32) -> bool {
        let state = &mut self.outlets[id.index()];
        let lapses =
            state.causes > 0 && state.outage == outage && state.lapses <= now && !state.lapsed;
        state.lapsed |= lapses;
        self.lapsed += u32::from(lapses);
        lapses
    }

    /// One cause that kept a service out is over. Returns whether it answers again.
    pub fn regain(&mut self, id: OutletId, now: SimTime) -> bool {
        let state = &mut self.outlets[id.index()];
        if state.causes == 0 {
            return false;
        }
        state.causes -= 1;
        if state.causes > 0 {
            return false;
        }
        state.out += now.since(state.since);
        self.out -= 1;
        self.lapsed -= u32::from(state.lapsed);
        state.lapsed = false;
        true
    }
}

impl World {
    /// Why no job of a class can start in a pool whatever room there is, if so.
    #[inline]
    pub fn withheld(&self, model: &Model, class: ClassId, pool: PoolId) -> Option<Cause> {
        if self.services.out == 0 && self.staging.artifacts.are_well(self.now) {
            return None;
        }
        self.withheld_by(model, class, pool)
    }

    fn withheld_by(&self, model: &Model, class: ClassId, pool: PoolId) -> Option<Cause> {
        let missing = self.lacks_to_start(model, class, pool);
        let site = model.pool(pool).site;
        let data = model.classes[class.index()].data.iter();
        let unstartable = data.filter_map(|&id| self.unstartable(model, id, site));
        missing.into_iter().chain(unstartable).min()
    }

    /// Which of the services that a class needs in a pool does not serve, if any.
    pub fn lacks(&self, model: &Model, class: ClassId, pool: PoolId) -> Option<Cause> {
        if self.services.lapsed == 0 {
            return None;
        }
        let needs = model.needs(class, pool).iter();
        let missing = needs.filter(|&&id| !self.services.serves(id));
        missing
            .map(|&id| model.services.service_of(id).kind.cause())
            .min()
    }

    /// As [`World::lacks`], for a job that would start: some providers open nothing while they are out.
    fn lacks_to_start(&self, model: &Model, class: ClassId, pool: PoolId) -> Option<Cause> {
        let needs = model.needs(class, pool).iter();
        let shut = |&&id: &&OutletId| {
            let closed = model.services.service_of(id).uses.submit == OnSubmit::Closed;
            !self.services.serves(id) || closed && self.services.is_out(id)
        };
        let missing = needs.filter(shut);
        missing
            .map(|&id| model.services.service_of(id).kind.cause())
            .min()
    }

    /// Whether a job of a class that comes for a pool is turned away: nobody vouches for it, and none may wait.
    pub fn turns_away(&self, model: &Model, class: ClassId, pool: PoolId) -> bool {
        let mut needs = model.needs(class, pool).iter();
        needs.any(|&id| {
            let fails = model.services.service_of(id).uses.submit == OnSubmit::Fail;
            fails && !self.services.serves(id)
        })
    }

    /// What becomes of a job that would write a checkpoint with a credential that has ended: as the first says that it
    /// lacks, or that ends with it.
    pub fn on_sync(&self, model: &Model, slot: Slot) -> OnSync {
        let job = &self.jobs[slot];
        let class = model.class_of(job.request.shape);
        let needs = model.needs(class, job.pool).iter();
        let ended = |&&id: &&OutletId| {
            let expires = model.services.service_of(id).expires.is_some();
            expires || !self.services.serves(id)
        };
        let mut ended = needs.filter(ended);
        let first = ended.next().map(|&id| model.services.service_of(id));
        first.map_or(OnSync::Fail, |service| service.uses.sync)
    }

    /// Whether all services that a running job lacks let it run on until it would write a checkpoint.
    pub fn runs_on(&self, model: &Model, slot: Slot) -> bool {
        let job = &self.jobs[slot];
        let class = model.class_of(job.request.shape);
        let needs = model.needs(class, job.pool).iter();
        let mut missing = needs.filter(|&&id| !self.services.serves(id));
        missing.all(|&id| model.services.service_of(id).on_loss == OnLoss::GoOn)
    }

    /// Whether the newest checkpoint of a running job, written at this very instant, would count.
    pub fn counts_now(&self, model: &Model, slot: Slot) -> bool {
        let job = &self.jobs[slot];
        let rhythm = model.rhythm(job.request.shape, job.pool);
        let run_from = job.started + job.restart;
        let cut = |at: SimTime| rhythm.cut(at.since(run_from)).checkpoints;
        run_from < self.now && cut(SimTime(self.now.0 - 1)) < cut(self.now)
    }

    /// Why nothing can start on an artifact at a site, if so: it is known to be corrupted, or it is not there and
    /// cannot be pulled.
    fn unstartable(&self, model: &Model, id: DatasetId, site: SiteId) -> Option<Cause> {
        model.dataset(id).artifact?;
        if self.staging.artifacts.health(id, site) == Health::Known {
            return Some(Cause::Registry);
        }
        if self.staging.has(id, site) {
            return None;
        }
        self.unpullable(model, id, site)
    }

    /// The jobs that need a service at its site and have GPUs there, in order of arrival.
    pub fn jobs_that_need(&self, model: &Model, id: OutletId, jobs: &mut Vec<Slot>) {
        let site = model.services.outlet(id).site;
        jobs.clear();
        let living = self.jobs.living().filter(|(_, job)| {
            job.phase.has_gpus() && model.pool(job.pool).site == site && {
                let class = model.class_of(job.request.shape);
                model.needs(class, job.pool).contains(&id)
            }
        });
        jobs.extend(living.map(|(slot, _)| slot));
        jobs.sort_unstable_by_key(|&slot| self.jobs[slot].id);
    }

    /// When a job that starts now would write a checkpoint with a credential that has ended, if it ever does.
    pub fn outlives(&self, model: &Model, slot: Slot) -> Option<SimTime> {
        if !self.services.expiring {
            return None;
        }
        let job = &self.jobs[slot];
        let class = model.class_of(job.request.shape);
        let needs = model.needs(class, job.pool).iter();
        let expires = needs.filter_map(|&id| model.services.service_of(id).expires);
        let ends = self.now + expires.min()?;
        let rhythm = model.rhythm(job.request.shape, job.pool);
        if rhythm.is_none() {
            return None;
        }
        let run_from = job.started + job.restart;
        let elapsed = ends.0.saturating_sub(run_from.0);
        let number = elapsed.div_ceil(rhythm.cycle().0).max(1);
        Some(run_from + Span(rhythm.cycle().0.saturating_mul(number)))
    }

    /// When the next checkpoint of a running job counts, if it writes any.
    pub fn next_checkpoint(&self, model: &Model, slot: Slot) -> Option<SimTime> {
        let job = &self.jobs[slot];
        let rhythm = model.rhythm(job.request.shape, job.pool);
        if rhythm.is_none() {
            return None;
        }
        let run_from = job.started + job.restart;
        let number = rhythm.cut(self.now.since(run_from)).checkpoints + 1;
        let cycles = Span(rhythm.cycle().0.saturating_mul(number));
        Some(run_from + cycles + rhythm.verify)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn one() -> Services {
        Services {
            used: true,
            outlets: vec![State::default()],
            ..Services::default()
        }
    }

    const ID: OutletId = OutletId(0);

    #[test]
    fn what_was_fetched_serves_until_it_lapses() {
        let mut services = one();
        // Out at 100 for two causes; what was fetched serves 50 more.
        assert_eq!(
            services.lose(ID, SimTime(100), Span(50), false),
            Some((SimTime(150), 1))
        );
        assert_eq!(services.lose(ID, SimTime(120), Span(50), false), None);
        assert!(services.serves(ID) && services.is_out(ID));
        assert!(!services.lapse(ID, SimTime(149), 1));
        assert!(services.lapse(ID, SimTime(150), 1));
        assert!(!services.serves(ID));
        // One cause is over, then the other: 100 to 170.
        assert!(!services.regain(ID, SimTime(160)));
        assert!(services.regain(ID, SimTime(170)));
        assert!(services.serves(ID));
        assert_eq!(services.out(ID, SimTime(900)), Span(70));
        // The next outage: an expectation of the first is stale.
        assert_eq!(
            services.lose(ID, SimTime(200), Span(50), false),
            Some((SimTime(250), 2))
        );
        assert!(!services.lapse(ID, SimTime(260), 1));
        assert_eq!(services.out(ID, SimTime(230)), Span(100));
    }

    #[test]
    fn what_is_void_does_not_serve() {
        let mut services = one();
        services.lose(ID, SimTime(100), Span(50), false);
        // A second cause voids what was fetched.
        assert_eq!(
            services.lose(ID, SimTime(110), Span(50), true),
            Some((SimTime(110), 1))
        );
        assert!(services.lapse(ID, SimTime(110), 1));
        assert_eq!(services.lose(ID, SimTime(115), Span(50), true), None);
    }

    #[test]
    fn a_rotation_is_felt_where_the_new_key_could_not_be_fetched() {
        let mut services = one();
        assert_eq!(services.retire(ID, SimTime(90), SimTime(90)), None);
        services.lose(ID, SimTime(100), Span(50), false);
        // Rotated at 95, while it answered; the old key holds until 105.
        assert_eq!(services.retire(ID, SimTime(105), SimTime(95)), None);
        // Rotated at 102, while it was out; the old key holds until 112.
        assert_eq!(services.retire(ID, SimTime(112), SimTime(102)), Some(1));
        assert!(services.lapse(ID, SimTime(112), 1));
    }
}
