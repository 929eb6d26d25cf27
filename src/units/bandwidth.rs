//! How fast data moves.

use serde::{Deserialize, Serialize};

use super::Span;

/// A rate in bytes per second.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct Bandwidth(pub u64);

impl Bandwidth {
    /// Thousandths of bytes that move within a span.
    pub fn moves(self, span: Span) -> u128 {
        u128::from(self.0) * u128::from(span.0)
    }

    /// How long so many thousandths of bytes take, in whole ms; `None` if nothing moves.
    pub fn span(self, milli_bytes: u128) -> Option<Span> {
        let rate = u128::from(self.0);
        let span = (rate > 0).then(|| milli_bytes.div_ceil(rate))?;
        Some(Span(u64::try_from(span).unwrap_or(u64::MAX)))
    }

    /// A share of it, in ‰, rounded down.
    pub fn share(self, permille: u32) -> Self {
        Self((u128::from(self.0) * u128::from(permille) / 1000) as u64)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ten_gigabits_move_a_terabyte_in_800_seconds() {
        let rate = Bandwidth(1_250_000_000);
        let terabyte = 1_000_000_000_000_000;
        assert_eq!(rate.span(terabyte), Some(Span(800_000)));
        assert_eq!(rate.moves(Span(800_000)), terabyte);
        // One thousandth of a byte more takes one more millisecond.
        assert_eq!(rate.span(terabyte + 1), Some(Span(800_001)));
        assert_eq!(Bandwidth(0).span(1), None);
        assert_eq!(Bandwidth(7).share(500), Bandwidth(3));
    }
}
