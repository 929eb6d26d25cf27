//! A value, such as a price, that jumps with a Markov chain: its mean, and the mean and variance of its integral.

/// A continuous-time Markov chain with a value in each state.
#[derive(Clone, Debug, PartialEq)]
pub struct ValueChain {
    rates: Vec<Vec<f64>>,
    shares: Vec<f64>,
    mean: f64,
    /// Value − mean.
    away: Vec<f64>,
    /// Solves Q h = −away with mean 0: what a state still brings above the mean, in all.
    bias: Vec<f64>,
    /// Solves Q k = −bias with mean 0.
    second_bias: Vec<f64>,
}

impl ValueChain {
    /// A chain by jump rates (`rates[i][j]` from i to j; the diagonal is not read) and values.
    ///
    /// # Errors
    /// The tables do not fit each other, a rate is negative, or some state cannot be left or reached.
    pub fn new(mut rates: Vec<Vec<f64>>, values: &[f64]) -> Result<Self, String> {
        let n = values.len();
        if n == 0 || rates.len() != n || rates.iter().any(|row| row.len() != n) {
            return Err(format!("{n} values need {n} rows of {n} rates"));
        }
        for (state, row) in rates.iter_mut().enumerate() {
            row[state] = 0.0;
            if row.iter().any(|rate| !(rate.is_finite() && *rate >= 0.0)) {
                return Err(format!("the rates from state {state} must be 0 or more"));
            }
            row[state] = -row.iter().sum::<f64>();
        }
        // The balance equations, one of which is replaced by: all shares add up to 1.
        let mut balance = vec![vec![0.0; n]; n];
        for from in 0..n {
            for to in 0..n {
                balance[to][from] = rates[from][to];
            }
        }
        balance[n - 1] = vec![1.0; n];
        let mut right = vec![0.0; n];
        right[n - 1] = 1.0;
        let lost = || {
            "some state cannot be reached from another; give the rates of a way there".to_owned()
        };
        let shares = solve(balance, right).ok_or_else(lost)?;
        let mean = dot(&shares, values);
        let away: Vec<f64> = values.iter().map(|value| value - mean).collect();
        let bias = poisson_equation(&rates, &shares, &away).ok_or_else(lost)?;
        let second_bias = poisson_equation(&rates, &shares, &bias).ok_or_else(lost)?;
        Ok(Self {
            rates,
            shares,
            mean,
            away,
            bias,
            second_bias,
        })
    }

    /// The share of time in each state in the long run.
    pub fn shares(&self) -> &[f64] {
        &self.shares
    }

    /// The mean value in the long run.
    pub const fn mean(&self) -> f64 {
        self.mean
    }

    /// The mean value a time `after` the chain was in `state`: mean + (e^{Qt} away)(state).
    pub fn mean_after(&self, state: usize, after: f64) -> f64 {
        self.mean + self.carried(&self.away, after)[state]
    }

    /// The mean of ∫ value dt over `window` from `state` on: mean × t + h − e^{Qt} h.
    pub fn mean_integral(&self, state: usize, window: f64) -> f64 {
        let carried = self.carried(&self.bias, window);
        self.mean * window + self.bias[state] - carried[state]
    }

    /// The variance of ∫ value dt over `window` of a stationary chain: 2 ∫₀ᵗ (t − s) c(s) ds with c the
    /// autocovariance = 2 t π(away·h) − 2 π(away·(k − e^{Qt} k)).
    pub fn integral_variance(&self, window: f64) -> f64 {
        let carried = self.carried(&self.second_bias, window);
        let state = |i: usize| self.shares[i] * self.away[i] * (self.second_bias[i] - carried[i]);
        let passing: f64 = (0..self.shares.len()).map(state).sum();
        self.variance_rate() * window - 2.0 * passing
    }

    /// What [`ValueChain::integral_variance`] grows by per unit of time in the end: 2 π(away·h).
    pub fn variance_rate(&self) -> f64 {
        let state = |i: usize| self.shares[i] * self.away[i] * self.bias[i];
        2.0 * (0..self.shares.len()).map(state).sum::<f64>()
    }

