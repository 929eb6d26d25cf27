//! The names behind the ids of a model, for evidence.

use crate::model::{
    AttributeChange, AttributeSaid, AttributeValue, FailoverAction, Freight, Model, Phase,
    RuleEffect, RuleOn,
};
use crate::record::{
    Attributes, Carried, ChangeWords, EvidenceWords, FailoverWords, FindingWords, FoundWords,
    Known, KnownWords, MovingWords, OutletWords, PhaseWords, PoolWords, RuleWords, SaidWords,
    ShapeWords, TargetWords,
};
use crate::strategy::Strategy;
use crate::units::{ClassId, DatasetId, LinkId, OutletId, PoolId, ShapeId, SiteId};

use super::gates::gate_words;
use super::kept::retention_words;
use super::signals::{kept_out, signal_words};

/// What is the same in all evidence of a model.
pub fn evidence_words(model: &Model, scenario_sha256: &str, seed: u64) -> EvidenceWords {
    let rules = &model.rules;
    let names = 0..=rules.list.len();
    EvidenceWords {
        scenario_sha256: scenario_sha256.to_owned(),
        seed,
        epoch: model.epoch,
        currency: model.currency.to_string(),
        shapes: each(model.shapes.len(), |shape| shape_words(model, shape.into())),
        classes: all(&model.classes, |class| class.name.clone()),
        tenants: model.tenants.clone(),
        pools: each(model.pools.len(), |pool| pool_words(model, pool.into())),
        rules: names.map(|rule| rules.name_of(rule).to_owned()).collect(),
        datasets: all(&model.datasets, |data| (data.name.clone(), data.size.0)),
        sites: all(&model.sites, |site| site.name.clone()),
        links: all(&model.network.links, |link| link.name.clone()),
        outlets: each(model.services.outlets.len(), |outlet| {
            outlet_words(model, outlet.into())
        }),
        envelopes: all(&model.envelopes.list, |envelope| envelope.name.clone()),
        windows: all(&model.windows.list, |window| window.name.clone()),
        budgets: all(&model.budgets.all, |budget| budget.name.clone()),
        failovers: each(model.failovers.list.len(), |number| {
            failover_words(model, number)
        }),
        phases: all(&model.rollout.phases, phase_words),
        transforms: all(&model.transforms.list, |of| of.name.clone()),
        made_of: all(&model.transforms.derived, |made| (made.dataset, made.base)),
        moving: moving(model, 0),
        changes: all(&rules.changes, |change| change_words(model, change)),
        findings: finding_words(model),
        later: later(model),
        retention: retention_words(model),
    }
}

/// What is made of each of some things.
fn all<T, U>(list: &[T], of: impl Fn(&T) -> U) -> Vec<U> {
    list.iter().map(of).collect()
}

/// What is made of each of so many.
fn each<U>(count: usize, of: impl Fn(usize) -> U) -> Vec<U> {
    (0..count).map(of).collect()
}

/// What rules know of everybody once attributes have changed.
fn later(model: &Model) -> Vec<KnownWords> {
    let changes = model.rules.changes.iter().map(|change| change.known);
    let found = model.rules.findings.rows.iter().map(|row| row.known);
    let last = changes.chain(found).max().unwrap_or(0);
    let all = (1..=last).map(|situation| known_words(model, situation));
    all.collect()
}

fn shape_words(model: &Model, id: ShapeId) -> ShapeWords {
    let shape = &model.shapes[id.index()];
    let class = model.rollout.reported(shape.class);
    ShapeWords {
        class: model.classes[class.index()].name.clone(),
        milli_gpus: shape.gpus.0,
        versions: of_jobs(model, 0, id),
    }
}

/// What rules know of jobs of a shape, by version, and the transforms that were used on all that they read.
fn of_jobs(model: &Model, situation: u16, shape: ShapeId) -> Vec<(Attributes, Vec<String>)> {
    let versions = 0..model.rules.versions() as u8;
    let known = versions.map(|version| {
        let (attributes, used) = model.rules.known_of_jobs(situation, (shape, version));
        (known(attributes), transforms(model, used))
    });
    known.collect()
}

