//! The words that rules about moves may use: of what moves, of the two sites, of links; and the marks that jobs and what
//! they read have in common.

use std::collections::BTreeSet;

use crate::model::rules::{Attribute, Kind, Of, Tuple, Value};
use crate::model::{Freight, Link, LinkKind};
use crate::scenario::{Origin, UseKind};

use super::attribute_words::{Words, own_name};
use super::attributes::Subjects;
use super::context::Context;
use super::sites::Place;

/// Attributes of pools that no site has.
const OF_POOLS: [&str; 4] = ["pool", "gpu", "offer", "rented"];

/// What jobs do, in words.
const USES: [(UseKind, &str); 4] = [
    (UseKind::Train, "train"),
    (UseKind::Tune, "tune"),
    (UseKind::Infer, "infer"),
    (UseKind::Evaluate, "evaluate"),
];

/// A place's own words.
pub(super) fn of_site(place: &Place) -> [(&'static str, Option<&str>); 6] {
    let site = &place.site;
    [
        ("site", Some(site.name.as_str())),
        ("kind", Some(site.kind.name())),
        ("jurisdiction", Some(site.jurisdiction.as_str())),
        ("zone", Some(site.zone.as_str())),
        ("region", place.lies_in.as_deref()),
        ("provider", place.provider.as_deref()),
    ]
}

/// The word for what jobs do.
pub(super) fn use_of(kind: UseKind) -> &'static str {
    let found = USES.iter().find(|(of, _)| *of == kind);
    found.map_or("", |(_, word)| word)
}

/// Words of what moves and of links that everything has anyhow, with their values.
pub(super) fn closed(
    subjects: &Subjects<'_>,
) -> impl Iterator<Item = (Of, &'static str, BTreeSet<String>)> + use<> {
    let uses: BTreeSet<String> = USES.iter().map(|(_, word)| (*word).to_owned()).collect();
    let kinds = [LinkKind::Circuit, LinkKind::Vpn, LinkKind::Internet];
    let whats = [
        "data-set",
        "artifact",
        "replica",
        "checkpoint",
        "result",
        "feed",
    ];
    let data = subjects.datasets.iter().map(|data| data.name.clone());
    let links = subjects.network.links.iter().map(|link| link.name.clone());
    [
        (Of::Job, "use", uses.clone()),
        (Of::Data, "use", uses),
        (Of::Data, "what", whats.map(str::to_owned).into()),
        (Of::Data, "name", data.collect()),
        (
            Of::Data,
            "class",
            subjects.classes.iter().map(own_name).collect(),
        ),
        (Of::Link, "name", links.collect()),
        (
            Of::Link,
            "kind",
            kinds.map(|kind| kind.name().to_owned()).into(),
        ),
    ]
    .into_iter()
}

impl Words {
    /// Nobody says anything.
    pub(super) fn nothing(&self) -> Tuple {
        vec![None; self.all.len()]
    }

