//! What jobs read while they run, and from where.

use super::*;

const MORE: &str = "\n[[storage]]\nname = \"lake\"\nsite = \"dc\"\nread = \"20 GB/s\"\n\
    [[link]]\nname = \"line\"\nfrom = \"dc\"\nto = \"cloud\"\nkind = \"circuit\"\nbandwidth = \"10 Gb/s\"\n";

const FED: &str = "class.large.feed=1.2 GB/s per GPU";

#[test]
fn a_class_is_fed_by_what_stands_nearest() {
    let more =
        format!("{MORE}[[storage]]\nname = \"bucket\"\nsite = \"cloud\"\nread = \"5 GB/s\"\n");
    let folder = Folder::new("feeds", &format!("{GOOD}{more}"), TRACE);
    let model = try_compile(&folder.0, &[FED]).unwrap().model;
    let class = model
        .classes
        .iter()
        .position(|c| c.name == "large")
        .unwrap();
    assert_eq!(model.classes[class].feed, Some(Bandwidth(1_200_000_000)));
    let names = |pool: usize| -> Vec<Vec<String>> {
        let ways = &model.network.feeds[class * model.pools.len() + pool];
        let name = |lane: &crate::units::LinkId| {
            let storage = model.network.storage(*lane);
            storage.map_or_else(
                || model.network.link(*lane).name.clone(),
                |s| s.name.clone(),
            )
        };
        ways.iter()
            .map(|way| way.links.iter().map(name).collect())
            .collect()
    };
    for (index, pool) in model.pools.iter().enumerate() {
        let expected: [&[&str]; 2] = if pool.site.0 == 0 {
            [&["lake"], &["bucket", "line"]]
        } else {
            [&["bucket"], &["lake", "line"]]
        };
        assert_eq!(names(index), expected, "{}", pool.name);
    }
    // Named storages are the only ones.
    let only = "class.large.feed_from=[\"lake\"]";
    let model = try_compile(&folder.0, &[FED, only]).unwrap().model;
    assert!(model.network.feeds.iter().all(|ways| ways.len() <= 1));
}

#[test]
fn without_a_feed_there_are_no_ways() {
    let folder = Folder::new("no-feeds", &format!("{GOOD}{MORE}"), TRACE);
    let model = try_compile(&folder.0, &[]).unwrap().model;
    assert!(model.network.feeds.is_empty() && !model.feeds_jobs());
    assert_eq!(model.network.storages[0].read, Bandwidth(20_000_000_000));
}

#[test]
fn mistakes_in_feeds_and_storages_are_told() {
    let folder = Folder::new("bad-feeds", &format!("{GOOD}{MORE}"), TRACE);
    for (sets, word) in [
        (
            vec!["class.large.feed=1.2 GB/s"],
            "write it like \"1.2 GB/s per GPU\"",
        ),
        (
            vec!["class.large.feed=0 GB/s per GPU"],
            "this feed is out of range",
        ),
        (
            vec!["class.large.feed=5 GB per GPU"],
            "is not a unit of bandwidth",
        ),
        (
            vec!["class.large.feed_from=[\"lake\"]"],
            "nothing is said of how fast it reads",
        ),
        (
            vec![FED, "class.large.feed_from=[\"laek\"]"],
            "did you mean `lake`?",
        ),
        (
            vec![FED, "link.line.allowed=false"],
            "no storage can feed pool `cloud/h100`",
        ),
        (vec!["storage.lake.site=moon"], "unknown site `moon`"),
        (
            vec!["storage.lake.read=0 GB/s"],
            "this bandwidth is out of range",
        ),
        (vec!["storage.lake.read=fast"], "not a number with a unit"),
    ] {
        let told = try_compile(&folder.0, &sets).unwrap_err();
        assert!(told.contains(word), "{sets:?}: {told}");
    }
    let folder = Folder::new("nothing-to-feed", GOOD, TRACE);
    let told = try_compile(&folder.0, &[FED]).unwrap_err();
    assert!(told.contains("there is nothing to read from"), "{told}");
}

