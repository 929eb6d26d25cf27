//! What failovers, people, phases, transforms and markets did, and what led to it.

use crate::journal::{Circumstance, Fact, TargetBar};
use crate::units::{ClassId, DatasetId, JobId, PoolId, SimTime, SiteId};

use super::line::Line;
use super::moving::names;
use super::scribe::Scribe;
use super::spelt::known;
use super::words::FailoverWords;

impl Scribe<'_> {
    /// Writes down what led to what happens.
    pub(super) fn led(&mut self, at: SimTime, told: &Circumstance) {
        match *told {
            Circumstance::Trigger {
                failover,
                trigger,
                is_so,
            } => self.trigger(at, (failover, trigger), is_so),
            Circumstance::Stage {
                failover,
                stage,
                step,
                since,
            } => self.stage(at, failover, (stage, step, since)),
            Circumstance::CalledOff { failover } => {
                self.of_failover(at, "runbook", failover, |line, _| {
                    line.text("verdict", "called-off");
                    line.text(
                        "reason",
                        "nothing wants it any more: whoever was at work stops",
                    );
                });
            }
            Circumstance::Target {
                failover,
                target,
                only,
                bar,
            } => self.target(at, (failover, target), only, bar),
            Circumstance::TurnedAway { job, failover } => self.turned_away(at, job, failover),
            Circumstance::Gate { phase, gate, holds } => self.gate(at, (phase, gate), holds),
            Circumstance::Rotated(outlet) => self.service(at, outlet, ("rotated", ROTATED)),
            Circumstance::Lapsed(outlet) => self.service(at, outlet, ("lapsed", LAPSED)),
            Circumstance::BudgetDenied(budget) => {
                let says = ("denied", DENIED);
                self.budget_says(at, budget, says);
            }
            Circumstance::Strategy(phase) => self.strategy_turns(at, phase),
        }
    }

    /// A line about a failover.
    fn of_failover(
        &mut self,
        at: SimTime,
        kind: &str,
        failover: u16,
        fill: impl FnOnce(&mut Line, &FailoverWords),
    ) {
        let of = &self.words.failovers[usize::from(failover)];
        self.page.line(at, kind, |line| {
            line.open("subject");
            line.text("failover", &of.name);
            line.close();
            fill(line, of);
        });
    }

    fn trigger(&mut self, at: SimTime, (failover, trigger): (u16, u16), is_so: bool) {
        self.of_failover(at, "failover", failover, |line, of| {
            let (verdict, reason) = if is_so {
                ("triggered", "it has lasted, and was told")
            } else {
                ("cleared", "it is so no more, and that was told")
            };
            line.text("verdict", verdict);
            line.text("trigger", &of.triggers[usize::from(trigger)]);
            line.text("reason", reason);
        });
    }

    fn target(
        &mut self,
        at: SimTime,
        (failover, target): (u16, u16),
        only: Option<(ClassId, SiteId)>,
        bar: Option<TargetBar>,
    ) {
        let words = self.words;
        self.of_failover(at, "failover", failover, |line, of| {
            let of = &of.targets[usize::from(target)];
            let verdict = if bar.is_none() { "open" } else { "closed" };
            line.text("verdict", verdict);
            line.count("target", u64::from(target) + 1);
            line.json("pools", &names(&of.pools));
            line.json("needs", &names(&of.needs));
            if let Some((class, site)) = only {
                line.text("class", &words.classes[class.index()]);
                line.text("site", &words.sites[site.index()]);
            }
            let reason = bar.map_or(
                "its turn has come, and what it needs is there",
                TargetBar::words,
            );
            line.text("reason", reason);
        });
    }

    fn stage(
        &mut self,
        at: SimTime,
        failover: u16,
        (stage, step, since): (&str, Option<u16>, SimTime),
    ) {
        let epoch = self.words.epoch;
        self.of_failover(at, "runbook", failover, |line, of| {
            line.text("verdict", "over");
            line.text("stage", stage);
            of.tell_step(line, step);
            line.text("since", &epoch.format(since));
            line.count("took_ms", at.since(since).0);
        });
    }

    fn turned_away(&mut self, at: SimTime, job: JobId, failover: u16) {
        self.turned_away = Some(job);
        let name = &self.words.failovers[usize::from(failover)].name;
        self.about((at, "failover"), job, |line, _| {
            line.text("failover", name);
            line.text("verdict", "refuse");
            line.text(
                "reason",
                "it was turned away while the failover is in force",
            );
        });
    }

    fn gate(&mut self, at: SimTime, (phase, gate): (u16, u16), holds: bool) {
        let of = &self.words.phases[usize::from(phase)];
        self.page.line(at, "promotion", |line| {
            line.open("subject");
            line.text("phase", &of.name);
            line.close();
            line.text("verdict", if holds { "holds" } else { "fails" });
            line.text("gate", &of.gates[usize::from(gate)]);
            line.text("reason", "it was looked at since the phase should end");
        });
    }

    /// What befell failovers and those who carry them out.
    pub(super) fn of_failovers(&mut self, at: SimTime, fact: Fact) {
        match fact {
            Fact::FailoverBegan(failover) => {
                self.of_failover(at, "failover", failover, |line, of| {
                    line.text("verdict", "begin");
                    line.text("action", of.action);
                    line.json("classes", &names(&of.classes));
                    of.tell_targets(line);
                });
            }
            Fact::FailoverOver(failover) => {
                self.of_failover(at, "failover", failover, |line, _| {
                    line.text("verdict", "over");
                    line.text("reason", "nothing wants it any more");
                });
            }
            Fact::Moved(job, pool) => {
                let says = ("stop", "a failover moves it, or brings it back");
                self.in_pool((at, "failover"), (job, pool), None, says);
            }
            Fact::Alarm(failover) => self.of_failover(at, "runbook", failover, |line, of| {
                line.text("verdict", "alarm");
                line.text("runbook", &of.runbook);
                line.text(
                    "reason",
                    "a trigger wants the failover: somebody has to notice",
                );
            }),
            Fact::StepDone(failover, step) => {
                self.of_failover(at, "runbook", failover, |line, of| {
                    line.text("verdict", "done");
                    of.tell_step(line, Some(step));
                });
            }
            Fact::StepFailed(failover, step) => {
                self.of_failover(at, "runbook", failover, |line, of| {
                    line.text("verdict", "failed");
                    of.tell_step(line, Some(step));
                    line.text("reason", "it failed, or must not be done: nobody goes on");
                });
            }
            _ => {}
        }
    }

    /// What befell phases, transforms and rented capacity.
    pub(super) fn of_plans(&mut self, at: SimTime, fact: Fact) {
        match fact {
            Fact::PhaseBegan(phase) => self.phase(at, phase, ("began", "its time has come")),
            Fact::PhaseEnded(phase) => {
                self.phase(at, phase, ("ended", "it may end, whatever its gates say"));
            }
            Fact::PhaseRolledBack(phase) => {
                let reason = "a gate did not hold: what it had changed was changed back";
                self.phase(at, phase, ("rolled-back", reason));
            }
            Fact::TransformBegan(of, made) => {
                self.transform((at, "transform"), (of, made), "began");
            }
            Fact::TransformFailed(of, made) => {
                self.transform((at, "transform"), (of, made), "failed");
            }
            Fact::Transformed(of, made) => self.transform((at, "transform"), (of, made), "made"),
            Fact::ValidationBegan(of, made) => {
                self.transform((at, "validation"), (of, made), "began");
            }
            Fact::ValidationFailed(of, made) => {
                self.transform((at, "validation"), (of, made), "failed");
            }
            Fact::ValidationPassed(of, made) => {
                self.transform((at, "validation"), (of, made), "passed");
            }
            Fact::Withdrawn(of, made, readers, places) => {
                self.withdrawn(at, (of, made), (readers, places));
            }
            Fact::Noticed(pool, count) => self.reclaim(at, (pool, count), "noticed"),
            Fact::Reclaimed(pool, count) => self.reclaim(at, (pool, count), "reclaimed"),
            Fact::InstancesFailed(pool, count) => self.reclaim(at, (pool, count), "failed"),
            _ => {}
        }
    }

    fn phase(&mut self, at: SimTime, phase: u16, (verdict, reason): (&str, &str)) {
        let of = &self.words.phases[usize::from(phase)];
        let reason = match verdict {
            "ended" if of.gates.is_empty() => "its time is over, and all that it ordered is there",
            _ => reason,
        };
        self.page.line(at, "promotion", |line| {
            line.open("subject");
            line.text("phase", &of.name);
            line.close();
            line.text("verdict", verdict);
            line.text("reason", reason);
        });
    }

    /// A copy that a transform makes: of what, with which marks, and how large.
    fn transform(
        &mut self,
        (at, kind): (SimTime, &str),
        (of, made): (u16, DatasetId),
        verdict: &str,
    ) {
        let words = self.words;
        let name = &words.transforms[usize::from(of)];
        let (copy, bytes) = &words.datasets[made.index()];
        self.page.line(at, kind, |line| {
            line.open("subject");
            line.text("transform", name);
            line.text("dataset", copy);
            line.close();
            if let Some((_, base)) = words.made_of.iter().find(|(id, _)| *id == made) {
                line.text("of", &words.datasets[base.index()].0);
                let marks = words.moving.data.get(base.index());
                line.json("of_attributes", &known(marks.map_or(&[], Vec::as_slice)));
            }
            let marks = words.moving.data.get(made.index());
            line.json("attributes", &known(marks.map_or(&[], Vec::as_slice)));
            line.text("verdict", verdict);
            line.count("bytes", *bytes);
        });
    }

    /// A copy that had passed is found to have marks that should be gone: how far it has spread.
    fn withdrawn(
        &mut self,
        at: SimTime,
        (of, made): (u16, DatasetId),
        (readers, places): (u32, u32),
    ) {
        let words = self.words;
        let name = &words.transforms[usize::from(of)];
        let (copy, bytes) = &words.datasets[made.index()];
        self.page.line(at, "judgement", |line| {
            line.open("subject");
            line.text("transform", name);
            line.text("dataset", copy);
            line.close();
            line.text("verdict", "withdrawn");
            line.text(
                "reason",
                "marks that should be gone were found in it after it had passed",
            );
            line.count("readers", u64::from(readers));
            line.count("places", u64::from(places));
            line.count("bytes", *bytes);
        });
    }

    fn reclaim(&mut self, at: SimTime, (pool, count): (PoolId, u32), verdict: &str) {
        let pool = &self.spelt.pools[pool.index()];
        self.page.line(at, "reclaim", |line| {
            line.json("source", pool);
            line.text("verdict", verdict);
            line.count("instances", u64::from(count));
            line.text(
                "reason",
                match verdict {
                    "noticed" => "the provider will take them away",
                    "reclaimed" => "the provider took them away",
                    _ => "they failed, and were given back",
                },
            );
        });
    }
}

const DENIED: &str = "more was asked for in a period that was over before anybody answered";
const ROTATED: &str = "what it had given out was replaced";
const LAPSED: &str = "what was fetched before it went out is worth nothing any more";

impl FailoverWords {
    fn tell_step(&self, line: &mut Line, step: Option<u16>) {
        if let Some(step) = step {
            line.count("step", u64::from(step) + 1);
            if let Some(does) = self.steps.get(usize::from(step)) {
                line.text("does", does);
            }
        }
    }

    fn tell_targets(&self, line: &mut Line) {
        line.open_list("targets");
        for target in &self.targets {
            line.open_item();
            line.json("pools", &names(&target.pools));
            line.json("needs", &names(&target.needs));
            line.json("closed_to", &names(&target.closed_to));
            line.close();
        }
        line.close_list();
    }
}
