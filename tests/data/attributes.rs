//! Copies of data against which rules turn because attributes change: they stay, are deleted or locked, by hand.

use crate::common::checks::balances;
use crate::common::clouds::{HOUR, world};
use crate::common::wires::{GB, line, web, wire};
use crate::common::worlds::{Row, timeline};
use crate::common::{Everything, owned, play};
use plimsoll::dice::Dice;
use plimsoll::engine::{Scratch, simulate};
use plimsoll::experiment::{CopyAt, Lineage};
use plimsoll::journal::{Cause, Consequence, Fact};
use plimsoll::model::{
    AttributeChange, AttributeSaid, Class, Ends, Freight, Happening, Horizon, Incident, Link,
    Model, MoveRules, Packing, Placement, Replica, Rhythm, Rule, RuleEffect, Rules, Site, Storage,
    Timeline, Whom,
};
use plimsoll::strategy::Strategy;
use plimsoll::units::{
    Bandwidth, DatasetId, Money, PoolId, SimTime, SiteId, Span, StoragePrice, StrategyId,
};

const FAR: SiteId = SiteId(1);
const RECORDS: DatasetId = DatasetId(0);

/// 3,600 GB are kept at home, where no pool is; a pool of 8 GPUs is far away, an hour's sending, and what lies in its
/// cache costs .36 an hour.
fn estate() -> Model {
    let mut pool = owned("far", 1, 8, Packing::Count);
    pool.site = FAR;
    let mut model = world(vec![pool], Placement::PrivateOnly);
    model.horizon = Horizon::At(SimTime(20 * HOUR));
    model.sites.push(Site {
        cache_on: Some(0),
        ..Site::bare("far")
    });
    wire(&mut model, line((0, 1), GB, 0));
    model.network.storages = vec![Storage {
        price: StoragePrice {
            micro: 73_000,
            bytes: GB,
        },
        ..Storage::bare("scratch", FAR, Bandwidth(GB))
    }];
    model.datasets = vec![web(3_600, SiteId(0))];
    model.classes = vec![Class {
        data: vec![RECORDS],
        ..Class::bare("reader", vec![PoolId(0)])
    }];
    model
}

/// The first job comes at once and reads from 1 h to 4 h; the second comes at 5 h. From 2 h on the data must not come
/// there, until `over`.
fn found(
    model: Model,
    (on_change, grace): (Consequence, u64),
    over: Option<u64>,
    early: &[Incident],
) -> Everything {
    let (model, world) = judged(model, (on_change, grace), over, early);
    let heard = play(&model, &world, 0);
    balances(&heard);
    heard
}

/// The same, to be played.
fn judged(
    mut model: Model,
    (on_change, grace): (Consequence, u64),
    over: Option<u64>,
    early: &[Incident],
) -> (Model, Timeline) {
    let rows = [Row::of(0, 8, 3 * HOUR), Row::of(5 * HOUR, 8, HOUR)];
    let mut world = timeline(&mut model, &rows);
    let rule = Rule {
        on_change,
        grace: Span(grace),
        ..Rule::of_moves("stays-home", RuleEffect::Forbid)
    };
    let sizes = (model.shapes.len(), 1);
    let rules = Rules::by_hand(vec![rule], sizes, |_, _, _| false);
    model.rules = rules.then_by_hand(2, |_, _, _, _| false);
    let never = |_: usize, _: Freight, _: Ends, _: &Link| false;
    let always = |_: usize, _: Freight, _: Ends, _: &Link| true;
    let later = MoveRules::by_hand(&model, always);
    let moves = MoveRules::by_hand(&model, never).followed_by(vec![later]);
    model.network.moves = moves;
    model.rhythms = vec![Rhythm::NONE; sizes.0];
    world.weather = early.to_vec();
    for (at, situation) in [(Some(2 * HOUR), 1), (over, 0)] {
        let Some(at) = at.map(SimTime) else { continue };
        let change = model.rules.changes.len() as u16;
        model.rules.changes.push(AttributeChange {
            at,
            situation,
            known: situation,
            by: Vec::new(),
            said: vec![AttributeSaid {
                whom: Whom::Data(RECORDS),
                attribute: "classification".to_owned(),
                before: None,
                after: None,
            }],
        });
        let what = Happening::Attributes { change };
        world.weather.push(Incident::terms(at, what));
    }
    Incident::put_in_order(&mut world.weather);
    (model, world)
}