const SLOW: &str = "\n[[site]]\nname = \"edge\"\nkind = \"edge\"\n\
    [[link]]\nname = \"uplink\"\nfrom = \"edge\"\nto = \"dc\"\nkind = \"vpn\"\nbandwidth = \"1 Gb/s\"\n\
    [[happening]]\nname = \"slow\"\nat = \"1 h\"\nwhat = \"storage\"\nshare = 0.1\nlasts = \"2 h\"\n\
    [[happening]]\nname = \"cut\"\nat = \"3 h\"\nwhat = \"link\"\nwhere = { kind = \"edge\" }\n\
    [[failure]]\nname = \"brownout\"\nof = \"storage\"\nshare = 0.25\nup = { mean = \"1 d\" }\ndown = { mean = \"1 h\" }\n";

#[test]
fn storages_turn_slow_and_links_are_cut_where_they_are() {
    let folder = Folder::new("slow", &format!("{GOOD}{MORE}{SLOW}"), TRACE);
    let model = try_compile(&folder.0, &[]).unwrap().model;
    // The line is two directions, the uplink two more, and then comes the reading of the lake.
    let (lake, uplink) = (LinkId(4), [LinkId(2), LinkId(3)]);
    let hour = |hours: u64| SimTime(hours * 3_600_000);
    let expected = [
        Incident::link_down(hour(1), lake, 100),
        Incident::link_up(hour(3), lake, 100),
        Incident::link_down(hour(3), uplink[0], 0),
        Incident::link_down(hour(3), uplink[1], 0),
    ];
    let expected: Vec<Incident> = expected.into_iter().collect();
    assert_eq!(model.weather.script, expected);
    let cut = &model.weather.cuts[0];
    assert_eq!(cut.permille, 250);
    assert_eq!(cut.links, [("lake".to_owned(), vec![lake])]);
    // Drawn as scripted: a share of the bandwidth, and all of it again.
    let mut timeline = Timeline::default();
    let dice = Dice {
        seed: 4,
        replication: 0,
    };
    Timeline::sample(&model, &dice, &mut timeline);
    let of_lake = |incident: &&Incident| {
        let (down, up) = (250, 250);
        incident.what
            == Happening::LinkDown {
                link: lake,
                permille: down,
            }
            || incident.what
                == Happening::LinkUp {
                    link: lake,
                    permille: up,
                }
    };
    assert!(timeline.weather.iter().filter(of_lake).count() > 0);
}

#[test]
fn recorded_outages_of_a_storage_are_played() {
    let failure =
        "[[failure]]\nname = \"seen\"\nof = \"storage\"\nshare = 0.5\ntrace = \"seen.csv\"\n";
    let folder = Folder::new("seen", &format!("{GOOD}{MORE}{failure}"), TRACE);
    let csv = "entity,down,up\nfs1,1 h,2 h\n";
    std::fs::write(folder.0.join("seen.csv"), csv).unwrap();
    let model = try_compile(&folder.0, &[]).unwrap().model;
    let lake = LinkId(2);
    let expected = [
        Incident::link_down(SimTime(3_600_000), lake, 500),
        Incident::link_up(SimTime(7_200_000), lake, 500),
    ];
    assert_eq!(model.weather.script, expected);
}

#[test]
fn mistakes_in_slow_storages_are_told() {
    let folder = Folder::new("bad-slow", &format!("{GOOD}{MORE}{SLOW}"), TRACE);
    for (set, word) in [
        ("happening.slow.storages=[\"laek\"]", "did you mean `lake`?"),
        (
            "happening.slow.links=[\"line\"]",
            "`links` means nothing here",
        ),
        ("happening.slow.share=2", "2 is out of range"),
        (
            "happening.slow.where={ kind = \"edge\" }",
            "no storage is at, or serves, the sites",
        ),
        (
            "happening.cut.storages=[\"lake\"]",
            "`storages` means nothing here",
        ),
        (
            "failure.brownout.links=[\"line\"]",
            "`links` means nothing for storages",
        ),
        (
            "failure.brownout.crews=2",
            "`crews` means nothing for storages",
        ),
    ] {
        let told = try_compile(&folder.0, &[set]).unwrap_err();
        assert!(told.contains(word), "{set}: {told}");
    }
}
