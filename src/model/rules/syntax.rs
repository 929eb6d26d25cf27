//! From words and signs to a tree: what a condition says, before anybody asks whether it means something.
//!
//! A part of CEL (the Common Expression Language), with its precedence: `||`, then `&&`, then comparisons and
//! `in`, then `!`.

use super::token::{Fault, Placed, Token, tokens};
use super::vocabulary::Value;

/// A part of a condition and the bytes where it was written.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Syntax {
    pub(super) tree: Tree,
    pub(super) place: (usize, usize),
}

/// What a part of a condition says.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Tree {
    /// A text, a number, true or false.
    Literal(Value),
    List(Vec<Syntax>),
    /// `job.name`, with the places of both words.
    Attribute((String, (usize, usize)), (String, (usize, usize))),
    /// `has(…)`, `size(…)`.
    Call(String, Box<Syntax>),
    Not(Box<Syntax>),
    Pair(Sign, Box<Syntax>, Box<Syntax>),
}

/// What joins two parts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sign {
    Or,
    And,
    Compare(Comparison),
    In,
}

/// How two values are compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::model) enum Comparison {
    /// The same.
    Equal,
    /// Not the same.
    Unequal,
    /// Less.
    Less,
    /// Not more.
    AtMost,
    /// More.
    More,
    /// Not less.
    AtLeast,
}

/// Parentheses and negations lie no deeper.
const DEPTH: u32 = 64;

/// Reads a condition.
pub(super) fn parse(text: &str) -> Result<Syntax, Fault> {
    let mut parser = Parser {
        tokens: tokens(text)?,
        next: 0,
        depth: 0,
    };
    let syntax = parser.either()?;
    match parser.peek() {
        (Token::End, _) => Ok(syntax),
        (token, place) => Err(unexpected(token, *place)),
    }
}

struct Parser {
    tokens: Vec<Placed>,
    next: usize,
    depth: u32,
}

impl Parser {
    fn peek(&self) -> &Placed {
        &self.tokens[self.next.min(self.tokens.len() - 1)]
    }

    fn take(&mut self) -> Placed {
        let taken = self.peek().clone();
        self.next += 1;
        taken
    }

    fn takes(&mut self, sign: &str) -> bool {
        let found = matches!(self.peek(), (Token::Sign(next), _) if *next == sign);
        self.next += usize::from(found);
        found
    }

    fn expect(&mut self, sign: &str) -> Result<usize, Fault> {
        let place = self.peek().1;
        if self.takes(sign) {
            return Ok(place.1);
        }
        let message = format!("`{sign}` is missing here");
        Err(Fault::at(place, message, format!("add {sign}")))
    }

    fn either(&mut self) -> Result<Syntax, Fault> {
        let mut left = self.both()?;
        while self.takes("||") {
            let right = self.both()?;
            left = pair(Sign::Or, left, right);
        }
        Ok(left)
    }

    fn both(&mut self) -> Result<Syntax, Fault> {
        let mut left = self.compared()?;
        while self.takes("&&") {
            let right = self.compared()?;
            left = pair(Sign::And, left, right);
        }
        Ok(left)
    }

    fn compared(&mut self) -> Result<Syntax, Fault> {
        let left = self.negated()?;
        let Some(sign) = self.takes_comparison() else {
            return Ok(left);
        };
        let right = self.negated()?;
        if let Some(place) = self.comparison().map(|_| self.peek().1) {
            let fix = "join two comparisons with &&";
            return Err(Fault::at(place, "comparisons do not chain", fix));
        }
        Ok(pair(sign, left, right))
    }

    fn comparison(&self) -> Option<Sign> {
        use Comparison as C;
        match &self.peek().0 {
            Token::Name(word) if word == "in" => Some(Sign::In),
            Token::Sign("==") => Some(Sign::Compare(C::Equal)),
            Token::Sign("!=") => Some(Sign::Compare(C::Unequal)),
            Token::Sign("<") => Some(Sign::Compare(C::Less)),
            Token::Sign("<=") => Some(Sign::Compare(C::AtMost)),
            Token::Sign(">") => Some(Sign::Compare(C::More)),
            Token::Sign(">=") => Some(Sign::Compare(C::AtLeast)),
            _ => None,
        }
    }

