//! What a decision saw of the pools that it had before it: kept while somebody asks for it, and made into a
//! justification when the decision is carried out.

use std::ops::Range;

use crate::journal::{Bar, Cause, Choice, Considered, Justification, Score};
use crate::model::{Model, Placement};
use crate::units::{JobId, PoolId, ShapeId};
use crate::world::{Refusal, Slot, World};

use super::Strategy;
use super::may_burst;

mod sight;
mod verdicts;

use sight::{Sight, bar, bar_to, find, per_work};
use verdicts::{Found, Verdicts};

/// What was decided for one job.
#[derive(Clone, Debug)]
struct Decided {
    job: JobId,
    shape: ShapeId,
    /// Where it goes, or why it waits.
    chosen: Result<PoolId, Cause>,
    /// The test that let it leave, as it came out.
    leave: Option<Choice>,
    sights: Range<usize>,
    /// Pools as they ranked, where that is not the order of the estate and of prices.
    ranking: Option<Range<usize>>,
    /// The pool that was worth waiting for.
    awaited: Option<PoolId>,
}

/// A pool with what it was ranked by.
pub(super) type Ranked = (PoolId, Option<Score>);

/// A pool in the order in which a strategy tries them: what the order is by, and where it stands among the sights.
type Place = (u64, usize);

/// Sees what a decision looks at. All of its memory serves again and again.
#[derive(Clone, Debug, Default)]
pub struct Witness {
    /// Whether anybody asks.
    is_on: bool,
    /// For whom the last sights are.
    looks_at: Option<Slot>,
    leave: Option<Choice>,
    /// Where the last ranking begins, if pools ranked for it.
    ranking: Option<usize>,
    awaited: Option<PoolId>,
    sights: Vec<Sight>,
    /// How many sights belong to what was decided.
    kept: usize,
    /// Pools as they ranked for each of some decisions, one after the other.
    rankings: Vec<Ranked>,
    /// How many of them belong to what was decided.
    rankings_kept: usize,
    decided: Vec<Decided>,
    /// By slot, for whom it was last told of which cause of waiting.
    told: Vec<Option<(JobId, Cause)>>,
    /// Memory for the order of pools.
    places: Vec<Place>,
    verdicts: Verdicts,
    /// Memory for what is told.
    pub memory: Vec<Considered>,
}

impl Witness {
    /// A run begins.
    pub fn begin(&mut self, is_on: bool) {
        self.is_on = is_on;
        self.told.clear();
        self.verdicts.forget();
        self.forget();
    }

    /// Whether anybody asks.
    #[inline]
    pub(super) const fn is_on(&self) -> bool {
        self.is_on
    }

    /// How many decisions wait to be told.
    pub const fn decisions(&self) -> usize {
        self.decided.len()
    }

    /// All of them were told.
    pub fn forget(&mut self) {
        self.begin_offer();
        (self.kept, self.rankings_kept) = (0, 0);
        self.sights.clear();
        self.rankings.clear();
        self.decided.clear();
    }

    /// A job is offered its pools anew.
    pub(super) fn begin_offer(&mut self) {
        self.looks_at = None;
        self.leave = None;
        self.ranking = None;
        self.awaited = None;
    }

    /// Pools ranked like this, best first.
    pub(super) fn ranks(&mut self, pools: impl Iterator<Item = Ranked>) {
        self.rankings.truncate(self.rankings_kept);
        self.rankings.extend(pools);
        self.ranking = Some(self.rankings_kept);
    }

    /// A pool is worth waiting for.
    pub(super) const fn awaits(&mut self, pool: PoolId) {
        self.awaited = Some(pool);
    }

    /// The test that lets a job leave came out like this.
    pub(super) const fn may_leave(&mut self, choice: Choice) {
        self.leave = Some(choice);
    }

    /// Looks at all pools of a job's class before anything changes for it, but for one that is asked next and answers
    /// for itself.
    #[cold]
    pub(super) fn look(&mut self, model: &Model, world: &World, slot: Slot, asks: Option<PoolId>) {
        if self.looks_at == Some(slot) {
            return;
        }
        self.looks_at = Some(slot);
        self.sights.truncate(self.kept);
        let class = model.class_of(world.jobs[slot].request.shape);
        let pools = model.classes[class.index()].pools.iter();
        self.sights.extend(pools.map(|&pool| Sight {
            pool,
            bar: if asks == Some(pool) {
                None
            } else {
                bar_to(model, world, slot, pool)
            },
            asked: false,
            price: world.tariffs.price_at(pool, world.now),
        }));
    }

