//! M/M/c: Poisson arrivals, exponential service, c equal servers, first come first served.

use super::erlang::erlang_c;

/// The steady state of an M/M/c queue.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ManyServers {
    /// The share of jobs that wait at all.
    pub wait_probability: f64,
    /// The mean wait, zero waits included.
    pub mean_wait: f64,
    /// The mean number waiting.
    pub mean_queue: f64,
    /// The mean number waiting or in service.
    pub mean_jobs: f64,
    /// The mean wait plus service.
    pub mean_time: f64,
    /// The rate at which the wait of those who wait dies out: cµ − λ.
    pub decay_rate: f64,
}

/// The steady state with `servers` servers, each of rate `service_rate`. None if the load is not below them.
pub fn many_servers(servers: u32, arrival_rate: f64, service_rate: f64) -> Option<ManyServers> {
    let load = arrival_rate / service_rate;
    let wait_probability = erlang_c(servers, load)?;
    let decay_rate = f64::from(servers) * service_rate - arrival_rate;
    let mean_wait = wait_probability / decay_rate;
    Some(ManyServers {
        wait_probability,
        mean_wait,
        mean_queue: arrival_rate * mean_wait,
        mean_jobs: arrival_rate * mean_wait + load,
        mean_time: mean_wait + 1.0 / service_rate,
        decay_rate,
    })
}

impl ManyServers {
    /// The wait that the share `p` of jobs does not exceed: P(wait > t) = C·e^{−(cµ−λ)t}.
    pub fn wait_quantile(&self, p: f64) -> f64 {
        (libm::log(self.wait_probability / (1.0 - p)) / self.decay_rate).max(0.0)
    }

    /// The mean of the square of the wait.
    pub fn mean_square_wait(&self) -> f64 {
        2.0 * self.mean_wait / self.decay_rate
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// Asserts agreement with a value printed to 9 or 10 significant digits.
    pub(in crate::queueing) fn assert_close(actual: f64, expected: f64) {
        let error = (actual / expected - 1.0).abs();
        assert!(
            error < 4e-9,
            "{actual} is not {expected}: relative error {error:e}"
        );
    }

    #[test]
    fn printed_values_of_many_servers() {
        for (servers, utilisation, wait, queue, p95, p99) in [
            (2, 0.8, 1.777777778, 2.844444444, 6.637014216, 10.660609),
            (4, 0.9, 1.969383161, 7.089779379, 6.892904798, 10.91649958),
            (8, 0.9, 0.8769162377, 6.313796911, 3.301556151, 5.313353542),
            (16, 0.9, 0.3695896212, 5.322090545, 1.543983676, 2.549882371),
            (
                64,
                0.95,
                0.1837534162,
                11.17220771,
                0.7702257919,
                1.27317514,
            ),
            (
                100,
                0.95,
                0.1012913708,
                9.622680224,
                0.463083226,
                0.7849708085,
            ),
            (
                1000,
                0.99,
                0.06590804219,
                65.24896177,
                0.2578822558,
                0.418826047,
            ),
            (
                10000,
                0.99,
                0.002227769289,
                22.05491596,
                0.01494147946,
                0.03103585859,
            ),
        ] {
            let state = many_servers(servers, utilisation * f64::from(servers), 1.0).unwrap();
            assert_close(state.mean_wait, wait);
            assert_close(state.mean_queue, queue);
            assert_close(state.wait_quantile(0.95), p95);
            assert_close(state.wait_quantile(0.99), p99);
        }
    }

    #[test]
    fn printed_values_of_one_server() {
        for (rate, jobs, p95_wait, p99_wait) in [
            (0.5, 1.0, 4.605170186, 7.824046011),
            (0.8, 4.0, 13.86294361, 21.91013317),
            (0.9, 9.0, 28.90371758, 44.9980967),
            (0.95, 19.0, 58.88877958, 91.07753783),
        ] {
            let state = many_servers(1, rate, 1.0).unwrap();
            assert_close(state.mean_jobs, jobs);
            assert_close(state.mean_wait, jobs);
            assert_close(state.mean_time, jobs + 1.0);
            assert_close(state.wait_quantile(0.95), p95_wait);
            assert_close(state.wait_quantile(0.99), p99_wait);
        }
    }

    #[test]
    fn quantiles_inside_the_share_that_does_not_wait_are_zero() {
        let state = many_servers(16, 8.0, 1.0).unwrap();
        assert!(state.wait_probability < 0.05);
        assert_eq!(state.wait_quantile(0.5), 0.0);
        assert_eq!(many_servers(4, 4.0, 1.0), None);
    }
}
