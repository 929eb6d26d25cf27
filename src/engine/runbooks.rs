//! Runbooks as time passes: who notices, comes, decides, approves and does what before a failover begins.

use crate::dice::Purpose;
use crate::journal::{Circumstance, Fact, Item, Observer, Payee, Posting};
use crate::model::{Runbook, Stage, StepDoes};
use crate::process::{Law, law_ms};
use crate::units::{MilliGpus, Money, SimTime, Span};
use crate::world::Reaction;

use super::failover::STAGE;
use super::run::Run;

/// Parts of the names of dice: stages before the steps, then three for each step.
const FIRST_STEP: u16 = 8;

impl<O: Observer> Run<'_, O> {
    /// Somebody may have something to do before a failover begins. Returns whether that is so.
    pub(super) fn raise_alarm(&mut self, failover: usize) -> bool {
        let Some(book) = self.model.failovers.runbook_of(failover) else {
            return false;
        };
        let now = self.world.now;
        let state = &mut self.world.failing.states[failover];
        if state.reaction.is_some() || state.failed {
            return true;
        }
        state.record.alarms += 1;
        self.out.fact(now, Fact::Alarm(failover as u16));
        self.enter(failover, book, Stage::Detect, 0);
        true
    }

    /// A stage begins.
    fn enter(&mut self, failover: usize, book: &Runbook, stage: Stage, step: u16) {
        let now = self.world.now;
        let state = &self.world.failing.states[failover];
        let alarm = state.record.alarms as u32;
        let law = match stage {
            Stage::Execute => &book.steps[usize::from(step)].execute,
            _ => &book.times[stage as usize],
        };
        let part = match stage {
            Stage::Detect | Stage::Page | Stage::Decide => stage as u16,
            Stage::Approve => FIRST_STEP + 3 * step,
            Stage::Execute => FIRST_STEP + 3 * step + 1,
        };
        let takes = law
            .as_ref()
            .map_or(Span::ZERO, |law| self.reaction_time(book, law, alarm, part));
        let until = if book.in_hours[stage as usize] {
            book.hours.done(now, takes)
        } else {
            now + takes
        };
        let state = &mut self.world.failing.states[failover];
        state.stage += 1;
        state.reaction = Some(Reaction {
            stage,
            step,
            since: now,
        });
        let what = state.stage << 3 | STAGE;
        self.expect_failover(until, (failover, 0), what);
    }

    fn reaction_time(&self, book: &Runbook, law: &Law, alarm: u32, part: u16) -> Span {
        if let Law::Constant(ms) = law {
            return Span(*ms as u64);
        }
        let key = self.dice.key("runbook", &book.name);
        let mut stream = self.dice.stream(key, Purpose::Reaction, alarm, part);
        law_ms(law, &mut stream)
    }

    /// A stage is over: the next one begins, or a step is done.
    pub(super) fn end_stage(&mut self, failover: usize, version: u32) {
        let state = &self.world.failing.states[failover];
        let Some(reaction) = state.reaction else {
            return;
        };
        if state.stage & (u32::MAX >> 3) != version {
            return;
        }
        let Some(book) = self.model.failovers.runbook_of(failover) else {
            return;
        };
        self.pay_people(failover, book);
        let step = reaction.step;
        self.tell(|| Circumstance::Stage {
            failover: failover as u16,
            stage: reaction.stage.name(),
            step: (Stage::Approve <= reaction.stage).then_some(step),
            since: reaction.since,
        });
        match reaction.stage {
            Stage::Detect if !book.automatic => self.enter(failover, book, Stage::Page, 0),
            Stage::Page => self.enter(failover, book, Stage::Decide, 0),
            Stage::Detect | Stage::Decide => self.begin_step(failover, book, 0),
            Stage::Approve => self.enter(failover, book, Stage::Execute, step),
            Stage::Execute => self.do_step(failover, book, step),
        }
    }

    fn begin_step(&mut self, failover: usize, book: &Runbook, step: u16) {
        let Some(next) = book.steps.get(usize::from(step)) else {
            self.world.failing.states[failover].reaction = None;
            return;
        };
        if !next.is_allowed {
            return self.fail_step(failover, step);
        }
        let stage = if next.approval {
            Stage::Approve
        } else {
            Stage::Execute
        };
        self.enter(failover, book, stage, step);
    }

    fn do_step(&mut self, failover: usize, book: &Runbook, step: u16) {
        let now = self.world.now;
        let of = &book.steps[usize::from(step)];
        let alarm = self.world.failing.states[failover].record.alarms as u32;
        if of.fails > 0 {
            let key = self.dice.key("runbook", &book.name);
            let part = FIRST_STEP + 3 * step + 2;
            let mut stream = self.dice.stream(key, Purpose::Reaction, alarm, part);
            if stream.below(1_000_000) < u64::from(of.fails) {
                return self.fail_step(failover, step);
            }
        }
        self.out.fact(now, Fact::StepDone(failover as u16, step));
        match &of.does {
            StepDoes::Failover => self.begin_failover(failover),
            StepDoes::Rules(modes) => {
                for &(rule, mode) in modes {
                    let before = self.world.rules.masks();
                    self.world.set_rule_for_a_time(self.model, rule, mode);
                    self.judge_anew(rule, before);
                }
            }
            StepDoes::Quota(pools, gpus) => {
                for pool in pools {
                    self.world.pools[pool.index()].limit_quota(*gpus, true);
                }
                self.world.changes.other = true;
            }
            StepDoes::Mend => self.mend_triggers(failover),
            StepDoes::Check => {}
        }
        self.world.failing.states[failover].done = step + 1;
        self.begin_step(failover, book, step + 1);
    }

    /// A step failed, or must not be done: nobody goes on.
    fn fail_step(&mut self, failover: usize, step: u16) {
        let now = self.world.now;
        self.out.fact(now, Fact::StepFailed(failover as u16, step));
        let state = &mut self.world.failing.states[failover];
        state.reaction = None;
        state.failed = true;
        state.record.failed_steps += 1;
    }

    /// Nothing holds any more: whoever reacts stops, and what was done beside the failover is as it was before.
    pub(super) fn stand_down(&mut self, failover: usize) {
        let Some(book) = self.model.failovers.runbook_of(failover) else {
            return;
        };
        if self.world.failing.states[failover].reaction.is_some() {
            self.pay_people(failover, book);
        }
        let state = &mut self.world.failing.states[failover];
        let is_called_off = !state.is_on && state.reaction.is_some();
        state.record.called_off += u64::from(is_called_off);
        state.reaction = None;
        state.failed = false;
        state.stage += 1;
        let done = std::mem::take(&mut state.done);
        if is_called_off {
            self.tell(|| Circumstance::CalledOff {
                failover: failover as u16,
            });
        }
        for of in book.steps[..usize::from(done)].iter().rev() {
            match &of.does {
                StepDoes::Rules(modes) => {
                    for &(rule, mode) in modes.iter().rev() {
                        let before = self.world.rules.masks();
                        self.world.lift_rule(self.model, rule, mode);
                        self.judge_anew(rule, before);
                    }
                }
                StepDoes::Quota(pools, gpus) => {
                    for pool in pools {
                        self.world.pools[pool.index()].lift_quota(*gpus);
                    }
                }
                // What was set right stays so.
                StepDoes::Failover | StepDoes::Mend | StepDoes::Check => {}
            }
        }
        self.world.changes.other = true;
    }

    /// The people of a stage are paid up to now, month by month.
    pub(super) fn pay_people(&mut self, failover: usize, book: &Runbook) {
        let now = self.world.now;
        let state = &self.world.failing.states[failover];
        let Some(reaction) = state.reaction.filter(|of| book.keeps_busy(of.stage)) else {
            return;
        };
        let mut from = reaction.since;
        while from < now {
            let to = self.model.epoch.next_month(from).min(now);
            let worked = if book.in_hours[reaction.stage as usize] {
                book.hours.between(from, to)
            } else {
                to.since(from)
            };
            self.pay_stretch(failover, book, (from, to), worked);
            from = to;
        }
        if let Some(reaction) = &mut self.world.failing.states[failover].reaction {
            reaction.since = now;
        }
    }

    fn pay_stretch(
        &mut self,
        failover: usize,
        book: &Runbook,
        (from, to): (SimTime, SimTime),
        worked: Span,
    ) {
        // One person counts as one GPU: a price by the hour is a price by the hour.
        let people = MilliGpus::whole(u64::from(book.people));
        let amount = Money::of(people, worked, book.rate);
        let record = &mut self.world.failing.states[failover].record;
        record.people += Span(worked.0 * u64::from(book.people));
        record.people_cost += amount;
        if O::POSTINGS && amount != Money::ZERO {
            self.out.posting(&Posting {
                from,
                to,
                payee: Payee::People(failover as u16),
                job: None,
                item: Item::Reaction,
                gpu_time: 0,
                amount,
            });
        }
    }
}
