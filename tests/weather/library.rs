//! Every file of weather can be taken in by one line, and does what it says.

pub(crate) mod estates;
pub(crate) mod heard;

use std::path::PathBuf;

use crate::common::{Everything, play_first};
use estates::{CONTRACTS, ESTATE, LOSSES, RULES};
use heard::*;
use plimsoll::journal::{Bucket, Cause, Fact, JobState};
use plimsoll::model::{Model, compile};
use plimsoll::scenario::load_text;
use plimsoll::units::{PoolId, SimTime};

/// An estate under a file of weather, or none.
fn model(file: Option<&str>, estate: &str) -> Model {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("scenarios");
    let name = folder.join("estate.toml").display().to_string();
    let weather = file.map_or(String::new(), |file| {
        format!("weather = [\"weather/{file}\"]\n")
    });
    let scenario = load_text(&name, &format!("{weather}{estate}"), &[]);
    let scenario = scenario.unwrap_or_else(|problems| panic!("{}", problems.render(false)));
    let compiled = compile(&scenario);
    compiled
        .unwrap_or_else(|problems| panic!("{}", problems.render(false)))
        .model
}

/// What a file must do to the estate: (as it lives in this weather, as it lives in fair weather).
type Effect = fn(&Everything, &Everything) -> bool;

const DAY: u64 = 86_400_000;