    /// A pool was asked and answered.
    #[cold]
    pub(super) fn heard(
        &mut self,
        world: &World,
        slot: Slot,
        pool: PoolId,
        answer: Result<(), Refusal>,
    ) {
        let kept = self.kept;
        let mut sights = self.sights[kept..].iter_mut();
        if let Some(sight) = sights.find(|sight| sight.pool == pool) {
            sight.asked = true;
            sight.bar = answer.err();
        }
        if answer.is_ok() {
            if let Some(told) = self.told.get_mut(slot.0 as usize) {
                *told = None;
            }
            self.decide(world, slot, Ok(pool));
        }
    }

    /// A job found no pool.
    #[cold]
    pub(super) fn refused(&mut self, model: &Model, world: &World, slot: Slot, cause: Cause) {
        let index = slot.0 as usize;
        let news = Some((world.jobs[slot].id, cause));
        if self.told.get(index) == Some(&news) {
            return;
        }
        if self.told.len() <= index {
            self.told.resize(index + 1, None);
        }
        self.told[index] = news;
        self.look(model, world, slot, None);
        self.decide(world, slot, Err(cause));
    }

    fn decide(&mut self, world: &World, slot: Slot, chosen: Result<PoolId, Cause>) {
        let sights = self.kept..self.sights.len();
        self.kept = self.sights.len();
        let ranking = self.ranking.map(|from| from..self.rankings.len());
        if ranking.is_some() {
            self.rankings_kept = self.rankings.len();
        }
        let job = &world.jobs[slot];
        self.decided.push(Decided {
            job: job.id,
            shape: job.request.shape,
            chosen,
            leave: self.leave,
            sights,
            ranking,
            awaited: self.awaited,
        });
        self.begin_offer();
    }
}

impl Strategy {
    /// Says what this strategy made of what a decision saw; `number` counts the decisions that wait to be told.
    pub fn justify(
        &self,
        model: &Model,
        world: &World,
        (witness, number): (&mut Witness, usize),
        told: &mut Justification,
    ) {
        let mut places = std::mem::take(&mut witness.places);
        let shape = witness.decided[number].shape;
        // They stand in the order of the pools of a class, as sights do.
        let verdicts = witness.verdicts.of(model, world, shape);
        let decided = &witness.decided[number];
        told.at = world.now;
        told.job = decided.job;
        told.shape = decided.shape;
        told.chosen = decided.chosen.ok();
        told.choice = choice(model, decided);
        told.considered.clear();
        let sights = &witness.sights[decided.sights.clone()];
        let ranking = decided.ranking.clone();
        let ranking = ranking.map(|range| &witness.rankings[range]);
        self.order_of(model, (decided, sights), ranking, &mut places);
        let mut is_chosen = false;
        let mut is_outranked = false;
        for (place, &(_, index)) in places.iter().enumerate() {
            let sight = &sights[index];
            is_chosen |= told.chosen == Some(sight.pool);
            let bar = if is_outranked {
                Some(Bar::Outranked)
            } else {
                self.bar_of(model, decided, sight, is_chosen)
                    .map(|bar| or_down(model, world, sight.pool, bar))
            };
            is_outranked |= decided.awaited == Some(sight.pool);
            let score = ranking.and_then(|ranking| score_of(ranking, sight.pool));
            let per_work = per_work(model, shape, sight);
            let place = (Some(place as u16), bar, score);
            told.considered
                .push(verdicts[index].told(per_work, sight, place));
        }
        if places.len() < sights.len() {
            for (index, sight) in sights.iter().enumerate() {
                if places.iter().any(|place| place.1 == index) {
                    continue;
                }
                let found = &verdicts[index];
                let is_usable = self.pools_of(shape).any(|pool| pool == sight.pool);
                let bar = if is_usable {
                    or_down(model, world, sight.pool, self.why_unranked(sight))
                } else {
                    self.why_never(model, shape, (sight.pool, found))
                };
                let per_work = per_work(model, shape, sight);
                told.considered
                    .push(found.told(per_work, sight, (None, Some(bar), None)));
            }
        }
        witness.places = places;
    }

