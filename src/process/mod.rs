//! Laws to draw from: single numbers, arrivals, and whole workloads.
//!
//! Nothing here keeps state: a draw is a function of a law and of a named stream of dice. What one interval
//! or one job draws has a name of its own, so that longer horizons and other strategies shift nothing.

mod adapt;
mod arrivals;

mod check;
mod choice;
mod factors;
mod gamma;
mod hazard;
mod incomplete_gamma;
mod job;
mod law;
mod market;
mod moments;
mod normal;
mod outcome;
mod poisson;
mod presets;
mod price;
mod renewal;
mod residual;
mod steps;
mod survival;
mod time;
mod workload;

pub use arrivals::{ArrivalPattern, Arrivals, Burstiness, Profile};
pub use choice::Choice;
pub use factors::CommonFactors;
pub use gamma::gamma;
pub use hazard::{
    FailureCauses, Faults, InfantMortality, LLAMA3_CAUSES, Lemons, Mending, RepairKind, RepairMix,
};
pub use job::GeneratedJob;
pub use law::Law;
pub use market::{Daily, Drought, Losses, MarketTier, RegionalFactor, TwoPhases, ZoneMarket};
pub use normal::{normal_probability, normal_quantile};
pub use outcome::Outcome;
pub use poisson::poisson;
pub use presets::{PHILLY_PROFILE, VENUS_PROFILE, llm_lab, shared_research, venus_burstiness};
pub use price::{
    ChainStart, Controller, ControllerKeys, MarketCycle, MarketRegime, MarkovChain, MarkovPrice,
    MeanReverting, Stress,
};
pub use renewal::{Renewal, RenewalStart};
pub use steps::{combine_steps, multiply_steps};
pub use time::{exponential_below, exponential_ms, law_ms, lognormal_ms};
pub use workload::{ClassRule, ClassSettings, GangSettings, Workload, WorkloadSettings};
