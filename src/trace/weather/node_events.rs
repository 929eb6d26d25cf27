//! Nodes that come and go: recordings of what a spot cluster was given and lost.

use std::collections::BTreeSet;

use crate::units::{SimTime, Span, Zone};

use super::super::error::{TraceError, TraceErrorKind};
use super::super::limits::Limits;
use super::super::lines::Lines;
use super::capacity::CapacitySteps;
use super::error::WeatherError;
use super::node_formats::{Happening, Said, count_line, event_line, list_line};
use super::reason::{WeatherChange, WeatherDrop};
use super::report::{Account, WeatherReport};
use super::source::Source;

/// Nodes that come and go, in order of time.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NodeEvents {
    /// The cluster: the stem of the file's name.
    pub zone: String,
    /// Instants at which nodes came or went; times rise strictly.
    pub steps: Vec<NodeStep>,
    /// When the record ends.
    pub end: Span,
    /// The instant of time 0 in Unix milliseconds, if the source has a calendar.
    pub start_unix_ms: Option<i64>,
}

/// What happened to the nodes at one instant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NodeStep {
    /// When.
    pub at: SimTime,
    /// How many nodes came.
    pub added: u32,
    /// How many went, together: the size of the batch.
    pub removed: u32,
    /// How many there are from now on.
    pub nodes: u32,
}

/// How a recording of nodes is written.
#[derive(Clone, Debug, PartialEq)]
pub enum NodeFormat {
    /// Lines `ms,add|remove,node`, as in the traces of Thorpe et al., "Bamboo" (2023).
    Events,
    /// Lines that are JSON lists `[ms, "add"|"remove"|"no-op"|"migration", {"nodes": […], "duration": ms}]`,
    /// as in the traces of Duan et al., "Parcae" (2024); other keys are ignored.
    Lists,
    /// Lines `date, time, count` of civil time in a zone: how many nodes there are.
    Counts(Zone, String),
}

impl NodeEvents {
    /// The number of nodes over time.
    pub fn capacity(&self) -> CapacitySteps {
        let counts = self.steps.iter().map(|step| (step.at, step.nodes));
        // Before the first event there is nothing.
        let counts = std::iter::once((SimTime::ZERO, 0)).chain(counts);
        CapacitySteps::of(&self.zone, counts, self.end)
    }

    /// Nodes that went, in all, in how many batches, and in the largest.
    pub fn removals(&self) -> (u64, u64, u32) {
        let batches = || {
            self.steps
                .iter()
                .map(|step| step.removed)
                .filter(|&gone| gone > 0)
        };
        let nodes = batches().map(u64::from).sum();
        (
            nodes,
            batches().count() as u64,
            batches().max().unwrap_or(0),
        )
    }

    fn figures(&self, report: &mut WeatherReport) {
        let (gone, batches, largest) = self.removals();
        let came: u64 = self.steps.iter().map(|step| u64::from(step.added)).sum();
        let hours = self.end.as_hours();
        let per_hour = if hours > 0.0 {
            gone as f64 / hours
        } else {
            0.0
        };
        let mean = gone as f64 / batches.max(1) as f64;
        let capacity = self.capacity();
        report.figure(
            "nodes",
            format!(
                "mean {:.2}, most {}, over {hours:.2} h",
                capacity.mean(),
                capacity.most()
            ),
        );
        report.figure(
            "came and went",
            format!(
                "{came} added, {gone} removed ({per_hour:.1} per hour) in {batches} batches, mean {mean:.2}, \
                 largest {largest}"
            ),
        );
    }
}

/// Reads a recording of nodes. Times are relative to the source's own zero; of a record with a calendar,
/// to its first line.
///
/// # Errors
/// When the file cannot be read, no line can be used, or time runs backwards.
pub fn read_node_events(
    source: Source<'_>,
    format: &NodeFormat,
    limits: &Limits,
) -> Result<(NodeEvents, WeatherReport), WeatherError> {
    let name = match format {
        NodeFormat::Events => "node events",
        NodeFormat::Lists => "node event lists",
        NodeFormat::Counts(..) => "node counts",
    };
    let mut account = Account::new(name, "line", limits);
    account.report.sources.push(source.name.clone());
    let declared = match format {
        NodeFormat::Events | NodeFormat::Lists => {
            "times: milliseconds since the source's zero".to_owned()
        }
        NodeFormat::Counts(_, zone) => format!("times: local time in {zone}"),
    };
    account.report.declared.push(declared);
    let events = NodeEvents {
        zone: source.zone.clone(),
        ..NodeEvents::default()
    };
    let mut cluster = Cluster {
        account,
        events,
        present: BTreeSet::new(),
        count: 0,
        last: None,
    };
    if let Err(problem) = read_lines(source, format, &mut cluster, limits) {
        let name = cluster.account.source(0).to_owned();
        cluster.account.problem(problem.of_source(&name));
    }
    let Cluster {
        mut account,
        events,
        ..
    } = cluster;
    if !account.has_problems() {
        events.figures(&mut account.report);
    }
    Ok((events, account.close()?))
}

