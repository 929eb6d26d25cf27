//! Servers without limit: what demand would use if it never waited.

/// A Poisson arrival rate that swings daily (or otherwise) around its mean:
/// λ(t) = mean × (1 + swing × sin(2πt/period)).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SineLoad {
    /// The mean arrival rate.
    pub mean_rate: f64,
    /// The relative amplitude, 0 to 1.
    pub swing: f64,
    /// The period.
    pub period: f64,
}

impl SineLoad {
    /// The mean number in service at time `time` in M_t/M/∞, long after the start (Eick, Massey and Whitt 1993);
    /// the number is Poisson with this mean.
    pub fn mean_busy(&self, time: f64, mean_service: f64) -> f64 {
        let speed = self.speed();
        let delay = speed * mean_service;
        let angle = speed * time;
        let wave = (libm::sin(angle) - delay * libm::cos(angle)) / (1.0 + delay * delay);
        self.mean_rate * mean_service * (1.0 + self.swing * wave)
    }

    /// The largest value of [`SineLoad::mean_busy`].
    pub fn peak_busy(&self, mean_service: f64) -> f64 {
        let delay = self.speed() * mean_service;
        self.mean_rate * mean_service * (1.0 + self.swing / (1.0 + delay * delay).sqrt())
    }

    /// How long after the peak of the rate the peak of the number in service comes.
    pub fn lag(&self, mean_service: f64) -> f64 {
        libm::atan(self.speed() * mean_service) / self.speed()
    }

    /// The expected number of arrivals in (0, time]; in a Poisson process also its variance.
    pub fn expected_arrivals(&self, time: f64) -> f64 {
        let swung = self.swing / self.speed() * (1.0 - libm::cos(self.speed() * time));
        self.mean_rate * (time + swung)
    }

    fn speed(&self) -> f64 {
        std::f64::consts::TAU / self.period
    }
}

/// The mean number in service of M/M/∞ a time `time` after it was empty.
pub fn busy_from_empty(arrival_rate: f64, mean_service: f64, time: f64) -> f64 {
    -arrival_rate * mean_service * libm::expm1(-time / mean_service)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::queueing::many_servers::tests::assert_close;

    #[test]
    fn printed_values() {
        let load = SineLoad {
            mean_rate: 100.0,
            swing: 0.5,
            period: 24.0,
        };
        for (time, busy) in [
            (0.0, 158.9062165),
            (6.0, 278.4833453),
            (12.0, 241.0937835),
            (18.0, 121.5166547),
        ] {
            assert_close(load.mean_busy(time, 2.0), busy);
        }
        assert_close(load.peak_busy(2.0), 288.5908264);
        assert_close(load.lag(2.0), 1.842433289);
        assert_close(load.expected_arrivals(6.0), 790.9859317);
        assert_close(
            load.mean_busy(6.0 + load.lag(2.0), 2.0),
            load.peak_busy(2.0),
        );
        assert_close(busy_from_empty(10.0, 2.0, 1.0), 7.869386806);
    }
}
