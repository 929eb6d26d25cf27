//! What the user wrote, exactly: TOML with units, merged over `extends` and `--set`, each value with its origin.
//!
//! ```text
//!  x.toml ─parse─▶ Node tree ─extends, --set─▶ one tree ─decode─▶ ScenarioFile (every field `Given`)
//!                      └── every node knows the file and place it came from ──▶ Problems
//! ```
//!
//! Nothing here knows what a scenario means; that is `model::compile`.

mod assign;
mod decode;
mod given;
mod load;
mod merge;
mod problem;
mod render;
mod schema;
mod source;
mod spec;
mod suggest;
mod tree;

pub use assign::assumption;
pub use given::{Given, Moment};
pub use load::{Scenario, load, load_text};
pub use problem::{Place, Problem, Problems};
pub use schema::json_schema;
pub use source::{Origin, Source, Sources};
pub use spec::*;
pub use suggest::nearest;

#[cfg(test)]
mod tests;
