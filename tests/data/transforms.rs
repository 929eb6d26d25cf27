//! Transforms that rules require: when copies are made, what they cost, who reads them, worked by hand.

use crate::common::checks::balances;
use crate::common::clouds::{HOUR, MINUTE, world};
use crate::common::helpers::of_class;
use crate::common::wires::{GB, line, web, wire};
use crate::common::worlds::{Row, timeline};
use crate::common::{Everything, owned, play};
use plimsoll::dice::Dice;
use plimsoll::journal::{Cause, Fact, Item, Payee, RuleMode};
use plimsoll::model::{
    Class, Dataset, Derived, Ends, Freight, Happening, Horizon, Incident, Link, Model, MoveRules,
    Packing, Placement, Pool, Replica, Rhythm, Rule, RuleEffect, Rules, Scored, Scoring, Site,
    Timeline, Transform, TransformKind, Weights,
};
use plimsoll::units::{Bandwidth, BytePrice, Bytes, DatasetId, Money, SimTime, SiteId, Span};

pub(crate) const HOME: SiteId = SiteId(0);
pub(crate) const FAR: SiteId = SiteId(1);
pub(crate) const MASKED: DatasetId = DatasetId(2);

/// Two data sets of 3,600 GB at home, which classes 0 and 1 read; 16 GPUs far away, at the end of 1 GB/s. Masking takes
/// half an hour, and reads 2 GB/s, so it takes an hour in all; it costs .01 a gigabyte. Class 2 reads nothing.
pub(crate) fn estate(mode: RuleMode, fails: u32) -> Model {
    let far = Pool {
        site: FAR,
        speed: vec![1000; 3],
        ..owned("far", 2, 8, Packing::Count)
    };
    let mut model = world(vec![far], Placement::PrivateOnly);
    model.horizon = Horizon::At(SimTime(24 * HOUR));
    model.sites.push(Site::bare("far"));
    wire(&mut model, line((0, 1), GB, 0));
    let copy = |name: &str| Dataset {
        name: name.to_owned(),
        kept: Vec::new(),
        ..web(3_600, HOME)
    };
    model.datasets = vec![
        web(3_600, HOME),
        web(3_600, HOME),
        copy("web (mask)"),
        copy("code (mask)"),
    ];
    "code".clone_into(&mut model.datasets[1].name);
    let reads = |name: &str, data: Vec<DatasetId>| Class {
        data,
        ..Class::bare(name, vec![0.into()])
    };
    model.classes = vec![
        reads("records", vec![DatasetId(0)]),
        reads("code", vec![DatasetId(1)]),
        reads("nothing", Vec::new()),
    ];
    for made in 0..2 {
        let (dataset, base) = (DatasetId(2 + made), DatasetId(made));
        model.network.copies.push(Replica {
            dataset,
            site: HOME,
            storage: None,
        });
        model.transforms.derived.push(Derived {
            dataset,
            base,
            transform: 0,
            copy: made,
            site: HOME,
        });
    }
    model.transforms.list = vec![Transform {
        name: "mask".to_owned(),
        kind: TransformKind::Mask,
        lead: Span(30 * MINUTE),
        rate: Bandwidth(2 * GB),
        price: BytePrice(10_000),
        fails,
        work: None,
        flaws: None,
        validation: None,
    }];
    model.transforms.versions = 2;
    model.transforms.uses = vec![vec![], vec![0]];
    let of = |id: u16| vec![DatasetId(id)];
    model.transforms.reads = vec![of(0), of(2), of(1), of(3), vec![], vec![]];
    model.rules.list = vec![Rule {
        mode,
        transform: Some(0),
        ..Rule::of_moves("only-masked", RuleEffect::Require)
    }];
    model
}

/// Nothing leaves as it is.
pub(crate) fn judge(model: &mut Model, rows: &[Row], weather: &[Incident]) -> Everything {
    judge_at(model, rows, weather, None)
}

/// Nothing leaves as it is for some site, or any.
fn judge_at(
    model: &mut Model,
    rows: &[Row],
    weather: &[Incident],
    at: Option<SiteId>,
) -> Everything {
    let world = world_of(model, rows, weather, at);
    let heard = play(model, &world, 0);
    balances(&heard);
    heard
}

