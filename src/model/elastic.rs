//! Gangs that go on with fewer GPUs where they lost some, and grow again.

use crate::units::{MilliGpus, ShapeId, Span};

use super::request::Shape;

/// How the gangs of a class survive the loss of a part.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ElasticTerms {
    /// Fewest GPUs with which a gang goes on.
    pub least: u64,
    /// How long after a start with fewer it looks whether all are to be had; `None`: it goes on with what it has.
    pub grow_after: Option<Span>,
    /// Speed at n of N GPUs is (n / N) to this power, in ‰: 1000 if GPU-hours stay the same.
    pub scaling: u32,
}

/// A size with which a gang can go on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Smaller {
    /// The shape of that size.
    pub shape: ShapeId,
    /// Its speed in ‰ of that of the whole gang.
    pub speed: u32,
}

/// With which sizes gangs can go on, for all shapes.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Elastic {
    /// By shape, the largest first; empty if no class is elastic.
    sizes: Vec<Vec<Smaller>>,
    /// By shape: when it looks whether it may grow.
    grow_after: Vec<Option<Span>>,
}

impl ElasticTerms {
    /// The sizes below `gpus` with which a gang can go on: its halves, as long as they are whole and enough.
    pub fn sizes(self, gpus: MilliGpus) -> impl Iterator<Item = MilliGpus> {
        let is_whole = gpus.0.is_multiple_of(1000);
        let mut size = if is_whole { gpus.0 / 1000 } else { 1 };
        std::iter::from_fn(move || {
            let half = size / 2;
            let goes_on = size % 2 == 0 && half >= self.least.max(1);
            size = half;
            goes_on.then(|| MilliGpus::whole(half))
        })
    }
}

impl Elastic {
    /// The sizes of all shapes, which must be in their order and contain each other; `terms` says by class what is
    /// allowed.
    pub fn of(shapes: &[Shape], terms: impl Fn(&Shape) -> Option<ElasticTerms>) -> Self {
        let mut elastic = Self::default();
        if !shapes.iter().any(|shape| terms(shape).is_some()) {
            return elastic;
        }
        for shape in shapes {
            let mut sizes = Vec::new();
            if let Some(terms) = terms(shape) {
                for gpus in terms.sizes(shape.gpus) {
                    let found = Shape::find(shapes, (gpus, shape.labelled()));
                    let share = gpus.0 as f64 / shape.gpus.0 as f64;
                    let speed = (libm::pow(share, f64::from(terms.scaling) / 1000.0) * 1000.0)
                        .round() as u32;
                    sizes.extend(found.map(|shape| Smaller {
                        shape,
                        speed: speed.max(1),
                    }));
                }
            }
            elastic.sizes.push(sizes);
            let grow_after = terms(shape).and_then(|terms| terms.grow_after);
            elastic.grow_after.push(grow_after);
        }
        elastic
    }

    /// Gives a copy of a shape a place right behind it; `moved` says where shapes stand then.
    pub(super) fn repeat(&mut self, shape: ShapeId, moved: impl Fn(ShapeId) -> ShapeId) {
        for smaller in self.sizes.iter_mut().flatten() {
            smaller.shape = moved(smaller.shape);
        }
        if let Some(sizes) = self.sizes.get(shape.index()).cloned() {
            let after = self.grow_after[shape.index()];
            self.sizes.insert(shape.index() + 1, sizes);
            self.grow_after.insert(shape.index() + 1, after);
        }
    }

    /// Whether no gang is elastic.
    pub const fn is_empty(&self) -> bool {
        self.sizes.is_empty()
    }

    /// With which sizes a gang can go on, the largest first.
    pub fn smaller(&self, shape: ShapeId) -> &[Smaller] {
        self.sizes.get(shape.index()).map_or(&[], Vec::as_slice)
    }

    /// When a gang of the shape that goes on with fewer GPUs looks whether it may grow.
    pub fn grow_after(&self, shape: ShapeId) -> Option<Span> {
        self.grow_after.get(shape.index()).copied().flatten()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::units::ClassId;

    const TERMS: ElasticTerms = ElasticTerms {
        least: 8,
        grow_after: None,
        scaling: 500,
    };

    #[test]
    fn a_gang_is_halved_while_enough_is_left() {
        let sizes = |gpus| {
            TERMS
                .sizes(MilliGpus::whole(gpus))
                .map(|size| size.0 / 1000)
        };
        assert!(sizes(64).eq([32, 16, 8]));
        assert!(sizes(24).eq([12]));
        assert_eq!(sizes(15).count(), 0);
        assert_eq!(TERMS.sizes(MilliGpus(500)).count(), 0);
    }

    #[test]
    fn half_the_gang_is_more_than_half_as_fast_where_scaling_says_so() {
        let shape = |gpus| Shape {
            gpus: MilliGpus::whole(gpus),
            class: ClassId(0),
            labels: crate::units::LabelsId(0),
            weight: 0,
        };
        let shapes = [shape(8), shape(16), shape(32)];
        let elastic = Elastic::of(&shapes, |_| Some(TERMS));
        // √½ = .7071, √¼ = .5.
        let told: Vec<(u16, u32)> = elastic
            .smaller(ShapeId(2))
            .iter()
            .map(|smaller| (smaller.shape.0, smaller.speed))
            .collect();
        assert_eq!(told, [(1, 707), (0, 500)]);
        assert!(elastic.smaller(ShapeId(0)).is_empty());
        assert!(Elastic::of(&shapes, |_| None).is_empty());
    }
}
