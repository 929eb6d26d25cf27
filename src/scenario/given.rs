//! A field that may be absent, broken (already reported), or here with its origin.

use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::Deserialize;
use serde::de::{Deserializer, MapAccess, Visitor};

use super::source::Origin;

/// The struct name by which [`Given`] asks the decoder for an origin as well.
pub(super) const GIVEN: &str = "$plimsoll::Given";

/// A field of the scenario.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Given<T> {
    /// Not written.
    #[default]
    Absent,
    /// Written, but wrong; the problem has been reported.
    Broken,
    /// Written.
    Here(T, Origin),
}

/// An instant: a TOML date-time or a text such as `"3 d"`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
pub struct Moment(pub String);

impl<T> Given<T> {
    /// The value, if there is a good one.
    pub fn value(&self) -> Option<&T> {
        match self {
            Self::Here(value, _) => Some(value),
            _ => None,
        }
    }

    /// The value with its origin.
    pub fn here(&self) -> Option<(&T, Origin)> {
        match self {
            Self::Here(value, origin) => Some((value, *origin)),
            _ => None,
        }
    }

    /// Where it was written.
    pub fn origin(&self) -> Option<Origin> {
        self.here().map(|(_, origin)| origin)
    }

    /// Whether nothing was written.
    pub const fn is_absent(&self) -> bool {
        matches!(self, Self::Absent)
    }
}

impl<T> Given<Vec<Given<T>>> {
    /// The good elements of an array, each with its origin.
    pub fn items(&self) -> impl Iterator<Item = (&T, Origin)> {
        self.value().into_iter().flatten().filter_map(Given::here)
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Given<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_struct(GIVEN, &[], GivenVisitor(PhantomData))
    }
}

struct GivenVisitor<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for GivenVisitor<T> {
    type Value = Given<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value with its origin")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Given<T>, A::Error> {
        let Some((source, (start, end))) = map.next_entry::<u16, (u32, u32)>()? else {
            return Ok(Given::Broken);
        };
        let origin = Origin { source, start, end };
        // The decoder has reported what is wrong, so the error itself carries nothing more.
        Ok(match map.next_value::<T>() {
            Ok(value) => Given::Here(value, origin),
            Err(_) => Given::Broken,
        })
    }
}

impl<T: JsonSchema> JsonSchema for Given<T> {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        T::schema_name()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        generator.subschema_for::<T>()
    }
}
