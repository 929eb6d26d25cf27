//! What the outside does to an estate: failures, markets, services that are out.

#[path = "../common/mod.rs"]
mod common;

mod artifacts;
mod attributes;
mod calm;
mod commitments;
mod evidence;
mod evidence_kinds;
mod evidence_scores;
mod factors;
mod failover;
mod failover_in_storms;
mod faults;
mod fitted;
mod gpus;
mod identity;
mod keys;
mod lapses;
mod library;
mod losses;
mod luck;
mod maintained;
mod maintenance;
mod markets;
mod mending;
mod power;
mod reclaims;
mod recordings;
mod regulated;
mod repairs;
mod rule_prices;
mod rules;
mod rules_in_storms;
mod runbooks;
mod services;
mod shipped_runbooks;
mod signals;
mod versions;
mod ways;
