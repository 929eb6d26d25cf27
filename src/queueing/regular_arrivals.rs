//! D/M/1: one arrival each period, exponential service.

/// The steady state of a D/M/1 queue.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RegularArrivals {
    /// σ: the share of jobs that wait, the root in (0, 1) of σ = e^{−(1−σ)/ρ}.
    pub wait_probability: f64,
    /// The mean wait, σ/(µ(1−σ)).
    pub mean_wait: f64,
}

/// The steady state at a given arrival and service rate (Kleinrock, *Queueing Systems* I, 1975, §6.4).
/// None unless the arrival rate is positive and below the service rate.
pub fn regular_arrivals(arrival_rate: f64, service_rate: f64) -> Option<RegularArrivals> {
    let utilisation = arrival_rate / service_rate;
    if !(utilisation > 0.0 && utilisation < 1.0) {
        return None;
    }
    let step = |sigma: f64| libm::exp((sigma - 1.0) / utilisation);
    // The map is convex and increasing, with fixed points σ and 1. Where it lies above the diagonal we are
    // below σ; its slope passes 1 at 1 + ρ ln ρ, which lies between the two.
    let (mut low, mut high) = (0.0, 1.0 + utilisation * libm::log(utilisation));
    loop {
        let middle = f64::midpoint(low, high);
        if middle <= low || high <= middle {
            break;
        }
        if middle < step(middle) {
            low = middle;
        } else {
            high = middle;
        }
    }
    Some(RegularArrivals {
        wait_probability: low,
        mean_wait: low / (service_rate * (1.0 - low)),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::queueing::many_servers::tests::assert_close;

    #[test]
    fn printed_values() {
        for (rate, sigma, wait) in [
            (0.5, 0.20318787, 0.2550009749),
            (0.8, 0.6286297965, 1.69273084),
            (0.9, 0.8068998329, 4.178659422),
        ] {
            let state = regular_arrivals(rate, 1.0).unwrap();
            assert_close(state.wait_probability, sigma);
            assert_close(state.mean_wait, wait);
        }
        assert_eq!(regular_arrivals(1.0, 1.0), None);
    }
}
