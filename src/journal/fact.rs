//! Facts, postings, and who listens.

use crate::units::{DatasetId, JobId, Money, OutletId, PoolId, SimTime, SiteId, Span};

use super::budget::BudgetRecord;
use super::circumstance::Circumstance;
use super::failover::{FailoverRecord, RecoveryRecord};
use super::justification::Justification;
use super::movement::{MoveRecord, Movement};
use super::posting::Posting;
use super::record::{JobRecord, JobState, PhaseRecord, PoolRecord, RunRecord, ServiceRecord};
use super::retention::Deletion;
use super::rule::{Consequence, RuleMode, RuleRecord};

/// Something that happened, in the past tense.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fact {
    /// A job joined the line.
    Submitted(JobId),
    /// A job took GPUs of a pool; where they boot first, it starts later.
    Placed(JobId, PoolId),
    /// A job began to run (again).
    Started(JobId, PoolId),
    /// A job was stopped to make room and waits again.
    Preempted(JobId, PoolId),
    /// A job is about to lose its place: it stops, writes a checkpoint and waits again.
    Warned(JobId, PoolId),
    /// A job lost its place, or crashed: what no checkpoint holds is lost, and it waits again.
    Interrupted(JobId, PoolId),
    /// A job that had gone on with fewer GPUs than it asked for stops, writes a checkpoint and waits for all of them.
    Grew(JobId, PoolId),
    /// A job asked a provider for instances that it does not have.
    Refused(JobId, PoolId),
    /// A job heard that it was refused, and waits again.
    Answered(JobId, PoolId),
    /// Nodes of an owned pool stopped.
    NodesDown(PoolId, u32),
    /// Nodes of an owned pool work again.
    NodesUp(PoolId, u32),
    /// GPUs of an owned pool broke, each on a node that may go on.
    GpusDown(PoolId, u32),
    /// GPUs of an owned pool work again.
    GpusUp(PoolId, u32),
    /// Nodes of an owned pool take no more work: they are due for maintenance.
    MaintenanceDue(PoolId, u32),
    /// Maintenance of nodes of an owned pool began.
    MaintenanceBegun(PoolId, u32),
    /// Maintenance of nodes of an owned pool is over.
    MaintenanceOver(PoolId, u32),
    /// A phase began.
    PhaseBegan(u16),
    /// A phase ended.
    PhaseEnded(u16),
    /// What a phase changed was changed back.
    PhaseRolledBack(u16),
    /// Nodes that were ordered are there.
    Delivered(PoolId, u32),
    /// Nodes that were given up are gone.
    Retired(PoolId, u32),
    /// Instances of a rented pool got notice.
    Noticed(PoolId, u32),
    /// Instances of a rented pool were taken away by their provider.
    Reclaimed(PoolId, u32),
    /// Instances of a rented pool failed, and were given back.
    InstancesFailed(PoolId, u32),
    /// A job left for good.
    Ended(JobId, JobState),
    /// Instances of a rented pool were launched.
    Rented(PoolId, u32),
    /// Instances of a rented pool were given back, or given up while they booted.
    Released(PoolId, u32),
    /// A data set came to a site.
    Staged(DatasetId, SiteId),
    /// A copy of a data set came to a site that keeps it.
    Replicated(DatasetId, SiteId),
    /// The results of a job came home.
    SentHome(JobId),
    /// A checkpoint of a job that does not run came home.
    CheckpointHome(JobId),
    /// A job went on elsewhere from an older checkpoint, since its newest had not come home; what that held is lost.
    FellBack(JobId, PoolId),
    /// The checkpoint for which a job held its GPUs came from home.
    Fetched(JobId, PoolId),
    /// A service did not answer a site any more.
    ServiceLost(OutletId),
    /// A service answered a site again.
    ServiceBack(OutletId),
    /// A pull of an artifact to a site broke.
    PullBroke(DatasetId, SiteId),
    /// A job was stopped because its credential was revoked; it is interrupted, too.
    Revoked(JobId),
    /// A job failed because it outlived its credential.
    Expired(JobId),
    /// A job failed when it came, for nobody vouched for it.
    Denied(JobId),
    /// A job failed because it had started on a corrupted version.
    Spoiled(JobId),
    /// So much of a budget, in millionths of its amount, was spent; told when it is looked at next.
    BudgetReached(u16, u32),
    /// Somebody asked for more of a budget.
    BudgetAsked(u16),
    /// More of a budget was granted.
    BudgetGranted(u16),
    /// A job went to rented capacity though a budget was used up, which allows it and counts.
    Flagged(JobId, PoolId),
    /// A job holds GPUs of a pool against a rule that is not obeyed, or that lets it finish; the number behind the last
    /// rule stands for what nothing permits.
    Violated(JobId, PoolId, u16),
    /// A rule is in another mode.
    RuleChanged(u16, RuleMode),
    /// Attributes are otherwise from now on: which of the model's changes.
    AttributesChanged(u16),
    /// Something was found, or holds no longer, so that attributes are otherwise from now on: which of the model's findings.
    Found(u16, bool),
    /// A rule turned against a job where it is (the number behind the last rule stands for what nothing permits): what
    /// becomes of it.
    Rejudged(JobId, PoolId, u16, Consequence),
    /// A rule turned against a copy that a site keeps or has in its cache: what becomes of it.
    CopyRejudged(DatasetId, SiteId, u16, Consequence),
    /// A copy against which a rule had turned was deleted.
    CopyDeleted(DatasetId, SiteId),
    /// A copy is kept no longer: its cache needed room, or its time was over.
    CopyDropped(DatasetId, SiteId),
    /// A copy that was locked may be used again.
    CopyUnlocked(DatasetId, SiteId),
    /// A transform began to make a copy of a data set, or tries again: which transform, and the copy.
    TransformBegan(u16, DatasetId),
    /// An attempt of a transform failed.
    TransformFailed(u16, DatasetId),
    /// A transform has made a copy, which is kept from now on.
    Transformed(u16, DatasetId),
    /// What a transform made is being looked at: which transform, and the copy.
    ValidationBegan(u16, DatasetId),
    /// What a transform made did not pass: it is made again.
    ValidationFailed(u16, DatasetId),
    /// What a transform made passed.
    ValidationPassed(u16, DatasetId),
    /// A copy that had passed was found to have marks that should be gone, and is withdrawn: which transform made it, the
    /// copy, how many jobs had read it or what was made of it, and at how many places any of that lay.
    Withdrawn(u16, DatasetId, u32, u32),
    /// What came of a job was looked at, and counts.
    ResultPassed(JobId, PoolId),
    /// What came of a job was looked at, and does not pass: it does all of its work again; it is interrupted, too.
    ResultRejected(JobId, PoolId),
    /// What came of a job, and counted, is found not to be what it should be.
    ResultFlawed(JobId, PoolId),
    /// A job was told to stop because a rule turned against it.
    Evicted(JobId, PoolId),
    /// A window opened.
    WindowOpened(u16),
    /// A window closed.
    WindowClosed(u16),
    /// A job was told to stop as had been declared beforehand, and waits again.
    TornDown(JobId, PoolId, Leave),
    /// A failover began.
    FailoverBegan(u16),
    /// A failover is over.
    FailoverOver(u16),
    /// Triggers want a failover, and somebody has to notice.
    Alarm(u16),
    /// A step of the runbook of a failover was done.
    StepDone(u16, u16),
    /// A step of the runbook of a failover failed, or must not be done.
    StepFailed(u16, u16),
    /// A job was told to stop because a failover moves it, or brings it back.
    Moved(JobId, PoolId),
}

