//! Gangs that go on with fewer GPUs where they lost some, and grow again, worked by hand.

use crate::common::Everything;
use crate::common::bad_days::{capacity, cluster, down, every, posted, run, up};
use crate::common::clouds::{HOUR, MINUTE, gpu_time, public, terms};
use crate::common::words::{START, begins};
use crate::common::worlds::Row;
use plimsoll::journal::{Bucket, Fact, JobState};
use plimsoll::model::{
    ElasticTerms, Horizon, Model, Preemption, StartWindow, StartWindows, Teardown, compile,
};
use plimsoll::scenario::load_text;
use plimsoll::units::{ClassId, PoolId, SimTime, Span, WorkingHours};

/// Half the gang is half as fast.
const LINEAR: ElasticTerms = ElasticTerms {
    least: 4,
    grow_after: None,
    scaling: 1000,
};

/// Two nodes of eight GPUs whose gangs are elastic.
fn elastic(terms: ElasticTerms) -> Model {
    let mut model = cluster();
    model.classes[0].elastic = Some(terms);
    model
}

/// A gang of all 16 GPUs with 10 h of work loses a node at 5 h.
fn loses_a_node(model: &mut Model, up_at: Option<u64>) -> Everything {
    let mut weather = vec![down(5 * HOUR, 1)];
    weather.extend(up_at.map(|at| up(at, 1)));
    let rows = [Row::of(0, 16, 10 * HOUR)];
    run(model, &rows, every(2, 6 * MINUTE), &weather)
}

#[test]
fn a_gang_that_lost_half_goes_on_with_the_other() {
    let heard = loses_a_node(&mut elastic(LINEAR), None);
    let job = &heard.jobs[0];
    // Two cycles of 2.1 h hold 4 h of the 4.8 h that it ran. 6 h are left: 12 h on half the GPUs, with five
    // checkpoints: 5 + 0.2 + 12 + 0.5 h.
    assert_eq!(job.end, SimTime(17 * HOUR + 42 * MINUTE));
    assert_eq!((job.state, job.shrinks), (JobState::Finished, 1));
    assert_eq!((job.interruptions, job.preempted), (1, Span::ZERO));
    assert_eq!(job.gpus.0, 16_000, "what it asked for");
    let useful = gpu_time(16, 4 * HOUR) + gpu_time(8, 12 * HOUR);
    assert_eq!(job.gpu_time[Bucket::Useful], useful);
    assert_eq!(job.gpu_time[Bucket::Rework], gpu_time(16, 48 * MINUTE));
    let writes = gpu_time(16, 12 * MINUTE) + gpu_time(8, 30 * MINUTE);
    assert_eq!(job.gpu_time[Bucket::Checkpoint], writes);
    assert_eq!(job.gpu_time[Bucket::Restart], gpu_time(8, 12 * MINUTE));
    balances(&heard);
}

/// The pool's books are what was paid, and what was posted.
fn balances(heard: &Everything) {
    let pool = &heard.pools[0];
    assert_eq!(posted(heard), pool.gpu_time.0);
    assert_eq!(pool.gpu_time.total(), gpu_time(16, 24 * HOUR));
}

#[test]
fn a_small_gang_grows_when_all_of_it_is_to_be_had() {
    let terms = ElasticTerms {
        grow_after: Some(Span(3 * HOUR)),
        ..LINEAR
    };
    let heard = loses_a_node(&mut elastic(terms), Some(7 * HOUR));
    let job = &heard.jobs[0];
    // It looks at 8 h: 2.8 h after its restart it has run 2.7 h at half the speed, which makes 5.35 h of work.
    // It writes until 8.1 h, restarts until 8.3 h and does the other 4.65 h with two checkpoints: 13.15 h.
    assert_eq!(job.end, SimTime(13 * HOUR + 9 * MINUTE));
    assert_eq!((job.interruptions, job.preemptions, job.shrinks), (1, 0, 1));
    let grew = |fact: &(SimTime, Fact)| matches!(fact.1, Fact::Grew(..)).then_some(fact.0);
    let grown: Vec<_> = heard.facts.iter().filter_map(grew).collect();
    assert_eq!(grown, [SimTime(8 * HOUR)]);
    let useful = gpu_time(16, 4 * HOUR + 279 * MINUTE) + gpu_time(8, 162 * MINUTE);
    assert_eq!(job.gpu_time[Bucket::Useful], useful);
    balances(&heard);
}

