//! Failovers that measured signals set off, worked by hand: queues, use, memory, storages, links and budgets, with levels at which each is
//! over.

use crate::common::Everything;
use crate::common::clouds::{HOUR, MINUTE};
use crate::common::helpers::{HOURLY, live};
use crate::common::spending::{monthly, units};
use crate::common::wires::{GB, line, way, wire};
use crate::common::worlds::Row;
use crate::failover::{BACKUP, CLOUD, DC, TWO, estate, hold, placed, reroute, row, to, told};
use plimsoll::model::{
    AtLimit, Background, Budget, BudgetPeriod, Failover, FailoverAction, Incident, Level, Model,
    Placement, Signal, Storage, Traffic, Trigger,
};
use plimsoll::units::{Bandwidth, Bytes, LinkId, PoolId, SimTime, SiteId, Span};

/// Five minutes must pass before it counts.
fn lasts(signal: Signal) -> Trigger {
    Trigger {
        signal,
        lasting: Span(5 * MINUTE),
        delay: Span::ZERO,
    }
}

fn watched(model: &mut Model, signal: Signal, rows: &[Row], weather: &[Incident]) -> Everything {
    let failover = Failover {
        triggers: vec![lasts(signal)],
        ..reroute(vec![to(&[BACKUP])])
    };
    crate::common::worlds::timeline(model, rows);
    let shapes = model.shapes.clone();
    hold(model, failover, &shapes);
    live(model, rows, HOURLY, weather, 0)
}

#[test]
fn a_queue_that_grew_too_long_is_over_only_when_it_is_short_enough() {
    let rows = [row(0, 10 * HOUR), row(HOUR, HOUR), row(70 * MINUTE, HOUR)];
    let level = Level { above: 2, clear: 0 };
    let heard = watched(&mut estate(1), Signal::QueueDepth(level), &rows, &[]);
    // Two wait from 1:10 on: told at 1:15, when one goes; the other goes behind it at 2:15, and it is over at 2:20.
    assert_eq!(told(&heard), [(75, true), (140, false)]);
    assert_eq!(placed(&heard, 1), [(75, BACKUP)]);
    assert_eq!(placed(&heard, 2), [(135, BACKUP)]);
    // If it is over below two, it is told so at 1:20, and the last waits for home.
    let heard = watched(
        &mut estate(1),
        Signal::QueueDepth(Level::at_least(2)),
        &rows,
        &[],
    );
    assert_eq!(told(&heard), [(75, true), (80, false)]);
    assert_eq!(placed(&heard, 2), [(600, DC)]);
}

#[test]
fn a_full_site_opens_another_while_it_is_full() {
    let level = Level {
        above: 900_000,
        clear: 500_000,
    };
    let signal = Signal::Utilisation(vec![DC], level);
    let heard = watched(&mut estate(1), signal, &TWO, &[]);
    // Full from the start: told at 0:05, over at 10:05.
    assert_eq!(told(&heard), [(5, true), (605, false)]);
    assert_eq!(placed(&heard, 1), [(60, BACKUP)]);
}

/// A line of 1 GB/s that carries .6 GB/s all the time, and from 1:00 to 3:00 only half of what it could.
#[test]
fn a_link_that_is_full_is_told_while_it_is() {
    let mut model = estate(1);
    wire(&mut model, line((0, 1), GB, 0));
    model.network.background = vec![Background {
        lanes: [LinkId(0)],
        traffic: Traffic::Bulk,
        rate: Bandwidth(GB * 6 / 10),
    }];
    let link = LinkId(0);
    let weather = [
        Incident::link_down(SimTime(HOUR), link, 500),
        Incident::link_up(SimTime(3 * HOUR), link, 500),
    ];
    let level = Level {
        above: 900_000,
        clear: 700_000,
    };
    let signal = Signal::LinkSaturation(vec![link], level);
    let heard = watched(&mut model, signal, &TWO, &weather);
    assert_eq!(told(&heard), [(65, true), (185, false)]);
}

