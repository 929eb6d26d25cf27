//! What is measured of a model: the columns of every row of its runs.

use std::collections::BTreeSet;

use crate::metrics::{Dimension, Layout};
use crate::units::{PoolId, ShapeId};

use super::estate::Model;
use super::pool::Pool;
use super::rules::{Masks, RuleMode};
use super::set_bits;

/// More columns of rules at sites are not kept.
const PLACES_MAX: usize = 500;

/// The columns of a model.
pub fn layout_of(model: &Model) -> Layout {
    // Those who were cut over are reported with their class; their own classes are the last.
    let own = model.classes.len() - model.rollout.twins.len();
    let classes = model.classes[..own].iter().map(|class| class.name.clone());
    let classes: Vec<String> = classes.collect();
    let pools: Vec<String> = model.pools.iter().map(|pool| pool.name.clone()).collect();
    let services = model.services.list.iter();
    let services: Vec<String> = services.map(|service| service.name.clone()).collect();
    let phases = model.rollout.phases.iter().map(|phase| phase.name.clone());
    let layout = Layout::with_services(&classes, &pools, &services);
    let budgets = model.budgets.all.iter();
    let budgets = budgets.map(|budget| (budget.name.clone(), budget.alerts.clone()));
    let rules = &model.rules;
    // Behind the rules, what nothing permits, where there is a permit.
    let unpermitted = usize::from(rules.have_permits());
    let rules = (0..rules.list.len() + unpermitted).map(|rule| rules.name_of(rule).to_owned());
    let layout = layout.with_phases(&phases.collect::<Vec<_>>());
    let layout = layout.with_budgets(&budgets.collect::<Vec<_>>());
    let layout = layout.with_rules(&rules.collect::<Vec<_>>());
    let measured = model.failovers.measured();
    let measured = measured.map(|class| {
        let name = model.classes[class.index()].name.clone();
        (class.index(), name)
    });
    let names = model.failovers.list.iter();
    let names: Vec<String> = names.map(|failover| failover.name.clone()).collect();
    let layout = layout.with_failovers(&measured.collect::<Vec<_>>(), &names);
    let classes = model.classes[..own].iter();
    let deadlines = classes.map(|class| (class.name.clone(), class.deadline));
    let layout = layout.with_deadlines(&deadlines.collect::<Vec<_>>());
    let sites = model.pools.iter().map(|pool| pool.site.0).collect();
    let layout = layout.with_rules_at(&places(model), sites);
    let layout = layout.with_dimensions(dimensions(model));
    if model.pools.iter().any(Pool::is_rented) {
        layout.with_bound()
    } else {
        layout
    }
}

/// Rules at the sites where somebody could violate them, each with its name; nothing where there is only one site.
fn places(model: &Model) -> Vec<(usize, usize, String)> {
    let rules = &model.rules;
    if !rules.are_used() || model.sites.len() < 2 {
        return Vec::new();
    }
    let all = rules.masks(|_| RuleMode::Enforce);
    let mut found: BTreeSet<(usize, usize)> = BTreeSet::new();
    for (index, shape) in model.shapes.iter().enumerate() {
        for &pool in &model.classes[shape.class.index()].pools {
            let bits = against(model, all, ShapeId::from(index), pool);
            let site = model.pool(pool).site.index();
            found.extend(bits.map(|rule| (rule, site)));
        }
    }
    let named = found.into_iter().map(|(rule, site)| {
        let (rule_name, site_name) = (rules.name_of(rule), &model.sites[site].name);
        (rule, site, format!("{rule_name}@{site_name}"))
    });
    named.take(PLACES_MAX).collect()
}

/// Rules that a shape would violate in a pool in some version of its work, what nothing permits as the one behind the
/// last.
fn against(
    model: &Model,
    masks: Masks,
    shape: ShapeId,
    pool: PoolId,
) -> impl Iterator<Item = usize> {
    let rules = &model.rules;
    let versions = 0..model.transforms.versions.max(1) as u8;
    let violated = versions.map(|version| rules.violated(masks, (shape, version), pool));
    let last = rules.list.len();
    set_bits(violated.fold(0, |all, bits| all | bits)).map(move |bit| bit.min(last))
}

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
