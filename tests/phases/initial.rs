//! Runs that begin warm, worked by hand; and a run that is cut in two and goes on as if it were one.

use crate::common::bad_days::{POOL, cluster};
use crate::common::clouds::{HOUR, MINUTE, THREE, cost, gpu_time, hybrid, run, terms};
use crate::common::worlds::{Row, all_strategies, timeline};
use crate::common::{Everything, model as model_of, owned, play};
use plimsoll::dice::Dice;
use plimsoll::experiment::{Plan, left_of};
use plimsoll::journal::{Bucket, JobState};
use plimsoll::model::{
    Discipline, Horizon, Incident, Initial, InitialJob, Model, NodeRange, Outcome, Packing,
    Placement, Requeue, SpillTest, Timeline, compile,
};
use plimsoll::record::{JobLeft, write_state};
use plimsoll::scenario::load;
use plimsoll::units::{
    ByteBand, BytePrice, ByteTariff, Bytes, PoolId, ProviderId, SimTime, Span, StrategyId,
};

/// Begins with these jobs: what they are, how much is done, and where they run.
fn warm(model: &mut Model, jobs: &[(Row, u64, Option<PoolId>)], rows: &[Row]) -> Everything {
    let all: Vec<Row> = jobs
        .iter()
        .map(|job| job.0)
        .chain(rows.iter().copied())
        .collect();
    let timeline = timeline(model, &all);
    for (index, &(_, done, pool)) in jobs.iter().enumerate() {
        model.initial.jobs.push(InitialJob {
            name: format!("i-{index}"),
            request: timeline.requests[index],
            truth: timeline.truth[index],
            done: Span(done),
            unsaved: Span::ZERO,
            pool,
            nodes: Vec::new(),
        });
    }
    play(model, &timeline, 0)
}

#[test]
fn what_runs_goes_on_and_who_waits_comes_first() {
    // One job of 8 GPUs has done 3 of its 5 h; one of 16 waits, and is there before those that come.
    let mut model = cluster();
    let running = (Row::of(0, 8, 5 * HOUR), 3 * HOUR, Some(POOL));
    let waiting = (Row::of(0, 16, HOUR), 0, None);
    let heard = warm(&mut model, &[running, waiting], &[Row::of(0, 8, HOUR)]);
    let starts: Vec<_> = heard
        .jobs
        .iter()
        .map(|job| job.start.map(|at| at.0 / HOUR))
        .collect();
    assert_eq!(starts, [Some(0), Some(2), Some(3)]);
    let ends: Vec<_> = heard.jobs.iter().map(|job| job.end.0 / HOUR).collect();
    assert_eq!(ends, [2, 3, 4]);
    // No restart is paid for what did not stop, and only this run is in the books.
    let useful = gpu_time(8, 2 * HOUR) + gpu_time(16, HOUR) + gpu_time(8, HOUR);
    assert_eq!(heard.pools[0].gpu_time[Bucket::Useful], useful);
    assert_eq!(heard.pools[0].gpu_time[Bucket::Restart], 0);
}

#[test]
fn a_job_that_waits_half_done_pays_its_restart() {
    let mut model = cluster();
    let waiting = (Row::of(0, 8, 5 * HOUR), 3 * HOUR, None);
    let heard = warm(&mut model, &[waiting], &[]);
    assert_eq!(heard.jobs[0].end, SimTime(2 * HOUR + 12 * MINUTE));
    assert_eq!(
        heard.jobs[0].gpu_time[Bucket::Restart],
        gpu_time(8, 12 * MINUTE)
    );
}

#[test]
fn a_job_that_finds_no_room_waits_with_what_it_has_done() {
    // Two of 12 GPUs cannot both lie on two nodes of eight that are not to be shared: the second waits.
    let mut model = cluster();
    let of = |done| (Row::of(0, 12, 4 * HOUR), done, Some(POOL));
    let heard = warm(&mut model, &[of(HOUR), of(2 * HOUR)], &[]);
    assert_eq!(heard.jobs[0].end, SimTime(3 * HOUR));
    assert_eq!(heard.jobs[1].end, SimTime(5 * HOUR + 12 * MINUTE));
}

#[test]
fn nodes_that_are_down_come_back_when_it_is_said() {
    let mut model = cluster();
    model.initial.down = vec![NodeRange {
        pool: POOL,
        first: 0,
        nodes: 1,
    }];
    let mut timeline = timeline(&mut model, &[Row::of(0, 8, HOUR), Row::of(0, 8, HOUR)]);
    timeline.weather = vec![Incident::up(SimTime(5 * HOUR), POOL, 0, 1)];
    let heard = play(&model, &timeline, 0);
    assert_eq!(heard.jobs[1].start, Some(SimTime(HOUR)));
    assert_eq!(heard.pools[0].gpu_time[Bucket::Down], gpu_time(8, 5 * HOUR));
}

