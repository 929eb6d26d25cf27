//! Prices in a csv, whatever its columns are called.

use std::collections::BTreeSet;

use crate::units::{Price, Zone};

use super::super::error::{TraceError, TraceErrorKind};
use super::super::header::Header;
use super::super::limits::Limits;
use super::super::mapping::{Label, TimeForm};
use super::super::value::{ValueFault, instant};
use super::prices::{PriceKey, Prices, per_gpu};
use super::reason::WeatherDrop;
use super::source::Source;
use super::table::{Table, declaration};

/// Values of a filtered column that are remembered for a message.
const SEEN_MAX: usize = 30;

/// Which columns of a csv hold times, prices, and what is sold.
#[derive(Clone, Debug, PartialEq)]
pub struct PriceTable {
    /// The column of times.
    pub time: String,
    /// How it tells them: with their own offset, or in a declared zone (a date is its midnight there).
    pub clock: TimeForm,
    /// The column of prices.
    pub price: String,
    /// How many GPUs a price buys, at least 1.
    pub gpus: u32,
    /// Provider, region, zone, GPU, instance and kind: a column of the file or a constant.
    pub key: [Label; 6],
    /// Whether columns of the key may be missing; that part is then empty.
    pub key_optional: bool,
    /// Whether other columns are ignored; otherwise they are a problem.
    pub ignore_rest: bool,
    /// Columns with the only value that counts.
    pub filters: Vec<(String, String)>,
}

impl PriceTable {
    /// Plimsoll's own table: `from,price_per_gpu_hour` and, where there is more than one series,
    /// `provider`, `region`, `zone`, `gpu`, `instance`, `kind`; instants carry their offset.
    pub fn plimsoll() -> Self {
        let key = ["provider", "region", "zone", "gpu", "instance", "kind"];
        Self {
            time: "from".to_owned(),
            clock: TimeForm::Offset,
            price: "price_per_gpu_hour".to_owned(),
            gpus: 1,
            key: key.map(|column| Label::Column(column.to_owned())),
            key_optional: true,
            ignore_rest: false,
            filters: Vec::new(),
        }
    }

    /// The history of Google Cloud list prices that the cloud pricing calculator project's snapshots
    /// give: one row whenever any price of an instance type in a region changed, dated by day (UTC
    /// midnight is taken). `kind` is `on-demand`, `spot`, `1y` or `3y`.
    ///
    /// # Errors
    /// When `kind` is none of these.
    pub fn gcp(kind: &str) -> Result<Self, TraceError> {
        let price = match kind {
            "on-demand" => "on_demand_usd_gpu_h",
            "spot" => "spot_usd_gpu_h",
            "1y" => "commit1y_usd_gpu_h",
            "3y" => "commit3y_usd_gpu_h",
            _ => {
                return Err(declaration(
                    format!("`{kind}` is no kind of price"),
                    "use on-demand, spot, 1y or 3y",
                ));
            }
        };
        let column = |name: &str| Label::Column(name.to_owned());
        let constant = |text: &str| Label::Constant(text.to_owned());
        Ok(Self {
            time: "seen_from_snapshot".to_owned(),
            clock: TimeForm::Local(Zone::utc(), "UTC".to_owned()),
            price: price.to_owned(),
            gpus: 1,
            key: [
                column("provider"),
                column("region"),
                constant(""),
                column("gpu"),
                column("instance_type"),
                constant(kind),
            ],
            key_optional: false,
            ignore_rest: true,
            filters: Vec::new(),
        })
    }

    /// A marketplace's lowest price of each provider whenever it changed, in UTC to the minute.
    pub fn marketplace() -> Self {
        let column = |name: &str| Label::Column(name.to_owned());
        let constant = |text: &str| Label::Constant(text.to_owned());
        Self {
            time: "timestamp_utc".to_owned(),
            clock: TimeForm::Local(Zone::utc(), "UTC".to_owned()),
            price: "min_usd_gpu_h".to_owned(),
            gpus: 1,
            key: [
                column("provider"),
                constant(""),
                constant(""),
                column("gpu"),
                constant(""),
                constant("lowest"),
            ],
            key_optional: false,
            ignore_rest: true,
            filters: Vec::new(),
        }
    }

    /// The same table with only the rows whose `column` says `value`.
    pub fn only(mut self, column: &str, value: &str) -> Self {
        self.filters.push((column.to_owned(), value.to_owned()));
        self
    }

    pub(super) fn declared(&self) -> Vec<String> {
        let gpus = if self.gpus == 1 {
            "per GPU-hour".to_owned()
        } else {
            format!("per hour of {} GPUs", self.gpus)
        };
        let mut lines = vec![
            format!("time: column `{}`, {}", self.time, self.clock.words()),
            format!("price: column `{}`, {gpus}", self.price),
        ];
        lines.extend(
            self.filters
                .iter()
                .map(|(column, value)| format!("only rows with {column} = {value}")),
        );
        lines
    }
}

