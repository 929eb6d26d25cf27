//! `plimsoll explain data`: what a data set has become a part of by some instant, and what became of that.

use std::collections::BTreeMap;

use clap::Args;

use crate::experiment::{CopyAt, Heir, Lineage, Standing};
use crate::journal::{Consequence, Fact, JobState, KeptKind};
use crate::model::Model;
use crate::units::{Bytes, ClassId, DatasetId, Epoch, SimTime, SiteId, parse_span};

use super::super::changes::said;
use super::super::exit::Failure;
use super::super::output::data as told;
use super::super::study::counted;
use super::lay::laid;
use super::named::near;
use super::retained::{deletions, kept_at, kept_by, kept_of_jobs};
use super::scene::{Scene, SceneArguments};

/// Which data set.
#[derive(Debug, Args)]
pub(in crate::cli) struct DataArguments {
    /// The data set, by its name; what a transform makes is "records (mask)"
    #[arg(value_name = "DATA")]
    name: String,
    #[command(flatten)]
    scene: SceneArguments,
    /// When: an instant, or time since the start such as "12 d"; when its attributes change first if not given, else the end
    #[arg(long, value_name = "TIME")]
    at: Option<String>,
}

/// Tells where all that has any of it lies, and what became of it.
pub(super) fn data(arguments: &DataArguments) -> Result<(), Failure> {
    let scene = Scene::open(&arguments.scene)?;
    let model = scene.model();
    let names = model.datasets.iter().map(|dataset| dataset.name.as_str());
    let found = names.clone().position(|name| name == arguments.name);
    let id = found.map(DatasetId::from).ok_or_else(|| {
        Failure::Usage(format!(
            "the scenario has no data set `{}`; {}",
            arguments.name,
            near(&arguments.name, names, "data sets")
        ))
    })?;
    let at = arguments.at.as_deref().map(|text| instant(model, text));
    let mut lineage = Lineage::of(model, &scene.replay.timeline, id, at.transpose()?);
    scene.play(&mut lineage)?;
    let mut lines = what_it_is(model, &lineage, id);
    if let Some((when, standing)) = &lineage.then {
        lines.push(format!("as of       {}", model.epoch.format(*when)));
        lines.extend(copies(model, &lineage, (*when, standing)));
        lines.extend(jobs(model, standing));
        lines.push(radius(model, &lineage, (*when, standing)));
    }
    lines.extend(became(model, &lineage));
    lines.extend(deletions(model, &lineage));
    told(&(scene.head() + &laid(&lines))).map_err(Failure::from)
}

fn instant(model: &Model, text: &str) -> Result<SimTime, Failure> {
    let since = |epoch: Epoch| u64::try_from(epoch.unix_ms() - model.epoch.unix_ms()).ok();
    let instant = Epoch::parse(text).ok().and_then(since);
    let span = parse_span(text).ok().map(|span| span.0);
    instant.or(span).map(SimTime).ok_or_else(|| {
        Failure::Usage(format!(
            "--at {text}: write an instant after the start such as 2026-02-01T00:00:00Z, or time since the start such \
             as \"12 d\""
        ))
    })
}

fn what_it_is(model: &Model, lineage: &Lineage<'_>, id: DatasetId) -> Vec<String> {
    let dataset = model.dataset(id);
    let site = |site: &SiteId| model.sites[site.index()].name.as_str();
    let homes: Vec<&str> = dataset.kept.iter().map(site).collect();
    let home = match (model.transforms.making(id), homes.as_slice()) {
        (Some((_, made)), _) => format!(
            "{} makes it of {} at {}",
            model.transforms.list[usize::from(made.transform)].name,
            model.dataset(made.base).name,
            site(&made.site)
        ),
        (None, []) => "pulled from a registry".to_owned(),
        (None, homes) => format!("its home is {}", homes.join(", ")),
    };
    let mut lines = vec![format!(
        "{} · {} · {home}",
        dataset.name,
        dataset.size.words()
    )];
    for change in &model.rules.changes {
        let own = change.said.iter().filter(|one| lineage.concerns(one.whom));
        let words: Vec<String> = own.map(|one| said(model, one)).collect();
        if !words.is_empty() {
            lines.push(format!(
                "changes     {}: {}: {}",
                model.epoch.format(change.at),
                change.by.join(", "),
                words.join("; ")
            ));
        }
    }
    lines
}

