//! Phases: what comes, goes and changes inside one run, worked by hand, one test for each kind of change.

mod common;

use common::bad_days::{POOL, cluster, every};
use common::clouds::{HOUR, MINUTE, THREE, cost, gpu_time, hybrid, public, terms};
use common::worlds::{Row, timeline};
use common::{model as model_of, owned};
use plimsoll::dice::Dice;
use plimsoll::engine::{Scratch, simulate};
use plimsoll::journal::{
    Bucket, Cause, Fact, JobRecord, JobState, Observer, PhaseRecord, PoolRecord, Posting, RunRecord,
};
use plimsoll::model::{
    Begins, Change, Class, Discipline, Draw, Gate, Horizon, Incident, Model, OnFail, Order,
    Packing, Phase, Placement, PowerMeter, Preemption, Retirement, Rollout, Route, Spill,
    SpillTest, Storage, Timeline, Twin,
};
use plimsoll::process::Law;
use plimsoll::strategy::Strategy;
use plimsoll::units::{
    Bandwidth, BytePrice, ClassId, LinkId, Money, PoolId, ShapeId, SimTime, SiteId, Span,
    StrategyId,
};

/// Keeps all that it hears, phases included.
#[derive(Default)]
struct Heard {
    all: common::Everything,
    phases: Vec<PhaseRecord>,
}

impl Observer for Heard {
    const POSTINGS: bool = true;
    fn fact(&mut self, at: SimTime, fact: Fact) {
        self.all.fact(at, fact);
    }
    fn job(&mut self, record: &JobRecord) {
        self.all.job(record);
    }
    fn pool(&mut self, record: &PoolRecord) {
        self.all.pool(record);
    }
    fn posting(&mut self, posting: &Posting) {
        self.all.posting(posting);
    }
    fn phase(&mut self, record: &PhaseRecord) {
        self.phases.push(*record);
    }
    fn run(&mut self, record: &RunRecord) {
        self.all.run(record);
    }
}

/// A phase of so many hours from an hour on that changes nothing.
fn phase(name: &str, from: u64, hours: u64) -> Phase {
    Phase {
        name: name.to_owned(),
        begins: Begins::At(SimTime(from * HOUR)),
        lasts: Span(hours * HOUR),
        planned_start: SimTime(from * HOUR),
        orders: Vec::new(),
        retires: Vec::new(),
        changes: Vec::new(),
        gates: Vec::new(),
        on_fail: OnFail::Proceed,
    }
}

/// A phase that begins some hours after another has ended.
fn behind(name: &str, before: (u16, &Phase), delay: u64, hours: u64) -> Phase {
    Phase {
        begins: Begins::After {
            phase: before.0,
            delay: Span(delay * HOUR),
        },
        planned_start: before.1.planned_end() + Span(delay * HOUR),
        ..phase(name, 0, hours)
    }
}

fn order(number: u32, first: u32) -> Order {
    Order {
        pool: POOL,
        first,
        nodes: 1,
        ordered: None,
        lead: Law::Constant(0.0),
        number,
        name: format!("order {number}"),
    }
}

fn play(model: &mut Model, rows: &[Row], leads: &[u64]) -> Heard {
    let mut timeline = timeline(model, rows);
    timeline.lead_times = leads.iter().map(|&hours| Span(hours * HOUR)).collect();
    timeline.weather.clone_from(&model.weather.script);
    run(model, &timeline, 0)
}

fn run(model: &Model, timeline: &Timeline, strategy: usize) -> Heard {
    let strategy = Strategy::prepare(model, StrategyId::from(strategy));
    let dice = Dice {
        seed: 1,
        replication: 0,
    };
    let mut heard = Heard::default();
    simulate(
        model,
        &strategy,
        timeline,
        &dice,
        &mut Scratch::default(),
        &mut heard,
    )
    .unwrap();
    heard.all.jobs.sort_by_key(|record| record.job);
    balances(&heard);
    heard
}

/// What pools are charged is what is posted, bucket by bucket and to the tick.
fn balances(heard: &Heard) {
    for (index, record) in heard.all.pools.iter().enumerate() {
        let mut posted = [0u128; Bucket::ALL.len()];
        let mut amount = Money::ZERO;
        let of_pool = |posting: &&Posting| {
            posting.payee == plimsoll::journal::Payee::Pool(PoolId::from(index))
        };
        for posting in heard.all.postings.iter().filter(of_pool) {
            amount += posting.amount;
            if let Some(bucket) = posting.bucket() {
                posted[bucket as usize] += posting.gpu_time;
            }
        }
        assert_eq!(posted, record.gpu_time.0, "pool {index}");
        let paid = record.charged + record.egress_cost + record.drawn.cost;
        assert_eq!(amount, paid, "pool {index}");
    }
}

fn starts(heard: &Heard) -> Vec<Option<u64>> {
    let starts = heard.all.jobs.iter().map(|job| job.start);
    starts.map(|start| start.map(|at| at.0 / MINUTE)).collect()
}

