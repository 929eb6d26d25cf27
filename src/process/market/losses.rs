//! How much capacity goes when some goes.

use crate::dice::Stream;
use crate::process::law::Law;
use crate::process::renewal::whole_ms;
use crate::units::{SimTime, Span};

/// Losses of a market that has begun to fall. Each takes everything that is left, or else a geometric number
/// of instances; until nothing is left or capacity returns, the next follows after a while. Most of the time
/// a zone therefore has all or nothing, as recorded zones do.
#[derive(Clone, Debug, PartialEq)]
pub struct Losses {
    /// Probability that a loss takes all that is left.
    pub all: f64,
    /// Mean number of instances of any other loss, at least 1.
    pub mean: f64,
    /// Milliseconds from one loss to the next.
    pub between: Law,
}

impl Losses {
    /// After 16-node probes of three zones in August 2023: all at once with probability .3, else 8 on average,
    /// the next one ten minutes later. Recorded: 6.7 to 11 of 16 a loss, all 16 in 12 to 46 % of losses, part
    /// of the capacity 3 to 17 % of the time.
    pub fn usual() -> Self {
        Self {
            all: 0.3,
            mean: 8.0,
            between: Law::Exponential { mean: 6e5 },
        }
    }

    /// Everything at once.
    pub fn all_at_once() -> Self {
        Self {
            all: 1.0,
            mean: 1.0,
            between: Law::Constant(1.0),
        }
    }

    /// Whether the settings make sense.
    ///
    /// # Errors
    /// The first setting that does not, with its value.
    pub fn check(&self) -> Result<(), String> {
        if !(0.0..=1.0).contains(&self.all) {
            return Err(format!(
                "the probability of losing all is {}; it must lie from 0 to 1",
                self.all
            ));
        }
        if !(self.mean >= 1.0 && self.mean.is_finite()) {
            return Err(format!(
                "the mean loss is {}; it must be at least 1",
                self.mean
            ));
        }
        self.between
            .check_duration()
            .map_err(|why| format!("time between losses: {why}"))
    }

    /// Appends the falls of `size` instances that begin at `at` and stop before `until`.
    pub(super) fn fall(
        &self,
        size: u32,
        (mut at, until): (SimTime, SimTime),
        stream: &mut Stream,
        out: &mut Vec<(SimTime, u32)>,
    ) {
        let mut left = size;
        while at < until {
            left -= self.loss(left, stream);
            out.push((at, left));
            if left == 0 {
                break;
            }
            let wait: Span = whole_ms(self.between.sample(stream));
            at = at + wait;
        }
    }

    /// From 1 to `left`.
    fn loss(&self, left: u32, stream: &mut Stream) -> u32 {
        if stream.uniform() < self.all {
            return left;
        }
        // Geometric from 1 by inversion: 1 + ⌊ln(1 − u) / ln(1 − 1/mean)⌋.
        let more = libm::log1p(-stream.uniform()) / libm::log1p(-1.0 / self.mean);
        if more < f64::from(left - 1) {
            1 + more as u32
        } else {
            left
        }
    }
}
