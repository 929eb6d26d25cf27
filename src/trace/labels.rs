//! A csv file that says something of jobs, tenants or whatever else its key names.

use std::collections::BTreeMap;
use std::fs::File;
use std::path::Path;

use csv::ByteRecord;

use super::bytes::unpack;
use super::error::{TraceError, TraceErrorKind};
use super::header::Header;
use super::limits::Limits;
use super::read::open;
use super::table::{csv_error, few_enough, no_header};

/// What a file says of one key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Joined {
    /// The text.
    pub text: String,
    /// The data row (1-based) in which it stands.
    pub row: u64,
}

/// Reads what the column `value` says of each text in the column `key`; gzip and zstd are unpacked on the way. Empty
/// fields say nothing; other columns are not looked at.
///
/// # Errors
/// When the file cannot be read, is beyond the limits, lacks a column, has a row that is no row, or says two things of one
/// key.
pub fn read_joined(
    path: &Path,
    (key, value): (&str, &str),
    limits: &Limits,
) -> Result<BTreeMap<String, Joined>, TraceError> {
    let source = path.display().to_string();
    open(path)
        .and_then(|file| read_file(file, (key, value), limits))
        .map_err(|error| error.of_source(&source))
}

fn read_file(
    file: File,
    (key, value): (&str, &str),
    limits: &Limits,
) -> Result<BTreeMap<String, Joined>, TraceError> {
    let (packing, bytes) = unpack(file, limits)?;
    let rest = bytes.rest();
    let mark = bytes.row_mark();
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .from_reader(bytes);
    let mut record = ByteRecord::new();
    let mut next = |record: &mut ByteRecord| {
        let more = reader.read_byte_record(record);
        mark.row_done();
        more.map_err(|error| csv_error(&error, packing))
    };
    let mut read = || {
        if !next(&mut record)? {
            return Err(no_header());
        }
        few_enough(&record, limits)?;
        let mut header = Header::new(record.iter());
        let places = (header.find(key)?, header.find(value)?);
        let mut found = BTreeMap::new();
        let mut row = 0;
        loop {
            row += 1;
            if !next(&mut record).map_err(|error| error.at_row(row))? {
                return Ok(found);
            }
            let taken = few_enough(&record, limits)
                .and_then(|()| enough_room(row, limits))
                .and_then(|()| take(&record, header.len(), places, row, &mut found));
            taken.map_err(|error| error.at_row(row))?;
        }
    };
    rest.or_damaged(read())
}

fn enough_room(row: u64, limits: &Limits) -> Result<(), TraceError> {
    if row <= limits.max_rows {
        return Ok(());
    }
    let problem = format!("there are more than {} rows", limits.max_rows);
    let fix = "leave out keys that no job has";
    Err(TraceError::new(TraceErrorKind::Limit, problem, fix))
}

fn take(
    record: &ByteRecord,
    fields: usize,
    (key, value): (usize, usize),
    row: u64,
    found: &mut BTreeMap<String, Joined>,
) -> Result<(), TraceError> {
    if record.len() != fields {
        let problem = format!("{} fields, the header has {fields}", record.len());
        let fix = "write one field for each column; quote those with commas";
        return Err(TraceError::new(TraceErrorKind::Contradiction, problem, fix));
    }
    let text = |place: usize| {
        let text = std::str::from_utf8(record.get(place).unwrap_or_default());
        text.map(|text| text.trim().to_owned()).map_err(|_| {
            let fix = "save the file as UTF-8";
            TraceError::new(TraceErrorKind::Unreadable, "this is not UTF-8 text", fix)
        })
    };
    let (key, text) = (text(key)?, text(value)?);
    if key.is_empty() {
        let fix = "write whom the row is about, or remove it";
        return Err(TraceError::new(
            TraceErrorKind::Contradiction,
            "the key is empty",
            fix,
        ));
    }
    if text.is_empty() {
        return Ok(());
    }
    if let Some(before) = found.get(&key).filter(|before| before.text != text) {
        let problem = format!(
            "`{key}` is `{text}` here and `{}` in row {}",
            before.text, before.row
        );
        let fix = "keep one of them";
        return Err(TraceError::new(TraceErrorKind::Contradiction, problem, fix));
    }
    found.entry(key).or_insert(Joined { text, row });
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Vec<(String, String, u64)>, String> {
        let name = format!("plimsoll-joined-{}-{}.csv", std::process::id(), text.len());
        let path = std::env::temp_dir().join(name);
        std::fs::write(&path, text).unwrap();
        let limits = Limits {
            max_rows: 3,
            ..Limits::default()
        };
        let found = read_joined(&path, ("job", "mark"), &limits);
        let _ = std::fs::remove_file(&path);
        let found = found.map_err(|error| {
            let told = error.to_string();
            told.split_once(".csv")
                .map_or(told.clone(), |told| told.1.to_owned())
        })?;
        let found = found.into_iter();
        Ok(found.map(|(key, of)| (key, of.text, of.row)).collect())
    }

    #[test]
    fn rows_are_found_by_their_key() {
        // Of c nothing is said; the second row about a says the same again.
        let found = read("mark,who,job\n health ,x, a\nhealth,y,a\n,z,c\n").unwrap();
        assert_eq!(found, [("a".to_owned(), "health".to_owned(), 1)]);
    }

    #[test]
    fn what_is_wrong_is_told_with_its_row() {
        let cases = [
            (
                "",
                ": the file is empty; give a file with a header and data rows",
            ),
            (
                "job,marks\na,b\n",
                ", column `mark`: it is not in the header; did you mean `marks`? (the header is: job, marks)",
            ),
            (
                "job,mark\na,b\na,c\n",
                ", row 2: `a` is `c` here and `b` in row 1; keep one of them",
            ),
            (
                "job,mark\na\n",
                ", row 1: 1 fields, the header has 2; write one field for each column; quote those with commas",
            ),
            (
                "job,mark\n,b\n",
                ", row 1: the key is empty; write whom the row is about, or remove it",
            ),
            (
                "job,mark\na,b\nb,b\nc,b\nd,b\n",
                ", row 4: there are more than 3 rows; leave out keys that no job has",
            ),
        ];
        for (text, expected) in cases {
            assert_eq!(read(text).unwrap_err(), expected, "{text}");
        }
    }
}
