//! Did you mean …?

/// The candidate that `word` most likely was meant to be, if one is near enough.
pub fn nearest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    // A long word cannot be a slip of a known name, and the distance is quadratic.
    if word.len() > 64 {
        return None;
    }
    let lower = word.to_lowercase();
    candidates
        .into_iter()
        .map(|candidate| {
            let distance = strsim::damerau_levenshtein(&lower, &candidate.to_lowercase());
            (distance, candidate)
        })
        .filter(|(distance, candidate)| {
            let longest = word.chars().count().max(candidate.chars().count());
            *distance <= (longest / 3).max(1)
        })
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

/// What to print under an unknown word: the nearest candidate, or else all of them.
pub(super) fn advice(word: &str, candidates: &[&str]) -> String {
    match nearest(word, candidates.iter().copied()) {
        Some(found) => format!("did you mean `{found}`?"),
        None => format!("use one of {}", candidates.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn near_words_are_found_and_far_ones_are_not() {
        assert_eq!(nearest("qouta", ["price", "quota"]), Some("quota"));
        assert_eq!(nearest("H200", ["h100", "h200"]), Some("h200"));
        assert_eq!(nearest("zebra", ["price", "quota"]), None);
    }
}
