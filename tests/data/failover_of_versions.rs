//! Failovers to where only transformed data may go: what must be there first is what would be read there, not what is
//! read at home.

use super::transforms::{HOME, MASKED, estate, world_of};
use crate::common::checks::balances;
use crate::common::clouds::HOUR;
use crate::common::helpers::of_class;
use crate::common::worlds::Row;
use crate::common::{Everything, owned, play};
use plimsoll::journal::{Fact, RuleMode};
use plimsoll::model::{
    FailBack, Failover, FailoverAction, Failovers, Happening, Incident, Model, NodeRange, Packing,
    Pool, Signal, Target, Trigger,
};
use plimsoll::units::{ClassId, DatasetId, PoolId, SimTime, SiteId, Span};

const FAR: PoolId = PoolId(0);
const DC: PoolId = PoolId(1);

/// Records are read at home, and far away once home is lost, if they are there; class 1 reads the same records far away.
fn two_places() -> Model {
    let mut model = estate(RuleMode::Enforce, 0);
    let home = Pool {
        site: HOME,
        speed: vec![1000; 3],
        ..owned("dc", 1, 8, Packing::Best)
    };
    model.pools.push(home);
    model.classes[1].data = vec![DatasetId(0)];
    model.transforms.reads[2] = vec![DatasetId(0)];
    model.transforms.reads[3] = vec![MASKED];
    model.classes[0].pools = vec![FAR, DC];
    model
}

/// A job of ten hours at home, which is lost from 5 h until 20 h; and whoever else comes.
fn lived(model: &mut Model, others: &[Row], mut weather: Vec<Incident>) -> Everything {
    let mut rows = vec![Row::of(0, 8, 10 * HOUR)];
    rows.extend(others);
    let range = NodeRange {
        pool: DC,
        first: 0,
        nodes: 1,
    };
    weather.push(range.incident(SimTime(5 * HOUR), false));
    weather.push(range.incident(SimTime(20 * HOUR), true));
    Incident::put_in_order(&mut weather);
    let world = world_of(model, &rows, &weather, Some(SiteId(1)));
    let classes: Vec<ClassId> = model.shapes.iter().map(|shape| shape.class).collect();
    let sites: Vec<SiteId> = model.pools.iter().map(|pool| pool.site).collect();
    let nothing = vec![None; model.classes.len()];
    model.failovers = Failovers::new(vec![out()], nothing, &classes, &sites, |_, _, _, _| true);
    let heard = play(model, &world, 0);
    balances(&heard);
    heard
}

fn out() -> Failover {
    Failover {
        name: "out".to_owned(),
        classes: vec![ClassId(0)],
        triggers: vec![Trigger {
            signal: Signal::Lost(vec![vec![DC]]),
            lasting: Span::ZERO,
            delay: Span::ZERO,
        }],
        targets: vec![Target {
            pools: vec![FAR],
            needs_replica: true,
            needs_checkpoint: false,
        }],
        action: FailoverAction::Reroute,
        leaves: Vec::new(),
        fail_back: FailBack::AfterJob,
        next_after: None,
        cool_down: Span::ZERO,
    }
}

/// When the first job was placed, in hours, and where.
fn placed(heard: &Everything) -> Vec<(u64, PoolId)> {
    let places = heard.facts.iter().filter_map(|&(at, fact)| match fact {
        Fact::Placed(job, pool) if job.index() == 0 => Some((at.0 / HOUR, pool)),
        _ => None,
    });
    places.collect()
}

#[test]
fn a_masked_copy_is_what_must_be_there() {
    // The other job had the records masked by 1 h and moved by 2 h.
    let reader = [of_class(1, Row::of(1, 8, HOUR))];
    let heard = lived(&mut two_places(), &reader, Vec::new());
    assert_eq!(placed(&heard), [(0, DC), (5, FAR)]);
    assert!(heard.movements.iter().all(|(_, one)| one.against == 0));
    // Nobody had them masked: they are not there, and it waits for home.
    let heard = lived(&mut two_places(), &[], Vec::new());
    assert_eq!(placed(&heard), [(0, DC), (20, DC)]);
}

#[test]
fn records_as_they_are_do_not_do_where_only_masked_ones_may_be_read() {
    // Until 4 h nobody objected, and the records came as they are. From then on only masked ones may be read there.
    let (rule, passes) = (0, false);
    let turn = |mode| {
        let what = Happening::Rule { rule, mode, passes };
        vec![Incident::terms(SimTime(4 * HOUR), what)]
    };
    let lax = || {
        let mut model = two_places();
        model.rules.list[0].mode = RuleMode::Off;
        model
    };
    let reader = [of_class(1, Row::of(1, 8, HOUR))];
    let heard = lived(&mut lax(), &reader, turn(RuleMode::Enforce));
    assert_eq!(placed(&heard), [(0, DC), (20, DC)]);
    // Where nobody ever objects they do.
    let heard = lived(&mut lax(), &reader, Vec::new());
    assert_eq!(placed(&heard), [(0, DC), (5, FAR)]);
}
