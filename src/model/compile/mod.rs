//! From words to meaning: the only maker of a [`Model`].
//!
//! Each step reads one kind of table, reports every problem that it sees and goes on with what is good, so
//! that a person learns all of them at once. The model comes out only when there is none.

mod artifacts;
mod assumed;
mod attribute_values;
mod attribute_words;
mod attributes;
mod availability;
mod balances;
mod batches;
mod blocks;
mod budgets;
mod checkpoint_homes;
mod chosen;
mod classes;
mod cohorts;
mod columns;
mod commitments;
mod context;
mod contracts;
mod controls;
mod cutovers;
mod cycle;
mod data;
mod demand;
mod droughts;
mod egress;
mod enrich;
mod envelopes;
mod errands;
mod factors;
mod failover_classes;
mod failovers;
mod failures;
mod feeds;
mod gates;
mod generated;
mod glob;
mod gpu_weather;
mod gpus;
mod groups;
mod happenings;
mod hours;
mod initial;
mod initial_row;
mod label_report;
mod label_words;
mod later;
mod laws;
mod limits;
mod maintenance;
mod markets;
mod marking;
mod memory;
mod move_rules;
mod move_words;
mod moves;
mod network;
mod node_weather;
mod offers;
mod openings;
mod orders;
mod outages;
mod phase_changes;
mod phases;
mod pools;
mod power;
mod price_file;
mod prices;
mod quotas;
mod rate_file;
mod recorded;
mod recorded_prices;
mod recordings;
mod regions;
mod rented_weather;
mod replicas;
mod retention;
mod rhythms;
mod routes;
mod rules;
mod run;
mod runbooks;
mod scorings;
mod selector;
mod service_weather;
mod services;
mod sheets;
mod signals;
mod sites;
mod spot;
mod start_windows;
mod state_file;
mod storages;
mod straddlers;
mod strategies;
mod tco;
mod terms;
mod told;
mod traces;
mod traffic;
mod transforms;
mod triggers;
mod validations;
mod weather;
mod wire_weather;
mod zone_weather;

use std::path::PathBuf;

use crate::scenario::{Problems, Scenario, ScenarioFile};
use crate::trace::ImportReport;

use super::answer_gates::AnswerGate;
use super::load::LoadReport;
use super::{
    Commitments, Dataset, Factors, LabelReport, Model, Network, Power, Rollout, Services,
    StrategySettings,
};

pub use context::Assumption;

use classes::ClassDraft;
use context::Context;
use failover_classes::classes_of;
use limits::Limits;
use pools::PoolDraft;
use recordings::{jobs_of, recordings};

#[cfg(test)]
mod tests;

/// A model with what a report says about how it was made.
#[derive(Clone, Debug)]
pub struct Compiled {
    /// The model.
    pub model: Model,
    /// The seed that the scenario names, or 1.
    pub seed: u64,
    /// How many replications the scenario names, or 100.
    pub replications: u32,
    /// What was taken from the catalog or from defaults, each with its source.
    pub assumptions: Vec<Assumption>,
    /// What was read of each trace, in the order of the demand.
    pub imports: Vec<ImportReport>,
    /// What was read, and offered load against capacity.
    pub load: LoadReport,
    /// What is known of recorded jobs, and from where.
    pub labels: LabelReport,
    /// Files that the scenario was made from: scenario files, traces, price lists.
    pub files: Vec<PathBuf>,
    /// The merged scenario as TOML with sorted keys.
    pub resolved: String,
    /// What the answer must keep to.
    pub gates: Vec<AnswerGate>,
    /// Whether the decisions of the first replication are to be written down.
    pub evidence: bool,
}

/// Power, terms with providers, and what prices share.
fn terms_of(
    context: &mut context::Context,
    file: &ScenarioFile,
    run: &run::Run,
    sites: &[sites::Place],
    gpus: &gpus::GpuTable,
    pools: &[pools::PoolDraft],
) -> (Power, Commitments, Factors) {
    let power = power::read(context, file, run, sites, gpus, pools);
    let commitments = commitments::read(context, file, run, sites, pools);
    let factors = factors::read(context, file, sites, pools);
    (power, commitments, factors)
}

