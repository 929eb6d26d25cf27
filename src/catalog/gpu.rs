//! GPU types.

use serde::Deserialize;

use crate::units::Bytes;

use super::quantity::{Data, Watts};
use super::sourced::Sourced;

/// A type of GPU.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GpuType {
    /// Its id, as pools say it.
    pub id: String,
    /// Other names that mean the same.
    pub aliases: Vec<String>,
    /// Nominal memory.
    pub memory: Sourced<Bytes>,
    /// What it draws.
    pub power: GpuPower,
    /// Speed of training in ‰ of an H100.
    pub speed: Sourced<u32>,
}

/// What one GPU draws, in watts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GpuPower {
    /// The most.
    pub most: Sourced<u64>,
    /// At work.
    pub active: Sourced<u64>,
    /// At rest.
    pub idle: Sourced<u64>,
    /// Its share of what the rest of the node draws while it is up.
    pub host: Sourced<u64>,
}

/// As in the file.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Written {
    id: String,
    #[serde(default)]
    aliases: Vec<String>,
    memory: Sourced<Data>,
    power: Sourced<Watts>,
    active_power: Sourced<Watts>,
    idle_power: Sourced<Watts>,
    host_power: Sourced<Watts>,
    speed: Sourced<f64>,
}

impl Written {
    pub(super) fn read(self) -> GpuType {
        GpuType {
            id: self.id,
            aliases: self.aliases,
            memory: self.memory.map(|memory| memory.0),
            power: GpuPower {
                most: self.power.map(|watts| watts.0),
                active: self.active_power.map(|watts| watts.0),
                idle: self.idle_power.map(|watts| watts.0),
                host: self.host_power.map(|watts| watts.0),
            },
            speed: self.speed.map(|speed| (speed * 1000.0).round() as u32),
        }
    }
}