fn change_words(model: &Model, change: &AttributeChange) -> ChangeWords {
    ChangeWords {
        by: change.by.clone(),
        said: said_words(model, &change.said),
        known: usize::from(change.known).checked_sub(1),
    }
}

fn said_words(model: &Model, said: &[AttributeSaid]) -> Vec<SaidWords> {
    all(said, |said| {
        let (kind, name) = model.named(said.whom);
        SaidWords {
            kind,
            name: name.to_owned(),
            attribute: said.attribute.clone(),
            before: said.before.as_ref().map(value),
            after: said.after.as_ref().map(value),
        }
    })
}

/// What may be found, and who has which attribute then.
fn finding_words(model: &Model) -> FindingWords {
    let findings = &model.rules.findings;
    FindingWords {
        names: all(&findings.list, |finding| model.finding_name(finding)),
        rows: all(&findings.rows, |row| FoundWords {
            known: usize::from(row.known).checked_sub(1),
            changed: said_words(model, &row.changed),
            found: all(&row.found, |said| said_words(model, said)),
        }),
    }
}

fn known_words(model: &Model, situation: u16) -> KnownWords {
    let pools = (0..model.pools.len()).map(PoolId::from);
    let shapes = (0..model.shapes.len()).map(ShapeId::from);
    KnownWords {
        shapes: shapes
            .map(|shape| of_jobs(model, situation, shape))
            .collect(),
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
            Freight::Checkpoint(of, version) => Carried::Checkpoint(of.class, of.labels, version),
            Freight::Results(of, version) => Carried::Results(of.class, of.labels, version),
            Freight::Feed(of) => Carried::Feed(of.class, of.labels),
        };
        (what, known(attributes), transforms(model, used))
    });
    let sites = || (0..model.sites.len()).map(SiteId::from);
    let links = (0..model.network.links.len()).map(LinkId::from);
    MovingWords {
        carried: carried.collect(),
        data: (0..model.datasets.len())
            .map(|data| known(moves.data(DatasetId::from(data))))
            .collect(),
        from: sites().map(|site| known(moves.from(site))).collect(),
        to: sites().map(|site| known(moves.to(site))).collect(),
        links: links.map(|link| known(moves.link(link))).collect(),
    }
}

fn failover_words(model: &Model, number: usize) -> FailoverWords {
    let of = &model.failovers.list[number];
    let class_names = |classes: &[ClassId]| -> Vec<String> {
        let all = classes.iter();
        all.map(|class| model.classes[class.index()].name.clone())
            .collect()
    };
    let targets = of.targets.iter().map(|target| {
        let needs = [
            target.needs_replica.then_some("replica"),
            target.needs_checkpoint.then_some("checkpoint"),
        ];
        TargetWords {
            pools: target
                .pools
                .iter()
                .map(|&pool| model.pool(pool).name.clone())
                .collect(),
            needs: needs.into_iter().flatten().map(str::to_owned).collect(),
            closed_to: class_names(&kept_out(model, of, target)),
        }
    });
    let book = model.failovers.runbook_of(number);
    FailoverWords {
        name: of.name.clone(),
        action: match of.action {
            FailoverAction::Queue => "queue",
            FailoverAction::Shed => "shed",
            FailoverAction::Degrade => "degrade",
            FailoverAction::Reroute => "reroute",
            FailoverAction::Move => "move",
        },
        classes: class_names(&of.classes),
        triggers: of
            .triggers
            .iter()
            .map(|trigger| signal_words(model, trigger))
            .collect(),
        targets: targets.collect(),
        runbook: book.map_or_else(String::new, |book| book.name.clone()),
        steps: book.map_or_else(Vec::new, |book| {
            let steps = book.steps.iter();
            steps.map(|step| step.does.name()).collect()
        }),
    }
}

fn phase_words(phase: &Phase) -> PhaseWords {
    PhaseWords {
        name: phase.name.clone(),
        gates: phase.gates.iter().map(|&gate| gate_words(gate)).collect(),
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
pub(super) fn rules_of(model: &Model, strategy: &Strategy) -> Vec<RuleWords> {
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