/// What became of the copy, by the hour.
fn told(heard: &Everything) -> Vec<(u64, &'static str)> {
    let told = heard.facts.iter().filter_map(|&(at, fact)| {
        let what = match fact {
            Fact::CopyRejudged(RECORDS, FAR, 0, consequence) => consequence.name(),
            Fact::CopyDeleted(RECORDS, FAR) => "deleted",
            Fact::CopyUnlocked(RECORDS, FAR) => "unlocked",
            Fact::Staged(RECORDS, FAR) => "staged",
            _ => return None,
        };
        Some((at.0 / HOUR, what))
    });
    told.collect()
}

/// What the cache cost, in hours of the whole.
fn hours_kept(heard: &Everything) -> i128 {
    let an_hour = Money::TICKS_PER_UNIT * 36 / 100;
    assert_eq!(heard.run.storage_cost.0 % an_hour, 0);
    heard.run.storage_cost.0 / an_hour
}

#[test]
fn a_copy_stays_without_new_readers_or_goes_with_the_last() {
    let heard = found(estate(), (Consequence::Finish, 0), None, &[]);
    assert_eq!(told(&heard), [(1, "staged"), (2, "finish")]);
    // From 1 h to the end; the second job waits for 15 h.
    assert_eq!(hours_kept(&heard), 19);
    assert_eq!(heard.jobs[0].end, SimTime(4 * HOUR));
    assert_eq!(heard.jobs[1].waits[Cause::Rule], 15 * HOUR);
    // The first reads on to 4 h.
    let heard = found(estate(), (Consequence::Evict, 0), None, &[]);
    assert_eq!(told(&heard), [(1, "staged"), (2, "evict"), (4, "deleted")]);
    assert_eq!((heard.jobs[0].end.0, hours_kept(&heard)), (4 * HOUR, 3));
}

#[test]
fn a_copy_is_deleted_or_locked_at_once_and_who_reads_it_stops() {
    let heard = found(estate(), (Consequence::Stop, 0), Some(10 * HOUR), &[]);
    let expected = [(1, "staged"), (2, "stop"), (2, "deleted"), (11, "staged")];
    assert_eq!(told(&heard), expected);
    // Both wait until 10 h for the rule; it is sent anew until 11 h, and paid for 1 h and for 9 h. The first does its 3 h
    // from the beginning.
    assert_eq!((heard.jobs[0].end.0, hours_kept(&heard)), (14 * HOUR, 10));
    assert_eq!(heard.jobs[1].end, SimTime(15 * HOUR));
    // Locked, it lies there all along, and is read from 10 h on.
    let heard = found(estate(), (Consequence::Quarantine, 0), Some(10 * HOUR), &[]);
    let expected = [(1, "staged"), (2, "quarantine"), (10, "unlocked")];
    assert_eq!(told(&heard), expected);
    assert_eq!((heard.jobs[0].end.0, hours_kept(&heard)), (13 * HOUR, 19));
}

#[test]
fn a_copy_may_stay_for_a_time_first() {
    // To 7 h; nobody new reads it from 2 h on.
    let heard = found(estate(), (Consequence::Evict, 5 * HOUR), None, &[]);
    let expected = [(1, "staged"), (2, "grace"), (7, "evict"), (7, "deleted")];
    assert_eq!(told(&heard), expected);
    assert_eq!((heard.jobs[0].end.0, hours_kept(&heard)), (4 * HOUR, 6));
    // It may stay again before: the second job finds it.
    let heard = found(
        estate(),
        (Consequence::Evict, 5 * HOUR),
        Some(6 * HOUR),
        &[],
    );
    assert_eq!(told(&heard), [(1, "staged"), (2, "grace")]);
    assert_eq!(heard.jobs[1].start, Some(SimTime(6 * HOUR)));
}

#[test]
fn a_copy_that_is_kept_is_locked_or_deleted_too() {
    let kept = || {
        let mut model = estate();
        model.network.copies = vec![Replica {
            dataset: RECORDS,
            site: FAR,
            storage: Some(0),
        }];
        model
    };
    let early = [
        Incident::terms(SimTime(0), Happening::CopyBegins { copy: 0 }),
        Incident::terms(SimTime(12 * HOUR), Happening::CopyEnds { copy: 0 }),
    ];
    // There from 1 h. Deleted at 2 h but for its reader, who has it until 4 h; that it was to end at 12 h changes nothing.
    let heard = found(kept(), (Consequence::Evict, 0), None, &early);
    assert_eq!(told(&heard), [(2, "evict"), (4, "deleted")]);
    assert_eq!((heard.jobs[0].end.0, hours_kept(&heard)), (4 * HOUR, 3));
    // Locked from 2 h to 10 h, and kept to its end at 12 h; the first begins again at 10 h, and has it until 13 h.
    let heard = found(
        kept(),
        (Consequence::Quarantine, 0),
        Some(10 * HOUR),
        &early,
    );
    assert_eq!(told(&heard)[..2], [(2, "quarantine"), (10, "unlocked")]);
    assert_eq!(heard.jobs[0].end, SimTime(13 * HOUR));
    // Locked to its end: paid from 1 h to 12 h.
    let heard = found(kept(), (Consequence::Quarantine, 0), None, &early);
    assert_eq!(told(&heard), [(2, "quarantine")]);
    assert_eq!(hours_kept(&heard), 11);
}

