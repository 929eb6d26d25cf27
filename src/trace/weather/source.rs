//! One recording to read: a name and its bytes.

use std::io::{Cursor, Read};
use std::path::{Path, PathBuf};

use super::super::bytes::unpack;
use super::super::error::{TraceError, TraceErrorKind};
use super::super::limits::Limits;
use super::super::read::open;
use super::error::WeatherError;

/// Most recordings in one import.
const SOURCES_MAX: usize = 1000;
/// Most bytes of a recording in JSON, which is held in memory as a whole.
const JSON_BYTES_MAX: u64 = 64 << 20;

/// A recording to read; gzip and zstd are recognised by their first bytes and unpacked on the way.
pub struct Source<'a> {
    /// What it is called in accounts and errors.
    pub name: String,
    /// The zone, where the format needs one and does not say it; by default the stem of the file's name.
    pub zone: String,
    pub(super) reader: Box<dyn Read + 'a>,
}

impl<'a> Source<'a> {
    /// A recording from any reader.
    pub fn new(name: &str, reader: impl Read + 'a) -> Self {
        let (name, zone) = (name.to_owned(), stem(name).to_owned());
        let reader = Box::new(reader);
        Self { name, zone, reader }
    }

    /// A recording in a file.
    ///
    /// # Errors
    /// When it cannot be opened.
    pub fn open(path: &Path) -> Result<Source<'static>, TraceError> {
        let name = path.display().to_string();
        Ok(Source::new(&name, open(path)?))
    }

    /// Several recordings that belong together.
    ///
    /// # Errors
    /// When some cannot be opened, or there are more than a thousand.
    pub fn open_all(paths: &[PathBuf]) -> Result<Vec<Source<'static>>, WeatherError> {
        if paths.len() > SOURCES_MAX {
            return Err(WeatherError::from(TraceError::new(
                TraceErrorKind::Limit,
                format!(
                    "{} recordings, at most {SOURCES_MAX} are read together",
                    paths.len()
                ),
                "read them in parts",
            )));
        }
        let mut problems = WeatherError::none();
        let mut sources = Vec::new();
        for path in paths {
            match Self::open(path) {
                Ok(source) => sources.push(source),
                Err(problem) => problems.push(problem),
            }
        }
        if problems.problems.is_empty() {
            Ok(sources)
        } else {
            Err(problems)
        }
    }

    /// All of it in memory, for formats that are one JSON value.
    pub(super) fn whole(self, limits: &Limits) -> Result<Vec<u8>, TraceError> {
        let most = limits.max_bytes.min(JSON_BYTES_MAX);
        // The whole file is one row here.
        let limits = Limits {
            max_bytes: most,
            max_row_bytes: most,
            ..*limits
        };
        let (packing, mut bytes) = unpack(self.reader, &limits)?;
        let mut all = Vec::new();
        bytes
            .read_to_end(&mut all)
            .map_err(|error| super::super::bytes::read_error(&error, packing))?;
        Ok(all)
    }
}

impl Source<'static> {
    /// A recording in memory.
    pub fn of_text(name: &str, text: &str) -> Self {
        Source::new(name, Cursor::new(text.as_bytes().to_vec()))
    }
}

/// The last part of a path without what follows its first dot.
fn stem(name: &str) -> &str {
    let last = name.rsplit(['/', '\\']).next().unwrap_or(name);
    last.split('.').next().unwrap_or(last)
}

/// What serde_json found wrong, with its place.
pub(super) fn json_error(error: &serde_json::Error) -> TraceError {
    let text = error.to_string();
    let text = text.split(" at line ").next().unwrap_or(&text).to_owned();
    let problem = TraceError::new(
        TraceErrorKind::Unreadable,
        format!(
            "not the expected JSON ({text}, character {})",
            error.column()
        ),
        "check that this is the format that was named, and that the file is whole",
    );
    match error.line() as u64 {
        0 => problem,
        line => problem.at_line(line),
    }
}
