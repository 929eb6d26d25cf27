//! How many jobs come in each ten minutes.
//!
//! Real demand is burstier than a Poisson process whose rate follows the clock: in a recorded research
//! cluster the hour and the weekday explain a tenth of the variance of ten-minute counts. The rate is
//! therefore base × hour × weekday × a factor of the day × a gamma factor of the ten minutes, and rare bins
//! hold a burst. Each factor is drawn under the name of its bin or day, so that a longer horizon shifts
//! nothing.

use crate::dice::{Dice, Key, Purpose, Stream};

use super::choice::uniform32;
use super::gamma::gamma;
use super::law::Law;
use super::poisson::poisson;

/// Length of a bin in milliseconds.
pub(super) const BIN_MS: u64 = 600_000;
const BINS_PER_DAY: f64 = 144.0;
const HOUR_MS: u64 = 3_600_000;
const DAY_MS: u64 = 24 * HOUR_MS;

/// How jobs arrive.
#[derive(Clone, Debug, PartialEq)]
pub struct Arrivals {
    /// Jobs in a mean day, bursts included.
    pub jobs_per_day: f64,
    /// How they are spread.
    pub pattern: ArrivalPattern,
}

/// How arrivals are spread over time.
#[derive(Clone, Debug, PartialEq)]
pub enum ArrivalPattern {
    /// A Poisson process of constant rate.
    Stationary,
    /// A Poisson process whose rate follows the clock.
    Smooth(Profile),
    /// Over-dispersed, as recorded clusters are.
    Bursty(Profile, Burstiness),
}

/// Relative rates by local hour and weekday; only proportions matter.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Profile {
    /// From 0 to 23 o'clock.
    pub hours: [f64; 24],
    /// From Monday to Sunday.
    pub weekdays: [f64; 7],
}

/// What makes arrivals burstier than their profile.
#[derive(Clone, Debug, PartialEq)]
pub struct Burstiness {
    /// Coefficient of variation of the lognormal factor of a day.
    pub day_variation: f64,
    /// Shape of the gamma factor of ten minutes; the smaller, the burstier.
    pub level_shape: f64,
    /// Correlation of the gamma factors of neighbouring bins, from 0 to 0.5.
    pub level_correlation: f64,
    /// Share of bins with a burst.
    pub burst_share: f64,
    /// Jobs in a burst in multiples of the mean number of jobs in a bin; they come at one instant.
    pub burst_size: Law,
}

/// Arrivals with their tables.
#[derive(Clone, Debug)]
pub(super) struct ArrivalTable {
    /// Mean jobs in a bin by hour of the week, bursts left out.
    by_hour: Vec<f64>,
    mean_per_bin: f64,
    burstiness: Option<Burstiness>,
}

/// Walks over the bins of one replication in order.
pub(super) struct Counter<'a> {
    table: &'a ArrivalTable,
    dice: &'a Dice,
    key: Key,
    week_offset_ms: u64,
    // The factor of the day and the shared part of the next bin's level, kept from bin to bin.
    day: Option<(u64, f64)>,
    shared: Option<(u32, f64)>,
}

impl Arrivals {
    /// Checks the settings and prepares their tables.
    pub(super) fn compile(&self) -> Result<ArrivalTable, String> {
        let jobs = self.jobs_per_day;
        if !(jobs.is_finite() && jobs > 0.0) {
            return Err(format!("jobs per day are {jobs}; they must be above 0"));
        }
        let (profile, burstiness) = match &self.pattern {
            ArrivalPattern::Stationary => (&Profile::FLAT, None),
            ArrivalPattern::Smooth(profile) => (profile, None),
            ArrivalPattern::Bursty(profile, burstiness) => {
                burstiness.check()?;
                (profile, Some(burstiness))
            }
        };
        profile.check()?;
        let in_bursts = burstiness.map_or(0.0, |b| b.burst_share * b.burst_size.mean());
        let mean_per_bin = jobs / BINS_PER_DAY;
        let base = mean_per_bin * (1.0 - in_bursts);
        let hours: f64 = profile.hours.iter().sum::<f64>() / 24.0;
        let weekdays: f64 = profile.weekdays.iter().sum::<f64>() / 7.0;
        let by_hour = profile
            .weekdays
            .iter()
            .flat_map(|day| profile.hours.iter().map(move |hour| day * hour))
            .map(|product| base * product / (hours * weekdays))
            .collect();
        Ok(ArrivalTable {
            by_hour,
            mean_per_bin,
            burstiness: burstiness.cloned(),
        })
    }
}

impl Profile {
    /// The same rate at all hours.
    pub const FLAT: Self = Self {
        hours: [1.0; 24],
        weekdays: [1.0; 7],
    };

    fn check(&self) -> Result<(), String> {
        let all = || self.hours.iter().chain(&self.weekdays);
        if let Some(bad) = all().find(|rate| !rate.is_finite() || **rate < 0.0) {
            return Err(format!(
                "a rate of the profile is {bad}; rates must not be negative"
            ));
        }
        if self.hours.iter().sum::<f64>() <= 0.0 || self.weekdays.iter().sum::<f64>() <= 0.0 {
            return Err("all rates of the profile are 0; give at least one above 0".to_owned());
        }
        Ok(())
    }
}

