//! Writes what it hears of one run as evidence.

use std::io::Write;

use crate::journal::{
    BudgetRecord, Fact, JobState, Justification, LeaveReason, Movement, Observer, RunRecord,
};
use crate::units::{DatasetId, JobId, Money, OutletId, PoolId, SimTime, SiteId};

use super::super::decimal::decimal;
use super::chain::Chain;
use super::decision::{alternatives, attributes, refusing, spell};
use super::moved::step;
use super::page::Page;
use super::words::{EvidenceWords, RunWords, Spelt};

/// Writes the decisions of one run.
pub struct Scribe<'a, W: Write> {
    pub(super) page: Page<'a, W>,
    pub(super) words: &'a EvidenceWords,
    run: &'a RunWords<'a>,
    pub(super) spelt: Spelt,
    /// Whether anything was decided: what is placed before was there before the run.
    decided: bool,
    /// Memory for reasons.
    reason: String,
}

impl<'a, W: Write> Scribe<'a, W> {
    /// Begins the evidence of a run.
    pub fn new(chain: &'a mut Chain<W>, words: &'a EvidenceWords, run: &'a RunWords<'a>) -> Self {
        let mut page = Page::new(chain, words.epoch, Spelt::frame(words, run));
        page.line(SimTime::ZERO, "run", |line| {
            line.text("currency", &words.currency);
            Spelt::rules(line, run);
        });
        Self {
            page,
            words,
            run,
            spelt: Spelt::of(words),
            decided: false,
            reason: String::new(),
        }
    }

    /// A job, where there is little to say of it.
    fn about(&mut self, at: SimTime, kind: &str, job: JobId, (verdict, reason): (&str, &str)) {
        let subject = (self.run.job)(job).json();
        self.page.line(at, kind, |line| {
            line.json("subject", &subject);
            line.text("verdict", verdict);
            line.text("reason", reason);
        });
    }

    /// A job in a pool, and a rule if there is one to name.
    pub(super) fn in_pool(
        &mut self,
        (at, kind): (SimTime, &str),
        (job, pool): (JobId, PoolId),
        rule: Option<u16>,
        (verdict, reason): (&str, &str),
    ) {
        let subject = (self.run.job)(job).json();
        let place = &self.spelt.pools[pool.index()];
        let rule = rule.map(|rule| self.spelt.rules[usize::from(rule)].as_str());
        self.page.line(at, kind, |line| {
            line.json("subject", &subject);
            line.json("destination", place);
            if rule.is_some() {
                line.list("rules", rule.into_iter());
            }
            line.text("verdict", verdict);
            line.text("reason", reason);
        });
    }

    /// Data came to a site.
    fn moved(
        &mut self,
        at: SimTime,
        (data, site): (DatasetId, SiteId),
        (verdict, reason): (&str, &str),
    ) {
        let (name, bytes) = &self.words.datasets[data.index()];
        let site = &self.words.sites[site.index()];
        self.page.line(at, "transfer", |line| {
            line.open("subject");
            line.text("dataset", name);
            line.close();
            line.open("destination");
            line.text("site", site);
            line.close();
            line.text("verdict", verdict);
            line.text("reason", reason);
            line.number("bytes", *bytes);
        });
    }

    /// A service went out, or answers again.
    fn service(&mut self, at: SimTime, outlet: OutletId, (verdict, reason): (&str, &str)) {
        let outlet = &self.words.outlets[outlet.index()];
        self.page.line(at, &outlet.kind, |line| {
            line.open("subject");
            line.text("service", &outlet.service);
            line.text("site", &outlet.site);
            line.close();
            line.text("verdict", verdict);
            line.text("reason", reason);
        });
    }

    fn budget_says(&mut self, at: SimTime, budget: u16, verdict: &str, reason: &str) {
        let budget = &self.words.budgets[usize::from(budget)];
        self.page.line(at, "budget", |line| {
            line.open("subject");
            line.text("budget", budget);
            line.close();
            line.text("verdict", verdict);
            line.text("reason", reason);
        });
    }

