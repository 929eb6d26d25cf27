//! The order key that a discipline gives a job when it joins the line: smaller is sooner.

use crate::model::{Discipline, Request};

use super::Strategy;

/// What the line is ordered by before the order of arrival.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Order {
    /// Nothing.
    Arrival,
    /// The time that jobs ask for.
    Requested,
    /// Priority.
    Priority,
}

impl Order {
    pub(super) const fn of(discipline: &Discipline) -> Self {
        match discipline {
            Discipline::ShortestFirst => Self::Requested,
            Discipline::Priority => Self::Priority,
            _ => Self::Arrival,
        }
    }
}

impl Strategy {
    /// The key of a request.
    #[inline]
    pub fn order_key(&self, request: &Request) -> u64 {
        match self.order {
            Order::Arrival => 0,
            Order::Requested => request.requested.0,
            // Larger is more urgent: turn the order around.
            Order::Priority => (i64::from(i32::MAX) - i64::from(request.priority)).unsigned_abs(),
        }
    }
}
