//! Lines of an explanation on terminals of any width.

use unicode_width::UnicodeWidthStr as _;

use crate::record::plain;

use super::super::output::width;

/// Below this many columns lines begin at the left, whatever they stand under.
const NARROW: usize = 60;

/// All lines, none wider than the terminal where it can be helped; what continues stands under what it continues.
pub(super) fn laid(lines: &[String]) -> String {
    let width = width();
    lines
        .iter()
        .map(|line| broken(&plain(line), width) + "\n")
        .collect()
}

fn broken(line: &str, width: usize) -> String {
    let words = line.trim_start_matches(' ');
    let leading = line.len() - words.len();
    if words.is_empty() {
        return String::new();
    }
    let (leading, words) = if width < NARROW {
        (leading.min(4), squeezed(words))
    } else {
        (leading, words.to_owned())
    };
    // A label ends with two spaces or more; what follows it is continued there.
    let label = words.find("  ").map(|end| {
        let rest = words[end..].trim_start_matches(' ');
        leading + words[..words.len() - rest.len()].width()
    });
    let hang = label.filter(|&at| 2 * at <= width).unwrap_or(leading + 2);
    let mut out = " ".repeat(leading);
    let (mut used, mut fresh) = (leading, true);
    for word in words.split(' ') {
        if !fresh && !word.is_empty() && width < used + 1 + word.width() {
            let kept = out.trim_end_matches(' ').len();
            out.truncate(kept);
            out.push('\n');
            out.push_str(&" ".repeat(hang));
            used = hang;
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

/// With no more than two spaces side by side.
fn squeezed(words: &str) -> String {
    let mut out = String::new();
    for c in words.chars() {
        if c != ' ' || !out.ends_with("  ") {
            out.push(c);
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_continues_stands_under_what_it_continues() {
        let line =
            "waited      38.0 min until it first ran: provisioning 8.00 min, capacity 30.0 min";
        let told = broken(line, 62);
        assert_eq!(
            told,
            "waited      38.0 min until it first ran: provisioning 8.00\n            min, capacity 30.0 min"
        );
        assert_eq!(broken("one two three", 8), "one two\n  three");
        assert_eq!(broken("", 40), "");
    }

    #[test]
    fn narrow_terminals_waste_no_columns() {
        let told = broken(
            "            13.36  useful at dc-main/h200 (5.34 GPU-h) and more",
            40,
        );
        assert!(told.lines().all(|line| line.width() <= 40), "{told}");
        assert!(told.starts_with("    13.36  useful"), "{told}");
        assert_eq!(broken("cost        5 USD", 40), "cost  5 USD");
    }
}
