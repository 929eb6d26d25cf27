//! Capacity that comes and goes: by law, by script, as recorded.

use crate::model::*;
use crate::units::*;

use super::markets::{sampled, spot};
use super::{Folder, TRACE, try_compile};

fn market(words: &str) -> String {
    spot(", market = \"zone-a\"") + "[[market]]\nname = \"zone-a\"\n" + words
}

fn capacities(timeline: &Timeline) -> Vec<(u64, u32, Option<Span>)> {
    let capacity = |incident: &Incident| match incident.what {
        Happening::Capacity {
            instances, notice, ..
        } => Some((incident.at.0, instances, notice)),
        _ => None,
    };
    timeline.weather.iter().filter_map(capacity).collect()
}

const LONG: [&str; 1] = ["scenario.horizon=280 d"];

#[test]
fn capacity_comes_and_goes_by_tier() {
    let words = "region = \"north\"\ntier = \"scarce\"\ninstances = 4\nloss_all = 1.0\n";
    let folder = Folder::new("tier", &market(words), TRACE);
    let model = try_compile(&folder.0, &LONG).unwrap().model;
    assert!(model.rolls_dice());
    let mut up = 0;
    for replication in 0..40 {
        let steps = capacities(&sampled(&model, replication));
        assert!(steps.iter().all(|step| step.2 == Some(Span::MINUTE)));
        assert!(steps.iter().all(|step| step.1 == 0 || step.1 == 4));
        let ends = steps[1..].iter().map(|step| step.0);
        let ends = ends.chain([280 * Span::DAY.0]);
        for (step, end) in steps.iter().zip(ends) {
            up += if step.1 == 4 { end - step.0 } else { 0 };
        }
    }
    // Up .45 of the time (docs/weather.md), each stretch of some hours: 40 × 280 days hold about 70,000.
    let share = up as f64 / (40.0 * 280.0 * Span::DAY.0 as f64);
    assert!((share - 0.453).abs() < 0.015, "{share}");
}

#[test]
fn zones_of_a_region_fall_together_and_a_script_is_a_ceiling() {
    let zone = |name: &str| {
        format!(
            "[[market]]\nname = \"{name}\"\nregion = \"north\"\ntier = \"medium\"\ninstances = 4\n"
        )
    };
    let other = "[[pool]]\nname = \"cloud/h200\"\nsite = \"cloud\"\ngpu = \"h200\"\n\
                 offer = { kind = \"on-demand\", quota = 16, market = \"b\" }\n";
    let script = "[[happening]]\nname = \"less\"\nat = \"1 d\"\nwhat = \"capacity\"\nlasts = \"100 d\"\n\
                  instances = 1\nwhere = { pools = [\"cloud/h100\"] }\n";
    let text = spot(", market = \"a\"") + &zone("a") + &zone("b") + other + script;
    let folder = Folder::new("region", &text, TRACE);
    let model = try_compile(&folder.0, &LONG).unwrap().model;
    let weather = sampled(&model, 0).weather;
    let of = |wanted: usize| {
        let steps = weather
            .iter()
            .filter_map(move |incident| match incident.what {
                Happening::Capacity {
                    pool,
                    instances,
                    notice,
                } if pool.index() == wanted => Some((incident.at, instances, notice)),
                _ => None,
            });
        steps.collect::<Vec<_>>()
    };
    let (a, b) = (of(1), of(2));
    let together = a
        .iter()
        .filter(|one| one.1 < 4 && b.iter().any(|two| two.0 == one.0));
    assert!(together.count() > 20);
    assert!(b.iter().all(|step| step.2.is_none()) && a.iter().all(|step| step.2.is_some()));
    let less = |at: SimTime| (Span::DAY.0..101 * Span::DAY.0).contains(&at.0);
    assert!(
        a.iter()
            .all(|&(at, instances, _)| !less(at) || instances <= 1)
    );
    assert!(
        a.iter()
            .any(|&(at, instances, _)| !less(at) && instances == 4)
    );
    assert!(a.is_sorted_by_key(|step| step.0));
}

