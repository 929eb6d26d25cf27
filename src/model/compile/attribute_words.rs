//! `[attributes]`, and what everybody has anyhow: the words that rules may use, their kinds and their values.

use std::collections::BTreeSet;

use crate::model::rules::{Attribute, Kind, Of, Tuple, Value};
use crate::model::{Shape, SiteKind};
use crate::scenario::{
    AttributeKind, AttributeSpec, AttributeValue, ByName, OfferKind, Origin, ScenarioFile,
};

use super::attributes::Subjects;
use super::classes::ClassDraft;
use super::context::Context;
use super::move_words;
use super::pools::PoolDraft;
use super::sheets;
use super::sites::Place;

/// The words while they are gathered.
#[derive(Default)]
pub(super) struct Words {
    pub(super) all: Vec<Attribute>,
    /// What it is taken to be of those who do not say.
    pub(super) assumed: Vec<Option<Value>>,
    /// Attributes that everybody has anyhow come first.
    pub(super) built_in: usize,
    /// Whether its values were written down, so that others are slips.
    pub(super) declared: Vec<bool>,
}

/// Most attributes of a scenario.
const ATTRIBUTES_MAX: usize = 1_000;

impl Words {
    pub(super) fn find(&self, of: Of, name: &str) -> Option<usize> {
        let is_it = |attribute: &Attribute| attribute.of == of && attribute.name == name;
        self.all.iter().position(is_it)
    }

    pub(super) fn push(&mut self, attribute: Attribute, declared: bool) -> usize {
        self.all.push(attribute);
        self.assumed.push(None);
        self.declared.push(declared);
        self.all.len() - 1
    }

    /// What everybody has without saying so.
    pub(super) fn add_built_in(&mut self, subjects: Subjects<'_>) {
        let class_names = subjects.classes.iter().map(own_name).collect();
        let names_of = |name: fn(&PoolDraft) -> &str| {
            let names = subjects.pools.iter().map(name);
            names.map(str::to_owned).collect()
        };
        let sites = subjects.sites.iter();
        let site_names = sites.map(|place| place.site.name.clone()).collect();
        let kinds = [
            SiteKind::Private,
            SiteKind::Hosted,
            SiteKind::Gpuaas,
            SiteKind::Edge,
        ];
        let kinds = kinds.map(|kind| kind.name().to_owned()).into();
        let offers = OFFERS.map(|(_, word)| word.to_owned()).into();
        let closed = [
            (Of::Job, "class", class_names),
            (Of::Target, "site", site_names),
            (Of::Target, "pool", names_of(|draft| &draft.pool.name)),
            (Of::Target, "gpu", names_of(|draft| &draft.pool.gpu)),
            (Of::Target, "kind", kinds),
            (Of::Target, "offer", offers),
        ];
        let closed = closed.into_iter().chain(move_words::closed(&subjects));
        let mut add = |of, name: &str, kind, values, is_open| {
            let attribute = Attribute {
                of,
                name: name.to_owned(),
                kind,
                values,
                is_open,
            };
            self.push(attribute, false);
        };
        for (of, name, values) in closed {
            add(of, name, Kind::Text, values, false);
        }
        let none = BTreeSet::new;
        // Rule files name places of the world, wherever this estate lies.
        for name in ["jurisdiction", "zone", "region", "provider"] {
            add(Of::Target, name, Kind::Text, none(), true);
        }
        add(Of::Target, "rented", Kind::Flag, none(), true);
        add(Of::Job, "gpus", Kind::Number, none(), true);
        for attribute in sheets::words() {
            self.push(attribute, false);
        }
        self.built_in = self.all.len();
        self.mirror_sites();
        self.built_in = self.all.len();
    }

    /// Reads `[attributes]`.
    pub(super) fn declare(&mut self, context: &mut Context, file: &ScenarioFile) {
        let Some((spec, _)) = file.attributes.here() else {
            return;
        };
        let lists = [
            (Of::Job, &spec.job),
            (Of::Target, &spec.target),
            (Of::Data, &spec.data),
            (Of::Link, &spec.link),
        ];
        for (of, list) in lists {
            for (name, given) in list.value().into_iter().flatten() {
                if let Some((spec, at)) = given.here() {
                    self.declare_one(context, file, (of, name, at), spec);
                }
            }
        }
    }

