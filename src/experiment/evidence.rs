//! One replication again, with every decision written down.

use std::io::Write;

use crate::dice::Dice;
use crate::engine::{Scratch, simulate};
use crate::model::{AttributeChange, AttributeValue, Freight, Model, RuleEffect, RuleOn, Timeline};
use crate::record::{
    Attributes, Carried, Chain, ChangeWords, EvidenceWords, JobWords, Known, KnownWords,
    MovingWords, OutletWords, PoolWords, RuleWords, RunWords, SaidWords, Scribe,
};
use crate::strategy::Strategy;
use crate::units::{JobId, LinkId, OutletId, PoolId, ShapeId, SiteId};

use super::replicate::{ExperimentError, Plan};

/// Plays `replication` again under each strategy of the plan and writes what is decided, as it comes: what is kept in
/// memory does not grow with the number of decisions.
///
/// # Errors
/// If a replication cannot be played to its end, or a line cannot be written.
pub fn evidence_of<W: Write>(
    plan: &Plan<'_>,
    replication: u32,
    words: &EvidenceWords,
    chain: &mut Chain<W>,
) -> Result<(), ExperimentError> {
    let dice = Dice {
        seed: plan.seed,
        replication,
    };
    let mut timeline = Timeline {
        replication,
        ..Timeline::default()
    };
    (plan.sample)(&dice, &mut timeline);
    let (model, timeline) = (plan.model, &timeline);
    let mut scratch = Scratch::default();
    for &id in plan.strategies {
        let strategy = Strategy::prepare(model, id);
        let run = RunWords {
            strategy: strategy.name().to_owned(),
            replication,
            rules: rules_of(model, &strategy),
            controls: model.rules.controls.clone(),
            job: &|job| job_words(model, timeline, job),
        };
        let mut scribe = Scribe::new(chain, words, &run);
        simulate(model, &strategy, timeline, &dice, &mut scratch, &mut scribe).map_err(
            |stuck| ExperimentError::Stuck {
                replication,
                seed: plan.seed,
                stuck,
            },
        )?;
        chain.check()?;
    }
    Ok(())
}

/// What is the same in all evidence of a model.
pub fn evidence_words(model: &Model, scenario_sha256: &str, seed: u64) -> EvidenceWords {
    let rules = &model.rules;
    let versions = rules.versions();
    let names = 0..=rules.list.len();
    let later = rules.changes.iter().map(|change| change.known).max();
    EvidenceWords {
        scenario_sha256: scenario_sha256.to_owned(),
        seed,
        epoch: model.epoch,
        currency: model.currency.to_string(),
        versions,
        shapes: of_jobs(model, 0),
        pools: (0..model.pools.len())
            .map(|pool| pool_words(model, PoolId::from(pool)))
            .collect(),
        rules: names.map(|rule| rules.name_of(rule).to_owned()).collect(),
        datasets: model
            .datasets
            .iter()
            .map(|dataset| (dataset.name.clone(), dataset.size.0))
            .collect(),
        sites: model.sites.iter().map(|site| site.name.clone()).collect(),
        links: model
            .network
            .links
            .iter()
            .map(|link| link.name.clone())
            .collect(),
        outlets: (0..model.services.outlets.len())
            .map(|outlet| outlet_words(model, OutletId::from(outlet)))
            .collect(),
        envelopes: (model.envelopes.list.iter())
            .map(|envelope| envelope.name.clone())
            .collect(),
        windows: (model.windows.list.iter())
            .map(|window| window.name.clone())
            .collect(),
        budgets: model
            .budgets
            .all
            .iter()
            .map(|budget| budget.name.clone())
            .collect(),
        moving: moving(model, 0),
        changes: rules
            .changes
            .iter()
            .map(|one| change_words(model, one))
            .collect(),
        later: (1..=later.unwrap_or(0))
            .map(|situation| known_words(model, situation))
            .collect(),
    }
}

fn change_words(model: &Model, change: &AttributeChange) -> ChangeWords {
    let said = change.said.iter().map(|said| {
        let (kind, name) = model.named(said.whom);
        SaidWords {
            kind,
            name: name.to_owned(),
            attribute: said.attribute.clone(),
            before: said.before.as_ref().map(value),
            after: said.after.as_ref().map(value),
        }
    });
    ChangeWords {
        by: change.by.clone(),
        said: said.collect(),
        known: usize::from(change.known).checked_sub(1),
    }
}

/// What rules know of jobs, by shape and version, and the transforms that were used on all that they read.
fn of_jobs(model: &Model, situation: u16) -> Vec<(Attributes, Vec<String>)> {
    let rules = &model.rules;
    let versions = rules.versions() as u8;
    let shapes = (0..model.shapes.len()).map(ShapeId::from);
    let shapes = shapes.flat_map(|shape| (0..versions).map(move |version| (shape, version)));
    let known = shapes.map(|of| {
        let (attributes, used) = rules.known_of_jobs(situation, of);
        (known(attributes), transforms(model, used))
    });
    known.collect()
}

