//! A price that jumps between a few values.

use crate::dice::{Dice, Key};
use crate::units::{Price, SimTime, Span};

use super::chain::MarkovChain;
use crate::process::steps::push_step;

/// A price that is a function of a Markov chain.
#[derive(Clone, Debug, PartialEq)]
pub struct MarkovPrice {
    chain: MarkovChain,
    prices: Vec<Price>,
}

impl MarkovPrice {
    /// A chain with a price for each of its states.
    ///
    /// # Errors
    /// There are more or fewer prices than states.
    pub fn new(chain: MarkovChain, prices: Vec<Price>) -> Result<Self, String> {
        if chain.states() != prices.len() {
            let (states, prices) = (chain.states(), prices.len());
            return Err(format!(
                "{prices} prices for {states} states; give one for each"
            ));
        }
        Ok(Self { chain, prices })
    }

    /// Appends the price at the start of the scenario and each change before `end`.
    pub fn sample(&self, dice: &Dice, key: Key, end: Span, out: &mut Vec<(SimTime, Price)>) {
        let mut jumps = Vec::new();
        self.chain.sample(dice, key, end, &mut jumps);
        for (at, state) in jumps {
            push_step(out, at, self.prices[state]);
        }
    }

    /// Begins at this price instead.
    ///
    /// # Errors
    /// It is none of its prices.
    pub fn begin_at(&mut self, price: Price) -> Result<(), String> {
        let place = self.prices.iter().position(|known| *known == price);
        let place = place.ok_or("it is none of those between which it jumps")?;
        self.chain.begin_in(place);
        Ok(())
    }

    /// The mean price in the long run, in millionths.
    pub fn mean(&self) -> f64 {
        let shares = self.chain.stationary().iter();
        shares
            .zip(&self.prices)
            .map(|(share, price)| share * price.0 as f64)
            .sum()
    }
}

#[cfg(test)]
mod tests {
    use super::super::chain::ChainStart;
    use super::*;

    fn three_levels(start: ChainStart) -> MarkovPrice {
        let rates = vec![
            vec![0.0, 0.08, 0.02],
            vec![0.05, 0.0, 0.02],
            vec![0.01, 0.09, 0.0],
        ];
        let chain = MarkovChain::new(rates, start).unwrap();
        let prices = [2_000_000, 3_500_000, 9_000_000].map(Price);
        MarkovPrice::new(chain, prices.to_vec()).unwrap()
    }

    /// ∫ price dt over `hours`, in units × hours.
    fn integral(steps: &[(SimTime, Price)], hours: u64) -> f64 {
        let ends = steps[1..].iter().map(|step| step.0.0);
        let ends = ends.chain([hours * 3_600_000]);
        let pairs = steps.iter().zip(ends);
        pairs
            .map(|(step, end)| step.1.as_units() * (end - step.0.0) as f64 / 3.6e6)
            .sum()
    }

    fn integrals(start: ChainStart, hours: u64, n: u32) -> Vec<f64> {
        let price = three_levels(start);
        let mut all = Vec::new();
        for replication in 0..n {
            let dice = Dice {
                seed: 4_009,
                replication,
            };
            let mut steps = Vec::new();
            price.sample(
                &dice,
                dice.key("offer", "a"),
                Span(hours * 3_600_000),
                &mut steps,
            );
            assert!(
                steps
                    .windows(2)
                    .all(|pair| pair[0].0 < pair[1].0 && pair[0].1 != pair[1].1)
            );
            all.push(integral(&steps, hours));
        }
        all
    }

    #[test]
    fn the_bill_over_time_is_that_of_theory() {
        // Prices (2, 3.5, 9): stationary mean 3.983333333, so 95.6 in 24 h with standard deviation
        // 38.68408909; from the low state the mean is 81.0127642.
        assert!((three_levels(ChainStart::Stationary).mean() / 1e6 - 3.983_333_333).abs() < 1e-9);
        let n = 40_000;
        for (start, exact) in [
            (ChainStart::Stationary, 95.6),
            (ChainStart::State(0), 81.012_764_2),
        ] {
            let all = integrals(start, 24, n);
            let mean = all.iter().sum::<f64>() / f64::from(n);
            let square = all.iter().map(|x| (x - mean) * (x - mean)).sum::<f64>();
            let deviation = libm::sqrt(square / f64::from(n));
            let error = deviation / libm::sqrt(f64::from(n));
            assert!((mean - exact).abs() < 4.0 * error, "{mean} {exact}");
            if start == ChainStart::Stationary {
                // The standard error of a deviation is about √((kurtosis − 1)/4n) of it; kurtosis < 4 here.
                let error = deviation * libm::sqrt(3.0 / (4.0 * f64::from(n)));
                assert!(
                    (deviation - 38.684_089_09).abs() < 4.0 * error,
                    "{deviation}"
                );
            }
        }
    }

    #[test]
    fn a_longer_horizon_changes_nothing_earlier() {
        let price = three_levels(ChainStart::Stationary);
        let dice = Dice {
            seed: 5,
            replication: 1,
        };
        let sampled = |hours: u64| {
            let mut steps = Vec::new();
            price.sample(
                &dice,
                dice.key("offer", "a"),
                Span(hours * 3_600_000),
                &mut steps,
            );
            steps
        };
        let (short, long) = (sampled(300), sampled(3_000));
        assert_eq!(short, long[..short.len()]);
    }
}
