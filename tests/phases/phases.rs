//! Phases: what comes, goes and changes inside one run, worked by hand, one test for each kind of change.

use crate::common::bad_days::{POOL, cluster};
use crate::common::clouds::{HOUR, MINUTE, THREE, cost, gpu_time};
use crate::common::phases::{CLOUD, behind, elastic, hours, order, phase, play, run, starts};
use crate::common::worlds::{Row, timeline};
use crate::common::{model as model_of, owned};
use plimsoll::dice::Dice;
use plimsoll::journal::{Bucket, Cause, Fact, Item, JobState};
use plimsoll::model::{
    Change, Class, Discipline, Entity, Failure, Gate, Horizon, Link, LinkKind, Model, NodeRange,
    OnFail, Order, Packing, Phase, Retirement, Rollout, Shop, Timeline, Times, Twin,
};
use plimsoll::process::{Law, Renewal, RenewalStart};
use plimsoll::units::{
    Bandwidth, ClassId, LinkId, Money, PoolId, Price, ShapeId, SimTime, SiteId, Span,
};

/// Two nodes of eight GPUs at the start, and a third that is ordered by the first phase, at 2:00 for 4 h.
fn growing() -> Model {
    let mut model = cluster();
    model.pools[0].nodes = 3;
    let first = Phase {
        orders: vec![order(0, 2)],
        ..phase("build", 2, 4)
    };
    let second = behind("use", (0, &first), 1, 3);
    model.rollout = Rollout {
        phases: vec![first, second],
        orders: 1,
        late: vec![Some(1)],
        ..Rollout::default()
    };
    model
}

#[test]
fn what_is_ordered_is_ours_and_paid_for_from_its_delivery() {
    // Ordered at 2:00, there at 5:00: a job of all 24 GPUs starts then. The phase ends in time, at 6:00, and the
    // next one is from 7:00 to 10:00.
    let heard = play(&mut growing(), &[Row::of(0, 24, HOUR)], &[3]);
    assert_eq!(starts(&heard), [Some(300)]);
    let pool = &heard.all.pools[0];
    let paid = gpu_time(16, 24 * HOUR) + gpu_time(8, 19 * HOUR);
    assert_eq!(pool.gpu_time.total(), paid);
    let charged = cost(16, 24 * HOUR, 2_000_000) + cost(8, 19 * HOUR, 2_000_000);
    assert_eq!(pool.charged, charged);
    let [build, used] = &heard.phases[..] else {
        panic!("two phases")
    };
    assert_eq!((hours(build.begun), hours(build.ended)), (Some(2), Some(6)));
    assert_eq!((build.on_time(), build.slip()), (Some(true), Span::ZERO));
    // Two nodes for 4 h and one for 1 h, all of them held for an hour.
    assert_eq!(build.paid, gpu_time(16, 4 * HOUR) + gpu_time(8, HOUR));
    assert_eq!(build.held, gpu_time(24, HOUR));
    assert_eq!(build.useful, gpu_time(24, HOUR));
    assert_eq!(build.cost, cost(72, HOUR, 2_000_000));
    assert_eq!((build.started, build.waited), (1, 5 * u128::from(HOUR)));
    assert_eq!((build.finished, used.finished), (1, 0));
    assert_eq!((hours(used.begun), hours(used.ended)), (Some(7), Some(10)));
    assert_eq!((used.held, used.paid), (0, gpu_time(24, 3 * HOUR)));
}

#[test]
fn a_late_delivery_makes_its_phase_slip_and_those_behind_it() {
    // There at 9:00: the phase ends 3 h late, and the next one is from 10:00 to 13:00, 3 h late as well.
    let heard = play(&mut growing(), &[], &[7]);
    let ends: Vec<_> = heard
        .phases
        .iter()
        .map(|phase| hours(phase.ended))
        .collect();
    assert_eq!(ends, [Some(9), Some(13)]);
    let slips = heard
        .phases
        .iter()
        .map(|phase| (phase.on_time(), phase.slip().0 / HOUR));
    assert_eq!(
        slips.collect::<Vec<_>>(),
        [(Some(false), 3), (Some(false), 3)]
    );
    // Never there within the day: the next phase never begins.
    let heard = play(&mut growing(), &[], &[40]);
    assert_eq!(hours(heard.phases[0].ended), None);
    assert_eq!(heard.phases[0].slip(), Span(18 * HOUR));
    assert_eq!(heard.phases[1].begun, None);
    assert_eq!(heard.all.pools[0].gpu_time.total(), gpu_time(16, 24 * HOUR));
}

