//! Artifacts as time passes: pulls that break, versions that are corrupted, and the harm that they do.

use crate::dice::Purpose;
use crate::journal::{Fact, JobState, Observer};
use crate::model::Artifact;
use crate::units::{DatasetId, OutletId, SimTime, SiteId, Span};
use crate::world::{Health, Slot};

use super::agenda::{Event, Rank};
use super::run::Run;

/// Tells the event at which a bad version that was found is rolled back from those of pulls that broke.
const ROLLED_BACK: u32 = 1;

/// What went wrong for good.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Harm {
    /// How often a job was stopped because its credential was revoked.
    pub(super) revoked_jobs: u64,
    /// Jobs that failed because they outlived their credential.
    pub(super) expired_jobs: u64,
    /// Jobs that failed when they came, for nobody vouched for them.
    pub(super) denied_jobs: u64,
    /// Jobs that failed on a corrupted version.
    pub(super) spoiled_jobs: u64,
    /// GPU-time that they had held.
    pub(super) spoiled_time: u128,
    /// Copies that went out flawed.
    pub(super) flawed: u64,
}

impl<O: Observer> Run<'_, O> {
    /// Puts into the agenda when pulls without links are over.
    pub(super) fn expect_pulls(&mut self) {
        for (at, artifact, site, number) in self.world.staging.pulls.drain(..) {
            let event = Event {
                rank: Rank::Pulled,
                id: u32::from(artifact.0),
                slot: u32::from(site.0),
                attempt: number,
                state: JobState::Running,
            };
            self.scratch.agenda.push(at, event);
        }
    }

    /// A pull without links is over, unless it broke off before.
    pub(super) fn pulled(&mut self, event: Event) {
        let (artifact, site) = (DatasetId(event.id as u16), SiteId(event.slot as u16));
        if self.world.pulled(self.model, artifact, site, event.attempt) {
            self.look_at_pull(artifact, site);
        }
    }

    /// Something has come: if it is an artifact, it may turn out to be broken.
    pub(super) fn look_at_pull(&mut self, id: DatasetId, site: SiteId) {
        let now = self.world.now;
        let broken = self.model.dataset(id).artifact.is_some_and(|artifact| {
            let share = u64::from(artifact.broken);
            share > 0 && {
                // Both by their names: another site in front of this one must not move its luck.
                let (name, place) = (
                    &self.model.dataset(id).name,
                    &self.model.sites[site.index()].name,
                );
                let (key, count) = (self.dice.key(name, place), self.world.pulls(id, site));
                let mut stream = self.dice.stream(key, Purpose::Pull, count, 0);
                stream.below(1_000_000) < share
            }
        });
        if broken {
            self.pull_breaks(id, site);
        } else {
            self.out.fact(now, Fact::Staged(id, site));
        }
    }

    fn pull_breaks(&mut self, id: DatasetId, site: SiteId) {
        let now = self.world.now;
        let artifact = self.model.dataset(id).artifact;
        let again = now + artifact.map_or(Span::ZERO, |artifact| artifact.retry);
        self.world.pull_broke(self.model, id, site, again);
        self.out.fact(now, Fact::PullBroke(id, site));
        let event = Event {
            rank: Rank::PullAgain,
            id: u32::from(id.0),
            slot: u32::from(site.0),
            attempt: 0,
            state: JobState::Running,
        };
        self.scratch.agenda.push(again, event);
        self.bar_shapes();
    }

    /// Somebody may pull again what broke.
    pub(super) fn pull_again(&mut self, event: Event) {
        if event.attempt == ROLLED_BACK {
            let (artifact, site) = (DatasetId(event.id as u16), SiteId(event.slot as u16));
            return self.roll_artifact_back(artifact, site);
        }
        self.bar_shapes();
    }

    /// A registry went out at a site, or a key was replaced there: what is being pulled breaks off. If `voids`, what
    /// is there already cannot be read either.
    pub(super) fn break_pulls(&mut self, outlet: OutletId, voids: bool) {
        let at = self.model.services.outlet(outlet);
        let uses = |artifact: &Artifact| {
            artifact.registry == at.service || artifact.key == Some(at.service)
        };
        let mut broke = std::mem::take(&mut self.scratch.broke);
        self.world.break_pulls(
            self.model,
            at.site,
            |_, artifact| uses(artifact),
            &mut broke,
        );
        if voids {
            let (model, site) = (self.model, at.site);
            let void = self
                .world
                .void_copies(model, site, |_, artifact| uses(artifact));
            self.world.expire(site, &void);
        }
        for &id in &broke {
            self.pull_breaks(id, at.site);
        }
        self.scratch.broke = broke;
    }

    /// Nobody vouches at a site any more for those who pull there: what they pull breaks off.
    pub(super) fn break_pulls_of(&mut self, outlet: OutletId) {
        let site = self.model.services.outlet(outlet).site;
        let (classes, needs) = (&self.model.classes, &self.model.services.needs);
        let sites = self.model.sites.len();
        let asks = |class: usize| {
            let needs = needs.get(class * sites + site.index());
            needs.is_some_and(|needs| needs.contains(&outlet))
        };
        let pulled = |id: DatasetId, _: &Artifact| {
            let mut users = (0..classes.len()).filter(|&class| classes[class].data.contains(&id));
            users.any(asks)
        };
        let mut broke = std::mem::take(&mut self.scratch.broke);
        self.world.break_pulls(self.model, site, pulled, &mut broke);
        for &id in &broke {
            self.pull_breaks(id, site);
        }
        self.scratch.broke = broke;
    }

    /// A site receives a corrupted version.
    pub(super) fn corrupt(&mut self, artifact: DatasetId, site: SiteId, fails_after: Span) {
        self.world
            .set_health(artifact, site, Health::Bad(fails_after));
    }

    /// It is known that a site has a corrupted version: what runs on it has failed.
    pub(super) fn detect(&mut self, artifact: DatasetId, site: SiteId) {
        let before = self.world.set_health(artifact, site, Health::Known);
        if !matches!(before, Health::Bad(_)) {
            self.world.set_health(artifact, site, before);
            return;
        }
        let mut victims = std::mem::take(&mut self.scratch.victims);
        self.world
            .take_spoiled(self.model, artifact, site, &mut victims);
        for &slot in &victims {
            self.spoil(slot);
        }
        self.scratch.victims = victims;
        self.bar_shapes();
    }

    /// A site has the version before the corrupted one, and has to pull it.
    pub(super) fn roll_artifact_back(&mut self, artifact: DatasetId, site: SiteId) {
        if self.world.set_health(artifact, site, Health::Good) == Health::Good {
            return;
        }
        self.world
            .void_copies(self.model, site, |id, _| id == artifact);
        self.bar_shapes();
    }

    /// A job begins to run: on a corrupted version it will fail.
    pub(super) fn start_on_artifacts(&mut self, slot: Slot) {
        let now: SimTime = self.world.now;
        if let Some(after) = self.world.spoils_after(self.model, slot) {
            self.schedule(now + after, Rank::Spoiled, slot);
        }
    }

    /// A job fails because it started on a corrupted version.
    pub(super) fn spoil(&mut self, slot: Slot) {
        let id = self.world.jobs[slot].id;
        let found = self.world.blame(self.model, slot);
        self.out.fact(self.world.now, Fact::Spoiled(id));
        self.end(slot, JobState::Failed);
        self.harm.spoiled_jobs += 1;
        self.harm.spoiled_time += self.record.gpu_time.allocated();
        for (artifact, _) in found {
            self.find_bad(artifact);
        }
    }

    /// Enough jobs failed on a version: it is known to be bad wherever it is, and rolled back.
    fn find_bad(&mut self, artifact: DatasetId) {
        let takes = self.model.dataset(artifact).artifact;
        let takes = takes.map_or(Span::ZERO, |artifact| artifact.rollback);
        for site in self.world.ill_at(artifact) {
            let event = Event {
                rank: Rank::PullAgain,
                id: u32::from(artifact.0),
                slot: u32::from(site.0),
                attempt: ROLLED_BACK,
                state: JobState::Running,
            };
            self.scratch.agenda.push(self.world.now + takes, event);
            self.detect(artifact, site);
        }
    }
}
