//! Approximations of the mean wait of M/G/c and GI/G/c, where no closed form exists.
//!
//! Two moments of service cannot suffice in general (Gupta, Harchol-Balter, Dai and Zwart 2010); the declared
//! bound, for Poisson arrivals, ρ ≤ 0.9 and c_s² ≤ 4, is ± 10 % of the mean for Kimura's formula.

use super::many_servers::many_servers;

/// Cosmetatos (1975): the mean wait of M/D/c; within 1.1 % of the exact value for 2 to 100 servers near
/// saturation. None unless the load is below the servers.
pub fn cosmetatos_wait(servers: u32, arrival_rate: f64, mean_service: f64) -> Option<f64> {
    let exponential = many_servers(servers, arrival_rate, 1.0 / mean_service)?.mean_wait;
    let c = f64::from(servers);
    let utilisation = arrival_rate * mean_service / c;
    if utilisation <= 0.0 {
        return Some(0.0);
    }
    let term =
        (1.0 - utilisation) * (c - 1.0) * ((4.0 + 5.0 * c).sqrt() - 2.0) / (16.0 * utilisation * c);
    Some(0.5 * (1.0 + term) * exponential)
}

/// Kimura (1986): the mean wait of M/G/c from the squared coefficient of variation of service, by mixing
/// M/M/c with M/D/c (Cosmetatos). None unless the load is below the servers.
pub fn kimura_wait(
    servers: u32,
    arrival_rate: f64,
    mean_service: f64,
    squared_variation: f64,
) -> Option<f64> {
    let exponential = many_servers(servers, arrival_rate, 1.0 / mean_service)?.mean_wait;
    let constant = cosmetatos_wait(servers, arrival_rate, mean_service)?;
    let mixed = 2.0 * squared_variation * constant + (1.0 - squared_variation) * exponential;
    if mixed <= 0.0 {
        return Some(0.0);
    }
    Some((1.0 + squared_variation) * exponential * constant / mixed)
}

/// Allen and Cunneen: the mean wait of GI/G/c as M/M/c times the mean of the squared coefficients of variation
/// of arrivals and service. Far off at moderate load (+28 to +43 % at ρ = 0.7, c_s² = 4): kept for comparison.
/// None unless the load is below the servers.
pub fn allen_cunneen_wait(
    servers: u32,
    arrival_rate: f64,
    mean_service: f64,
    squared_variation_arrivals: f64,
    squared_variation_service: f64,
) -> Option<f64> {
    let exponential = many_servers(servers, arrival_rate, 1.0 / mean_service)?.mean_wait;
    Some(exponential * f64::midpoint(squared_variation_arrivals, squared_variation_service))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::queueing::many_servers::tests::assert_close;
    use crate::queueing::many_servers_constant_service_wait;

    #[test]
    fn cosmetatos_errs_as_published() {
        for (servers, utilisation, percent) in [
            (2, 0.8, -0.25),
            (4, 0.9, -0.04),
            (8, 0.9, 0.18),
            (16, 0.9, 0.49),
            (100, 0.95, 1.1),
        ] {
            let rate = utilisation * f64::from(servers);
            let exact = many_servers_constant_service_wait(servers, rate, 1.0).unwrap();
            let error = 100.0 * (cosmetatos_wait(servers, rate, 1.0).unwrap() / exact - 1.0);
            assert!(
                (error - percent).abs() < 0.06,
                "{servers}: {error} %, not {percent} %"
            );
        }
    }

    #[test]
    fn errors_against_exact_and_simulated_waits() {
        for (servers, utilisation, wait, kimura, allen) in [
            (2, 0.8, 4.285378, -0.3, 3.7),
            (8, 0.9, 2.054116, -1.4, 6.7),
            (8, 0.9, 2.102, -3.6, 4.3),
            (8, 0.7, 0.2197, -0.8, 28.0),
            (8, 0.7, 0.1978, 10.0, 43.0),
            (16, 0.9, 0.832245, -2.1, 11.0),
            (32, 0.9, 0.3068, -3.0, 17.0),
            (32, 0.9, 0.2921, 1.8, 23.0),
        ] {
            let rate = utilisation * f64::from(servers);
            let percent = |estimate: Option<f64>| 100.0 * (estimate.unwrap() / wait - 1.0);
            let error = percent(kimura_wait(servers, rate, 1.0, 4.0));
            assert!(
                (error - kimura).abs() < 0.6,
                "Kimura {servers}, {utilisation}: {error} %"
            );
            let error = percent(allen_cunneen_wait(servers, rate, 1.0, 1.0, 4.0));
            assert!(
                (error - allen).abs() < 0.6,
                "Allen {servers}, {utilisation}: {error} %"
            );
        }
    }

    #[test]
    fn exponential_service_is_exact() {
        let exact = many_servers(8, 7.2, 1.0).unwrap().mean_wait;
        assert_close(kimura_wait(8, 7.2, 1.0, 1.0).unwrap(), exact);
        assert_close(allen_cunneen_wait(8, 7.2, 1.0, 1.0, 1.0).unwrap(), exact);
    }
}
