//! When something came, replication by replication: counts by the hour, so that memory does not grow with their number.

use std::collections::BTreeMap;

use crate::record::Dates;

/// How often something had come by each hour.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Calendar {
    /// Replications by the hour in which it came, rounded up.
    came: BTreeMap<u32, u32>,
    replications: u32,
}

impl Calendar {
    /// Another replication, in which it came on this day after the start, or not at all.
    pub(super) fn note(&mut self, day: Option<f64>) {
        self.replications += 1;
        if let Some(day) = day {
            *self.came.entry((day * 24.0).ceil() as u32).or_default() += 1;
        }
    }

    /// By when it had come in a tenth, in half and in nine tenths of all replications (nearest rank); nothing where it
    /// had not in so many.
    pub(super) fn dates(&self) -> Dates {
        let by = |tenths: u32| {
            let rank = (u64::from(self.replications) * u64::from(tenths)).div_ceil(10);
            let mut so_far = 0;
            let mut came = self.came.iter();
            let found = came.find(|&(_, &count)| {
                so_far += u64::from(count);
                rank <= so_far
            });
            found.map(|(&hour, _)| f64::from(hour) / 24.0)
        };
        Dates {
            p10: by(1),
            p50: by(5),
            p90: by(9),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn those_in_which_nothing_came_count_too() {
        // Of five replications two never came so far: half of them had by day 9, nine tenths never.
        let mut calendar = Calendar::default();
        for day in [Some(9.0), None, Some(4.0), Some(6.99), None] {
            calendar.note(day);
        }
        let found = calendar.dates();
        assert_eq!(
            (found.p10, found.p50, found.p90),
            (Some(4.0), Some(9.0), None)
        );
        // 6.99 days are 167.76 hours, so it had come by the end of day 7.
        calendar.note(Some(0.0));
        assert_eq!(calendar.dates().p50, Some(7.0));
    }
}
