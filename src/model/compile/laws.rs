//! Laws of lengths of time, told apart by the words that are given.

use crate::process::{Law, RepairMix};
use crate::scenario::{Given, LawSpec, Origin, UsualLaw};
use crate::units::Span;

use super::context::Context;

/// The words that make one law.
const FORMS: &str = "write { always = … }, { mean = … } with `shape` or `variation` if you like, \
                     { median = …, p95 = … }, { usual = \"node-repair\" } or { weight = …, first = …, second = … }";

/// The law of a field that must be there, in milliseconds.
pub(super) fn required(
    context: &mut Context,
    field: &Given<LawSpec>,
    table: Origin,
    what: &str,
    example: &str,
) -> Option<Law> {
    let (spec, origin) = context.required(field, table, what, example)?;
    read(context, spec, origin)
}

/// The law that the words make.
pub(super) fn read(context: &mut Context, spec: &LawSpec, at: Origin) -> Option<Law> {
    let before = context.problems.len();
    if let Some((UsualLaw::NodeRepair, origin)) = spec.usual.here() {
        let alone = LawSpec {
            usual: spec.usual.clone(),
            ..LawSpec::default()
        };
        if *spec != alone {
            context.fault(origin, "these words make no law", FORMS);
            return None;
        }
        return Some(RepairMix::usual().law());
    }
    let mut ms = |field: &Given<String>| {
        let span: Option<Span> = context.positive_span(field);
        span.map(|span| span.0 as f64)
    };
    let (always, mean) = (ms(&spec.always), ms(&spec.mean));
    let (median, p95) = (ms(&spec.median), ms(&spec.p95));
    let (first, second) = (ms(&spec.first), ms(&spec.second));
    let shape = context.number(&spec.shape, 0.05, 50.0);
    let variation = context.number(&spec.variation, 0.001, 100.0);
    let weight = context.number(&spec.weight, 0.0, 1.0);
    if context.problems.len() > before {
        return None;
    }
    let law = match (
        always,
        mean,
        shape,
        variation,
        (median, p95),
        (weight, first, second),
    ) {
        (Some(value), None, None, None, (None, None), (None, None, None)) => Law::Constant(value),
        (None, Some(mean), None, None, (None, None), (None, None, None)) => {
            Law::Exponential { mean }
        }
        (None, Some(mean), Some(shape), None, (None, None), (None, None, None)) => Law::Weibull {
            shape,
            scale: mean / libm::tgamma(1.0 + 1.0 / shape),
        },
        (None, Some(mean), None, Some(variation), (None, None), (None, None, None)) => {
            Law::lognormal_by_mean(mean, variation)
        }
        (None, None, None, None, (Some(median), Some(p95)), (None, None, None)) if median < p95 => {
            Law::lognormal_by_median(median, p95)
        }
        (None, None, None, None, (None, None), (Some(weight), Some(first), Some(second))) => {
            Law::Hyperexponential {
                weight,
                first,
                second,
            }
        }
        _ => {
            context.fault(at, "these words make no law", FORMS);
            return None;
        }
    };
    Some(law)
}
