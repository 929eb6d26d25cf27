//! Jobs that go on with smaller batches, by hand: where, how much slower, with how many GPUs, and when they are done
//! with it; over random worlds all accounts agree.

use super::*;
use crate::common::bounds::bounded;
use crate::common::cases::runner;
use crate::common::checks::{Run, balances};
use crate::common::play;
use crate::common::storms::stormy_worlds;
use plimsoll::model::{Batch, Elastic, Timeline, Twin};

/// A second class stands for smaller batches of the first, which may use all pools and takes so many thousandths of the
/// time.
fn smaller(model: &mut Model, slowdown: u32) {
    let all = (0..model.pools.len()).map(PoolId::from);
    let twin = plimsoll::model::Class {
        pools: all.collect(),
        ..model.classes[0].clone()
    };
    let class = ClassId::from(model.classes.len());
    model.classes.push(twin);
    for pool in &mut model.pools {
        let speed = (u64::from(pool.speed[0]) * 1000).div_ceil(u64::from(slowdown));
        pool.speed.push(speed as u32);
    }
    model.rollout.twins = vec![Twin {
        of: ClassId(0),
        class,
    }];
    model.elastic.batches = vec![Batch {
        of: ClassId(0),
        class,
        slowdown,
    }];
}

/// While home is lost, jobs make do with less.
fn make_do() -> Failover {
    Failover {
        classes: vec![ClassId(0), ClassId(1)],
        action: FailoverAction::Degrade,
        ..reroute(Vec::new())
    }
}

/// The GPUs of the second site have too little memory for the usual batch.
fn small_gpus(nodes: u32, slowdown: u32) -> Model {
    let mut model = estate(nodes);
    smaller(&mut model, slowdown);
    model.classes[1].pools = vec![DC, BACKUP];
    model
}

#[test]
fn smaller_batches_go_on_where_there_is_less_memory_and_take_longer() {
    let mut model = small_gpus(1, 1250);
    let heard = run(&mut model, make_do(), &TWO, &lost(DC, 1, 150, 1200));
    // Lost at 2:30, the first goes back to 2:00. Its 8 h take 8 × 1.25 = 10 h, until 12:30. The second, which never ran,
    // follows there: an hour takes 1:15.
    assert_eq!(placed(&heard, 0), [(0, DC), (150, BACKUP)]);
    assert_eq!(placed(&heard, 1), [(750, BACKUP)]);
    assert_eq!(ends(&heard), [750, 825]);
    assert_eq!(heard.failovers[0].degraded, 2);
    // They are jobs of their class all the same, and the hours of the second site are theirs.
    assert!(heard.jobs.iter().all(|job| job.class == ClassId(0)));
    assert_eq!(heard.jobs[1].waits.total(), 690 * MINUTE);
    // Without the failover nobody makes do: both wait until home is back at 20:00.
    let calm = Failover {
        action: FailoverAction::Queue,
        ..make_do()
    };
    let heard = run(
        &mut small_gpus(1, 1250),
        calm,
        &TWO,
        &lost(DC, 1, 150, 1200),
    );
    assert_eq!(placed(&heard, 0), [(0, DC), (1200, DC)]);
    assert_eq!(heard.failovers[0].degraded, 0);
}

#[test]
fn a_gang_makes_do_with_fewer_gpus_and_smaller_batches_where_neither_is_enough() {
    let mut model = small_gpus(2, 1250);
    for class in &mut model.classes {
        class.elastic = Some(ElasticTerms {
            least: 2,
            grow_after: None,
            scaling: 1000,
        });
    }
    let eight = Row {
        milli: 8000,
        ..row(0, 10 * HOUR)
    };
    let heard = run(&mut model, make_do(), &[eight], &lost(DC, 2, 120, 2100));
    // Two hours with eight; four are half as fast, and .8 of that with smaller batches: 8 h take 20, from 2:00 to 22:00.
    assert_eq!(placed(&heard, 0), [(0, DC), (120, BACKUP)]);
    assert_eq!(ends(&heard), [1320]);
    assert_eq!(heard.jobs[0].gpus, MilliGpus::whole(8));
}

#[test]
fn who_is_stopped_again_goes_on_with_its_usual_batch_where_it_can() {
    let mut model = small_gpus(1, 1250);
    let mut weather = lost(DC, 1, 150, 300).to_vec();
    weather.extend(lost(BACKUP, 1, 360, 2000));
    let heard = run(&mut model, make_do(), &TWO[..1], &weather);
    // From 2:30 to 6:00 it does 2 h 24 min of work up to its checkpoint at 5:30: 3 h × .8. Home again at 6:00 it has
    // 10 h - 2 h - 2:24 to go: 5 h 36 min, until 11:36.
    assert_eq!(placed(&heard, 0), [(0, DC), (150, BACKUP), (360, DC)]);
    assert_eq!(ends(&heard), [696]);
}

