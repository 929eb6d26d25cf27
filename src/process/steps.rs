//! Quantities that stay the same between steps.

use crate::units::{Price, SimTime};

/// Appends a step unless the value stays the same; one at the instant of the last replaces it.
pub(super) fn push_step<T: PartialEq>(out: &mut Vec<(SimTime, T)>, at: SimTime, value: T) {
    if out.last().is_some_and(|last| last.0 == at) {
        out.pop();
    }
    if out.last().is_none_or(|last| last.1 != value) {
        out.push((at, value));
    }
}

/// A quantity that depends on two others with steps: its own steps, none without a change. Each holds its
/// last value for ever; before both have begun there is nothing.
pub fn combine_steps<A: Copy, B: Copy, T: PartialEq>(
    one: &[(SimTime, A)],
    other: &[(SimTime, B)],
    with: impl Fn(A, B) -> T,
) -> Vec<(SimTime, T)> {
    let mut out = Vec::with_capacity(one.len() + other.len());
    let (mut a, mut b) = (0, 0);
    while a < one.len() || b < other.len() {
        let at_one = one.get(a).map_or(SimTime::NEVER, |step| step.0);
        let at_other = other.get(b).map_or(SimTime::NEVER, |step| step.0);
        let at = at_one.min(at_other);
        while one.get(a).is_some_and(|step| step.0 == at) {
            a += 1;
        }
        while other.get(b).is_some_and(|step| step.0 == at) {
            b += 1;
        }
        if a > 0 && b > 0 {
            push_step(&mut out, at, with(one[a - 1].1, other[b - 1].1));
        }
    }
    out
}

/// Prices times a factor with steps of its own, in millionths (1,000,000 changes nothing); each result is
/// rounded to a whole millionth, half up.
pub fn multiply_steps(
    prices: &[(SimTime, Price)],
    factors: &[(SimTime, u64)],
) -> Vec<(SimTime, Price)> {
    combine_steps(prices, factors, |price, factor| {
        let product = (u128::from(price.0) * u128::from(factor) + 500_000) / 1_000_000;
        Price(u64::try_from(product).unwrap_or(u64::MAX))
    })
}

/// The given share of a price, rounded to a whole millionth.
pub(super) fn share_of(price: Price, share: f64) -> Price {
    Price((price.0 as f64 * share + 0.5) as u64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn products_step_where_either_steps() {
        let prices = [(SimTime(0), Price(200)), (SimTime(10), Price(300))];
        let factors = [
            (SimTime(0), 1_000_000),
            (SimTime(5), 1_500_000),
            (SimTime(10), 1_000_000),
            (SimTime(20), 800_000),
        ];
        // 200 × 1; 200 × 1.5 = 300; at 10: 300 × 1 = 300, no change; 300 × .8 = 240.
        assert_eq!(
            multiply_steps(&prices, &factors),
            [
                (SimTime(0), Price(200)),
                (SimTime(5), Price(300)),
                (SimTime(20), Price(240)),
            ]
        );
        // A factor that begins later: nothing before.
        assert_eq!(
            multiply_steps(&prices, &factors[3..]),
            [(SimTime(20), Price(240))]
        );
    }
}
