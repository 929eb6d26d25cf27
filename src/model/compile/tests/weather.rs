//! What goes wrong, from words to incidents.

use super::*;

const WEATHER: &str = r#"
[[group]]
name = "rack 0"
pool = "dc/h200"
nodes = 1

[[group]]
name = "hall"
groups = ["rack 0"]

[[failure]]
name = "node"
of = "node"
up = { mean = "20 d", shape = 0.7 }
down = { median = "2 h", p95 = "10 h" }

[[happening]]
name = "cut"
at = "6 h"
what = "nodes-down"
where = { kind = "private" }
lasts = "3 h"

[[happening]]
name = "sold out"
at = "12 h"
what = "capacity"
where = { gpu = "h100" }
instances = 1
notice = "2 min"
lasts = "1 d"

[[happening]]
name = "quota"
at = "12 h"
what = "quota"
gpus = 8
lasts = "1 d"
"#;

fn folder(name: &str) -> Folder {
    let folder = Folder::new(name, &format!("{GOOD}\nweather = 1"), TRACE);
    let text = format!("weather = [\"storm.toml\"]\n{GOOD}");
    std::fs::write(folder.0.join("x.toml"), text).unwrap();
    std::fs::write(folder.0.join("storm.toml"), WEATHER).unwrap();
    folder
}

#[test]
fn weather_is_taken_in_by_one_line_and_bound_by_what_it_asks_for() {
    let folder = folder("weather");
    let model = try_compile(&folder.0, &[]).unwrap().model;
    let hour = |hours: u64| SimTime(hours * Span::HOUR.0);
    let (own, cloud) = (PoolId(0), PoolId(1));
    let script = &model.weather.script;
    assert_eq!(script[0], Incident::down(hour(6), own, 0, 2));
    assert_eq!(script[1], Incident::up(hour(9), own, 0, 2));
    let notice = Some(Span(120_000));
    let capacity: Vec<_> =
        Incident::capacities(cloud, notice, [(hour(12), 1), (hour(36), u32::MAX)]).collect();
    let (pool, gpus, passes) = (cloud, 8, true);
    let cut = Incident::terms(hour(12), Happening::Quota { pool, gpus, passes });
    assert_eq!(script[2..4], [capacity[0], cut]);
    let over = Incident::terms(hour(36), Happening::QuotaOver { pool, gpus });
    assert_eq!(script[4..], [capacity[1], over]);
    let names: Vec<_> = model.weather.failures[0]
        .entities
        .iter()
        .map(|entity| entity.name.as_str())
        .collect();
    assert_eq!(names, ["dc/h200#0", "dc/h200#1"]);
    assert!(model.rolls_dice());
}

#[test]
fn another_node_changes_nobody_elses_luck() {
    let folder = folder("luck");
    let faults = |sets: &[&str]| {
        let model = try_compile(&folder.0, sets).unwrap().model;
        let dice = Dice {
            seed: 3,
            replication: 5,
        };
        let mut timeline = Timeline::default();
        Timeline::sample(&model, &dice, &mut timeline);
        let of_node = |incident: &&Incident| match incident.what {
            Happening::Down { first, nodes, .. } | Happening::Up { first, nodes, .. } => {
                first == 1 && nodes == 1
            }
            _ => false,
        };
        let found: Vec<_> = timeline.weather.iter().filter(of_node).copied().collect();
        assert!(
            timeline
                .weather
                .is_sorted_by_key(|incident| (incident.at, incident.turn))
        );
        found
    };
    let often = "failure.node.up.mean=4 h";
    let before = faults(&[often]);
    assert!(before.len() > 4);
    assert_eq!(before, faults(&[often, "pool.dc/h200.nodes=40"]));
    let longer = faults(&[often, "scenario.horizon=9 d"]);
    assert!(longer.len() > before.len());
    assert_eq!(before, longer[..before.len()]);
}

#[test]
fn checkpoints_become_a_rhythm_for_each_gang_and_pool() {
    let folder = folder("rhythm");
    let class = "class.large.checkpoint";
    let given = |words: &str| {
        let set = format!("{class}={words}");
        try_compile(&folder.0, &[&set]).unwrap().model
    };
    let model =
        given("{ interval = \"1 h\", size = \"900 GB\", bandwidth = \"20 GB/s\", bad = 0.01 }");
    let rhythm = model.rhythm(ShapeId(1), PoolId(0));
    assert_eq!((rhythm.interval, rhythm.write), (Span::HOUR, Span(45_000)));
    assert_eq!(model.rhythm(ShapeId(0), PoolId(0)), Rhythm::NONE);
    assert_eq!(model.classes[0].bad_checkpoints, 10_000);
    // 16 GPUs on two nodes: M = 24 h / 2; Young √(2 · 6 min · 12 h) = √(2 · 0.1 · 12) h = 1.549 h.
    let model = given("{ rule = \"young\", mtbf = \"24 h\", write = \"6 min\" }");
    let interval = model.rhythm(ShapeId(1), PoolId(0)).interval.0 as f64;
    assert!((interval / 3.6e6 - 1.549_193).abs() < 1e-5);
}

