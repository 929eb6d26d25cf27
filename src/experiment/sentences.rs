//! The answer in words.

use crate::metrics::Layout;
use crate::record::plain;
use crate::stats::{Estimate, paired_ratio_of_ratios, ratio_interval};

use super::columns::Columns;
use super::words::{duration, estimate};

/// One sentence for each strategy but the first: what it costs and how long its jobs wait, against the first
/// on the same sampled worlds.
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
    (1..columns.len())
        .map(|index| {
            format!(
                "\"{}\" {} and {}{}.",
                plain(&names[index]),
                cost_clause(&columns[index], first, cost, &plain(&names[0])),
                wait_clause(&columns[index], first, wait),
                again_clause(&columns[index], first, again)
            )
        })
        .collect()
}

fn cost_clause(mine: &Columns, first: &Columns, cost: usize, base: &str) -> String {
    match paired_ratio_of_ratios(mine.pair(cost), first.pair(cost)) {
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
    let (subject, base, word) = if here < there {
        (first, mine, "less")
    } else {
        (mine, first, "longer")
    };
    match paired_ratio_of_ratios(subject.pair(wait), base.pair(wait)) {
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
    let (numerators, denominators) = columns.pair(position);
    ratio_interval(numerators, denominators).map(|e| e.value)
}

/// A factor with its half width.
fn times(ratio: &Estimate) -> String {
    estimate(ratio.value, ratio.half_width())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metrics::Cell;

    fn columns(layout: &Layout, rows: &[(f64, f64)]) -> Columns {
        let mut columns = Columns::new(layout.columns.len());
        for (cost, wait) in rows {
            let mut row = vec![Cell::amount(1.0); layout.columns.len()];
            row[layout.position("cost_total").unwrap()] = Cell::amount(*cost);
            row[layout.position("wait_mean_s").unwrap()] = Cell::ratio(*wait * 100.0, 100.0);
            row[layout.position("preempted_mean_s").unwrap()] = Cell::ratio(0.0, 100.0);
            columns.push(&row);
        }
        columns
    }

    #[test]
    fn the_answer_is_a_sentence() {
        let layout = Layout::new(&["all".into()], &["dc".into()]);
        let names = ["private only".to_owned(), "burst".to_owned()];
        let first = columns(&layout, &[(100.0, 7200.0)]);
        let burst = columns(&layout, &[(112.0, 1200.0)]);
        assert_eq!(
            sentences(&layout, &names, &[first.clone(), burst]),
            [
                "\"burst\" costs 1.120 × \"private only\" and waits 6 × less \
              (mean wait 20.0 min against 2.00 h)."
            ]
        );
        assert_eq!(
            sentences(&layout, &names, &[first.clone(), first]),
            [
                "\"burst\" costs exactly as much as \"private only\" and waits exactly as long \
              (mean wait 2.00 h against 2.00 h)."
            ]
        );
    }

    #[test]
    fn waiting_again_is_said() {
        let layout = Layout::new(&["all".into()], &["dc".into()]);
        let names = ["a".to_owned(), "b".to_owned()];
        let a = columns(&layout, &[(100.0, 7200.0)]);
        let mut row = vec![Cell::amount(1.0); layout.columns.len()];
        row[layout.position("cost_total").unwrap()] = Cell::amount(100.0);
        row[layout.position("wait_mean_s").unwrap()] = Cell::ratio(120_000.0, 100.0);
        row[layout.position("preempted_mean_s").unwrap()] = Cell::ratio(360_000.0, 100.0);
        let mut b = Columns::new(layout.columns.len());
        b.push(&row);
        assert_eq!(
            sentences(&layout, &names, &[a, b]),
            [
                "\"b\" costs exactly as much as \"a\" and waits 6 × less (mean wait 20.0 min against \
              2.00 h); once stopped, a job waits again for 60.0 min on average."
            ]
        );
    }

    #[test]
    fn what_the_data_cannot_tell_apart_is_not_told_apart() {
        let layout = Layout::new(&["all".into()], &["dc".into()]);
        let names = ["a".to_owned(), "b".to_owned()];
        let a = columns(&layout, &[(100.0, 50.0), (110.0, 60.0), (90.0, 55.0)]);
        let b = columns(&layout, &[(105.0, 58.0), (100.0, 51.0), (97.0, 54.0)]);
        let said = &sentences(&layout, &names, &[a, b])[0];
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
