//! Makes lines of notes, on a thread of its own: their bytes follow from the notes and their order alone.

use std::io::Write;
use std::sync::mpsc::{Receiver, Sender};

use crate::units::{Epoch, SimTime};

use super::chain::Chain;
use super::line::{Line, push_text};
use super::page::{Block, Measure, Note, Verdict};
use super::scored::{self, ScoringWords};
use super::words::{Jobs, RunWords};

/// Milliseconds of a day.
const DAY: i64 = 86_400_000;

/// Writes the lines of one run.
pub(super) struct Clerk<'a, W> {
    chain: &'a mut Chain<W>,
    jobs: &'a dyn Jobs,
    names: Names<'a>,
    /// How pools are ranked, and in which of these ways now.
    scorings: &'a [(Option<u16>, Option<ScoringWords>)],
    ranks: usize,
    clock: Clock,
    /// What stands in every line of a run.
    frame: &'a str,
    /// Memory for names.
    name: String,
}

/// Names in quotation marks.
#[derive(Clone, Copy)]
pub(super) struct Names<'a> {
    /// By tenant.
    pub(super) tenants: &'a [String],
    /// By pool.
    pub(super) pools: &'a [String],
}

/// Writes instants as people read them.
struct Clock {
    epoch: Epoch,
    /// Days since 1970.
    day: i64,
    date: String,
}

impl<'a, W: Write> Clerk<'a, W> {
    pub(super) fn new(
        chain: &'a mut Chain<W>,
        (run, names): (&'a RunWords<'_>, Names<'a>),
        (epoch, frame): (Epoch, &'a str),
    ) -> Self {
        Self {
            chain,
            jobs: run.jobs,
            names,
            scorings: &run.scorings,
            ranks: 0,
            clock: Clock {
                epoch,
                day: i64::MIN,
                date: String::new(),
            },
            frame,
            name: String::new(),
        }
    }

    /// Writes all that comes, to the end.
    pub(super) fn write_all(&mut self, blocks: &Receiver<Block>, back: &Sender<Block>) {
        for mut block in blocks {
            self.write(&block);
            block.notes.clear();
            block.scores.clear();
            block.text.clear();
            // Nobody fills it any more once the run is over.
            let _ = back.send(block);
        }
    }

    fn write(&mut self, block: &Block) {
        let mut text = block.text.as_slice();
        let mut scores = block.scores.as_slice();
        for &(at, note) in &block.notes {
            if let Note::Ranks(way) = note {
                self.ranks = usize::from(way);
                continue;
            }
            let (frame, clock, name) = (self.frame, &mut self.clock, &mut self.name);
            let whose = (self.jobs, self.names.tenants);
            let scoring = self.scorings.get(self.ranks);
            let scoring = scoring.and_then(|(_, scoring)| scoring.as_ref());
            self.chain.write(|line| {
                line.members(frame.as_bytes());
                clock.tell(line, at);
                match note {
                    Note::Text(length) => {
                        let (members, rest) = text.split_at(length as usize);
                        line.members(members);
                        text = rest;
                    }
                    note => {
                        told(line, note, whose, name);
                        if let Note::Decision {
                            scores: count @ 1..,
                            left_off,
                            ..
                        } = note
                        {
                            let (own, rest) = scores.split_at(usize::from(count));
                            scores = rest;
                            if let Some(scoring) = scoring {
                                scored::told(line, (own, left_off), (scoring, self.names.pools));
                            }
                        }
                    }
                }
            });
        }
    }
}

/// A note that has no text of its own.
fn told(line: &mut Line, note: Note, (jobs, tenants): (&dyn Jobs, &[String]), name: &mut String) {
    let mut whose = |line: &mut Line, job| {
        name.clear();
        jobs.name(job, name);
        line.members(b"\"job\":");
        push_text(&mut line.bytes, name);
    };
    match note {
        Note::Decision {
            job,
            work,
            basis,
            verdict,
            measure,
            ..
        } => {
            line.members(match verdict {
                Verdict::Refuse => b"\"kind\":\"refusal\",\"verdict\":\"refuse\"",
                Verdict::Allow => b"\"kind\":\"placement\",\"verdict\":\"allow\"",
                Verdict::Audit => b"\"kind\":\"placement\",\"verdict\":\"audit\"",
                Verdict::Given => b"\"kind\":\"placement\",\"verdict\":\"given\"",
            });
            whose(line, job);
            line.json("tenant", &tenants[jobs.tenant(job).index()]);
            line.count("work", u64::from(work));
            line.count("basis", u64::from(basis));
            match measure {
                Measure::None => {}
                Measure::Waited(ms) => line.count("waited_ms", ms),
                Measure::Delay(ms) => line.count("delay_ms", ms),
                Measure::Ahead(count) => line.count("ahead", count),
            }
        }
        Note::Move {
            job,
            way,
            step,
            verdict,
            bytes,
            number,
        } => {
            line.members(b"\"kind\":\"transfer\"");
            line.text("step", step.name());
            line.text("verdict", verdict.name());
            if let Some(job) = job {
                whose(line, job);
            }
            line.count("way", u64::from(way));
            line.count("bytes", bytes);
            if let Some(number) = number {
                line.count("transfer", u64::from(number));
            }
        }
        Note::Text(_) | Note::Ranks(_) => {}
    }
}

impl Clock {
    /// An instant, to the millisecond: `"at":"2026-01-05T00:00:01.500Z"`.
    fn tell(&mut self, line: &mut Line, at: SimTime) {
        let unix_ms = self.epoch.unix_ms().saturating_add_unsigned(at.0);
        let (day, rest) = (unix_ms.div_euclid(DAY), unix_ms.rem_euclid(DAY) as u32);
        if day != self.day {
            let whole = self.epoch.format(at);
            let date = whole.split('T').next().unwrap_or_default();
            self.day = day;
            self.date = format!("\"at\":\"{date}T");
        }
        line.members(self.date.as_bytes());
        let (seconds, thousandths) = (rest / 1000, rest % 1000);
        let parts = [seconds / 3600, seconds / 60 % 60, seconds % 60];
        for (part, sign) in parts.into_iter().zip(*b"::.") {
            let digits = [b'0' + (part / 10) as u8, b'0' + (part % 10) as u8, sign];
            line.bytes.extend_from_slice(&digits);
        }
        let digits = [thousandths / 100, thousandths / 10 % 10, thousandths % 10];
        let digits = digits.map(|digit| b'0' + digit as u8);
        line.bytes.extend_from_slice(&digits);
        line.bytes.extend_from_slice(b"Z\"");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn instants_are_told_to_the_millisecond_across_days() {
        let epoch = Epoch::parse("2026-12-31T23:59:58.250Z").unwrap();
        let mut clock = Clock {
            epoch,
            day: i64::MIN,
            date: String::new(),
        };
        for (at, told) in [
            (0, "2026-12-31T23:59:58.250Z"),
            (1_749, "2026-12-31T23:59:59.999Z"),
            (1_750, "2027-01-01T00:00:00.000Z"),
            (1_750 + 3_600_000 * 23 + 61_007, "2027-01-01T23:01:01.007Z"),
            // Back again, as notes about a budget's past period may be.
            (1, "2026-12-31T23:59:58.251Z"),
        ] {
            let mut line = Line::default();
            line.begin();
            clock.tell(&mut line, SimTime(at));
            assert_eq!(line.into_text(), format!("{{\"at\":\"{told}\""));
        }
    }
}
