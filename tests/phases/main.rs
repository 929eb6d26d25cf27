//! Where runs begin, and what changes inside them.

#[path = "../common/mod.rs"]
mod common;

mod attributes;
mod begun;
mod budgets;
mod carried;
mod gates;
mod halves;
mod initial;
mod phases;
mod rollouts;
mod switches;
mod warm;