    /// e^{Qt} × `values` by uniformisation: jumps of a Poisson process of the largest rate, most of them to the
    /// same state (Jensen 1953).
    fn carried(&self, values: &[f64], time: f64) -> Vec<f64> {
        let n = values.len();
        let rate = (0..n).map(|i| -self.rates[i][i]).fold(0.0, f64::max);
        let expected = rate * time;
        if expected <= 0.0 {
            return values.to_vec();
        }
        let mut power = values.to_vec();
        let mut sum = vec![0.0; n];
        let jumps = (expected + 12.0 * libm::sqrt(expected) + 50.0) as u32;
        for jump in 0..=jumps {
            let k = f64::from(jump);
            let weight = libm::exp(k * libm::log(expected) - expected - libm::lgamma(k + 1.0));
            for (sum, power) in sum.iter_mut().zip(&power) {
                *sum += weight * power;
            }
            let next = |i: usize| power[i] + dot(&self.rates[i], &power) / rate;
            power = (0..n).map(next).collect();
        }
        sum
    }
}

/// Solves Q h = −away, π h = 0, as (Q − 1π) h = −away.
fn poisson_equation(rates: &[Vec<f64>], shares: &[f64], away: &[f64]) -> Option<Vec<f64>> {
    let table = rates
        .iter()
        .map(|row| row.iter().zip(shares).map(|(q, p)| q - p).collect());
    solve(table.collect(), away.iter().map(|value| -value).collect())
}

/// Solves table × x = right by elimination with the largest pivot of each column; `None` if there is none.
fn solve(mut table: Vec<Vec<f64>>, mut right: Vec<f64>) -> Option<Vec<f64>> {
    let n = right.len();
    let size = table
        .iter()
        .flatten()
        .fold(0.0_f64, |most, cell| most.max(cell.abs()));
    for pivot in 0..n {
        let best =
            (pivot..n).max_by(|a, b| table[*a][pivot].abs().total_cmp(&table[*b][pivot].abs()))?;
        if table[best][pivot].abs() <= size * 1e-14 {
            return None;
        }
        table.swap(pivot, best);
        right.swap(pivot, best);
        for row in pivot + 1..n {
            let factor = table[row][pivot] / table[pivot][pivot];
            let (above, below) = table.split_at_mut(row);
            for (cell, value) in below[0].iter_mut().zip(&above[pivot]).skip(pivot) {
                *cell -= factor * value;
            }
            right[row] -= factor * right[pivot];
        }
    }
    for row in (0..n).rev() {
        let known = dot(&table[row][row + 1..], &right[row + 1..]);
        right[row] = (right[row] - known) / table[row][row];
    }
    Some(right)
}

fn dot(one: &[f64], other: &[f64]) -> f64 {
    one.iter().zip(other).map(|(a, b)| a * b).sum()
}

#[cfg(test)]
mod tests {
    use super::super::{assert_close, up_time_variance};
    use super::*;

    #[test]
    fn printed_values() {
        let rates = vec![
            vec![-0.10, 0.08, 0.02],
            vec![0.05, -0.07, 0.02],
            vec![0.01, 0.09, -0.10],
        ];
        let price = ValueChain::new(rates, &[2.0, 3.5, 9.0]).unwrap();
        // 26/90, 49/90, 15/90.
        for (share, exact) in price.shares().iter().zip([26.0, 49.0, 15.0]) {
            assert_close(*share, exact / 90.0);
        }
        assert_close(price.mean(), 3.983333333333);
        assert_close(price.mean_after(0, 10.0), 3.443211784);
        assert_close(price.mean_integral(0, 24.0), 81.0127642);
        for (hours, deviation) in [
            (24.0, 38.68408909),
            (720.0, 258.1639618),
            (8760.0, 905.433885),
        ] {
            assert_close(libm::sqrt(price.integral_variance(hours)), deviation);
        }
        assert_close(price.variance_rate(), 93.67685185);
    }

    #[test]
    fn up_and_down_is_a_chain_of_two_states() {
        let chain = ValueChain::new(vec![vec![0.0, 2.0], vec![0.05, 0.0]], &[0.0, 1.0]).unwrap();
        assert_close(chain.mean(), 0.9756097561);
        assert_close(chain.integral_variance(100.0), 2.310174144);
        assert_close(
            chain.integral_variance(3.0),
            up_time_variance(20.0, 0.5, 3.0),
        );
    }

    #[test]
    fn what_is_no_chain_is_refused() {
        assert!(ValueChain::new(vec![], &[]).is_err());
        assert!(ValueChain::new(vec![vec![0.0, 1.0]], &[1.0, 2.0]).is_err());
        assert!(ValueChain::new(vec![vec![0.0, -1.0], vec![1.0, 0.0]], &[1.0, 2.0]).is_err());
        assert!(ValueChain::new(vec![vec![0.0; 2]; 2], &[1.0, 2.0]).is_err());
    }
}