    fn declare_one(
        &mut self,
        context: &mut Context,
        file: &ScenarioFile,
        (of, name, at): (Of, &str, Origin),
        spec: &AttributeSpec,
    ) {
        let found = self.find(of, name);
        let place = if let Some(found) = found {
            if let Some(origin) = spec.kind.origin() {
                let words = format!("`{}.{name}` is there anyhow", of.word());
                context.fault(origin, words, "leave `kind` out");
            }
            found
        } else {
            let kind = spec.kind.value().map(|&kind| kind_of(kind));
            let kind = kind.or_else(|| first_kind(file, of, name));
            let Some(kind) = kind else {
                let message = format!("nobody has `{name}`, so what it is must be said");
                let fix = "add kind = \"marks\" (or text, number, flag)";
                return context.fault(at, message, fix);
            };
            if let (Kind::Number | Kind::Flag, Some(origin)) = (kind, spec.values.origin()) {
                let fix = "leave `values` out";
                context.fault(
                    origin,
                    format!("{} has no list of values", kind.words()),
                    fix,
                );
            }
            if !self.has_room(context, at) {
                return;
            }
            let attribute = Attribute {
                of,
                name: name.to_owned(),
                kind,
                values: BTreeSet::new(),
                is_open: false,
            };
            self.push(attribute, !spec.values.is_absent())
        };
        let values = spec.values.items().map(|(value, _)| value.clone());
        self.all[place].values.extend(values);
        if let Some((value, origin)) = spec.assume.here() {
            let assumed = self.checked(context, place, value, origin);
            if let Some(value) = &assumed {
                let what = format!("{}.{name} where nobody says", of.word());
                context.note_declared(what, value.to_string());
            }
            self.assumed[place] = assumed;
        }
    }

    fn has_room(&self, context: &mut Context, at: Origin) -> bool {
        let room = self.all.len() < ATTRIBUTES_MAX;
        if !room {
            let fix = format!("keep to {ATTRIBUTES_MAX}");
            context.fault(at, "too many attributes", fix);
        }
        room
    }

    /// Reads the attributes of one class, site or pool.
    pub(super) fn take(
        &mut self,
        context: &mut Context,
        of: Of,
        table: &ByName<AttributeValue>,
    ) -> Vec<(usize, Value)> {
        let mut taken = Vec::new();
        for (name, given) in table.value().into_iter().flatten() {
            let Some((value, origin)) = given.here() else {
                continue;
            };
            let place = match self.find(of, name) {
                Some(place) if place < self.built_in => {
                    let message = format!("`{}.{name}` is there anyhow", of.word());
                    context.fault(origin, message, "give it another name");
                    continue;
                }
                Some(place) => place,
                None if !self.has_room(context, origin) => continue,
                None => self.twin_of(of, name).unwrap_or_else(|| {
                    let attribute = Attribute {
                        of,
                        name: name.clone(),
                        kind: kind_of_value(value),
                        values: BTreeSet::new(),
                        is_open: false,
                    };
                    self.push(attribute, false)
                }),
            };
            let value = self.checked(context, place, value, origin);
            taken.extend(value.map(|value| (place, value)));
        }
        taken
    }

    pub(super) fn set(&self, tuple: &mut Tuple, of: Of, name: &str, value: Value) {
        if let Some(place) = self.find(of, name) {
            tuple[place] = Some(value);
        }
    }

    /// What nobody says is as assumed, or unknown.
    pub(super) fn assume(&self, of: Of, mut tuple: Tuple) -> Tuple {
        for (place, value) in self.assumed.iter().enumerate() {
            if self.all[place].of == of && tuple[place].is_none() {
                tuple[place].clone_from(value);
            }
        }
        tuple
    }

