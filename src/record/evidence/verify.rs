//! Whether evidence is what was written: every line, in its place, to the last.

use std::io::{self, BufRead, Read as _};

use serde::Deserialize;

use super::super::hash::sha256_hex;
use super::chain::Seal;
use super::{LINE_MAX, NO_HASH};

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
    sequence: u64,
    previous: String,
    simulated: bool,
    kind: String,
    lines: Option<u64>,
}

/// What a line ends with, the hash itself left out.
const BEFORE_HASH: &[u8] = b",\"hash\":\"";
const AFTER_HASH: &[u8] = b"\"}";
const HASH_DIGITS: usize = 64;

/// Reads evidence line by line, and compares the end with what `expected` says of it.
///
/// # Errors
/// The first line that was changed, is missing or stands elsewhere.
pub fn verify(mut evidence: impl BufRead, expected: Option<&Seal>) -> Result<Verified, Broken> {
    let mut found = Verified {
        seal: Seal {
            lines: 0,
            last_hash: NO_HASH.to_owned(),
        },
        bytes: 0,
    };
    let mut text = Vec::new();
    let mut closed = false;
    loop {
        text.clear();
        let most = LINE_MAX as u64 + 1;
        let read = evidence.by_ref().take(most).read_until(b'\n', &mut text)?;
        if read == 0 {
            break;
        }
        let line = found.seal.lines + 1;
        let bad = |what: String| Broken::Line { line, what };
        if closed {
            let what = "stands behind the closing line: it was added";
            return Err(bad(what.to_owned()));
        }
        let (kind, hash) = one(&text, &found.seal).map_err(bad)?;
        closed = kind == "closing";
        found.bytes += read as u64;
        found.seal = Seal {
            lines: line,
            last_hash: hash,
        };
    }
    if !closed {
        let what = if found.seal.lines == 0 {
            "is missing: there is nothing here"
        } else {
            "is missing: the closing line is not there, so the end was cut off"
        };
        return Err(Broken::Line {
            line: found.seal.lines + 1,
            what: what.to_owned(),
        });
    }
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

/// Checks a line that follows upon others; gives its kind and its hash.
fn one(text: &[u8], before: &Seal) -> Result<(String, String), String> {
    let Some(text) = text.strip_suffix(b"\n") else {
        return Err(if LINE_MAX < text.len() {
            format!("is longer than {LINE_MAX} bytes, and no line is")
        } else {
            "has no end: it was cut off".to_owned()
        });
    };
    let changed = || "was changed: its content does not give its hash".to_owned();
    let rest = text.strip_suffix(AFTER_HASH).ok_or_else(changed)?;
    let at = rest.len().checked_sub(HASH_DIGITS).ok_or_else(changed)?;
    let (rest, hash) = rest.split_at(at);
    let content = rest.strip_suffix(BEFORE_HASH).ok_or_else(changed)?;
    let mut content = content.to_vec();
    content.push(b'}');
    let real = sha256_hex(&content);
    if real.as_bytes() != hash {
        return Err(changed());
    }
    let head: Head = serde_json::from_slice(&content)
        .map_err(|error| format!("is no line of evidence: {error}"))?;
    if head.sequence != before.lines {
        return Err(format!(
            "has the number {}, where {} follows: a line was taken out or moved",
            head.sequence, before.lines
        ));
    }
    if head.previous != before.last_hash {
        return Err("does not follow upon the line before it: one of them was replaced".to_owned());
    }
    if !head.simulated {
        return Err("does not say that it is simulated".to_owned());
    }
    if head.kind == "closing" && head.lines != Some(before.lines + 1) {
        return Err("counts other lines than there are".to_owned());
    }
    Ok((head.kind, real))
}
