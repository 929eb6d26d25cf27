//! GPU types: those of the catalog, and what `[[gpu]]` adds or changes.

use std::collections::BTreeSet;

use crate::scenario::{Origin, ScenarioFile};

use super::context::Context;

/// Speeds relative to an H100, by name.
pub(super) struct GpuTable {
    /// (name as the scenario says it, speed in ‰).
    own: Vec<(String, u32)>,
}

pub(super) fn read(context: &mut Context, file: &ScenarioFile) -> GpuTable {
    let mut own: Vec<(String, u32)> = Vec::new();
    let mut taken = BTreeSet::new();
    for (spec, table) in file.gpu.items() {
        let name = context.name(&spec.name, table, "gpu", &mut taken);
        let speed = context.required(&spec.speed, table, "the speed of a gpu", "speed = 1.15");
        let speed = speed.and_then(|_| context.number(&spec.speed, 0.001, 1000.0));
        if let (Some(name), Some(speed)) = (name, speed) {
            own.push((name, thousandths(speed)));
        }
    }
    GpuTable { own }
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
        if let Some((id, speed)) = self.own.iter().find(|(own, _)| own == name) {
            return Some((id.clone(), *speed));
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
        let known: Vec<&str> = self
            .own
            .iter()
            .map(|(own, _)| own.as_str())
            .chain(catalog)
            .collect();
        context.unknown(at, "GPU type", name, &known);
        None
    }

    /// Whether a name is known, without a report.
    pub(super) fn knows(&self, context: &Context, name: &str) -> Option<String> {
        let own = self
            .own
            .iter()
            .find(|(own, _)| own == name)
            .map(|(id, _)| id.clone());
        own.or_else(|| context.catalog.gpu(name).map(|gpu| gpu.id.clone()))
    }
}
