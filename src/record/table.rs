//! The comparison as rows: one for each strategy and metric.

use std::io::{self, Write};

use super::gates::GateSays;
use super::summary::{Comparison, Summary};
use super::text::csv_text;

/// Writes the summary as csv: what `--format csv` prints. Numbers that do not exist are empty cells.
/// Behind the metrics stand gates: 1 where a strategy passes, 0 where it fails, empty where that is not known.
pub fn write_summary_csv(summary: &Summary, out: impl Write) -> io::Result<()> {
    let mut csv = csv::Writer::from_writer(out);
    csv.write_record([
        "strategy",
        "metric",
        "unit",
        "mean",
        "low",
        "high",
        "n",
        "censored",
        "difference",
        "difference_low",
        "difference_high",
        "ratio",
        "ratio_low",
        "ratio_high",
    ])?;
    for strategy in &summary.strategies {
        for (id, figure) in &strategy.metrics.0 {
            let versus = strategy.versus_first.as_ref().and_then(|all| all.get(id));
            let none = Comparison::default();
            let versus = versus.unwrap_or(&none);
            csv.write_field(csv_text(&strategy.name).as_ref())?;
            csv.write_field(id)?;
            csv.write_field(&figure.unit)?;
            for value in [figure.mean, figure.low, figure.high] {
                csv.write_field(number(value))?;
            }
            csv.write_field(figure.n.to_string())?;
            csv.write_field(figure.censored.to_string())?;
            for value in [
                versus.difference,
                versus.difference_low,
                versus.difference_high,
                versus.ratio,
                versus.ratio_low,
                versus.ratio_high,
            ] {
                csv.write_field(number(value))?;
            }
            csv.write_record(None::<&[u8]>)?;
        }
    }
    for gate in &summary.gates {
        let passes = match gate.verdict {
            GateSays::Pass => "1",
            GateSays::Fail => "0",
            GateSays::Undecided => "",
        };
        csv.write_field(csv_text(&gate.strategy).as_ref())?;
        csv.write_field(csv_text(&format!("gate_pass.{}", gate.gate)).as_ref())?;
        csv.write_field("1")?;
        csv.write_field(passes)?;
        for _ in 4..14 {
            csv.write_field("")?;
        }
        csv.write_record(None::<&[u8]>)?;
    }
    csv.flush()
}

fn number(value: Option<f64>) -> String {
    value.map_or(String::new(), |value| value.to_string())
}
