//! What jobs cannot do without, from words to outlets, needs and incidents.

use super::*;

const SERVICES: &str = r#"
[[key_service]]
name     = "kms"
cache    = "4 h"
on_loss  = "stop"
rotation = { every = "12 h", first = "6 h", overlap = "30 min" }

[[key_service]]
name   = "hsm"
sites  = ["dc"]

[[failure]]
name = "kms outages"
of   = "key-service"
services = ["kms"]
up   = { mean = "1 d" }
down = { mean = "1 h" }

[[happening]]
name     = "keys lost"
at       = "6 h"
what     = "key-service"
services = ["hsm"]
lasts    = "1 d"
voids_cache = true

[[happening]]
name  = "rotated"
at    = "7 h"
what  = "key-rotation"
where = { kind = "gpuaas" }

"#;

/// The good scenario with services; class `large` needs the first, `small` the second.
pub(super) fn folder(name: &str) -> Folder {
    let text = GOOD
        .replace("name = \"large\"\n", "name = \"large\"\nkey = \"kms\"\n")
        .replace(
            "name = \"small\"\nburst",
            "name = \"small\"\nkey = \"hsm\"\nburst",
        );
    Folder::new(name, &(text + SERVICES), TRACE)
}

#[test]
fn services_have_an_outlet_at_each_site_and_classes_need_them_where_they_run() {
    let folder = folder("services");
    let compiled = try_compile(&folder.0, &[]).unwrap();
    let services = &compiled.model.services;
    let outlets: Vec<_> = services
        .outlets
        .iter()
        .map(|outlet| (outlet.service.0, outlet.site.0))
        .collect();
    assert_eq!(outlets, [(0, 0), (0, 1), (1, 0)]);
    // Two classes × two sites: `large` may run at both, `small` only in the data centre.
    let needs: Vec<Vec<u32>> = services
        .needs
        .iter()
        .map(|needs| needs.iter().map(|id| id.0).collect())
        .collect();
    assert_eq!(needs, [vec![0], vec![1], vec![2], vec![]]);
    let kms = &services.list[0];
    let hour = |hours: u64| Span(hours * Span::HOUR.0);
    assert_eq!((kms.cache, kms.on_loss), (hour(4), OnLoss::Stop));
    let rotation = Rotation {
        first: SimTime(hour(6).0),
        every: hour(12),
        overlap: Span(30 * 60_000),
    };
    assert_eq!(kms.rotation, Some(rotation));
    assert_eq!(services.list[1].on_loss, OnLoss::Finish);
    let noted = |what: &str| compiled.assumptions.iter().any(|a| a.what == what);
    assert!(noted("key service hsm: cached keys") && noted("key service hsm: on loss"));
    assert!(!noted("key service kms: on loss"));
}

#[test]
fn services_fail_by_law_by_script_and_by_rotation_through_one_door() {
    let folder = folder("service weather");
    let model = try_compile(&folder.0, &[]).unwrap().model;
    let at = |hours: u64| SimTime(hours * Span::HOUR.0);
    let (outlet, voids) = (OutletId(2), true);
    let script = [
        Incident::terms(at(6), Happening::ServiceDown { outlet, voids }),
        Incident::terms(
            at(7),
            Happening::Rotated {
                outlet: OutletId(1),
                overlap: Span::ZERO,
            },
        ),
        Incident::terms(at(30), Happening::ServiceUp { outlet }),
    ];
    assert_eq!(model.weather.script, script);
    let entities: Vec<&str> = model.weather.outages[0]
        .entities
        .iter()
        .map(|(name, _)| name.as_str())
        .collect();
    assert_eq!(entities, ["kms@dc", "kms@cloud"]);
    assert!(model.rolls_dice());
    // The horizon is two days: rotated at 6, 18, 30 and 42 h at both sites, felt half an hour later.
    let mut timeline = Timeline::default();
    let dice = Dice {
        seed: 1,
        replication: 0,
    };
    Timeline::sample(&model, &dice, &mut timeline);
    let rotations: Vec<u64> = timeline
        .weather
        .iter()
        .filter(
            |incident| matches!(incident.what, Happening::Rotated { overlap, .. } if overlap.0 > 0),
        )
        .map(|incident| incident.at.0 / 1_800_000)
        .collect();
    assert_eq!(rotations, [13, 13, 37, 37, 61, 61, 85, 85]);
    let downs = timeline
        .weather
        .iter()
        .filter(|incident| matches!(incident.what, Happening::ServiceDown { voids: false, .. }));
    assert!(downs.count() > 0, "two days with a mean of one day up");
}

#[test]
fn a_shared_service_fails_as_a_whole() {
    let folder = folder("shared service");
    let model = try_compile(&folder.0, &["key_service.kms.shared=true"]);
    let entities = model.unwrap().model.weather.outages.remove(0).entities;
    assert_eq!(entities.len(), 1);
    assert_eq!(
        entities[0],
        ("kms".to_owned(), vec![OutletId(0), OutletId(1)])
    );
}

