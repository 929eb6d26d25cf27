//! Markets are emptier at some hours than at others.

use crate::units::{SimTime, Span};

const BINS: usize = 48;
const BIN_MS: f64 = 1_800_000.0;
const DAY_MS: u64 = Span::DAY.0;

/// A daily wave: capacity returns faster and is lost more slowly around the best hour of the day. Times up
/// run at the pace exp(−a cos φ) and times down at exp(a cos φ), φ being the angle from the best hour and a
/// the amplitude; over a day both paces are 1 on average. Slow enough stretches aside, the odds of capacity
/// swing by exp(±2a).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Daily {
    up: Pace,
    down: Pace,
}

/// Drawn time that passes in each half hour, and until it, in ms.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Pace {
    speed: [f64; BINS],
    until: [f64; BINS],
}

impl Daily {
    /// A wave of this amplitude whose best moment is `best` after the start of the scenario, and every 24 h.
    ///
    /// # Errors
    /// The amplitude is not from 0 to 5.
    pub fn new(amplitude: f64, best: Span) -> Result<Self, String> {
        if !(0.0..=5.0).contains(&amplitude) {
            return Err(format!(
                "the daily amplitude is {amplitude}; it must lie from 0 to 5"
            ));
        }
        Ok(Self {
            up: Pace::new(-amplitude, best),
            down: Pace::new(amplitude, best),
        })
    }

    /// When a drawn span that begins at `at` ends.
    pub(super) fn later(&self, at: SimTime, up: bool, span: Span) -> SimTime {
        let pace = if up { &self.up } else { &self.down };
        pace.later(at, span)
    }
}

impl Pace {
    fn new(amplitude: f64, best: Span) -> Self {
        let mut speed = [0.0; BINS];
        for (bin, speed) in speed.iter_mut().enumerate() {
            let middle = (bin as f64 + 0.5) * BIN_MS - (best.0 % DAY_MS) as f64;
            let angle = std::f64::consts::TAU * middle / DAY_MS as f64;
            *speed = libm::exp(amplitude * libm::cos(angle));
        }
        let mean = speed.iter().sum::<f64>() / BINS as f64;
        let mut sum = 0.0;
        let mut until = [0.0; BINS];
        for (speed, until) in speed.iter_mut().zip(&mut until) {
            *speed /= mean;
            *until = sum;
            sum += *speed * BIN_MS;
        }
        Self { speed, until }
    }

    fn later(&self, at: SimTime, span: Span) -> SimTime {
        let into = (at.0 % DAY_MS) as f64;
        let bin = ((into / BIN_MS) as usize).min(BINS - 1);
        let spent = self.until[bin] + (into - bin as f64 * BIN_MS) * self.speed[bin];
        // A day holds a day's worth of drawn time, so whole days need no table.
        let target = spent + (span.0 % DAY_MS) as f64;
        let (over, target) = if target >= DAY_MS as f64 {
            (1, target - DAY_MS as f64)
        } else {
            (0, target)
        };
        let bin = self.until.partition_point(|until| *until <= target).max(1) - 1;
        let into = bin as f64 * BIN_MS + (target - self.until[bin]) / self.speed[bin];
        let day = at.0 / DAY_MS + span.0 / DAY_MS + over;
        SimTime((day * DAY_MS + (into + 0.5) as u64).max(at.0 + 1))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_wave_passes_time_as_it_is() {
        let flat = Daily::new(0.0, Span(0)).unwrap();
        for at in [0, 5, 86_399_999, 100_000_000] {
            for span in [1, 1_800_000, 86_400_000, 1_000_000_007] {
                assert_eq!(
                    flat.later(SimTime(at), true, Span(span)),
                    SimTime(at + span)
                );
            }
        }
    }

    #[test]
    fn whole_days_pass_alike_and_up_times_drag_at_the_best_hour() {
        let wave = Daily::new(0.6, Span(20 * Span::HOUR.0)).unwrap();
        let at = SimTime(7 * Span::HOUR.0 + 123);
        let week = Span(7 * Span::DAY.0);
        assert_eq!(wave.later(at, true, week).since(at), week);
        let best = SimTime(20 * Span::HOUR.0);
        let up = wave.later(best, true, Span::HOUR).since(best);
        let down = wave.later(best, false, Span::HOUR).since(best);
        // At the best hour the paces are near e^∓.6 / I0(.6), I0(.6) = 1.0920: .503 and 1.669.
        assert!((up.as_hours() * 0.503 - 1.0).abs() < 0.03, "{up:?}");
        assert!((down.as_hours() * 1.669 - 1.0).abs() < 0.03, "{down:?}");
        assert!(Daily::new(-1.0, Span(0)).is_err());
    }
}
