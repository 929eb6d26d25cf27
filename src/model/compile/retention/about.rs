//! What a rule of retention is about: kinds, classes, data sets and marks.

use std::collections::BTreeSet;

use crate::model::KeptKind;
use crate::model::compile::attributes::{Described, Subjects};
use crate::model::compile::context::Context;
use crate::model::compile::start_windows::whose;
use crate::model::rules::{Kind, Of};
use crate::scenario::{AttributeValue, Given, KeptKindSpec, Origin, RetentionSpec};
use crate::units::{ClassId, DatasetId};

/// Of which kinds.
pub(super) fn kinds(
    context: &mut Context,
    spec: &RetentionSpec,
    table: Origin,
) -> Option<Vec<KeptKind>> {
    let mut found = Vec::new();
    for (&kind, origin) in spec.of.items() {
        let kind = match kind {
            KeptKindSpec::DataSet => KeptKind::Dataset,
            KeptKindSpec::Copy => KeptKind::Copy,
            KeptKindSpec::Replica => KeptKind::Replica,
            KeptKindSpec::Transformed => KeptKind::Transformed,
            KeptKindSpec::Artifact => KeptKind::Artifact,
            KeptKindSpec::Checkpoint => KeptKind::Checkpoint,
            KeptKindSpec::Result => KeptKind::Results,
        };
        if found.contains(&kind) {
            let message = format!("`{}` stands here twice", kind.name());
            context.fault(origin, message, "name it once");
        } else {
            found.push(kind);
        }
    }
    if found.is_empty() {
        let fix =
            "add of = [\"copy\"] (or data-set, replica, transformed, artifact, checkpoint, result)";
        context.fault(table, "what a retention is about is missing", fix);
        return None;
    }
    found.sort_unstable();
    Some(found)
}

/// Of which classes, if not of all.
pub(super) fn classes(
    context: &mut Context,
    spec: &RetentionSpec,
    kinds: &[KeptKind],
    subjects: Subjects<'_>,
) -> Option<Vec<ClassId>> {
    let origin = spec.classes.origin()?;
    if !kinds
        .iter()
        .all(|kind| [KeptKind::Checkpoint, KeptKind::Results].contains(kind))
    {
        let fix = "leave `classes` out, or write a rule of its own for checkpoints and results";
        context.fault(origin, "only checkpoints and results are of classes", fix);
        return None;
    }
    let found = whose(
        context,
        (&spec.classes, origin, "retention"),
        subjects.classes,
    );
    Some(found)
}

/// Of which data sets and artifacts, if not of all.
pub(super) fn data(
    context: &mut Context,
    spec: &RetentionSpec,
    subjects: Subjects<'_>,
) -> Option<BTreeSet<DatasetId>> {
    spec.data.value()?;
    let known: Vec<&str> = subjects
        .datasets
        .iter()
        .map(|of| of.name.as_str())
        .collect();
    let mut found = BTreeSet::new();
    for (name, origin) in spec.data.items() {
        match known.iter().position(|known| known == name) {
            Some(place) => {
                found.insert(DatasetId::from(place));
            }
            None => context.unknown(origin, "data set or artifact", name, &known),
        }
    }
    Some(found)
}

/// Marks by the place of their attribute; each must be one that some data have.
pub(super) fn marks(
    context: &mut Context,
    spec: &RetentionSpec,
    described: &Described,
) -> Vec<(usize, Vec<String>)> {
    let mut found = Vec::new();
    let all = &described.vocabulary;
    for (name, given) in spec.marks.value().into_iter().flatten() {
        let Some((value, origin)) = given.here() else {
            continue;
        };
        let of_data = all
            .0
            .iter()
            .filter(|one| one.of == Of::Data && one.kind == Kind::Marks);
        let Some(place) = all
            .position(Of::Data, name)
            .filter(|&place| all.0[place].kind == Kind::Marks)
        else {
            let known: Vec<&str> = of_data.map(|one| one.name.as_str()).collect();
            context.unknown(origin, "attribute of data with marks", name, &known);
            continue;
        };
        let AttributeValue::Marks(marks) = value else {
            context.fault(
                origin,
                "these are no marks",
                "write marks in brackets: [\"…\"]",
            );
            continue;
        };
        let mut own = Vec::new();
        for (mark, at) in marks.iter().filter_map(Given::here) {
            if !all.0[place].may_be(mark) {
                let known: Vec<&str> = all.0[place].values.iter().map(String::as_str).collect();
                context.unknown(at, "mark of data", mark, &known);
            }
            own.push(mark.clone());
        }
        found.push((place, own));
    }
    found
}
