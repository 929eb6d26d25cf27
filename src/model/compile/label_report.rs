//! Of how many recorded jobs each attribute is known, and from where.

use crate::model::rules::Of;
use crate::model::{Amount, LabelReport, LabelRow, LabelSource, Labelled, Labels};

use super::attributes::{Described, Subjects};
use super::context::Context;
use super::marking::Enrichment;

/// The labels of the model, and what there is to tell of them.
pub(super) fn read(
    context: &mut Context,
    described: &Described,
    subjects: Subjects<'_>,
    enrichment: &Enrichment,
) -> (Labels, LabelReport) {
    let list = (0..enrichment.labels.len()).map(|labels| described.label_values(labels));
    let labels = Labels {
        list: list.collect(),
    };
    let mut report = LabelReport {
        assumed: described.assumed.clone(),
        ..LabelReport::default()
    };
    if enrichment.tallies.is_empty() {
        return (labels, report);
    }
    for (place, name) in described.words_of(Of::Job) {
        let mut amounts = [Amount::default(); 7];
        let asked = enrichment.asked.iter().position(|one| one.name == name);
        for (&(whose, by), &amount) in &enrichment.tallies {
            let said = asked.and_then(|asked| *enrichment.by.get(by as usize)?.get(asked)?);
            let said = said.map(|block| enrichment.source_of(block));
            let source = source(described, subjects, (whose, place), said);
            amounts[source as usize].add(amount);
        }
        let attribute = format!("job.{name}");
        report.rows.push(LabelRow { attribute, amounts });
    }
    for (index, block) in enrichment.blocks.iter().enumerate() {
        let said = |by: &[Option<u16>]| by.contains(&Some(index as u16));
        let jobs = enrichment.tallies.iter();
        let jobs = jobs.filter(|((_, by), _)| said(&enrichment.by[*by as usize]));
        let jobs = jobs.map(|(_, amount)| amount.jobs).sum();
        report.blocks.push((block.name.clone(), jobs));
    }
    for row in &report.rows {
        let value = told(row);
        context.note_declared(format!("{} of recorded jobs", row.attribute), value);
    }
    (labels, report)
}

/// From where it is known, as rules see it: what somebody said counts for nothing where something that a job reads is not
/// known.
fn source(
    described: &Described,
    subjects: Subjects<'_>,
    (whose, place): (Labelled, usize),
    said: Option<LabelSource>,
) -> LabelSource {
    let mut shapes = subjects.shapes.iter();
    let shape = shapes.position(|shape| shape.labelled() == whose);
    let known = shape.is_some_and(|shape| described.job(shape)[place].is_some());
    match said {
        _ if !known => LabelSource::Unlabelled,
        Some(said) => said,
        None if described.is_told_by(whose.class, place) => LabelSource::Class,
        None => LabelSource::Assumed,
    }
}

/// A row in words.
fn told(row: &LabelRow) -> String {
    let total = row.total();
    let parts = row.told().map(|(source, amount)| {
        let share = |part: f64, whole: f64| {
            if whole > 0.0 {
                100.0 * part / whole
            } else {
                0.0
            }
        };
        format!(
            "{} {} jobs ({:.1} %, {:.1} % of GPU-hours)",
            source.name(),
            amount.jobs,
            share(amount.jobs as f64, total.jobs as f64),
            share(amount.gpu_time as f64, total.gpu_time as f64)
        )
    });
    parts.collect::<Vec<_>>().join(", ")
}

impl Described {
    /// The attributes of somebody beside those that all have anyhow: place and name.
    fn words_of(&self, of: Of) -> impl Iterator<Item = (usize, &str)> {
        let all = self.vocabulary.0.iter().enumerate();
        let own = all
            .skip(self.built_in())
            .filter(move |(_, one)| one.of == of);
        own.map(|(place, one)| (place, one.name.as_str()))
    }
}
