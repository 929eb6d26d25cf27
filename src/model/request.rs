//! What a job asks for, as far as a strategy may see it.

use crate::units::{ClassId, MilliGpus, ShapeId, SimTime, Span, TenantId};

/// How a job ends once its work is done.
pub use crate::process::Outcome;

/// Jobs that are alike in all that placement looks at: they fit, or do not fit, together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Shape {
    /// GPUs of the gang.
    pub gpus: MilliGpus,
    /// Class of work.
    pub class: ClassId,
    /// How many jobs of the demand have this shape (expected, for generated demand, per million jobs).
    pub weight: u64,
}

/// One job as it is submitted. The true run time is not here (see `Truth`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Request {
    /// When it comes.
    pub submit: SimTime,
    /// How long its owner says that it runs, on the reference GPU type.
    pub requested: Span,
    /// Its shape.
    pub shape: ShapeId,
    /// Who pays.
    pub tenant: TenantId,
    /// Larger is more urgent.
    pub priority: i32,
}
