//! `[[enrich]]`: labels and classes of recorded jobs, and what is wrong with some.

use crate::model::*;
use crate::units::*;

use super::{Compiled, Folder, GOOD, try_compile};

/// Six jobs of two tenants, with two columns more than Plimsoll's own.
const JOBS: &str = "job,submit_s,duration_s,requested_s,gpus,tenant,class,priority,outcome,partition,mark\n\
    scan-1,0.000,3600.000,7200.000,1.000,clinic-a,all,0,finished,red,\n\
    scan-2,1.000,3600.000,,1.000,clinic-b,all,0,finished,red,phi\n\
    train-1,2.000,7200.000,14400.000,8.000,lab,all,0,finished,blue,\n\
    train-2,3.000,7200.000,14400.000,8.000,lab,all,0,finished,green,-\n\
    other-1,4.000,3600.000,3600.000,1.000,lab,all,0,finished,blue,phi;export\n\
    other-2,5.000,3600.000,3600.000,2.000,guest,all,0,finished,grey,\n";

pub(super) const RULE: &str = r#"
[[rule]]
id = "phi-stays"
effect = "forbid"
when = '''"phi" in job.classification && target.jurisdiction != "DE"'''

[attributes.job.classification]
kind = "marks"
values = ["phi", "export", "public"]
"#;

/// The trace has columns that nobody needs.
const DEMAND: &str = r#"name = "past"
trace = "trace.csv"
format = "csv"
columns = { job = "job", submit = "submit_s", duration = "duration_s", requested = "requested_s", gpus = "gpus", tenant = "tenant", class = "class", ignore = ["*"] }
"#;

/// A scenario with these words, and the trace of its jobs.
pub(super) fn enriched(words: &str) -> (String, String) {
    let text = GOOD.replace("trace = \"trace.csv\"\n", DEMAND);
    // Both classes may leave, and every job of the trace has a home in the first.
    let text = text.replace("name = \"small\"\nburst = false\n", "name = \"small\"\n");
    (text + words, JOBS.to_owned())
}

pub(super) fn compiled(
    name: &str,
    words: &str,
    files: &[(&str, &str)],
) -> Result<Compiled, String> {
    let (text, trace) = enriched(words);
    let folder = Folder::new(name, &text, &trace);
    for (file, text) in files {
        std::fs::write(folder.0.join(file), text).unwrap();
    }
    try_compile(&folder.0, &[])
}

/// The labels of each job of the trace, in words, with its class.
fn labels(compiled: &Compiled) -> Vec<String> {
    let model = &compiled.model;
    let DemandSource::Recorded(recorded) = &model.demand[0].source else {
        unreachable!("it is recorded");
    };
    let each = recorded.requests.iter();
    each.map(|one| model.work_words(model.labelled(one.shape)))
        .collect()
}

/// How many jobs have it from where.
fn counts(compiled: &Compiled, attribute: &str) -> Vec<(&'static str, u64, u128)> {
    let mut rows = compiled.labels.rows.iter();
    let row = rows.find(|row| row.attribute == attribute).unwrap();
    let told = row.told();
    told.map(|(source, amount)| (source.name(), amount.jobs, amount.gpu_time / 3_600_000_000))
        .collect()
}

const SMALL: &str = "small";
const LARGE: &str = "large";

