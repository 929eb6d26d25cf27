//! Public recordings of weather against independently computed totals; skipped, visibly, where the files are
//! not present.
#![allow(clippy::print_stdout)]

use std::path::PathBuf;

use plimsoll::trace::{
    AwsPrices, CapacityKind, Gaps, Limits, NodeFormat, OutageFormat, PriceFormat, PriceSeries,
    PriceTable, SkyPilot, Source, WeatherChange, WeatherDrop, read_capacity, read_node_events,
    read_outages, read_prices,
};
use plimsoll::units::{Price, Span, Zone};

/// The recordings in `files` of the data folder, or `None` with a word about the first that is not there.
fn open(files: &[&str]) -> Option<Vec<Source<'static>>> {
    let default = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../shared/data");
    let folder = std::env::var_os("PLIMSOLL_DATA").map_or(default, PathBuf::from);
    let paths: Vec<PathBuf> = files.iter().map(|file| folder.join(file)).collect();
    if let Some(absent) = paths.iter().find(|path| !path.exists()) {
        println!("skipped: no data at {}", absent.display());
        return None;
    }
    Some(Source::open_all(&paths).unwrap())
}

/// Entries, zones, and the lowest and highest price of an instance-hour in thousandths of a cent.
const AWS: [(&str, u64, usize, u64, u64, u64); 12] = [
    ("us-east-1__p2.16xlarge", 501, 5, 16, 4_320_000, 14_400_000),
    ("us-east-1__p2.8xlarge", 604, 6, 8, 2_160_000, 7_200_000),
    ("us-east-1__p2.xlarge", 1000, 6, 1, 337_100, 900_000),
    ("us-east-1__p3.16xlarge", 264, 4, 8, 7_344_000, 7_344_000),
    ("us-east-1__p3.2xlarge", 874, 4, 1, 918_000, 1_156_400),
    ("us-east-1__p3.8xlarge", 271, 4, 4, 3_672_000, 3_683_200),
    ("us-west-2__p2.16xlarge", 204, 3, 16, 4_320_000, 4_320_000),
    ("us-west-2__p2.8xlarge", 222, 3, 8, 2_160_000, 2_160_000),
    ("us-west-2__p2.xlarge", 661, 3, 1, 270_000, 377_400),
    ("us-west-2__p3.16xlarge", 664, 3, 8, 7_344_000, 9_285_800),
    ("us-west-2__p3.2xlarge", 384, 3, 1, 918_000, 1_049_200),
    ("us-west-2__p3.8xlarge", 484, 3, 4, 3_672_000, 4_190_600),
];

#[test]
fn spot_price_histories() {
    let format = PriceFormat::Aws(AwsPrices::default());
    for (name, entries, zones, gpus, least, most) in AWS {
        let Some(sources) = open(&[&format!("dime-aws-spotprice-2020/{name}.json.gz")]) else {
            return;
        };
        let (history, report) = read_prices(sources, &format, &Limits::default()).unwrap();
        assert_eq!(report.rows_read, entries, "{name}");
        assert_eq!(history.series.len(), zones, "{name}");
        // No key repeats in one file: what is dropped states the price that holds already.
        let unchanged = report.dropped_for(WeatherDrop::Unchanged);
        assert_eq!(report.accepted + unchanged, entries, "{name}");
        let prices = || {
            history
                .series
                .iter()
                .flat_map(|s| &s.steps)
                .map(|(_, price)| price.0)
        };
        assert_eq!(
            prices().min().map(|price| price * gpus),
            Some(least),
            "{name}"
        );
        assert_eq!(
            prices().max().map(|price| price * gpus),
            Some(most),
            "{name}"
        );
        assert!(
            history
                .series
                .iter()
                .all(|s| s.steps.is_sorted_by(|a, b| a.0 < b.0)),
            "{name}"
        );
    }
    // All files together are one history without contradictions.
    let files: Vec<String> = AWS
        .iter()
        .map(|row| format!("dime-aws-spotprice-2020/{}.json.gz", row.0))
        .collect();
    let files: Vec<&str> = files.iter().map(String::as_str).collect();
    let (all, report) = read_prices(open(&files).unwrap(), &format, &Limits::default()).unwrap();
    assert_eq!((report.rows_read, all.series.len()), (6_133, 47));
}

