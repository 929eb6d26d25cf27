//! Reading what a person wrote: a number and a unit, exactly.

use super::{Bandwidth, BytePrice, Bytes, Currency, Money, Price, Span};

/// Why a text is not the quantity that was expected.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum QuantityError {
    /// Not "number unit" at all.
    #[error("`{text}` is not a number with a unit")]
    Shape {
        /// What was written.
        text: String,
        /// A right one.
        example: &'static str,
    },
    /// A unit of something else, or an unknown one.
    #[error("`{unit}` is not a unit of {what}")]
    Unit {
        /// What was written.
        unit: String,
        /// What was expected.
        what: &'static str,
        /// The units that would do.
        allowed: &'static str,
    },
    /// Below zero where only amounts make sense.
    #[error("`{0}` is negative")]
    Negative(String),
    /// Finer than the smallest unit.
    #[error("`{text}` is finer than {resolution}, the smallest step of this quantity")]
    TooFine {
        /// What was written.
        text: String,
        /// The smallest step.
        resolution: &'static str,
    },
    /// Too large to count.
    #[error("`{0}` is too large")]
    TooLarge(String),
    /// Money in a currency that is not the ledger's.
    #[error("`{found}` is not the scenario's currency `{expected}`")]
    Currency {
        /// What was written.
        found: String,
        /// The ledger currency.
        expected: String,
    },
}

impl QuantityError {
    /// What to do about it.
    pub fn fix(&self) -> String {
        match self {
            Self::Shape { example, .. } => format!("write it like {example}"),
            Self::Unit { allowed, .. } => format!("use one of {allowed}"),
            Self::Negative(_) => "write zero or more".to_owned(),
            Self::TooFine { resolution, .. } => format!("round it to whole steps of {resolution}"),
            Self::TooLarge(_) => "write a smaller one, or check the unit".to_owned(),
            Self::Currency { expected, .. } => {
                format!(
                    "write it in {expected}: all money of a scenario is in one currency for now"
                )
            }
        }
    }
}

/// Reads a length of time: `"3.5 h"`, `"10 min"`, `"28 d"`; units ms, s, min, h, d, w.
pub fn parse_span(text: &str) -> Result<Span, QuantityError> {
    let (number, unit) = split(text, "\"3.5 h\"")?;
    let scale = match unit {
        "ms" => 1,
        "s" => 1_000,
        "min" => 60_000,
        "h" => 3_600_000,
        "d" => 86_400_000,
        "w" => 604_800_000,
        _ => return Err(wrong_unit(unit, "time", "ms, s, min, h, d, w")),
    };
    scaled(number, scale, text, "1 ms").map(Span)
}

/// Reads an amount of data: `"80 GiB"`, `"1.5 TB"`; decimal and binary units from B to PiB.
pub fn parse_bytes(text: &str) -> Result<Bytes, QuantityError> {
    let (number, unit) = split(text, "\"80 GiB\"")?;
    let scale = byte_unit(unit).ok_or_else(|| {
        wrong_unit(
            unit,
            "data",
            "B, kB, MB, GB, TB, PB, KiB, MiB, GiB, TiB, PiB",
        )
    })?;
    scaled(number, scale, text, "1 byte").map(Bytes)
}

/// Reads a rate of data: `"10 Gb/s"` in bits, `"1.25 GB/s"` in bytes; whole bytes per second.
pub fn parse_bandwidth(text: &str) -> Result<Bandwidth, QuantityError> {
    let (number, unit) = split(text, "\"10 Gb/s\"")?;
    let wrong = || {
        let allowed = "kb/s, Mb/s, Gb/s, Tb/s (bits), kB/s, MB/s, GB/s, TB/s (bytes)";
        wrong_unit(unit, "bandwidth", allowed)
    };
    let data = unit.strip_suffix("/s").ok_or_else(wrong)?;
    // Bits come in thousands, so that an eighth is whole.
    let scale = match data {
        "kb" => 125,
        "Mb" => 125_000,
        "Gb" => 125_000_000,
        "Tb" => 125_000_000_000,
        _ => byte_unit(data).ok_or_else(wrong)?,
    };
    scaled(number, scale, text, "1 byte per second").map(Bandwidth)
}

