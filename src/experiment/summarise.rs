//! From columns to estimates and paired comparisons.

use crate::metrics::Layout;
use crate::record::{Comparison, Figure, Named, StrategySummary};
use crate::stats::{CONFIDENCE, wilson};

use super::columns::Columns;

/// Estimates each metric of each strategy, and compares it with the first strategy's on the same worlds.
///
/// All estimates are ratios of totals over replications; a plain amount is a ratio with denominators of 1.
pub fn summarise(
    layout: &Layout,
    names: &[String],
    columns: &[Columns],
    currency: &str,
) -> Vec<StrategySummary> {
    names
        .iter()
        .zip(columns)
        .enumerate()
        .map(|(index, (name, mine))| StrategySummary {
            name: name.clone(),
            metrics: Named(figures(layout, mine, currency)),
            versus_first: (0 < index).then(|| Named(comparisons(layout, mine))),
        })
        .collect()
}

/// Metrics that are shares of replications.
const PROBABILITIES: &[&str] = &["phase_on_time", "budget_used_up", "budget_alert"];

fn figures(layout: &Layout, columns: &Columns, currency: &str) -> Vec<(String, Figure)> {
    let mut figures = Vec::with_capacity(layout.columns.len());
    for (index, column) in layout.columns.iter().enumerate() {
        let mut figure = Figure::new(
            columns.estimate(index).as_ref(),
            column.metric.unit,
            column.metric.better,
            currency,
            columns.at_least(index),
        );
        if PROBABILITIES.contains(&column.metric.id) {
            let (yes, trials) = columns.totals(index);
            figure.bounded_by(wilson(yes as u32, trials as u32, CONFIDENCE));
        }
        figure.dates = columns.dates(index);
        figures.push((column.id.clone(), figure));
    }
    figures
}

fn comparisons(layout: &Layout, mine: &Columns) -> Vec<(String, Comparison)> {
    let mut comparisons = Vec::with_capacity(layout.columns.len());
    for (index, column) in layout.columns.iter().enumerate() {
        let versus = mine.versus_first(index);
        let comparison = Comparison::new(versus.difference().as_ref(), versus.ratio().as_ref());
        comparisons.push((column.id.clone(), comparison));
    }
    comparisons
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metrics::Cell;

    #[test]
    fn ratios_of_totals_not_means_of_ratios() {
        let layout = Layout::new(&["all".into()], &["dc".into()]);
        let at = layout.position("cost_per_useful_gpu_h").unwrap();
        let mut columns = Columns::new(&layout);
        let mut row = vec![Cell::amount(1.0); layout.columns.len()];
        // 10/1 and 10/9: the ratio of totals is 20/10 = 2, the mean of ratios would be 5.56.
        row[at] = Cell::ratio(10.0, 1.0);
        columns.push(&row, &row);
        row[at] = Cell::ratio(10.0, 9.0);
        columns.push(&row, &row);
        let names = ["a".to_owned(), "b".to_owned()];
        let all = summarise(&layout, &names, &[columns.clone(), columns], "USD");
        let figure = all[0].metrics.get("cost_per_useful_gpu_h").unwrap();
        assert_eq!((figure.mean, figure.n), (Some(2.0), 2));
        assert_eq!(figure.unit, "USD/GPU-h");
        let versus = all[1].versus_first.as_ref().unwrap();
        let same = versus.get("cost_per_useful_gpu_h").unwrap();
        assert_eq!((same.difference, same.ratio), (Some(0.0), Some(1.0)));
        assert_eq!(same.ratio_low, None, "a constant has no interval");
        assert!(all[0].versus_first.is_none());
    }
}
