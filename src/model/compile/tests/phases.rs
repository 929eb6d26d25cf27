//! Phases, from words to changes.

use super::good_with as compiled;
use super::*;

const PHASES: &str = r#"
[[phase]]
name = "build"
lasts = "6 h"
order = [
  { pool = "dc/h200", nodes = 3, lead_time = { median = "3 h", p95 = "9 h" } },
  { pool = "dc/h200", nodes = 1, ordered = "1 h" },
]

[[phase]]
name = "use"
after = "build"
delay = "1 h"
lasts = "4 h"
open = ["cloud/h100"]
price = [{ pool = "cloud/h100", factor = 0.5 }]
cutover = [{ class = "large", share = 0.25, to = ["cloud/h100"] }]
exit = { utilisation_at_least = 0.4, mean_wait_at_most = "2 h" }
on_fail = "roll-back"

[[phase]]
name = "less"
start = "20 h"
quota = [{ pool = "cloud/h100", gpus = 8 }]
retire = [{ pool = "dc/h200", nodes = 2, notice = "30 min" }]
"#;

#[test]
fn phases_order_change_and_ask() {
    let later = "\nin_phase = [{ phase = \"use\", placement = { kind = \"cheapest\" } }]";
    let good = GOOD.trim_end().to_owned() + later;
    let folder = Folder::new("phases", &format!("{good}\n{PHASES}"), TRACE);
    let model = try_compile(&folder.0, &[]).unwrap().model;
    let rollout = &model.rollout;
    let (own, cloud) = (PoolId(0), PoolId(1));
    let hour = |hours: u64| SimTime(hours * Span::HOUR.0);
    // Two nodes are there, four will come.
    assert_eq!(model.pool(own).nodes, 6);
    assert_eq!(rollout.late, [Some(4), None]);
    let [build, used, less] = &rollout.phases[..] else {
        panic!("three phases")
    };
    let firsts: Vec<_> = build
        .orders
        .iter()
        .map(|order| (order.first, order.ordered))
        .collect();
    assert_eq!(firsts, [(2, None), (5, Some(hour(1)))]);
    assert_eq!(
        (used.planned_start, used.planned_end()),
        (hour(7), hour(11))
    );
    let delay = Span::HOUR;
    assert_eq!(used.begins, Begins::After { phase: 0, delay });
    let open = Change::Quota {
        pool: cloud,
        gpus: None,
    };
    let price = Change::Price {
        pool: cloud,
        factor: 500_000,
    };
    let cutover = Change::Cutover {
        class: ClassId(0),
        twin: Some(ClassId(2)),
        share: 250_000,
    };
    assert_eq!(used.changes, [open, price, cutover]);
    let gates = [
        Gate::Utilisation(400_000),
        Gate::MeanWait(Span(2 * Span::HOUR.0)),
    ];
    assert_eq!(used.gates, gates);
    assert_eq!(used.on_fail, OnFail::RollBack);
    // Closed until then.
    assert_eq!(rollout.closed, [cloud]);
    assert_eq!(less.changes.len(), 1);
    assert_eq!((less.retires[0].pool, less.retires[0].nodes), (own, 2));
    // The 16-GPU job has a twin that may use the cloud only.
    assert_eq!(model.classes[2].pools, [cloud]);
    let shapes: Vec<_> = model.shapes.iter().map(|s| (s.gpus.0, s.class.0)).collect();
    assert_eq!(shapes, [(1000, 1), (16_000, 0), (16_000, 2)]);
    assert_eq!(rollout.twin_of(ShapeId(1), ClassId(2)), ShapeId(2));
    assert_eq!(rollout.reported(ClassId(2)), ClassId(0));
    let cheapest = Placement::Cheapest { ceiling: None };
    let own = &model.strategies[1];
    let later = Later {
        phase: 1,
        discipline: own.discipline.clone(),
        placement: cheapest,
    };
    assert_eq!(rollout.later, [vec![], vec![later]]);
    assert!(model.rolls_dice());
}

