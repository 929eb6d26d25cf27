//! A scenario with a little of everything, for identities that must hold whatever happens.

use crate::dice::{Dice, Purpose};
use crate::model::{
    Boot, Class, Discipline, Draw, Horizon, Model, Outcome, Packing, Placement, Pool, PowerMeter,
    Preemption, PriceSteps, RentKind, Rented, Request, Requeue, Shape, Site, SiteKind, Spread,
    StrategySettings, Supply, Timeline, Truth,
};
use crate::process::Law;
use crate::units::{
    BytePrice, ByteTariff, Bytes, ClassId, Epoch, MilliGpus, PoolId, Price, ShapeId, SimTime,
    SiteId, Span, TenantId,
};

use super::system::{estate, owned};

/// The run crosses the end of January and is cut while jobs run, boot and wait.
const DAYS: u64 = 14;

/// Gang sizes in milli-GPU; 400 is a share of a GPU that nobody shares.
const SIZES: [u64; 7] = [400, 1000, 2000, 4000, 8000, 16_000, 24_000];

/// Two owned and two rented pools of different speeds, every discipline with every placement.
pub(super) fn mixed_estate(disciplines: &[Discipline], placements: &[Placement]) -> Model {
    let pools = vec![
        Pool {
            spread: Spread::Remainder,
            ..owned("nodes", 4, 8, Packing::Best, 3, 1000)
        },
        owned("count", 1, 16, Packing::Count, 3, 870),
        rented("near", Some(48), 3_100_000, 1150),
        rented("far", None, 3_900_000, 1000),
    ];
    let all: Vec<PoolId> = (0..4).map(PoolId::from).collect();
    let classes = vec![
        Class {
            results: Bytes(3_000_000_007),
            preemption: Preemption::Checkpoint {
                write: Span(90_000),
                restart: Span(45_000),
            },
            ..Class::bare("checkpoints", all.clone())
        },
        Class {
            preemption: Preemption::Kill {
                restart: Span(30_000),
            },
            ..Class::bare("is killed", all.clone())
        },
        Class {
            burst: false,
            ..Class::bare("stays at home", all)
        },
    ];
    let mut shapes: Vec<Shape> = (0..SIZES.len() * classes.len())
        .map(|index| Shape {
            gpus: MilliGpus(SIZES[index / classes.len()]),
            class: ClassId::from(index % classes.len()),
            labels: crate::units::LabelsId(0),
            weight: 1,
        })
        .collect();
    shapes.sort_unstable();
    let mut strategies = Vec::new();
    for discipline in disciplines {
        for &placement in placements {
            let requeue = match strategies.len() % 3 {
                0 => Requeue::Keep,
                1 => Requeue::Front,
                _ => Requeue::Back,
            };
            let name = format!("{discipline:?}, {placement:?}");
            strategies.push(StrategySettings {
                placement,
                requeue,
                overspends: false,
                ..StrategySettings::bare(&name, discipline.clone())
            });
        }
    }
    let horizon = Horizon::At(SimTime(DAYS * Span::DAY.0));
    let mut model = estate(pools, classes, shapes, horizon, strategies);
    model.epoch = Epoch::from_unix_ms(1_769_299_200_000).unwrap_or(model.epoch); // 2026-01-25T00:00:00Z
    model.sites.push(Site {
        kind: SiteKind::Gpuaas,
        jurisdiction: "FI".to_owned(),
        zone: "public".to_owned(),
        egress: ByteTariff::flat(BytePrice(87_000)),
        ..Site::bare("provider")
    });
    // The owned pools are metered, at a price that is negative for a day.
    model.power.meters = vec![power(), power(), None, None];
    model
}

fn power() -> Option<PowerMeter> {
    let days = |at: u64| SimTime(at * Span::DAY.0);
    let prices = [(days(0), 90_000), (days(6), -12_345), (days(7), 100_001)];
    let grams = [(days(0), 350_000_000), (days(3), 123_456_789)];
    Some(PowerMeter {
        idle: Draw::new(633_100, &prices, &grams)?,
        busy: Draw::new(1_300_000, &prices, &grams)?,
        most: 1_439_100,
        billed: true,
    })
}

fn rented(name: &str, quota: Option<u64>, price: u64, speed: u32) -> Pool {
    let later = SimTime(5 * Span::DAY.0 + 1_234_567);
    let prices = PriceSteps::new(&[
        (SimTime::ZERO, Price(price)),
        (later, Price(price + 700_001)),
    ]);
    Pool {
        site: SiteId(1),
        supply: Supply::Rented(Rented {
            kind: RentKind::OnDemand,
            notice: Span::ZERO,
            prices: prices.unwrap_or_else(|| PriceSteps::constant(Price(price))),
            quota,
            boot: Boot::LogNormal {
                mu: 12.0,
                sigma: 0.5,
            },
            minimum: Span::MINUTE,
            increment: Span::SECOND,
            idle_release: Span(600_000),
            teardown: Span::ZERO,
        }),
        spread: Spread::Remainder,
        ..owned(name, 0, 8, Packing::First, 3, speed)
    }
}

/// Random jobs for it: about as much work as owned capacity bears.
pub(super) fn mixed_timeline(model: &Model, dice: &Dice, jobs: u32) -> Timeline {
    let mut stream = dice.stream(dice.key("trust pack", "mixed estate"), Purpose::Trial, 0, 0);
    let gap = Law::Exponential {
        mean: (DAYS * Span::DAY.0) as f64 / f64::from(jobs),
    };
    let work = Law::lognormal_by_mean(3.0 * 3.6e6, 2.0);
    let mut drawn = Vec::new();
    let mut now = 0;
    while drawn.len() < jobs as usize {
        now += gap.sample(&mut stream).round() as u64;
        let span = (work.sample(&mut stream).round() as u64).max(1);
        let shape = ShapeId::from(stream.below(model.shapes.len() as u64) as usize);
        // From a quarter of the truth (an overrun) to more than twice as much.
        let requested = Span((span / 4 + stream.below(2 * span)).max(1));
        let outcome = match stream.below(20) {
            0 => Outcome::Failed,
            1 => Outcome::Cancelled,
            _ => Outcome::Finished,
        };
        // One in four comes at a whole ten minutes, so that several come at one instant.
        let submit = if stream.below(4) == 0 {
            now / 600_000 * 600_000
        } else {
            now
        };
        let request = Request {
            submit: SimTime(submit),
            requested,
            shape,
            tenant: TenantId(stream.below(3) as u16),
            priority: stream.below(3) as i32,
        };
        let truth = Truth {
            work: Span(span),
            outcome,
        };
        drawn.push((request, truth));
    }
    drawn.retain(|(request, _)| request.submit.0 < DAYS * Span::DAY.0);
    drawn.sort_by_key(|(request, _)| request.submit);
    let (requests, truth) = drawn.into_iter().unzip();
    Timeline {
        replication: dice.replication,
        requests,
        truth,
        ..Timeline::default()
    }
}
