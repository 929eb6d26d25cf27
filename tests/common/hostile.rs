//! What a fuzzer throws at each reader, as plain functions: they may refuse anything, but not panic.
#![allow(dead_code, missing_docs, unreachable_pub)]

use plimsoll::model::compile;
use plimsoll::scenario::{Place, load, load_text};
use plimsoll::trace::{
    AwsPrices, CapacityKind, Format, Gaps, Label, Limits, Mapping, NodeFormat, OutageFormat,
    Philly, PriceFormat, PriceTable, SkyPilot, Source, Swf, TimeForm, TraceStart, WeatherError,
    WeatherReport, read_capacity, read_capacity_steps, read_from, read_node_events, read_outages,
    read_prices, write_capacity, write_outages, write_prices,
};
use plimsoll::units::Zone;

/// A scenario file, from its words to its model.
pub fn scenario(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let read = load_text("hostile.toml", &text, &[]).and_then(|scenario| compile(&scenario));
    if let Err(problems) = read {
        assert!(
            problems
                .iter()
                .all(|problem| !problem.fix.trim().is_empty())
        );
    }
}

/// An estate that names the file `hostile`, in one way or another.
const ESTATE: &str = "[scenario]\nname = \"hostile\"\nstart = 2026-01-05T00:00:00Z\nhorizon = \"2 d\"\n\
    [[site]]\nname = \"dc\"\nkind = \"private\"\njurisdiction = \"DE\"\n{site}\n\
    [[site]]\nname = \"cloud\"\ncatalog = \"nebius-eu-north1\"\n\
    [[pool]]\nname = \"dc/h200\"\nsite = \"dc\"\ngpu = \"h200\"\nnodes = 4\n\
    offer = { kind = \"owned\", price = \"2.50 USD/GPU-h\" }\n\
    [[pool]]\nname = \"cloud/h200\"\nsite = \"cloud\"\ngpu = \"h200\"\n\
    offer = { kind = \"on-demand\", quota = 64{offer} }\n\
    [[demand]]\ntrace = \"trace.csv\"\n\
    [[strategy]]\nname = \"s\"\nqueue = { kind = \"easy\" }\nplacement = { kind = \"private-only\" }\n{end}\n";

const TRACE: &str = "job,submit_s,duration_s,requested_s,gpus,tenant,class,priority,outcome\n\
    a,0.000,100.000,200.000,1.000,x,all,0,finished\n";

/// Hourly prices of electricity.
pub fn electricity(bytes: &[u8]) {
    let site = "electricity_file = \"hostile\"";
    beside("electricity", bytes, &[("{site}", site)]);
}

/// Hourly intensities of the grid.
pub fn carbon(bytes: &[u8]) {
    beside("carbon", bytes, &[("{site}", "carbon_file = \"hostile\"")]);
}

/// One price over time.
pub fn price_file(bytes: &[u8]) {
    beside(
        "price_file",
        bytes,
        &[("{offer}", ", prices = \"hostile\"")],
    );
}

/// Jobs that are there at the start.
pub fn initial_jobs(bytes: &[u8]) {
    beside(
        "initial_jobs",
        bytes,
        &[("{end}", "[initial]\njobs = \"hostile\"")],
    );
}

/// All that a run left, to begin from.
pub fn state(bytes: &[u8]) {
    beside(
        "state",
        bytes,
        &[("{end}", "[initial]\nfrom = \"hostile\"")],
    );
}

