//! Many lines go through few blocks: whoever notes waits for whoever writes, and memory follows from neither.

use std::io::{self, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use super::super::{Chain, RunWords, Scribe, verify, write_run};
use super::{Numbered, words};
use crate::journal::{Fact, Observer as _};
use crate::record::Seal;
use crate::units::{JobId, PoolId, SimTime};

const LINES: u64 = 200_000;
/// Eight blocks of 1,024 notes that wait, the one that is written, the one that is filled, and one that waits for room.
const BEHIND_MAX: u64 = (8 + 3) * 1024;

/// A slow disk: knows how much was noted when each line came, and keeps nothing but hashes of the whole.
struct Slow {
    noted: Arc<AtomicU64>,
    lines: u64,
    behind: Arc<AtomicU64>,
    bytes: Vec<u8>,
}

impl Write for Slow {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.lines += 1;
        // The lines of the run and of what work it is were not noted by a decision.
        let behind = self
            .noted
            .load(Ordering::Acquire)
            .saturating_sub(self.lines);
        self.behind.fetch_max(behind, Ordering::AcqRel);
        if self.lines.is_multiple_of(2_000) {
            std::thread::sleep(Duration::from_millis(2));
        }
        self.bytes.extend_from_slice(bytes);
        Ok(bytes.len())
    }
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[test]
fn many_lines_wait_for_a_slow_disk_and_not_in_memory() {
    let words = words();
    let run = RunWords {
        strategy: "burst".to_owned(),
        replication: 0,
        rules: Vec::new(),
        controls: Vec::new(),
        scorings: Vec::new(),
        jobs: &Numbered,
    };
    let (noted, behind) = (Arc::new(AtomicU64::new(0)), Arc::new(AtomicU64::new(0)));
    let mut bytes = Vec::new();
    let seal: Seal = {
        let mut disk = Slow {
            noted: Arc::clone(&noted),
            lines: 0,
            behind: Arc::clone(&behind),
            bytes: Vec::new(),
        };
        let mut chain = Chain::new(&mut disk);
        write_run(&mut chain, (&words, &run), |scribe: &mut Scribe<'_>| {
            for number in 0..LINES as u32 {
                let at = SimTime(u64::from(number) * 77);
                scribe.fact(at, Fact::Evicted(JobId(number), PoolId(0)));
                noted.fetch_add(1, Ordering::AcqRel);
            }
        });
        let seal = chain.finish(&words).unwrap();
        bytes.append(&mut disk.bytes);
        seal
    };
    // The run, what work it is, and the closing line are told besides.
    assert_eq!(seal.lines, LINES + 3);
    assert!(verify(bytes.as_slice(), Some(&seal)).is_ok());
    let behind = behind.load(Ordering::Acquire);
    assert!((1024..=BEHIND_MAX).contains(&behind), "{behind}");
}
