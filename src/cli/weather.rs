//! `plimsoll import` of recorded weather: prices, market capacity, nodes that come and go, outages.

use std::io;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use clap::Args;

use crate::record::{plain, write_whole};
use crate::trace::{
    self, AwsInstance, AwsPrices, CapacityKind, CapacitySteps, Gaps, Limits, NodeFormat,
    OutageFormat, PriceFormat, PriceTable, SkyPilot, Source, TraceError, WeatherError,
    WeatherReport,
};
use crate::units::{Zone, parse_span};

use super::arguments::OutputFormat;
use super::exit::Failure;
use super::output;

/// What a recording of weather does not say itself.
#[derive(Debug, Args)]
pub(super) struct WeatherArguments {
    /// For gcp-prices: on-demand, spot, 1y or 3y; for skypilot: availability or preemption
    #[arg(long, value_name = "KIND")]
    kind: Option<String>,
    /// For tables of prices: only the rows whose column says this; may be repeated
    #[arg(long, value_name = "COLUMN=VALUE")]
    only: Vec<String>,
    /// For aws-prices: an instance type with its GPU and how many, as in `p5.48xlarge=H100:8`; may be
    /// repeated; the P families are known
    #[arg(long, value_name = "TYPE=GPU:N")]
    instance: Vec<String>,
    /// For skypilot: the time between samples, if not what the file says, as in `5 min`
    #[arg(long, value_name = "SPAN")]
    tick: Option<String>,
    /// For skypilot: drop the samples before any zone holds a node
    #[arg(long)]
    skip_start: bool,
    /// For failure-archive: take a node as up while nothing is known of it, instead of refusing the file
    #[arg(long)]
    gaps_unknown: bool,
}

/// A form of recorded weather.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Recording {
    Prices,
    GcpPrices,
    MarketplacePrices,
    AwsPrices,
    Skypilot,
    Capacity,
    NodeEvents,
    NodeLists,
    NodeCounts,
    Outages,
    Lanl,
    FailureArchive,
}

/// Something that writes a history.
type Write = Box<dyn FnOnce(&mut dyn io::Write) -> io::Result<()>>;

/// Reads, accounts, writes.
pub(super) fn import(
    recording: Recording,
    arguments: &WeatherArguments,
    files: &[PathBuf],
    zone: impl FnOnce() -> Result<(Zone, String), Failure>,
    out: Option<&Path>,
    format: OutputFormat,
) -> Result<(), Failure> {
    let sources = Source::open_all(files).map_err(refused)?;
    let (write, report) = read(recording, arguments, sources, zone)?;
    if let Some(path) = out {
        write_whole(path, |mut out| write(&mut out))
            .with_context(|| format!("cannot write {}", path.display()))?;
    }
    output::data(&account(&report, format)?)?;
    if let Some(path) = out {
        output::message(&format!("written to {}", path.display()));
    }
    Ok(())
}

fn read(
    recording: Recording,
    arguments: &WeatherArguments,
    mut sources: Vec<Source<'_>>,
    zone: impl FnOnce() -> Result<(Zone, String), Failure>,
) -> Result<(Write, WeatherReport), Failure> {
    let limits = Limits::default();
    match recording {
        Recording::Prices
        | Recording::GcpPrices
        | Recording::MarketplacePrices
        | Recording::AwsPrices => {
            let format = prices(recording, arguments)?;
            let (history, report) =
                trace::read_prices(sources, &format, &limits).map_err(refused)?;
            Ok((
                Box::new(move |out| trace::write_prices(&history, out)),
                report,
            ))
        }
        Recording::Skypilot => {
            let declared = skypilot(arguments)?;
            let (history, report) =
                trace::read_capacity(sources, &declared, &limits).map_err(refused)?;
            Ok((capacity(history.steps()), report))
        }
        Recording::Capacity => {
            let source = only_one(&mut sources)?;
            let (zones, report) = trace::read_capacity_steps(source, &limits).map_err(refused)?;
            Ok((capacity(zones), report))
        }
        Recording::NodeEvents | Recording::NodeLists | Recording::NodeCounts => {
            let format = match recording {
                Recording::NodeEvents => NodeFormat::Events,
                Recording::NodeLists => NodeFormat::Lists,
                _ => {
                    let (zone, name) = zone()?;
                    NodeFormat::Counts(zone, name)
                }
            };
            let source = only_one(&mut sources)?;
            let (events, report) =
                trace::read_node_events(source, &format, &limits).map_err(refused)?;
            Ok((capacity(vec![events.capacity()]), report))
        }
        Recording::Outages | Recording::Lanl | Recording::FailureArchive => {
            let format = match recording {
                Recording::Outages => OutageFormat::Plimsoll,
                Recording::Lanl => {
                    let (zone, name) = zone()?;
                    OutageFormat::Lanl(zone, name)
                }
                _ if arguments.gaps_unknown => OutageFormat::FailureArchive(Gaps::Unknown),
                _ => OutageFormat::FailureArchive(Gaps::Refuse),
            };
            let (history, report) =
                trace::read_outages(sources, &format, &limits).map_err(refused)?;
            Ok((
                Box::new(move |out| trace::write_outages(&history, out)),
                report,
            ))
        }
    }
}

