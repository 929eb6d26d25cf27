//! Labels as values: however they are written they are one, and what changes of a class is told of all its kinds of jobs.

use crate::model::*;
use crate::units::*;

use super::enrich::{RULE, compiled};

fn shapes(compiled: &Compiled) -> Vec<ShapeId> {
    let DemandSource::Recorded(recorded) = &compiled.model.demand[0].source else {
        unreachable!("it is recorded");
    };
    recorded.requests.iter().map(|one| one.shape).collect()
}

#[test]
fn however_a_value_is_written_it_is_one() {
    // A list and texts in either order, with spaces and twice; numbers with and without zeros; and what is no mark.
    let words = r#"
[[enrich]]
name = "scans"
attribute = "classification"
value = ["phi", "export"]
match = { job = "scan-1" }

[[enrich]]
name = "others"
attribute = "classification"
csv = "marks.csv"

[[enrich]]
name = "urgency"
attribute = "urgency"
value = 8
match = { job = "train-1" }

[[enrich]]
name = "more"
attribute = "urgency"
csv = "urgency.csv"
column = "urgency"
"#;
    let marks =
        "job,classification\nscan-2, export ; phi\nother-1,phi;export;phi\ntrain-1,-\ntrain-2,;\n";
    let urgency = "job,urgency\ntrain-2,8.0\n";
    let files = [("marks.csv", marks), ("urgency.csv", urgency)];
    let compiled = compiled("written", &format!("{words}{RULE}"), &files).unwrap();
    let shapes = shapes(&compiled);
    assert_eq!((shapes[0], shapes[0]), (shapes[1], shapes[4]));
    assert_eq!(shapes[2], shapes[3]);
    assert_ne!(shapes[0], shapes[5]);
}

#[test]
fn what_changes_of_a_class_is_told_though_its_first_jobs_have_a_label_of_their_own() {
    // All jobs of one GPU have a label, which stands before what is said of their class; those of two GPUs have none.
    let words = r#"
[[enrich]]
name = "ones"
attribute = "sort"
value = "scan"
match = { gpus = "..1" }

[[rule]]
id = "late"
effect = "forbid"
when = '''job.sort == "late"'''

[attributes.job.sort]
kind = "text"
values = ["scan", "early", "late"]

[[happening]]
name = "found"
at = "1 d"
what = "attribute-set"
classes = ["small"]
set = { sort = "late" }
"#;
    let compiled = compiled("later", words, &[]).unwrap();
    let model = &compiled.model;
    let small = model.classes.iter().position(|of| of.name == "small");
    let said = model.rules.changes[0].said.iter();
    let said = said.filter(|said| said.whom == Whom::Class(small.unwrap().into()));
    let said: Vec<Option<AttributeValue>> = said.map(|said| said.after.clone()).collect();
    let said: Vec<String> = said.iter().flatten().map(ToString::to_string).collect();
    assert_eq!(said, ["late"]);
}