/// Reads how fast each GPU moves data: `"1.2 GB/s per GPU"`; whole bytes per second.
pub fn parse_bandwidth_per_gpu(text: &str) -> Result<Bandwidth, QuantityError> {
    let all = text.trim_end().strip_suffix("GPU").map(str::trim_end);
    let rate = all.and_then(|rate| rate.strip_suffix("per"));
    let rate = rate.ok_or_else(|| QuantityError::Shape {
        text: text.to_owned(),
        example: "\"1.2 GB/s per GPU\"",
    })?;
    parse_bandwidth(rate.trim_end())
}

/// Reads a price per GPU-hour in `currency`: `"7.91 USD/GPU-h"`.
pub fn parse_price(text: &str, currency: Currency) -> Result<Price, QuantityError> {
    let (number, unit) = split(text, "\"7.91 USD/GPU-h\"")?;
    let code = unit
        .strip_suffix("/GPU-h")
        .ok_or_else(|| wrong_unit(unit, "price", "<currency>/GPU-h"))?;
    expect_currency(code, currency)?;
    scaled(number, 1_000_000, text, "0.000001 per GPU-h").map(Price)
}

/// Reads a price per gigabyte in `currency`: `"0.09 USD/GB"` (1 GB = 10⁹ bytes).
pub fn parse_byte_price(text: &str, currency: Currency) -> Result<BytePrice, QuantityError> {
    let (number, unit) = split(text, "\"0.09 USD/GB\"")?;
    let code = unit
        .strip_suffix("/GB")
        .ok_or_else(|| wrong_unit(unit, "price per gigabyte", "<currency>/GB"))?;
    expect_currency(code, currency)?;
    scaled(number, 1_000_000, text, "0.000001 per GB").map(BytePrice)
}

/// Reads an amount of money with any suffix, such as `"320000 USD"` or `"185 USD/kW-month"`, as
/// millionths of the currency; `suffix` is what must follow the currency code (may be empty).
pub fn parse_amount(text: &str, currency: Currency, suffix: &str) -> Result<u64, QuantityError> {
    let (number, unit) = split(text, "\"320000 USD\"")?;
    let code = unit
        .strip_suffix(suffix)
        .ok_or_else(|| QuantityError::Unit {
            unit: unit.to_owned(),
            what: "money",
            allowed: "an amount in the scenario's currency, such as USD, USD/kW-month, USD/kWh",
        })?;
    expect_currency(code, currency)?;
    scaled(number, 1_000_000, text, "0.000001")
}

/// Reads an amount of money to the tick: `"12000 USD"`, with up to 18 decimals.
pub fn parse_money(text: &str, currency: Currency) -> Result<Money, QuantityError> {
    let (number, code) = split(text, "\"12000 USD\"")?;
    expect_currency(code, currency)?;
    let (sign, digits) = number
        .strip_prefix('-')
        .map_or((1, number), |rest| (-1, rest));
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let wrong = || QuantityError::Shape {
        text: text.to_owned(),
        example: "\"12000 USD\"",
    };
    if fraction.len() > MONEY_DECIMALS || whole.len() > 12 {
        return Err(wrong());
    }
    let whole: i128 = whole.parse().map_err(|_| wrong())?;
    let part: i128 = format!("{fraction:0<MONEY_DECIMALS$}")
        .parse()
        .map_err(|_| wrong())?;
    // A tick is larger than half of the last decimal, so what was printed in full is read without loss.
    let scale = 10_i128.pow(MONEY_DECIMALS as u32);
    let ticks = (part * Money::TICKS_PER_UNIT + scale / 2) / scale;
    Ok(Money(sign * (whole * Money::TICKS_PER_UNIT + ticks)))
}

