//! Counts of independent events.

use crate::dice::Stream;

/// Above this mean, searching from zero would take too many steps.
const INVERSION_LIMIT: f64 = 10.0;

/// A Poisson count with the given mean (not negative).
///
/// Small means by inversion with one uniform number; others by transformed rejection, Hörmann's PTRS
/// ("The transformed rejection method for generating Poisson random variables", 1993).
pub fn poisson(mean: f64, stream: &mut Stream) -> u64 {
    if mean < INVERSION_LIMIT {
        by_inversion(mean, stream)
    } else {
        by_rejection(mean, stream)
    }
}

fn by_inversion(mean: f64, stream: &mut Stream) -> u64 {
    let mut left = stream.uniform();
    let mut probability = libm::exp(-mean);
    let mut count = 0;
    // Far in the tail the probabilities vanish before the remainder does.
    while left > probability && count < 1000 {
        left -= probability;
        count += 1;
        probability *= mean / count as f64;
    }
    count
}

fn by_rejection(mean: f64, stream: &mut Stream) -> u64 {
    let log_mean = libm::log(mean);
    let b = 0.931 + 2.53 * libm::sqrt(mean);
    let a = -0.059 + 0.024_83 * b;
    let inverse_alpha = 1.123_9 + 1.132_8 / (b - 3.4);
    let quick = 0.927_7 - 3.622_4 / (b - 2.0);
    loop {
        let u = stream.uniform() - 0.5;
        let v = stream.uniform();
        let us = 0.5 - u.abs();
        let k = libm::floor((2.0 * a / us + b) * u + mean + 0.43);
        if us >= 0.07 && v <= quick {
            return k as u64;
        }
        if k < 0.0 || (us < 0.013 && v > us) {
            continue;
        }
        let left = libm::log(v * inverse_alpha / (a / (us * us) + b));
        if left <= k * log_mean - mean - libm::lgamma(k + 1.0) {
            return k as u64;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dice::{Dice, Purpose};

    fn stream(name: &str) -> Stream {
        let dice = Dice {
            seed: 3,
            replication: 0,
        };
        dice.stream(dice.key("poisson", name), Purpose::Trial, 0, 0)
    }

    #[test]
    fn counts_have_their_probabilities() {
        // Chi-square over the counts 0 … 29 and the rest, 31 cells: 99.99 % point with 30 degrees is 66.
        for mean in [0.3, 9.9, 10.1] {
            let mut stream = stream("chi");
            let mut seen = [0u32; 31];
            let n = 400_000u32;
            for _ in 0..n {
                seen[poisson(mean, &mut stream).min(30) as usize] += 1;
            }
            let (mut probability, mut left, mut chi) = (libm::exp(-mean), 1.0, 0.0);
            for (count, &found) in seen.iter().enumerate().take(30) {
                let expected = f64::from(n) * probability;
                left -= probability;
                probability *= mean / (count as f64 + 1.0);
                if expected > 5.0 {
                    chi += (f64::from(found) - expected) * (f64::from(found) - expected) / expected;
                }
            }
            assert!(chi < 66.0, "mean {mean}: {chi}");
            assert!(left.abs() < 1e-3);
        }
        assert_eq!(poisson(0.0, &mut stream("zero")), 0);
    }
}
