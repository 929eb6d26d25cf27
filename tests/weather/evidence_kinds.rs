//! What evidence tells besides decisions and movements, worked by hand: each kind of line, when it is written, and what it
//! says.

use crate::common::auditor::evidence;
use crate::common::clouds::{HOUR, MINUTE, public, terms};
use crate::common::helpers::{HOURLY, kms, out, rotated, serve};
use crate::common::phases::phase;
use crate::common::spending::{monthly, rents, units};
use crate::common::told::lines;
use crate::common::worlds::{Row, timeline};
use crate::common::{model, owned};
use crate::failover::{BACKUP, CLOUD, DC, TWO, estate, hold, lost, reroute, to};
use crate::markets::shipped;
use crate::runbooks::{book, looked_at_and_approved};
use plimsoll::journal::RuleMode;
use plimsoll::model::{
    AtLimit, Budget, Discipline, Failover, FailoverAction, Gate, Happening, Horizon, Incident,
    Model, OnFail, OnLoss, Packing, Phase, Rule, RuleEffect, Rules, Signal, Timeline,
};
use plimsoll::units::{PoolId, SimTime, Span};
use serde_json::{Value as Json, json};

/// The lines of some kinds in a world.
fn told(model: &Model, world: &Timeline, kinds: &[&str]) -> Vec<Json> {
    let text = evidence(model, world);
    let all = lines(&text).filter(|line| kinds.contains(&line["kind"].as_str().unwrap()));
    all.collect()
}

fn world(model: &mut Model, rows: &[Row], weather: &[Incident]) -> Timeline {
    let mut timeline = timeline(model, rows);
    model.rhythms = vec![HOURLY; model.shapes.len() * model.pools.len()];
    timeline.weather = weather.to_vec();
    Incident::put_in_order(&mut timeline.weather);
    timeline
}

/// Minutes since the midnight before, and what became of it.
fn minute(line: &Json) -> (u64, &str) {
    let at = line["at"].as_str().unwrap();
    let part = |from: usize| at[from..from + 2].parse::<u64>().unwrap();
    (part(11) * 60 + part(14), line["verdict"].as_str().unwrap())
}

fn minutes(lines: &[Json]) -> Vec<(u64, &str)> {
    lines.iter().map(minute).collect()
}

/// Home is lost from 2:30 to 20:00.
fn failing(failover: Failover) -> (Model, Timeline) {
    let mut model = estate(1);
    let world = world(&mut model, &TWO, &lost(DC, 1, 150, 1200));
    let shapes = model.shapes.clone();
    hold(&mut model, failover, &shapes);
    (model, world)
}

/// As `runbooks.rs` works it out: lost at 2:30, noticed by 2:40, somebody there by 2:45, decided by 3:05, looked at by 3:20,
/// approved by 3:50, done at 3:55; and over at 20:00.
#[test]
fn a_failover_is_told_from_its_trigger_to_its_end() {
    let (mut model, world) = failing(reroute(vec![to(&[BACKUP]), to(&[CLOUD])]));
    model.failovers.runbooks = vec![book(looked_at_and_approved())];
    let lines = told(&model, &world, &["failover", "runbook"]);
    let expected = [
        (150, "triggered"),
        (150, "alarm"),
        (160, "over"),
        (165, "over"),
        (185, "over"),
        (200, "over"),
        (200, "done"),
        (230, "over"),
        (235, "over"),
        (235, "done"),
        (235, "begin"),
        (235, "closed"),
        (235, "open"),
        (1200, "cleared"),
        (1200, "over"),
        (1200, "closed"),
    ];
    assert_eq!(minutes(&lines), expected);
    let stages = lines.iter().filter(|line| !line["stage"].is_null());
    let stages: Vec<(&str, u64, &Json)> = stages
        .map(|line| {
            let stage = line["stage"].as_str().unwrap();
            (
                stage,
                line["took_ms"].as_u64().unwrap() / MINUTE,
                &line["does"],
            )
        })
        .collect();
    let (none, check, failover) = (json!(null), json!("check"), json!("failover"));
    let expected = [
        ("detect", 10, &none),
        ("page", 5, &none),
        ("decide", 20, &none),
        ("execute", 15, &check),
        ("approve", 30, &failover),
        ("execute", 5, &failover),
    ];
    assert_eq!(stages, expected);
    assert_eq!(lines[0]["trigger"], "all of dc is lost");
    assert_eq!(lines[1]["runbook"], "out");
    assert_eq!(lines[10]["targets"][0]["pools"], json!(["backup"]));
    // The second target waits for its turn.
    assert_eq!(
        (&lines[11]["target"], &lines[12]["target"]),
        (&json!(2), &json!(1))
    );
    assert_eq!(lines[11]["reason"], "other targets come first");
    assert_eq!(lines[15]["reason"], "the failover is over");
}