/// What was ordered, who is cut over, and what comes.
type Plans<'a> = (
    orders::Orders,
    &'a cutovers::Twins,
    (&'a demand::Intake, &'a errands::Errands),
);

/// What is compared, what may be spent, and how the estate changes.
fn plans_of(
    context: &mut Context,
    file: &ScenarioFile,
    gpus: &gpus::GpuTable,
    parts: (&run::Run, &[sites::Place], &[PoolDraft], &mut Network),
    (classes, datasets, services): (&[ClassDraft], &mut Vec<Dataset>, &Services),
    (orders, twins, (intake, errands)): Plans<'_>,
) -> (Vec<StrategySettings>, Limits, Rollout) {
    let (run, sites, pools, network) = parts;
    let known = (sites, pools, classes, intake.shapes.as_slice());
    let subjects = attributes::Subjects::of(known, datasets, network);
    let beside = (run.epoch, &intake.enrichment);
    let (described, mut made) = attributes::read(context, file, subjects, beside);
    let labels = label_report::read(context, &described, subjects, &intake.enrichment);
    datasets.extend(made.datasets);
    let all = (sites, pools, classes);
    errands::attach(
        context,
        (errands, intake),
        all,
        datasets,
        &mut made.transforms,
    );
    network.copies.extend(made.copies);
    let subjects = attributes::Subjects::of(known, datasets, network);
    let (mut rules, moves) = rules::read(context, file, (&described, &made.transforms), subjects);
    rules.controls = controls::declared(context, file);
    let retention = retention::read(context, file, (&described, &made.transforms), subjects);
    network.moves = moves;
    let parts = (run, sites, pools, &*network);
    let sites = sites::names_of(sites);
    let names = strategies::Names {
        tenants: &intake.tenants,
        sites: &sites,
    };
    let strategies = strategies::read(context, file, names, &rules);
    let whose = (classes, intake.tenants.as_slice());
    let budgets = budgets::read(context, file, (parts.1, parts.2), whose);
    let quotas = quotas::read(context, file, parts.2, whose);
    let plans = (orders, twins, intake, (&budgets, &rules));
    let rollout = phases::read(context, file, parts, plans, &strategies);
    let known = failovers::Known {
        sites: parts.1,
        pools: parts.2,
        network: parts.3,
        services,
        classes,
        shapes: &intake.shapes,
        described: &described,
        budgets: &budgets,
        gpus,
        artifacts: datasets,
    };
    let mut failovers = failovers::read(context, file, known);
    let of = (parts.0.epoch, &failovers.list[..], &rules);
    failovers.runbooks = runbooks::read(context, file, of, known);
    let limits = Limits {
        windows: start_windows::read(context, file, run, (parts.1, parts.2), classes),
        envelopes: envelopes::read(context, file, (parts.1, parts.2), whose),
        transforms: made.transforms,
        retention,
        inspections: validations::of_results(context, file, classes),
        budgets,
        rules,
        failovers,
        quotas,
        labels: labels.0,
        report: labels.1,
    };
    (strategies, limits, rollout)
}

/// Capacity, with what owning it costs.
fn pools_of(
    context: &mut Context,
    file: &ScenarioFile,
    sites: &[sites::Place],
    gpus: &gpus::GpuTable,
) -> Vec<PoolDraft> {
    let records = tco::read(context, file);
    pools::read(context, file, sites, gpus, &records)
}

