//! Checkpoints on their way, worked by hand and played one by one.

use proptest::prelude::*;

use super::*;

/// A job that works from 100 on, writes a checkpoint of 600 bytes for 5 s after each 55 s of running: each minute.
fn job(speed: u64) -> Syncing {
    let rhythm = Rhythm {
        interval: Span(55_000),
        write: Span(5_000),
        verify: Span::ZERO,
    };
    let mut syncing = Syncing::new((SiteId(1), PoolId(0)), Bytes(600), 0);
    syncing.course = Some(Course::new(SimTime(100), rhythm, SimTime::ZERO));
    syncing.change(SimTime::ZERO, Bandwidth(speed));
    syncing
}

fn arrived(syncing: &mut Syncing, at: u64) -> u64 {
    syncing.advance(SimTime(at));
    syncing.course.unwrap().arrived
}

#[test]
fn with_a_fast_way_each_is_home_before_the_next_is_written() {
    // 20 bytes a second: 30 s each. The first is written at 60.1 s and home at 90.1 s.
    let mut syncing = job(20);
    assert_eq!(arrived(&mut syncing, 90_099), 0);
    assert_eq!(arrived(&mut syncing, 90_100), 1);
    assert_eq!(syncing.home_since, SimTime(90_100));
    assert_eq!(syncing.take_untold(SimTime(119_000)), Bytes(600));
    // The tenth is written at 600.1 s; at 610.1 s 200 of it have left.
    assert_eq!(arrived(&mut syncing, 610_100), 9);
    assert_eq!(syncing.take_untold(SimTime(610_100)), Bytes(8 * 600 + 200));
    assert_eq!(arrived(&mut syncing, 630_100), 10);
}

#[test]
fn with_a_slow_way_only_the_newest_is_taken_up() {
    // 4 bytes a second: 150 s each. The first from 60.1 to 210.1, then the third (180.1) to 360.1, the sixth
    // (360.1) to 510.1, the eighth (480.1) to 660.1, the eleventh (660.1) to 810.1.
    let mut syncing = job(4);
    assert_eq!(arrived(&mut syncing, 210_100), 1);
    assert_eq!(arrived(&mut syncing.clone(), 360_100), 3);
    assert_eq!(arrived(&mut syncing.clone(), 510_099), 3);
    assert_eq!(arrived(&mut syncing.clone(), 510_100), 6);
    assert_eq!(arrived(&mut syncing.clone(), 810_099), 8);
    assert_eq!(arrived(&mut syncing, 810_100), 11);
    assert_eq!(syncing.take_untold(SimTime(810_100)), Bytes(5 * 600));
}

#[test]
fn what_is_blocked_is_behind_and_catches_up() {
    // 20 bytes a second until 70.1 s, when 200 of the first have left; nothing until 250.1 s; then 20 again: the
    // first is home at 270.1 s, and the newest then is the fourth, of 240.1 s, home at 300.1 s, when the fifth is
    // written.
    let mut syncing = job(20);
    syncing.change(SimTime(70_100), Bandwidth(0));
    syncing.change(SimTime(250_100), Bandwidth(20));
    assert_eq!(arrived(&mut syncing, 270_099), 0);
    assert_eq!(arrived(&mut syncing, 270_100), 1);
    assert_eq!(arrived(&mut syncing, 300_099), 1);
    assert_eq!(arrived(&mut syncing, 300_100), 4);
    assert_eq!(arrived(&mut syncing, 330_100), 5);
}

#[test]
fn nothing_new_is_written_after_a_stop() {
    // Told to stop at 170 s: two are written. The second is home at 150.1 + 30 s all the same.
    let mut syncing = job(20);
    syncing.advance(SimTime(170_000));
    if let Some(course) = &mut syncing.course {
        course.until = SimTime(170_000);
    }
    assert_eq!(arrived(&mut syncing, 180_000), 2);
    assert_eq!(arrived(&mut syncing, 900_000), 2);
    assert_eq!(syncing.take_untold(SimTime(900_000)), Bytes(1_200));
}

/// One by one: every checkpoint that is sent, in the order of time, at these speeds from these instants on.
fn slowly(speeds: &[(u64, u64)], now: u64) -> (u64, u128) {
    let (cycle, size) = (60_000, 600_000u128);
    let (mut at, mut taken, mut arrived, mut total) = (0u64, 0, 0, 0u128);
    let speed_at = |at: u64| speeds.iter().rev().find(|speed| speed.0 <= at).unwrap().1;
    loop {
        // The newest at this instant, or the next one.
        let written = at.saturating_sub(100) / cycle;
        let number = if taken < written { written } else { taken + 1 };
        at = at.max(100 + number * cycle);
        if now < at {
            return (arrived, total);
        }
        taken = number;
        let mut left = size;
        while left > 0 {
            let until = speeds.iter().map(|speed| speed.0).find(|&next| at < next);
            let until = until.unwrap_or(u64::MAX).min(now);
            let speed = Bandwidth(speed_at(at));
            let end = speed.span(left).map_or(u64::MAX, |span| at + span.0);
            if end <= until {
                (total, left, at) = (total + left, 0, end);
            } else {
                let moved = speed.moves(Span(until - at));
                (total, left, at) = (total + moved, left - moved, until);
                if at == now {
                    return (arrived, total);
                }
            }
        }
        arrived = number;
    }
}

proptest! {
    #[test]
    fn arithmetic_says_what_sending_one_by_one_does(
        steps in prop::collection::vec((1u64..400_000, prop_oneof![Just(0u64), 1u64..40, Just(10u64), 9u64..12]), 1..8),
        more in 0u64..3_000_000,
        looks in prop::collection::vec(0u64..3_000_000, 0..5),
    ) {
        let mut speeds = vec![(0, steps[0].1)];
        let mut at = 0;
        for &(wait, speed) in &steps[1..] {
            at += wait;
            speeds.push((at, speed));
        }
        let now = at + more;
        let mut syncing = job(speeds[0].1);
        let mut moments: Vec<(u64, Option<u64>)> = speeds[1..].iter().map(|&(at, speed)| (at, Some(speed))).collect();
        // Whoever looks changes nothing.
        moments.extend(looks.iter().filter(|&&at| at < now).map(|&at| (at, None)));
        moments.sort_by_key(|moment| moment.0);
        for (at, speed) in moments {
            match speed {
                Some(speed) => syncing.change(SimTime(at), Bandwidth(speed)),
                None => syncing.advance(SimTime(at)),
            }
        }
        syncing.advance(SimTime(now));
        let course = syncing.course.unwrap();
        prop_assert_eq!((course.arrived, course.total), slowly(&speeds, now));
    }
}