#[test]
fn sites_and_links_open_and_close_as_a_whole() {
    let phases = r#"
[[link]]
name = "wan"
from = "dc"
to = "cloud"
kind = "circuit"
bandwidth = "10 Gb/s"
price = "5 USD/h"

[[phase]]
name = "first"
start = "2 h"
open = ["dc", "cloud", "wan"]

[[phase]]
name = "last"
start = "30 h"
close = ["dc", "wan"]
close_notice = "1 h"
"#;
    let model = compiled("phases-sites", phases).unwrap().model;
    let rollout = &model.rollout;
    let (own, cloud) = (PoolId(0), PoolId(1));
    let links = [LinkId(0), LinkId(1)];
    // Nothing is there at first, neither the two owned nodes nor the cloud nor the link.
    assert_eq!((model.pool(own).nodes, rollout.late(own)), (2, Some(2)));
    assert_eq!(
        (&rollout.closed[..], &rollout.closed_links[..]),
        (&[cloud][..], &links[..])
    );
    let [first, last] = &rollout.phases[..] else {
        panic!("two phases")
    };
    let order = &first.orders[0];
    assert_eq!((order.pool, order.first, order.nodes), (own, 0, 2));
    assert_eq!(order.lead, crate::process::Law::Constant(0.0));
    let wire = |held: bool| {
        let permille = if held { 1000 } else { 0 };
        links.map(|link| {
            [
                Change::Lease { link, held },
                Change::Link { link, permille },
            ]
        })
    };
    let gpus = None;
    let mut opened = vec![Change::Quota { pool: cloud, gpus }];
    opened.extend(wire(true).concat());
    assert_eq!(first.changes, opened);
    assert_eq!(last.changes, wire(false).concat());
    let notice = Span::HOUR;
    let retired = Retirement {
        pool: own,
        nodes: u32::MAX,
        notice,
    };
    assert_eq!(last.retires, [retired]);
}

#[test]
fn a_strategy_keeps_what_a_later_phase_does_not_say() {
    let later = r#"
in_phase = [
  { phase = "less", placement = { kind = "private-only" } },
  { phase = "use", queue = { kind = "sjf" } },
]"#;
    let good = GOOD.trim_end().to_owned() + later;
    let folder = Folder::new("phases-later", &format!("{good}\n{PHASES}"), TRACE);
    let model = try_compile(&folder.0, &[]).unwrap().model;
    let own = model.strategies[1].placement;
    let later = |phase, placement| Later {
        phase,
        discipline: Discipline::ShortestFirst,
        placement,
    };
    let wanted = [later(1, own), later(2, Placement::PrivateOnly)];
    assert_eq!(model.rollout.later, [vec![], wanted.to_vec()]);
    let nothing = "\nin_phase = [{ phase = \"use\" }]";
    let good = GOOD.trim_end().to_owned() + nothing;
    let folder = Folder::new("phases-nothing", &format!("{good}\n{PHASES}"), TRACE);
    let told = try_compile(&folder.0, &[]).expect_err("nothing changes");
    assert!(told.contains("changes nothing of the strategy"), "{told}");
}

#[test]
fn what_is_wrong_with_a_phase_is_told_with_a_fix() {
    let order = |order: &str| format!("order = [{{ {order} }}]");
    for (phase, words) in [
        (
            "after = \"later\"".to_owned(),
            "unknown earlier phase `later`",
        ),
        ("delay = \"1 d\"".to_owned(), "`delay` means nothing here"),
        (
            "start = 2020-01-01T00:00:00Z".to_owned(),
            "this is before the start",
        ),
        (
            "on_fail = \"proceed\"".to_owned(),
            "nothing can fail without `exit`",
        ),
        ("exit = {}".to_owned(), "this exit asks for nothing"),
        (
            "open = [\"dc/h200\"]".to_owned(),
            "is not rented by the instance",
        ),
        (
            "open = [\"clouds\"]".to_owned(),
            "unknown pool, site or link `clouds`",
        ),
        (
            "close_notice = \"1 h\"\nclose = [\"cloud\"]".to_owned(),
            "nothing that is owned closes here",
        ),
        (
            "open = [\"dc\", \"dc\"]".to_owned(),
            "came with an earlier phase",
        ),
        (
            "quota = [{ pool = \"cloud/h100\", gpus = 99 }]".to_owned(),
            "allows 20 GPUs at most",
        ),
        (
            "cutover = [{ class = \"huge\", share = 0.5, to = [\"cloud/h100\"] }]".to_owned(),
            "unknown class `huge`",
        ),
        (
            "link = [{ name = \"wan\", share = 0.5 }]".to_owned(),
            "unknown link `wan`",
        ),
        (
            order("pool = \"cloud/h100\", nodes = 1"),
            "is rented by the instance",
        ),
        (
            order("pool = \"dc/h200\""),
            "the number of nodes ordered is missing",
        ),
        (
            order("pool = \"dc/h200\", nodes = 1, ordered = 2020-01-01T00:00:00Z"),
            "before the start",
        ),
    ] {
        let text = format!("[[phase]]\nname = \"one\"\n{phase}\n");
        let told = compiled("phases-wrong", &text).expect_err(&phase);
        assert!(told.contains(words), "{phase}\n{told}");
    }
    let wrong = "[[phase]]\nname = \"a\"\n[[phase]]\nname = \"a\"\n";
    assert!(compiled("phases-twice", wrong).is_err());
    let later = "\nin_phase = [{ phase = \"use\", placement = { kind = \"cheapest\" } }]\n";
    let told = compiled("phases-none", later).expect_err("no such phase");
    assert!(told.contains("unknown phase `use`"), "{told}");
}
