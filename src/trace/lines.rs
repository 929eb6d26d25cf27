//! Lines of bounded length.

use std::io::{BufRead as _, BufReader, Read};

use super::bytes::{RowMark, Unpacked, read_error, unpack};
use super::error::TraceError;
use super::limits::Limits;
use super::packed::Packing;

/// The lines of a file, one at a time.
pub(super) struct Lines<'a> {
    reader: BufReader<Unpacked<'a>>,
    mark: RowMark,
    packing: Packing,
    /// The line that [`Self::next`] found, with its end.
    pub(super) line: Vec<u8>,
    /// Its number, from 1.
    pub(super) number: u64,
}

impl<'a> Lines<'a> {
    /// Unpacks `reader` and has its lines read.
    pub(super) fn read<T>(
        reader: impl Read + 'a,
        limits: &Limits,
        lines: impl FnOnce(Self) -> Result<T, TraceError>,
    ) -> Result<T, TraceError> {
        let (packing, bytes) = unpack(reader, limits)?;
        let rest = bytes.rest();
        rest.or_damaged(lines(Self::new(bytes, packing)))
    }

    pub(super) fn new(bytes: Unpacked<'a>, packing: Packing) -> Self {
        let mark = bytes.row_mark();
        Self {
            reader: BufReader::new(bytes),
            mark,
            packing,
            line: Vec::new(),
            number: 0,
        }
    }

    /// Whether there was one more line; it is then in `line`.
    pub(super) fn next(&mut self) -> Result<bool, TraceError> {
        self.line.clear();
        let count = self
            .reader
            .by_ref()
            .read_until(b'\n', &mut self.line)
            .map_err(|error| read_error(&error, self.packing))?;
        self.mark.row_done();
        self.number += 1;
        Ok(count > 0)
    }
}
