//! Words on the command line: the only place with exit codes and colours.
//!
//! Standard output is for data, standard error for messages. Exit codes: 0 done, 1 error while running,
//! 2 wrong usage, 3 invalid input, 4 a check failed, 130 interrupted with what was finished kept.

mod answer;
mod arguments;
mod budgets;
mod changes;
mod check;
mod columns;
mod commitments;
mod compare;
mod contracts;
mod coupling;
mod envelopes;
mod evidence;
mod exit;
mod explain;
mod failovers;
mod gates;
mod generate;
mod import;
mod init;
mod interrupt;
mod jobs;
mod labels;
mod leaving;
mod moves;
mod network;
mod output;
mod outside;
mod phases;
mod power;
mod progress;
mod quotas;
mod ranking;
mod results;
mod retention;
mod rules;
mod runbook;
#[cfg(test)]
mod samples;
mod schema;
mod services;
mod sheets;
mod study;
mod table;
mod transforms;
mod verify;
mod weather;
mod windows;

use std::process::ExitCode;

use clap::Parser as _;

use arguments::{Arguments, Command};

/// Runs the program.
pub fn main() -> ExitCode {
    // clap answers wrong usage with exit code 2 itself, and help with 0.
    let arguments = Arguments::parse();
    let done = match &arguments.command {
        Command::Compare(study) => compare::compare(study),
        Command::Run {
            study,
            strategy,
            state_out,
        } => compare::run(study, strategy.as_deref(), state_out.as_deref()),
        Command::Check(arguments) => check::check(arguments),
        Command::Import(source) => import::import(source),
        Command::Generate(world) => generate::generate(world),
        Command::Init(place) => init::init(place),
        Command::Verify(trust) => verify::verify(trust),
        Command::Evidence(what) => evidence::evidence(what),
        Command::Explain(command) => explain::explain(command),
        Command::Runbook(command) => runbook::runbook(command),
        Command::Schema => schema::schema(),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => failure.tell(),
    }
}
