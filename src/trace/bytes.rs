//! From a file to bounded, unpacked bytes.

use std::cell::Cell;
use std::fmt;
use std::io::{self, BufReader, Cursor, Read};
use std::rc::Rc;

use super::error::{TraceError, TraceErrorKind};
use super::limits::Limits;
use super::packed::{Members, Packing, Shared, Trailing};

/// Containers that people try and that hold no plain table.
const OTHER_MAGICS: [(&[u8], &str); 5] = [
    (b"PK\x03\x04", "a zip archive (or workbook)"),
    (b"BZh", "a bzip2 stream"),
    (b"\xfd7zXZ", "an xz stream"),
    (b"PAR1", "a parquet file"),
    (b"version https:", "a Git LFS pointer, not the data"),
];
/// Longest magic above.
const PEEK: u64 = 14;
/// What is read on to see whether a file that makes no sense is damaged; more would only take time.
const READ_ON_MAX: u64 = 256 << 20;

/// Unpacked bytes under [`Limits`].
pub(super) struct Unpacked<'a> {
    inner: Shared<'a>,
    packing: Packing,
    limits: Limits,
    total: u64,
    // Bytes handed out since the consumer finished a row; the consumer sets it back to 0.
    in_row: Rc<Cell<u64>>,
}

/// Where a consumer says that a row is complete.
#[derive(Clone)]
pub(super) struct RowMark(Rc<Cell<u64>>);

/// Which bound was hit; travels inside an [`io::Error`].
#[derive(Clone, Copy, Debug)]
enum LimitHit {
    Bytes(u64),
    Row(u64),
}

/// Finds out how `reader` is packed and unpacks it as it is read.
pub(super) fn unpack<'a, R: Read + 'a>(
    mut reader: R,
    limits: &Limits,
) -> Result<(Packing, Unpacked<'a>), TraceError> {
    let mut head = Vec::new();
    let peeked = reader.by_ref().take(PEEK).read_to_end(&mut head);
    peeked.map_err(|error| read_error(&error, Packing::Plain))?;
    if head.is_empty() {
        return Err(TraceError::new(
            TraceErrorKind::Empty,
            "the file is empty",
            "give a file with a header and data rows",
        ));
    }
    for (magic, what) in OTHER_MAGICS {
        if head.starts_with(magic) {
            return Err(TraceError::new(
                TraceErrorKind::Unreadable,
                format!("this is {what}"),
                "give plain text, or text packed with gzip or zstd",
            ));
        }
    }
    let packing = Packing::of(&head);
    let whole = BufReader::with_capacity(1 << 16, Cursor::new(head).chain(reader));
    let inner = if packing == Packing::Plain {
        Shared::new(whole)
    } else {
        let members = Members::new(whole, packing);
        Shared::new(members.map_err(|error| read_error(&error, packing))?)
    };
    let bytes = Unpacked {
        inner,
        packing,
        limits: *limits,
        total: 0,
        in_row: Rc::default(),
    };
    Ok((packing, bytes))
}

/// The file-level problem behind a failed read.
pub(super) fn read_error(error: &io::Error, packing: Packing) -> TraceError {
    let hit = error
        .get_ref()
        .and_then(|inner| inner.downcast_ref::<LimitHit>());
    if let Some(hit) = hit {
        let fix = match hit {
            LimitHit::Bytes(_) => "split the file, or raise the limit on unpacked bytes",
            LimitHit::Row(_) => "look for a quote that is never closed, or for missing line ends",
        };
        return TraceError::new(TraceErrorKind::Limit, hit.to_string(), fix);
    }
    if packing == Packing::Plain {
        return TraceError::new(
            TraceErrorKind::Unreadable,
            format!("cannot be read ({error})"),
            "check the path and its permissions",
        );
    }
    let name = packing.name();
    let trailing = error
        .get_ref()
        .and_then(|inner| inner.downcast_ref::<Trailing>());
    let (problem, fix) = if let Some(trailing) = trailing {
        let fix = "cut off what does not belong to the file, or fetch it again";
        (trailing.to_string(), fix)
    } else if error.kind() == io::ErrorKind::UnexpectedEof {
        let fix = "fetch the file again and compare its size";
        let problem = format!("the {name} stream ends too early: the file is truncated");
        (problem, fix)
    } else {
        let fix = "fetch the file again and compare its checksum";
        (format!("the {name} stream is damaged ({error})"), fix)
    };
    TraceError::new(TraceErrorKind::Damaged, problem, fix)
}

impl<'a> Unpacked<'a> {
    /// What tells damage from nonsense when whoever reads these bytes gives up.
    pub(super) fn rest(&self) -> Rest<'a> {
        Rest {
            bytes: self.inner.clone(),
            packing: self.packing,
        }
    }

    /// Where to report complete rows.
    pub(super) fn row_mark(&self) -> RowMark {
        RowMark(Rc::clone(&self.in_row))
    }
}

impl RowMark {
    /// A row is complete.
    pub(super) fn row_done(&self) {
        self.0.set(0);
    }
}

impl Read for Unpacked<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.inner.read(buffer)?;
        self.total += count as u64;
        self.in_row.set(self.in_row.get() + count as u64);
        if self.total > self.limits.max_bytes {
            return Err(io::Error::other(LimitHit::Bytes(self.limits.max_bytes)));
        }
        // One buffer of slack: it may hold many short rows of which none was reported yet.
        if self.in_row.get() > self.limits.max_row_bytes + buffer.len() as u64 {
            return Err(io::Error::other(LimitHit::Row(self.limits.max_row_bytes)));
        }
        Ok(count)
    }
}

impl fmt::Display for LimitHit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Bytes(most) => write!(f, "unpacks to more than {most} bytes"),
            Self::Row(most) => write!(f, "a row is longer than {most} bytes"),
        }
    }
}

impl std::error::Error for LimitHit {}

/// What is left of a file when somebody could make no sense of it.
pub(super) struct Rest<'a> {
    bytes: Shared<'a>,
    packing: Packing,
}

impl Rest<'_> {
    /// Says of a packed file that it is damaged, if it is: its checksum stands behind what makes no sense.
    pub(super) fn or_damaged<T>(self, read: Result<T, TraceError>) -> Result<T, TraceError> {
        read.map_err(|error| {
            if self.packing == Packing::Plain || error.kind == TraceErrorKind::Damaged {
                return error;
            }
            let mut rest = self.bytes.take(READ_ON_MAX);
            match io::copy(&mut rest, &mut io::sink()) {
                Ok(_) => error,
                Err(damage) => read_error(&damage, self.packing),
            }
        })
    }
}

#[cfg(test)]
mod tests;
