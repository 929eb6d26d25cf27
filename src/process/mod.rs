//! Laws to draw from: arrivals, holding times, sizes.

mod job;
mod outcome;

pub use job::GeneratedJob;
pub use outcome::Outcome;
