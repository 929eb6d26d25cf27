//! Outages: who was down, from when to when, and why.

use std::collections::BTreeMap;
use std::io::{self, Write};

use crate::units::{Epoch, Zone};

use super::super::limits::Limits;
use super::error::WeatherError;
use super::failure_archive::{Gaps, read_archive};
use super::lanl::read_lanl;
use super::outage_table::read_table;
use super::reason::{WeatherChange, WeatherDrop};
use super::report::{Account, WeatherReport};
use super::source::Source;
use super::spells::Spells;

/// The cause where none is stated.
pub(super) const UNKNOWN: &str = "unknown";

/// Outages that were recorded, with who had them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OutageHistory {
    /// Who can be down, sorted by name.
    pub entities: Vec<Entity>,
    /// Sorted by entity, then by start; those of one entity do not overlap.
    pub outages: Vec<Outage>,
    /// Causes by number, in order of first appearance.
    pub causes: Vec<String>,
    /// Whether times are Unix milliseconds; otherwise they are milliseconds since the start.
    pub calendar: bool,
}

/// Something that can be down.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entity {
    /// Its name.
    pub name: String,
    /// From when to when the source tells about it, if it says so.
    pub watched: Option<(i64, i64)>,
}

/// One outage, half-open: down at `down_ms`, up again at `up_ms`, which is later.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Outage {
    /// The place of its entity in [`OutageHistory::entities`].
    pub entity: u32,
    /// When it begins.
    pub down_ms: i64,
    /// When it ends.
    pub up_ms: i64,
    /// The place of its cause in [`OutageHistory::causes`].
    pub cause: u32,
}

/// How a recording of outages is written.
#[derive(Clone, Debug, PartialEq)]
pub enum OutageFormat {
    /// Plimsoll's own csv: `entity,down,up` and, if known, `cause`; instants with an offset
    /// (`2026-01-05T00:00:00Z`) or times since the start with a unit (`3.5 h`), not both in one file.
    Plimsoll,
    /// The failure records of Los Alamos National Laboratory, LA-UR-05-7318, whose civil times are in
    /// the zone given; an entity is `system/node`.
    Lanl(Zone, String),
    /// A trace of the Failure Trace Archive: intervals in which a node was up (1) or down (0).
    FailureArchive(Gaps),
}

impl OutageHistory {
    /// Time down in all, in milliseconds.
    pub fn down_ms(&self) -> u128 {
        let lengths = self.outages.iter().map(Outage::length_ms);
        lengths.map(u128::from).sum()
    }

    /// The share of watched time that was up, if the source says how long it watched.
    pub fn availability(&self) -> Option<f64> {
        let spans = self.entities.iter().map(|entity| {
            entity
                .watched
                .map(|(from, to)| u128::from(to.abs_diff(from)))
        });
        let watched = spans.sum::<Option<u128>>().filter(|&ms| ms > 0)?;
        let down = self.down_ms().min(watched);
        Some((watched - down) as f64 / watched as f64)
    }

    /// Times from the end of an outage to the next one of the same entity, and lengths of outages.
    pub fn spells(&self) -> (Spells, Spells) {
        let pairs = self
            .outages
            .windows(2)
            .filter(|pair| pair[0].entity == pair[1].entity);
        let up = pairs.map(|pair| pair[1].down_ms.abs_diff(pair[0].up_ms));
        let down = self.outages.iter().map(Outage::length_ms);
        (Spells::of(up.collect()), Spells::of(down.collect()))
    }

    fn figures(&self, report: &mut WeatherReport) {
        let (up, down) = self.spells();
        report.figure("entities", self.entities.len().to_string());
        report.figure(
            "outages",
            format!(
                "{}, {:.1} h down",
                self.outages.len(),
                self.down_ms() as f64 / 3.6e6
            ),
        );
        if let Some(share) = self.availability() {
            report.figure("availability", format!("{share:.4}"));
        }
        report.figure("up between outages", up.words());
        report.figure("down", down.words());
        let mut counts = vec![0_u64; self.causes.len()];
        for outage in &self.outages {
            counts[outage.cause as usize] += 1;
        }
        if self.causes.len() > 1 {
            let mut causes: Vec<_> = counts.iter().zip(&self.causes).collect();
            causes.sort_by(|a, b| b.cmp(a));
            let shown: Vec<String> = causes
                .iter()
                .take(10)
                .map(|(count, cause)| format!("{cause} {count}"))
                .collect();
            report.figure("causes", shown.join(", "));
        }
    }
}

impl Outage {
    /// Its length in milliseconds.
    pub const fn length_ms(&self) -> u64 {
        self.up_ms.abs_diff(self.down_ms)
    }
}

/// Reads recordings of outages into one history; outages of one entity that overlap become one.
///
/// # Errors
/// When a recording cannot be read, no row can be used, or rows contradict each other.
pub fn read_outages(
    sources: Vec<Source<'_>>,
    format: &OutageFormat,
    limits: &Limits,
) -> Result<(OutageHistory, WeatherReport), WeatherError> {
    let (name, declared) = match format {
        OutageFormat::Plimsoll => (
            "plimsoll outage csv",
            "times carry an offset or a unit".to_owned(),
        ),
        OutageFormat::Lanl(_, zone) => ("lanl failure csv", format!("times: local time in {zone}")),
        OutageFormat::FailureArchive(_) => (
            "failure trace archive",
            "times: seconds since 1970 UTC".to_owned(),
        ),
    };
    let mut account = Account::new(name, "line", limits);
    account.report.declared.push(declared);
    let mut outages = Outages::new(account);
    for source in sources {
        let name = source.name.clone();
        outages.account.report.sources.push(name.clone());
        let read = match format {
            OutageFormat::Plimsoll => read_table(source, &mut outages, limits),
            OutageFormat::Lanl(zone, _) => read_lanl(source, zone, &mut outages, limits),
            OutageFormat::FailureArchive(gaps) => read_archive(source, *gaps, &mut outages, limits),
        };
        if let Err(problem) = read {
            outages.account.problem(problem.of_source(&name));
        }
    }
    outages.finish()
}

