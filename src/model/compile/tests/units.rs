//! What fails at once, from a GPU to a provider: from words to entities.

use super::*;

/// The good scenario with more tables behind it.
fn with(name: &str, more: &str) -> Folder {
    Folder::new(name, &format!("{GOOD}\n{more}"), TRACE)
}

const GPUS: &str = r#"
[[failure]]
name = "gpus"
of   = "gpu"
up   = { mean = "3700 d" }
down = { median = "2 h", p95 = "10 h" }
"#;

#[test]
fn gpus_fail_each_by_its_name_and_their_node_drains_unless_told() {
    let folder = with("gpus", GPUS);
    let compiled = try_compile(&folder.0, &[]).unwrap();
    let weather = &compiled.model.weather;
    assert!(weather.failures.is_empty() && weather.rolls_dice());
    let failure = &weather.gpus[0];
    assert!(failure.drains);
    // Two nodes of eight.
    let names: Vec<&str> = failure.gpus.iter().map(|gpu| gpu.name.as_str()).collect();
    assert_eq!(names.len(), 16);
    assert_eq!((names[0], names[15]), ("dc/h200#0.0", "dc/h200#1.7"));
    let mut notes = compiled.assumptions.iter();
    let noted = notes
        .find(|note| note.what.contains("a GPU is broken"))
        .unwrap();
    assert!(noted.source.contains("AIReSim"), "{}", noted.source);

    let goes_on = try_compile(&folder.0, &["failure.gpus.node=goes-on"]).unwrap();
    assert!(!goes_on.model.weather.gpus[0].drains);
    let mut notes = goes_on.assumptions.iter();
    assert!(notes.all(|note| !note.what.contains("a GPU is broken")));
    // Who takes the whole node down fails as nodes do, sixteen times as often.
    let stops = try_compile(&folder.0, &["failure.gpus.node=stops"]).unwrap();
    let weather = &stops.model.weather;
    assert!(weather.gpus.is_empty());
    let entities = &weather.failures[0].entities;
    assert_eq!((entities.len(), entities[9].nodes[0].first), (16, 1));
}

#[test]
fn gpus_break_at_a_given_time() {
    let text = r#"
[[happening]]
name = "two of each"
at = "6 h"
what = "gpus-down"
first = 1
nodes = 1
gpus = 2
node = "goes-on"
lasts = "3 h"
"#;
    let folder = with("gpus-down", text);
    let script = try_compile(&folder.0, &[]).unwrap().model.weather.script;
    let hour = |hours: u64| SimTime(hours * Span::HOUR.0);
    let gpu = |gpu: u8| crate::model::Gpu {
        name: String::new(),
        pool: PoolId(0),
        node: 1,
        gpu,
    };
    let expected = [
        gpu(0).incident(hour(6), false, false),
        gpu(1).incident(hour(6), false, false),
        gpu(0).incident(hour(9), true, false),
        gpu(1).incident(hour(9), true, false),
    ];
    assert_eq!(script[..4], expected);
    let stops = try_compile(&folder.0, &["happening.two of each.node=stops"]).unwrap();
    let script = stops.model.weather.script;
    assert_eq!(script[0], Incident::down(hour(6), PoolId(0), 1, 1));
    for (set, words) in [
        ("gpus=9", "a node of pool `dc/h200` has 8 GPUs"),
        ("gpus=0", "a node of pool `dc/h200` has 8 GPUs"),
        ("nodes=2", "has the nodes 0 to 1"),
        ("instances=3", "`instances` means nothing here"),
        ("node=drain", "did you mean `drains`?"),
    ] {
        let set = format!("happening.two of each.{set}");
        let told = try_compile(&folder.0, &[&set]).unwrap_err();
        assert!(told.contains(words), "{set}: {words} not in\n{told}");
    }
}

#[test]
fn mistakes_about_gpus_are_told_with_their_fix() {
    let folder = with("gpu-mistakes", GPUS);
    for (set, words) in [
        ("failure.gpus.of=node", ""),
        (
            "failure.gpus.crews=2",
            "`crews` means nothing for single GPUs",
        ),
        (
            "failure.gpus.spares=2",
            "`spares` means nothing for single GPUs",
        ),
        ("failure.gpus.nodes=2", "only a rack has a number of nodes"),
        (
            "pool.dc/h200.packing=count",
            "does not tell its nodes apart",
        ),
        ("scenario.horizon=until-empty", "there is none"),
    ] {
        let told = try_compile(&folder.0, &[set]);
        if words.is_empty() {
            assert!(told.is_ok());
            continue;
        }
        let told = told.unwrap_err();
        assert!(told.contains(words), "{set}: {words} not in\n{told}");
    }
    let sets = ["failure.gpus.of=node", "failure.gpus.node=drains"];
    let told = try_compile(&folder.0, &sets).unwrap_err();
    assert!(
        told.contains("only a GPU leaves its node a choice"),
        "{told}"
    );
}

const ZONES: &str = r#"
[[failure]]
name = "zone"
of   = "region"
up   = { mean = "3 d" }
down = { median = "4 h", p95 = "20 h" }
"#;

