//! How much load a pool can carry when gangs start strictly in order of arrival.
//!
//! The gang at the head leaves GPUs idle while it waits, so a strict queue of gangs grows without bound far
//! below full utilisation: 41 to 93 % in the cases of the tests.

/// One size of gang.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct GangShare {
    /// GPUs of one gang, at least 1 and at most those of the pool.
    pub gpus: u32,
    /// The share of arrivals that have this size; shares sum to 1.
    pub probability: f64,
}

/// The limit of stability.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct GangStability {
    /// The largest stable arrival rate, in gangs per mean run time.
    pub arrival_rate: f64,
    /// The share of GPUs busy at that rate.
    pub utilisation: f64,
}

/// The limit of stability of `gpus` GPUs when all gangs have one exponential law of run time (Rumyantsev and
/// Morozov, "Stability criterion of a multiserver model with simultaneous service", 2017): λ*/µ = 1/K with
/// K = Σ_{j=1}^{s} (1/j) Σ_{i=j}^{s} p^{*j}_i Σ_{k=s−i+1}^{s} p_k, where p^{*j} is the law of j gangs together.
/// None if a size is zero or exceeds the pool. Work is s² × sizes.
pub fn gang_stability(gpus: u32, sizes: &[GangShare]) -> Option<GangStability> {
    if sizes.is_empty() || sizes.iter().any(|size| size.gpus == 0 || gpus < size.gpus) {
        return None;
    }
    let pool = gpus as usize;
    // The chance that j gangs need exactly i GPUs together; sums above the pool play no part.
    let mut together = vec![0.0; pool + 1];
    together[0] = 1.0;
    let mut slowness = 0.0;
    for gangs in 1..=pool {
        let mut next = vec![0.0; pool + 1];
        for size in sizes {
            let gang = size.gpus as usize;
            for used in gang..=pool {
                next[used] += size.probability * together[used - gang];
            }
        }
        together = next;
        let exactly_these_run: f64 = together
            .iter()
            .enumerate()
            .map(|(used, chance)| chance * too_large(sizes, pool - used))
            .sum();
        slowness += exactly_these_run / gangs as f64;
    }
    let arrival_rate = 1.0 / slowness;
    let mean_gang: f64 = sizes
        .iter()
        .map(|size| size.probability * f64::from(size.gpus))
        .sum();
    Some(GangStability {
        arrival_rate,
        utilisation: arrival_rate * mean_gang / f64::from(gpus),
    })
}

/// The chance that the next gang does not fit into `free` GPUs.
fn too_large(sizes: &[GangShare], free: usize) -> f64 {
    sizes
        .iter()
        .filter(|size| free < size.gpus as usize)
        .map(|size| size.probability)
        .sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::queueing::many_servers::tests::assert_close;

    fn limit(gpus: u32, sizes: &[(u32, f64)]) -> GangStability {
        let sizes: Vec<GangShare> = sizes
            .iter()
            .map(|&(gpus, probability)| GangShare { gpus, probability })
            .collect();
        gang_stability(gpus, &sizes).unwrap()
    }

    #[test]
    fn printed_values() {
        let quarters = [(1, 0.25), (2, 0.25), (4, 0.25), (8, 0.25)];
        for (gpus, sizes, rate, utilisation) in [
            (2, &[(1, 0.5), (2, 0.5)][..], 1.142857143, 0.8571428571),
            (2, &[(1, 0.8), (2, 0.2)], 1.470588235, 0.8823529412),
            (8, &[(1, 0.5), (8, 0.5)], 1.181168535, 0.664407301),
            (8, &[(1, 0.9), (8, 0.1)], 2.836792002, 0.6028183005),
            (8, &quarters, 1.52777792, 0.7161459002),
            (
                64,
                &[(1, 0.7), (8, 0.2), (64, 0.1)],
                3.018958901,
                0.4103897256,
            ),
        ] {
            assert_close(limit(gpus, sizes).arrival_rate, rate);
            assert_close(limit(gpus, sizes).utilisation, utilisation);
        }
    }

    #[test]
    fn equal_gangs_waste_nothing() {
        assert_close(limit(8, &[(1, 1.0)]).arrival_rate, 8.0);
        assert_close(limit(8, &[(4, 1.0)]).utilisation, 1.0);
        // Two of three GPUs: one is always idle.
        assert_close(limit(3, &[(2, 1.0)]).utilisation, 2.0 / 3.0);
        assert_eq!(
            gang_stability(
                4,
                &[GangShare {
                    gpus: 5,
                    probability: 1.0
                }]
            ),
            None
        );
    }
}
