//! Lines that were made by somebody else, or could not be written.

use super::*;

/// Whoever replaces lines and hashes them anew, but not all that follows.
#[test]
fn a_line_that_was_hashed_anew_does_not_fit_its_neighbours() {
    let (bytes, _) = evidence();
    let text = String::from_utf8(bytes).unwrap();
    let lines: Vec<&str> = text.lines().collect();
    let forged = |number: usize, from: &str, to: &str| {
        let mut before = [0; 32];
        let mut out = Vec::new();
        for (index, line) in lines.iter().enumerate() {
            let (content, rest) = line.split_once(",\"hash\":\"").unwrap();
            let digits = rest.len() - 2;
            if index == number {
                let content = content.replacen(from, to, 1);
                assert_ne!(
                    content,
                    line.split_once(",\"hash\":\"").unwrap().0,
                    "{from}"
                );
                let hash = crate::record::hash::chained(&before, content.as_bytes());
                let mut shown = Vec::new();
                crate::record::hash::hex(&hash, &mut shown);
                let shown = String::from_utf8(shown).unwrap();
                out.push(format!("{content},\"hash\":\"{}\"}}", &shown[..digits]));
            } else {
                before = crate::record::hash::chained(&before, content.as_bytes());
                out.push((*line).to_owned());
            }
        }
        broken((out.join("\n") + "\n").as_bytes()).unwrap()
    };
    let (line, what) = forged(3, "\"j-1\"", "\"j-9\"");
    assert!(line == 5 && what.contains("was replaced"), "{line} {what}");
    let (line, what) = forged(2, "simulated\":true", "simulated\":false");
    assert!(line == 3 && what.contains("simulated"), "{line} {what}");
    let (line, what) = forged(2, "\"line\":3", "\"line\":4");
    assert!(
        line == 3 && what.contains("where 3 follows"),
        "{line} {what}"
    );
    let (line, what) = forged(6, "\"lines\":7", "\"lines\":6");
    assert!(line == 7 && what.contains("counts"), "{line} {what}");
    let (line, what) = forged(0, "\"format\":2", "\"format\":3");
    assert!(line == 1 && what.contains("format 2"), "{line} {what}");
    let (line, what) = forged(6, "\"format\":2", "\"format\":1");
    assert!(line == 7 && what.contains("format 2"), "{line} {what}");
    // The closing line shows its whole hash, and no other does.
    let (line, what) = forged(6, "\"closing\"", "\"closed\"");
    assert!(
        line == 7 && what.contains("as long as it should"),
        "{line} {what}"
    );
}

#[test]
fn what_earlier_versions_wrote_is_told_as_such() {
    let old = b"{\"sequence\":0,\"previous\":\"00\",\"simulated\":true}\n";
    let (line, what) = broken(old).unwrap();
    assert!(line == 1 && what.contains("format 1"), "{what}");
}

/// Holds so many bytes.
struct Full(usize);
impl std::io::Write for Full {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0 = self.0.saturating_sub(bytes.len());
        match self.0 {
            0 => Err(std::io::Error::other("no room")),
            _ => Ok(bytes.len()),
        }
    }
    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// The bytes follow from what was told, not from when it was written; and what cannot be written is told.
#[test]
fn many_lines_are_the_same_each_time_and_a_full_disk_is_told() {
    let many = |scribe: &mut Scribe<'_>| {
        for number in 0..20_000 {
            let at = SimTime(u64::from(number) * 77);
            scribe.fact(at, Fact::Evicted(JobId(number), PoolId(0)));
        }
    };
    let (first, seal) = told(many);
    let (second, _) = told(many);
    assert!(first == second && seal.lines == 20_003);
    assert!(verify(first.as_slice(), Some(&seal)).is_ok());
    let words = words();
    let run = RunWords {
        strategy: "burst".to_owned(),
        replication: 0,
        rules: Vec::new(),
        controls: Vec::new(),
        scorings: Vec::new(),
        jobs: &Numbered,
    };
    let mut chain = Chain::new(Full(100_000));
    write_run(&mut chain, (&words, &run), many);
    assert_eq!(chain.check().unwrap_err().to_string(), "no room");
}
