//! What failovers do beside sending work elsewhere, by hand: leave what is dear, turn work away, do with less.

use super::*;

#[test]
fn what_becomes_too_dear_is_left_with_all_that_was_done() {
    let dear = Rented {
        prices: steps(&[
            (0, 3_000_000),
            (150 * MINUTE, 6_000_000),
            (600 * MINUTE, 3_000_000),
        ]),
        ..terms()
    };
    let mut model = estate(1);
    model.pools[2] = plimsoll::model::Pool {
        site: SiteId(2),
        ..rented("cloud", 4, dear)
    };
    model.strategies[0].placement = Placement::Cheapest { ceiling: None };
    let failover = Failover {
        triggers: vec![on(Signal::PriceAbove(
            vec![CLOUD],
            Level::at_least(5_000_000),
        ))],
        action: FailoverAction::Move,
        leaves: vec![CLOUD],
        ..reroute(vec![to(&[BACKUP])])
    };
    let rows = [row(0, 3 * HOUR), row(0, 5 * HOUR), row(500 * MINUTE, HOUR)];
    let heard = run(&mut model, failover, &rows, &[]);
    // The second is in the cloud until 2:30 and has 2:30 to go at the second site. Whoever comes at 8:20 stays out of it.
    assert_eq!(placed(&heard, 1), [(0, CLOUD), (150, BACKUP)]);
    assert_eq!(ends(&heard)[1], 300);
    assert_eq!(heard.recoveries[0].lost, Span::ZERO);
    assert_eq!(heard.failovers[0].moved, 1);
    assert_ne!(placed(&heard, 2)[0].1, CLOUD);
}

#[test]
fn fresh_work_is_turned_away_and_what_has_run_waits() {
    let failover = Failover {
        action: FailoverAction::Shed,
        ..reroute(Vec::new())
    };
    let rows = [
        row(0, 10 * HOUR),
        row(HOUR, HOUR),
        row(4 * HOUR, HOUR),
        row(20 * HOUR, HOUR),
    ];
    let heard = run(&mut estate(1), failover, &rows, &lost(DC, 1, 150, 300));
    let states: Vec<JobState> = heard.jobs.iter().map(|job| job.state).collect();
    assert_eq!(
        states,
        [
            JobState::Finished,
            JobState::Shed,
            JobState::Shed,
            JobState::Finished
        ]
    );
    // The first waits from 2:30 to 5:00 and has 8 h to go.
    assert_eq!(ends(&heard)[0], 300 + 480);
    assert_eq!(heard.failovers[0].shed, 2);
    assert_eq!(heard.recoveries[0].in_time(), Some(false));
}

#[test]
fn elastic_gangs_do_with_fewer_gpus_where_there_are_fewer() {
    let mut model = estate(2);
    model.classes[0].elastic = Some(ElasticTerms {
        least: 2,
        grow_after: None,
        scaling: 1000,
    });
    let eight = Row {
        milli: 8000,
        ..row(0, 10 * HOUR)
    };
    let failover = Failover {
        action: FailoverAction::Degrade,
        ..reroute(vec![to(&[BACKUP])])
    };
    let late = Row {
        submit: 3 * HOUR,
        work: HOUR,
        ..eight
    };
    let heard = run(
        &mut model,
        failover,
        &[eight, late],
        &lost(DC, 2, 120, 2100),
    );
    // Eight GPUs for two hours; then four, half as fast: 8 h of work take 16, from 2:00 to 18:00. The second, which
    // never ran, waits from 3:00 to 18:00 and takes two hours for its one.
    assert_eq!(placed(&heard, 0), [(0, DC), (120, BACKUP)]);
    assert_eq!(placed(&heard, 1), [(1080, BACKUP)]);
    assert_eq!(ends(&heard), [1080, 1200]);
    assert_eq!(heard.jobs[1].waits.total(), 15 * HOUR);
    assert_eq!(heard.jobs[0].gpus, MilliGpus::whole(8));
}

#[test]
fn who_finds_no_room_for_too_long_goes_elsewhere() {
    let failover = Failover {
        triggers: vec![Trigger {
            lasting: Span(5 * MINUTE),
            ..on(Signal::NoRoom(Span(HOUR)))
        }],
        ..reroute(vec![to(&[BACKUP])])
    };
    let heard = run(&mut estate(1), failover, &TWO, &[]);
    // It comes at 1:00, has waited too long at 2:00, and that has lasted at 2:05; nobody waits then, until 2:10.
    assert_eq!(placed(&heard, 1), [(125, BACKUP)]);
    assert_eq!(told(&heard), [(125, true), (130, false)]);
}
