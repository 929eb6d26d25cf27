//! Labels of recorded jobs: they do what classes with the same attributes would, nothing where nobody reads them, and are
//! drawn by the name of the job alone.

use std::fmt::Write as _;
use std::path::PathBuf;

use crate::common::checks::Run;
use crate::common::{Everything, play};
use plimsoll::dice::Dice;
use plimsoll::model::{self, Compiled, Timeline};
use plimsoll::scenario::load;
use plimsoll::units::ClassId;
use proptest::prelude::*;

const ESTATE: &str = r#"
[scenario]
name = "labels"
start = 2026-01-05T00:00:00Z
horizon = "12 h"

[[site]]
name = "home"
kind = "private"
jurisdiction = "DE"

[[site]]
name = "cloud"
kind = "gpuaas"
jurisdiction = "FI"
zone = "hel"
provider = "kelvin"

[[link]]
name = "line"
from = "cloud"
to = "home"
kind = "circuit"
bandwidth = "1 Gb/s"

[[pool]]
name = "home/h200"
site = "home"
gpu = "h200"
nodes = 1
offer = { kind = "owned", price = "2 USD/GPU-h" }

[[pool]]
name = "cloud/h200"
site = "cloud"
gpu = "h200"
offer = { kind = "on-demand", price = "4 USD/GPU-h", quota = 24, provisioning = "5 min" }

[[rule]]
id = "phi-stays"
effect = "forbid"
when = '''"phi" in job.classification && target.jurisdiction != "DE"'''

[[rule]]
id = "secret-results-stay"
on = "move"
effect = "forbid"
when = '''"secret" in data.classification && from.site != to.site'''

[attributes.job.classification]
kind = "marks"
values = ["phi", "secret"]

[[strategy]]
name = "spill"
queue = { kind = "easy" }
placement = { kind = "private-first", spill = { waited = "10 min" } }

[[strategy]]
name = "cheapest"
queue = { kind = "fit-first" }
placement = { kind = "cheapest" }

[[strategy]]
name = "in order"
queue = { kind = "fifo" }
placement = { kind = "private-first", spill = { waited = "0 s" } }
"#;

/// Labels of a job as its column says them, and the class that has the same.
const MARKS: [(&str, &str, &str); 4] = [
    ("", "unknown", ""),
    ("-", "plain", "attributes = { classification = [] }"),
    (
        "phi",
        "health",
        "attributes = { classification = [\"phi\"] }",
    ),
    (
        "secret",
        "secret",
        "attributes = { classification = [\"secret\"] }",
    ),
];

const CLASS: &str = "results = \"40 GB\"\nresults_to = \"home\"\n";

fn demand(more: &str) -> String {
    format!(
        "[[demand]]\ntrace = \"trace.csv\"\nformat = \"csv\"\n{more}columns = {{ job = \"job\", submit = \"submit\", \
         duration = \"ran\", requested = \"asked\", gpus = \"gpus\", class = \"class\", ignore = [\"*\"] }}\n"
    )
}