fn copies(
    model: &Model,
    lineage: &Lineage<'_>,
    (when, standing): (SimTime, &Standing),
) -> Vec<String> {
    let mut lines = Vec::new();
    for &id in &lineage.heirs {
        let dataset = model.dataset(id);
        let kept = dataset.kept.iter();
        for site in kept.filter(|&&site| lineage.is_home(id, site, when)) {
            lines.push(format!(
                "copy        {} at {}: its home, {}{}",
                dataset.name,
                model.sites[site.index()].name,
                dataset.size.words(),
                kept_by(
                    model,
                    model.retention.homes.get(&(id, *site)),
                    KeptKind::Dataset
                )
            ));
        }
    }
    let copy = |(&(id, site), at): (&(DatasetId, SiteId), &CopyAt)| {
        let how = match (at.kept, at.locked) {
            (true, false) => "kept",
            (false, false) => "in the cache",
            (true, true) => "kept and locked",
            (false, true) => "in the cache, locked,",
        };
        format!(
            "copy        {} at {}: {how} since {}, {}",
            model.dataset(id).name,
            model.sites[site.index()].name,
            model.epoch.format(at.since),
            model.dataset(id).size.words()
        )
    };
    let copies = standing.copies.iter();
    lines.extend(copies.map(|of| copy(of) + &kept_at(model, standing, of)));
    lines
}

/// Heirs by class: those that hold GPUs, where; those that wait; those that are over.
fn jobs(model: &Model, standing: &Standing) -> Vec<String> {
    let mut by_class: BTreeMap<ClassId, Vec<&Heir>> = BTreeMap::new();
    for heir in standing.jobs.values() {
        by_class.entry(heir.class).or_default().push(heir);
    }
    let mut lines = Vec::new();
    for (id, heirs) in by_class {
        let class = &model.classes[id.index()];
        let alive = || heirs.iter().filter(|heir| heir.state.is_none());
        let mut running: BTreeMap<&str, u64> = BTreeMap::new();
        for heir in alive() {
            if let Some(pool) = heir.pool {
                *running.entry(&model.pool(pool).name).or_default() += 1;
            }
        }
        let waiting = alive().filter(|heir| heir.pool.is_none()).count();
        let done = heirs.iter();
        let done = done
            .filter(|heir| heir.state == Some(JobState::Finished))
            .count();
        let mut parts: Vec<String> = running
            .into_iter()
            .map(|(pool, jobs)| format!("{jobs} on {pool}"))
            .collect();
        parts.push(format!("{waiting} waiting again"));
        parts.push(format!("{done} finished"));
        lines.push(format!(
            "jobs        {} of {} have read it: {}",
            counted(heirs.len() as u64, "job"),
            class.name,
            parts.join(", ")
        ));
        let alive = alive().count() as u64;
        if alive > 0 {
            let place = checkpoints(model, id);
            let kept = kept_of_jobs(model, id, KeptKind::Checkpoint);
            lines.push(format!(
                "checkpoints {} of {}: {place}{kept}",
                alive, class.name
            ));
        }
        let is_home = |heir: &&&Heir| {
            let at = heir.pool.map(|pool| model.pool(pool).site);
            heir.sent_home || at.is_some() && at == class.results_to
        };
        let over = heirs
            .iter()
            .filter(|heir| heir.state == Some(JobState::Finished));
        let sent = over.filter(is_home).count();
        if done > 0 && class.results > Bytes(0) {
            let place = class.results_to.map_or_else(
                || "left for outside".to_owned(),
                |home| format!("{sent} of them at {}", model.sites[home.index()].name),
            );
            lines.push(format!(
                "results     {done} of {}, {} each: {place}{}",
                class.name,
                class.results.words(),
                kept_of_jobs(model, id, KeptKind::Results)
            ));
        }
    }
    lines
}

