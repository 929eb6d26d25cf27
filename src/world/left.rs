//! What a run leaves behind that another one can begin with.

use crate::model::Model;
use crate::units::{Bytes, DatasetId, Epoch, JobId, ProviderId, SiteId, Span};

use super::job::{Phase, Slot};
use super::moment::World;
use super::stretch::work_done;

impl World {
    /// How much of what a job has done is in no checkpoint, in reference ms; of a job that starves of data at most that.
    pub fn unsaved(&self, model: &Model, slot: Slot) -> u64 {
        let job = &self.jobs[slot];
        let before = self.jobs.history(job).map_or(0, |history| history.unsaved);
        if !matches!(job.phase, Phase::Running | Phase::Saving) {
            return before;
        }
        let rhythm = model.rhythm(job.request.shape, job.pool);
        let stop = self.now.min(self.jobs.halted(job));
        let run_from = (job.started + job.restart).min(stop);
        let kept = self.counting(rhythm, run_from, stop);
        let progress = self.progress(model, slot);
        let saved = match kept {
            0 => job.done - before,
            _ => job.done + work_done(Span(kept * rhythm.interval.0), job.speed),
        };
        progress.saturating_sub(saved)
    }

    /// The nodes that a job holds, with how many GPUs of each; none if it lives no more.
    pub fn seats(&self, id: JobId) -> Vec<(u32, u32)> {
        let mut living = self.jobs.living();
        let job = living.find(|(_, job)| job.id == id && job.phase.has_gpus());
        let parts = job.map(|(_, job)| self.pool(job.pool).parts(job.holding, job.gpus).collect());
        parts.unwrap_or_default()
    }

    /// What left the sites of a provider in the month that holds this moment.
    pub fn sent(&self, epoch: Epoch, provider: ProviderId) -> Bytes {
        self.meters.sent(epoch, self.now, provider)
    }

    /// Data in caches, those first that were not used for longest.
    pub fn cached(&self) -> Vec<(SiteId, DatasetId)> {
        let mut all = Vec::new();
        for (site, cache) in self.staging.caches() {
            let mut held: Vec<_> = cache.collect();
            held.sort_unstable();
            all.extend(held.into_iter().map(|(_, _, dataset)| (site, dataset)));
        }
        all
    }
}
