//! M/G/1: Poisson arrivals, any service law, one server.

/// The first three moments of a service time about zero.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ServiceMoments {
    /// `E[S]`.
    pub first: f64,
    /// `E[S²]`.
    pub second: f64,
    /// `E[S³]`.
    pub third: f64,
}

impl ServiceMoments {
    /// Always `mean`.
    pub fn constant(mean: f64) -> Self {
        Self {
            first: mean,
            second: mean * mean,
            third: mean * mean * mean,
        }
    }

    /// Exponential.
    pub fn exponential(mean: f64) -> Self {
        Self {
            first: mean,
            second: 2.0 * mean * mean,
            third: 6.0 * mean * mean * mean,
        }
    }

    /// Uniform between 0 and twice the mean.
    pub fn uniform(mean: f64) -> Self {
        Self {
            first: mean,
            second: 4.0 / 3.0 * mean * mean,
            third: 2.0 * mean * mean * mean,
        }
    }

    /// Erlang: the sum of `stages` exponentials.
    pub fn erlang(mean: f64, stages: u32) -> Self {
        let k = f64::from(stages);
        Self {
            first: mean,
            second: mean * mean * (k + 1.0) / k,
            third: mean * mean * mean * (k + 1.0) * (k + 2.0) / (k * k),
        }
    }

    /// Lognormal with this coefficient of variation: `E[Sⁿ] = mⁿ(1 + cv²)^{n(n−1)/2}`.
    pub fn lognormal(mean: f64, coefficient_of_variation: f64) -> Self {
        let widening = 1.0 + coefficient_of_variation * coefficient_of_variation;
        Self {
            first: mean,
            second: mean * mean * widening,
            third: mean * mean * mean * widening * widening * widening,
        }
    }

    /// A mixture of exponentials, each given as (probability, mean).
    pub fn hyperexponential(branches: &[(f64, f64)]) -> Self {
        let mut moments = Self {
            first: 0.0,
            second: 0.0,
            third: 0.0,
        };
        for &(probability, mean) in branches {
            moments.first += probability * mean;
            moments.second += probability * 2.0 * mean * mean;
            moments.third += probability * 6.0 * mean * mean * mean;
        }
        moments
    }

    /// Pareto of shape `alpha` (not 1, 2 or 3) cut to [low, high].
    pub fn bounded_pareto(alpha: f64, low: f64, high: f64) -> Self {
        let mass = 1.0 - libm::pow(low / high, alpha);
        let moment = |n: f64| {
            let ends = libm::pow(high, n - alpha) - libm::pow(low, n - alpha);
            alpha * libm::pow(low, alpha) / mass * ends / (n - alpha)
        };
        Self {
            first: moment(1.0),
            second: moment(2.0),
            third: moment(3.0),
        }
    }

    /// The squared coefficient of variation, `Var(S)/E[S]²`.
    pub fn squared_variation(&self) -> f64 {
        self.second / (self.first * self.first) - 1.0
    }
}

/// The steady state of an M/G/1 queue, first come first served.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SingleServer {
    /// The share of time the server is busy.
    pub utilisation: f64,
    /// The mean wait (Pollaczek–Khinchine).
    pub mean_wait: f64,
    /// The mean of the square of the wait.
    pub mean_square_wait: f64,
}

/// Pollaczek–Khinchine: `E[W] = λE[S²]/(2(1−ρ))` and `E[W²] = 2E[W]² + λE[S³]/(3(1−ρ))` (Kleinrock I, §5.7).
/// None unless `ρ = λE[S]` < 1.
pub fn single_server(arrival_rate: f64, service: ServiceMoments) -> Option<SingleServer> {
    let utilisation = arrival_rate * service.first;
    if !(0.0..1.0).contains(&utilisation) {
        return None;
    }
    let idle = 1.0 - utilisation;
    let mean_wait = arrival_rate * service.second / (2.0 * idle);
    let mean_square_wait =
        2.0 * mean_wait * mean_wait + arrival_rate * service.third / (3.0 * idle);
    Some(SingleServer {
        utilisation,
        mean_wait,
        mean_square_wait,
    })
}

/// The mean time in system of M/G/1 when the server is shared equally: `E[S]/(1−ρ)`, for every law of service
/// (Kleinrock II, 1976, §4.4). None unless ρ < 1.
pub fn processor_sharing_time(arrival_rate: f64, mean_service: f64) -> Option<f64> {
    let utilisation = arrival_rate * mean_service;
    (0.0..1.0)
        .contains(&utilisation)
        .then(|| mean_service / (1.0 - utilisation))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::queueing::many_servers::tests::assert_close;

    #[test]
    fn printed_values() {
        let two_branches = ServiceMoments::hyperexponential(&[(0.9, 0.5), (0.1, 5.5)]);
        for (service, [at_5, at_8, at_9]) in [
            (
                ServiceMoments::constant(1.0),
                [(0.5, 0.8333333333), (2.0, 9.333333333), (4.5, 43.5)],
            ),
            (
                ServiceMoments::uniform(1.0),
                [
                    (0.6666666667, 1.555555556),
                    (2.666666667, 16.88888889),
                    (6.0, 78.0),
                ],
            ),
            (
                ServiceMoments::erlang(1.0, 4),
                [(0.625, 1.40625), (2.5, 15.0), (5.625, 68.90625)],
            ),
            (
                two_branches,
                [(3.25, 54.625), (13.0, 472.0), (29.25, 2012.625)],
            ),
            (
                ServiceMoments::lognormal(1.0, 2.0),
                [(2.5, 54.16666667), (10.0, 366.6666667), (22.5, 1387.5)],
            ),
            // M/M/1: E[W] = ρ/(1−ρ), E[W²] = 2ρ/(1−ρ)².
            (
                ServiceMoments::exponential(1.0),
                [(1.0, 4.0), (4.0, 40.0), (9.0, 180.0)],
            ),
        ] {
            for (rate, (wait, square)) in [(0.5, at_5), (0.8, at_8), (0.9, at_9)] {
                let state = single_server(rate, service).unwrap();
                assert_close(state.mean_wait, wait);
                assert_close(state.mean_square_wait, square);
            }
        }
    }

    #[test]
    fn bounded_pareto_values() {
        let service = ServiceMoments::bounded_pareto(1.5, 1.0, 1000.0);
        assert_close(service.first, 2.905223541);
        assert_close(service.second, 91.87123503);
        assert_close(service.squared_variation(), 9.884799793);
        let rate = 0.7 / service.first;
        assert_close(single_server(rate, service).unwrap().mean_wait, 36.89323937);
        assert_close(
            processor_sharing_time(rate, service.first).unwrap(),
            9.684078471,
        );
        assert_eq!(single_server(1.0, service), None);
    }
}
