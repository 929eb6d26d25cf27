//! `plimsoll import`: read a recording, account for every row, and write it in Plimsoll's own form.

use std::path::PathBuf;

use anyhow::Context as _;
use clap::{Args, ValueEnum};

use crate::record::{plain, write_whole};
use crate::trace::{
    self, Format, Limits, Mapping, Philly, Swf, TimeForm, TimeUnit, Trace, TraceStart,
};
use crate::units::Zone;

use super::arguments::OutputFormat;
use super::columns;
use super::exit::Failure;
use super::output;
use super::study::counted;
use super::weather::{self, Recording, WeatherArguments};

/// What to import and how to read it.
#[derive(Debug, Args)]
pub(super) struct ImportArguments {
    /// The recording; gzip and zstd are recognised. Several files of prices, of outages or of the zones
    /// of one spot trace are read together
    #[arg(value_name = "FILE", required = true)]
    files: Vec<PathBuf>,
    /// The format of the recording
    #[arg(long, value_name = "FORMAT", value_enum)]
    from: Source,
    /// The zone of civil times, which a trace does not say: an IANA name, UTC, or an offset such as +08:00
    #[arg(long, value_name = "ZONE", allow_hyphen_values = true)]
    zone: Option<String>,
    /// How many processors of a workload log stand for one GPU
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..))]
    processors_per_gpu: u32,
    /// For csv: which column holds what, as in `submit=submit_time`; job, submit, duration, start, end,
    /// requested, gpus, replicas, tenant, class, priority, state
    #[arg(long = "column", value_name = "MEANING=NAME")]
    columns: Vec<String>,
    /// For csv: what a state of the source means, as in `Pass=finished`; finished, failed, cancelled,
    /// timed_out, running
    #[arg(long = "state", value_name = "STATE=OUTCOME")]
    states: Vec<String>,
    /// For csv: how the columns of time tell it
    #[arg(long, value_name = "CLOCK", value_enum, default_value_t = Clock::Since)]
    clock: Clock,
    /// For csv: the unit of times and durations that are numbers
    #[arg(long, value_name = "UNIT", value_enum, default_value_t = Unit::Seconds)]
    unit: Unit,
    /// For csv: ignore columns that are not named
    #[arg(long)]
    ignore_rest: bool,
    #[command(flatten)]
    weather: WeatherArguments,
    /// Write what was accepted to this csv
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// The form of the account on standard output
    #[arg(long, value_name = "FORM", value_enum, default_value_t = OutputFormat::Table)]
    format: OutputFormat,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Source {
    /// What import and generate write
    Plimsoll,
    /// The Philly table (timestamp, duration, num_gpus, gpu_time, cluster)
    Philly,
    /// The Standard Workload Format
    Swf,
    /// Any table, by declared columns
    Csv,
    /// Prices: from, price_per_gpu_hour, and provider, region, zone, gpu, instance, kind if there are several
    Prices,
    /// Changes of Google Cloud prices by day
    GcpPrices,
    /// Lowest prices of a marketplace by provider
    MarketplacePrices,
    /// What `aws ec2 describe-spot-price-history` answers
    AwsPrices,
    /// Samples of spot capacity, one file for each zone
    Skypilot,
    /// Capacity over time: zone, at_s, nodes
    Capacity,
    /// Nodes that come and go: lines of milliseconds, add or remove, node
    NodeEvents,
    /// Nodes that come and go: lines of JSON lists
    NodeLists,
    /// How many nodes there are: lines of date, time, count
    NodeCounts,
    /// Outages: entity, down, up, cause
    Outages,
    /// Failure records of Los Alamos National Laboratory
    Lanl,
    /// Up and down intervals of the Failure Trace Archive
    FailureArchive,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Clock {
    /// A number since a zero of the source's own
    Since,
    /// A number since 1970 UTC
    Unix,
    /// A civil time in the declared zone
    Local,
    /// A civil time with its own offset
    Offset,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Unit {
    /// ms
    Milliseconds,
    /// s
    Seconds,
    /// min
    Minutes,
    /// h
    Hours,
    /// d
    Days,
}

/// Reads, accounts, writes.
pub(super) fn import(arguments: &ImportArguments) -> Result<(), Failure> {
    if let Some(recording) = arguments.from.recording() {
        return weather::import(
            recording,
            &arguments.weather,
            &arguments.files,
            || zone(arguments),
            arguments.out.as_deref(),
            arguments.format,
        );
    }
    let [file] = &arguments.files[..] else {
        let text = "a trace of jobs is one file; import several one after the other";
        return Err(Failure::Usage(text.to_owned()));
    };
    let format = format(arguments)?;
    let trace = trace::read(file, &format, &Limits::default())
        .map_err(|error| Failure::Input(plain(&error.to_string()).into_owned()))?;
    if let Some(path) = &arguments.out {
        write_whole(path, |out| trace::write_csv(&trace, out))
            .with_context(|| format!("cannot write {}", path.display()))?;
    }
    output::data(&account(&trace, arguments.format)?)?;
    if let Some(path) = &arguments.out {
        output::message(&format!(
            "{} written to {}",
            counted(trace.jobs.len() as u64, "job"),
            path.display()
        ));
    }
    Ok(())
}

fn account(trace: &Trace, format: OutputFormat) -> anyhow::Result<String> {
    let report = &trace.report;
    Ok(match format {
        OutputFormat::Table => plain_lines(&report.lines()),
        OutputFormat::Json => serde_json::to_string_pretty(report)? + "\n",
        OutputFormat::Csv => {
            let mut lines = vec![
                "what,reason,rows".to_owned(),
                format!("read,,{}", report.rows_read),
                format!("accepted,,{}", report.accepted),
            ];
            for (what, tallies) in [("dropped", &report.dropped), ("adjusted", &report.adjusted)] {
                let rows = tallies
                    .iter()
                    .map(|tally| format!("{what},{},{}", tally.reason, tally.rows));
                lines.extend(rows);
            }
            lines.join("\n") + "\n"
        }
    })
}

fn plain_lines(lines: &[String]) -> String {
    let lines: Vec<_> = lines.iter().map(|line| plain(line)).collect();
    lines.join("\n") + "\n"
}

fn format(arguments: &ImportArguments) -> Result<Format, Failure> {
    Ok(match arguments.from {
        Source::Plimsoll => Format::Plimsoll {
            start_unix_ms: None,
        },
        Source::Swf => Format::Swf(Swf {
            processors_per_gpu: arguments.processors_per_gpu,
            ..Swf::default()
        }),
        Source::Philly => {
            let (zone, zone_name) = zone(arguments)?;
            Format::Philly(Philly {
                zone,
                zone_name,
                start: TraceStart::FirstSubmit,
            })
        }
        _ => Format::Table(Box::new(mapping(arguments)?)),
    })
}

fn zone(arguments: &ImportArguments) -> Result<(Zone, String), Failure> {
    let name = arguments.zone.as_ref().ok_or_else(|| {
        Failure::Usage(
            "the source tells civil times without a zone; declare one, as in --zone UTC or \
             --zone America/Los_Angeles"
                .to_owned(),
        )
    })?;
    let zone = Zone::parse(name).ok_or_else(|| {
        Failure::Usage(format!(
            "`{name}` is no time zone; give an IANA name, UTC, or an offset such as +08:00"
        ))
    })?;
    Ok((zone, name.clone()))
}

fn mapping(arguments: &ImportArguments) -> Result<Mapping, Failure> {
    let unit = arguments.unit.unit();
    let time = match arguments.clock {
        Clock::Since => TimeForm::Since(unit),
        Clock::Unix => TimeForm::Unix(unit),
        Clock::Offset => TimeForm::Offset,
        Clock::Local => {
            let (zone, name) = zone(arguments)?;
            TimeForm::Local(zone, name)
        }
    };
    let declared = columns::mapping(&arguments.columns, &arguments.states, unit)?;
    Ok(Mapping {
        time,
        ignore_rest: arguments.ignore_rest,
        ..declared
    })
}

impl Source {
    /// The form of recorded weather that it is, if it is no trace of jobs.
    const fn recording(self) -> Option<Recording> {
        Some(match self {
            Self::Plimsoll | Self::Philly | Self::Swf | Self::Csv => return None,
            Self::Prices => Recording::Prices,
            Self::GcpPrices => Recording::GcpPrices,
            Self::MarketplacePrices => Recording::MarketplacePrices,
            Self::AwsPrices => Recording::AwsPrices,
            Self::Skypilot => Recording::Skypilot,
            Self::Capacity => Recording::Capacity,
            Self::NodeEvents => Recording::NodeEvents,
            Self::NodeLists => Recording::NodeLists,
            Self::NodeCounts => Recording::NodeCounts,
            Self::Outages => Recording::Outages,
            Self::Lanl => Recording::Lanl,
            Self::FailureArchive => Recording::FailureArchive,
        })
    }
}

impl Unit {
    const fn unit(self) -> TimeUnit {
        match self {
            Self::Milliseconds => TimeUnit::Milliseconds,
            Self::Seconds => TimeUnit::Seconds,
            Self::Minutes => TimeUnit::Minutes,
            Self::Hours => TimeUnit::Hours,
            Self::Days => TimeUnit::Days,
        }
    }
}
