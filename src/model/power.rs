//! What GPUs draw from the wall, what electricity costs there and what its making emits.

use crate::journal::{Bucket, Drawn};
use crate::units::{Carbon, Energy, MilliGpus, Money, PoolId, SimTime};

use super::rates::RateSteps;

/// The power of a scenario's pools; nothing where no site says anything about it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Power {
    /// By pool; empty where nobody counts.
    pub meters: Vec<Option<PowerMeter>>,
}

/// What the GPUs of a pool draw.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PowerMeter {
    /// One that is up and does nothing.
    pub idle: Draw,
    /// One that runs.
    pub busy: Draw,
    /// The most that one can draw, in milliwatts at the wall.
    pub most: u64,
    /// Whether electricity is paid by the meter.
    pub billed: bool,
}

/// What one GPU draws at the wall: its own, its share of the node, and of the building.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Draw {
    /// In milliwatts: millionths of a kilowatt-hour for each GPU-hour.
    pub milliwatts: u64,
    /// What the meter charges, in millionths of the currency for each GPU-hour.
    pub cost: RateSteps,
    /// What is emitted, in millionths of a gram for each GPU-hour.
    pub carbon: RateSteps,
}

impl Draw {
    /// A draw of so many milliwatts under prices and intensities of a kilowatt-hour, in millionths. Each step is
    /// rounded to a millionth for each GPU-hour, half up; `None` if the steps are no steps.
    pub fn new(
        milliwatts: u64,
        prices: &[(SimTime, i64)],
        intensities: &[(SimTime, i64)],
    ) -> Option<Self> {
        let of = |steps: &[(SimTime, i64)]| {
            let rate = |&(at, rate): &(SimTime, i64)| (at, for_each_hour(milliwatts, rate));
            RateSteps::new(&steps.iter().map(rate).collect::<Vec<_>>())
        };
        Some(Self {
            milliwatts,
            cost: of(prices)?,
            carbon: of(intensities)?,
        })
    }

    /// What `gpus` draw from one instant to another.
    pub fn over(&self, gpus: MilliGpus, from: SimTime, to: SimTime) -> Drawn {
        let span = i128::from(to.since(from).0);
        Drawn {
            energy: Energy(i128::from(gpus.0) * i128::from(self.milliwatts) * span),
            cost: Money(self.cost.ticks(gpus, from, to)),
            carbon: Carbon(self.carbon.ticks(gpus, from, to)),
        }
    }
}

/// A rate for each kilowatt-hour as one for each hour of a power.
fn for_each_hour(milliwatts: u64, rate: i64) -> i64 {
    const KILOWATT: i128 = 1_000_000;
    let product = i128::from(milliwatts) * i128::from(rate);
    ((product + KILOWATT / 2).div_euclid(KILOWATT)) as i64
}

impl Power {
    /// Whether anybody counts.
    #[inline]
    pub const fn is_counted(&self) -> bool {
        !self.meters.is_empty()
    }

    /// The meter of a pool, if there is one.
    pub fn meter(&self, pool: PoolId) -> Option<&PowerMeter> {
        self.meters.get(pool.index())?.as_ref()
    }
}

impl Power {
    /// What a GPU of a pool that works emits at an instant, in millionths of a gram for each hour; 0 where nobody
    /// counts.
    pub fn intensity(&self, pool: PoolId, at: SimTime) -> u64 {
        let meter = self.meter(pool);
        let rate = meter.map_or(0, |meter| meter.busy.carbon.rate_at(at));
        u64::try_from(rate).unwrap_or(0)
    }
}

impl PowerMeter {
    /// What a stretch draws in which `held` GPUs served one purpose, `asked` of them for the job that has them.
    pub fn stretch(
        &self,
        bucket: Bucket,
        (held, asked): (MilliGpus, MilliGpus),
        from: SimTime,
        to: SimTime,
    ) -> Drawn {
        match bucket {
            Bucket::Down => Drawn::ZERO,
            Bucket::HeldIdle | Bucket::IdlePaid | Bucket::Draining | Bucket::Maintenance => {
                self.idle.over(held, from, to)
            }
            _ => {
                let mut drawn = self.busy.over(asked, from, to);
                if asked < held {
                    drawn += self.idle.over(MilliGpus(held.0 - asked.0), from, to);
                }
                drawn
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rates_are_those_of_a_kilowatt_hour_times_the_power() {
        // .91 kW at .10, then at −.02: .091 and −.0182 an hour; 350 g/kWh are 318.5 g an hour.
        let hour = SimTime(3_600_000);
        let prices = [(SimTime(0), 100_000), (hour, -20_000)];
        let draw = Draw::new(910_000, &prices, &[(SimTime(0), 350_000_000)]).unwrap();
        let two = draw.over(MilliGpus(2000), SimTime(0), SimTime(7_200_000));
        assert_eq!(two.cost.0 * 10_000, 1_456 * Money::TICKS_PER_UNIT);
        assert!((two.energy.as_kilowatt_hours() - 3.64).abs() < 1e-12);
        assert!((two.carbon.as_kilograms() - 1.274).abs() < 1e-12);
        // 3 mW at 500,000: 1.5 rounds up; at −500,000 up as well.
        assert_eq!(for_each_hour(3, 500_000), 2);
        assert_eq!(for_each_hour(3, -500_000), -1);
    }

    #[test]
    fn a_gpu_draws_by_what_it_does() {
        let draw = |milliwatts| Draw::new(milliwatts, &[(SimTime(0), 0)], &[(SimTime(0), 0)]);
        let meter = PowerMeter {
            idle: draw(100).unwrap(),
            busy: draw(700).unwrap(),
            most: 900,
            billed: false,
        };
        let energy = |bucket, held, asked| {
            let gpus = (MilliGpus(held), MilliGpus(asked));
            meter.stretch(bucket, gpus, SimTime(0), SimTime(1)).energy.0
        };
        assert_eq!(energy(Bucket::Useful, 1000, 1000), 700_000);
        // A quarter of a GPU is busy, the rest of it idle.
        assert_eq!(energy(Bucket::Useful, 1000, 250), 250_000);
        assert_eq!(energy(Bucket::HeldIdle, 1000, 250), 100_000);
        assert_eq!(energy(Bucket::Down, 1000, 1000), 0);
    }
}
