//! Replications with every decision written down.

use std::io::Write;

use crate::dice::Dice;
use crate::engine::{Scratch, simulate};
use crate::model::{Model, Timeline};
use crate::record::{Chain, EvidenceWords, Jobs, RunWords, Scribe, write_run};
use crate::strategy::Strategy;
use crate::units::{JobId, ShapeId, TenantId};

use super::evidence_words::rules_of;
use super::replicate::{ExperimentError, Plan};
use super::scoring_words::scorings_of;

/// Evidence that is written while replications are played.
pub struct EvidenceInto<'a, W: Write + Send> {
    /// What is the same in all of it.
    pub words: &'a EvidenceWords,
    /// Of which replications, ascending.
    pub wanted: &'a [u32],
    /// Where to.
    pub chain: &'a mut Chain<W>,
    /// Of which there is some.
    pub written: Vec<u32>,
}

/// What a run in the world of `timeline` is told with.
struct World<'a> {
    model: &'a Model,
    timeline: &'a Timeline,
}

impl Jobs for World<'_> {
    fn name(&self, job: JobId, out: &mut String) {
        self.model.write_job_name(self.timeline, job.index(), out);
    }
    fn tenant(&self, job: JobId) -> TenantId {
        self.timeline.request(job).tenant
    }
    fn shape(&self, job: JobId) -> ShapeId {
        self.timeline.request(job).shape
    }
}

impl<W: Write + Send> EvidenceInto<'_, W> {
    /// Writes what is decided under a strategy while `play` plays it for the scribe.
    pub(super) fn tell<R>(
        &mut self,
        (model, timeline): (&Model, &Timeline),
        strategy: &Strategy,
        play: impl FnOnce(&mut Scribe<'_>) -> R,
    ) -> R {
        let run = RunWords {
            strategy: strategy.name().to_owned(),
            replication: timeline.replication,
            rules: rules_of(model, strategy),
            controls: model.rules.controls.clone(),
            scorings: scorings_of(model, strategy),
            jobs: &World { model, timeline },
        };
        write_run(self.chain, (self.words, &run), play)
    }
}

/// Plays `replication` under each strategy of the plan and writes what is decided, as it comes: what is kept in memory does
/// not grow with the number of decisions.
///
/// # Errors
/// If a replication cannot be played to its end, or a line cannot be written.
pub fn evidence_of<W: Write + Send>(
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
    let mut evidence = EvidenceInto {
        words,
        wanted: &[],
        chain,
        written: Vec::new(),
    };
    let mut scratch = Scratch::default();
    for &id in plan.strategies {
        let strategy = Strategy::prepare(model, id);
        let played = evidence.tell((model, timeline), &strategy, |scribe| {
            simulate(model, &strategy, timeline, &dice, &mut scratch, scribe)
        });
        played.map_err(|stuck| ExperimentError::Stuck {
            replication,
            seed: plan.seed,
            stuck,
        })?;
        evidence.chain.check()?;
    }
    Ok(())
}
