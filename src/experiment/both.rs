//! Two who listen to the same run.

use crate::journal::{
    BudgetRecord, Circumstance, Deletion, Fact, FailoverRecord, JobRecord, Justification,
    MoveRecord, Movement, Observer, PhaseRecord, PoolRecord, Posting, RecoveryRecord, RuleRecord,
    RunRecord, ServiceRecord,
};
use crate::units::{JobId, Money, SimTime, Span};

/// Tells both everything, the first one first.
pub(super) struct Both<'a, A, B>(pub(super) &'a mut A, pub(super) &'a mut B);

macro_rules! both {
    ($($name:ident($($word:ident: $kind:ty),*);)*) => {
        $(
            #[inline]
            fn $name(&mut self, $($word: $kind),*) {
                self.0.$name($($word),*);
                self.1.$name($($word),*);
            }
        )*
    };
}

// What is not passed on here would be missing without a word.
#[warn(clippy::missing_trait_methods)]
impl<A: Observer, B: Observer> Observer for Both<'_, A, B> {
    const POSTINGS: bool = A::POSTINGS || B::POSTINGS;
    const JUSTIFIES: bool = A::JUSTIFIES || B::JUSTIFIES;
    const MOVEMENTS: bool = A::MOVEMENTS || B::MOVEMENTS;

    both! {
        begin(of_class: &[u32]);
        fact(at: SimTime, fact: Fact);
        justified(justification: &Justification);
        circumstance(at: SimTime, circumstance: &Circumstance);
        movement(at: SimTime, movement: &Movement);
        deleted(at: SimTime, deletion: &Deletion);
        proven(at: SimTime, deletion: &Deletion);
        posting(posting: &Posting);
        job(record: &JobRecord);
        charged_later(job: JobId, egress: Money);
        left(job: JobId, done: Span, unsaved: Span);
        pool(record: &PoolRecord);
        service(record: &ServiceRecord);
        rule(record: &RuleRecord);
        moved_against(record: &MoveRecord);
        phase(record: &PhaseRecord);
        budget(record: &BudgetRecord);
        recovery(record: &RecoveryRecord);
        failover(record: &FailoverRecord);
        run(record: &RunRecord);
    }
}
