//! What was read, what it asks for, and how that compares with capacity: for the first lines of an answer.

use serde::Serialize;

use crate::dice::Dice;
use crate::trace::ImportReport;
use crate::units::{PoolId, ShapeId, SimTime};

use super::{DemandSource, Horizon, Labelled, Model, Replay, Shape, Timeline};

/// What a run is about to face.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct LoadReport {
    /// Jobs of the world that was looked at.
    pub jobs: u64,
    /// Their GPU-time on the reference GPU type, in milli-GPU·ms.
    pub gpu_time: u128,
    /// Where the run stops: the horizon, or the last submission.
    pub end: SimTime,
    /// Whether the jobs are those of one sampled world (replication 0) and others differ.
    pub sampled: bool,
    /// Rows of traces that were dropped by their importers.
    pub rows_dropped: u64,
    /// Jobs that no pool can ever hold, dropped as asked.
    pub unplaceable: u64,
    /// Jobs of recordings, replayed as they are, that come at the horizon or later: nobody plays them.
    pub beyond_horizon: u64,
    /// Offered load by GPU type.
    pub gpus: Vec<GpuLoad>,
    /// Jobs that are alike, and where they may run.
    pub inventory: Vec<InventoryRow>,
}

/// Offered load on one GPU type.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct GpuLoad {
    /// The GPU type.
    pub gpu: String,
    /// GPUs owned.
    pub owned: u64,
    /// GPU-time that jobs whose home is here ask for, at the speed of this type, in milli-GPU·ms.
    pub demanded: u128,
    /// What the owned GPUs have until the end, in milli-GPU·ms.
    pub capacity: u128,
}

/// Jobs of one class and size.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct InventoryRow {
    /// The class.
    pub class: String,
    /// The same, with the labels of its jobs.
    #[serde(skip)]
    pub of: Labelled,
    /// Milli-GPUs of each.
    pub milli_gpus: u64,
    /// How many.
    pub jobs: u64,
    /// Their GPU-time on the reference GPU type, in milli-GPU·ms.
    pub gpu_time: u128,
    /// Pools that could hold one.
    pub pools: Vec<String>,
}

impl LoadReport {
    /// What is asked for of a shape; nothing if no job of it comes.
    pub fn of_shape(&self, shape: &Shape) -> Option<&InventoryRow> {
        let mut rows = self.inventory.iter();
        rows.find(|row| (row.of, row.milli_gpus) == (shape.labelled(), shape.gpus.0))
    }

    /// Looks at replication 0 of the model.
    pub fn of(model: &Model, imports: &[ImportReport], unplaceable: u64, seed: u64) -> Self {
        let mut timeline = Timeline::default();
        let dice = Dice {
            seed,
            replication: 0,
        };
        Timeline::sample(model, &dice, &mut timeline);
        let end = match model.horizon {
            Horizon::At(end) => end,
            Horizon::LastSubmit | Horizon::UntilEmpty => timeline.last_submit(),
        };
        let mut by_shape = vec![(0u64, 0u128); model.shapes.len()];
        for (request, truth) in timeline.requests.iter().zip(&timeline.truth) {
            let gpus = u128::from(model.milli_of(request.shape));
            let total = &mut by_shape[request.shape.index()];
            total.0 += 1;
            total.1 += gpus * u128::from(truth.work.0);
        }
        Self {
            jobs: timeline.requests.len() as u64,
            gpu_time: by_shape.iter().map(|total| total.1).sum(),
            end,
            sampled: model.demand.iter().any(super::Demand::rolls_dice),
            rows_dropped: imports
                .iter()
                .map(|report| report.rows_read - report.accepted)
                .sum(),
            unplaceable,
            beyond_horizon: beyond_horizon(model),
            gpus: offered(model, &by_shape, end),
            inventory: inventory(model, &by_shape),
        }
    }

