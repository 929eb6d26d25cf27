//! How far the cheapest strategy is from what is possible.

use crate::metrics::Layout;
use crate::record::plain;

use super::columns::Columns;
use super::words::estimate;

/// What the cheapest strategy costs above what no plan can go below; `None` where nobody says that.
pub(super) fn over_bound(layout: &Layout, names: &[String], columns: &[Columns]) -> Option<String> {
    let cost = layout.position("cost_total")?;
    let share = layout.position("cost_over_bound_share")?;
    let value = |mine: &Columns| mine.estimate(cost).map(|estimate| estimate.value);
    let (name, cheapest) = names
        .iter()
        .zip(columns)
        .filter(|(_, mine)| value(mine).is_some())
        .min_by(|a, b| {
            value(a.1)
                .partial_cmp(&value(b.1))
                .unwrap_or(std::cmp::Ordering::Equal)
        })?;
    let over = cheapest.estimate(share)?;
    let half = over.half_width().map(|half| half * 100.0);
    let percent = estimate(over.value * 100.0, half);
    let which = if 1 < names.len() {
        ", the cheapest,"
    } else {
        ""
    };
    Some(format!(
        "\"{}\"{which} costs {percent} % more than the least that any plan could that does the same work on \
         the same estate (a bound: no plan need reach it).",
        plain(name)
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metrics::Cell;

    #[test]
    fn the_cheapest_is_measured_against_the_bound() {
        let layout = Layout::new(&["all".into()], &["dc".into()]);
        assert_eq!(
            over_bound(&layout, &["a".into()], &[Columns::new(&layout)]),
            None
        );
        let layout = layout.with_bound();
        let mut columns = [Columns::new(&layout), Columns::new(&layout)];
        let mut row = |mine: usize, cost: f64, bound: f64| {
            let mut row = vec![Cell::amount(0.0); layout.columns.len()];
            row[layout.position("cost_total").unwrap()] = Cell::amount(cost);
            let share = layout.position("cost_over_bound_share").unwrap();
            row[share] = Cell::ratio(cost - bound, bound);
            columns[mine].push(&row, &row);
        };
        row(0, 120.0, 80.0);
        // (100 − 80) / 80 = 25 %.
        row(1, 100.0, 80.0);
        let told = over_bound(&layout, &["a".into(), "b".into()], &columns).unwrap();
        assert!(
            told.starts_with("\"b\", the cheapest, costs 25 % more"),
            "{told}"
        );
    }
}
