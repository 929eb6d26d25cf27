//! Confidence intervals of a quantile by order statistics: no law of the data is assumed.

use super::special::incomplete_beta;

/// The ranks (1 is the smallest observation) whose order statistics enclose a quantile.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RankRange {
    /// The largest rank below the quantile with the confidence asked for; None if the sample is too small.
    pub low: Option<u32>,
    /// The smallest rank above it; None if the sample is too small.
    pub high: Option<u32>,
}

/// The ranks r ≤ s such that [X_(r), X_(s)] holds the quantile `p` in (0, 1) of the law that `count`
/// independent observations came from, with `confidence` at least, half of the risk on each side.
///
/// The number of observations below the quantile is binomial (David and Nagaraja, *Order Statistics*, §7.1).
pub fn quantile_ranks(count: u32, p: f64, confidence: f64) -> RankRange {
    let risk = (1.0 - confidence) / 2.0;
    RankRange {
        low: lower_rank(count, p, risk),
        high: upper_rank(count, p, risk),
    }
}

/// The smallest rank s such that X_(s) is above the quantile `p` with one-sided `confidence`, as for "the P90
/// budget with 95 % confidence". None if the sample is too small.
pub fn quantile_upper_rank(count: u32, p: f64, confidence: f64) -> Option<u32> {
    upper_rank(count, p, 1.0 - confidence)
}

/// The largest r ≥ 1 with P(at most r − 1 observations below the quantile) ≤ risk.
fn lower_rank(count: u32, p: f64, risk: f64) -> Option<u32> {
    // How many r satisfy it: the probability grows with r, so they are 1..=answer.
    let (mut yes, mut no) = (0, count + 1);
    while yes + 1 < no {
        let rank = yes.midpoint(no);
        if at_most(count, p, rank - 1) <= risk {
            yes = rank;
        } else {
            no = rank;
        }
    }
    (1 <= yes).then_some(yes)
}

/// The smallest s ≤ count with P(at least s observations below the quantile) ≤ risk.
fn upper_rank(count: u32, p: f64, risk: f64) -> Option<u32> {
    // By symmetry, observations above the quantile, counted from the top.
    lower_rank(count, 1.0 - p, risk).map(|from_top| count + 1 - from_top)
}

/// P(Binomial(count, p) ≤ successes).
fn at_most(count: u32, p: f64, successes: u32) -> f64 {
    if count <= successes {
        return 1.0;
    }
    incomplete_beta(
        f64::from(count - successes),
        f64::from(successes + 1),
        1.0 - p,
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_sided_ranks_are_those_of_the_table() {
        // (n, p, r, s); s = 0 where the sample is too small for an upper end.
        for (count, p, low, high) in [
            (100, 0.5, 40, 61),
            (100, 0.9, 84, 96),
            (100, 0.95, 90, 100),
            (100, 0.99, 97, 0),
            (200, 0.5, 86, 115),
            (200, 0.9, 171, 189),
            (200, 0.95, 184, 197),
            (500, 0.5, 228, 273),
            (500, 0.9, 436, 464),
            (500, 0.95, 465, 485),
            (500, 0.99, 490, 500),
            (1000, 0.5, 469, 532),
            (1000, 0.9, 881, 919),
            (1000, 0.95, 936, 964),
            (1000, 0.99, 983, 997),
            (10000, 0.5, 4902, 5099),
            (10000, 0.9, 8941, 9059),
            (10000, 0.95, 9457, 9543),
            (10000, 0.99, 9880, 9920),
        ] {
            let ranks = quantile_ranks(count, p, 0.95);
            if 0 < high {
                assert_eq!(ranks.low, Some(low), "n = {count}, p = {p}");
            }
            assert_eq!(ranks.high.unwrap_or(0), high, "n = {count}, p = {p}");
        }
    }

    #[test]
    fn one_sided_ranks_are_those_of_the_table() {
        for (count, ranks) in [
            (100, [59, 96, 99, 0]),
            (200, [113, 188, 196, 0]),
            (500, [269, 462, 484, 499]),
            (1000, [527, 916, 962, 996]),
            (10000, [5083, 9050, 9537, 9917]),
        ] {
            for (p, expected) in [0.5, 0.9, 0.95, 0.99].into_iter().zip(ranks) {
                assert_eq!(
                    quantile_upper_rank(count, p, 0.95).unwrap_or(0),
                    expected,
                    "{count}, {p}"
                );
            }
        }
        // 0.9^28 = 0.0523 > 0.05 ≥ 0.9^29 = 0.0471.
        assert_eq!(quantile_upper_rank(28, 0.9, 0.95), None);
        assert_eq!(quantile_upper_rank(29, 0.9, 0.95), Some(29));
        assert_eq!(quantile_upper_rank(0, 0.9, 0.95), None);
    }
}
