//! The shipped rollouts: they run, they balance, and their phases slip.

use std::path::Path;

use crate::common::phases::Heard;
use plimsoll::dice::Dice;
use plimsoll::engine::{Scratch, simulate};
use plimsoll::journal::{Bucket, Fact, JobRecord};
use plimsoll::model::{Model, Timeline, compile};
use plimsoll::scenario::load;
use plimsoll::strategy::Strategy;
use plimsoll::units::{Money, PoolId, SimTime, StrategyId};

fn shipped(name: &str) -> Model {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let scenario = load(&root.join("scenarios").join(name), &[]).unwrap();
    let compiled = compile(&scenario);
    compiled
        .unwrap_or_else(|problems| panic!("{problems}"))
        .model
}

fn dice(replication: u32) -> Dice {
    Dice {
        seed: 1,
        replication,
    }
}

fn live(model: &Model, strategy: usize, replication: u32) -> Heard {
    let dice = dice(replication);
    let mut timeline = Timeline::default();
    Timeline::sample(model, &dice, &mut timeline);
    let strategy = Strategy::prepare(model, StrategyId::from(strategy));
    let (mut heard, mut scratch) = (Heard::default(), Scratch::default());
    simulate(model, &strategy, &timeline, &dice, &mut scratch, &mut heard).unwrap();
    heard
}

fn balances(heard: &Heard) {
    for pool in &heard.all.pools {
        let postings = heard.all.postings.iter();
        let mine = postings.filter(|posting| posting.pool() == Some(pool.pool));
        let total = mine
            .clone()
            .fold(Money::ZERO, |sum, posting| sum + posting.amount);
        assert_eq!(total, pool.charged + pool.egress_cost);
        for bucket in Bucket::ALL {
            let of = mine
                .clone()
                .filter(|posting| posting.bucket() == Some(bucket));
            let posted: u128 = of.map(|posting| posting.gpu_time).sum();
            assert_eq!(posted, pool.gpu_time[bucket], "{bucket:?}");
        }
    }
    // Phases that follow each other pay for no more than the run.
    let of_phases = heard.phases.iter().map(|phase| phase.cost);
    let all = heard
        .all
        .pools
        .iter()
        .map(|pool| pool.charged + pool.egress_cost);
    assert!(of_phases.sum::<Money>() <= all.sum::<Money>());
}

const ROLLOUTS: [&str; 3] = [
    "rollout-90d-regulated.toml",
    "rollout-90d-resilience.toml",
    "phased-growth.toml",
];

#[test]
fn the_shipped_rollouts_balance_and_their_phases_follow_each_other() {
    for name in ROLLOUTS {
        let model = shipped(name);
        for strategy in 0..model.strategies.len() {
            let heard = live(&model, strategy, 0);
            balances(&heard);
            assert_eq!(heard.phases.len(), model.rollout.phases.len());
            for phase in &heard.phases {
                if let Some(ended) = phase.ended {
                    assert!(phase.planned_end <= ended, "{name} ends before its time");
                    assert!(phase.begun.is_some_and(|begun| begun <= ended));
                }
            }
        }
    }
}

#[test]
fn lead_times_are_the_same_under_every_strategy_and_differ_between_worlds() {
    for name in ROLLOUTS {
        let model = shipped(name);
        let leads = |replication| {
            let mut timeline = Timeline::default();
            Timeline::sample(&model, &dice(replication), &mut timeline);
            timeline.lead_times
        };
        assert_eq!(leads(3), leads(3));
        assert_ne!(leads(3), leads(4));
        assert_eq!(leads(3).len(), model.rollout.orders as usize);
    }
}

