//! The mean of independent replications.

use super::estimate::Estimate;
use super::ratio::RunningRatio;

/// The mean of `values` with Student's t interval at 95 %: x̄ ± t(n−1)·s/√n. None if there are no values.
pub fn mean_interval(values: &[f64]) -> Option<Estimate> {
    let mut running = RunningRatio::default();
    for value in values {
        running.push(*value, 1.0);
    }
    running.estimate()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dice::{Dice, Purpose};
    use crate::stats::Precision;

    #[test]
    fn a_small_sample_by_hand() {
        // Mean 4, squares 9 + 1 + 1 + 9 = 20, s² = 20/3, s/√4 = 1.290994, t(3) = 3.182446.
        let estimate = mean_interval(&[1.0, 3.0, 5.0, 7.0]).unwrap();
        assert_eq!(estimate.value, 4.0);
        assert!((estimate.half_width().unwrap() - 3.182446305 * 1.290994449).abs() < 1e-8);
        assert_eq!(estimate.replications, 4);
    }

    #[test]
    fn no_spread_is_never_a_width_of_zero() {
        assert_eq!(mean_interval(&[]), None);
        assert_eq!(mean_interval(&[2.5]).unwrap().precision, Precision::Single);
        let alike = mean_interval(&[0.1; 17]).unwrap();
        assert_eq!((alike.value, alike.precision), (0.1, Precision::Constant));
        assert_eq!(
            mean_interval(&[0.0; 3]).unwrap().precision,
            Precision::Constant
        );
    }

    /// The expected mean wait of the first `customers` of an M/M/1 queue that starts empty (service rate 1).
    ///
    /// Spitzer: E[W_n] = Σ_{k<n} E[(S_k)⁺]/k with S_k = k services − k gaps. Racing the two: the k-th gap ends
    /// while j < k services are over with the chance C(k−1+j, j) q^k p^j, q = λ/(1+λ); k−j remain.
    fn expected_mean_wait(arrival_rate: f64, customers: u32) -> f64 {
        let q = arrival_rate / (1.0 + arrival_rate);
        let (mut wait, mut total, mut front) = (0.0, 0.0, 1.0);
        for k in 1..customers {
            front *= q;
            let (mut chance, mut excess) = (front, 0.0);
            for j in 0..k {
                excess += chance * f64::from(k - j);
                chance *= (1.0 - q) * f64::from(k + j) / f64::from(j + 1);
            }
            wait += excess / f64::from(k);
            total += wait;
        }
        total / f64::from(customers)
    }

    /// 1,000 experiments of 30 replications each; each replication is the mean wait of 500 customers.
    /// (With 100 customers the metric is so skewed that t intervals of 30 cover only about 92.5 %.)
    #[test]
    fn intervals_cover_as_often_as_they_say() {
        let (rate, customers) = (0.5, 500);
        let truth = expected_mean_wait(rate, customers);
        let dice = Dice {
            seed: 58,
            replication: 0,
        };
        let key = dice.key("test", "coverage");
        let mut covered = 0;
        for experiment in 0..1000 {
            let mut stream = dice.stream(key, Purpose::Trial, experiment, 0);
            let mut replication = |_| {
                let (mut wait, mut total) = (0.0_f64, 0.0);
                for _ in 0..customers {
                    total += wait;
                    let service = -libm::log(stream.uniform());
                    let gap = -libm::log(stream.uniform()) / rate;
                    wait = (wait + service - gap).max(0.0);
                }
                total / f64::from(customers)
            };
            let waits: Vec<f64> = (0..30).map(&mut replication).collect();
            covered += u32::from(!mean_interval(&waits).unwrap().excludes(truth));
        }
        assert!(
            (926..=971).contains(&covered),
            "{covered} of 1000 intervals hold {truth}"
        );
    }
}
