//! `[[provider]]`: what providers say of themselves, for rules to read.

use std::collections::{BTreeMap, BTreeSet};

use crate::model::rules::{Attribute, Kind, Of, Tuple, Value};
use crate::model::{Horizon, ProviderSheet, SheetItem};
use crate::scenario::{AccessKind, List, LoggingKind, ProviderSpec, ScenarioFile};
use crate::units::{ProviderId, SimTime};

use super::attribute_words::Words;
use super::context::Context;
use super::hours;
use super::run::{Run, instant};
use super::sites::Place;

/// All providers that have a name, each with what it says; sites are told what their provider does.
pub(super) fn read(
    context: &mut Context,
    file: &ScenarioFile,
    run: &Run,
    sites: &mut [Place],
) -> Vec<ProviderSheet> {
    let named = sites
        .iter()
        .filter_map(|place| Some((place.site.provider, place.provider.clone()?)));
    let named: BTreeMap<ProviderId, String> = named.collect();
    let mut sheets: Vec<ProviderSheet> = named
        .into_iter()
        .map(|(provider, name)| ProviderSheet {
            provider,
            name,
            says: Vec::new(),
            lapse: Vec::new(),
            lapsed: Vec::new(),
            availability: None,
        })
        .collect();
    let mut taken = BTreeSet::new();
    for (spec, table) in file.provider.items() {
        let Some(name) = context.name(&spec.name, table, "provider", &mut taken) else {
            continue;
        };
        let Some(sheet) = sheets.iter_mut().find(|sheet| sheet.name == name) else {
            let known: Vec<&str> = sheets.iter().map(|sheet| sheet.name.as_str()).collect();
            let at = spec.name.origin().unwrap_or(table);
            context.unknown(at, "provider of a site", &name, &known);
            continue;
        };
        fill(context, spec, run, sheet);
        if let Some(source) = spec.source.value() {
            context.note_declared(format!("provider {name}: sheet"), source.clone());
        }
    }
    for place in sites {
        let of = |sheet: &&ProviderSheet| {
            place.provider.is_some() && sheet.provider == place.site.provider
        };
        if let Some(sheet) = sheets.iter().find(of) {
            place.sheet.clone_from(&sheet.says);
        }
    }
    sheets
}

fn fill(context: &mut Context, spec: &ProviderSpec, run: &Run, sheet: &mut ProviderSheet) {
    let certificates = certificates(context, spec, run, sheet);
    let notice = context.span(&spec.incident_notice);
    let hours = |ms: u64| Value::Number(ms as f64 / 3.6e6);
    let support = spec.support.here().map(|_| {
        let hours = hours::read(context, &spec.support, run.epoch);
        hours.in_week().0
    });
    sheet.availability = context.number(&spec.availability, 0.0, 1.0);
    let says = [
        (SheetItem::Certificates, certificates),
        (SheetItem::Residency, marks(&spec.residency)),
        (SheetItem::SubProcessors, marks(&spec.sub_processors)),
        (
            SheetItem::Logging,
            spec.logging.value().copied().map(logging),
        ),
        (SheetItem::Access, spec.access.value().copied().map(access)),
        (SheetItem::IncidentNotice, notice.map(|span| hours(span.0))),
        (
            SheetItem::DeletionProof,
            spec.deletion_proof.value().copied().map(Value::Flag),
        ),
        (SheetItem::Support, support.map(hours)),
        (
            SheetItem::Availability,
            sheet.availability.map(Value::Number),
        ),
    ];
    let says = says.into_iter();
    sheet.says = says
        .filter_map(|(item, value)| Some((item, value?)))
        .collect();
}

/// Names of certificates that hold at the start.
fn certificates(
    context: &mut Context,
    spec: &ProviderSpec,
    run: &Run,
    sheet: &mut ProviderSheet,
) -> Option<Value> {
    spec.certificates.value()?;
    let mut taken = BTreeSet::new();
    let mut names = Vec::new();
    for (certificate, at) in spec.certificates.items() {
        let name = context.name(&certificate.name, at, "certificate", &mut taken);
        let until = instant(context, run.epoch, &certificate.until);
        let Some(name) = name else { continue };
        let end = match run.horizon {
            Horizon::At(end) => end,
            Horizon::LastSubmit | Horizon::UntilEmpty => SimTime::NEVER,
        };
        match until.map(u64::try_from) {
            Some(Err(_) | Ok(0)) => {
                sheet.lapsed.push(name);
                continue;
            }
            Some(Ok(at)) if at < end.0 => sheet.lapse.push((name.clone(), SimTime(at))),
            _ => {}
        }
        names.push(name);
    }
    names.sort_unstable();
    Some(Value::Marks(names))
}

fn marks(list: &List<String>) -> Option<Value> {
    list.value()?;
    let mut names: Vec<String> = list.items().map(|(name, _)| name.clone()).collect();
    names.sort_unstable();
    names.dedup();
    Some(Value::Marks(names))
}

fn logging(kind: LoggingKind) -> Value {
    let word = match kind {
        LoggingKind::None => "none",
        LoggingKind::Provider => "provider",
        LoggingKind::Customer => "customer",
    };
    Value::Text(word.to_owned())
}

fn access(kind: AccessKind) -> Value {
    let word = match kind {
        AccessKind::None => "none",
        AccessKind::CustomerApproved => "customer-approved",
        AccessKind::JustInTime => "just-in-time",
        AccessKind::Standing => "standing",
    };
    Value::Text(word.to_owned())
}

/// The words of sheets, as attributes of targets.
pub(super) fn words() -> impl Iterator<Item = Attribute> {
    SheetItem::ALL.into_iter().map(|item| {
        let list = |words: &[&str]| words.iter().map(|&word| word.to_owned()).collect();
        let (kind, values): (Kind, BTreeSet<String>) = match item {
            SheetItem::Certificates | SheetItem::Residency | SheetItem::SubProcessors => {
                (Kind::Marks, BTreeSet::new())
            }
            SheetItem::Logging => (Kind::Text, list(&["none", "provider", "customer"])),
            SheetItem::Access => (
                Kind::Text,
                list(&["none", "customer-approved", "just-in-time", "standing"]),
            ),
            SheetItem::IncidentNotice | SheetItem::Support | SheetItem::Availability => {
                (Kind::Number, BTreeSet::new())
            }
            SheetItem::DeletionProof => (Kind::Flag, BTreeSet::new()),
        };
        Attribute {
            of: Of::Target,
            name: item.word().to_owned(),
            kind,
            // Rule files name certificates and places of the world, whoever has them.
            is_open: kind != Kind::Text,
            values,
        }
    })
}

impl Words {
    /// What a provider says of itself is known of all its sites.
    pub(super) fn set_sheet(&self, tuple: &mut Tuple, of: Of, place: &Place) {
        for (item, value) in &place.sheet {
            self.set(tuple, of, item.word(), value.clone());
        }
    }
}
