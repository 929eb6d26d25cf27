//! Artifacts and registries: what is pulled, and what is refused.

use super::services::folder;
use super::*;

const ARTIFACTS: &str = r#"
[[registry]]
name      = "hub"
site      = "dc"
bandwidth = "500 MB/s"

[[artifact]]
name     = "llm"
kind     = "model"
size     = "140 GB"
registry = "hub"
versions = ["2.1", "2.0"]
key      = "kms"
broken   = 0.02

[[failure]]
name = "hub outages"
of   = "registry"
up   = { mean = "10 d" }
down = { mean = "2 h" }

[[happening]]
name           = "bad version"
at             = "3 h"
what           = "corrupted-artifact"
where          = { kind = "private" }
detected_after = "4 h"
rollback       = "1 h"

[[happening]]
name  = "hub out"
at    = "9 h"
what  = "registry"
lasts = "1 h"
"#;

/// As [`folder`]; class `large` starts from an artifact.
fn artifacts(name: &str) -> Folder {
    let folder = folder(name);
    let text = std::fs::read_to_string(folder.0.join("x.toml")).unwrap();
    let text = text.replace("key = \"kms\"\n", "key = \"kms\"\nartifacts = [\"llm\"]\n");
    std::fs::write(folder.0.join("x.toml"), text + ARTIFACTS).unwrap();
    folder
}

#[test]
fn artifacts_are_data_that_are_pulled() {
    let folder = artifacts("artifacts");
    let compiled = try_compile(&folder.0, &[]).unwrap();
    let model = &compiled.model;
    let llm = &model.datasets[0];
    assert!(llm.kept.is_empty() && model.classes[0].data == [DatasetId(0)]);
    let artifact = Artifact {
        registry: ServiceId(2),
        home: Some(SiteId(0)),
        rate: Some(Bandwidth(500_000_000)),
        broken: 20_000,
        retry: Span::MINUTE,
        key: Some(ServiceId(0)),
        found_by: 0,
        rollback: Span::ZERO,
    };
    assert_eq!(llm.artifact, Some(artifact));
    // A registry fails as a whole.
    let entities = &model.weather.outages[1].entities;
    let hub = vec![OutletId(3), OutletId(4)];
    assert_eq!(entities[..], [("hub".to_owned(), hub)]);
    let at = |hours: u64| SimTime(hours * Span::HOUR.0);
    let (artifact, site) = (DatasetId(0), SiteId(0));
    let fails_after = Span::ZERO;
    for (hours, what) in [
        (
            3,
            Happening::Corrupted {
                artifact,
                site,
                fails_after,
            },
        ),
        (7, Happening::Detected { artifact, site }),
        (8, Happening::RolledBack { artifact, site }),
    ] {
        let incident = Incident::terms(at(hours), what);
        assert!(model.weather.script.contains(&incident), "{incident:?}");
    }
    let noted = |what: &str| compiled.assumptions.iter().any(|a| a.what == what);
    assert!(noted("artifact llm: retry"));
}

const ARTIFACT_MISTAKES: [(&[&str], &[&str]); 9] = [
    (
        &["artifact.llm.registry=hbu"],
        &["unknown registry `hbu`", "did you mean `hub`?"],
    ),
    (&["artifact.llm.key=kns"], &["unknown key service `kns`"]),
    (
        &["artifact.llm.size=2000 TB"],
        &["this artifact is out of range"],
    ),
    (&["artifact.llm.broken=1.5"], &["1.5 is out of range"]),
    (
        &["artifact.llm.versions=[\"2.1\"]"],
        &["there is no version to go back to"],
    ),
    (
        &["registry.hub.sites=[\"dc\"]"],
        &[
            "artifact `llm` cannot be pulled to pool `cloud/h100`: registry `hub` does not serve its site",
        ],
    ),
    (
        &["class.large.artifacts=[\"lm\"]"],
        &["unknown artifact `lm`", "did you mean `llm`?"],
    ),
    (
        &["happening.bad version.lasts=1 d"],
        &["`lasts` means nothing here"],
    ),
    (
        &["registry.hub.bandwidth=0 GB/s"],
        &["nothing comes at this bandwidth"],
    ),
];

#[test]
fn mistakes_of_artifacts_are_told_with_place_and_fix() {
    let folder = artifacts("artifact mistakes");
    for (sets, words) in ARTIFACT_MISTAKES {
        let problems = try_compile(&folder.0, sets).map(|_| ()).unwrap_err();
        for word in words {
            assert!(problems.contains(word), "{sets:?}: {problems}");
        }
    }
}

#[test]
fn new_versions_come_to_the_sites_of_their_registry() {
    let folder = artifacts("artifacts-releases");
    let path = folder.0.join("x.toml");
    let text = std::fs::read_to_string(&path).unwrap();
    let first = text.find("[[artifact]]").unwrap();
    let (head, tail) = text.split_at(first + "[[artifact]]\n".len());
    let with = |releases: &str| format!("{head}releases = {{ {releases} }}\n{tail}");
    let words = "every = { mean = \"14 d\" }, bad = 0.05, found_by = 3, rollback = \"2 h\", fails_after = \"5 min\"";
    std::fs::write(&path, with(words)).unwrap();
    let model = try_compile(&folder.0, &[]).unwrap().model;
    let releases = &model.weather.releases[0];
    assert_eq!(
        (releases.bad, releases.fails_after),
        (50_000, Span(5 * Span::MINUTE.0))
    );
    assert_eq!(releases.sites, [SiteId(0), SiteId(1)]);
    let artifact = model.datasets[0].artifact.unwrap();
    let rollback = Span(2 * Span::HOUR.0);
    assert_eq!((artifact.found_by, artifact.rollback), (3, rollback));
    assert!(model.rolls_dice());
    std::fs::write(&path, with("every = { mean = \"14 d\" }, bad = 2")).unwrap();
    let told = try_compile(&folder.0, &[]).expect_err("two mistakes");
    for words in ["how long rolling back takes", "bad"] {
        assert!(told.contains(words), "{told}");
    }
}