    /// Says those texts that are known.
    pub(super) fn set_texts<'a>(
        &self,
        tuple: &mut Tuple,
        of: Of,
        texts: impl IntoIterator<Item = (&'static str, Option<&'a str>)>,
    ) {
        for (name, text) in texts {
            if let Some(text) = text.filter(|text| !text.is_empty()) {
                self.set(tuple, of, name, Value::Text(text.to_owned()));
            }
        }
    }

    /// Both ends of a move have what sites have as targets, in so far as it is not there yet.
    pub(super) fn mirror_sites(&mut self) {
        let of_sites = |attribute: &&Attribute| {
            attribute.of == Of::Target && !OF_POOLS.contains(&attribute.name.as_str())
        };
        let own: Vec<Attribute> = self.all.iter().filter(of_sites).cloned().collect();
        for attribute in own {
            for of in [Of::From, Of::To] {
                let place = self.find(Of::Target, &attribute.name).unwrap_or_default();
                match self.find(of, &attribute.name) {
                    Some(found) => self.all[found].values.clone_from(&attribute.values),
                    None => {
                        self.push(
                            Attribute {
                                of,
                                ..attribute.clone()
                            },
                            false,
                        );
                    }
                }
                let found = self.find(of, &attribute.name).unwrap_or_default();
                let assumed = self.assumed[place].clone();
                self.assumed[found] = assumed;
            }
        }
    }

    /// Jobs have the marks of what they read, so a mark of one is one of the other: the place of an attribute for whom it
    /// is newly needed.
    pub(super) fn twin_of(&mut self, of: Of, name: &str) -> Option<usize> {
        let other = match of {
            Of::Job => Of::Data,
            Of::Data => Of::Job,
            _ => return None,
        };
        let found = self.find(other, name)?;
        let attribute = &self.all[found];
        if attribute.kind != Kind::Marks {
            return None;
        }
        let attribute = Attribute {
            of,
            ..attribute.clone()
        };
        let declared = self.declared[found];
        Some(self.push(attribute, declared))
    }

    /// Whether a mark of this name is known of jobs, or of what they read.
    pub(super) fn has_twin(&self, of: Of, name: &str) -> bool {
        let other = match of {
            Of::Job => Of::Data,
            Of::Data => Of::Job,
            _ => return false,
        };
        let found = self.find(other, name);
        found.is_some_and(|place| self.all[place].kind == Kind::Marks)
    }

    /// All marks are known of jobs and of what they read, with the same values. Returns the places of each, of jobs
    /// first.
    pub(super) fn pair_marks(&mut self, context: &mut Context, at: Origin) -> Vec<(usize, usize)> {
        let is_mark =
            |one: &&Attribute| one.kind == Kind::Marks && matches!(one.of, Of::Job | Of::Data);
        let named = self.all.iter().filter(is_mark);
        let named: Vec<(Of, String)> = named.map(|one| (one.of, one.name.clone())).collect();
        for (of, name) in named {
            let other = if of == Of::Job { Of::Data } else { Of::Job };
            let Some(twin) = self.find(other, &name) else {
                self.twin_of(other, &name);
                continue;
            };
            if self.all[twin].kind != Kind::Marks {
                let message = format!("`job.{name}` and `data.{name}` are not both marks");
                let fix = "jobs have the marks of what they read: give one of them another name";
                context.fault(at, message, fix);
            }
        }
        let of_jobs = self.all.iter().enumerate();
        let of_jobs = of_jobs.filter(|(_, one)| one.of == Of::Job && one.kind == Kind::Marks);
        let pairs = of_jobs.filter_map(|(job, one)| Some((job, self.find(Of::Data, &one.name)?)));
        let pairs: Vec<(usize, usize)> = pairs.collect();
        for &(job, data) in &pairs {
            let values = self.all[data].values.clone();
            self.all[job].values.extend(values);
            let values = self.all[job].values.clone();
            self.all[data].values = values;
        }
        pairs
    }

    /// What is known of a link.
    pub(super) fn link(&self, link: &Link) -> Tuple {
        let mut tuple = self.nothing();
        let texts = [
            ("name", Some(link.name.as_str())),
            ("kind", Some(link.kind.name())),
        ];
        self.set_texts(&mut tuple, Of::Link, texts);
        tuple
    }

    /// What is known of anything that moves, beside what data sets and jobs hand on.
    pub(super) fn freight(&self, freight: Freight, subjects: &Subjects<'_>, tuple: &mut Tuple) {
        let dataset = |id: crate::units::DatasetId| &subjects.datasets[id.index()];
        let (what, data, class) = match freight {
            Freight::Dataset(id, class) => {
                let is_pulled = dataset(id).artifact.is_some();
                let what = if is_pulled { "artifact" } else { "data-set" };
                (what, Some(id), Some(class))
            }
            Freight::Replica(id) => ("replica", Some(id), None),
            Freight::Checkpoint(of, _) => ("checkpoint", None, Some(of.class)),
            Freight::Results(of, _) => ("result", None, Some(of.class)),
            Freight::Feed(of) => ("feed", None, Some(of.class)),
        };
        let class = class.map(|class| &subjects.classes[class.index()]);
        let class_name = class.map(own_name);
        let texts = [
            ("what", Some(what)),
            ("name", data.map(|id| dataset(id).name.as_str())),
            ("class", class_name.as_deref()),
            ("use", class.and_then(|class| class.used_for)),
        ];
        self.set_texts(tuple, Of::Data, texts);
    }
}