#[test]
fn a_fault_takes_what_was_never_saved_before_the_run_either() {
    // Three of its eight hours are done and one of them in no checkpoint; the node fails at 2:00, and the job goes on at
    // once on the other with a restart of 12 min: two hours are done, six are left.
    let mut model = cluster();
    let row = Row::of(0, 8, 8 * HOUR);
    let mut timeline = timeline(&mut model, &[row]);
    timeline.weather = vec![Incident::down(SimTime(2 * HOUR), POOL, 1, 1)];
    model.initial.jobs = vec![InitialJob {
        name: "a".to_owned(),
        request: timeline.requests[0],
        truth: timeline.truth[0],
        done: Span(3 * HOUR),
        unsaved: Span(HOUR),
        pool: Some(POOL),
        nodes: vec![(1, 8)],
    }];
    let heard = play(&model, &timeline, 0);
    assert_eq!(heard.jobs[0].end, SimTime(8 * HOUR + 12 * MINUTE));
    assert_eq!(heard.jobs[0].interruptions, 1);
    // On the node that it was said to hold; a fault of the other would not have touched it.
    timeline.weather = vec![Incident::down(SimTime(2 * HOUR), POOL, 0, 1)];
    let heard = play(&model, &timeline, 0);
    assert_eq!(heard.jobs[0].end, SimTime(5 * HOUR));
}

#[test]
fn rented_instances_are_held_and_paid_for_from_the_start() {
    let mut model = hybrid(SpillTest::Waited(Span::ZERO), terms());
    model.horizon = Horizon::At(SimTime(10 * HOUR));
    let cloud = PoolId(1);
    let running = (Row::of(0, 4, 5 * HOUR), 3 * HOUR, Some(cloud));
    let heard = warm(&mut model, &[running], &[]);
    assert_eq!(heard.jobs[0].end, SimTime(2 * HOUR));
    assert_eq!(heard.pools[1].charged, cost(4, 2 * HOUR, THREE));
    assert_eq!(heard.pools[1].launches, 1);
}

#[test]
fn the_month_began_before_the_run() {
    // 100 GB are free, then 1.00: 60 GB left before, so 20 of the 60 GB of this job cost.
    let gb = 1_000_000_000;
    let mut model = hybrid(SpillTest::Waited(Span::ZERO), terms());
    model.strategies[0].placement = Placement::PublicOnly;
    let band = |up_to: u64, price| ByteBand {
        up_to: Bytes(up_to),
        price: BytePrice(price),
    };
    model.sites[0].egress =
        ByteTariff::new(vec![band(100 * gb, 0), band(200 * gb, 1_000_000)]).unwrap();
    model.classes[0].results = Bytes(60 * gb);
    let without = run(&mut model, &[Row::of(0, 4, HOUR)]);
    model.initial.egress = vec![(ProviderId(0), Bytes(60 * gb))];
    let with = run(&mut model, &[Row::of(0, 4, HOUR)]);
    let units = |heard: &Everything| heard.jobs[0].egress_cost.as_units();
    assert_eq!((units(&without), units(&with)), (0.0, 20.0));
}

#[test]
fn an_empty_start_changes_nothing() {
    let mut model = cluster();
    let rows = [Row::of(0, 8, HOUR), Row::of(MINUTE, 16, HOUR)];
    let before = timeline(&mut model, &rows);
    let cold = play(&model, &before, 0);
    model.initial = Initial::default();
    assert_eq!(cold, play(&model, &before, 0));
}

/// Jobs that ask for at least as long as they run, on two pools of the reference type.
fn world(hours: u64, discipline: Discipline) -> (Model, Vec<Row>) {
    let mut model = model_of(
        vec![
            owned("a", 2, 8, Packing::Best),
            owned("b", 1, 4, Packing::First),
        ],
        vec![discipline],
    );
    model.horizon = Horizon::At(SimTime(hours * HOUR));
    let row = |n: u64| Row {
        requested: (30 + n * 37 % 200) * MINUTE + (n % 3) * HOUR,
        outcome: match n % 7 {
            5 => Outcome::Failed,
            6 => Outcome::Cancelled,
            _ => Outcome::Finished,
        },
        ..Row::of(
            n * 11 * MINUTE,
            1 + n * 5 % 16,
            (30 + n * 37 % 200) * MINUTE,
        )
    };
    (model, (0..200).map(row).collect())
}

/// Half of the run that is cut in two.
const T: u64 = 13;

/// What is left of the jobs after the first half.
fn left_after(first: &Model, all: &Timeline) -> Vec<JobLeft> {
    let sample = |_: &Dice, out: &mut Timeline| {
        *out = all.clone();
        out.requests.retain(|request| request.submit.0 < T * HOUR);
    };
    let plan = Plan {
        model: first,
        strategies: &[StrategyId(0)],
        replications: 1,
        seed: 1,
        threads: 1,
        sample: &sample,
    };
    left_of(&plan, StrategyId(0), 0).unwrap().0
}

