//! Strategies that change inside a run, with a phase: by hand, and in random worlds, where what changes at once was
//! never otherwise.

use crate::common::cases::{quietly, runner};
use crate::common::checks::every_strategy;
use crate::common::clouds::HOUR;
use crate::common::phases::{elastic, phase, play as play_phases, starts, then};
use crate::common::storms::stormy_worlds;
use crate::common::worlds::Row;
use crate::common::{model as model_of, owned, play};
use plimsoll::model::{
    Begins, Change, Discipline, Gate, Horizon, Later, Model, OnFail, Packing, Placement,
    Preemption, Spill, SpillTest,
};
use plimsoll::units::{ClassId, SimTime, Span};
use proptest::prelude::*;

/// The model with one phase from `at` on, in which each strategy goes on as the one so many places behind it.
fn changing(model: &Model, at: u64, behind: usize) -> Model {
    let mut model = model.clone();
    let mut only = phase("change", 0, 1);
    only.begins = Begins::At(SimTime(at));
    only.planned_start = SimTime(at);
    only.lasts = Span(1);
    model.rollout.phases = vec![only];
    let count = model.strategies.len();
    let later = (0..count).map(|index| {
        let next = &model.strategies[(index + behind) % count];
        vec![Later {
            phase: 0,
            discipline: next.discipline.clone(),
            placement: next.placement,
        }]
    });
    model.rollout.later = later.collect();
    model
}

#[test]
fn a_strategy_that_changes_before_anybody_comes_is_the_other_one() {
    // Only the discipline changes: who is turned away as he comes depends on the placement.
    let worlds = (stormy_worlds(), any::<prop::sample::Index>());
    let compared = std::cell::Cell::new(0);
    runner(25)
        .run(&worlds, |((model, timeline), behind)| {
            let count = model.strategies.len();
            let behind = 1 + behind.index(count - 1);
            let changed = changing(&model, 0, behind);
            for strategy in 0..count {
                let other = (strategy + behind) % count;
                let [mine, next] = [strategy, other].map(|index| &model.strategies[index]);
                if (mine.placement, mine.spot) != (next.placement, next.spot) {
                    continue;
                }
                compared.set(compared.get() + 1);
                let heard = quietly(|| play(&changed, &timeline, strategy))?;
                let wanted = play(&model, &timeline, other);
                let names = [strategy, other].map(|index| &model.strategies[index].name);
                prop_assert!(heard.jobs == wanted.jobs, "{:?}", names);
                prop_assert!(heard.pools == wanted.pools, "{:?}", names);
                prop_assert!(heard.postings == wanted.postings, "{:?}", names);
            }
            Ok(())
        })
        .unwrap();
    assert!(100 < compared.get(), "{} pairs", compared.get());
}

#[test]
fn runs_whose_strategy_changes_add_up() {
    let worlds = (stormy_worlds(), 1usize..40, 1u64..20_000_000);
    runner(30)
        .run(&worlds, |((model, timeline), behind, at)| {
            let model = changing(&model, at, behind);
            every_strategy(&model, &timeline, |_| {})
        })
        .unwrap();
}

/// The same phase, which makes a decision due at that instant and changes nothing: what is decided may depend on when.
fn looking(model: &Model, at: u64) -> Model {
    let mut model = changing(model, at, 0);
    model.rollout.later.clear();
    model.rollout.phases[0].changes = vec![Change::Cutover {
        class: ClassId(0),
        twin: None,
        share: 0,
    }];
    model
}

#[test]
fn a_change_to_the_same_changes_nothing() {
    let worlds = (stormy_worlds(), 1u64..20_000_000);
    runner(15)
        .run(&worlds, |((model, timeline), at)| {
            let changed = changing(&model, at, model.strategies.len());
            let looked = looking(&model, at);
            for strategy in 0..model.strategies.len() {
                let heard = quietly(|| play(&changed, &timeline, strategy))?;
                let wanted = play(&looked, &timeline, strategy);
                let name = &model.strategies[strategy].name;
                prop_assert!(heard.jobs == wanted.jobs, "{}", name);
                prop_assert!(heard.pools == wanted.pools, "{}", name);
            }
            Ok(())
        })
        .unwrap();
}

#[test]
fn a_strategy_goes_on_as_it_says_for_the_phase() {
    let mut model = elastic(Vec::new());
    let out = model.strategies[0].placement;
    model.strategies[0].placement = Placement::PrivateOnly;
    model.rollout.later = vec![vec![then(&model, 0, Some(out), None)]];
    let rows = [Row::of(0, 4, 10 * HOUR), Row::of(HOUR, 4, HOUR)];
    let heard = play_phases(&mut model, &rows, &[]);
    assert_eq!(starts(&heard), [Some(0), Some(180)]);
    // Jobs that nothing at home could ever hold wait for the phase too, and are not turned away.
    let heard = play_phases(&mut model, &[Row::of(0, 8, HOUR)], &[]);
    assert_eq!(starts(&heard), [Some(180)]);
}