    /// Finds in which order the strategy tries the pools that a decision saw.
    fn order_of(
        &self,
        model: &Model,
        (decided, sights): (&Decided, &[Sight]),
        ranking: Option<&[Ranked]>,
        places: &mut Vec<Place>,
    ) {
        places.clear();
        // Preemptive disciplines take owned pools without asking how they rank.
        if let Some(ranking) = ranking {
            let ranked = ranking.iter().filter_map(|&(pool, _)| find(sights, pool));
            places.extend(ranked.map(|index| (0, index)));
            return;
        }
        let shape = decided.shape;
        for &pool in self.owned(shape) {
            places.extend(find(sights, pool).map(|index| (0, index)));
        }
        let first_rented = places.len();
        let rented = self.rented(shape).iter();
        let rented = rented.filter_map(|&pool| find(sights, pool));
        if !self.candidates[shape.index()].prices_move {
            places.extend(rented.map(|index| (0, index)));
            return;
        }
        places.extend(rented.map(|index| (per_work(model, shape, &sights[index]).0, index)));
        // Of equals the cheaper at the start comes first.
        insert_sorted(&mut places[first_rented..]);
    }

    /// Why a pool that a shape may use was not ranked: something stood in the way, it is too dear, or nobody knows when
    /// it has room.
    fn why_unranked(&self, sight: &Sight) -> Bar {
        match sight.bar {
            Some(why) => bar(why),
            None if self.ceiling().is_some_and(|ceiling| sight.price > ceiling) => Bar::Ceiling,
            None if self.remembers_spot() => Bar::Early,
            None => Bar::Full,
        }
    }

    /// What stood between a job and a pool of the strategy; `behind` says that what was chosen stands before it, or is
    /// it.
    fn bar_of(&self, model: &Model, decided: &Decided, sight: &Sight, behind: bool) -> Option<Bar> {
        if sight.asked || behind {
            return sight.bar.map(bar);
        }
        if !model.pool(sight.pool).is_rented() {
            return Some(sight.bar.map_or(Bar::Reserved, bar));
        }
        if self.ceiling().is_some_and(|ceiling| sight.price > ceiling) {
            return Some(Bar::Ceiling);
        }
        let may_leave = decided.leave.is_some()
            || !matches!(self.settings.placement, Placement::PrivateFirst(_))
            || self.owned(decided.shape).is_empty();
        if may_leave {
            sight.bar.map(bar)
        } else {
            Some(Bar::Early)
        }
    }

    /// Why a pool is not among those that a shape may use.
    fn why_never(&self, model: &Model, shape: ShapeId, (pool, found): (PoolId, &Found)) -> Bar {
        let of = &model.shapes[shape.index()];
        let is_rented = model.pool(pool).is_rented();
        match self.settings.placement {
            Placement::PrivateOnly if is_rented => Bar::Strategy,
            Placement::PublicOnly if !is_rented => Bar::Strategy,
            _ if is_rented && !may_burst(model, of) => Bar::Stays,
            // A rule is only to blame where it could have gone otherwise.
            _ if found.refusing != 0 => Bar::Rule,
            _ if !model.windows.lets(self.in_force.windows, of.class, pool) => Bar::Closed,
            _ if !model.failovers.lets(self.in_force.doors, shape, pool) => Bar::Failover,
            _ => Bar::Size,
        }
    }
}

/// Sorts by the first of each, keeping the order of equals, in place: a stable sort of many would ask for memory.
fn insert_sorted(places: &mut [Place]) {
    for last in 1..places.len() {
        let behind = places[..last].partition_point(|place| place.0 <= places[last].0);
        places[behind..=last].rotate_right(1);
    }
}

fn score_of(ranking: &[Ranked], pool: PoolId) -> Option<Score> {
    ranking.iter().find(|ranked| ranked.0 == pool)?.1
}

/// What has no room since nothing of it works is not full.
fn or_down(model: &Model, world: &World, pool: PoolId, bar: Bar) -> Bar {
    if bar == Bar::Full && world.is_gone(model, pool) {
        Bar::Down
    } else {
        bar
    }
}

/// Why what was chosen was.
fn choice(model: &Model, decided: &Decided) -> Choice {
    match decided.chosen {
        Err(cause) => Choice::Nothing(cause),
        Ok(_) if decided.ranking.is_some() => Choice::Ranked,
        Ok(pool) if !model.pool(pool).is_rented() => Choice::First,
        Ok(_) => decided.leave.unwrap_or(Choice::Cheapest),
    }
}
