//! What happened besides decisions and movements: services, rules, budgets, markets, data that came.

use crate::journal::{Fact, JobState, LeaveReason};
use crate::units::{DatasetId, JobId, OutletId, PoolId, SimTime, SiteId};

use super::super::decimal::decimal;
use super::scribe::Scribe;

/// What became of it, and why, in words.
type Says<'a> = (&'a str, &'a str);

impl Scribe<'_> {
    /// Writes down what is worth it.
    pub(super) fn hear(&mut self, at: SimTime, fact: Fact) {
        self.of_job(at, fact);
        self.of_estate(at, fact);
        self.of_failovers(at, fact);
        self.of_plans(at, fact);
        self.of_judgements(at, fact);
    }

    /// A job, where there is little to say of it.
    fn alone(&mut self, at: SimTime, kind: &str, job: JobId, (verdict, reason): Says<'_>) {
        self.about((at, kind), job, |line, _| {
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
        (verdict, reason): Says<'_>,
    ) {
        self.about((at, kind), job, |line, spelt| {
            line.json("destination", &spelt.pools[pool.index()]);
            if let Some(rule) = rule {
                let rule = spelt.rules[usize::from(rule)].as_str();
                line.list("rules", std::iter::once(rule));
            }
            line.text("verdict", verdict);
            line.text("reason", reason);
        });
    }

    /// Data came to a site.
    fn came(
        &mut self,
        at: SimTime,
        (data, site): (DatasetId, SiteId),
        (verdict, reason): Says<'_>,
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
            line.count("bytes", *bytes);
        });
    }

    /// A service went out, or answers again.
    pub(super) fn service(&mut self, at: SimTime, outlet: OutletId, (verdict, reason): Says<'_>) {
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

    pub(super) fn budget_says(&mut self, at: SimTime, budget: u16, (verdict, reason): Says<'_>) {
        let budget = &self.words.budgets[usize::from(budget)];
        self.page.line(at, "budget", |line| {
            line.open("subject");
            line.text("budget", budget);
            line.close();
            line.text("verdict", verdict);
            line.text("reason", reason);
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
                self.alone(at, "identity", job, says);
            }
            Fact::Revoked(job) => {
                let says = ("stop", "its credential was revoked");
                self.alone(at, "identity", job, says);
            }
            Fact::Expired(job) => {
                let says = ("refuse", "it outlived its credential");
                self.alone(at, "identity", job, says);
            }
            // Whom a failover turned away was told of.
            Fact::Ended(job, JobState::Shed) if self.turned_away.take() == Some(job) => {}
            Fact::Ended(job, JobState::Shed) => {
                let says = ("refuse", "a budget is used up: it was turned away");
                self.alone(at, "budget", job, says);
            }
            Fact::Ended(job, JobState::Overspent) => {
                let says = ("stop", "its cost envelope is used up: it is over");
                self.alone(at, "envelope", job, says);
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
                    LeaveReason::Budget(budget) => {
                        let name = &self.words.budgets[usize::from(budget)];
                        format!("budget {name} is used up")
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
                self.came(at, (data, site), says);
            }
            Fact::PullBroke(data, site) => self.came(at, (data, site), ("broke", "a pull broke")),
            Fact::ServiceLost(outlet) => {
                self.service(at, outlet, ("out", "it does not answer"));
            }
            Fact::ServiceBack(outlet) => self.service(at, outlet, ("back", "it answers again")),
            Fact::BudgetReached(budget, share) => {
                let percent = decimal(i128::from(share), 10_000, 2);
                let reason = format!("{percent} % of it is spent");
                self.budget_says(at, budget, ("reached", &reason));
            }
            Fact::BudgetAsked(budget) => {
                self.budget_says(at, budget, ("asked", "somebody asked for more"));
            }
            Fact::BudgetGranted(budget) => {
                self.budget_says(at, budget, ("granted", "more was granted"));
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