#[test]
fn a_small_gang_looks_again_while_it_may_not_grow() {
    let terms = ElasticTerms {
        grow_after: Some(Span(3 * HOUR)),
        ..LINEAR
    };
    // At 8 h the node is still down; at 11 h it is up.
    let heard = loses_a_node(&mut elastic(terms), Some(9 * HOUR));
    let grew = |fact: &(SimTime, Fact)| matches!(fact.1, Fact::Grew(..)).then_some(fact.0);
    let grown: Vec<_> = heard.facts.iter().filter_map(grew).collect();
    assert_eq!(grown, [SimTime(11 * HOUR)]);
    balances(&heard);
}

#[test]
fn a_small_gang_keeps_its_place_where_it_could_not_start_again() {
    let terms = ElasticTerms {
        grow_after: Some(Span(3 * HOUR)),
        ..LINEAR
    };
    let mut model = elastic(terms);
    // It may start from midnight to 6 h, and what runs then may finish. At 8 h the other node is up, but whoever stops
    // to grow would wait for the next midnight: it goes on as it is to 17:42, as if it never grew.
    model.windows = StartWindows {
        list: vec![StartWindow {
            name: "night".to_owned(),
            classes: vec![ClassId(0)],
            pools: vec![PoolId(0)],
            hours: WorkingHours::weekly(&[0, 1, 2, 3, 4, 5, 6], (0, 6 * HOUR), 0),
            teardown: Teardown::Finish,
            lead: Span::ZERO,
        }],
    };
    let heard = loses_a_node(&mut model, Some(7 * HOUR));
    let grew = |fact: &&(SimTime, Fact)| matches!(fact.1, Fact::Grew(..));
    assert_eq!(heard.facts.iter().find(grew), None);
    assert_eq!(heard.jobs[0].end, SimTime(17 * HOUR + 42 * MINUTE));
    balances(&heard);
}

#[test]
fn a_gang_waits_for_all_where_less_would_be_too_few() {
    let terms = ElasticTerms {
        least: 16,
        ..LINEAR
    };
    let heard = loses_a_node(&mut elastic(terms), Some(6 * HOUR));
    let rigid = loses_a_node(&mut cluster(), Some(6 * HOUR));
    assert_eq!(heard.jobs, rigid.jobs);
    assert_eq!(
        (heard.jobs[0].shrinks, heard.jobs[0].preempted),
        (0, Span(HOUR))
    );
}

/// Instances of four GPUs that are given back as soon as nobody uses them; their gangs are elastic.
fn spot() -> Model {
    let mut model = public(terms());
    model.horizon = Horizon::At(SimTime(24 * HOUR));
    model.classes[0].preemption = Preemption::Checkpoint {
        write: Span(6 * MINUTE),
        restart: Span(12 * MINUTE),
    };
    model.classes[0].elastic = Some(LINEAR);
    model
}

#[test]
fn a_gang_on_spot_goes_on_with_the_instances_that_stay() {
    // Two instances; the market keeps one from 2 h on, after ten minutes of notice.
    let weather = capacity(&[(0, 2), (2 * HOUR, 1)], 10 * MINUTE);
    let rows = [Row::of(0, 8, 5 * HOUR)];
    let heard = run(&mut spot(), &rows, every(100, 0), &weather);
    let job = &heard.jobs[0];
    // It writes until 2.1 h, restarts on the other instance until 2.3 h, and does 3 h of work in 6 h.
    assert_eq!(job.end, SimTime(8 * HOUR + 18 * MINUTE));
    assert_eq!((job.shrinks, job.interruptions), (1, 1));
    assert_eq!((heard.pools[0].launches, heard.pools[0].refusals), (2, 0));
    assert_eq!(posted(&heard), heard.pools[0].gpu_time.0);
}

