//! What leaves a site, and what it travels on.

use super::*;

const GB: u64 = 1_000_000_000;

#[test]
fn egress_has_one_price_or_bands() {
    let folder = Folder::new("egress", GOOD, TRACE);
    let egress = |sets: &[&str]| {
        let model = try_compile(&folder.0, sets).unwrap().model;
        model.sites[1].egress.clone()
    };
    let flat = ByteTariff::flat(BytePrice(15_000));
    assert_eq!(egress(&[]), flat);
    assert_eq!(egress(&["site.cloud.egress=0.015 USD/GB"]), flat);
    let bands =
        "site.cloud.egress=[{ up_to = \"10 GB\", price = \"1 USD/GB\" }, { price = \"0 USD/GB\" }]";
    // 12 GB: ten at 1, two for nothing.
    let cost = egress(&[bands]).cost(Bytes(0), Bytes(12 * GB));
    assert_eq!(cost.0, 10 * Money::TICKS_PER_UNIT);
}

#[test]
fn sites_of_one_provider_count_together() {
    let more = "[[site]]\nname = \"b\"\ncatalog = \"aws-us-east-2\"\n\
        [[site]]\nname = \"c\"\ncatalog = \"aws-eu-north-1\"\n\
        [[site]]\nname = \"d\"\nkind = \"edge\"\nprovider = \"AWS\"\n";
    let folder = Folder::new("providers", &format!("{GOOD}{more}"), TRACE);
    let compiled = try_compile(&folder.0, &[]).unwrap();
    let providers: Vec<u16> = compiled.model.sites.iter().map(|s| s.provider.0).collect();
    assert_eq!(providers, [0, 1, 2, 2, 2]);
    let noted = compiled
        .assumptions
        .iter()
        .find(|a| a.what == "site b: egress")
        .unwrap();
    assert!(
        noted
            .value
            .starts_with("0 USD/GB to 0.1 TB, then 0.09 USD/GB to 10 TB"),
        "{}",
        noted.value
    );
}

#[test]
fn mistakes_in_bands_are_told() {
    let folder = Folder::new("bands", GOOD, TRACE);
    for (set, word) in [
        ("[]", "empty or out of order"),
        (
            "[{ up_to = \"1 TB\", price = \"1 USD/GB\" }]",
            "no price holds beyond this band",
        ),
        (
            "[{ price = \"1 USD/GB\" }, { price = \"1 USD/GB\" }]",
            "the end of a band is missing",
        ),
        (
            "[{ up_to = \"1 TB\" }, { price = \"1 USD/GB\" }]",
            "the price of a band is missing",
        ),
        (
            "[{ up_to = \"2 TB\", price = \"1 USD/GB\" }, { up_to = \"1 TB\", price = \"2 USD/GB\" }, \
             { price = \"0 USD/GB\" }]",
            "empty or out of order",
        ),
        (
            "[{ upto = \"1 TB\", price = \"1 USD/GB\" }, { price = \"1 USD/GB\" }]",
            "unknown key `upto`",
        ),
        ("9000000 USD/GB", "out of range"),
        ("7", "a price such as"),
    ] {
        let told = try_compile(&folder.0, &[&format!("site.cloud.egress={set}")]).unwrap_err();
        assert!(told.contains(word), "{set}: {told}");
    }
}

const TRIANGLE: &str = r#"
[[site]]
name = "edge"
kind = "edge"

[[link]]
name = "line"
from = "dc"
to = "cloud"
kind = "circuit"
bandwidth = "10 Gb/s"
latency = "20 ms"
price = "2.25 USD/h"
reserved = { bulk = 0.25 }

[[link]]
name = "web"
from = "dc"
to = "cloud"
kind = "internet"
bandwidth = "1 Gb/s"
latency = "5 ms"
impairment = 0.02

[[link]]
name = "uplink"
from = "edge"
to = "dc"
kind = "vpn"
bandwidth = "100 Mb/s"
both_ways = false
"#;