#[test]
fn who_stops_early_and_who_is_turned_away_is_told() {
    // Home is back at 2:42, while somebody is on the way.
    let mut model = estate(1);
    let short = world(&mut model, &TWO, &lost(DC, 1, 150, 162));
    let shapes = model.shapes.clone();
    hold(&mut model, reroute(vec![to(&[BACKUP])]), &shapes);
    model.failovers.runbooks = vec![book(looked_at_and_approved())];
    let lines = told(&model, &short, &["failover", "runbook"]);
    let expected = [
        (150, "triggered"),
        (150, "alarm"),
        (160, "over"),
        (162, "cleared"),
        (162, "called-off"),
    ];
    assert_eq!(minutes(&lines), expected);
    // What waits and has not run is turned away by the failover, and no budget is blamed.
    let (model, world) = failing(Failover {
        action: FailoverAction::Shed,
        ..reroute(Vec::new())
    });
    let lines = told(&model, &world, &["failover", "budget"]);
    let refused: Vec<&Json> = lines
        .iter()
        .filter(|line| line["verdict"] == "refuse")
        .collect();
    assert_eq!(refused.len(), 1, "{lines:?}");
    assert_eq!(
        (&refused[0]["kind"], &refused[0]["failover"]),
        (&json!("failover"), &json!("out"))
    );
    assert_eq!(refused[0]["subject"]["job"], "j-2");
    // What runs at home is told to leave when the cloud is lost, since a failover says so.
    let mut model = estate(1);
    let world = self::world(&mut model, &TWO, &lost(CLOUD, 0, 150, 1200));
    let shapes = model.shapes.clone();
    let mut moves = Failover {
        action: FailoverAction::Move,
        leaves: vec![DC],
        ..reroute(vec![to(&[BACKUP])])
    };
    moves.triggers[0].signal = Signal::Lost(vec![vec![CLOUD]]);
    hold(&mut model, moves, &shapes);
    let lines = told(&model, &world, &["failover"]);
    let moved = lines.iter().find(|line| line["verdict"] == "stop").unwrap();
    assert_eq!(moved["subject"]["job"], "j-1");
    assert_eq!(moved["destination"]["pool"], "dc");
}

/// Out from 1:00 to 3:00, keys serve until 1:30; rotated at 4:00.
#[test]
fn key_events_are_told_with_what_was_cached() {
    let mut model = model(
        vec![owned("own", 1, 8, Packing::Best)],
        vec![Discipline::Fifo],
    );
    model.horizon = Horizon::At(SimTime(24 * HOUR));
    serve(&mut model, kms(OnLoss::Finish));
    let mut weather = out(0, HOUR, 3 * HOUR).to_vec();
    weather.push(rotated(0, 4 * HOUR, 0));
    let world = world(&mut model, &[Row::of(0, 8, 6 * HOUR)], &weather);
    let lines = told(&model, &world, &["key"]);
    let expected = [(60, "out"), (90, "lapsed"), (180, "back"), (240, "rotated")];
    assert_eq!(minutes(&lines), expected);
    assert_eq!(lines[1]["subject"]["service"], "kms");
    // Back before keys expire: nothing lapses.
    let world = self::world(
        &mut model,
        &[Row::of(0, 8, 6 * HOUR)],
        &out(0, HOUR, 80 * MINUTE),
    );
    let lines = told(&model, &world, &["key"]);
    assert_eq!(minutes(&lines), [(60, "out"), (80, "back")]);
}

