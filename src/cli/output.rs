//! Standard output for data, standard error for messages.

use std::io::{self, IsTerminal, Write};

/// Columns assumed where output goes to no terminal.
const WIDTH_UNKNOWN: usize = 100;

/// Writes data to standard output.
pub(super) fn data(text: &str) -> io::Result<()> {
    let mut out = io::stdout().lock();
    out.write_all(text.as_bytes())?;
    out.flush()
}

/// Writes a line for a person to standard error; nothing can be done if that fails.
pub(super) fn message(text: &str) {
    let _ = writeln!(io::stderr().lock(), "{}", text.trim_end_matches('\n'));
}

/// Whether messages may be coloured: a terminal, and nobody said no (no-color.org).
pub(super) fn color() -> bool {
    let refused = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
    !refused && io::stderr().is_terminal()
}

/// The width that tables may have: `COLUMNS` if set, else the terminal's.
pub(super) fn width() -> usize {
    std::env::var("COLUMNS")
        .ok()
        .and_then(|text| text.parse().ok())
        .filter(|width| (20..=1000).contains(width))
        .or_else(|| terminal_size::terminal_size().map(|(width, _)| usize::from(width.0)))
        .unwrap_or(WIDTH_UNKNOWN)
}

/// Breaks a text at spaces so that no line is wider than `width`; further lines are indented by two.
pub(super) fn wrapped(text: &str, width: usize) -> String {
    use unicode_width::UnicodeWidthStr as _;
    let words = text.trim_start_matches(' ');
    let mut used = text.len() - words.len();
    let mut out = " ".repeat(used);
    let mut fresh = true;
    for word in words.split(' ') {
        if !fresh && width < used + 1 + word.width() {
            out.push_str("\n  ");
            used = 2;
        } else if !fresh {
            out.push(' ');
            used += 1;
        }
        out.push_str(word);
        used += word.width();
        fresh = false;
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_break_at_spaces() {
        assert_eq!(wrapped("one two three", 8), "one two\n  three");
        assert_eq!(wrapped("  one two", 20), "  one two");
        assert_eq!(wrapped("unbreakable", 5), "unbreakable");
    }
}
