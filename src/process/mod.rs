//! Laws to draw from: arrivals, holding times, sizes.
