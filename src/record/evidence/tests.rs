//! Evidence that was changed, cut, or put into another order is found out, whatever was done to it.

use std::fmt::Write as _;
use std::io::BufReader;

use super::*;
use crate::journal::{Fact, Moved, Movement, MovementStep, Observer, RunRecord};
use crate::record::sha256_hex;
use crate::units::{
    Bytes, ClassId, DatasetId, Epoch, JobId, LinkId, PoolId, ShapeId, SimTime, SiteId, TenantId,
};

mod forged;
mod streaming;

pub(super) fn words() -> EvidenceWords {
    let marks = Known::Marks(vec!["health".to_owned(), "a\"b".to_owned()]);
    EvidenceWords {
        scenario_sha256: sha256_hex(b"x"),
        seed: 7,
        epoch: Epoch::parse("2026-01-05T00:00:00Z").unwrap(),
        currency: "USD".to_owned(),
        shapes: vec![ShapeWords {
            class: "c".to_owned(),
            milli_gpus: 1500,
            versions: vec![(vec![("classification".to_owned(), marks)], Vec::new())],
        }],
        classes: vec!["c".to_owned(), "d".to_owned(), "e".to_owned()],
        tenants: vec!["t".to_owned()],
        pools: ["own\u{1b}", "other"]
            .map(|name| PoolWords {
                name: name.to_owned(),
                ..PoolWords::default()
            })
            .to_vec(),
        rules: vec!["r0".to_owned(), "unpermitted".to_owned()],
        datasets: vec![("records".to_owned(), 9)],
        sites: vec!["dc".to_owned()],
        links: vec!["wan".to_owned()],
        outlets: Vec::new(),
        budgets: Vec::new(),
        windows: Vec::new(),
        envelopes: Vec::new(),
        failovers: Vec::new(),
        phases: Vec::new(),
        transforms: Vec::new(),
        made_of: Vec::new(),
        moving: moving(),
        changes: Vec::new(),
        findings: FindingWords::default(),
        later: Vec::new(),
        retention: RetentionWords::default(),
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
        data: Vec::new(),
        from: vec![says("jurisdiction", "DE")],
        to: vec![says("jurisdiction", "DE")],
        links: vec![says("kind", "vpn")],
    }
}

/// Jobs that are called by their numbers.
struct Numbered;

impl Jobs for Numbered {
    fn name(&self, job: JobId, out: &mut String) {
        let _ = write!(out, "j-{}", job.0);
    }
    fn tenant(&self, _: JobId) -> TenantId {
        TenantId(0)
    }
    fn shape(&self, _: JobId) -> ShapeId {
        ShapeId(0)
    }
}

