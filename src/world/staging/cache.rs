//! What a site keeps of data and artifacts for a time, and what goes when room is needed.

use crate::units::{Bytes, DatasetId, SimTime};

/// What a site holds for a time.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Cache {
    /// How much it can hold; `None` is without limit.
    pub(super) size: Option<Bytes>,
    pub(super) copies: Vec<Held>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Held {
    /// Its place among what was there before the run, which came at one instant; 0 of all else.
    pub(super) rank: u32,
    pub(super) dataset: DatasetId,
    pub(super) size: Bytes,
    /// Whether it is there; otherwise how it comes.
    pub(super) coming: Option<Way>,
    /// Whether what is there is of no use any more: it has to be pulled again.
    pub(super) void: bool,
    /// Whether rules keep it from being read.
    pub(super) bar: Bar,
    /// Jobs that read it now.
    pub(super) readers: u32,
    /// When it came.
    pub(super) since: SimTime,
    /// When it came, or a job last began or ceased to read it.
    pub(super) used: SimTime,
}

/// How something comes to a site.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Way {
    /// By this transfer, over links.
    Transfer(u32),
    /// By this pull, which takes its time and uses no link.
    Pull(u32),
}

/// Whether a copy may be read where it lies.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Bar {
    /// It may.
    #[default]
    None,
    /// By those who read it already; it goes with the last of them.
    Leaving,
    /// It is locked, and stays.
    Locked,
    /// By those who read it already; its time is over, and it goes as soon as it can.
    Due,
}

impl Held {
    /// It has come; what was of no use before, or had to go, has made room for it.
    pub(super) fn arrive(&mut self, now: SimTime) {
        if self.void || self.bar == Bar::Due {
            self.bar = Bar::None;
        }
        (self.coming, self.void) = (None, false);
        (self.since, self.used) = (now, now);
    }

    pub(super) fn is_there(&self) -> bool {
        self.coming.is_none() && !self.void && self.bar == Bar::None
    }

    /// Whether it has to be pulled again, and nobody does so yet.
    pub(super) fn is_void(&self) -> bool {
        self.coming.is_none() && self.void
    }
}

impl Cache {
    pub(super) fn find(&self, dataset: DatasetId) -> Option<&Held> {
        self.copies.iter().find(|held| held.dataset == dataset)
    }

    pub(super) fn find_mut(&mut self, dataset: DatasetId) -> Option<&mut Held> {
        self.copies.iter_mut().find(|held| held.dataset == dataset)
    }

    /// Makes room by dropping what was not used for longest, but never what is read, on its way, or wanted
    /// (`spared`). Returns whether there is room; drops nothing if there cannot be.
    pub(super) fn make_room(
        &mut self,
        size: Bytes,
        spared: &[DatasetId],
        mut dropped: impl FnMut(&Held),
    ) -> bool {
        let Some(limit) = self.size else {
            return true;
        };
        let stays = |held: &Held| {
            held.readers > 0
                || held.coming.is_some()
                || matches!(held.bar, Bar::Locked | Bar::Due)
                || spared.contains(&held.dataset)
        };
        let bytes = |held: &Held| u128::from(held.size.0);
        let bound: u128 = self
            .copies
            .iter()
            .filter(|held| stays(held))
            .map(bytes)
            .sum();
        let wanted = u128::from(size.0);
        if u128::from(limit.0) < bound + wanted {
            return false;
        }
        let mut full: u128 = self.copies.iter().map(bytes).sum();
        while u128::from(limit.0) < full + wanted {
            let idle = self
                .copies
                .iter()
                .enumerate()
                .filter(|(_, held)| !stays(held));
            let Some((index, _)) =
                idle.min_by_key(|(_, held)| (held.used, held.rank, held.dataset))
            else {
                return false;
            };
            full -= bytes(&self.copies[index]);
            let held = self.copies.remove(index);
            dropped(&held);
        }
        true
    }
}