const EFFECTS: &[(&str, Effect)] = &[
    // All three sites for nine hours: at once.
    ("certificate-expired.toml", |heard, _| {
        hours_out(heard) == 3 * 9 && interruptions(heard) > 0 && for_identity(heard) > 0
    }),
    // Nothing is launched for 15 hours, and nobody who runs is stopped.
    ("control-plane-out.toml", |heard, _| {
        refusals(heard) > 0 && reclaims(heard, 2) == 0 && interruptions(heard) == 0
    }),
    ("credentials-revoked.toml", |heard, _| {
        hours_out(heard) == 3 * 6
            && heard.run.revoked_jobs > 0
            && heard.run.revoked_jobs == u64::from(interruptions(heard))
            && for_identity(heard) > 0
    }),
    // Only the edge site receives it.
    ("edge-model-corrupted.toml", |heard, _| {
        let spoiled = |(_, fact): &(_, Fact)| match *fact {
            Fact::Spoiled(job) => heard.jobs.iter().find(|record| record.job == job),
            _ => None,
        };
        let mut harmed = heard.facts.iter().filter_map(spoiled);
        heard.run.spoiled_jobs > 0
            && heard.run.spoiled_time > 0
            && waited_for(heard, Cause::Registry) > 0
            && harmed.all(|job| job.pool == Some(PoolId(1)) && job.state == JobState::Failed)
    }),
    ("edge-power-lost.toml", |heard, _| {
        down(heard, 1) == 8 * 3 * GPU_DAY
    }),
    // What is read at the edge comes over the line; nothing else is starved.
    ("edge-wan-cut.toml", |heard, fair| {
        let (before, (storage, link)) = (stalled(fair, 1), stalled(heard, 1));
        before == (0, 0) && storage == 0 && 0 < link && stalled(heard, 0) == (0, 0)
    }),
    // The provider stands in the data centre, where jobs start as usual; the others wait from half a day later on.
    ("federation-cut.toml", |heard, _| {
        let days = 4 * 86_400_000..5 * 86_400_000;
        let starts = |(at, fact): &(SimTime, Fact)| {
            days.contains(&at.0) && matches!(fact, Fact::Placed(_, PoolId(0)))
        };
        hours_out(heard) == 2 * 48 && for_identity(heard) > 0 && heard.facts.iter().any(starts)
    }),
    ("glut.toml", |heard, fair| {
        price(heard, 2) < price(fair, 2) && price(heard, 3) < price(fair, 3)
    }),
    // 328 GPUs × 28 d / 2,080 d: 4.4 on average, and never a whole node at once.
    ("gpu-failures.toml", |heard, _| {
        let broken = |(_, fact): &&(_, Fact)| matches!(fact, Fact::GpusDown(_, 1));
        let count = heard.facts.iter().filter(broken).count();
        (1..13).contains(&count) && stops(heard).is_empty() && down(heard, 0) + down(heard, 1) > 0
    }),
    ("h200-sold-out.toml", |heard, _| {
        refusals(heard) > 0 && reclaims(heard, 2) > 0 && reclaims(heard, 3) == 0
    }),
    ("identity-provider-out.toml", |heard, _| {
        hours_out(heard) == 3 * 48 && for_identity(heard) > 0 && heard.run.revoked_jobs == 0
    }),
    // Nobody waits for a key, but what was pulled with the old one is pulled again.
    // 16 instances at most × 28 d × 0.004: 1.8 on average; nobody took them away.
    ("instance-failures.toml", |heard, fair| {
        let failed = |(_, fact): &&(_, Fact)| matches!(fact, Fact::InstancesFailed(..));
        let count = heard.facts.iter().filter(failed).count();
        (1..8).contains(&count) && (2..4).all(|p| reclaims(heard, p) == reclaims(fair, p))
    }),
    ("key-rotation.toml", |heard, fair| {
        interruptions(heard) > 0
            && waited_for(heard, Cause::Key) == 0
            && staged(heard) > staged(fair)
    }),
    // Three sites × 28 days / 20 d: 4.2 outages on average.
    ("key-service-failures.toml", |heard, _| {
        (1..14).contains(&lost_services(heard)) && 0 < hours_out(heard)
    }),
    // Only the rented site of the three is without keys, for nine days, and who could go elsewhere does.
    ("keys-lost.toml", |heard, _| {
        hours_out(heard) == 9 * 24 && lost_services(heard) == 1
    }),
    ("keys-out.toml", |heard, _| {
        hours_out(heard) == 3 * 24 && interruptions(heard) > 0 && waited_for(heard, Cause::Key) > 0
    }),
    // 42 nodes × 28 days × 4 in 1,000 × 1.6: 7.5 on average.
    ("lemons.toml", |heard, _| {
        (1..20).contains(&stops(heard).len())
    }),
    ("new-batch.toml", |heard, _| {
        (1..20).contains(&stops(heard).len())
    }),
    // 42 × 28 × 0.004 = 4.7 on average.
    ("node-failures.toml", |heard, _| {
        (1..14).contains(&stops(heard).len())
    }),
    ("price-doubles.toml", |heard, fair| {
        let ratio = price(heard, 3) / price(fair, 3);
        (1.1..2.0).contains(&ratio)
    }),
    ("private-site-lost.toml", |heard, fair| {
        down(heard, 0) == 320 * 14 * GPU_DAY && interruptions(heard) > interruptions(fair)
    }),
    ("quota-cut.toml", |heard, fair| {
        waited_for(heard, Cause::Quota) > waited_for(fair, Cause::Quota)
    }),
    // 11 racks × 28 d / 1,800 d: one month in six has a rack fault; nodes break besides.
    ("rack-power.toml", |heard, _| !stops(heard).is_empty()),
    ("regions-lost.toml", |heard, _| {
        reclaims(heard, 2) + reclaims(heard, 3) > 0 && refusals(heard) > 0
    }),
    // Three sites for two days; the rented site, whose cache the rotation of keys voids, cannot pull.
    ("registry-out.toml", |heard, _| {
        hours_out(heard) == 3 * 48 && waited_for(heard, Cause::Registry) > 0
    }),
    // 40 and 2 nodes once, in 21 batches of 3 h: from 9 d on, none of it is down and nobody is stopped.
    ("rolling-maintenance.toml", |heard, _| {
        heard.pools[0].gpu_time[Bucket::Maintenance] == 320 * GPU_DAY / 8
            && heard.pools[1].gpu_time[Bucket::Maintenance] == 8 * GPU_DAY / 8
            && down(heard, 0) == 0
            && interruptions(heard) == 0
    }),
    ("spending-freeze.toml", |heard, fair| {
        let frozen = |at: &SimTime| (7 * DAY..14 * DAY).contains(&at.0);
        let rented = |fact: &Fact| matches!(fact, Fact::Placed(_, pool) if pool.index() >= 2);
        let went = |all: &Everything| {
            let mut facts = all.facts.iter();
            facts.any(|(at, fact)| frozen(at) && rented(fact))
        };
        went(fair) && !went(heard) && waited_for(heard, Cause::Budget) > 0
    }),
    ("spot-dear.toml", |heard, fair| {
        price(heard, 2) > 1.5 * price(fair, 2) && price(heard, 3) == price(fair, 3)
    }),
    ("spot-reclaimed.toml", |heard, _| {
        reclaims(heard, 2) > 0 && reclaims(heard, 3) == 0 && interruptions(heard) > 0
    }),
    // Twice in 28 days, each 8 h on average.
    ("storage-brownouts.toml", |heard, fair| {
        stalled(fair, 0) == (0, 0) && 0 < stalled(heard, 0).0 && stalled(heard, 0).1 == 0
    }),
    ("storage-slow.toml", |heard, fair| {
        stalled(fair, 0) == (0, 0) && GPU_DAY < stalled(heard, 0).0
    }),
    ("two-crews.toml", |heard, _| !stops(heard).is_empty()),
    // Spot is taken back, on demand nothing is launched for two days, and what is costs more.
    ("zone-lost.toml", |heard, fair| {
        let on_demand = heard.pools[3].refusals;
        reclaims(heard, 2) > 0 && 0 < on_demand && 1.1 < price(heard, 3) / price(fair, 3)
    }),
];

