//! More of an estate changes nobody else's luck: from words to sampled worlds, and in dice that are thrown while the
//! world is played.

use std::collections::BTreeMap;

use crate::common::clouds::{HOUR, MINUTE, public, terms};
use crate::common::words::{START, begins};
use crate::common::worlds::{Row, timeline};
use crate::common::{Everything, owned, play};
use plimsoll::dice::Dice;
use plimsoll::journal::Fact;
use plimsoll::model::{
    Entity, Happening, Horizon, Incident, Model, NodeRange, Packing, Shop, Timeline, compile,
};
use plimsoll::process::Law;
use plimsoll::scenario::load_text;
use plimsoll::units::{PoolId, Price, SimTime, Span};

const ESTATE: &str = r#"[[site]]
name = "cloud"
catalog = "nebius-eu-north1"

[[pool]]
name = "dc/h200"
site = "dc"
gpu = "h200"
nodes = 2
offer = { kind = "owned", tco = "h200-4y" }

[[pool]]
name = "cloud/h100"
site = "cloud"
gpu = "h100"
offer = { kind = "spot", quota = 20, market = "zone-a", price_moves = { kind = "mean-reverting", stress = false } }

[[class]]
name = "all"

[[demand]]
name = "research"
generator = { preset = "shared-research", load = 0.5 }
drop = ["unplaceable"]

[[strategy]]
name = "fifo"
queue = { kind = "fifo" }
placement = { kind = "private-only" }

[[market]]
name = "zone-a"
region = "north"
tier = "medium"
instances = 4

[[group]]
name = "second"
pool = "dc/h200"
first = 1
nodes = 1

[[failure]]
name = "node"
of = "node"
up = { mean = "2 d", shape = 0.7 }
down = { median = "2 h", p95 = "10 h" }
"#;

/// A market in the same region, a group that fails, and a pool in front of the others.
const MORE: &str = r#"
[[market]]
name = "zone-b"
region = "north"
tier = "scarce"
instances = 9

[[failure]]
name = "group"
of = "group"
where = { groups = ["second"] }
up = { mean = "3 d" }
down = { mean = "5 h" }
"#;

const POOLS: &str = r#"
[[pool]]
name = "edge/h200"
site = "dc"
gpu = "h200"
nodes = 5
offer = { kind = "owned", tco = "h200-4y" }

[[pool]]
name = "cloud/h200"
site = "cloud"
gpu = "h200"
offer = { kind = "spot", quota = 16, market = "zone-b", price_moves = { kind = "mean-reverting", stress = false } }

[[pool]]"#;

/// What each pool, by its name, meets in one replication: its incidents one by one, and its prices.
#[derive(Debug, Default, PartialEq)]
struct Fate {
    incidents: Vec<String>,
    prices: Vec<(SimTime, Price)>,
}

fn fates(text: &str, replication: u32) -> BTreeMap<String, Fate> {
    let scenario = load_text("luck.toml", text, &[]).map_err(|faults| faults.render(false));
    let compiled = compile(&scenario.unwrap()).map_err(|faults| faults.render(false));
    let model = compiled.unwrap().model;
    let mut timeline = Timeline::default();
    let dice = Dice {
        seed: 7,
        replication,
    };
    Timeline::sample(&model, &dice, &mut timeline);
    let mut fates = BTreeMap::new();
    for (index, pool) in model.pools.iter().enumerate() {
        let id = PoolId::from(index);
        let mut fate = Fate::default();
        for incident in &timeline.weather {
            let (of, what) = match incident.what {
                Happening::Down { pool, first, nodes } => (pool, format!("down {first} {nodes}")),
                Happening::Up { pool, first, nodes } => (pool, format!("up {first} {nodes}")),
                Happening::Capacity {
                    pool,
                    instances,
                    notice,
                } => (pool, format!("capacity {instances} {notice:?}")),
                _ => continue,
            };
            if of == id {
                fate.incidents.push(format!("{:?} {what}", incident.at));
            }
        }
        if let Some(tariffs) = &timeline.tariffs {
            let price = |at| (at, tariffs.price_at(id, at));
            fate.prices.extend(tariffs.changes(id).map(price));
        }
        fates.insert(pool.name.clone(), fate);
    }
    fates
}

