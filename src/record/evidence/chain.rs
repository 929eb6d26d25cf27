//! Lines that are chained by their hashes, written as they come.

use std::io::{self, Write};

use serde::Serialize;

use super::super::hash::sha256_hex;
use super::line::Line;
use super::words::EvidenceWords;
use super::{LINE_MAX, NO_HASH};

/// What `manifest.json` says of the evidence beside it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, serde::Deserialize)]
pub struct Seal {
    /// How many lines there are, the last one included.
    pub lines: u64,
    /// The hash of the last one.
    pub last_hash: String,
}

/// Writes lines, each with its number, the hash of the one before it, and its own. Keeps one line in memory.
#[derive(Debug)]
pub struct Chain<W> {
    out: W,
    /// How many were written.
    lines: u64,
    last_hash: String,
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
            last_hash: NO_HASH.to_owned(),
            line: Line::default(),
            error: None,
        }
    }

    /// Writes a line with the members that `fill` gives it.
    pub(super) fn write(&mut self, fill: impl FnOnce(&mut Line)) {
        if self.error.is_some() {
            return;
        }
        let line = &mut self.line;
        line.begin();
        line.number("sequence", self.lines);
        line.text("previous", &self.last_hash);
        line.members("\"simulated\":true");
        fill(line);
        // What is hashed is the line as if this were its end.
        line.close();
        self.last_hash = sha256_hex(&line.bytes);
        line.bytes.pop();
        line.text("hash", &self.last_hash);
        line.close();
        line.bytes.push(b'\n');
        let written = if LINE_MAX < line.bytes.len() {
            let words = "a line of evidence grows too long; give rules and names fewer words";
            Err(io::Error::new(io::ErrorKind::InvalidData, words))
        } else {
            self.out.write_all(&line.bytes)
        };
        self.lines += 1;
        self.error = written.err();
    }

    /// What went wrong so far, if anything did.
    pub fn check(&mut self) -> io::Result<()> {
        self.error.take().map_or(Ok(()), Err)
    }

    /// Writes the last line and all that is still in memory.
    pub fn finish(mut self, words: &EvidenceWords) -> io::Result<Seal> {
        let lines = self.lines + 1;
        self.write(|line| {
            line.text("scenario", &words.scenario_sha256);
            line.number("seed", words.seed);
            line.text("kind", "closing");
            line.number("lines", lines);
        });
        self.check()?;
        self.out.flush()?;
        Ok(Seal {
            lines,
            last_hash: self.last_hash,
        })
    }
}
