//! Steps of runbooks that set right what set them off, by hand; and over random worlds in which keys and artifacts fail.

use std::cell::Cell;
use std::path::PathBuf;

use crate::common::cases::{quietly, runner};
use crate::common::checks::{Run, balances};
use crate::common::storms::stormy_worlds;
use crate::common::{Everything, play};
use crate::library::heard::stalled;
use crate::services::{trouble, troubles};
use plimsoll::dice::Dice;
use plimsoll::model::{
    FailBack, Failover, FailoverAction, Failovers, Model, Runbook, Signal, Stage, Step, StepDoes,
    Timeline, Trigger, compile,
};
use plimsoll::process::Law;
use plimsoll::scenario::load_text;
use plimsoll::units::{ClassId, Money, OutletId, Price, SiteId, Span, WorkingHours};

mod ends;

const HOUR: u64 = 3_600_000;

/// Eight GPUs at home, an edge site and a line to it; jobs that need a key, one that reads from a storage at home, and jobs
/// at the edge that start from a model.
const ESTATE: &str = r#"
[scenario]
name    = "mending"
start   = 2026-01-05T00:00:00Z
horizon = "2 d"

[[site]]
name = "home"
kind = "private"
jurisdiction = "DE"

[[site]]
name = "edge"
kind = "edge"
jurisdiction = "DE"

[[pool]]
name  = "home/h100"
site  = "home"
gpu   = "h100"
nodes = 2
offer = { kind = "owned", price = "2 USD/GPU-h" }

[[pool]]
name  = "edge/l40s"
site  = "edge"
gpu   = "l40s"
nodes = 1
gpus_per_node = 4
offer = { kind = "owned", price = "1 USD/GPU-h" }

[[link]]
name      = "wan"
from      = "home"
to        = "edge"
kind      = "vpn"
bandwidth = "10 Gb/s"

[[storage]]
name = "lake"
site = "home"
read = "2 GB/s"

[[key_service]]
name   = "kms"
shared = true
cache  = "0 s"

[[registry]]
name      = "hub"
bandwidth = "1 GB/s"

[[artifact]]
name     = "model"
kind     = "model"
size     = "60 GB"
registry = "hub"
versions = ["2", "1"]

[[class]]
name  = "keyed"
pools = ["home/h100"]
key   = "kms"
match = { tenant = "keyed" }

[[class]]
name  = "reader"
pools = ["home/h100"]
feed  = "0.1 GB/s per GPU"
match = { tenant = "reader" }

[[class]]
name      = "kiosk"
pools     = ["edge/l40s"]
artifacts = ["model"]
match     = { tenant = "kiosk" }

[[demand]]
name      = "work"
generator = { arrivals = "smooth", jobs_per_day = 192, run_time = 0.05, gangs = { 1 = 1 }, tenants = { keyed = 1, reader = 4, kiosk = 3 } }

[[strategy]]
name      = "ours"
placement = { kind = "private-only" }
"#;

/// Noticed after five minutes, somebody there after five more, decided after ten, approved after twenty, done in ten: fifty
/// minutes, of which one person works forty.
fn book(trigger: &str) -> String {
    format!(
        r#"
[[failover]]
name   = "out"
action = "queue"

[[failover.trigger]]
{trigger}
for = "10 min"

[[runbook]]
name     = "out"
failover = "out"
detect   = {{ always = "5 min" }}
page     = {{ always = "5 min" }}
decide   = {{ always = "10 min" }}
approve  = {{ always = "20 min" }}
rate     = "60/h"

[[runbook.step]]
does     = "mend"
approval = true
execute  = {{ always = "10 min" }}

[[runbook.step]]
does = "failover"
"#
    )
}

fn model(words: &str) -> Model {
    let name = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("scenarios/mending.toml");
    let scenario = load_text(
        &name.display().to_string(),
        &format!("{ESTATE}{words}"),
        &[],
    );
    let scenario = scenario.unwrap_or_else(|problems| panic!("{}", problems.render(false)));
    let compiled = compile(&scenario);
    compiled
        .unwrap_or_else(|problems| panic!("{}", problems.render(false)))
        .model
}

