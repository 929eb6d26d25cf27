//! What was recorded of jobs, in the order in which it is understood.

use crate::model::Twin;
use crate::scenario::ScenarioFile;

use super::classes::ClassDraft;
use super::context::Context;
use super::marking::Enrichment;
use super::pools::PoolDraft;
use super::run::Run;
use super::{demand, enrich, errands, initial, initial_row, pools, straddlers, traces};

/// What was recorded of jobs, those of them that were alive at the start, and what is said of them beside.
pub(super) fn recordings<'a>(
    context: &mut Context,
    file: &'a ScenarioFile,
    run: &Run,
    (pools, reference): (&[PoolDraft], Option<&(String, u32)>),
) -> (Vec<traces::Feed<'a>>, (Vec<initial_row::Row>, Enrichment)) {
    let owned = pools::owned_reference_gpus(pools, reference);
    let mut feeds = traces::read(context, file, run, owned);
    let enrichment = enrich::read(context, file, &feeds);
    let alive = straddlers::read(context, file, &mut feeds);
    (feeds, (alive, enrichment))
}

/// The jobs that are there at the start, and all that come.
pub(super) fn jobs_of(
    context: &mut Context,
    file: &ScenarioFile,
    (run, pools, classes): (&Run, &[PoolDraft], &[ClassDraft]),
    (feeds, (alive, mut enrichment)): (&[traces::Feed<'_>], (Vec<initial_row::Row>, Enrichment)),
    (twins, errands): (Vec<Twin>, &errands::Errands),
) -> (Vec<initial::Draft>, demand::Intake) {
    enrichment.know_classes(context, classes);
    let alive = (alive, &mut enrichment);
    let begun = initial::jobs(context, file, pools, classes, alive);
    let extra = (twins, begun.as_slice(), errands);
    let intake = demand::read(context, run, pools, (classes, enrichment), feeds, extra);
    (begun, intake)
}