/// Compiles the estate beside a file of these bytes: a model, or problems that all say what to do.
fn beside(name: &str, bytes: &[u8], words: &[(&str, &str)]) {
    let folder =
        std::env::temp_dir().join(format!("plimsoll-hostile-{}-{name}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let mut text = ESTATE.to_owned();
    for (place, word) in words
        .iter()
        .chain(&[("{site}", ""), ("{offer}", ""), ("{end}", "")])
    {
        text = text.replace(place, word);
    }
    std::fs::write(folder.join("estate.toml"), text).unwrap();
    std::fs::write(folder.join("trace.csv"), TRACE).unwrap();
    std::fs::write(folder.join("hostile"), bytes).unwrap();
    let read = load(&folder.join("estate.toml"), &[]).and_then(|scenario| compile(&scenario));
    if let Err(problems) = read {
        assert!(!problems.is_empty());
        for problem in problems.iter() {
            assert!(!problem.fix.trim().is_empty(), "{problem:?}");
            assert_ne!(problem.place, Place::Nowhere, "{problem:?}");
        }
    }
    std::fs::remove_dir_all(&folder).unwrap();
}

pub fn philly(bytes: &[u8]) {
    import(
        bytes,
        &Format::Philly(Philly {
            zone: Zone::utc(),
            zone_name: "UTC".to_owned(),
            start: TraceStart::FirstSubmit,
        }),
    );
}

pub fn swf(bytes: &[u8]) {
    import(bytes, &Format::Swf(Swf::default()));
}

pub fn table(bytes: &[u8]) {
    let mapping = Mapping {
        ignore_rest: true,
        ..Mapping::new("submit", "duration", "gpus")
    };
    import(bytes, &Format::Table(Box::new(mapping)));
}

pub fn plimsoll(bytes: &[u8]) {
    import(
        bytes,
        &Format::Plimsoll {
            start_unix_ms: None,
        },
    );
}

/// A file that is read has jobs, accounts for every row, and an error says what to do.
fn import(bytes: &[u8], format: &Format) {
    let limits = Limits {
        max_bytes: 1 << 20,
        ..Limits::default()
    };
    match read_from(bytes, "hostile", format, &limits) {
        Ok(trace) => {
            let report = &trace.report;
            let dropped: u64 = report.dropped.iter().map(|tally| tally.rows).sum();
            assert_eq!(report.rows_read, report.accepted + dropped);
            assert_eq!(report.accepted, trace.jobs.len() as u64);
            assert!(!trace.jobs.is_empty());
        }
        Err(error) => assert!(!error.fix.is_empty()),
    }
}

pub fn prices(bytes: &[u8]) {
    price(bytes, &PriceFormat::Table(Box::new(PriceTable::plimsoll())));
}

pub fn gcp(bytes: &[u8]) {
    for kind in ["on-demand", "spot", "1y", "3y"] {
        let table = PriceTable::gcp(kind).unwrap();
        price(bytes, &PriceFormat::Table(Box::new(table)));
    }
}

pub fn marketplace(bytes: &[u8]) {
    price(
        bytes,
        &PriceFormat::Table(Box::new(PriceTable::marketplace())),
    );
}

/// A table by columns that somebody named: times in a zone with summer time, prices of eight GPUs, one filter.
pub fn price_columns(bytes: &[u8]) {
    let column = |name: &str| Label::Column(name.to_owned());
    let zone = "Europe/Berlin";
    let table = PriceTable {
        time: "when".to_owned(),
        clock: TimeForm::Local(Zone::parse(zone).unwrap(), zone.to_owned()),
        price: "price".to_owned(),
        gpus: 8,
        key: ["", "region", "", "gpu", "", "kind"].map(|name| match name {
            "" => Label::Constant(String::new()),
            name => column(name),
        }),
        ignore_rest: true,
        ..PriceTable::plimsoll()
    };
    price(
        bytes,
        &PriceFormat::Table(Box::new(table.only("kind", "spot"))),
    );
}

pub fn aws(bytes: &[u8]) {
    price(bytes, &PriceFormat::Aws(AwsPrices::default()));
}

fn price(bytes: &[u8], format: &PriceFormat) {
    let read = read_prices(vec![source(bytes)], format, &small());
    if let Some(history) = accounted(read) {
        for series in &history.series {
            // Instants rise strictly, and each price is new.
            assert!(series.steps.is_sorted_by(|a, b| a.0 < b.0 && a.1 != b.1));
        }
        let mut out = Vec::new();
        write_prices(&history, &mut out).unwrap();
        let plain = PriceFormat::Table(Box::new(PriceTable::plimsoll()));
        let again = read_prices(vec![source(&out)], &plain, &Limits::default())
            .unwrap()
            .0;
        assert_eq!(again, history);
    }
}

pub fn skypilot(bytes: &[u8]) {
    for skip_start in [false, true] {
        let declared = SkyPilot {
            kind: CapacityKind::Preemption,
            tick: None,
            skip_start,
        };
        if let Some(history) = accounted(read_capacity(vec![source(bytes)], &declared, &small())) {
            assert!(history.steps().iter().all(|zone| zone.share(0) <= 1.0));
        }
    }
}

pub fn capacity(bytes: &[u8]) {
    if let Some(zones) = accounted(read_capacity_steps(source(bytes), &small())) {
        let mut out = Vec::new();
        write_capacity(&zones, &mut out).unwrap();
        let again = read_capacity_steps(source(&out), &Limits::default())
            .unwrap()
            .0;
        assert_eq!(again, zones);
    }
}

pub fn node_events(bytes: &[u8]) {
    nodes(bytes, &NodeFormat::Events);
}

pub fn node_lists(bytes: &[u8]) {
    nodes(bytes, &NodeFormat::Lists);
}

pub fn node_counts(bytes: &[u8]) {
    nodes(bytes, &NodeFormat::Counts(Zone::utc(), "UTC".to_owned()));
}

fn nodes(bytes: &[u8], format: &NodeFormat) {
    if let Some(events) = accounted(read_node_events(source(bytes), format, &small())) {
        assert!(events.steps.is_sorted_by(|a, b| a.at < b.at));
        assert!(events.steps.iter().all(|step| step.at.0 <= events.end.0));
    }
}

pub fn outages(bytes: &[u8]) {
    outage(bytes, &OutageFormat::Plimsoll);
}

pub fn lanl(bytes: &[u8]) {
    outage(bytes, &OutageFormat::Lanl(Zone::utc(), "UTC".to_owned()));
}

pub fn failure_archive(bytes: &[u8]) {
    outage(bytes, &OutageFormat::FailureArchive(Gaps::Unknown));
    outage(bytes, &OutageFormat::FailureArchive(Gaps::Refuse));
}

fn outage(bytes: &[u8], format: &OutageFormat) {
    if let Some(history) = accounted(read_outages(vec![source(bytes)], format, &small())) {
        assert!(
            history
                .outages
                .iter()
                .all(|outage| outage.down_ms < outage.up_ms)
        );
        let apart = |a: &plimsoll::trace::Outage, b: &plimsoll::trace::Outage| {
            a.entity < b.entity || a.up_ms <= b.down_ms
        };
        assert!(history.outages.is_sorted_by(apart));
        // A record in which nobody is ever down has nothing to write.
        if history.outages.is_empty() {
            return;
        }
        let mut out = Vec::new();
        write_outages(&history, &mut out).unwrap();
        let again = read_outages(
            vec![source(&out)],
            &OutageFormat::Plimsoll,
            &Limits::default(),
        );
        assert_eq!(again.unwrap().0.down_ms(), history.down_ms());
    }
}

fn source(bytes: &[u8]) -> Source<'_> {
    Source::new("hostile", bytes)
}

fn small() -> Limits {
    Limits {
        max_bytes: 1 << 20,
        ..Limits::default()
    }
}

/// What was read, if it was; every row is accounted for, and a problem says what to do.
fn accounted<T>(read: Result<(T, WeatherReport), WeatherError>) -> Option<T> {
    match read {
        Ok((history, report)) => {
            let dropped: u64 = report.dropped.iter().map(|tally| tally.rows).sum();
            assert_eq!(report.rows_read, report.accepted + dropped);
            assert!(report.accepted > 0);
            assert!(!report.lines().is_empty());
            Some(history)
        }
        Err(error) => {
            assert!(!error.problems.is_empty());
            assert!(error.problems.iter().all(|problem| !problem.fix.is_empty()));
            assert!(
                error
                    .problems
                    .iter()
                    .all(|problem| !problem.source.is_empty())
            );
            None
        }
    }
}
