//! `checkpoint = { … }` of a class: when its jobs write checkpoints in each pool.

use crate::model::{Preemption, Rhythm, Shape};
use crate::scenario::{CheckpointSpec, ClassSpec, IntervalRule, Origin};
use crate::units::{Span, parse_bandwidth, parse_bytes};

use super::classes::ClassDraft;
use super::context::Context;
use super::pools::PoolDraft;

/// The checkpoints of a class before gangs and pools are known.
#[derive(Clone, Copy, Debug)]
pub(super) struct Checkpoints {
    interval: Interval,
    write: Span,
    verify: Span,
    /// Broken ones, in millionths.
    pub(super) bad: u32,
}

#[derive(Clone, Copy, Debug)]
enum Interval {
    Fixed(Span),
    /// A rule, and the mean time between failures of one node.
    Rule(IntervalRule, Span),
}

/// Nobody writes checkpoints more often than once a second.
const INTERVAL_MIN: Span = Span::SECOND;

pub(super) fn read(
    context: &mut Context,
    spec: &ClassSpec,
    preemption: Preemption,
) -> Option<Checkpoints> {
    let (checkpoint, table) = spec.checkpoint.here()?;
    let usual = match preemption {
        Preemption::Checkpoint { write, .. } => write,
        Preemption::Kill { .. } => {
            let fix = "write preemption = { kind = \"checkpoint\" }, or leave `checkpoint` out";
            context.fault(
                table,
                "a class whose work is not kept writes no checkpoints",
                fix,
            );
            return None;
        }
    };
    let write = write_span(context, checkpoint, table).unwrap_or(usual);
    let interval = interval(context, checkpoint, table, write)?;
    let bad = context.number(&checkpoint.bad, 0.0, 0.999_999);
    Some(Checkpoints {
        interval,
        write,
        verify: context.span(&checkpoint.verify).unwrap_or_default(),
        bad: (bad.unwrap_or(0.0) * 1e6).round() as u32,
    })
}

/// The time to write one: given, or its bytes over the bandwidth.
fn write_span(context: &mut Context, spec: &CheckpointSpec, table: Origin) -> Option<Span> {
    let size = context.quantity(&spec.size, parse_bytes);
    let bandwidth = context.quantity(&spec.bandwidth, parse_bandwidth);
    // The size matters also to where checkpoints lie.
    let is_kept = !spec.on.is_absent() || !spec.sync_to.is_absent();
    match (
        spec.write.origin(),
        spec.size.is_absent(),
        spec.bandwidth.is_absent(),
    ) {
        (Some(origin), _, _) => {
            if !spec.bandwidth.is_absent() || !spec.size.is_absent() && !is_kept {
                let fix = "keep `write`, or `size` and `bandwidth`";
                context.fault(origin, "the time to write is given twice", fix);
            }
            context.span(&spec.write)
        }
        (None, true, true) => None,
        (None, false, true) if is_kept => None,
        (None, false, false) => {
            let (size, bandwidth) = (size?, bandwidth?);
            if bandwidth.0 == 0 {
                let origin = spec.bandwidth.origin().unwrap_or(table);
                context.fault(
                    origin,
                    "nothing is ever written at this bandwidth",
                    "write more than zero",
                );
                return None;
            }
            let ms = (u128::from(size.0) * 1000).div_ceil(u128::from(bandwidth.0));
            Some(Span(u64::try_from(ms).unwrap_or(u64::MAX / 2)))
        }
        _ => {
            let fix = "write both, such as size = \"900 GB\", bandwidth = \"20 GB/s\"";
            context.fault(table, "`size` and `bandwidth` belong together", fix);
            None
        }
    }
}