#[test]
fn what_was_ordered_by_date_comes_whenever_its_phase_begins() {
    let mut model = growing();
    model.rollout.phases[0].orders[0].ordered = Some(SimTime(HOUR));
    let heard = play(&mut model, &[Row::of(0, 24, HOUR)], &[0]);
    assert_eq!(starts(&heard), [Some(60)]);
    assert_eq!(hours(heard.phases[0].ended), Some(6));
}

#[test]
fn nodes_that_are_given_up_are_paid_for_until_they_are_gone() {
    // From 3:00 node 1 takes no new work; the job there has an hour to write its checkpoint, which takes 6 min. It goes
    // on on node 0 at 5:00, after the other job, with a restart of 12 min.
    let mut model = cluster();
    model.rollout = Rollout {
        phases: vec![Phase {
            retires: vec![Retirement {
                pool: POOL,
                nodes: 1,
                notice: Span(HOUR),
            }],
            ..phase("less", 3, 1)
        }],
        late: vec![Some(0)],
        ..Rollout::default()
    };
    let rows = [Row::of(0, 8, 5 * HOUR), Row::of(0, 8, 6 * HOUR)];
    let heard = play(&mut model, &rows, &[]);
    let second = &heard.all.jobs[1];
    assert_eq!(second.interruptions, 1);
    assert_eq!(second.end, SimTime(5 * HOUR + 12 * MINUTE + 3 * HOUR));
    let pool = &heard.all.pools[0];
    let paid = gpu_time(8, 24 * HOUR) + gpu_time(8, 4 * HOUR);
    assert_eq!(pool.gpu_time.total(), paid);
    assert_eq!(pool.gpu_time[Bucket::Draining], gpu_time(8, 54 * MINUTE));
    assert_eq!(pool.charged, cost(8, 28 * HOUR, 2_000_000));
}

#[test]
fn a_pool_that_is_opened_can_be_rented_from_then_on() {
    // The first job has the owned GPUs for 10 h; the second goes out when the pool opens at 3:00.
    let quota = |gpus| Change::Quota { pool: CLOUD, gpus };
    let mut model = elastic(vec![quota(None)]);
    model.rollout.closed = vec![CLOUD];
    let rows = [Row::of(0, 4, 10 * HOUR), Row::of(HOUR, 4, HOUR)];
    let heard = play(&mut model, &rows, &[]);
    assert_eq!(starts(&heard), [Some(0), Some(180)]);
    assert_eq!(heard.all.jobs[1].waits[Cause::Quota], 2 * HOUR);
    // Closed from 3:00 on, the job that comes at 4:00 waits for the owned GPUs.
    let rows = [
        Row::of(0, 4, 10 * HOUR),
        Row::of(HOUR, 4, HOUR),
        Row::of(4 * HOUR, 4, HOUR),
    ];
    let heard = play(&mut elastic(vec![quota(Some(0))]), &rows, &[]);
    assert_eq!(starts(&heard), [Some(0), Some(60), Some(600)]);
}

#[test]
fn a_price_changes_from_the_beginning_of_its_phase_on() {
    // Four hours of four GPUs from 1:00 on: two at 3 USD, two at half of it.
    let half = Change::Price {
        pool: CLOUD,
        factor: 500_000,
    };
    let rows = [Row::of(0, 4, 10 * HOUR), Row::of(HOUR, 4, 4 * HOUR)];
    let heard = play(&mut elastic(vec![half]), &rows, &[]);
    let charged = cost(4, 2 * HOUR, THREE) + cost(4, 2 * HOUR, THREE / 2);
    assert_eq!(heard.all.pools[1].charged, charged);
    // While the phase goes on: 2 h of the owned GPUs, and 2 h at the new price.
    let while_on = cost(4, 2 * HOUR, 2_000_000) + cost(4, 2 * HOUR, THREE / 2);
    assert_eq!(heard.phases[0].cost, while_on);
}

