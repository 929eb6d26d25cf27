//! Planned work on nodes: announced beforehand, batch by batch, round after round.

use crate::units::{SimTime, Span};

use super::happening::{Happening, Incident, Turn};
use super::weather::NodeRange;

/// Work on nodes of owned pools that is planned and announced.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Maintenance {
    /// Its name.
    pub name: String,
    /// Nodes that are worked on together; one batch follows the other.
    pub batches: Vec<Vec<NodeRange>>,
    /// When the first round begins.
    pub start: SimTime,
    /// From the beginning of one round to that of the next; `None` if there is only one.
    pub every: Option<Span>,
    /// How long the work on a batch takes once nobody uses its nodes.
    pub lasts: Span,
    /// How long before each round it is announced.
    pub notice: Span,
    /// What becomes of those who still run when a batch is due.
    pub drain: Drain,
}

/// What becomes of jobs that run on nodes which are due for maintenance.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Drain {
    /// They end first: the batch waits for the last of them.
    Wait,
    /// Those that keep a checkpoint when they are stopped write one and leave; so they may be started although
    /// they are expected to run over it. The others are stopped.
    Checkpoint,
    /// They are stopped.
    Kill,
}

impl Maintenance {
    /// The incidents of the rounds that begin before `end`; `plan` is the index of this plan in the model.
    pub fn incidents(&self, plan: u16, end: Span) -> impl Iterator<Item = Incident> + '_ {
        let mut next = Some(self.start).filter(|start| start.0 < end.0);
        let starts = std::iter::from_fn(move || {
            let start = next?;
            let after = self.every.map(|every| start + every);
            next = after.filter(|start| start.0 < end.0);
            Some(start)
        });
        starts.flat_map(move |start| {
            let announced = SimTime(start.0.saturating_sub(self.notice.0));
            [
                Incident {
                    at: announced,
                    turn: Turn::Relief,
                    what: Happening::Announce { plan, start },
                },
                Incident {
                    at: start,
                    turn: Turn::Blow,
                    what: Happening::Service { plan },
                },
            ]
        })
    }

    /// How long a round takes if no batch has to wait.
    pub fn round(&self) -> Span {
        Span(self.lasts.0 * self.batches.len() as u64)
    }

    /// The nodes of all batches.
    pub fn nodes(&self) -> u32 {
        self.batches.iter().flatten().map(|range| range.nodes).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_round_is_announced_and_then_begins() {
        let plan = Maintenance {
            name: "firmware".to_owned(),
            batches: vec![Vec::new(), Vec::new()],
            start: SimTime(50),
            every: Some(Span(100)),
            lasts: Span(7),
            notice: Span(60),
            drain: Drain::Wait,
        };
        // Rounds at 50, 150 and 250 begin before 300, the first of them announced from the start.
        let told: Vec<(u64, Happening)> = plan
            .incidents(3, Span(300))
            .map(|incident| (incident.at.0, incident.what))
            .collect();
        let announce = |start| Happening::Announce {
            plan: 3,
            start: SimTime(start),
        };
        let service = Happening::Service { plan: 3 };
        let expected = [
            (0, announce(50)),
            (50, service),
            (90, announce(150)),
            (150, service),
            (190, announce(250)),
            (250, service),
        ];
        assert_eq!(told, expected);
        assert_eq!(plan.round(), Span(14));
        assert_eq!(plan.incidents(0, Span(50)).count(), 0);
    }
}
