//! One sampled world: a pure function of (model, seed, replication).
//!
//! Every copy of a job gets its luck from its own name: (demand, row, block). A longer horizon, another
//! strategy or one demand more changes nobody else's.

mod market;
mod releases;
mod weather;

use crate::dice::{Dice, Key, Purpose};
use crate::process::GeneratedJob;
use crate::units::{SimTime, Span};

use super::demand::{Demand, DemandSource, Generated, Recorded, Replay, Resample};
use super::request::{Outcome, Request};
use super::timeline::{JobSource, Timeline, Truth};
use super::{Horizon, Model};

const DAY: u64 = 86_400_000;
const WEEK: u64 = 7 * DAY;
const YEAR_DAYS: f64 = 365.0;

/// A job before all jobs are put in order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Draft {
    request: Request,
    truth: Truth,
    source: JobSource,
    /// Tells copies of one row apart.
    copy: u32,
}

/// Memory that sampling uses again; what is in it means nothing.
#[derive(Clone, Debug, Default)]
pub struct SampleScratch {
    drafts: Vec<Draft>,
    changes: Vec<(SimTime, bool)>,
    generated: Vec<GeneratedJob>,
}

impl PartialEq for SampleScratch {
    /// Always: two worlds are equal whatever memory they came from.
    fn eq(&self, _other: &Self) -> bool {
        true
    }
}

impl Eq for SampleScratch {}

impl Timeline {
    /// Samples the outside of one replication into `out`, whose memory is reused.
    pub fn sample(model: &Model, dice: &Dice, out: &mut Self) {
        out.clear();
        out.replication = dice.replication;
        out.begin_with(model);
        out.sample_demand(model, dice);
        out.add_inspections(model);
        let end = match model.horizon {
            Horizon::At(end) => end,
            Horizon::LastSubmit | Horizon::UntilEmpty => out.last_submit(),
        };
        out.sample_prices(model, dice, Span(end.0));
        out.sample_weather(model, dice, Span(end.0));
        out.sample_lead_times(model, dice);
        out.sample_errands(model, dice);
    }

    /// Results are looked at on the GPUs that jobs have: that comes to what they run.
    fn add_inspections(&mut self, model: &Model) {
        if model.inspections.is_empty() {
            return;
        }
        for (request, truth) in self.requests.iter_mut().zip(&mut self.truth) {
            let Some(inspection) = model.inspection(request.shape) else {
                continue;
            };
            request.requested += inspection.time();
            if truth.outcome == Outcome::Finished {
                truth.work += inspection.time();
            }
        }
    }

    /// Jobs that were there before the run come first.
    fn begin_with(&mut self, model: &Model) {
        let initial = &model.initial;
        for (row, (job, &truth)) in initial.jobs.iter().zip(&initial.truth).enumerate() {
            self.requests.push(job.request);
            self.truth.push(truth);
            self.source.push(JobSource {
                demand: JobSource::INITIAL,
                row: row as u32,
            });
        }
    }

    fn sample_demand(&mut self, model: &Model, dice: &Dice) {
        let out = self;
        let end = match model.horizon {
            Horizon::At(end) => end.0,
            Horizon::LastSubmit | Horizon::UntilEmpty => u64::MAX,
        };
        if let [
            Demand {
                source: DemandSource::Recorded(recorded),
                ..
            },
        ] = &model.demand[..]
            && recorded.replay == Replay::PLAIN
        {
            return plain(recorded, end, out);
        }
        let mut drafts = std::mem::take(&mut out.scratch.drafts);
        drafts.clear();
        for (index, demand) in model.demand.iter().enumerate() {
            let key = dice.key("demand", &demand.name);
            match &demand.source {
                DemandSource::Recorded(recorded) => {
                    replay(recorded, index as u16, dice, key, end, &mut drafts);
                }
                DemandSource::Generated(generated) => {
                    let jobs = &mut out.scratch.generated;
                    generate(generated, index as u16, dice, key, end, jobs, &mut drafts);
                }
            }
        }
        drafts.sort_unstable_by_key(|draft| (draft.request.submit, draft.source, draft.copy));
        for draft in &drafts {
            out.requests.push(draft.request);
            out.truth.push(draft.truth);
            out.source.push(draft.source);
        }
        out.scratch.drafts = drafts;
    }
}

/// The trace as it is: nothing to draw and nothing to sort.
fn plain(recorded: &Recorded, end: u64, out: &mut Timeline) {
    let count = recorded
        .requests
        .partition_point(|request| request.submit.0 < end);
    out.requests.extend_from_slice(&recorded.requests[..count]);
    out.truth.extend_from_slice(&recorded.truth[..count]);
    let sources = (0..count as u32).map(|row| JobSource { demand: 0, row });
    out.source.extend(sources);
}

/// Draws the jobs of laws; those that no pool can hold are left out.
fn generate(
    generated: &Generated,
    demand: u16,
    dice: &Dice,
    key: Key,
    end: u64,
    jobs: &mut Vec<GeneratedJob>,
    drafts: &mut Vec<Draft>,
) {
    jobs.clear();
    // Compiling demands a horizon of every generator.
    generated
        .workload
        .sample(dice, key, generated.week_offset, Span(end), jobs);
    for (row, job) in jobs.iter().enumerate() {
        let Some(shape) = generated.shape_of(job) else {
            continue;
        };
        let work = Span(job.work_ms.max(1));
        let requested = match (job.requested_ms, generated.requested_default[shape.index()]) {
            (Some(asked), _) => Span(asked),
            (None, Some(usual)) => usual,
            (None, None) => {
                let asked = (work.0 as f64 * generated.requested_factor).round();
                Span((asked as u64).max(1))
            }
        };
        drafts.push(Draft {
            request: Request {
                submit: SimTime(job.submit_ms),
                requested,
                shape,
                tenant: generated.tenants[usize::from(job.tenant)],
                priority: job.priority,
            },
            truth: Truth {
                work,
                outcome: job.outcome,
            },
            source: JobSource {
                demand,
                row: row as u32,
            },
            copy: 0,
        });
    }
}

