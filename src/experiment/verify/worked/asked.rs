//! What is asked of a case that was worked by hand.

use crate::journal::{Fact, JobRecord};
use crate::units::{Money, Span, TenantId};

use super::Heard;

/// What is asked, in whole numbers of the smallest unit; jobs, pools and tenants by their place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Asked {
    /// GPUs that all jobs of a tenant hold at an instant in ms, if none was stopped.
    Held(usize, u64),
    /// When a job starts, in ms.
    Start(usize),
    /// When it ends, in ms.
    End(usize),
    /// How often it was stopped to make room.
    Stops(usize),
    /// How often anybody asked a pool for room and found a place, or was refused by its provider.
    Asks(usize),
    /// What all rented pools were charged, in ticks.
    Cost,
    /// How long it took until the job that was hit worked again, in ms.
    RecoveryTime,
    /// Running that it lost, in ms.
    RecoveryPoint,
    /// What people cost who carried a failover out, in ticks.
    PeopleCost,
}

impl Asked {
    /// The words for it.
    pub(super) fn name(self) -> String {
        let name_of = |tenant: usize| ["A", "B", "C"].get(tenant).copied().unwrap_or("D");
        match self {
            Self::Held(tenant, _) => format!("GPUs that {} holds", name_of(tenant)),
            Self::Start(job) => format!("start of job {}, s", job + 1),
            Self::End(job) => format!("end of job {}, s", job + 1),
            Self::Stops(job) => format!("stops of job {}", job + 1),
            Self::Asks(pool) => format!("asks of pool {}", pool + 1),
            Self::Cost => "rent, USD".to_owned(),
            Self::RecoveryTime => "recovery time, min".to_owned(),
            Self::RecoveryPoint => "recovery point, min".to_owned(),
            Self::PeopleCost => "people, USD".to_owned(),
        }
    }

    /// How many of the smallest unit are one of what is told.
    pub(super) fn unit(self) -> f64 {
        match self {
            Self::Held(..) | Self::Stops(_) | Self::Asks(_) => 1.0,
            Self::Start(_) | Self::End(_) => 1e3,
            Self::Cost | Self::PeopleCost => Money::TICKS_PER_UNIT as f64,
            Self::RecoveryTime | Self::RecoveryPoint => 6e4,
        }
    }

    /// What a run said of it; `None` where it said nothing.
    pub(super) fn of(self, heard: &Heard) -> Option<i128> {
        let job = |job: usize| heard.jobs.get(job);
        let ms = |span: Span| i128::from(span.0);
        Some(match self {
            Self::Held(tenant, at) => {
                let holds = |of: &&JobRecord| {
                    let is_there = of.start.is_some_and(|start| start.0 <= at);
                    of.tenant == TenantId::from(tenant) && is_there && at < of.end.0
                };
                let there = heard.jobs.iter().filter(holds);
                there.map(|of| i128::from(of.gpus.occupied())).sum()
            }
            Self::Start(of) => i128::from(job(of)?.start?.0),
            Self::End(of) => i128::from(job(of)?.end.0),
            Self::Stops(of) => i128::from(job(of)?.preemptions),
            Self::Asks(pool) => {
                let asks = heard.facts.iter().filter(|(_, fact)| match fact {
                    Fact::Placed(_, of) => of.index() == pool,
                    _ => false,
                });
                asks.count() as i128
            }
            Self::Cost => {
                let rented = heard.pools.iter().filter(|pool| pool.rented);
                rented.map(|pool| pool.charged.0).sum()
            }
            Self::RecoveryTime => ms(heard.recoveries.first()?.took),
            Self::RecoveryPoint => ms(heard.recoveries.first()?.lost),
            Self::PeopleCost => heard.failovers.first()?.people_cost.0,
        })
    }
}
