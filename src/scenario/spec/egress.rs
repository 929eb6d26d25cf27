//! `egress = …`: what data that leaves a site costs.

use std::borrow::Cow;
use std::fmt;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::Deserialize;
use serde::de::{Deserializer, SeqAccess, Visitor};

use crate::scenario::given::Given;

/// One price, or bands of a month's bytes.
#[derive(Clone, Debug, PartialEq)]
pub enum EgressSpec {
    /// Every byte at this price, such as "0.09 USD/GB".
    Flat(String),
    /// Each byte at the price of the band into which it falls.
    Bands(Vec<Given<BandSpec>>),
}

/// A band of a month's bytes.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
#[schemars(extend("required" = ["price"]))]
pub struct BandSpec {
    /// Where it ends, such as "10 TB"; the last has no end.
    pub up_to: Given<String>,
    /// The price within it, such as "0.09 USD/GB".
    pub price: Given<String>,
}

impl<'de> Deserialize<'de> for EgressSpec {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(FlatOrBands)
    }
}

struct FlatOrBands;

impl<'de> Visitor<'de> for FlatOrBands {
    type Value = EgressSpec;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a price such as \"0.09 USD/GB\" or a list of bands { up_to, price }")
    }

    fn visit_str<E>(self, text: &str) -> Result<EgressSpec, E> {
        Ok(EgressSpec::Flat(text.to_owned()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<EgressSpec, A::Error> {
        let mut bands = Vec::new();
        while let Some(band) = items.next_element()? {
            bands.push(band);
        }
        Ok(EgressSpec::Bands(bands))
    }
}

impl JsonSchema for EgressSpec {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "EgressSpec".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let band = generator.subschema_for::<BandSpec>();
        json_schema!({ "anyOf": [{ "type": "string" }, { "type": "array", "items": band }] })
    }
}
