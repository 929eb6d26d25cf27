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
