//! What the outside did is set right before it would be over by itself.

use crate::journal::Observer;
use crate::model::{Happening, Incident, Signal};
use crate::units::{LinkId, SimTime, SiteId};

use super::run::Run;

/// Whether something that happens is over with what is called `end`.
fn ends_so(what: Happening, end: Happening) -> bool {
    use Happening as H;
    match (what, end) {
        (H::ServiceDown { outlet, .. }, H::ServiceUp { outlet: of }) => outlet == of,
        (H::LinkDown { link, permille }, H::LinkUp { .. }) => end == H::LinkUp { link, permille },
        (H::Forbidden { link, used_for }, H::Allowed { .. }) => {
            end == H::Allowed { link, used_for }
        }
        (H::Corrupted { artifact, site, .. }, H::Detected { .. }) => {
            end == H::Detected { artifact, site }
        }
        (H::Corrupted { artifact, site, .. }, H::RolledBack { .. }) => {
            end == H::RolledBack { artifact, site }
        }
        _ => false,
    }
}

impl<O: Observer> Run<'_, O> {
    /// What the triggers of a failover watch is set right, as far as that can be.
    #[cold]
    pub(super) fn mend_triggers(&mut self, failover: usize) {
        let model = self.model;
        for trigger in &model.failovers.list[failover].triggers {
            match &trigger.signal {
                Signal::ServiceOut(outlets) => {
                    for &outlet in outlets {
                        let causes = self.world.services.causes(outlet);
                        self.relieve(Happening::ServiceUp { outlet }, usize::from(causes));
                    }
                }
                Signal::LinkDown(lanes) | Signal::StorageSlow(lanes, _) => {
                    for &lane in lanes {
                        self.mend_lane(lane);
                    }
                }
                Signal::Blocked(links, used_for) => {
                    for &link in links {
                        let used_for = *used_for;
                        let causes = self.world.blocks_of(link, used_for);
                        self.relieve(Happening::Allowed { link, used_for }, causes);
                    }
                }
                Signal::ArtifactFailing(sites, _) => {
                    for &site in sites {
                        self.roll_all_back(site);
                    }
                }
                Signal::ArtifactUnreadable(sites) => {
                    for &site in sites {
                        for id in self.world.expired_at(site) {
                            self.world.restore_copy(model, id, site);
                        }
                    }
                    self.bar_shapes();
                }
                _ => {}
            }
        }
    }

    fn mend_lane(&mut self, link: LinkId) {
        for permille in self.world.faults_of(link) {
            self.relieve(Happening::LinkUp { link, permille }, 1);
        }
    }

    /// Whatever does not work at a site is known, and rolled back.
    fn roll_all_back(&mut self, site: SiteId) {
        for artifact in self.world.ill_there(site) {
            for what in [
                Happening::Detected { artifact, site },
                Happening::RolledBack { artifact, site },
            ] {
                // However often it was received, it is one version that goes.
                self.forestall(what, usize::MAX);
                self.befall(what);
            }
        }
    }

    /// So many causes of something are over now. Those that would be over by themselves later are not again then.
    fn relieve(&mut self, what: Happening, causes: usize) {
        self.forestall(what, causes);
        for _ in 0..causes {
            self.befall(what);
        }
    }

    /// Of what ends so, so many ends that are to come come to nothing; but not those of what has yet to begin.
    fn forestall(&mut self, what: Happening, causes: usize) {
        // Those that are to come to nothing already belong to what was set right before.
        let known = self.world.failing.forestalled.iter();
        let mut known: Vec<SimTime> = known.filter(|of| of.1 == what).map(|&(at, _)| at).collect();
        let (mut ends, mut begun, mut own) = (Vec::new(), 0, 0);
        for incident in &self.timeline.weather[self.next_incident..] {
            begun += u32::from(ends_so(incident.what, what));
            if incident.what != what {
                continue;
            }
            if let Some(index) = known.iter().position(|&at| at == incident.at) {
                known.remove(index);
            } else {
                ends.push((incident.at, what));
                // Behind what has yet to begin comes its own end first.
                own += usize::from(begun == 0);
                begun = u32::saturating_sub(begun, 1);
            }
        }
        let ends = ends.into_iter().take(own.min(causes));
        self.world.failing.forestalled.extend(ends);
    }

    /// Whether something is over that somebody set right before.
    #[inline]
    pub(super) fn was_forestalled(&mut self, incident: Incident) -> bool {
        let forestalled = &mut self.world.failing.forestalled;
        if forestalled.is_empty() {
            return false;
        }
        let found = forestalled
            .iter()
            .position(|&of| of == (incident.at, incident.what));
        found.map(|index| forestalled.remove(index)).is_some()
    }
}
