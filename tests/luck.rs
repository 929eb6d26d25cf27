//! More of an estate changes nobody else's luck: from words to sampled worlds.

use std::collections::BTreeMap;

use plimsoll::dice::Dice;
use plimsoll::model::{Happening, Timeline, compile};
use plimsoll::scenario::load_text;
use plimsoll::units::{PoolId, Price, SimTime};

const ESTATE: &str = r#"
[scenario]
name = "luck"
start = 2026-01-05T00:00:00Z
horizon = "60 d"

[[site]]
name = "dc"
kind = "private"
jurisdiction = "DE"

[[site]]
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
    let more = ESTATE.replacen("[[pool]]", POOLS.trim_start(), 1) + MORE;
    for replication in 0..3 {
        let before = fates(ESTATE, replication);
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