#[test]
fn placements_of_spill_keep_estimates_from_the_start() {
    // The expected delay is only asked for from 3:00 on, of a job that runs since 0:00: room is 7 h away.
    let mut model = elastic(Vec::new());
    model.strategies[0].placement = Placement::PrivateOnly;
    let spill = Placement::PrivateFirst(Spill {
        test: SpillTest::ExpectedDelay(Span(6 * HOUR)),
        ceiling: None,
    });
    model.rollout.later = vec![vec![then(&model, 0, Some(spill), None)]];
    let rows = [Row::of(0, 4, 10 * HOUR), Row::of(HOUR, 4, HOUR)];
    let heard = play_phases(&mut model, &rows, &[]);
    assert_eq!(starts(&heard), [Some(0), Some(180)]);
}

/// One node of four GPUs, held for ten hours by the first job; then a long and a short one wait, of two tenants.
fn held_up(then_queue: Discipline) -> (Model, [Row; 3]) {
    let mut model = model_of(
        vec![owned("own", 1, 4, Packing::Best)],
        vec![Discipline::Fifo],
    );
    model.horizon = Horizon::At(SimTime(40 * HOUR));
    model.tenants = vec!["one".to_owned(), "two".to_owned()];
    model.classes[0].preemption = Preemption::Checkpoint {
        write: Span::ZERO,
        restart: Span::ZERO,
    };
    model.rollout.phases = vec![phase("otherwise", 3, 30)];
    model.rollout.later = vec![vec![then(&model, 0, None, Some(then_queue))]];
    let short = Row {
        tenant: 1,
        ..Row::of(2 * HOUR, 4, HOUR)
    };
    let rows = [Row::of(0, 4, 10 * HOUR), Row::of(HOUR, 4, 5 * HOUR), short];
    (model, rows)
}

#[test]
fn a_phase_puts_the_line_into_another_order() {
    let ends = |queue| -> Vec<u64> {
        let (mut model, rows) = held_up(queue);
        let heard = play_phases(&mut model, &rows, &[]);
        heard.all.jobs.iter().map(|job| job.end.0 / HOUR).collect()
    };
    // In order of arrival the long one goes first.
    assert_eq!(ends(Discipline::FitFirst), [10, 15, 16]);
    assert_eq!(ends(Discipline::ShortestFirst), [10, 16, 11]);
    // From 3:00 on the shortest remaining runs: 1 h, then 5 h, then the seven hours that are left of the first.
    assert_eq!(ends(Discipline::ShortestRemaining), [16, 9, 4]);
    // The first tenant used 40 GPU-hours, which were counted from the start although nobody looked at them then.
    let fair = Discipline::FairShare {
        half_life: Span(1000 * HOUR),
        weights: vec![1000, 1000],
    };
    assert_eq!(ends(fair), [10, 16, 11]);
}

#[test]
fn a_roll_back_puts_the_line_back_into_its_order() {
    // Nobody finishes from 3:00 to 5:00: at 10:00 the line is in the order of arrival again.
    let (mut model, rows) = held_up(Discipline::ShortestFirst);
    model.rollout.phases[0].lasts = Span(2 * HOUR);
    model.rollout.phases[0].gates = vec![Gate::Finished(1)];
    model.rollout.phases[0].on_fail = OnFail::RollBack;
    let heard = play_phases(&mut model, &rows, &[]);
    assert_eq!(starts(&heard), [Some(0), Some(600), Some(900)]);
}

#[test]
fn use_that_was_booked_fades_with_the_half_life_of_its_time() {
    // Tenant one uses 4 GPU-h up to 1:00, tenant two 2 GPU-h up to 2:00, then both wait for the third job. With a
    // half-life of an hour from 2:00 on, at 3:00 one has 4 or 2, two has 1, so two is first either way; with the last
    // job of tenant two larger, only past use decides. Half-life 1,000 h at first: nothing faded before.
    let fair = |hours| Discipline::FairShare {
        half_life: Span(hours * HOUR),
        weights: vec![1000, 1000],
    };
    let (mut model, _) = held_up(fair(1));
    model.strategies[0].discipline = fair(1000);
    let tenant = |tenant, row| Row { tenant, ..row };
    let rows = [
        Row::of(0, 4, 2 * HOUR),
        tenant(1, Row::of(2 * HOUR, 4, 6 * HOUR)),
        // Both come while the second job runs. At 8:00 tenant one's 8 GPU-h have halved five times since 3:00.
        tenant(1, Row::of(3 * HOUR, 4, HOUR)),
        Row::of(3 * HOUR, 4, HOUR),
    ];
    let heard = play_phases(&mut model, &rows, &[]);
    assert_eq!(starts(&heard), [Some(0), Some(120), Some(540), Some(480)]);
}