    fn takes_comparison(&mut self) -> Option<Sign> {
        let sign = self.comparison();
        self.next += usize::from(sign.is_some());
        sign
    }

    fn negated(&mut self) -> Result<Syntax, Fault> {
        let place = self.peek().1;
        if self.depth == DEPTH {
            return Err(Fault::at(
                place,
                "this condition is too deep",
                "make two rules of it",
            ));
        }
        self.depth += 1;
        let syntax = if self.takes("!") {
            let inner = self.negated()?;
            Syntax {
                place: (place.0, inner.place.1),
                tree: Tree::Not(Box::new(inner)),
            }
        } else {
            self.primary()?
        };
        self.depth -= 1;
        Ok(syntax)
    }

    fn primary(&mut self) -> Result<Syntax, Fault> {
        let (token, place) = self.take();
        let literal = |value| {
            Ok(Syntax {
                tree: Tree::Literal(value),
                place,
            })
        };
        match token {
            Token::Text(text) => literal(Value::Text(text)),
            Token::Number(number) => literal(Value::Number(number)),
            Token::Name(word) if word == "true" || word == "false" => {
                literal(Value::Flag(word == "true"))
            }
            Token::Name(word) => self.named(word, place),
            Token::Sign("(") => {
                let inner = self.either()?;
                let end = self.expect(")")?;
                Ok(Syntax {
                    place: (place.0, end),
                    ..inner
                })
            }
            Token::Sign("[") => self.list(place.0),
            token => Err(unexpected(&token, place)),
        }
    }

    fn list(&mut self, start: usize) -> Result<Syntax, Fault> {
        let mut items = Vec::new();
        while !matches!(self.peek(), (Token::Sign("]"), _)) {
            items.push(self.negated()?);
            if !self.takes(",") {
                break;
            }
        }
        let end = self.expect("]")?;
        Ok(Syntax {
            tree: Tree::List(items),
            place: (start, end),
        })
    }

    /// `job.name`, `has(…)`, or a word that somebody brought from elsewhere.
    fn named(&mut self, word: String, place: (usize, usize)) -> Result<Syntax, Fault> {
        if self.takes("(") {
            let inner = self.either()?;
            let end = self.expect(")")?;
            return Ok(Syntax {
                tree: Tree::Call(word, Box::new(inner)),
                place: (place.0, end),
            });
        }
        if !self.takes(".") {
            let fix = match word.as_str() {
                "and" => "write &&".to_owned(),
                "or" => "write ||".to_owned(),
                "not" => "write !".to_owned(),
                _ => format!("write job.{word}, target.{word}, or \"{word}\" if it is a text"),
            };
            return Err(Fault::at(place, format!("`{word}` alone is nothing"), fix));
        }
        match self.take() {
            (Token::Name(name), at) => Ok(Syntax {
                tree: Tree::Attribute((word, place), (name, at)),
                place: (place.0, at.1),
            }),
            (token, at) => Err(unexpected(&token, at)),
        }
    }
}

fn pair(sign: Sign, left: Syntax, right: Syntax) -> Syntax {
    Syntax {
        place: (left.place.0, right.place.1),
        tree: Tree::Pair(sign, Box::new(left), Box::new(right)),
    }
}

fn unexpected(token: &Token, (start, end): (usize, usize)) -> Fault {
    let message = match token {
        Token::End => "the condition ends too early".to_owned(),
        Token::Name(word) => format!("`{word}` does not fit here"),
        Token::Text(text) => format!("\"{text}\" does not fit here"),
        Token::Number(number) => format!("{number} does not fit here"),
        Token::Sign(sign) => format!("`{sign}` does not fit here"),
    };
    let fix = match token {
        Token::Name(word) if word == "and" => "write &&",
        Token::Name(word) if word == "or" => "write ||",
        Token::End => "compare something, such as target.kind == \"private\"",
        _ => "join two conditions with && or ||",
    };
    Fault::at((start, end), message, fix)
}
