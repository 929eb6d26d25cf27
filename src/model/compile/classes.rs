//! `[[class]]`: kinds of work, and which jobs of the demand belong to which.

use std::collections::BTreeSet;

use crate::model::{Class, ElasticTerms, Preemption};
use crate::scenario::{ClassSpec, MatchSpec, Origin, PreemptionKind, ScenarioFile};
use crate::units::{Bytes, PoolId, Span, parse_bytes};

use super::context::Context;
use super::gpus::{GpuTable, thousandths};
use super::memory;
use super::move_words;
use super::pools::PoolDraft;
use super::rhythms::{self, Checkpoints};
use super::selector::names;
use super::traces::Feed;

/// A class with what only compiling needs.
pub(super) struct ClassDraft {
    pub(super) class: Class,
    /// Speeds in ‰ of an H100 that differ from the catalog, by GPU type.
    pub(super) speed: Vec<(String, u32)>,
    pub(super) requested_default: Option<Span>,
    pub(super) matching: Option<Matching>,
    /// Checkpoints written while it runs.
    pub(super) checkpoints: Option<Checkpoints>,
    /// The class for whose jobs it stands once they were cut over.
    pub(super) twin_of: Option<String>,
    /// How many times as long its jobs take, in thousandths, if it stands for smaller batches of another class.
    pub(super) batch: Option<u32>,
    /// What its jobs do with what they read, in a word.
    pub(super) used_for: Option<&'static str>,
    /// Failovers that name no class and are for it, by their place in the file.
    pub(super) follows: Vec<usize>,
}

/// The tables of classes, each with the place of every class that it was written for: twins among them.
pub(super) fn written<'a>(
    file: &'a ScenarioFile,
    classes: &[ClassDraft],
) -> Vec<(&'a ClassSpec, usize)> {
    let mut all = Vec::new();
    for (spec, _) in file.class.items() {
        let name = spec.name.value();
        let of = |draft: &ClassDraft| match &draft.twin_of {
            Some(own) => Some(own) == name,
            None => Some(&draft.class.name) == name,
        };
        let places = (0..classes.len()).filter(|&place| of(&classes[place]));
        all.extend(places.map(|place| (spec, place)));
    }
    all
}

/// Which jobs belong to a class: all conditions that are given must hold.
pub(super) struct Matching {
    pub(super) least: u64,
    pub(super) most: u64,
    pub(super) class: Option<String>,
    pub(super) tenant: Option<String>,
}

/// Most classes of a scenario.
const CLASSES_MAX: usize = 10_000;
/// Of writing a checkpoint and of restarting, unless given.
const PREEMPTION: Span = Span(5 * 60_000);

