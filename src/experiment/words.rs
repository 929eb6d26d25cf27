//! Numbers as people write them: no more digits than are known, thousands grouped, times in fitting units.

/// A value with its half width, as in `478,900 ± 6,100` or `1.12 ± 0.03`: the half width is rounded to two
/// significant digits and the value to the same place. Without a half width, four significant digits
/// (all digits before the point), and no `±`.
pub fn estimate(value: f64, half_width: Option<f64>) -> String {
    let Some(half) = half_width.filter(|half| 0.0 < *half && half.is_finite()) else {
        // A whole number is a count or exact money: nothing after the point is known or needed.
        let places = if value.fract() == 0.0 {
            0
        } else {
            (3 - magnitude(value)).max(0)
        };
        return rounded(value, places);
    };
    let places = 1 - magnitude(half);
    format!("{} ± {}", rounded(value, places), rounded(half, places))
}

/// An amount that is known exactly, such as money or GPU-hours: whole from a thousand on, with hundredths below,
/// and with three significant digits below one, so that little is never shown as nothing.
pub fn amount(value: f64) -> String {
    let places = match magnitude(value) {
        _ if value == 0.0 => 0,
        3.. => 0,
        0..=2 => 2,
        below => 2 - below,
    };
    let text = rounded(value, places);
    // Cents that are none say nothing.
    text.strip_suffix(".00").map_or(text.clone(), str::to_owned)
}

/// A length of time in seconds with its half width, as in `9.1 ± 1.2 h`.
pub fn duration(seconds: f64, half_width: Option<f64>) -> String {
    let (scale, unit) = unit_of(seconds.abs().max(half_width.unwrap_or(0.0)));
    if seconds == 0.0 && half_width.is_none() {
        return "0 s".to_owned();
    }
    let text = match half_width {
        None => rounded(seconds / scale, 2 - magnitude(seconds / scale)),
        Some(_) => estimate(seconds / scale, half_width.map(|half| half / scale)),
    };
    format!("{text} {unit}")
}

/// Digits before the point in groups of three.
pub fn grouped(digits: &str) -> String {
    let (sign, rest) = match digits.strip_prefix('-') {
        Some(rest) => ("-", rest),
        None => ("", digits),
    };
    let (whole, fraction) = rest
        .split_once('.')
        .map_or((rest, ""), |(whole, fraction)| (whole, fraction));
    let mut out = String::from(sign);
    for (index, digit) in whole.chars().enumerate() {
        if 0 < index && (whole.len() - index).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    if !fraction.is_empty() {
        out.push('.');
        out.push_str(fraction);
    }
    out
}

fn unit_of(seconds: f64) -> (f64, &'static str) {
    if seconds < 90.0 {
        (1.0, "s")
    } else if seconds < 5_400.0 {
        (60.0, "min")
    } else if seconds < 172_800.0 {
        (3_600.0, "h")
    } else {
        (86_400.0, "d")
    }
}

/// The power of ten of the first digit: 3 for 1,234, −2 for 0.05; 0 for zero.
fn magnitude(value: f64) -> i32 {
    if value == 0.0 || !value.is_finite() {
        return 0;
    }
    // The text form is exact about this where a logarithm might round across a power of ten.
    format!("{value:e}")
        .split_once('e')
        .and_then(|(_, power)| power.parse().ok())
        .unwrap_or(0)
}

/// `value` with `places` decimals; negative places round to tens, hundreds and so on.
fn rounded(value: f64, places: i32) -> String {
    if 0 <= places {
        let text = format!("{value:.width$}", width = places.min(12) as usize);
        return grouped(if is_zero(&text) {
            text.trim_start_matches('-')
        } else {
            &text
        });
    }
    let step = (0..-places.max(-300)).fold(1.0, |step: f64, _| step * 10.0);
    let whole = format!("{:.0}", (value / step).round() * step);
    grouped(if is_zero(&whole) { "0" } else { &whole })
}

fn is_zero(text: &str) -> bool {
    text.bytes().all(|byte| matches!(byte, b'-' | b'0' | b'.'))
}

/// So many jobs.
pub(super) fn jobs(count: u64) -> String {
    match count {
        1 => "1 job".to_owned(),
        _ => format!("{} jobs", grouped(&count.to_string())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_more_digits_than_are_known() {
        assert_eq!(estimate(478_912.0, Some(6_123.0)), "478,900 ± 6,100");
        assert_eq!(estimate(1.1234, Some(0.0312)), "1.123 ± 0.031");
        assert_eq!(estimate(7.41, Some(0.5)), "7.41 ± 0.50");
        assert_eq!(estimate(-0.001, Some(0.2)), "0.00 ± 0.20");
        assert_eq!(estimate(430_080.0, None), "430,080");
        assert_eq!(estimate(3.12, None), "3.120");
        assert_eq!(estimate(0.0, None), "0");
        assert_eq!(estimate(9.99, Some(0.0999)), "9.990 ± 0.100");
    }

    #[test]
    fn little_is_not_nothing() {
        for (value, shown) in [
            (0.0, "0"),
            (0.004_321, "0.00432"),
            (-0.5, "-0.500"),
            (0.000_000_001_25, "0.00000000125"),
            (1.0, "1"),
            (7.914, "7.91"),
            (999.994, "999.99"),
            (1_234.56, "1,235"),
            (430_080.0, "430,080"),
        ] {
            assert_eq!(amount(value), shown);
        }
    }

    #[test]
    fn times_have_fitting_units() {
        assert_eq!(duration(0.0, None), "0 s");
        assert_eq!(duration(840.0, None), "14.0 min");
        assert_eq!(duration(32_760.0, Some(4_320.0)), "9.1 ± 1.2 h");
        assert_eq!(duration(-26.0 * 3600.0, None), "-26.0 h");
        assert_eq!(duration(5.0 * 86_400.0, None), "5.00 d");
    }

    #[test]
    fn thousands_are_grouped() {
        assert_eq!(grouped("1234567.25"), "1,234,567.25");
        assert_eq!(grouped("-999"), "-999");
        assert_eq!(grouped("-1000"), "-1,000");
    }
}
