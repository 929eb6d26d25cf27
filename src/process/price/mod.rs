//! Prices that move by themselves: nobody's demand in the simulation moves them.
//!
//! Four kinds were seen on real price lists (`docs/weather.md`): posted prices with rare steps, which are
//! written out rather than drawn; a provider's regular small steps ([`Controller`]); prices that wander
//! around a level and are sometimes pinned at on-demand ([`MeanReverting`]); and a slow cycle of the whole
//! market ([`MarketCycle`]). [`MarkovPrice`] is the general finite process that theory knows all about.
//!
//! All of them begin with a step at the start of the scenario, and none makes a step without a change. Their
//! noise is drawn under the number of the step or jump, so that a longer horizon changes nothing earlier.
//! None of them remembers more than its present: another future from time t is the same process, started
//! from what holds at t.

mod chain;
mod controller;
mod cycle;
mod markov;
mod mean_reverting;

pub use chain::{ChainStart, MarkovChain};
pub use controller::{Controller, ControllerKeys};
pub use cycle::{MarketCycle, MarketRegime};
pub use markov::MarkovPrice;
pub use mean_reverting::{MeanReverting, Stress};
