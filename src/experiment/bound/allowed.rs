//! Where jobs could run at all, and how much work a GPU-hour does for them there at best.

use std::collections::BTreeMap;

use crate::model::{Change, Happening, Masks, Model, RuleMode, Shape, StrategySettings, Supply};
use crate::units::{ClassId, PoolId, ProviderId, ShapeId};

/// A GPU-hour on the reference GPU type at the requested size does so much.
pub(super) const REFERENCE: u128 = 1_000_000;
const MILLION: u128 = 1_000_000;

/// A pool that a group of jobs could use.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Way {
    /// Which.
    pub(super) pool: PoolId,
    /// Work that a GPU-hour does there at best, in millionths of one on the reference GPU type.
    pub(super) most: u128,
    /// At worst.
    pub(super) least: u128,
    /// If it is rented: what of its price is left, in millionths, after the best discount.
    pub(super) keeps: u128,
    /// Whether spend was promised to its provider.
    pub(super) promised: bool,
}

/// Jobs that could use the same pools equally well.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Group {
    /// Owned pools, ascending.
    pub(super) owned: Vec<Way>,
    /// Rented pools, ascending.
    pub(super) rented: Vec<Way>,
}

impl Group {
    /// The least work that a GPU-hour does anywhere.
    pub(super) fn least(&self) -> u128 {
        let ways = self.owned.iter().chain(&self.rented);
        ways.map(|way| way.least).min().unwrap_or(0)
    }

    /// By stretch, what an hour of a reference GPU costs at least where it is rented from then on, in thousandths of a
    /// price; `None` if it cannot be.
    pub(super) fn cheapest(&self, lowest: &[Vec<u64>], promised: bool) -> Vec<Option<u128>> {
        let stretches = lowest.first().map_or(0, Vec::len);
        let cost = |way: &Way, stretch: usize| {
            if promised && way.promised {
                return 0;
            }
            let price = u128::from(lowest[way.pool.index()][stretch]);
            // × 1000 for thousandths, ÷ (most ÷ reference) for speed, × keeps ÷ 10⁶ for the discount.
            price * 1000 * way.keeps / way.most
        };
        (0..stretches)
            .map(|stretch| self.rented.iter().map(|way| cost(way, stretch)).min())
            .collect()
    }
}

/// Who may run where.
#[derive(Clone, Debug, Default)]
pub(super) struct Allowed {
    /// All groups.
    pub(super) groups: Vec<Group>,
    /// By shape, its group.
    pub(super) of: Vec<u32>,
    /// By pool, what of what it charges is left, in millionths, after the best discount.
    pub(super) keeps: Vec<u128>,
    /// By pool, whether spend was promised to its provider and counts there.
    pub(super) promised: Vec<bool>,
}

impl Allowed {
    /// Sorts the shapes of a model into groups, under the rules as the strategy keeps them.
    pub(super) fn of(model: &Model, settings: &StrategySettings) -> Self {
        let pools = (0..model.pools.len()).map(PoolId::from);
        let mut allowed = Self {
            keeps: pools.clone().map(|pool| keeps(model, pool)).collect(),
            promised: pools.map(|pool| is_promised(model, pool)).collect(),
            ..Self::default()
        };
        let masks = lasting_masks(model, settings);
        let mut known: BTreeMap<Group, u32> = BTreeMap::new();
        for (index, shape) in model.shapes.iter().enumerate() {
            let group = allowed.group(model, (ShapeId::from(index), shape), masks);
            let next = known.len() as u32;
            let place = *known.entry(group.clone()).or_insert(next);
            if place == next {
                allowed.groups.push(group);
            }
            allowed.of.push(place);
        }
        allowed
    }

