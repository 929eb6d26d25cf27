//! `[[group]]`, `[[failure]]`, `[[happening]]`: what goes wrong.

use std::collections::BTreeSet;

use crate::model::{
    Budgets, Dataset, Entity, Happening, Horizon, Incident, Market, Network, Packing, Rules,
    Services, Weather,
};
use crate::scenario::{Origin, ScenarioFile};
use crate::units::PoolId;

use super::artifacts;
use super::context::Context;
use super::failures::failure;
use super::groups::{self, Group};
use super::happenings::happening;
use super::maintenance;
use super::pools::PoolDraft;
use super::replicas;
use super::run::Run;
use super::sites::Place;
use super::terms;

/// What the readers of weather look things up in.
pub(super) struct Estate<'a> {
    pub(super) run: &'a Run,
    pub(super) sites: &'a [Place],
    pub(super) pools: &'a [PoolDraft],
    pub(super) network: &'a Network,
    pub(super) services: &'a Services,
    pub(super) datasets: &'a [Dataset],
    pub(super) budgets: &'a Budgets,
    pub(super) rules: &'a Rules,
    pub(super) groups: Vec<Group>,
}

pub(super) fn read(
    context: &mut Context,
    file: &ScenarioFile,
    run: &Run,
    (sites, pools): (&[Place], &[PoolDraft]),
    (network, services, datasets, (budgets, rules)): (
        &Network,
        &Services,
        &[Dataset],
        (&Budgets, &Rules),
    ),
    market: Market,
) -> Weather {
    let estate = &Estate {
        run,
        sites,
        pools,
        network,
        services,
        datasets,
        budgets,
        rules,
        groups: groups::read(context, file, pools),
    };
    let mut weather = Weather {
        market,
        ..Weather::default()
    };
    let mut taken = BTreeSet::new();
    for (spec, table) in file.failure.items() {
        let name = context.name(&spec.name, table, "failure", &mut taken);
        failure(context, spec, table, estate, name, &mut weather);
    }
    let mut taken = BTreeSet::new();
    for (spec, table) in file.happening.items() {
        context.name(&spec.name, table, "happening", &mut taken);
        let Weather { script, market, .. } = &mut weather;
        happening(context, spec, table, estate, script, market);
    }
    let changes = 0..estate.rules.changes.len() as u16;
    (weather.script).extend(changes.map(|change| {
        let what = Happening::Attributes { change };
        Incident::terms(estate.rules.changes[usize::from(change)].at, what)
    }));
    replicas::script(context, file, estate.run, &mut weather.script);
    Incident::put_in_order(&mut weather.script);
    weather.maintenance = maintenance::read(context, file, estate);
    weather.releases = artifacts::releases(context, file, services, datasets);
    let first = file.failure.items().map(|(_, table)| table).next();
    if let (Some(table), Horizon::UntilEmpty) = (first, estate.run.horizon) {
        let fix = "give [scenario] a horizon, such as \"28 d\"";
        context.fault(
            table,
            "weather is drawn up to a horizon, and there is none",
            fix,
        );
    }
    terms::add_to(&mut weather.script, pools);
    weather
}

/// Nodes that can fail must be told apart.
pub(super) fn packed(context: &mut Context, at: Origin, estate: &Estate<'_>, entities: &[Entity]) {
    let mut pools: Vec<PoolId> = entities
        .iter()
        .flat_map(|entity| &entity.nodes)
        // Rented instances are always told apart.
        .filter(|range| range.nodes > 0)
        .map(|range| range.pool)
        .collect();
    pools.sort_unstable();
    pools.dedup();
    for pool in pools {
        let pool = &estate.pools[pool.index()].pool;
        if pool.packing == Packing::Count {
            let message = format!(
                "pool `{}` does not tell its nodes apart, so none of them can fail",
                pool.name
            );
            context.fault(
                at,
                message,
                "give it packing = \"best\" (or first, consolidated, fgd)",
            );
        }
    }
}
