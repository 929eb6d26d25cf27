//! Delimited tables of weather, row by row with the number of the line.

use std::cell::Cell;
use std::io::{self, Read};
use std::rc::Rc;

use csv::ByteRecord;

use super::super::bytes::{RowMark, Unpacked, unpack};
use super::super::error::{TraceError, TraceErrorKind};
use super::super::header::Header;
use super::super::limits::Limits;
use super::super::packed::Packing;
use super::super::table::{csv_error, few_enough, no_header};
use super::reason::WeatherDrop;
use super::report::Account;
use super::source::Source;

/// A table whose header was read.
pub(super) struct Table<'a> {
    reader: csv::Reader<Watched<'a>>,
    mark: RowMark,
    packing: Packing,
    limits: Limits,
    /// The columns by name.
    pub(super) header: Header,
    /// The row that [`Self::next`] found.
    pub(super) record: ByteRecord,
    /// The line on which it begins.
    pub(super) line: u64,
    // The csv reader ends a row at `\r` and counts the line at `\n`, so that it is one line behind.
    behind: Rc<Cell<bool>>,
}

/// Bytes of which is watched whether the first line ends with `\r\n`.
struct Watched<'a> {
    bytes: Unpacked<'a>,
    behind: Rc<Cell<bool>>,
    last: u8,
    decided: bool,
}

impl Read for Watched<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.bytes.read(buffer)?;
        if !self.decided && count > 0 {
            let read = &buffer[..count];
            if let Some(end) = read.iter().position(|&byte| byte == b'\n') {
                let before = end.checked_sub(1).map_or(self.last, |place| read[place]);
                self.behind.set(before == b'\r');
                self.decided = true;
            }
            self.last = read[count - 1];
        }
        Ok(count)
    }
}

impl<'a> Table<'a> {
    /// Opens `source` and has its rows read.
    pub(super) fn read<T>(
        source: Source<'a>,
        limits: &Limits,
        rows: impl FnOnce(Self) -> Result<T, TraceError>,
    ) -> Result<T, TraceError> {
        let (packing, bytes) = unpack(source.reader, limits)?;
        let rest = bytes.rest();
        rest.or_damaged(Self::open(bytes, packing, limits).and_then(rows))
    }

    fn open(bytes: Unpacked<'a>, packing: Packing, limits: &Limits) -> Result<Self, TraceError> {
        let mark = bytes.row_mark();
        let behind = Rc::new(Cell::new(false));
        let bytes = Watched {
            bytes,
            behind: Rc::clone(&behind),
            last: 0,
            decided: false,
        };
        let mut reader = csv::ReaderBuilder::new()
            .has_headers(false)
            .flexible(true)
            .from_reader(bytes);
        let mut record = ByteRecord::new();
        let more = reader
            .read_byte_record(&mut record)
            .map_err(|error| csv_error(&error, packing))?;
        mark.row_done();
        if !more {
            return Err(no_header());
        }
        few_enough(&record, limits)?;
        let header = Header::new(record.iter());
        Ok(Self {
            reader,
            mark,
            packing,
            limits: *limits,
            header,
            record,
            line: 1,
            behind,
        })
    }

    /// Whether there was one more row that has a field for every column; others are dropped.
    pub(super) fn next(
        &mut self,
        account: &mut Account,
        source: usize,
    ) -> Result<bool, TraceError> {
        loop {
            let more = self
                .reader
                .read_byte_record(&mut self.record)
                .map_err(|error| csv_error(&error, self.packing).at_line(self.line + 1))?;
            self.mark.row_done();
            if !more {
                return Ok(false);
            }
            self.line = self.record.position().map_or(self.line + 1, |place| {
                place.line() + u64::from(self.behind.get())
            });
            few_enough(&self.record, &self.limits).map_err(|error| error.at_line(self.line))?;
            account.row()?;
            if self.record.len() != self.header.len() {
                let (found, wanted) = (self.record.len(), self.header.len());
                let value = format!("{found} fields, the header has {wanted}");
                account.drop_row(source, self.line, WeatherDrop::FieldCount, &value);
            } else if self
                .record
                .iter()
                .any(|field| std::str::from_utf8(field).is_err())
            {
                account.drop_row(source, self.line, WeatherDrop::NotUtf8, "");
            } else {
                return Ok(true);
            }
        }
    }

    /// The trimmed text in a column of the row.
    pub(super) fn text(&self, column: usize) -> &str {
        let field = self.record.get(column).unwrap_or_default();
        // `next` lets only text pass.
        std::str::from_utf8(field).unwrap_or_default().trim()
    }
}

/// A declaration that cannot hold.
pub(super) fn declaration(problem: impl Into<String>, fix: impl Into<String>) -> TraceError {
    TraceError::new(TraceErrorKind::Declaration, problem, fix)
}
