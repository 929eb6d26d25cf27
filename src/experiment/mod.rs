//! Many runs compared fairly.
//!
//! One replication is one sampled world, shared by all strategies (common random numbers). Replications are
//! played in parallel, in blocks; rows leave each block in order and are folded in order, so any number of
//! threads gives the same bytes. What is kept of a replication is two numbers for each column; nothing else
//! grows with the number of replications.

mod accounts;
mod against;
mod answer_gates;
mod both;
mod bound;
mod calendar;
mod change;
mod columns;
mod detail;
mod drill;
mod estate_left;
mod evidence;
mod evidence_words;
mod gates;
mod in_force;
mod kept;
mod left;
mod life;
mod lineage;
mod listen;
mod possible;
mod promises;
mod refusals;
mod replicate;
mod rule_prices;
mod scoring_words;
mod sentences;
mod signals;
mod stable_load;
mod summarise;
mod usage;
mod verify;
mod watch;
mod whatif;
mod words;

pub use crate::model::{dimensions, layout_of};
pub use accounts::{Accounts, Line};
pub use answer_gates::{GateTally, judge_gates};
pub use bound::{Bound, Done};
pub use change::what_would_change;
pub use columns::Columns;
pub use detail::{JobSink, jobs_of};
pub use drill::{Drill, Proof, Tried, drill, prove};
pub use evidence::{EvidenceInto, evidence_of};
pub use evidence_words::evidence_words;
pub use gates::gate_words;
pub use in_force::InForce;
pub use kept::{keeps_words, kept_words, span_words};
pub use left::left_of;
pub use life::{Happened, Life};
pub use lineage::{CopyAt, Heir, Lineage, Standing};
pub use listen::Replay;
pub use promises::promise_sentences;
pub use refusals::Refusals;
pub use replicate::{
    Control, ExperimentError, Plan, Replicated, RowSink, replicate, replicate_telling,
};
pub use rule_prices::{RulePair, rule_price_sentences, rule_prices};
pub use sentences::sentences;
pub use signals::{kept_out, signal_words};
pub use stable_load::{StableLoad, stable_load};
pub use summarise::summarise;
pub use usage::Usage;
pub use verify::{Evidence, Row, Tier, Verdict, Z_MAX, verify};
pub use whatif::{Changed, Differs, Others, find_job, paid, waited, what_if, who_differs};
pub use words::{amount, duration, estimate, grouped};