#[test]
fn droughts_empty_every_market_that_they_name() {
    let always = "instances = 3\n";
    let drought = "[[drought]]\nname = \"sold out\"\nbetween = { always = \"10 d\" }\n\
                   length = { always = \"5 d\" }\nnew = true\n";
    let folder = Folder::new("drought", &(market(always) + drought), TRACE);
    let model = try_compile(&folder.0, &["scenario.horizon=28 d"])
        .unwrap()
        .model;
    let day = Span::DAY.0;
    let steps: Vec<_> = capacities(&sampled(&model, 0))
        .into_iter()
        .map(|(at, instances, _)| (at, instances))
        .collect();
    assert_eq!(steps, [(0, 3), (10 * day, 0), (15 * day, 3), (25 * day, 0)]);
    let told = drought.replace("new = true", "markets = [\"zone-b\"]");
    let folder = Folder::new("drought-b", &(market(always) + &told), TRACE);
    let words = try_compile(&folder.0, &[]).unwrap_err();
    assert!(words.contains("unknown market `zone-b`"), "{words}");
}

#[test]
fn recorded_capacity_is_replayed_from_its_file() {
    let folder = Folder::new(
        "recorded",
        &market("availability = \"zone.json\"\ninstances = 2\n"),
        TRACE,
    );
    let json = "{\"metadata\": {\"gap_seconds\": 600}, \"data\": [1, 1, 0, 1]}";
    std::fs::write(folder.0.join("zone.json"), json).unwrap();
    let compiled = try_compile(&folder.0, &["scenario.horizon=1 h"]).unwrap();
    let steps = capacities(&sampled(&compiled.model, 0));
    let minute = 60_000;
    let steps: Vec<_> = steps.iter().map(|step| (step.0 / minute, step.1)).collect();
    assert_eq!(steps, [(0, 2), (20, 0), (30, 2)]);
    assert!(!compiled.model.weather.rolls_dice());
    std::fs::write(folder.0.join("zone.json"), "{\"data\": [1, -1]}").unwrap();
    let words = try_compile(&folder.0, &[]).unwrap_err();
    assert!(words.contains("zone.json"), "{words}");
}

#[test]
fn recorded_nodes_are_replayed_however_they_were_written() {
    let events = (
        "zone.csv",
        "node-events",
        "0,add,a\n0,add,b\n600000,remove,a\n900000,add,c\n",
    );
    let lists = (
        "zone.txt",
        "node-event-lists",
        "[0, \"add\", {\"nodes\": [\"a\", \"b\"]}]\n[600000, \"remove\", {\"nodes\": [\"a\"]}]\n\
         [900000, \"add\", {\"nodes\": [\"c\"]}]\n",
    );
    for (file, format, text) in [events, lists] {
        let words = format!("availability = \"{file}\"\nformat = \"{format}\"\n");
        let folder = Folder::new(format, &market(&words), TRACE);
        std::fs::write(folder.0.join(file), text).unwrap();
        let compiled = try_compile(&folder.0, &["scenario.horizon=14 min"]).unwrap();
        let steps = capacities(&sampled(&compiled.model, 0));
        let steps: Vec<_> = steps.iter().map(|step| (step.0 / 60_000, step.1)).collect();
        assert_eq!(steps, [(0, 2), (10, 1)], "{format}");
    }
}

#[test]
fn markets_that_contradict_themselves_are_told() {
    for (words, told) in [
        (
            "tier = \"good\"\nup = { mean = \"1 h\" }\ninstances = 4\n",
            "given twice",
        ),
        (
            "up = { mean = \"1 h\" }\ninstances = 4\n",
            "the time without is missing",
        ),
        ("tier = \"good\"\n", "the instances of a market is missing"),
        (
            "up = { mean = \"1 ms\" }\ndown = { mean = \"1 h\" }\ninstances = 4\n",
            "more often than once a minute",
        ),
        (
            "up = { always = \"1 h\" }\ndown = { mean = \"1 h\" }\ninstances = 4\n",
            "two exponential phases",
        ),
    ] {
        let folder = Folder::new("contradiction", &market(words), TRACE);
        let heard = try_compile(&folder.0, &[]).unwrap_err();
        assert!(heard.contains(told), "{heard}");
    }
    let folder = Folder::new("no-market", &spot(", market = \"zone-b\""), TRACE);
    let heard = try_compile(&folder.0, &[]).unwrap_err();
    assert!(heard.contains("unknown market `zone-b`"), "{heard}");
}
