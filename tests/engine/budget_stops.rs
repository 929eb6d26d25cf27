//! Budgets that stop what runs, by hand: when the word comes, who writes a checkpoint, what is given back, who starts no
//! more; nothing is spent beyond the amount but what nobody could foresee.

use crate::common::Everything;
use crate::common::clouds::{HOUR, MINUTE, hybrid, starts, steps, terms};
use crate::common::spending::{checked, minutes, monthly, of, rents, units};
use crate::common::worlds::Row;
use plimsoll::journal::{Cause, Fact, JobState, Leave, LeaveReason};
use plimsoll::model::{
    AtLimit, Budget, BudgetPeriod, Happening, Horizon, Incident, Model, Preemption, Rented,
    SpillTest,
};
use plimsoll::units::{Money, PoolId, SimTime, Span, TenantId};

fn stops(amount: i128) -> Budget {
    Budget {
        at_limit: AtLimit::Stop,
        ..monthly(amount)
    }
}

/// Jobs write a checkpoint of so many minutes when they are told to stop; `None` if they keep none.
fn writes(model: &mut Model, minutes: Option<u64>) {
    let restart = Span::ZERO;
    model.classes[0].preemption = match minutes {
        Some(minutes) => Preemption::Checkpoint {
            write: Span(minutes * MINUTE),
            restart,
        },
        None => Preemption::Kill { restart },
    };
}

/// When jobs were told to stop, in ms, and whether they saved what they did.
fn told(heard: &Everything) -> Vec<(u32, u64, bool)> {
    let facts = heard.facts.iter();
    let told = facts.filter_map(|&(at, fact)| match fact {
        Fact::TornDown(
            job,
            _,
            Leave {
                why: LeaveReason::Budget(_),
                saves,
            },
        ) => Some((job.0, at.0, saves)),
        _ => None,
    });
    told.collect()
}

#[test]
fn the_word_comes_so_early_that_the_checkpoint_is_paid_for() {
    // 12 an hour: 36 last for three hours, of which writing takes six minutes. Told at 2:54, it is gone at 3:00, and goes
    // on when February begins, with 2:54 of its 8 h done: told again at 26:54, it has 5:48, and 36 are spent once more.
    let mut model = rents(terms(), vec![stops(36)]);
    writes(&mut model, Some(6));
    let heard = checked(&mut model, &[Row::of(0, 4, 8 * HOUR)]);
    assert_eq!(
        told(&heard),
        [(0, 174 * MINUTE, true), (0, (24 * 60 + 174) * MINUTE, true)]
    );
    let [january, february] = &heard.budgets[..] else {
        panic!("two months")
    };
    assert_eq!(
        (january.spent, january.overshoot()),
        (units(36), Money::ZERO)
    );
    assert_eq!((january.stopped, minutes(january.used_up)), (1, Some(174)));
    assert_eq!((february.spent, february.stopped), (units(36), 1));
    assert_eq!(heard.jobs[0].state, JobState::Waiting);
    assert_eq!(heard.jobs[0].compute_cost, units(72));
}

#[test]
fn to_the_tick_nothing_more_is_spent() {
    // Who keeps no checkpoint is stopped at 3:00 sharp and loses all. Who is done at that very instant is done.
    let mut model = rents(terms(), vec![stops(36)]);
    writes(&mut model, None);
    let heard = checked(&mut model, &[Row::of(0, 4, 3 * HOUR + 1)]);
    assert_eq!(told(&heard)[0], (0, 180 * MINUTE, false));
    assert_eq!(heard.budgets[0].spent, units(36));
    let mut model = rents(terms(), vec![stops(36)]);
    writes(&mut model, None);
    let heard = checked(&mut model, &[Row::of(0, 4, 3 * HOUR)]);
    assert_eq!(told(&heard), []);
    assert_eq!(heard.jobs[0].end, SimTime(3 * HOUR));
    // A millisecond of four GPUs costs 4,000 × 3,000,000 ticks: one tick less than 36, and it ends a millisecond earlier.
    let mut model = rents(terms(), vec![stops(36)]);
    model.budgets.all[0].amount.0 -= 1;
    writes(&mut model, None);
    let heard = checked(&mut model, &[Row::of(0, 4, 3 * HOUR)]);
    assert_eq!(told(&heard)[0], (0, 180 * MINUTE - 1, false));
    let each = units(36).0 / i128::from(3 * HOUR);
    assert_eq!(heard.budgets[0].spent.0, units(36).0 - each);
}