#[test]
fn the_private_cluster_is_late_about_as_often_as_its_order() {
    // Ordered on day 0 and due by day 60: lognormal with median 42 and 95 % point 75 days has a sigma of
    // ln(75/42)/1.645 = .3525, so it is late with probability 1 − Φ(ln(60/42)/.3525) = 1 − Φ(1.012) = .156.
    let model = shipped("rollout-90d-regulated.toml");
    let day = 86_400_000;
    let late = (0..2_000).filter(|&replication| {
        let mut timeline = Timeline::default();
        let mut bare = model.clone();
        bare.demand.clear();
        Timeline::sample(&bare, &dice(replication), &mut timeline);
        timeline.lead_times[0].0 > 60 * day
    });
    // 312 of 2,000, give or take 16.
    let late = late.count();
    assert!((312 - 70..312 + 70).contains(&late), "{late}");
    // And in a world in which it is late its phase slips by as much, and the next begins as much later.
    let slipped = (0..40).find_map(|replication| {
        let mut timeline = Timeline::default();
        Timeline::sample(&model, &dice(replication), &mut timeline);
        let lead = timeline.lead_times[0].0;
        (lead > 60 * day).then_some((replication, lead))
    });
    let (replication, lead) = slipped.unwrap();
    let heard = live(&model, 0, replication);
    assert_eq!(heard.phases[1].ended, Some(SimTime(lead)));
    assert_eq!(heard.phases[1].slip().0, lead - 60 * day);
    assert_eq!(heard.phases[2].begun, Some(SimTime(lead)));
}

#[test]
fn the_end_of_a_quota_cut_opens_no_closed_cloud() {
    // The cut of day 3 is over on day 10; the cloud opens with the third month, on day 60 at the earliest.
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios");
    let cut = format!(
        "weather=['{}']",
        root.join("weather/quota-cut.toml").display()
    );
    let scenario = load(&root.join("rollout-90d-regulated.toml"), &[cut]).unwrap();
    let model = compile(&scenario).unwrap().model;
    let cloud = model
        .pools
        .iter()
        .position(|pool| pool.name == "cloud/h100");
    let (heard, day) = (live(&model, 1, 0), 86_400_000);
    let there = |job: &&JobRecord| job.pool.map(PoolId::index) == cloud;
    let starts = heard
        .all
        .jobs
        .iter()
        .filter(there)
        .filter_map(|job| job.start);
    let first = starts.min();
    assert!(first.is_some_and(|at| SimTime(60 * day) <= at), "{first:?}");
}

#[test]
fn the_exercises_of_the_resilient_rollout_bite_and_tell_its_strategies_apart() {
    let model = shipped("rollout-90d-resilience.toml");
    let heard = [0, 1, 2].map(|strategy| [0, 1, 2, 3].map(|world| live(&model, strategy, world)));
    // Instances that were rented anew.
    let rented = |strategy: usize, name: &str, days: std::ops::Range<u64>| {
        let facts = heard[strategy].iter().flat_map(|heard| &heard.all.facts);
        let within = facts.filter(|(at, _)| days.contains(&(at.0 / 86_400_000)));
        let of_pool = within.filter_map(|(_, fact)| match fact {
            Fact::Rented(pool, count) if model.pool(*pool).name == name => Some(*count),
            _ => None,
        });
        of_pool.sum::<u32>()
    };
    for pool in ["spot/h100", "reserve/h100"] {
        // Who stays at home rents nothing, and nobody does in the first month.
        assert_eq!(rented(0, pool, 0..104), 0);
        for strategy in [1, 2] {
            assert_eq!(rented(strategy, pool, 0..30), 0);
            assert!(rented(strategy, pool, 30..60) > 100, "{strategy} {pool}");
        }
    }
    for strategy in [1, 2] {
        // The region is lost, and there is no capacity to be had.
        assert_eq!(rented(strategy, "spot/h100", 65..67), 0);
        assert_eq!(rented(strategy, "reserve/h100", 72..75), 0);
    }
    // At two and a half times the price spot lies above the ceiling, which one strategy gives up for the exercises.
    assert_eq!(rented(1, "spot/h100", 78..85), 0);
    assert!(rented(2, "spot/h100", 78..85) > 0);
}
