//! What crosses links all the time, what they lose, and who steers whom.

use super::*;

const MORE: &str = "\n[[site]]\nname = \"edge\"\nkind = \"edge\"\ncontrol_from = \"dc\"\n\
    [[link]]\nname = \"wan\"\nfrom = \"dc\"\nto = \"edge\"\nkind = \"vpn\"\nbandwidth = \"1 Gb/s\"\nlatency = \"40 ms\"\n\
    loss = 0.0001\nconnections = 8\nbackground = { control = \"1 Mb/s\", inference = \"200 Mb/s\" }\n";

#[test]
fn words_about_traffic_become_flows_and_limits() {
    let folder = Folder::new("traffic", &format!("{GOOD}{MORE}"), TRACE);
    let network = try_compile(&folder.0, &[]).unwrap().model.network;
    let loads: Vec<_> = network
        .background
        .iter()
        .map(|load| (load.lanes[0].0, load.traffic, load.rate.0))
        .collect();
    let (control, inference) = (Traffic::Control, Traffic::Inference);
    // Both directions.
    assert_eq!(
        loads,
        [
            (0, control, 125_000),
            (0, inference, 25_000_000),
            (1, control, 125_000),
            (1, inference, 25_000_000),
        ]
    );
    // Worked by hand beside the formula: 8 connections at 40 ms and one loss in ten thousand.
    let limits: Vec<u64> = network.limits.values().map(|limit| limit.0).collect();
    assert_eq!(limits, [17_881_275, 17_881_275]);
    assert_eq!(network.steered, [None, None, Some(SiteId(0))]);
    let plain = Folder::new("no-traffic", GOOD, TRACE);
    let network = try_compile(&plain.0, &[]).unwrap().model.network;
    assert!(network.background.is_empty() && network.limits.is_empty());
    assert!(network.steered.is_empty());
}

#[test]
fn mistakes_about_traffic_are_told() {
    let folder = Folder::new("bad-traffic", &format!("{GOOD}{MORE}"), TRACE);
    for (set, word) in [
        ("link.wan.loss=0.9", "0.9 is out of range"),
        ("link.wan.connections=0", "0 is out of range"),
        (
            "link.wan.background={ bulk = \"fast\" }",
            "not a number with a unit",
        ),
        ("site.edge.control_from=moon", "unknown site `moon`"),
        (
            "site.edge.control_from=cloud",
            "nothing leads from `cloud` to `edge`",
        ),
    ] {
        let told = try_compile(&folder.0, &[set]).unwrap_err();
        assert!(told.contains(word), "{set}: {told}");
    }
    let without = MORE.replace("latency = \"40 ms\"\n", "");
    let folder = Folder::new("no-latency", &format!("{GOOD}{without}"), TRACE);
    let told = try_compile(&folder.0, &[]).unwrap_err();
    assert!(told.contains("depends on the latency"), "{told}");
    let without = MORE.replace("loss = 0.0001\n", "");
    let folder = Folder::new("no-loss", &format!("{GOOD}{without}"), TRACE);
    let told = try_compile(&folder.0, &[]).unwrap_err();
    assert!(
        told.contains("connections matter only where packets are lost"),
        "{told}"
    );
}
