//! Closed forms of queueing theory, used to check the engine and to size estates.
//!
//! Times are in one unit of the caller's choice and rates are per that unit; "wait" excludes service and
//! "time in system" includes it. A function answers None where no steady state exists. Files are named by
//! family: single servers, many servers, priorities, sizes, gangs, changing load.

mod abandonment;
mod approximation;
mod bursts;
mod constant_service;
mod erlang;
mod finite_room;
mod gang_loss;
mod gang_pair;
mod gang_stability;
mod hyperexponential;
mod infinite_servers;
mod level_chain;
mod many_servers;
mod priority;
mod regular_arrivals;
mod single_server;
mod size_based;

pub use abandonment::{Abandonment, many_servers_with_abandonment};
pub use approximation::{allen_cunneen_wait, cosmetatos_wait, kimura_wait};
pub use bursts::{SelfExcitedArrivals, SwitchedArrivals};
pub use constant_service::many_servers_constant_service_wait;
pub use erlang::{erlang_b, erlang_c};
pub use finite_room::{FiniteRoom, finite_room};
pub use gang_loss::{GangClass, GangLoss, gang_loss};
pub use gang_pair::{GangPair, gang_pair};
pub use gang_stability::{GangShare, GangStability, gang_stability};
pub use hyperexponential::{Hyperexponential, many_servers_hyperexponential};
pub use infinite_servers::{SineLoad, busy_from_empty};
pub use many_servers::{ManyServers, many_servers};
pub use priority::{
    PriorityClass, conserved_work, non_preemptive_waits, non_preemptive_waits_many_servers,
    preemptive_resume_times,
};
pub use regular_arrivals::{RegularArrivals, regular_arrivals};
pub use single_server::{ServiceMoments, SingleServer, processor_sharing_time, single_server};
pub use size_based::{shortest_job_first_time, shortest_remaining_time_first_time};
