//! A run that is cut in two goes on, job by job, as if it were one.

use crate::common::clouds::{HOUR, MINUTE};
use crate::common::strategies::all_strategies;
use crate::common::worlds::{Row, timeline};
use crate::common::{Everything, model as model_of, owned, play};
use plimsoll::dice::Dice;
use plimsoll::experiment::{Plan, left_of};
use plimsoll::journal::JobState;
use plimsoll::model::{
    Discipline, Horizon, InitialJob, Model, Outcome, Packing, Placement, Requeue, Timeline,
};
use plimsoll::record::JobLeft;
use plimsoll::units::{PoolId, SimTime, Span, StrategyId};

/// Jobs that ask for at least as long as they run, on two pools of the reference type.
pub(super) fn world(hours: u64, discipline: Discipline) -> (Model, Vec<Row>) {
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
