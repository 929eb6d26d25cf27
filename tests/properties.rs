//! Random small worlds under every discipline, placement and requeue mode: what must hold, holds.

mod common;

use common::cases::{quietly, runner};
use common::checks::Run;
use common::worlds::worlds;
use common::{play, play_in};
use plimsoll::engine::Scratch;
use proptest::prelude::*;

#[test]
fn every_run_adds_up() {
    runner(150)
        .run(&worlds(), |(model, timeline)| {
            for strategy in 0..model.strategies.len() {
                quietly(|| {
                    let heard = play(&model, &timeline, strategy);
                    let run = Run {
                        model: &model,
                        timeline: &timeline,
                        strategy,
                        heard: &heard,
                    };
                    run.check();
                })
                .map_err(|why| {
                    let name = &model.strategies[strategy].name;
                    TestCaseError::fail(format!("{why} under {name}"))
                })?;
            }
            Ok(())
        })
        .unwrap();
}

#[test]
fn a_used_scratch_changes_nothing() {
    runner(40)
        .run(&worlds(), |(model, timeline)| {
            let mut scratch = Scratch::default();
            for strategy in 0..model.strategies.len() {
                let name = &model.strategies[strategy].name;
                let used = quietly(|| play_in(&model, &timeline, strategy, &mut scratch))?;
                let fresh = play(&model, &timeline, strategy);
                prop_assert!(used == fresh, "under {}", name);
            }
            Ok(())
        })
        .unwrap();
}