/// The second half: the model that begins with what is left, its jobs, and which of all they are.
fn second_half(first: &Model, all: &Timeline, left: &[JobLeft]) -> (Model, Timeline, Vec<usize>) {
    let mut second = first.clone();
    let mut rest = Timeline::default();
    let mut ids = Vec::new();
    let mut add = |id: usize, submit: SimTime| {
        let mut request = all.requests[id];
        request.submit = submit;
        rest.requests.push(request);
        rest.truth.push(all.truth[id]);
        ids.push(id);
        request
    };
    for job in left {
        let number = job.job.strip_prefix("j-").unwrap();
        let id: usize = number.parse::<usize>().unwrap() - 1;
        let request = add(id, SimTime::ZERO);
        let pool = first.pools.iter().position(|pool| pool.name == job.pool);
        second.initial.jobs.push(InitialJob {
            name: job.job.clone(),
            request,
            truth: all.truth[id],
            done: Span(job.done),
            unsaved: Span::ZERO,
            pool: pool.map(PoolId::from),
            nodes: Vec::new(),
        });
    }
    for (id, request) in all.requests.iter().enumerate() {
        if request.submit.0 >= T * HOUR {
            add(id, SimTime(request.submit.0 - T * HOUR));
        }
    }
    (second, rest, ids)
}

/// Each job of the second half lives as it does in the whole.
fn same_lives(name: &str, whole: &Everything, later: &Everything, ids: &[usize]) {
    let came = ids.iter().filter(|&&id| whole.jobs.len() > id).count();
    assert_eq!(later.jobs.len(), came);
    let shifted = |at: SimTime| SimTime(at.0 + T * HOUR);
    for (job, &id) in later.jobs.iter().zip(ids) {
        let was = &whole.jobs[id];
        let now = (job.state, shifted(job.end));
        assert_eq!(now, (was.state, was.end), "{name}: job {id}");
        if was.start.is_some_and(|start| start.0 >= T * HOUR) {
            assert_eq!(job.start.map(shifted), was.start, "{name}: job {id}");
            assert_eq!(job.pool, was.pool, "{name}: job {id}");
        }
    }
    let ended = later
        .jobs
        .iter()
        .filter(|job| job.state == JobState::Finished);
    assert!(ended.count() > 2, "{name}");
}

/// A run over 2 T is the run over T and, from what it left, the run over the other T: every job that lives then or
/// comes later starts and ends at the same instants.
#[test]
fn a_run_cut_in_two_goes_on_as_if_it_were_one() {
    let mut cut = 0;
    for settings in all_strategies(Requeue::Keep) {
        use Discipline::{Conservative, Easy, Fifo, FitFirst, Priority, ShortestFirst};
        let plain = matches!(
            settings.discipline,
            Fifo | FitFirst | ShortestFirst | Priority | Easy | Conservative { .. }
        );
        if !plain || settings.placement != Placement::PrivateOnly {
            continue;
        }
        let name = settings.name.clone();
        let (mut whole, rows) = world(2 * T, settings.discipline.clone());
        let all = timeline(&mut whole, &rows);
        let heard = play(&whole, &all, 0);
        let mut first = whole.clone();
        first.horizon = Horizon::At(SimTime(T * HOUR));
        let left = left_after(&first, &all);
        let waits = left.iter().any(|job| job.pool.is_empty());
        assert!(waits && left.iter().any(|job| job.done > 0), "{name}");
        let (second, rest, ids) = second_half(&first, &all, &left);
        let later = play(&second, &rest, 0);
        same_lives(&name, &heard, &later, &ids);
        cut += 1;
    }
    assert!(cut > 5, "{cut}");
}

const WARM: &str = r#"
[scenario]
name = "warm"
start = 2026-01-05T00:00:00Z
horizon = "1 d"

[[site]]
name = "dc"
kind = "private"
jurisdiction = "DE"

[[pool]]
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
    let name = format!("plimsoll-initial-{}-{}", std::process::id(), initial.len());
    let folder = std::env::temp_dir().join(name);
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(folder.join("x.toml"), format!("{WARM}\n{initial}")).unwrap();
    let trace = "job,submit_s,duration_s,requested_s,gpus,tenant,class,priority,outcome\n\
                 late,60.000,60.000,60.000,8.000,all,all,0,finished\n";
    std::fs::write(folder.join("trace.csv"), trace).unwrap();
    if let Some(state) = state {
        std::fs::write(folder.join("state.csv"), state).unwrap();
    }
    let scenario = load(&folder.join("x.toml"), &[]).map_err(|problems| problems.render(false));
    let model = scenario.and_then(|scenario| {
        let compiled = compile(&scenario).map_err(|problems| problems.render(false))?;
        Ok(compiled.model)
    });
    std::fs::remove_dir_all(&folder).unwrap();
    model
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
    for (read, written) in model.initial.jobs.iter().zip(&left) {
        assert_eq!(read.name, written.job);
        assert_eq!(
            (read.truth.work.0, read.done.0),
            (written.duration, written.done)
        );
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
    assert_eq!(
        (a.truth.work, a.done, a.pool),
        (Span(7 * HOUR), Span(3 * HOUR), Some(POOL))
    );
    assert_eq!(
        (second.name.as_str(), second.truth.work),
        ("i-2", Span(2 * HOUR))
    );
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