/// Decimals of an amount of money that say every tick.
const MONEY_DECIMALS: usize = 18;

/// Reads a power: `"700 W"`, `"10.2 kW"`, in whole watts.
pub fn parse_power_watts(text: &str) -> Result<u64, QuantityError> {
    let (number, unit) = split(text, "\"10.2 kW\"")?;
    let scale = match unit {
        "W" => 1,
        "kW" => 1_000,
        "MW" => 1_000_000,
        _ => return Err(wrong_unit(unit, "power", "W, kW, MW")),
    };
    scaled(number, scale, text, "1 W")
}

/// Reads what making electricity emits: `"413 g/kWh"` or `"413 kg/MWh"`, in millionths of a gram per kWh.
pub fn parse_intensity(text: &str) -> Result<u64, QuantityError> {
    let (number, unit) = split(text, "\"350 g/kWh\"")?;
    let scale = match unit {
        "g/kWh" | "kg/MWh" => 1_000_000,
        "kg/kWh" => 1_000_000_000,
        _ => {
            return Err(wrong_unit(
                unit,
                "carbon intensity",
                "g/kWh, kg/MWh, kg/kWh",
            ));
        }
    };
    scaled(number, scale, text, "0.000001 g/kWh")
}

/// Reads a plain decimal and multiplies it by `scale`, exactly: `parse_decimal("1.5", 1000)` is 1,500.
pub fn parse_decimal(number: &str, scale: u64) -> Result<u64, QuantityError> {
    scaled(number, scale, number, "this quantity's step")
}

fn split<'a>(text: &'a str, example: &'static str) -> Result<(&'a str, &'a str), QuantityError> {
    let text = text.trim();
    let end = text
        .find(|c: char| !(c.is_ascii_digit() || matches!(c, '.' | '-' | '+' | '_')))
        .unwrap_or(text.len());
    let (number, unit) = (&text[..end], text[end..].trim());
    if number.is_empty() || unit.is_empty() {
        return Err(QuantityError::Shape {
            text: text.to_owned(),
            example,
        });
    }
    Ok((number, unit))
}

fn scaled(
    number: &str,
    scale: u64,
    text: &str,
    resolution: &'static str,
) -> Result<u64, QuantityError> {
    let shape = || QuantityError::Shape {
        text: text.to_owned(),
        example: "\"1.5\" and its unit",
    };
    if let Some(rest) = number.strip_prefix('-') {
        let zero = rest.bytes().all(|b| matches!(b, b'0' | b'.'));
        return if zero && !rest.is_empty() {
            Ok(0)
        } else {
            Err(QuantityError::Negative(text.to_owned()))
        };
    }
    let digits = number.strip_prefix('+').unwrap_or(number).replace('_', "");
    let (whole, fraction) = digits.split_once('.').unwrap_or((&digits, ""));
    let fraction = fraction.trim_end_matches('0');
    if whole.is_empty() && fraction.is_empty() && !digits.contains('0') {
        return Err(shape());
    }
    if !whole
        .bytes()
        .chain(fraction.bytes())
        .all(|b| b.is_ascii_digit())
    {
        return Err(shape());
    }
    if whole.len() > 19 || fraction.len() > 15 {
        return Err(if fraction.len() > 15 {
            QuantityError::TooFine {
                text: text.to_owned(),
                resolution,
            }
        } else {
            QuantityError::TooLarge(text.to_owned())
        });
    }
    let mantissa: u128 = format!("0{whole}{fraction}").parse().map_err(|_| shape())?;
    let divisor = 10u128.pow(fraction.len() as u32);
    let product = mantissa
        .checked_mul(u128::from(scale))
        .ok_or_else(|| QuantityError::TooLarge(text.to_owned()))?;
    if product % divisor != 0 {
        return Err(QuantityError::TooFine {
            text: text.to_owned(),
            resolution,
        });
    }
    u64::try_from(product / divisor)
        .ok()
        .filter(|&value| i64::try_from(value).is_ok())
        .ok_or_else(|| QuantityError::TooLarge(text.to_owned()))
}

