//! The same worlds again with one thing changed, and what it made of them.

use std::collections::BTreeMap;

use crate::journal::{JobRecord, Observer};
use crate::metrics::{Cell, Fold, Layout};
use crate::model::{Model, Timeline, Truth, layout_of};
use crate::units::{JobId, Money, StrategyId};

use super::columns::Columns;
use super::listen::Replay;
use super::replicate::{Control, ExperimentError, Plan, replicate};

/// Two columns for each metric that both have.
#[derive(Clone, Debug)]
pub struct Changed {
    /// The metrics of both.
    pub layout: Layout,
    /// As it is, and changed.
    pub columns: [Columns; 2],
    /// Replications behind them.
    pub done: u32,
}

/// Plays both plans, each of one strategy, over the same replications under the same seed, and pairs what they have in
/// common.
pub fn what_if(
    before: &Plan<'_>,
    after: &Plan<'_>,
    control: &Control<'_>,
) -> Result<Changed, ExperimentError> {
    let layouts = [layout_of(before.model), layout_of(after.model)];
    let mut changed = Changed::of(&layouts);
    let mut rows: Vec<Vec<Cell>> = Vec::new();
    let places = changed.places(&layouts);
    replicate(before, &layouts[0], control, &mut |_, _, row| {
        rows.push(places[0].iter().map(|&place| row[place]).collect());
        Ok(())
    })?;
    let mut next = 0;
    replicate(after, &layouts[1], control, &mut |_, _, row| {
        // Where one side was interrupted, the pairs that there are count.
        if let Some(first) = rows.get(next) {
            let row: Vec<Cell> = places[1].iter().map(|&place| row[place]).collect();
            changed.push(first, &row);
        }
        next += 1;
        Ok(())
    })?;
    Ok(changed)
}

impl Changed {
    fn of(layouts: &[Layout; 2]) -> Self {
        let mut layout = layouts[0].clone();
        layout
            .columns
            .retain(|column| layouts[1].position(&column.id).is_some());
        Self {
            columns: [Columns::new(&layout), Columns::new(&layout)],
            layout,
            done: 0,
        }
    }

    /// Where what both have in common stands in each.
    fn places(&self, layouts: &[Layout; 2]) -> [Vec<usize>; 2] {
        let of = |layout: &Layout| {
            let ids = self.layout.columns.iter().map(|column| &column.id);
            ids.filter_map(|id| layout.position(id)).collect()
        };
        [of(&layouts[0]), of(&layouts[1])]
    }

    fn push(&mut self, before: &[Cell], after: &[Cell]) {
        self.columns[0].push(before, before);
        self.columns[1].push(after, before);
        self.done += 1;
    }

    /// Of one world only: `before` and `after` are its model, strategy and world.
    pub fn of_one(
        before: (&Model, StrategyId, &Replay),
        after: (&Model, StrategyId, &Replay),
    ) -> Result<Self, ExperimentError> {
        let layouts = [layout_of(before.0), layout_of(after.0)];
        let mut changed = Self::of(&layouts);
        let places = changed.places(&layouts);
        let row = |(model, strategy, replay): (&Model, StrategyId, &Replay), side: usize| {
            let mut fold = Fold::new(&layouts[side]);
            fold.clear();
            replay.play(model, strategy, &mut fold)?;
            let mut row = Vec::new();
            fold.row(&layouts[side], &mut row);
            Ok::<Vec<Cell>, ExperimentError>(places[side].iter().map(|&place| row[place]).collect())
        };
        let (first, second) = (row(before, 0)?, row(after, 1)?);
        changed.push(&first, &second);
        Ok(changed)
    }
}

/// Keeps all records.
#[derive(Debug, Default)]
struct Fates(Vec<JobRecord>);

impl Observer for Fates {
    fn job(&mut self, record: &JobRecord) {
        self.0.push(*record);
    }
    fn charged_later(&mut self, job: JobId, egress: Money) {
        if let Some(record) = self.0.iter_mut().find(|record| record.job == job) {
            record.egress_cost += egress;
        }
    }
}

/// A job whose fate differs.
#[derive(Clone, Debug, PartialEq)]
pub struct Differs {
    /// Its name.
    pub name: String,
    /// As it is, and changed.
    pub records: [JobRecord; 2],
}

/// Who fares otherwise in one world.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Others {
    /// Jobs that fare otherwise, those that end (or wait) most otherwise first.
    pub differ: Vec<Differs>,
    /// How many jobs come in both worlds and are the same.
    pub same: usize,
    /// How many jobs of the first world do not come in the second, or are other jobs there.
    pub replaced: usize,
}

/// Looks for jobs that fare otherwise: a job is known by its name, when it comes, what it asks for and what is true of
/// it.
pub fn who_differs(
    before: (&Model, StrategyId, &Replay),
    after: (&Model, StrategyId, &Replay),
) -> Result<Others, ExperimentError> {
    let fates = |(model, strategy, replay): (&Model, StrategyId, &Replay)| {
        let mut fates = Fates::default();
        replay.play(model, strategy, &mut fates)?;
        let named = fates.0.into_iter().map(|record| {
            let index = record.job.index();
            let truth = *replay.timeline.truth_of(record.job);
            (model.job_name(&replay.timeline, index), (record, truth))
        });
        Ok::<BTreeMap<String, (JobRecord, Truth)>, ExperimentError>(named.collect())
    };
    let (first, second) = (fates(before)?, fates(after)?);
    let mut others = Others::default();
    for (name, (record, truth)) in first {
        let found = second.get(&name).filter(|(other, of)| {
            let asks = |record: &JobRecord| (record.submit, record.gpus, record.tenant);
            truth == *of && asks(&record) == asks(other)
        });
        let Some((other, _)) = found else {
            others.replaced += 1;
            continue;
        };
        others.same += 1;
        let pool = |model: &Model, record: &JobRecord| {
            record.pool.map(|pool| model.pool(pool).name.clone())
        };
        let same = pool(before.0, &record) == pool(after.0, other) && fare(&record) == fare(other);
        if !same {
            others.differ.push(Differs {
                name,
                records: [record, *other],
            });
        }
    }
    others.differ.sort_by_key(|of| {
        let [a, b] = &of.records;
        let by = a.end.0.abs_diff(b.end.0).max(waited(a).abs_diff(waited(b)));
        let cost = (paid(a) - paid(b)).0.unsigned_abs();
        (a.state == b.state, std::cmp::Reverse((by, cost)), a.job)
    });
    Ok(others)
}

/// All that a job waited, in ms.
pub fn waited(record: &JobRecord) -> u64 {
    record.waits.total() + record.preempted.0
}

/// All that a job was charged.
pub fn paid(record: &JobRecord) -> Money {
    record.compute_cost + record.egress_cost + record.drawn.cost
}

fn fare(record: &JobRecord) -> (u64, u64, &'static str, Money) {
    (
        record.end.0,
        waited(record),
        record.state.name(),
        paid(record),
    )
}

/// Where a job of this name stands in a world.
pub fn find_job(model: &Model, timeline: &Timeline, name: &str) -> Option<JobId> {
    let all = timeline.requests.len() + timeline.errands.len();
    let mut all = (0..all).map(JobId::from);
    all.find(|job| model.job_name(timeline, job.index()) == name)
}
