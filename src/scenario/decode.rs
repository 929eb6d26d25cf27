//! From a tree of nodes to the structs of the specification, collecting every problem on the way.
//!
//! Serde stops at the first error. Here every field is a [`super::Given`], which swallows the error of its own
//! value after this decoder has reported it; unknown keys are reported and passed over. One pass finds all.

mod fault;
mod fix;

use std::cell::RefCell;
use std::collections::BTreeSet;

use serde::de::value::{MapDeserializer, StrDeserializer, U16Deserializer};
use serde::de::{
    DeserializeSeed, Deserializer, EnumAccess, Error as _, IntoDeserializer, MapAccess, SeqAccess,
    VariantAccess, Visitor,
};
use serde::{Deserialize, forward_to_deserialize_any};

use super::given::GIVEN;
use super::problem::Problem;
use super::source::Origin;
use super::suggest::{advice, nearest};
use super::tree::{Node, Value};

use fault::Fault;
use fix::{TABLE, TEXT, inside, instead};

/// Decodes `node`; what cannot be read is `Broken` and reported.
pub(super) fn decode<T: for<'de> Deserialize<'de> + Default>(
    node: &Node,
    problems: &RefCell<Vec<Problem>>,
) -> T {
    let decoder = Decoder {
        node,
        name: "the scenario",
        problems,
        moment: false,
    };
    T::deserialize(decoder).unwrap_or_else(|fault| {
        problems
            .borrow_mut()
            .push(Problem::at(node.origin, fault.message, fault.fix));
        T::default()
    })
}

#[derive(Clone, Copy)]
struct Decoder<'a> {
    node: &'a Node,
    /// The key that holds the node.
    name: &'a str,
    problems: &'a RefCell<Vec<Problem>>,
    /// Whether a date-time may stand for a text.
    moment: bool,
}

impl<'a> Decoder<'a> {
    fn child(self, node: &'a Node, name: &'a str) -> Self {
        Self {
            node,
            name,
            moment: false,
            ..self
        }
    }

    fn wrong<T>(self, expected: &str) -> Result<T, Fault> {
        let message = format!(
            "`{}` should be {expected}, not {}",
            self.name,
            self.node.value.words()
        );
        let fix = instead(&self.node.value, self.name, expected);
        Err(Fault::new(message, fix))
    }

    fn integer<T: TryFrom<i128>>(self) -> Result<T, Fault> {
        let Value::Integer(number) = self.node.value else {
            return self.wrong("a whole number");
        };
        if number < 0 && T::try_from(-1).is_err() {
            let message = format!("`{}` is negative", self.name);
            return Err(Fault::new(message, "write 0 or more"));
        }
        T::try_from(number).map_err(|_| {
            let message = format!("`{}` is too large", self.name);
            Fault::new(message, "write a smaller number")
        })
    }

    /// Reports the keys of a table that no field has; returns the fields that they most likely mean.
    fn check_keys(self, fields: &'static [&'static str]) -> BTreeSet<&'static str> {
        let mut meant = BTreeSet::new();
        let Value::Table(table) = &self.node.value else {
            return meant;
        };
        for (key, entry) in table {
            if !fields.contains(&key.as_str()) {
                let fix = inside(table, key)
                    .filter(|_| nearest(key, fields.iter().copied()).is_none())
                    .unwrap_or_else(|| advice(key, fields));
                let message = format!("unknown key `{key}` in {}", self.name);
                let problem = Problem::at(entry.key, message, fix);
                self.problems.borrow_mut().push(problem);
                meant.extend(nearest(key, fields.iter().copied()));
            }
        }
        meant.retain(|&field| !table.contains_key(field));
        meant
    }
}

impl Value {
    /// What it is, in words.
    fn words(&self) -> String {
        match self {
            Self::Text(text) => {
                format!("the text \"{}\"", text.chars().take(40).collect::<String>())
            }
            Self::Integer(number) => format!("the number {number}"),
            Self::Float(number) if number.is_nan() => "nan".to_owned(),
            Self::Float(number) if number.is_infinite() => format!("{number}"),
            Self::Float(number) => format!("the number {number}"),
            Self::Boolean(yes) => format!("{yes}"),
            Self::Moment(text) => format!("the date {text}"),
            Self::Array(_) => "a list".to_owned(),
            Self::Table(_) => "a table".to_owned(),
        }
    }
}

