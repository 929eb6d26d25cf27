//! Rules about what moves: which way it takes, what stays, what happens against those that are audited, and how much
//! permits let through in a day, worked by hand.

use crate::common::checks::balances;
use crate::common::clouds::{HOUR, MINUTE, world};
use crate::common::helpers::of_class;
use crate::common::wires::{GB, line, web};
use crate::common::worlds::{Row, timeline};
use crate::common::{Everything, owned, play};
use plimsoll::journal::{Cause, JobState, Moved, MovementStep, RuleMode};
use plimsoll::model::{
    Class, Consequence, Dataset, Ends, Freight, Happening, Horizon, Incident, Link, LinkKind,
    Model, MoveRules, Packing, Placement, Pool, Rhythm, Route, Rule, RuleEffect, Rules, Site,
};
use plimsoll::units::{BytePrice, Bytes, ClassId, DatasetId, JobId, LinkId, SimTime, SiteId, Span};

const INTERNET: LinkId = LinkId(0);
const CIRCUIT: LinkId = LinkId(1);
const HOME: SiteId = SiteId(0);
const FAR: SiteId = SiteId(1);

/// Two data sets of 3,600 GB are kept at home, where no pool is; a pool of 8 GPUs is far away. From home there are the
/// internet at 1 GB/s for .01 a gigabyte, and a circuit at half of that for .02; back there is the internet alone.
/// Jobs of class 0 read the first, those of class 1 the second, those of class 2 nothing.
pub(crate) fn estate(rules: Vec<Rule>) -> Model {
    let far = Pool {
        site: FAR,
        speed: vec![1000; 3],
        ..owned("far", 1, 8, Packing::Count)
    };
    let mut model = world(vec![far], Placement::PrivateOnly);
    model.horizon = Horizon::At(SimTime(5 * 24 * HOUR));
    model.sites.push(Site::bare("far"));
    let internet = |ends| Link {
        kind: LinkKind::Internet,
        ..line(ends, GB, 10_000)
    };
    model.network.links = vec![
        internet((0, 1)),
        line((0, 1), GB / 2, 20_000),
        internet((1, 0)),
    ];
    let route = |link: u16, cost: u64| Route {
        cost: BytePrice(cost),
        latency: Span::ZERO,
        links: vec![LinkId(link)],
    };
    let there = vec![route(0, 10_000), route(1, 20_000)];
    model.network.routes.insert((HOME, FAR), there);
    let back = vec![route(2, 10_000)];
    model.network.routes.insert((FAR, HOME), back);
    model.datasets = vec![
        web(3_600, HOME),
        Dataset {
            name: "code".to_owned(),
            ..web(3_600, HOME)
        },
    ];
    let reads = |name: &str, data: Vec<DatasetId>| Class {
        data,
        ..Class::bare(name, model.classes[0].pools.clone())
    };
    model.classes = vec![
        reads("records", vec![DatasetId(0)]),
        reads("code", vec![DatasetId(1)]),
        reads("nothing", Vec::new()),
    ];
    model.rules.list = rules;
    model
}

/// Plays jobs where rules fire as said of a rule, what moves, and a link.
pub(crate) fn judge(
    model: &mut Model,
    rows: &[Row],
    weather: &[Incident],
    fires: impl Fn(usize, Freight, &Link) -> bool,
) -> Everything {
    let mut world = timeline(model, rows);
    let sizes = (model.shapes.len(), model.pools.len());
    let list = std::mem::take(&mut model.rules.list);
    model.rules = Rules::by_hand(list, sizes, |_, _, _| false);
    let any = |rule: usize, freight: Freight, _: Ends, link: &Link| fires(rule, freight, link);
    model.network.moves = MoveRules::by_hand(model, any);
    if model.rhythms.is_empty() {
        model.rhythms = vec![Rhythm::NONE; sizes.0 * sizes.1];
    }
    world.weather = weather.to_vec();
    Incident::put_in_order(&mut world.weather);
    let heard = play(model, &world, 0);
    balances(&heard);
    heard
}

pub(crate) fn forbid(mode: RuleMode, evicts: bool) -> Rule {
    Rule {
        mode,
        on_change: if evicts {
            Consequence::Evict
        } else {
            Consequence::Finish
        },
        ..Rule::of_moves("not-over-the-internet", RuleEffect::Forbid)
    }
}

