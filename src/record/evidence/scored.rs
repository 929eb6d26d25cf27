//! By which scores a placement ranked the pools that it had before it, as evidence tells them.

use crate::journal::{Justification, Score};
use crate::units::{Money, PoolId, SimTime};

use super::super::decimal::decimal;
use super::line::Line;
use super::page::{Note, Page};
use super::scribe::Scribe;

/// Pools whose scores one placement tells, the one that was taken among them; of more, only how many there are.
const SCORES_MAX: usize = 8;
/// Thousandths: weights have so many in a whole.
const MILLI: u128 = 1000;
/// Ticks of emissions in a gram: as many as of money in a unit.
const GRAM: u128 = Money::TICKS_PER_UNIT as u128;

/// What a score is counted in; the least is the best.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ScoreUnit {
    /// The currency of the scenario, of a weighted sum.
    Sum,
    /// Bytes.
    Bytes,
    /// Milliseconds.
    Milliseconds,
    /// Grams.
    Grams,
    /// GPUs.
    Gpus,
    /// The currency of the scenario; of what is late, milliseconds from the beginning of the run to its end.
    CostOrEnd,
}

/// What a score is made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Term {
    /// What the run is expected to cost.
    Cost,
    /// How long until it is expected to run.
    Delay,
    /// Bytes that would move.
    Data,
    /// How long a byte is on its way.
    Latency,
    /// What it is expected to emit.
    Carbon,
    /// GPUs that would be left over on its last node.
    Fragmentation,
    /// How long it is expected to run.
    Run,
}

/// How a strategy ranks pools.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScoringWords {
    /// The kind of its placement.
    pub by: &'static str,
    /// What its scores are counted in.
    pub unit: ScoreUnit,
    /// What of each pool is told beside its score.
    pub terms: Vec<Term>,
    /// What one unit of each term counts in a weighted sum, in thousandths.
    pub weights: Vec<(&'static str, u64)>,
    /// By how much a run should be over before its deadline, in milliseconds.
    pub slack_ms: Option<u64>,
    /// The site from which nearness is measured.
    pub from: Option<String>,
}

impl ScoringWords {
    /// What the first line of a run says.
    pub(super) fn begin(&self, line: &mut Line, currency: &str) {
        line.open("scoring");
        line.text("by", self.by);
        line.text(
            "unit",
            match self.unit {
                ScoreUnit::Sum | ScoreUnit::CostOrEnd => currency,
                ScoreUnit::Bytes => "byte",
                ScoreUnit::Milliseconds => "ms",
                ScoreUnit::Grams => "g",
                ScoreUnit::Gpus => "GPU",
            },
        );
        if !self.weights.is_empty() {
            line.open("weights");
            for &(term, weight) in &self.weights {
                line.json(term, &decimal(i128::from(weight), MILLI, 3));
            }
            line.close();
        }
        if let Some(slack) = self.slack_ms {
            line.count("slack_ms", slack);
        }
        if let Some(from) = &self.from {
            line.text("from", from);
        }
        line.close();
    }

    /// One pool with its score and what that was made of.
    fn tell(&self, line: &mut Line, pool: &str, score: &Score) {
        line.open_item();
        line.json("pool", pool);
        if score.late {
            line.number("late", true);
        }
        line.json("score", &self.value(score));
        for term in &self.terms {
            match term {
                Term::Cost => line.json("cost", &money(score.cost.0, 1)),
                Term::Delay => line.count("delay_ms", score.delay.0),
                Term::Data => line.count("data_bytes", score.data),
                Term::Latency => line.count("latency_ms", score.latency.0),
                Term::Carbon => line.json("carbon_g", &grams(score.carbon.0)),
                Term::Fragmentation => line.count("gpus_left_over", score.fragmentation),
                Term::Run => line.count("run_ms", score.run.0),
            }
        }
        line.close();
    }

    fn value(&self, score: &Score) -> String {
        match self.unit {
            ScoreUnit::Sum => money(score.value, MILLI),
            ScoreUnit::Grams => grams(score.value),
            ScoreUnit::CostOrEnd if !score.late => money(score.value, 1),
            _ => score.value.to_string(),
        }
    }
}

/// Ticks of money, or parts of them.
fn money(ticks: i128, parts: u128) -> String {
    decimal(ticks, Money::TICKS_PER_UNIT as u128 * parts, 6)
}

fn grams(ticks: i128) -> String {
    decimal(ticks, GRAM, 6)
}

/// Notes the scores of what a placement ranked: the best ones and that of the pool that it took. Returns how many were
/// noted, and how many not.
pub(super) fn note(page: &mut Page, why: &Justification) -> (u8, u16) {
    let Some(taken) = why.taken().filter(|taken| taken.score.is_some()) else {
        return (0, 0);
    };
    let (mut noted, mut left_off, mut taken_is_noted) = (0, 0, false);
    for found in &why.considered {
        let Some(score) = found.score else {
            continue;
        };
        let is_taken = found.pool == taken.pool;
        let room = SCORES_MAX - usize::from(!taken_is_noted && !is_taken);
        if usize::from(noted) < room {
            page.score(found.pool, score);
            noted += 1;
            taken_is_noted |= is_taken;
        } else {
            left_off += 1;
        }
    }
    (noted, left_off)
}

impl Scribe<'_> {
    /// The strategy goes on as it says for a phase, and may rank pools otherwise from then on.
    pub(super) fn strategy_turns(&mut self, at: SimTime, phase: Option<u16>) {
        let mut all = self.run.scorings.iter();
        let way = all.position(|(of, _)| *of == phase).unwrap_or(0);
        self.page.note(at, Note::Ranks(way as u8));
        let words = self.words;
        let scoring = self.run.scorings.get(way);
        let scoring = scoring.and_then(|(_, scoring)| scoring.as_ref());
        self.page.line(at, "strategy", |line| {
            line.text("verdict", "changed");
            if let Some(phase) = phase {
                line.open("subject");
                line.text("phase", &words.phases[usize::from(phase)].name);
                line.close();
                line.text("reason", "from this phase on it does otherwise");
            } else {
                line.text("reason", "it does again as it did at first");
            }
            if let Some(scoring) = scoring {
                scoring.begin(line, &words.currency);
            }
        });
    }
}

/// The scores of one placement.
pub(super) fn told(
    line: &mut Line,
    (scores, left_off): (&[(PoolId, Score)], u16),
    (scoring, pools): (&ScoringWords, &[String]),
) {
    line.open_list("scores");
    for (pool, score) in scores {
        scoring.tell(line, &pools[pool.index()], score);
    }
    line.close_list();
    if 0 < left_off {
        line.count("scores_left_off", u64::from(left_off));
    }
}
