//! What a condition means: every word known, every comparison of like with like; and whether it holds.

use super::syntax::Comparison;
use super::vocabulary::{Tuple, Value, Vocabulary};

/// A condition that was checked against a vocabulary. Attributes are places in it.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::model) enum Condition {
    /// True or false, whatever else.
    Always(bool),
    /// A flag is set.
    Flag(u16),
    /// An attribute is known.
    Has(u16),
    /// Two values compare so.
    Compare(Operand, Comparison, Operand),
    /// A text is among marks.
    In(Operand, Operand),
    /// It does not hold.
    Not(Box<Self>),
    /// Both hold.
    And(Box<Self>, Box<Self>),
    /// One of them holds.
    Or(Box<Self>, Box<Self>),
}

/// What is compared.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::model) enum Operand {
    /// The value of an attribute.
    Attribute(u16),
    /// How many marks an attribute has.
    Size(u16),
    /// A value that is written out.
    Literal(Value),
}

impl Condition {
    /// Whether it holds for these values of all attributes, those of each who has some in a tuple of its own; `None` if
    /// that depends on what is unknown.
    pub(in crate::model) fn holds(&self, of: &[&Tuple]) -> Option<bool> {
        let value = |attribute: u16| {
            let index = usize::from(attribute);
            of.iter().find_map(|tuple| tuple[index].as_ref())
        };
        match self {
            Self::Always(yes) => Some(*yes),
            Self::Flag(attribute) => match value(*attribute)? {
                Value::Flag(yes) => Some(*yes),
                _ => None,
            },
            Self::Has(attribute) => Some(value(*attribute).is_some()),
            Self::Compare(left, how, right) => {
                let (left, right) = (left.value(&value)?, right.value(&value)?);
                how.holds(&left, &right)
            }
            Self::In(left, right) => match (left.value(&value)?, right.value(&value)?) {
                (Value::Text(text), Value::Marks(marks)) => Some(marks.contains(&text)),
                _ => None,
            },
            Self::Not(inner) => inner.holds(of).map(|yes| !yes),
            // What is certain on one side settles it, whatever is unknown on the other.
            Self::And(left, right) => match (left.holds(of), right.holds(of)) {
                (Some(false), _) | (_, Some(false)) => Some(false),
                (Some(true), Some(true)) => Some(true),
                _ => None,
            },
            Self::Or(left, right) => match (left.holds(of), right.holds(of)) {
                (Some(true), _) | (_, Some(true)) => Some(true),
                (Some(false), Some(false)) => Some(false),
                _ => None,
            },
        }
    }

    /// Adds the attributes that it reads, each as often as it does; `has` only asks whether one is known.
    pub(in crate::model) fn reads(&self, found: &mut Vec<u16>) {
        match self {
            Self::Always(_) => {}
            Self::Flag(attribute) | Self::Has(attribute) => found.push(*attribute),
            Self::Compare(left, _, right) | Self::In(left, right) => {
                for side in [left, right] {
                    if let Operand::Attribute(attribute) | Operand::Size(attribute) = side {
                        found.push(*attribute);
                    }
                }
            }
            Self::Not(inner) => inner.reads(found),
            Self::And(left, right) | Self::Or(left, right) => {
                left.reads(found);
                right.reads(found);
            }
        }
    }
}

impl Condition {
    /// What it reads and nobody says, as rules write it.
    pub(in crate::model) fn lacks(&self, vocabulary: &Vocabulary, of: &[&Tuple]) -> Vec<String> {
        let mut read = Vec::new();
        self.reads(&mut read);
        let places = read.into_iter().map(usize::from);
        let unsaid = places.filter(|&place| of.iter().all(|tuple| tuple[place].is_none()));
        unsaid.map(|place| vocabulary.0[place].written()).collect()
    }
}

impl Operand {
    fn value<'a>(&self, of: &impl Fn(u16) -> Option<&'a Value>) -> Option<Value> {
        match self {
            Self::Attribute(attribute) => of(*attribute).cloned(),
            Self::Size(attribute) => match of(*attribute)? {
                Value::Marks(marks) => Some(Value::Number(marks.len() as f64)),
                _ => None,
            },
            Self::Literal(value) => Some(value.clone()),
        }
    }
}

impl Comparison {
    fn holds(self, left: &Value, right: &Value) -> Option<bool> {
        let order = match (left, right) {
            (Value::Number(left), Value::Number(right)) => left.partial_cmp(right)?,
            (Value::Text(left), Value::Text(right)) => left.cmp(right),
            (Value::Flag(left), Value::Flag(right)) => left.cmp(right),
            _ => return None,
        };
        Some(match self {
            Self::Equal => order.is_eq(),
            Self::Unequal => order.is_ne(),
            Self::Less => order.is_lt(),
            Self::AtMost => order.is_le(),
            Self::More => order.is_gt(),
            Self::AtLeast => order.is_ge(),
        })
    }
}
