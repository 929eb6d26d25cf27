//! Luck that several quantities of one replication share.
//!
//! A year in which spot prices are high is a year in which contracts renew dear, hardware comes late and old
//! hardware sells well. Each such quantity has a factor, a standard normal number for each replication; the
//! scenario declares how factors are correlated.

use crate::dice::{Dice, Purpose};

use super::normal::{normal_probability, normal_quantile};

/// Named standard normal numbers with declared correlations.
#[derive(Clone, Debug, PartialEq)]
pub struct CommonFactors {
    names: Vec<String>,
    /// Lower triangle L with L Lᵀ = the correlations (Cholesky).
    triangle: Vec<Vec<f64>>,
}

impl CommonFactors {
    /// Factors by name, and the correlations of pairs; pairs that are not named are not correlated.
    ///
    /// # Errors
    /// A name is given twice or not known, a pair twice or of one name, a correlation is not between −1 and 1,
    /// or the correlations contradict each other (the matrix is not positive definite). The message names the
    /// pair.
    pub fn new(names: &[&str], pairs: &[(&str, &str, f64)]) -> Result<Self, String> {
        let n = names.len();
        if let Some(place) = (0..n).find(|place| names[..*place].contains(&names[*place])) {
            return Err(format!("factor `{}` is given twice", names[place]));
        }
        let mut matrix = vec![vec![0.0; n]; n];
        for (place, row) in matrix.iter_mut().enumerate() {
            row[place] = 1.0;
        }
        for (one, other, correlation) in pairs {
            let find = |name: &str| {
                let known = || names.join("`, `");
                let place = names.iter().position(|known| *known == name);
                place.ok_or_else(|| format!("no factor `{name}`; there are `{}`", known()))
            };
            let (a, b) = (find(one)?, find(other)?);
            if a == b {
                return Err(format!(
                    "factor `{one}` is correlated with itself; name two"
                ));
            }
            if !(-1.0 < *correlation && *correlation < 1.0) {
                return Err(format!(
                    "the correlation of `{one}` and `{other}` is {correlation}; it must lie between -1 and 1"
                ));
            }
            if matrix[a][b] != 0.0 {
                return Err(format!(
                    "the correlation of `{one}` and `{other}` is given twice"
                ));
            }
            matrix[a][b] = *correlation;
            matrix[b][a] = *correlation;
        }
        let triangle = cholesky(&matrix).map_err(|place| contradiction(names, &matrix, place))?;
        let names = names.iter().map(|name| (*name).to_owned()).collect();
        Ok(Self { names, triangle })
    }

    /// The names, in the order of [`CommonFactors::sample`].
    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// The correlation of two factors, by place.
    pub fn correlation(&self, one: usize, other: usize) -> f64 {
        let pairs = self.triangle[one].iter().zip(&self.triangle[other]);
        pairs.map(|(a, b)| a * b).sum()
    }

    /// The factors of this replication, each standard normal. A factor added at the end changes no other.
    pub fn sample(&self, dice: &Dice) -> Vec<f64> {
        let own = |name: &String| {
            let key = dice.key("factor", name);
            let mut stream = dice.stream(key, Purpose::CommonFactor, 0, 0);
            normal_quantile(stream.uniform())
        };
        let own: Vec<f64> = self.names.iter().map(own).collect();
        let mixed = |row: &Vec<f64>| {
            row.iter()
                .zip(&own)
                .map(|(share, normal)| share * normal)
                .sum()
        };
        self.triangle.iter().map(mixed).collect()
    }

    /// The same as uniform numbers between 0 and 1, to draw from any law by inversion
    /// ([`Law::conditional`](super::Law::conditional) at age 0).
    pub fn sample_uniform(&self, dice: &Dice) -> Vec<f64> {
        // Beyond 8 standard deviations the probability rounds to 1, which no inversion can take.
        let inside = |normal: f64| normal_probability(normal.clamp(-8.0, 8.0));
        self.sample(dice).into_iter().map(inside).collect()
    }
}

