//! What serde says of a value that it cannot read.

use std::fmt;

/// What is wrong with one value, and what to do.
#[derive(Debug)]
pub(super) struct Fault {
    pub(super) message: String,
    pub(super) fix: String,
}

impl Fault {
    pub(super) fn new(message: String, fix: impl Into<String>) -> Self {
        Self {
            message,
            fix: fix.into(),
        }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Fault {}

impl serde::de::Error for Fault {
    fn custom<T: fmt::Display>(message: T) -> Self {
        Self {
            message: message.to_string(),
            fix: "write it as `plimsoll schema` describes it".to_owned(),
        }
    }
}