/// Records must not go over the internet.
fn public(_: usize, freight: Freight, link: &Link) -> bool {
    freight == Freight::Dataset(DatasetId(0), ClassId(0)) && link.kind == LinkKind::Internet
}

fn turns(at: u64, mode: RuleMode) -> Incident {
    let (rule, passes) = (0, false);
    Incident::terms(SimTime(at), Happening::Rule { rule, mode, passes })
}

fn started(heard: &Everything, job: usize) -> u64 {
    heard.jobs[job].start.unwrap().0
}

/// What moved over all against any rule: how often, gigabytes, how often something was refused.
fn against(heard: &Everything) -> (u64, u128, u64) {
    let any = heard.moved.iter().filter(|record| record.rule.is_none());
    any.fold((0, 0, 0), |sum, record| {
        (
            sum.0 + record.moves,
            sum.1 + record.bytes / u128::from(GB),
            sum.2 + record.refused,
        )
    })
}

/// The steps of what moves, with the links.
fn steps(heard: &Everything, of: Moved) -> Vec<(u64, MovementStep, Vec<LinkId>)> {
    let told = heard.movements.iter();
    let told = told.filter(|(_, movement)| movement.what == of);
    told.map(|(at, movement)| (at.0, movement.step, movement.links.clone()))
        .collect()
}

const RECORDS: Moved = Moved::Dataset(DatasetId(0));

#[test]
fn what_must_not_go_over_the_internet_takes_the_circuit() {
    let mut model = estate(vec![forbid(RuleMode::Enforce, false)]);
    let rows = [Row::of(0, 4, HOUR), of_class(1, Row::of(0, 4, HOUR))];
    let heard = judge(&mut model, &rows, &[], public);
    // 3,600 GB at .5 GB/s are two hours, at 1 GB/s one; they share nothing.
    assert_eq!((started(&heard, 0), started(&heard, 1)), (2 * HOUR, HOUR));
    assert_eq!(
        steps(&heard, RECORDS),
        [
            (0, MovementStep::Begins, vec![CIRCUIT]),
            (2 * HOUR, MovementStep::Arrives, vec![CIRCUIT]),
        ]
    );
    // 3,600 × .02 + 3,600 × .01.
    assert_eq!(
        heard.pools[0].egress_cost.0 * 1000 / 3_600_000_000_000_000_000,
        108
    );
    assert_eq!(against(&heard), (0, 0, 0));
}

#[test]
fn in_audit_it_moves_and_is_counted_by_the_byte() {
    let mut model = estate(vec![forbid(RuleMode::Audit, false)]);
    let rows = [Row::of(0, 4, HOUR), of_class(1, Row::of(2 * HOUR, 4, HOUR))];
    let heard = judge(&mut model, &rows, &[], public);
    assert_eq!(started(&heard, 0), HOUR);
    assert_eq!(against(&heard), (1, 3_600, 0));
    let told = &heard.movements[0].1;
    assert_eq!((told.against, told.bytes), (1, Bytes(3_600 * GB)));
    let to_far = heard
        .moved
        .iter()
        .find(|record| record.rule == Some(0) && record.site == FAR);
    assert_eq!(to_far.unwrap().moves, 1);
    // What the rule is not about is told without it.
    assert!(
        heard
            .movements
            .iter()
            .all(|(_, one)| one.what == RECORDS || one.against == 0)
    );
}

#[test]
fn who_may_have_its_data_nowhere_waits_for_the_rule_and_others_pass() {
    let nowhere =
        |_: usize, freight: Freight, _: &Link| matches!(freight, Freight::Dataset(DatasetId(0), _));
    let mut model = estate(vec![forbid(RuleMode::Enforce, false)]);
    let rows = [
        Row::of(HOUR, 8, HOUR),
        of_class(2, Row::of(HOUR + 1, 8, HOUR)),
    ];
    let heard = judge(
        &mut model,
        &rows,
        &[turns(10 * HOUR, RuleMode::Off)],
        nowhere,
    );
    assert_eq!(started(&heard, 1), HOUR + 1);
    // From 10 h on the data may come: an hour.
    assert_eq!(started(&heard, 0), 11 * HOUR);
    assert_eq!(heard.jobs[0].waits[Cause::Rule], 9 * HOUR);
    assert_eq!(heard.jobs[0].waits[Cause::Staging], HOUR);
    assert_eq!(heard.jobs[0].waits.total(), 10 * HOUR);
}

