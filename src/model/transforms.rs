//! Transforms: what makes copies of data sets that have other marks, and which copies jobs read where.

use std::collections::BTreeSet;

use crate::units::{
    Bandwidth, BytePrice, Bytes, ClassId, DatasetId, Money, PoolId, ShapeId, SiteId, Span, TenantId,
};

use super::Model;
use super::rules::{Masks, set_bits};
use super::validation::{Flaws, Validation};

/// What a transform does to data.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TransformKind {
    /// It hides values.
    Mask,
    /// It puts tokens in the place of values.
    Tokenise,
    /// It takes out what tells whom data are about.
    DeIdentify,
    /// It makes up data that are like the others.
    Synthesise,
}

/// A transform.
#[derive(Clone, Debug, PartialEq)]
pub struct Transform {
    /// Its name.
    pub name: String,
    /// What it does.
    pub kind: TransformKind,
    /// How long each data set takes beside reading it.
    pub lead: Span,
    /// How fast it reads.
    pub rate: Bandwidth,
    /// What a gigabyte that it reads costs.
    pub price: BytePrice,
    /// Attempts that fail, in millionths.
    pub fails: u32,
    /// As what each attempt asks for GPUs; `None` where hosts do it beside the work of GPUs.
    pub work: Option<TransformWork>,
    /// What may be wrong with what it makes, and nobody sees at first.
    pub flaws: Option<Flaws>,
    /// How what it makes is looked at before anybody may read it.
    pub validation: Option<Validation>,
}

/// As what attempts of a transform ask for GPUs: they are jobs like all others, which come when somebody needs a copy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TransformWork {
    /// Their shape.
    pub shape: ShapeId,
    /// Who pays.
    pub tenant: TenantId,
}

/// A copy that a transform makes of a data set when somebody needs it. It is a data set of its own, kept from then on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Derived {
    /// The data set that it is.
    pub dataset: DatasetId,
    /// The data set of which it is made.
    pub base: DatasetId,
    /// By which transform.
    pub transform: u16,
    /// Which of the network's copies it is where it is made.
    pub copy: u16,
    /// Where it is made.
    pub site: SiteId,
}

/// All transforms, what they make, and what jobs of each class may read in the place of their data.
///
/// A *version* of a class's work is what its jobs read: in the first their data as they are, in others copies that
/// transforms made.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Transforms {
    /// The transforms, in the order of the scenario.
    pub list: Vec<Transform>,
    /// What they make, in an order in which nothing is made of what comes later.
    pub derived: Vec<Derived>,
    /// How many versions there are; none where no transform is.
    pub versions: usize,
    /// By version, which transforms it uses.
    pub uses: Vec<Vec<u16>>,
    /// By class and version, what jobs read, ascending.
    pub reads: Vec<Vec<DatasetId>>,
}

/// No version.
const NONE: u8 = u8::MAX;

impl TransformKind {
    /// The word for it in scenarios and reports.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Mask => "mask",
            Self::Tokenise => "tokenise",
            Self::DeIdentify => "de-identify",
            Self::Synthesise => "synthesise",
        }
    }
}

impl Transform {
    /// How long one attempt at so much takes.
    pub fn time(&self, bytes: Bytes) -> Span {
        let reads = self.rate.span(u128::from(bytes.0) * 1000);
        self.lead + reads.unwrap_or_default()
    }

    /// What one attempt at so much costs.
    pub fn cost(&self, bytes: Bytes) -> Money {
        Money::of_bytes(bytes, self.price)
    }
}

impl Transforms {
    /// Whether there are any copies to be made.
    #[inline]
    pub const fn are_used(&self) -> bool {
        self.versions > 1
    }

    /// Whether luck has a part in any.
    pub fn roll_dice(&self) -> bool {
        self.are_used() && self.list.iter().any(Transform::rolls_dice)
    }

    /// How a data set is made, if it is made of another.
    pub fn making(&self, id: DatasetId) -> Option<(usize, &Derived)> {
        let mut derived = self.derived.iter().enumerate();
        derived.find(|(_, derived)| derived.dataset == id)
    }

