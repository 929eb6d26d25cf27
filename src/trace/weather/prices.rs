//! Histories of prices: for each thing that is sold, the instants at which its price changed.

use std::collections::BTreeMap;
use std::io::{self, Write};

use crate::units::{Epoch, Price, parse_decimal};

use super::super::error::{TraceError, TraceErrorKind};
use super::super::limits::Limits;
use super::aws::{AwsPrices, read_aws};
use super::error::WeatherError;
use super::price_table::{PriceTable, read_table};
use super::reason::{WeatherChange, WeatherDrop};
use super::report::{Account, WeatherReport};
use super::source::Source;

/// Prices that were recorded, sorted by key.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PriceHistory {
    /// One series for each thing that is sold.
    pub series: Vec<PriceSeries>,
}

/// The price of one thing: it holds from each step to the next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PriceSeries {
    /// What is sold.
    pub key: PriceKey,
    /// Unix milliseconds (UTC) with the price per GPU-hour that holds from then on; instants rise
    /// strictly, and each price differs from the one before.
    pub steps: Vec<(i64, Price)>,
}

/// What a price is for; a part that the source does not have is empty.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct PriceKey {
    /// Who sells.
    pub provider: String,
    /// Where.
    pub region: String,
    /// Where in the region.
    pub zone: String,
    /// The GPU type, in the source's words.
    pub gpu: String,
    /// The type of instance: the same GPU may cost more in a larger one.
    pub instance: String,
    /// The sort of price: `spot`, `on-demand`, `1y`, `3y`.
    pub kind: String,
}

/// How a recording of prices is written.
#[derive(Clone, Debug, PartialEq)]
pub enum PriceFormat {
    /// A csv with a column of times and a column of prices.
    Table(Box<PriceTable>),
    /// What `aws ec2 describe-spot-price-history` answers.
    Aws(AwsPrices),
}

impl PriceSeries {
    /// The price at a Unix instant; `None` before the first step.
    pub fn at(&self, unix_ms: i64) -> Option<Price> {
        let after = self.steps.partition_point(|(at, _)| *at <= unix_ms);
        let (_, price) = self.steps.get(after.checked_sub(1)?)?;
        Some(*price)
    }
}

impl PriceKey {
    /// The parts that are not empty, joined by slashes.
    pub fn name(&self) -> String {
        let parts = [
            &self.provider,
            &self.region,
            &self.zone,
            &self.gpu,
            &self.instance,
            &self.kind,
        ];
        let parts: Vec<&str> = parts
            .iter()
            .map(|part| part.as_str())
            .filter(|part| !part.is_empty())
            .collect();
        parts.join("/")
    }
}

/// Reads recordings of prices into one history. Rows may come in any order; what several rows or files say
/// alike counts once.
///
/// # Errors
/// When a recording cannot be read, no row can be used, or two rows state different prices for one key at
/// one instant.
pub fn read_prices(
    sources: Vec<Source<'_>>,
    format: &PriceFormat,
    limits: &Limits,
) -> Result<(PriceHistory, WeatherReport), WeatherError> {
    let (name, row) = match format {
        PriceFormat::Table(_) => ("price table", "line"),
        PriceFormat::Aws(_) => ("aws spot price history", "entry"),
    };
    let mut prices = Prices::new(Account::new(name, row, limits));
    prices.account.report.declared = match format {
        PriceFormat::Table(table) => table.declared(),
        PriceFormat::Aws(aws) => aws.declared(),
    };
    for source in sources {
        let name = source.name.clone();
        prices.account.report.sources.push(name.clone());
        let read = match format {
            PriceFormat::Table(table) => read_table(source, table, &mut prices, limits),
            PriceFormat::Aws(aws) => read_aws(source, aws, &mut prices, limits),
        };
        if let Err(problem) = read {
            prices.account.problem(problem.of_source(&name));
        }
    }
    prices.finish()
}

/// Writes a history as csv that [`PriceTable::plimsoll`] reads.
///
/// # Errors
/// When `out` cannot be written.
pub fn write_prices(history: &PriceHistory, out: impl Write) -> io::Result<()> {
    let mut writer = csv::Writer::from_writer(out);
    writer.write_record([
        "provider",
        "region",
        "zone",
        "gpu",
        "instance",
        "kind",
        "from",
        "price_per_gpu_hour",
    ])?;
    for series in &history.series {
        let key = &series.key;
        for (at, price) in &series.steps {
            let instant = Epoch::from_unix_ms(*at).map_or_else(String::new, Epoch::instant);
            let price = format!("{}.{:06}", price.0 / 1_000_000, price.0 % 1_000_000);
            writer.write_record([
                &key.provider,
                &key.region,
                &key.zone,
                &key.gpu,
                &key.instance,
                &key.kind,
                &instant,
                &price,
            ])?;
        }
    }
    writer.flush()
}

/// One row that states a price.
struct Observation {
    key: usize,
    at: i64,
    price: Price,
    rounded: bool,
    source: usize,
    row: u64,
}

/// Observations on their way to a history.
pub(super) struct Prices {
    pub(super) account: Account,
    keys: BTreeMap<PriceKey, usize>,
    observations: Vec<Observation>,
}

