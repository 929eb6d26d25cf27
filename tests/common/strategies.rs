//! Every kind of strategy that there is, for estates that do not matter.

use plimsoll::model::{
    Discipline, Grouping, Placement, Requeue, Scored, Scoring, Spill, SpillTest, SpotPolicy,
    StrategySettings, Uniform, Weights, Zones,
};
use plimsoll::units::{Price, SiteId, Span};

/// Every discipline, with parameters small enough to matter in small worlds.
pub fn disciplines() -> Vec<Discipline> {
    vec![
        Discipline::Fifo,
        Discipline::FitFirst,
        Discipline::ShortestFirst,
        Discipline::ShortestRemaining,
        Discipline::Priority,
        Discipline::Easy,
        Discipline::Conservative { depth: 1000 },
        Discipline::Conservative { depth: 2 },
        Discipline::LeastAttained {
            levels: vec![Span(600_000), Span(7_200_000)],
        },
        Discipline::FairShare {
            half_life: Span(3_600_000),
            weights: vec![1000, 500, 2000],
        },
        Discipline::DominantShare {
            weights: vec![1000, 500, 2000],
        },
        Discipline::Multifactor {
            age: 3,
            age_full: Span(3_600_000),
            size: 2,
            priority: 5,
            fair_share: 4,
            half_life: Span(7_200_000),
            weights: vec![1000, 500, 2000],
        },
    ]
}

/// Every placement, with each spill test.
pub fn placements() -> Vec<Placement> {
    let spill = |test, ceiling| Placement::PrivateFirst(Spill { test, ceiling });
    let scored = |by| {
        Placement::Scored(Scored {
            by,
            ceiling: Some(Price(5_000_000)),
            from: Some(SiteId(0)),
        })
    };
    vec![
        Placement::PrivateOnly,
        Placement::PublicOnly,
        spill(SpillTest::Waited(Span(1_800_000)), None),
        spill(SpillTest::Waited(Span::ZERO), Some(Price(3_000_000))),
        spill(SpillTest::ExpectedDelay(Span(1_200_000)), None),
        spill(SpillTest::JobsAhead(3), None),
        Placement::Cheapest {
            ceiling: Some(Price(4_000_000)),
        },
        Placement::Cheapest { ceiling: None },
        scored(Scoring::Weighted(Weights {
            cost: 2000,
            delay: 7000,
            data: 100,
            latency: 10,
            carbon: 1000,
            fragmentation: 500,
        })),
        scored(Scoring::DataGravity),
        scored(Scoring::LatencyFirst),
        scored(Scoring::CarbonAware),
        scored(Scoring::Spread(Grouping::Tenant)),
        scored(Scoring::Spread(Grouping::Class)),
        scored(Scoring::DeadlineAware {
            slack: Span(300_000),
        }),
    ]
}

/// Policies for spot pools, each with some discipline and placement.
fn spot_policies() -> Vec<(Discipline, Placement, SpotPolicy)> {
    let zones = [
        Zones::Cheapest,
        Zones::RetrySame { tries: 2 },
        Zones::EagerNext,
        Zones::Bandit,
    ];
    let mut all = Vec::new();
    for discipline in [Discipline::Fifo, Discipline::FitFirst, Discipline::Easy] {
        for (index, zones) in zones.into_iter().enumerate() {
            let after = [Some(Span::ZERO), Some(Span(900_000)), None][(index + all.len()) % 3];
            let policy = SpotPolicy {
                zones,
                on_demand_after: after,
                uniform: None,
            };
            all.push((discipline.clone(), Placement::PublicOnly, policy));
        }
        let uniform = SpotPolicy {
            zones: Zones::Cheapest,
            on_demand_after: Some(Span::ZERO),
            uniform: Some(Uniform {
                changeover: Span(120_000),
            }),
        };
        let spill = Placement::PrivateFirst(Spill {
            test: SpillTest::Waited(Span(60_000)),
            ceiling: None,
        });
        all.push((discipline, spill, uniform));
    }
    all
}

/// All combinations, as strategies of one scenario.
pub fn all_strategies(requeue: Requeue) -> Vec<StrategySettings> {
    let mut all = Vec::new();
    for (turn, discipline) in disciplines().into_iter().enumerate() {
        for (index, placement) in placements().into_iter().enumerate() {
            let ranks = matches!(placement, Placement::Scored(_));
            let every = matches!(discipline, Discipline::Fifo | Discipline::Easy);
            // Every ranking with two disciplines, and every discipline with some of them: it is enough, and half the time.
            if ranks && !every && (turn + index) % 3 > 0 {
                continue;
            }
            all.push(StrategySettings {
                rules: Vec::new(),
                name: format!("{discipline:?} {placement:?} {requeue:?}"),
                discipline: discipline.clone(),
                placement,
                spot: None,
                requeue,
                overspends: false,
            });
        }
    }
    for (discipline, placement, policy) in spot_policies() {
        all.push(StrategySettings {
            spot: Some(policy),
            placement,
            requeue,
            ..StrategySettings::bare(
                &format!("{discipline:?} {placement:?} {policy:?}"),
                discipline,
            )
        });
    }
    all
}
