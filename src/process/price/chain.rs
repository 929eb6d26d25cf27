//! A process that stays in one of a few states for exponential times.

use crate::dice::{Dice, Key, Purpose};
use crate::process::renewal::whole_ms;
use crate::units::{SimTime, Span};

const HOUR_MS: f64 = 3.6e6;

/// A continuous-time Markov chain.
#[derive(Clone, Debug, PartialEq)]
pub struct MarkovChain {
    rates: Vec<Vec<f64>>,
    start: ChainStart,
    stationary: Vec<f64>,
}

/// Where a chain begins.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ChainStart {
    /// As found long after its beginning.
    #[default]
    Stationary,
    /// In this state.
    State(usize),
}

impl MarkovChain {
    /// A chain by its jump rates per hour: `rates[i][j]` from state i to j; the diagonal is not read.
    ///
    /// # Errors
    /// The table is empty or not square, a rate is negative or not finite, some state cannot be reached from
    /// another, or the start is no state.
    pub fn new(rates: Vec<Vec<f64>>, start: ChainStart) -> Result<Self, String> {
        let n = rates.len();
        if n == 0 {
            return Err("a chain needs at least one state".to_owned());
        }
        for (from, row) in rates.iter().enumerate() {
            if row.len() != n {
                let got = row.len();
                return Err(format!(
                    "state {from} has {got} rates; give {n}, one for each"
                ));
            }
            for (to, rate) in row.iter().enumerate() {
                if from != to && !(rate.is_finite() && *rate >= 0.0) {
                    return Err(format!(
                        "the rate from state {from} to state {to} is {rate}; it must be 0 or more"
                    ));
                }
            }
        }
        if let ChainStart::State(state) = start
            && state >= n
        {
            return Err(format!(
                "the start is state {state}; the last one is {}",
                n - 1
            ));
        }
        connected(&rates)?;
        let stationary = stationary(&rates);
        Ok(Self {
            rates,
            start,
            stationary,
        })
    }

    /// The share of time spent in each state in the long run.
    pub fn stationary(&self) -> &[f64] {
        &self.stationary
    }

    /// Begins in this state, one of its own, instead.
    pub(super) fn begin_in(&mut self, state: usize) {
        self.start = ChainStart::State(state);
    }

    /// How many states there are.
    pub fn states(&self) -> usize {
        self.rates.len()
    }

    /// Appends the state at the start of the scenario and each jump before `end`: (when, state from here).
    pub fn sample(&self, dice: &Dice, key: Key, end: Span, out: &mut Vec<(SimTime, usize)>) {
        let mut state = match self.start {
            ChainStart::State(state) => state,
            ChainStart::Stationary => {
                let mut stream = dice.stream(key, Purpose::PriceRegime, 0, 1);
                pick(&self.stationary, usize::MAX, stream.uniform())
            }
        };
        let mut at = SimTime::ZERO;
        let mut jump = 0;
        while at.0 < end.0 {
            out.push((at, state));
            let row = &self.rates[state];
            let total: f64 = others(row, state).sum();
            if total <= 0.0 {
                break;
            }
            let mut stream = dice.stream(key, Purpose::PriceRegime, jump, 0);
            at = at + whole_ms(-libm::log1p(-stream.uniform()) * HOUR_MS / total);
            state = pick(row, state, stream.uniform());
            jump += 1;
        }
    }
}

fn others(row: &[f64], state: usize) -> impl Iterator<Item = f64> {
    let kept = row.iter().enumerate().filter(move |(to, _)| *to != state);
    kept.map(|(_, rate)| *rate)
}

/// A place by weights, `except` left out.
fn pick(weights: &[f64], except: usize, uniform: f64) -> usize {
    let mut left = uniform * others(weights, except).sum::<f64>();
    let mut last = 0;
    for (place, weight) in weights.iter().enumerate() {
        if place == except || *weight <= 0.0 {
            continue;
        }
        last = place;
        left -= weight;
        if left < 0.0 {
            break;
        }
    }
    last
}

/// Whether every state can be reached from every other: from state 0, and to it.
fn connected(rates: &[Vec<f64>]) -> Result<(), String> {
    let n = rates.len();
    for backwards in [false, true] {
        let mut seen = vec![false; n];
        let mut open = vec![0];
        seen[0] = true;
        while let Some(from) = open.pop() {
            for to in 0..n {
                let rate = if backwards {
                    rates[to][from]
                } else {
                    rates[from][to]
                };
                if to != from && rate > 0.0 && !seen[to] {
                    seen[to] = true;
                    open.push(to);
                }
            }
        }
        if let Some(lost) = seen.iter().position(|seen| !seen) {
            let (from, to) = if backwards { (lost, 0) } else { (0, lost) };
            return Err(format!(
                "state {to} cannot be reached from state {from}; give the rates of a way there"
            ));
        }
    }
    Ok(())
}

/// The stationary shares of a connected chain, without a subtraction: Grassmann, Taksar and Heyman (1985).
fn stationary(rates: &[Vec<f64>]) -> Vec<f64> {
    let n = rates.len();
    let mut table = rates.to_vec();
    for last in (1..n).rev() {
        let out: f64 = table[last][..last].iter().sum();
        for from in 0..last {
            let share = table[from][last] / out;
            table[from][last] = share;
            for to in (0..last).filter(|to| *to != from) {
                table[from][to] += share * table[last][to];
            }
        }
    }
    let mut shares = vec![1.0; n];
    for state in 1..n {
        shares[state] = (0..state)
            .map(|from| shares[from] * table[from][state])
            .sum();
    }
    let total: f64 = shares.iter().sum();
    shares.iter().map(|share| share / total).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stationary_shares_balance() {
        let rates = vec![
            vec![0.0, 0.08, 0.02],
            vec![0.05, 0.0, 0.02],
            vec![0.01, 0.09, 0.0],
        ];
        let chain = MarkovChain::new(rates, ChainStart::Stationary).unwrap();
        // 26/90, 49/90, 15/90: state 0 gains .05 × 49 + .01 × 15 = 2.6 and loses .10 × 26.
        for (share, exact) in chain.stationary().iter().zip([26.0, 49.0, 15.0]) {
            assert!((share - exact / 90.0).abs() < 1e-14);
        }
    }

    #[test]
    fn what_is_no_chain_is_refused() {
        let stationary = ChainStart::Stationary;
        for (rates, start, word) in [
            (vec![], stationary, "at least one"),
            (vec![vec![0.0, 1.0]], stationary, "has 2 rates"),
            (vec![vec![0.0, -1.0], vec![1.0, 0.0]], stationary, "is -1"),
            (vec![vec![0.0, 1.0], vec![0.0, 0.0]], stationary, "state 0"),
            (vec![vec![0.0]], ChainStart::State(1), "state 1"),
        ] {
            let fault = MarkovChain::new(rates, start).unwrap_err();
            assert!(fault.contains(word), "{fault}");
        }
        assert!(MarkovChain::new(vec![vec![0.0]], ChainStart::State(0)).is_ok());
    }
}
