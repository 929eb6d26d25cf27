//! A bounded run of the fuzz targets: mutated samples and random bytes, with fixed seeds.

use std::time::{Duration, Instant};

use plimsoll::dice::{Dice, Purpose, Stream};

/// Pieces that have broken readers before.
const PIECES: [&[u8]; 20] = [
    b"0",
    b"-1",
    b"1e308",
    b"NaN",
    b"9223372036854775807",
    b"18446744073709551616",
    b"\"",
    b"\"\"\"",
    b"[",
    b"]]",
    b"{",
    b"=",
    b",",
    b"\n",
    b"\r",
    b"\0",
    b"\xff\xfe",
    "\u{feff}é".as_bytes(),
    b"\x1f\x8b\x08",
    b"\x28\xb5\x2f\xfd",
];

/// Throws at most `rounds` mutations of the samples, and as many random bytes, for a second at most.
fn throw(name: &str, target: fn(&[u8]), samples: &[&[u8]], rounds: u32) {
    for sample in samples {
        target(sample);
    }
    let dice = Dice {
        seed: 20_260_105,
        replication: 0,
    };
    let key = dice.key("fuzz", name);
    let begun = Instant::now();
    let mut thrown = 0;
    for round in 0..rounds {
        let mut stream = dice.stream(key, Purpose::Trial, round, 0);
        let sample = samples[stream.below(samples.len() as u64) as usize];
        target(&mutated(sample, &mut stream));
        let length = stream.below(200);
        let random: Vec<u8> = (0..length).map(|_| stream.below(256) as u8).collect();
        target(&random);
        thrown += 1;
        if begun.elapsed() > Duration::from_secs(1) {
            break;
        }
    }
    assert!(
        20 <= thrown,
        "{name}: only {thrown} files in {:?}: some file is read very slowly",
        begun.elapsed()
    );
}

/// The sample with up to eight changes: bytes flipped, cut out, doubled, or replaced by hostile pieces.
fn mutated(sample: &[u8], stream: &mut Stream) -> Vec<u8> {
    let mut bytes = sample.to_vec();
    for _ in 0..=stream.below(8) {
        let at = stream.below(bytes.len() as u64 + 1) as usize;
        let end = (at + stream.below(12) as usize).min(bytes.len());
        match stream.below(5) {
            0 if at < bytes.len() => bytes[at] ^= 1 << stream.below(8),
            1 => drop(bytes.drain(at..end)),
            2 => {
                let copy = bytes[at..end].to_vec();
                bytes.splice(at..at, copy);
            }
            3 => bytes.truncate(at.max(bytes.len() / 2)),
            _ => {
                let piece = PIECES[stream.below(PIECES.len() as u64) as usize];
                bytes.splice(at..end, piece.iter().copied());
            }
        }
    }
    bytes
}

#[test]
fn scenarios() {
    let samples: [&[u8]; 4] = [
        include_bytes!("../../scenarios/starter.toml"),
        include_bytes!("../../scenarios/hybrid-burst.toml"),
        include_bytes!("../../scenarios/edge.toml"),
        include_bytes!("../../scenarios/philly.toml"),
    ];
    throw("scenario", crate::hostile::scenario, &samples, 2_000);
}

#[test]
fn importers() {
    let philly: &[u8] = b"timestamp,duration,num_gpus,gpu_time,cluster\n\
        2017-10-09 07:01:55,66.0,1,66.0,11cb48\n2017-10-09 06:13:03,10.5,8,84.0,6214e9\n";
    let swf: &[u8] = b"; UnixStartTime: 1000\n; MaxProcs: 64\n\
        1 0 5 100 4 -1 -1 4 200 -1 1 3 1 -1 1 1 -1 -1\n2 7 0 50 8 -1 -1 8 60 -1 0 4 1 -1 1 1 -1 -1\n";
    let table: &[u8] = b"submit,duration,gpus,who\n0,100,8,a\n5.5,0,1,b\n7,1e3,2,\"c, d\"\n";
    let plimsoll: &[u8] =
        b"job,submit_s,duration_s,requested_s,gpus,tenant,class,priority,outcome\n\
        a,0.000,10.000,20.000,8,x,training,0,finished\nb,1.500,1.000,,0.5,y,tuning,-3,failed\n";
    throw("philly", crate::hostile::philly, &[philly], 20_000);
    throw("swf", crate::hostile::swf, &[swf], 20_000);
    throw("table", crate::hostile::table, &[table], 20_000);
    throw("plimsoll", crate::hostile::plimsoll, &[plimsoll], 20_000);
}

