//! `[[storage]]`: what data lie on.

use schemars::JsonSchema;
use serde::Deserialize;

use crate::scenario::given::Given;

/// A place for data at a site: a file system, an object store, disks.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
#[schemars(extend("required" = ["name", "site"]))]
pub struct StorageSpec {
    /// Its name, as classes and happenings say it.
    pub name: Given<String>,
    /// The site where it stands.
    pub site: Given<String>,
    /// How fast it can be read, by all who read it together, such as "200 GB/s"; as fast as anybody asks unless
    /// given.
    pub read: Given<String>,
    /// What kind of storage: gives the price where none is written.
    pub tier: Given<StorageTier>,
    /// How much it can hold, such as "500 TB"; without limit unless given.
    pub capacity: Given<String>,
    /// What keeping data there costs, such as "0.02 USD/GiB-month" or "0.02 USD/GB-month" (a month of 730 h); by
    /// `tier`, or nothing, unless given.
    pub price: Given<String>,
}

/// What kind of storage.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum StorageTier {
    /// A parallel file system on flash.
    FileSystem,
    /// Network disks on flash.
    Ssd,
    /// Objects that are read often.
    Standard,
    /// Objects that are read once a month.
    Nearline,
    /// Objects that are read once a quarter.
    Coldline,
    /// Objects that are hardly ever read.
    Archive,
}
