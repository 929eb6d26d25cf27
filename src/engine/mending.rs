//! What the outside did is set right before it would be over by itself.

use crate::journal::Observer;
use crate::model::{Happening, Incident, Signal};
use crate::units::{LinkId, SimTime, SiteId};

use super::run::Run;

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
        let causes: Vec<u32> = self.world.causes_of(link).collect();
        for permille in causes {
            self.relieve(Happening::LinkUp { link, permille }, 1);
        }
    }

    /// Whatever does not work at a site is known, and rolled back.
    fn roll_all_back(&mut self, site: SiteId) {
        for artifact in self.world.ill_there(site) {
            self.befall(Happening::Detected { artifact, site });
            self.befall(Happening::RolledBack { artifact, site });
        }
    }

    /// So many causes of something are over now. Those that would be over by themselves later are not again then.
    fn relieve(&mut self, what: Happening, causes: usize) {
        let now = self.world.now;
        let ahead = self.timeline.weather[self.next_incident..].iter();
        let ends = ahead.filter(|incident| incident.what == what && now < incident.at);
        let mut ends: Vec<SimTime> = ends.map(|incident| incident.at).collect();
        // Those that are to come to nothing already belong to what was set right before.
        let known = self.world.failing.forestalled.iter();
        for &(at, _) in known.filter(|of| of.1 == what) {
            if let Some(index) = ends.iter().position(|&end| end == at) {
                ends.remove(index);
            }
        }
        let later: Vec<_> = ends.into_iter().take(causes).collect();
        let forestalled = &mut self.world.failing.forestalled;
        forestalled.extend(later.into_iter().map(|at| (at, what)));
        for _ in 0..causes {
            self.befall(what);
        }
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