#[test]
fn one_more_service_changes_nobody_elses_luck() {
    let folder = folder("more services");
    let sampled = |sets: &[&str]| {
        let model = try_compile(&folder.0, sets).unwrap().model;
        let mut timeline = Timeline::default();
        let dice = Dice {
            seed: 3,
            replication: 1,
        };
        Timeline::sample(&model, &dice, &mut timeline);
        let first = |incident: &&Incident| match incident.what {
            Happening::ServiceDown { outlet, voids } => outlet == OutletId(0) && !voids,
            Happening::ServiceUp { outlet } => outlet == OutletId(0),
            _ => false,
        };
        timeline
            .weather
            .iter()
            .filter(first)
            .copied()
            .collect::<Vec<_>>()
    };
    let all = sampled(&[]);
    let fewer = sampled(&[
        "class.large.sites=[\"dc\"]",
        "key_service.kms.sites=[\"dc\"]",
        "happening.rotated.where.kind=private",
        "happening.rotated.services=[\"kms\"]",
    ]);
    assert!(!all.is_empty());
    assert_eq!(all, fewer);
}

#[test]
fn recorded_outages_are_played_on_services() {
    let folder = folder("recorded services");
    std::fs::write(
        folder.0.join("out.csv"),
        "entity,down,up,cause\na,1 h,2 h,\nb,0 s,30 min,\nc,0 s,5 s,\n",
    )
    .unwrap();
    let text = std::fs::read_to_string(folder.0.join("x.toml")).unwrap();
    let text = text.replace(
        "up   = { mean = \"1 d\" }\ndown = { mean = \"1 h\" }",
        "trace = \"out.csv\"",
    );
    std::fs::write(folder.0.join("x.toml"), text).unwrap();
    let compiled = try_compile(&folder.0, &[]).unwrap();
    let script = &compiled.model.weather.script;
    let (a, b, voids) = (OutletId(0), OutletId(1), false);
    let down = |at, outlet| Incident::terms(SimTime(at), Happening::ServiceDown { outlet, voids });
    assert_eq!(script[0], down(0, b));
    assert!(script.contains(&down(3_600_000, a)));
    let noted = &compiled.assumptions;
    let noted = noted.iter().find(|a| a.what.ends_with("recorded outages"));
    let value = &noted.unwrap().value;
    assert!(value.starts_with("2 played, 1 left out"), "{value}");
}

/// What is set, and words that the answer must hold.
const MISTAKES: [(&[&str], &[&str]); 12] = [
    (
        &["class.large.key=kmss"],
        &["unknown key service `kmss`", "did you mean `kms`?"],
    ),
    (
        &["class.large.key=hsm"],
        &["key service `hsm` does not serve site `cloud`, where pool `cloud/h100` stands"],
    ),
    (
        &["key_service.kms.sites=[\"dcc\"]"],
        &["unknown site `dcc`"],
    ),
    (
        &["key_service.hsm.name=kms"],
        &["there are two of service `kms`"],
    ),
    (&["key_service.kms.cache=-4 h"], &["`-4 h` is negative"]),
    (
        &["key_service.kms.rotation.every=30 s"],
        &["not replaced more often than once a minute"],
    ),
    (
        &["key_service.kms.rotation.overlap=1 d"],
        &["the old key outlives the next rotation"],
    ),
    (
        &["failure.kms outages.services=[\"hms\"]"],
        &["unknown key service `hms`"],
    ),
    (
        &["failure.kms outages.crews=2"],
        &["`crews` means nothing for services"],
    ),
    (
        &["happening.keys lost.where.kind=gpuaas"],
        &["no key service is at, or serves, the sites that are meant here"],
    ),
    (
        &["happening.rotated.lasts=1 h"],
        &["a rotation is over at once"],
    ),
    (
        &["happening.rotated.voids_cache=true"],
        &["`voids_cache` means nothing here"],
    ),
];

#[test]
fn mistakes_are_told_with_place_and_fix() {
    let folder = folder("service mistakes");
    for (sets, words) in MISTAKES {
        let problems = try_compile(&folder.0, sets).map(|_| ()).unwrap_err();
        for word in words {
            assert!(problems.contains(word), "{sets:?}: {problems}");
        }
    }
}

#[test]
fn what_there_is_none_of_cannot_fail() {
    let weather = "[[happening]]\nname = \"x\"\nat = \"1 h\"\nwhat = \"key-service\"\n";
    let folder = Folder::new("no services", &format!("{GOOD}\n{weather}"), TRACE);
    let problems = try_compile(&folder.0, &[]).map(|_| ()).unwrap_err();
    assert!(
        problems.contains("there is no key service in this estate"),
        "{problems}"
    );
    assert!(problems.contains("add a [[key_service]]"), "{problems}");
}

#[test]
fn data_can_need_a_key() {
    let data = "[[dataset]]\nname = \"records\"\nsize = \"1 GB\"\nhome = \"dc\"\nkey = \"hsm\"\n";
    let folder = folder("keyed data");
    let text = std::fs::read_to_string(folder.0.join("x.toml")).unwrap();
    let text = text.replace("key = \"hsm\"\nburst", "data = [\"records\"]\nburst");
    std::fs::write(folder.0.join("x.toml"), text + data).unwrap();
    let model = try_compile(&folder.0, &[]).unwrap().model;
    // `small` reads what the second service keeps the key of.
    assert_eq!(model.services.needs[2], [OutletId(2)]);
}
