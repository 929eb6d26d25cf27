//! Things that are up, then down, then up again, whatever anybody does.

use crate::dice::{Dice, Key, Purpose};
use crate::units::{SimTime, Span};

use super::law::Law;

/// No stretch is longer, so that sums stay far from the end of time; about 317,000 years.
const LONGEST_MS: f64 = 1e16;

/// An alternating renewal process on the calendar: as good as new after each down time.
///
/// The k-th up time and the k-th down time are each drawn under a name of their own, so that a longer
/// horizon, or another law for the down times, changes no other draw.
#[derive(Clone, Debug, PartialEq)]
pub struct Renewal {
    /// Up times in milliseconds.
    pub up: Law,
    /// Down times in milliseconds.
    pub down: Law,
    /// How it begins.
    pub start: RenewalStart,
}

/// How a renewal process begins.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum RenewalStart {
    /// Up and new.
    #[default]
    Up,
    /// Down from the start on.
    Down,
    /// As found long after its beginning: up with the probability of its availability, and in the middle of
    /// a stretch (its rest follows the equilibrium law, [`Law::residual`]).
    Stationary,
}

/// The stretch that a walk begins with.
#[derive(Clone, Copy)]
struct Beginning {
    at: SimTime,
    up: bool,
    span: Span,
}

impl Renewal {
    /// A renewal process.
    ///
    /// # Errors
    /// As [`Renewal::check`].
    pub fn new(up: Law, down: Law, start: RenewalStart) -> Result<Self, String> {
        let renewal = Self { up, down, start };
        renewal.check()?;
        Ok(renewal)
    }

    /// Whether both laws are laws of durations.
    ///
    /// # Errors
    /// Which of the two is not, and why.
    pub fn check(&self) -> Result<(), String> {
        self.up
            .check_duration()
            .map_err(|why| format!("up time: {why}"))?;
        self.down
            .check_duration()
            .map_err(|why| format!("down time: {why}"))
    }

    /// The share of time up in the long run: mean up / (mean up + mean down), for any laws.
    pub fn availability(&self) -> f64 {
        self.up.mean() / (self.up.mean() + self.down.mean())
    }

    /// Appends the state at the start of the scenario and each change before `end`: (when, up from here).
    pub fn sample(&self, dice: &Dice, key: Key, end: Span, out: &mut Vec<(SimTime, bool)>) {
        self.sample_paced(dice, key, end, |at, _, span| at + span, out);
    }

    /// As [`Renewal::sample`], where `later(at, up, span)` says when a drawn span that begins at `at` ends.
    pub(super) fn sample_paced(
        &self,
        dice: &Dice,
        key: Key,
        end: Span,
        later: impl Fn(SimTime, bool, Span) -> SimTime,
        out: &mut Vec<(SimTime, bool)>,
    ) {
        let at = SimTime::ZERO;
        let beginning = match self.start {
            RenewalStart::Up => Beginning {
                at,
                up: true,
                span: self.stretch(dice, key, true, 0),
            },
            RenewalStart::Down => Beginning {
                at,
                up: false,
                span: self.stretch(dice, key, false, 0),
            },
            RenewalStart::Stationary => {
                let mut stream = dice.stream(key, Purpose::RenewalStart, 0, 0);
                let up = stream.uniform() < self.availability();
                let span = whole_ms(self.law(up).residual(&mut stream));
                Beginning { at, up, span }
            }
        };
        self.walk(dice, key, beginning, end, later, out);
    }

    /// As [`Renewal::sample`], from a present: at `now` it has been in its state, `up` or not, for `age`. The
    /// rest of that stretch is drawn given its age. Another future needs another replication of the dice.
    pub fn resume(
        &self,
        dice: &Dice,
        key: Key,
        present: (SimTime, bool, Span),
        end: Span,
        out: &mut Vec<(SimTime, bool)>,
    ) {
        let (at, up, age) = present;
        let u = dice.stream(key, Purpose::RenewalStart, 0, 1).uniform();
        let span = whole_ms(self.law(up).conditional(age.0 as f64, u));
        let beginning = Beginning { at, up, span };
        self.walk(dice, key, beginning, end, |at, _, span| at + span, out);
    }

    fn walk(
        &self,
        dice: &Dice,
        key: Key,
        beginning: Beginning,
        end: Span,
        later: impl Fn(SimTime, bool, Span) -> SimTime,
        out: &mut Vec<(SimTime, bool)>,
    ) {
        let Beginning {
            mut at,
            mut up,
            mut span,
        } = beginning;
        // The stretch that goes on counts as number 0 of its kind.
        let mut next = [u32::from(!up), u32::from(up)];
        while at.0 < end.0 {
            out.push((at, up));
            at = later(at, up, span);
            up = !up;
            let count = &mut next[usize::from(up)];
            span = self.stretch(dice, key, up, *count);
            *count += 1;
        }
    }

    fn law(&self, up: bool) -> &Law {
        if up { &self.up } else { &self.down }
    }

    /// The `count`-th up or down time.
    fn stretch(&self, dice: &Dice, key: Key, up: bool, count: u32) -> Span {
        let purpose = if up {
            Purpose::UpTime
        } else {
            Purpose::DownTime
        };
        let mut stream = dice.stream(key, purpose, count, 0);
        whole_ms(self.law(up).sample(&mut stream))
    }
}

/// A drawn duration in whole milliseconds, at least 1.
pub(super) fn whole_ms(ms: f64) -> Span {
    Span((ms + 0.5).clamp(1.0, LONGEST_MS) as u64)
}

#[cfg(test)]
mod tests;