/// Two owned pools of eight GPUs each; from 2:00 on a share of the jobs may use the second one only.
fn cut_over(share: u32) -> (Model, Timeline) {
    let mut model = model_of(
        vec![
            owned("old", 1, 8, Packing::Best),
            owned("new", 1, 8, Packing::Best),
        ],
        vec![Discipline::FitFirst, Discipline::Easy],
    );
    model.horizon = Horizon::At(SimTime(400 * HOUR));
    model.classes = vec![
        Class::bare("train", vec![PoolId(0)]),
        Class::bare("train on new", vec![PoolId(1)]),
    ];
    for pool in &mut model.pools {
        pool.speed = vec![1000, 1000];
    }
    let rows: Vec<Row> = (0..200).map(|n| Row::of(n * HOUR, 2, HOUR)).collect();
    let twin = Row {
        class: 1,
        ..Row::of(399 * HOUR, 2, HOUR)
    };
    let rows: Vec<Row> = rows.into_iter().chain([twin]).collect();
    let timeline = timeline(&mut model, &rows);
    model.rollout = Rollout {
        phases: vec![Phase {
            changes: vec![Change::Cutover {
                class: ClassId(0),
                twin: Some(ClassId(1)),
                share,
            }],
            ..phase("cutover", 2, 1)
        }],
        twins: vec![Twin {
            of: ClassId(0),
            class: ClassId(1),
        }],
        twin_shapes: vec![(ShapeId(0), ClassId(1), ShapeId(1))],
        ..Rollout::default()
    };
    (model, timeline)
}

#[test]
fn a_share_of_a_class_goes_elsewhere_the_same_jobs_under_every_strategy() {
    let on_new = |share, strategy| -> Vec<bool> {
        let (model, timeline) = cut_over(share);
        let heard = run(&model, &timeline, strategy);
        assert!(heard.all.jobs.iter().all(|job| job.class == ClassId(0)));
        let jobs = heard.all.jobs[..200].iter();
        jobs.map(|job| job.pool == Some(PoolId(1))).collect()
    };
    let all = on_new(1_000_000, 0);
    // Those of 0:00 and 1:00 came before; that of 2:00 comes with the phase.
    assert_eq!(all.iter().position(|&new| new), Some(2));
    assert!(all[2..].iter().all(|&new| new));
    let third = on_new(300_000, 0);
    assert_eq!(third, on_new(300_000, 1));
    let count = third.iter().filter(|&&new| new).count();
    // 198 × .3 = 59.4, give or take 6.4.
    assert!((40..80).contains(&count), "{count}");
    // Whoever goes with a third goes with two thirds as well.
    let more = on_new(600_000, 0);
    assert!(third.iter().zip(&more).all(|(&less, &more)| !less || more));
}

#[test]
fn what_is_rolled_back_is_as_before_and_nothing_follows() {
    // Open from 3:00 to 5:00, then closed again, since nobody finished; what was rented goes on.
    let mut model = elastic(vec![
        Change::Quota {
            pool: CLOUD,
            gpus: Some(4),
        },
        Change::Price {
            pool: CLOUD,
            factor: 500_000,
        },
    ]);
    model.rollout.closed = vec![CLOUD];
    model.rollout.phases[0].gates = vec![Gate::Finished(1)];
    model.rollout.phases[0].on_fail = OnFail::RollBack;
    let next = behind("next", (0, &model.rollout.phases[0]), 0, 1);
    model.rollout.phases.push(next);
    let rows = [
        Row::of(0, 4, 10 * HOUR),
        Row::of(HOUR, 4, 4 * HOUR),
        Row::of(8 * HOUR, 4, HOUR),
    ];
    let heard = play(&mut model, &rows, &[]);
    assert_eq!(starts(&heard), [Some(0), Some(180), Some(600)]);
    // Two hours at half the price, two at the whole.
    let charged = cost(4, 2 * HOUR, THREE / 2) + cost(4, 2 * HOUR, THREE);
    assert_eq!(heard.all.pools[1].charged, charged);
    let pilot = &heard.phases[0];
    assert!(pilot.rolled_back && pilot.ended.is_none());
    assert_eq!(pilot.on_time(), Some(false));
    assert_eq!(heard.phases[1].begun, None);
    assert_eq!(heard.all.jobs[1].state, JobState::Finished);
}

