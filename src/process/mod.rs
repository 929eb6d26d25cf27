//! Laws to draw from: arrivals, holding times, sizes.

mod outcome;

pub use outcome::Outcome;
