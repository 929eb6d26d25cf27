//! What it means for jobs that their checkpoints go home: where they may go on, from which checkpoint, and what
//! bringing it there costs.

use crate::journal::Cause;
use crate::model::{CheckpointHome, Freight, LinkUse, Model, Traffic};
use crate::units::{Bytes, PoolId, SiteId, Span};

use super::job::Slot;
use super::moment::World;
use super::placing::{Refusal, restart_span};
use super::syncs::{Course, Sending, Syncing, What};
use super::transfers::{Cargo, Load, Transfer};

mod ending;

pub(super) use ending::Ending;

/// The restart of a job whose checkpoint is still on its way to it.
const UNTIL_IT_COMES: Span = Span(u64::MAX / 4);

impl World {
    /// A job has its GPUs and goes on: from the newest checkpoint where that lies, elsewhere from the newest that
    /// came home. Returns whether it waits for that to come from there.
    #[cold]
    pub fn go_on(&mut self, model: &Model, slot: Slot) -> bool {
        self.booked.clear();
        let job = self.jobs[slot];
        let Some(home) = model.checkpoint_home(job.request.shape) else {
            return false;
        };
        let here = model.pool(job.pool).site;
        // What a job had done before the run is at home, but for what no checkpoint held.
        let history = self.jobs.history(&job);
        let saved = job.done - history.map_or(0, |history| history.unsaved);
        let syncs = &mut self.staging.transfers.syncs;
        match syncs.get(slot).map(|syncing| syncing.site) {
            None => syncs.insert(slot, Syncing::new((here, job.pool), home.size, saved)),
            Some(site) if site == here => {}
            Some(_) => {
                self.fall_back(model, slot);
                if here != home.site && self.jobs[slot].done > 0 {
                    self.fetch(model, slot, (home, here));
                    return true;
                }
            }
        }
        self.begin_course(model, slot, home);
        false
    }

    /// A job leaves the site of its newest checkpoint: what did not come home is lost.
    fn fall_back(&mut self, model: &Model, slot: Slot) {
        self.give_up_sending(model, slot);
        let syncs = &mut self.staging.transfers.syncs;
        let Some(home) = syncs.get(slot).map(|syncing| syncing.home) else {
            return;
        };
        let lost = self.jobs[slot].done.saturating_sub(home.done);
        if lost == 0 {
            return;
        }
        syncs.fell_back += 1;
        let runs = self.jobs.take_runs_after(slot, home.runs);
        self.book_lost_runs(model, slot, &runs);
        self.jobs[slot].done = home.done;
        self.jobs.history_mut(slot).lost += lost;
    }

    /// What a job that does not run was sending stays where it is, and is paid as far as it went.
    fn give_up_sending(&mut self, model: &Model, slot: Slot) {
        let (now, transfers) = (self.now, &mut self.staging.transfers);
        let Some(syncing) = transfers.syncs.get_mut(slot) else {
            return;
        };
        (syncing.sending, syncing.next) = (None, None);
        if let Some(id) = syncing.transfer.take() {
            transfers.give_up(&model.network, now, id);
            self.pay_fares(model);
        }
    }

    /// Checkpoints of a job, as they move.
    fn checkpoint(&self, model: &Model, slot: Slot, cargo: Cargo) -> Load {
        let job = &self.jobs[slot];
        Load {
            cargo,
            freight: Some(Freight::Checkpoint(
                model.labelled(job.request.shape),
                self.version_of(slot),
            )),
            job: Some(job.id),
        }
    }

    fn fetch(&mut self, model: &Model, slot: Slot, (home, here): (CheckpointHome, SiteId)) {
        self.jobs[slot].restart = UNTIL_IT_COMES;
        let load = self.checkpoint(model, slot, Cargo::Restore(slot));
        let (now, transfers) = (self.now, &mut self.staging.transfers);
        let what = (Traffic::Bulk, home.size);
        let ends = (home.site, here);
        let id = transfers.begin(&model.network, now, load, ends, what);
        if let Some(syncing) = transfers.syncs.get_mut(slot) {
            (syncing.transfer, syncing.fetching) = (Some(id), true);
        }
    }

    /// Whether a job holds its GPUs and waits for its checkpoint to come from home.
    pub fn is_fetching(&self, slot: Slot) -> bool {
        let syncs = &self.staging.transfers.syncs;
        syncs.is_used() && syncs.get(slot).is_some_and(|syncing| syncing.fetching)
    }

