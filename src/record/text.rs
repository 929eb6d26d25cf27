//! Words from input on their way out.

use std::borrow::Cow;

/// A text cell that a spreadsheet will not take for a formula: `=`, `+`, `-`, `@`, tab and carriage return at
/// the front get an apostrophe before them.
pub fn csv_text(text: &str) -> Cow<'_, str> {
    if text.starts_with(['=', '+', '-', '@', '\t', '\r']) {
        Cow::Owned(format!("'{text}"))
    } else {
        Cow::Borrowed(text)
    }
}

/// `text` without control characters, so that a name cannot move the cursor or recolour a terminal; and
/// without the marks that turn the direction of writing, which could make it read as something else.
pub fn plain(text: &str) -> Cow<'_, str> {
    if text.contains(is_unprintable) {
        Cow::Owned(text.replace(is_unprintable, "\u{fffd}"))
    } else {
        Cow::Borrowed(text)
    }
}

fn is_unprintable(c: char) -> bool {
    c.is_control() || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formulas_and_escapes_are_disarmed() {
        assert_eq!(csv_text("=1+1"), "'=1+1");
        assert_eq!(csv_text("@cmd"), "'@cmd");
        assert_eq!(csv_text("dc-main/h200"), "dc-main/h200");
        assert_eq!(plain("a\u{1b}[31mb"), "a\u{fffd}[31mb");
        assert_eq!(plain("burst \u{202e}x"), "burst \u{fffd}x");
        assert_eq!(plain("straße"), "straße");
    }
}