/// An instant, the copies at it, of each job whether it holds GPUs or is over, and how much became of all that.
type Followed = (u64, Vec<CopyAt>, Vec<(u32, bool, bool)>, usize);

/// What there is of the records at an instant, and how much became of it.
fn followed(at: Option<u64>) -> Followed {
    let (model, world) = judged(estate(), (Consequence::Stop, 0), Some(10 * HOUR), &[]);
    let strategy = Strategy::prepare(&model, StrategyId(0));
    let mut lineage = Lineage::of(&model, &world, RECORDS, at.map(SimTime));
    let dice = Dice {
        seed: 1,
        replication: 0,
    };
    let scratch = &mut Scratch::default();
    simulate(&model, &strategy, &world, &dice, scratch, &mut lineage).unwrap();
    let (when, standing) = lineage.then.unwrap();
    let jobs = standing.jobs.iter();
    let jobs = jobs.map(|(job, heir)| (job.0, heir.pool.is_some(), heir.state.is_some()));
    let copies = standing.copies.into_values().collect();
    (when.0, copies, jobs.collect(), lineage.after.len())
}

#[test]
fn what_has_any_of_it_is_known_at_any_instant() {
    let cached = |since: u64| CopyAt {
        since: SimTime(since),
        kept: false,
        locked: false,
    };
    // When it is found out, at 2 h: in the cache since 1 h, and the first job runs on it. That stops, and the copy is
    // judged and deleted.
    let expected = (2 * HOUR, vec![cached(HOUR)], vec![(0, true, false)], 3);
    assert_eq!(followed(None), expected);
    // Before it came, nobody has any of it.
    assert_eq!(
        followed(Some(HOUR / 2)),
        (HOUR / 2, Vec::new(), Vec::new(), 0)
    );
    // At 5 h the first waits, and the copy is gone.
    let waits = (5 * HOUR, Vec::new(), vec![(0, false, false)], 0);
    assert_eq!(followed(Some(5 * HOUR)), waits);
    // At 14:30 h it is there again since 11 h; the first is done since 14 h, the second runs.
    let late = 14 * HOUR + HOUR / 2;
    let (_, copies, jobs, _) = followed(Some(late));
    assert_eq!(copies, [cached(11 * HOUR)]);
    assert_eq!(jobs, [(0, true, true), (1, true, false)]);
}

#[test]
fn a_locked_copy_stays_whatever_a_milder_rule_says_later() {
    // From 2 h on the first rule locks the copy; from 6 h on the second, which would delete it, speaks against it too. At
    // 10 h neither does: it is there to be read, and was paid for from 1 h to the end.
    let (mut model, mut world) = judged(estate(), (Consequence::Quarantine, 0), None, &[]);
    let locks = model.rules.list[0].clone();
    let deletes = Rule {
        on_change: Consequence::Evict,
        ..Rule::of_moves("goes", RuleEffect::Forbid)
    };
    let changes = std::mem::take(&mut model.rules.changes);
    let sizes = (model.shapes.len(), 1);
    let rules = Rules::by_hand(vec![locks, deletes], sizes, |_, _, _| false);
    model.rules = rules.then_by_hand(3, |_, _, _, _| false);
    let first = MoveRules::by_hand(&model, |_, _, _, _| false);
    let one = MoveRules::by_hand(&model, |rule, _, _, _| rule == 0);
    let both = MoveRules::by_hand(&model, |_, _, _, _| true);
    model.network.moves = first.followed_by(vec![one, both]);
    world.weather.clear();
    for (hour, situation) in [(2, 1), (6, 2), (10, 0)] {
        let change = model.rules.changes.len() as u16;
        model.rules.changes.push(AttributeChange {
            at: SimTime(hour * HOUR),
            situation,
            known: situation,
            ..changes[0].clone()
        });
        let what = Happening::Attributes { change };
        let at = SimTime(hour * HOUR);
        world.weather.push(Incident::terms(at, what));
    }
    let heard = play(&model, &world, 0);
    balances(&heard);
    assert_eq!(
        told(&heard),
        [(1, "staged"), (2, "quarantine"), (10, "unlocked")]
    );
    assert_eq!(hours_kept(&heard), 19);
}
