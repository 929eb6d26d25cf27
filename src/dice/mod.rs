//! A random number is a function of its name.
//!
//! There is no generator object that somebody could advance by accident: a draw is determined by the seed,
//! the entity it belongs to (by *name*), the replication, a purpose and a count. Adding a pool, asking in
//! another order, or running on more threads changes nobody else's luck. The block function is
//! Philox4x32-10 (Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", 2011).

mod key;
mod philox;
mod stream;

pub use key::Key;
pub use stream::{Dice, Purpose, Stream};
