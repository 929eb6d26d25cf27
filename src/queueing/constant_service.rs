//! M/D/c: Poisson arrivals, constant service, c servers; exact (Crommelin 1932).

/// The exact mean wait of an M/D/c queue. None unless the load is below the servers.
///
/// One service time later, all who were in service have left and all who arrived meanwhile are here, so the
/// number waiting obeys Q ← max(Q + A − c, 0) with A ~ Poisson(a). Its mean is
/// a/(2(c−a)) − (c−1+a)/2 + Σ_{k=1}^{c−1} 1/(1−z_k) over the roots z_k ≠ 1 of z^c = e^{a(z−1)} in the unit disc
/// (Janssen and van Leeuwaarden, "Analytic computation schemes for the discrete-time bulk service queue", 2005).
pub fn many_servers_constant_service_wait(
    servers: u32,
    arrival_rate: f64,
    service: f64,
) -> Option<f64> {
    let load = arrival_rate * service;
    let c = f64::from(servers);
    if !(load > 0.0 && load < c) {
        return None;
    }
    let of_roots: f64 = (1..servers)
        .map(|index| inverse_distance(index, servers, load))
        .sum();
    let mean_queue = load / (2.0 * (c - load)) - f64::midpoint(c - 1.0, load) + of_roots;
    Some(mean_queue / arrival_rate)
}

/// The real part of 1/(1−z) for the `index`-th root; imaginary parts cancel between conjugates.
fn inverse_distance(index: u32, servers: u32, load: f64) -> f64 {
    let c = f64::from(servers);
    let turn = std::f64::consts::TAU * f64::from(index) / c;
    // z = e^{i·turn}·e^{(a/c)(z−1)} contracts inside the disc, with a factor below a/c.
    let (mut real, mut imaginary) = (0.0, 0.0);
    for _ in 0..1_000_000 {
        let radius = libm::exp(load / c * (real - 1.0));
        let angle = turn + load / c * imaginary;
        let next = (radius * libm::cos(angle), radius * libm::sin(angle));
        let moved = (next.0 - real).abs() + (next.1 - imaginary).abs();
        (real, imaginary) = next;
        if moved < 1e-16 {
            break;
        }
    }
    (1.0 - real) / ((1.0 - real) * (1.0 - real) + imaginary * imaginary)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::queueing::many_servers::tests::assert_close;

    #[test]
    fn printed_values() {
        for (servers, utilisation, wait) in [
            (1, 0.8, 2.0),
            (2, 0.8, 0.9032838794),
            (4, 0.9, 0.9999658856),
            (8, 0.9, 0.4499732594),
            (16, 0.9, 0.1924670312),
            (100, 0.95, 0.05344603912),
        ] {
            let rate = utilisation * f64::from(servers);
            let actual = many_servers_constant_service_wait(servers, rate, 1.0).unwrap();
            assert_close(actual, wait);
        }
        assert_eq!(many_servers_constant_service_wait(2, 2.0, 1.0), None);
    }

    /// Another road to the same number: Spitzer's E[Q] = Σ_l E[(Poisson(l·a) − l·c)⁺]/l.
    #[test]
    fn agrees_with_spitzers_identity() {
        let (servers, load) = (3_u32, 2.1);
        let mut queue = 0.0;
        for l in 1..400_u32 {
            let mean = f64::from(l) * load;
            let mut chance = libm::exp(-mean);
            let mut excess = 0.0;
            for count in 1..4000_u32 {
                chance *= mean / f64::from(count);
                excess += chance * f64::from(count.saturating_sub(l * servers));
            }
            queue += excess / f64::from(l);
        }
        let wait = many_servers_constant_service_wait(servers, load, 1.0).unwrap();
        assert_close(wait, queue / load);
    }
}
