//! Gangs that go on with fewer GPUs where they lost some, and grow again; jobs that go on with smaller batches.

use crate::units::{ClassId, MilliGpus, ShapeId, Span};

use super::request::{Labelled, Shape};

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

/// A class whose jobs can go on with smaller batches, on GPUs with less memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Batch {
    /// The class.
    pub of: ClassId,
    /// The class to which its jobs belong then: its memory, pools and speeds are those of smaller batches.
    pub class: ClassId,
    /// How many times as long the same work takes on the same GPUs, in thousandths.
    pub slowdown: u32,
}

/// With which sizes gangs can go on, for all shapes.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Elastic {
    /// By shape, the largest first; empty if no class is elastic.
    sizes: Vec<Vec<Smaller>>,
    /// By shape: when it looks whether it may grow.
    grow_after: Vec<Option<Span>>,
    /// By shape: all with which a job makes do, the fastest first; empty if that is `sizes`.
    degraded: Vec<Vec<Smaller>>,
    /// Classes that can go on with smaller batches.
    pub batches: Vec<Batch>,
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

    /// The same, with classes whose jobs can go on with smaller batches: with all their GPUs, or with fewer.
    #[must_use]
    pub fn with_batches(mut self, shapes: &[Shape], batches: Vec<Batch>) -> Self {
        if batches.is_empty() {
            return self;
        }
        self.sizes.resize(shapes.len(), Vec::new());
        self.grow_after.resize(shapes.len(), None);
        for (index, shape) in shapes.iter().enumerate() {
            let sizes = &self.sizes[index];
            let mut ways: Vec<(u64, Smaller)> = Vec::new();
            ways.extend(
                sizes
                    .iter()
                    .map(|size| (u64::from(size.speed) * 1000, *size)),
            );
            if let Some(batch) = batches.iter().find(|batch| batch.of == shape.class) {
                let whole = std::iter::once((shape.gpus, 1000));
                let fewer = sizes
                    .iter()
                    .map(|size| (shapes[size.shape.index()].gpus, size.speed));
                for (gpus, speed) in whole.chain(fewer) {
                    let own = Labelled {
                        class: batch.class,
                        ..shape.labelled()
                    };
                    let found = Shape::find(shapes, (gpus, own));
                    let as_fast = u64::from(speed) * 1_000_000 / u64::from(batch.slowdown.max(1));
                    // Its class is slower by itself.
                    ways.extend(found.map(|shape| (as_fast, Smaller { shape, speed })));
                }
            }
            ways.sort_by_key(|(as_fast, _)| std::cmp::Reverse(*as_fast));
            let ways = ways.into_iter().map(|(_, way)| way);
            self.degraded.push(ways.collect());
        }
        self.batches = batches;
        self
    }

    /// With what jobs of a shape make do, the fastest first: fewer GPUs, smaller batches, or both.
    pub fn degraded(&self, shape: ShapeId) -> &[Smaller] {
        let ways = self.degraded.get(shape.index());
        ways.map_or_else(|| self.smaller(shape), Vec::as_slice)
    }

    /// How jobs of a class go on with smaller batches, if they can.
    pub fn batch_of(&self, class: ClassId) -> Option<Batch> {
        let mut batches = self.batches.iter();
        batches.find(|batch| batch.of == class).copied()
    }

    /// Gives a copy of a shape a place right behind it; `moved` says where shapes stand then.
    pub(super) fn repeat(&mut self, shape: ShapeId, moved: impl Fn(ShapeId) -> ShapeId) {
        let all = self.sizes.iter_mut().chain(&mut self.degraded);
        for smaller in all.flatten() {
            smaller.shape = moved(smaller.shape);
        }
        if let Some(ways) = self.degraded.get(shape.index()).cloned() {
            self.degraded.insert(shape.index() + 1, ways);
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
    fn the_fastest_way_to_make_do_comes_first() {
        let shape = |gpus, class| Shape {
            gpus: MilliGpus::whole(gpus),
            class: ClassId(class),
            labels: crate::units::LabelsId(0),
            weight: 0,
        };
        // In the order of shapes: 8, 16 and 32 GPUs, of the class and of its smaller batches.
        let shapes: Vec<Shape> = [8, 16, 32]
            .into_iter()
            .flat_map(|gpus| [shape(gpus, 0), shape(gpus, 1)])
            .collect();
        let batch = |slowdown| Batch {
            of: ClassId(0),
            class: ClassId(1),
            slowdown,
        };
        let ways = |slowdown| {
            let terms = |shape: &Shape| (shape.class == ClassId(0)).then_some(TERMS);
            let elastic = Elastic::of(&shapes, terms).with_batches(&shapes, vec![batch(slowdown)]);
            let ways = elastic.degraded(ShapeId(4)).iter();
            ways.map(|way| (way.shape.0, way.speed)).collect::<Vec<_>>()
        };
        // 1 ÷ 1.25 = .8 | √½ = .707 | .707 ÷ 1.25 = .566 | √¼ = .5 | .5 ÷ 1.25 = .4.
        assert_eq!(
            ways(1250),
            [(5, 1000), (2, 707), (3, 707), (0, 500), (1, 500)]
        );
        // 1 ÷ 1.6 = .625 comes behind half the gang, and .442 behind a quarter of it.
        assert_eq!(
            ways(1600),
            [(2, 707), (5, 1000), (0, 500), (3, 707), (1, 500)]
        );
        let none = Elastic::of(&shapes, |_| Some(TERMS)).with_batches(&shapes, Vec::new());
        assert_eq!(none.degraded(ShapeId(4)), none.smaller(ShapeId(4)));
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
