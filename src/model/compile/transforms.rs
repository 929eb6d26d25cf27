//! `[[transform]]`: what makes copies of data, of what, and what jobs may read in the place of their data.

use std::collections::BTreeSet;

use crate::model::rules::{Tuple, Value};
use crate::model::{Dataset, Derived, Replica, Transform, TransformKind, Transforms};
use crate::scenario::{Origin, ScenarioFile, TransformKindSpec, TransformSpec};
use crate::units::{
    Bandwidth, BytePrice, Bytes, DatasetId, SiteId, Span, parse_bandwidth, parse_byte_price,
    parse_bytes,
};

use super::attributes::{Own, Subjects};
use super::context::Context;
use super::data;
use super::validations;

/// Most transforms of a scenario.
const TRANSFORMS_MAX: usize = 16;
/// More copies than this are a slip.
const DERIVED_MAX: usize = 10_000;

/// A transform as it was written, beside what it does to data sets.
pub(super) struct Draft {
    transform: Transform,
    /// The share of what it reads that it writes, in millionths.
    output: u64,
    site: Option<(SiteId, Origin)>,
}

/// What transforms make.
#[derive(Default)]
pub(super) struct Made {
    pub(super) transforms: Transforms,
    /// The copies, behind all data sets.
    pub(super) datasets: Vec<Dataset>,
    /// Where they will be kept, behind all other copies.
    pub(super) copies: Vec<Replica>,
    /// What is known of each.
    pub(super) tuples: Vec<Tuple>,
}

/// Reads all transforms.
pub(super) fn read(
    context: &mut Context,
    file: &ScenarioFile,
    subjects: Subjects<'_>,
) -> Vec<Draft> {
    let mut drafts = Vec::new();
    let mut taken = BTreeSet::new();
    for (spec, table) in file.transform.items() {
        if drafts.len() == TRANSFORMS_MAX {
            let fix = format!("keep to {TRANSFORMS_MAX}");
            context.fault(table, "too many transforms", fix);
            break;
        }
        let name = context.name(&spec.name, table, "transform", &mut taken);
        drafts.extend(draft(context, spec, table, name, subjects));
    }
    drafts
}

fn draft(
    context: &mut Context,
    spec: &TransformSpec,
    table: Origin,
    name: Option<String>,
    subjects: Subjects<'_>,
) -> Option<Draft> {
    let example = "kind = \"mask\" (or tokenise, de-identify, synthesise)";
    let kind = context.required(&spec.kind, table, "the kind of a transform", example);
    let example = "rate = \"100 GB/h\"";
    context.required(&spec.rate, table, "how fast a transform reads", example);
    let rate = context.quantity(&spec.rate, rate);
    if let (Some(Bandwidth(0)), Some(origin)) = (rate, spec.rate.origin()) {
        context.fault(
            origin,
            "this transform is never done",
            "write more, such as \"100 GB/h\"",
        );
    }
    let lead = context.span(&spec.lead).unwrap_or(Span::ZERO);
    let currency = context.currency;
    let price = context.quantity(&spec.price, |text| parse_byte_price(text, currency));
    let fails = context.number(&spec.fails, 0.0, 0.999).unwrap_or(0.0);
    let output = context.number(&spec.output, 0.000_001, 1.0).unwrap_or(1.0);
    let site = spec.site.here().and_then(|(name, origin)| {
        Some((data::site(context, name, origin, subjects.sites)?, origin))
    });
    let (flaws, validation) = validations::read(context, spec, table);
    let kind = kind_of(*kind?.0);
    let transform = Transform {
        name: name?,
        kind,
        lead,
        rate: rate?,
        price: price.unwrap_or(BytePrice(0)),
        fails: (fails * 1e6) as u32,
        work: None,
        flaws,
        validation,
    };
    validations::check(context, spec, &transform, table);
    Some(Draft {
        transform,
        output: (output * 1e6) as u64,
        site,
    })
}

/// The kind for a word.
pub(super) const fn kind_of(kind: TransformKindSpec) -> TransformKind {
    match kind {
        TransformKindSpec::Mask => TransformKind::Mask,
        TransformKindSpec::Tokenise => TransformKind::Tokenise,
        TransformKindSpec::DeIdentify => TransformKind::DeIdentify,
        TransformKindSpec::Synthesise => TransformKind::Synthesise,
    }
}

/// How fast it reads: by the second, or slower by the hour or the day.
fn rate(text: &str) -> Result<Bandwidth, crate::units::QuantityError> {
    let by = |unit: &str, seconds: u64| {
        let bytes = text.trim_end().strip_suffix(unit)?.trim_end();
        let bytes = parse_bytes(bytes.strip_suffix('/')?.trim_end());
        Some(bytes.map(|bytes| Bandwidth(bytes.0 / seconds)))
    };
    let slow = by("h", 3_600).or_else(|| by("d", 86_400));
    slow.unwrap_or_else(|| parse_bandwidth(text))
}

/// The marks that a transform takes away and adds, by their places among the attributes of data.
#[derive(Clone, PartialEq)]
pub(super) struct Marks {
    pub(super) removes: Own,
    pub(super) adds: Own,
}

impl Marks {
    /// Whether a data set with these attributes has any of those that are taken away; all are meant where none is named.
    fn are_of(&self, tuple: &Tuple) -> bool {
        let has = |(place, value): &(usize, Value)| match (&tuple[*place], value) {
            (Some(Value::Marks(own)), Value::Marks(gone)) => {
                own.iter().any(|mark| gone.contains(mark))
            }
            _ => false,
        };
        self.removes.is_empty() || self.removes.iter().any(has)
    }