/// What a stretch of the trace needs to become jobs.
struct Player<'a> {
    recorded: &'a Recorded,
    demand: u16,
    dice: &'a Dice,
    key: Key,
    end: u64,
    drafts: &'a mut Vec<Draft>,
}

fn replay(
    recorded: &Recorded,
    demand: u16,
    dice: &Dice,
    key: Key,
    end: u64,
    drafts: &mut Vec<Draft>,
) {
    if recorded.requests.is_empty() {
        return;
    }
    let mut player = Player {
        recorded,
        demand,
        dice,
        key,
        end,
        drafts,
    };
    match recorded.replay.resample {
        Resample::None => player.repeat(),
        Resample::Days => player.blocks(DAY),
        Resample::Weeks => player.blocks(WEEK),
    }
}

impl Player<'_> {
    /// The whole trace, one pass after the other, each beginning a whole number of days after the last.
    fn repeat(&mut self) {
        let period = (self.recorded.span.0 / DAY + 1) * DAY;
        for pass in 0..self.recorded.replay.repeat {
            let shift = u64::from(pass) * period;
            if self.end <= shift {
                break;
            }
            for row in 0..self.recorded.requests.len() {
                self.job(row, shift + self.recorded.requests[row].submit.0, pass);
            }
        }
    }

    /// Blocks of the trace, cut at local midnight (or Monday), each drawn from complete ones alike.
    fn blocks(&mut self, length: u64) {
        let source_phase = self.recorded.week_offset;
        let target_phase = self.recorded.scenario_week_offset;
        let (first, last) = complete_blocks(source_phase, self.recorded.span.0, length);
        let passes = u64::from(self.recorded.replay.repeat);
        let stop = self
            .end
            .min(passes.saturating_mul(self.recorded.span.0 + 1));
        let mut block = target_phase / length;
        while block * length < target_phase + stop {
            let from = self.draw(block, length, first, last);
            // A row plays at the same place inside the target block as inside its own.
            let low = (from * length).saturating_sub(source_phase);
            let high = ((from + 1) * length).saturating_sub(source_phase);
            let rows = &self.recorded.requests;
            let start = rows.partition_point(|request| request.submit.0 < low);
            let after = rows.partition_point(|request| request.submit.0 < high);
            for (row, request) in rows.iter().enumerate().take(after).skip(start) {
                let inside = request.submit.0 + source_phase - from * length;
                let at = block * length + inside;
                if target_phase <= at && at < target_phase + stop {
                    self.job(row, at - target_phase, block as u32);
                }
            }
            block += 1;
        }
    }

    /// Which recorded block plays as target block `block`: for days, one of the same weekday where one is
    /// complete.
    fn draw(&self, block: u64, length: u64, first: u64, last: u64) -> u64 {
        let mut stream = self
            .dice
            .stream(self.key, Purpose::ResampleBlock, block as u32, 0);
        let count = last - first + 1;
        if length != DAY {
            return first + stream.below(count);
        }
        let ahead = (block % 7 + 7 - first % 7) % 7;
        if count <= ahead {
            return first + stream.below(count);
        }
        let alike = (count - ahead - 1) / 7 + 1;
        first + ahead + 7 * stream.below(alike)
    }

    /// The copies of a row that come at `at`.
    fn job(&mut self, row: usize, at: u64, block: u32) {
        let replay = self.recorded.replay;
        let part = block as u16;
        let copies = if replay.thin == 1.0 && replay.grow == 0.0 {
            1
        } else {
            let years = at as f64 / (DAY as f64 * YEAR_DAYS);
            let mean = replay.thin * libm::pow(1.0 + replay.grow, years);
            let mut stream = self.dice.stream(self.key, Purpose::Thin, row as u32, part);
            mean as u32 + u32::from(stream.uniform() < mean - mean.floor())
        };
        if copies == 0 {
            return;
        }
        let mut stream = self
            .dice
            .stream(self.key, Purpose::Jitter, row as u32, part);
        for copy in 0..copies {
            let submit = if replay.jitter.0 == 0 {
                at
            } else {
                let shift = stream.below(2 * replay.jitter.0 + 1);
                // A job shifted to before the start comes as long after it.
                (at + shift).abs_diff(replay.jitter.0)
            };
            if submit < self.end {
                let request = self.recorded.requests[row];
                self.drafts.push(Draft {
                    request: Request {
                        submit: SimTime(submit),
                        ..request
                    },
                    truth: self.recorded.truth[row],
                    source: JobSource {
                        demand: self.demand,
                        row: row as u32,
                    },
                    copy: block.wrapping_mul(1 << 10).wrapping_add(copy),
                });
            }
        }
    }
}

/// First and last complete block of a trace that starts `phase` into a week and lasts `span`; a trace without
/// any complete block counts as complete.
fn complete_blocks(phase: u64, span: u64, length: u64) -> (u64, u64) {
    let (start, end) = (phase, phase + span + 1);
    // A trace seldom ends on the millisecond: the last hundredth of a block may be missing at either end.
    let slack = length / 100;
    let first = (start.saturating_sub(slack)).div_ceil(length);
    let after = (end + slack) / length;
    if first < after {
        (first, after - 1)
    } else {
        (start / length, (end - 1) / length)
    }
}

#[cfg(test)]
mod tests;
