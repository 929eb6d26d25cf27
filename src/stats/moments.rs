//! Means and co-moments that are kept up as values come, so that no value has to be kept.

/// Means and centred sums of products of `N` variables that are observed together.
///
/// Updated one observation at a time (Welford, *Technometrics* 4, 1962; for products Chan, Golub and LeVeque,
/// *The American Statistician* 37, 1983): memory does not depend on how many there are.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Moments<const N: usize> {
    count: u32,
    means: [f64; N],
    /// Σ (vᵢ − v̄ᵢ)(vⱼ − v̄ⱼ) where i ≤ j: the others are the same.
    products: [[f64; N]; N],
}

impl<const N: usize> Default for Moments<N> {
    fn default() -> Self {
        Self {
            count: 0,
            means: [0.0; N],
            products: [[0.0; N]; N],
        }
    }
}

impl<const N: usize> Moments<N> {
    pub(super) fn push(&mut self, values: [f64; N]) {
        self.count += 1;
        let n = f64::from(self.count);
        let ahead: [f64; N] = std::array::from_fn(|i| values[i] - self.means[i]);
        let weight = (n - 1.0) / n;
        for (i, row) in self.products.iter_mut().enumerate() {
            for (j, product) in row.iter_mut().enumerate().skip(i) {
                *product += ahead[i] * ahead[j] * weight;
            }
            self.means[i] += ahead[i] / n;
        }
    }

    pub(super) fn count(&self) -> u32 {
        self.count
    }

    pub(super) fn means(&self) -> [f64; N] {
        self.means
    }

    /// Σ (Σᵢ weightsᵢ (vᵢ − v̄ᵢ))²: the squared deviations of a weighted sum of the variables.
    ///
    /// Zero where what is left of the products that cancel is within what `count` additions round away.
    pub(super) fn squares(&self, weights: [f64; N]) -> f64 {
        let (mut squares, mut size) = (0.0, 0.0);
        for (i, row) in self.products.iter().enumerate() {
            for (j, product) in row.iter().enumerate().skip(i) {
                let twice = if i == j { 1.0 } else { 2.0 };
                let term = twice * weights[i] * weights[j] * product;
                squares += term;
                size += term.abs();
            }
        }
        if squares <= size * f64::EPSILON * f64::from(self.count) {
            0.0
        } else {
            squares
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_variables_by_hand() {
        // v = 1, 5, 6 (mean 4) and 1, 2, 3 (mean 2): Σ = 9+1+4 = 14, 1+0+1 = 2, products 3+0+2 = 5.
        let mut moments = Moments::default();
        for pair in [[1.0, 1.0], [5.0, 2.0], [6.0, 3.0]] {
            moments.push(pair);
        }
        assert_eq!((moments.count(), moments.means()), (3, [4.0, 2.0]));
        assert!((moments.squares([1.0, 0.0]) - 14.0).abs() < 1e-12);
        assert!((moments.squares([0.0, 1.0]) - 2.0).abs() < 1e-12);
        // (v − 2w)² = 14 − 4·5 + 4·2 = 2.
        assert!((moments.squares([1.0, -2.0]) - 2.0).abs() < 1e-12);
    }

    #[test]
    fn what_cancels_is_nothing() {
        let mut moments = Moments::default();
        for step in 0..100 {
            let value = f64::from(step * step);
            moments.push([value, 0.1 * value]);
        }
        assert_eq!(moments.squares([0.1, -1.0]), 0.0);
        assert!(moments.squares([0.1, -1.001]) > 0.0);
    }
}
