//! How jobs are queued, placed and paid in fair weather.

#[path = "../common/mod.rs"]
mod common;

mod bound;
mod budget_limits;
mod budget_stops;
mod budget_worlds;
mod budgets;
mod disciplines;
mod elastic;
mod envelopes;
mod explained;
mod invariants;
mod justification;
mod labels;
mod oracles;
mod placements;
mod properties;
mod quotas;
mod quotas_in_worlds;
mod quotas_nested;
mod ranked;
mod references;
mod rented;
mod replicate;
mod results;
mod shipped;
mod spill;
mod spot;
mod start_windows;
mod theory;
mod waits;
mod whatif;
