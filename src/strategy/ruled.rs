//! A strategy under other rules than at the start: which pools each shape may use is worked out once for each set of
//! rules that comes into force, and found again by all replications.

use std::sync::OnceLock;

use crate::model::{Masks, Model};

use super::Strategy;

/// The first of a chain of strategies that were worked out.
#[derive(Clone, Debug, Default)]
pub(super) struct Ruled(OnceLock<Box<Strategy>>);

impl Strategy {
    /// What it is from a phase on, while these rules are in force and these doors of failovers open.
    pub fn in_force(
        &self,
        model: &Model,
        phase: Option<u16>,
        (masks, doors): (Masks, u128),
    ) -> &Self {
        let mut found = self.in_phase(phase);
        while (found.masks, found.doors) != (masks, doors) {
            // Whoever comes second finds what the first worked out, and looks on behind it if that is not it.
            found = found.ruled.0.get_or_init(|| {
                Box::new(Self {
                    usage_half_life: found.usage_half_life,
                    ..Self::of(model, found.id, found.settings.clone(), (masks, doors))
                })
            });
        }
        found
    }
}
