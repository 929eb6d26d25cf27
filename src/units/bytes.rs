//! Amounts of data.

use serde::{Deserialize, Serialize};

/// An amount of data in bytes.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct Bytes(pub u64);

impl Bytes {
    /// As people say it: in GiB where that is a whole number, in GB otherwise.
    pub fn words(self) -> String {
        if self.0.is_multiple_of(1 << 30) {
            format!("{} GiB", self.0 >> 30)
        } else {
            format!("{} GB", self.0 as f64 / 1e9)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_said_as_they_were_written() {
        assert_eq!(Bytes(80 << 30).words(), "80 GiB");
        assert_eq!(Bytes(141_000_000_000).words(), "141 GB");
        assert_eq!(Bytes(1_500_000_000_000).words(), "1500 GB");
    }
}
