//! Links that are slowed, mended and forbidden while data are on their way.

use crate::model::{LinkUse, Model};
use crate::units::LinkId;

use super::super::moment::World;

impl World {
    /// A link carries at most this share of its bandwidth from now on.
    pub fn slow_link(&mut self, model: &Model, link: LinkId, permille: u32) {
        self.staging.slow.push((link, permille));
        self.set_link(model, link);
    }

    /// One cause that let a link carry only this share is over.
    pub fn mend_link(&mut self, model: &Model, link: LinkId, permille: u32) {
        let causes = &mut self.staging.slow;
        if let Some(index) = causes.iter().position(|&cause| cause == (link, permille)) {
            causes.remove(index);
        }
        self.set_link(model, link);
    }

    /// A link must not be used for something from now on, or for one cause less.
    pub fn forbid_link(
        &mut self,
        model: &Model,
        link: LinkId,
        used_for: LinkUse,
        is_forbidden: bool,
    ) {
        let transfers = &mut self.staging.transfers;
        let what = (link, used_for);
        transfers.forbid(&model.network, self.now, what, is_forbidden);
        self.pay_fares(model);
        self.changes.other = true;
    }

    /// What share of its bandwidth a link may carry, in ‰: of all that slows it the worst counts.
    pub(in crate::world) fn link_share(&self, link: LinkId) -> u32 {
        self.causes_of(link).min().unwrap_or(1000)
    }

    /// What the outside did that slows a link now: to which share each, in ‰. What phases do to it is our own doing.
    pub fn faults_of(&self, link: LinkId) -> Vec<u32> {
        let mut causes: Vec<u32> = self.causes_of(link).collect();
        let own = self.phased_share(link);
        if let Some(index) = causes.iter().position(|&cause| cause == own) {
            causes.remove(index);
        }
        causes
    }

    /// What slows a link now: to which share each, in ‰.
    fn causes_of(&self, link: LinkId) -> impl Iterator<Item = u32> + '_ {
        let causes = self.staging.slow.iter();
        causes
            .filter(move |cause| cause.0 == link)
            .map(|cause| cause.1)
    }

    /// For how many causes a link must not be used for something.
    pub fn blocks_of(&self, link: LinkId, used_for: LinkUse) -> usize {
        let blocks = self.staging.transfers.blocks();
        blocks.filter(|&cause| cause == (link, used_for)).count()
    }

    fn set_link(&mut self, model: &Model, link: LinkId) {
        let permille = self.link_share(link);
        let transfers = &mut self.staging.transfers;
        transfers.set_link(&model.network, self.now, link, permille);
        self.pay_fares(model);
        // Whoever waits for data may wait for another reason now.
        self.changes.other = true;
    }
}