    /// A job goes on that ran before the run began: nobody decided that here.
    fn given(&mut self, at: SimTime, job: JobId, pool: PoolId) {
        let job = (self.run.job)(job);
        let (spelt, subject) = (&self.spelt, job.json());
        let place = &spelt.pools[pool.index()];
        self.page.line(at, "placement", |line| {
            line.json("subject", &subject);
            attributes(line, spelt, (job.shape, 0), Some(pool));
            line.json("destination", place);
            line.text("verdict", "given");
            line.text("reason", "it ran there before the run began");
        });
    }

    /// A decision that gave a job a pool, or refused it what it might have had.
    fn decision(&mut self, why: &Justification) {
        spell(&mut self.reason, why.choice);
        let subject = (self.run.job)(why.job).json();
        let (spelt, reason) = (&self.spelt, &self.reason);
        let taken = why.taken();
        let kind = if taken.is_some() {
            "placement"
        } else {
            "refusal"
        };
        self.page.line(why.at, kind, |line| {
            line.json("subject", &subject);
            let version = taken.map_or(0, |taken| taken.version);
            attributes(line, spelt, (why.shape, version), why.chosen);
            if let Some(taken) = taken {
                line.json("destination", &spelt.pools[taken.pool.index()]);
                line.list("rules", spelt.rules_of(taken.fired));
                if taken.violated != 0 {
                    line.list("violates", spelt.rules_of(taken.violated));
                }
            } else {
                line.list("rules", spelt.rules_of(refusing(why)));
            }
            let verdict = taken.map_or("refuse", |taken| match taken.violated {
                0 => "allow",
                _ => "audit",
            });
            line.text("verdict", verdict);
            line.text("reason", reason);
            if let Some(taken) = taken {
                line.price("price_per_gpu_hour", taken.price.0);
            }
            alternatives(line, why, spelt);
        });
    }

    /// A window opened or closed.
    fn window_says(&mut self, at: SimTime, window: u16, verdict: &str) {
        let name = &self.words.windows[usize::from(window)];
        self.page.line(at, "window", |line| {
            line.open("subject");
            line.text("window", name);
            line.close();
            line.text("verdict", verdict);
            line.text("reason", "its hours say so");
        });
    }

    fn of_job(&mut self, at: SimTime, fact: Fact) {
        match fact {
            Fact::Denied(job) => {
                let says = ("refuse", "nobody vouched for it when it came");
                self.about(at, "identity", job, says);
            }
            Fact::Revoked(job) => {
                let says = ("stop", "its credential was revoked");
                self.about(at, "identity", job, says);
            }
            Fact::Expired(job) => {
                let says = ("refuse", "it outlived its credential");
                self.about(at, "identity", job, says);
            }
            Fact::Ended(job, JobState::Shed) => {
                let says = ("refuse", "a budget is used up: it was turned away");
                self.about(at, "budget", job, says);
            }
            Fact::Ended(job, JobState::Overspent) => {
                let says = ("stop", "its cost envelope is used up: it is over");
                self.about(at, "envelope", job, says);
            }
            Fact::Flagged(job, pool) => {
                let says = ("audit", "a budget is used up, which allows it and counts");
                self.in_pool((at, "budget"), (job, pool), None, says);
            }
            Fact::Refused(job, pool) => {
                let says = ("refuse", "the provider did not have the instances");
                self.in_pool((at, "market"), (job, pool), None, says);
            }
            Fact::Evicted(job, pool) => {
                let says = ("stop", "a rule turned against it");
                self.in_pool((at, "eviction"), (job, pool), None, says);
            }
            Fact::TornDown(job, pool, leave) => {
                let reason = match leave.why {
                    LeaveReason::Window(window) => {
                        let name = &self.words.windows[usize::from(window)];
                        format!("window {name} is over")
                    }
                    LeaveReason::Envelope(envelope) => {
                        let name = &self.words.envelopes[usize::from(envelope)];
                        format!("cost envelope {name} is used up")
                    }
                };
                let kind = (at, "teardown");
                self.in_pool(kind, (job, pool), None, ("stop", &reason));
            }
            Fact::Violated(job, pool, rule) => {
                let reason = "it holds GPUs against a rule that is audited, or lets it finish";
                let says = ("audit", reason);
                self.in_pool((at, "violation"), (job, pool), Some(rule), says);
            }
            _ => {}
        }
    }