impl Burstiness {
    fn check(&self) -> Result<(), String> {
        let variation = self.day_variation;
        if !(variation.is_finite() && variation >= 0.0) {
            return Err(format!(
                "the variation of days is {variation}; it must not be negative"
            ));
        }
        if !(self.level_shape.is_finite() && self.level_shape > 0.0) {
            return Err(format!(
                "the level shape is {}; it must be above 0",
                self.level_shape
            ));
        }
        if !(0.0..=0.5).contains(&self.level_correlation) {
            let found = self.level_correlation;
            return Err(format!(
                "the level correlation is {found}; it must lie from 0 to 0.5"
            ));
        }
        if !(0.0..=1.0).contains(&self.burst_share) {
            return Err(format!(
                "the share of bursts is {}; it lies from 0 to 1",
                self.burst_share
            ));
        }
        self.burst_size.check()?;
        let in_bursts = self.burst_share * self.burst_size.mean();
        if !(0.0..1.0).contains(&in_bursts) {
            return Err(format!(
                "bursts hold {in_bursts} of all jobs; they must hold less than 1"
            ));
        }
        Ok(())
    }

    /// The factor of local day `day`: lognormal with mean 1.
    fn day_factor(&self, stream: &mut Stream) -> f64 {
        if self.day_variation == 0.0 {
            return 1.0;
        }
        Law::lognormal_by_mean(1.0, self.day_variation).sample(stream)
    }
}

impl ArrivalTable {
    /// The bins as `week_offset_ms` (from Monday 00:00 local time to the start) places them.
    pub(super) fn counter<'a>(
        &'a self,
        dice: &'a Dice,
        key: Key,
        week_offset_ms: u64,
    ) -> Counter<'a> {
        Counter {
            table: self,
            dice,
            key,
            week_offset_ms,
            day: None,
            shared: None,
        }
    }
}

impl Counter<'_> {
    /// Jobs in bin `bin`: those that come one by one, and those of a burst.
    pub(super) fn counts(&mut self, bin: u32) -> (u64, u64) {
        let middle = self.week_offset_ms + u64::from(bin) * BIN_MS + BIN_MS / 2;
        let hour = (middle / HOUR_MS) % self.table.by_hour.len() as u64;
        let mut rate = self.table.by_hour[hour as usize];
        let mut burst = 0;
        if let Some(burstiness) = &self.table.burstiness {
            rate *= self.day_factor(burstiness, middle / DAY_MS) * self.level(burstiness, bin);
            burst = self.burst(burstiness, bin);
        }
        let mut stream = self.dice.stream(self.key, Purpose::ArrivalCount, bin, 0);
        (poisson(rate, &mut stream), burst)
    }

    fn day_factor(&mut self, burstiness: &Burstiness, day: u64) -> f64 {
        match self.day {
            Some((known, factor)) if known == day => factor,
            _ => {
                // Bins name their levels by parts 0 and 1.
                let mut stream = self
                    .dice
                    .stream(self.key, Purpose::ArrivalLevel, day as u32, 2);
                let factor = burstiness.day_factor(&mut stream);
                self.day = Some((day, factor));
                factor
            }
        }
    }

    /// The gamma factor of a bin, mean 1. Neighbours share a part of it: a sum of gamma variables of one
    /// scale is gamma again, and the shared part is the correlation.
    fn level(&mut self, burstiness: &Burstiness, bin: u32) -> f64 {
        let shape = burstiness.level_shape;
        let shared_shape = shape * burstiness.level_correlation;
        let own_shape = shape - 2.0 * shared_shape;
        let mut sum = 0.0;
        if own_shape > 0.0 {
            sum += gamma(own_shape, &mut self.level_stream(bin, 0));
        }
        if shared_shape > 0.0 {
            let before = match self.shared {
                Some((known, value)) if known == bin => value,
                _ => gamma(shared_shape, &mut self.level_stream(bin, 1)),
            };
            let after = gamma(shared_shape, &mut self.level_stream(bin + 1, 1));
            self.shared = Some((bin + 1, after));
            sum += before + after;
        }
        sum / shape
    }

    fn level_stream(&self, bin: u32, part: u16) -> Stream {
        self.dice.stream(self.key, Purpose::ArrivalLevel, bin, part)
    }

    fn burst(&self, burstiness: &Burstiness, bin: u32) -> u64 {
        let mut stream = self.dice.stream(self.key, Purpose::Burst, bin, 0);
        if uniform32(&mut stream) >= burstiness.burst_share {
            return 0;
        }
        let size = burstiness.burst_size.sample(&mut stream) * self.table.mean_per_bin;
        // Sizes are bounded by what a day can hold many times over, so the cast is safe.
        libm::round(size).max(1.0) as u64
    }
}
