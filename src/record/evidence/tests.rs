//! Evidence that was changed, cut, or put into another order is found out, whatever was done to it.

use std::io::BufReader;

use super::*;
use crate::journal::{Fact, Moved, Movement, MovementStep, Observer, RunRecord};
use crate::record::sha256_hex;
use crate::units::{
    Bytes, ClassId, DatasetId, Epoch, JobId, LinkId, PoolId, ShapeId, SimTime, SiteId,
};

fn words() -> EvidenceWords {
    EvidenceWords {
        scenario_sha256: sha256_hex(b"x"),
        seed: 7,
        epoch: Epoch::parse("2026-01-05T00:00:00Z").unwrap(),
        currency: "USD".to_owned(),
        versions: 1,
        shapes: vec![(
            vec![(
                "classification".to_owned(),
                Known::Marks(vec!["health".to_owned(), "a\"b".to_owned()]),
            )],
            Vec::new(),
        )],
        pools: vec![PoolWords {
            name: "own\u{1b}".to_owned(),
            ..PoolWords::default()
        }],
        rules: vec!["r0".to_owned(), "unpermitted".to_owned()],
        datasets: vec![("records".to_owned(), 9)],
        sites: vec!["dc".to_owned()],
        links: vec!["wan".to_owned()],
        outlets: Vec::new(),
        budgets: Vec::new(),
        windows: Vec::new(),
        envelopes: Vec::new(),
        changes: Vec::new(),
        later: Vec::new(),
        moving: moving(),
    }
}

fn moving() -> MovingWords {
    let says = |name: &str, text: &str| vec![(name.to_owned(), Known::Text(text.to_owned()))];
    let marks = vec!["health".to_owned()];
    MovingWords {
        carried: vec![(
            Carried::Dataset(DatasetId(0), ClassId(2)),
            vec![("classification".to_owned(), Known::Marks(marks))],
            vec!["mask".to_owned()],
        )],
        from: vec![says("jurisdiction", "DE")],
        to: vec![says("jurisdiction", "DE")],
        links: vec![says("kind", "vpn")],
    }
}

fn job(job: JobId) -> JobWords {
    JobWords {
        name: format!("j-{}", job.0),
        number: job.0,
        milli_gpus: 1500,
        shape: ShapeId(0),
        ..JobWords::default()
    }
}

/// Six lines: the run, two placements, a violation, the end, and the closing one.
fn evidence() -> (Vec<u8>, Seal) {
    let (words, mut out) = (words(), Vec::new());
    let run = RunWords {
        strategy: "burst".to_owned(),
        replication: 0,
        rules: Vec::new(),
        controls: Vec::new(),
        job: &job,
    };
    let mut chain = Chain::new(&mut out);
    let mut scribe = Scribe::new(&mut chain, &words, &run);
    for number in 0..2 {
        scribe.fact(
            SimTime(u64::from(number) * 1_500),
            Fact::Placed(JobId(number), PoolId(0)),
        );
    }
    scribe.fact(SimTime(1_500), Fact::Violated(JobId(1), PoolId(0), 1));
    scribe.run(&RunRecord::default());
    let seal = chain.finish(&words).unwrap();
    (out, seal)
}

fn broken(bytes: &[u8]) -> Option<(u64, String)> {
    match verify(BufReader::with_capacity(16, bytes), None) {
        Ok(_) => None,
        Err(Broken::Line { line, what }) => Some((line, what)),
        Err(Broken::Read(error)) => panic!("{error}"),
    }
}

#[test]
fn evidence_says_what_happened_and_that_it_is_simulated() {
    let (bytes, seal) = evidence();
    let found = verify(bytes.as_slice(), Some(&seal)).unwrap();
    assert_eq!((found.seal, found.bytes), (seal, bytes.len() as u64));
    let text = String::from_utf8(bytes).unwrap();
    let lines: Vec<serde_json::Value> = text
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(lines.len(), 6);
    for (number, line) in lines.iter().enumerate() {
        assert_eq!(line["sequence"], number);
        assert_eq!(line["simulated"], true);
        assert_eq!(line["scenario"], sha256_hex(b"x"));
        assert_eq!(line["seed"], 7);
    }
    assert_eq!(lines[2]["at"], "2026-01-05T00:00:01Z");
    assert_eq!(lines[2]["at_ms"], 1500);
    assert_eq!(lines[2]["verdict"], "given");
    assert_eq!(lines[2]["subject"]["gpus"], 1.5);
    assert_eq!(lines[2]["destination"]["pool"], "own\u{1b}");
    assert_eq!(lines[2]["attributes"]["job"]["classification"][1], "a\"b");
    // Rule 1 stands behind the only one: nothing permits it.
    assert_eq!(lines[3]["rules"][0], "unpermitted");
    assert_eq!(lines[5]["kind"], "closing");
    // No terminal is recoloured by a name.
    assert!(!text.contains('\u{1b}'));
}