#[test]
fn it_goes_where_its_data_are_if_they_may_not_leave() {
    let nowhere = |_: usize, _: Freight, _: &Link| true;
    let mut model = estate(vec![forbid(RuleMode::Enforce, false)]);
    let at_home = Pool {
        speed: vec![1000; 3],
        ..owned("home", 1, 8, Packing::Count)
    };
    model.pools.push(at_home);
    model.classes[0].pools = vec![0.into(), 1.into()];
    let heard = judge(&mut model, &[Row::of(0, 8, HOUR)], &[], nowhere);
    assert_eq!(started(&heard, 0), 0);
    assert_eq!(heard.jobs[0].pool.unwrap().index(), 1);
    assert_eq!(heard.movements, []);
}

#[test]
fn a_rule_that_comes_into_force_turns_out_what_moves_only_if_it_evicts() {
    let turn = [turns(30 * MINUTE, RuleMode::Enforce)];
    // Half is there by then; the rest takes the circuit: 1,800 GB in an hour.
    let mut model = estate(vec![forbid(RuleMode::Off, true)]);
    let heard = judge(&mut model, &[Row::of(0, 4, HOUR)], &turn, public);
    assert_eq!(started(&heard, 0), 90 * MINUTE);
    assert_eq!(
        steps(&heard, RECORDS),
        [
            (0, MovementStep::Begins, vec![INTERNET]),
            (30 * MINUTE, MovementStep::Turns, vec![CIRCUIT]),
            (90 * MINUTE, MovementStep::Arrives, vec![CIRCUIT]),
        ]
    );
    // It was counted in the instant in which the rule turned against it, and left.
    assert_eq!(against(&heard), (1, 0, 0));
    // What may finish goes on, and counts.
    let mut model = estate(vec![forbid(RuleMode::Off, false)]);
    let heard = judge(&mut model, &[Row::of(0, 4, HOUR)], &turn, public);
    assert_eq!(started(&heard, 0), HOUR);
    assert_eq!(against(&heard), (1, 3_600, 0));
}

#[test]
fn at_a_reroute_rules_are_asked_again() {
    // Records must not use the circuit; the internet is cut from 30 min to 90 min.
    let private = |_: usize, freight: Freight, link: &Link| {
        matches!(freight, Freight::Dataset(DatasetId(0), _)) && link.kind == LinkKind::Circuit
    };
    let mut model = estate(vec![forbid(RuleMode::Enforce, false)]);
    let cut = [
        Incident::link_down(SimTime(30 * MINUTE), INTERNET, 0),
        Incident::link_up(SimTime(90 * MINUTE), INTERNET, 0),
    ];
    let heard = judge(&mut model, &[Row::of(0, 4, HOUR)], &cut, private);
    assert_eq!(started(&heard, 0), 2 * HOUR);
    assert_eq!(heard.jobs[0].waits[Cause::Rule], HOUR);
    assert_eq!(heard.jobs[0].waits[Cause::Staging], HOUR);
    assert_eq!(against(&heard), (0, 0, 1));
    assert_eq!(
        steps(&heard, RECORDS)[1],
        (30 * MINUTE, MovementStep::Refused, Vec::new())
    );
}

#[test]
fn results_that_may_not_go_home_stay_until_they_may() {
    let results = |_: usize, freight: Freight, _: &Link| matches!(freight, Freight::Results(..));
    let mut model = estate(vec![forbid(RuleMode::Enforce, false)]);
    model.classes[2].results = Bytes(3_600 * GB);
    model.classes[2].results_to = Some(HOME);
    let rows = [of_class(2, Row::of(0, 4, HOUR))];
    let heard = judge(
        &mut model,
        &rows,
        &[turns(5 * HOUR, RuleMode::Off)],
        results,
    );
    assert_eq!(heard.jobs[0].state, JobState::Finished);
    let of = Moved::Results(JobId(0));
    assert_eq!(
        steps(&heard, of),
        [
            (HOUR, MovementStep::Refused, vec![]),
            (5 * HOUR, MovementStep::Turns, vec![LinkId(2)]),
            (6 * HOUR, MovementStep::Arrives, vec![LinkId(2)]),
        ]
    );
    assert_eq!(against(&heard), (0, 0, 1));
    // It is paid when it came; without the change it never would be.
    assert!(0 < heard.jobs[0].egress_cost.0);
    let heard = judge(&mut model, &rows, &[], results);
    assert_eq!(heard.jobs[0].egress_cost.0, 0);
}

