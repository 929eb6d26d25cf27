//! `runs.csv`: one row for each strategy and replication.

use std::io::{self, Write};

use crate::metrics::{Cell, Layout};

use super::text::csv_text;

/// Writes `runs.csv`: `strategy`, `replication`, one column for each metric, and `at_least`, which lists the
/// columns whose value is only a lower bound. A metric without meaning in a replication is an empty cell.
#[derive(Debug)]
pub struct RunsWriter<W: Write> {
    csv: csv::Writer<W>,
    ids: Vec<String>,
    number: String,
}

impl<W: Write> RunsWriter<W> {
    /// Writes the header.
    pub fn new(out: W, layout: &Layout) -> io::Result<Self> {
        let mut csv = csv::Writer::from_writer(out);
        let ids: Vec<String> = layout.columns.iter().map(|c| c.id.clone()).collect();
        csv.write_field("strategy")?;
        csv.write_field("replication")?;
        for id in &ids {
            csv.write_field(id)?;
        }
        csv.write_field("at_least")?;
        csv.write_record(None::<&[u8]>)?;
        Ok(Self {
            csv,
            ids,
            number: String::new(),
        })
    }

    /// Writes one row.
    pub fn row(&mut self, strategy: &str, replication: u32, cells: &[Cell]) -> io::Result<()> {
        use std::fmt::Write as _;
        self.csv.write_field(csv_text(strategy).as_ref())?;
        self.csv.write_field(replication.to_string())?;
        for cell in cells {
            self.number.clear();
            if let Some(value) = cell.value() {
                // The shortest text that reads back as the same float.
                let _ = write!(self.number, "{value}");
            }
            self.csv.write_field(&self.number)?;
        }
        let bounds: Vec<&str> = cells
            .iter()
            .zip(&self.ids)
            .filter(|(cell, _)| cell.at_least)
            .map(|(_, id)| id.as_str())
            .collect();
        self.csv.write_field(bounds.join(";"))?;
        self.csv.write_record(None::<&[u8]>)?;
        Ok(())
    }

    /// Writes what is still in memory.
    pub fn finish(mut self) -> io::Result<()> {
        self.csv.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metrics::METRICS;

    #[test]
    fn rows_follow_the_header() {
        let layout = Layout::new(&["all".into()], &["dc".into()]);
        let mut out = Vec::new();
        let mut writer = RunsWriter::new(&mut out, &layout).unwrap();
        let mut cells = vec![Cell::amount(0.1); layout.columns.len()];
        cells[1] = Cell::default();
        cells[6].at_least = true;
        writer.row("=burst, later", 3, &cells).unwrap();
        writer.finish().unwrap();
        let text = String::from_utf8(out).unwrap();
        let lines: Vec<&str> = text.lines().collect();
        assert!(lines[0].starts_with("strategy,replication,cost_total,cost_owned,"));
        assert!(lines[1].starts_with("\"'=burst, later\",3,0.1,,0.1,"));
        assert!(lines[1].ends_with(&format!(",{}", METRICS[6].id)));
    }
}