    pub(super) fn job(&self, class: &ClassDraft, shape: &Shape) -> Tuple {
        let mut tuple = self.nothing();
        let gpus = shape.gpus.0 as f64 / 1000.0;
        self.set(&mut tuple, Of::Job, "class", Value::Text(own_name(class)));
        self.set(&mut tuple, Of::Job, "gpus", Value::Number(gpus));
        tuple
    }

    pub(super) fn target(&self, draft: &PoolDraft, place: &Place) -> Tuple {
        let mut tuple = self.nothing();
        let offer = OFFERS.iter().find(|(offer, _)| *offer == draft.offer);
        let texts = [
            ("pool", Some(draft.pool.name.as_str())),
            ("gpu", Some(draft.pool.gpu.as_str())),
            ("offer", offer.map(|(_, word)| *word)),
        ];
        self.set_texts(&mut tuple, Of::Target, texts);
        self.set_texts(&mut tuple, Of::Target, move_words::of_site(place));
        self.set_sheet(&mut tuple, Of::Target, place);
        let rented = Value::Flag(draft.pool.is_rented());
        self.set(&mut tuple, Of::Target, "rented", rented);
        tuple
    }
}

const OFFERS: [(OfferKind, &str); 6] = [
    (OfferKind::Owned, "owned"),
    (OfferKind::Hosted, "hosted"),
    (OfferKind::Reserved, "reserved"),
    (OfferKind::CapacityBlock, "capacity-block"),
    (OfferKind::OnDemand, "on-demand"),
    (OfferKind::Spot, "spot"),
];

/// The name under which a class was written; that of its jobs before they were cut over.
pub(super) fn own_name(draft: &ClassDraft) -> String {
    let name = draft.twin_of.as_ref();
    name.unwrap_or(&draft.class.name).clone()
}

const fn kind_of(kind: AttributeKind) -> Kind {
    match kind {
        AttributeKind::Marks => Kind::Marks,
        AttributeKind::Text => Kind::Text,
        AttributeKind::Number => Kind::Number,
        AttributeKind::Flag => Kind::Flag,
    }
}

pub(super) const fn kind_of_value(value: &AttributeValue) -> Kind {
    match value {
        AttributeValue::Marks(_) => Kind::Marks,
        AttributeValue::Text(_) => Kind::Text,
        AttributeValue::Number(_) => Kind::Number,
        AttributeValue::Flag(_) => Kind::Flag,
    }
}

/// What an attribute of jobs is declared to be, or is of the first class that has it.
pub(super) fn kind_of_job(file: &ScenarioFile, name: &str) -> Option<Kind> {
    let declared = file.attributes.value().and_then(|all| all.job.value());
    let declared = declared.and_then(|all| all.get(name)?.value());
    let declared = declared.and_then(|spec| spec.kind.value());
    let declared = declared.map(|&kind| kind_of(kind));
    declared.or_else(|| first_kind(file, Of::Job, name))
}

/// What an attribute is of the first who has it.
fn first_kind(file: &ScenarioFile, of: Of, name: &str) -> Option<Kind> {
    let tables: Vec<&ByName<AttributeValue>> = match of {
        Of::Job => file
            .class
            .items()
            .map(|(spec, _)| &spec.attributes)
            .collect(),
        Of::Target | Of::From | Of::To => {
            let sites = file.site.items().map(|(spec, _)| &spec.attributes);
            let pools = file.pool.items().map(|(spec, _)| &spec.attributes);
            sites.chain(pools).collect()
        }
        Of::Data => {
            let data = file.dataset.items().map(|(spec, _)| &spec.attributes);
            let pulled = file.artifact.items().map(|(spec, _)| &spec.attributes);
            data.chain(pulled).collect()
        }
        Of::Link => file
            .link
            .items()
            .map(|(spec, _)| &spec.attributes)
            .collect(),
    };
    let mut values = tables.into_iter().filter_map(|table| {
        let value = table.value()?.get(name)?;
        value.value().map(kind_of_value)
    });
    values.next()
}
