//! Parts of nodes that fail, and work on nodes that is planned: what is left to use.

use crate::journal::Bucket;
use crate::model::{
    Drain, Entity, Failure, Gpu, GpuFailure, Maintenance, NodeRange, Packing, Placement, Pool,
    Times,
};
use crate::process::{Law, Renewal, RenewalStart};
use crate::reliability::{RiskGroup, availability, gang_availability};
use crate::units::{PoolId, SimTime};

use super::super::storm::{Heard, Storm};
use super::super::tier::Tier;
use super::{hours, model};

const FAMILY: &str = "GPUs that fail, work that is planned: exact answers";

/// Nodes of each system, with eight GPUs each.
const NODES: u32 = 16;

pub(super) fn storms() -> Vec<Storm> {
    vec![
        gpus(false),
        gpus(true),
        nested(),
        planned((100.0, 5.0), 4, (90.0, 10.0)),
        planned((250.0, 6.0), 2, (2000.0, 24.0)),
        interrupted((100.0, 5.0)),
    ]
}

fn times((up, down): (f64, f64)) -> Times {
    let law = |hours: f64| Law::Exponential {
        mean: hours * 3.6e6,
    };
    Times::Renewal(Renewal {
        up: law(up),
        down: law(down),
        start: RenewalStart::Stationary,
    })
}

/// The GPUs of so many nodes, each by itself.
fn of_gpus(nodes: u32, laws: (f64, f64), drains: bool) -> GpuFailure {
    let gpu = |node: u32, gpu: u8| Gpu {
        name: format!("{node}.{gpu}"),
        pool: PoolId(0),
        node,
        gpu,
    };
    let of_node = |node| (0..8).map(move |which| gpu(node, which));
    GpuFailure {
        name: "gpu".to_owned(),
        times: times(laws),
        drains,
        gpus: (0..nodes).flat_map(of_node).collect(),
    }
}

/// So many nodes fail together, one group after the other.
fn of_nodes(name: &str, nodes: u32, together: u32, laws: (f64, f64)) -> Failure {
    let entity = |first: u32| Entity {
        name: first.to_string(),
        nodes: vec![NodeRange {
            pool: PoolId(0),
            first,
            nodes: together,
        }],
    };
    Failure {
        name: name.to_owned(),
        times: times(laws),
        entities: (0..nodes).step_by(together as usize).map(entity).collect(),
    }
}

fn storm(name: String, nodes: u32, gangs: &[u64], window: f64, share: f64) -> Storm {
    let pool = Pool::bare("p0", nodes, 8, Packing::Best);
    let measure = |heard: &Heard| {
        let gpu_time = &heard.pools[0].gpu_time;
        let used = gpu_time[Bucket::IdlePaid] + gpu_time.allocated();
        vec![used as f64 / gpu_time.total() as f64]
    };
    Storm {
        family: FAMILY,
        name,
        model: model(vec![pool], gangs, window, Placement::PrivateOnly),
        work: Vec::new(),
        world: None,
        expected: vec![("share of GPU-time that can be used".to_owned(), share)],
        measure: Box::new(measure),
        from: Tier::Tests,
        error_max: None,
        skewed: false,
    }
}

/// GPUs and their nodes fail. A GPU can be used while it and its node are up; where a node drains for each of its
/// GPUs, while all eight are.
fn gpus(drains: bool) -> Storm {
    let (of_gpu, of_node) = ((500.0, 10.0), (300.0, 12.0));
    let gpu = availability(of_gpu.0, of_gpu.1);
    let whole = if drains {
        gang_availability(gpu, 8)
    } else {
        gpu
    };
    let answer = if drains { "drain" } else { "go on" };
    let name = format!("GPUs 500 h up, 10 h down, in nodes 300 h up, 12 h down, that {answer}");
    let share = whole * availability(of_node.0, of_node.1);
    let mut storm = storm(name, NODES, &[], 1000.0, share);
    storm.model.weather.gpus = vec![of_gpus(NODES, of_gpu, drains)];
    storm.model.weather.failures = vec![of_nodes("node", NODES, 1, of_node)];
    storm
}

