//! Time passes.
//!
//! One instant has three parts: **A** everything that must happen, in the order of the semantics; **B** what
//! the strategy chooses; **C** what must hold. Choices without delay make another round of the same instant.
//! The true run times live here and in the timeline, never in the world.

mod agenda;
mod artifacts;
mod asking;
mod births;
mod budgets;
mod carry;
mod envelopes;
mod failover;
mod feeds;
mod findings;
mod finish;
mod gpus;
mod growth;
mod handle;
mod identity;
mod initial;
mod inspections;
mod justify;
mod ledger;
mod losses;
mod mending;
mod notices;
mod rejudge;
mod repairs;
mod retention;
mod rollout;
mod room;
mod rules;
mod run;
mod runbooks;
mod scratch;
mod services;
mod spot;
mod standing;
mod start_windows;
mod syncs;
mod transforms;
mod upkeep;
mod weather;
mod wires;

pub use run::{Stuck, simulate};
pub use scratch::Scratch;
