//! What moves over networks and lies on storages.

#[path = "../common/mod.rs"]
mod common;

mod attributes;
mod caps;
mod checkpoints_home;
mod checkpoints_refused;
mod errands;
mod errands_in_worlds;
mod failover_of_versions;
mod feeds;
mod feeds_in_storms;
mod held;
mod homes_in_storms;
mod moves;
mod moves_in_storms;
mod network;
mod replicas;
mod retention;
mod retention_in_worlds;
mod staging;
mod storages;
mod traffic;
mod transforms;
mod validations;
mod validations_in_worlds;
