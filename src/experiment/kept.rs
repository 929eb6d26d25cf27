//! How long what is kept is kept, in words.

use crate::model::{KeptFor, KeptFrom, KeptKind, Model, RetentionRule};
use crate::record::{RetentionRuleWords, RetentionWords};
use crate::units::Span;

/// A length of time in the largest unit that fits: days, hours or minutes.
pub fn span_words(span: Span) -> String {
    let units = [(Span::DAY, "d"), (Span::HOUR, "h"), (Span::MINUTE, "min")];
    let mut whole = units
        .iter()
        .filter(|(unit, _)| span.0.is_multiple_of(unit.0));
    match whole.next() {
        Some((unit, word)) => format!("{} {word}", span.0 / unit.0),
        None => format!("{} s", span.0 as f64 / 1e3),
    }
}

/// How long something of a kind is kept.
pub fn kept_words(kind: KeptKind, kept: KeptFor) -> String {
    let since = match kept.from {
        KeptFrom::LastUse => "after its last use",
        KeptFrom::Written => "after it came",
        KeptFrom::JobEnd => "after the end of its job",
    };
    match kept.keep {
        None => format!("{} for ever", kind.words()),
        Some(keep) => format!("{} for {} {since}", kind.words(), span_words(keep)),
    }
}

/// What a rule keeps for how long, by kind.
pub fn keeps_words(rule: &RetentionRule) -> Vec<String> {
    let of = rule.of.iter();
    of.map(|(&kind, &kept)| kept_words(kind, kept)).collect()
}

/// The rules of a model for evidence.
pub(super) fn retention_words(model: &Model) -> RetentionWords {
    let rules = model.retention.rules.iter().map(|rule| RetentionRuleWords {
        id: rule.id.clone(),
        keeps: keeps_words(rule),
        reason: rule.reason.clone(),
        controls: rule.controls.clone(),
    });
    let without = model.retention.without.iter();
    RetentionWords {
        rules: rules.collect(),
        without: without
            .map(|(kind, of)| format!("{} of {of}", kind.words()))
            .collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_told_in_the_largest_unit_that_fits() {
        assert_eq!(span_words(Span(90 * 86_400_000)), "90 d");
        assert_eq!(span_words(Span(36 * 3_600_000)), "36 h");
        assert_eq!(span_words(Span(90_000)), "90 s");
        let kept = KeptFor {
            keep: Some(Span(7_200_000)),
            from: KeptFrom::LastUse,
        };
        let words = "copies in caches for 2 h after its last use";
        assert_eq!(kept_words(KeptKind::Copy, kept), words);
    }
}
