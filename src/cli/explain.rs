//! `plimsoll explain`: why something came out as it did, and what would have been otherwise.

mod change;

use clap::Subcommand;

use super::exit::Failure;

pub(super) use change::ChangeArguments;

/// What to explain.
#[derive(Debug, Subcommand)]
pub(super) enum ExplainCommand {
    /// Play the same worlds again with one thing changed and tell the difference
    #[command(
        after_help = "Examples:\n  plimsoll explain change scenarios/hybrid-burst.toml --set pool.dc-main/h200.nodes=40\n  \
                      plimsoll explain change scenarios/hybrid-burst.toml --other \"cheapest feasible\"\n  \
                      plimsoll explain change scenarios/rollout-90d-regulated.toml --rule eu-only=audit\n  \
                      plimsoll explain change scenarios/hybrid-burst.toml --keep-off j-17=nebius/h200"
    )]
    Change(ChangeArguments),
}

/// Explains.
pub(super) fn explain(command: &ExplainCommand) -> Result<(), Failure> {
    match command {
        ExplainCommand::Change(arguments) => change::change(arguments),
    }
}
