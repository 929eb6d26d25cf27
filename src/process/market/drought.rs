//! Times in which there is nothing to be had, whatever the day-to-day market does.

use crate::dice::{Dice, Key};
use crate::process::law::Law;
use crate::process::renewal::{Renewal, RenewalStart};
use crate::process::steps::combine_steps;
use crate::units::{SimTime, Span};

/// A GPU type sold out in some zones, again and again. One tape for all zones that the drought names.
#[derive(Clone, Debug, PartialEq)]
pub struct Drought {
    times: Renewal,
}

impl Drought {
    /// Droughts that last `length`, `between` the end of one and the start of the next (milliseconds).
    ///
    /// # Errors
    /// Which of the two is no law of durations, and why.
    pub fn new(between: Law, length: Law, start: RenewalStart) -> Result<Self, String> {
        between
            .check_duration()
            .map_err(|why| format!("time between droughts: {why}"))?;
        length
            .check_duration()
            .map_err(|why| format!("length of a drought: {why}"))?;
        let times = Renewal::new(between, length, start)?;
        Ok(Self { times })
    }

    /// Appends whether there is something to be had at the start, and each change before `end`.
    pub fn sample(&self, dice: &Dice, key: Key, end: Span, out: &mut Vec<(SimTime, bool)>) {
        self.times.sample(dice, key, end, out);
    }

    /// The capacity that a drought leaves.
    pub fn parch(capacity: &[(SimTime, u32)], supply: &[(SimTime, bool)]) -> Vec<(SimTime, u32)> {
        combine_steps(
            capacity,
            supply,
            |capacity, some| if some { capacity } else { 0 },
        )
    }
}