#[test]
fn cloud_price_changes() {
    let file = ["prices/gcp_gpu_price_changes_2022-2026.csv.gz"];
    let read = |table: PriceTable| {
        open(&file).map(|sources| {
            read_prices(
                sources,
                &PriceFormat::Table(Box::new(table)),
                &Limits::default(),
            )
            .unwrap()
        })
    };
    let Some((spot, report)) = read(PriceTable::gcp("spot").unwrap()) else {
        return;
    };
    // Counted apart from this code: 3,418 rows, 191 without a spot price, 10 that repeat the one before.
    assert_eq!((report.rows_read, report.accepted), (3_418, 3_217));
    assert_eq!(report.dropped_for(WeatherDrop::PriceMissing), 191);
    assert_eq!(report.dropped_for(WeatherDrop::Unchanged), 10);
    let (_, report) = read(PriceTable::gcp("on-demand").unwrap()).unwrap();
    // One row of a region that was added twice on one day repeats; 3,098 others changed another price.
    assert_eq!(
        (report.accepted, report.dropped_for(WeatherDrop::Repeated)),
        (319, 1)
    );
    let key =
        |series: &&PriceSeries| series.key.region == "us-central1" && series.key.gpu == "H100-80GB";
    let h100 = spot.series.iter().find(key).unwrap();
    // 2026-07-22 is day 20,656 after 1970.
    assert_eq!(
        h100.steps.last(),
        Some(&(20_656 * 86_400_000, Price(6_326_200)))
    );
    assert_eq!(h100.steps.len(), 26);
}

#[test]
fn marketplace_prices() {
    let Some(sources) = open(&["prices/marketplace_timeseries_2025-10_2025-11.csv.gz"]) else {
        return;
    };
    let format = PriceFormat::Table(Box::new(PriceTable::marketplace()));
    let (history, report) = read_prices(sources, &format, &Limits::default()).unwrap();
    assert_eq!((report.rows_read, history.series.len()), (2_533, 33));
}

/// Zones of February 2023 with their changes, share of time up, and mean hours up and down.
const PROBES: [(&str, usize, f64, f64, f64); 9] = [
    ("us-east-1a", 506, 0.166683, 0.72, 3.55),
    ("us-east-1c", 687, 0.466515, 1.48, 1.64),
    ("us-east-1d", 587, 0.447267, 1.66, 1.87),
    ("us-east-1f", 571, 0.59118, 2.18, 1.52),
    ("us-east-2a", 291, 0.759302, 5.51, 1.81),
    ("us-east-2b", 349, 0.682211, 4.27, 1.91),
    ("us-west-2a", 316, 0.883074, 5.76, 0.81),
    ("us-west-2b", 188, 0.904951, 9.75, 1.10),
    ("us-west-2c", 284, 0.891309, 6.48, 0.84),
];

#[test]
fn spot_availability() {
    let file = |zone: &str| {
        format!("skypilot-spot/availability__1-node__aws-02-15-2023__{zone}_v100_1.json.gz")
    };
    let files: Vec<String> = PROBES.iter().map(|row| file(row.0)).collect();
    let files: Vec<&str> = files.iter().map(String::as_str).collect();
    let Some(sources) = open(&files) else {
        return;
    };
    let probes = SkyPilot {
        kind: CapacityKind::Availability,
        tick: None,
        skip_start: false,
    };
    let (history, report) = read_capacity(sources, &probes, &Limits::default()).unwrap();
    assert_eq!((history.tick, history.ticks()), (Span(195_000), 20_158));
    assert_eq!(report.rows_read, 9 * 20_158);
    assert_eq!(report.accepted, report.rows_read);
    for (zone, (name, changes, share, up_h, down_h)) in history.steps().iter().zip(PROBES) {
        assert_eq!(zone.steps.len() - 1, changes, "{name}");
        assert!((zone.share(1) - share).abs() < 1e-6, "{name}");
        let (up, down) = zone.spells(1);
        assert!((up.mean_h - up_h).abs() < 0.006, "{name}: {up:?}");
        assert!((down.mean_h - down_h).abs() < 0.006, "{name}: {down:?}");
    }
    assert!((history.any_zone(1) - 0.992).abs() < 5e-4);
}

#[test]
fn nodes_held() {
    // Changes, share of time with a node, samples.
    let zones = [
        ("us-east-1f", 88, 0.382642, 3_664),
        ("us-east-2a", 28, 0.749172, 5_131),
        ("us-west-2c", 154, 0.838823, 5_131),
    ];
    let file = |zone: &str| {
        format!("skypilot-spot/preemption__4-node__aws-08-03-2023__{zone}_v100_1.json.gz")
    };
    let held = SkyPilot {
        kind: CapacityKind::Preemption,
        tick: None,
        skip_start: false,
    };
    for (name, _, share, ticks) in zones {
        let Some(sources) = open(&[&file(name)]) else {
            return;
        };
        let (history, _) = read_capacity(sources, &held, &Limits::default()).unwrap();
        let zone = &history.steps()[0];
        assert_eq!((history.ticks(), zone.most()), (ticks, 4), "{name}");
        assert!((zone.share(1) - share).abs() < 1e-6, "{name}");
        let (up, down) = zone.spells(1);
        let changes = zones.iter().find(|zone| zone.0 == name).unwrap().1;
        // Spells at the ends are cut, so there are at most two fewer than changes + 1.
        assert!(
            (changes - 1..=changes + 1).contains(&(up.count + down.count)),
            "{name}"
        );
    }
    let files = zones.map(|zone| file(zone.0));
    let files: Vec<&str> = files.iter().map(String::as_str).collect();
    let (set, report) = read_capacity(open(&files).unwrap(), &held, &Limits::default()).unwrap();
    // The set is as long as its shortest file.
    assert_eq!(set.ticks(), 3_664);
    assert_eq!(
        report.dropped_for(WeatherDrop::BeyondShortest),
        2 * (5_131 - 3_664)
    );
    let probes = SkyPilot {
        kind: CapacityKind::Availability,
        ..held
    };
    let error = read_capacity(open(&files).unwrap(), &probes, &Limits::default()).unwrap_err();
    assert_eq!(error.problems.len(), 3, "{error}");
}