pub(crate) fn permit(gigabytes: u64) -> Rule {
    Rule {
        bytes_per_day: Some(Bytes(gigabytes * GB)),
        ..Rule::of_moves("so-much-a-day", RuleEffect::Permit)
    }
}

#[test]
fn what_is_above_the_cap_of_a_day_waits_for_the_next() {
    let all = |_: usize, _: Freight, _: &Link| true;
    let rows = [Row::of(0, 4, HOUR), of_class(1, Row::of(HOUR, 4, HOUR))];
    // The run begins at midnight. 3,600 GB of 5,000 move at once; another 3,600 would be too much until midnight.
    let mut model = estate(vec![permit(5_000)]);
    let heard = judge(&mut model, &rows, &[], all);
    assert_eq!((started(&heard, 0), started(&heard, 1)), (HOUR, 25 * HOUR));
    assert_eq!(heard.jobs[1].waits[Cause::Rule], 23 * HOUR);
    assert_eq!(heard.jobs[1].waits[Cause::Staging], HOUR);
    assert_eq!(against(&heard), (0, 0, 1));
    // What is larger than the cap of a day takes up those that follow: 3,600 at 1,000 a day, until the fourth midnight.
    let mut model = estate(vec![permit(1_000)]);
    let heard = judge(&mut model, &rows, &[], all);
    assert_eq!((started(&heard, 0), started(&heard, 1)), (HOUR, 97 * HOUR));
    // Both fit in one day.
    let mut model = estate(vec![permit(7_200)]);
    let heard = judge(&mut model, &rows, &[], all);
    assert_eq!(started(&heard, 1), 2 * HOUR);
    // A permit without a cap lets through whatever another one limits.
    let free = Rule::of_moves("anything", RuleEffect::Permit);
    let mut model = estate(vec![permit(1_000), free]);
    let heard = judge(&mut model, &rows, &[], all);
    assert_eq!(started(&heard, 1), 2 * HOUR);
}

#[test]
fn a_midnight_comes_even_where_nothing_else_does() {
    let mut model = estate(vec![permit(5_000)]);
    model.horizon = Horizon::UntilEmpty;
    let rows = [Row::of(0, 4, HOUR), of_class(1, Row::of(HOUR, 4, HOUR))];
    let heard = judge(&mut model, &rows, &[], |_, _, _| true);
    assert_eq!(started(&heard, 1), 25 * HOUR);
}

#[test]
fn what_no_permit_lets_through_stays() {
    // Only what jobs of class 1 read is permitted, on any link.
    let code = |_: usize, freight: Freight, _: &Link| {
        freight == Freight::Dataset(DatasetId(1), ClassId(1))
    };
    let rule = Rule::of_moves("code-may-go", RuleEffect::Permit);
    let mut model = estate(vec![rule]);
    let rows = [Row::of(0, 4, HOUR), of_class(1, Row::of(0, 4, HOUR))];
    let heard = judge(&mut model, &rows, &[], code);
    assert_eq!(started(&heard, 1), HOUR);
    assert_eq!(heard.jobs[0].state, JobState::Waiting);
    assert_eq!(heard.jobs[0].waits[Cause::Rule], heard.run.horizon.0);
    // In audit it moves, and what nothing permits is counted behind the rules.
    model.rules.list[0].mode = RuleMode::Audit;
    let heard = judge(&mut model, &rows, &[], code);
    // Both share the internet.
    assert_eq!(started(&heard, 0), 2 * HOUR);
    let unpermitted = heard.moved.iter().filter(|record| record.rule == Some(1));
    assert_eq!(unpermitted.map(|record| record.moves).sum::<u64>(), 1);
}
