//! From what a condition says to what it means: words must be known, and like is compared with like.

use crate::scenario::nearest;

use super::condition::{Condition, Operand};
use super::syntax::{Comparison, Sign, Syntax, Tree, parse};
use super::token::Fault;
use super::vocabulary::{Attribute, Kind, Of, RuleOn, Value, Vocabulary};

/// Reads and checks a condition of a rule that judges this.
///
/// # Errors
/// The first thing that is wrong with it, with its place in `text`.
pub(in crate::model) fn condition(
    text: &str,
    on: RuleOn,
    vocabulary: &Vocabulary,
) -> Result<Condition, Fault> {
    Meaning(vocabulary, on).condition(&parse(text)?)
}

type Place = (usize, usize);

struct Meaning<'a>(&'a Vocabulary, RuleOn);

impl Meaning<'_> {
    fn condition(&self, syntax: &Syntax) -> Result<Condition, Fault> {
        match &syntax.tree {
            Tree::Literal(Value::Flag(yes)) => Ok(Condition::Always(*yes)),
            Tree::Attribute(..) => {
                let attribute = self.attribute(syntax)?;
                self.is_of_kind(attribute, Kind::Flag, syntax.place)?;
                Ok(Condition::Flag(attribute))
            }
            Tree::Call(word, inner) if word == "has" => Ok(Condition::Has(self.attribute(inner)?)),
            Tree::Not(inner) => Ok(Condition::Not(Box::new(self.condition(inner)?))),
            Tree::Pair(Sign::And, left, right) => {
                let (left, right) = (self.condition(left)?, self.condition(right)?);
                Ok(Condition::And(Box::new(left), Box::new(right)))
            }
            Tree::Pair(Sign::Or, left, right) => {
                let (left, right) = (self.condition(left)?, self.condition(right)?);
                Ok(Condition::Or(Box::new(left), Box::new(right)))
            }
            Tree::Pair(Sign::Compare(how), left, right) => self.compare(left, *how, right),
            Tree::Pair(Sign::In, left, right) => self.among(left, right),
            Tree::Call(word, _) if word != "size" => Err(unknown_call(word, syntax.place)),
            Tree::Literal(_) | Tree::List(_) | Tree::Call(..) => Err(Fault::at(
                syntax.place,
                "this is a value, not a condition",
                "compare it with something",
            )),
        }
    }

    /// The place of an attribute in the vocabulary.
    fn attribute(&self, syntax: &Syntax) -> Result<u16, Fault> {
        let Tree::Attribute((word, at), (name, name_at)) = &syntax.tree else {
            return Err(Fault::at(
                syntax.place,
                "this is no attribute",
                self.example(),
            ));
        };
        let Some(of) = Of::from_word(word) else {
            let words = Of::known(self.1).iter().map(|of| of.word());
            let fix = nearest(word, words)
                .map_or_else(|| self.example(), |near| format!("did you mean `{near}`?"));
            return Err(Fault::at(*at, format!("nobody is called `{word}`"), fix));
        };
        if !Of::known(self.1).contains(&of) {
            return Err(self.elsewhere(of, *at));
        }
        if let Some(found) = self.0.position(of, name) {
            return Ok(found as u16);
        }
        let known: Vec<&str> = self
            .0
            .0
            .iter()
            .filter(|attribute| attribute.of == of)
            .map(|attribute| attribute.name.as_str())
            .collect();
        let fix = nearest(name, known.iter().copied()).map_or_else(
            || {
                format!(
                    "declare it in [attributes.{word}], or use one of {}",
                    known.join(", ")
                )
            },
            |near| format!("did you mean `{word}.{near}`?"),
        );
        let message = format!("unknown attribute `{word}.{name}`");
        Err(Fault::at(*name_at, message, fix))
    }

    /// How attributes are written here.
    fn example(&self) -> String {
        let words = Of::known(self.1)
            .iter()
            .map(|of| format!("{}.…", of.word()));
        format!("write {}", words.collect::<Vec<_>>().join(" or "))
    }

    /// Whoever is asked of is known, but not here.
    fn elsewhere(&self, of: Of, at: Place) -> Fault {
        let word = of.word();
        let (message, fix) = match (self.1, of) {
            (RuleOn::Run, _) => (
                format!("`{word}.…` is known of what moves, and this rule judges where jobs run"),
                "add on = \"move\", or write job.… or target.…".to_owned(),
            ),
            (RuleOn::Move, Of::Job) => (
                "this rule judges what moves, not jobs".to_owned(),
                "write data.…: what moves has the marks and the use of its job".to_owned(),
            ),
            (RuleOn::Move, _) => (
                "this rule judges what moves, which has two ends".to_owned(),
                "write from.… or to.…".to_owned(),
            ),
        };
        Fault::at(at, message, fix)
    }

    fn of(&self, attribute: u16) -> &Attribute {
        &self.0.0[usize::from(attribute)]
    }

    fn is_of_kind(&self, attribute: u16, kind: Kind, place: Place) -> Result<(), Fault> {
        let own = self.of(attribute);
        if own.kind == kind {
            return Ok(());
        }
        let name = own.written();
        let fix = match own.kind {
            Kind::Marks => format!("ask whether a mark is in it: \"…\" in {name}"),
            Kind::Text => format!("compare it: {name} == \"…\""),
            Kind::Number => format!("compare it: {name} > 0"),
            Kind::Flag => format!("write {name} alone, or compare it with true"),
        };
        let message = format!("`{name}` is {}, not {}", own.kind.words(), kind.words());
        Err(Fault::at(place, message, fix))
    }

    fn operand(&self, syntax: &Syntax) -> Result<Operand, Fault> {
        match &syntax.tree {
            Tree::Literal(value) => Ok(Operand::Literal(value.clone())),
            Tree::Attribute(..) => Ok(Operand::Attribute(self.attribute(syntax)?)),
            Tree::Call(word, inner) if word == "size" => {
                let attribute = self.attribute(inner)?;
                self.is_of_kind(attribute, Kind::Marks, inner.place)?;
                Ok(Operand::Size(attribute))
            }
            Tree::List(items) => {
                let text = |item: &Syntax| match &item.tree {
                    Tree::Literal(Value::Text(text)) => Ok(text.clone()),
                    _ => Err(Fault::at(
                        item.place,
                        "a list is of texts",
                        "write [\"…\", \"…\"]",
                    )),
                };
                let texts: Result<Vec<String>, Fault> = items.iter().map(text).collect();
                Ok(Operand::Literal(Value::Marks(texts?)))
            }
            Tree::Call(word, _) if word != "has" => Err(unknown_call(word, syntax.place)),
            _ => Err(Fault::at(
                syntax.place,
                "a condition is no value",
                "put what belongs together in parentheses, and join conditions with && or ||",
            )),
        }
    }

    fn kind(&self, operand: &Operand) -> Kind {
        match operand {
            Operand::Attribute(attribute) => self.of(*attribute).kind,
            Operand::Size(_) => Kind::Number,
            Operand::Literal(value) => value.kind(),
        }
    }

    fn compare(&self, left: &Syntax, how: Comparison, right: &Syntax) -> Result<Condition, Fault> {
        let (first, second) = (self.operand(left)?, self.operand(right)?);
        let (kind, other) = (self.kind(&first), self.kind(&second));
        if kind == Kind::Marks || other == Kind::Marks {
            let fix = "ask with `in`: \"…\" in job.classification, target.jurisdiction in [\"…\"]";
            let place = if kind == Kind::Marks {
                left.place
            } else {
                right.place
            };
            return Err(Fault::at(place, "lists are not compared", fix));
        }
        if kind != other {
            let message = format!("{} is compared with {}", kind.words(), other.words());
            let fix = format!("write {} here", kind.words());
            return Err(Fault::at(right.place, message, fix));
        }
        let ordered = !matches!(how, Comparison::Equal | Comparison::Unequal);
        if ordered && kind != Kind::Number {
            let message = format!("{} is not more or less than another", kind.words());
            return Err(Fault::at(left.place, message, "compare with == or !="));
        }
        self.in_domain(&first, &second, right.place)?;
        self.in_domain(&second, &first, left.place)?;
        Ok(Condition::Compare(first, how, second))
    }

    fn among(&self, left: &Syntax, right: &Syntax) -> Result<Condition, Fault> {
        let (first, second) = (self.operand(left)?, self.operand(right)?);
        if self.kind(&first) != Kind::Text {
            let message = format!(
                "only a text is in a list, not {}",
                self.kind(&first).words()
            );
            return Err(Fault::at(left.place, message, "write \"…\" in job.…"));
        }
        if self.kind(&second) != Kind::Marks {
            let message = format!("nothing is in {}", self.kind(&second).words());
            return Err(Fault::at(right.place, message, "compare with =="));
        }
        self.in_domain(&second, &first, left.place)?;
        if let (Operand::Attribute(_), Operand::Literal(Value::Marks(texts)), Tree::List(items)) =
            (&first, &second, &right.tree)
        {
            for (text, item) in texts.iter().zip(items) {
                let literal = Operand::Literal(Value::Text(text.clone()));
                self.in_domain(&first, &literal, item.place)?;
            }
        }
        Ok(Condition::In(first, second))
    }

    /// A text that is written out must be one that the attribute can have.
    fn in_domain(&self, of: &Operand, literal: &Operand, place: Place) -> Result<(), Fault> {
        let (Operand::Attribute(attribute), Operand::Literal(Value::Text(text))) = (of, literal)
        else {
            return Ok(());
        };
        let own = self.of(*attribute);
        if own.may_be(text) {
            return Ok(());
        }
        let known: Vec<&str> = own.values.iter().map(String::as_str).collect();
        let declare = format!("values of [attributes.{}.{}]", own.of.word(), own.name);
        let fix = match nearest(text, known.iter().copied()) {
            Some(near) => format!("did you mean \"{near}\"?"),
            None if known.is_empty() => format!("add it to the {declare}"),
            None => format!(
                "use one of {}, or add it to the {declare}",
                known.join(", ")
            ),
        };
        let message = format!("`{}` is never \"{text}\"", own.written());
        Err(Fault::at(place, message, fix))
    }
}

fn unknown_call(word: &str, place: Place) -> Fault {
    let fix = nearest(word, ["has", "size"]).map_or_else(
        || "there are has(job.…) and size(job.…)".to_owned(),
        |near| format!("did you mean {near}(…)?"),
    );
    Fault::at(place, format!("unknown function `{word}`"), fix)
}
