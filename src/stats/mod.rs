//! What a sample says about a population: intervals, ratios, comparisons, percentiles.
//!
//! One observation is one replication. Every reduction runs in the order of the slice it is given, so the
//! answer is the same for any number of threads once the slice is.

mod estimate;
mod mean;
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
pub use paired::{
    paired_difference, paired_difference_of_ratios, paired_ratio, paired_ratio_of_ratios,
};
pub use percentile::{Percentile, censored, nearest_rank, percentile, percentile_censored};
pub use proportion::{Bounds, clopper_pearson, wilson};
pub use ratio::ratio_interval;
pub use special::normal_quantile;
pub use student::t_quantile;
