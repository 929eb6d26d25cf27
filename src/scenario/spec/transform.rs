//! `[[transform]]`: what makes copies of data from which marks were taken.

use schemars::JsonSchema;
use serde::Deserialize;

use crate::scenario::given::Given;

use super::ByName;
use super::rule::AttributeValue;

/// What makes copies of data sets that may go where these may not: rules require it (`effect = "require"`).
#[derive(Clone, Debug, Default, PartialEq, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
#[schemars(extend("required" = ["name", "kind", "rate"]))]
pub struct TransformSpec {
    /// Its name, as rules say it.
    pub name: Given<String>,
    /// What it does to data.
    pub kind: Given<TransformKindSpec>,
    /// Marks that its copies no longer have: `{ classification = ["health"] }`. It is for data that have one of them; for
    /// all data unless given.
    pub removes: ByName<AttributeValue>,
    /// Marks that its copies have besides.
    pub adds: ByName<AttributeValue>,
    /// How much it reads in a time, such as "100 GB/h" or "50 MB/s".
    pub rate: Given<String>,
    /// How long each data set takes beside that, such as "2 h"; no time unless given.
    pub lead: Given<String>,
    /// What it costs, such as "1 USD/GB" of what it reads; nothing unless given.
    pub price: Given<String>,
    /// The share of attempts that fail and are made again, such as 0.05; none unless given.
    pub fails: Given<f64>,
    /// How large its copies are, as a share of what it reads; 1 unless given.
    pub output: Given<f64>,
    /// The class of work as which each attempt waits for GPUs and runs on them; it asks for none unless given.
    pub class: Given<String>,
    /// How many GPUs an attempt asks for, if it is work of a class; 1 unless given. `rate` is what they read on the
    /// reference GPU type.
    pub gpus: Given<u64>,
    /// Who pays for that; a tenant of the name of the class unless given.
    pub tenant: Given<String>,
    /// The site where it works, and where its copies are kept; the home of each data set unless given.
    pub site: Given<String>,
}

/// What a transform does to data.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum TransformKindSpec {
    /// It hides values.
    Mask,
    /// It puts tokens in the place of values.
    Tokenise,
    /// It takes out what tells whom data are about.
    #[serde(rename = "de-identify")]
    DeIdentify,
    /// It makes up data that are like the others.
    Synthesise,
}