    /// What is made by this place among all that transforms make, and all that is made of that.
    pub fn heirs(&self, index: u16) -> Vec<DatasetId> {
        let mut heirs = vec![self.derived[usize::from(index)].dataset];
        // Nothing is made of what comes later.
        for made in &self.derived {
            if heirs.contains(&made.base) {
                heirs.push(made.dataset);
            }
        }
        heirs
    }

    /// Whether a transform was used on something and what that took away is still gone: it is not of what `regained` it.
    pub fn counts(&self, transform: u16, id: DatasetId, regained: &BTreeSet<DatasetId>) -> bool {
        let making = self.making(id);
        making.is_some_and(|(_, made)| {
            made.transform == transform && !regained.contains(&id)
                || self.counts(transform, made.base, regained)
        })
    }

    /// Whether a transform was used on something on its way from data as they are.
    pub fn was_applied(&self, transform: u16, id: DatasetId) -> bool {
        let making = self.making(id);
        making.is_some_and(|(_, made)| {
            made.transform == transform || self.was_applied(transform, made.base)
        })
    }
}

impl Model {
    /// What jobs of a class read in a version of their work.
    pub fn read_in(&self, class: ClassId, version: u8) -> &[DatasetId] {
        if !self.transforms.are_used() {
            return &self.classes[class.index()].data;
        }
        let place = class.index() * self.transforms.versions + usize::from(version);
        self.transforms.reads.get(place).map_or(&[], Vec::as_slice)
    }

    /// All that jobs of a class may read, in any version.
    pub fn may_read(&self, class: ClassId) -> Vec<DatasetId> {
        let versions = self.transforms.versions.max(1) as u8;
        let reads = (0..versions).flat_map(|version| self.read_in(class, version));
        let mut reads: Vec<DatasetId> = reads.copied().collect();
        reads.sort_unstable();
        reads.dedup();
        reads
    }

    /// The first version of their work in which the rules in force let jobs of a shape run in a pool; `None` if there is
    /// none.
    pub fn version(&self, masks: Masks, shape: ShapeId, pool: PoolId) -> Option<u8> {
        if !self.rules.are_used() {
            return Some(0);
        }
        let class = self.class_of(shape);
        let versions = self.transforms.versions.max(1) as u8;
        let refusing = |version: u8| {
            self.rules.refusing(masks, (shape, version), pool)
                | self.data_refused(masks, (self.labelled(shape), version), pool)
        };
        let against = refusing(0);
        if against == 0 || versions == 1 {
            return (against == 0).then_some(0);
        }
        // A transform is put to work where a rule that refuses data as they are requires it, and nowhere else.
        let required = set_bits(against).filter_map(|bit| self.rules.list.get(bit)?.transform);
        let required: Vec<u16> = required.collect();
        let mut versions = (1..versions).filter(|&version| {
            let mut uses = self.transforms.uses[usize::from(version)].iter();
            uses.any(|transform| required.contains(transform))
                && self.read_in(class, version) != self.read_in(class, 0)
        });
        versions.find(|&version| refusing(version) == 0)
    }

    /// Whether the rules in force let jobs of a shape run in a pool, in some version of their work.
    pub fn lets_run(&self, masks: Masks, shape: ShapeId, pool: PoolId) -> bool {
        self.version(masks, shape, pool).is_some()
    }

    /// Which rules that are obeyed refuse jobs of a shape a pool, whatever they read; none if some version may run there.
    pub fn refusing(&self, masks: Masks, shape: ShapeId, pool: PoolId) -> u128 {
        if self.lets_run(masks, shape, pool) {
            return 0;
        }
        self.rules.refusing(masks, (shape, 0), pool)
            | self.data_refused(masks, (self.labelled(shape), 0), pool)
    }

    /// The version of each shape's work in each pool while these rules are in force, by shape, then pool.
    pub fn versions(&self, masks: Masks, found: &mut Vec<u8>) {
        found.clear();
        for shape in (0..self.shapes.len()).map(ShapeId::from) {
            for pool in (0..self.pools.len()).map(PoolId::from) {
                found.push(self.version(masks, shape, pool).unwrap_or(NONE));
            }
        }
    }
}
