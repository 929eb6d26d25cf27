//! `[[cohort]]`: what quotas that lend each other have as a whole, and to which other cohort they belong.

use std::collections::BTreeSet;

use crate::model::{Cohort, QuotaShare, Quotas};
use crate::scenario::{ByName, CohortSpec, ScenarioFile};

use super::context::Context;

/// More levels than this are a slip.
const DEPTH_MAX: usize = 16;

/// The place of a cohort; one that nobody wrote down has nothing of its own.
pub(super) fn place(cohorts: &mut Vec<Cohort>, name: &str) -> u16 {
    let known = cohorts.iter().position(|known| known.name == name);
    known.unwrap_or_else(|| {
        cohorts.push(Cohort::flat(name));
        cohorts.len() - 1
    }) as u16
}

/// All cohorts that are written down.
pub(super) fn read(context: &mut Context, file: &ScenarioFile, quotas: &mut Quotas) {
    let mut taken = BTreeSet::new();
    let mut read: Vec<(usize, &CohortSpec)> = Vec::new();
    for (spec, table) in file.cohort.items() {
        let Some(name) = context.name(&spec.name, table, "cohort", &mut taken) else {
            continue;
        };
        let cohort = Cohort {
            shares: shares(context, spec, &quotas.flavors),
            ..Cohort::flat(&name)
        };
        read.push((quotas.cohorts.len(), spec));
        quotas.cohorts.push(cohort);
    }
    for &(index, spec) in &read {
        if let Some(parent) = spec.parent.value() {
            let parent = place(&mut quotas.cohorts, parent);
            quotas.cohorts[index].parent = Some(parent);
        }
    }
    for (index, spec) in read {
        if let Some((_, origin)) = spec.parent.here()
            && is_in_a_circle(&quotas.cohorts, index)
        {
            let name = &quotas.cohorts[index].name;
            let message = format!("cohort {name} belongs to itself, or to too many others");
            let fix =
                format!("name a parent that does not belong to it; at most {DEPTH_MAX} levels");
            context.fault(origin, message, fix);
            // Nobody walks in circles behind this.
            quotas.cohorts[index].parent = None;
        }
    }
}

fn is_in_a_circle(cohorts: &[Cohort], from: usize) -> bool {
    let mut at = from;
    for _ in 0..DEPTH_MAX {
        match cohorts[at].parent {
            None => return false,
            Some(parent) => at = usize::from(parent),
        }
    }
    true
}

fn shares(context: &mut Context, spec: &CohortSpec, flavors: &[String]) -> Vec<QuotaShare> {
    for (key, list) in [
        ("borrowing_limit", &spec.borrowing_limit),
        ("lending_limit", &spec.lending_limit),
    ] {
        if let (true, Some(at)) = (spec.parent.is_absent(), list.origin()) {
            let message = format!("`{key}` means nothing for a cohort without a parent");
            context.fault(at, message, "add parent = \"…\", or leave it out");
        }
    }
    let of = |list: &ByName<u64>, flavor: &String| {
        let list = list.value()?;
        list.get(flavor)?.value().copied()
    };
    let share = |flavor: &String| QuotaShare {
        nominal: of(&spec.nominal, flavor).unwrap_or(0),
        borrows: of(&spec.borrowing_limit, flavor),
        lends: of(&spec.lending_limit, flavor),
    };
    flavors.iter().map(share).collect()
}

/// Each cohort that is written down has members.
pub(super) fn have_members(context: &mut Context, file: &ScenarioFile, quotas: &Quotas) {
    for (spec, table) in file.cohort.items() {
        let cohorts = &quotas.cohorts;
        let index = cohorts
            .iter()
            .position(|of| Some(&of.name) == spec.name.value());
        let Some(index) = index.map(|index| index as u16) else {
            continue;
        };
        let is_of = |of: Option<u16>| of == Some(index);
        let quotas = quotas.list.iter().any(|terms| is_of(terms.cohort));
        if !quotas && !cohorts.iter().any(|of| is_of(of.parent)) && context.problems.is_empty() {
            let message = format!(
                "nobody belongs to cohort {}",
                cohorts[usize::from(index)].name
            );
            let fix = "name it as `cohort` of a [[quota]], or as `parent` of another";
            context.fault(table, message, fix);
        }
    }
}