#[test]
fn regions_and_providers_hold_all_that_stands_there() {
    let folder = with("zones", ZONES);
    let zones = |sets: &[&str]| {
        let model = try_compile(&folder.0, sets).unwrap().model;
        let entities = model.weather.failures[0].entities.clone();
        let names = entities.into_iter().map(|zone| (zone.name, zone.nodes));
        names.collect::<Vec<_>>()
    };
    let rented = NodeRange::rented(PoolId(1));
    let own = NodeRange {
        pool: PoolId(0),
        first: 0,
        nodes: 2,
    };
    // The region of the catalog, with all that is rented there; our own site lies in none.
    assert_eq!(zones(&[]), [("nebius-eu-north1".to_owned(), vec![rented])]);
    let here = "site.dc.region=nebius-eu-north1";
    let together = [("nebius-eu-north1".to_owned(), vec![own, rented])];
    assert_eq!(zones(&[here]), together);
    let apart = zones(&["site.dc.region=fra"]);
    assert_eq!(apart[0], ("fra".to_owned(), vec![own]));
    let of_all = zones(&["failure.zone.of=provider", "site.dc.provider=Nebius"]);
    assert_eq!(of_all, [("Nebius".to_owned(), vec![own, rented])]);

    // Drawn, it befalls both at the same instants.
    let model = try_compile(&folder.0, &[here, "scenario.horizon=60 d"]);
    let mut timeline = Timeline::default();
    let dice = Dice {
        seed: 3,
        replication: 0,
    };
    Timeline::sample(&model.unwrap().model, &dice, &mut timeline);
    let at = |wanted: fn(Happening) -> bool| -> Vec<SimTime> {
        let weather = timeline.weather.iter().filter(|one| wanted(one.what));
        weather.map(|one| one.at).collect()
    };
    let lost = at(|what| matches!(what, Happening::Lost { .. }));
    assert!(lost.len() > 5);
    assert_eq!(lost, at(|what| matches!(what, Happening::Down { .. })));
}

#[test]
fn places_are_chosen_by_region_provider_and_zone() {
    let folder = with("places", ZONES);
    let of = |sets: &[&str]| {
        let model = try_compile(&folder.0, sets)?.model;
        let entities = &model.weather.failures[0].entities;
        Ok(entities.iter().map(|zone| zone.nodes[0].pool).collect())
    };
    let here = "site.dc.region=rack row 7";
    let chosen = |place: &str| -> Result<Vec<PoolId>, String> {
        of(&[here, &format!("failure.zone.where={{ {place} }}")])
    };
    assert_eq!(of(&[here]), Ok(vec![PoolId(1), PoolId(0)]));
    for (place, pool) in [
        ("region = \"rack row 7\"", 0),
        ("region = \"nebius-eu-north1\"", 1),
        ("provider = \"Nebius\"", 1),
    ] {
        assert_eq!(chosen(place), Ok(vec![PoolId(pool)]), "{place}");
    }
    assert_eq!(
        of(&[
            here,
            "site.dc.zone=red",
            "failure.zone.where={ zone = \"red\" }"
        ]),
        Ok(vec![PoolId(0)])
    );
    let told = chosen("provider = \"Nebious\"").unwrap_err();
    assert!(
        told.contains("did you mean `Nebius`") || told.contains("Nebius"),
        "{told}"
    );
    let told = chosen("region = \"nebius-eu-north1\", zone = \"red\"").unwrap_err();
    assert!(told.contains("nothing in this estate matches"), "{told}");
}

#[test]
fn rented_instances_fail_by_law() {
    let text = "[[failure]]\nname = \"host\"\nof = \"instance\"\nup = { mean = \"250 d\" }\n";
    let folder = with("instances", text);
    let model = try_compile(&folder.0, &[]).unwrap().model;
    let failure = &model.weather.instances[0];
    assert_eq!(
        (failure.name.as_str(), &failure.pools[..]),
        ("host", &[PoolId(1)][..])
    );
    assert!(model.rolls_dice());
    for (set, words) in [
        (
            "failure.host.down={ mean = \"1 h\" }",
            "`down` means nothing for rented instances",
        ),
        (
            "failure.host.node=drains",
            "`node` means nothing for rented instances",
        ),
        (
            "failure.host.where={ pools = [\"dc/h200\"] }",
            "nothing in this estate matches",
        ),
    ] {
        let told = try_compile(&folder.0, &[set]).unwrap_err();
        assert!(told.contains(words), "{set}: {words} not in\n{told}");
    }
    let zones = with("zone-mistakes", ZONES);
    for (set, words) in [
        (
            "failure.zone.where={ sites = [\"dc\"] }",
            "no site that is meant has a region",
        ),
        ("failure.zone.crews=2", "nobody of ours repairs"),
    ] {
        let told = try_compile(&zones.0, &[set]).unwrap_err();
        assert!(told.contains(words), "{set}: {words} not in\n{told}");
    }
}
