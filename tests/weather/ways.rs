//! Ways in evidence: said once, and anew for whatever rules know something else of.

use crate::common::told::lines;
use crate::common::{model, owned};
use plimsoll::experiment::evidence_words;
use plimsoll::journal::{Moved, Movement, MovementStep, Observer};
use plimsoll::model::{Discipline, Packing};
use plimsoll::record::{Carried, Chain, Jobs, Known, RunWords, write_run};
use plimsoll::units::{Bytes, ClassId, JobId, LabelsId, ShapeId, SimTime, SiteId, TenantId};

/// Jobs that are called by their numbers.
struct Numbered;

impl Jobs for Numbered {
    fn name(&self, job: JobId, out: &mut String) {
        *out += &job.0.to_string();
    }
    fn tenant(&self, _: JobId) -> TenantId {
        TenantId(0)
    }
    fn shape(&self, _: JobId) -> ShapeId {
        ShapeId(0)
    }
}

/// Results of one class come home from one site, those of the second job with other labels.
#[test]
fn what_has_other_labels_goes_another_way() {
    let model = model(
        vec![owned("own", 1, 4, Packing::Count)],
        vec![Discipline::Fifo],
    );
    let mut words = evidence_words(&model, "0123456789abcdef", 1);
    let of = |labels: u16, says: &str| {
        let says = ("classification".to_owned(), Known::Text(says.to_owned()));
        let what = Carried::Results(ClassId(0), LabelsId(labels), 0);
        (what, vec![says], Vec::new())
    };
    words.moving.carried = vec![of(0, "public"), of(1, "secret")];
    let arrives = |job: u32, labels: u16| Movement {
        number: Some(job),
        step: MovementStep::Arrives,
        what: Moved::Results(JobId(job)),
        class: Some(ClassId(0)),
        labels: LabelsId(labels),
        version: 0,
        from: Some(SiteId(0)),
        to: None,
        links: Vec::new(),
        bytes: Bytes(9),
        against: 0,
    };
    let run = RunWords {
        strategy: "ours".to_owned(),
        replication: 0,
        rules: Vec::new(),
        controls: Vec::new(),
        scorings: Vec::new(),
        jobs: &Numbered,
    };
    let mut out = Vec::new();
    let mut chain = Chain::new(&mut out);
    write_run(&mut chain, (&words, &run), |scribe| {
        for (job, labels) in [(1, 0), (2, 1), (3, 0)] {
            scribe.movement(SimTime(5), &arrives(job, labels));
        }
    });
    chain.finish(&words).unwrap();
    // Each with what its way says.
    let told = lines(std::str::from_utf8(&out).unwrap());
    let steps = told.filter(|line| line["kind"] == "transfer");
    let known: Vec<_> = steps
        .map(|step| step["attributes"]["data"]["classification"].clone())
        .collect();
    assert_eq!(known, ["public", "secret", "public"]);
}