fn byte_unit(unit: &str) -> Option<u64> {
    Some(match unit {
        "B" => 1,
        "kB" => 1_000,
        "MB" => 1_000_000,
        "GB" => 1_000_000_000,
        "TB" => 1_000_000_000_000,
        "PB" => 1_000_000_000_000_000,
        "KiB" => 1 << 10,
        "MiB" => 1 << 20,
        "GiB" => 1 << 30,
        "TiB" => 1 << 40,
        "PiB" => 1 << 50,
        _ => return None,
    })
}

fn expect_currency(code: &str, currency: Currency) -> Result<(), QuantityError> {
    if code == currency.code() {
        return Ok(());
    }
    Err(QuantityError::Currency {
        found: code.to_owned(),
        expected: currency.to_string(),
    })
}

fn wrong_unit(unit: &str, what: &'static str, allowed: &'static str) -> QuantityError {
    QuantityError::Unit {
        unit: unit.to_owned(),
        what,
        allowed,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantities_read_exactly() {
        let usd = Currency::parse("USD").unwrap();
        assert_eq!(parse_span("3.5 h"), Ok(Span(12_600_000)));
        assert_eq!(parse_span("28d"), Ok(Span(28 * 86_400_000)));
        assert_eq!(parse_price("7.91 USD/GPU-h", usd), Ok(Price(7_910_000)));
        assert_eq!(parse_bytes("80 GiB"), Ok(Bytes(80 << 30)));
        assert_eq!(parse_bytes("80 GB"), Ok(Bytes(80_000_000_000)));
        assert_eq!(parse_byte_price("0.09 USD/GB", usd), Ok(BytePrice(90_000)));
        assert_eq!(parse_bandwidth("10 Gb/s"), Ok(Bandwidth(1_250_000_000)));
        assert_eq!(parse_bandwidth("1.5 GB/s"), Ok(Bandwidth(1_500_000_000)));
        assert_eq!(parse_power_watts("10.2 kW"), Ok(10_200));
        assert_eq!(
            parse_amount("185 USD/kW-month", usd, "/kW-month"),
            Ok(185_000_000)
        );
        assert_eq!(parse_decimal("0.81", 1000), Ok(810));
    }

    #[test]
    fn what_is_wrong_is_said() {
        let usd = Currency::parse("USD").unwrap();
        assert!(matches!(
            parse_span("3.5"),
            Err(QuantityError::Shape { .. })
        ));
        assert!(matches!(parse_span("h"), Err(QuantityError::Shape { .. })));
        assert!(matches!(
            parse_span("-1 h"),
            Err(QuantityError::Negative(_))
        ));
        assert!(matches!(
            parse_span("0.0001 s"),
            Err(QuantityError::TooFine { .. })
        ));
        assert!(matches!(
            parse_span("3 GiB"),
            Err(QuantityError::Unit { .. })
        ));
        assert!(matches!(
            parse_bandwidth("3 Gbps"),
            Err(QuantityError::Unit { .. })
        ));
        assert!(matches!(
            parse_price("2 EUR/GPU-h", usd),
            Err(QuantityError::Currency { .. })
        ));
        assert!(matches!(
            parse_price("-2 USD/GPU-h", usd),
            Err(QuantityError::Negative(_))
        ));
        assert!(matches!(
            parse_span("99999999999999999999 d"),
            Err(QuantityError::TooLarge(_))
        ));
        assert!(matches!(
            parse_span("1.2.3 h"),
            Err(QuantityError::Shape { .. })
        ));
        assert!(matches!(
            parse_span(". h"),
            Err(QuantityError::Shape { .. })
        ));
    }
}
