//! Nodes that fail and are repaired: how often they are up, alone and all at once.

use crate::journal::{Bucket, PoolRecord};
use crate::model::{
    Entity, Failure, Horizon, Model, NodeRange, Packing, Placement, Pool, Shop, Times,
};
use crate::process::{Law, Renewal, RenewalStart};
use crate::reliability::{
    RiskGroup, Weibull, availability, availability_after, availability_variance, gang_availability,
    machine_repair,
};
use crate::units::{PoolId, SimTime, Span};

use super::super::storm::{Heard, Measure, Storm};
use super::super::tier::Tier;
use super::{hours, model};

const FAMILY: &str = "Nodes that fail: exact answers";

/// Nodes that are watched at once, each in a pool of its own.
const WATCHED: usize = 64;

pub(super) fn storms() -> Vec<Storm> {
    let (up, down) = (2000.0, 24.0);
    let share = gang_availability(availability(up, down), 8);
    vec![
        alone("MTBF 2000 h, MTTR 24 h", (up, down), 720.0),
        alone("MTBF 20 h, MTTR 0.5 h", (20.0, 0.5), 100.0),
        after(),
        gang("gang of 8 nodes", 8, share, node_laws(up, down)),
        gang(
            "gang of 8 nodes, Weibull and lognormal",
            8,
            share,
            odd_laws(),
        ),
        gang(
            "gang of 128 nodes",
            128,
            gang_availability(availability(up, down), 128),
            node_laws(up, down),
        ),
        racks(2),
        racks(16),
        crews(10, 1, (100.0, 10.0)),
        crews(10, 10, (100.0, 10.0)),
        crews(100, 4, (1000.0, 24.0)),
    ]
}

fn exponential(hours: f64) -> Law {
    Law::Exponential {
        mean: hours * 3.6e6,
    }
}

fn node_laws(up: f64, down: f64) -> (Law, Law) {
    (exponential(up), exponential(down))
}

/// Up times of infant mortality, repairs of typical spread; the means are the same.
fn odd_laws() -> (Law, Law) {
    let Weibull { shape, scale } = Weibull::by_mean(0.7, 2000.0 * 3.6e6);
    let up = Law::Weibull { shape, scale };
    (up, Law::lognormal_by_mean(24.0 * 3.6e6, 1.0))
}

/// So many nodes of a pool fail together, one group after the other.
fn failing(
    name: &str,
    (up, down): (Law, Law),
    start: RenewalStart,
    groups: impl Iterator<Item = NodeRange>,
) -> Failure {
    let entities = groups.map(|range| Entity {
        name: format!("{}#{}", range.pool.0, range.first),
        nodes: vec![range],
    });
    Failure {
        name: name.to_owned(),
        times: Times::Renewal(Renewal { up, down, start }),
        entities: entities.collect(),
    }
}

fn of_one_pool(nodes: u32, together: u32) -> impl Iterator<Item = NodeRange> {
    let firsts = (0..nodes).step_by(together as usize);
    firsts.map(move |first| NodeRange {
        pool: PoolId(0),
        first,
        nodes: together,
    })
}

fn share_of(record: &PoolRecord, time: u128) -> f64 {
    time as f64 / record.gpu_time.total() as f64
}

/// Nodes on their own: the share of time down, and how it varies from window to window.
fn alone(name: &str, (up, down): (f64, f64), window: f64) -> Storm {
    let pool = |n: usize| Pool::bare(&format!("p{n}"), 1, 1, Packing::Best);
    let pools: Vec<Pool> = (0..WATCHED).map(pool).collect();
    let mut model = model(pools, &[], window, Placement::PrivateOnly);
    let nodes = (0..WATCHED).map(|n| NodeRange {
        pool: PoolId::from(n),
        first: 0,
        nodes: 1,
    });
    let laws = node_laws(up, down);
    let failure = failing("node", laws, RenewalStart::Stationary, nodes);
    model.weather.failures.push(failure);
    let away = 1.0 - availability(up, down);
    let measure = move |heard: &Heard| {
        let shares = heard.pools.iter();
        let shares = shares.map(|pool| share_of(pool, pool.gpu_time[Bucket::Down]));
        let (mut sum, mut squares) = (0.0, 0.0);
        for share in shares {
            sum += share;
            squares += (share - away) * (share - away);
        }
        vec![sum / WATCHED as f64, squares / WATCHED as f64]
    };
    let variance = availability_variance(up, down, window);
    let expected = vec![
        ("share of time down".to_owned(), away),
        (format!("variance of the share, {window} h"), variance),
    ];
    let mut storm = storm(name.to_owned(), model, expected, Box::new(measure));
    storm.error_max = Some(0.02);
    storm
}