/// Two instances until 10:00, with two minutes of notice; then none.
#[test]
fn what_a_provider_takes_back_is_told() {
    let mut model = public(terms());
    model.horizon = Horizon::At(SimTime(24 * HOUR));
    let steps = [(SimTime(10 * HOUR), 0)];
    let notice = Some(Span(2 * MINUTE));
    let weather: Vec<_> = Incident::capacities(PoolId(0), notice, steps).collect();
    let world = world(&mut model, &[Row::of(0, 8, 20 * HOUR)], &weather);
    let lines = told(&model, &world, &["reclaim"]);
    let (noticed, reclaimed) = ((600, "noticed"), (602, "reclaimed"));
    assert_eq!(minutes(&lines), [noticed, reclaimed, reclaimed]);
    let counts = lines.iter().map(|line| line["instances"].as_u64().unwrap());
    assert!(counts.eq([2, 1, 1]));
}

/// A phase from 1:00 to 3:00 that asks for ten finished jobs, of which there is one; looked at again each hour, or rolled
/// back, or let through.
#[test]
fn promotions_are_told_with_the_gates_that_they_passed_or_not() {
    let mut model = model(
        vec![owned("own", 1, 8, Packing::Best)],
        vec![Discipline::Fifo],
    );
    model.horizon = Horizon::At(SimTime(5 * HOUR + MINUTE));
    let rows = [Row::of(0, 8, 2 * HOUR)];
    let mut lines_if = |on_fail, least| {
        let world = world(&mut model, &rows, &[]);
        model.rollout.phases = vec![Phase {
            gates: vec![Gate::Waiting(0), Gate::Finished(least)],
            on_fail,
            ..phase("first", 1, 2)
        }];
        told(&model, &world, &["promotion"])
    };
    let lines = lines_if(OnFail::Delay(Span(HOUR)), 10);
    let looked = |at| [(at, "holds"), (at, "fails")];
    let expected = [
        [(60, "began"); 1].as_slice(),
        &looked(180),
        &looked(240),
        &looked(300),
    ];
    assert_eq!(minutes(&lines), expected.concat());
    assert_eq!(lines[2]["gate"], "10 jobs finished");
    let lines = lines_if(OnFail::RollBack, 10);
    assert_eq!(minutes(&lines).last(), Some(&(180, "rolled-back")));
    let lines = lines_if(OnFail::RollBack, 1);
    assert_eq!(minutes(&lines)[2..], [(180, "holds"), (180, "ended")]);
}

/// As `budget_limits.rs` works it out: 12 are spent at 1:00; who comes at 1:30 asks, and is answered at 5:30.
#[test]
fn what_budgets_decide_is_told() {
    let ask = Budget {
        at_limit: AtLimit::Ask {
            approval: Span(4 * HOUR),
            grants: units(30),
        },
        ..monthly(12)
    };
    let rows = [Row::of(0, 4, 2 * HOUR), Row::of(90 * MINUTE, 4, HOUR)];
    let mut model = rents(terms(), vec![ask.clone()]);
    let asked = world(&mut model, &rows, &[]);
    let mut lines = told(&model, &asked, &["budget", "refusal"]);
    let tells = |line: &Json| matches!(line["verdict"].as_str(), Some("reached" | "told"));
    lines.retain(|line| !tells(line));
    let decided: Vec<_> = minutes(&lines).into_iter().take(3).collect();
    assert_eq!(decided, [(90, "refuse"), (90, "asked"), (330, "granted")]);
    assert_eq!(lines[0]["reason"], "it waits: budget");
    for (at_limit, verdict) in [(AtLimit::Shed, "refuse"), (AtLimit::Flag, "audit")] {
        let mut model = rents(
            terms(),
            vec![Budget {
                at_limit,
                ..ask.clone()
            }],
        );
        let world = world(&mut model, &rows, &[]);
        let lines = told(&model, &world, &["budget"]);
        let decided = lines
            .iter()
            .find(|line| line["subject"]["job"] == "j-2")
            .unwrap();
        assert_eq!(minute(decided), (90, verdict));
    }
}

