//! How long what is kept is kept unless somebody says it, and who says so.

use std::collections::BTreeSet;

use crate::model::{KeptFor, KeptFrom, KeptKind, PROOF_USUAL, SiteKind};
use crate::units::Span;

use super::super::attributes::Subjects;
use super::super::context::Context;
use super::{Draft, Thing};

const fn days(days: u64) -> Span {
    Span(days * Span::DAY.0)
}

/// A number of days, in words.
fn told(span: Span) -> String {
    format!("{} d", span.0 / Span::DAY.0)
}

/// How long something of a kind is kept, and since when.
pub(super) const fn terms(kind: KeptKind) -> KeptFor {
    let (keep, from) = match kind {
        KeptKind::Dataset => (None, KeptFrom::Written),
        KeptKind::Copy | KeptKind::Artifact => (Some(days(56)), KeptFrom::LastUse),
        KeptKind::Replica | KeptKind::Transformed => (Some(days(90)), KeptFrom::LastUse),
        KeptKind::Checkpoint => (Some(days(30)), KeptFrom::JobEnd),
        KeptKind::Results => (Some(days(183)), KeptFrom::Written),
    };
    KeptFor { keep, from }
}

const fn source(kind: KeptKind) -> &'static str {
    match kind {
        KeptKind::Dataset => "ours: nobody deletes data unasked",
        KeptKind::Copy | KeptKind::Artifact => {
            "scratch file systems are purged of what nobody used for weeks: 8 weeks at NERSC"
        }
        KeptKind::Replica | KeptKind::Transformed => {
            "ours: a quarter; scratch file systems at OLCF are purged after 90 days"
        }
        KeptKind::Checkpoint => "ours: a month in which somebody may go on from it",
        KeptKind::Results => "ours: six months, as EU AI Act Art. 19 asks of logs at the least",
    }
}

/// Notes what nobody wrote.
pub(super) fn note(
    context: &mut Context,
    drafts: &[Draft],
    found: &[Thing],
    subjects: Subjects<'_>,
) {
    for draft in drafts {
        let id = &draft.rule.id;
        for (&kind, kept) in &draft.rule.of {
            let usual = terms(kind);
            let what = format!("retention {id}: {}", kind.words());
            if !draft.says_keep && kept.keep == usual.keep {
                let keep = kept.keep.map_or_else(|| "for ever".to_owned(), told);
                context.note_sourced(format!("{what}: keep"), keep, source(kind));
            }
            if !draft.says_from {
                context.note_default(format!("{what}: from"), kept.from.name());
            }
        }
        let about = found.iter().filter(|thing| draft.is_about(thing));
        let sites: BTreeSet<_> = about.map(|thing| thing.site).collect();
        let rented = sites.iter().any(|site| {
            let kind = subjects.sites[site.index()].site.kind;
            !matches!(kind, SiteKind::Private | SiteKind::Edge)
        });
        if draft.rule.proof.is_none() && rented {
            context.note_sourced(
                format!("retention {id}: proof of deletion, where a provider gives one"),
                told(PROOF_USUAL),
                "a month, as GDPR Art. 12(3) gives to answer whoever asks",
            );
        }
    }
}
