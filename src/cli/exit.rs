//! How a command ends, and what the shell is told.

use std::process::ExitCode;

use crate::engine::Stuck;
use crate::experiment::ExperimentError;
use crate::record::plain;
use crate::scenario::Problems;

/// Why a command did not do what was asked.
#[derive(Debug)]
pub(super) enum Failure {
    /// Something went wrong while it ran: 1.
    Runtime(anyhow::Error),
    /// It was called the wrong way: 2.
    Usage(String),
    /// A scenario has problems: 3.
    Scenario(Box<Problems>),
    /// Another input file cannot be used: 3.
    Input(String),
    /// A check failed: 4.
    Gate(String),
    /// It was interrupted; what was finished is kept: 130.
    Interrupted(String),
    /// Nobody reads the output any more: quietly 0, as with `head`.
    NobodyListens,
}

impl Failure {
    /// Says it on standard error and gives the exit code.
    pub(super) fn tell(self) -> ExitCode {
        match self {
            Self::Runtime(error) => {
                super::output::message(&format!("error: {}", printable(&format!("{error:#}"))));
                ExitCode::from(1)
            }
            Self::Usage(text) => {
                super::output::message(&format!("error: {}", plain(&text)));
                super::output::message("for more information, try '--help'");
                ExitCode::from(2)
            }
            Self::Scenario(problems) => {
                super::output::message(&problems.render(super::output::color()));
                ExitCode::from(3)
            }
            Self::Input(text) => {
                super::output::message(&format!("error: {}", printable(&text)));
                ExitCode::from(3)
            }
            Self::Gate(text) => {
                super::output::message(&text);
                ExitCode::from(4)
            }
            Self::Interrupted(text) => {
                super::output::message(&text);
                ExitCode::from(130)
            }
            Self::NobodyListens => ExitCode::SUCCESS,
        }
    }
}

/// What a terminal may be shown of a message that quotes files, line by line.
fn printable(text: &str) -> String {
    let lines: Vec<_> = text.split('\n').map(plain).collect();
    lines.join("\n")
}

impl From<anyhow::Error> for Failure {
    fn from(error: anyhow::Error) -> Self {
        let broken_pipe = error.chain().any(|cause| {
            cause
                .downcast_ref::<std::io::Error>()
                .is_some_and(|error| error.kind() == std::io::ErrorKind::BrokenPipe)
        });
        let crowded = error.chain().any(|cause| {
            matches!(
                cause.downcast_ref(),
                Some(ExperimentError::Stuck {
                    stuck: Stuck::Crowded { .. },
                    ..
                })
            )
        });
        if broken_pipe {
            Self::NobodyListens
        } else if crowded {
            Self::Input(format!("{error:#}"))
        } else {
            Self::Runtime(error)
        }
    }
}

impl From<std::io::Error> for Failure {
    fn from(error: std::io::Error) -> Self {
        anyhow::Error::from(error).into()
    }
}

impl From<Problems> for Failure {
    fn from(problems: Problems) -> Self {
        Self::Scenario(Box::new(problems))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_demand_that_is_too_large_is_the_input_s_fault() {
        let error = ExperimentError::Stuck {
            replication: 3,
            seed: 1,
            stuck: Stuck::Crowded {
                strategy: "backfill".to_owned(),
                days: 12,
                most: 4_194_304,
            },
        };
        let failure = Failure::from(anyhow::Error::from(error).context("while playing"));
        let Failure::Input(said) = failure else {
            panic!("{failure:?}");
        };
        assert!(said.contains("at most 4194304 living jobs"), "{said}");
    }
}
