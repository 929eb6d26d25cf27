//! The part of every line that is the same: which run, when, of what kind.

use std::io::Write;

use crate::units::{Epoch, SimTime};

use super::chain::Chain;
use super::line::Line;

/// Writes the lines of one run.
pub(super) struct Page<'a, W: Write> {
    chain: &'a mut Chain<W>,
    epoch: Epoch,
    /// What stands in every line of a run.
    frame: String,
    /// An instant, and how it is written.
    at: (SimTime, String),
}

impl<'a, W: Write> Page<'a, W> {
    pub(super) fn new(chain: &'a mut Chain<W>, epoch: Epoch, frame: String) -> Self {
        Self {
            chain,
            epoch,
            frame,
            at: (SimTime::NEVER, String::new()),
        }
    }

    /// Writes a line about something that happened at an instant.
    pub(super) fn line(&mut self, at: SimTime, kind: &str, fill: impl FnOnce(&mut Line)) {
        if self.at.0 != at {
            let mut instant = Line::default();
            instant.text("at", &self.epoch.format(at));
            instant.number("at_ms", at.0);
            self.at = (at, instant.into_text());
        }
        let (frame, instant) = (&self.frame, &self.at.1);
        self.chain.write(|line| {
            line.members(frame);
            line.members(instant);
            line.text("kind", kind);
            fill(line);
        });
    }
}
