//! Small worlds: jobs with every attribute, and the proptest strategies that make up whole estates.

use plimsoll::model::{
    Boot, Class, Elastic, Horizon, Model, Outcome, Overrun, Packing, Pool, Preemption, PriceSteps,
    RentKind, Rented, Request, Requeue, Shape, Spread, Supply, Timeline, Truth,
};
use plimsoll::units::{
    BytePrice, ByteTariff, Bytes, ClassId, Epoch, MilliGpus, Price, ShapeId, SimTime, SiteId, Span,
    TenantId,
};
use proptest::prelude::*;

use super::strategies::all_strategies;

/// One job in words; times in ms.
#[derive(Clone, Copy, Debug)]
pub struct Row {
    pub submit: u64,
    pub milli: u64,
    pub work: u64,
    pub requested: u64,
    pub class: usize,
    pub tenant: usize,
    pub priority: i32,
    pub outcome: Outcome,
}

impl Row {
    /// A plain job of the first class that asks for exactly what it needs.
    pub fn of(submit: u64, gpus: u64, work: u64) -> Self {
        Self {
            submit,
            milli: gpus * 1000,
            work,
            requested: work,
            class: 0,
            tenant: 0,
            priority: 0,
            outcome: Outcome::Finished,
        }
    }
}

/// The world in which exactly these jobs come; the model learns their shapes.
pub fn timeline(model: &mut Model, rows: &[Row]) -> Timeline {
    let mut rows: Vec<Row> = rows.to_vec();
    rows.sort_by_key(|row| row.submit);
    let mut shapes: Vec<(u64, usize)> = rows.iter().map(|row| (row.milli, row.class)).collect();
    for (milli, class) in shapes.clone() {
        if let Some(terms) = model.classes[class].elastic {
            let sizes = terms.sizes(MilliGpus(milli));
            shapes.extend(sizes.map(|size| (size.0, class)));
        }
    }
    let batches = std::mem::take(&mut model.elastic.batches);
    for (milli, class) in shapes.clone() {
        let twins = batches.iter().filter(|batch| batch.of.index() == class);
        shapes.extend(twins.map(|batch| (milli, batch.class.index())));
    }
    shapes.sort_unstable();
    shapes.dedup();
    model.shapes = shapes
        .iter()
        .map(|&(milli, class)| Shape {
            gpus: MilliGpus(milli),
            class: ClassId::from(class),
            labels: plimsoll::units::LabelsId(0),
            weight: rows
                .iter()
                .filter(|row| (row.milli, row.class) == (milli, class))
                .count() as u64,
        })
        .collect();
    let terms: Vec<_> = model.classes.iter().map(|class| class.elastic).collect();
    model.elastic = Elastic::of(&model.shapes, |shape| terms[shape.class.index()])
        .with_batches(&model.shapes, batches);
    let mut timeline = Timeline::default();
    for row in rows {
        let shape = shapes.binary_search(&(row.milli, row.class)).unwrap();
        timeline.requests.push(Request {
            submit: SimTime(row.submit),
            requested: Span(row.requested),
            shape: ShapeId::from(shape),
            tenant: TenantId::from(row.tenant),
            priority: row.priority,
        });
        timeline.truth.push(Truth {
            work: Span(row.work),
            outcome: row.outcome,
        });
    }
    timeline
}

/// An on-demand pool at the site of the other pools.
pub fn rented(name: &str, gpus_per_node: u32, terms: Rented) -> Pool {
    Pool {
        name: name.to_owned(),
        site: SiteId(0),
        gpu: "h200".to_owned(),
        nodes: 0,
        gpus_per_node,
        packing: Packing::Best,
        spread: Spread::Remainder,
        supply: Supply::Rented(terms),
        speed: vec![1000],
    }
}

fn packings() -> impl Strategy<Value = (Packing, Spread)> {
    (
        prop::sample::select(vec![
            Packing::Count,
            Packing::First,
            Packing::Best,
            Packing::Consolidated,
            Packing::Fgd,
        ]),
        prop::sample::select(vec![Spread::Never, Spread::Remainder, Spread::Any]),
    )
}

fn price_steps() -> impl Strategy<Value = PriceSteps> {
    prop::collection::vec((1u64..5_000_000, 500_000u64..6_000_000), 1..4).prop_map(|steps| {
        let mut at = 0;
        let mut list = Vec::new();
        for (gap, price) in steps {
            list.push((SimTime(at), Price(price)));
            at += gap;
        }
        PriceSteps::new(&list).unwrap()
    })
}

fn offers() -> impl Strategy<Value = Rented> {
    let boots = prop_oneof![
        Just(Boot::Fixed(Span::ZERO)),
        (1u64..900_000).prop_map(|ms| Boot::Fixed(Span(ms))),
        Just(Boot::LogNormal {
            mu: 12.0,
            sigma: 0.5
        }),
    ];
    (
        price_steps(),
        prop::option::of(1u64..40),
        boots,
        prop::sample::select(vec![0u64, 60_000, 3_600_000]),
        prop::sample::select(vec![1u64, 1000, 3_600_000]),
        prop::sample::select(vec![0u64, 1, 600_000]),
    )
        .prop_map(|(prices, quota, boot, minimum, increment, idle)| Rented {
            // Drawn from nothing of its own, so that all else is as it always was.
            teardown: Span(idle / 2),
            kind: if minimum == 0 {
                RentKind::Spot
            } else {
                RentKind::OnDemand
            },
            notice: Span::ZERO,
            prices,
            quota,
            boot,
            minimum: Span(minimum),
            increment: Span(increment),
            idle_release: Span(idle),
        })
}

