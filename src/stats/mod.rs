//! What a sample says about a population: intervals, ratios, comparisons, percentiles.
//!
//! One observation is one replication. Every reduction runs in the order in which it is given them, so the
//! answer is the same for any number of threads once the order is.

mod estimate;
mod mean;
mod moments;
mod order;
mod paired;
mod percentile;
mod proportion;
mod ratio;
mod special;
mod student;

pub use estimate::{CONFIDENCE, Estimate, Precision};
pub use mean::mean_interval;
pub use order::{RankRange, quantile_ranks, quantile_upper_rank};
pub use paired::PairedRatio;
pub use percentile::{Percentile, censored, nearest_rank, percentile_above, percentile_censored};
pub use proportion::{Bounds, clopper_pearson, wilson};
pub use ratio::{RunningRatio, ratio_interval};
pub use special::normal_quantile;
pub use student::t_quantile;