fn compiled(name: &str, scenario: &str, trace: &str) -> Compiled {
    let folder: PathBuf =
        std::env::temp_dir().join(format!("plimsoll-{name}-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(folder.join("trace.csv"), trace).unwrap();
    let file = folder.join("x.toml");
    std::fs::write(&file, scenario).unwrap();
    let compiled = load(&file, &[]).and_then(|loaded| model::compile(&loaded));
    let compiled = compiled.unwrap_or_else(|problems| panic!("{}", problems.render(false)));
    let _ = std::fs::remove_dir_all(&folder);
    compiled
}

fn heard(compiled: &Compiled, strategy: usize) -> Everything {
    let dice = Dice {
        seed: 1,
        replication: 0,
    };
    let mut timeline = Timeline::default();
    Timeline::sample(&compiled.model, &dice, &mut timeline);
    let heard = play(&compiled.model, &timeline, strategy);
    // Who is labelled is counted again like everybody else.
    let run = Run {
        model: &compiled.model,
        timeline: &timeline,
        strategy,
        heard: &heard,
    };
    run.check();
    heard
}

/// What became of each job, whatever its class is called.
fn fates(heard: &Everything) -> Vec<String> {
    let mut jobs = heard.jobs.clone();
    jobs.sort_by_key(|record| record.job);
    for record in &mut jobs {
        record.class = ClassId(0);
    }
    jobs.iter().map(|record| format!("{record:?}")).collect()
}

/// A job: gap to the one before it, run time and how much more was asked for in minutes, GPUs, which label.
type Job = (u64, u64, u64, u64, usize);

fn jobs() -> impl Strategy<Value = Vec<Job>> {
    let gpus = prop::sample::select(vec![1u64, 1, 2, 4, 8]);
    prop::collection::vec((0u64..20, 1u64..180, 0u64..60, gpus, 0usize..4), 1..40)
}

/// The trace; the class of each job tells its label or not.
fn trace(jobs: &[Job], tells: bool) -> String {
    let mut text = "job,submit,ran,asked,gpus,class,mark\n".to_owned();
    let mut at = 0;
    for (index, &(gap, runs, more, gpus, mark)) in jobs.iter().enumerate() {
        at += gap * 60;
        let (mark, class, _) = MARKS[mark];
        let class = if tells { class } else { "work" };
        let (ran, asked) = (runs * 60, (runs + more) * 60);
        let _ = writeln!(text, "j{index},{at},{ran},{asked},{gpus},{class},{mark}");
    }
    text
}

const ENRICH: &str =
    "[[enrich]]\nname = \"marks\"\nattribute = \"classification\"\ncolumn = \"mark\"\n";

proptest! {
    #![proptest_config(ProptestConfig { cases: 60, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn labels_do_what_classes_with_these_attributes_would(jobs in jobs()) {
        let labelled = format!("{ESTATE}[[class]]\nname = \"work\"\n{CLASS}{}{ENRICH}", demand(""));
        let classes = MARKS.map(|(_, name, own)| format!("[[class]]\nname = \"{name}\"\n{CLASS}{own}\n"));
        let classed = format!("{ESTATE}{}{}", classes.concat(), demand(""));
        let labelled = compiled("labelled", &labelled, &trace(&jobs, false));
        let classed = compiled("classed", &classed, &trace(&jobs, true));
        for strategy in 0..labelled.model.strategies.len() {
            let (one, other) = (heard(&labelled, strategy), heard(&classed, strategy));
            prop_assert_eq!(fates(&one), fates(&other));
            prop_assert_eq!(one.movements.len(), other.movements.len());
        }
        // Whatever is labelled or not adds up to what was read.
        let row = &labelled.labels.rows[0];
        prop_assert_eq!(row.total().jobs, jobs.len() as u64);
        let minutes: u64 = jobs.iter().map(|job| job.1 * job.3).sum();
        prop_assert_eq!(row.total().gpu_time, u128::from(minutes) * 60_000_000);
    }

    #[test]
    fn labels_that_nobody_reads_change_nothing(jobs in jobs()) {
        let rules = ESTATE.find("[[rule]]").unwrap()..ESTATE.find("[attributes").unwrap();
        let mut estate = ESTATE.to_owned();
        estate.replace_range(rules, "");
        let plain = format!("{estate}[[class]]\nname = \"work\"\n{CLASS}{}", demand(""));
        let trace = trace(&jobs, false);
        let labelled = compiled("read", &format!("{plain}{ENRICH}"), &trace);
        let plain = compiled("unread", &plain, &trace);
        for strategy in 0..plain.model.strategies.len() {
            let (one, other) = (heard(&labelled, strategy), heard(&plain, strategy));
            let ends = |heard: &Everything| {
                let mut jobs = heard.jobs.clone();
                jobs.sort_by_key(|record| record.job);
                let each = jobs.iter();
                each.map(|one| (one.start, one.end, one.pool, one.compute_cost, one.waits.total())).collect::<Vec<_>>()
            };
            prop_assert_eq!(ends(&one), ends(&other));
        }
    }

    #[test]
    fn a_draw_knows_nothing_but_the_name_of_its_job(
        jobs in jobs(),
        more in jobs(),
        turn in 0usize..40,
    ) {
        let shares = "[[enrich]]\nname = \"drawn\"\nattribute = \"classification\"\nshare = { phi = 0.3, secret = 0.3, \"-\" = 0.2 }\n";
        let scenario = format!("{ESTATE}[[class]]\nname = \"work\"\n{}{shares}", demand(""));
        let text = trace(&jobs, false);
        let marks = |name: &str, text: &str| {
            let compiled = compiled(name, &scenario, text);
            let model = &compiled.model;
            let plimsoll::model::DemandSource::Recorded(recorded) = &model.demand[0].source else {
                unreachable!("it is recorded");
            };
            let each = recorded.requests.iter().enumerate();
            let each = each.map(|(index, one)| (recorded.names.name(index), model.work_words(model.labelled(one.shape))));
            each.collect::<std::collections::BTreeMap<_, _>>()
        };
        let before = marks("drawn", &text);
        // The rows in another order, and other jobs among them.
        let mut rows: Vec<String> = text.lines().skip(1).map(str::to_owned).collect();
        let count = rows.len();
        rows.rotate_left(turn % count);
        let others = trace(&more, false).replace("\nj", "\nother");
        rows.extend(others.lines().skip(1).map(str::to_owned));
        let head = text.lines().next().unwrap();
        let after = marks("redrawn", &format!("{head}\n{}\n", rows.join("\n")));
        for (name, work) in &before {
            prop_assert_eq!(after.get(name), Some(work));
        }
    }
}

/// Of 4,000 jobs 20 % are one thing and 50 % another, within four standard deviations: √(.2 × .8 / 4000) = .0063 and
/// √(.5 × .5 / 4000) = .0079; another seed draws others.
#[test]
fn shares_are_kept_in_the_large() {
    let jobs: Vec<Job> = (0..4_000).map(|job| (1, 1 + job % 7, 0, 1, 0)).collect();
    let text = trace(&jobs, false);
    let count = |seed: u64| {
        let shares = format!(
            "[[enrich]]\nname = \"drawn\"\nattribute = \"classification\"\nshare = {{ phi = 0.2, \"secret;phi\" = 0.5 }}\nseed = {seed}\n"
        );
        let scenario = format!("{ESTATE}[[class]]\nname = \"work\"\n{}{shares}", demand(""));
        let compiled = compiled("shares", &scenario, &text);
        let mut counts = std::collections::BTreeMap::new();
        for shape in &compiled.model.shapes {
            *counts
                .entry(compiled.model.work_words(shape.labelled()))
                .or_insert(0) += shape.weight;
        }
        counts
    };
    let one = count(1);
    let share = |words: &str| one[words] as f64 / 4_000.0;
    assert!(
        (share("work (classification [phi])") - 0.2).abs() < 4.0 * 0.0063,
        "{one:?}"
    );
    assert!(
        (share("work (classification [phi, secret])") - 0.5).abs() < 4.0 * 0.0079,
        "{one:?}"
    );
    assert!((share("work") - 0.3).abs() < 4.0 * 0.0073, "{one:?}");
    assert_ne!(one, count(2));
}
