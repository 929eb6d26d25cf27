//! What a run begins with, in the words of a scenario and in the files that runs write.

use super::halves::world;
use crate::common::bad_days::POOL;
use crate::common::clouds::{HOUR, gpu_time};
use crate::common::phases::works_of;
use crate::common::play;
use crate::common::words::{Folder, START, begins};
use crate::common::worlds::timeline;
use plimsoll::dice::Dice;
use plimsoll::experiment::{Plan, left_of};
use plimsoll::journal::Bucket;
use plimsoll::model::{Discipline, Model, Timeline};
use plimsoll::record::write_state;
use plimsoll::units::{Bytes, Span, StrategyId};

const WARM: &str = r#"[[pool]]
name = "own"
site = "dc"
gpu = "h200"
nodes = 3
offer = { kind = "owned", price = "2.00 USD/GPU-h" }

[[class]]
name = "all"

[[demand]]
trace = "trace.csv"

[[strategy]]
name = "one"
queue = { kind = "fifo" }
"#;

/// Writes a scenario beside a trace and a state, and compiles it.
fn compiled(initial: &str, state: Option<&[u8]>) -> Result<Model, String> {
    let folder = Folder::new(&format!("initial-{}", initial.len()));
    let trace = "job,submit_s,duration_s,requested_s,gpus,tenant,class,priority,outcome\n\
                 late,60.000,60.000,60.000,8.000,all,all,0,finished\n";
    folder.write("trace.csv", trace);
    if let Some(state) = state {
        folder.write("state.csv", state);
    }
    folder.compiled(&format!(
        "{}{WARM}\n{initial}",
        begins("warm", START, "1 d")
    ))
}

#[test]
fn what_is_written_at_the_end_of_a_run_is_read_at_the_start_of_the_next() {
    let (mut whole, rows) = world(13, Discipline::Fifo);
    let all = timeline(&mut whole, &rows);
    let sample = |_: &Dice, out: &mut Timeline| out.clone_from(&all);
    let plan = Plan {
        model: &whole,
        strategies: &[StrategyId(0)],
        replications: 1,
        seed: 1,
        threads: 1,
        sample: &sample,
    };
    let mut left = left_of(&plan, StrategyId(0), 0).unwrap().0;
    for job in &mut left {
        job.class = "all".to_owned();
        // The scenario has one pool, with room for both.
        job.pool = if job.pool.is_empty() {
            String::new()
        } else {
            "own".to_owned()
        };
    }
    let mut state = Vec::new();
    write_state(&mut state, &left).unwrap();
    let model = compiled("[initial]\njobs = \"state.csv\"", Some(&state)).unwrap();
    assert_eq!(model.initial.jobs.len(), left.len());
    let works = works_of(&model);
    for ((read, work), written) in model.initial.jobs.iter().zip(works).zip(&left) {
        assert_eq!(read.name, written.job);
        assert_eq!((work.0, read.done.0), (written.duration, written.done));
        assert_eq!(read.request.requested.0, written.requested);
        assert_eq!(model.milli_of(read.request.shape), written.milli_gpus);
        assert_eq!(read.pool.is_some(), !written.pool.is_empty());
    }
}

#[test]
fn words_say_what_runs_waits_and_is_down() {
    let initial = r#"
[initial]
running = [{ job = "a", gpus = 8, requested = "8 h", duration = "7 h", done = "3 h", pool = "own" }]
waiting = [{ gpus = 16, requested = "2 h" }]
down = [{ pool = "own", first = 2, nodes = 1, lasts = "5 h" }]
egress = [{ site = "dc", size = "12 TB" }]
"#;
    let model = compiled(initial, None).unwrap();
    let [a, second] = &model.initial.jobs[..] else {
        panic!("two jobs")
    };
    assert_eq!((a.done, a.pool), (Span(3 * HOUR), Some(POOL)));
    assert_eq!(second.name, "i-2");
    assert_eq!(works_of(&model), [Span(7 * HOUR), Span(2 * HOUR)]);
    assert_eq!(model.initial.egress[0].1, Bytes(12_000_000_000_000));
    let mut timeline = Timeline::default();
    let dice = Dice {
        seed: 1,
        replication: 0,
    };
    Timeline::sample(&model, &dice, &mut timeline);
    let heard = play(&model, &timeline, 0);
    // 4 h are left of the first; the second needs both nodes that are up; then the job of the trace.
    let starts: Vec<_> = heard
        .jobs
        .iter()
        .map(|job| job.start.map(|at| at.0 / HOUR))
        .collect();
    assert_eq!(starts, [Some(0), Some(4), Some(5)]);
    assert_eq!(heard.pools[0].gpu_time[Bucket::Down], gpu_time(8, 5 * HOUR));
    assert_eq!(model.job_name(&timeline, 0), "a");
    assert_eq!(model.job_name(&timeline, 2), "late");
}

#[test]
fn what_is_wrong_with_a_start_is_told_with_a_fix() {
    for (initial, words) in [
        (
            "running = [{ gpus = 8, requested = \"1 h\" }]",
            "where this job runs is missing",
        ),
        (
            "waiting = [{ gpus = 8, requested = \"1 h\", pool = \"own\" }]",
            "a job that waits has no pool",
        ),
        ("waiting = [{ gpus = 8 }]", "how long a job runs is missing"),
        (
            "waiting = [{ gpus = 64, requested = \"1 h\" }]",
            "no pool can ever hold job `i-1`",
        ),
        (
            "waiting = [{ gpus = 8, requested = \"1 h\", duration = \"1 h\", done = \"1 h\" }]",
            "has done all of its",
        ),
        (
            "running = [{ gpus = 16, requested = \"1 h\", pool = \"own\" }, { gpus = 16, requested = \"1 h\", pool = \"own\" }]",
            "32 GPUs are held in pool `own`, which has 24",
        ),
        (
            "running = [{ gpus = 8, requested = \"1 h\", pool = \"ours\" }]",
            "unknown pool `ours`",
        ),
        (
            "down = [{ pool = \"own\", first = 2, nodes = 2, lasts = \"1 h\" }]",
            "has the nodes 0 to 2",
        ),
        (
            "egress = [{ site = \"mars\", size = \"1 TB\" }]",
            "unknown site `mars`",
        ),
        ("jobs = \"nowhere.csv\"", "cannot open"),
    ] {
        let told = compiled(&format!("[initial]\n{initial}"), None).expect_err(initial);
        assert!(told.contains(words), "{initial}\n{told}");
    }
    let told = compiled(
        "[initial]\njobs = \"state.csv\" # bad",
        Some(b"job,gpus\na,1\n"),
    );
    assert!(
        told.expect_err("no requested_s")
            .contains("is not a file of jobs")
    );
    let rows = b"job,gpus,requested_s,outcome\na,1,60,fine\nb,x,60,\n";
    let told = compiled("[initial]\njobs = \"state.csv\" # worse", Some(rows)).expect_err("rows");
    assert!(
        told.contains("row 1") && told.contains("`fine` is no outcome"),
        "{told}"
    );
    assert!(told.contains("row 2"), "{told}");
}
