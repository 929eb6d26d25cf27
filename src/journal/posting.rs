//! Lines of the ledger: who is paid, by whom, for what.

use crate::units::{ClassId, DatasetId, JobId, LinkId, Money, PoolId, ProviderId, SimTime};

use super::bucket::Bucket;

/// One line of the ledger: somebody is credited, a job (or an account of the estate) is debited.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Posting {
    /// When the stretch began; a stretch never crosses the end of a UTC month or the horizon.
    pub from: SimTime,
    /// When it ended.
    pub to: SimTime,
    /// Who is paid.
    pub payee: Payee,
    /// Who pays; `None` is an account of the estate: what is idle, kept or owed whatever jobs do.
    pub job: Option<JobId>,
    /// For what.
    pub item: Item,
    /// Milli-GPU·ms; nothing but for capacity.
    pub gpu_time: u128,
    /// What it cost; below zero where money comes back.
    pub amount: Money,
}

/// Who is paid.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Payee {
    /// Whoever provides a pool.
    Pool(PoolId),
    /// Whoever provides a link.
    Link(LinkId),
    /// Whoever keeps a data set.
    Dataset(DatasetId),
    /// Whoever provides a storage, by its place among all.
    Storage(u16),
    /// Whoever carries out the runbook of a failover, by its place in the model.
    People(u16),
    /// A provider, for all of its pools together.
    Provider(ProviderId),
    /// Whoever runs a transform, by its place among all.
    Transform(u16),
    /// Whoever looks at what comes of jobs of a class.
    Validation(ClassId),
}

/// What is paid for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Item {
    /// GPUs, and what they did.
    Capacity(Bucket),
    /// Data that left a site.
    Egress,
    /// Electricity by the meter.
    Electricity,
    /// A link, by the hour.
    LinkRent,
    /// Data that are kept.
    Storage,
    /// People who react to an alarm, by the hour.
    Reaction,
    /// Copies that a transform makes, or tries to.
    Transform,
    /// Looks at what was made, before it counts.
    Validation,
    /// Money back for what was bought this month.
    Discount,
    /// What was promised and not bought.
    Shortfall,
}

impl Posting {
    /// What the GPUs did, if it is capacity that is paid for.
    pub const fn bucket(&self) -> Option<Bucket> {
        match self.item {
            Item::Capacity(bucket) => Some(bucket),
            _ => None,
        }
    }

    /// Whose capacity, electricity or data, if it is a pool's.
    pub const fn pool(&self) -> Option<PoolId> {
        match self.payee {
            Payee::Pool(pool) => Some(pool),
            _ => None,
        }
    }
}