/// The columns by their places.
struct Columns {
    time: usize,
    price: usize,
    key: [Option<usize>; 6],
    filters: Vec<usize>,
}

impl Columns {
    fn find(table: &PriceTable, header: &mut Header) -> Result<Self, TraceError> {
        let mut key = [None; 6];
        for (place, label) in key.iter_mut().zip(&table.key) {
            if let Label::Column(name) = label {
                *place = match header.find(name) {
                    Err(_) if table.key_optional && !header.has(name) => None,
                    found => Some(found?),
                };
            }
        }
        let filters = table.filters.iter().map(|(name, _)| header.find(name));
        let columns = Self {
            filters: filters.collect::<Result<_, _>>()?,
            time: header.find(&table.time)?,
            price: header.find(&table.price)?,
            key,
        };
        if !table.ignore_rest {
            header.all_known()?;
        }
        Ok(columns)
    }

    fn key(&self, table: &PriceTable, rows: &Table<'_>) -> PriceKey {
        let part = |index: usize| match (&table.key[index], self.key[index]) {
            (Label::Constant(text), _) => text.clone(),
            (Label::Column(_), Some(place)) => rows.text(place).to_owned(),
            (Label::Column(_), None) => String::new(),
        };
        PriceKey {
            provider: part(0),
            region: part(1),
            zone: part(2),
            gpu: part(3),
            instance: part(4),
            kind: part(5),
        }
    }
}

/// Reads one table into `prices`.
pub(super) fn read_table(
    source: Source<'_>,
    table: &PriceTable,
    prices: &mut Prices,
    limits: &Limits,
) -> Result<(), TraceError> {
    if table.gpus == 0 {
        return Err(declaration(
            "a price that buys 0 GPUs",
            "declare at least 1 GPU",
        ));
    }
    if !table.clock.has_calendar() {
        let fix = "declare times with an offset, a zone, or as Unix time";
        return Err(declaration(
            "prices need instants, not times since a zero",
            fix,
        ));
    }
    Table::read(source, limits, |rows| read_rows(rows, table, prices))
}

fn read_rows(
    mut rows: Table<'_>,
    table: &PriceTable,
    prices: &mut Prices,
) -> Result<(), TraceError> {
    let columns = Columns::find(table, &mut rows.header)?;
    let number = prices.account.report.sources.len() - 1;
    let mut matched = table.filters.is_empty();
    let mut seen: Vec<BTreeSet<String>> = vec![BTreeSet::new(); table.filters.len()];
    while rows.next(&mut prices.account, number)? {
        let other = (0..columns.filters.len()).find(|&index| {
            let value = rows.text(columns.filters[index]);
            if seen[index].len() < SEEN_MAX {
                seen[index].insert(value.chars().take(40).collect());
            }
            value != table.filters[index].1
        });
        if other.is_some() {
            prices
                .account
                .drop_row(number, rows.line, WeatherDrop::Filtered, "");
            continue;
        }
        matched = true;
        let time = rows.text(columns.time);
        let price = rows.text(columns.price);
        match observation(time, price, table) {
            Ok((at, price)) => prices.observe(columns.key(table, &rows), at, price, rows.line),
            Err((why, value)) => prices.account.drop_row(number, rows.line, why, value),
        }
    }
    if matched {
        return Ok(());
    }
    Err(unmatched(table, &seen))
}

/// An instant with its price, and whether that was rounded.
type Observed = (i64, (Price, bool));

fn observation<'t>(
    time: &'t str,
    price: &'t str,
    table: &PriceTable,
) -> Result<Observed, (WeatherDrop, &'t str)> {
    let at = instant(time, &table.clock).map_err(|fault| match fault {
        ValueFault::TooLarge => (WeatherDrop::TimeTooLarge, time),
        ValueFault::Missing | ValueFault::Unreadable => (WeatherDrop::TimeUnreadable, time),
    })?;
    if price.is_empty() {
        return Err((WeatherDrop::PriceMissing, ""));
    }
    let price = per_gpu(price, table.gpus).ok_or((WeatherDrop::PriceUnreadable, price))?;
    Ok((at, price))
}

fn unmatched(table: &PriceTable, seen: &[BTreeSet<String>]) -> TraceError {
    let wanted: Vec<String> = table
        .filters
        .iter()
        .map(|(column, value)| format!("{column} = {value}"))
        .collect();
    let held: Vec<String> = table
        .filters
        .iter()
        .zip(seen)
        .filter(|((_, value), values)| !values.is_empty() && !values.contains(value))
        .map(|((column, _), values)| {
            let values: Vec<&str> = values.iter().map(String::as_str).collect();
            format!("`{column}` holds {}", values.join(", "))
        })
        .collect();
    let fix = if held.is_empty() {
        "each value occurs, but not together: drop one of them".to_owned()
    } else {
        held.join("; ")
    };
    TraceError::new(
        TraceErrorKind::NothingAccepted,
        format!("no row with {}", wanted.join(" and ")),
        fix,
    )
}
