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
}
