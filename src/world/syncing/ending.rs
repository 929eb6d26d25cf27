//! A job whose checkpoints go home stops running: what of its work is where, and what is still to be sent.

use crate::model::{CheckpointHome, Model};
use crate::units::{SimTime, Span};

use super::super::job::Slot;
use super::super::moment::World;
use super::super::stretch::work_done;
use super::super::syncs::{Mark, Sending, What};

/// How the present stretch of a job ends.
#[derive(Clone, Copy, Debug)]
pub(in crate::world) struct Ending {
    /// When its work began.
    pub(in crate::world) from: SimTime,
    /// How many of its checkpoints count.
    pub(in crate::world) kept: u64,
    /// With a checkpoint at the end of it: when, and what that holds.
    pub(in crate::world) last: Option<(SimTime, u64)>,
}

impl World {
    /// A job stops running: the stretches of running that its checkpoints hold are remembered, each up to one that
    /// somebody may go back to, and what is not home yet goes on its way. Returns whether its checkpoints go home at
    /// all; nothing is done otherwise.
    #[cold]
    pub(in crate::world) fn end_course(
        &mut self,
        model: &Model,
        slot: Slot,
        ending: Ending,
    ) -> bool {
        let job = self.jobs[slot];
        let Some(home) = model.checkpoint_home(job.request.shape) else {
            return false;
        };
        let (now, transfers) = (self.now, &mut self.staging.transfers);
        let Some(syncing) = transfers.syncs.get_mut(slot) else {
            return false;
        };
        syncing.advance(now);
        let (transfer, was_fetching) = (syncing.transfer.take(), syncing.fetching);
        if let Some(id) = transfer {
            transfers.give_up(&model.network, now, id);
            self.pay_fares(model);
        }
        let Some(syncing) = self.staging.transfers.syncs.get_mut(slot) else {
            return false;
        };
        let (course, sending) = (syncing.course.take(), syncing.sending.take());
        if was_fetching {
            // It is where it came from, and nowhere else.
            (syncing.fetching, syncing.site) = (false, home.site);
            return true;
        }
        let is_home = syncing.site == home.site;
        let arrived = if is_home {
            ending.kept
        } else {
            course.map_or(0, |course| course.arrived).min(ending.kept)
        };
        let number = |sending: Sending| match sending.what {
            What::Number(number) => Some(number),
            What::Earlier(_) => None,
        };
        let sent = sending.and_then(number).filter(|&sent| sent <= ending.kept);
        let marks = self.remember_parts(model, slot, ending, (arrived, sent));
        self.file_marks(
            model,
            (slot, home, is_home),
            ending,
            (arrived, sending, marks),
        );
        self.send_next(model, slot, home);
        true
    }

    /// Remembers the running of a stretch up to each checkpoint that matters: the newest that is home, the one on
    /// its way, the newest of all. Returns what these hold.
    fn remember_parts(
        &mut self,
        model: &Model,
        slot: Slot,
        ending: Ending,
        (arrived, sent): (u64, Option<u64>),
    ) -> [Option<Mark>; 3] {
        let job = self.jobs[slot];
        let rhythm = model.rhythm(job.request.shape, job.pool);
        let newest = ending.kept * u64::from(ending.last.is_none());
        let history = self.jobs.history(&job);
        let mut runs = history.map_or(0, |history| self.jobs.runs(history).count() as u32);
        let mut cuts = [arrived, sent.unwrap_or(0), newest];
        cuts.sort_unstable();
        let (mut begun, mut marks) = (0, [None; 3]);
        for number in cuts {
            if number == 0 {
                continue;
            }
            let run = |number: u64| Span(number * rhythm.interval.0);
            if begun < number {
                let at = |number: u64| ending.from + Span(number * rhythm.cycle().0);
                let starved = self.starved_between(slot, run(begun), run(number));
                let part = (at(begun), at(number));
                self.jobs.remember_run(slot, job.pool, part, starved);
                (runs, begun) = (runs + 1, number);
            }
            let done = job.done + work_done(self.fed_until(slot, run(number)).0, job.speed);
            let mark = Some(Mark { done, runs });
            let names = [arrived, sent.unwrap_or(0), newest];
            for (name, found) in names.into_iter().zip(&mut marks) {
                if name == number {
                    *found = mark;
                }
            }
        }
        if let Some((to, done)) = ending.last {
            let from = ending.from + Span(begun.saturating_mul(rhythm.cycle().0));
            let from = if begun == 0 { ending.from } else { from };
            if from < to {
                let run = Span(begun.saturating_mul(rhythm.interval.0));
                let run = if begun == 0 { Span::ZERO } else { run };
                let starved = self.starved_from(slot, run);
                self.jobs.remember_run(slot, job.pool, (from, to), starved);
                runs += 1;
            }
            marks[2] = Some(Mark { done, runs });
        }
        marks
    }

    /// Files what is home, what is on its way and what is to follow.
    fn file_marks(
        &mut self,
        model: &Model,
        (slot, home, is_home): (Slot, CheckpointHome, bool),
        ending: Ending,
        (arrived, sending, [at_home, sent, newest]): (u64, Option<Sending>, [Option<Mark>; 3]),
    ) {
        let job = self.jobs[slot];
        let rhythm = model.rhythm(job.request.shape, job.pool);
        let Some(syncing) = self.staging.transfers.syncs.get_mut(slot) else {
            return;
        };
        if is_home {
            if let Some(mark) = newest.or(at_home) {
                let first = if ending.kept > 0 {
                    ending.from + rhythm.cycle()
                } else {
                    self.now
                };
                syncing.home_since = syncing.home_since.min(first);
                syncing.home = mark;
            }
            syncing.next = None;
            return;
        }
        if let Some(mark) = at_home {
            syncing.home = mark;
        }
        syncing.sending = match sending {
            Some(Sending {
                what: What::Number(_),
                left,
            }) => sent.map(|mark| Sending {
                what: What::Earlier(mark),
                left,
            }),
            other => other,
        };
        let is_older = newest == at_home && arrived > 0 || newest == sent && sent.is_some();
        if let Some(mark) = newest.filter(|_| !is_older) {
            syncing.next = Some(mark);
        }
        debug_assert!(home.site != syncing.site, "what is home is not sent there");
    }
}