#[test]
fn a_movement_says_what_goes_where_over_what_and_against_which_rules() {
    let (words, mut out) = (words(), Vec::new());
    let run = RunWords {
        strategy: "burst".to_owned(),
        replication: 0,
        rules: Vec::new(),
        controls: Vec::new(),
        job: &job,
    };
    let mut chain = Chain::new(&mut out);
    let mut scribe = Scribe::new(&mut chain, &words, &run);
    let begins = Movement {
        number: Some(3),
        step: MovementStep::Begins,
        what: Moved::Dataset(DatasetId(0)),
        class: Some(ClassId(2)),
        version: 0,
        from: Some(SiteId(0)),
        to: None,
        links: vec![LinkId(0)],
        bytes: Bytes(9),
        against: 1,
    };
    scribe.movement(SimTime(5), &begins);
    let refused = Movement {
        step: MovementStep::Refused,
        what: Moved::Results(JobId(4)),
        ..begins.clone()
    };
    scribe.movement(SimTime(6), &refused);
    let free = Movement {
        against: 0,
        ..begins
    };
    scribe.movement(SimTime(7), &free);
    chain.finish(&words).unwrap();
    let text = String::from_utf8(out).unwrap();
    let lines: Vec<serde_json::Value> = text
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(lines[1]["kind"], "transfer");
    assert_eq!(lines[1]["subject"]["dataset"], "records");
    assert_eq!(lines[1]["source"]["site"], "dc");
    assert!(lines[1]["destination"]["site"].is_null());
    assert_eq!(lines[1]["links"][0], "wan");
    assert_eq!(lines[1]["rules"][0], "r0");
    assert_eq!(lines[1]["bytes"], 9);
    // It leaves for nowhere that is a site: nothing is known of that.
    let expected = serde_json::json!({
        "data": { "classification": ["health"] }, "from": { "jurisdiction": "DE" }, "to": {},
        "links": [{ "kind": "vpn" }], "transforms": ["mask"],
    });
    assert_eq!(lines[1]["attributes"], expected);
    // Of what nobody knows nothing is told.
    assert_eq!(lines[2]["attributes"]["data"], serde_json::json!({}));
    assert_eq!(lines[2]["subject"]["what"], "results");
    assert_eq!(lines[2]["subject"]["job"], "j-4");
    let verdicts = lines[1..4]
        .iter()
        .map(|line| line["verdict"].as_str().unwrap());
    assert!(verdicts.eq(["audit", "refuse", "allow"]));
}

/// The hash of the first line, by hand: its bytes with the last member taken off and the brace put back.
#[test]
fn the_hash_is_of_the_line_without_it() {
    let (bytes, _) = evidence();
    let text = String::from_utf8(bytes).unwrap();
    let mut lines = text.lines();
    let (content, hash) = lines.next().unwrap().split_once(",\"hash\":\"").unwrap();
    let hash = hash.strip_suffix("\"}").unwrap();
    assert_eq!(sha256_hex(format!("{content}}}").as_bytes()), hash);
    assert!(
        lines
            .next()
            .unwrap()
            .contains(&format!("\"previous\":\"{hash}\""))
    );
}

#[test]
fn every_changed_byte_is_found_in_its_line() {
    let (bytes, _) = evidence();
    for at in 0..bytes.len() {
        let before = bytes[..at].split(|&byte| byte == b'\n').count() as u64 - 1;
        for change in [1, 0x20, 0x80, bytes[at] ^ b'\n', bytes[at] ^ b'"'] {
            if change == 0 {
                continue;
            }
            let mut changed = bytes.clone();
            changed[at] ^= change;
            let (line, what) = broken(&changed).unwrap_or_else(|| panic!("byte {at} ^ {change}"));
            // A line that has lost its end runs into the next.
            assert_eq!(line, before + 1, "byte {at} ^ {change}: {what}");
        }
    }
}

