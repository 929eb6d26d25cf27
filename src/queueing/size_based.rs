//! M/M/1 (mean service 1) when the size of each job is known: shortest first.

/// Panels of Simpson's rule; with panels of 1/400 its error is far below 1e-10.
const PANELS: u32 = 24_000;

/// Sizes above this have chance e^{−60}.
const SIZE_MAX: f64 = 60.0;

/// The mean time in system under shortest remaining processing time first, preemption free of charge (Schrage
/// and Miller 1966). None unless the arrival rate is in [0, 1).
///
/// `E[T] = ∫ f(x)·λ(∫₀ˣ t²f + x²F̄(x)) / (2(1−ρ(x))²) dx + ∫ F̄(t)/(1−ρ(t)) dt`, with `ρ(x) = λ∫₀ˣ t f`.
pub fn shortest_remaining_time_first_time(arrival_rate: f64) -> Option<f64> {
    (0.0..1.0).contains(&arrival_rate).then(|| {
        integral(|x| {
            let survival = libm::exp(-x);
            let unloaded = 1.0 - load_up_to(arrival_rate, x);
            // ∫₀ˣ t²e^{−t} dt + x²e^{−x} = 2 − (2 + 2x)e^{−x}.
            let residual = arrival_rate * (1.0 - (1.0 + x) * survival);
            survival * residual / (unloaded * unloaded) + survival / unloaded
        })
    })
}

/// The mean time in system under shortest job first without interruption (Phipps 1956):
/// `E[T] = 1 + W₀∫ f(x)/(1−ρ(x))² dx`, W₀ = λ. None unless the arrival rate is in [0, 1).
pub fn shortest_job_first_time(arrival_rate: f64) -> Option<f64> {
    (0.0..1.0).contains(&arrival_rate).then(|| {
        let mean_wait = integral(|x| {
            let unloaded = 1.0 - load_up_to(arrival_rate, x);
            arrival_rate * libm::exp(-x) / (unloaded * unloaded)
        });
        1.0 + mean_wait
    })
}

/// The load of jobs of size at most `x`.
fn load_up_to(arrival_rate: f64, x: f64) -> f64 {
    arrival_rate * (1.0 - (1.0 + x) * libm::exp(-x))
}

/// ∫₀^SIZE_MAX by Simpson's rule.
fn integral(function: impl Fn(f64) -> f64) -> f64 {
    let step = SIZE_MAX / f64::from(PANELS);
    let inner: f64 = (1..PANELS)
        .map(|i| if i % 2 == 1 { 4.0 } else { 2.0 } * function(f64::from(i) * step))
        .sum();
    (function(0.0) + inner + function(SIZE_MAX)) * step / 3.0
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::queueing::many_servers::tests::assert_close;

    #[test]
    fn printed_values() {
        for (rate, preemptive, not) in [
            (0.5, 1.425372664, 1.712686332),
            (0.8, 2.35277327, 2.882218616),
            (0.9, 3.5521251, 4.19691259),
        ] {
            assert_close(
                shortest_remaining_time_first_time(rate).unwrap(),
                preemptive,
            );
            assert_close(shortest_job_first_time(rate).unwrap(), not);
        }
    }

    #[test]
    fn an_empty_system_only_serves() {
        assert_close(shortest_remaining_time_first_time(0.0).unwrap(), 1.0);
        assert_close(shortest_job_first_time(0.0).unwrap(), 1.0);
        assert_eq!(shortest_job_first_time(1.0), None);
    }
}
