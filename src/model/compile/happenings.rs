//! `[[happening]]`: what happens at a given time.

use crate::model::{Incident, Market, ServiceKind};
use crate::scenario::{HappeningKind, HappeningSpec, Origin};
use crate::units::SimTime;

use super::artifacts;
use super::blocks;
use super::budgets;
use super::context::Context;
use super::contracts;
use super::gpu_weather;
use super::node_weather;
use super::rented_weather;
use super::rules;
use super::run::instant;
use super::service_weather;
use super::told::Told;
use super::weather::Estate;
use super::wire_weather::{self, Wire};

/// A thing that happens at a given time, and its end.
pub(super) fn happening(
    context: &mut Context,
    spec: &HappeningSpec,
    table: Origin,
    estate: &Estate<'_>,
    script: &mut Vec<Incident>,
    market: &mut Market,
) {
    let at = context.required(&spec.at, table, "the time of a happening", "at = \"3 d\"");
    let at =
        at.and_then(|(_, origin)| Some((instant(context, estate.run.epoch, &spec.at)?, origin)));
    let example = "what = \"nodes-down\" (or gpus-down, capacity, quota, budget, rule, attribute-set, price, renewal, residual-value, link, block, storage, \
                   key-service, key-rotation, registry, corrupted-artifact, identity-provider, …)";
    let what = context.required(&spec.what, table, "what happens", example);
    let lasts = context.positive_span(&spec.lasts);
    let (Some((at, origin)), Some((&what, _))) = (at, what) else {
        return;
    };
    if at < 0 {
        context.fault(origin, "this is before the start", "give a later time");
        return;
    }
    let from = SimTime(at as u64);
    let when = (from, lasts.map(|lasts| from + lasts));
    misplaced(context, spec, what);
    let told = &Told {
        spec,
        table,
        estate,
        when,
    };
    match what {
        HappeningKind::NodesDown => node_weather::down(context, told, script),
        HappeningKind::GpusDown => gpu_weather::down(context, told, script),
        HappeningKind::Capacity => rented_weather::capacity(context, told, script),
        HappeningKind::Quota => rented_weather::quota(context, told, script),
        HappeningKind::Budget => budgets::happening(context, told, script),
        HappeningKind::Link => wire_weather::slow(context, told, Wire::Link, script),
        HappeningKind::Block => blocks::block(context, told, script),
        HappeningKind::Storage => wire_weather::slow(context, told, Wire::Storage, script),
        HappeningKind::KeyService => {
            service_weather::out(context, told, ServiceKind::Key, script);
        }
        HappeningKind::Registry => {
            service_weather::out(context, told, ServiceKind::Registry, script);
        }
        HappeningKind::IdentityProvider
        | HappeningKind::FederationCut
        | HappeningKind::CertificateExpired
        | HappeningKind::CredentialRotation
        | HappeningKind::CredentialsRevoked => {
            service_weather::identity(context, told, what, script);
        }
        HappeningKind::CorruptedArtifact => artifacts::corrupted(context, told, script),
        // Rules were worked out for it already.
        HappeningKind::AttributeSet => {}
        HappeningKind::Rule => rules::happening(context, told, script),
        HappeningKind::KeyRotation => {
            service_weather::rotation(context, told, ServiceKind::Key, script);
        }
        HappeningKind::Price => rented_weather::price(context, told, &mut market.surcharges),
        HappeningKind::Renewal => contracts::renewals(context, told, &mut market.contracts),
        HappeningKind::ResidualValue => contracts::residuals(context, told, &mut market.contracts),
    }
}

/// Words that mean nothing for what happens.
fn misplaced(context: &mut Context, spec: &HappeningSpec, what: HappeningKind) {
    use HappeningKind as K;
    const SERVICES: &[HappeningKind] = &[
        HappeningKind::KeyService,
        HappeningKind::KeyRotation,
        HappeningKind::Registry,
        HappeningKind::IdentityProvider,
        HappeningKind::FederationCut,
        HappeningKind::CertificateExpired,
        HappeningKind::CredentialRotation,
        HappeningKind::CredentialsRevoked,
    ];
    const NODES: &[HappeningKind] = &[HappeningKind::NodesDown, HappeningKind::GpusDown];
    const CORRUPTED: &[HappeningKind] = &[HappeningKind::CorruptedArtifact];
    let fields: &[(Option<Origin>, &str, &[K])] = &[
        (spec.first.origin(), "first", NODES),
        (spec.nodes.origin(), "nodes", NODES),
        (spec.node.origin(), "node", &[K::GpusDown]),
        (spec.instances.origin(), "instances", &[K::Capacity]),
        (spec.notice.origin(), "notice", &[K::Capacity]),
        (spec.keeps_held.origin(), "keeps_held", &[K::Capacity]),
        (spec.gpus.origin(), "gpus", &[K::Quota, K::GpusDown]),
        (spec.factor.origin(), "factor", &[K::Price, K::Renewal]),
        (spec.budgets.origin(), "budgets", &[K::Budget]),
        (spec.amount.origin(), "amount", &[K::Budget]),
        (spec.residual.origin(), "residual", &[K::ResidualValue]),
        (
            spec.links.origin(),
            "links",
            &[K::Link, K::Block, K::AttributeSet],
        ),
        (spec.datasets.origin(), "datasets", &[K::AttributeSet]),
        (spec.made_by.origin(), "made_by", &[K::AttributeSet]),
        (spec.classes.origin(), "classes", &[K::AttributeSet]),
        (spec.set.origin(), "set", &[K::AttributeSet]),
        (spec.add.origin(), "add", &[K::AttributeSet]),
        (spec.remove.origin(), "remove", &[K::AttributeSet]),
        (
            spec.marks_return.origin(),
            "marks_return",
            &[K::AttributeSet],
        ),
        (spec.used_for.origin(), "use", &[K::Block]),
        (spec.storages.origin(), "storages", &[K::Storage]),
        (spec.share.origin(), "share", &[K::Link, K::Storage]),
        (spec.services.origin(), "services", SERVICES),
        (spec.artifacts.origin(), "artifacts", CORRUPTED),
        (spec.fails_after.origin(), "fails_after", CORRUPTED),
        (spec.detected_after.origin(), "detected_after", CORRUPTED),
        (spec.rollback.origin(), "rollback", CORRUPTED),
        (spec.rules.origin(), "rules", &[K::Rule]),
        (spec.voids_cache.origin(), "voids_cache", &[K::KeyService]),
    ];
    for &(field, word, kinds) in fields {
        if let Some(origin) = field.filter(|_| !kinds.contains(&what)) {
            context.fault(
                origin,
                format!("`{word}` means nothing here"),
                "leave it out",
            );
        }
    }
}
