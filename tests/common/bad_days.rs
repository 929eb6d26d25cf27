//! Small estates on bad days, for tests that are worked by hand.

use plimsoll::dice::Dice;
use plimsoll::journal::Bucket;
use plimsoll::model::{Discipline, Horizon, Incident, Model, Packing, Preemption, Rhythm};
use plimsoll::units::{PoolId, SimTime, Span};

use super::clouds::{HOUR, MINUTE};
use super::worlds::{Row, timeline};
use super::{Everything, model, owned, play};

pub const POOL: PoolId = PoolId(0);

pub const DICE: Dice = Dice {
    seed: 3,
    replication: 0,
};

/// Two nodes of eight GPUs; checkpoints every 2 h take 6 min, a restart takes 12.
pub fn cluster() -> Model {
    let mut model = model(
        vec![owned("own", 2, 8, Packing::Best)],
        vec![Discipline::Fifo],
    );
    model.horizon = Horizon::At(SimTime(24 * HOUR));
    model.classes[0].preemption = Preemption::Checkpoint {
        write: Span(6 * MINUTE),
        restart: Span(12 * MINUTE),
    };
    model
}

pub fn every(hours: u64, write: u64) -> Rhythm {
    Rhythm {
        interval: Span(hours * HOUR),
        write: Span(write),
        verify: Span::ZERO,
    }
}

/// Plays jobs under this weather; all jobs write checkpoints in this rhythm.
pub fn run(model: &mut Model, rows: &[Row], rhythm: Rhythm, weather: &[Incident]) -> Everything {
    let mut timeline = timeline(model, rows);
    model.rhythms = vec![rhythm; model.shapes.len() * model.pools.len()];
    timeline.weather = weather.to_vec();
    Incident::put_in_order(&mut timeline.weather);
    play(model, &timeline, 0)
}

pub fn down(at: u64, node: u32) -> Incident {
    Incident::down(SimTime(at), POOL, node, 1)
}

pub fn up(at: u64, node: u32) -> Incident {
    Incident::up(SimTime(at), POOL, node, 1)
}

pub fn capacity(steps: &[(u64, u32)], notice: u64) -> Vec<Incident> {
    let steps: Vec<_> = steps.iter().map(|&(at, n)| (SimTime(at), n)).collect();
    Incident::capacities(POOL, Some(Span(notice)), steps).collect()
}

pub fn posted(heard: &Everything) -> [u128; Bucket::ALL.len()] {
    let mut posted = [0; Bucket::ALL.len()];
    let mut total = plimsoll::units::Money::ZERO;
    for posting in &heard.postings {
        posted[posting.bucket().unwrap() as usize] += posting.gpu_time;
        total += posting.amount;
    }
    assert_eq!(total, heard.pools[0].charged);
    posted
}
