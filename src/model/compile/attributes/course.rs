//! How attributes change in a run: at the times of happenings, and when something is found.

use crate::model::Transform;
use crate::model::rules::{AttributeChange, AttributeSaid, Finding, FindingRow, Findings};
use crate::scenario::Origin;

use super::super::context::Context;
use super::apply::{Found, alter};
use super::changes::{CHANGES_MAX, Phased, Time};
use super::differences::differences;
use super::situation::{Known, situation};
use super::{Said, Situation};

/// Most things that may be found: for each more, all verdicts are worked out twice as often.
const FINDINGS_MAX: usize = 8;

/// All that everybody may have, and when.
pub(super) struct Course {
    pub(super) start: Situation,
    pub(super) later: Vec<Situation>,
    pub(super) changes: Vec<AttributeChange>,
    pub(super) findings: Findings,
}

/// What may be found in a run whose attributes change at so many instants.
pub(super) fn findings(
    context: &mut Context,
    of: Known<'_>,
    changes: usize,
    phased: &[Phased<'_>],
) -> Vec<Finding> {
    let made = of.made.derived.iter().enumerate();
    let can = |transform: u16| of.made.list[usize::from(transform)].can_let_flaws_out();
    let flaws = made.filter(|(_, made)| can(made.transform));
    let mut found: Vec<Finding> = flaws
        .map(|(index, _)| Finding::Flaw(index as u16))
        .collect();
    let flaws = found.len();
    for one in phased {
        let phase = Finding::Phase(one.phase.clone());
        if !found.contains(&phase) {
            found.push(phase);
        }
    }
    let rows = (changes + 1) << found.len().min(FINDINGS_MAX);
    if found.len() <= FINDINGS_MAX && rows <= CHANGES_MAX + 1 || found.is_empty() {
        return found;
    }
    let phase = phased.first().map(Phased::at);
    let at = first_flawed(of).or(phase).unwrap_or_default();
    let phases = found.len() - flaws;
    let message = format!(
        "marks may be left in {flaws} copies, {phases} phases change attributes, and happenings do at {changes} instants"
    );
    let fix = format!(
        "keep to {FINDINGS_MAX} copies and phases together; verdicts are worked out for at most {CHANGES_MAX} \
         combinations of these with the instants"
    );
    context.fault(at, message, fix);
    Vec::new()
}

fn first_flawed(of: Known<'_>) -> Option<Origin> {
    let specs = of.file.transform.items();
    let mut specs = specs.zip(&of.made.list);
    let can = |(_, transform): &(_, &Transform)| transform.can_let_flaws_out();
    let found = specs.find(can).map(|((spec, _), _)| spec.flawed.origin());
    found.flatten()
}

/// Works out what everybody has at each stage, whatever is found.
pub(super) fn course(
    of: Known<'_>,
    said: &Said,
    times: &[Time],
    (list, phased): (Vec<Finding>, &[Phased<'_>]),
) -> Course {
    let stages = std::iter::once(said).chain(times.iter().map(|time| &time.said));
    let each = 1_usize << list.len();
    let mut situations = vec![situation(of, said)];
    let mut known: Vec<u16> = Vec::new();
    for stage in stages {
        for holding in 0..each {
            let next = situation(of, &with(of, stage, (&list, holding), phased));
            let same = situations.iter().position(|one| *one == next);
            known.push(same.unwrap_or(situations.len()) as u16);
            if same.is_none() {
                situations.push(next);
            }
        }
    }
    let between = |from: usize, to: usize| -> Vec<AttributeSaid> {
        let of_row = |row: usize| &situations[usize::from(known[row])];
        differences(of, of_row(from), of_row(to))
    };
    let changes = times.iter().enumerate().map(|(index, time)| {
        let (from, to) = (index * each, (index + 1) * each);
        AttributeChange {
            at: time.at,
            situation: known[to],
            known: known[to],
            by: time.by.clone(),
            said: between(from, to),
        }
    });
    let changes: Vec<AttributeChange> = changes.collect();
    let mut rows = Vec::new();
    for row in (0..known.len()).filter(|_| !list.is_empty()) {
        let bits = (0..list.len()).map(|bit| 1_usize << bit);
        let found = bits.map(|bit| match row & bit {
            0 => Vec::new(),
            _ => between(row ^ bit, row),
        });
        rows.push(FindingRow {
            situation: known[row],
            known: known[row],
            changed: if row < each {
                Vec::new()
            } else {
                between(row - each, row)
            },
            found: found.collect(),
        });
    }
    let later = situations.split_off(1);
    Course {
        start: situations.swap_remove(0),
        later,
        changes,
        findings: Findings { list, rows },
    }
}

/// What everybody says while some of what may be found holds, a bit for each.
fn with(
    of: Known<'_>,
    said: &Said,
    (list, holding): (&[Finding], usize),
    phased: &[Phased<'_>],
) -> Said {
    let mut now = said.clone();
    for (bit, finding) in list.iter().enumerate() {
        if holding >> bit & 1 == 0 {
            continue;
        }
        match finding {
            Finding::Flaw(made) => {
                let made = &of.made.derived[usize::from(*made)];
                now.made.push((made.dataset, Found::Return));
            }
            Finding::Phase(name) => {
                for one in phased.iter().filter(|one| one.phase == *name) {
                    for &whom in &one.whom {
                        alter(&mut now, &one.draft, whom, (of.words, of.subjects));
                    }
                }
            }
        }
    }
    now
}
