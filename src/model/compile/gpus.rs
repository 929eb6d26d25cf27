//! GPU types: those of the catalog, and what `[[gpu]]` adds or changes.

use std::collections::BTreeSet;

use crate::catalog::Sourced;
use crate::scenario::{GpuSpec, Origin, ScenarioFile};
use crate::units::{Bytes, parse_bytes, parse_power_watts};

use super::context::Context;

/// GPU types of the scenario, before those of the catalog.
pub(super) struct GpuTable {
    own: Vec<OwnGpu>,
}

/// A `[[gpu]]`; what it does not say is as in the catalog.
struct OwnGpu {
    name: String,
    /// Speed in ‰ of an H100.
    speed: Option<u32>,
    memory: Option<Bytes>,
    watts: [Option<u64>; 4],
}

/// What one GPU draws, in watts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Watts {
    pub(super) most: u64,
    pub(super) active: u64,
    pub(super) idle: u64,
    /// The share of the rest of the node, drawn while it is up.
    pub(super) host: u64,
}

/// Draws of one GPU beyond this are a slip of units.
const WATTS_MAX: u64 = 100_000;

pub(super) fn read(context: &mut Context, file: &ScenarioFile) -> GpuTable {
    let mut own: Vec<OwnGpu> = Vec::new();
    let mut taken = BTreeSet::new();
    for (spec, table) in file.gpu.items() {
        let name = context.name(&spec.name, table, "gpu", &mut taken);
        let known = name
            .as_deref()
            .is_some_and(|name| context.catalog.gpu(name).is_some());
        if !known {
            context.required(&spec.speed, table, "the speed of a gpu", "speed = 1.15");
        }
        let speed = context.number(&spec.speed, 0.001, 1000.0).map(thousandths);
        let memory = context.quantity(&spec.memory, parse_bytes);
        let watts = watts(context, spec);
        if let (Some(name), true) = (name, known || speed.is_some()) {
            own.push(OwnGpu {
                name,
                speed,
                memory,
                watts,
            });
        }
    }
    GpuTable { own }
}

fn watts(context: &mut Context, spec: &GpuSpec) -> [Option<u64>; 4] {
    let fields = [
        &spec.power,
        &spec.active_power,
        &spec.idle_power,
        &spec.host_power,
    ];
    fields.map(|field| {
        let watts = context.quantity(field, parse_power_watts)?;
        if WATTS_MAX < watts {
            let origin = field.origin().unwrap_or_default();
            let fix = format!("write at most {WATTS_MAX} W for one GPU");
            context.fault(origin, format!("{watts} W is out of range"), fix);
        }
        Some(watts.min(WATTS_MAX))
    })
}

/// A ratio in ‰, at least 1.
pub(super) fn thousandths(ratio: f64) -> u32 {
    ((ratio * 1000.0).round() as u32).max(1)
}

impl GpuTable {
    /// The GPU type that a pool names: its id and speed in ‰ of an H100. Unknown ones are reported.
    pub(super) fn find(
        &self,
        context: &mut Context,
        name: &str,
        at: Origin,
    ) -> Option<(String, u32)> {
        if let Some(own) = self.own(name)
            && let Some(speed) = own.speed
        {
            return Some((own.name.clone(), speed));
        }
        if let Some(gpu) = context.catalog.gpu(name) {
            let what = format!("gpu {}: speed relative to h100", gpu.id);
            if !context.assumptions.iter().any(|known| known.what == what) {
                let value = format!("{}", f64::from(gpu.speed.value) / 1000.0);
                context.note_catalog(what, value, &gpu.speed);
            }
            return Some((gpu.id.clone(), gpu.speed.value));
        }
        let catalog = context.catalog.gpus.iter().map(|gpu| gpu.id.as_str());
        let own = self.own.iter().map(|own| own.name.as_str());
        let known: Vec<&str> = own.chain(catalog).collect();
        context.unknown(at, "GPU type", name, &known);
        None
    }

    /// Whether a name is known, without a report.
    pub(super) fn knows(&self, context: &Context, name: &str) -> Option<String> {
        let own = self.own(name).map(|own| own.name.clone());
        own.or_else(|| context.catalog.gpu(name).map(|gpu| gpu.id.clone()))
    }

    /// What one GPU draws: as the scenario says, or else the catalog; `None` if neither says all of it.
    pub(super) fn watts(&self, context: &mut Context, gpu: &str) -> Option<Watts> {
        let catalog = context.catalog;
        let facts = catalog.gpu(gpu).map(|gpu| &gpu.power);
        let own = self.own(gpu).map_or([None; 4], |own| own.watts);
        let mut value = |place: usize, key: &str, fact: Option<&Sourced<u64>>| {
            if own[place].is_some() {
                return own[place];
            }
            let fact = fact?;
            let what = format!("gpu {gpu}: {key}");
            if !context.assumptions.iter().any(|known| known.what == what) {
                context.note_catalog(what, format!("{} W", fact.value), fact);
            }
            Some(fact.value)
        };
        Some(Watts {
            most: value(0, "power", facts.map(|power| &power.most))?,
            active: value(1, "active_power", facts.map(|power| &power.active))?,
            idle: value(2, "idle_power", facts.map(|power| &power.idle))?,
            host: value(3, "host_power", facts.map(|power| &power.host))?,
        })
    }

    /// How much memory one GPU has: as the scenario says, or else the catalog; `None` if neither does.
    pub(super) fn memory(&self, context: &mut Context, gpu: &str) -> Option<Bytes> {
        if let Some(own) = self.own(gpu).and_then(|own| own.memory) {
            return Some(own);
        }
        let fact = &context.catalog.gpu(gpu)?.memory;
        let what = format!("gpu {gpu}: memory");
        if !context.assumptions.iter().any(|known| known.what == what) {
            context.note_catalog(what, fact.value.words(), fact);
        }
        Some(fact.value)
    }

    fn own(&self, name: &str) -> Option<&OwnGpu> {
        self.own.iter().find(|own| own.name == name)
    }
}
