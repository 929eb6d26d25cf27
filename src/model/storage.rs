//! What data lie on: what jobs read from while they run.

use crate::units::{Bandwidth, Bytes, SiteId, StoragePrice};

/// A place for data at a site: a file system, an object store, disks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Storage {
    /// Its name.
    pub name: String,
    /// Where it stands.
    pub site: SiteId,
    /// How fast it can be read, by all who read it together.
    pub read: Bandwidth,
    /// How much it can hold; `None` is without limit.
    pub capacity: Option<Bytes>,
    /// What keeping data there costs.
    pub price: StoragePrice,
}

impl Storage {
    /// A storage that costs nothing and holds anything.
    pub fn bare(name: &str, site: SiteId, read: Bandwidth) -> Self {
        Self {
            name: name.to_owned(),
            site,
            read,
            capacity: None,
            price: StoragePrice::FREE,
        }
    }
}
