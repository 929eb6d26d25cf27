//! What happens at the limit of a budget: who is turned away, who asks for more, who goes all the same, by hand.

use crate::common::clouds::{HOUR, MINUTE, run, starts, terms};
use crate::common::spending::{checked, monthly, rents, units};
use crate::common::worlds::Row;
use plimsoll::journal::{Fact, JobState};
use plimsoll::model::{AtLimit, Budget, Discipline, Happening, Incident, Turn};
use plimsoll::units::{PoolId, SimTime, Span};

#[test]
fn whoever_is_turned_away_is_gone_at_once() {
    // 12 are spent at 1:00; the hundred that come at 1:30 are all turned away, under any discipline.
    for discipline in [
        Discipline::Fifo,
        Discipline::Easy,
        Discipline::Conservative { depth: 1 },
        Discipline::FitFirst,
        Discipline::ShortestRemaining,
    ] {
        let mut model = rents(
            terms(),
            vec![Budget {
                at_limit: AtLimit::Shed,
                ..monthly(12)
            }],
        );
        model.strategies[0].discipline = discipline;
        let mut rows = vec![Row::of(0, 4, 2 * HOUR)];
        rows.extend([Row::of(90 * MINUTE, 4, HOUR); 100]);
        let heard = checked(&mut model, &rows);
        let shed = heard.jobs.iter().filter(|job| job.state == JobState::Shed);
        assert!(shed.clone().all(|job| job.end.0 == 90 * MINUTE));
        assert_eq!((shed.count(), heard.budgets[0].shed), (100, 100));
    }
}

#[test]
fn whoever_asks_for_more_waits_until_it_is_granted() {
    // 12 are spent at 1:00. Who comes at 1:30 asks; at 5:30 12 more are granted, of which what ran until 2:00 has taken
    // all: 24 of 24. With 30 more there are 18 left: it runs, and who comes at 8:00 finds 36 of 42 spent, who comes at
    // 9:30 48: nobody is asked twice a month. In February the first that is held back asks again.
    let ask = |grants| Budget {
        at_limit: AtLimit::Ask {
            approval: Span(4 * HOUR),
            grants: units(grants),
        },
        ..monthly(12)
    };
    let rows = [
        Row::of(0, 4, 2 * HOUR),
        Row::of(90 * MINUTE, 4, HOUR),
        Row::of(8 * HOUR, 4, HOUR),
        Row::of(9 * HOUR + 30 * MINUTE, 4, 2 * HOUR),
        Row::of(30 * HOUR, 4, HOUR),
    ];
    let heard = checked(&mut rents(terms(), vec![ask(12)]), &rows[..2]);
    assert_eq!(heard.jobs[1].start, Some(SimTime(24 * HOUR)));
    let heard = checked(&mut rents(terms(), vec![ask(30)]), &rows);
    let at: Vec<u64> = starts(&heard)
        .iter()
        .map(|start| start.0 / MINUTE)
        .collect();
    assert_eq!(at, [0, 330, 480, 24 * 60, 34 * 60]);
    let [january, february] = &heard.budgets[..] else {
        panic!("two months")
    };
    assert_eq!(
        (january.granted, january.amount),
        (units(30), Some(units(42)))
    );
    assert_eq!((january.spent, january.overshoot()), (units(48), units(6)));
    assert_eq!((february.granted, february.spent), (units(30), units(36)));
    let facts = heard.facts.iter().filter_map(|&(at, fact)| match fact {
        Fact::BudgetAsked(_) => Some((at.0 / MINUTE, false)),
        Fact::BudgetGranted(_) => Some((at.0 / MINUTE, true)),
        _ => None,
    });
    let expected = [(90, false), (330, true), (30 * 60, false), (34 * 60, true)];
    assert_eq!(facts.collect::<Vec<_>>(), expected);
}

#[test]
fn a_budget_that_flags_changes_nothing_but_what_is_told() {
    let rows = [Row::of(0, 4, 2 * HOUR), Row::of(90 * MINUTE, 4, HOUR)];
    let flags = Budget {
        at_limit: AtLimit::Flag,
        ..monthly(12)
    };
    let heard = checked(&mut rents(terms(), vec![flags]), &rows);
    let without = checked(&mut rents(terms(), Vec::new()), &rows);
    assert_eq!(heard.run, without.run);
    assert_eq!(heard.jobs, without.jobs);
    // A strategy that overspends makes of every budget one that flags.
    let mut overspends = rents(terms(), vec![monthly(12)]);
    overspends.strategies[0].overspends = true;
    let same = run(&mut overspends, &rows);
    assert_eq!((&same.run, &same.budgets), (&heard.run, &heard.budgets));
    // 24 + 12, of which 12 are allowed; the second was placed above that.
    let january = heard.budgets[0];
    assert_eq!((january.overshoot(), january.flagged), (units(24), 1));
    let told = |fact: &&(SimTime, Fact)| matches!(fact.1, Fact::Flagged(job, _) if job.0 == 1);
    assert_eq!(heard.facts.iter().filter(told).count(), 1);
}

#[test]
fn whom_a_market_refuses_is_not_counted_as_flagged() {
    // There is one instance, held until 4:00. From 1:00 on the budget is used up; who comes at 1:30 asks in vain again
    // and again, and goes once.
    let flags = Budget {
        at_limit: AtLimit::Flag,
        ..monthly(12)
    };
    let mut model = rents(terms(), vec![flags.clone(), flags]);
    model.weather.script = vec![Incident {
        at: SimTime::ZERO,
        turn: Turn::Blow,
        what: Happening::Capacity {
            pool: PoolId(0),
            instances: 1,
            notice: None,
        },
    }];
    let rows = [Row::of(0, 4, 4 * HOUR), Row::of(90 * MINUTE, 4, HOUR)];
    let heard = checked(&mut model, &rows);
    let refused = |fact: &&(SimTime, Fact)| matches!(fact.1, Fact::Refused(..));
    assert!(heard.facts.iter().filter(refused).count() > 1);
    assert!(heard.jobs[1].start >= Some(SimTime(4 * HOUR)));
    let flagged: Vec<_> = heard.budgets.iter().map(|of| of.flagged).collect();
    assert_eq!(flagged, [1, 0, 1, 0]);
    let told = |fact: &&(SimTime, Fact)| matches!(fact.1, Fact::Flagged(..));
    assert_eq!(heard.facts.iter().filter(told).count(), 1);
}

#[test]
fn only_the_budget_that_refuses_counts_whom_it_turns_away() {
    // At 1:30 18 of 12 are spent. A budget of 1000 that looks ahead has room for 6 + 12 more.
    let sheds = |amount: i128, looks_ahead: bool| Budget {
        at_limit: AtLimit::Shed,
        looks_ahead,
        ..monthly(amount)
    };
    for (wide, counted) in [(1_000, 0), (35, 1)] {
        let mut model = rents(terms(), vec![sheds(wide, true), sheds(12, false)]);
        let rows = [Row::of(0, 4, 2 * HOUR), Row::of(90 * MINUTE, 4, HOUR)];
        let heard = checked(&mut model, &rows);
        assert_eq!(heard.jobs[1].state, JobState::Shed);
        let shed: Vec<_> = heard.budgets.iter().map(|of| of.shed).collect();
        assert_eq!(shed, [counted, 0, 1, 0]);
    }
}
