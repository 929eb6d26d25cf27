//! What flows at a rate for each GPU-hour, in steps in time: above or below zero.

use crate::units::{MilliGpus, SimTime};

/// A piecewise constant rate in millionths of its unit for each GPU-hour. As with prices, the integral (the
/// odometer) is kept at the steps: what a stretch of time amounts to is one subtraction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RateSteps {
    at: Vec<SimTime>,
    rate: Vec<i64>,
    /// ∫ rate dt up to each step, in millionths per GPU-hour × ms.
    odometer: Vec<i128>,
}

impl RateSteps {
    /// One rate for ever.
    pub fn constant(rate: i64) -> Self {
        Self {
            at: vec![SimTime::ZERO],
            rate: vec![rate],
            odometer: vec![0],
        }
    }

    /// Rates that hold from the given instants on; `None` unless the instants rise strictly from zero.
    pub fn new(steps: &[(SimTime, i64)]) -> Option<Self> {
        if steps.first()?.0 != SimTime::ZERO || steps.windows(2).any(|pair| pair[1].0 <= pair[0].0)
        {
            return None;
        }
        let mut odometer = vec![0i128];
        for pair in steps.windows(2) {
            let span = i128::from(pair[1].0.since(pair[0].0).0);
            odometer.push(odometer[odometer.len() - 1] + i128::from(pair[0].1) * span);
        }
        let (at, rate) = steps.iter().copied().unzip();
        Some(Self { at, rate, odometer })
    }

    /// The steps, as (from when, rate).
    pub fn steps(&self) -> impl Iterator<Item = (SimTime, i64)> + '_ {
        self.at.iter().copied().zip(self.rate.iter().copied())
    }

    /// The rate at an instant.
    pub fn rate_at(&self, at: SimTime) -> i64 {
        self.rate[self.at.partition_point(|&step| step <= at) - 1]
    }

    /// What `gpus` amount to from one instant to another, in ticks of 3.6 × 10¹⁵ to the unit.
    pub fn ticks(&self, gpus: MilliGpus, from: SimTime, to: SimTime) -> i128 {
        if let [only] = self.rate[..] {
            return i128::from(gpus.0) * i128::from(only) * i128::from(to.since(from).0);
        }
        i128::from(gpus.0) * (self.odometer(to) - self.odometer(from))
    }

    fn odometer(&self, at: SimTime) -> i128 {
        let step = self.at.partition_point(|&step| step <= at) - 1;
        let since = i128::from(at.since(self.at[step]).0);
        self.odometer[step] + i128::from(self.rate[step]) * since
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stretch_over_steps_adds_up_what_flows_either_way() {
        let steps = [(SimTime(0), 5), (SimTime(10), -2), (SimTime(20), 1)];
        let rates = RateSteps::new(&steps).unwrap();
        // 4 ms × 5 − 10 ms × 2 + 3 ms × 1 = 3, for half a GPU.
        assert_eq!(rates.ticks(MilliGpus(500), SimTime(6), SimTime(23)), 1500);
        assert_eq!(rates.ticks(MilliGpus(1), SimTime(12), SimTime(15)), -6);
        assert_eq!(rates.steps().collect::<Vec<_>>(), steps);
        let at = [9, 10, 25].map(|at| rates.rate_at(SimTime(at)));
        assert_eq!(at, [5, -2, 1]);
        let flat = RateSteps::constant(-7);
        assert_eq!(flat.ticks(MilliGpus(2), SimTime(1), SimTime(4)), -42);
        assert!(RateSteps::new(&[(SimTime(1), 5)]).is_none());
        assert!(RateSteps::new(&[(SimTime(0), 5), (SimTime(0), 6)]).is_none());
    }
}