    /// What is left, and new.
    pub(super) fn applied(&self, tuple: &Tuple) -> Tuple {
        let mut tuple = tuple.clone();
        for (place, value) in &self.removes {
            if let (Some(Value::Marks(own)), Value::Marks(gone)) = (&mut tuple[*place], value) {
                own.retain(|mark| !gone.contains(mark));
            }
        }
        for (place, value) in &self.adds {
            let Value::Marks(new) = value else { continue };
            let mut own = match tuple[*place].take() {
                Some(Value::Marks(own)) => own,
                _ => Vec::new(),
            };
            own.extend(new.iter().cloned());
            own.sort_unstable();
            own.dedup();
            tuple[*place] = Some(Value::Marks(own));
        }
        tuple
    }
}

/// Works out what transforms make of the data of classes. Each version of their work uses one transform on all that it is
/// for; where there are several, a last one uses all in their order.
pub(super) fn work_out(
    context: &mut Context,
    subjects: Subjects<'_>,
    (drafts, marks): (&[Draft], &[Marks]),
    tuples: &[Tuple],
) -> Made {
    let mut made = Made::default();
    made.transforms.list = drafts.iter().map(|draft| draft.transform.clone()).collect();
    if drafts.is_empty() || marks.len() != drafts.len() {
        return made;
    }
    let mut uses: Vec<Vec<u16>> = vec![Vec::new()];
    uses.extend((0..drafts.len() as u16).map(|transform| vec![transform]));
    if 1 < drafts.len() {
        uses.push((0..drafts.len() as u16).collect());
    }
    for draft in subjects.classes {
        for list in &uses {
            let mut reads = draft.class.data.clone();
            for id in &mut reads {
                if subjects.datasets[id.index()].artifact.is_some() {
                    continue;
                }
                for &transform in list {
                    let which = &marks[usize::from(transform)];
                    let place = id.index().checked_sub(subjects.datasets.len());
                    let own =
                        place.map_or_else(|| &tuples[id.index()], |place| &made.tuples[place]);
                    if which.are_of(own) {
                        let of = (which, &drafts[usize::from(transform)]);
                        *id = one(context, subjects, (transform, *id), of, tuples, &mut made);
                    }
                }
            }
            reads.sort_unstable();
            reads.dedup();
            made.transforms.reads.push(reads);
        }
    }
    made.transforms.versions = uses.len();
    made.transforms.uses = uses;
    made
}

/// The copy that a transform makes of a data set.
fn one(
    context: &mut Context,
    subjects: Subjects<'_>,
    (transform, base): (u16, DatasetId),
    (marks, draft): (&Marks, &Draft),
    tuples: &[Tuple],
    made: &mut Made,
) -> DatasetId {
    let known = subjects.datasets.len();
    let mut derived = made.transforms.derived.iter();
    if let Some(found) = derived.find(|one| (one.transform, one.base) == (transform, base)) {
        return found.dataset;
    }
    let (own, of, home, tuple) = if let Some(dataset) = subjects.datasets.get(base.index()) {
        let home = dataset.kept.first().copied();
        (dataset, dataset.kept.clone(), home, &tuples[base.index()])
    } else {
        let place = base.index() - known;
        let site = made.transforms.derived[place].site;
        (
            &made.datasets[place],
            vec![site],
            Some(site),
            &made.tuples[place],
        )
    };
    let (name, tuple) = (&draft.transform.name, marks.applied(tuple));
    if let Some((site, origin)) = draft.site.filter(|(site, _)| !of.contains(site)) {
        let place = &subjects.sites[site.index()].site.name;
        let message = format!("data set `{}` is not kept at site `{place}`", own.name);
        let fix = "add a replica of it there, or leave `site` out";
        context.fault(origin, message, fix);
    }
    let id = DatasetId::from(known + made.datasets.len());
    if made.datasets.len() == DERIVED_MAX {
        let origin = draft.site.map(|(_, origin)| origin).unwrap_or_default();
        context.fault(
            origin,
            "transforms make too many copies",
            "use fewer transforms",
        );
        return base;
    }
    let site = draft
        .site
        .map(|(site, _)| site)
        .or(home)
        .unwrap_or_default();
    let size = u128::from(own.size.0) * u128::from(draft.output) / 1_000_000;
    let dataset = Dataset {
        name: format!("{} ({name})", own.name),
        size: Bytes((size as u64).max(1)),
        kept: Vec::new(),
        key: None,
        ..own.clone()
    };
    made.transforms.derived.push(Derived {
        dataset: id,
        base,
        transform,
        copy: (subjects.network.copies.len() + made.copies.len()) as u16,
        site,
    });
    let storage = lies_on(subjects, base, site, made);
    made.copies.push(Replica {
        dataset: id,
        site,
        storage,
    });
    made.datasets.push(dataset);
    made.tuples.push(tuple);
    id
}

/// The storage on which what is made of something is kept: that on which this lies there itself.
fn lies_on(subjects: Subjects<'_>, base: DatasetId, site: SiteId, made: &Made) -> Option<u16> {
    let network = subjects.network;
    let mut throughout = network.kept.iter().zip(&network.shelved);
    let is_there = |storage: u16| network.storages[usize::from(storage)].site == site;
    let found = throughout.find(|((storage, _), id)| **id == base && is_there(*storage));
    let of_made = || {
        made.copies
            .iter()
            .find(|copy| copy.dataset == base)?
            .storage
    };
    found.map(|((storage, _), _)| *storage).or_else(of_made)
}
