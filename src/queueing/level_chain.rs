//! The steady state of a Markov chain that climbs and falls one level at a time, with a few phases on each.
//!
//! Solved from the top down by block elimination: π_n = π_{n−1} R_n with R_n = U_{n−1}·(Δ_n − R_{n+1}D_{n+1})⁻¹,
//! U and D the rates up and down and Δ the total rates out (Bright and Taylor 1995). The chain is cut at a top
//! level, from which nothing climbs.

/// A dense matrix: rows of equal length.
pub(super) type Matrix = Vec<Vec<f64>>;

/// The chance of each phase of each level, level 0 first. `up(n)` has phases(n) × phases(n+1) rates,
/// `down(n)` phases(n) × phases(n−1); level 0 must have one phase.
pub(super) fn solve(
    top: usize,
    up: impl Fn(usize) -> Matrix,
    down: impl Fn(usize) -> Matrix,
) -> Matrix {
    // Ratios, collected from the top: π_n = π_{n−1} R_n.
    let mut ratios: Vec<Matrix> = Vec::with_capacity(top);
    for level in (1..=top).rev() {
        let (falls, climbs) = (down(level), up(level - 1));
        let above = (level < top).then(|| up(level));
        let mut core: Matrix = vec![vec![0.0; falls.len()]; falls.len()];
        for (phase, row) in core.iter_mut().enumerate() {
            row[phase] = falls[phase].iter().sum::<f64>()
                + above
                    .as_ref()
                    .map_or(0.0, |above| above[phase].iter().sum());
        }
        if let Some(ratio) = ratios.last() {
            let returns = product(ratio, &down(level + 1));
            for (row, back) in core.iter_mut().zip(&returns) {
                for (cell, back) in row.iter_mut().zip(back) {
                    *cell -= back;
                }
            }
        }
        ratios.push(divide(&climbs, core));
    }
    let mut levels = vec![vec![1.0]];
    for ratio in ratios.iter().rev() {
        let next = product(&levels[levels.len() - 1..], ratio);
        levels.extend(next);
    }
    let total: f64 = levels.iter().flatten().sum();
    for chance in levels.iter_mut().flatten() {
        *chance /= total;
    }
    levels
}

fn product(left: &[Vec<f64>], right: &[Vec<f64>]) -> Matrix {
    let columns = right.first().map_or(0, Vec::len);
    let mut result = vec![vec![0.0; columns]; left.len()];
    for (into, row) in result.iter_mut().zip(left) {
        for (factor, other) in row.iter().zip(right) {
            for (cell, value) in into.iter_mut().zip(other) {
                *cell += factor * value;
            }
        }
    }
    result
}

/// X with X·`divisor` = `dividend`, by Gaussian elimination on the columns. The divisor is diagonally dominant
/// (an M-matrix), so no pivoting is needed.
fn divide(dividend: &[Vec<f64>], mut divisor: Matrix) -> Matrix {
    let size = divisor.len();
    let mut result = dividend.to_vec();
    for pivot in 0..size {
        let scale = 1.0 / divisor[pivot][pivot];
        for row in divisor.iter_mut().chain(result.iter_mut()) {
            row[pivot] *= scale;
        }
        for column in (0..size).filter(|&column| column != pivot) {
            let factor = divisor[pivot][column];
            if factor == 0.0 {
                continue;
            }
            for row in divisor.iter_mut().chain(result.iter_mut()) {
                row[column] -= factor * row[pivot];
            }
        }
    }
    result
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::queueing::many_servers::tests::assert_close;

    #[test]
    fn division_undoes_multiplication() {
        let x = vec![vec![1.0, -2.0, 0.5], vec![3.0, 0.25, 1.0]];
        let divisor = vec![
            vec![4.0, -1.0, -1.0],
            vec![-2.0, 5.0, -1.0],
            vec![0.0, -2.0, 3.0],
        ];
        let back = divide(&product(&x, &divisor), divisor);
        for (actual, expected) in back.iter().flatten().zip(x.iter().flatten()) {
            assert!((actual - expected).abs() < 1e-14);
        }
    }

    #[test]
    fn one_phase_is_a_geometric_queue() {
        let levels = solve(400, |_| vec![vec![0.5]], |_| vec![vec![1.0]]);
        let mean: f64 = levels
            .iter()
            .enumerate()
            .map(|(n, level)| n as f64 * level[0])
            .sum();
        assert_close(mean, 1.0);
    }
}