/// Why a job is torn down, and how.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Leave {
    /// Why.
    pub why: LeaveReason,
    /// Whether it writes a checkpoint, if it keeps any; it loses what none holds otherwise.
    pub saves: bool,
}

/// Why a job is torn down.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LeaveReason {
    /// A window is over.
    Window(u16),
    /// Its cost envelope is used up.
    Envelope(u16),
    /// A budget is used up.
    Budget(u16),
}

/// Listens to one run. All methods have an empty default, which costs nothing.
pub trait Observer {
    /// Whether postings are wanted; they are not made otherwise.
    const POSTINGS: bool = false;
    /// Whether decisions are to be justified, and what led to what happened is to be told; nothing is kept of that
    /// otherwise.
    const JUSTIFIES: bool = false;
    /// Whether each step of what moves between sites is wanted; nobody writes it down otherwise.
    const MOVEMENTS: bool = false;

    /// A run begins: about so many jobs of each class will come. The time to ask for memory.
    fn begin(&mut self, _of_class: &[u32]) {}
    /// Something happened.
    fn fact(&mut self, _at: SimTime, _fact: Fact) {}
    /// A decision gave a job a pool, or refused it all of them for another cause than when it was last told of. Comes
    /// before what follows from it.
    fn justified(&mut self, _justification: &Justification) {}
    /// Something led to what happened, or will.
    fn circumstance(&mut self, _at: SimTime, _circumstance: &Circumstance) {}
    /// Something moved between sites, or was refused to: told within the instant, after the facts that made it move.
    fn movement(&mut self, _at: SimTime, _movement: &Movement) {}
    /// Something was deleted because its time was over.
    fn deleted(&mut self, _at: SimTime, _deletion: &Deletion) {}
    /// Whoever deleted something has proven it.
    fn proven(&mut self, _at: SimTime, _deletion: &Deletion) {}
    /// Something was charged.
    fn posting(&mut self, _posting: &Posting) {}
    /// A job's life is over, or the horizon cut it.
    fn job(&mut self, _record: &JobRecord) {}
    /// What a job that is over had sent home has come and is charged to it now; its record does not hold that.
    fn charged_later(&mut self, _job: JobId, _egress: Money) {}
    /// A job lives on at the horizon, and so much of it is done, of which a part is in no checkpoint, in reference time.
    fn left(&mut self, _job: JobId, _done: Span, _unsaved: Span) {}
    /// A pool's books were closed at the horizon.
    fn pool(&mut self, _record: &PoolRecord) {}
    /// What is known of a service at the horizon.
    fn service(&mut self, _record: &ServiceRecord) {}
    /// What happened against a rule in a pool, at the horizon.
    fn rule(&mut self, _record: &RuleRecord) {}
    /// What moved against a rule to a site, at the horizon.
    fn moved_against(&mut self, _record: &MoveRecord) {}
    /// What became of a phase, at the horizon.
    fn phase(&mut self, _record: &PhaseRecord) {}
    /// What became of a budget in one period, at the horizon; periods come in their order.
    fn budget(&mut self, _record: &BudgetRecord) {}
    /// A job that had lost its place works again, or will not.
    fn recovery(&mut self, _record: &RecoveryRecord) {}
    /// What became of a failover, at the horizon.
    fn failover(&mut self, _record: &FailoverRecord) {}
    /// The run is over.
    fn run(&mut self, _record: &RunRecord) {}
}

/// Listens to nothing.
#[derive(Clone, Copy, Debug, Default)]
pub struct Silent;

impl Observer for Silent {}