/// What a scribe writes who hears what `play` tells.
fn told(play: impl FnOnce(&mut Scribe<'_>)) -> (Vec<u8>, Seal) {
    let (words, mut out) = (words(), Vec::new());
    let run = RunWords {
        strategy: "burst".to_owned(),
        replication: 0,
        rules: Vec::new(),
        controls: Vec::new(),
        scorings: Vec::new(),
        jobs: &Numbered,
    };
    let mut chain = Chain::new(&mut out);
    write_run(&mut chain, (&words, &run), play);
    let seal = chain.finish(&words).unwrap();
    (out, seal)
}

fn lines(bytes: &[u8]) -> Vec<serde_json::Value> {
    let text = std::str::from_utf8(bytes).unwrap();
    text.lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

/// Seven lines: the run, what work it is, two placements, a violation, the end, and the closing one.
fn evidence() -> (Vec<u8>, Seal) {
    told(|scribe| {
        for number in 0..2 {
            scribe.fact(
                SimTime(u64::from(number) * 1_500),
                Fact::Placed(JobId(number), PoolId(0)),
            );
        }
        scribe.fact(SimTime(1_500), Fact::Violated(JobId(1), PoolId(0), 1));
        scribe.run(&RunRecord::default());
    })
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
    let lines = lines(&bytes);
    assert_eq!(lines.len(), 7);
    for (number, line) in (1..).zip(&lines) {
        assert_eq!(line["line"], number);
        assert_eq!(line["simulated"], true);
        assert_eq!(line["scenario"], sha256_hex(b"x")[..12]);
        assert_eq!(line["seed"], 7);
        assert!(number == 7 || line["run"] == 1 && line["replication"] == 0);
    }
    assert_eq!(lines[0]["format"], 2);
    assert_eq!(lines[0]["scenario_sha256"], sha256_hex(b"x"));
    assert_eq!(lines[0]["strategy"], "burst");
    assert_eq!(lines[3]["at"], "2026-01-05T00:00:01.500Z");
    assert_eq!(lines[3]["verdict"], "given");
    assert_eq!(lines[3]["job"], "j-1");
    assert_eq!(lines[3]["work"], lines[1]["work"]);
    assert_eq!(lines[1]["gpus"], 1.5);
    assert_eq!(lines[1]["attributes"]["classification"][1], "a\"b");
    assert_eq!(lines[3]["destination"]["pool"], "own\u{1b}");
    // Rule 1 stands behind the only one: nothing permits it.
    assert_eq!(lines[4]["rules"][0], "unpermitted");
    assert_eq!(lines[6]["kind"], "closing");
    // No terminal is recoloured by a name.
    assert!(!bytes.contains(&0x1b));
}

#[test]
fn a_movement_says_what_goes_where_over_what_and_against_which_rules() {
    let begins = Movement {
        number: Some(3),
        step: MovementStep::Begins,
        what: Moved::Dataset(DatasetId(0)),
        class: Some(ClassId(2)),
        labels: crate::units::LabelsId(0),
        version: 0,
        from: Some(SiteId(0)),
        to: None,
        links: vec![LinkId(0)],
        bytes: Bytes(9),
        against: 1,
    };
    let refused = Movement {
        step: MovementStep::Refused,
        what: Moved::Results(JobId(4)),
        ..begins.clone()
    };
    let free = Movement {
        against: 0,
        ..begins.clone()
    };
    let arrives = Movement {
        step: MovementStep::Arrives,
        ..begins.clone()
    };
    let (bytes, _) = told(|scribe| {
        for (at, step) in (5..).zip([&begins, &refused, &free, &arrives]) {
            scribe.movement(SimTime(at), step);
        }
    });
    let lines = lines(&bytes);
    let kinds = lines.iter().map(|line| line["kind"].as_str().unwrap());
    let [way, transfer] = ["way", "transfer"];
    let expected = [
        "run", way, transfer, way, transfer, way, transfer, transfer, "closing",
    ];
    assert!(kinds.eq(expected));
    // What arrives goes the way of what began.
    let ways = [2, 4, 6, 7].map(|line| lines[line]["way"].as_u64().unwrap());
    assert_eq!(ways, [1, 2, 3, 1]);
    assert_eq!(lines[2]["bytes"], 9);
    assert_eq!(lines[2]["transfer"], 3);
    assert_eq!(
        (&lines[1]["what"], &lines[1]["dataset"]),
        (&"data".into(), &"records".into())
    );
    assert_eq!(lines[1]["class"], "e");
    assert_eq!(lines[1]["source"]["site"], "dc");
    assert!(lines[1]["destination"]["site"].is_null());
    assert_eq!(lines[1]["links"][0], "wan");
    assert_eq!(lines[1]["rules"][0], "r0");
    // It leaves for nowhere that is a site: nothing is known of that.
    let expected = serde_json::json!({
        "data": { "classification": ["health"] }, "from": { "jurisdiction": "DE" }, "to": {},
        "links": [{ "kind": "vpn" }], "transforms": ["mask"],
    });
    assert_eq!(lines[1]["attributes"], expected);
    // Of what nobody knows nothing is told.
    assert_eq!(lines[3]["attributes"]["data"], serde_json::json!({}));
    assert_eq!(lines[3]["what"], "results");
    assert_eq!(lines[4]["job"], "j-4");
    let told = |key: &str| [2, 4, 6, 7].map(|line| lines[line][key].as_str().unwrap().to_owned());
    assert_eq!(told("verdict"), ["audit", "refuse", "allow", "audit"]);
    assert_eq!(told("step"), ["begins", "refused", "begins", "arrives"]);
}

/// The hashes of the first two lines and of the last, by hand: zeros, or the hash before, then the bytes of the line up to
/// its last member.
#[test]
fn the_hash_is_of_the_one_before_and_of_the_line_without_it() {
    let (bytes, seal) = evidence();
    let text = String::from_utf8(bytes).unwrap();
    let mut before = [0; 32].to_vec();
    for line in text.lines() {
        let (content, shown) = line.split_once(",\"hash\":\"").unwrap();
        before.extend_from_slice(content.as_bytes());
        let hex = sha256_hex(&before);
        let bytes = (0..32).map(|at| u8::from_str_radix(&hex[2 * at..][..2], 16).unwrap());
        before = bytes.collect();
        let closes = content.contains("\"kind\":\"closing\"");
        let digits = if closes { 64 } else { 16 };
        assert_eq!(shown.strip_suffix("\"}").unwrap(), &hex[..digits]);
        assert!(!closes || hex == seal.last_hash);
    }
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
        "{{\"line\":1,\"simulated\":true,\"kind\":\"run\",\"x\":{}{}",
        "[".repeat(100_000),
        "]".repeat(100_000)
    );
    let hash = crate::record::hash::chained(&[0; 32], deep.as_bytes());
    let mut shown = Vec::new();
    crate::record::hash::hex(&hash[..8], &mut shown);
    let line = format!(
        "{deep},\"hash\":\"{}\"}}\n",
        String::from_utf8(shown).unwrap()
    );
    let (line, what) = broken(line.as_bytes()).unwrap();
    assert!(line <= 2, "{what}");
}