/// Writes a history as csv that [`OutageFormat::Plimsoll`] reads; what was watched is not written.
///
/// # Errors
/// When `out` cannot be written.
pub fn write_outages(history: &OutageHistory, out: impl Write) -> io::Result<()> {
    let mut writer = csv::Writer::from_writer(out);
    writer.write_record(["entity", "down", "up", "cause"])?;
    let time = |ms: i64| {
        if history.calendar {
            Epoch::from_unix_ms(ms).map_or_else(String::new, Epoch::instant)
        } else {
            format!("{ms} ms")
        }
    };
    for outage in &history.outages {
        writer.write_record([
            history.entities[outage.entity as usize].name.as_str(),
            &time(outage.down_ms),
            &time(outage.up_ms),
            &history.causes[outage.cause as usize],
        ])?;
    }
    writer.flush()
}

/// An outage as a row states it.
struct Stated {
    entity: usize,
    down_ms: i64,
    up_ms: i64,
    cause: u32,
    source: usize,
    row: u64,
}

/// Outages on their way to a history.
pub(super) struct Outages {
    pub(super) account: Account,
    /// Whether times are instants; `None` until the first row says.
    pub(super) calendar: Option<bool>,
    entities: BTreeMap<String, usize>,
    watched: Vec<Option<(i64, i64)>>,
    causes: BTreeMap<String, u32>,
    stated: Vec<Stated>,
}

impl Outages {
    fn new(account: Account) -> Self {
        Self {
            account,
            calendar: None,
            entities: BTreeMap::new(),
            watched: Vec::new(),
            causes: BTreeMap::new(),
            stated: Vec::new(),
        }
    }

    /// The number of the source that is being read.
    pub(super) fn source(&self) -> usize {
        self.account.report.sources.len() - 1
    }

    /// The number of an entity.
    pub(super) fn entity(&mut self, name: &str) -> usize {
        if let Some(&number) = self.entities.get(name) {
            return number;
        }
        let number = self.watched.len();
        self.watched.push(None);
        self.entities.insert(name.to_owned(), number);
        number
    }

    /// The source tells about an entity from `from` to `to`.
    pub(super) fn watch(&mut self, entity: usize, from: i64, to: i64) {
        let seen = self.watched[entity].get_or_insert((from, to));
        *seen = (seen.0.min(from), seen.1.max(to));
    }

    /// A row states an outage; one that ends before it starts is dropped, one of no length lasts 1 ms.
    pub(super) fn outage(
        &mut self,
        entity: usize,
        (down_ms, up_ms): (i64, i64),
        cause: &str,
        row: u64,
    ) {
        let source = self.source();
        if up_ms < down_ms {
            let value = format!("{} ms before", down_ms - up_ms);
            return self
                .account
                .drop_row(source, row, WeatherDrop::EndsBeforeStart, &value);
        }
        self.account.accept();
        if up_ms == down_ms {
            self.account
                .change(source, row, WeatherChange::ZeroOutage, "");
        }
        if cause.is_empty() {
            self.account
                .change(source, row, WeatherChange::CauseMissing, "");
        }
        let cause = if cause.is_empty() { UNKNOWN } else { cause };
        let next = self.causes.len() as u32;
        let number = *self.causes.entry(cause.to_owned()).or_insert(next);
        let up_ms = up_ms.max(down_ms + 1);
        self.stated.push(Stated {
            entity,
            down_ms,
            up_ms,
            cause: number,
            source,
            row,
        });
    }

    fn finish(mut self) -> Result<(OutageHistory, WeatherReport), WeatherError> {
        // Entities by name, with their numbers as the rows know them.
        let mut places = vec![0_u32; self.watched.len()];
        let mut entities = Vec::with_capacity(places.len());
        for (name, &number) in &self.entities {
            places[number] = entities.len() as u32;
            entities.push(Entity {
                name: name.clone(),
                watched: self.watched[number],
            });
        }
        let mut stated = std::mem::take(&mut self.stated);
        stated.sort_by_key(|o| (places[o.entity], o.down_ms, o.up_ms, o.source, o.row));
        let mut outages: Vec<Outage> = Vec::with_capacity(stated.len());
        for next in &stated {
            let entity = places[next.entity];
            let held = outages.last_mut();
            match held.filter(|held| held.entity == entity && next.down_ms < held.up_ms) {
                Some(held) => {
                    held.up_ms = held.up_ms.max(next.up_ms);
                    let name = &entities[entity as usize].name;
                    self.account
                        .change(next.source, next.row, WeatherChange::Merged, name);
                }
                None => outages.push(Outage {
                    entity,
                    down_ms: next.down_ms,
                    up_ms: next.up_ms,
                    cause: next.cause,
                }),
            }
        }
        let mut causes: Vec<_> = self.causes.into_iter().collect();
        causes.sort_by_key(|(_, number)| *number);
        let causes = causes.into_iter().map(|(cause, _)| cause).collect();
        let calendar = self.calendar.unwrap_or(true);
        let history = OutageHistory {
            entities,
            outages,
            causes,
            calendar,
        };
        if !self.account.has_problems() {
            history.figures(&mut self.account.report);
        }
        Ok((history, self.account.close()?))
    }
}

#[cfg(test)]
mod tests;