    fn group(&self, model: &Model, (id, shape): (ShapeId, &Shape), masks: Option<Masks>) -> Group {
        let mut group = Group::default();
        for index in 0..model.pools.len() {
            let pool = PoolId::from(index);
            let (mut most, mut least) = (0, u128::MAX);
            for class in classes_of(model, shape.class) {
                let terms = &model.classes[class.index()];
                let is_open = terms.burst || !model.pools[index].is_rented();
                if !is_open || !terms.pools.contains(&pool) {
                    continue;
                }
                let (slow, quick) = speeds(model, id, class, pool);
                most = most.max(quick);
                least = least.min(slow);
            }
            let may = masks.is_none_or(|masks| model.lets_run(masks, id, pool));
            if most == 0 || !may {
                continue;
            }
            let way = Way {
                pool,
                most,
                least,
                keeps: self.keeps[index],
                promised: self.promised[index],
            };
            match model.pools[index].supply {
                Supply::Owned { .. } => group.owned.push(way),
                Supply::Rented(_) => group.rented.push(way),
            }
        }
        group
    }
}

/// A class and those that stand for its jobs once they are cut over.
fn classes_of(model: &Model, class: ClassId) -> impl Iterator<Item = ClassId> {
    let twins = model.rollout.twins.iter();
    let twins = twins.filter(move |twin| twin.of == class);
    std::iter::once(class).chain(twins.map(|twin| twin.class))
}

/// The least and the most work that a GPU-hour does for a shape, over all sizes with which its gang may go on.
fn speeds(model: &Model, shape: ShapeId, class: ClassId, pool: PoolId) -> (u128, u128) {
    let speed = model.pools[pool.index()].speed[class.index()];
    let whole = u128::from(speed) * 1000;
    let (mut least, mut most) = (whole, whole);
    for smaller in model.elastic.smaller(shape) {
        let of = u128::from((speed * smaller.speed / 1000).max(1)) * 1000;
        let (large, small) = (model.milli_of(shape), model.milli_of(smaller.shape).max(1));
        let work = of * u128::from(large);
        least = least.min(work / u128::from(small));
        most = most.max(work.div_ceil(u128::from(small)));
    }
    (least, most)
}

/// The rules in force throughout; `None` if there are none, or if their modes may change, or if jobs run at the start
/// that were never asked.
fn lasting_masks(model: &Model, settings: &StrategySettings) -> Option<Masks> {
    let by_phases = model.rollout.phases.iter().flat_map(|phase| &phase.changes);
    let changed = by_phases
        .into_iter()
        .any(|change| matches!(change, Change::Rule { .. }))
        || model.weather.script.iter().any(|incident| {
            matches!(
                incident.what,
                Happening::Rule { .. } | Happening::RuleOver { .. }
            )
        });
    let by_finding = model.rules.findings.rows.iter();
    let mut situations = by_finding
        .map(|row| row.situation)
        .chain(model.rules.changes.iter().map(|one| one.situation));
    let changed = changed || situations.any(|situation| situation != 0);
    let lasting = model.rules.are_used() && !changed && model.initial.jobs.is_empty();
    let mode = |rule: usize| -> RuleMode {
        let own = settings.rules.iter().find(|own| usize::from(own.0) == rule);
        own.map_or(model.rules.list[rule].mode, |own| own.1)
    };
    lasting.then(|| model.rules.masks(mode))
}

fn provider_of(model: &Model, pool: PoolId) -> Option<ProviderId> {
    let counts = model.commitments.pools.contains(&pool);
    counts.then(|| model.site_of(pool).provider)
}

fn keeps(model: &Model, pool: PoolId) -> u128 {
    let Some(provider) = provider_of(model, pool) else {
        return MILLION;
    };
    let discounts = model.commitments.discounts.iter();
    let mine = discounts.filter(|discount| discount.provider == provider);
    // Several discounts of one provider would all be given.
    let best = mine.map(|discount| discount.tiers.iter().map(|tier| tier.1).max().unwrap_or(0));
    MILLION.saturating_sub(best.map(u128::from).sum())
}

fn is_promised(model: &Model, pool: PoolId) -> bool {
    let Some(provider) = provider_of(model, pool) else {
        return false;
    };
    let mut promises = model.commitments.promises.iter();
    promises.any(|promise| promise.provider == provider)
}