#[test]
fn a_gang_that_is_refused_all_of_it_asks_for_half() {
    // Nothing is left at 2 h, and one instance comes back at 4 h.
    let weather = capacity(&[(0, 2), (2 * HOUR, 0), (4 * HOUR, 1)], 10 * MINUTE);
    let rows = [Row::of(0, 8, 5 * HOUR)];
    let heard = run(&mut spot(), &rows, every(100, 0), &weather);
    let job = &heard.jobs[0];
    // It asks each 185 s, for half from the second time on: at most that long after 4 h it restarts and does 3 h
    // of work in 6 h.
    let soonest = 10 * HOUR + 12 * MINUTE;
    assert!(
        (soonest..soonest + 185_000).contains(&job.end.0),
        "{:?}",
        job.end
    );
    assert_eq!((job.shrinks, job.state), (1, JobState::Finished));
    assert_eq!(posted(&heard), heard.pools[0].gpu_time.0);
}

#[test]
fn only_pools_of_the_strategy_count() {
    // Beside spot stands an owned pool with room for all of it, which the strategy does not use.
    let mut model = spot();
    model.pools.push(crate::common::owned(
        "own",
        2,
        4,
        plimsoll::model::Packing::Best,
    ));
    model.classes[0].pools.push(plimsoll::units::PoolId(1));
    let weather = capacity(&[(0, 2), (2 * HOUR, 1)], 10 * MINUTE);
    let rows = [Row::of(0, 8, 5 * HOUR)];
    let heard = run(&mut model, &rows, every(100, 0), &weather);
    assert_eq!(heard.jobs[0].end, SimTime(8 * HOUR + 18 * MINUTE));
}

#[test]
fn a_scenario_says_which_gangs_are_elastic() {
    let text = |words: &str| {
        format!(
            r#"{}[[pool]]
name  = "dc/h200"
site  = "dc"
gpu   = "h200"
nodes = 8
offer = {{ kind = "owned", price = "2.50 USD/GPU-h" }}

[[class]]
name    = "large"
elastic = {words}

[[demand]]
name      = "training"
generator = {{ arrivals = "smooth", jobs_per_day = 4, run_time = 1.0, gangs = {{ 32 = 1 }} }}

[[strategy]]
name  = "easy"
queue = {{ kind = "easy" }}
"#,
            begins("elastic", START, "7 d")
        )
    };
    let load = |words| load_text("elastic.toml", &text(words), &[]).expect("it reads");
    let compiled = compile(&load("{ min = 8, grow_after = \"6 h\" }")).expect("it compiles");
    let model = &compiled.model;
    let sizes: Vec<u64> = model
        .shapes
        .iter()
        .map(|shape| shape.gpus.0 / 1000)
        .collect();
    assert_eq!(sizes, [8, 16, 32]);
    let largest = plimsoll::units::ShapeId(2);
    let speeds: Vec<u32> = model
        .elastic
        .smaller(largest)
        .iter()
        .map(|s| s.speed)
        .collect();
    assert_eq!(speeds, [500, 250]);
    assert_eq!(model.elastic.grow_after(largest), Some(Span(6 * HOUR)));
    let noted = |words: &str| compiled.assumptions.iter().any(|a| a.what.contains(words));
    assert!(noted("elastic scaling"));

    let problems = compile(&load("{ min = 0, scaling = 1.5 }")).expect_err("both are wrong");
    let told = problems.render(false);
    assert!(told.contains("a gang of no GPUs"), "{told}");
    assert!(told.contains("a power between 0 and 1"), "{told}");
}