/// What files do to an estate with contracts beside the rest: pools 4, hosted, 5, a block, and 6, owned by its cost.
const OF_CONTRACTS: &[(&str, Effect)] = &[
    ("capacity-blocks-dearer.toml", |heard, fair| {
        charged(heard, 5) * 100 == charged(fair, 5) * 115
    }),
    // A week at 3, three at 4.14.
    ("contracts-dear.toml", |heard, fair| {
        charged(heard, 4) * 2_800 == charged(fair, 4) * (700 + 2_100 * 138 / 100)
    }),
    // Depreciation 50,000 × .05 ÷ 35,040 more, interest 50,000 × .05 × .08 ÷ 17,520 less: .0599 an hour for 25 d.
    ("resale-crash.toml", |heard, fair| {
        let more = (charged(heard, 6) - charged(fair, 6)) as f64 / 3.6e15;
        (more - 8.0 * 25.0 * 24.0 * 0.059_931).abs() < 0.01
    }),
    // .45 of the price instead of .05, the other way: .5394 an hour.
    ("resale-shortage.toml", |heard, fair| {
        let less = (charged(fair, 6) - charged(heard, 6)) as f64 / 3.6e15;
        (less - 8.0 * 25.0 * 24.0 * 0.539_383).abs() < 0.01
    }),
];

/// What files do to an estate whose checkpoints go home, and which loses a site.
const OF_CHECKPOINTS: &[(&str, Effect)] = &[
    // In fair weather the newest is home within minutes, and a job that goes on elsewhere loses what any other does:
    // less than 4 h. Blocked since six days it loses all that it did in them.
    ("egress-blocks-checkpoints.toml", |heard, fair| {
        heard.run.fell_back > fair.run.fell_back + 2
            && rework(heard, 0) > 2 * rework(fair, 0)
            && egress(heard, 0) < egress(fair, 0)
    }),
];

/// What files do to an estate with rules, certificates and what a transform makes.
const OF_RULES: &[(&str, Effect)] = &[
    // What runs there is told to leave at 7 d, and nobody goes there for ten days.
    ("certificate-lapsed.toml", |heard, fair| {
        let days = 7 * DAY..17 * DAY;
        rented(fair, &days, 0) && !rented(heard, &days, 0) && judged(heard, "certified").0 > 0
    }),
    // What runs on the masked copy there stops at 10 d, and what lies there is deleted.
    ("reidentification.toml", |heard, fair| {
        let days = 10 * DAY + 1..28 * DAY;
        let (jobs, copies) = judged(heard, "masked");
        rented(fair, &days, LARGE) && !rented(heard, &days, LARGE) && jobs > 0 && copies == 1
    }),
];

/// The class that reads the records; those before it do not.
const LARGE: usize = 3;