#[test]
fn another_pool_group_and_market_change_nobody_elses_luck() {
    let estate = begins("luck", START, "60 d") + ESTATE;
    let more = estate.replacen("[[pool]]", POOLS.trim_start(), 1) + MORE;
    for replication in 0..3 {
        let before = fates(&estate, replication);
        let after = fates(&more, replication);
        assert_eq!(before["cloud/h100"], after["cloud/h100"]);
        assert!(before["cloud/h100"].incidents.len() > 5);
        assert!(before["cloud/h100"].prices.len() > 50);
        // The group's own faults are new; those of the nodes are where they were.
        let (mine, all) = (&before["dc/h200"].incidents, &after["dc/h200"].incidents);
        assert!(5 < mine.len() && mine.len() < all.len());
        let mut left = all.iter();
        assert!(mine.iter().all(|one| left.any(|other| other == one)));
        assert!(after["edge/h200"].incidents.len() > 5);
        assert!(after["cloud/h200"].incidents.len() > 5);
    }
}

/// A pool of our own that nobody uses.
const UNUSED: PoolId = PoolId(1);

/// Rented nodes of four GPUs, and a pool beside them that no job may use.
fn beside_an_unused_pool() -> Model {
    let mut model = public(terms());
    model.pools.push(owned("unused", 4, 8, Packing::Best));
    model.horizon = Horizon::At(SimTime(48 * HOUR));
    model
}

/// Twelve jobs of one instance each; of twelve instances the market takes four away, then four more.
fn reclaimed(others: &[Incident]) -> Everything {
    let mut model = beside_an_unused_pool();
    let rows = [Row::of(0, 4, 40 * HOUR); 12];
    let mut timeline = timeline(&mut model, &rows);
    let steps = [(0, 12), (5 * HOUR, 8), (9 * HOUR, 4)].map(|(at, n)| (SimTime(at), n));
    let market = Incident::capacities(PoolId(0), Some(Span(2 * MINUTE)), steps);
    timeline.weather = market.chain(others.iter().copied()).collect();
    Incident::put_in_order(&mut timeline.weather);
    play(&model, &timeline, 0)
}

#[test]
fn faults_of_a_pool_that_nobody_uses_choose_no_other_victims() {
    let alone = reclaimed(&[]);
    let noticed = |(_, fact): &&(SimTime, Fact)| matches!(fact, Fact::Noticed(PoolId(0), 4));
    assert_eq!(alone.facts.iter().filter(noticed).count(), 2);
    // A node of the other pool breaks once before the first reclaim, and three more between the two.
    let down = |hour: u64, node| Incident::down(SimTime(hour * HOUR), UNUSED, node, 1);
    let faults = [down(1, 0), down(6, 1), down(7, 2), down(8, 3)];
    for many in 1..=faults.len() {
        assert_eq!(alone.jobs, reclaimed(&faults[..many]).jobs);
    }
}

/// Two nodes share crews with so many nodes of another pool: when those of the first go down and come back.
fn repaired(others: u32) -> Vec<(SimTime, Fact)> {
    let mut model = beside_an_unused_pool();
    model.pools.insert(0, owned("own", 2, 8, Packing::Best));
    model.horizon = Horizon::At(SimTime(2_000 * HOUR));
    let entity = |name: &str, pool, first| Entity {
        name: format!("{name}#{first}"),
        nodes: vec![NodeRange {
            pool,
            first,
            nodes: 1,
        }],
    };
    let mine = (0..2).map(|first| entity("own", PoolId(0), first));
    let others = (0..others).map(|first| entity("unused", PoolId(2), first));
    // Repairs are short and crews are many: hardly anything waits for anybody.
    model.weather.shops = vec![Shop {
        name: "node".to_owned(),
        up: Law::Exponential {
            mean: 200.0 * HOUR as f64,
        },
        down: Law::Exponential {
            mean: MINUTE as f64,
        },
        crews: 8,
        spares: 0,
        swap: Span(1),
        entities: mine.chain(others).collect(),
    }];
    let timeline = timeline(&mut model, &[]);
    let heard = play(&model, &timeline, 0).facts.into_iter();
    let of_mine = |(_, fact): &(SimTime, Fact)| {
        matches!(
            fact,
            Fact::NodesDown(PoolId(0), _) | Fact::NodesUp(PoolId(0), _)
        )
    };
    heard.filter(of_mine).collect()
}

#[test]
fn the_repair_of_a_node_takes_as_long_whoever_broke_before_it() {
    let alone = repaired(0);
    assert!(alone.len() > 20, "{}", alone.len());
    assert_eq!(alone, repaired(4));
}
