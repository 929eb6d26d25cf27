//! A queueing system in the terms of the simulator: an estate, a demand, a discipline.

use crate::dice::{Dice, Key, Purpose};
use crate::model::{
    Boot, Class, Discipline, Horizon, Model, Outcome, Packing, Placement, Pool, PriceSteps,
    RentKind, Rented, Request, Shape, Site, StrategySettings, Supply, Timeline, Truth,
};
use crate::process::{Choice, Law};
use crate::units::{
    ClassId, Currency, Epoch, MilliGpus, PoolId, Price, ShapeId, SimTime, Span, TenantId,
};

/// Milliseconds in the unit of time of the closed forms: rounding to whole ms changes no sixth digit.
pub(super) const UNIT_MS: f64 = 1e6;

/// What a GPU-hour costs in the trust pack: one unit of currency.
pub(super) const PRICE: Price = Price(1_000_000);

/// Where the servers are.
#[derive(Clone, Debug)]
pub(super) enum Servers {
    /// One owned pool in which only the number of GPUs matters.
    Counted(u32),
    /// Several owned pools of so many GPUs each, of this speed in ‰.
    Pools(u32, u32, u32),
    /// One owned pool of nodes with 8 GPUs each, packed by best fit.
    Nodes(u32),
    /// A rented pool whose instances of 1 GPU come and go at once; at most so many, if a quota is given.
    Rented(Option<u64>),
}

/// Customers of one kind.
#[derive(Clone, Debug)]
pub(super) struct Customers {
    /// Share of all arrivals.
    pub share: f64,
    /// GPUs that each needs.
    pub gpus: u64,
    /// How long each runs, in units of time.
    pub service: Law,
    /// Larger is more urgent.
    pub priority: i32,
}

/// When customers come.
#[derive(Clone, Debug)]
pub(super) enum Arrivals {
    /// With independent gaps of this law, in units of time.
    Gaps(Law),
    /// All at once, so that the line is never empty.
    AtOnce,
    /// With independent gaps, and the run is cut at this time.
    Until(Law, f64),
}

/// A system.
#[derive(Clone, Debug)]
pub(super) struct System {
    /// Its name; it names the dice as well.
    pub name: String,
    /// Where the servers are.
    pub servers: Servers,
    /// Who is next.
    pub discipline: Discipline,
    /// When customers come.
    pub arrivals: Arrivals,
    /// Who comes.
    pub customers: Vec<Customers>,
}

impl Customers {
    /// All alike, one GPU each.
    pub(super) fn one_kind(service: Law) -> Vec<Self> {
        vec![Self {
            share: 1.0,
            gpus: 1,
            service,
            priority: 0,
        }]
    }
}

/// Gaps of a Poisson process.
pub(super) fn poisson(rate: f64) -> Law {
    Law::Exponential { mean: 1.0 / rate }
}

impl System {
    /// Poisson arrivals to `servers` GPUs, first come first served, customers alike.
    pub(super) fn simple(name: String, servers: u32, arrival_rate: f64, service: Law) -> Self {
        Self {
            name,
            servers: Servers::Counted(servers),
            discipline: Discipline::Fifo,
            arrivals: Arrivals::Gaps(poisson(arrival_rate)),
            customers: Customers::one_kind(service),
        }
    }

    /// The estate and the strategy. Each kind of customer is a class and a tenant of its own.
    pub(super) fn model(&self) -> Model {
        let pools = self.pools();
        let all: Vec<PoolId> = (0..pools.len()).map(PoolId::from).collect();
        let horizon = match self.arrivals {
            Arrivals::Until(_, at) => Horizon::At(SimTime(whole_ms(at))),
            _ => Horizon::UntilEmpty,
        };
        let mut shapes: Vec<Shape> = (0..self.customers.len())
            .map(|kind| Shape {
                gpus: MilliGpus::whole(self.customers[kind].gpus),
                class: ClassId::from(kind),
                labels: crate::units::LabelsId(0),
                weight: 1,
            })
            .collect();
        shapes.sort_unstable();
        let placement = match self.servers {
            Servers::Rented(_) => Placement::PublicOnly,
            _ => Placement::PrivateOnly,
        };
        let classes = (0..self.customers.len())
            .map(|kind| Class::bare(&format!("kind {}", kind + 1), all.clone()))
            .collect();
        estate(
            pools,
            classes,
            shapes,
            horizon,
            vec![StrategySettings {
                placement,
                ..StrategySettings::bare(&self.name, self.discipline.clone())
            }],
        )
    }

