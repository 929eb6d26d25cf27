//! The order key that a discipline gives a job when it joins the line: smaller is sooner.

use crate::model::{Discipline, Request};

use super::Strategy;

impl Strategy {
    /// The key of a request.
    pub fn order_key(&self, request: &Request) -> u64 {
        match self.settings.discipline {
            Discipline::ShortestFirst => request.requested.0,
            // Larger is more urgent: turn the order around.
            Discipline::Priority => {
                (i64::from(i32::MAX) - i64::from(request.priority)).unsigned_abs()
            }
            _ => 0,
        }
    }
}
