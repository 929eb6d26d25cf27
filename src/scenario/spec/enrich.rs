//! `[[enrich]]`: what recorded jobs are, where their recording does not say.

use schemars::JsonSchema;
use serde::Deserialize;

use crate::scenario::given::Given;

use super::ByName;
use super::rule::AttributeValue;

/// Something that is said of recorded jobs. Of several blocks about one attribute the first that says something of a job
/// counts.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
#[schemars(extend("required" = ["name", "attribute"]))]
pub struct EnrichSpec {
    /// Its name; what is drawn is drawn by it.
    pub name: Given<String>,
    /// What it says of jobs: an attribute that rules read as `job.…`, or "class" for the `[[class]]` to which they belong,
    /// with all that such a class has: data sets, memory, checkpoints, a deadline.
    pub attribute: Given<String>,
    /// Of the jobs of which demand; of all that are recorded, or there at the start, unless given.
    pub demand: Given<String>,
    /// Of which jobs; of all unless given.
    #[serde(rename = "match")]
    pub matching: Given<EnrichMatchSpec>,
    /// What all of them have, such as `["health"]`; or use `column`, `csv` or `share`.
    pub value: Given<AttributeValue>,
    /// The column of the trace that says it; with `csv` the column of that file, called like the attribute unless given.
    pub column: Given<String>,
    /// A csv file that says it, relative to this file.
    pub csv: Given<String>,
    /// With `csv`: by what its rows are found: "job" (by name), "tenant", "class" (that of the trace), or a column of the
    /// trace; "job" unless given.
    pub key: Given<String>,
    /// With `csv`: the column of the file that is compared with `key`; called like it unless given.
    pub key_column: Given<String>,
    /// It is drawn for each job: the share of jobs with each value, such as { health = 0.2, public = 0.8 }. Several marks
    /// are written "health;personal", none "-". Of jobs that are left over, if the shares are less than 1, nothing is said.
    pub share: ByName<f64>,
    /// With `share`: another number draws anew; 1 unless given. The seed of the run changes nothing of it.
    pub seed: Given<u64>,
}

/// Which recorded jobs: all conditions that are given must hold. In texts `*` stands for any characters, `?` for one.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct EnrichMatchSpec {
    /// The name of the job, such as "train-*".
    pub job: Given<String>,
    /// Who pays.
    pub tenant: Given<String>,
    /// The class that the trace names.
    pub trace_class: Given<String>,
    /// GPUs: a number or a range with both ends in it, such as "8..64", "8..", "..4".
    pub gpus: Given<String>,
    /// The run time that was asked for, as a range with both ends in it, such as "4 h..", "..30 min"; jobs of which nobody
    /// says it are not meant.
    pub requested: Given<String>,
    /// Texts in other columns of the trace, by name, such as { partition = "clinic-*", gpu_type = "V100" }.
    pub column: ByName<String>,
}