    fn of_estate(&mut self, at: SimTime, fact: Fact) {
        match fact {
            Fact::Staged(data, site) => {
                let says = ("allow", "it can be read there from now on");
                self.moved(at, (data, site), says);
            }
            Fact::PullBroke(data, site) => self.moved(at, (data, site), ("broke", "a pull broke")),
            Fact::ServiceLost(outlet) => {
                self.service(at, outlet, ("out", "it does not answer"));
            }
            Fact::ServiceBack(outlet) => self.service(at, outlet, ("back", "it answers again")),
            Fact::BudgetReached(budget, share) => {
                let percent = decimal(i128::from(share), 10_000, 2);
                let reason = format!("{percent} % of it is spent");
                self.budget_says(at, budget, "reached", &reason);
            }
            Fact::BudgetAsked(budget) => {
                self.budget_says(at, budget, "asked", "somebody asked for more");
            }
            Fact::BudgetGranted(budget) => {
                self.budget_says(at, budget, "granted", "more was granted");
            }
            Fact::WindowOpened(window) => self.window_says(at, window, "opened"),
            Fact::WindowClosed(window) => self.window_says(at, window, "closed"),
            Fact::RuleChanged(rule, mode) => {
                let name = &self.spelt.rules[usize::from(rule)];
                self.page.line(at, "rule", |line| {
                    line.list("rules", std::iter::once(name.as_str()));
                    line.text("verdict", mode.name());
                    line.text("reason", "its mode changed");
                });
            }
            _ => {}
        }
    }
}

impl<W: Write> Observer for Scribe<'_, W> {
    const JUSTIFIES: bool = true;
    const MOVEMENTS: bool = true;

    fn movement(&mut self, at: SimTime, movement: &Movement) {
        let words = (self.words, self.run, &self.spelt);
        self.page
            .line(at, "transfer", |line| step(line, movement, words));
    }

    fn justified(&mut self, why: &Justification) {
        self.decided = true;
        // Who only waits for room was refused nothing.
        if why.chosen.is_some() || why.is_refused() || refusing(why) != 0 {
            self.decision(why);
        }
    }

    fn fact(&mut self, at: SimTime, fact: Fact) {
        match fact {
            // All others were justified before.
            Fact::Placed(job, pool) if !self.decided => self.given(at, job, pool),
            fact => {
                self.of_job(at, fact);
                self.of_estate(at, fact);
                self.of_judgements(at, fact);
            }
        }
    }

    fn budget(&mut self, record: &BudgetRecord) {
        let money = |amount: Money| decimal(amount.0, Money::TICKS_PER_UNIT as u128, 6);
        let budget = &self.words.budgets[usize::from(record.budget)];
        self.page.line(record.to, "budget", |line| {
            line.open("subject");
            line.text("budget", budget);
            line.number("from_ms", record.from.0);
            line.close();
            line.text("verdict", "told");
            line.text("reason", "what was spent of it in this period");
            line.json("cost", &money(record.spent));
            if let Some(amount) = record.amount {
                line.json("amount", &money(amount));
            }
        });
    }

    fn run(&mut self, record: &RunRecord) {
        self.page.line(record.horizon, "end", |line| {
            line.text("digest", &format!("{:016x}", record.digest));
            line.number("events", record.events);
        });
    }
}