/// The lower triangle, or the row at which there is none.
fn cholesky(matrix: &[Vec<f64>]) -> Result<Vec<Vec<f64>>, usize> {
    let n = matrix.len();
    let mut triangle = vec![vec![0.0; n]; n];
    for row in 0..n {
        for column in 0..=row {
            let (left, above) = (&triangle[row][..column], &triangle[column][..column]);
            let known: f64 = left.iter().zip(above).map(|(a, b)| a * b).sum();
            let rest = matrix[row][column] - known;
            if row == column {
                if rest <= 1e-12 {
                    return Err(row);
                }
                triangle[row][row] = libm::sqrt(rest);
            } else {
                triangle[row][column] = rest / triangle[column][column];
            }
        }
    }
    Ok(triangle)
}

fn contradiction(names: &[&str], matrix: &[Vec<f64>], row: usize) -> String {
    let size = |place: &usize| matrix[row][*place].abs();
    let strongest = (0..row)
        .max_by(|a, b| size(a).total_cmp(&size(b)))
        .unwrap_or(0);
    format!(
        "the correlation of `{}` and `{}` is {}, which contradicts the correlations with factors before them: no \
         such numbers exist; bring it nearer to 0, or the others nearer to what it implies",
        names[strongest], names[row], matrix[row][strongest],
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn market() -> CommonFactors {
        CommonFactors::new(
            &["spot", "renewal", "lead time", "residual value"],
            &[
                ("spot", "renewal", 0.7),
                ("spot", "lead time", 0.4),
                ("residual value", "renewal", 0.5),
            ],
        )
        .unwrap()
    }

    fn dice(replication: u32) -> Dice {
        Dice {
            seed: 9,
            replication,
        }
    }

    #[test]
    fn factors_are_standard_normal_with_the_declared_correlations() {
        let factors = market();
        let n = 40_000;
        let mut moments = [[0.0; 4]; 4];
        for replication in 0..n {
            let draws = factors.sample(&dice(replication));
            for (row, a) in moments.iter_mut().zip(&draws) {
                for (cell, b) in row.iter_mut().zip(&draws) {
                    *cell += a * b / f64::from(n);
                }
            }
        }
        let exact = [
            [1.0, 0.7, 0.4, 0.0],
            [0.7, 1.0, 0.0, 0.5],
            [0.4, 0.0, 1.0, 0.0],
            [0.0, 0.5, 0.0, 1.0],
        ];
        for (row, exact) in moments.iter().zip(exact) {
            for (moment, exact) in row.iter().zip(exact) {
                // The variance of a product of standard normals is 1 + ρ².
                let error = libm::sqrt((1.0 + exact * exact) / f64::from(n));
                assert!((moment - exact).abs() < 4.0 * error, "{moment} {exact}");
            }
        }
    }

    #[test]
    fn one_more_factor_changes_no_other() {
        let fewer = CommonFactors::new(&["spot", "renewal"], &[("spot", "renewal", 0.7)]).unwrap();
        let (two, four) = (fewer.sample(&dice(3)), market().sample(&dice(3)));
        assert_eq!(two[..], four[..2]);
        assert_ne!(two, fewer.sample(&dice(4)));
        let uniform = fewer.sample_uniform(&dice(3));
        assert!((normal_quantile(uniform[0]) - two[0]).abs() < 1e-12);
    }

    #[test]
    fn contradictions_and_slips_are_refused_with_the_pair() {
        let names = ["a", "b", "c"];
        for (pairs, words) in [
            // If a goes with b and b with c, a and c cannot go apart.
            (
                vec![("a", "b", 0.9), ("b", "c", 0.9), ("a", "c", -0.95)],
                "`a` and `c`",
            ),
            (
                vec![("a", "d", 0.1)],
                "no factor `d`; there are `a`, `b`, `c`",
            ),
            (vec![("a", "a", 0.1)], "with itself"),
            (vec![("a", "b", 1.0)], "`a` and `b` is 1"),
            (
                vec![("a", "b", 0.1), ("b", "a", 0.2)],
                "`b` and `a` is given twice",
            ),
        ] {
            let fault = CommonFactors::new(&names, &pairs).unwrap_err();
            assert!(fault.contains(words), "{fault}");
        }
        let fault = CommonFactors::new(&["a", "a"], &[]).unwrap_err();
        assert_eq!(fault, "factor `a` is given twice");
    }
}
