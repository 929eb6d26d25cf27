//! Stretches of GPU-time, and the arithmetic between work and wall time.

use crate::journal::Bucket;
use crate::model::Rhythm;
use crate::units::{MilliGpus, PoolId, SimTime, Span};

use super::feeds::Starved;

/// A stretch of time in which a job held GPUs for one purpose.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stretch {
    /// Where.
    pub pool: PoolId,
    /// How many GPUs it had asked for there.
    pub asked: MilliGpus,
    /// For what.
    pub bucket: Bucket,
    /// From when.
    pub from: SimTime,
    /// Until when.
    pub to: SimTime,
    /// When checkpoints were written in it, counted from its start; they are a bucket of their own.
    pub rhythm: Rhythm,
    /// How much of its running was starved of data; that is a bucket of its own, spread evenly over it.
    pub starved: Starved,
}

/// Wall time that `work` reference ms take at a speed of `speed` ‰: ⌈work · 1000 / speed⌉.
#[inline]
pub const fn wall(work: Span, speed: u32) -> Span {
    if speed == 1000 {
        return work;
    }
    wall_at(work, speed)
}

/// Apart, because a long division would keep the usual speed from being worked out in place.
#[inline(never)]
const fn wall_at(work: Span, speed: u32) -> Span {
    let product = work.0 as u128 * 1000;
    let wall = product.div_ceil(speed as u128);
    Span(if wall > u64::MAX as u128 {
        u64::MAX
    } else {
        wall as u64
    })
}

/// Reference ms of work that `elapsed` of running at `speed` ‰ complete: ⌊elapsed · speed / 1000⌋.
#[inline]
pub const fn work_done(elapsed: Span, speed: u32) -> u64 {
    if speed == 1000 {
        return elapsed.0;
    }
    (elapsed.0 as u128 * speed as u128 / 1000) as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn work_and_wall_time_meet() {
        // 1,000 ms of work at 1.15 × take ⌈869.6⌉ = 870 ms; 869 ms complete only 999 ms of it.
        assert_eq!(wall(Span(1000), 1150), Span(870));
        assert_eq!(work_done(Span(869), 1150), 999);
        assert_eq!(work_done(Span(870), 1150), 1000);
        for speed in [80, 400, 870, 1000, 1150, 2200] {
            for work in [1, 2, 999, 123_457] {
                let needed = wall(Span(work), speed);
                assert!(work_done(needed, speed) >= work);
                assert!(work_done(Span(needed.0 - 1), speed) < work);
            }
        }
    }
}