#[test]
fn who_would_leave_too_little_for_what_runs_is_not_placed() {
    // At 2:00 24 of 36 are spent, and 1.2 are kept for the checkpoint of the first. The second would need as much: both
    // run, 24 an hour, and are told when 36 - 2.4 are spent: .4 h later, at 2:24. The third comes at 2:25.
    let mut model = rents(terms(), vec![stops(36)]);
    writes(&mut model, Some(6));
    let rows = [
        Row::of(0, 4, 10 * HOUR),
        Row::of(2 * HOUR, 4, 10 * HOUR),
        Row::of(145 * MINUTE, 4, HOUR),
    ];
    let heard = checked(&mut model, &rows);
    assert_eq!(
        told(&heard)[..2],
        [(0, 144 * MINUTE, true), (1, 144 * MINUTE, true)]
    );
    assert_eq!(heard.budgets[0].spent, units(36));
    assert_eq!(starts(&heard)[2].0, 24 * HOUR);
    assert_eq!(heard.jobs[2].waits[Cause::Budget], 24 * HOUR - 145 * MINUTE);
    // 34 leave 10 at 2:00, 1.2 of them kept; a write of an hour would take more than what is left: it waits.
    let mut model = rents(terms(), vec![stops(34)]);
    writes(&mut model, Some(60));
    let heard = checked(&mut model, &rows[..2]);
    assert_eq!(starts(&heard)[1].0, 24 * HOUR);
    // The first is told when 34 - 12 are spent, at 1:50, before the second came.
    assert_eq!(told(&heard)[0], (0, 110 * MINUTE, true));
    assert_eq!(heard.budgets[0].spent, units(34));
}

#[test]
fn a_tenant_is_stopped_and_the_others_go_on() {
    let mine = Budget {
        tenant: Some(TenantId(0)),
        ..stops(12)
    };
    let mut model = rents(terms(), vec![mine]);
    writes(&mut model, Some(6));
    let rows = [Row::of(0, 4, 5 * HOUR), of(1, Row::of(0, 4, 5 * HOUR))];
    let heard = checked(&mut model, &rows);
    // 12 are an hour of one node.
    assert_eq!(told(&heard)[0], (0, 54 * MINUTE, true));
    assert_eq!(heard.budgets[0].spent, units(12));
    assert_eq!(heard.jobs[1].end, SimTime(5 * HOUR));
}

#[test]
fn least_charges_are_kept_back_and_idle_instances_given_back() {
    // Instances are charged by the half hour, and kept for an hour when idle. The second ends at 0:50 and leaves one that
    // is paid until 1:00 at the least. At 24 an hour, 36 would be spent at 1:30: told then, with nothing to write, both
    // are given back at the end of their half hours.
    let offer = Rented {
        increment: Span(30 * MINUTE),
        idle_release: Span(HOUR),
        ..terms()
    };
    let mut model = rents(offer, vec![stops(36)]);
    writes(&mut model, None);
    let rows = [Row::of(0, 4, 10 * HOUR), Row::of(0, 4, 50 * MINUTE)];
    let heard = checked(&mut model, &rows);
    assert_eq!(told(&heard)[0], (0, 90 * MINUTE, false));
    assert_eq!(heard.budgets[0].spent, units(36));
    // With 34 they have to go at 1:00, when 24 are spent: another half hour of both would be 36.
    let offer = model.pools[0].clone();
    let mut model = rents(terms(), vec![stops(34)]);
    model.pools[0] = offer;
    writes(&mut model, None);
    let heard = checked(&mut model, &rows);
    assert_eq!(told(&heard)[0], (0, HOUR, false));
    assert_eq!(heard.budgets[0].spent, units(24));
}

#[test]
fn only_what_nobody_foresees_is_spent_beyond_it() {
    // Told at 2:54 to write until 3:00, when the price doubles at 2:57: three minutes cost 1.2 instead of .6.
    let offer = Rented {
        prices: steps(&[(0, 3_000_000), (177 * MINUTE, 6_000_000)]),
        ..terms()
    };
    let mut model = rents(offer, vec![stops(36)]);
    writes(&mut model, Some(6));
    let heard = checked(&mut model, &[Row::of(0, 4, 8 * HOUR)]);
    assert_eq!(told(&heard)[0], (0, 174 * MINUTE, true));
    assert_eq!(heard.budgets[0].overshoot().0, units(6).0 / 10);
    // An amount that is lowered to 20 at 2:00, when 24 are spent, stops at once, and nobody writes.
    let mut model = rents(terms(), vec![stops(36)]);
    writes(&mut model, Some(6));
    let change = Happening::Budget {
        budget: 0,
        amount: units(20),
        passes: false,
    };
    model.weather.script = vec![Incident::terms(SimTime(2 * HOUR), change)];
    let heard = checked(&mut model, &[Row::of(0, 4, 8 * HOUR)]);
    assert_eq!(told(&heard)[0], (0, 2 * HOUR, false));
    assert_eq!(heard.budgets[0].overshoot(), units(4));
}

#[test]
fn who_is_stopped_goes_on_at_home() {
    let mut model = hybrid(SpillTest::Waited(Span::ZERO), terms());
    model.horizon = Horizon::At(SimTime(72 * HOUR));
    model.budgets.all = vec![Budget {
        pools: vec![PoolId(1)],
        period: BudgetPeriod::Run,
        ..stops(12)
    }];
    writes(&mut model, Some(6));
    let rows = [Row::of(0, 4, 2 * HOUR), Row::of(0, 4, 5 * HOUR)];
    let heard = checked(&mut model, &rows);
    // The second works for 54 min out there, and from 2:00 to 6:06 at home.
    assert_eq!(told(&heard), [(1, 54 * MINUTE, true)]);
    assert_eq!(heard.jobs[1].end, SimTime(366 * MINUTE));
    assert_eq!(heard.jobs[1].state, JobState::Finished);
    // A strategy that does not heed budgets is stopped by none.
    model.strategies[0].overspends = true;
    let heard = checked(&mut model, &rows);
    assert_eq!(told(&heard), []);
}
