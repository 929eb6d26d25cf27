//! What it would mean for a job to run in a pool: the terms that scores are made of, each in its own unit. What a
//! placement ranks by and what is told of its choice come from the same numbers.

use crate::journal::Score;
use crate::model::{Grouping, Model, Scored, Scoring, Weights};
use crate::units::{Carbon, MilliGpus, Money, PoolId, SimTime, Span};
use crate::world::{Slot, World};

/// The terms of one job in one pool at one moment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Terms {
    /// What the run is expected to cost: estimate × GPUs × published price. Owned capacity is paid for whether used or
    /// not, so using it costs nothing more.
    pub cost: Money,
    /// How long until it is expected to run: room by the estimates of what runs there, boot, data.
    pub delay: Span,
    /// Bytes that move first, or over links while it runs.
    pub data: u64,
    /// How long a byte is on its way from where nearness is measured.
    pub latency: Span,
    /// What the run is expected to emit at the intensity of the moment.
    pub carbon: Carbon,
    /// Free GPUs that are left over beside it on the last node that it takes.
    pub fragmentation: u64,
    /// How long it is expected to run there.
    pub run: Span,
}

/// Ticks of money in one unit of the currency for each hour: a millisecond is 10⁹ of them.
const TICKS_PER_MS_OF_AN_HOUR: i128 = Money::TICKS_PER_UNIT / Span::HOUR.0 as i128;
/// Ticks for each byte of a unit of the currency for each gigabyte.
const TICKS_PER_BYTE_OF_A_GB: i128 = Money::TICKS_PER_UNIT / 1_000_000_000;
/// What cannot be reached is this far away: twelve days.
const UNREACHABLE: Span = Span(12 * Span::DAY.0);

impl Terms {
    /// The terms of a job in a pool. `delay` is how long it waits for room there by the estimates.
    pub fn of(
        model: &Model,
        world: &World,
        scored: &Scored,
        slot: Slot,
        pool: PoolId,
        room: Span,
    ) -> Self {
        let job = &world.jobs[slot];
        let terms = model.pool(pool);
        let run = world.expected_end(model, slot, pool).since(world.now);
        let gpus = MilliGpus::whole(job.gpus);
        let (boot, cost) = if terms.is_rented() {
            let is_up = world.pool(pool).fits(job.gpus);
            let price = world.tariffs.price_at(pool, world.now);
            let boot = if is_up { Span::ZERO } else { terms.mean_boot() };
            (boot, Money::of(gpus, run, price))
        } else {
            (Span::ZERO, Money::ZERO)
        };
        let (data, staging) = world.to_move(model, slot, pool);
        let carbon = if scored.asks_carbon() {
            let rate = i128::from(model.power.intensity(pool, world.now));
            Carbon(rate * i128::from(gpus.0) * i128::from(run.0))
        } else {
            Carbon::ZERO
        };
        Self {
            cost,
            delay: room.max(boot).max(staging),
            data: data.saturating_add(fed_over_links(model, world, slot, pool, run)),
            latency: latency(model, scored, pool),
            carbon,
            fragmentation: world.pool(pool).left_over(job.gpus, terms.gpus_per_node),
            run,
        }
    }

    /// The weighted sum, in thousandths of the ledger's ticks.
    pub fn sum(&self, weights: &Weights) -> i128 {
        let unit = Money::TICKS_PER_UNIT;
        let part = |weight: u64, ticks: i128| ticks.saturating_mul(i128::from(weight));
        part(weights.cost, self.cost.0)
            + part(weights.delay, i128::from(self.delay.0) * TICKS_PER_MS_OF_AN_HOUR)
            + part(weights.data, i128::from(self.data) * TICKS_PER_BYTE_OF_A_GB)
            + part(weights.latency, i128::from(self.latency.0) * unit)
            // A tick of emissions is to a gram what one of money is to a unit.
            + part(weights.carbon, self.carbon.0 / 1000)
            + part(weights.fragmentation, i128::from(self.fragmentation) * unit)
    }

    /// When the run is expected to be over.
    pub fn end(&self, now: SimTime) -> SimTime {
        now + self.delay + self.run
    }

    /// What is told of a pool that was ranked by a key.
    pub(super) fn score(&self, (late, value, _): (u64, i128, i128)) -> Score {
        Score {
            late: late != 0,
            value,
            cost: self.cost,
            delay: self.delay,
            data: self.data,
            latency: self.latency,
            carbon: self.carbon,
            fragmentation: self.fragmentation,
            run: self.run,
        }
    }

