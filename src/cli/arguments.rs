//! What may be said on the command line.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::scenario;

use super::evidence::EvidenceCommand;
use super::explain::ExplainCommand;
use super::generate::GenerateArguments;
use super::import::ImportArguments;
use super::init::InitArguments;
use super::runbook::RunbookCommand;
use super::verify::VerifyArguments;

/// Compares placement strategies for hybrid GPU infrastructure by simulation: at what cost, with what queue
/// delay, and how sure are we?
#[derive(Debug, Parser)]
#[command(
    name = "plimsoll",
    version,
    max_term_width = 100,
    after_help = "Examples:\n  \
        plimsoll compare scenarios/hybrid-burst.toml\n  \
        plimsoll compare scenarios/hybrid-burst.toml --set pool.dc-main/h200.nodes=40 --replications 500\n  \
        plimsoll run scenarios/hybrid-burst.toml --strategy \"burst after 30 min\" --jobs 0 --out out\n  \
        plimsoll check scenarios/hybrid-burst.toml\n\n\
        Data goes to standard output, messages to standard error.\n\
        Exit codes: 0 done, 1 error while running, 2 wrong usage, 3 invalid input, 4 a check failed, \
        130 interrupted (what was finished is kept)."
)]
pub(super) struct Arguments {
    #[command(subcommand)]
    pub(super) command: Command,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Play all strategies of a scenario on the same sampled worlds and compare them
    #[command(
        after_help = "Examples:\n  plimsoll compare scenarios/hybrid-burst.toml\n  \
                      plimsoll compare scenarios/hybrid-burst.toml --format json --replications 50\n  \
                      plimsoll compare scenarios/philly.toml --set demand.philly.trace=philly.csv.gz"
    )]
    Compare(StudyArguments),
    /// Play one strategy of a scenario
    #[command(
        after_help = "Examples:\n  plimsoll run scenarios/hybrid-burst.toml\n  \
                      plimsoll run scenarios/hybrid-burst.toml --strategy \"cheapest feasible\" --jobs 0"
    )]
    Run {
        #[command(flatten)]
        study: StudyArguments,
        /// Which strategy, by name; the first of the scenario if not given
        #[arg(long, value_name = "NAME")]
        strategy: Option<String>,
        /// Write what the first world leaves at its horizon, for another run to begin with: jobs to FILE (a csv), all
        /// else to a .toml beside it, which `[initial] from` reads
        #[arg(long, value_name = "FILE")]
        state_out: Option<PathBuf>,
    },
    /// Say what is wrong with a scenario, and what is in it
    #[command(after_help = "Example:\n  plimsoll check scenarios/hybrid-burst.toml")]
    Check(CheckArguments),
    /// Read recorded jobs or weather and account for every row: read = accepted + dropped by named reason
    #[command(
        after_help = "Examples:\n  plimsoll import philly.csv.gz --from philly --zone America/Los_Angeles\n  \
                      plimsoll import log.swf.gz --from swf --out jobs.csv\n  \
                      plimsoll import jobs.csv --from csv --column submit=submit_time \
                      --column duration=duration --column gpus=num_gpu --ignore-rest\n  \
                      plimsoll import us-*.json --from skypilot --kind availability --out capacity.csv\n  \
                      plimsoll import failures.csv --from lanl --zone America/Denver --out outages.csv"
    )]
    Import(ImportArguments),
    /// Write the demand of one sampled world of a scenario as a trace
    #[command(
        after_help = "Example:\n  plimsoll generate scenarios/hybrid-burst.toml --replication 3 --out jobs.csv"
    )]
    Generate(GenerateArguments),
    /// Write a first scenario, commented, to change
    #[command(after_help = "Example:\n  plimsoll init my.toml && plimsoll compare my.toml")]
    Init(InitArguments),
    /// Play systems with exactly known answers through the engine and compare: is it to be trusted?
    #[command(
        after_help = "Examples:\n  plimsoll verify\n  plimsoll verify --full\n  \
                      plimsoll verify --seed 7 --format json"
    )]
    Verify(VerifyArguments),
    /// Look at what runs with --evidence wrote down: each decision, chained by hashes
    #[command(subcommand)]
    Evidence(EvidenceCommand),
    /// Say why something came out as it did, and what would have been otherwise
    #[command(subcommand)]
    Explain(ExplainCommand),
    /// Try out who does what before a failover begins
    #[command(subcommand)]
    Runbook(RunbookCommand),
    /// Print the JSON Schema of scenario files
    Schema,
}

