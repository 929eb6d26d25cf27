//! `[[phase]]`: how the estate changes inside one run.

use schemars::JsonSchema;
use serde::Deserialize;

use crate::scenario::given::{Given, Moment};

use super::law::LawSpec;
use super::rule::{AttributeValue, ModeKind};
use super::transform::TransformKindSpec;
use super::weather::SelectorSpec;
use super::{ByName, List};

/// A stage of a plan: what it orders and changes when it begins, and what must hold before it ends.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
#[schemars(extend("required" = ["name"]))]
pub struct PhaseSpec {
    /// Its name.
    pub name: Given<String>,
    /// When it begins: an instant, or time since the start such as "30 d". At the start unless `after` is given.
    pub start: Given<Moment>,
    /// The phase behind which it begins, once that has ended.
    pub after: Given<String>,
    /// How long after the end of that phase, such as "3 d"; at once unless given.
    pub delay: Given<String>,
    /// How long it is planned to last, such as "30 d". It ends when that is over, all that it ordered is there
    /// and `exit` holds.
    pub lasts: Given<String>,
    /// Hardware that is ordered: the nodes are ours when they are delivered.
    pub order: List<OrderSpec>,
    /// Owned nodes that are given up when it begins.
    pub retire: List<RetireSpec>,
    /// Rented pools, links and sites that may be used from its beginning on, by name; closed before. The owned
    /// nodes of a site come, and are paid for, when it opens; a link is rented from then on.
    pub open: List<String>,
    /// Rented pools, links and sites that are closed from its beginning on, by name: nothing new is rented there, a
    /// link carries nothing and costs no rent any more, the owned nodes of a site are given up.
    pub close: List<String>,
    /// How long what runs on the owned nodes of a site that closes may go on, such as "24 h". No time unless given.
    pub close_notice: Given<String>,
    /// Quotas from its beginning on.
    pub quota: List<PhaseQuotaSpec>,
    /// What may be spent of budgets from its beginning on.
    pub budget: List<PhaseBudgetSpec>,
    /// Rented prices from its beginning on.
    pub price: List<PhasePriceSpec>,
    /// Bandwidths from its beginning on.
    pub link: List<PhaseLinkSpec>,
    /// Shares of classes that go elsewhere from its beginning on.
    pub cutover: List<CutoverSpec>,
    /// Modes of rules from its beginning on, by id: { health-stays-home = "enforce" }.
    pub rules: ByName<ModeKind>,
    /// Attributes that are otherwise from its beginning on, such as the certificate that a site gets then.
    pub attribute: List<PhaseAttributeSpec>,
    /// What must hold for it to end.
    pub exit: Given<ExitSpec>,
    /// What happens if `exit` does not hold at its end; "delay" unless given.
    pub on_fail: Given<OnFailKind>,
    /// With on_fail = "delay": how long until `exit` is looked at again; "7 d" unless given.
    pub recheck: Given<String>,
}

/// Nodes that are ordered.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
#[schemars(extend("required" = ["pool", "nodes"]))]
pub struct OrderSpec {
    /// The owned pool that they join.
    pub pool: Given<String>,
    /// How many.
    pub nodes: Given<u32>,
    /// From the order to the delivery, drawn once for the order; at once unless given.
    pub lead_time: Given<LawSpec>,
    /// When they are ordered, if not when the phase begins: an instant, or time since the start.
    pub ordered: Given<Moment>,
}

/// Nodes that are given up.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
#[schemars(extend("required" = ["pool", "nodes"]))]
pub struct RetireSpec {
    /// The owned pool that they leave.
    pub pool: Given<String>,
    /// How many: the last of those that are there.
    pub nodes: Given<u32>,
    /// How long what runs there may go on, such as "24 h"; nothing new starts. No time unless given.
    pub notice: Given<String>,
}

/// A quota.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
#[schemars(extend("required" = ["pool", "gpus"]))]
pub struct PhaseQuotaSpec {
    /// The rented pool.
    pub pool: Given<String>,
    /// GPUs that may be held at once.
    pub gpus: Given<u64>,
}

/// What may be spent of a budget.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
#[schemars(extend("required" = ["name", "amount"]))]
pub struct PhaseBudgetSpec {
    /// The budget.
    pub name: Given<String>,
    /// How much may be spent in each period, the present one included, such as "200000 USD".
    pub amount: Given<String>,
}

/// A price.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
#[schemars(extend("required" = ["pool", "factor"]))]
pub struct PhasePriceSpec {
    /// The rented pool.
    pub pool: Given<String>,
    /// What its published price is multiplied by, such as 0.8 for a new contract.
    pub factor: Given<f64>,
}

/// A bandwidth.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
#[schemars(extend("required" = ["name", "share"]))]
pub struct PhaseLinkSpec {
    /// The link.
    pub name: Given<String>,
    /// The share of its bandwidth that there is, such as 0.1; what a `[[link]]` says is all of it.
    pub share: Given<f64>,
}

/// Attributes that are otherwise: whose, by name or `where`, and how.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct PhaseAttributeSpec {
    /// Sites or pools, such as `{ sites = ["cloud"] }`.
    #[serde(rename = "where")]
    pub selector: Given<SelectorSpec>,
    /// Data sets and artifacts by name, also what transforms make of them: "records (mask)".
    pub datasets: List<String>,
    /// All that transforms of these kinds make.
    pub made_by: List<TransformKindSpec>,
    /// Classes by name.
    pub classes: List<String>,
    /// Links by name.
    pub links: List<String>,
    /// What attributes are from then on: `{ certifications = ["iso-27001"] }`.
    pub set: ByName<AttributeValue>,
    /// Marks that come in addition.
    pub add: ByName<AttributeValue>,
    /// Marks that are taken away.
    pub remove: ByName<AttributeValue>,
    /// Whether what transforms made has again the marks that they took away.
    pub marks_return: Given<bool>,
}

/// A share of a class that goes elsewhere.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
#[schemars(extend("required" = ["class", "share", "to"]))]
pub struct CutoverSpec {
    /// The class.
    pub class: Given<String>,
    /// The share of its jobs that come from then on, such as 0.3; the same jobs under every strategy.
    pub share: Given<f64>,
    /// The pools that they may use, by name.
    pub to: List<String>,
}

/// What must hold for a phase to end; all of what is given. Measured from the phase's beginning.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct ExitSpec {
    /// The least share of owned GPU-hours that jobs held, such as 0.5.
    pub utilisation_at_least: Given<f64>,
    /// The longest mean wait of jobs that started, such as "2 h".
    pub mean_wait_at_most: Given<String>,
    /// The fewest jobs that finished.
    pub finished_at_least: Given<u64>,
    /// The most jobs that wait when it is looked at.
    pub waiting_at_most: Given<u64>,
}

/// What happens if a phase cannot end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum OnFailKind {
    /// It goes on, and is looked at again.
    Delay,
    /// What it changed is changed back (what was delivered stays), and what comes after it never begins.
    RollBack,
    /// It ends all the same.
    Proceed,
}
