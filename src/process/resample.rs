//! Other worlds from one recording: blocks of it in another order, rows moved, left out or repeated.

use crate::dice::{Dice, Key, Purpose};
use crate::units::{SimTime, Span};

use super::choice::uniform32;

const DAY: u64 = Span::DAY.0;

/// How long a block of recorded demand is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BlockLength {
    /// One day, replaced by a recorded day of the same weekday.
    Days,
    /// Seven days that begin on the same weekday, at any recorded day.
    Weeks,
}

/// A piece of the recording and where it goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Block {
    /// Where it begins in the recording.
    pub source: SimTime,
    /// Where it begins in the sampled world.
    pub target: SimTime,
    /// How long it is; the last one may be shorter than the others.
    pub length: Span,
}

/// The blocks that fill `target` from a recording of `recorded` whole days (a moving block bootstrap that
/// keeps the weekday; Künsch 1989).
///
/// Both clocks begin at the same time of day; `weekday_shift` is the weekday of the target's start minus the
/// recording's, from 0 to 6. Block `k` is drawn under its own number, so a longer target changes none.
///
/// # Errors
/// When the recording has no block for some weekday: fewer than 7 days, or for weeks fewer than 13.
pub fn blocks(
    dice: &Dice,
    key: Key,
    length: BlockLength,
    recorded: Span,
    target: Span,
    weekday_shift: u64,
) -> Result<Vec<Block>, String> {
    let (days, least) = match length {
        BlockLength::Days => (1, 7),
        BlockLength::Weeks => (7, 13),
    };
    let recorded_days = recorded.0 / DAY;
    if recorded_days < least {
        return Err(format!(
            "the recording has {recorded_days} whole days; resampling needs at least {least}"
        ));
    }
    let count = target.0.div_ceil(days * DAY);
    let starts = recorded_days - days + 1;
    let block = |k: u64| {
        // Recorded days with the weekday of the target: first, first + 7, …
        let first = (k * days + weekday_shift) % 7;
        let candidates = (starts - first).div_ceil(7);
        let mut stream = dice.stream(key, Purpose::ResampleBlock, k as u32, 0);
        let source = first + 7 * stream.below(candidates);
        let begin = k * days * DAY;
        Block {
            source: SimTime(source * DAY),
            target: SimTime(begin),
            length: Span((days * DAY).min(target.0 - begin)),
        }
    };
    Ok((0..count).map(block).collect())
}

/// Moves the submission of `row` by up to `most` in either direction, equally likely; not before 0.
pub fn jittered(dice: &Dice, key: Key, row: u32, submit: SimTime, most: Span) -> SimTime {
    let mut stream = dice.stream(key, Purpose::Jitter, row, 0);
    let moved = stream.below(2 * most.0 + 1);
    SimTime((submit.0 + moved).saturating_sub(most.0))
}

/// How many times `row` appears when `expected` times are wanted on average: below 1 it thins, above 1 it
/// repeats.
///
/// A row that appears at some `expected` appears at every larger one.
pub fn copies(dice: &Dice, key: Key, row: u32, expected: f64) -> u64 {
    let whole = libm::floor(expected);
    let mut stream = dice.stream(key, Purpose::Thin, row, 0);
    whole as u64 + u64::from(uniform32(&mut stream) < expected - whole)
}

/// The factor of demand at `at` that grows by `growth` per year of 365.25 days (.5 is half as much again).
pub fn growth_factor(growth: f64, at: SimTime) -> f64 {
    libm::pow(1.0 + growth, at.as_seconds() / (365.25 * 86_400.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    const DICE: Dice = Dice {
        seed: 5,
        replication: 1,
    };

    fn key() -> Key {
        DICE.key("demand", "recorded")
    }

    #[test]
    fn blocks_keep_the_weekday_and_stay_inside() {
        let (recorded, target) = (Span(40 * DAY + 5), Span(100 * DAY + 7));
        for (length, days) in [(BlockLength::Days, 1), (BlockLength::Weeks, 7)] {
            let drawn = blocks(&DICE, key(), length, recorded, target, 3).unwrap();
            assert_eq!(drawn.len() as u64, 100 / days + 1);
            assert_eq!(
                drawn.iter().map(|block| block.length.0).sum::<u64>(),
                target.0
            );
            for block in &drawn {
                let (source, target) = (block.source.0 / DAY, block.target.0 / DAY);
                assert_eq!(source % 7, (target + 3) % 7);
                assert!(source + days <= 40);
            }
            let longer = blocks(&DICE, key(), length, recorded, Span(300 * DAY), 3).unwrap();
            assert_eq!(longer[..drawn.len() - 1], drawn[..drawn.len() - 1]);
        }
    }

    #[test]
    fn every_recorded_day_is_drawn_alike() {
        let target = Span(7 * 4000 * DAY);
        let drawn = blocks(&DICE, key(), BlockLength::Days, Span(28 * DAY), target, 0).unwrap();
        let mut seen = [0i32; 28];
        for block in &drawn {
            seen[(block.source.0 / DAY) as usize] += 1;
        }
        // Each weekday is drawn 4,000 times from 4 days: 1,000 ± √(4000 · ¼ · ¾) = 27 each.
        assert!(
            seen.iter().all(|count| (count - 1000).abs() < 4 * 27),
            "{seen:?}"
        );
    }

    #[test]
    fn short_recordings_are_refused() {
        let draw = |length, days| blocks(&DICE, key(), length, Span(days * DAY), Span(DAY), 6);
        assert!(draw(BlockLength::Days, 6).is_err());
        assert!(draw(BlockLength::Days, 7).is_ok());
        assert!(draw(BlockLength::Weeks, 12).is_err());
        assert!(draw(BlockLength::Weeks, 13).is_ok());
    }

    #[test]
    fn rows_move_and_multiply_by_their_own_dice() {
        let most = Span(1000);
        let moved: Vec<u64> = (0..2000)
            .map(|row| jittered(&DICE, key(), row, SimTime(5000), most).0)
            .collect();
        assert!(moved.iter().all(|at| (4000..=6000).contains(at)));
        let mean = moved.iter().sum::<u64>() as f64 / 2000.0;
        // Standard error: 2000 / √12 / √2000 = 13.
        assert!((mean - 5000.0).abs() < 52.0, "{mean}");
        assert!((0..500).all(|row| jittered(&DICE, key(), row, SimTime(3), most).0 <= 1003));

        let total = |expected| {
            (0..4000)
                .map(|row| copies(&DICE, key(), row, expected))
                .sum::<u64>()
        };
        // 4,000 × 2.25, with a standard deviation of √(4000 · ¼ · ¾) = 27.
        assert!(total(2.25).abs_diff(9000) < 110);
        assert_eq!((total(0.0), total(1.0)), (0, 4000));
        for row in 0..500 {
            assert!(copies(&DICE, key(), row, 0.3) <= copies(&DICE, key(), row, 0.6));
        }
        let year = SimTime(31_557_600_000);
        assert!((growth_factor(0.5, year) - 1.5).abs() < 1e-12);
        assert_eq!(growth_factor(0.5, SimTime::ZERO), 1.0);
    }
}
