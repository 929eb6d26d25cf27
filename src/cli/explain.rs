//! `plimsoll explain`: why something came out as it did, and what would have been otherwise.

mod bill;
mod change;
mod cost;
mod data;
mod failing;
mod job;
mod lay;
mod may;
mod named;
mod otherwise;
mod pool;
mod retained;
mod rule;
mod scene;
mod scores;
mod stood;
mod tale;

use clap::Subcommand;

use super::exit::Failure;

use change::ChangeArguments;
use cost::CostArguments;
use data::DataArguments;
use job::JobArguments;
use may::MayArguments;
use pool::PoolArguments;
use rule::RuleArguments;

/// What to explain.
#[derive(Debug, Subcommand)]
pub(super) enum ExplainCommand {
    /// One job's life: what it asked, why it waited, why it ran there, what it cost, and what would have been otherwise
    #[command(
        after_help = "Examples:\n  plimsoll explain job j-17 --run reports/hybrid-burst/3f9c21\n  \
                      plimsoll explain job j-17 scenarios/hybrid-burst.toml --strategy \"cheapest feasible\""
    )]
    Job(JobArguments),
    /// One rule: whom it concerns, what it refused, and what obeying it costs
    #[command(
        after_help = "Example:\n  plimsoll explain rule records-stay-at-home scenarios/rollout-90d-regulated.toml"
    )]
    Rule(RuleArguments),
    /// One pool: who used it, when it was full, its price, and who was turned down
    #[command(
        after_help = "Example:\n  plimsoll explain pool nebius/h200 scenarios/hybrid-burst.toml --strategy \"burst after 30 min\""
    )]
    Pool(PoolArguments),
    /// One data set: where its copies, what was made of it, and jobs that read it are at an instant, and what became of them
    #[command(
        after_help = "Example:\n  plimsoll explain data records scenarios/masked.toml --at \"5 d\""
    )]
    Data(DataArguments),
    /// What one world cost, as a tree whose leaves add up
    #[command(
        after_help = "Example:\n  plimsoll explain cost scenarios/hybrid-burst.toml --by class,site,item"
    )]
    Cost(CostArguments),
    /// Play the same worlds again with one thing changed and tell the difference
    #[command(
        after_help = "Examples:\n  plimsoll explain change scenarios/hybrid-burst.toml --set pool.dc-main/h200.nodes=40\n  \
                      plimsoll explain change scenarios/hybrid-burst.toml --other \"cheapest feasible\"\n  \
                      plimsoll explain change scenarios/rollout-90d-regulated.toml --rule records-stay-at-home=audit\n  \
                      plimsoll explain change scenarios/hybrid-burst.toml --keep-off j-17=nebius/h200"
    )]
    Change(ChangeArguments),
    /// Tell before any run where each class of work may run and where not, what it moves, and which rules stand for it
    #[command(
        after_help = "Examples:\n  plimsoll explain may scenarios/regulated-hybrid.toml\n  \
                      plimsoll explain may scenarios/regulated-hybrid.toml --class training"
    )]
    May(MayArguments),
}

/// Explains.
pub(super) fn explain(command: &ExplainCommand) -> Result<(), Failure> {
    match command {
        ExplainCommand::Job(arguments) => job::job(arguments),
        ExplainCommand::Rule(arguments) => rule::rule(arguments),
        ExplainCommand::Pool(arguments) => pool::pool(arguments),
        ExplainCommand::Data(arguments) => data::data(arguments),
        ExplainCommand::Cost(arguments) => cost::cost(arguments),
        ExplainCommand::Change(arguments) => change::change(arguments),
        ExplainCommand::May(arguments) => may::may(arguments),
    }
}
