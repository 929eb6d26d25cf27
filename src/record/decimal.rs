//! Exact integers as decimal text.

/// Milliseconds as seconds with three decimals, exactly.
pub fn seconds(ms: u64) -> String {
    format!("{}.{:03}", ms / 1000, ms % 1000)
}

/// `amount / per_unit` with `places` decimals, rounded half to even.
pub fn decimal(amount: i128, per_unit: u128, places: u32) -> String {
    let scale = 10u128.pow(places);
    let magnitude = amount.unsigned_abs();
    let (whole, rest) = (magnitude / per_unit, magnitude % per_unit);
    let (mut steps, left) = (
        whole * scale + rest * scale / per_unit,
        rest * scale % per_unit,
    );
    if per_unit < left * 2 || (left * 2 == per_unit && steps % 2 == 1) {
        steps += 1;
    }
    let (whole, digits) = (steps / scale, steps % scale);
    let sign = if amount < 0 && 0 < steps { "-" } else { "" };
    if places == 0 {
        return format!("{sign}{whole}");
    }
    format!("{sign}{whole}.{digits:0width$}", width = places as usize)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn integers_print_exactly() {
        assert_eq!(seconds(0), "0.000");
        assert_eq!(seconds(123_456_789_012), "123456789.012");
        assert_eq!(decimal(5, 2, 1), "2.5");
        // Ties go to the even digit: 0.25 and 0.35 with one decimal.
        assert_eq!(decimal(25, 100, 1), "0.2");
        assert_eq!(decimal(35, 100, 1), "0.4");
        assert_eq!(decimal(999, 1000, 2), "1.00");
        assert_eq!(decimal(-1, 3, 3), "-0.333");
        assert_eq!(decimal(-1, 1000, 2), "0.00");
        assert_eq!(decimal(7, 2, 0), "4");
    }
}