#[test]
fn importers_of_weather() {
    let prices: &[u8] = b"zone,from,price_per_gpu_hour\na,2026-01-05T00:00:00Z,2.5\n\
        b,2026-01-05T00:00:00Z,3\na,2026-01-06T00:00:00+01:00,2.75\n";
    let lists: &[u8] =
        b"[0, \"add\", {\"nodes\": [\"a\", \"b\"], \"duration\": 60000, \"x\": [1]}]\n\
        [60000, \"remove\", {\"nodes\": [\"a\"]}]\n[120000, \"no-op\", {}]\n";
    let aws = include_bytes!("../fixtures/weather/aws_spot_price_history.json");
    let samples = include_bytes!("../fixtures/weather/availability_zone-a.json");
    let lanl = include_bytes!("../fixtures/weather/lanl_failures.csv");
    let archive = include_bytes!("../fixtures/weather/event_trace.tab");
    throw("prices", crate::hostile::prices, &[prices], 20_000);
    throw("aws", crate::hostile::aws, &[aws], 20_000);
    let gcp = include_bytes!("../fixtures/weather/price_changes.csv");
    throw("gcp", crate::hostile::gcp, &[gcp], 20_000);
    let market: &[u8] = b"timestamp_utc,provider,gpu,min_usd_gpu_h\n\
        2025-10-19 00:00,a,H200,2.5\n2025-10-19 00:40,a,H200,2.75\n2025-10-19 00:40,b,H100,1.5\n";
    throw(
        "marketplace",
        crate::hostile::marketplace,
        &[market],
        20_000,
    );
    // An hour that comes twice, one that never does, and a kind that is filtered out.
    let columns: &[u8] = b"when,region,gpu,kind,price\n2025-10-26 02:30:00,eu,h200,spot,16\n\
        2026-03-29 02:30:00,eu,h200,spot,20\n2026-04-01,eu,h200,on-demand,30\n";
    throw(
        "price_columns",
        crate::hostile::price_columns,
        &[columns],
        20_000,
    );
    throw("skypilot", crate::hostile::skypilot, &[samples], 20_000);
    let capacity: &[u8] = b"zone,at_s,nodes\na,0,4\nb,0,0\na,90.5,0\na,360,\n";
    throw("capacity", crate::hostile::capacity, &[capacity], 20_000);
    let events: &[u8] = b"0,add,a\n0,add,b\n60000,remove,a\n120000,add,c\n";
    throw(
        "node_events",
        crate::hostile::node_events,
        &[events],
        20_000,
    );
    throw("node_lists", crate::hostile::node_lists, &[lists], 20_000);
    let counts: &[u8] = b"2026-01-05, 10:00:00, 8\n2026-01-05, 10:03:20, 5\n";
    throw(
        "node_counts",
        crate::hostile::node_counts,
        &[counts],
        20_000,
    );
    let since: &[u8] = b"entity,down,up,cause\na,3 h,5 h,power\na,4 h,7.5 h,\nb,1 d,26 h,x\n";
    let instants: &[u8] = b"entity,down,up\na,2026-01-05T00:00:00Z,2026-01-05T02:00:00+01:00\n";
    throw(
        "outages",
        crate::hostile::outages,
        &[since, instants],
        20_000,
    );
    throw("lanl", crate::hostile::lanl, &[lanl], 20_000);
    throw(
        "failure_archive",
        crate::hostile::failure_archive,
        &[archive],
        20_000,
    );
}

#[test]
fn files_beside_a_scenario() {
    let prices: &[u8] =
        b"from,price_per_kwh\n2026-01-04T23:00:00Z,0.09\n2026-01-05T01:00:00Z,-0.015\n";
    throw("electricity", crate::hostile::electricity, &[prices], 2_000);
    let carbon: &[u8] =
        b"from,grams_per_kwh\n2026-01-05T00:00:00Z,350\n2026-01-05T03:00:00+01:00,90.5\n";
    throw("carbon", crate::hostile::carbon, &[carbon], 2_000);
    let steps: &[u8] =
        b"from,price_per_gpu_hour\n2026-01-01T00:00:00Z,2.5\n2026-01-06T00:00:00Z,3\n";
    throw("price_file", crate::hostile::price_file, &[steps], 2_000);
    let jobs: &[u8] = b"job,class,tenant,gpus,priority,requested_s,duration_s,done_s,unsaved_s,pool,nodes,outcome\n\
        a,all,x,8,0,7200,3600,60,5,dc/h200,0:8,finished\n'=b,all,x,2,-1,600,,,,,,\n";
    throw("initial_jobs", crate::hostile::initial_jobs, &[jobs], 2_000);
    let state: &[u8] = b"[initial]\n[[initial.down]]\npool = \"dc/h200\"\nnodes = 1\n\
        lasts = \"2 h\"\n[[initial.egress]]\nsite = \"cloud\"\nsize = \"3 TB\"\n\
        [[initial.used]]\ntenant = \"x\"\ngpu_hours = 4.5\n[[initial.waiting]]\ngpus = 2\nrequested = \"1 h\"\n";
    throw("state", crate::hostile::state, &[state], 2_000);
}