fn live(words: &str) -> Everything {
    let model = model(words);
    let dice = Dice {
        seed: 1,
        replication: 0,
    };
    let mut timeline = Timeline::default();
    Timeline::sample(&model, &dice, &mut timeline);
    let heard = play(&model, &timeline, 0);
    balances(&heard);
    heard
}

/// How long the key service was out, at each of the two sites.
fn out(heard: &Everything) -> u64 {
    assert_eq!(heard.services[0].out.0 % 2, 0);
    heard.services[0].out.0 / 2
}

#[test]
fn what_is_mended_is_not_over_again_when_it_would_have_been() {
    // The first outage would last until 30 h, and is mended an hour after it began: ten minutes until it counts, and fifty.
    // The second begins half an hour before 30 h and is mended at 30.5 h: that the first would be over at 30 h does not
    // end it. Both would be over by themselves after 24 h and 10 h.
    let outages = r#"
[[happening]]
name  = "first"
at    = "6 h"
what  = "key-service"
lasts = "24 h"

[[happening]]
name  = "second"
at    = "29.5 h"
what  = "key-service"
lasts = "10 h"
"#;
    // Both last: 6 h to 39.5 h.
    assert_eq!(out(&live(outages)), 67 * HOUR / 2);
    let heard = live(&format!("{outages}{}", book("on = \"key-service-out\"")));
    assert_eq!(out(&heard), 2 * HOUR);
    let record = heard.failovers[0];
    assert_eq!((record.alarms, record.begun), (2, 2));
    // Twice forty minutes of one person at 60 an hour.
    assert_eq!(record.people, Span(80 * 60_000));
    assert_eq!(record.people_cost, Money(80 * Money::TICKS_PER_UNIT));
}

#[test]
fn links_are_opened_and_storages_give_all_again_after_the_hour() {
    let slow = r#"
[[happening]]
name  = "slow"
at    = "6 h"
what  = "storage"
share = 0.01
lasts = "24 h"
"#;
    let starved = |heard: &Everything| stalled(heard, 0).0;
    let alone = starved(&live(slow));
    let trigger = "on = \"storage-slow\"\nshare = 0.5";
    let mended = starved(&live(&format!("{slow}{}", book(trigger))));
    assert!(0 < mended && mended * 12 < alone, "{mended} of {alone}");
    // Not slow enough to be told.
    let trigger = "on = \"storage-slow\"\nshare = 0.009";
    assert_eq!(starved(&live(&format!("{slow}{}", book(trigger)))), alone);
    let cut = r#"
[[happening]]
name  = "cut"
at    = "6 h"
what  = "link"
links = ["wan"]
lasts = "24 h"

[[happening]]
name  = "blocked"
at    = "6 h"
what  = "block"
use   = "results"
links = ["wan"]
lasts = "24 h"
"#;
    for trigger in [
        "on = \"link-down\"\nlinks = [\"wan\"]",
        "on = \"link-blocked\"\nuse = \"results\"",
    ] {
        // It is in force from 7 h until ten minutes after what it watches was mended, at that instant.
        let heard = live(&format!("{cut}{}", book(trigger)));
        let record = heard.failovers[0];
        assert_eq!(
            (record.begun, record.in_force),
            (1, Span(10 * 60_000)),
            "{trigger}"
        );
    }
    // For another use nothing was blocked.
    let trigger = "on = \"link-blocked\"\nuse = \"feeds\"";
    let heard = live(&format!("{cut}{}", book(trigger)));
    assert_eq!(heard.failovers[0].alarms, 0);
}