impl<'de> Deserializer<'de> for Decoder<'_> {
    type Error = Fault;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        match &self.node.value {
            Value::Text(text) | Value::Moment(text) => visitor.visit_str(text),
            Value::Integer(_) => visitor.visit_u64(self.integer()?),
            Value::Float(number) => visitor.visit_f64(*number),
            Value::Boolean(yes) => visitor.visit_bool(*yes),
            Value::Array(_) => self.deserialize_seq(visitor),
            Value::Table(_) => self.deserialize_map(visitor),
        }
    }

    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        match self.node.value {
            Value::Boolean(yes) => visitor.visit_bool(yes),
            _ => self.wrong("true or false"),
        }
    }

    fn deserialize_i32<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        visitor.visit_i32(self.integer()?)
    }

    fn deserialize_u32<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        visitor.visit_u32(self.integer()?)
    }

    fn deserialize_u64<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        visitor.visit_u64(self.integer()?)
    }

    fn deserialize_f64<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        match self.node.value {
            Value::Float(number) if number.is_finite() => visitor.visit_f64(number),
            Value::Integer(number) => visitor.visit_f64(number as f64),
            Value::Float(_) => self.wrong("a finite number"),
            _ => self.wrong("a number"),
        }
    }

    fn deserialize_string<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        match &self.node.value {
            Value::Text(text) => visitor.visit_str(text),
            Value::Moment(text) if self.moment => visitor.visit_str(text),
            _ => self.wrong(TEXT),
        }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        visitor: V,
    ) -> Result<V::Value, Fault> {
        visitor.visit_newtype_struct(Decoder {
            moment: name == "Moment",
            ..self
        })
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        match &self.node.value {
            Value::Array(items) => visitor.visit_seq(Items {
                decoder: self,
                rest: items.iter(),
            }),
            Value::Table(_) => Err(Fault::new(
                format!("`[{0}]` is a list of tables: write `[[{0}]]`", self.name),
                "write it in double brackets",
            )),
            _ => self.wrong("a list"),
        }
    }

    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        let Value::Table(table) = &self.node.value else {
            return self.wrong(TABLE);
        };
        visitor.visit_map(Fields {
            decoder: self,
            rest: table.iter(),
            next: None,
            known: None,
            meant: BTreeSet::new(),
        })
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Fault> {
        if name == GIVEN {
            return visitor.visit_map(OriginThenValue {
                decoder: self,
                told: false,
            });
        }
        let Value::Table(table) = &self.node.value else {
            return self.wrong(TABLE);
        };
        visitor.visit_map(Fields {
            decoder: self,
            rest: table.iter(),
            next: None,
            known: Some(fields),
            meant: self.check_keys(fields),
        })
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _name: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Fault> {
        let Value::Text(text) = &self.node.value else {
            return self.wrong(&format!("one of {}", variants.join(", ")));
        };
        if !variants.contains(&text.as_str()) {
            let message = format!("unknown {} `{text}`", self.name);
            return Err(Fault::new(message, advice(text, variants)));
        }
        visitor.visit_enum(Word(text))
    }

    forward_to_deserialize_any! {
        i8 i16 i64 i128 u8 u16 u128 f32 char str bytes byte_buf option unit unit_struct tuple
        tuple_struct identifier ignored_any
    }
}

/// The elements of an array.
struct Items<'a> {
    decoder: Decoder<'a>,
    rest: std::slice::Iter<'a, Node>,
}

impl<'de> SeqAccess<'de> for Items<'_> {
    type Error = Fault;

    fn next_element_seed<T: DeserializeSeed<'de>>(
        &mut self,
        seed: T,
    ) -> Result<Option<T::Value>, Fault> {
        let Some(node) = self.rest.next() else {
            return Ok(None);
        };
        seed.deserialize(self.decoder.child(node, self.decoder.name))
            .map(Some)
    }
}