#[test]
fn what_is_delivered_is_new_and_fails_by_its_own_age() {
    // Everything is up for 5 h and down for one. What is there from the start is down from 5:00 to 6:00 and from 11:00 to
    // 12:00; the node that comes at 5:00 from 10:00 to 11:00 and from 16:00 to 17:00.
    let mut model = growing();
    model.demand.clear();
    let hours = |hours: u64| Law::Constant((hours * HOUR) as f64);
    let node = |first| Entity {
        name: format!("own#{first}"),
        nodes: vec![NodeRange {
            pool: POOL,
            first,
            nodes: 1,
        }],
    };
    let renewal = Renewal::new(hours(5), hours(1), RenewalStart::Stationary).unwrap();
    model.rollout.phases[0].orders[0].lead = hours(3);
    model.weather.failures = vec![Failure {
        name: "faults".to_owned(),
        times: Times::Renewal(Renewal {
            start: RenewalStart::Up,
            ..renewal.clone()
        }),
        entities: vec![node(0), node(2)],
    }];
    let falls = |model: &Model| -> Vec<(u64, u32)> {
        let dice = Dice {
            seed: 1,
            replication: 0,
        };
        let mut timeline = Timeline::default();
        Timeline::sample(model, &dice, &mut timeline);
        let heard = run(model, &timeline, 0);
        let facts = heard.all.facts.iter();
        let falls = facts.filter_map(|(at, fact)| match fact {
            Fact::NodesDown(_, nodes) => Some((at.0 / HOUR, *nodes)),
            _ => None,
        });
        falls.collect()
    };
    let wanted = [(5, 1), (10, 1), (11, 1), (16, 1), (17, 1), (22, 1), (23, 1)];
    assert_eq!(falls(&model), wanted);
    // Also where all others were found in the middle of their lives: what comes is new.
    model.weather.failures[0].times = Times::Renewal(renewal);
    let late: Vec<u64> = falls(&model).iter().map(|fall| fall.0).collect();
    assert!([10, 16, 22].iter().all(|at| late.contains(at)), "{late:?}");
    // And where it waits for one crew: those of the others are the same.
    model.weather.failures.clear();
    model.weather.shops = vec![Shop {
        name: "shop".to_owned(),
        up: hours(5),
        down: hours(1),
        crews: 1,
        spares: 0,
        swap: Span::ZERO,
        entities: vec![node(0), node(2)],
    }];
    assert_eq!(falls(&model), wanted);
}

#[test]
fn a_link_that_a_phase_opens_is_rented_from_then_on() {
    // Rented for 3 USD/h from 3:00 to 5:00, when its phase ends without a job and is rolled back.
    let mut model = elastic(vec![
        Change::Lease {
            link: LinkId(0),
            held: true,
        },
        Change::Link {
            link: LinkId(0),
            permille: 1000,
        },
    ]);
    model.network.links = vec![Link {
        name: "wan".to_owned(),
        from: SiteId(0),
        to: SiteId(0),
        kind: LinkKind::Circuit,
        bandwidth: Bandwidth(1_000),
        latency: Span::ZERO,
        price: None,
        rent: Price(THREE),
        reserved: [0; 3],
    }];
    let rent = |model: &mut Model| {
        let heard = play(model, &[Row::of(0, 4, HOUR)], &[]);
        let posted = heard.all.postings.iter();
        let posted = posted.filter(|posting| posting.item == Item::LinkRent);
        let posted: Money = posted.map(|posting| posting.amount).sum();
        assert_eq!(posted, heard.all.run.link_cost);
        // While the phase is on: four owned GPUs, and the link.
        let while_on = cost(4, 2 * HOUR, 2_000_000) + cost(1, 2 * HOUR, THREE);
        assert_eq!(heard.phases[0].cost, while_on);
        posted
    };
    // It was there all along.
    assert_eq!(rent(&mut model), cost(1, 24 * HOUR, THREE));
    model.rollout.closed_links = vec![LinkId(0)];
    assert_eq!(rent(&mut model), cost(1, 21 * HOUR, THREE));
    model.rollout.phases[0].gates = vec![Gate::Finished(1)];
    model.rollout.phases[0].on_fail = OnFail::RollBack;
    assert_eq!(rent(&mut model), cost(1, 2 * HOUR, THREE));
}

#[test]
fn a_site_that_opens_and_closes_is_paid_for_in_between() {
    // All nodes come at 2:00 and are given up at 10:00 with an hour's notice: the job writes its checkpoint at once.
    let mut model = cluster();
    let opening = Phase {
        orders: vec![Order {
            nodes: 2,
            ..order(0, 0)
        }],
        ..phase("opening", 2, 1)
    };
    let closing = Phase {
        retires: vec![Retirement {
            pool: POOL,
            nodes: u32::MAX,
            notice: Span(HOUR),
        }],
        ..phase("closing", 10, 1)
    };
    model.rollout = Rollout {
        phases: vec![opening, closing],
        orders: 1,
        late: vec![Some(2)],
        ..Rollout::default()
    };
    let heard = play(&mut model, &[Row::of(0, 16, 20 * HOUR)], &[0]);
    assert_eq!(starts(&heard), [Some(120)]);
    let pool = &heard.all.pools[0];
    assert_eq!(pool.gpu_time.total(), gpu_time(16, 9 * HOUR));
    assert_eq!(pool.gpu_time[Bucket::Useful], gpu_time(16, 8 * HOUR));
    assert_eq!(heard.all.jobs[0].state, JobState::Waiting);
}