/// The world in which these jobs come, and nothing leaves as it is for some site, or any.
pub(crate) fn world_of(
    model: &mut Model,
    rows: &[Row],
    weather: &[Incident],
    at: Option<SiteId>,
) -> Timeline {
    let mut world = timeline(model, rows);
    let sizes = (model.shapes.len(), model.pools.len());
    let list = std::mem::take(&mut model.rules.list);
    model.rules = Rules::by_hand(list, sizes, |_, _, _| false);
    let raw = |_: usize, freight: Freight, (_, to): Ends, _: &Link| {
        at.is_none_or(|at| to == Some(at))
            && matches!(freight, Freight::Dataset(DatasetId(0 | 1), _))
    };
    model.network.moves = MoveRules::by_hand(model, raw);
    model.rhythms = vec![Rhythm::NONE; sizes.0 * sizes.1];
    world.weather = weather.to_vec();
    let dice = Dice {
        seed: 1,
        replication: world.replication,
    };
    world.sample_errands(model, &dice);
    world
}

pub(crate) fn started(heard: &Everything, job: usize) -> u64 {
    heard.jobs[job].start.unwrap().0
}

fn units(money: Money) -> i128 {
    assert_eq!(money.0 % Money::TICKS_PER_UNIT, 0);
    money.0 / Money::TICKS_PER_UNIT
}

#[test]
fn a_copy_is_made_once_and_read_by_all_who_come_later() {
    let mut model = estate(RuleMode::Enforce, 0);
    let rows = [
        Row::of(0, 8, HOUR),
        Row::of(90 * MINUTE, 8, HOUR),
        Row::of(5 * HOUR, 8, HOUR),
    ];
    let heard = judge(&mut model, &rows, &[]);
    // Masked at 1 h, there at 2 h.
    assert_eq!(started(&heard, 0), 2 * HOUR);
    assert_eq!(started(&heard, 1), 2 * HOUR);
    assert_eq!(started(&heard, 2), 5 * HOUR);
    assert_eq!(heard.jobs[0].waits[Cause::Staging], 2 * HOUR);
    assert_eq!(heard.jobs[0].waits.total(), 2 * HOUR);
    let facts: Vec<_> = heard
        .facts
        .iter()
        .filter(|(_, fact)| {
            matches!(
                fact,
                Fact::TransformBegan(..) | Fact::Transformed(..) | Fact::Staged(..)
            )
        })
        .copied()
        .collect();
    assert_eq!(
        facts,
        [
            (SimTime(0), Fact::TransformBegan(0, MASKED)),
            (SimTime(HOUR), Fact::Transformed(0, MASKED)),
            (SimTime(2 * HOUR), Fact::Staged(MASKED, FAR)),
        ]
    );
    // 3,600 × .01, once.
    assert_eq!(units(heard.run.transform_cost), 36);
    let posted = heard
        .postings
        .iter()
        .filter(|one| one.item == Item::Transform);
    let posted: Vec<_> = posted
        .map(|one| (one.to.0, one.payee, units(one.amount)))
        .collect();
    assert_eq!(posted, [(HOUR, Payee::Transform(0), 36)]);
    // Nothing moved as it was, and nothing was refused: that it would be, is in the lists of pools.
    assert!(heard.movements.iter().all(|(_, one)| one.against == 0));
}

#[test]
fn one_transform_does_one_thing_after_another() {
    let mut model = estate(RuleMode::Enforce, 0);
    let rows = [Row::of(0, 8, HOUR), of_class(1, Row::of(1, 8, HOUR))];
    let heard = judge(&mut model, &rows, &[]);
    // The second is masked from 1 h to 2 h, and moves when the first is there.
    assert_eq!(
        (started(&heard, 0), started(&heard, 1)),
        (2 * HOUR, 3 * HOUR)
    );
    assert_eq!(units(heard.run.transform_cost), 72);
}

#[test]
fn what_fails_is_tried_and_paid_again() {
    let mut seen = false;
    for class in 0..2 {
        let mut model = estate(RuleMode::Enforce, 500_000);
        let heard = judge(&mut model, &[of_class(class, Row::of(0, 8, HOUR))], &[]);
        let failures = heard.run.transforms_failed;
        assert_eq!(started(&heard, 0), (failures + 2) * HOUR);
        assert_eq!(
            units(heard.run.transform_cost),
            36 * i128::from(failures + 1)
        );
        let failed = heard.facts.iter();
        let failed = failed.filter(|(_, fact)| matches!(fact, Fact::TransformFailed(..)));
        assert_eq!(failed.count() as u64, failures);
        seen |= 0 < failures;
    }
    assert!(seen, "one of two coins");
}