    fn pools(&self) -> Vec<Pool> {
        let kinds = self.customers.len();
        match self.servers {
            Servers::Counted(gpus) => vec![owned("p0", 1, gpus, Packing::Count, kinds, 1000)],
            Servers::Pools(pools, gpus, speed) => (0..pools)
                .map(|n| owned(&format!("p{n}"), 1, gpus, Packing::Count, kinds, speed))
                .collect(),
            Servers::Nodes(nodes) => vec![owned("p0", nodes, 8, Packing::Best, kinds, 1000)],
            Servers::Rented(quota) => vec![Pool {
                supply: Supply::Rented(Rented {
                    kind: RentKind::OnDemand,
                    notice: Span::ZERO,
                    prices: PriceSteps::constant(PRICE),
                    quota,
                    boot: Boot::Fixed(Span::ZERO),
                    minimum: Span::ZERO,
                    increment: Span(1),
                    idle_release: Span::ZERO,
                    teardown: Span::ZERO,
                }),
                ..owned("p0", 0, 1, Packing::First, kinds, 1000)
            }],
        }
    }

    /// Samples one replication: `jobs` customers, or all that come before the run is cut.
    pub(super) fn sample(&self, shapes: &[Shape], dice: &Dice, jobs: u32, into: &mut Timeline) {
        let key: Key = dice.key("trust pack", &self.name);
        let mut gaps = dice.stream(key, Purpose::Trial, 0, 0);
        let mut bodies = dice.stream(key, Purpose::Trial, 0, 1);
        let mut kinds = dice.stream(key, Purpose::Trial, 0, 2);
        let shares: Vec<f64> = self.customers.iter().map(|kind| kind.share).collect();
        // One kind needs no choice.
        let choice = Choice::new(&shares).ok();
        let shape_of: Vec<ShapeId> = (0..self.customers.len())
            .map(|kind| {
                let found = shapes.iter().position(|shape| shape.class.index() == kind);
                ShapeId::from(found.unwrap_or(kind))
            })
            .collect();
        into.clear();
        into.replication = dice.replication;
        let mut now = 0;
        while (into.requests.len() as u32) < jobs {
            match &self.arrivals {
                Arrivals::Gaps(law) => now += whole_ms(law.sample(&mut gaps)),
                Arrivals::AtOnce => {}
                Arrivals::Until(law, end) => {
                    now += whole_ms(law.sample(&mut gaps));
                    if whole_ms(*end) < now {
                        break;
                    }
                }
            }
            let kind = choice
                .as_ref()
                .filter(|_| 1 < shares.len())
                .map_or(0, |choice| choice.draw(&mut kinds));
            let work = Span(whole_ms(self.customers[kind].service.sample(&mut bodies)).max(1));
            into.requests.push(Request {
                submit: SimTime(now),
                requested: work,
                shape: shape_of[kind],
                tenant: TenantId::from(kind),
                priority: self.customers[kind].priority,
            });
            into.truth.push(Truth {
                work,
                outcome: Outcome::Finished,
            });
        }
    }
}

/// Units of time in whole milliseconds.
pub(super) fn whole_ms(units: f64) -> u64 {
    (units * UNIT_MS).round() as u64
}

/// An owned pool for so many classes, of one speed in ‰.
pub(super) fn owned(
    name: &str,
    nodes: u32,
    gpus_per_node: u32,
    packing: Packing,
    classes: usize,
    speed: u32,
) -> Pool {
    Pool {
        supply: Supply::Owned {
            price: PRICE,
            term: None,
        },
        speed: vec![speed; classes],
        ..Pool::bare(name, nodes, gpus_per_node, packing)
    }
}

/// A model on one site; each class has a tenant of its own.
pub(super) fn estate(
    pools: Vec<Pool>,
    classes: Vec<Class>,
    shapes: Vec<Shape>,
    horizon: Horizon,
    strategies: Vec<StrategySettings>,
) -> Model {
    let epoch = Epoch::from_unix_ms(1_767_225_600_000); // 2026-01-01T00:00:00Z
    let currency = Currency::parse("USD").expect("three letters");
    Model {
        horizon,
        sites: vec![Site::bare("site")],
        pools,
        tenants: classes.iter().map(|class| class.name.clone()).collect(),
        classes,
        shapes,
        strategies,
        ..Model::bare(
            "trust-pack",
            epoch.expect("an instant of our era"),
            currency,
        )
    }
}