/// A gang without end on sixteen GPUs, each .995, on two nodes of .99 in a rack of .999 in a region of .9995.
fn nested() -> Storm {
    let node = RiskGroup::of(0.99, 8, &RiskGroup::leaf(0.995));
    let rack = RiskGroup::of(0.999, 2, &node);
    let share = RiskGroup::of(0.9995, 1, &rack).all_up();
    // An hour of repair each.
    let laws = |availability: f64| (availability / (1.0 - availability), 1.0);
    let name = "gang of 16 GPUs in 2 nodes of a rack of a region".to_owned();
    let mut storm = storm(name, 2, &[16], 2000.0, share);
    storm.model.weather.gpus = vec![of_gpus(2, laws(0.995), false)];
    storm.model.weather.failures = vec![
        of_nodes("node", 2, 1, laws(0.99)),
        of_nodes("rack", 2, 2, laws(0.999)),
        of_nodes("region", 2, 2, laws(0.9995)),
    ];
    storm.work = vec![hours(1e6)];
    storm.expected = vec![("share of time that all are up".to_owned(), share)];
    storm.measure = Box::new(|heard| {
        let gpu_time = &heard.pools[0].gpu_time;
        vec![gpu_time.allocated() as f64 / gpu_time.total() as f64]
    });
    storm
}

/// Rounds of work on all nodes, so many at a time, nobody waiting for anything.
fn rounds(nodes: u32, (every, lasts): (f64, f64), batches: u32, drain: Drain) -> Maintenance {
    let together = nodes / batches;
    let batch = |first: u32| {
        vec![NodeRange {
            pool: PoolId(0),
            first,
            nodes: together,
        }]
    };
    Maintenance {
        name: "work".to_owned(),
        batches: (0..nodes).step_by(together as usize).map(batch).collect(),
        start: SimTime(hours(every / 10.0).0),
        every: Some(hours(every)),
        lasts: hours(lasts),
        notice: hours(0.0),
        drain,
    }
}

/// Faults by the calendar and work by plan do not know each other: a node can be used MTBF / (MTBF + MTTR) ×
/// (1 − length / interval) of the time.
fn planned((every, lasts): (f64, f64), batches: u32, laws: (f64, f64)) -> Storm {
    let share = availability(laws.0, laws.1) * (1.0 - lasts / every);
    let name = format!(
        "{lasts} h of work every {every} h, {batches} batches, MTBF {} h, MTTR {} h",
        laws.0, laws.1
    );
    let mut storm = storm(name, NODES, &[], 2000.0, share);
    storm.model.weather.failures = vec![of_nodes("node", NODES, 1, laws)];
    storm.model.weather.maintenance = vec![rounds(NODES, (every, lasts), batches, Drain::Wait)];
    storm
}

/// A gang without end, which is stopped for the work on its one node, and by its faults.
fn interrupted((every, lasts): (f64, f64)) -> Storm {
    let share = availability(90.0, 10.0) * (1.0 - lasts / every);
    let name = format!("a gang on a node, {lasts} h of work every {every} h, MTBF 90 h, MTTR 10 h");
    let mut storm = storm(name, 1, &[8], 2000.0, share);
    storm.model.weather.failures = vec![of_nodes("node", 1, 1, (90.0, 10.0))];
    storm.model.weather.maintenance = vec![rounds(1, (every, lasts), 1, Drain::Kill)];
    storm.work = vec![hours(1e6)];
    storm.expected = vec![("share of time that it runs".to_owned(), share)];
    storm.measure = Box::new(|heard| {
        let gpu_time = &heard.pools[0].gpu_time;
        vec![gpu_time.allocated() as f64 / gpu_time.total() as f64]
    });
    storm
}
