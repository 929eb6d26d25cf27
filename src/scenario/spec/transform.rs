//! `[[transform]]`: what makes copies of data from which marks were taken.

use schemars::JsonSchema;
use serde::Deserialize;

use crate::scenario::given::Given;

use super::ByName;
use super::law::LawSpec;
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
    /// The share of what it makes in which marks are left that should be gone, such as 0.02; none unless given. Nobody sees
    /// that: `validation` finds most of it, and what it lets pass is found later.
    pub flawed: Given<f64>,
    /// With `flawed`: how long after such a copy went out it is found, such as `{ median = "10 d", p95 = "40 d" }`. It has
    /// its marks again then, rules judge anew what reads it, and it is made afresh.
    pub found_after: Given<LawSpec>,
    /// How each copy is looked at before anybody may read it; nobody looks at it unless given.
    pub validation: Given<ValidationSpec>,
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

/// How something is looked at before it counts: `{ time = "6 h", price = "500 USD", false_fail = 0.02, false_pass = 0.05 }`.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct ValidationSpec {
    /// How long it takes, such as "6 h"; no time unless given.
    pub time: Given<String>,
    /// What it costs each time, such as "500 USD"; nothing unless given.
    pub price: Given<String>,
    /// The share of what is good that it does not let pass, so that it is made again; none unless given.
    pub false_fail: Given<f64>,
    /// The share of what is flawed that it lets pass; none unless given.
    pub false_pass: Given<f64>,
    /// The class of work as which it waits for GPUs and runs on them; it asks for none unless given.
    pub class: Given<String>,
    /// How many GPUs it asks for, if it is work of a class; 1 unless given. `time` is what it takes on the reference GPU
    /// type.
    pub gpus: Given<u64>,
    /// Who pays for that; a tenant of the name of the class unless given.
    pub tenant: Given<String>,
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
