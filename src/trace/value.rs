//! From the text of one field to a number, a time or an amount of GPUs.

use crate::units::Epoch;

use super::mapping::{GpuUnit, TimeForm, TimeUnit};

/// No time in a trace may lie further from its zero: 1,000 years in milliseconds.
///
/// Below it, a number of seconds with three decimals survives the way through binary floating point.
pub(super) const MAX_MS: i64 = 1000 * 366 * 86_400_000;
/// More GPUs in one job than anybody has is a mistake in the declared unit.
const MAX_MILLI_GPUS: f64 = 1e12;

/// Why a field has no value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ValueFault {
    Missing,
    Unreadable,
    TooLarge,
}

/// A number; an empty field and the usual words for "nothing" are missing.
pub(super) fn number(text: &str) -> Result<f64, ValueFault> {
    let text = text.trim();
    if matches!(text, "" | "None" | "null" | "NULL" | "NA") {
        return Err(ValueFault::Missing);
    }
    let value: f64 = text.parse().map_err(|_| ValueFault::Unreadable)?;
    if value.is_finite() {
        Ok(value)
    } else if text.bytes().any(|byte| byte.is_ascii_digit()) {
        Err(ValueFault::TooLarge)
    } else {
        Err(ValueFault::Unreadable)
    }
}

/// A signed length of time in milliseconds, rounded to the nearest.
pub(super) fn milliseconds(text: &str, unit: TimeUnit) -> Result<i64, ValueFault> {
    let value = (number(text)? * unit.ms() as f64).round();
    if value.abs() > MAX_MS as f64 {
        return Err(ValueFault::TooLarge);
    }
    Ok(value as i64)
}

/// An instant: Unix milliseconds, or milliseconds since the source's zero if the form has no calendar.
pub(super) fn instant(text: &str, form: &TimeForm) -> Result<i64, ValueFault> {
    match form {
        TimeForm::Since(unit) | TimeForm::Unix(unit) => milliseconds(text, *unit),
        TimeForm::Local(zone, _) => {
            let text = civil_text(text)?;
            // A time that carries an offset was declared wrongly; obeying the declaration would shift it.
            if text
                .get(10..)
                .is_some_and(|rest| rest.contains(['+', '-', '[', 'Z', 'z']))
            {
                return Err(ValueFault::Unreadable);
            }
            zone.local_unix_ms(text).ok_or(ValueFault::Unreadable)
        }
        TimeForm::Offset => {
            let text = civil_text(text)?;
            Epoch::parse(text)
                .map(Epoch::unix_ms)
                .map_err(|_| ValueFault::Unreadable)
        }
    }
}

/// Thousandths of a GPU; an amount finer than that is unreadable, never rounded.
pub(super) fn milli_gpus(text: &str, unit: GpuUnit) -> Result<u64, ValueFault> {
    let exact = number(text)? * unit.milli() as f64;
    let whole = exact.round();
    let is_whole = (exact - whole).abs() <= 1e-9 * whole.max(1.0);
    if !is_whole || !(0.0..=MAX_MILLI_GPUS).contains(&whole) {
        return Err(ValueFault::Unreadable);
    }
    Ok(whole as u64)
}

fn civil_text(text: &str) -> Result<&str, ValueFault> {
    let text = text.trim();
    if matches!(text, "" | "None" | "null" | "NULL" | "NA") {
        return Err(ValueFault::Missing);
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::units::Zone;

    #[test]
    fn numbers_are_finite_or_named() {
        assert_eq!(milliseconds("66.0", TimeUnit::Seconds), Ok(66_000));
        assert_eq!(milliseconds(" 0.0004 ", TimeUnit::Seconds), Ok(0));
        assert_eq!(milliseconds("1.5", TimeUnit::Hours), Ok(5_400_000));
        assert_eq!(milliseconds("-3", TimeUnit::Days), Ok(-259_200_000));
        for text in ["NaN", "nan", "inf", "-Infinity", "1,5", "0x10", "12s"] {
            assert_eq!(
                milliseconds(text, TimeUnit::Seconds),
                Err(ValueFault::Unreadable),
                "{text}"
            );
        }
        for text in ["1e400", "-1e400", "1e30", "31622400001"] {
            assert_eq!(
                milliseconds(text, TimeUnit::Seconds),
                Err(ValueFault::TooLarge),
                "{text}"
            );
        }
        assert_eq!(number(""), Err(ValueFault::Missing));
        assert_eq!(number("None"), Err(ValueFault::Missing));
    }

    #[test]
    fn a_zone_is_declared_not_guessed() {
        let shanghai = TimeForm::Local(Zone::parse("+08:00").unwrap(), "+08:00".into());
        let civil = instant("2023-03-01 00:18:22", &shanghai);
        assert_eq!(
            instant("2023-03-01 00:18:22+08:00", &TimeForm::Offset),
            civil
        );
        assert_eq!(instant("2023-02-28T16:18:22Z", &TimeForm::Offset), civil);
        // 2023-02-28 16:18:22 UTC is 1,677,601,102 s after 1970.
        assert_eq!(civil, Ok(1_677_601_102_000));
        assert!(instant("2023-03-01 00:18:22+08:00", &shanghai).is_err());
        assert!(instant("2023-03-01 00:18:22Z", &shanghai).is_err());
        assert!(instant("2023-03-01 00:18:22", &TimeForm::Offset).is_err());
        assert!(instant("2023-02-30 00:00:00", &shanghai).is_err());
        // Seven digits of a second, as some logs have.
        assert!(instant("2023-11-16 18:17:03.9799600", &shanghai).is_ok());
    }

    #[test]
    fn gpus_are_whole_thousandths() {
        assert_eq!(milli_gpus("8", GpuUnit::Gpus), Ok(8000));
        assert_eq!(milli_gpus("0.29", GpuUnit::Gpus), Ok(290));
        assert_eq!(milli_gpus("810", GpuUnit::Milli), Ok(810));
        assert_eq!(milli_gpus("25", GpuUnit::Percent), Ok(250));
        assert_eq!(
            milli_gpus("0.3333", GpuUnit::Gpus),
            Err(ValueFault::Unreadable)
        );
        assert_eq!(milli_gpus("-1", GpuUnit::Gpus), Err(ValueFault::Unreadable));
        assert_eq!(
            milli_gpus("1e12", GpuUnit::Gpus),
            Err(ValueFault::Unreadable)
        );
    }
}