/// The keys of a table; those outside `known` are passed over, and the fields that they `meant` are broken, so
/// that nobody calls them missing as well.
struct Fields<'a> {
    decoder: Decoder<'a>,
    rest: std::collections::btree_map::Iter<'a, String, super::tree::Entry>,
    next: Option<(&'a str, &'a Node)>,
    known: Option<&'static [&'static str]>,
    meant: BTreeSet<&'static str>,
}

impl<'de> MapAccess<'de> for Fields<'_> {
    type Error = Fault;

    fn next_key_seed<K: DeserializeSeed<'de>>(
        &mut self,
        seed: K,
    ) -> Result<Option<K::Value>, Fault> {
        for (key, entry) in self.rest.by_ref() {
            if self.known.is_none_or(|known| known.contains(&key.as_str())) {
                self.next = Some((key, &entry.node));
                let key: StrDeserializer<'_, Fault> = key.as_str().into_deserializer();
                return seed.deserialize(key).map(Some);
            }
        }
        let Some(field) = self.meant.pop_first() else {
            return Ok(None);
        };
        let key: StrDeserializer<'_, Fault> = field.into_deserializer();
        seed.deserialize(key).map(Some)
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, Fault> {
        let Some((name, node)) = self.next.take() else {
            // A field without a value: `Given` takes the want of an origin for a reported problem.
            return seed.deserialize(MapDeserializer::new(std::iter::empty::<(u16, u16)>()));
        };
        seed.deserialize(self.decoder.child(node, name))
    }
}

/// What [`super::Given`] asks for: (source, (start, end)) and then the value, whose fault is reported here.
struct OriginThenValue<'a> {
    decoder: Decoder<'a>,
    told: bool,
}

impl<'de> MapAccess<'de> for OriginThenValue<'_> {
    type Error = Fault;

    fn next_key_seed<K: DeserializeSeed<'de>>(
        &mut self,
        seed: K,
    ) -> Result<Option<K::Value>, Fault> {
        let source: U16Deserializer<Fault> = self.decoder.node.origin.source.into_deserializer();
        seed.deserialize(source).map(Some)
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, Fault> {
        let Origin { start, end, .. } = self.decoder.node.origin;
        if !self.told {
            self.told = true;
            let span = serde::de::value::SeqDeserializer::<_, Fault>::new([start, end].into_iter());
            return seed.deserialize(span);
        }
        seed.deserialize(self.decoder).inspect_err(|fault| {
            let problem = Problem::at(self.decoder.node.origin, &fault.message, &fault.fix);
            self.decoder.problems.borrow_mut().push(problem);
        })
    }
}

/// The name of a variant.
struct Word<'a>(&'a str);

impl<'de> EnumAccess<'de> for Word<'_> {
    type Error = Fault;
    type Variant = Self;

    fn variant_seed<V: DeserializeSeed<'de>>(self, seed: V) -> Result<(V::Value, Self), Fault> {
        let word: StrDeserializer<'_, Fault> = self.0.into_deserializer();
        Ok((seed.deserialize(word)?, self))
    }
}

impl<'de> VariantAccess<'de> for Word<'_> {
    type Error = Fault;

    fn unit_variant(self) -> Result<(), Fault> {
        Ok(())
    }

    fn newtype_variant_seed<T: DeserializeSeed<'de>>(self, _seed: T) -> Result<T::Value, Fault> {
        Err(Fault::custom("a word without content was expected"))
    }

    fn tuple_variant<V: Visitor<'de>>(self, _len: usize, _visitor: V) -> Result<V::Value, Fault> {
        Err(Fault::custom("a word without content was expected"))
    }

    fn struct_variant<V: Visitor<'de>>(
        self,
        _fields: &'static [&'static str],
        _visitor: V,
    ) -> Result<V::Value, Fault> {
        Err(Fault::custom("a word without content was expected"))
    }
}