impl Prices {
    fn new(account: Account) -> Self {
        Self {
            account,
            keys: BTreeMap::new(),
            observations: Vec::new(),
        }
    }

    /// A row of the source read last states a price.
    pub(super) fn observe(
        &mut self,
        key: PriceKey,
        at: i64,
        (price, rounded): (Price, bool),
        row: u64,
    ) {
        let next = self.keys.len();
        let key = *self.keys.entry(key).or_insert(next);
        let source = self.account.report.sources.len() - 1;
        self.observations.push(Observation {
            key,
            at,
            price,
            rounded,
            source,
            row,
        });
    }

    fn finish(mut self) -> Result<(PriceHistory, WeatherReport), WeatherError> {
        let mut observations = std::mem::take(&mut self.observations);
        observations.sort_by_key(|seen| (seen.key, seen.at, seen.source, seen.row));
        let mut steps: Vec<Vec<(i64, Price)>> = vec![Vec::new(); self.keys.len()];
        let mut before: Option<&Observation> = None;
        for seen in &observations {
            let twin = before.filter(|other| (other.key, other.at) == (seen.key, seen.at));
            let steps = &mut steps[seen.key];
            if let Some(other) = twin {
                if other.price == seen.price {
                    self.account
                        .drop_row(seen.source, seen.row, WeatherDrop::Repeated, "");
                } else {
                    self.conflict(other, seen);
                }
            } else if steps.last().is_some_and(|(_, price)| *price == seen.price) {
                self.account
                    .drop_row(seen.source, seen.row, WeatherDrop::Unchanged, "");
            } else {
                steps.push((seen.at, seen.price));
                self.account.accept();
                if seen.rounded {
                    let value = decimal(seen.price);
                    self.account
                        .change(seen.source, seen.row, WeatherChange::PriceRounded, &value);
                }
            }
            before = Some(seen);
        }
        // Keys leave the map in order; their numbers lead to their steps.
        let series = self.keys.iter().map(|(key, &number)| PriceSeries {
            key: key.clone(),
            steps: std::mem::take(&mut steps[number]),
        });
        let history = PriceHistory {
            series: series.collect(),
        };
        figures(&mut self.account.report, &history);
        Ok((history, self.account.close()?))
    }

    fn conflict(&mut self, first: &Observation, second: &Observation) {
        // Words cost time, and only the first few are shown.
        if self.account.counted_only() {
            return;
        }
        let key = self.keys.iter().find(|(_, number)| **number == first.key);
        let key = key.map_or_else(String::new, |(key, _)| key.name());
        let instant = Epoch::from_unix_ms(first.at).map_or_else(String::new, Epoch::instant);
        let row = self.account.report.row;
        let problem = TraceError::new(
            TraceErrorKind::Contradiction,
            format!(
                "{key} costs {} here, but {} in {}, {row} {}, at the same instant {instant}",
                decimal(second.price),
                decimal(first.price),
                self.account.source(first.source),
                first.row,
            ),
            "keep one of them, or tell them apart by a column",
        );
        let placed = if row == "line" {
            problem.at_line(second.row)
        } else {
            problem.at_entry(second.row)
        };
        let source = self.account.source(second.source).to_owned();
        self.account.problem(placed.of_source(&source));
    }
}

/// The price of one GPU-hour, if `text` is the price of `gpus` of them; and whether it was rounded.
pub(super) fn per_gpu(text: &str, gpus: u32) -> Option<(Price, bool)> {
    // More decimals than a millionth are read, too: only the price of one GPU-hour is rounded.
    for decimals in [1, 1_000, 1_000_000_u64] {
        let Ok(parts) = parse_decimal(text, 1_000_000 * decimals) else {
            continue;
        };
        let divisor = decimals * u64::from(gpus);
        let half = divisor / 2;
        let price = parts / divisor
            + u64::from(parts % divisor > half || (divisor % 2 == 0 && parts % divisor == half));
        return Some((Price(price), parts % divisor != 0));
    }
    None
}

fn decimal(price: Price) -> String {
    let text = format!("{}.{:06}", price.0 / 1_000_000, price.0 % 1_000_000);
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

fn figures(report: &mut WeatherReport, history: &PriceHistory) {
    let steps = || history.series.iter().flat_map(|series| &series.steps);
    let (Some(first), Some(last)) = (steps().map(|s| s.0).min(), steps().map(|s| s.0).max()) else {
        return;
    };
    let prices: Vec<u64> = steps().map(|(_, price)| price.0).collect();
    let sum: u128 = prices.iter().map(|&price| u128::from(price)).sum();
    let mean = Price((sum / prices.len() as u128) as u64);
    let least = Price(prices.iter().copied().min().unwrap_or(0));
    let most = Price(prices.iter().copied().max().unwrap_or(0));
    let instant = |at| Epoch::from_unix_ms(at).map_or_else(String::new, Epoch::instant);
    report.figure("series", history.series.len().to_string());
    report.figure(
        "price steps",
        format!(
            "{} from {} to {}",
            prices.len(),
            instant(first),
            instant(last)
        ),
    );
    report.figure(
        "price per GPU-hour",
        format!(
            "lowest {}, mean of the steps {}, highest {}",
            decimal(least),
            decimal(mean),
            decimal(most)
        ),
    );
}

#[cfg(test)]
mod tests;