pub(super) fn read(
    context: &mut Context,
    file: &ScenarioFile,
    pools: &[PoolDraft],
    gpus: &GpuTable,
    feeds: &[Feed<'_>],
) -> Vec<ClassDraft> {
    let mut drafts: Vec<ClassDraft> = Vec::new();
    let mut taken = BTreeSet::new();
    for (spec, table) in file.class.items() {
        if drafts.len() == CLASSES_MAX {
            context.fault(table, "too many classes", format!("keep to {CLASSES_MAX}"));
            break;
        }
        let name = context.name(&spec.name, table, "class", &mut taken);
        let draft = class(context, spec, table, file, pools, gpus, feeds);
        if let Some(name) = name {
            drafts.push(ClassDraft {
                class: Class {
                    name,
                    ..draft.class
                },
                ..draft
            });
        }
    }
    if file.class.is_absent() {
        // Without [[class]], the demand's own classes go everywhere.
        for name in feeds.iter().flat_map(Feed::classes) {
            if !drafts.iter().any(|draft| draft.class.name == *name) {
                drafts.push(plain(name.clone(), pools));
            }
        }
        if !drafts.is_empty() {
            context.note_default("class: preemption", "checkpoint 5 min, restart 5 min");
        }
    }
    drafts
}

fn plain(name: String, pools: &[PoolDraft]) -> ClassDraft {
    ClassDraft {
        class: Class {
            name,
            pools: (0..pools.len()).map(PoolId::from).collect(),
            memory: None,
            burst: true,
            results: Bytes(0),
            results_to: None,
            results_on: None,
            data: Vec::new(),
            holds_staging: false,
            feed: None,
            checkpoints_on: None,
            checkpoint_home: None,
            bad_checkpoints: 0,
            crash_mean: None,
            deadline: None,
            elastic: None,
            preemption: Preemption::Checkpoint {
                write: PREEMPTION,
                restart: PREEMPTION,
            },
        },
        speed: Vec::new(),
        requested_default: None,
        matching: None,
        checkpoints: None,
        twin_of: None,
        batch: None,
        used_for: None,
        follows: Vec::new(),
    }
}

fn class(
    context: &mut Context,
    spec: &ClassSpec,
    table: Origin,
    file: &ScenarioFile,
    drafts: &[PoolDraft],
    gpus: &GpuTable,
    feeds: &[Feed<'_>],
) -> ClassDraft {
    let burst = spec.burst.value().copied().unwrap_or(true);
    let allowed = allowed(context, spec, file, drafts);
    let allowed: Vec<PoolId> = allowed
        .into_iter()
        .filter(|pool| burst || !drafts[pool.index()].pool.is_rented())
        .collect();
    if allowed.is_empty() && context.problems.is_empty() {
        let fix = "widen `pools` or `sites`, or write burst = true";
        context.fault(table, "no pool may hold this class", fix);
    }
    let memory = context.quantity(&spec.memory, parse_bytes);
    let pools = memory::roomy(context, spec, memory, allowed, (drafts, gpus));
    let matching = spec.matching.value();
    let preemption = preemption(context, spec);
    let checkpoints = rhythms::read(context, spec, preemption);
    ClassDraft {
        class: Class {
            name: String::new(),
            pools,
            memory,
            burst,
            results: context
                .quantity(&spec.results, parse_bytes)
                .unwrap_or_default(),
            // Once links and data sets are known: `data::attach`.
            results_to: None,
            results_on: None,
            data: Vec::new(),
            holds_staging: false,
            feed: None,
            checkpoints_on: None,
            checkpoint_home: None,
            bad_checkpoints: checkpoints.map_or(0, |checkpoints| checkpoints.bad),
            crash_mean: context.positive_span(&spec.crash),
            deadline: context.positive_span(&spec.deadline),
            elastic: elastic(context, spec),
            preemption,
        },
        speed: speeds(context, spec, gpus),
        requested_default: context.positive_span(&spec.requested_default),
        matching: matching.map(|matching| self::matching(context, matching, feeds)),
        checkpoints,
        twin_of: None,
        batch: None,
        used_for: spec.used_for.value().map(|&kind| move_words::use_of(kind)),
        follows: Vec::new(),
    }
}

/// Pools that may hold the class, in file order.
pub(super) fn allowed(
    context: &mut Context,
    spec: &ClassSpec,
    file: &ScenarioFile,
    pools: &[PoolDraft],
) -> Vec<PoolId> {
    let pool_names: Vec<&str> = pools.iter().map(|draft| draft.pool.name.as_str()).collect();
    let named_pools = names(context, &spec.pools, "pool", &pool_names);
    let sites = file.site.items().filter_map(|(site, _)| site.name.value());
    let site_names: Vec<&str> = sites.map(String::as_str).collect();
    let named_sites = names(context, &spec.sites, "site", &site_names);
    let site_of = |draft: &PoolDraft| site_names.get(draft.pool.site.index()).copied();
    let is_allowed = |draft: &PoolDraft| {
        named_pools
            .as_ref()
            .is_none_or(|names| names.contains(&draft.pool.name))
            && named_sites.as_ref().is_none_or(|names| {
                site_of(draft).is_some_and(|site| names.iter().any(|name| name == site))
            })
    };
    (0..pools.len())
        .filter(|&index| is_allowed(&pools[index]))
        .map(PoolId::from)
        .collect()
}

/// How gangs of the class survive the loss of a part.
fn elastic(context: &mut Context, spec: &ClassSpec) -> Option<ElasticTerms> {
    let (elastic, _) = spec.elastic.here()?;
    let name = spec.name.value().map_or("", String::as_str).to_owned();
    let least = elastic.min.value().copied().unwrap_or(1);
    if least == 0
        && let Some(origin) = elastic.min.origin()
    {
        context.fault(origin, "a gang of no GPUs", "write min = 1 or more");
    }
    let scaling = elastic.scaling.value().copied().unwrap_or_else(|| {
        let words = "linear: half the gang is half as fast";
        context.note_default(format!("class {name}: elastic scaling"), words);
        1.0
    });
    if !(0.0..=1.0).contains(&scaling)
        && let Some(origin) = elastic.scaling.origin()
    {
        let fix = "write 1 if half the gang is half as fast, less if it is faster than that";
        context.fault(origin, "scaling is a power between 0 and 1", fix);
    }
    Some(ElasticTerms {
        least,
        grow_after: context.positive_span(&elastic.grow_after),
        scaling: (scaling.clamp(0.0, 1.0) * 1000.0).round() as u32,
    })
}

fn preemption(context: &mut Context, spec: &ClassSpec) -> Preemption {
    let Some((preemption, table)) = spec.preemption.here() else {
        if spec.preemption.is_absent() {
            let name = spec.name.value().cloned().unwrap_or_default();
            let words = "checkpoint 5 min, restart 5 min";
            context.note_default(format!("class {name}: preemption"), words);
        }
        return Preemption::Checkpoint {
            write: PREEMPTION,
            restart: PREEMPTION,
        };
    };
    let example = "kind = \"checkpoint\" (or kill)";
    let kind = context.required(&preemption.kind, table, "the kind of preemption", example);
    let write = context.span(&preemption.write);
    let restart = context.span(&preemption.restart).unwrap_or(PREEMPTION);
    if let Some((PreemptionKind::Kill, _)) = kind {
        if let Some(origin) = preemption.write.origin() {
            context.fault(
                origin,
                "a killed job writes no checkpoint",
                "leave `write` out",
            );
        }
        return Preemption::Kill { restart };
    }
    Preemption::Checkpoint {
        write: write.unwrap_or(PREEMPTION),
        restart,
    }
}

fn speeds(context: &mut Context, spec: &ClassSpec, gpus: &GpuTable) -> Vec<(String, u32)> {
    let mut speeds = Vec::new();
    for (name, speed) in spec.speed.value().into_iter().flatten() {
        let Some(value) = context.number(speed, 0.001, 1000.0) else {
            continue;
        };
        let origin = speed.origin().unwrap_or_default();
        match gpus.knows(context, name) {
            Some(id) => speeds.push((id, thousandths(value))),
            None => {
                gpus.find(context, name, origin);
            }
        }
    }
    speeds
}

fn matching(context: &mut Context, spec: &MatchSpec, feeds: &[Feed<'_>]) -> Matching {
    let (least, most) = match spec.gpus.here() {
        None => (0, u64::MAX),
        Some((text, origin)) => range(text).unwrap_or_else(|| {
            let message = format!("`{text}` is not a range of GPUs");
            context.fault(
                origin,
                message,
                "write \"8\", \"8..64\", \"8..\" or \"..4\"",
            );
            (0, u64::MAX)
        }),
    };
    for (field, what, is_tenant) in [
        (&spec.trace_class, "class of the demand", false),
        (&spec.tenant, "tenant of the demand", true),
    ] {
        let Some((name, origin)) = field.here() else {
            continue;
        };
        let lists = feeds.iter().map(|feed| {
            if is_tenant {
                feed.tenants()
            } else {
                feed.classes()
            }
        });
        let known: Vec<&str> = lists.flatten().map(String::as_str).collect();
        if !feeds.is_empty() && !known.contains(&name.as_str()) {
            context.unknown(origin, what, name, &known);
        }
    }
    Matching {
        least,
        most,
        class: spec.trace_class.value().cloned(),
        tenant: spec.tenant.value().cloned(),
    }
}

/// Both ends belong to it.
pub(super) fn range(text: &str) -> Option<(u64, u64)> {
    let number = |text: &str, open: u64| match text.trim() {
        "" => Some(open),
        digits => digits.parse().ok(),
    };
    let (low, high) = match text.split_once("..") {
        Some(_) if text.trim() == ".." => return None,
        Some((low, high)) => (
            number(low, 0)?,
            number(high.trim_start_matches('='), u64::MAX)?,
        ),
        None => {
            let exact = text.trim().parse().ok()?;
            (exact, exact)
        }
    };
    (low <= high).then_some((low, high))
}

#[cfg(test)]
mod tests {
    use super::range;

    #[test]
    fn ranges_hold_both_ends() {
        assert_eq!(range("8..64"), Some((8, 64)));
        assert_eq!(range("8"), Some((8, 8)));
        assert_eq!(range("8.."), Some((8, u64::MAX)));
        assert_eq!(range("..4"), Some((0, 4)));
        assert_eq!(range("64..8"), None);
        assert_eq!(range(".."), None);
        assert_eq!(range("some"), None);
    }
}
