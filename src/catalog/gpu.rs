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
    /// Memory.
    pub memory: Bytes,
    /// Design power in watts.
    pub watts: u64,
    /// Power when idle, in watts.
    pub idle_watts: u64,
    /// Speed of training in ‰ of an H100.
    pub speed: Sourced<u32>,
}

/// As in the file.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Written {
    id: String,
    #[serde(default)]
    aliases: Vec<String>,
    memory: Data,
    power: Watts,
    idle_power: Watts,
    speed: Sourced<f64>,
}

impl Written {
    pub(super) fn read(self) -> GpuType {
        GpuType {
            id: self.id,
            aliases: self.aliases,
            memory: self.memory.0,
            watts: self.power.0,
            idle_watts: self.idle_power.0,
            speed: self.speed.map(|speed| (speed * 1000.0).round() as u32),
        }
    }
}
