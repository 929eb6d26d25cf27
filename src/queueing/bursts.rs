//! Arrivals burstier than Poisson: how much their counts vary.

/// A Poisson process whose rate jumps between two values (MMPP of two states).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SwitchedArrivals {
    /// The two arrival rates.
    pub rates: [f64; 2],
    /// The rates of leaving the first state and the second.
    pub leaving: [f64; 2],
}

impl SwitchedArrivals {
    /// The mean arrival rate.
    pub fn mean_rate(&self) -> f64 {
        let ([one, two], [leave_one, leave_two]) = (self.rates, self.leaving);
        (one * leave_two + two * leave_one) / (leave_one + leave_two)
    }

    /// Variance over mean of the count in a window of a stationary process; Poisson has 1 (Fischer and
    /// Meier-Hellstern 1993).
    pub fn dispersion(&self, window: f64) -> f64 {
        let passed = self.speed() * window;
        1.0 + self.excess() * (1.0 + libm::expm1(-passed) / passed)
    }

    /// What [`SwitchedArrivals::dispersion`] approaches in long windows.
    pub fn final_dispersion(&self) -> f64 {
        1.0 + self.excess()
    }

    fn speed(&self) -> f64 {
        self.leaving[0] + self.leaving[1]
    }

    fn excess(&self) -> f64 {
        let gap = self.rates[0] - self.rates[1];
        let speed = self.speed();
        2.0 * gap * gap * self.leaving[0] * self.leaving[1]
            / (speed * speed * speed * self.mean_rate())
    }
}

/// Arrivals that each raise the rate by `jump`, which fades at rate `decay` (Hawkes process, exponential
/// kernel); stable if `jump` < `decay`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SelfExcitedArrivals {
    /// The rate without any arrival.
    pub base_rate: f64,
    /// What an arrival adds to the rate.
    pub jump: f64,
    /// The rate at which it fades.
    pub decay: f64,
}

impl SelfExcitedArrivals {
    /// The mean arrival rate.
    pub fn mean_rate(&self) -> f64 {
        self.base_rate * self.gain()
    }

    /// The variance of the count in a window of a stationary process (Da Fonseca and Zaatour 2014).
    pub fn count_variance(&self, window: f64) -> f64 {
        let square = self.gain() * self.gain();
        let speed = self.decay - self.jump;
        let passing = -libm::expm1(-speed * window) / speed;
        self.mean_rate() * (square * window + (1.0 - square) * passing)
    }

    /// Variance over mean of counts in long windows.
    pub fn final_dispersion(&self) -> f64 {
        self.gain() * self.gain()
    }

    /// Arrivals that follow from one, itself included.
    fn gain(&self) -> f64 {
        1.0 / (1.0 - self.jump / self.decay)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::queueing::many_servers::tests::assert_close;

    #[test]
    fn printed_values() {
        let switched = SwitchedArrivals {
            rates: [10.0, 100.0],
            leaving: [0.1, 0.5],
        };
        assert_close(switched.mean_rate(), 25.0);
        assert_close(switched.dispersion(1.0), 38.20290902);
        assert_close(switched.dispersion(10.0), 126.0619688);
        assert_close(switched.final_dispersion(), 151.0);
        let excited = SelfExcitedArrivals {
            base_rate: 5.0,
            jump: 1.2,
            decay: 2.0,
        };
        assert_close(excited.mean_rate(), 12.5);
        assert_close(excited.count_variance(1.0), 32.95276659);
        assert_close(excited.count_variance(10.0), 699.2462684);
        assert_close(excited.final_dispersion(), 6.25);
    }
}
