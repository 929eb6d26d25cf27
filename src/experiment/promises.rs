//! What providers promised and what they delivered.

use crate::metrics::Layout;
use crate::model::Model;
use crate::record::plain;

use super::columns::Columns;
use super::words::amount;

/// What each provider promised and delivered, in sentences; nothing where nobody promised.
pub fn promise_sentences(
    model: &Model,
    layout: &Layout,
    names: &[String],
    columns: &[Columns],
) -> Vec<String> {
    let mut lines = Vec::new();
    for sheet in &model.providers {
        let Some(promised) = sheet.availability else {
            continue;
        };
        let column = |metric: &str| layout.position(&format!("{metric}.provider.{}", sheet.name));
        let Some(up) = column("up_share") else {
            continue;
        };
        for (name, of) in names.iter().zip(columns) {
            let Some(share) = of.estimate(up) else {
                continue;
            };
            let mean = |metric: &str| {
                let estimate = column(metric).and_then(|column| of.estimate(column));
                estimate.map_or(0.0, |estimate| estimate.value)
            };
            let kept = if share.value < promised {
                "less than it promised"
            } else {
                "as promised"
            };
            lines.push(format!(
                "{}: of what was paid for at {}, which promises {} %, {} % worked, {kept}; it refused {} requests \
                 and took {} instances back in the mean",
                plain(name),
                plain(&sheet.name),
                amount(promised * 100.0),
                amount(share.value * 100.0),
                amount(mean("refusals")),
                amount(mean("reclaims")),
            ));
        }
    }
    lines
}