#[test]
fn smaller_batches_are_rented_for_where_a_target_has_less_memory() {
    let mut model = small_gpus(1, 1250);
    model.classes[1].pools = vec![DC, CLOUD];
    let failover = Failover {
        targets: vec![to(&[CLOUD])],
        ..make_do()
    };
    crate::common::worlds::timeline(&mut model, &TWO[..1]);
    let shapes = model.shapes.clone();
    hold(&mut model, failover, &shapes);
    model.classes[0].pools = vec![DC];
    let heard = live(&mut model, &TWO[..1], HOURLY, &lost(DC, 1, 150, 2000), 0);
    // Nobody holds an instance there: it is rented at 2:30, and 8 h take 10.
    assert_eq!(placed(&heard, 0), [(0, DC), (150, CLOUD)]);
    assert_eq!(ends(&heard), [750]);
}

#[test]
fn in_random_worlds_smaller_batches_balance() {
    let degraded = std::cell::Cell::new(0);
    let lost_pool = (0usize..4, 1000u32..3000);
    runner(25)
        .run(
            &(stormy_worlds(), lost_pool),
            |((mut model, mut timeline), (watched, slowdown))| {
                let watched = PoolId::from(watched % model.pools.len());
                widen(&mut model, &mut timeline, slowdown);
                let own = model.classes[0].pools.clone();
                let failover = Failover {
                    triggers: vec![on(Signal::NoRoom(Span(60_000)))],
                    classes: vec![ClassId(0), ClassId::from(model.classes.len() - 1)],
                    leaves: vec![watched],
                    ..make_do()
                };
                let shapes: Vec<ClassId> = model.shapes.iter().map(|shape| shape.class).collect();
                let sites: Vec<SiteId> = model.pools.iter().map(|pool| pool.site).collect();
                let wanted = vec![None; model.classes.len()];
                model.failovers =
                    Failovers::new(vec![failover], wanted, &shapes, &sites, |_, _, _, _| true);
                for strategy in 0..model.strategies.len() {
                    let heard = play(&model, &timeline, strategy);
                    balances(&heard);
                    let run = Run {
                        model: &model,
                        timeline: &timeline,
                        strategy,
                        heard: &heard,
                    };
                    bounded(&run);
                    only_while_in_force(&heard, &run, &own);
                    degraded.set(degraded.get() + heard.failovers[0].degraded);
                }
                Ok(())
            },
        )
        .unwrap();
    assert!(degraded.get() > 20, "{}", degraded.get());
}

/// The first class of a world keeps to every other pool, and its smaller batches may use all. Shapes get new numbers.
fn widen(model: &mut Model, timeline: &mut Timeline, slowdown: u32) {
    smaller(model, slowdown);
    let own = &mut model.classes[0].pools;
    let all = own.clone();
    own.retain(|pool| pool.index() % 2 == 0);
    if own.is_empty() {
        own.clone_from(&all);
    }
    let class = ClassId::from(model.classes.len() - 1);
    let (before, pools) = (model.shapes.clone(), model.pools.len());
    let mine = before.iter().filter(|shape| shape.class == ClassId(0));
    let twins = mine.map(|shape| Shape { class, ..*shape });
    let mut shapes: Vec<Shape> = before.iter().copied().chain(twins).collect();
    shapes.sort_by_key(|shape| (shape.gpus, shape.class));
    let number = |shape: &Shape| {
        let same = |of: &Shape| (of.gpus, of.class) == (shape.gpus, shape.class);
        shapes.iter().position(same).unwrap()
    };
    for request in &mut timeline.requests {
        request.shape = number(&before[request.shape.index()]).into();
    }
    let mut rhythms = vec![plimsoll::model::Rhythm::NONE; shapes.len() * pools];
    for (index, shape) in before.iter().enumerate() {
        let row = model.rhythms[index * pools..(index + 1) * pools].to_vec();
        let place = number(shape) * pools;
        rhythms[place..place + pools].clone_from_slice(&row);
        if shape.class == ClassId(0) {
            let place = number(&Shape { class, ..*shape }) * pools;
            rhythms[place..place + pools].clone_from_slice(&row);
        }
    }
    (model.shapes, model.rhythms) = (shapes, rhythms);
    let batches = std::mem::take(&mut model.elastic.batches);
    model.elastic = Elastic::default().with_batches(&model.shapes, batches);
}

/// Nobody of the class is where only smaller batches may be, but while they make do.
fn only_while_in_force(heard: &Everything, run: &Run<'_>, own: &[PoolId]) {
    let mut is_on = false;
    for &(_, fact) in &heard.facts {
        match fact {
            Fact::FailoverBegan(_) => is_on = true,
            Fact::FailoverOver(_) => is_on = false,
            Fact::Placed(job, pool) => {
                let shape = run.timeline.requests[job.index()].shape;
                let mine = run.model.class_of(shape) == ClassId(0);
                assert!(!mine || own.contains(&pool) || is_on, "{job:?} in {pool:?}");
            }
            _ => {}
        }
    }
}
