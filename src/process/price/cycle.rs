//! The slow cycle of the whole market: glut, neutral, shortage.

use crate::dice::{Dice, Key};
use crate::units::{SimTime, Span};

use super::chain::{ChainStart, MarkovChain};

/// A regime of the market.
#[derive(Clone, Debug, PartialEq)]
pub struct MarketRegime {
    /// What people call it.
    pub name: String,
    /// What it multiplies every provider's prices by, in millionths.
    pub multiplier: u64,
    /// How long it lasts on average.
    pub mean_time: Span,
}

/// A cycle of regimes that lasts for exponential times; from each the market moves to a neighbour in the
/// list, to either with the same probability. One tape for all providers.
#[derive(Clone, Debug, PartialEq)]
pub struct MarketCycle {
    regimes: Vec<MarketRegime>,
    chain: MarkovChain,
}

impl MarketCycle {
    /// A cycle of regimes, cheapest first or dearest first.
    ///
    /// # Errors
    /// There is no regime, a multiplier or a mean time is 0, or the start is not in the list.
    pub fn new(regimes: Vec<MarketRegime>, start: ChainStart) -> Result<Self, String> {
        for regime in &regimes {
            let MarketRegime {
                name,
                multiplier,
                mean_time,
            } = regime;
            if *multiplier == 0 {
                return Err(format!("regime `{name}`: the multiplier must be above 0"));
            }
            if mean_time.0 == 0 {
                return Err(format!("regime `{name}`: the mean time must be above 0"));
            }
        }
        let n = regimes.len();
        let mut rates = vec![vec![0.0; n]; n];
        for (place, regime) in regimes.iter().enumerate() {
            let near = [
                place.checked_sub(1),
                Some(place + 1).filter(|next| *next < n),
            ];
            let near: Vec<usize> = near.into_iter().flatten().collect();
            for to in &near {
                rates[place][*to] = 1.0 / (regime.mean_time.as_hours() * near.len() as f64);
            }
        }
        let chain = MarkovChain::new(rates, start)?;
        Ok(Self { regimes, chain })
    }

    /// Glut × 0.8 for a year, neutral × 1 for 18 months, shortage × 1.35 for 9 months, on average.
    ///
    /// Multipliers after the one-year H100 contract price of 2025–26, 1.70 to 2.35 USD/GPU-h; the times are
    /// a judgement: one cycle was seen.
    pub fn usual(start: ChainStart) -> Self {
        let regime = |name: &str, multiplier: u64, days: u64| MarketRegime {
            name: name.to_owned(),
            multiplier,
            mean_time: Span(days * Span::DAY.0),
        };
        let regimes = vec![
            regime("glut", 800_000, 365),
            regime("neutral", 1_000_000, 547),
            regime("shortage", 1_350_000, 274),
        ];
        let start = match start {
            ChainStart::State(state) => ChainStart::State(state.min(2)),
            ChainStart::Stationary => ChainStart::Stationary,
        };
        Self::new(regimes, start).unwrap_or_else(|fault| unreachable!("{fault}"))
    }

    /// The regimes.
    pub fn regimes(&self) -> &[MarketRegime] {
        &self.regimes
    }

    /// Appends the regime at the start of the scenario and each change before `end`, as places in
    /// [`MarketCycle::regimes`].
    pub fn sample(&self, dice: &Dice, key: Key, end: Span, out: &mut Vec<(SimTime, usize)>) {
        self.chain.sample(dice, key, end, out);
    }

    /// The same as factors in millionths, for [`crate::process::multiply_steps`].
    pub fn factors(&self, dice: &Dice, key: Key, end: Span) -> Vec<(SimTime, u64)> {
        let mut places = Vec::new();
        self.sample(dice, key, end, &mut places);
        let factor = |(at, place): (SimTime, usize)| (at, self.regimes[place].multiplier);
        places.into_iter().map(factor).collect()
    }

    /// The share of time in each regime in the long run.
    pub fn shares(&self) -> &[f64] {
        self.chain.stationary()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_moves_to_neighbours_and_spends_its_shares() {
        let cycle = MarketCycle::usual(ChainStart::Stationary);
        // Jumps: neutral is every second regime, the others share the rest: 365 : 2 × 547 : 274 of 1733.
        for (share, days) in cycle.shares().iter().zip([365.0, 1094.0, 274.0]) {
            assert!((share - days / 1733.0).abs() < 1e-12);
        }
        let dice = Dice {
            seed: 12,
            replication: 0,
        };
        let end = Span(4_000_000 * Span::DAY.0);
        let mut out = Vec::new();
        cycle.sample(&dice, dice.key("market", "all"), end, &mut out);
        assert!(
            out.windows(2)
                .all(|pair| pair[0].1.abs_diff(pair[1].1) == 1)
        );
        let neutral: Vec<f64> = out
            .windows(2)
            .filter(|pair| pair[0].1 == 1)
            .map(|pair| pair[1].0.since(pair[0].0).0 as f64 / 8.64e7)
            .collect();
        let n = neutral.len() as f64;
        // About 4e6 / 1733 × 2 = 4,600 neutral stretches; an exponential mean is known to 547 / √n.
        assert!((neutral.iter().sum::<f64>() / n - 547.0).abs() < 4.0 * 547.0 / libm::sqrt(n));
    }

    #[test]
    fn senseless_regimes_are_refused_by_name() {
        let regime = |multiplier: u64, days: u64| MarketRegime {
            name: "odd".to_owned(),
            multiplier,
            mean_time: Span(days),
        };
        for bad in [regime(0, 1), regime(1, 0)] {
            let fault = MarketCycle::new(vec![bad], ChainStart::Stationary).unwrap_err();
            assert!(fault.contains("`odd`"), "{fault}");
        }
        let one = vec![regime(1, 1)];
        assert!(MarketCycle::new(one.clone(), ChainStart::State(1)).is_err());
        assert!(MarketCycle::new(one, ChainStart::State(0)).is_ok());
    }
}
