//! The order of instants, and within one.

use super::*;
use crate::dice::{Dice, Purpose};

#[test]
fn one_instant_is_played_by_kind_then_by_job() {
    let mut agenda = Agenda::default();
    let event = |rank, id| Event {
        rank,
        id,
        slot: 9,
        attempt: 1,
        state: JobState::Running,
    };
    for (at, event) in [
        (5, event(Rank::Wake, 0)),
        (5, event(Rank::Finish, 7)),
        (5, event(Rank::Finish, 3)),
        (4, event(Rank::Release, u32::MAX)),
        (1 << 50, event(Rank::Finish, 1)),
    ] {
        agenda.push(SimTime(at), event);
    }
    let mut due = Vec::new();
    assert_eq!(agenda.next_at(), SimTime(4));
    agenda.take_due(SimTime(4), &mut due);
    assert_eq!(due, [event(Rank::Release, u32::MAX)]);
    due.clear();
    agenda.take_due(SimTime(5), &mut due);
    assert_eq!(
        due,
        [
            event(Rank::Finish, 3),
            event(Rank::Finish, 7),
            event(Rank::Wake, 0)
        ]
    );
    assert_eq!(agenda.next_at(), SimTime::NEVER);
}

#[test]
fn more_events_than_one_table_holds_come_in_order_too() {
    const MORE: u32 = (1 << INDEX_BITS) + 1000;
    let mut agenda = Agenda::default();
    let event = |id| Event {
        rank: Rank::Wake,
        id,
        slot: 0,
        attempt: 0,
        state: JobState::Running,
    };
    // Four events at each instant from MORE / 4 down to 1: the soonest are those that came too late for
    // the first table.
    for id in 0..MORE {
        agenda.push(SimTime(u64::from((MORE - 1 - id) / 4) + 1), event(id));
    }
    assert_eq!(agenda.count(&|_| true), MORE as usize);
    let (mut due, mut id) = (Vec::new(), MORE);
    for at in 1..=u64::from(MORE / 4) {
        due.clear();
        assert_eq!(agenda.next_at(), SimTime(at));
        agenda.take_due(SimTime(at), &mut due);
        id -= 4;
        let ids: Vec<u32> = due.iter().map(|event| event.id).collect();
        assert_eq!(ids, [id, id + 1, id + 2, id + 3]);
    }
    assert_eq!(agenda.next_at(), SimTime::NEVER);
    assert!(agenda.beyond.is_some_and(|beyond| beyond.heap.is_empty()));
    assert_eq!(MORE % 4, 0);
}

#[test]
fn instants_come_in_order_whatever_the_order_of_pushes() {
    let dice = Dice {
        seed: 3,
        replication: 0,
    };
    let mut stream = dice.stream(dice.key("test", "agenda"), Purpose::Trial, 0, 0);
    let (mut agenda, mut due) = (Agenda::default(), Vec::new());
    let (mut pending, mut now) = (0u32, 0);
    for id in 0..20_000 {
        agenda.push(
            SimTime(now + stream.below(500)),
            Event {
                rank: Rank::Finish,
                id,
                slot: 0,
                attempt: 0,
                state: JobState::Running,
            },
        );
        pending += 1;
        if stream.below(100) < 48 {
            let next = agenda.next_at();
            assert!(next.0 >= now);
            now = next.0;
            due.clear();
            agenda.take_due(next, &mut due);
            assert!(!due.is_empty() && due.is_sorted_by_key(|event| event.id));
            pending -= due.len() as u32;
        }
    }
    while agenda.next_at() != SimTime::NEVER {
        let next = agenda.next_at();
        assert!(next.0 >= now);
        now = next.0;
        due.clear();
        agenda.take_due(next, &mut due);
        pending -= due.len() as u32;
    }
    assert_eq!(pending, 0);
}
