//! Which rented pools a job asks now, under a policy for spot capacity: some of the spot pools in some order, then, if it
//! may, those that stay, cheapest first.

use crate::model::{Model, RentKind, SpotPolicy, Supply, Uniform, Zones};
use crate::units::{PoolId, ShapeId, SimTime, Span};
use crate::world::{Phase, Refusal, Slot, World, ZoneMemory, ZoneTally, wall};

use super::Strategy;
use super::candidates::unit_cost;
use super::offer::{Missing, price_at};
use super::plan::Plan;
use super::terms::deadline;

/// A rented pool in the order in which it is asked: by kind, then by key, then by what work costs there.
pub(super) type Zone = (bool, u64, u64, PoolId);

/// What a job may use now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Standing {
    spot: bool,
    on_demand: bool,
    /// When that may be otherwise though nothing happens.
    again: SimTime,
}

impl Strategy {
    /// As renting the cheapest, in the order of a policy.
    #[cold]
    pub(super) fn rent_by_policy(
        &self,
        plan: &mut Plan<'_>,
        (slot, shape): (Slot, ShapeId),
        policy: &SpotPolicy,
        missing: &mut Missing,
    ) -> Result<PoolId, Option<Refusal>> {
        let standing = self.standing(plan, policy, slot, shape);
        let mut zones = std::mem::take(&mut plan.pass.zones);
        self.order_zones(plan, (slot, shape), policy, &mut zones);
        let allowed = |stays: bool| {
            if stays {
                standing.on_demand
            } else {
                standing.spot
            }
        };
        if plan.orders.witness.is_on() {
            let rented = zones.iter().filter(|zone| allowed(zone.0));
            let rented = rented.map(|zone| zone.3);
            let owned = self.owned(shape).iter().copied();
            let all = owned.chain(rented);
            plan.orders.witness.ranks(all.map(|pool| (pool, None)));
        }
        let mut refusal = None;
        let mut taken = None;
        for &(stays, _, _, pool) in &zones {
            if !allowed(stays) {
                continue;
            }
            match plan.rent(slot, pool) {
                Ok(()) => {
                    taken = Some(pool);
                    break;
                }
                Err(why) => {
                    missing.note(why, pool);
                    refusal = Some(why);
                }
            }
        }
        plan.pass.zones = zones;
        if taken.is_none() && standing.again < SimTime::NEVER {
            plan.wake_at(slot, standing.again);
        }
        taken.ok_or(refusal)
    }

    /// The rented pools of a job under the ceiling: spot pools in the order of the policy, then the others.
    fn order_zones(
        &self,
        plan: &Plan<'_>,
        (slot, shape): (Slot, ShapeId),
        policy: &SpotPolicy,
        zones: &mut Vec<Zone>,
    ) {
        let now = plan.world.now;
        let of = &plan.model.shapes[shape.index()];
        zones.clear();
        for &pool in self.rented(shape) {
            let price = price_at(plan, pool, now);
            if self.ceiling().is_none_or(|ceiling| price <= ceiling) {
                let cost = unit_cost(plan.model, of, pool, price);
                zones.push((!is_spot(plan.model, pool), 0, cost, pool));
            }
        }
        let memory = plan.world.spot.of_job(plan.world.jobs[slot].id, slot);
        let spot = || zones.iter().filter(|zone| !zone.0);
        let asked = spot().map(|zone| plan.world.spot.tally(zone.3).asked);
        let total: u64 = asked.sum();
        let last = PoolId::from(plan.model.pools.len());
        for zone in zones.iter_mut().filter(|zone| !zone.0) {
            zone.1 = match policy.zones {
                Zones::Cheapest => 0,
                Zones::RetrySame { tries } => {
                    // Without a memory all are alike, and the cheapest comes first.
                    memory.map_or(0, |memory| {
                        turn(zone.3, memory, memory.refusals >= tries, last)
                    })
                }
                Zones::EagerNext => memory.map_or(u64::from(zone.3.0), |memory| {
                    turn(zone.3, memory, memory.failed, last)
                }),
                Zones::Bandit => u64::MAX - promise(plan.world.spot.tally(zone.3), total),
            };
        }
        zones.sort_unstable();
        if matches!(policy.zones, Zones::RetrySame { .. }) {
            // It asks one zone at a time.
            let mut first = true;
            zones.retain(|zone| zone.0 || std::mem::take(&mut first));
        }
    }