    /// GPU-hours of all jobs on the reference GPU type, for printing only.
    pub fn gpu_hours(&self) -> f64 {
        self.gpu_time as f64 / 3.6e9
    }
}

impl GpuLoad {
    /// Demanded over owned, for printing only; `None` where nothing is owned.
    pub fn ratio(&self) -> Option<f64> {
        (self.capacity != 0).then(|| self.demanded as f64 / self.capacity as f64)
    }
}

fn beyond_horizon(model: &Model) -> u64 {
    let Horizon::At(end) = model.horizon else {
        return 0;
    };
    let recorded = model
        .demand
        .iter()
        .filter_map(|demand| match &demand.source {
            DemandSource::Recorded(recorded) if recorded.replay == Replay::PLAIN => Some(recorded),
            _ => None,
        });
    let beyond = recorded.map(|recorded| {
        let played = recorded.requests.partition_point(|one| one.submit < end);
        recorded.requests.len() - played
    });
    beyond.sum::<usize>() as u64
}

/// The pool that a shape counts for: the first owned one that could hold it, or else the first rented one.
fn home(model: &Model, shape: ShapeId) -> Option<PoolId> {
    let able = able(model, shape);
    let owned = able.iter().find(|pool| !model.pool(**pool).is_rented());
    owned.or(able.first()).copied()
}

fn able(model: &Model, shape: ShapeId) -> Vec<PoolId> {
    let class = &model.classes[model.class_of(shape).index()];
    let gpus = model.shapes[shape.index()].gpus;
    let masks = model.rules.first_masks();
    let pools = class.pools.iter().copied();
    pools
        .filter(|pool| model.pool(*pool).can_ever_hold(gpus))
        .filter(|pool| model.lets_run(masks, shape, *pool))
        .collect()
}

fn offered(model: &Model, by_shape: &[(u64, u128)], end: SimTime) -> Vec<GpuLoad> {
    let mut loads: Vec<GpuLoad> = Vec::new();
    for (index, pool) in model.pools.iter().enumerate() {
        let owned = if pool.is_rented() { 0 } else { pool.gpus() };
        // What phases bring may come late, or never.
        let late = model.rollout.late(PoolId::from(index)).unwrap_or(0);
        let owned = owned - u64::from(late) * u64::from(pool.gpus_per_node);
        let (from, until) = pool.paid_until(end);
        let capacity = u128::from(owned) * 1000 * u128::from(until.since(from).0);
        match loads.iter_mut().find(|load| load.gpu == pool.gpu) {
            Some(load) => {
                load.owned += owned;
                load.capacity += capacity;
            }
            None => loads.push(GpuLoad {
                gpu: pool.gpu.clone(),
                owned,
                demanded: 0,
                capacity,
            }),
        }
    }
    for (index, &(_, gpu_time)) in by_shape.iter().enumerate() {
        let shape = ShapeId::from(index);
        let Some(pool) = home(model, shape).map(|pool| model.pool(pool)) else {
            continue;
        };
        let speed = u128::from(pool.speed[model.class_of(shape).index()]);
        if let Some(load) = loads.iter_mut().find(|load| load.gpu == pool.gpu) {
            load.demanded += gpu_time * 1000 / speed;
        }
    }
    loads.retain(|load| load.owned != 0 || load.demanded != 0);
    loads
}

fn inventory(model: &Model, by_shape: &[(u64, u128)]) -> Vec<InventoryRow> {
    let rows = by_shape
        .iter()
        .enumerate()
        .map(|(index, &(jobs, gpu_time))| {
            let shape = ShapeId::from(index);
            let pools = able(model, shape);
            InventoryRow {
                class: model.classes[model.class_of(shape).index()].name.clone(),
                of: model.labelled(shape),
                milli_gpus: model.milli_of(shape),
                jobs,
                gpu_time,
                pools: pools
                    .iter()
                    .map(|pool| model.pool(*pool).name.clone())
                    .collect(),
            }
        });
    rows.filter(|row| row.jobs != 0).collect()
}