#[test]
fn the_first_block_that_says_something_counts() {
    let words = r#"
[[enrich]]
name = "recorded"
attribute = "classification"
column = "mark"

[[enrich]]
name = "clinics"
attribute = "classification"
value = ["phi"]
match = { tenant = "clinic-*" }

[[enrich]]
name = "tickets"
attribute = "classification"
csv = "tickets.csv"
key = "partition"
column = "what"
"#;
    let tickets = "partition,what\nblue,export;public\ngreen,phi\n";
    let text = format!("{words}{RULE}");
    let compiled = compiled("first", &text, &[("tickets.csv", tickets)]).unwrap();
    let expected = [
        // Its column is empty; it is a clinic's.
        format!("{SMALL} (classification [phi])"),
        // Its column says so, as its tenant would.
        format!("{SMALL} (classification [phi])"),
        format!("{LARGE} (classification [export, public])"),
        // `-` is no mark, which is something else than nothing known: the file is not asked.
        format!("{LARGE} (classification [])"),
        format!("{SMALL} (classification [export, phi])"),
        SMALL.to_owned(),
    ];
    assert_eq!(labels(&compiled), expected);
    // What a block writes out and what the trace says are one value, so that these two are of one kind.
    let DemandSource::Recorded(recorded) = &compiled.model.demand[0].source else {
        unreachable!("it is recorded");
    };
    assert_eq!(recorded.requests[0].shape, recorded.requests[1].shape);
    // GPU-hours: scan 1 each, train 8 × 2 = 16 each, other-1 1, other-2 2.
    assert_eq!(
        counts(&compiled, "job.classification"),
        [
            ("from the trace", 3, 1 + 16 + 1),
            ("matched", 1, 1),
            ("joined", 1, 16),
            ("unlabelled", 1, 2)
        ]
    );
    let blocks: Vec<(&str, u64)> = compiled
        .labels
        .blocks
        .iter()
        .map(|(name, jobs)| (name.as_str(), *jobs))
        .collect();
    assert_eq!(blocks, [("recorded", 3), ("clinics", 1), ("tickets", 1)]);
    let what = "job.classification of recorded jobs";
    let mut told = compiled.assumptions.iter();
    let told = told.find(|made| made.what == what).unwrap();
    // 37 GPU-hours in all; 18, 1, 16 and 2 of them.
    assert_eq!(
        told.value,
        "from the trace 3 jobs (50.0 %, 48.6 % of GPU-hours), matched 1 jobs (16.7 %, 2.7 % of GPU-hours), \
         joined 1 jobs (16.7 %, 43.2 % of GPU-hours), unlabelled 1 jobs (16.7 %, 5.4 % of GPU-hours)"
    );
}

#[test]
fn rules_judge_each_job_by_its_own_labels() {
    let words = r#"
[[enrich]]
name = "recorded"
attribute = "classification"
column = "mark"
"#;
    let compiled = compiled("judged", &format!("{words}{RULE}"), &[]).unwrap();
    let model = &compiled.model;
    let masks = model.rules.first_masks();
    let cloud = model
        .pools
        .iter()
        .position(|pool| pool.name == "cloud/h100");
    let cloud = PoolId::from(cloud.unwrap());
    let DemandSource::Recorded(recorded) = &model.demand[0].source else {
        unreachable!("it is recorded");
    };
    let may: Vec<bool> = recorded
        .requests
        .iter()
        .map(|one| model.rules.permit(masks, one.shape, cloud))
        .collect();
    // Of train-2 alone it is known that it has no such mark; of the first, the third and the last nothing is known.
    assert_eq!(may, [false, false, false, true, false, false]);
    let unknown: Vec<bool> = recorded
        .requests
        .iter()
        .map(|one| model.rules.unknown(one.shape, cloud) != 0)
        .collect();
    assert_eq!(unknown, [true, false, true, false, false, true]);
}

#[test]
fn matching_looks_at_what_was_known_when_a_job_came() {
    let block = |name: &str, matching: &str| {
        format!(
            "[[enrich]]\nname = \"{name}\"\nattribute = \"job.sort\"\nvalue = \"{name}\"\nmatch = {{ {matching} }}\n"
        )
    };
    let words = [
        block("gangs", "gpus = \"8..\", column = { partition = \"b*\" }"),
        block("short", "requested = \"..1 h\", trace_class = \"all\""),
        block("scans", "job = \"scan-?\", requested = \"2 h..\""),
        block("past", "tenant = \"guest\""),
    ];
    let compiled = compiled("matching", &words.concat(), &[]).unwrap();
    let expected = [
        "small (sort scans)",
        // It says nothing of how long it asked for.
        "small",
        "large (sort gangs)",
        "large",
        // Both ends of a range are in it.
        "small (sort short)",
        "small (sort short)",
    ];
    assert_eq!(labels(&compiled), expected);
    assert_eq!(compiled.labels.blocks[3], ("past".to_owned(), 0));
}

