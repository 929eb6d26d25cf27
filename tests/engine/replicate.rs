//! Replications: the same bytes for any number of threads, fair comparisons, and what an interruption keeps.

use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};

use plimsoll::dice::{Dice, Purpose};
use plimsoll::experiment::{
    Control, Plan, Replicated, jobs_of, layout_of, replicate, stable_load, summarise,
};
use plimsoll::model::{Discipline, Horizon, Model, Packing, Timeline};
use plimsoll::queueing::{GangShare, gang_stability};
use plimsoll::record::RunsWriter;
use plimsoll::units::{SimTime, StrategyId};

const HOUR: u64 = 3_600_000;

/// Sixteen GPUs, gangs of 1, 4 and 16, FIFO against fit-first, a horizon that cuts some jobs off.
fn small() -> Model {
    let pools = vec![crate::common::owned("dc", 2, 8, Packing::Best)];
    let mut model = crate::common::model(pools, vec![Discipline::Fifo, Discipline::FitFirst]);
    crate::common::timeline(&mut model, &[(0, 1, 1, 1), (0, 4, 1, 1), (0, 16, 1, 1)]);
    model.horizon = Horizon::At(SimTime(100 * HOUR));
    model
}

/// Sixty jobs over a hundred hours, sizes and run times drawn.
fn sample(dice: &Dice, timeline: &mut Timeline) {
    let key = dice.key("test", "demand");
    let mut at = 0;
    let mut scratch_model = small();
    let rows: Vec<crate::common::Row> = (0..60)
        .map(|count| {
            let mut stream = dice.stream(key, Purpose::Trial, count, 0);
            at += (stream.uniform() * 3.2 * HOUR as f64) as u64;
            let gpus = [1, 1, 4, 16][(stream.uniform() * 4.0) as usize];
            let work = 1 + (stream.uniform() * 8.0 * HOUR as f64) as u64;
            (at, gpus, work, work)
        })
        .collect();
    let drawn = crate::common::timeline(&mut scratch_model, &rows);
    timeline.requests.extend_from_slice(&drawn.requests);
    timeline.truth.extend_from_slice(&drawn.truth);
}

/// `runs.csv` and what is kept for the intervals.
fn runs(threads: usize, replications: u32, stop_after: u32) -> (String, Replicated) {
    let model = small();
    let layout = layout_of(&model);
    let plan = Plan {
        model: &model,
        strategies: &[StrategyId(0), StrategyId(1)],
        replications,
        seed: 7,
        threads,
        sample: &sample,
    };
    let (cancelled, played) = (AtomicBool::new(false), AtomicU32::new(0));
    let control = Control {
        cancelled: &cancelled,
        progress: &|_| {
            if played.fetch_add(1, Ordering::Relaxed) + 1 == stop_after {
                cancelled.store(true, Ordering::Relaxed);
            }
        },
    };
    let mut out = Vec::new();
    let mut writer = RunsWriter::new(&mut out, &layout).unwrap();
    let replicated = replicate(&plan, &layout, &control, &mut |strategy, number, cells| {
        writer.row(["fifo", "fit first"][strategy], number, cells)
    })
    .unwrap();
    writer.finish().unwrap();
    (String::from_utf8(out).unwrap(), replicated)
}

#[test]
fn threads_change_no_byte() {
    let (one, columns) = runs(1, 150, u32::MAX);
    assert_eq!(one.lines().count(), 1 + 2 * 150);
    for threads in [2, 7] {
        let (many, others) = runs(threads, 150, u32::MAX);
        assert!(one == many, "runs.csv differs at {threads} threads");
        assert_eq!(columns.columns, others.columns);
    }
    let rows: Vec<&str> = one.lines().skip(1).collect();
    assert!(rows[0].starts_with("fifo,0,") && rows[1].starts_with("fit first,0,"));
    let distinct: std::collections::BTreeSet<&str> = rows
        .iter()
        .map(|row| row.splitn(3, ',').nth(2).unwrap())
        .collect();
    assert!(100 < distinct.len(), "replications must differ");
}

#[test]
fn an_interruption_keeps_a_prefix() {
    let (whole, _) = runs(1, 150, u32::MAX);
    for (threads, stop) in [(1, 10), (2, 70)] {
        let (cut, replicated) = runs(threads, 150, stop);
        assert!(replicated.done < 150 && 0 < replicated.done);
        assert_eq!(cut.lines().count(), 1 + 2 * replicated.done as usize);
        assert!(
            whole.starts_with(&cut),
            "what is kept is what would have been there"
        );
    }
    let (_, more) = runs(2, 150, u32::MAX);
    assert_eq!(more.done, 150);
}

