//! Exact percentiles of a sample, by the nearest-rank rule.

/// A percentile of a sample in which some values are only known to be larger.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Percentile {
    /// The value at the rank, in the unit of the sample.
    pub value: u64,
    /// Whether that value is a lower bound (a wait cut off by the horizon): print it with "≥".
    pub censored: bool,
}

/// The rank ⌈n·p⌉ (1 is the smallest) of the percentile p = `per_mille`/1000 among `count` values.
/// At least 1 and at most `count`.
pub fn nearest_rank(count: usize, per_mille: u32) -> usize {
    let rank = (count as u128 * u128::from(per_mille)).div_ceil(1000) as usize;
    rank.max(1).min(count)
}

/// Packs `value` (below 2⁶³) and whether it is censored into one key for [`percentile_censored`]. A censored
/// value sorts right after an equal complete one, because the truth is larger.
pub const fn censored(value: u64, is_censored: bool) -> u64 {
    debug_assert!(value < 1 << 63);
    value << 1 | is_censored as u64
}

/// The value X_(⌈n·p⌉) of a sample of keys packed by [`censored`], p = `per_mille`/1000: always a value that
/// occurred, never an interpolation. Reorders `keys`. None if there are none.
pub fn percentile_censored(keys: &mut [u64], per_mille: u32) -> Option<Percentile> {
    percentile_above(0, keys, per_mille)
}

/// Like [`percentile_censored`], of a sample that has `zeros` complete values of 0 besides the keys.
pub fn percentile_above(zeros: usize, keys: &mut [u64], per_mille: u32) -> Option<Percentile> {
    let rank = nearest_rank(zeros + keys.len(), per_mille);
    let index = rank.checked_sub(1)?;
    let key = match index.checked_sub(zeros) {
        None => 0,
        Some(index) => *keys.select_nth_unstable(index).1,
    };
    Some(Percentile {
        value: key >> 1,
        censored: key & 1 == 1,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn ranks_round_up() {
        // 20 values: p95 is rank 19, p99 is ⌈19.8⌉ = 20, p50 is 10; 21 values: p50 is ⌈10.5⌉ = 11.
        for (count, per_mille, rank) in [
            (20, 950, 19),
            (20, 990, 20),
            (20, 500, 10),
            (21, 500, 11),
            (1, 1, 1),
            (5, 0, 1),
        ] {
            assert_eq!(nearest_rank(count, per_mille), rank);
        }
        let of = |per_mille| {
            let mut keys = [30, 10, 20, 40].map(|value| censored(value, false));
            percentile_censored(&mut keys, per_mille).unwrap().value
        };
        assert_eq!(of(500), 20);
        assert_eq!(of(501), 30);
        assert_eq!(percentile_censored(&mut [], 500), None);
    }

    #[test]
    fn a_percentile_on_a_censored_value_says_so() {
        let keys = || {
            vec![
                censored(5, true),
                censored(5, false),
                censored(9, true),
                censored(1, false),
            ]
        };
        let at = |per_mille| percentile_censored(&mut keys(), per_mille).unwrap();
        assert_eq!(
            at(500),
            Percentile {
                value: 5,
                censored: false
            }
        );
        assert_eq!(
            at(750),
            Percentile {
                value: 5,
                censored: true
            }
        );
        assert_eq!(
            at(1000),
            Percentile {
                value: 9,
                censored: true
            }
        );
    }

    proptest! {
        #[test]
        fn zeros_that_are_only_counted_are_ranked_like_all_others(
            mut keys in proptest::collection::vec(1u64..50, 0..80),
            zeros in 0usize..80,
            per_mille in 0u32..=1000,
        ) {
            let mut all = keys.clone();
            all.extend(std::iter::repeat_n(0, zeros));
            let found = percentile_above(zeros, &mut keys, per_mille);
            prop_assert_eq!(found, percentile_censored(&mut all, per_mille));
        }

        #[test]
        fn selection_equals_sorting(
            values in proptest::collection::vec(0u64..50, 1..80),
            per_mille in 0u32..=1000,
        ) {
            let mut sorted = values.clone();
            sorted.sort_unstable();
            let rank = nearest_rank(values.len(), per_mille);
            let mut keys: Vec<u64> = values.iter().map(|&value| censored(value, false)).collect();
            let found = percentile_censored(&mut keys, per_mille).unwrap();
            prop_assert_eq!(found.value, sorted[rank - 1]);
        }
    }
}