/// Checks a scenario and makes its model; reads the traces and price files that it names.
///
/// # Errors
/// All problems of the scenario, those of its words included.
pub fn compile(scenario: &Scenario) -> Result<Compiled, Problems> {
    let file = &scenario.file;
    let mut context = Context::new(scenario.problems.clone());
    let run = run::read(&mut context, file);
    let gpus = gpus::read(&mut context, file);
    let (mut sites, providers) = sites::read(&mut context, file, &run);
    let mut network = network::read(&mut context, file, &sites);
    let mut pools = pools_of(&mut context, file, &sites, &gpus);
    let (power, commitments, factors) = terms_of(&mut context, file, &run, &sites, &gpus, &pools);
    let reference = pools::reference(&mut context, &pools, &gpus, run.reference_gpu.as_ref());
    let (feeds, noted) = recordings(&mut context, file, &run, (&pools, reference.as_ref()));
    let orders = orders::read(&mut context, file, run.epoch, &sites, &mut pools);
    let mut classes = classes_of(&mut context, file, (&sites, &pools, &gpus), &feeds);
    let mut services = services::read(&mut context, file, &run, &sites);
    let mut datasets = data::read(&mut context, file, &sites, &services, &mut network);
    let wires = data::Wires::of((&sites, &pools), &datasets, &network, &services);
    data::attach(&mut context, file, &mut classes, &wires);
    let twins = cutovers::read(&mut context, file, &pools, &gpus, &mut classes);
    services.needs = services::attach(&mut context, file, &classes, &wires);
    let drafts = (sites.as_mut_slice(), classes.as_mut_slice());
    storages::attach(&mut context, file, drafts, &pools, &mut network);
    pools::set_speeds(&mut pools, &classes, reference.as_ref());
    let errands = errands::read(&mut context, file, (&classes, &pools), &datasets);
    let known = (&run, &pools[..], &classes[..]);
    let extra = (twins.pairs(), &errands);
    let (begun, intake) = jobs_of(&mut context, file, known, (&feeds, noted), extra);
    let parts = (&run, sites.as_slice(), pools.as_slice(), &mut network);
    let plans = (orders, &twins, (&intake, &errands));
    let read = (&classes[..], &mut datasets, &services);
    let (strategies, limits, rollout) = plans_of(&mut context, file, &gpus, parts, read, plans);
    let (rhythms, elastic) = batches::of_shapes(&intake.shapes, &classes, &pools);
    let market = markets::read(&mut context, file, &run, &mut pools);
    let places = (&sites[..], &pools[..]);
    let known = (
        &network,
        &services,
        &datasets[..],
        (&limits.budgets, &limits.rules),
    );
    let mut weather = weather::read(&mut context, file, &run, places, known, market);
    let named = (&datasets[..], &intake, &mut weather.script);
    let terms = (&commitments, &limits.budgets);
    let initial = initial::read(&mut context, file, begun, places, named, terms);
    let context = context.faultless()?;
    let mut model = Model {
        horizon: run.horizon,
        overrun: run.overrun,
        sites: sites.into_iter().map(|site| site.site).collect(),
        pools: pools.into_iter().map(|pool| pool.pool).collect(),
        classes: classes.into_iter().map(|class| class.class).collect(),
        tenants: intake.tenants,
        shapes: intake.shapes,
        elastic,
        rhythms,
        commitments,
        power,
        network,
        datasets,
        services,
        weather,
        rollout,
        initial,
        factors,
        strategies,
        demand: intake.demand,
        providers,
        ..Model::bare(&run.name, run.epoch, context.currency)
    };
    let labels = limits.put_into(&mut model);
    let read = (intake.imports, intake.unplaceable, labels);
    compiled(scenario, context, model, (run.seed, run.replications), read)
}

/// The model with what a report says about how it was made, if its strategies know all that they look at.
fn compiled(
    scenario: &Scenario,
    mut context: Context,
    model: Model,
    (seed, replications): (u64, u32),
    (imports, unplaceable, labels): (Vec<ImportReport>, u64, LabelReport),
) -> Result<Compiled, Problems> {
    scorings::check(&mut context, &scenario.file, &model);
    spot::check(&mut context, &scenario.file, &model);
    let gates = gates::read(&mut context, &scenario.file, &model);
    let context = context.faultless()?;
    let record = scenario.file.record.value();
    Ok(Compiled {
        load: LoadReport::of(&model, &imports, unplaceable, seed),
        labels,
        model,
        seed,
        replications,
        assumptions: context.assumptions,
        imports,
        files: files_of(scenario, context.files),
        resolved: scenario.resolved.clone(),
        gates,
        evidence: record.is_some_and(|record| record.evidence.value() == Some(&true)),
    })
}

/// Files that the scenario was made from, with those that it names.
fn files_of(scenario: &Scenario, named: Vec<PathBuf>) -> Vec<PathBuf> {
    let own = scenario.problems.sources().iter();
    own.filter_map(|source| source.path.clone())
        .chain(named)
        .collect()
}