#[test]
fn links_have_two_directions_and_routes_go_by_cost_then_latency() {
    let folder = Folder::new("links", &format!("{GOOD}{TRIANGLE}"), TRACE);
    let network = try_compile(&folder.0, &[]).unwrap().model.network;
    let links: Vec<_> = network
        .links
        .iter()
        .map(|link| (link.name.as_str(), link.from.0, link.to.0, link.bandwidth.0))
        .collect();
    // 10 Gb/s are 1.25 GB/s; 98 % of 125 MB/s are 122.5.
    assert_eq!(
        links,
        [
            ("line", 0, 1, 1_250_000_000),
            ("line", 1, 0, 1_250_000_000),
            ("web", 0, 1, 122_500_000),
            ("web", 1, 0, 122_500_000),
            ("uplink", 2, 0, 12_500_000),
        ]
    );
    assert_eq!(
        (network.links[0].rent, network.links[1].rent),
        (Price(2_250_000), Price(0))
    );
    assert_eq!(network.links[0].reserved, [0, 0, 250]);
    let ways = |from: u16, to: u16| -> Vec<Vec<u16>> {
        let routes = network.routes(SiteId(from), SiteId(to)).iter();
        routes
            .map(|route| route.links.iter().map(|link| link.0).collect())
            .collect()
    };
    // Out of dc both cost nothing, and the web is nearer; out of the cloud the web costs .015 per GB.
    assert_eq!(ways(0, 1), [vec![2], vec![0]]);
    assert_eq!(ways(1, 0), [vec![1], vec![3]]);
    assert_eq!(
        network.routes(SiteId(1), SiteId(0))[1].cost,
        BytePrice(15_000)
    );
    // By way of dc, and no way back.
    assert_eq!(ways(2, 1), [vec![4, 2], vec![4, 0]]);
    assert!(ways(1, 2).is_empty());
    let without = try_compile(&folder.0, &["link.web.allowed=false"]).unwrap();
    assert_eq!(without.model.network.links.len(), 3);
}

#[test]
fn mistakes_in_links_are_told() {
    let folder = Folder::new("bad-links", &format!("{GOOD}{TRIANGLE}"), TRACE);
    for (set, word) in [
        ("link.web.to=clout", "unknown site `clout`"),
        ("link.web.to=dc", "this link ends where it begins"),
        (
            "link.web.bandwidth=0 Gb/s",
            "this bandwidth is next to nothing",
        ),
        ("link.web.bandwidth=1 Gbps", "is not a unit of bandwidth"),
        ("link.web.impairment=1.5", "1.5 is out of range"),
        ("link.line.price=2 EUR/h", "is not the scenario's currency"),
        (
            "link.line.reserved={ bulk = 0.6, control = 0.6 }",
            "more than all of this link is reserved",
        ),
        ("link.line.name=web", "there are two of link `web`"),
    ] {
        let told = try_compile(&folder.0, &[set]).unwrap_err();
        assert!(told.contains(word), "{set}: {told}");
    }
}

const DATA: &str = r#"
[[dataset]]
name = "web"
size = "12 TB"
home = "dc"
replicas = ["edge"]
storage = "0.02 USD/GB-month"

[[happening]]
name = "digger"
at = "1 d"
what = "link"
links = ["line"]
share = 0.1
lasts = "12 h"
"#;

#[test]
fn classes_read_data_and_send_results_home() {
    let folder = Folder::new("data", &format!("{GOOD}{TRIANGLE}{DATA}"), TRACE);
    let sets = [
        "class.large.data=[\"web\"]",
        "class.large.results_to=dc",
        "site.cloud.cache=12 TB",
        "class.large.stage=held",
        "dataset.web.copies=[{ to = \"cloud\", at = \"2 h\", until = \"30 h\" }]",
    ];
    let model = try_compile(&folder.0, &sets).unwrap().model;
    let web = model.dataset(DatasetId(0));
    assert_eq!(
        (web.size, web.kept.as_slice()),
        (Bytes(12_000 * GB), &[SiteId(0), SiteId(2)][..])
    );
    assert_eq!(web.storage, BytePrice(20_000));
    assert_eq!(model.classes[0].data, [DatasetId(0)]);
    assert_eq!(model.classes[0].results_to, Some(SiteId(0)));
    assert!(model.classes[1].data.is_empty());
    let holds = model.classes.iter().map(|class| class.holds_staging);
    assert!(holds.eq([true, false]));
    assert_eq!(model.sites[1].cache, Some(Bytes(12_000 * GB)));
    let copy = Replica {
        dataset: DatasetId(0),
        site: SiteId(1),
        storage: None,
    };
    assert_eq!(model.network.copies, [copy]);
    // Both directions of the line, slow from 1 d on and whole again 12 h later.
    let day = 86_400_000;
    let script: Vec<_> = model
        .weather
        .script
        .iter()
        .map(|i| (i.at.0, i.what))
        .collect();
    let link = |link, up: bool| {
        let (link, permille) = (LinkId(link), 100);
        if up {
            Happening::LinkUp { link, permille }
        } else {
            Happening::LinkDown { link, permille }
        }
    };
    assert_eq!(
        script,
        [
            (7_200_000, Happening::CopyBegins { copy: 0 }),
            (day, link(0, false)),
            (day, link(1, false)),
            (108_000_000, Happening::CopyEnds { copy: 0 }),
            (day + day / 2, link(0, true)),
            (day + day / 2, link(1, true)),
        ]
    );
}