fn pools() -> impl Strategy<Value = Vec<Pool>> {
    let supply = prop_oneof![
        3 => (0u64..4_000_000).prop_map(|price| Supply::Owned { price: Price(price), term: None }),
        2 => offers().prop_map(Supply::Rented),
    ];
    let speeds = prop::sample::select(vec![1000u32, 1000, 400, 1150, 2200]);
    let pool = (
        supply,
        1u32..4,
        1u32..9,
        packings(),
        prop::collection::vec(speeds, 2),
    );
    prop::collection::vec(pool, 1..4).prop_map(|drawn| {
        drawn
            .into_iter()
            .enumerate()
            .map(
                |(index, (supply, nodes, gpus_per_node, (packing, spread), speed))| Pool {
                    name: format!("pool-{index}"),
                    site: SiteId(0),
                    gpu: "h200".to_owned(),
                    nodes,
                    gpus_per_node,
                    packing,
                    spread,
                    supply,
                    speed,
                },
            )
            .collect()
    })
}

fn classes(pools: usize) -> impl Strategy<Value = Vec<Class>> {
    let spans = prop::sample::select(vec![0u64, 0, 1, 30_000, 300_000]);
    let preemption = (any::<bool>(), spans.clone(), spans).prop_map(|(kill, write, restart)| {
        let (write, restart) = (Span(write), Span(restart));
        if kill {
            Preemption::Kill { restart }
        } else {
            Preemption::Checkpoint { write, restart }
        }
    });
    let order = Just((0..pools).collect::<Vec<_>>()).prop_shuffle();
    let class = (any::<bool>(), preemption, 0u64..2, order, 1..=pools);
    prop::collection::vec(class, 2).prop_map(|drawn| {
        drawn
            .into_iter()
            .enumerate()
            .map(|(index, (burst, preemption, results, order, kept))| Class {
                name: format!("class-{index}"),
                pools: order.into_iter().take(kept).map(Into::into).collect(),
                memory: None,
                burst,
                results: Bytes(results * 7_000_000_003),
                results_to: None,
                results_on: None,
                holds_staging: false,
                feed: None,
                data: Vec::new(),
                preemption,
                checkpoints_on: None,
                checkpoint_home: None,
                bad_checkpoints: 0,
                crash_mean: None,
                // Of one class only: a deadline that some of its jobs miss.
                deadline: (index == 0).then_some(Span(5_400_000)),
                elastic: None,
            })
            .collect()
    })
}

prop_compose! {
    fn row()(
        milli in prop_oneof![6 => (1u64..9).prop_map(|n| n * 1000), 2 => (1u64..34).prop_map(|n| n * 1000), 1 => 1u64..1000],
        work in prop_oneof![1u64..10, 1000u64..7_200_000, Just(600_000u64)],
        requested in prop_oneof![Just(0u64), 1u64..7_200_000],
        class in 0usize..2,
        tenant in 0usize..3,
        priority in -2i32..3,
        outcome in prop::sample::select(vec![Outcome::Finished, Outcome::Finished, Outcome::Finished, Outcome::Failed, Outcome::Cancelled, Outcome::TimedOut]),
    ) -> Row {
        // Nought stands for an exact request.
        let requested = if requested == 0 { work } else { requested };
        Row { submit: 0, milli, work, requested, class, tenant, priority, outcome }
    }
}

fn rows() -> impl Strategy<Value = Vec<Row>> {
    let gaps = prop_oneof![Just(0u64), 1u64..5, 1000u64..1_200_000, Just(600_000u64)];
    prop::collection::vec((gaps, row()), 1..80).prop_map(|drawn| {
        let mut at = 0;
        let mut rows = Vec::new();
        for (gap, row) in drawn {
            at += gap;
            rows.push(Row { submit: at, ..row });
        }
        rows
    })
}

/// A whole small world: the model, with every strategy, and the jobs that come.
pub fn worlds() -> impl Strategy<Value = (Model, Timeline)> {
    let horizons = prop_oneof![
        2 => Just(Horizon::UntilEmpty),
        1 => Just(Horizon::LastSubmit),
        2 => (0u64..40_000_000).prop_map(|at| Horizon::At(SimTime(at))),
    ];
    let overruns = prop::sample::select(vec![Overrun::Extend, Overrun::Kill]);
    let requeues = prop::sample::select(vec![Requeue::Front, Requeue::Keep, Requeue::Back]);
    let estate = pools().prop_flat_map(|pools| (classes(pools.len()), Just(pools)));
    (estate, rows(), horizons, overruns, requeues).prop_map(
        |((classes, pools), rows, horizon, overrun, requeue)| {
            let mut model = super::model(pools, Vec::new());
            model.classes = classes;
            model.horizon = horizon;
            model.overrun = overrun;
            model.sites[0].egress = ByteTariff::flat(BytePrice(90_001));
            model.tenants = vec!["a".to_owned(), "b".to_owned(), "c".to_owned()];
            // Two hours and some before the end of a month, so that runs cross it.
            model.epoch = Epoch::parse("2026-01-31T21:47:13Z").unwrap();
            model.strategies = all_strategies(requeue);
            let timeline = timeline(&mut model, &rows);
            (model, timeline)
        },
    )
}

/// As [`worlds`], until empty, so that nothing depends on when the last job comes.
pub fn endless_worlds() -> impl Strategy<Value = (Model, Timeline)> {
    worlds().prop_map(|(mut model, timeline)| {
        model.horizon = Horizon::UntilEmpty;
        // The mix of the demand is known beforehand, and one packing looks at it.
        for pool in &mut model.pools {
            if pool.packing == Packing::Fgd {
                pool.packing = Packing::Best;
            }
        }
        (model, timeline)
    })
}
