//! Random small worlds under every discipline, placement and requeue mode: what must hold, holds.

use std::cell::Cell;

use crate::common::cases::{quietly, runner};
use crate::common::checks::every_strategy;
use crate::common::storms::stormy_worlds;
use crate::common::worlds::worlds;
use crate::common::{play, play_in};
use plimsoll::engine::Scratch;
use plimsoll::journal::Fact;
use plimsoll::model::{Model, Timeline};
use plimsoll::units::SimTime;
use proptest::prelude::*;

#[test]
fn every_run_adds_up() {
    add_up(150, &worlds());
}

#[test]
fn every_run_adds_up_in_bad_weather() {
    let heard = add_up(300, &stormy_worlds());
    assert!(heard.iter().all(|&count| count > 1_000), "{heard:?}");
}

/// How often each kind of bad news was heard.
type News = [u64; 9];

fn count(facts: &[(SimTime, Fact)], news: &mut News) {
    for (_, fact) in facts {
        let kind = match fact {
            Fact::Warned(..) => 0,
            Fact::Interrupted(..) => 1,
            Fact::Refused(..) => 2,
            Fact::Answered(..) => 3,
            Fact::NodesDown(..) => 4,
            Fact::NodesUp(..) => 5,
            Fact::Noticed(..) => 6,
            Fact::Reclaimed(..) => 7,
            Fact::GpusDown(..) => 8,
            _ => continue,
        };
        news[kind] += 1;
    }
}

fn add_up(
    cases: u32,
    worlds: &impl proptest::strategy::Strategy<Value = (Model, Timeline)>,
) -> News {
    let news = Cell::new([0; 9]);
    runner(cases)
        .run(worlds, |(model, timeline)| {
            every_strategy(&model, &timeline, |run| {
                let mut heard_so_far = news.get();
                count(&run.heard.facts, &mut heard_so_far);
                news.set(heard_so_far);
            })
        })
        .unwrap();
    news.get()
}

#[test]
fn a_used_scratch_changes_nothing() {
    runner(40)
        .run(&stormy_worlds(), |(model, timeline)| {
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