#[test]
fn mistakes_in_data_are_told() {
    let folder = Folder::new("bad-data", &format!("{GOOD}{TRIANGLE}{DATA}"), TRACE);
    for (sets, word) in [
        (&["dataset.web.home=dcc"][..], "unknown site `dcc`"),
        (&["dataset.web.size=12 km"], "`km` is not a unit of data"),
        (&["class.large.data=[\"wep\"]"], "unknown data set `wep`"),
        (
            &["dataset.web.copies=[{ to = \"cloud\" }]"],
            "when a copy is made is missing",
        ),
        (
            &["dataset.web.copies=[{ to = \"dc\", at = \"2 d\" }]"],
            "data set `web` is kept there already",
        ),
        (
            &["dataset.web.copies=[{ to = \"clod\", at = \"2 d\" }]"],
            "did you mean `cloud`?",
        ),
        (
            &["dataset.web.copies=[{ to = \"cloud\", at = \"2 d\", until = \"1 d\" }]"],
            "this copy ends before it is made",
        ),
        (
            &["class.large.stage=held"],
            "this class reads nothing that could be staged",
        ),
        (
            &["class.large.data=[\"web\"]", "class.large.stage=after"],
            "unknown stage `after`",
        ),
        (
            &["class.large.data=[\"web\"]", "site.cloud.cache=11 TB"],
            "the cache of site `cloud` cannot hold these data",
        ),
        (
            &[
                "class.large.data=[\"web\"]",
                "link.line.allowed=false",
                "link.web.allowed=false",
                "happening.digger.links=[\"uplink\"]",
            ],
            "data set `web` cannot come to pool `cloud/h100`",
        ),
        (
            &["class.large.results_to=edge"],
            "results cannot go from pool `dc/h200` to site `edge`",
        ),
        (
            &["happening.digger.links=[\"lime\"]"],
            "unknown link `lime`",
        ),
        (&["happening.digger.share=2"], "2 is out of range"),
        (&["happening.digger.nodes=2"], "`nodes` means nothing here"),
    ] {
        let told = try_compile(&folder.0, sets).unwrap_err();
        assert!(told.contains(word), "{sets:?}: {told}");
    }
}

#[test]
fn links_fail_by_law_both_ways_at_once() {
    let failure = "[[failure]]\nname = \"digger\"\nof = \"link\"\nlinks = [\"line\"]\n\
        up = { mean = \"6 h\" }\ndown = { always = \"1 h\" }\nnew = true\n";
    let folder = Folder::new("cuts", &format!("{GOOD}{TRIANGLE}{failure}"), TRACE);
    let model = try_compile(&folder.0, &[]).unwrap().model;
    assert!(model.rolls_dice());
    let mut timeline = Timeline::default();
    let dice = Dice {
        seed: 1,
        replication: 0,
    };
    Timeline::sample(&model, &dice, &mut timeline);
    let cut: Vec<(u64, u16)> = timeline
        .weather
        .iter()
        .filter_map(|incident| match incident.what {
            Happening::LinkDown { link, permille: 0 } => Some((incident.at.0, link.0)),
            _ => None,
        })
        .collect();
    // Two days of cycles of 7 h in the mean: about seven, each of both directions of `line`.
    assert!((4..=28).contains(&cut.len()), "{cut:?}");
    for pair in cut.chunks(2) {
        assert_eq!((pair[0].0, pair[0].1, pair[1].1), (pair[1].0, 0, 1));
    }
    for (set, word) in [
        ("failure.digger.links=[\"lime\"]", "unknown link `lime`"),
        ("failure.digger.crews=2", "`crews` means nothing for links"),
        ("failure.digger.of=node", "`links` means nothing here"),
    ] {
        let told = try_compile(&folder.0, &[set]).unwrap_err();
        assert!(told.contains(word), "{set}: {told}");
    }
}
