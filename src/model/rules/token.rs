//! From the text of a condition to words and signs.

/// What is wrong with a condition: the bytes of its text, the message, the fix.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::model) struct Fault {
    /// From which byte.
    pub(in crate::model) start: usize,
    /// Up to which.
    pub(in crate::model) end: usize,
    /// What is wrong.
    pub(in crate::model) message: String,
    /// What to write instead.
    pub(in crate::model) fix: String,
}

impl Fault {
    /// A fault at these bytes.
    pub(super) fn at(
        (start, end): (usize, usize),
        message: impl Into<String>,
        fix: impl Into<String>,
    ) -> Self {
        Self {
            start,
            end,
            message: message.into(),
            fix: fix.into(),
        }
    }
}

/// A word or sign.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Token {
    Name(String),
    Text(String),
    Number(f64),
    Sign(&'static str),
    End,
}

/// A token with the bytes where it was written.
pub(super) type Placed = (Token, (usize, usize));

/// Signs, the longer ones first.
const SIGNS: [&str; 15] = [
    "&&", "||", "==", "!=", "<=", ">=", "<", ">", "!", "(", ")", "[", "]", ",", ".",
];
/// A longer condition is no condition.
const BYTES_MAX: usize = 8192;

/// All tokens of a condition, the last of which is its end.
pub(super) fn tokens(text: &str) -> Result<Vec<Placed>, Fault> {
    if text.len() > BYTES_MAX {
        let message = format!("a condition of more than {BYTES_MAX} bytes");
        return Err(Fault::at((0, 1), message, "make two rules of it"));
    }
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(first) = text[at..].chars().next() {
        if first.is_whitespace() {
            at += first.len_utf8();
            continue;
        }
        let (token, end) = token(text, at, first)?;
        found.push((token, (at, end)));
        at = end;
    }
    found.push((Token::End, (text.len(), text.len())));
    Ok(found)
}

fn token(text: &str, at: usize, first: char) -> Result<(Token, usize), Fault> {
    let rest = &text[at..];
    if first.is_ascii_alphabetic() || first == '_' {
        let end = at + run(rest, |c| c.is_ascii_alphanumeric() || c == '_');
        return Ok((Token::Name(text[at..end].to_owned()), end));
    }
    if first.is_ascii_digit() {
        let end = at + run(rest, |c| c.is_ascii_digit() || c == '.');
        return match text[at..end].parse() {
            Ok(number) => Ok((Token::Number(number), end)),
            Err(_) => Err(Fault::at(
                (at, end),
                "not a number",
                "write it like 8 or 0.5",
            )),
        };
    }
    if first == '"' || first == '\'' {
        return quoted(text, at, first);
    }
    if let Some(&sign) = SIGNS.iter().find(|sign| rest.starts_with(**sign)) {
        return Ok((Token::Sign(sign), at + sign.len()));
    }
    let end = at + first.len_utf8();
    let fix = match first {
        '=' => "write == to compare",
        '&' => "write && for \"and\"",
        '|' => "write || for \"or\"",
        _ => {
            "a condition is made of job.* and target.*, texts, numbers, lists, == != < <= > >= && || ! in"
        }
    };
    let message = format!("`{first}` means nothing in a condition");
    Err(Fault::at((at, end), message, fix))
}

/// How many bytes at the beginning belong together.
fn run(text: &str, belongs: impl Fn(char) -> bool) -> usize {
    text.find(|c| !belongs(c)).unwrap_or(text.len())
}

fn quoted(text: &str, at: usize, quote: char) -> Result<(Token, usize), Fault> {
    let mut value = String::new();
    let mut chars = text[at + 1..].char_indices();
    while let Some((offset, c)) = chars.next() {
        match c {
            '\\' => {
                let escaped = chars.next().map(|(_, escaped)| escaped);
                let Some(escaped) = escaped.filter(|c| matches!(c, '\\' | '"' | '\'')) else {
                    let place = at + 1 + offset;
                    let fix = "only \\\\, \\\" and \\' are written with a backslash";
                    return Err(Fault::at((place, place + 1), "an unknown escape", fix));
                };
                value.push(escaped);
            }
            c if c == quote => return Ok((Token::Text(value), at + 1 + offset + 1)),
            c => value.push(c),
        }
    }
    let fix = format!("close it with {quote}");
    Err(Fault::at((at, text.len()), "a text without an end", fix))
}