/// Each attempt is over before the next begins, and what is made has the marks that the transform gives it.
#[test]
fn transforms_are_told_with_what_they_made_of_what() {
    let model = shipped("masked.toml", "10 d").model;
    let mut world = Timeline::default();
    let dice = plimsoll::dice::Dice {
        seed: 5,
        replication: 0,
    };
    Timeline::sample(&model, &dice, &mut world);
    let lines = told(&model, &world, &["transform", "validation", "run"]);
    let (mut made, mut passed) = (0, 0);
    let mut under_way = "";
    // What comes of jobs is looked at, too.
    let of_copies = |line: &&Json| line["job"].is_null();
    for line in lines.iter().filter(of_copies) {
        let (kind, verdict) = (line["kind"].as_str().unwrap(), line["verdict"].as_str());
        let (before, after) = match (kind, verdict.unwrap_or("")) {
            ("transform", "began") => ("", "transform"),
            ("transform", "failed") => ("transform", ""),
            ("validation", "began") => ("transform", "validation"),
            ("validation", "failed") => ("validation", ""),
            ("validation", "passed") => ("validation", "passed"),
            ("transform", "made") => ("passed", ""),
            _ => {
                under_way = "";
                continue;
            }
        };
        assert_eq!(under_way, before, "{line}");
        under_way = after;
        made += u64::from(verdict == Some("made"));
        passed += u64::from(verdict == Some("passed"));
        assert_eq!(
            line["of_attributes"]["classification"],
            json!(["health", "personal"])
        );
        assert_eq!(
            line["attributes"]["classification"],
            json!(["de-identified"])
        );
        assert_eq!(
            (&line["of"], &line["bytes"]),
            (&json!("records"), &json!(2_000_000_000_000_u64))
        );
    }
    assert!(0 < made && made == passed);
}

/// A rule that is off, watched from 1:00 on and off again from 3:00: what is told of each placement is what rules say then,
/// though what they say is worked out once while the same rules are in force.
#[test]
fn placements_are_told_by_the_rules_of_their_moment() {
    let rows = [0, 2, 4].map(|hour| Row::of(hour * HOUR, 1, 30 * MINUTE));
    let mut model = model(
        vec![owned("own", 1, 8, Packing::Count)],
        vec![Discipline::Fifo],
    );
    let turns = |at: u64, mode: RuleMode| {
        let (rule, passes) = (0, false);
        Incident::terms(SimTime(at), Happening::Rule { rule, mode, passes })
    };
    let weather = [turns(HOUR, RuleMode::Audit), turns(3 * HOUR, RuleMode::Off)];
    let world = world(&mut model, &rows, &weather);
    let watched = Rule {
        mode: RuleMode::Off,
        ..Rule::bare("watched", RuleEffect::Forbid)
    };
    let sizes = (model.shapes.len(), model.pools.len());
    model.rules = Rules::by_hand(vec![watched], sizes, |_, _, _| true);
    let placed = told(&model, &world, &["placement"]);
    let expected = [(0, "allow"), (120, "audit"), (240, "allow")];
    assert_eq!(minutes(&placed), expected);
    assert_eq!(placed[1]["violates"], json!(["watched"]));
}
