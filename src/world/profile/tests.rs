//! The profile against a plain scan.

use super::*;
use crate::dice::{Dice, Purpose};

/// Jobs by slot: when each is expected to release how many GPUs.
type Held = Vec<Option<(SimTime, u32)>>;

fn start(profile: &mut Profile, held: &mut Held, slot: usize, end: u64, gpus: u32) {
    held.resize(held.len().max(slot + 1), None);
    held[slot] = Some((SimTime(end), gpus));
    profile.insert(SimTime(end), Slot(slot as u32), gpus);
}

#[test]
fn the_shadow_counts_all_that_ends_with_it() {
    let (mut profile, mut held) = (Profile::default(), Held::new());
    for (end, slot, gpus) in [(30, 0, 4), (10, 1, 2), (20, 2, 3), (20, 3, 1), (20, 4, 2)] {
        start(&mut profile, &mut held, slot, end, gpus);
    }
    let mut shadow =
        |free, gpus| profile.shadow(SimTime(5), free, gpus, |slot| held[slot.0 as usize]);
    let told = |at, extra| {
        let at = SimTime(at);
        Some(Shadow { at, extra })
    };
    // 1 free now, +2 at 10, +6 at 20: 4 GPUs are there at 20 with 5 to spare.
    assert_eq!(shadow(1, 4), told(20, 5));
    assert_eq!(shadow(1, 1), told(5, 0));
    assert_eq!(shadow(1, 14), None);
}

#[test]
fn the_last_slot_of_an_instant_comes_before_the_first_of_the_next() {
    let last = key(SimTime(7), Slot(Profile::SLOTS_MAX - 1));
    assert!(last < key(SimTime(8), Slot(0)));
    assert_eq!(told(last, Weight(3)).1.slot, Slot(Profile::SLOTS_MAX - 1));
}

#[test]
fn long_profiles_agree_with_a_plain_scan_whatever_came_and_left() {
    let dice = Dice {
        seed: 7,
        replication: 0,
    };
    let mut stream = dice.stream(dice.key("test", "profile"), Purpose::Trial, 0, 0);
    let (mut profile, mut held) = (Profile::default(), Held::new());
    for step in 0..30_000u64 {
        let now = step / 4;
        let slot = stream.below(700) as usize;
        // Few instants for many jobs, so that ends tie and come again in the same slot.
        if let Some((end, _)) = held.get(slot).copied().flatten() {
            held[slot] = None;
            profile.remove(end, Slot(slot as u32));
        } else {
            let (end, gpus) = (now + stream.below(400), stream.below(64) as u32 + 1);
            start(&mut profile, &mut held, slot, end, gpus);
        }
        let of = |slot: Slot| held[slot.0 as usize];
        if step % 11 == 0 {
            let gpus = 1 + stream.below(if step % 3 == 0 { 12_000 } else { 200 });
            let found = profile.shadow(SimTime(now), 0, gpus, of);
            assert_eq!(found, scanned(&held, gpus), "at step {step}");
        }
        while let Some(slot) = profile.overdue(SimTime(now), |slot| held[slot.0 as usize]) {
            let (end, gpus) = held[slot.0 as usize].expect("it runs");
            let all = held.iter().flatten();
            assert_eq!(Some(end), all.map(|&(end, _)| end).min());
            assert!(end.0 <= now);
            profile.remove(end, slot);
            held[slot.0 as usize] = None;
            start(&mut profile, &mut held, slot.0 as usize, now + 60, gpus);
        }
        let late = held.iter().flatten().filter(|(end, _)| end.0 <= now);
        assert_eq!(late.count(), 0, "nobody overdue is overlooked");
    }
    profile.order_all(|slot| held[slot.0 as usize]);
    let mut all: Vec<_> = (0..held.len())
        .filter_map(|slot| held[slot].map(|(end, gpus)| (end, Slot(slot as u32), gpus)))
        .collect();
    all.sort_unstable();
    let told: Vec<_> = profile
        .iter()
        .map(|(end, release)| (end, release.slot, release.gpus))
        .collect();
    assert_eq!(told, all);
}

/// The shadow of `gpus` with none free, by looking at everything.
fn scanned(held: &Held, gpus: u64) -> Option<Shadow> {
    let mut all: Vec<(SimTime, u32)> = held.iter().flatten().copied().collect();
    all.sort_unstable();
    let mut free = 0;
    let &(at, _) = all.iter().find(|(_, more)| {
        free += u64::from(*more);
        free >= gpus
    })?;
    let then = all.iter().filter(|(end, _)| *end <= at);
    let extra = then.map(|(_, more)| u64::from(*more)).sum::<u64>() - gpus;
    Some(Shadow { at, extra })
}