    fn standing(
        &self,
        plan: &Plan<'_>,
        policy: &SpotPolicy,
        slot: Slot,
        shape: ShapeId,
    ) -> Standing {
        let now = plan.world.now;
        if let Some(uniform) = policy.uniform
            && let Some(course) = self.course(plan.model, plan.world, (slot, shape), uniform)
        {
            let hurries = course.hurries(now);
            let behind = course.is_behind(now);
            return Standing {
                spot: !hurries,
                on_demand: hurries || behind,
                again: if hurries || behind {
                    SimTime::NEVER
                } else {
                    course.falls_behind().min(course.hurry).max(now + Span(1))
                },
            };
        }
        let job = &plan.world.jobs[slot];
        let history = plan.world.jobs.history(job).filter(|_| job.has_run());
        let since = history.map_or(job.request.submit, |history| history.waiting_since);
        let due = policy.on_demand_after.map(|after| since + after);
        Standing {
            spot: true,
            on_demand: due.is_some_and(|due| due <= now),
            again: due.filter(|&due| now < due).unwrap_or(SimTime::NEVER),
        }
    }

    /// The course of a job to its deadline; `None` if it has none, or no capacity that stays.
    fn course(
        &self,
        model: &Model,
        world: &World,
        (slot, shape): (Slot, ShapeId),
        uniform: Uniform,
    ) -> Option<Course> {
        let deadline = deadline(model, world, slot)?;
        let job = &world.jobs[slot];
        let stays = |pool: &&PoolId| !is_spot(model, **pool);
        let left = |&pool: &PoolId| world.expected_end(model, slot, pool).since(world.now);
        let asked = job.request.requested.0;
        let done = world.progress(model, slot).min(asked);
        // While it runs what is left is worked out where it is.
        let left = if job.phase == Phase::Running {
            let work = Span((asked - done).max(1));
            model.rhythm(shape, job.pool).wall(wall(work, job.speed))
        } else {
            self.rented(shape).iter().filter(stays).map(left).min()?
        };
        let twice = 2 * uniform.changeover.0;
        Some(Course {
            submit: job.request.submit,
            deadline,
            asked,
            done,
            twice,
            // Where even now is too late, it has been all along.
            hurry: SimTime(
                left.0
                    .checked_add(twice)
                    .and_then(|needed| deadline.0.checked_sub(needed))
                    .map_or(0, |at| at + 1),
            ),
        })
    }

    /// Under uniform progress, whoever runs on demand and is far enough ahead goes back to spot capacity, where any may
    /// be had as far as one knows.
    pub(super) fn return_to_spot(&self, plan: &mut Plan<'_>) {
        let Some(uniform) = self.settings.spot.and_then(|policy| policy.uniform) else {
            return;
        };
        let now = plan.world.now;
        for index in 0..plan.world.jobs.slots() {
            let slot = Slot(index as u32);
            let job = plan.world.jobs[slot];
            let stays = plan.model.pool(job.pool).is_rented() && !is_spot(plan.model, job.pool);
            if job.phase != Phase::Running || !stays {
                continue;
            }
            let shape = job.request.shape;
            let Some(course) = self.course(plan.model, plan.world, (slot, shape), uniform) else {
                continue;
            };
            if course.hurries(now) {
                continue;
            }
            let Some(ahead) =
                course.gets_ahead(now, (job.started + job.restart).max(now), job.speed)
            else {
                continue;
            };
            if now < ahead {
                plan.wake_at(slot, ahead);
            } else if self.may_have_spot(plan, shape) {
                plan.world.admit();
                plan.preempt(slot, Some(true));
            }
        }
    }

    /// Whether some spot pool of a shape has not refused anybody lately.
    fn may_have_spot(&self, plan: &Plan<'_>, shape: ShapeId) -> bool {
        let gpus = self.gpus_of(shape);
        let now = plan.world.now;
        let mut spot = self
            .rented(shape)
            .iter()
            .filter(|&&pool| is_spot(plan.model, pool));
        spot.any(|&pool| {
            let state = plan.world.pool(pool);
            let price = price_at(plan, pool, now);
            state.may_be_had(plan.model.pool(pool), now, gpus)
                && self.ceiling().is_none_or(|ceiling| price <= ceiling)
        })
    }
}

/// How far a job is on its way to its deadline. The line of uniform progress goes from nothing at its submission to all
/// that it asked for at the deadline.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Course {
    submit: SimTime,
    deadline: SimTime,
    /// Work that it asked for and that is done, in reference ms.
    asked: u64,
    done: u64,
    /// Two changeovers.
    twice: u64,
    /// The first instant at which only capacity that stays will do.
    hurry: SimTime,
}

impl Course {
    /// Whether less time is left than what is left to do and two changeovers take.
    fn hurries(&self, now: SimTime) -> bool {
        self.hurry <= now
    }

    /// done × D < t × asked: it is below the line.
    fn is_behind(&self, now: SimTime) -> bool {
        self.product() < u128::from(now.since(self.submit).0) * u128::from(self.asked)
    }

    /// The first instant at which it is, if nothing more is done.
    fn falls_behind(&self) -> SimTime {
        let after = self.product() / u128::from(self.asked.max(1)) + 1;
        self.submit + Span(u64::try_from(after).unwrap_or(u64::MAX / 2))
    }