fn known_words(model: &Model, situation: u16) -> KnownWords {
    let pools = (0..model.pools.len()).map(PoolId::from);
    KnownWords {
        shapes: of_jobs(model, situation),
        pools: pools
            .map(|pool| known(model.rules.known_of_target(situation, pool)))
            .collect(),
        moving: moving(model, situation),
    }
}

fn pool_words(model: &Model, id: PoolId) -> PoolWords {
    let pool = model.pool(id);
    let site = &model.sites[pool.site.index()];
    PoolWords {
        name: pool.name.clone(),
        site: site.name.clone(),
        jurisdiction: site.jurisdiction.clone(),
        rented: pool.is_rented(),
        attributes: known(model.rules.known_of_target(0, id)),
    }
}

fn outlet_words(model: &Model, id: OutletId) -> OutletWords {
    let service = model.services.service_of(id);
    let site = model.services.outlets[id.index()].site;
    OutletWords {
        kind: service.kind.cause().name().to_owned(),
        service: service.name.clone(),
        site: model.sites[site.index()].name.clone(),
    }
}

/// The names of some transforms, a bit for each.
fn transforms(model: &Model, used: u32) -> Vec<String> {
    let all = model.transforms.list.iter().enumerate();
    let used = all.filter(|(index, _)| used >> index & 1 == 1);
    used.map(|(_, transform)| transform.name.clone()).collect()
}

/// What rules know of all that could move.
fn moving(model: &Model, situation: u16) -> MovingWords {
    let moves = model.network.moves.known(situation);
    let carried = moves.freight().map(|(freight, attributes, used)| {
        let what = match freight {
            Freight::Dataset(id, class) => Carried::Dataset(id, class),
            Freight::Replica(id) => Carried::Replica(id),
            Freight::Checkpoint(class, version) => Carried::Checkpoint(class, version),
            Freight::Results(class, version) => Carried::Results(class, version),
            Freight::Feed(class) => Carried::Feed(class),
        };
        (what, known(attributes), transforms(model, used))
    });
    let sites = || (0..model.sites.len()).map(SiteId::from);
    let links = (0..model.network.links.len()).map(LinkId::from);
    MovingWords {
        carried: carried.collect(),
        from: sites().map(|site| known(moves.from(site))).collect(),
        to: sites().map(|site| known(moves.to(site))).collect(),
        links: links.map(|link| known(moves.link(link))).collect(),
    }
}

fn known(attributes: &[(String, AttributeValue)]) -> Attributes {
    let known = attributes.iter();
    let known = known.map(|(name, own)| (name.clone(), value(own)));
    known.collect()
}

fn value(value: &AttributeValue) -> Known {
    match value {
        AttributeValue::Marks(marks) => Known::Marks(marks.clone()),
        AttributeValue::Text(text) => Known::Text(text.clone()),
        AttributeValue::Number(number) => Known::Number(*number),
        AttributeValue::Flag(flag) => Known::Flag(*flag),
    }
}

/// The rules as a strategy begins with them.
fn rules_of(model: &Model, strategy: &Strategy) -> Vec<RuleWords> {
    let list = model.rules.list.iter().enumerate().map(|(index, rule)| {
        let mut held = strategy.rule_modes().iter();
        let held = held.find(|(of, _)| usize::from(*of) == index);
        RuleWords {
            id: rule.id.clone(),
            on: match rule.on {
                RuleOn::Run => "run",
                RuleOn::Move => "move",
            },
            effect: match rule.effect {
                RuleEffect::Permit => "permit",
                RuleEffect::Forbid => "forbid",
                RuleEffect::Require => "require",
            },
            mode: held.map_or(rule.mode, |&(_, mode)| mode).name(),
            transform: rule.transform.map(|transform| {
                let of = &model.transforms.list[usize::from(transform)];
                of.name.clone()
            }),
            bytes_per_day: rule.bytes_per_day.map(|most| most.0),
            when: rule.when.clone(),
            reason: rule.reason.clone(),
            controls: rule.controls.clone(),
        }
    });
    list.collect()
}

fn job_words(model: &Model, timeline: &Timeline, job: JobId) -> JobWords {
    let request = timeline.request(job);
    let shape = &model.shapes[request.shape.index()];
    let class = model.rollout.reported(shape.class);
    JobWords {
        name: model.job_name(timeline, job.index()),
        number: job.0,
        class: model.classes[class.index()].name.clone(),
        tenant: model.tenants[request.tenant.index()].clone(),
        milli_gpus: shape.gpus.0,
        shape: request.shape,
    }
}
