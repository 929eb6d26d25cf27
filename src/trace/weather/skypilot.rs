//! Spot traces as the SkyPilot project publishes them: samples at a fixed tick, one file for each zone.
//!
//! `{"metadata": {"gap_seconds": 600}, "data": [1, 1, 0, …]}`: nodes that could be obtained (availability)
//! or that were held (preemption). Nothing in the file says which; the files have no date, files of one
//! set differ in length, and at least one set's `gap_seconds` contradicts its description, so that a tick
//! can be declared instead. Other keys are ignored. Source: Wu et al., "Can't Be Late" (2024).

use serde::Deserialize;
use serde::de::{Deserializer, SeqAccess, Visitor};

use crate::units::Span;

use super::super::error::{TraceError, TraceErrorKind};
use super::super::limits::Limits;
use super::super::value::MAX_MS;
use super::capacity::{CapacityHistory, CapacityKind, ZoneSamples};
use super::error::WeatherError;
use super::reason::WeatherDrop;
use super::report::{Account, WeatherReport};
use super::source::{Source, json_error};
use super::table::declaration;

/// Most nodes in a sample: more is a file of something else.
const NODES_MAX: u64 = 1_000_000;
/// Unreadable samples of a file that are shown.
const FAULTS_SHOWN: usize = 5;

/// What a person declares about spot traces.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SkyPilot {
    /// What the samples mean.
    pub kind: CapacityKind,
    /// The tick, if not what the files say.
    pub tick: Option<Span>,
    /// Whether the samples before any zone holds a node are dropped: a preemption trace begins while its
    /// first nodes are still starting.
    pub skip_start: bool,
}

/// One file on its way to a history.
struct File {
    zone: ZoneSamples,
    name: String,
    tick: Span,
}

/// Reads one file for each zone into one history, cut to the shortest of them.
///
/// # Errors
/// When a file cannot be read, a sample is no number of nodes, a tick is missing, 0 or negative, ticks of
/// files differ, two files have the same zone, or a file's name says that it holds the other kind.
pub fn read_capacity(
    sources: Vec<Source<'_>>,
    declared: &SkyPilot,
    limits: &Limits,
) -> Result<(CapacityHistory, WeatherReport), WeatherError> {
    let mut account = Account::new("skypilot spot trace", "sample", limits);
    account
        .report
        .declared
        .push(format!("samples are {}", declared.kind.name()));
    let mut files: Vec<File> = Vec::new();
    for source in sources {
        let name = source.name.clone();
        account.report.sources.push(name.clone());
        match read_file(source, declared, &mut account, limits) {
            Ok(file) => {
                if let Err(problem) = fits(&file, files.first(), &files) {
                    account.problem(problem.of_source(&name));
                }
                files.push(file);
            }
            Err(problem) => account.problem(problem.of_source(&name)),
        }
    }
    if account.has_problems() || files.is_empty() {
        return Err(account.close().err().unwrap_or_else(WeatherError::none));
    }
    let tick = files[0].tick;
    let zones = align(files, declared.skip_start, &mut account);
    let history = CapacityHistory {
        kind: declared.kind,
        tick,
        zones,
    };
    for zone in history.steps() {
        account.report.figure(&zone.zone, zone.words());
    }
    if history.zones.len() > 1 {
        let share = format!("{:.4} of the time", history.any_zone(1));
        account.report.figure("at least one zone up", share);
    }
    Ok((history, account.close()?))
}

/// That a file belongs to the set.
fn fits(file: &File, first: Option<&File>, before: &[File]) -> Result<(), TraceError> {
    if let Some(first) = first.filter(|first| first.tick != file.tick) {
        return Err(TraceError::new(
            TraceErrorKind::Contradiction,
            format!(
                "a tick of {} s, but {} has {} s",
                file.tick.as_seconds(),
                first.name,
                first.tick.as_seconds()
            ),
            "read files of another tick apart, or declare the tick if the files are wrong",
        ));
    }
    if let Some(twin) = before
        .iter()
        .find(|other| other.zone.zone == file.zone.zone)
    {
        return Err(TraceError::new(
            TraceErrorKind::Contradiction,
            format!("zone `{}` is in {}, too", file.zone.zone, twin.name),
            "give each file a zone of its own",
        ));
    }
    Ok(())
}

/// Cuts what is before the start and after the shortest file.
fn align(files: Vec<File>, skip_start: bool, account: &mut Account) -> Vec<ZoneSamples> {
    let zeros = |file: &File| {
        file.zone
            .values
            .iter()
            .take_while(|nodes| **nodes == 0)
            .count()
    };
    let starting = files.iter().map(zeros).min().unwrap_or(0);
    let shortest = files
        .iter()
        .map(|file| file.zone.values.len())
        .min()
        .unwrap_or(0);
    let skipped = if skip_start { starting } else { 0 };
    if !skip_start && starting > 0 {
        let line = format!(
            "the first {starting} samples are 0 everywhere: starting, or nothing to be had"
        );
        account.report.declared.push(line);
    }
    let mut zones = Vec::new();
    for (source, mut file) in files.into_iter().enumerate() {
        let values = &mut file.zone.values;
        for row in shortest..values.len() {
            account.drop_row(source, row as u64 + 1, WeatherDrop::BeyondShortest, "");
        }
        values.truncate(shortest);
        for row in 0..skipped.min(shortest) {
            account.drop_row(source, row as u64 + 1, WeatherDrop::Starting, "");
        }
        values.drain(..skipped.min(shortest));
        for _ in values.iter() {
            account.accept();
        }
        zones.push(file.zone);
    }
    zones
}

