//! Values of attributes: each of its kind, and one that it may have.

use crate::model::rules::{Kind, Value};
use crate::scenario::{AttributeValue, Given, Origin, nearest};

use super::attribute_words::{Words, kind_of_value};
use super::context::Context;

impl Words {
    /// A value that is of the attribute's kind and one that it may have.
    pub(super) fn checked(
        &mut self,
        context: &mut Context,
        place: usize,
        value: &AttributeValue,
        origin: Origin,
    ) -> Option<Value> {
        self.checked_in(context, place, value, (origin, None))
    }

    /// As [`Words::checked`], of what stands in a row of a file.
    pub(super) fn checked_in(
        &mut self,
        context: &mut Context,
        place: usize,
        value: &AttributeValue,
        (origin, row): (Origin, Option<&str>),
    ) -> Option<Value> {
        let attribute = &self.all[place];
        let is = kind_of_value(value);
        if is != attribute.kind {
            let message = format!(
                "`{}` is {}, not {}",
                attribute.written(),
                attribute.kind.words(),
                is.words()
            );
            let fix = match attribute.kind {
                Kind::Marks => "write marks in brackets: [\"…\"]",
                Kind::Text => "write one text in quotes",
                Kind::Number => "write a number without quotes",
                Kind::Flag => "write true or false without quotes",
            };
            context.fault_in(row, origin, message, fix);
            return None;
        }
        let mut known = |text: &str, at: Origin| {
            if let Err((message, fix)) = self.know(place, text) {
                context.fault_in(row, at, message, fix);
            }
        };
        Some(match value {
            AttributeValue::Text(text) => {
                known(text, origin);
                Value::Text(text.clone())
            }
            AttributeValue::Number(number) => Value::Number(*number),
            AttributeValue::Flag(yes) => Value::Flag(*yes),
            AttributeValue::Marks(marks) => {
                let marks = marks.iter().filter_map(Given::here);
                let mut marks: Vec<String> = marks
                    .map(|(mark, at)| {
                        known(mark, at);
                        mark.clone()
                    })
                    .collect();
                marks.sort_unstable();
                marks.dedup();
                Value::Marks(marks)
            }
        })
    }

    /// Somebody has this text or mark; what is wrong and what to do where it is none that the attribute may have.
    fn know(&mut self, place: usize, text: &str) -> Result<(), (String, String)> {
        let attribute = &mut self.all[place];
        if !self.declared[place] {
            attribute.values.insert(text.to_owned());
            return Ok(());
        }
        if attribute.values.contains(text) {
            return Ok(());
        }
        let names: Vec<&str> = attribute.values.iter().map(String::as_str).collect();
        let fix = match nearest(text, names.iter().copied()) {
            Some(near) => format!("did you mean \"{near}\"?"),
            None => format!("use one of {}", names.join(", ")),
        };
        let message = format!("`{}` is never \"{text}\"", attribute.written());
        Err((message, fix))
    }
}
