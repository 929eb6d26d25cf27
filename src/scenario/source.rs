//! Where words came from: files and `--set` arguments.

use std::path::{Path, PathBuf};

/// A stretch of one source, in bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Origin {
    /// Which source, by index.
    pub source: u16,
    /// First byte.
    pub start: u32,
    /// One past the last byte.
    pub end: u32,
}

/// One text that words came from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Source {
    /// What to call it: the path as the user wrote it, or `--set`.
    pub name: String,
    /// The file; `None` for a `--set` argument.
    pub path: Option<PathBuf>,
    /// The text.
    pub text: String,
}

/// All texts that a scenario was made from.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sources {
    list: Vec<Source>,
}

impl Sources {
    /// Adds a text; its index names it in origins.
    pub fn add(&mut self, source: Source) -> u16 {
        self.list.push(source);
        (self.list.len() - 1) as u16
    }

    /// The source of an origin.
    pub fn of(&self, origin: Origin) -> &Source {
        &self.list[usize::from(origin.source)]
    }

    /// All of them, in order of reading.
    pub fn iter(&self) -> impl Iterator<Item = &Source> {
        self.list.iter()
    }

    /// A path that was written at `origin`, relative to the file that says it; a path in a `--set` argument is
    /// relative to the working directory.
    pub fn resolve(&self, origin: Origin, path: &str) -> PathBuf {
        match self.of(origin).path.as_deref().and_then(Path::parent) {
            Some(folder) => folder.join(path),
            None => PathBuf::from(path),
        }
    }

    /// Where a value came from, in words: `file.toml:12` or `--set path=value`.
    pub fn describe(&self, origin: Origin) -> String {
        let source = self.of(origin);
        if source.path.is_none() {
            return format!("{} {}", source.name, source.text);
        }
        format!("{}:{}", source.name, source.position(origin.start).0)
    }
}

impl Source {
    /// Line and column (both from 1, the column in characters) of a byte.
    pub fn position(&self, byte: u32) -> (usize, usize) {
        let before = self.text.get(..byte as usize).unwrap_or(&self.text);
        let line_start = before.rfind('\n').map_or(0, |at| at + 1);
        let line = before.bytes().filter(|&b| b == b'\n').count() + 1;
        (line, before[line_start..].chars().count() + 1)
    }

    /// The whole line that holds a byte, and where it starts.
    pub fn line_at(&self, byte: u32) -> (&str, usize) {
        let before = self.text.get(..byte as usize).unwrap_or(&self.text);
        let start = before.rfind('\n').map_or(0, |at| at + 1);
        let rest = &self.text[start..];
        let end = rest.find('\n').unwrap_or(rest.len());
        (rest[..end].trim_end_matches('\r'), start)
    }
}
