//! Random small worlds under every discipline, placement and requeue mode: what must hold, holds.

mod common;

use std::cell::Cell;
use std::panic::{self, AssertUnwindSafe};
use std::sync::Once;

use common::checks::Run;
use common::worlds::worlds;
use common::{play, play_in};
use plimsoll::engine::Scratch;
use proptest::prelude::*;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};

/// A runner that draws the same cases on every machine, at every run.
fn runner(cases: u32) -> TestRunner {
    let config = Config {
        cases,
        failure_persistence: None,
        max_shrink_iters: 300,
        ..Config::default()
    };
    TestRunner::new_with_rng(config, TestRng::from_seed(RngAlgorithm::ChaCha, &[7; 32]))
}

thread_local! {
    static QUIET: Cell<bool> = const { Cell::new(false) };
}

/// Runs a check and tells its failure without printing it, since shrinking fails hundreds of times.
fn quietly<T>(check: impl FnOnce() -> T) -> Result<T, TestCaseError> {
    static HOOK: Once = Once::new();
    HOOK.call_once(|| {
        let loud = panic::take_hook();
        panic::set_hook(Box::new(move |info| {
            if !QUIET.get() {
                loud(info);
            }
        }));
    });
    QUIET.set(true);
    let checked = panic::catch_unwind(AssertUnwindSafe(check));
    QUIET.set(false);
    checked.map_err(|payload| {
        let why = payload
            .downcast_ref::<String>()
            .map_or("an assertion without words", String::as_str);
        TestCaseError::fail(why.to_owned())
    })
}

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
