//! `[regions]`: what the markets of all regions have in common.

use crate::model::Market;
use crate::process::{RegionalFactor, TwoPhases};
use crate::scenario::ScenarioFile;

use super::context::Context;

/// The part of the falls of capacity that comes from what all regions share, unless somebody knows better.
const TOGETHER: f64 = 0.05;

/// Puts all regions under one factor. `best` are the up and down times of the zone with the most capacity.
pub(super) fn share(
    context: &mut Context,
    file: &ScenarioFile,
    market: &mut Market,
    best: Option<(TwoPhases, TwoPhases)>,
) {
    let Some((spec, table)) = file.regions.here() else {
        return;
    };
    let what = "the correlation of zones of different regions";
    context.required(&spec.correlation, table, what, "correlation = 0.15");
    let correlation = context.number(&spec.correlation, 0.0, 0.999);
    let together = context.number(&spec.together, 0.001, 0.999);
    if spec.together.is_absent() {
        let value = format!("{TOGETHER} of the falls of the best zone");
        context.note_default("regions: what they lose together", value);
    }
    let Some(correlation) = correlation.filter(|&correlation| correlation > 0.0) else {
        return;
    };
    let Some((up, down)) = best.filter(|_| market.regions.len() > 1) else {
        let fix = "give markets of at least two regions a tier, or times up and down";
        context.fault(table, "there are no regions to share anything", fix);
        return;
    };
    let together = together.unwrap_or(TOGETHER);
    let shared = match RegionalFactor::new(up, down, correlation, together) {
        Ok(shared) => shared,
        Err(why) => {
            context.fault(table, why, "change the words of [regions]");
            return;
        }
    };
    for (name, factor) in &mut market.regions {
        match factor.under(&shared) {
            Ok(own) => *factor = own,
            Err(why) => {
                let message = format!("region `{name}` cannot share so much: {why}");
                context.fault(table, message, "lower the correlation, or `together`");
                return;
            }
        }
    }
    let value = format!("{correlation} between the best zones of two");
    context.note_declared("regions: correlation", value);
    market.shared = Some(shared);
}