fn interval(
    context: &mut Context,
    spec: &CheckpointSpec,
    table: Origin,
    write: Span,
) -> Option<Interval> {
    let fixed = context.positive_span(&spec.interval);
    let mtbf = context.positive_span(&spec.mtbf);
    match (spec.interval.origin(), spec.rule.here()) {
        (Some(origin), Some(_)) => {
            context.fault(
                origin,
                "both `interval` and `rule` are given",
                "keep one of them",
            );
            None
        }
        (Some(origin), None) => {
            let interval = fixed?;
            if interval < INTERVAL_MIN {
                context.fault(
                    origin,
                    "checkpoints more often than once a second",
                    "write a longer interval",
                );
                return None;
            }
            Some(Interval::Fixed(interval))
        }
        (None, Some((&rule, origin))) => {
            if spec.mtbf.is_absent() {
                let fix = "add mtbf = \"250 d\", the mean time between failures of one node";
                context.fault(origin, "this rule needs to know how often nodes fail", fix);
                return None;
            }
            if write == Span::ZERO {
                let fix = "write the time that a checkpoint takes, or an `interval`";
                context.fault(
                    origin,
                    "with checkpoints that take no time this rule writes one all the time",
                    fix,
                );
                return None;
            }
            Some(Interval::Rule(rule, mtbf?))
        }
        (None, None) => {
            if spec.interval.is_absent() && spec.rule.is_absent() {
                context.fault(
                    table,
                    "when checkpoints are written is missing",
                    "add interval = \"1 h\", or rule = \"daly\"",
                );
            }
            None
        }
    }
}

/// The rhythms of all shapes in all pools, by shape, then pool; empty if no class writes checkpoints.
pub(super) fn of(classes: &[ClassDraft], pools: &[PoolDraft], shapes: &[Shape]) -> Vec<Rhythm> {
    if classes.iter().all(|class| class.checkpoints.is_none()) {
        return Vec::new();
    }
    let mut rhythms = Vec::with_capacity(shapes.len() * pools.len());
    for shape in shapes {
        let checkpoints = classes[shape.class.index()].checkpoints;
        for pool in pools {
            let nodes = shape
                .gpus
                .occupied()
                .div_ceil(u64::from(pool.pool.gpus_per_node));
            let rhythm = checkpoints.map(|checkpoints| checkpoints.rhythm(nodes));
            rhythms.push(rhythm.unwrap_or(Rhythm::NONE));
        }
    }
    rhythms
}

impl Checkpoints {
    /// The rhythm of a gang on so many nodes.
    fn rhythm(&self, nodes: u64) -> Rhythm {
        let interval = match self.interval {
            Interval::Fixed(interval) => interval,
            Interval::Rule(rule, mtbf) => {
                let between = mtbf.0 as f64 / nodes.max(1) as f64;
                let interval = by_rule(rule, self.write.0 as f64, between);
                Span((interval.round() as u64).max(INTERVAL_MIN.0))
            }
        };
        Rhythm {
            interval,
            write: self.write,
            verify: self.verify,
        }
    }
}

/// The interval of running between checkpoints that take `d`, where failures come `m` apart on average.
///
/// Young (1974): √(2 d M). Daly (2006), for d < 2 M: √(2 d M) · (1 + √(d/2M)/3 + (d/2M)/9) − d; else M.
fn by_rule(rule: IntervalRule, d: f64, m: f64) -> f64 {
    let young = libm::sqrt(2.0 * d * m);
    match rule {
        IntervalRule::Young => young,
        IntervalRule::Daly if d < 2.0 * m => {
            let ratio = d / (2.0 * m);
            young * (1.0 + libm::sqrt(ratio) / 3.0 + ratio / 9.0) - d
        }
        IntervalRule::Daly => m,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rules_give_the_published_intervals() {
        // M = 24 h, d = 0.1 h: Young 2.19089023, Daly 2.124730714.
        let close = |a: f64, b: f64| (a - b).abs() < 1e-8;
        assert!(close(
            by_rule(IntervalRule::Young, 0.1, 24.0),
            2.190_890_230_0
        ));
        assert!((by_rule(IntervalRule::Daly, 0.1, 24.0) - 2.124_730_714).abs() < 1e-8);
        assert!(
            (by_rule(IntervalRule::Daly, 5.0 / 60.0, 2000.0 / 128.0) - 1.558_665_651).abs() < 1e-8
        );
        assert!(close(by_rule(IntervalRule::Daly, 9.0, 4.0), 4.0));
    }
}
