//! What providers promised and what they delivered, and by whom capacity is provided at all.

use crate::metrics::{Dimension, Layout};
use crate::model::Model;
use crate::record::plain;
use crate::units::PoolId;

use super::columns::Columns;
use super::words::amount;

/// In which ways the pools of a model are sorted; a way in which all are alike says nothing and is left out.
pub fn dimensions(model: &Model) -> Vec<Dimension> {
    let pools = || (0..model.pools.len()).map(PoolId::from);
    let jurisdiction = |pool: PoolId| {
        let word = &model.site_of(pool).jurisdiction;
        if word.is_empty() {
            "unknown".to_owned()
        } else {
            word.clone()
        }
    };
    let ways: [(&str, Vec<String>); 3] = [
        (
            "provider",
            pools().map(|pool| provider_of(model, pool)).collect(),
        ),
        ("jurisdiction", pools().map(jurisdiction).collect()),
        (
            "gpu",
            pools().map(|pool| model.pool(pool).gpu.clone()).collect(),
        ),
    ];
    let mut found = Vec::new();
    for (name, words) in ways {
        let mut groups: Vec<String> = Vec::new();
        let mut of_pool = Vec::new();
        for word in words {
            let place = groups.iter().position(|known| *known == word);
            of_pool.push(place.unwrap_or_else(|| {
                groups.push(word);
                groups.len() - 1
            }) as u16);
        }
        if 1 < groups.len() {
            found.push(Dimension {
                name: name.to_owned(),
                groups,
                of_pool,
            });
        }
    }
    found
}

/// Who provides a pool: the provider of its site, or the site itself where that has none.
fn provider_of(model: &Model, pool: PoolId) -> String {
    let site = model.site_of(pool);
    let mut sheets = model.providers.iter();
    let sheet = sheets.find(|sheet| sheet.provider == site.provider);
    sheet.map_or_else(|| site.name.clone(), |sheet| sheet.name.clone())
}

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
