//! Patterns of texts: `*` stands for any characters, `?` for one.

/// Whether a text is as a pattern says.
pub(super) fn is_like(text: &str, pattern: &str) -> bool {
    let (text, pattern): (Vec<char>, Vec<char>) =
        (text.chars().collect(), pattern.chars().collect());
    let (mut at, mut place) = (0, 0);
    // Where the last star stands, and up to where it reaches so far.
    let mut star: Option<(usize, usize)> = None;
    while at < text.len() {
        match pattern.get(place) {
            Some('*') => {
                star = Some((place, at));
                place += 1;
            }
            Some(&c) if c == '?' || c == text[at] => {
                at += 1;
                place += 1;
            }
            _ => {
                let Some((before, reached)) = star else {
                    return false;
                };
                star = Some((before, reached + 1));
                (place, at) = (before + 1, reached + 1);
            }
        }
    }
    pattern[place..].iter().all(|&c| c == '*')
}

#[cfg(test)]
mod tests {
    use super::is_like;

    #[test]
    fn stars_stand_for_any_characters() {
        for (text, pattern) in [
            ("clinic-a", "clinic-*"),
            ("clinic-", "clinic-*"),
            ("", "*"),
            ("", ""),
            ("abcabd", "*ab?"),
            ("aXbXc", "a*b*c"),
            ("é", "?"),
            ("exact", "exact"),
        ] {
            assert!(is_like(text, pattern), "{text} {pattern}");
        }
        for (text, pattern) in [
            ("clinic", "clinic-*"),
            ("a", ""),
            ("", "?"),
            ("abcabd", "*ab"),
            ("aXbX", "a*b*c"),
            ("Exact", "exact"),
        ] {
            assert!(!is_like(text, pattern), "{text} {pattern}");
        }
    }

    #[test]
    fn many_stars_take_no_time() {
        let text = "a".repeat(10_000);
        assert!(!is_like(&text, &("*a".repeat(50) + "b")));
    }
}
