//! Amounts of GPUs in thousandths, so that a share of one GPU is an integer too.

use serde::{Deserialize, Serialize};

/// An amount of GPUs in milli-GPU: 1,000 is one whole GPU.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct MilliGpus(pub u64);

impl MilliGpus {
    /// `n` whole GPUs.
    pub const fn whole(n: u64) -> Self {
        Self(n * 1000)
    }

    /// How many whole GPUs this amount occupies where GPUs are not shared: a remainder takes a whole one.
    pub const fn occupied(self) -> u64 {
        self.0.div_ceil(1000)
    }
}
