//! What data lie on: what jobs read from while they run.

use crate::units::{Bandwidth, SiteId};

/// A place for data at a site: a file system, an object store, disks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Storage {
    /// Its name.
    pub name: String,
    /// Where it stands.
    pub site: SiteId,
    /// How fast it can be read, by all who read it together.
    pub read: Bandwidth,
}
