//! What a run begins with.

use crate::units::{Bytes, DatasetId, Money, PoolId, ProviderId, SiteId, Span, TenantId};

use super::request::Request;
use super::timeline::Truth;
use super::weather::NodeRange;

/// The state of the estate at the start of a run; empty unless somebody says otherwise.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Initial {
    /// Jobs that are there: those that run, and those that wait, in order of arrival. They come at time zero,
    /// before all others.
    pub jobs: Vec<InitialJob>,
    /// How long each of them takes in all, and how it ends: for timelines only, no strategy may look.
    pub(in crate::model) truth: Vec<Truth>,
    /// What left each provider's sites so far in the month.
    pub egress: Vec<(ProviderId, Bytes)>,
    /// Data that are in caches.
    pub cached: Vec<(SiteId, DatasetId)>,
    /// Nodes that are down; when they come back is scripted.
    pub down: Vec<NodeRange>,
    /// What providers were paid so far in the month.
    pub paid: Vec<(ProviderId, Money)>,
    /// What was spent of budgets, by their place in the model, in the period that holds the start.
    pub budgets: Vec<(usize, Money)>,
    /// How promises stand, by place in the commitments.
    pub balances: Vec<Balance>,
    /// GPU-time that tenants used, as it counts at the start, in milli-GPU·ms.
    pub used: Vec<(TenantId, u128)>,
}

/// How a promise to a provider stands within its period.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Balance {
    /// Which promise.
    pub promise: usize,
    /// How long before the start counting began.
    pub since: Span,
    /// What was paid since then, less discounts.
    pub paid: Money,
    /// What of the shortfall was settled already.
    pub settled: Money,
}

/// A job that is there at the start.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InitialJob {
    /// Its name.
    pub name: String,
    /// What it asks for, as from its beginning.
    pub request: Request,
    /// How much of that is done, in reference ms.
    pub done: Span,
    /// How much of what is done is in no checkpoint yet.
    pub unsaved: Span,
    /// Where it runs; `None` if it waits.
    pub pool: Option<PoolId>,
    /// The nodes that it holds there, with how many GPUs of each; as its packing chooses if none are said.
    pub nodes: Vec<(u32, u32)>,
}

impl Initial {
    /// Whether a run starts with nothing at all.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}
