//! The capacity of one GPU type in one zone.

use crate::dice::{Dice, Key, Purpose};
use crate::process::law::Law;
use crate::process::renewal::{Renewal, RenewalStart};
use crate::process::steps::{combine_steps, push_step};
use crate::units::{SimTime, Span};

use super::daily::Daily;
use super::fit::own_times;
use super::losses::Losses;
use super::meeting::Alternation;
use super::region::RegionalFactor;
use super::two_phases::TwoPhases;

/// A zone's market.
#[derive(Clone, Debug, PartialEq)]
pub struct ZoneMarket {
    own: Renewal,
    /// Instances when up; drawn anew for each time up.
    pub size: Law,
    /// How it falls.
    pub losses: Losses,
    /// Its daily wave, if there is one; it moves the zone's own process, not the regional factor.
    pub daily: Option<Daily>,
}

impl ZoneMarket {
    /// A zone with these up and down times, the regional factor included if there is one.
    ///
    /// The zone's own means follow exactly: its availability is A / r and its rate of falls the wanted one less
    /// the factor's. Its spreads are chosen so that the joint times have the wanted coefficients of variation,
    /// or the nearest that can be had.
    ///
    /// # Errors
    /// The times are no laws, or the zone would have to be up more, or fall less often, than the factor.
    pub fn new(
        up: TwoPhases,
        down: TwoPhases,
        factor: Option<&RegionalFactor>,
        size: Law,
        losses: Losses,
    ) -> Result<Self, String> {
        up.check().map_err(|why| format!("up time: {why}"))?;
        down.check().map_err(|why| format!("down time: {why}"))?;
        size.check_duration()
            .map_err(|why| format!("size: {why}"))?;
        losses.check()?;
        let times = Alternation { up, down };
        let own = match factor {
            None => times,
            Some(factor) => own_times(&times, &factor.times)?,
        };
        let own = Renewal::new(own.up.law(), own.down.law(), RenewalStart::Stationary)?;
        Ok(Self {
            own,
            size,
            losses,
            daily: None,
        })
    }

    /// The zone's own process, without the factor.
    pub const fn own(&self) -> &Renewal {
        &self.own
    }

    /// Appends whether the zone is up at the start and each change before `end`. `shared` are steps of what it
    /// shares with others: the zone is up when all are.
    pub fn sample_up(
        &self,
        dice: &Dice,
        key: Key,
        end: Span,
        shared: &[&[(SimTime, bool)]],
        out: &mut Vec<(SimTime, bool)>,
    ) {
        let mut steps = Vec::new();
        match &self.daily {
            None => self.own.sample(dice, key, end, &mut steps),
            Some(daily) => {
                let later = |at, up, span| daily.later(at, up, span);
                self.own.sample_paced(dice, key, end, later, &mut steps);
            }
        }
        for other in shared {
            steps = combine_steps(&steps, other, |one, other| one && other);
        }
        out.extend(steps);
    }

    /// Appends how many instances the zone has at the start and each change before `end`.
    pub fn sample(
        &self,
        dice: &Dice,
        key: Key,
        end: Span,
        shared: &[&[(SimTime, bool)]],
        out: &mut Vec<(SimTime, u32)>,
    ) {
        let mut steps = Vec::new();
        self.sample_up(dice, key, end, shared, &mut steps);
        let mut size = 0;
        for (place, &(at, up)) in steps.iter().enumerate() {
            let until = steps.get(place + 1).map_or(SimTime(end.0), |next| next.0);
            // Stretches are numbered in turn, whichever process ended them.
            let mut stream = dice.stream(key, Purpose::CapacitySize, place as u32, 0);
            if up {
                size = (self.size.sample(&mut stream) + 0.5).clamp(1.0, 1e9) as u32;
                push_step(out, at, size);
            } else if size == 0 {
                // It was down before the start.
                push_step(out, at, 0);
            } else {
                self.losses.fall(size, (at, until), &mut stream, out);
            }
        }
    }
}

#[cfg(test)]
mod tests;