#[test]
fn every_lost_or_added_byte_is_found() {
    let (bytes, _) = evidence();
    for at in 0..bytes.len() {
        let mut less = bytes.clone();
        less.remove(at);
        assert!(broken(&less).is_some(), "without byte {at}");
        assert!(broken(&bytes[..at]).is_some(), "cut at {at}");
        for more in [b'\n', b' ', b'}', b'0'] {
            let mut added = bytes.clone();
            added.insert(at, more);
            assert!(broken(&added).is_some(), "{more} at {at}");
        }
    }
}

#[test]
fn lines_that_are_gone_repeated_or_moved_are_found_where_they_are() {
    let (bytes, seal) = evidence();
    let lines: Vec<&[u8]> = bytes.split_inclusive(|&byte| byte == b'\n').collect();
    for first in 0..lines.len() {
        let mut gone = lines.clone();
        gone.remove(first);
        let (line, what) = broken(&gone.concat()).unwrap();
        assert_eq!(line, first as u64 + 1, "without line {first}: {what}");
        let mut twice = lines.clone();
        twice.insert(first, lines[first]);
        let (line, _) = broken(&twice.concat()).unwrap();
        assert_eq!(line, first as u64 + 2);
        for second in first + 1..lines.len() {
            let mut moved = lines.clone();
            moved.swap(first, second);
            let (line, what) = broken(&moved.concat()).unwrap();
            assert_eq!(line, first as u64 + 1, "{first} and {second}: {what}");
        }
    }
    // Whoever writes all of it anew, hashes and all, is found by what the manifest says.
    let other = Seal {
        lines: seal.lines,
        last_hash: sha256_hex(b"other"),
    };
    assert!(verify(bytes.as_slice(), Some(&other)).is_err());
    assert!(verify(bytes.as_slice(), Some(&seal)).is_ok());
}

#[test]
fn a_line_that_was_hashed_anew_does_not_fit_its_neighbours() {
    let (bytes, _) = evidence();
    let text = String::from_utf8(bytes).unwrap();
    let lines: Vec<&str> = text.lines().collect();
    let forge = |line: &str, from: &str, to: &str| {
        let (content, _) = line.split_once(",\"hash\":\"").unwrap();
        let content = content.replace(from, to);
        assert_ne!(
            content,
            line.split_once(",\"hash\":\"").unwrap().0,
            "{from}"
        );
        let hash = sha256_hex(format!("{content}}}").as_bytes());
        format!("{content},\"hash\":\"{hash}\"}}")
    };
    let with = |number: usize, line: String| {
        let mut all: Vec<String> = lines.iter().map(|&line| line.to_owned()).collect();
        all[number] = line;
        broken((all.join("\n") + "\n").as_bytes()).unwrap()
    };
    let (line, what) = with(2, forge(lines[2], "\"j-1\"", "\"j-9\""));
    assert!(
        line == 4 && what.contains("does not follow"),
        "{line} {what}"
    );
    let (line, what) = with(2, forge(lines[2], "simulated\":true", "simulated\":false"));
    assert!(line == 3 && what.contains("simulated"), "{line} {what}");
    let (line, what) = with(2, forge(lines[2], "\"sequence\":2", "\"sequence\":3"));
    assert!(
        line == 3 && what.contains("where 2 follows"),
        "{line} {what}"
    );
    let (line, what) = with(5, forge(lines[5], "\"lines\":6", "\"lines\":5"));
    assert!(line == 6 && what.contains("counts"), "{line} {what}");
}

#[test]
fn hostile_input_is_bounded() {
    for text in [
        Vec::new(),
        b"\n".to_vec(),
        b"\"}\n".to_vec(),
        b"{}\n".to_vec(),
        vec![0xff; 300],
        vec![b'['; 1 << 20],
    ] {
        assert_eq!(broken(&text).unwrap().0, 1);
    }
    let endless = vec![b'x'; LINE_MAX + 10];
    let (line, what) = broken(&endless).unwrap();
    assert!(line == 1 && what.contains("longer"), "{what}");
    // Nested deep, and hashed well.
    let deep = format!(
        "{{\"sequence\":0,\"previous\":\"{NO_HASH}\",\"simulated\":true,\"kind\":\"run\",\"x\":{}{}",
        "[".repeat(100_000),
        "]".repeat(100_000)
    );
    let hash = sha256_hex(format!("{deep}}}").as_bytes());
    let line = format!("{deep},\"hash\":\"{hash}\"}}\n");
    let (line, what) = broken(line.as_bytes()).unwrap();
    assert!(line <= 2, "{what}");
}
