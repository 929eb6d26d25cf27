//! How long things stay up and down.

use serde::Serialize;

/// Complete spells of one sort: those that the record cuts at its ends are left out, because they are longer
/// than it shows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct Spells {
    /// How many.
    pub count: u64,
    /// Mean length in hours.
    pub mean_h: f64,
    /// Median length in hours; the mean of the middle two if there is no middle one.
    pub median_h: f64,
    /// Coefficient of variation: standard deviation (of all spells, not of a sample) over mean.
    pub cv: f64,
}

impl Spells {
    /// The statistics of lengths in milliseconds; all 0 if there are none.
    pub fn of(mut lengths_ms: Vec<u64>) -> Self {
        lengths_ms.sort_unstable();
        let count = lengths_ms.len();
        if count == 0 {
            return Self::default();
        }
        let hours = |ms: u64| ms as f64 / 3.6e6;
        let mean = lengths_ms.iter().map(|&ms| hours(ms)).sum::<f64>() / count as f64;
        let squares = lengths_ms
            .iter()
            .map(|&ms| (hours(ms) - mean) * (hours(ms) - mean));
        let deviation = (squares.sum::<f64>() / count as f64).sqrt();
        Self {
            count: count as u64,
            mean_h: mean,
            median_h: f64::midpoint(
                hours(lengths_ms[(count - 1) / 2]),
                hours(lengths_ms[count / 2]),
            ),
            cv: if mean > 0.0 { deviation / mean } else { 0.0 },
        }
    }

    pub(super) fn words(&self) -> String {
        if self.count == 0 {
            return "no complete spell".to_owned();
        }
        format!(
            "{} spells, mean {:.3} h, median {:.3} h, cv {:.2}",
            self.count, self.mean_h, self.median_h, self.cv
        )
    }
}

/// Lengths of complete spells above and below a level, from steps that hold from one to the next.
pub(super) fn complete(steps: &[(u64, bool)]) -> (Vec<u64>, Vec<u64>) {
    let (mut up, mut down) = (Vec::new(), Vec::new());
    let mut begun: Option<(u64, bool)> = None;
    for &(at, is_up) in steps {
        match begun {
            // The first spell began before the record did.
            None => begun = Some((u64::MAX, is_up)),
            Some((_, before)) if before == is_up => {}
            Some((from, before)) => {
                if from != u64::MAX {
                    if before { &mut up } else { &mut down }.push(at - from);
                }
                begun = Some((at, is_up));
            }
        }
    }
    (up, down)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn statistics_of_known_lengths() {
        // 1, 2, 3, 6 h: mean 3, squares 4 + 1 + 0 + 9 = 14, variance 3.5, cv √3.5 / 3 = 0.6236.
        let spells = Spells::of([6, 1, 3, 2].map(|hours| hours * 3_600_000).to_vec());
        assert_eq!(
            (spells.count, spells.mean_h, spells.median_h),
            (4, 3.0, 2.5)
        );
        assert!((spells.cv - 0.6236).abs() < 1e-4, "{}", spells.cv);
        assert_eq!(Spells::of(Vec::new()), Spells::default());
        assert_eq!(Spells::of(vec![0, 0]).cv, 0.0);
    }

    #[test]
    fn spells_that_the_record_cuts_are_left_out() {
        // up 0–5 (cut), down 5–7, up 7–10 in two steps, down from 10 (cut).
        let steps = [(0, true), (5, false), (7, true), (9, true), (10, false)];
        assert_eq!(complete(&steps), (vec![3], vec![2]));
        assert_eq!(complete(&[]), (vec![], vec![]));
    }
}
