//! Problems as a person reads them.
//!
//! ```text
//! error: unknown key `qouta` in offer
//!    ┌─ scenarios/hybrid-burst.toml:32:32
//! 32 │ offer = { kind = "on-demand", qouta = 128 }
//!    │                               ^^^^^ did you mean `quota`?
//! ```

use std::fmt::Write as _;

use super::problem::{Place, Problem, Problems};
use super::source::{Origin, Sources};

/// A longer line is cut around the place that matters.
const WIDTH: usize = 110;

/// Colours of a terminal, or none.
struct Paint {
    red: &'static str,
    blue: &'static str,
    bold: &'static str,
    off: &'static str,
}

const COLOURS: Paint = Paint {
    red: "\x1b[1;31m",
    blue: "\x1b[34m",
    bold: "\x1b[1m",
    off: "\x1b[0m",
};

const PLAIN: Paint = Paint {
    red: "",
    blue: "",
    bold: "",
    off: "",
};

/// All problems, ending with how many there are. Writing to a string cannot fail, so results are dropped.
pub(super) fn render(problems: &Problems, color: bool) -> String {
    let paint = if color { &COLOURS } else { &PLAIN };
    let mut out = String::new();
    let mut list: Vec<&Problem> = problems.list.iter().collect();
    // In the order of reading: by file and place, then what has no place there.
    list.sort_by_key(|problem| match problem.place {
        Place::At(origin) => (false, origin),
        Place::Named(_) | Place::Nowhere => (true, Origin::default()),
    });
    for problem in list {
        one(&mut out, problem, &problems.sources, paint);
        out.push('\n');
    }
    if problems.more > 0 {
        let _ = writeln!(out, "and {} more like these\n", problems.more);
    }
    let count = problems.len();
    let noun = if count == 1 { "problem" } else { "problems" };
    let _ = writeln!(out, "{count} {noun}, nothing was run");
    out
}

fn one(out: &mut String, problem: &Problem, sources: &Sources, paint: &Paint) {
    let Paint {
        red,
        blue,
        bold,
        off,
    } = paint;
    let message = clean(&problem.message);
    let _ = writeln!(out, "{red}error{off}{bold}: {message}{off}");
    match &problem.place {
        Place::Nowhere => {}
        Place::Named(place) => {
            let _ = writeln!(out, "   {blue}┌─{off} {}", clean(place));
        }
        Place::At(origin) => {
            excerpt(out, *origin, &problem.fix, sources, paint);
        }
    }
    if !matches!(problem.place, Place::At(_)) {
        let _ = writeln!(out, "   {blue}={off} {}", clean(&problem.fix));
    }
}

/// The line of a source with a caret under the place, and the fix beside the caret.
fn excerpt(out: &mut String, origin: Origin, fix: &str, sources: &Sources, paint: &Paint) {
    let Paint { red, blue, off, .. } = paint;
    let source = sources.of(origin);
    let (line_number, column) = source.position(origin.start);
    let (line, line_start) = source.line_at(origin.start);
    let number = line_number.to_string();
    let margin = number.len() + 1;
    let name = clean(&source.name);
    if source.path.is_some() {
        let _ = writeln!(out, "{:margin$}{blue}┌─{off} {name}:{number}:{column}", "");
    } else {
        let _ = writeln!(out, "{:margin$}{blue}┌─{off} {name}", "");
    }
    let line_end = line_start + line.len();
    let stop =
        (origin.end as usize).clamp(origin.start as usize, line_end.max(origin.start as usize));
    let marked = source
        .text
        .get(origin.start as usize..stop)
        .map_or(1, |text| text.chars().count())
        .max(1);
    let (shown, before, marked) = window(line, column - 1, marked);
    let _ = writeln!(out, "{blue}{number} │{off} {}", shown.trim_end());
    let fix = clean(fix);
    let carets = "^".repeat(marked);
    let _ = writeln!(
        out,
        "{:margin$}{blue}│{off} {:before$}{red}{carets} {fix}{off}",
        "", ""
    );
}

/// Cuts a long line around the marked characters; returns it with the place of the mark in it.
fn window(line: &str, before: usize, marked: usize) -> (String, usize, usize) {
    let chars: Vec<char> = line.chars().map(visible).collect();
    if chars.len() <= WIDTH {
        return (chars.into_iter().collect(), before, marked);
    }
    let marked = marked.min(WIDTH / 2);
    let start = before.saturating_sub(WIDTH / 3).min(chars.len() - WIDTH);
    let end = (start + WIDTH).min(chars.len());
    let mut shown = String::new();
    let mut shift = 0;
    if start > 0 {
        shown.push('…');
        shift = 1;
    }
    shown.extend(&chars[start..end]);
    if end < chars.len() {
        shown.push('…');
    }
    (
        shown,
        before - start + shift,
        marked.min(end.saturating_sub(before)).max(1),
    )
}

/// Text from input must not steer a terminal.
fn clean(text: &str) -> String {
    text.chars().map(visible).collect()
}

fn visible(c: char) -> char {
    // Direction marks could make a line read as another one.
    let steers = c.is_control() || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    match c {
        '\t' => ' ',
        _ if steers => '\u{fffd}',
        _ => c,
    }
}
