//! More of an estate changes nobody else's luck.

use std::collections::BTreeMap;

use crate::dice::Dice;
use crate::model::*;
use crate::units::*;

use super::{Folder, GOOD, TRACE, try_compile};

const WEATHER: &str = r#"
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

fn fates(name: &str, text: &str, replication: u32) -> (BTreeMap<String, Fate>, Timeline) {
    let folder = Folder::new(name, text, TRACE);
    let model = try_compile(&folder.0, &["scenario.horizon=60 d"])
        .unwrap()
        .model;
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
    (fates, timeline)
}

#[test]
fn another_pool_group_and_market_change_nobody_elses_luck() {
    let on_demand = "{ kind = \"on-demand\", quota = 20, provisioning = \"8 min\" }";
    let spot = "{ kind = \"spot\", quota = 20, market = \"zone-a\", \
                price_moves = { kind = \"mean-reverting\", stress = false } }";
    let few = GOOD.replace(on_demand, spot) + WEATHER;
    let more = few.replacen("[[pool]]", POOLS.trim_start(), 1) + MORE;
    for replication in 0..3 {
        let (before, calm) = fates("luck-few", &few, replication);
        let (after, busy) = fates("luck-more", &more, replication);
        assert_eq!(calm.requests, busy.requests);
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
