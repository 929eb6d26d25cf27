//! Promises and discounts, worked by hand.

use super::*;

const DAY: u64 = 86_400_000;

fn units(amount: i128) -> Money {
    Money(amount * Money::TICKS_PER_UNIT)
}

fn promise(months: Option<u32>, steps: &[(u32, i128)]) -> Promise {
    Promise {
        name: "p".to_owned(),
        provider: ProviderId(0),
        from: SimTime::ZERO,
        until: SimTime::NEVER,
        before: Span::ZERO,
        months,
        steps: steps
            .iter()
            .map(|&(after, spend)| (after, units(spend)))
            .collect(),
    }
}

/// What is due in a run of so many days from 22 January 2026, 10 of them in that month: (day, units).
fn due(commitments: &Commitments, days: u64, paid: &[i128]) -> Vec<(u64, u64, Item, i128)> {
    let epoch = Epoch::parse("2026-01-22T00:00:00Z").unwrap();
    let paid: Vec<Money> = paid.iter().map(|&paid| units(paid)).collect();
    let settled = commitments.settle(epoch, SimTime(days * DAY), &Initial::default(), |_| {
        paid.clone()
    });
    let line = |line: Settled| {
        assert_eq!(line.amount.0 % Money::TICKS_PER_UNIT, 0);
        let amount = line.amount.0 / Money::TICKS_PER_UNIT;
        (line.from.0 / DAY, line.to.0 / DAY, line.item, amount)
    };
    settled.into_iter().map(line).collect()
}

#[test]
fn a_shortfall_is_due_at_the_end_of_each_month_and_cut_months_count_by_time() {
    let commitments = Commitments {
        promises: vec![promise(Some(1), &[(0, 31_000), (2, 62_000)])],
        ..Commitments::default()
    };
    // 10 of 31 days of January: 10,000; February: 31,000; the ramp's March, 15 of 31 days: 30,000.
    let lines = due(&commitments, 10 + 28 + 15, &[4_000, 40_000, 29_000]);
    assert_eq!(
        lines,
        [
            (0, 10, Item::Shortfall, 6_000),
            (38, 53, Item::Shortfall, 1_000)
        ]
    );
    // What was spent above the promise of one month does not count in another.
    assert_eq!(due(&commitments, 10, &[10_000]), []);
}

#[test]
fn a_year_is_twelve_months_and_a_term_is_one_period() {
    // The year from 1 January: 365 days, of which the run has 10 + 28 + 31 + 4 = 73: a fifth.
    let year = Commitments {
        promises: vec![promise(Some(12), &[(0, 100_000)])],
        ..Commitments::default()
    };
    let lines = due(&year, 73, &[1_000, 2_000, 3_000, 4_000]);
    assert_eq!(lines, [(69, 73, Item::Shortfall, 10_000)]);
    // A term of 100 days that began 50 days before: the run has 40 of them.
    let term = Promise {
        before: Span(50 * DAY),
        until: SimTime(50 * DAY),
        ..promise(None, &[(0, 1_000)])
    };
    let term = Commitments {
        promises: vec![term],
        ..Commitments::default()
    };
    let lines = due(&term, 40, &[100, 50, 50]);
    assert_eq!(lines, [(38, 40, Item::Shortfall, 200)]);
    // It is over at 50 days, whatever comes after.
    let lines = due(&term, 90, &[100, 50, 50, 1, 1]);
    assert_eq!(lines, [(38, 50, Item::Shortfall, 300)]);
}

#[test]
fn promises_that_meet_within_a_month_each_count_their_own_days() {
    let first = Promise {
        until: SimTime(5 * DAY),
        ..promise(Some(1), &[(0, 31_000)])
    };
    let second = Promise {
        from: SimTime(5 * DAY),
        ..promise(Some(1), &[(0, 62_000)])
    };
    let commitments = Commitments {
        promises: vec![first, second],
        discounts: vec![tiers()],
        pools: Vec::new(),
    };
    // Five days of 31 each: 5,000 and 10,000 are promised. Paid are 2,000, of which 100 come back, and 4,000, of
    // which the month's next 1,000 give 100 and the last 3,000 give 750.
    let lines = due(&commitments, 10, &[2_000, 4_000]);
    assert_eq!(
        lines,
        [
            (0, 10, Item::Discount, -950),
            (0, 5, Item::Shortfall, 3_100),
            (5, 10, Item::Shortfall, 6_850)
        ]
    );
    // What is paid before a promise begins or after it ends is not spent under it.
    let lone = Promise {
        from: SimTime(2 * DAY),
        until: SimTime(4 * DAY),
        ..promise(None, &[(0, 100)])
    };
    let commitments = Commitments {
        promises: vec![lone],
        ..Commitments::default()
    };
    let lines = due(&commitments, 10, &[1_000, 30, 1_000]);
    assert_eq!(lines, [(2, 4, Item::Shortfall, 70)]);
}

#[test]
fn a_year_that_began_before_the_run_counts_from_its_own_beginning() {
    // From 1 August 2025, 174 days before the start, to 1 August 2026, the run's day 191; then twice as much.
    let year = Promise {
        before: Span(174 * DAY),
        ..promise(Some(12), &[(0, 365_000), (1, 730_000)])
    };
    let year = Commitments {
        promises: vec![year],
        ..Commitments::default()
    };
    assert_eq!(
        due(&year, 201, &[91_000]),
        [
            (160, 191, Item::Shortfall, 100_000),
            (191, 201, Item::Shortfall, 20_000)
        ]
    );
}

fn tiers() -> VolumeDiscount {
    VolumeDiscount {
        provider: ProviderId(0),
        tiers: vec![(units(1_000), 100_000), (units(3_000), 250_000)],
    }
}

#[test]
fn discounts_are_marginal_by_month_and_count_against_promises() {
    // Of 5,000: nothing of the first 1,000, a tenth of 2,000, a quarter of 2,000.
    assert_eq!(tiers().of(units(5_000)), units(700));
    assert_eq!(tiers().of(units(1_000)), Money::ZERO);
    let commitments = Commitments {
        promises: vec![promise(Some(1), &[(0, 31_000)])],
        discounts: vec![tiers()],
        pools: Vec::new(),
    };
    // January: 10,000 promised, 5,000 − 700 spent. February: nothing spent, nothing back.
    let lines = due(&commitments, 38, &[5_000]);
    assert_eq!(
        lines,
        [
            (0, 10, Item::Discount, -700),
            (0, 10, Item::Shortfall, 5_700),
            (10, 38, Item::Shortfall, 31_000)
        ]
    );
    assert_eq!(commitments.providers(), 1);
    assert_eq!(Commitments::default().providers(), 0);
}
