//! Nodes that came during the run: their lives begin with their delivery, so what befalls them is on the tape by
//! their age, and played among the other incidents.

use crate::journal::Observer;
use crate::model::{Incident, Turn};
use crate::units::SimTime;

use super::run::Run;

/// What befalls those that one order brought.
#[derive(Clone, Copy, Debug)]
pub(super) struct Birth {
    /// Which order.
    pub(super) order: u32,
    /// When it came.
    pub(super) at: SimTime,
    /// Which of their incidents is next.
    pub(super) next: usize,
}

/// Told apart from incidents of the calendar in the hash of a run.
const BORN: u64 = 1 << 32;

impl<O: Observer> Run<'_, O> {
    /// When the next incident is, by the calendar or by the age of what came.
    pub(super) fn look_ahead(&mut self) {
        let mut next = self.timeline.incident_at(self.next_incident);
        for birth in &self.births {
            next = next.min(self.of_birth(birth).map_or(SimTime::NEVER, |(at, _)| at));
        }
        self.next_incident_at = next;
    }

    fn of_birth(&self, birth: &Birth) -> Option<(SimTime, Incident)> {
        let lives = self.timeline.lives.get(birth.order as usize)?;
        let incident = *lives.get(birth.next)?;
        Some((SimTime(birth.at.0.saturating_add(incident.at.0)), incident))
    }

    /// The next incident of `now` up to a turn of the instant: those of the calendar first, then those of what came,
    /// in the order in which it came.
    pub(super) fn take_incident(&mut self, now: SimTime, last: Turn) -> Option<Incident> {
        if self.timeline.incident_at(self.next_incident) == now {
            let incident = self.timeline.weather[self.next_incident];
            if incident.turn <= last {
                self.note(20 + incident.turn as u64, self.next_incident as u64);
                self.next_incident += 1;
                return Some(incident);
            }
        }
        for index in 0..self.births.len() {
            let birth = self.births[index];
            if let Some((at, incident)) = self.of_birth(&birth)
                && at == now
                && incident.turn <= last
            {
                let id = BORN + (u64::from(birth.order) << 16) + birth.next as u64;
                self.note(20 + incident.turn as u64, id);
                self.births[index].next += 1;
                return Some(incident);
            }
        }
        None
    }
}
