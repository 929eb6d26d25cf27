//! Data that jobs read, and where they are kept.

use crate::units::{
    Bandwidth, BytePrice, Bytes, DatasetId, Money, PoolId, ServiceId, ShapeId, SimTime, SiteId,
    Span,
};

use super::Model;
use super::estate::CheckpointHome;
use super::network::Traffic;

/// Data that jobs read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dataset {
    /// Its name.
    pub name: String,
    /// How much it is.
    pub size: Bytes,
    /// The sites that keep it throughout, its home first.
    pub kept: Vec<SiteId>,
    /// What a gigabyte of each of these copies costs in a month of 730 h.
    pub storage: BytePrice,
    /// How urgent it is on its way.
    pub traffic: Traffic,
    /// Who keeps the key without which it cannot be read.
    pub key: Option<ServiceId>,
    /// How it is pulled, if it is an artifact; then no site keeps it throughout.
    pub artifact: Option<Artifact>,
}

/// How a container or a model is pulled to where it is used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Artifact {
    /// From where.
    pub registry: ServiceId,
    /// The site of the registry; `None` stands outside.
    pub home: Option<SiteId>,
    /// How fast it comes where no link leads to the registry; at once if `None`.
    pub rate: Option<Bandwidth>,
    /// Pulls that break, in millionths.
    pub broken: u32,
    /// How long after a broken pull the next one begins.
    pub retry: Span,
    /// Who keeps the key without which it cannot be pulled.
    pub key: Option<ServiceId>,
    /// After how many failed jobs a corrupted version is found; 0: not by them.
    pub found_by: u32,
    /// How long rolling back takes then.
    pub rollback: Span,
}

/// Ticks of money in µ × bytes × ms of a price per GB-month: 3.6 × 10⁹ ticks are one µ, a gigabyte is 10⁹ bytes
/// and a month 2.628 × 10⁹ ms, so one tick is 7.3 × 10⁸ of them.
const PER_TICK: u128 = 730_000_000;

/// No job reads faster: an exabyte per second.
const MAX_RATE: u64 = 1_000_000_000_000_000_000;

impl Dataset {
    /// What keeping its copies costs from the start on; rounded down once.
    pub fn storage_cost(&self, until: SimTime) -> Money {
        self.cost_of(self.kept.len() as u128, until)
    }

    /// What keeping one copy costs for so long; rounded down once.
    pub fn copy_cost(&self, until: Span) -> Money {
        self.cost_of(1, SimTime(until.0))
    }

    fn cost_of(&self, copies: u128, until: SimTime) -> Money {
        let rate = u128::from(self.size.0) * u128::from(self.storage.0) * copies;
        let (whole, rest) = (rate / PER_TICK, rate % PER_TICK);
        let span = u128::from(until.0);
        Money((whole * span + rest * span / PER_TICK) as i128)
    }
}

impl Model {
    /// Whether any job must have data where it runs.
    pub fn stages_data(&self) -> bool {
        self.classes.iter().any(|class| !class.data.is_empty())
    }

    /// Whether checkpoints of any class go home.
    pub fn syncs_checkpoints(&self) -> bool {
        let mut classes = self.classes.iter();
        classes.any(|class| class.checkpoint_home.is_some())
    }

    /// Where checkpoints of jobs of a shape go.
    pub fn checkpoint_home(&self, shape: ShapeId) -> Option<CheckpointHome> {
        self.classes[self.class_of(shape).index()].checkpoint_home
    }

    /// Whether any job reads while it runs.
    pub fn feeds_jobs(&self) -> bool {
        !self.network.feeds.is_empty()
    }

    /// On which of the network's ways jobs of a shape are fed in a pool, and how fast they read unless they are
    /// starved; `None` if they read nothing.
    pub fn feed(&self, shape: ShapeId, pool: PoolId) -> Option<(u32, Bandwidth)> {
        let class = self.class_of(shape);
        let each = self.classes[class.index()].feed?;
        let speed = u128::from(self.pool(pool).speed[class.index()]);
        // Thousandths of GPUs at thousandths of the reference's speed.
        let all = u128::from(each.0) * u128::from(self.milli_of(shape)) * speed / 1_000_000;
        let way = class.index() * self.pools.len() + pool.index();
        let most = u128::from(MAX_RATE);
        Some((way as u32, Bandwidth(all.clamp(1, most) as u64)))
    }

    /// A data set.
    pub fn dataset(&self, id: DatasetId) -> &Dataset {
        &self.datasets[id.index()]
    }

    /// What keeping a data set costs at the least at its own price.
    fn kept_rent_of(&self, id: usize, dataset: &Dataset, until: SimTime) -> Money {
        if self.retention.homes.is_empty() {
            return dataset.storage_cost(until);
        }
        let kept = dataset.kept.iter();
        let ends = kept.map(|&site| self.kept_at_least(DatasetId::from(id), site, until));
        ends.map(|end| dataset.copy_cost(end.since(SimTime::ZERO)))
            .sum()
    }

    /// What keeping costs that is kept throughout, whatever anybody does.
    pub fn kept_rent(&self, until: SimTime) -> Money {
        let own = self.datasets.iter().enumerate();
        let own: Money = own.map(|(id, of)| self.kept_rent_of(id, of, until)).sum();
        let kept = self.network.kept.iter().enumerate();
        let kept = kept.map(|(place, &(storage, bytes))| {
            let storage = &self.network.storages[usize::from(storage)];
            let of = self.network.shelved.get(place);
            let until = of.map_or(until, |&id| self.kept_at_least(id, storage.site, until));
            storage
                .price
                .cost(u128::from(bytes.0) * u128::from(until.0))
        });
        own + kept.sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_terabyte_kept_twice_for_a_month_costs_its_price_twice() {
        let dataset = Dataset {
            name: "web".to_owned(),
            size: Bytes(1_000_000_000_000),
            kept: vec![SiteId(0), SiteId(3)],
            storage: BytePrice(20_000),
            traffic: Traffic::Bulk,
            key: None,
            artifact: None,
        };
        // 1,000 GB × .02 × 2 = 40 in 730 h, to the tick.
        let month = SimTime(730 * 3_600_000);
        assert_eq!(dataset.storage_cost(month).0, 40 * Money::TICKS_PER_UNIT);
        assert_eq!(dataset.storage_cost(SimTime::ZERO), Money::ZERO);
    }
}