    /// The checkpoint for which a job waited is there: it restarts from it now.
    pub fn fetched(&mut self, model: &Model, slot: Slot) {
        let now = self.now;
        let job = &mut self.jobs[slot];
        let waited = now.since(job.started);
        job.restart = waited + restart_span(model, job);
        let end = job.estimate_end + waited;
        self.move_estimate(slot, end);
        let history = self.jobs.history_mut(slot);
        if history.recovers {
            history.recovery += waited;
        }
        let shape = self.jobs[slot].request.shape;
        if let Some(home) = model.checkpoint_home(shape) {
            self.begin_course(model, slot, home);
        }
    }

    /// A job works from the end of its restart on, and sends what it writes home.
    fn begin_course(&mut self, model: &Model, slot: Slot, home: CheckpointHome) {
        let (job, now) = (self.jobs[slot], self.now);
        let load = self.checkpoint(model, slot, Cargo::Sync(slot));
        let rhythm = model.rhythm(job.request.shape, job.pool);
        let here = model.pool(job.pool).site;
        let transfers = &mut self.staging.transfers;
        let before = transfers.syncs.get_mut(slot);
        let before = before.and_then(|syncing| syncing.transfer.take());
        // What was on its way goes on beside the new ones, from where it is.
        let left = before.and_then(|id| transfers.give_up(&model.network, now, id));
        self.pay_fares(model);
        let transfers = &mut self.staging.transfers;
        let Some(syncing) = transfers.syncs.get_mut(slot) else {
            return;
        };
        if let (Some(sending), Some(left)) = (&mut syncing.sending, left) {
            sending.left = u128::from(left.0) * 1000;
        }
        let course = Course::new(job.started + job.restart, rhythm, now);
        (syncing.site, syncing.pool) = (here, job.pool);
        (syncing.fetching, syncing.course) = (false, Some(course));
        if here != home.site {
            let mean = course.mean_rate(syncing.size());
            let ends = (here, home.site);
            let id = transfers.begin_sync(&model.network, now, load, ends, mean);
            if let Some(syncing) = transfers.syncs.get_mut(slot) {
                syncing.transfer = Some(id);
            }
        }
    }

    /// A job is told to stop: it writes no more checkpoints but the one for that.
    pub(super) fn stop_course(&mut self, slot: Slot) {
        let now = self.now;
        let syncing = self.staging.transfers.syncs.get_mut(slot);
        if let Some(course) = syncing.and_then(|syncing| syncing.course.as_mut()) {
            course.until = now;
        }
    }

    /// What a job that does not run has still to send goes on its way.
    fn send_next(&mut self, model: &Model, slot: Slot, home: CheckpointHome) {
        let load = self.checkpoint(model, slot, Cargo::Checkpoint(slot));
        let (now, transfers) = (self.now, &mut self.staging.transfers);
        let Some(syncing) = transfers.syncs.get_mut(slot) else {
            return;
        };
        if syncing.sending.is_none() {
            let (left, next) = (syncing.size(), syncing.next.take());
            syncing.sending = next.map(|mark| Sending {
                what: What::Earlier(mark),
                left,
            });
        }
        let Some(sending) = syncing.sending else {
            return;
        };
        let size = Bytes(sending.left.div_ceil(1000) as u64);
        let (from, what) = (syncing.site, (Traffic::Bulk, size));
        let id = transfers.begin(&model.network, now, load, (from, home.site), what);
        if let Some(syncing) = transfers.syncs.get_mut(slot) {
            syncing.transfer = Some(id);
        }
    }

    /// A checkpoint is where it was sent.
    pub(super) fn checkpoint_arrived(&mut self, model: &Model, transfer: &Transfer) {
        let (now, transfers) = (self.now, &mut self.staging.transfers);
        transfers.owe_for(&model.network, transfer);
        self.pay_fares(model);
        let (Cargo::Checkpoint(slot) | Cargo::Restore(slot)) = transfer.cargo else {
            return;
        };
        let home = model.checkpoint_home(self.jobs[slot].request.shape);
        let syncing = self.staging.transfers.syncs.get_mut(slot);
        let (Some(syncing), Some(home)) = (syncing, home) else {
            return;
        };
        syncing.transfer = None;
        if let Cargo::Checkpoint(_) = transfer.cargo {
            if let Some(sending) = syncing.sending.take() {
                syncing.arrive(sending.what, now);
            }
            self.send_next(model, slot, home);
            self.changes.other = true;
        }
    }

