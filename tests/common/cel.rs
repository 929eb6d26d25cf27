//! Conditions of rules worked out directly from their words and from the attributes that evidence tells: nothing of the
//! program's own reading of them is used.

use serde_json::Value as Json;

/// A value, or none that is known.
#[derive(Clone, Debug, PartialEq)]
enum Worth {
    Unknown,
    Flag(bool),
    Number(f64),
    Text(String),
    Marks(Vec<String>),
}

struct Reader<'a> {
    rest: &'a str,
    attributes: &'a Json,
}

/// Whether a condition holds; `None` if nobody knows.
pub fn holds(condition: &str, attributes: &Json) -> Option<bool> {
    let mut reader = Reader {
        rest: condition,
        attributes,
    };
    let worth = reader.any();
    assert!(reader.rest.trim().is_empty(), "{}", reader.rest);
    flag(&worth)
}

fn flag(worth: &Worth) -> Option<bool> {
    match worth {
        Worth::Flag(flag) => Some(*flag),
        Worth::Unknown => None,
        other => panic!("{other:?} is neither true nor false"),
    }
}

const fn of(flag: Option<bool>) -> Worth {
    match flag {
        Some(flag) => Worth::Flag(flag),
        None => Worth::Unknown,
    }
}

impl Reader<'_> {
    fn takes(&mut self, sign: &str) -> bool {
        self.rest = self.rest.trim_start();
        let found = self.rest.strip_prefix(sign);
        if let Some(rest) = found {
            // A word ends where it ends.
            let is_word = sign.chars().all(char::is_alphabetic);
            if is_word && rest.starts_with(|c: char| c.is_alphanumeric() || c == '_') {
                return false;
            }
            self.rest = rest;
        }
        found.is_some()
    }

    fn any(&mut self) -> Worth {
        let mut worth = self.all();
        while self.takes("||") {
            let right = flag(&self.all());
            worth = of(match (flag(&worth), right) {
                (Some(true), _) | (_, Some(true)) => Some(true),
                (Some(false), Some(false)) => Some(false),
                _ => None,
            });
        }
        worth
    }

    fn all(&mut self) -> Worth {
        let mut worth = self.compared();
        while self.takes("&&") {
            let right = flag(&self.compared());
            worth = of(match (flag(&worth), right) {
                (Some(false), _) | (_, Some(false)) => Some(false),
                (Some(true), Some(true)) => Some(true),
                _ => None,
            });
        }
        worth
    }

    fn compared(&mut self) -> Worth {
        let left = self.single();
        for sign in ["==", "!=", "<=", ">=", "<", ">", "in"] {
            if self.takes(sign) {
                let right = self.single();
                return compare(&left, sign, &right);
            }
        }
        left
    }

    fn single(&mut self) -> Worth {
        if self.takes("!") {
            return of(flag(&self.single()).map(|flag| !flag));
        }
        if self.takes("(") {
            let worth = self.any();
            assert!(self.takes(")"));
            return worth;
        }
        if self.takes("[") {
            let mut marks = Vec::new();
            while !self.takes("]") {
                if let Worth::Text(text) = self.single() {
                    marks.push(text);
                }
                self.takes(",");
            }
            return Worth::Marks(marks);
        }
        if self.takes("\"") {
            let (text, rest) = self.rest.split_once('"').unwrap();
            self.rest = rest;
            return Worth::Text(text.to_owned());
        }
        for (word, flag) in [("true", true), ("false", false)] {
            if self.takes(word) {
                return Worth::Flag(flag);
            }
        }
        for call in ["has", "size"] {
            if self.takes(call) {
                assert!(self.takes("("));
                let worth = self.single();
                assert!(self.takes(")"));
                return match (call, worth) {
                    ("has", worth) => Worth::Flag(worth != Worth::Unknown),
                    (_, Worth::Marks(marks)) => Worth::Number(marks.len() as f64),
                    (_, Worth::Unknown) => Worth::Unknown,
                    (_, worth) => panic!("the size of {worth:?}"),
                };
            }
        }
        self.named()
    }

    /// A number, or an attribute.
    fn named(&mut self) -> Worth {
        let end = self
            .rest
            .find(|c: char| !(c.is_alphanumeric() || "._-".contains(c)))
            .unwrap_or(self.rest.len());
        let (word, rest) = self.rest.split_at(end);
        self.rest = rest;
        if let Ok(number) = word.parse() {
            return Worth::Number(number);
        }
        let (of, name) = word.split_once('.').unwrap_or_else(|| panic!("`{word}`"));
        match &self.attributes[of][name] {
            Json::Null => Worth::Unknown,
            Json::Bool(flag) => Worth::Flag(*flag),
            Json::Number(number) => Worth::Number(number.as_f64().unwrap()),
            Json::String(text) => Worth::Text(text.clone()),
            Json::Array(marks) => {
                let marks = marks.iter().map(|mark| mark.as_str().unwrap().to_owned());
                Worth::Marks(marks.collect())
            }
            Json::Object(_) => panic!("`{word}` is an object"),
        }
    }
}

fn compare(left: &Worth, sign: &str, right: &Worth) -> Worth {
    let order = match (left, right) {
        (Worth::Unknown, _) | (_, Worth::Unknown) => return Worth::Unknown,
        (Worth::Text(text), Worth::Marks(marks)) if sign == "in" => {
            return Worth::Flag(marks.contains(text));
        }
        (Worth::Number(left), Worth::Number(right)) => left.partial_cmp(right).unwrap(),
        (Worth::Text(left), Worth::Text(right)) => left.cmp(right),
        (Worth::Flag(left), Worth::Flag(right)) => left.cmp(right),
        other => panic!("{other:?} {sign}"),
    };
    Worth::Flag(match sign {
        "==" => order.is_eq(),
        "!=" => order.is_ne(),
        "<=" => order.is_le(),
        ">=" => order.is_ge(),
        "<" => order.is_lt(),
        _ => order.is_gt(),
    })
}
