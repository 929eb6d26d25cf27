//! Lines that are chained by their hashes, written as they come.

use std::io::{self, Write};

use serde::Serialize;

use super::super::hash::{chained, hex};
use super::line::Line;
use super::words::EvidenceWords;
use super::{FORMAT, LINE_MAX, SHOWN};

/// What `manifest.json` says of the evidence beside it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, serde::Deserialize)]
pub struct Seal {
    /// How many lines there are, the last one included.
    pub lines: u64,
    /// The hash of the last one.
    pub last_hash: String,
}

/// Writes lines, each with its number and the beginning of its hash, into which that of the line before went. Keeps one
/// line in memory.
#[derive(Debug)]
pub struct Chain<W> {
    out: W,
    /// How many were written.
    lines: u64,
    /// How many runs were begun.
    runs: u64,
    hash: [u8; 32],
    line: Line,
    /// What went wrong first; nothing is written after that.
    error: Option<io::Error>,
}

impl<W: Write> Chain<W> {
    /// An empty chain.
    pub fn new(out: W) -> Self {
        Self {
            out,
            lines: 0,
            runs: 0,
            hash: [0; 32],
            line: Line::default(),
            error: None,
        }
    }

    /// The number of a run that begins, from 1.
    pub(super) const fn begin_run(&mut self) -> u64 {
        self.runs += 1;
        self.runs
    }

    /// Writes a line with the members that `fill` gives it.
    #[inline]
    pub(super) fn write(&mut self, fill: impl FnOnce(&mut Line)) {
        self.write_showing(SHOWN, fill);
    }

    /// The same, showing so many digits of its hash.
    fn write_showing(&mut self, digits: usize, fill: impl FnOnce(&mut Line)) {
        self.lines += 1;
        let line = &mut self.line;
        line.begin();
        line.count("line", self.lines);
        line.members(b"\"simulated\":true");
        fill(line);
        if self.error.is_some() {
            return;
        }
        self.hash = chained(&self.hash, &line.bytes);
        line.members(b"\"hash\":\"");
        hex(&self.hash[..digits / 2], &mut line.bytes);
        line.bytes.extend_from_slice(b"\"}\n");
        let written = if LINE_MAX < line.bytes.len() {
            let words = "a line of evidence grows too long; give rules and names fewer words";
            Err(io::Error::new(io::ErrorKind::InvalidData, words))
        } else {
            self.out.write_all(&line.bytes)
        };
        self.error = written.err();
    }

    /// Something went wrong; nothing is written after that.
    pub(super) fn fail(&mut self, error: io::Error) {
        self.error.get_or_insert(error);
    }

    /// What went wrong so far, if anything did.
    pub fn check(&mut self) -> io::Result<()> {
        self.error.take().map_or(Ok(()), Err)
    }

    /// Writes the last line and all that is still in memory.
    pub fn finish(mut self, words: &EvidenceWords) -> io::Result<Seal> {
        let lines = self.lines + 1;
        self.write_showing(64, |line| {
            line.text("scenario", words.short());
            line.count("seed", words.seed);
            line.text("kind", "closing");
            line.count("format", FORMAT);
            line.text("scenario_sha256", &words.scenario_sha256);
            line.count("lines", lines);
        });
        self.check()?;
        self.out.flush()?;
        let mut last_hash = Vec::new();
        hex(&self.hash, &mut last_hash);
        Ok(Seal {
            lines,
            // Digits are text.
            last_hash: String::from_utf8(last_hash).unwrap_or_default(),
        })
    }
}