#[test]
fn comparisons_are_paired_on_common_worlds() {
    let model = small();
    let layout = layout_of(&model);
    let (_, replicated) = runs(2, 100, u32::MAX);
    let names = ["fifo".to_owned(), "fit first".to_owned()];
    let all = summarise(&layout, &names, &replicated.columns, "USD");
    let figure = |index: usize, id: &str| all[index].metrics.get(id).unwrap().clone();
    assert_eq!(
        figure(0, "jobs_arrived").mean,
        figure(1, "jobs_arrived").mean
    );
    // 16 owned GPUs for 100 h at 2 USD: used or not, the same in every world.
    assert_eq!(figure(0, "cost_total").mean, Some(3200.0));
    assert_eq!(figure(0, "cost_total").precision, "constant");
    let wait = all[1]
        .versus_first
        .as_ref()
        .unwrap()
        .get("wait_mean_s")
        .unwrap();
    assert!(
        wait.difference_high.unwrap() < 0.0,
        "fit-first must wait less here"
    );
    let half = |low: Option<f64>, high: Option<f64>| (high.unwrap() - low.unwrap()) / 2.0;
    let unpaired = half(figure(0, "wait_mean_s").low, figure(0, "wait_mean_s").high);
    assert!(half(wait.difference_low, wait.difference_high) < unpaired);
    let allocated = figure(0, "utilisation_allocated").mean.unwrap();
    assert!((0.3..1.0).contains(&allocated), "{allocated}");
}

#[test]
fn the_jobs_of_a_replication_are_those_of_its_row() {
    let model = small();
    let layout = layout_of(&model);
    let ((_, with), (_, without)) = (runs(1, 4, u32::MAX), runs(1, 3, u32::MAX));
    let plan = Plan {
        model: &model,
        strategies: &[StrategyId(0), StrategyId(1)],
        replications: 5,
        seed: 7,
        threads: 1,
        sample: &sample,
    };
    let column = layout.position("wait_mean_s").unwrap();
    jobs_of(&plan, 3, &mut |strategy, jobs, _| {
        let waits: u64 = jobs.records.iter().map(|job| job.waits.total()).sum();
        let totals = |played: &Replicated| played.columns[strategy].totals(column);
        let ((sum, count), (before, counted)) = (totals(&with), totals(&without));
        assert!((sum - before - waits as f64 / 1e3).abs() < 1e-6);
        assert_eq!(count - counted, jobs.records.len() as f64);
        assert!(jobs.records.is_sorted_by_key(|job| job.job));
        Ok(())
    })
    .unwrap();
}

#[test]
fn a_fifo_line_of_wide_gangs_cannot_fill_the_pool() {
    let dice = Dice {
        seed: 1,
        replication: 0,
    };
    // Gangs of 6 on 10 GPUs run one at a time: 60 % is held whatever the load.
    for (gpus, share) in [(6, 0.6), (5, 1.0)] {
        let pools = vec![crate::common::owned("dc", 10, 1, Packing::Count)];
        let mut model = crate::common::model(pools, vec![Discipline::FitFirst]);
        let rows: Vec<crate::common::Row> = (0..40).map(|n| (n * HOUR, gpus, HOUR, HOUR)).collect();
        let timeline = crate::common::timeline(&mut model, &rows);
        let loads = stable_load(&model, &timeline, &dice).unwrap();
        assert_eq!(loads.len(), 1);
        assert_eq!(loads[0].gpu, "h200");
        assert!((loads[0].share - share).abs() < 1e-12, "{}", loads[0].share);
    }
}

#[test]
fn the_stable_load_is_that_of_the_closed_form() {
    // Half of the gangs take 1 GPU of 4 and half take 3; exponential run times with one mean of an hour.
    let sizes = [(1, 0.5), (3, 0.5)].map(|(gpus, probability)| GangShare { gpus, probability });
    let expected = gang_stability(4, &sizes).unwrap().utilisation;
    let dice = Dice {
        seed: 3,
        replication: 0,
    };
    let key = dice.key("test", "gangs");
    let rows: Vec<crate::common::Row> = (0..40_000)
        .map(|count| {
            let mut stream = dice.stream(key, Purpose::Trial, count, 0);
            let gpus = if stream.uniform() < 0.5 { 1 } else { 3 };
            let work = 1 + (-libm::log(stream.uniform()) * HOUR as f64) as u64;
            (u64::from(count), gpus, work, work)
        })
        .collect();
    let pools = vec![crate::common::owned("dc", 4, 1, Packing::Count)];
    let mut model = crate::common::model(pools, vec![Discipline::Fifo]);
    let timeline = crate::common::timeline(&mut model, &rows);
    let loads = stable_load(&model, &timeline, &dice).unwrap();
    // The standard error of 40,000 gangs is about 0.4 % of the share.
    let share = loads[0].share;
    assert!(
        (share / expected - 1.0).abs() < 0.015,
        "{share} for {expected}"
    );
}
