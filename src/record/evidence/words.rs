//! The names behind the ids of a scenario: what evidence says of each, once.

use crate::units::{DatasetId, Epoch, JobId, ShapeId, TenantId};

use super::moving::{Attributes, MovingWords};
use super::retained::RetentionWords;
use super::scored::ScoringWords;

/// A value of an attribute.
#[derive(Clone, Debug, PartialEq)]
pub enum Known {
    /// Any number of marks.
    Marks(Vec<String>),
    /// One text.
    Text(String),
    /// A number.
    Number(f64),
    /// True or false.
    Flag(bool),
}

/// A pool as evidence shows it.
#[derive(Clone, Debug, Default)]
pub struct PoolWords {
    /// Its name.
    pub name: String,
    /// Its site.
    pub site: String,
    /// Whose law applies there.
    pub jurisdiction: String,
    /// Whether it is rented.
    pub rented: bool,
    /// What rules know of it.
    pub attributes: Vec<(String, Known)>,
}

/// A rule as a run begins with it.
#[derive(Clone, Debug, Default)]
pub struct RuleWords {
    /// Its id.
    pub id: String,
    /// What it judges: run, move.
    pub on: &'static str,
    /// What it does: permit, forbid, require.
    pub effect: &'static str,
    /// The transform that it requires.
    pub transform: Option<String>,
    /// How much may move on the strength of it in a UTC day, in bytes.
    pub bytes_per_day: Option<u64>,
    /// Whether it is obeyed: enforce, audit, off.
    pub mode: &'static str,
    /// What it is about, as it was written.
    pub when: String,
    /// Why there is such a rule.
    pub reason: String,
    /// The controls for which it stands.
    pub controls: Vec<String>,
}

/// Jobs of one size and class.
#[derive(Clone, Debug, Default)]
pub struct ShapeWords {
    /// What kind of work.
    pub class: String,
    /// What each asks for, in thousandths of a GPU.
    pub milli_gpus: u64,
    /// By version of its work, what rules know of them, and the transforms that were used on all that they read.
    pub versions: Vec<(Attributes, Vec<String>)>,
}

/// A failover, with who carries it out.
#[derive(Clone, Debug, Default)]
pub struct FailoverWords {
    /// Its name.
    pub name: String,
    /// What happens while it is in force.
    pub action: &'static str,
    /// For which classes of work.
    pub classes: Vec<String>,
    /// What each of its triggers watches.
    pub triggers: Vec<String>,
    /// Where work may go then, in order.
    pub targets: Vec<TargetWords>,
    /// The name of its runbook; empty if nobody has to do anything.
    pub runbook: String,
    /// What each step of that does.
    pub steps: Vec<&'static str>,
}

/// Where work may go in a failover.
#[derive(Clone, Debug, Default)]
pub struct TargetWords {
    /// Its pools.
    pub pools: Vec<String>,
    /// What must be there first.
    pub needs: Vec<String>,
    /// Classes that rules or conditions keep out of it.
    pub closed_to: Vec<String>,
}

/// A phase.
#[derive(Clone, Debug, Default)]
pub struct PhaseWords {
    /// Its name.
    pub name: String,
    /// What each of its gates asks.
    pub gates: Vec<String>,
}

/// What is known of the jobs of a run.
pub trait Jobs: Sync {
    /// Writes its name.
    fn name(&self, job: JobId, out: &mut String);
    /// Who pays.
    fn tenant(&self, job: JobId) -> TenantId;
    /// What it asks for, and of which class it is.
    fn shape(&self, job: JobId) -> ShapeId;
}

/// A service as one site sees it.
#[derive(Clone, Debug, Default)]
pub struct OutletWords {
    /// What it is for: key, identity, registry.
    pub kind: String,
    /// Its name.
    pub service: String,
    /// The site.
    pub site: String,
}

