//! One line of JSON while it is written, member by member.

use std::fmt::Display;
use std::io::Write as _;

use super::super::decimal::decimal;

/// A JSON object that is open at its end.
#[derive(Debug, Default)]
pub(super) struct Line {
    pub(super) bytes: Vec<u8>,
}

impl Line {
    /// Begins an object.
    pub(super) fn begin(&mut self) {
        self.bytes.clear();
        self.bytes.push(b'{');
    }

    /// What was written so far.
    pub(super) fn into_text(self) -> String {
        // Only texts were written into it.
        String::from_utf8(self.bytes).unwrap_or_default()
    }

    fn key(&mut self, key: &str) {
        if !matches!(self.bytes.last(), Some(b'{' | b'[') | None) {
            self.bytes.push(b',');
        }
        self.bytes.push(b'"');
        self.bytes.extend_from_slice(key.as_bytes());
        self.bytes.extend_from_slice(b"\":");
    }

    /// A member that is JSON already.
    pub(super) fn json(&mut self, key: &str, json: &str) {
        self.key(key);
        self.bytes.extend_from_slice(json.as_bytes());
    }

    /// A member of any name, that is JSON already.
    pub(super) fn pair(&mut self, name: &str, json: &str) {
        self.members(json_text(name).as_bytes());
        self.bytes.push(b':');
        self.bytes.extend_from_slice(json.as_bytes());
    }

    /// Members that are JSON already, keys and all, into an object that is open.
    #[inline]
    pub(super) fn members(&mut self, json: &[u8]) {
        if self.bytes.last() != Some(&b'{') {
            self.bytes.push(b',');
        }
        self.bytes.extend_from_slice(json);
    }

    /// A text.
    pub(super) fn text(&mut self, key: &str, text: &str) {
        self.key(key);
        push_text(&mut self.bytes, text);
    }

    /// A number, or whatever stands for itself in JSON.
    pub(super) fn number(&mut self, key: &str, number: impl Display) {
        self.key(key);
        // Nothing can go wrong in memory.
        let _ = write!(self.bytes, "{number}");
    }

    /// A whole number, without the machinery of formats: most of many lines are names and numbers.
    #[inline]
    pub(super) fn count(&mut self, key: &str, mut number: u64) {
        self.key(key);
        let mut digits = [0; 20];
        let mut first = digits.len();
        loop {
            first -= 1;
            digits[first] = b'0' + (number % 10) as u8;
            number /= 10;
            if number == 0 {
                break;
            }
        }
        self.bytes.extend_from_slice(&digits[first..]);
    }

    /// A price per GPU-hour.
    pub(super) fn price(&mut self, key: &str, micro: u64) {
        self.json(key, &decimal(i128::from(micro), 1_000_000, 6));
    }

    /// Opens a list.
    pub(super) fn open_list(&mut self, key: &str) {
        self.key(key);
        self.bytes.push(b'[');
    }

    /// Closes a list.
    pub(super) fn close_list(&mut self) {
        self.bytes.push(b']');
    }

    /// Opens an object in a list.
    pub(super) fn open_item(&mut self) {
        if self.bytes.last() != Some(&b'[') {
            self.bytes.push(b',');
        }
        self.bytes.push(b'{');
    }

    /// Opens an object.
    pub(super) fn open(&mut self, key: &str) {
        self.key(key);
        self.bytes.push(b'{');
    }

    /// Closes an object.
    pub(super) fn close(&mut self) {
        self.bytes.push(b'}');
    }

    /// A list of texts that are JSON already.
    pub(super) fn list<'a>(&mut self, key: &str, items: impl Iterator<Item = &'a str>) {
        self.open_list(key);
        for (index, item) in items.enumerate() {
            if 0 < index {
                self.bytes.push(b',');
            }
            self.bytes.extend_from_slice(item.as_bytes());
        }
        self.close_list();
    }
}

/// A text in quotation marks, with escapes where JSON wants them.
pub(super) fn push_text(bytes: &mut Vec<u8>, text: &str) {
    if text
        .bytes()
        .all(|byte| byte >= b' ' && !matches!(byte, b'"' | b'\\'))
    {
        bytes.push(b'"');
        bytes.extend_from_slice(text.as_bytes());
        bytes.push(b'"');
    } else {
        // A text can always be written into memory.
        let _ = serde_json::to_writer(bytes, text);
    }
}

/// A text as JSON.
pub(super) fn json_text(text: &str) -> String {
    let mut bytes = Vec::new();
    push_text(&mut bytes, text);
    String::from_utf8(bytes).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn members_follow_each_other_with_commas() {
        let mut line = Line::default();
        line.begin();
        line.number("a", 1);
        line.text("b", "x\"\n");
        line.list("c", ["1", "\"d\""].into_iter());
        line.open_list("e");
        for name in ["f", "g"] {
            line.open_item();
            line.text("name", name);
            line.close();
        }
        line.close_list();
        line.price("p", 2_500_000);
        line.count("q", 0);
        line.count("r", u64::MAX);
        line.close();
        let text = String::from_utf8(line.bytes).unwrap();
        assert_eq!(
            text,
            r#"{"a":1,"b":"x\"\n","c":[1,"d"],"e":[{"name":"f"},{"name":"g"}],"p":2.500000,"q":0,"r":18446744073709551615}"#
        );
        let value: serde_json::Value = serde_json::from_str(&text).unwrap();
        assert_eq!(value["b"], "x\"\n");
    }
}