/// Four GPUs in the cloud cost 12 an hour: half of 24 is spent at 1:00, when nothing else happens.
#[test]
fn a_budget_that_burns_is_told_when_it_does_and_not_at_the_next_event() {
    let mut model = estate(1);
    model.strategies[0].placement = Placement::Cheapest { ceiling: None };
    model.budgets.all = vec![Budget {
        pools: vec![CLOUD],
        amount: units(24),
        period: BudgetPeriod::Run,
        at_limit: AtLimit::Flag,
        ..monthly(24)
    }];
    let failover = Failover {
        triggers: vec![Trigger {
            signal: Signal::BudgetBurn(0, Level::at_least(500_000)),
            lasting: Span::ZERO,
            delay: Span::ZERO,
        }],
        action: FailoverAction::Move,
        leaves: vec![CLOUD],
        ..reroute(vec![to(&[BACKUP])])
    };
    let rows = [row(0, 5 * HOUR), row(0, 5 * HOUR)];
    crate::common::worlds::timeline(&mut model, &rows);
    let shapes = model.shapes.clone();
    hold(&mut model, failover, &shapes);
    let heard = live(&mut model, &rows, HOURLY, &[], 0);
    let places: Vec<(u64, PoolId)> = placed(&heard, 1);
    assert_eq!(places, [(0, CLOUD), (60, BACKUP)]);
    assert_eq!(told(&heard), [(60, true)]);
    assert_eq!(heard.budgets[0].spent, units(12));
}

/// Each GPU at home has 80, of which a job of two needs 60 each: .375 of the memory of four.
#[test]
fn memory_that_is_needed_opens_another_place_though_gpus_are_free() {
    let level = Level {
        above: 700_000,
        clear: 400_000,
    };
    let rows = [
        Row::of(0, 2, 10 * HOUR),
        Row::of(HOUR, 2, HOUR),
        Row::of(70 * MINUTE, 2, HOUR),
    ];
    let signal = || Signal::MemoryUse(vec![(DC, Bytes(80))], level);
    let needs = |each: Option<u64>| {
        let mut model = estate(1);
        model.classes[0].memory = each.map(Bytes);
        watched(&mut model, signal(), &rows, &[])
    };
    // Two jobs need .75 of it from 1:00 on: told at 1:05, when the third goes elsewhere; .375 from 2:00 on.
    let heard = needs(Some(60));
    assert_eq!(told(&heard), [(65, true), (125, false)]);
    assert_eq!(placed(&heard, 2), [(70, BACKUP)]);
    // With 50 each, two need .625 of it: nobody is told, and the third waits for the second.
    let heard = needs(Some(50));
    assert_eq!(told(&heard), []);
    assert_eq!(placed(&heard, 2), [(120, DC)]);
    // Who does not say what it needs fills its GPUs: one of them is half of all, so it is over after the first.
    let heard = needs(None);
    assert_eq!(told(&heard), [(65, true), (605, false)]);
}

/// A storage of 8 GB/s feeds two nodes of four GPUs that read 1 GB/s each; elsewhere there is one of its own.
#[test]
fn a_storage_from_which_much_is_read_is_told_and_flapping_is_counted() {
    let mut model = estate(2);
    model.classes[0].feed = Some(Bandwidth(GB));
    let lake = |site: u16| Storage::bare(&format!("lake {site}"), SiteId(site), Bandwidth(8 * GB));
    model.network.storages = vec![lake(0), lake(1)];
    model.network.feeds = vec![vec![way(&[0], 0)], vec![way(&[1], 0)], vec![way(&[1], 0)]];
    let level = Level {
        above: 900_000,
        clear: 500_000,
    };
    let storage = LinkId(0);
    let weather = [
        Incident::link_down(SimTime(3 * HOUR), storage, 500),
        Incident::link_up(SimTime(4 * HOUR), storage, 500),
    ];
    let rows = [row(0, 10 * HOUR), row(HOUR, HOUR), row(70 * MINUTE, HOUR)];
    let signal = Signal::StorageThroughput(vec![storage], level);
    let heard = watched(&mut model, signal, &rows, &weather);
    // All 8 GB/s are read from 1:00 to 2:00, half of them besides; from 3:00 to 4:00 it gives no more than that half.
    assert_eq!(
        told(&heard),
        [(65, true), (125, false), (185, true), (245, false)]
    );
    assert_eq!(placed(&heard, 2), [(70, BACKUP)]);
    // It began again an hour after it was over.
    assert_eq!((heard.failovers[0].begun, heard.failovers[0].flaps), (2, 1));
}
