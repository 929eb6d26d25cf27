//! Which services, links or storages are meant, by name and by where they are.

use crate::scenario::{Given, List, Origin, SelectorSpec};
use crate::units::SiteId;

use super::context::Context;
use super::selector;
use super::weather::Estate;

/// What somebody wrote of which are meant.
pub(super) struct Chosen<'a> {
    /// By name; all unless given.
    pub(super) names: &'a List<String>,
    /// By where they are; anywhere unless given.
    pub(super) selector: &'a Given<SelectorSpec>,
    /// Where it was written.
    pub(super) at: Origin,
}

/// One that there is.
pub(super) struct Candidate<'a, T> {
    /// What scenarios call it.
    pub(super) name: &'a str,
    /// What it is called as a thing that fails by itself.
    pub(super) entity: String,
    /// Where it is: it is meant if any of these is.
    pub(super) sites: Vec<SiteId>,
    /// What it consists of.
    pub(super) parts: Vec<T>,
}

impl Chosen<'_> {
    /// Those that match, each with its parts; it is reported if there is none. `noun` is what they are, and the table
    /// that adds one.
    pub(super) fn among<T>(
        &self,
        context: &mut Context,
        estate: &Estate<'_>,
        noun: &str,
        all: Vec<Candidate<'_, T>>,
    ) -> Option<Vec<(String, Vec<T>)>> {
        if all.is_empty() {
            let message = format!("there is no {noun} in this estate");
            let fix = format!("add a [[{}]]", noun.replace(' ', "_"));
            context.fault(self.at, message, fix);
            return None;
        }
        let before = context.problems.len();
        let mut known: Vec<&str> = all.iter().map(|candidate| candidate.name).collect();
        known.dedup();
        let wanted = selector::names(context, self.names, noun, &known);
        let sites = selector::sites(context, self.selector, self.at, estate);
        let is_meant = |candidate: &Candidate<'_, T>| {
            let mut names = wanted.iter().flatten();
            (wanted.is_none() || names.any(|name| name == candidate.name))
                && candidate.sites.iter().any(|site| sites.contains(site))
        };
        let found: Vec<(String, Vec<T>)> = all
            .into_iter()
            .filter(is_meant)
            .map(|candidate| (candidate.entity, candidate.parts))
            .collect();
        if found.is_empty() && context.problems.len() == before {
            let message = format!("no {noun} is at, or serves, the sites that are meant here");
            context.fault(self.at, message, "widen the conditions of `where`");
        }
        Some(found)
    }
}
