//! How traces are drawn anew.

use super::*;
use crate::process::Outcome;
use crate::trace::JobNames;
use crate::units::{ShapeId, TenantId};

/// One job at noon of each day, whose priority is the day's number.
fn daily(days: u64, offset: u64, replay: Replay) -> Recorded {
    let request = |day| Request {
        submit: SimTime(day * DAY + DAY / 2),
        requested: Span(1000),
        shape: ShapeId(0),
        tenant: TenantId(0),
        priority: day as i32,
    };
    let truth = Truth {
        work: Span(1000),
        outcome: Outcome::Finished,
    };
    Recorded {
        requests: (0..days).map(request).collect(),
        truth: vec![truth; days as usize],
        names: JobNames::of_rows((0..days).collect()),
        span: Span(days * DAY - 1),
        week_offset: offset,
        scenario_week_offset: 2 * DAY,
        replay,
    }
}

fn play(recorded: &Recorded, replication: u32, end: u64) -> Vec<(u64, i32)> {
    let dice = Dice {
        seed: 1,
        replication,
    };
    let mut drafts = Vec::new();
    replay(
        recorded,
        0,
        &dice,
        dice.key("demand", "d"),
        end,
        &mut drafts,
    );
    drafts.sort_unstable_by_key(|draft| (draft.request.submit, draft.source, draft.copy));
    let seen = drafts
        .iter()
        .map(|d| (d.request.submit.0, d.request.priority));
    seen.collect()
}

#[test]
fn days_are_drawn_from_the_same_weekday() {
    // The recording starts on a Friday (4), the scenario on a Wednesday (2).
    let resample = Replay {
        resample: Resample::Days,
        repeat: 10,
        ..Replay::PLAIN
    };
    let recorded = daily(28, 4 * DAY, resample);
    let mut seen = std::collections::BTreeSet::new();
    for replication in 0..40 {
        let jobs = play(&recorded, replication, 21 * DAY);
        assert_eq!(jobs.len(), 21);
        for (day, (submit, from)) in jobs.into_iter().enumerate() {
            assert_eq!(submit, day as u64 * DAY + DAY / 2);
            assert_eq!(
                (2 + day) % 7,
                (4 + from as usize) % 7,
                "day {day} from {from}"
            );
            seen.insert(from);
        }
    }
    assert_eq!(seen.len(), 28, "every recorded day is drawn now and then");
    assert_ne!(play(&recorded, 0, 21 * DAY), play(&recorded, 1, 21 * DAY));
    // A longer horizon adds days and changes none.
    let long = play(&recorded, 0, 21 * DAY);
    assert_eq!(play(&recorded, 0, 9 * DAY), long[..9]);
}

#[test]
fn weeks_stay_together() {
    let resample = Replay {
        resample: Resample::Weeks,
        ..Replay::PLAIN
    };
    // From a Monday, four complete weeks.
    let recorded = daily(28, 0, resample);
    let jobs = play(&recorded, 3, 19 * DAY);
    assert_eq!(jobs.len(), 19);
    for pair in jobs.windows(2) {
        let monday = pair[1].1 % 7 == 0;
        assert!(monday || pair[1].1 == pair[0].1 + 1, "{jobs:?}");
    }
    // The scenario starts on a Wednesday.
    assert_eq!(jobs[0].1 % 7, 2);
}

#[test]
fn passes_follow_each_other_on_whole_days() {
    let twice = Replay {
        repeat: 2,
        ..Replay::PLAIN
    };
    let jobs = play(&daily(3, 0, twice), 0, u64::MAX);
    let days: Vec<(u64, i32)> = jobs.iter().map(|(at, day)| (at / DAY, *day)).collect();
    assert_eq!(days, [(0, 0), (1, 1), (2, 2), (3, 0), (4, 1), (5, 2)]);
}

#[test]
fn thinning_and_growth_change_the_number_of_jobs() {
    let thin = Replay {
        thin: 0.25,
        ..Replay::PLAIN
    };
    let kept = play(&daily(20_000, 0, thin), 0, u64::MAX).len();
    // 20,000 × .25 = 5,000, standard deviation √(20,000 × .25 × .75) = 61
    assert!((4_755..5_245).contains(&kept), "{kept}");
    let grown = Replay {
        grow: 1.0,
        ..Replay::PLAIN
    };
    let jobs = play(&daily(730, 0, grown), 0, u64::MAX);
    let second: Vec<_> = jobs.iter().filter(|(at, _)| 365 * DAY <= *at).collect();
    // Doubling each year: in the second one 365 × 2 ÷ ln 2 × (2 − 1) = 1,053 jobs.
    assert!((990..1_120).contains(&second.len()), "{}", second.len());
}

#[test]
fn jitter_stays_within_its_bound() {
    let jitter = Replay {
        jitter: Span(3_600_000),
        ..Replay::PLAIN
    };
    let jobs = play(&daily(500, 0, jitter), 0, u64::MAX);
    assert_eq!(jobs.len(), 500);
    let shifts: Vec<i64> = jobs
        .iter()
        .map(|(at, day)| *at as i64 - (i64::from(*day) * 86_400_000 + 43_200_000))
        .collect();
    assert!(shifts.iter().all(|shift| shift.abs() <= 3_600_000));
    assert!(shifts.iter().any(|shift| 3_000_000 < *shift));
    assert!(shifts.iter().any(|shift| *shift < -3_000_000));
}
