//! What a run begins with.

use crate::units::{Bytes, DatasetId, PoolId, ProviderId, SiteId, Span};

use super::request::Request;
use super::timeline::Truth;
use super::weather::NodeRange;

/// The state of the estate at the start of a run; empty unless somebody says otherwise.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Initial {
    /// Jobs that are there: those that run, and those that wait, in order of arrival. They come at time zero,
    /// before all others.
    pub jobs: Vec<InitialJob>,
    /// What left each provider's sites so far in the month.
    pub egress: Vec<(ProviderId, Bytes)>,
    /// Data that are in caches.
    pub cached: Vec<(SiteId, DatasetId)>,
    /// Nodes that are down; when they come back is scripted.
    pub down: Vec<NodeRange>,
}

/// A job that is there at the start.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InitialJob {
    /// Its name.
    pub name: String,
    /// What it asks for, as from its beginning.
    pub request: Request,
    /// How long it takes in all, and how it ends.
    pub truth: Truth,
    /// How much of that is done, in reference ms.
    pub done: Span,
    /// Where it runs; `None` if it waits.
    pub pool: Option<PoolId>,
}

impl Initial {
    /// Whether a run starts with nothing at all.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}
