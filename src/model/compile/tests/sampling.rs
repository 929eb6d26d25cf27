//! Demand that is drawn: how much comes, and that it is the same whoever asks.

use std::path::Path;

use crate::dice::Dice;
use crate::model::compile::compile;
use crate::model::{Request, Timeline, Truth};
use crate::scenario::load;

#[test]
fn a_load_is_met_in_the_mean() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios/hybrid-burst.toml");
    let scenario = load(&path, &["scenario.horizon=112 d".to_owned()]).unwrap();
    let model = compile(&scenario)
        .unwrap_or_else(|problems| panic!("{problems}"))
        .model;
    let mut timeline = Timeline::default();
    let mut busy = 0.0;
    for replication in 0..50 {
        Timeline::sample(
            &model,
            &Dice {
                seed: 1,
                replication,
            },
            &mut timeline,
        );
        let gpu_time = |(request, truth): (&Request, &Truth)| {
            model.milli_of(request.shape) as f64 * truth.work.0 as f64
        };
        busy += timeline
            .requests
            .iter()
            .zip(&timeline.truth)
            .map(gpu_time)
            .sum::<f64>();
    }
    let owned = 256_000.0 * 112.0 * 86_400_000.0 * 50.0;
    // Asked for: .87. The GPU-time of one job varies by a factor of about 12 about its mean, and 1.9 million
    // jobs come, so the standard error of the ratio is 12 ÷ √(1.9 × 10⁶) = .9 %; days and bursts add some.
    assert!((busy / owned / 0.87 - 1.0).abs() < 0.04, "{}", busy / owned);
}

#[test]
fn sampling_is_a_function_of_seed_and_replication() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios/hybrid-burst.toml");
    let model = compile(&load(&path, &[]).unwrap())
        .unwrap_or_else(|problems| panic!("{problems}"))
        .model;
    let sample = |replication| {
        let mut timeline = Timeline::default();
        Timeline::sample(
            &model,
            &Dice {
                seed: 3,
                replication,
            },
            &mut timeline,
        );
        timeline
    };
    assert_eq!(sample(4), sample(4));
    assert_ne!(sample(4).requests, sample(5).requests);
    let mut reused = sample(9);
    Timeline::sample(
        &model,
        &Dice {
            seed: 3,
            replication: 4,
        },
        &mut reused,
    );
    assert_eq!(reused, sample(4));
    assert!(reused.requests.is_sorted_by_key(|request| request.submit));
}