#[test]
fn a_version_on_which_jobs_fail_is_rolled_back() {
    let corrupted = r#"
[[happening]]
name           = "corrupted"
at             = "6 h"
what           = "corrupted-artifact"
where          = { kind = "edge" }
fails_after    = "1 min"
detected_after = "24 h"
rollback       = "2 h"
"#;
    let trigger = "on = \"artifact-failing\"\nwhere = { kind = \"edge\" }\njobs = 2";
    let heard = live(&format!("{corrupted}{}", book(trigger)));
    let alone = live(corrupted);
    // About three jobs an hour come to the edge: two fail before it is told, and a few more within the hour.
    let (failed, all) = (heard.run.spoiled_jobs, alone.run.spoiled_jobs);
    assert!((2..10).contains(&failed), "{failed}");
    assert!(40 < all, "{all}");
    assert_eq!(heard.failovers[0].begun, 1);
}

/// What fails in random worlds is set right a while after it is told: all accounts agree, and no service is out for longer
/// than it would be by itself.
#[test]
fn mending_in_random_worlds_shortens_what_is_out_and_keeps_accounts() {
    let (with, without) = (Cell::new(0u64), Cell::new(0u64));
    let signals = [
        Signal::ServiceOut(vec![OutletId(0), OutletId(1)]),
        Signal::ServiceOut(vec![OutletId(2), OutletId(3)]),
        Signal::ArtifactFailing(vec![SiteId(0), SiteId(1)], 1),
        Signal::ArtifactUnreadable(vec![SiteId(0), SiteId(1)]),
    ];
    runner(30)
        .run(
            &(stormy_worlds(), troubles()),
            |((mut model, mut timeline), troubles)| {
                trouble(&mut model, &mut timeline, &troubles);
                let mut mended = model.clone();
                hold(&mut mended, &signals);
                for strategy in 0..model.strategies.len() {
                    quietly(|| {
                        let alone = play(&model, &timeline, strategy);
                        let heard = play(&mended, &timeline, strategy);
                        Run {
                            model: &mended,
                            timeline: &timeline,
                            strategy,
                            heard: &heard,
                        }
                        .check();
                        for (one, other) in heard.services.iter().zip(&alone.services) {
                            // The run may be longer.
                            let longer = heard.run.horizon > alone.run.horizon;
                            assert!(longer || one.out <= other.out, "{one:?} {other:?}");
                            with.set(with.get() + one.out.0);
                            without.set(without.get() + other.out.0);
                        }
                    })?;
                }
                Ok(())
            },
        )
        .unwrap();
    assert!(2 * with.get() < without.get(), "{with:?} of {without:?}");
}

fn hold(model: &mut Model, signals: &[Signal]) {
    let trigger = |signal: &Signal| Trigger {
        signal: signal.clone(),
        lasting: Span(60_000),
        delay: Span::ZERO,
    };
    let failover = Failover {
        name: "out".to_owned(),
        classes: vec![ClassId(0)],
        triggers: signals.iter().map(trigger).collect(),
        targets: Vec::new(),
        action: FailoverAction::Queue,
        leaves: Vec::new(),
        fail_back: FailBack::AfterJob,
        next_after: None,
        cool_down: Span::ZERO,
    };
    let shapes: Vec<ClassId> = model.shapes.iter().map(|shape| shape.class).collect();
    let sites: Vec<SiteId> = model.pools.iter().map(|pool| pool.site).collect();
    let wanted = vec![None; model.classes.len()];
    model.failovers = Failovers::new(vec![failover], wanted, &shapes, &sites, |_, _, _, _| true);
    let step = |does| Step {
        does,
        says: String::new(),
        when: String::new(),
        is_allowed: true,
        approval: false,
        execute: None,
        fails: 0,
    };
    model.failovers.runbooks = vec![Runbook {
        name: "out".to_owned(),
        failover: 0,
        severity: "high",
        owner: "on call".to_owned(),
        automatic: true,
        times: [Some(Law::Constant(300_000.0)), None, None, None, None],
        in_hours: [false; Stage::ALL.len()],
        hours: WorkingHours::default(),
        people: 1,
        rate: Price(0),
        steps: vec![step(StepDoes::Mend), step(StepDoes::Failover)],
    }];
}
