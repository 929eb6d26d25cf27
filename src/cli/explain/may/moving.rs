//! What `plimsoll explain may` tells of what moves for a class: its data, in the version that it reads, its results and its
//! checkpoints.

use std::collections::{BTreeMap, BTreeSet};

use crate::model::{Freight, Labelled, Model};
use crate::record::plain;
use crate::units::{ClassId, DatasetId, SiteId};

use super::{Said, Verdicts};

/// What is moved for it, from where to where, as far as it may run there.
pub(super) fn what_moves(model: &Model, whose: Labelled, verdicts: &Verdicts) -> Vec<String> {
    let class = whose.class.index();
    let of = &model.classes[class];
    let site = |index: usize| plain(&model.sites[index].name).into_owned();
    let may_run =
        |said: &&Said| said.refusing == 0 && (of.burst || !model.pool(said.pool).is_rented());
    let allowed: Vec<Said> = verdicts.iter().filter(may_run).copied().collect();
    let sites: BTreeSet<usize> = allowed
        .iter()
        .map(|said| model.pool(said.pool).site.index())
        .collect();
    let mut lines: Vec<String> = reads(model, class, &allowed)
        .into_iter()
        .map(|(data, sites)| goes(model, data, &sites))
        .collect();
    let comes = |from: usize, home: SiteId, what: &dyn Fn(u8) -> Freight| {
        let said = allowed.iter();
        let mut said = said.filter(|said| model.pool(said.pool).site.index() == from);
        said.any(|said| may_go(model, what(said.version), (SiteId::from(from), home)))
    };
    let results: &dyn Fn(u8) -> Freight = &|version| Freight::Results(whose, version);
    let checkpoints: &dyn Fn(u8) -> Freight = &|version| Freight::Checkpoint(whose, version);
    let kept = of.checkpoint_home.map(|home| home.site);
    for (home, what, name) in [
        (of.results_to, results, "results"),
        (kept, checkpoints, "checkpoints"),
    ] {
        let Some(home) = home else {
            continue;
        };
        let others = sites.iter().copied().filter(|&at| at != home.index());
        let (go, stay): (Vec<usize>, Vec<usize>) = others.partition(|&at| comes(at, home, what));
        for (some, may) in [(go, "may go"), (stay, "may not go")] {
            let from: Vec<String> = some.into_iter().map(site).collect();
            if !from.is_empty() {
                let (home, from) = (site(home.index()), from.join(", "));
                lines.push(format!("  {name} {may} from {from} to {home}"));
            }
        }
    }
    lines
}

/// Whether rules let something take some way, as they are at the start; where no link leads it goes as it can.
fn may_go(model: &Model, freight: Freight, (from, to): (SiteId, SiteId)) -> bool {
    let moves = &model.network.moves;
    let masks = model.rules.first_masks();
    let verdicts = moves.of(masks.situation, freight, (Some(from), Some(to)));
    let mut refusing = verdicts
        .iter()
        .map(|verdict| moves.refusing(masks, verdict, u128::MAX));
    verdicts.is_empty() || refusing.any(|bits| bits == 0)
}

/// What it reads in the pools where it may run, in the version of its work that it does there, each with the sites; all
/// that it reads as it is where it may run nowhere.
fn reads(model: &Model, class: usize, allowed: &[Said]) -> BTreeMap<DatasetId, BTreeSet<usize>> {
    let mut found: BTreeMap<DatasetId, BTreeSet<usize>> = BTreeMap::new();
    if allowed.is_empty() {
        let all = model.classes[class].data.iter();
        return all.map(|&id| (id, BTreeSet::new())).collect();
    }
    for said in allowed {
        let site = model.pool(said.pool).site.index();
        for &id in model.read_in(ClassId::from(class), said.version) {
            found.entry(id).or_default().insert(site);
        }
    }
    found
}

/// Where a data set goes from where it is kept, or made.
fn goes(model: &Model, data: DatasetId, sites: &BTreeSet<usize>) -> String {
    let site = |index: usize| plain(&model.sites[index].name).into_owned();
    let dataset = model.dataset(data);
    let name = plain(&dataset.name);
    let made = model.transforms.making(data).map(|(_, made)| made.site);
    let mut kept: Vec<usize> = dataset.kept.iter().map(|at| at.index()).collect();
    kept.extend(made.map(SiteId::index));
    let from: Vec<String> = kept.iter().map(|&at| site(at)).collect();
    let from = if from.is_empty() {
        "a registry".to_owned()
    } else {
        from.join(", ")
    };
    let others = sites.iter().filter(|at| !kept.contains(at));
    let goes: Vec<String> = others.map(|&at| site(at)).collect();
    let begins = if made.is_some() { "made" } else { "kept" };
    match (goes.is_empty(), made) {
        (true, _) => format!("  data: {name} stays where it is {begins} ({from})"),
        (false, None) => format!("  data: {name} may go from {from} to {}", goes.join(", ")),
        (false, Some(_)) => {
            let goes = goes.join(", ");
            format!("  data: {name} is made at {from} and may go to {goes}")
        }
    }
}
