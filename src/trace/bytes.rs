//! From a file to bounded, unpacked bytes.

use std::cell::Cell;
use std::fmt;
use std::io::{self, BufReader, Cursor, Read};
use std::rc::Rc;

use super::error::{TraceError, TraceErrorKind};
use super::limits::Limits;

const GZIP_MAGIC: [u8; 2] = [0x1f, 0x8b];
const ZSTD_MAGIC: [u8; 4] = [0x28, 0xb5, 0x2f, 0xfd];
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

/// How the bytes of a file were packed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Packing {
    Plain,
    Gzip,
    Zstd,
}

/// Unpacked bytes under [`Limits`].
pub(super) struct Unpacked<'a> {
    inner: Box<dyn Read + 'a>,
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
    let gzip = head.starts_with(&GZIP_MAGIC);
    let zstd = head.starts_with(&ZSTD_MAGIC);
    let whole = BufReader::with_capacity(1 << 16, Cursor::new(head).chain(reader));
    let (packing, inner): (Packing, Box<dyn Read + 'a>) = if gzip {
        (
            Packing::Gzip,
            Box::new(flate2::bufread::MultiGzDecoder::new(whole)),
        )
    } else if zstd {
        let decoder = zstd::stream::read::Decoder::with_buffer(whole)
            .map_err(|error| read_error(&error, Packing::Zstd))?;
        (Packing::Zstd, Box::new(decoder))
    } else {
        (Packing::Plain, Box::new(whole))
    };
    Ok((
        packing,
        Unpacked {
            inner,
            limits: *limits,
            total: 0,
            in_row: Rc::default(),
        },
    ))
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
    let name = if packing == Packing::Gzip {
        "gzip"
    } else {
        "zstd"
    };
    let problem = if error.kind() == io::ErrorKind::UnexpectedEof {
        format!("the {name} stream ends too early: the file is truncated")
    } else {
        format!("the {name} stream is damaged ({error})")
    };
    TraceError::new(
        TraceErrorKind::Damaged,
        problem,
        "fetch the file again and compare its size",
    )
}

impl Unpacked<'_> {
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

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use super::super::{Format, Mapping, Trace, read_from};
    use super::*;

    fn import(bytes: &[u8], limits: &Limits) -> Result<Trace, TraceError> {
        let format = Format::Table(Box::new(Mapping::new("at", "run", "gpus")));
        read_from(bytes, "t.csv", &format, limits)
    }

    fn table(rows: usize) -> Vec<u8> {
        let mut text = b"at,run,gpus\n".to_vec();
        for row in 0..rows {
            writeln!(text, "{row},{},1", row * 7919 % 1000).unwrap();
        }
        text
    }

    fn gzip(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    }

    #[test]
    fn packed_and_plain_are_the_same_trace() {
        let plain = table(2000);
        let zstd = zstd::stream::encode_all(plain.as_slice(), 1).unwrap();
        let mut members = gzip(&plain[..700]);
        members.extend(gzip(&plain[700..]));
        let expected = import(&plain, &Limits::default()).unwrap();
        for packed in [gzip(&plain), members, zstd] {
            assert_eq!(import(&packed, &Limits::default()).unwrap(), expected);
        }
    }

    #[test]
    fn truncated_streams_are_said_to_be() {
        let zstd = zstd::stream::encode_all(table(2000).as_slice(), 1).unwrap();
        for packed in [gzip(&table(2000)), zstd] {
            let error = import(&packed[..packed.len() / 2], &Limits::default()).unwrap_err();
            assert_eq!(error.kind, TraceErrorKind::Damaged, "{error}");
            assert!(error.to_string().contains("truncated"), "{error}");
            let error = import(&packed[..packed.len() - 1], &Limits::default()).unwrap_err();
            assert_eq!(error.kind, TraceErrorKind::Damaged, "{error}");
        }
        let mut broken = gzip(&table(2000));
        let middle = broken.len() / 2;
        broken[middle] ^= 0xff;
        assert_eq!(
            import(&broken, &Limits::default()).unwrap_err().kind,
            TraceErrorKind::Damaged
        );
    }

    #[test]
    fn bounds_hold() {
        let small = Limits {
            max_bytes: 10_000,
            ..Limits::default()
        };
        // A bomb: ten million equal bytes in a few kilobytes.
        let bomb = gzip(&vec![b'7'; 10_000_000]);
        assert!(bomb.len() < 100_000);
        assert_eq!(
            import(&bomb, &small).unwrap_err().kind,
            TraceErrorKind::Limit
        );

        let rows = Limits {
            max_rows: 99,
            ..Limits::default()
        };
        assert_eq!(
            import(&table(100), &rows).unwrap_err().kind,
            TraceErrorKind::Limit
        );
        assert!(import(&table(99), &rows).is_ok());

        let mut quote = b"at,run,gpus\n0,1,\"".to_vec();
        quote.extend(vec![b'1'; 300_000]);
        let short = Limits {
            max_row_bytes: 1000,
            ..Limits::default()
        };
        let error = import(&quote, &short).unwrap_err();
        assert!(
            error
                .to_string()
                .contains("a row is longer than 1000 bytes"),
            "{error}"
        );
        assert!(import(&table(20_000), &short).is_ok());

        let mut wide = table(1);
        wide.extend(b"1,".repeat(400));
        let error = import(&wide, &Limits::default()).unwrap_err();
        assert!(
            error
                .to_string()
                .starts_with("t.csv, row 2: a row has 401 fields"),
            "{error}"
        );
    }

    #[test]
    fn other_containers_are_named() {
        let error = import(b"PK\x03\x04rest", &Limits::default()).unwrap_err();
        assert!(error.to_string().contains("zip"), "{error}");
        let pointer = b"version https://git-lfs.github.com/spec/v1\n";
        assert!(
            import(pointer, &Limits::default())
                .unwrap_err()
                .to_string()
                .contains("LFS")
        );
    }
}
