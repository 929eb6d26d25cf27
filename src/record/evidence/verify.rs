//! Whether evidence is what was written: every line, in its place, to the last.

use std::io::{self, BufRead, Read as _};

use serde::Deserialize;

use super::super::hash::{chained, hex};
use super::chain::Seal;
use super::{FORMAT, LINE_MAX, SHOWN};

/// What was found good.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verified {
    /// How many lines, and the hash of the last.
    pub seal: Seal,
    /// Bytes.
    pub bytes: u64,
}

/// Why evidence is not what was written.
#[derive(Debug, thiserror::Error)]
pub enum Broken {
    /// The first line that is not as it was.
    #[error("line {line}: {what}")]
    Line {
        /// Which, from 1.
        line: u64,
        /// What is wrong with it.
        what: String,
    },
    /// It cannot be read.
    #[error("{0}")]
    Read(#[from] io::Error),
}

/// What each line must say.
#[derive(Deserialize)]
struct Head {
    line: u64,
    simulated: bool,
    kind: String,
    lines: Option<u64>,
    format: Option<u64>,
}

/// What a line ends with, the hash itself left out.
const BEFORE_HASH: &[u8] = b",\"hash\":\"";
const AFTER_HASH: &[u8] = b"\"}";
/// Digits of a whole hash, which the last line shows.
const HASH_DIGITS: usize = 64;

/// What is known of the lines so far.
struct Reader {
    lines: u64,
    hash: [u8; 32],
}

/// Reads evidence line by line, and compares the end with what `expected` says of it.
///
/// # Errors
/// The first line that was changed, is missing or stands elsewhere.
pub fn verify(mut evidence: impl BufRead, expected: Option<&Seal>) -> Result<Verified, Broken> {
    let mut reader = Reader {
        lines: 0,
        hash: [0; 32],
    };
    let mut text = Vec::new();
    let (mut closed, mut bytes) = (false, 0);
    loop {
        text.clear();
        let most = LINE_MAX as u64 + 1;
        let read = evidence.by_ref().take(most).read_until(b'\n', &mut text)?;
        if read == 0 {
            break;
        }
        let line = reader.lines + 1;
        let bad = |what: String| Broken::Line { line, what };
        if closed {
            let what = "stands behind the closing line: it was added";
            return Err(bad(what.to_owned()));
        }
        closed = reader.takes(&text).map_err(bad)?;
        bytes += read as u64;
    }
    if !closed {
        let what = if reader.lines == 0 {
            "is missing: there is nothing here"
        } else {
            "is missing: the closing line is not there, so the end was cut off"
        };
        return Err(Broken::Line {
            line: reader.lines + 1,
            what: what.to_owned(),
        });
    }
    let found = Verified {
        seal: Seal {
            lines: reader.lines,
            last_hash: digits(&reader.hash),
        },
        bytes,
    };
    match expected {
        Some(seal) if *seal != found.seal => Err(Broken::Line {
            line: found.seal.lines,
            what: format!(
                "is not the last line that manifest.json knows ({} lines, hash {}): all of it was written anew, or belongs \
                 to another run",
                seal.lines, seal.last_hash
            ),
        }),
        _ => Ok(found),
    }
}

fn digits(hash: &[u8; 32]) -> String {
    let mut out = Vec::with_capacity(HASH_DIGITS);
    hex(hash, &mut out);
    // Digits are text.
    String::from_utf8(out).unwrap_or_default()
}

impl Reader {
    /// Checks the line that follows; says whether it is the closing one.
    fn takes(&mut self, text: &[u8]) -> Result<bool, String> {
        let Some(text) = text.strip_suffix(b"\n") else {
            return Err(if LINE_MAX < text.len() {
                format!("is longer than {LINE_MAX} bytes, and no line is")
            } else {
                "has no end: it was cut off".to_owned()
            });
        };
        if self.lines == 0 && text.starts_with(b"{\"sequence\":0,") {
            return Err(format!(
                "is of format 1, which earlier versions wrote; this one reads format {FORMAT}: run again, or verify it with \
                 the version that wrote it"
            ));
        }
        let Some((content, shown)) = parts(text) else {
            return Err("was changed: it does not end with a hash".to_owned());
        };
        let hash = chained(&self.hash, content);
        let expected = digits(&hash);
        if !expected.as_bytes().starts_with(shown) {
            return Err(self.why_not(content));
        }
        let head = head(content)?;
        if head.line != self.lines + 1 {
            return Err(self.other_number(head.line));
        }
        if !head.simulated {
            return Err("does not say that it is simulated".to_owned());
        }
        let closes = head.kind == "closing";
        if closes && head.lines != Some(self.lines + 1) {
            return Err("counts other lines than there are".to_owned());
        }
        if matches!(head.kind.as_str(), "run" | "closing") && head.format != Some(FORMAT) {
            return Err(format!(
                "is not of format {FORMAT}, which this version reads"
            ));
        }
        if closes != (shown.len() == HASH_DIGITS) {
            return Err("was changed: its hash is not as long as it should be".to_owned());
        }
        self.lines += 1;
        self.hash = hash;
        Ok(closes)
    }

    /// Why a line does not give its hash.
    fn why_not(&self, content: &[u8]) -> String {
        match head(content) {
            Ok(head) if head.line != self.lines + 1 => self.other_number(head.line),
            _ => "was changed, or the line before it was replaced: its content does not give its hash".to_owned(),
        }
    }

    fn other_number(&self, number: u64) -> String {
        let expected = self.lines + 1;
        format!(
            "has the number {number}, where {expected} follows: a line was taken out, changed or moved"
        )
    }
}

/// The bytes of a line that are hashed, and what it shows of their hash.
fn parts(text: &[u8]) -> Option<(&[u8], &[u8])> {
    let rest = text.strip_suffix(AFTER_HASH)?;
    for digits in [SHOWN, HASH_DIGITS] {
        let Some(at) = rest.len().checked_sub(digits) else {
            continue;
        };
        let (content, shown) = rest.split_at(at);
        if let Some(content) = content.strip_suffix(BEFORE_HASH) {
            return Some((content, shown));
        }
    }
    None
}

fn head(content: &[u8]) -> Result<Head, String> {
    let mut whole = content.to_vec();
    whole.push(b'}');
    serde_json::from_slice(&whole).map_err(|error| format!("is no line of evidence: {error}"))
}
