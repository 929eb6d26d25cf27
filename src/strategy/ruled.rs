//! A strategy under other rules than at the start: which pools each shape may use is worked out once for each set of
//! rules that comes into force, doors of failovers that open and windows that do, and found again by all replications.

use std::sync::OnceLock;

use crate::model::{Masks, Model};
use crate::units::SimTime;

use super::Strategy;

/// What decides at one moment which pools a shape may use.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct InForce {
    /// The rules in force.
    pub masks: Masks,
    /// Which doors of failovers are open, a bit for each.
    pub doors: u128,
    /// Which windows let work start, a bit for each.
    pub windows: u64,
}

impl InForce {
    /// At the start, under these rules.
    pub(super) fn first(model: &Model, masks: Masks) -> Self {
        Self {
            masks,
            doors: 0,
            windows: model.windows.admitting(SimTime::ZERO),
        }
    }
}

/// The first of a chain of strategies that were worked out.
#[derive(Clone, Debug, Default)]
pub(super) struct Ruled(OnceLock<Box<Strategy>>);

impl Strategy {
    /// What it is from a phase on, while this is in force.
    pub fn in_force(&self, model: &Model, phase: Option<u16>, now: InForce) -> &Self {
        let mut found = self.in_phase(phase);
        while found.in_force != now {
            // Whoever comes second finds what the first worked out, and looks on behind it if that is not it.
            found = found.ruled.0.get_or_init(|| {
                Box::new(Self {
                    usage_half_life: found.usage_half_life,
                    ..Self::of(model, found.id, found.settings.clone(), now)
                })
            });
        }
        found
    }
}