fn hours(at: Option<SimTime>) -> Option<u64> {
    at.map(|at| at.0 / HOUR)
}

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

/// Four owned GPUs and rented nodes of four at 3 USD, for whoever cannot start at home at once.
fn elastic(changes: Vec<Change>) -> Model {
    let mut model = hybrid(SpillTest::Waited(Span::ZERO), terms());
    model.horizon = Horizon::At(SimTime(24 * HOUR));
    model.rollout.phases = vec![Phase {
        changes,
        ..phase("open", 3, 2)
    }];
    model
}

const CLOUD: PoolId = PoolId(1);

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

#[test]
fn a_strategy_goes_on_as_it_says_for_the_phase() {
    let mut model = elastic(Vec::new());
    let out = model.strategies[0].placement;
    model.strategies[0].placement = Placement::PrivateOnly;
    model.rollout.placements = vec![vec![(0, out)]];
    let rows = [Row::of(0, 4, 10 * HOUR), Row::of(HOUR, 4, HOUR)];
    let heard = play(&mut model, &rows, &[]);
    assert_eq!(starts(&heard), [Some(0), Some(180)]);
    // Jobs that nothing at home could ever hold wait for the phase too, and are not turned away.
    let heard = play(&mut model, &[Row::of(0, 8, HOUR)], &[]);
    assert_eq!(starts(&heard), [Some(180)]);
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
fn a_gate_that_does_not_hold_delays_its_phase() {
    // From 2:00 for 4 h, with jobs on half of the GPUs asked for: 8 of 16 GPUs run from 4:00 on. At 6:00 it is a
    // quarter, at 8:00 a third, at 10:00 three eighths; half of 16 GPUs from 4:00 is never half from 2:00, but two
    // such jobs from 8:00 on make (2 + 6 + 10 + …): at 10:00 8 × 6 + 8 × 2 of 16 × 8 is a half.
    let gated = |on_fail| {
        let mut model = cluster();
        model.rollout.phases = vec![Phase {
            gates: vec![Gate::Utilisation(500_000)],
            on_fail,
            ..phase("pilot", 2, 4)
        }];
        model
    };
    let rows = [
        Row::of(4 * HOUR, 8, 12 * HOUR),
        Row::of(8 * HOUR, 8, 12 * HOUR),
    ];
    let delay = OnFail::Delay(Span(2 * HOUR));
    let heard = play(&mut gated(delay), &rows, &[]);
    let pilot = &heard.phases[0];
    assert_eq!((hours(pilot.ended), pilot.failures), (Some(10), 2));
    assert_eq!(
        (pilot.on_time(), pilot.slip()),
        (Some(false), Span(4 * HOUR))
    );
    let heard = play(&mut gated(OnFail::Proceed), &rows, &[]);
    let pilot = &heard.phases[0];
    assert_eq!((hours(pilot.ended), pilot.failures), (Some(6), 1));
}

#[test]
fn each_gate_asks_what_it_says() {
    let passes = |gate| {
        let mut model = cluster();
        model.rollout.phases = vec![Phase {
            gates: vec![gate],
            ..phase("pilot", 2, 4)
        }];
        // Both nodes are held from 0:00 to 5:00; the next two jobs came at 3:00 and 3:30 and wait 2 h and 1:30, on
        // average 1:45, and one that comes at 5:30 waits at 6:00.
        let rows = [
            Row::of(0, 16, 5 * HOUR),
            Row::of(3 * HOUR, 8, 10 * HOUR),
            Row::of(3 * HOUR + 30 * MINUTE, 8, 10 * HOUR),
            Row::of(5 * HOUR + 30 * MINUTE, 8, HOUR),
        ];
        play(&mut model, &rows, &[]).phases[0].failures == 0
    };
    assert!(passes(Gate::MeanWait(Span(105 * MINUTE))));
    assert!(!passes(Gate::MeanWait(Span(105 * MINUTE - 1))));
    assert!(passes(Gate::Finished(1)) && !passes(Gate::Finished(2)));
    assert!(passes(Gate::Waiting(1)) && !passes(Gate::Waiting(0)));
    assert!(passes(Gate::Utilisation(1_000_000)));
}

#[test]
fn a_gate_on_which_nothing_can_be_said_does_not_hold() {
    // Nobody starts from 2:00 to 6:00, though a job waits; and of rented GPUs alone none are owned.
    let gate = |mut model: Model, gate, rows: &[Row]| {
        model.rollout.phases = vec![Phase {
            gates: vec![gate],
            ..phase("pilot", 2, 4)
        }];
        play(&mut model, rows, &[]).phases[0].failures
    };
    let rows = [Row::of(0, 16, 10 * HOUR), Row::of(3 * HOUR, 8, HOUR)];
    assert_eq!(gate(cluster(), Gate::MeanWait(Span(9 * HOUR)), &rows), 1);
    let mut rented = public(terms());
    rented.horizon = Horizon::At(SimTime(24 * HOUR));
    let rows = [Row::of(0, 4, 10 * HOUR)];
    assert_eq!(gate(rented, Gate::Utilisation(1), &rows), 1);
}

#[test]
fn work_that_is_starved_of_data_counts_less_in_its_phase() {
    // 8 GPUs read 8 GB/s of a storage that gives 4. Checkpoints of 30 min come after each hour, starved or not: of the
    // 3 h from 0:00 two were running, and half of that was starved.
    let mut model = cluster();
    model.classes[0].feed = Some(Bandwidth(1_000_000_000));
    let gives = Bandwidth(4_000_000_000);
    model.network.storages = vec![Storage::bare("lake", SiteId(0), gives)];
    model.network.feeds = vec![vec![Route {
        cost: BytePrice(0),
        latency: Span::ZERO,
        links: vec![LinkId(0)],
    }]];
    model.rhythms = vec![every(1, 30 * MINUTE)];
    model.rollout.phases = vec![phase("pilot", 0, 3)];
    let heard = play(&mut model, &[Row::of(0, 8, 4 * HOUR)], &[]);
    assert_eq!(heard.phases[0].held, gpu_time(8, 3 * HOUR));
    assert_eq!(heard.phases[0].useful, gpu_time(8, HOUR));
    // At the end the books say the same.
    let booked = heard.all.pools[0].gpu_time[Bucket::Useful];
    assert_eq!(booked, gpu_time(8, 4 * HOUR));
}

#[test]
fn electricity_by_the_meter_is_a_cost_of_its_phase() {
    // 16 GPUs draw 100 W at rest and 500 W at work, at 1 USD a kWh. Eight of them work from 1:00 to 9:00, cut at 3:00
    // by a fault of their node until 5:00; with nothing saved they start again on the other node at once.
    let flat = |rate| [(SimTime::ZERO, rate)];
    let draw = |milliwatts| Draw::new(milliwatts, &flat(1_000_000), &flat(0)).unwrap();
    let mut model = cluster();
    model.classes[0].preemption = Preemption::Kill {
        restart: Span::ZERO,
    };
    let meter = PowerMeter {
        idle: draw(100_000),
        busy: draw(500_000),
        most: 700_000,
        billed: true,
    };
    model.power.meters = vec![Some(meter)];
    model.weather.script = vec![
        Incident::down(SimTime(3 * HOUR), POOL, 0, 1),
        Incident::up(SimTime(5 * HOUR), POOL, 0, 1),
    ];
    // The first ends with the node down and the job at work, the second when both are over, the third is all of it.
    model.rollout.phases = vec![phase("a", 0, 4), phase("b", 4, 8), phase("all", 0, 24)];
    let heard = play(&mut model, &[Row::of(HOUR, 8, 6 * HOUR)], &[]);
    assert_eq!(heard.all.jobs[0].end, SimTime(9 * HOUR));
    let costs: Vec<Money> = heard.phases.iter().map(|phase| phase.cost).collect();
    // At rest 1.6 an hour, 3.2 more while the job runs, .8 less while the node is down.
    let electricity = |tenths: u64| cost(1, HOUR, tenths * 100_000);
    let capacity = |hours: u64| cost(16, hours * HOUR, 2_000_000);
    assert_eq!(costs[0], capacity(4) + electricity(64 + 3 * 32 - 8));
    assert_eq!(costs[1], capacity(8) + electricity(128 + 5 * 32 - 8));
    let pool = &heard.all.pools[0];
    assert_eq!(costs[2], pool.charged + pool.drawn.cost);
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
fn placements_of_spill_keep_estimates_from_the_start() {
    // The expected delay is only asked for from 3:00 on, of a job that runs since 0:00: room is 7 h away.
    let mut model = elastic(Vec::new());
    model.strategies[0].placement = Placement::PrivateOnly;
    let spill = Placement::PrivateFirst(Spill {
        test: SpillTest::ExpectedDelay(Span(6 * HOUR)),
        ceiling: None,
    });
    model.rollout.placements = vec![vec![(0, spill)]];
    let rows = [Row::of(0, 4, 10 * HOUR), Row::of(HOUR, 4, HOUR)];
    let heard = play(&mut model, &rows, &[]);
    assert_eq!(starts(&heard), [Some(0), Some(180)]);
}

#[test]
fn phases_that_change_nothing_change_no_job() {
    let rows: Vec<Row> = (0..40)
        .map(|n| Row::of(n * 10 * MINUTE, 1 + n % 9, 90 * MINUTE))
        .collect();
    let mut model = cluster();
    let without = play(&mut model, &rows, &[]);
    model.rollout.phases = vec![phase("nothing", 2, 4), phase("more", 3, 1)];
    let with = play(&mut model, &rows, &[]);
    assert_eq!(without.all.jobs, with.all.jobs);
    assert_eq!(without.all.pools, with.all.pools);
    assert_eq!(without.all.postings, with.all.postings);
}
