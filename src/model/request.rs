//! What a job asks for, as far as a strategy may see it.

use crate::units::{ClassId, LabelsId, MilliGpus, ShapeId, SimTime, Span, TenantId};

/// How a job ends once its work is done.
pub use crate::process::Outcome;

/// Jobs that are alike in all that placement looks at: they fit, or do not fit, together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Shape {
    /// GPUs of the gang.
    pub gpus: MilliGpus,
    /// Class of work.
    pub class: ClassId,
    /// Labels that its jobs have beside those of their class.
    pub labels: LabelsId,
    /// How many jobs of the demand have this shape (expected, for generated demand, per million jobs).
    pub weight: u64,
}

/// Jobs of one class that have the same labels of their own: rules judge them alike.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Labelled {
    /// Class of work.
    pub class: ClassId,
    /// Labels beside those of the class.
    pub labels: LabelsId,
}

impl From<ClassId> for Labelled {
    /// Jobs of a class without labels of their own.
    fn from(class: ClassId) -> Self {
        let labels = LabelsId(0);
        Self { class, labels }
    }
}

impl Labelled {
    /// All that occurs in some shapes, ascending, and each class without labels of its own.
    pub(super) fn all(shapes: &[Shape], classes: usize) -> Vec<Self> {
        let plain = (0..classes).map(|class| Self::from(ClassId::from(class)));
        let mut all: Vec<Self> = plain.chain(shapes.iter().map(Shape::labelled)).collect();
        all.sort_unstable();
        all.dedup();
        all
    }
}

/// What tells shapes apart, in the order in which they stand.
pub(super) type ShapeKey = (MilliGpus, Labelled);

impl Shape {
    /// Its class and its labels.
    pub const fn labelled(&self) -> Labelled {
        Labelled {
            class: self.class,
            labels: self.labels,
        }
    }

    /// The shape of so many GPUs that is of the same work.
    pub(super) fn find(shapes: &[Self], (gpus, of): ShapeKey) -> Option<ShapeId> {
        let place =
            shapes.binary_search_by_key(&(gpus, of), |shape| (shape.gpus, shape.labelled()));
        place.ok().map(ShapeId::from)
    }
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
