//! Bounds on what a trace file may ask of the machine.

/// Bounds of one import; a file beyond them is refused, never cut.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Most data rows.
    pub max_rows: u64,
    /// Most bytes after decompression: a small file can unpack to a very large one.
    pub max_bytes: u64,
    /// Most fields in one row.
    pub max_fields: usize,
    /// Most bytes in one row: a quote that is never closed would otherwise swallow the file.
    pub max_row_bytes: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            max_rows: 10_000_000,
            max_bytes: 4 << 30,
            max_fields: 256,
            max_row_bytes: 1 << 20,
        }
    }
}
