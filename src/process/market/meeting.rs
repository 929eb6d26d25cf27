//! Two independent processes of two phases each, up together or not: how long that lasts.

use super::two_phases::TwoPhases;

/// Up and down times of one process.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Alternation {
    pub up: TwoPhases,
    pub down: TwoPhases,
}

impl Alternation {
    pub(super) fn availability(&self) -> f64 {
        self.up.mean() / (self.up.mean() + self.down.mean())
    }
}

/// The part of the joint falls, and by balance of the joint rises, that `one` makes: the rates at which each
/// falls while both are up are availability of both over its mean up time.
fn part_of(one: &Alternation, other: &Alternation) -> f64 {
    let (a, b) = (1.0 / one.up.mean(), 1.0 / other.up.mean());
    a / (a + b)
}

/// The coefficient of variation of the times both are up.
pub(super) fn up_variation(one: &Alternation, other: &Alternation) -> f64 {
    let part = part_of(one, other);
    let (mut first, mut second) = (0.0, 0.0);
    for i in 0..2 {
        for j in 0..2 {
            // One has just risen and the other is met up, or the other way round.
            let entered = part * one.up.entered()[i].0 * other.up.met()[j].0
                + (1.0 - part) * one.up.met()[i].0 * other.up.entered()[j].0;
            let mean = 1.0 / (1.0 / one.up.entered()[i].1 + 1.0 / other.up.entered()[j].1);
            first += entered * mean;
            second += entered * 2.0 * mean * mean;
        }
    }
    libm::sqrt(second / (first * first) - 1.0)
}

/// Phases of one process: 0 and 1 up, 2 and 3 down.
fn mean_of(process: &Alternation, phase: usize) -> f64 {
    if phase < 2 {
        process.up.entered()[phase].1
    } else {
        process.down.entered()[phase - 2].1
    }
}

/// Where a process goes when `phase` ends: (phase, probability).
fn next_of(process: &Alternation, phase: usize) -> [(usize, f64); 2] {
    if phase < 2 {
        let [one, two] = process.down.entered();
        [(2, one.0), (3, two.0)]
    } else {
        let [one, two] = process.up.entered();
        [(0, one.0), (1, two.0)]
    }
}

/// The coefficient of variation of the times not both are up: a phase-type time over the twelve joint phases
/// in which one is down (Neuts 1981, ch. 2: moments by linear equations).
pub(super) fn down_variation(one: &Alternation, other: &Alternation) -> f64 {
    let place = |i: usize, j: usize| {
        if i < 2 && j < 2 {
            None
        } else {
            Some(4 * i + j)
        }
    };
    // Joint phases with both up stay in the table as rows of the identity, with nothing to wait for.
    let mut table = [[0.0; 16]; 16];
    let mut waits = [0.0; 16];
    let mut entered = [0.0; 16];
    let part = part_of(one, other);
    for i in 0..4 {
        for j in 0..4 {
            let row = 4 * i + j;
            table[row][row] = 1.0;
            if place(i, j).is_none() {
                continue;
            }
            let (rate_one, rate_other) = (1.0 / mean_of(one, i), 1.0 / mean_of(other, j));
            let total = rate_one + rate_other;
            waits[row] = 1.0 / total;
            for (to, share) in next_of(one, i) {
                if let Some(column) = place(to, j) {
                    table[row][column] -= share * rate_one / total;
                }
            }
            for (to, share) in next_of(other, j) {
                if let Some(column) = place(i, to) {
                    table[row][column] -= share * rate_other / total;
                }
            }
            if i >= 2 && j < 2 {
                entered[row] = part * one.down.entered()[i - 2].0 * other.up.met()[j].0;
            } else if i < 2 {
                entered[row] = (1.0 - part) * one.up.met()[i].0 * other.down.entered()[j - 2].0;
            }
        }
    }
    let first = solve(table, waits);
    // E[T²] from a phase: 2 × wait × E[T] there, carried along the same jumps.
    let mut doubled = [0.0; 16];
    for row in 0..16 {
        doubled[row] = 2.0 * waits[row] * first[row];
    }
    let second = solve(table, doubled);
    let mean = |values: &[f64; 16]| -> f64 { entered.iter().zip(values).map(|(p, x)| p * x).sum() };
    libm::sqrt(mean(&second) / (mean(&first) * mean(&first)) - 1.0)
}

/// Solves table × x = right by elimination; the table is diagonally dominant, so no pivot is needed.
fn solve(mut table: [[f64; 16]; 16], mut right: [f64; 16]) -> [f64; 16] {
    for pivot in 0..16 {
        for row in pivot + 1..16 {
            let factor = table[row][pivot] / table[pivot][pivot];
            if factor != 0.0 {
                let above = table[pivot];
                for (cell, value) in table[row].iter_mut().zip(above).skip(pivot) {
                    *cell -= factor * value;
                }
                right[row] -= factor * right[pivot];
            }
        }
    }
    for row in (0..16).rev() {
        let known: f64 = (row + 1..16)
            .map(|column| table[row][column] * right[column])
            .sum();
        right[row] = (right[row] - known) / table[row][row];
    }
    right
}

#[cfg(test)]
mod tests {
    use super::*;

    fn exponential(up: f64, down: f64) -> Alternation {
        let phases = |mean: f64| TwoPhases::hours(0.5, mean, mean);
        Alternation {
            up: phases(up),
            down: phases(down),
        }
    }

    #[test]
    fn exponential_processes_meet_for_exponential_times() {
        let (one, other) = (exponential(4.0, 1.0), exponential(9.0, 2.0));
        assert!((up_variation(&one, &other) - 1.0).abs() < 1e-12);
    }

    #[test]
    fn a_process_that_is_hardly_ever_down_leaves_the_other_as_it_is() {
        let one = Alternation {
            up: TwoPhases::hours(0.7, 1.0, 23.0),
            down: TwoPhases::hours(0.8, 0.5, 2.3),
        };
        let still = exponential(1e9, 1e-6);
        assert!((up_variation(&one, &still) - one.up.variation()).abs() < 1e-6);
        assert!((down_variation(&one, &still) - one.down.variation()).abs() < 1e-6);
        assert!((down_variation(&still, &one) - one.down.variation()).abs() < 1e-6);
    }

    #[test]
    fn joint_down_times_of_exponential_processes() {
        // Both with rates 1 up→down and 1 down→up. From one down: mean m1 = 1/2 + m2/2 (the other falls),
        // from both down m2 = 1/2 + m1; so m1 = 3/2. Second moments: s1 = 2 × ½ × m1 + s2/2, s2 = m2 + s1
        // with m2 = 2: s1 = 1.5 + 1 + s1/2 = 5. Variation² = 5/2.25 − 1 = 11/9.
        let one = exponential(1.0, 1.0);
        let variation = down_variation(&one, &one);
        assert!(
            (variation * variation - 11.0 / 9.0).abs() < 1e-12,
            "{variation}"
        );
    }
}
