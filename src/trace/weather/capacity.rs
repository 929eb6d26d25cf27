//! Capacity of the market over time: how many nodes could be had, or were held, in each zone.

use std::io::{self, Write};

use crate::units::{SimTime, Span};

use super::spells::{Spells, complete};

/// What a number of nodes means; the two are never mixed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum CapacityKind {
    /// Nodes that a fresh probe could obtain at that moment: each sample stands alone.
    Availability,
    /// Nodes that a running holder kept, from start to preemption.
    Preemption,
}

/// Capacity that was sampled at a fixed tick, in one or several zones over the same time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CapacityHistory {
    /// What the samples mean.
    pub kind: CapacityKind,
    /// The time between samples.
    pub tick: Span,
    /// The zones in the order of their sources; all have as many samples.
    pub zones: Vec<ZoneSamples>,
}

/// The samples of one zone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ZoneSamples {
    /// The zone.
    pub zone: String,
    /// Nodes at each tick.
    pub values: Vec<u32>,
}

/// Capacity of one zone as steps: each number of nodes holds to the next step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CapacitySteps {
    /// The zone.
    pub zone: String,
    /// Times rise strictly, the first is 0, and each number of nodes differs from the one before.
    pub steps: Vec<(SimTime, u32)>,
    /// When the record ends.
    pub end: Span,
}

impl CapacityKind {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Availability, Self::Preemption];

    /// The word in files and reports.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Availability => "availability",
            Self::Preemption => "preemption",
        }
    }
}

impl CapacityHistory {
    /// Samples of each zone.
    pub fn ticks(&self) -> usize {
        self.zones.first().map_or(0, |zone| zone.values.len())
    }

    /// How long the record is.
    pub fn duration(&self) -> Span {
        Span(self.tick.0.saturating_mul(self.ticks() as u64))
    }

    /// The zones as steps: a sample holds for a tick.
    pub fn steps(&self) -> Vec<CapacitySteps> {
        let end = self.duration();
        let steps = |zone: &ZoneSamples| {
            let times = (0..).map(|tick| SimTime(self.tick.0.saturating_mul(tick)));
            CapacitySteps::of(&zone.zone, times.zip(zone.values.iter().copied()), end)
        };
        self.zones.iter().map(steps).collect()
    }

    /// The share of time in which at least `nodes` were there in at least one zone.
    pub fn any_zone(&self, nodes: u32) -> f64 {
        let ticks = self.ticks();
        let up = (0..ticks).filter(|&tick| {
            let mut zones = self.zones.iter();
            zones.any(|zone| zone.values[tick] >= nodes)
        });
        up.count() as f64 / ticks.max(1) as f64
    }
}

impl CapacitySteps {
    /// Steps from numbers of nodes in order of time; the last of one instant counts.
    pub(super) fn of(zone: &str, counts: impl Iterator<Item = (SimTime, u32)>, end: Span) -> Self {
        let mut steps: Vec<(SimTime, u32)> = Vec::new();
        for (at, nodes) in counts {
            if steps.last().is_some_and(|(last, _)| *last == at) {
                steps.pop();
            }
            if steps.last().is_none_or(|(_, held)| *held != nodes) {
                steps.push((at, nodes));
            }
        }
        let zone = zone.to_owned();
        Self { zone, steps, end }
    }

    /// The most nodes at any time.
    pub fn most(&self) -> u32 {
        self.steps
            .iter()
            .map(|(_, nodes)| *nodes)
            .max()
            .unwrap_or(0)
    }

    /// Mean number of nodes over time.
    pub fn mean(&self) -> f64 {
        let node_ms: u128 = self
            .lengths()
            .map(|(nodes, ms)| u128::from(nodes) * u128::from(ms))
            .sum();
        node_ms as f64 / self.end.0.max(1) as f64
    }

    /// The share of time with at least `nodes`.
    pub fn share(&self, nodes: u32) -> f64 {
        let ms: u64 = self
            .lengths()
            .filter(|(held, _)| *held >= nodes)
            .map(|(_, ms)| ms)
            .sum();
        ms as f64 / self.end.0.max(1) as f64
    }

    /// Complete spells with at least `nodes`, and with fewer.
    pub fn spells(&self, nodes: u32) -> (Spells, Spells) {
        let levels: Vec<(u64, bool)> = self
            .steps
            .iter()
            .map(|(at, held)| (at.0, *held >= nodes))
            .collect();
        let (up, down) = complete(&levels);
        (Spells::of(up), Spells::of(down))
    }

    fn lengths(&self) -> impl Iterator<Item = (u32, u64)> {
        let ends = self.steps.iter().skip(1).map(|(at, _)| at.0);
        let ends = ends.chain(std::iter::once(self.end.0));
        self.steps
            .iter()
            .zip(ends)
            .map(|((at, nodes), end)| (*nodes, end.saturating_sub(at.0)))
    }

    /// What the report says about it.
    pub(super) fn words(&self) -> String {
        let most = self.most();
        let (up, down) = self.spells(1);
        let full = if most > 1 {
            format!(", all {most} for {:.4}", self.share(most))
        } else {
            String::new()
        };
        format!(
            "{} changes, up {:.4} of {:.1} h{full}, mean {:.2} nodes; up: {}; down: {}",
            self.steps.len().saturating_sub(1),
            self.share(1),
            self.end.as_hours(),
            self.mean(),
            up.words(),
            down.words(),
        )
    }
}

/// Writes steps of capacity as csv that [`super::read_capacity_steps`] reads: `zone,at_s,nodes`; the end of
/// each zone's record is a row without nodes.
///
/// # Errors
/// When `out` cannot be written.
pub fn write_capacity(zones: &[CapacitySteps], out: impl Write) -> io::Result<()> {
    let mut writer = csv::Writer::from_writer(out);
    writer.write_record(["zone", "at_s", "nodes"])?;
    let seconds = |ms: u64| format!("{}.{:03}", ms / 1000, ms % 1000);
    for zone in zones {
        for (at, nodes) in &zone.steps {
            writer.write_record([zone.zone.as_str(), &seconds(at.0), &nodes.to_string()])?;
        }
        writer.write_record([zone.zone.as_str(), &seconds(zone.end.0), ""])?;
    }
    writer.flush()
}
