//! What would change the answer: computed statements about prices and about what waiting is worth.
//!
//! Both hold the decisions of the strategies fixed: with other prices a strategy that looks at prices would
//! decide otherwise, so the break-even price is where the ranking flips for the plans as they were made.

use crate::metrics::Layout;
use crate::record::plain;

use super::columns::Columns;
use super::words::estimate;

/// Statements about each strategy but the first against the first.
pub fn what_would_change(
    layout: &Layout,
    names: &[String],
    columns: &[Columns],
    currency: &str,
) -> Vec<String> {
    let Some(first) = columns.first() else {
        return Vec::new();
    };
    let mut statements = Vec::new();
    for (name, mine) in names.iter().zip(columns).skip(1) {
        statements.extend(worth_of_waiting(name, mine, currency));
        statements.extend(break_even(
            layout,
            (name, mine),
            (&names[0], first),
            currency,
        ));
    }
    if statements.is_empty() && 1 < columns.len() {
        statements.push(
            "no price of rented GPUs and no worth of waiting would change this ranking".to_owned(),
        );
    }
    statements
}

/// What the strategy that costs more pays for each hour of waiting that it avoids.
fn worth_of_waiting(name: &str, mine: &Columns, currency: &str) -> Option<String> {
    let worth = mine.worth_of_waiting();
    let (more, less) = worth.totals();
    // Only a trade-off has a price: dearer and faster, or cheaper and slower.
    if more == 0.0 || less == 0.0 || (0.0 < more) != (0.0 < less) {
        return None;
    }
    let price = worth.estimate()?;
    let price = estimate(price.value, price.half_width());
    let name = plain(name);
    Some(if 0.0 < more {
        format!(
            "\"{name}\" pays {price} {currency} for each job-hour of waiting that it avoids: it is the better \
             choice where an hour of a waiting job is worth more"
        )
    } else {
        format!(
            "\"{name}\" saves {price} {currency} for each job-hour of waiting that it adds: it is the better \
             choice where an hour of a waiting job is worth less"
        )
    })
}

/// The average rented price at which both cost the same per useful GPU-hour.
///
/// Cost is linear in the price of rented GPUs: with a factor m on it, strategy i costs (Fᵢ + m Rᵢ)/Uᵢ for
/// each useful GPU-hour, so the two are equal at m = (F₂U₁ − F₁U₂)/(R₁U₂ − R₂U₁).
fn break_even(
    layout: &Layout,
    (name, mine): (&str, &Columns),
    (base, first): (&str, &Columns),
    currency: &str,
) -> Option<String> {
    let total = |columns: &Columns, id: &str| {
        let column = layout.position(id)?;
        Some(columns.totals(column).0)
    };
    let parts = |columns: &Columns| {
        let rented = total(columns, "cost_rented")?;
        let fixed = total(columns, "cost_total")? - rented;
        Some((fixed, rented, total(columns, "gpu_h_useful")?))
    };
    let ((f1, r1, u1), (f2, r2, u2)) = (parts(first)?, parts(mine)?);
    let hours = total(mine, "gpu_h_rented")? + total(first, "gpu_h_rented")?;
    let slope = r1 * u2 - r2 * u1;
    if hours == 0.0 || slope == 0.0 || u1 == 0.0 || u2 == 0.0 {
        return None;
    }
    let factor = (f2 * u1 - f1 * u2) / slope;
    let now = (r1 + r2) / hours;
    if factor <= 0.0 || !factor.is_finite() {
        return None;
    }
    // Above the break-even price the strategy that rents less for its useful work is the cheaper one.
    let (above, below) = if slope < 0.0 {
        (base, name)
    } else {
        (name, base)
    };
    Some(format!(
        "per useful GPU-hour, \"{}\" is cheaper than \"{}\" once rented GPUs cost more than {} {currency}/GPU-h \
         on average (now {}), all decisions as they were",
        plain(above),
        plain(below),
        estimate(factor * now, None),
        estimate(now, None)
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metrics::Cell;

    /// What is said of a second strategy beside a first, each of one replication.
    fn said(names: [&str; 2], first: &[(&str, f64)], second: &[(&str, f64)]) -> Vec<String> {
        let layout = Layout::new(&["all".into()], &["dc".into()]);
        let row = |values: &[(&str, f64)]| {
            let mut row = vec![Cell::amount(0.0); layout.columns.len()];
            for (id, value) in values {
                row[layout.position(id).unwrap()] = Cell::amount(*value);
            }
            row
        };
        let (first, second) = (row(first), row(second));
        let mut columns = [Columns::new(&layout), Columns::new(&layout)];
        columns[0].push(&first, &first);
        columns[1].push(&second, &first);
        what_would_change(&layout, &names.map(str::to_owned), &columns, "USD")
    }

    #[test]
    fn the_break_even_price_makes_both_cost_the_same() {
        // Owned 100 for 40 useful hours; the other rents 10 h at 3 for 10 more useful hours.
        let first = [
            ("cost_total", 100.0),
            ("gpu_h_useful", 40.0),
            ("wait_mean_s", 7200.0),
        ];
        let burst = [
            ("cost_total", 130.0),
            ("cost_rented", 30.0),
            ("gpu_h_rented", 10.0),
            ("gpu_h_useful", 50.0),
            ("wait_mean_s", 3600.0),
        ];
        let names = ["private", "burst"];
        let told = said(names, &first, &burst);
        // 30 USD more for 1 h less of waiting.
        assert!(
            told[0].contains("pays 30 USD for each job-hour"),
            "{}",
            told[0]
        );
        // 100/40 = 2.5 = (100 + 10 p)/50 gives p = 2.5.
        assert!(
            told[1].contains("\"private\" is cheaper than \"burst\""),
            "{}",
            told[1]
        );
        assert!(told[1].contains("more than 2.500 USD/GPU-h"), "{}", told[1]);
        assert!(told[1].contains("(now 3)"), "{}", told[1]);
        assert!(said(names, &first, &first)[0].starts_with("no price"));
    }

    #[test]
    fn to_wait_again_is_to_wait() {
        let of = |cost, wait, again| {
            [
                ("cost_total", cost),
                ("wait_mean_s", wait),
                ("preempted_mean_s", again),
            ]
        };
        let first = of(100.0, 7200.0, 0.0);
        let told = |second: [_; 3]| said(["first", "second"], &first, &second)[0].clone();
        // 20 USD more; 2 h of waiting against 30 min and 30 min again: 1 h less.
        let worth = told(of(120.0, 1800.0, 1800.0));
        assert!(worth.contains("pays 20 USD for each job-hour"), "{worth}");
        // Sooner begun and longer stopped: dearer and slower is no trade-off.
        let worse = told(of(120.0, 1800.0, 9000.0));
        assert!(worse.starts_with("no price"), "{worse}");
    }
}