fn read_lines(
    source: Source<'_>,
    format: &NodeFormat,
    cluster: &mut Cluster,
    limits: &Limits,
) -> Result<(), TraceError> {
    Lines::read(source.reader, limits, |lines| {
        read_events(lines, format, cluster)
    })
}

fn read_events(
    mut lines: Lines<'_>,
    format: &NodeFormat,
    cluster: &mut Cluster,
) -> Result<(), TraceError> {
    while lines.next()? {
        let line = lines.line.trim_ascii();
        if line.is_empty() {
            continue;
        }
        cluster.account.row()?;
        let Ok(text) = std::str::from_utf8(line) else {
            cluster
                .account
                .drop_row(0, lines.number, WeatherDrop::NotUtf8, "");
            continue;
        };
        let said = match format {
            NodeFormat::Events => event_line(text),
            NodeFormat::Lists => list_line(text),
            NodeFormat::Counts(zone, _) => count_line(text, zone),
        };
        match said {
            Ok(said) => cluster.take(said, lines.number)?,
            Err((why, value)) => cluster.account.drop_row(0, lines.number, why, &value),
        }
    }
    Ok(())
}

/// The cluster as the lines so far tell it.
struct Cluster {
    account: Account,
    events: NodeEvents,
    present: BTreeSet<String>,
    count: u32,
    /// Time and line of the last event.
    last: Option<(i64, u64)>,
}

impl Cluster {
    fn take(&mut self, said: Said, line: u64) -> Result<(), TraceError> {
        if let Some((last, last_line)) = self.last.filter(|(last, _)| said.at < *last) {
            return Err(TraceError::new(
                TraceErrorKind::Contradiction,
                format!("{} ms lies before {last} ms in line {last_line}", said.at),
                "sort the lines by time",
            )
            .at_line(line));
        }
        self.last = Some((said.at, line));
        let zero = if said.calendar {
            *self.events.start_unix_ms.get_or_insert(said.at)
        } else {
            0
        };
        let at = SimTime((said.at - zero).unsigned_abs());
        self.events.end = self
            .events
            .end
            .max(Span(at.0.saturating_add(said.lasts_ms)));
        match said.happening {
            Happening::Nothing(action) => {
                self.account
                    .drop_row(0, line, WeatherDrop::NoChange, &action);
            }
            Happening::Add(nodes) => self.named(&nodes, at, line, true),
            Happening::Remove(nodes) => self.named(&nodes, at, line, false),
            Happening::Count(count) if count == self.count && !self.events.steps.is_empty() => {
                self.account.drop_row(0, line, WeatherDrop::NoChange, "");
            }
            Happening::Count(count) => {
                let (added, removed) = (
                    count.saturating_sub(self.count),
                    self.count.saturating_sub(count),
                );
                self.step(at, added, removed);
                self.account.accept();
            }
        }
        Ok(())
    }

    /// Nodes by name; those that cannot come or go are ignored and counted.
    fn named(&mut self, nodes: &[String], at: SimTime, line: u64, come: bool) {
        let mut moved = 0;
        let mut ignored = None;
        for node in nodes {
            let changed = if come {
                self.present.insert(node.clone())
            } else {
                self.present.remove(node)
            };
            if changed {
                moved += 1;
            } else {
                ignored = Some(node);
            }
        }
        match (moved, ignored) {
            (0, Some(node)) => {
                let why = if come {
                    WeatherDrop::NodeThere
                } else {
                    WeatherDrop::NodeNotThere
                };
                return self.account.drop_row(0, line, why, node);
            }
            (0, None) => return self.account.drop_row(0, line, WeatherDrop::NoChange, ""),
            (_, Some(node)) => self
                .account
                .change(0, line, WeatherChange::NodesIgnored, node),
            (_, None) => {}
        }
        let (added, removed) = if come { (moved, 0) } else { (0, moved) };
        self.step(at, added, removed);
        self.account.accept();
    }

    fn step(&mut self, at: SimTime, added: u32, removed: u32) {
        self.count = self.count.saturating_add(added).saturating_sub(removed);
        let nodes = self.count;
        match self.events.steps.last_mut().filter(|step| step.at == at) {
            Some(step) => {
                step.added = step.added.saturating_add(added);
                step.removed = step.removed.saturating_add(removed);
                step.nodes = nodes;
            }
            None => self.events.steps.push(NodeStep {
                at,
                added,
                removed,
                nodes,
            }),
        }
    }
}

#[cfg(test)]
mod tests;