/// What is the same in all runs of a scenario.
#[derive(Clone, Debug)]
pub struct EvidenceWords {
    /// The hash of the scenario.
    pub scenario_sha256: String,
    /// The seed of all randomness.
    pub seed: u64,
    /// Where simulated time begins.
    pub epoch: Epoch,
    /// The currency of all prices.
    pub currency: String,
    /// By shape.
    pub shapes: Vec<ShapeWords>,
    /// By class, its name.
    pub classes: Vec<String>,
    /// By tenant, its name.
    pub tenants: Vec<String>,
    /// By pool.
    pub pools: Vec<PoolWords>,
    /// By rule, its id; behind the last, what stands for what nothing permits.
    pub rules: Vec<String>,
    /// By data set, its name and how many bytes it is.
    pub datasets: Vec<(String, u64)>,
    /// By site, its name.
    pub sites: Vec<String>,
    /// By link, its name.
    pub links: Vec<String>,
    /// By outlet.
    pub outlets: Vec<OutletWords>,
    /// By budget, its name.
    pub budgets: Vec<String>,
    /// By failover.
    pub failovers: Vec<FailoverWords>,
    /// By phase.
    pub phases: Vec<PhaseWords>,
    /// By transform, its name.
    pub transforms: Vec<String>,
    /// Data sets that transforms make, with those of which they are made.
    pub made_of: Vec<(DatasetId, DatasetId)>,
    /// What rules know of what moves.
    pub moving: MovingWords,
    /// Attributes that change while time passes, in order.
    pub changes: Vec<ChangeWords>,
    /// What may be found while time passes.
    pub findings: FindingWords,
    /// What rules know of everybody once these changed.
    pub later: Vec<KnownWords>,
    /// Envelopes, in the order of the model.
    pub envelopes: Vec<String>,
    /// Windows, in the order of the model.
    pub windows: Vec<String>,
    /// How long what is kept is kept.
    pub retention: RetentionWords,
}

/// One attribute that is otherwise than before.
#[derive(Clone, Debug)]
pub struct SaidWords {
    /// What it is of: dataset, class, site, pool, link.
    pub kind: &'static str,
    /// The name of that.
    pub name: String,
    /// Which attribute.
    pub attribute: String,
    /// What it was; unknown if `None`.
    pub before: Option<Known>,
    /// What it is.
    pub after: Option<Known>,
}

/// Attributes that change at one instant.
#[derive(Clone, Debug)]
pub struct ChangeWords {
    /// The happenings that begin or end then.
    pub by: Vec<String>,
    /// What is otherwise.
    pub said: Vec<SaidWords>,
    /// What rules know of everybody from then on: as at the start, or one of what they know later.
    pub known: Option<usize>,
}

/// What may be found, and who has which attribute then.
#[derive(Clone, Debug, Default)]
pub struct FindingWords {
    /// What, in words, by the bit that says that it holds.
    pub names: Vec<String>,
    /// By stage (0 is the start, then after each change), then by what holds, a bit each.
    pub rows: Vec<FoundWords>,
}

/// Who has which attribute while some of what may be found holds.
#[derive(Clone, Debug, Default)]
pub struct FoundWords {
    /// What rules know of everybody: as at the start, or one of what they know later.
    pub known: Option<usize>,
    /// What is otherwise than before the change with which the stage begins.
    pub changed: Vec<SaidWords>,
    /// By what holds, what is otherwise than it would be without it.
    pub found: Vec<Vec<SaidWords>>,
}

/// What rules know of everybody for some time.
#[derive(Clone, Debug)]
pub struct KnownWords {
    /// By shape, in each version of its work, of jobs, and the transforms that were used on all that they read.
    pub shapes: Vec<Vec<(Attributes, Vec<String>)>>,
    /// By pool.
    pub pools: Vec<Attributes>,
    /// Of what moves.
    pub moving: MovingWords,
}

/// What is of one run.
pub struct RunWords<'a> {
    /// The strategy.
    pub strategy: String,
    /// Which sampled world.
    pub replication: u32,
    /// The rules as they are at the start.
    pub rules: Vec<RuleWords>,
    /// Controls for which there should be rules.
    pub controls: Vec<String>,
    /// How it ranks pools: at first, and from the phases on that change the strategy; `None` where it does not rank them by
    /// scores.
    pub scorings: Vec<(Option<u16>, Option<ScoringWords>)>,
    /// Its jobs.
    pub jobs: &'a dyn Jobs,
}

impl EvidenceWords {
    /// The first digits of the hash of the scenario: what every line says of it.
    pub(super) fn short(&self) -> &str {
        self.scenario_sha256
            .get(..12)
            .unwrap_or(&self.scenario_sha256)
    }
}
