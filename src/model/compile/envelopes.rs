//! `[[envelope]]`: what one job may cost at most, checked against what there is.

use std::collections::BTreeSet;

use crate::model::{Envelope, Envelopes};
use crate::scenario::{EnvelopeSpec, EnvelopeTeardownKind, Origin, ScenarioFile};
use crate::units::{ClassId, TenantId};

use super::classes::ClassDraft;
use super::commitments::amount;
use super::context::Context;
use super::pools::PoolDraft;
use super::selector;
use super::sites::Place;
use super::start_windows::{keep_checkpoints, whose};

/// More envelopes are a slip.
const ENVELOPES_MAX: usize = 1_000;

/// All envelopes.
pub(super) fn read(
    context: &mut Context,
    file: &ScenarioFile,
    (sites, pools): (&[Place], &[PoolDraft]),
    (classes, tenants): (&[ClassDraft], &[String]),
) -> Envelopes {
    let mut taken = BTreeSet::new();
    let mut list: Vec<Envelope> = Vec::new();
    for (place, (spec, table)) in file.envelope.items().enumerate() {
        if place == ENVELOPES_MAX {
            let fix = format!("keep to {ENVELOPES_MAX}");
            context.fault(table, "too many envelopes", fix);
            break;
        }
        let name = context.name(&spec.name, table, "envelope", &mut taken);
        let most = amount(context, &spec.amount, table, "amount = \"500 USD\"");
        let saves = spec.teardown.value() == Some(&EnvelopeTeardownKind::Checkpoint);
        let rented = |draft: &PoolDraft| draft.pool.is_rented();
        let mut envelope = Envelope {
            name: name.unwrap_or_default(),
            classes: if spec.classes.is_absent() {
                (0..classes.len()).map(ClassId::from).collect()
            } else {
                whose(context, (&spec.classes, table, "envelope"), classes)
            },
            tenants: whose_tenants(context, spec, tenants),
            pools: selector::pools(context, &spec.selector, table, sites, pools, rented),
            amount: most.unwrap_or_default(),
            saves,
            looks_ahead: spec.looks_ahead.value() == Some(&true),
        };
        envelope.pools.sort_unstable();
        if spec.teardown.is_absent() {
            let what = format!("envelope {}: teardown", envelope.name);
            context.note_default(what, "stop: a job that reaches it is over");
        }
        if let (true, Some(at)) = (saves, spec.teardown.origin()) {
            keep_checkpoints(context, at, &envelope.classes, classes);
        }
        apart(context, table, (&envelope, &list));
        list.push(envelope);
    }
    Envelopes { list }
}

fn whose_tenants(
    context: &mut Context,
    spec: &EnvelopeSpec,
    tenants: &[String],
) -> Option<Vec<TenantId>> {
    let known: Vec<&str> = tenants.iter().map(String::as_str).collect();
    let names = selector::names(context, &spec.tenants, "tenant", &known)?;
    let place = |name: &String| tenants.iter().position(|tenant| tenant == name);
    let mut found: Vec<TenantId> = names.iter().filter_map(place).map(TenantId::from).collect();
    found.sort_unstable();
    found.dedup();
    Some(found)
}

/// No job may belong to two envelopes: nobody could say which of them holds.
fn apart(context: &mut Context, at: Origin, (envelope, before): (&Envelope, &[Envelope])) {
    let both = |other: &&Envelope| {
        let mut classes = envelope.classes.iter();
        let tenants = match (&envelope.tenants, &other.tenants) {
            (Some(own), Some(others)) => own.iter().any(|tenant| others.contains(tenant)),
            _ => true,
        };
        tenants && classes.any(|class| other.classes.contains(class))
    };
    if let Some(other) = before.iter().find(both) {
        let message = format!(
            "some of these jobs have an envelope already, {}",
            other.name
        );
        let fix = "name other classes or tenants in one of them";
        context.fault(at, message, fix);
    }
}
