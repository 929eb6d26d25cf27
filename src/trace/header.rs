//! The columns of a table, found by name.

use super::error::{TraceError, TraceErrorKind};

/// The names in the first row, and which of them somebody asked for.
pub(super) struct Header {
    names: Vec<String>,
    known: Vec<bool>,
}

impl Header {
    /// Takes the first row; a byte-order mark and spaces around names do not count.
    pub(super) fn new<'a>(fields: impl Iterator<Item = &'a [u8]>) -> Self {
        let names: Vec<String> = fields
            .map(|field| String::from_utf8_lossy(field))
            .map(|name| name.trim_start_matches('\u{feff}').trim().to_owned())
            .collect();
        let known = vec![false; names.len()];
        Self { names, known }
    }

    /// How many columns there are.
    pub(super) fn len(&self) -> usize {
        self.names.len()
    }

    /// Whether some column has this name.
    pub(super) fn has(&self, name: &str) -> bool {
        self.names.iter().any(|known| known == name)
    }

    /// The place of the column called `name`.
    pub(super) fn find(&mut self, name: &str) -> Result<usize, TraceError> {
        let mut places = (0..self.names.len()).filter(|&place| self.names[place] == name);
        let Some(place) = places.next() else {
            return Err(self.missing(name));
        };
        if places.next().is_some() {
            return Err(TraceError::new(
                TraceErrorKind::Header,
                "two columns have this name",
                "rename one of them",
            )
            .in_column(name));
        }
        self.known[place] = true;
        Ok(place)
    }

    /// That nobody forgot a column: each was asked for or named as ignored.
    pub(super) fn all_known(&self) -> Result<(), TraceError> {
        let Some(place) = self.known.iter().position(|known| !known) else {
            return Ok(());
        };
        Err(TraceError::new(
            TraceErrorKind::Header,
            format!(
                "column `{}` is not in the declared mapping",
                shown(&self.names[place])
            ),
            "map it, or list it as ignored",
        ))
    }

    fn missing(&self, name: &str) -> TraceError {
        let nearest = self
            .names
            .iter()
            .map(|candidate| (distance(candidate, name), candidate))
            .min()
            .filter(|(edits, _)| *edits <= 1 + name.len() / 3);
        let guess = nearest.map_or_else(
            || "name a column that is there, or another format".to_owned(),
            |(_, near)| format!("did you mean `{near}`?"),
        );
        let columns: Vec<String> = self.names.iter().take(40).map(|name| shown(name)).collect();
        let fix = format!("{guess} (the header is: {})", columns.join(", "));
        TraceError::new(TraceErrorKind::Header, "it is not in the header", fix).in_column(name)
    }
}

/// A name from outside, short and without control characters.
fn shown(name: &str) -> String {
    name.chars().filter(|c| !c.is_control()).take(40).collect()
}

/// Edits (Levenshtein) between two names, without regard to case.
fn distance(a: &str, b: &str) -> usize {
    let (a, b) = (a.to_lowercase(), b.to_lowercase());
    // A very long "name" is data, not a typo.
    if a.len() > 64 || b.len() > 64 {
        return usize::MAX;
    }
    let mut row: Vec<usize> = (0..=b.chars().count()).collect();
    for (i, left) in a.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, right) in b.chars().enumerate() {
            let replaced = diagonal + usize::from(left != right);
            diagonal = row[j + 1];
            row[j + 1] = replaced.min(row[j] + 1).min(diagonal + 1);
        }
    }
    row[row.len() - 1]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn header(text: &str) -> Header {
        Header::new(text.split(',').map(str::as_bytes))
    }

    #[test]
    fn columns_are_found_by_name() {
        let mut header = header("\u{feff}a, b ,c");
        assert_eq!((header.find("b"), header.find("a")), (Ok(1), Ok(0)));
        assert!(header.all_known().unwrap_err().to_string().contains("`c`"));
        assert_eq!(header.find("c"), Ok(2));
        assert_eq!(header.all_known(), Ok(()));
    }

    #[test]
    fn a_wrong_name_is_answered_with_the_right_one() {
        let message = header("timestamp,duration,num_gpus")
            .find("num_gpu")
            .unwrap_err()
            .to_string();
        assert!(message.contains("did you mean `num_gpus`?"), "{message}");
        assert!(
            message.contains("timestamp, duration, num_gpus"),
            "{message}"
        );
        let far = header("a,b").find("duration").unwrap_err();
        assert_eq!(
            far.fix,
            "name a column that is there, or another format (the header is: a, b)"
        );
        assert!(header("a,a").find("a").is_err());
    }

    #[test]
    fn distances() {
        assert_eq!(distance("kitten", "sitting"), 3);
        assert_eq!(distance("", "abc"), 3);
        assert_eq!(distance("GPU", "gpu"), 0);
    }
}