fn capacity(zones: Vec<CapacitySteps>) -> Write {
    Box::new(move |out| trace::write_capacity(&zones, out))
}

fn only_one<'a>(sources: &mut Vec<Source<'a>>) -> Result<Source<'a>, Failure> {
    if sources.len() == 1 {
        return Ok(sources.remove(0));
    }
    let text = format!(
        "{} files, but this form is read one at a time",
        sources.len()
    );
    Err(Failure::Usage(text))
}

fn prices(recording: Recording, arguments: &WeatherArguments) -> Result<PriceFormat, Failure> {
    let mut table = match recording {
        Recording::AwsPrices => return aws(arguments),
        Recording::GcpPrices => {
            let kind = arguments.kind.as_deref().unwrap_or("");
            PriceTable::gcp(kind).map_err(|error: TraceError| {
                Failure::Usage(format!("--kind: {}; {}", error.problem, error.fix))
            })?
        }
        Recording::MarketplacePrices => PriceTable::marketplace(),
        _ => PriceTable::plimsoll(),
    };
    for only in &arguments.only {
        let (column, value) = halves(only, "--only", "region=us-central1")?;
        table = table.only(column, value);
    }
    Ok(PriceFormat::Table(Box::new(table)))
}

fn aws(arguments: &WeatherArguments) -> Result<PriceFormat, Failure> {
    let mut aws = AwsPrices::default();
    for instance in &arguments.instance {
        let example = "p5.48xlarge=H100:8";
        let (name, gpus) = halves(instance, "--instance", example)?;
        let declared = gpus.rsplit_once(':').and_then(|(gpu, gpus)| {
            let (name, gpu, gpus) = (name.to_owned(), gpu.to_owned(), gpus.parse().ok()?);
            Some(AwsInstance { name, gpu, gpus })
        });
        let declared = declared.ok_or_else(|| {
            Failure::Usage(format!("--instance `{instance}`: write it like {example}"))
        })?;
        aws.instances.retain(|known| known.name != declared.name);
        aws.instances.push(declared);
    }
    Ok(PriceFormat::Aws(aws))
}

fn skypilot(arguments: &WeatherArguments) -> Result<SkyPilot, Failure> {
    let said = arguments.kind.as_deref().unwrap_or("");
    let kind = CapacityKind::ALL
        .into_iter()
        .find(|kind| kind.name() == said);
    let kind = kind.ok_or_else(|| {
        Failure::Usage(format!(
            "--kind `{said}`: say what the samples are, availability (what a probe could get) or preemption \
             (what was held)"
        ))
    })?;
    let tick = arguments.tick.as_deref().map(parse_span).transpose();
    let tick = tick.map_err(|error| Failure::Usage(format!("--tick: {error}; {}", error.fix())))?;
    let skip_start = arguments.skip_start;
    Ok(SkyPilot {
        kind,
        tick,
        skip_start,
    })
}

fn halves<'a>(text: &'a str, option: &str, example: &str) -> Result<(&'a str, &'a str), Failure> {
    text.split_once('=')
        .ok_or_else(|| Failure::Usage(format!("{option} `{text}`: write it like {example}")))
}

fn refused(error: impl Into<WeatherError>) -> Failure {
    Failure::Input(
        error
            .into()
            .to_string()
            .lines()
            .map(|line| plain(line).into_owned())
            .collect::<Vec<_>>()
            .join("\n"),
    )
}

fn account(report: &WeatherReport, format: OutputFormat) -> anyhow::Result<String> {
    Ok(match format {
        OutputFormat::Table => {
            let lines = report.lines();
            let lines: Vec<_> = lines.iter().map(|line| plain(line)).collect();
            lines.join("\n") + "\n"
        }
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
                    .map(|tally| format!("{what},\"{}\",{}", tally.reason, tally.rows));
                lines.extend(rows);
            }
            lines.join("\n") + "\n"
        }
    })
}
