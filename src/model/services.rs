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
    /// What becomes of the other uses of what it gives out.
    pub uses: Uses,
}

/// What becomes of each use of a credential but that of running jobs, which is [`Service::on_loss`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Uses {
    /// Of jobs that come.
    pub submit: OnSubmit,
    /// Of artifacts that are being pulled.
    pub pull: OnPull,
    /// Of checkpoints that would be written with a credential that has ended.
    pub sync: OnSync,
}

/// What becomes of jobs that come while a provider is out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum OnSubmit {
    /// They start as long as what was given out serves; then they wait.
    #[default]
    Cached,
    /// They wait from the outage on.
    Closed,
    /// Those that come when nothing given out serves any more fail.
    Fail,
}

/// What becomes of pulls when nothing given out serves any more.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum OnPull {
    /// What has begun comes to its end.
    #[default]
    Finish,
    /// They break off, and begin anew later.
    Break,
}

/// What becomes of a job that comes to a checkpoint with a credential that has ended.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum OnSync {
    /// It fails.
    #[default]
    Fail,
    /// It stops, falls back to the checkpoint before and waits for a new credential.
    Stop,
    /// It writes it all the same.
    GoOn,
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
    /// They run on until they would write a checkpoint.
    GoOn,
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

    /// Whether some service turns jobs away that come while it is out.
    pub fn turn_away(&self) -> bool {
        let mut list = self.list.iter();
        list.any(|service| service.uses.submit == OnSubmit::Fail)
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