#[derive(Deserialize)]
struct Written {
    metadata: Option<Metadata>,
    data: Option<Samples>,
}

#[derive(Deserialize)]
struct Metadata {
    gap_seconds: Option<serde_json::Number>,
}

/// A list of numbers of nodes, with what else it holds.
#[derive(Default)]
struct Samples {
    values: Vec<u32>,
    faults: Vec<(u64, String)>,
}

fn read_file(
    source: Source<'_>,
    declared: &SkyPilot,
    account: &mut Account,
    limits: &Limits,
) -> Result<File, TraceError> {
    let (name, zone) = (source.name.clone(), source.zone.clone());
    right_kind(&name, declared.kind)?;
    let bytes = source.whole(limits)?;
    let written: Written = serde_json::from_slice(&bytes).map_err(|error| json_error(&error))?;
    let gap = written.metadata.and_then(|metadata| metadata.gap_seconds);
    let tick = tick(gap.as_ref(), declared.tick)?;
    if let (Some(gap), Some(declared)) = (gap, declared.tick) {
        let line = format!(
            "{zone}: tick of {} s instead of the file's {gap} s",
            declared.as_seconds()
        );
        account.report.declared.push(line);
    }
    let samples = written.data.ok_or_else(|| {
        declaration(
            "there is no list `data`",
            "give a list of numbers of nodes, one for each tick",
        )
    })?;
    if let Some((row, value)) = samples.faults.first() {
        let more = samples.faults.len() - 1;
        let more = if more == 0 {
            String::new()
        } else {
            format!(" (and {more} more)")
        };
        return Err(TraceError::new(
            TraceErrorKind::Contradiction,
            format!("sample {row}: {value} is no number of nodes{more}"),
            "samples are whole numbers from 0 to 1,000,000",
        )
        .in_column("data"));
    }
    if samples.values.is_empty() {
        let fix = "give at least one sample";
        return Err(TraceError::new(
            TraceErrorKind::Empty,
            "the list `data` is empty",
            fix,
        ));
    }
    if tick.0.saturating_mul(samples.values.len() as u64) > MAX_MS.unsigned_abs() {
        let problem = format!(
            "{} samples of {} s",
            samples.values.len(),
            tick.as_seconds()
        );
        return Err(declaration(
            format!("{problem} are more than 1,000 years"),
            "check the tick",
        ));
    }
    for _ in &samples.values {
        account.row()?;
    }
    let zone = ZoneSamples {
        zone,
        values: samples.values,
    };
    Ok(File { zone, name, tick })
}

/// That a file's name does not say that it holds the other kind.
fn right_kind(name: &str, kind: CapacityKind) -> Result<(), TraceError> {
    let other = CapacityKind::ALL.into_iter().find(|other| *other != kind);
    if let Some(other) =
        other.filter(|other| name.contains(other.name()) && !name.contains(kind.name()))
    {
        return Err(declaration(
            format!(
                "read as {}, but its name says {}",
                kind.name(),
                other.name()
            ),
            "a probe's answer and a held node are different things: declare what the file holds",
        ));
    }
    Ok(())
}

/// The tick that holds, in whole milliseconds.
fn tick(gap: Option<&serde_json::Number>, declared: Option<Span>) -> Result<Span, TraceError> {
    let fix = "write metadata.gap_seconds as a number above 0, or declare the tick";
    if let Some(declared) = declared {
        if declared == Span::ZERO {
            return Err(declaration(
                "a declared tick of 0",
                "declare a tick above 0",
            ));
        }
        return Ok(declared);
    }
    let Some(gap) = gap else {
        return Err(declaration(
            "no tick: `metadata.gap_seconds` is missing",
            fix,
        ));
    };
    let ms = gap.as_f64().unwrap_or(f64::NAN) * 1000.0;
    let whole = ms.round();
    if (ms - whole).abs() > 1e-6 || !(1.0..=MAX_MS as f64).contains(&whole) {
        let problem = format!("`metadata.gap_seconds` is {gap}, no tick of at least 1 ms");
        return Err(declaration(problem, fix));
    }
    Ok(Span(whole as u64))
}

impl<'de> Deserialize<'de> for Samples {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct List;
        impl<'de> Visitor<'de> for List {
            type Value = Samples;
            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("a list of numbers of nodes")
            }
            fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Samples, A::Error> {
                let mut samples = Samples::default();
                let mut row = 0;
                while let Some(number) = list.next_element::<serde_json::Number>()? {
                    row += 1;
                    match number.as_u64().filter(|nodes| *nodes <= NODES_MAX) {
                        Some(nodes) => samples.values.push(nodes as u32),
                        None if samples.faults.len() < FAULTS_SHOWN => {
                            samples.faults.push((row, number.to_string()));
                        }
                        None => {}
                    }
                }
                Ok(samples)
            }
        }
        deserializer.deserialize_seq(List)
    }
}

#[cfg(test)]
mod tests;