/// Which scenario to check, and how far.
#[derive(Debug, Args)]
pub(super) struct CheckArguments {
    #[command(flatten)]
    pub(super) scenario: ScenarioArguments,
    /// Also tell on which single things work stands, and which share of it could go on without its first site
    #[arg(long)]
    pub(super) coupling: bool,
    /// Also tell what it takes to leave a provider: what lies with it alone, where that would go, and what could run
    /// nowhere without it
    #[arg(long, value_name = "PROVIDER")]
    pub(super) leave: Option<String>,
    /// With --leave: how long beforehand that is known
    #[arg(long, value_name = "TIME", default_value = "30 d", requires = "leave")]
    pub(super) notice: String,
}

/// Which scenario.
#[derive(Debug, Args)]
pub(super) struct ScenarioArguments {
    /// The scenario file
    #[arg(value_name = "FILE")]
    pub(super) file: PathBuf,
    /// Change a value of the scenario, as in `pool.dc-main/h200.nodes=40`; may be repeated
    #[arg(long = "set", value_name = "PATH=VALUE")]
    pub(super) sets: Vec<String>,
    /// Take an attribute to be so of all of whom nobody says it, as in `classification=["health"]` or
    /// `target.certified=false`; may be repeated. It is told among the assumptions
    #[arg(long = "assume", value_name = "ATTRIBUTE=VALUE", value_parser = assumption)]
    pub(super) assumes: Vec<String>,
}

impl ScenarioArguments {
    /// All that is laid over the scenario.
    pub(super) fn overrides(&self) -> Vec<String> {
        let assumes = self.assumes.iter();
        let assumes = assumes.map(|words| scenario::assumption(words));
        self.sets.iter().cloned().chain(assumes).collect()
    }
}

/// An attribute with its value.
pub(super) fn assumption(words: &str) -> Result<String, String> {
    match words.split_once('=') {
        Some((name, _)) if !name.trim().is_empty() => Ok(words.to_owned()),
        _ => Err("write it like classification=[\"health\"]".to_owned()),
    }
}

/// How to play it.
#[derive(Debug, Args)]
pub(super) struct StudyArguments {
    #[command(flatten)]
    pub(super) scenario: ScenarioArguments,
    /// How many sampled worlds; the scenario's own number if not given
    #[arg(long, value_name = "N", allow_negative_numbers = true, value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    pub(super) replications: Option<u32>,
    /// The seed of all randomness; the scenario's own if not given
    #[arg(long, value_name = "N", allow_negative_numbers = true)]
    pub(super) seed: Option<u64>,
    /// Threads; 0 is one for each core. The numbers do not depend on it
    #[arg(long, value_name = "N", default_value_t = 0, value_parser = clap::value_parser!(u16).range(0..=1024))]
    pub(super) threads: u16,
    /// Write the record into this folder instead of reports/<scenario>/<run-id>/
    #[arg(long, value_name = "DIR")]
    pub(super) out: Option<PathBuf>,
    /// The form of the answer on standard output
    #[arg(long, value_name = "FORM", value_enum, default_value_t = OutputFormat::Table)]
    pub(super) format: OutputFormat,
    /// Record every job of this replication (the first is 0) in jobs.csv; may be repeated
    #[arg(long, value_name = "REPLICATION")]
    pub(super) jobs: Vec<u32>,
    /// Write every decision of this replication (the first, 0, unless given) into evidence.jsonl, chained by hashes; may be
    /// repeated
    #[arg(
        long,
        value_name = "REPLICATION",
        num_args = 0..=1,
        require_equals = true,
        default_missing_value = "0"
    )]
    pub(super) evidence: Vec<u32>,
    /// End with 0 even if a [[gate]] of the scenario fails (4 otherwise)
    #[arg(long)]
    pub(super) exit_zero: bool,
    /// Say nothing but the answer and errors
    #[arg(long, short)]
    pub(super) quiet: bool,
}

/// The form of an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum OutputFormat {
    /// For people
    Table,
    /// One object
    Json,
    /// Rows: one for each strategy and metric, or for each reason of an account
    Csv,
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory as _;

    #[test]
    fn the_command_line_is_consistent() {
        Arguments::command().debug_assert();
    }
}
