//! Why a job waits. Causes are ranked: where several hold, the highest is the one that is booked.

use std::ops::{Index, IndexMut};

use serde::Serialize;

/// A cause of waiting; ordered by rank, the highest first. The rare ones stand first in memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Cause {
    /// The key that it needs cannot be had.
    Key,
    /// Nobody vouches for who it is.
    Identity,
    /// An artifact that it starts from cannot be pulled.
    Registry,
    /// Whoever would start it cannot be reached.
    Control,
    /// The rules refuse it every pool that it could use.
    Rule,
    /// No window in which it may start is open.
    Hold,
    /// A budget is used up.
    Budget,
    /// A quota is used up.
    Quota,
    /// Data that it reads cannot come: no link on the way is open.
    Link,
    /// Data that it reads are on their way.
    Staging,
    /// Rented instances are booting.
    Provisioning,
    /// No pool that it may use has room.
    Capacity,
    /// It would fit, but others are ahead or hold a reservation.
    Order,
}

impl Cause {
    /// All causes, highest first.
    pub const ALL: [Self; 13] = [
        Self::Key,
        Self::Identity,
        Self::Registry,
        Self::Control,
        Self::Rule,
        Self::Quota,
        Self::Budget,
        Self::Link,
        Self::Staging,
        Self::Provisioning,
        Self::Capacity,
        Self::Order,
        Self::Hold,
    ];

    /// How many of the first causes (as they stand in memory) are rare: no job waits for them but where services
    /// fail, rules refuse, windows are closed or money is limited, so they are kept apart from the usual ones until they are needed.
    pub const RARE: usize = Self::Quota as usize;

    /// Whether it waits for something other than a place: data, a service, a window. Nobody behind it has to wait
    /// for that.
    pub const fn lets_others_pass(self) -> bool {
        let is_barred = (self as usize) < Self::Budget as usize;
        is_barred || matches!(self, Self::Link | Self::Staging)
    }

    /// Lower is higher: a budget is asked only where a quota allows, and a window where nothing else is in the way.
    const fn rank(self) -> usize {
        match self {
            Self::Budget => Self::Quota as usize * 2 + 1,
            Self::Hold => Self::Order as usize * 2 + 1,
            _ => self as usize * 2,
        }
    }

    /// The name in files and reports.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Key => "key",
            Self::Identity => "identity",
            Self::Registry => "registry",
            Self::Control => "control",
            Self::Rule => "rule",
            Self::Quota => "quota",
            Self::Budget => "budget",
            Self::Link => "link",
            Self::Staging => "staging",
            Self::Provisioning => "provisioning",
            Self::Capacity => "capacity",
            Self::Order => "order",
            Self::Hold => "hold",
        }
    }
}

impl Ord for Cause {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.rank().cmp(&other.rank())
    }
}

impl PartialOrd for Cause {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

/// Waiting time by cause, in ms; the sum is the wait, to the millisecond.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Waits(pub [u64; Cause::ALL.len()]);

impl Waits {
    /// The whole wait.
    pub fn total(&self) -> u64 {
        self.0.iter().sum()
    }

    /// Writes the causes after the first [`Cause::RARE`].
    pub fn set_usual(&mut self, usual: [u64; Cause::ALL.len() - Cause::RARE]) {
        self.0[Cause::RARE..].copy_from_slice(&usual);
    }

    /// Writes the first [`Cause::RARE`] causes.
    pub fn set_rare(&mut self, rare: [u64; Cause::RARE]) {
        self.0[..Cause::RARE].copy_from_slice(&rare);
    }
}

impl Index<Cause> for Waits {
    type Output = u64;
    fn index(&self, cause: Cause) -> &u64 {
        &self.0[cause as usize]
    }
}

impl IndexMut<Cause> for Waits {
    fn index_mut(&mut self, cause: Cause) -> &mut u64 {
        &mut self.0[cause as usize]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_causes_are_told_from_the_highest_to_the_lowest() {
        assert!(Cause::ALL.is_sorted());
        assert!(Cause::Quota < Cause::Budget && Cause::Budget < Cause::Link);
        // A job that waits for money holds its place in owned capacity; one that lacks a key does not.
        assert!(!Cause::Budget.lets_others_pass() && Cause::Control.lets_others_pass());
        // One that waits for its window holds nobody up, and anything else that it waits for is told first.
        assert!(Cause::Hold.lets_others_pass() && Cause::Order < Cause::Hold);
    }
}