/// Whether anybody of a class, or of one behind it, goes to rented capacity in some time.
fn rented(heard: &Everything, days: &std::ops::Range<u64>, class: usize) -> bool {
    let is_of = |job| {
        let mut jobs = heard.jobs.iter();
        let found = jobs.find(|record| record.job == job);
        found.is_some_and(|record| class <= record.class.index())
    };
    heard.facts.iter().any(|(at, fact)| match *fact {
        Fact::Placed(job, pool) => days.contains(&at.0) && pool.index() >= 2 && is_of(job),
        _ => false,
    })
}

/// How many jobs and copies a rule turned against: `certified` is the first rule, `masked` all others.
fn judged(heard: &Everything, rule: &str) -> (usize, usize) {
    let is_it = |index: u16| (index == 0) == (rule == "certified");
    let facts = || heard.facts.iter().map(|(_, fact)| *fact);
    let jobs = facts().filter(|fact| matches!(fact, Fact::Rejudged(_, _, of, _) if is_it(*of)));
    let copies = facts().filter(|fact| matches!(fact, Fact::CopyDeleted(..)));
    (jobs.count(), copies.count())
}

#[test]
fn weather_of_rules_does_what_it_says() {
    let reads = "[[class]]\nname = \"large\"\n";
    assert!(ESTATE.contains(reads));
    let estate = ESTATE.replace(reads, &format!("{reads}data = [\"records\"]\n"));
    let certified = "catalog = \"aws-us-east-2\"\n";
    let estate = estate.replace(
        certified,
        &format!("{certified}attributes = {{ certifications = [\"iso-27001\"] }}\n"),
    );
    do_what_they_say(OF_RULES, &format!("{estate}{RULES}"));
}

#[test]
fn every_file_of_weather_does_what_it_says() {
    let fair = do_what_they_say(EFFECTS, ESTATE);
    assert_eq!(interruptions(&fair), 0);
}

#[test]
fn weather_of_contracts_does_what_it_says() {
    // Nothing feeds the pools of contracts, so nobody reads there.
    let dry = ESTATE.lines().filter(|line| !line.starts_with("feed"));
    let dry = dry.collect::<Vec<_>>().join("\n");
    do_what_they_say(OF_CONTRACTS, &format!("{dry}{CONTRACTS}"));
}

#[test]
fn weather_of_checkpoints_does_what_it_says() {
    let dry = ESTATE.lines().filter(|line| !line.starts_with("feed"));
    let dry = dry.collect::<Vec<_>>().join("\n");
    let goes_home = "{ interval = \"4 h\", size = \"400 GB\", sync_to = \"bucket\" }";
    let estate = dry.replace("{ interval = \"4 h\" }", goes_home);
    assert_ne!(dry, estate);
    let line = "kind      = \"vpn\"\nbandwidth = \"10 Gb/s\"";
    assert!(estate.contains(line));
    let paid = estate.replace(line, &format!("{line}\negress    = \"0.01 USD/GB\""));
    let uplink = LOSSES.replace(
        "kind      = \"internet\"",
        "kind = \"internet\"\negress = \"0.02 USD/GB\"",
    );
    do_what_they_say(OF_CHECKPOINTS, &format!("{paid}{uplink}"));
}

/// As the estate lives in fair weather, all files having done what they say.
fn do_what_they_say(effects: &[(&str, Effect)], estate: &str) -> Everything {
    let fair = play_first(&model(None, estate), 0);
    let mut failed = Vec::new();
    for &(file, effect) in effects {
        let heard = play_first(&model(Some(file), estate), 0);
        if !effect(&heard, &fair) {
            failed.push(format!("{file}: {}", figures(&heard)));
        }
    }
    assert!(
        failed.is_empty(),
        "without weather: {}\n{}",
        figures(&fair),
        failed.join("\n")
    );
    fair
}

#[test]
fn every_file_of_weather_is_tested() {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("scenarios/weather");
    let mut files: Vec<String> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    files.sort();
    let all = EFFECTS.iter().chain(OF_CONTRACTS);
    let all = all.chain(OF_CHECKPOINTS).chain(OF_RULES);
    let mut tested: Vec<&str> = all.map(|(file, _)| *file).collect();
    tested.sort_unstable();
    assert_eq!(files, tested);
}
