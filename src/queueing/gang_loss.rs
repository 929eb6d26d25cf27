//! Gangs that are lost unless they start at once (Kaufman 1981, Roberts 1981).

/// One class of gangs.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct GangClass {
    /// GPUs of one gang, at least 1.
    pub gpus: u32,
    /// Offered load in gangs: arrival rate × mean run time.
    pub load: f64,
}

/// The steady state of a pool that takes a gang if enough GPUs are free and loses it otherwise.
#[derive(Clone, Debug, PartialEq)]
pub struct GangLoss {
    /// The share of each class that is lost, in the order given.
    pub blocking: Vec<f64>,
    /// The mean number of busy GPUs.
    pub mean_busy: f64,
}

/// Kaufman–Roberts: n·q(n) = Σ a_i b_i q(n − b_i), for Poisson arrivals and every law of run time. Work is
/// `capacity` × classes.
pub fn gang_loss(capacity: u32, classes: &[GangClass]) -> GangLoss {
    let size = capacity as usize;
    let mut chance = vec![0.0; size + 1];
    chance[0] = 1.0;
    for busy in 1..=size {
        let inflow: f64 = classes
            .iter()
            .filter(|class| class.gpus as usize <= busy)
            .map(|class| class.load * f64::from(class.gpus) * chance[busy - class.gpus as usize])
            .sum();
        chance[busy] = inflow / busy as f64;
        if 1e200 < chance[busy] {
            // Only ratios matter; without this a load of thousands of gangs overflows.
            for earlier in &mut chance[..=busy] {
                *earlier *= 1e-200;
            }
        }
    }
    let total: f64 = chance.iter().sum();
    let blocking = classes
        .iter()
        .map(|class| {
            let first_full = (size + 1).saturating_sub(class.gpus as usize);
            chance[first_full..].iter().sum::<f64>() / total
        })
        .collect();
    let weighted: f64 = chance
        .iter()
        .enumerate()
        .map(|(busy, chance)| busy as f64 * chance)
        .sum();
    GangLoss {
        blocking,
        mean_busy: weighted / total,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::queueing::erlang_b;
    use crate::queueing::many_servers::tests::assert_close;

    #[test]
    fn printed_values() {
        let check = |capacity, classes: &[(u32, f64)], blocking: &[f64], busy: f64| {
            let classes: Vec<GangClass> = classes
                .iter()
                .map(|&(gpus, load)| GangClass { gpus, load })
                .collect();
            let state = gang_loss(capacity, &classes);
            assert!(
                (state.mean_busy - busy).abs() < 5.1e-9,
                "{} is not {busy}",
                state.mean_busy
            );
            for (actual, expected) in state.blocking.iter().zip(blocking) {
                assert!(
                    (actual - expected).abs() < 5.1e-9,
                    "{actual} is not {expected}"
                );
            }
        };
        check(
            2,
            &[(1, 0.8), (2, 0.4)],
            &[0.28571429, 0.60317460],
            0.88888889,
        );
        check(
            8,
            &[(1, 1.5), (2, 0.8), (4, 0.4), (8, 0.2)],
            &[0.07971382, 0.16101100, 0.38906542, 0.92380878],
            3.82221295,
        );
        check(
            64,
            &[(1, 16.0), (8, 2.0), (16, 1.0), (64, 0.1)],
            &[0.01510290, 0.13709812, 0.31253744, 0.99999999],
            40.56418472,
        );
        let blocking = [0.00670438, 0.05602001, 0.25326248];
        check(
            256,
            &[(1, 60.0), (8, 10.0), (32, 2.5)],
            &blocking,
            194.85513761,
        );
        let blocking = [0.01194581, 0.10104166, 0.46229229];
        check(
            1024,
            &[(8, 40.0), (64, 5.0), (256, 1.0)],
            &blocking,
            741.49718537,
        );
    }

    #[test]
    fn single_gpus_are_erlang_b() {
        for (capacity, load) in [(4, 3.6), (2000, 2500.0)] {
            let state = gang_loss(capacity, &[GangClass { gpus: 1, load }]);
            assert_close(state.blocking[0], erlang_b(capacity, load));
        }
        // A gang larger than the pool is always lost.
        let state = gang_loss(4, &[GangClass { gpus: 5, load: 1.0 }]);
        assert_eq!((state.blocking[0], state.mean_busy), (1.0, 0.0));
    }
}