/// How many are down so soon after all were up.
fn after() -> Storm {
    let nodes = 256;
    let pool = Pool::bare("p0", nodes, 1, Packing::Best);
    let mut model = model(vec![pool], &[], 24.0, Placement::PrivateOnly);
    let laws = node_laws(2000.0, 24.0);
    let failure = failing("node", laws, RenewalStart::Up, of_one_pool(nodes, 1));
    model.weather.failures.push(failure);
    let down = 1.0 - availability_after(2000.0, 24.0, 24.0);
    let expected = vec![("share of nodes down after 24 h".to_owned(), down)];
    let measure = move |heard: &Heard| vec![heard.down as f64 / f64::from(nodes)];
    let name = "MTBF 2000 h, MTTR 24 h, up at the start".to_owned();
    let mut storm = storm(name, model, expected, Box::new(measure));
    storm.error_max = Some(0.02);
    storm
}

/// A gang without end on as many nodes as it needs: it runs while all are up.
fn gang(name: &str, nodes: u32, share: f64, laws: (Law, Law)) -> Storm {
    let start = RenewalStart::Stationary;
    let failures = vec![failing("node", laws, start, of_one_pool(nodes, 1))];
    running(
        format!("{name}, MTBF 2000 h, MTTR 24 h"),
        nodes,
        share,
        failures,
    )
}

/// Sixteen nodes, each .99, in racks, each .999, in a region of .9995; all needed.
fn racks(count: usize) -> Storm {
    let of_rack = 16 / count;
    let rack = RiskGroup::of(0.999, of_rack, &RiskGroup::leaf(0.99));
    let share = RiskGroup::of(0.9995, count, &rack).all_up();
    let start = RenewalStart::Stationary;
    // An hour of repair each.
    let laws = |availability: f64| node_laws(availability / (1.0 - availability), 1.0);
    let failures = vec![
        failing("node", laws(0.99), start, of_one_pool(16, 1)),
        failing("rack", laws(0.999), start, of_one_pool(16, of_rack as u32)),
        failing("region", laws(0.9995), start, of_one_pool(16, 16)),
    ];
    running(
        format!("16 nodes in {count} racks of a region"),
        16,
        share,
        failures,
    )
}

/// Machines that share a few repairers. All are up at the start, which a hundred thousand hours forget.
fn crews(machines: u32, repairers: u32, (up, down): (f64, f64)) -> Storm {
    let of = machine_repair(machines, repairers, 1.0 / up, 1.0 / down);
    let name = format!("{machines} machines, {repairers} repairers, {up} h up, {down} h to mend");
    let mut storm = running(name, machines, of.all_up, Vec::new());
    let entity = |range: NodeRange| Entity {
        name: range.first.to_string(),
        nodes: vec![range],
    };
    storm.model.weather.shops.push(Shop {
        name: "shop".to_owned(),
        up: exponential(up),
        down: exponential(down),
        crews: repairers,
        spares: 0,
        swap: Span::ZERO,
        entities: of_one_pool(machines, 1).map(entity).collect(),
    });
    storm.model.horizon = Horizon::At(SimTime(hours(100_000.0).0));
    storm
        .expected
        .push(("machines down".to_owned(), of.mean_down));
    storm.measure = Box::new(move |heard| {
        let pool = &heard.pools[0];
        let down = share_of(pool, pool.gpu_time[Bucket::Down]);
        let all_up = share_of(pool, pool.gpu_time.allocated());
        vec![all_up, down * f64::from(machines)]
    });
    storm
}

fn running(name: String, nodes: u32, share: f64, failures: Vec<Failure>) -> Storm {
    let pool = Pool::bare("p0", nodes, 1, Packing::Best);
    let gangs = [u64::from(nodes)];
    let mut model = model(vec![pool], &gangs, 2000.0, Placement::PrivateOnly);
    model.weather.failures = failures;
    let measure = |heard: &Heard| {
        let pool = &heard.pools[0];
        vec![share_of(pool, pool.gpu_time.allocated())]
    };
    let expected = vec![("share of time that all are up".to_owned(), share)];
    let mut storm = storm(name, model, expected, Box::new(measure));
    storm.work = vec![hours(1e6)];
    storm
}

fn storm(name: String, model: Model, expected: Vec<(String, f64)>, measure: Measure) -> Storm {
    Storm {
        family: FAMILY,
        name,
        model,
        work: Vec::new(),
        world: None,
        expected,
        measure,
        from: Tier::Tests,
        error_max: None,
        skewed: false,
    }
}
