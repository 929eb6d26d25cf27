//! Where runs begin, and what changes inside them.

#[path = "../common/mod.rs"]
mod common;

mod budgets;
mod carried;
mod gates;
mod initial;
mod phases;
mod rollouts;
mod switches;