fn checkpoints(model: &Model, class: ClassId) -> String {
    let class = &model.classes[class.index()];
    if let Some(home) = class.checkpoint_home {
        return format!("their home is {}", model.sites[home.site.index()].name);
    }
    match class.checkpoints_on {
        Some((storage, size)) => format!(
            "kept on {}, up to {} each",
            model.network.storages[usize::from(storage)].name,
            size.words()
        ),
        None => "as far as they keep any, at hand wherever they go on".to_owned(),
    }
}

/// How far it has spread, in one line.
fn radius(model: &Model, lineage: &Lineage<'_>, (when, standing): (SimTime, &Standing)) -> String {
    let size = |id: DatasetId| u128::from(model.dataset(id).size.0);
    let homes = lineage.heirs.iter();
    let homes: Vec<u128> = homes
        .flat_map(|&id| {
            let kept = model.dataset(id).kept.iter();
            let kept = kept.filter(move |&&site| lineage.is_home(id, site, when));
            kept.map(move |_| size(id))
        })
        .collect();
    let copies: Vec<u128> = standing.copies.keys().map(|&(id, _)| size(id)).collect();
    let bytes: u128 = homes.iter().chain(&copies).sum();
    let mut results: u128 = 0;
    for heir in standing.jobs.values() {
        if heir.state == Some(JobState::Finished) {
            results += u128::from(model.classes[heir.class.index()].results.0);
        }
    }
    let words = |bytes: u128| Bytes(u64::try_from(bytes).unwrap_or(u64::MAX)).words();
    format!(
        "in all      {} of {}, {} with {} of results",
        counted((homes.len() + copies.len()) as u64, "copy"),
        words(bytes),
        counted(standing.jobs.len() as u64, "job"),
        words(results)
    )
}

/// What rules made of it from then on.
fn became(model: &Model, lineage: &Lineage<'_>) -> Vec<String> {
    let mut turned: BTreeMap<(u16, Consequence), u64> = BTreeMap::new();
    let mut lines = Vec::new();
    for &(at, fact) in &lineage.after {
        let when = model.epoch.format(at);
        let place = |id: DatasetId, site: SiteId| {
            format!(
                "{} at {}",
                model.dataset(id).name,
                model.sites[site.index()].name
            )
        };
        let words = match fact {
            Fact::Rejudged(_, _, rule, consequence) => {
                *turned.entry((rule, consequence)).or_default() += 1;
                continue;
            }
            Fact::CopyRejudged(id, site, rule, consequence) => format!(
                "rule `{}` turns against {}: {}",
                model.rules.name_of(usize::from(rule)),
                place(id, site),
                consequence.name()
            ),
            Fact::Withdrawn(_, id, readers, places) => format!(
                "{} is found to have its marks again, after {} had read it or what was made of it, and is withdrawn from {}",
                model.dataset(id).name,
                counted(u64::from(readers), "job"),
                counted(u64::from(places), "place")
            ),
            Fact::Transformed(_, id) => format!("{} is made anew", model.dataset(id).name),
            Fact::ValidationFailed(_, id) => {
                format!(
                    "{} does not pass, and is made again",
                    model.dataset(id).name
                )
            }
            Fact::CopyDeleted(id, site) => format!("{} is deleted", place(id, site)),
            Fact::CopyDropped(id, site) => format!("{} is kept no longer", place(id, site)),
            Fact::CopyUnlocked(id, site) => format!("{} may be used again", place(id, site)),
            _ => continue,
        };
        lines.push(format!("became      {when} {words}"));
    }
    for ((rule, consequence), count) in turned {
        lines.push(format!(
            "became      rule `{}` turned against {}: {}",
            model.rules.name_of(usize::from(rule)),
            counted(count, "job"),
            consequence.name()
        ));
    }
    if lines.is_empty() {
        lines.push("became      nothing of it was judged otherwise".to_owned());
    }
    lines
}
