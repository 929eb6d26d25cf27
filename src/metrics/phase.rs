//! What became of a phase in one replication.

use crate::journal::PhaseRecord;

use super::cell::Cell;

/// Milli-GPU·ms in one GPU-hour.
const GPU_HOUR: f64 = 3.6e9;
const DAY_MS: f64 = 86_400_000.0;

/// Whether it ended by its date; nothing where the run stopped before.
pub(super) fn on_time(phase: &PhaseRecord) -> Cell {
    let on_time = phase.on_time();
    on_time.map_or_else(Cell::default, |ended| {
        Cell::amount(f64::from(u8::from(ended)))
    })
}

/// How many days later than planned it ended; at least so many, where it has not.
pub(super) fn slip(phase: &PhaseRecord) -> Cell {
    if phase.on_time().is_none() {
        return Cell::default();
    }
    Cell {
        at_least: phase.ended.is_none(),
        ..Cell::amount(phase.slip().0 as f64 / DAY_MS)
    }
}

/// What was charged while it went on.
pub(super) fn cost(phase: &PhaseRecord) -> Cell {
    Cell::amount(phase.cost.as_units())
}

/// Mean wait in seconds of those who started while it went on.
pub(super) fn wait(phase: &PhaseRecord) -> Cell {
    Cell::ratio(phase.waited as f64 / 1e3, phase.started as f64)
}

/// The share of what was paid for that jobs held.
pub(super) fn utilisation(phase: &PhaseRecord) -> Cell {
    Cell::ratio(phase.held as f64 / GPU_HOUR, phase.paid as f64 / GPU_HOUR)
}

/// GPU-hours of work that counts.
pub(super) fn useful(phase: &PhaseRecord) -> Cell {
    Cell::amount(phase.useful as f64 / GPU_HOUR)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::units::{Money, SimTime};

    fn record(ended: Option<u64>, horizon: u64) -> PhaseRecord {
        let day = |days: u64| SimTime(days * 86_400_000);
        PhaseRecord {
            phase: 0,
            planned_start: day(0),
            planned_end: day(30),
            begun: Some(day(0)),
            ended: ended.map(day),
            rolled_back: false,
            failures: 0,
            horizon: day(horizon),
            cost: Money::ZERO,
            useful: 0,
            held: 0,
            paid: 0,
            started: 0,
            waited: 0,
            finished: 0,
        }
    }

    #[test]
    fn a_phase_that_has_not_ended_slips_at_least_to_the_horizon() {
        assert_eq!(on_time(&record(Some(30), 90)), Cell::amount(1.0));
        assert_eq!(slip(&record(Some(34), 90)), Cell::amount(4.0));
        let open = slip(&record(None, 90));
        assert!(open.at_least && open.value() == Some(60.0));
        assert_eq!(on_time(&record(None, 90)), Cell::amount(0.0));
        // Nobody knows yet.
        assert_eq!(on_time(&record(None, 20)).value(), None);
        assert_eq!(slip(&record(None, 20)).value(), None);
    }
}