#[test]
fn a_block_says_to_which_class_jobs_belong() {
    let words = r#"
[[class]]
name = "imaging"
match = { gpus = "64.." }
deadline = "6 h"
memory = "80 GiB"

[[enrich]]
name = "scans"
attribute = "class"
value = "imaging"
match = { job = "scan-*" }

[[enrich]]
name = "partitions"
attribute = "class"
csv = "classes.csv"
key = "partition"
"#;
    let classes = "partition,class\ngrey,large\nviolet,small\n";
    let files = [("classes.csv", classes)];
    let found = compiled("classes", words, &files).unwrap();
    assert_eq!(
        labels(&found),
        ["imaging", "imaging", "large", "large", "small", "large"]
    );
    // Nobody reads any label, and nobody is told of one.
    assert!(found.labels.rows.is_empty());
    let files = [("classes.csv", "partition,class\ngrey,larg\n")];
    let told = compiled("classes", words, &files).unwrap_err();
    assert!(told.contains("classes.csv, row 1"), "{told}");
    assert!(
        told.contains("unknown class `larg`") && told.contains("did you mean `large`?"),
        "{told}"
    );
}

/// Marks of classes and of jobs add up; of other attributes what is said of the job stands before its class.
#[test]
fn a_label_adds_to_what_the_class_says() {
    let words = r#"
[[enrich]]
name = "marks"
attribute = "classification"
value = ["phi"]
match = { job = "scan-1" }

[[enrich]]
name = "levels"
attribute = "level"
value = 3
match = { job = "scan-1" }

[[rule]]
id = "never"
effect = "forbid"
when = '''job.level > 5'''
"#;
    let text = GOOD.replace("trace = \"trace.csv\"\n", DEMAND);
    let attributes = "attributes = { classification = [\"export\"], level = 7 }";
    let text = text.replace(
        "name = \"small\"\nburst = false\n",
        &format!("name = \"small\"\n{attributes}\n"),
    );
    let folder = Folder::new(
        "adds",
        &(text + words + "[attributes.job.level]\nassume = 9\n"),
        JOBS,
    );
    let compiled = try_compile(&folder.0, &[]).unwrap();
    let model = &compiled.model;
    let DemandSource::Recorded(recorded) = &model.demand[0].source else {
        unreachable!("it is recorded");
    };
    let known = |job: usize| {
        let shape = recorded.requests[job].shape;
        let (known, _) = model.rules.known_of_jobs(0, (shape, 0));
        let own = known
            .iter()
            .filter(|(name, _)| name != "class" && name != "gpus");
        own.map(|(name, value)| format!("{name} {value}"))
            .collect::<Vec<_>>()
    };
    assert_eq!(known(0), ["level 3", "classification [export, phi]"]);
    assert_eq!(known(1), ["level 7", "classification [export]"]);
    assert_eq!(known(2), ["level 9"]);
    // Four small jobs, of which one is labelled by itself; of the two large ones the level is assumed.
    assert_eq!(
        counts(&compiled, "job.level"),
        [
            ("matched", 1, 1),
            ("by class or data", 3, 4),
            ("assumed", 2, 32)
        ]
    );
    assert_eq!(
        counts(&compiled, "job.classification"),
        [
            ("matched", 1, 1),
            ("by class or data", 3, 4),
            ("unlabelled", 2, 32)
        ]
    );
}

/// 1,001 jobs, each with a mark of its own.
#[test]
fn labels_that_tell_every_job_apart_are_too_many() {
    let mut trace = JOBS.lines().next().unwrap().to_owned() + "\n";
    for job in 0..=1_000 {
        let mark = format!("m{job}\n");
        trace += &[
            "j",
            &job.to_string(),
            ",0.000,60.000,60.000,1.000,lab,all,0,finished,red,",
            &mark,
        ]
        .concat();
    }
    let words = "[[enrich]]\nname = \"b\"\nattribute = \"classification\"\ncolumn = \"mark\"\n\
                 [attributes.job.classification]\nkind = \"marks\"\n";
    let text = GOOD.replace("trace = \"trace.csv\"\n", DEMAND);
    let folder = Folder::new("apart", &(text + words), &trace);
    let told = try_compile(&folder.0, &[]).unwrap_err();
    assert!(
        told.contains("these labels tell more than 1000 kinds of jobs apart"),
        "{told}"
    );
}