#[test]
fn nodes_of_spot_clusters() {
    let read = |file: &str, format: &NodeFormat| {
        open(&[&format!("bamboo-parcae-spot/{file}")]).map(|mut sources| {
            read_node_events(sources.remove(0), format, &Limits::default()).unwrap()
        })
    };
    let Some((events, report)) = read("p3-trace.csv", &NodeFormat::Events) else {
        return;
    };
    assert_eq!((report.rows_read, report.accepted), (344, 344));
    assert_eq!(events.end, Span(40_920_000));
    let (gone, batches, largest) = events.removals();
    assert_eq!((gone, largest), (167, 6));
    // 167 removes in 11.37 h are 14.7 per hour, in groups of mean 2.1.
    assert!((gone as f64 / events.end.as_hours() - 14.7).abs() < 0.05);
    assert!((gone as f64 / batches as f64 - 2.1).abs() < 0.05);
    assert!((events.capacity().mean() - 24.0).abs() < 0.05);

    let (lists, report) = read("parcae_trace_hh_55_65.txt", &NodeFormat::Lists).unwrap();
    assert_eq!((report.rows_read, lists.end), (60, Span(3_600_000)));
    assert_eq!(report.dropped_for(WeatherDrop::NoChange), 43);
    // Counted apart from this code: 98,940 node-seconds in the hour, at most 32 nodes.
    assert!((lists.capacity().mean() - 98_940.0 / 3_600.0).abs() < 1e-9);
    assert_eq!(lists.capacity().most(), 32);

    let zone = NodeFormat::Counts(Zone::utc(), "UTC".to_owned());
    let (counts, report) = read("a100x1-east1b.txt", &zone).unwrap();
    // 193 of 268 lines repeat the number above them.
    assert_eq!((report.rows_read, report.accepted), (268, 75));
    assert!((counts.capacity().mean() - 57.303117).abs() < 1e-6);
}

#[test]
fn failures_of_los_alamos() {
    let Some(sources) = open(&["lanl-failures/lanl_failures_other_systems.csv.gz"]) else {
        return;
    };
    let format = OutageFormat::Lanl(Zone::utc(), "UTC".to_owned());
    let (history, report) = read_outages(sources, &format, &Limits::default()).unwrap();
    // Counted apart from this code.
    assert_eq!((report.rows_read, report.accepted), (11_300, 11_300));
    assert_eq!(history.entities.len(), 1_269);
    for (change, rows) in [
        (WeatherChange::LengthDisagrees, 405),
        (WeatherChange::ZeroOutage, 120),
        (WeatherChange::CauseMissing, 129),
        (WeatherChange::CausesSeveral, 0),
        (WeatherChange::NodeMissing, 126),
    ] {
        assert_eq!(report.adjusted_for(change), rows, "{change:?}");
    }
    assert_eq!(report.adjusted_for(WeatherChange::Merged), 43);
    assert_eq!(
        (history.outages.len(), history.down_ms()),
        (11_257, 296_935_500_120)
    );
    let hardware = history
        .causes
        .iter()
        .position(|cause| cause == "hardware")
        .unwrap();
    let failures = history
        .outages
        .iter()
        .filter(|outage| outage.cause as usize == hardware);
    assert_eq!(failures.count(), 6_093);
}

#[test]
fn intervals_of_a_grid() {
    let Some(sources) = open(&["grid5k-fta/event_trace_nodes0-299.tab.gz"]) else {
        return;
    };
    let format = OutageFormat::FailureArchive(Gaps::Refuse);
    let (history, report) = read_outages(sources, &format, &Limits::default()).unwrap();
    assert_eq!(report.rows_read, 233_635);
    assert_eq!(report.dropped_for(WeatherDrop::EmptyInterval), 2);
    assert_eq!(report.adjusted_for(WeatherChange::ZeroOutage), 1);
    assert_eq!(history.entities.len(), 300);
    assert_eq!((history.down_ms() as f64 / 3.6e6).round(), 697_300.0);
    // 2.51 of 14.15 thousand million node-seconds down.
    assert!((history.availability().unwrap() - 0.8226326).abs() < 1e-6);
}