#[test]
fn mistakes_in_the_weather_are_told_with_their_fix() {
    let folder = folder("storms");
    for (set, words) in [
        ("failure.node.of=nod", "did you mean `node`?"),
        (
            "failure.node.up={ mean = \"1 d\", median = \"1 d\" }",
            "these words make no law",
        ),
        (
            "failure.node.where={ gpu = \"b200\" }",
            "nothing in this estate matches",
        ),
        (
            "failure.node.where={ pools = [\"dc/h20\"] }",
            "did you mean `dc/h200`?",
        ),
        ("failure.node.nodes=4", "only a rack has a number of nodes"),
        ("failure.node.swap=5 min", "only spares are swapped in"),
        (
            "pool.dc/h200.packing=count",
            "does not tell its nodes apart",
        ),
        ("scenario.horizon=until-empty", "there is none"),
        ("group.rack 0.groups=[\"hall\"]", "lies within itself"),
        ("group.hall.groups=[\"rack 1\"]", "did you mean `rack 0`?"),
        ("group.rack 0.first=2", "has the nodes 0 to 1"),
        ("happening.cut.nodes=3", "has the nodes 0 to 1"),
        ("happening.cut.gpus=3", "`gpus` means nothing here"),
        ("happening.cut.at=2026-01-04T00:00:00Z", "before the start"),
        (
            "class.large.checkpoint={ write = \"1 min\" }",
            "when checkpoints are written is missing",
        ),
        (
            "class.large.checkpoint={ rule = \"daly\" }",
            "how often nodes fail",
        ),
        (
            "class.large.checkpoint={ interval = \"1 h\", size = \"1 GB\" }",
            "belong together",
        ),
        ("class.large.crash=0 s", "this length of time is zero"),
    ] {
        let told = try_compile(&folder.0, &[set]).unwrap_err();
        assert!(told.contains(words), "{set}: {words} not in\n{told}");
    }
}

#[test]
fn recorded_outages_are_played_on_the_nodes_of_the_estate() {
    let folder = folder("recorded");
    let csv = "entity,down,up\nb,2 h,3 h\na,1 h,90 min\nc,1 h,2 h\n";
    std::fs::write(folder.0.join("outages.csv"), csv).unwrap();
    let path = folder.0.join("outages.csv").display().to_string();
    let set = format!("failure=[{{ name = \"node\", trace = \"{path}\" }}]");
    let set = set.as_str();
    let compiled = try_compile(&folder.0, &[set]).unwrap();
    let minutes = |at: u64| SimTime(at * 60_000);
    let script = &compiled.model.weather.script;
    // Two nodes for three recorded things: `c` is left out, and it is said.
    let own = PoolId(0);
    assert_eq!(
        script[..4],
        [
            Incident::down(minutes(60), own, 0, 1),
            Incident::up(minutes(90), own, 0, 1),
            Incident::down(minutes(120), own, 1, 1),
            Incident::up(minutes(180), own, 1, 1),
        ]
    );
    let note = compiled
        .assumptions
        .iter()
        .find(|note| note.what.contains("recorded outages"))
        .unwrap();
    assert!(
        note.value.starts_with("2 played, 1 left out"),
        "{}",
        note.value
    );
    let told =
        try_compile(&folder.0, &[&set.replace("trace", "of = \"node\", trace")]).unwrap_err();
    assert!(
        told.contains("means nothing where outages were recorded"),
        "{told}"
    );
    let told = try_compile(
        &folder.0,
        &[&set.replace("outages.csv\"", "outages.csv\", align = \"calendar\"")],
    );
    assert!(told.unwrap_err().contains("no dates"));
    std::fs::write(folder.0.join("outages.csv"), "entity,down,up\na,2 h,1 h\n").unwrap();
    let told = try_compile(&folder.0, &[set]).unwrap_err();
    assert!(told.contains("outages.csv"), "{told}");
}