    /// By what a placement ranks a pool: the least comes first, and of equals the cheaper.
    pub(super) fn key(
        &self,
        model: &Model,
        world: &World,
        scored: &Scored,
        slot: Slot,
        pool: PoolId,
    ) -> (u64, i128, i128) {
        let cheap = self.cost.0;
        match scored.by {
            Scoring::Weighted(weights) => (0, self.sum(&weights), cheap),
            Scoring::DataGravity => (0, i128::from(self.data), cheap),
            Scoring::LatencyFirst => (0, i128::from(self.latency.0), cheap),
            Scoring::CarbonAware => (0, self.carbon.0, cheap),
            Scoring::Spread(by) => (0, i128::from(at_site(model, world, slot, pool, by)), cheap),
            Scoring::DeadlineAware { slack } => {
                let end = self.end(world.now);
                match deadline(model, world, slot) {
                    Some(deadline) if end + slack > deadline => (1, i128::from(end.0), cheap),
                    _ => (0, cheap, i128::from(end.0)),
                }
            }
        }
    }
}

/// When a job should be over; `None` if nobody says so.
pub fn deadline(model: &Model, world: &World, slot: Slot) -> Option<SimTime> {
    let request = &world.jobs[slot].request;
    let class = &model.classes[model.class_of(request.shape).index()];
    Some(request.submit + class.deadline?)
}

/// How long a byte is on its way to a pool; without end where no link leads there.
fn latency(model: &Model, scored: &Scored, pool: PoolId) -> Span {
    let Some(from) = scored.from.filter(|_| scored.asks_latency()) else {
        return Span::ZERO;
    };
    let to = model.pool(pool).site;
    if from == to {
        return Span::ZERO;
    }
    let routes = model.network.routes(from, to).iter();
    let least = routes.map(|route| route.latency).min();
    least.unwrap_or(UNREACHABLE).min(UNREACHABLE)
}

/// Bytes that a job would read over links while it runs in a pool.
fn fed_over_links(model: &Model, world: &World, slot: Slot, pool: PoolId, run: Span) -> u64 {
    let Some((way, rate)) = model.feed(world.jobs[slot].request.shape, pool) else {
        return 0;
    };
    let best = model
        .network
        .feeds
        .get(way as usize)
        .and_then(|ways| ways.first());
    let crosses = best.is_none_or(|way| model.network.crossed(&way.links).next().is_some());
    if crosses {
        u64::try_from(rate.moves(run) / 1000).unwrap_or(u64::MAX)
    } else {
        0
    }
}

/// GPUs that the group of a job has at the site of a pool.
fn at_site(model: &Model, world: &World, slot: Slot, pool: PoolId, by: Grouping) -> u64 {
    let request = &world.jobs[slot].request;
    let site = model.pool(pool).site;
    let there = (0..model.pools.len()).filter(|&index| model.pools[index].site == site);
    let held = |index: usize| match by {
        Grouping::Tenant => world.claims.of_tenant(request.tenant, PoolId::from(index)),
        Grouping::Class => {
            let class = model.class_of(request.shape);
            world.claims.of_class(class, PoolId::from(index))
        }
    };
    there.map(held).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_score_is_money() {
        let terms = Terms {
            cost: Money(7 * Money::TICKS_PER_UNIT / 2),
            delay: Span(90 * 60_000),
            data: 250_000_000_000,
            latency: Span(20),
            // 3 kg: a gram is as many ticks as a unit of money.
            carbon: Carbon(3000 * Money::TICKS_PER_UNIT),
            fragmentation: 5,
            run: Span::HOUR,
        };
        let weights = Weights {
            cost: 1000,
            delay: 10_000,
            data: 20,
            latency: 50,
            carbon: 100,
            fragmentation: 200,
        };
        // 3.50 + 1.5 h × 10 + 250 GB × .02 + 20 ms × .05 + 3 kg × .10 + 5 × .20 = 3.5 + 15 + 5 + 1 + .3 + 1.
        let milli = Money::TICKS_PER_UNIT / 1000;
        assert_eq!(terms.sum(&weights), 25_800 * milli * 1000);
        assert_eq!(terms.sum(&Weights::default()), 0);
        assert_eq!(terms.end(SimTime(5)), SimTime(5 + 9_000_000));
    }
}