    /// A job is over, or cut by the horizon: what moved for it is paid, and nobody keeps its checkpoint any more.
    #[cold]
    pub(super) fn end_sync(&mut self, model: &Model, slot: Slot, is_over: bool) {
        let job = self.jobs[slot];
        let (now, transfers) = (self.now, &mut self.staging.transfers);
        let home = model.checkpoint_home(job.request.shape);
        if let (Some(syncing), Some(home)) = (transfers.syncs.get_mut(slot), home) {
            syncing.advance(now);
            let mut since = syncing.home_since;
            if let Some(first) = syncing.course.and_then(|course| course.first(now))
                && syncing.site == home.site
            {
                since = since.min(first);
            }
            if let Some(id) = syncing.transfer.take() {
                transfers.give_up(&model.network, now, id);
            }
            if let Some(storage) = home.storage.filter(|_| since < now) {
                self.kept.add(model.epoch, storage, home.size, (since, now));
            }
            if is_over && since < now && self.retention.is_used() {
                let kept = (home.site, home.storage, home.size);
                self.keep_checkpoint_after(model, slot, kept);
            }
            self.pay_fares(model);
            self.staging.transfers.syncs.remove(slot);
        }
    }

    /// Nodes of a pool stopped: if none is left at its site, nothing leaves that any more.
    #[cold]
    pub fn lose_site(&mut self, model: &Model, pool: PoolId) {
        let site = model.pool(pool).site;
        if !self.is_dark(model, site) {
            return;
        }
        for slot in self.staging.transfers.syncs.slots() {
            let syncing = self.staging.transfers.syncs.get(slot);
            if syncing.is_some_and(|s| s.site == site && s.course.is_none() && !s.fetching) {
                self.give_up_sending(model, slot);
            }
        }
        self.changes.other = true;
    }

    /// Whether a site has owned nodes only, and all of them are down.
    fn is_dark(&self, model: &Model, site: SiteId) -> bool {
        let pools = model.pools.iter().zip(&self.pools);
        let mut here = pools.filter(|(pool, _)| pool.site == site);
        here.all(|(pool, state)| {
            let is_down = |node: u32| {
                let entry = state.shut.get(node);
                entry.causes > 0 || entry.absent
            };
            !pool.is_rented() && (0..pool.nodes).all(is_down)
        })
    }

    /// What a job would have done if it went on in a pool now, in reference ms.
    #[inline]
    pub(super) fn done_at(&self, model: &Model, slot: Slot, pool: PoolId) -> u64 {
        let syncs = &self.staging.transfers.syncs;
        let done = self.jobs[slot].done;
        if !syncs.is_used() {
            return done;
        }
        let site = model.pool(pool).site;
        let away = syncs.get(slot).filter(|syncing| syncing.site != site);
        away.map_or(done, |syncing| syncing.home.done.min(done))
    }

    /// Whether a checkpoint stands between a job and a pool: its newest is on its way home, or what is home cannot
    /// come from there.
    #[cold]
    pub(super) fn may_go_on(&self, model: &Model, slot: Slot, pool: PoolId) -> Result<(), Refusal> {
        let transfers = &self.staging.transfers;
        let site = model.pool(pool).site;
        let home = model.checkpoint_home(self.jobs[slot].request.shape);
        let (Some(syncing), Some(home)) = (transfers.syncs.get(slot), home) else {
            return Ok(());
        };
        if syncing.site == site || syncing.course.is_some() || syncing.fetching {
            return Ok(());
        }
        if syncing.transfer.is_some_and(|id| !transfers.is_stalled(id)) {
            return Err(Refusal::Withheld(Cause::Staging));
        }
        let way = (home.site, site);
        if syncing.home.done > 0 && !transfers.leads(&model.network, way, LinkUse::Restores) {
            return Err(Refusal::Withheld(Cause::Link));
        }
        if syncing.home.done > 0 && transfers.judge.is_used() {
            let whose = model.labelled(self.jobs[slot].request.shape);
            let what = (Freight::Checkpoint(whose, self.version_of(slot)), home.size);
            if way.0 != way.1 && !transfers.lets(&model.network, way, LinkUse::Restores, what) {
                return Err(Refusal::Withheld(Cause::Rule));
            }
        }
        Ok(())
    }
}