#[test]
fn in_audit_data_move_as_they_are_and_are_counted() {
    let mut model = estate(RuleMode::Audit, 0);
    let heard = judge(&mut model, &[Row::of(0, 8, HOUR)], &[]);
    assert_eq!(started(&heard, 0), HOUR);
    assert_eq!(units(heard.run.transform_cost), 0);
    let any = heard.moved.iter().filter(|record| record.rule.is_none());
    let (moves, bytes) = any.fold((0, 0), |sum, one| (sum.0 + one.moves, sum.1 + one.bytes));
    assert_eq!((moves, bytes), (1, u128::from(3_600 * GB)));
}

#[test]
fn who_comes_after_the_rule_waits_for_the_copy_and_who_runs_keeps_what_it_reads() {
    // The rule is obeyed from 2 h on. The first job has its data at 1 h and runs to 4 h; the second comes at 3 h, and
    // finds the data as they are of no use.
    let mut model = estate(RuleMode::Off, 0);
    let (rule, mode, passes) = (0, RuleMode::Enforce, false);
    let turn = [Incident::terms(
        SimTime(2 * HOUR),
        Happening::Rule { rule, mode, passes },
    )];
    let rows = [Row::of(0, 8, 3 * HOUR), Row::of(3 * HOUR, 8, HOUR)];
    let heard = judge(&mut model, &rows, &turn);
    assert_eq!((started(&heard, 0), heard.jobs[0].end.0), (HOUR, 4 * HOUR));
    assert_eq!(started(&heard, 1), 5 * HOUR);
}

/// As [`estate`], with a second place for jobs of which the rule says nothing, also 1 GB/s away, that comes first in the
/// file.
fn two_places(scoring: Scoring) -> Model {
    let mut model = estate(RuleMode::Enforce, 0);
    let near = Pool {
        name: "near".to_owned(),
        site: SiteId(2),
        ..model.pools[0].clone()
    };
    model.pools.insert(0, near);
    model.sites.push(Site::bare("near"));
    wire(&mut model, line((0, 2), GB, 0));
    for class in &mut model.classes {
        class.pools = vec![0.into(), 1.into()];
    }
    model.strategies[0].placement = Placement::Scored(Scored {
        by: scoring,
        ceiling: None,
        from: None,
    });
    // The copy is 36 GB.
    model.datasets[2].size = Bytes(36 * GB);
    model
}

/// Nothing leaves as it is for where the second pool stands. Returns when the first job starts, and where.
fn placed(mut model: Model, weather: &[Incident]) -> (u64, u16) {
    let rows = [Row::of(0, 8, HOUR)];
    let heard = judge_at(&mut model, &rows, weather, Some(FAR));
    (started(&heard, 0), heard.jobs[0].pool.unwrap().0)
}

#[test]
fn pools_are_ranked_by_what_would_be_read_there() {
    // 3,600 GB as they are to the first pool, an hour; to the second 36 GB, 36 s, of what takes an hour to make.
    let by_data = placed(two_places(Scoring::DataGravity), &[]);
    assert_eq!(by_data, (HOUR + 36_000, 1));
    let by_delay = Weights {
        delay: 1000,
        ..Weights::default()
    };
    let by_delay = Scoring::Weighted(by_delay);
    assert_eq!(placed(two_places(by_delay), &[]), (HOUR, 0));
    // Without lead, and read at twice the rate, it is made in a quarter of an hour.
    let mut quick = two_places(by_delay);
    quick.transforms.list[0].lead = Span::ZERO;
    quick.transforms.list[0].rate = Bandwidth(4 * GB);
    assert_eq!(placed(quick, &[]), (15 * MINUTE + 36_000, 1));
}

#[test]
fn keeping_a_copy_costs_from_when_it_is_made() {
    let mut model = estate(RuleMode::Enforce, 0);
    model.horizon = Horizon::At(SimTime(74 * HOUR));
    // 1,000 GB at .73 a month of 730 h are 1 an hour.
    model.datasets[2].size = Bytes(1_000 * GB);
    model.datasets[2].storage = BytePrice(730_000);
    let heard = judge(&mut model, &[Row::of(0, 8, HOUR)], &[]);
    assert_eq!(units(heard.run.storage_cost), 73);
}
