//! The answer in words.

use crate::metrics::Layout;
use crate::record::plain;
use crate::stats::Estimate;

use super::columns::Columns;
use super::possible;
use super::words::{duration, estimate};

/// One sentence for each strategy but the first: what it costs and how long its jobs wait, against the first
/// on the same sampled worlds; and how far the cheapest is from what is possible, where that is known.
pub fn sentences(layout: &Layout, names: &[String], columns: &[Columns]) -> Vec<String> {
    let (Some(cost), Some(wait), Some(again)) = (
        layout.position("cost_total"),
        layout.position("wait_mean_s"),
        layout.position("preempted_mean_s"),
    ) else {
        return Vec::new();
    };
    let Some(first) = columns.first() else {
        return Vec::new();
    };
    let mut sentences: Vec<String> = (1..columns.len())
        .map(|index| {
            format!(
                "\"{}\" {} and {}{}.",
                plain(&names[index]),
                cost_clause(&columns[index], cost, &plain(&names[0])),
                wait_clause(&columns[index], first, wait),
                again_clause(&columns[index], first, again)
            )
        })
        .collect();
    sentences.extend(possible::over_bound(layout, names, columns));
    sentences
}

fn cost_clause(mine: &Columns, cost: usize, base: &str) -> String {
    match mine.versus_first(cost).ratio() {
        None => format!("cannot be compared with \"{base}\" in cost, which is zero there"),
        Some(ratio) if !ratio.excludes(1.0) && ratio.half_width().is_some() => {
            format!(
                "costs as much as \"{base}\" as far as we can tell ({} ×)",
                times(&ratio)
            )
        }
        Some(ratio) if ratio.value == 1.0 => format!("costs exactly as much as \"{base}\""),
        Some(ratio) => format!("costs {} × \"{base}\"", times(&ratio)),
    }
}

fn wait_clause(mine: &Columns, first: &Columns, wait: usize) -> String {
    let (Some(here), Some(there)) = (mean(mine, wait), mean(first, wait)) else {
        return "no job waits in line under it".to_owned();
    };
    let means = format!(
        "mean wait {} against {}",
        duration(here, None),
        duration(there, None)
    );
    if here == there {
        return format!("waits exactly as long ({means})");
    }
    let versus = mine.versus_first(wait);
    let (ratio, word) = if here < there {
        (versus.inverse(), "less")
    } else {
        (versus.ratio(), "longer")
    };
    match ratio {
        None => format!("{word} wait cannot be put as a factor ({means})"),
        Some(ratio) if !ratio.excludes(1.0) && ratio.half_width().is_some() => {
            format!("waits as long as far as we can tell ({means})")
        }
        Some(ratio) => format!("waits {} × {word} ({means})", times(&ratio)),
    }
}

/// A wait ends at the first start: what jobs wait after that must not go unsaid where a strategy stops them.
fn again_clause(mine: &Columns, first: &Columns, again: usize) -> String {
    let (here, there) = (mean(mine, again), mean(first, again));
    match (here.unwrap_or(0.0), there.unwrap_or(0.0)) {
        (0.0, 0.0) => String::new(),
        (here, 0.0) => format!(
            "; once stopped, a job waits again for {} on average",
            duration(here, None)
        ),
        (here, there) => format!(
            "; once stopped, a job waits again for {} on average, against {}",
            duration(here, None),
            duration(there, None)
        ),
    }
}

fn mean(columns: &Columns, position: usize) -> Option<f64> {
    columns.estimate(position).map(|estimate| estimate.value)
}

/// A factor with its half width.
fn times(ratio: &Estimate) -> String {
    estimate(ratio.value, ratio.half_width())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metrics::Cell;

    /// A row of cost, wait and wait again of 100 jobs.
    fn row(layout: &Layout, (cost, wait, again): (f64, f64, f64)) -> Vec<Cell> {
        let mut row = vec![Cell::amount(1.0); layout.columns.len()];
        row[layout.position("cost_total").unwrap()] = Cell::amount(cost);
        row[layout.position("wait_mean_s").unwrap()] = Cell::ratio(wait * 100.0, 100.0);
        row[layout.position("preempted_mean_s").unwrap()] = Cell::ratio(again * 100.0, 100.0);
        row
    }

    fn said(
        names: [&str; 2],
        first: &[(f64, f64, f64)],
        second: &[(f64, f64, f64)],
    ) -> Vec<String> {
        let layout = Layout::new(&["all".into()], &["dc".into()]);
        let mut columns = [Columns::new(&layout), Columns::new(&layout)];
        for (first, second) in first.iter().zip(second) {
            let (first, second) = (row(&layout, *first), row(&layout, *second));
            columns[0].push(&first, &first);
            columns[1].push(&second, &first);
        }
        sentences(&layout, &names.map(str::to_owned), &columns)
    }

    #[test]
    fn the_answer_is_a_sentence() {
        let names = ["private only", "burst"];
        let first = [(100.0, 7200.0, 0.0)];
        assert_eq!(
            said(names, &first, &[(112.0, 1200.0, 0.0)]),
            [
                "\"burst\" costs 1.120 × \"private only\" and waits 6 × less \
              (mean wait 20.0 min against 2.00 h)."
            ]
        );
        assert_eq!(
            said(names, &first, &first),
            [
                "\"burst\" costs exactly as much as \"private only\" and waits exactly as long \
              (mean wait 2.00 h against 2.00 h)."
            ]
        );
    }

    #[test]
    fn waiting_again_is_said() {
        assert_eq!(
            said(
                ["a", "b"],
                &[(100.0, 7200.0, 0.0)],
                &[(100.0, 1200.0, 3600.0)]
            ),
            [
                "\"b\" costs exactly as much as \"a\" and waits 6 × less (mean wait 20.0 min against \
              2.00 h); once stopped, a job waits again for 60.0 min on average."
            ]
        );
    }

    #[test]
    fn what_the_data_cannot_tell_apart_is_not_told_apart() {
        let a = [(100.0, 50.0, 0.0), (110.0, 60.0, 0.0), (90.0, 55.0, 0.0)];
        let b = [(105.0, 58.0, 0.0), (100.0, 51.0, 0.0), (97.0, 54.0, 0.0)];
        let said = &said(["a", "b"], &a, &b)[0];
        assert!(
            said.contains("costs as much as \"a\" as far as we can tell"),
            "{said}"
        );
        assert!(
            said.contains("waits as long as far as we can tell"),
            "{said}"
        );
    }
}