    /// The first instant at which it will be above the line of two changeovers later, running at `speed` ‰ from an
    /// instant on; `None` if it does not gain.
    fn gets_ahead(&self, now: SimTime, works_from: SimTime, speed: u32) -> Option<SimTime> {
        let span = u128::from(self.deadline.since(self.submit).0);
        let line = |at: SimTime| {
            (u128::from(at.since(self.submit).0) + u128::from(self.twice)) * u128::from(self.asked)
        };
        if line(now) <= self.product() {
            return Some(now);
        }
        let behind = line(works_from).saturating_sub(self.product());
        let gain = (u128::from(speed) * span).checked_sub(1000 * u128::from(self.asked))?;
        let after = (behind * 1000).checked_div(gain)? + 1;
        Some(works_from + Span(u64::try_from(after).ok()?))
    }

    fn product(&self) -> u128 {
        u128::from(self.done) * u128::from(self.deadline.since(self.submit).0)
    }
}

pub(super) fn is_spot(model: &Model, pool: PoolId) -> bool {
    matches!(&model.pool(pool).supply, Supply::Rented(terms) if terms.kind == RentKind::Spot)
}

/// The place of a pool in the order of the file that begins at (or, `behind`, after) the one remembered.
fn turn(pool: PoolId, memory: ZoneMemory, behind: bool, last: PoolId) -> u64 {
    let (own, from) = (
        u64::from(pool.0),
        u64::from(memory.zone.0) + u64::from(behind),
    );
    if own >= from {
        own
    } else {
        own + u64::from(last.0)
    }
}

/// What a pool promises, in millionths: the mean of what it granted and kept, and √(2 ln N ÷ n); more than any if nobody
/// asked it yet.
fn promise(tally: ZoneTally, total: u64) -> u64 {
    if tally.asked == 0 {
        return u64::MAX;
    }
    let kept = tally.asked.saturating_sub(tally.failed) * 1_000_000 / tally.asked;
    // √(x millionths) in millionths is √(x × 10⁶).
    let square = 2 * ln_millionths(total) / tally.asked * 1_000_000;
    kept + square.isqrt()
}

/// The natural logarithm in millionths, by integers alone: the same everywhere.
fn ln_millionths(number: u64) -> u64 {
    const BITS: u32 = 20;
    let number = number.max(1);
    let whole = number.ilog2();
    // The number as 1.f in 31 bits behind the point, squared for each bit of its logarithm.
    let mut rest = (number << (63 - whole)) >> 32;
    let mut binary = u64::from(whole) << BITS;
    for bit in (0..BITS).rev() {
        rest = (rest * rest) >> 31;
        if rest >= 1 << 32 {
            rest >>= 1;
            binary |= 1 << bit;
        }
    }
    (binary * 693_147) >> BITS
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn logarithms_of_integers() {
        // ln 2 = .693147, ln 10 = 2.302585, ln 1000 = 6.907755.
        for (number, wanted) in [(1, 0), (2, 693_147), (10, 2_302_585), (1000, 6_907_755)] {
            let found = ln_millionths(number);
            assert!(found.abs_diff(wanted) <= 10, "{number}: {found}");
        }
    }

    #[test]
    fn who_was_tried_little_promises_more() {
        let tally = |asked, failed| ZoneTally { asked, failed };
        // N = 100: mean .9 + √(2 × 4.60517 ÷ 90) = .9 + .319901; mean .8 + √(2 × 4.60517 ÷ 10) = .8 + .959705.
        let (often, seldom) = (promise(tally(90, 9), 100), promise(tally(10, 2), 100));
        assert!(often.abs_diff(1_219_901) < 50, "{often}");
        assert!(seldom.abs_diff(1_759_705) < 50, "{seldom}");
        assert_eq!(promise(tally(0, 0), 100), u64::MAX);
    }

    #[test]
    fn the_line_of_uniform_progress() {
        // 4 h of work, 10 h to the deadline, a changeover of 15 min: at 5 h the line is at 2 h.
        let hour = Span::HOUR.0;
        let course = |done: u64| Course {
            submit: SimTime(0),
            deadline: SimTime(10 * hour),
            asked: 4 * hour,
            done,
            twice: hour / 2,
            hurry: SimTime(0),
        };
        let five = SimTime(5 * hour);
        assert!(course(2 * hour - 1).is_behind(five) && !course(2 * hour).is_behind(five));
        assert_eq!(course(2 * hour).falls_behind(), SimTime(5 * hour + 1));
        // The line of half an hour later is at 2.2 h. From 2 h done it gains 1 − .4 an hour: .2 ÷ .6 h = 20 min later.
        let ahead = course(2 * hour).gets_ahead(five, five, 1000);
        assert_eq!(ahead, Some(SimTime(5 * hour + hour / 3 + 1)));
        assert_eq!(
            course(11 * hour / 5).gets_ahead(five, five, 1000),
            Some(five)
        );
        // At four tenths of the reference's speed it never gains.
        assert_eq!(course(2 * hour).gets_ahead(five, five, 400), None);
    }
}
