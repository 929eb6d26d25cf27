//! Services that jobs cannot do without: who serves which site, and what becomes of work when they are out.

use crate::journal::Cause;
use crate::units::{ClassId, OutletId, PoolId, ServiceId, SimTime, SiteId, Span};

use super::Model;

/// All services of a scenario, and who needs them where.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Services {
    /// The services.
    pub list: Vec<Service>,
    /// Where they are used: one outlet for each service and site that it serves.
    pub outlets: Vec<Outlet>,
    /// Without what no job of a class starts at a site, by class, then site; empty if no class needs anything.
    pub needs: Vec<Vec<OutletId>>,
}

/// Something that answers requests of jobs, or does not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Service {
    /// Its name.
    pub name: String,
    /// What it is for.
    pub kind: ServiceKind,
    /// Whether all sites use one and the same; otherwise each site has one of its own.
    pub shared: bool,
    /// How long what was fetched before can be used while it is out.
    pub cache: Span,
    /// What becomes of running jobs that need it once that is over.
    pub on_loss: OnLoss,
    /// When what it gave out is replaced.
    pub rotation: Option<Rotation>,
    /// The site where it stands; others reach it by federation. `None` stands outside.
    pub home: Option<SiteId>,
    /// How long after its start a job's credential ends that cannot be renewed; `None` if it can.
    pub expires: Option<Span>,
}

/// What a service is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ServiceKind {
    /// It keeps keys.
    Key,
    /// Artifacts are pulled from it.
    Registry,
    /// It vouches for who somebody is.
    Identity,
}

/// What becomes of running jobs that lose a service.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OnLoss {
    /// They go on to their next checkpoint that counts, and stop there; without checkpoints they run to their end.
    Finish,
    /// They stop at once, and what no checkpoint holds is lost.
    Stop,
}

/// Replacing what a service gave out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rotation {
    /// The first time.
    pub first: SimTime,
    /// How long until the next; never zero.
    pub every: Span,
    /// How long the old one holds beside the new one.
    pub overlap: Span,
}

/// A service as one site sees it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Outlet {
    /// Which service.
    pub service: ServiceId,
    /// Which site.
    pub site: SiteId,
}

impl ServiceKind {
    /// Why a job waits that cannot do without it.
    pub const fn cause(self) -> Cause {
        match self {
            Self::Key => Cause::Key,
            Self::Registry => Cause::Registry,
            Self::Identity => Cause::Identity,
        }
    }

    /// The word for it in scenarios and reports.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Key => "key service",
            Self::Registry => "registry",
            Self::Identity => "identity provider",
        }
    }
}

impl Services {
    /// Whether there is anything that jobs may be unable to do without.
    pub const fn are_used(&self) -> bool {
        !self.list.is_empty()
    }

    /// A service as one site sees it.
    pub fn outlet(&self, id: OutletId) -> Outlet {
        self.outlets[id.index()]
    }

    /// The service of an outlet.
    pub fn service_of(&self, id: OutletId) -> &Service {
        &self.list[self.outlet(id).service.index()]
    }

    /// The outlet of a service at a site, if it serves it.
    pub fn outlet_at(&self, service: ServiceId, site: SiteId) -> Option<OutletId> {
        let there = Outlet { service, site };
        let found = self.outlets.iter().position(|outlet| *outlet == there);
        found.map(OutletId::from)
    }

    /// All outlets of a service, by site.
    pub fn outlets_of(&self, service: ServiceId) -> impl Iterator<Item = OutletId> + '_ {
        let ids = (0..self.outlets.len()).map(OutletId::from);
        ids.filter(move |&id| self.outlet(id).service == service)
    }
}

impl Model {
    /// Without what a job of a class does not start in a pool.
    pub fn needs(&self, class: ClassId, pool: PoolId) -> &[OutletId] {
        if self.services.needs.is_empty() {
            return &[];
        }
        let site = self.pool(pool).site;
        &self.services.needs[class.index() * self.sites.len() + site.index()]
    }
}
