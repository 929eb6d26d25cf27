//! How often a job writes a checkpoint, and what of its time is running, safe, or lost with its place.
//!
//! The convention (semantics §10): after each `interval` of running the job stops for `write`; none is
//! written where the work ends. A checkpoint counts when it is wholly written and its verification, which
//! goes on beside the running, is over. A fault loses what ran since the start of the last one that counts.

use crate::units::Span;

/// When a job writes checkpoints, counted from the start of its work or the end of its restart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rhythm {
    /// Running between two checkpoints; never zero. [`Rhythm::NONE`] has no end.
    pub interval: Span,
    /// How long writing one takes; the gang holds its GPUs and waits.
    pub write: Span,
    /// How long after its writing a checkpoint is known to be good.
    pub verify: Span,
}

/// What a stretch of a job's time was, if it is cut at some instant.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Cut {
    /// Running, of it all.
    pub run: Span,
    /// How many checkpoints count.
    pub checkpoints: u64,
}

impl Rhythm {
    /// No checkpoints but those that somebody asks for.
    pub const NONE: Self = Self {
        interval: Span(u64::MAX),
        write: Span::ZERO,
        verify: Span::ZERO,
    };

    /// Whether checkpoints are written at all.
    pub const fn is_none(&self) -> bool {
        self.interval.0 == u64::MAX
    }

    /// One interval with its checkpoint.
    pub const fn cycle(&self) -> Span {
        Span(self.interval.0.saturating_add(self.write.0))
    }

    /// What `elapsed` since the work went on was.
    pub const fn cut(&self, elapsed: Span) -> Cut {
        if self.is_none() {
            return Cut {
                run: elapsed,
                checkpoints: 0,
            };
        }
        let cycle = self.cycle().0;
        let written = elapsed.0 / cycle;
        let rest = elapsed.0 % cycle;
        let rest = if rest < self.interval.0 {
            rest
        } else {
            self.interval.0
        };
        Cut {
            run: Span(written * self.interval.0 + rest),
            checkpoints: elapsed.0.saturating_sub(self.verify.0) / cycle,
        }
    }

    /// How long `run` of running takes with its checkpoints; none is written at its end.
    #[inline]
    pub const fn wall(&self, run: Span) -> Span {
        if self.is_none() || run.0 == 0 {
            return run;
        }
        self.wall_with_checkpoints(run)
    }

    #[inline(never)]
    const fn wall_with_checkpoints(&self, run: Span) -> Span {
        let checkpoints = (run.0 - 1) / self.interval.0;
        Span(
            run.0
                .saturating_add(checkpoints.saturating_mul(self.write.0)),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOURLY: Rhythm = Rhythm {
        interval: Span(60),
        write: Span(5),
        verify: Span(2),
    };

    #[test]
    fn no_checkpoint_is_written_where_the_work_ends() {
        // 120 of running: one checkpoint after 60, none after 120.
        assert_eq!(HOURLY.wall(Span(120)), Span(125));
        assert_eq!(HOURLY.wall(Span(121)), Span(131));
        assert_eq!(HOURLY.wall(Span(60)), Span(60));
        assert_eq!(Rhythm::NONE.wall(Span(121)), Span(121));
    }

    #[test]
    fn a_cut_keeps_what_verified_checkpoints_hold() {
        // 60 run, 5 write: at 64 the first is still being written, at 66 it is not verified, at 67 it counts.
        assert_eq!(
            HOURLY.cut(Span(64)),
            Cut {
                run: Span(60),
                checkpoints: 0
            }
        );
        assert_eq!(
            HOURLY.cut(Span(66)),
            Cut {
                run: Span(61),
                checkpoints: 0
            }
        );
        assert_eq!(
            HOURLY.cut(Span(67)),
            Cut {
                run: Span(62),
                checkpoints: 1
            }
        );
        assert_eq!(
            HOURLY.cut(Span(131)),
            Cut {
                run: Span(121),
                checkpoints: 1
            }
        );
        assert_eq!(
            Rhythm::NONE.cut(Span(131)),
            Cut {
                run: Span(131),
                checkpoints: 0
            }
        );
    }

    #[test]
    fn what_a_run_takes_is_cut_back_to_the_run() {
        for rhythm in [
            HOURLY,
            Rhythm {
                write: Span::ZERO,
                ..HOURLY
            },
            Rhythm::NONE,
        ] {
            for run in 1..400 {
                assert_eq!(rhythm.cut(rhythm.wall(Span(run))).run, Span(run));
            }
        }
    }
}
