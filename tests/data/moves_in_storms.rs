//! Random worlds in bad weather whose data, results and copies are under rules that change, judged again from what moved.

use crate::common::Everything;
use crate::common::auditor::{Judged, evidence, judge};
use crate::common::cases::{quietly, runner};
use crate::common::checks::balances;
use crate::common::play;
use crate::common::storms::stormy_worlds;
use crate::staging::{copy, data, wire};
use plimsoll::journal::{Fact, MovementStep, RuleMode};
use plimsoll::model::{
    Consequence, Ends, Freight, Happening, Incident, Link, Model, MoveRules, Rule, RuleEffect,
    Rules, Timeline,
};
use plimsoll::units::{Bytes, LinkId, SimTime, SiteId};
use proptest::prelude::*;
use serde_json::Value as Json;

/// Three rules, two of them to forbid: by what moves and link whether each fires; its mode; whether it evicts; what the
/// permit lets through in a day; and when which changes to what.
#[derive(Clone, Debug)]
struct Regime {
    fires: Vec<bool>,
    modes: [RuleMode; 3],
    evicts: [bool; 2],
    cap: Option<u64>,
    changes: Vec<(u64, u16, RuleMode)>,
}

fn modes() -> impl Strategy<Value = RuleMode> {
    prop::sample::select(vec![RuleMode::Off, RuleMode::Audit, RuleMode::Enforce])
}

fn regimes() -> impl Strategy<Value = Regime> {
    (
        prop::collection::vec(prop::bool::weighted(0.4), 3 * 8 * 4),
        [modes(), modes(), modes()],
        any::<[bool; 2]>(),
        prop::option::of(100u64..2_000),
        prop::collection::vec((0u64..20_000_000, 0u16..3, modes()), 0..6),
    )
        .prop_map(|(fires, modes, evicts, cap, changes)| Regime {
            fires,
            modes,
            evicts,
            cap,
            changes,
        })
}

fn number(freight: Freight) -> usize {
    match freight {
        Freight::Dataset(id, class) => (id.index() * 2 + class.index()) % 4,
        Freight::Replica(_) => 4,
        Freight::Results(..) => 5,
        Freight::Checkpoint(..) => 6,
        Freight::Feed(_) => 7,
    }
}

impl Regime {
    fn fires(&self, rule: usize, freight: Freight, link: usize) -> bool {
        self.fires[(rule * 8 + number(freight)) * 4 + link % 4]
    }

    fn rule(&self, model: &mut Model, timeline: &mut Timeline) {
        let forbid = |index: usize| Rule {
            mode: self.modes[index],
            on_change: if self.evicts[index] {
                Consequence::Evict
            } else {
                Consequence::Finish
            },
            ..Rule::of_moves(&format!("r{index}"), RuleEffect::Forbid)
        };
        let permit = Rule {
            mode: self.modes[2],
            bytes_per_day: self.cap.map(|gigabytes| Bytes(gigabytes * 1_000_000_000)),
            ..Rule::of_moves("r2", RuleEffect::Permit)
        };
        let list = vec![forbid(0), forbid(1), permit];
        let sizes = (model.shapes.len(), model.pools.len());
        model.rules = Rules::by_hand(list, sizes, |_, _, _| false);
        let links = model.network.links.clone();
        let fires = |rule: usize, freight: Freight, _: Ends, link: &Link| {
            let place = links.iter().position(|one| one.name == link.name).unwrap();
            self.fires(rule, freight, place)
        };
        model.network.moves = MoveRules::by_hand(model, fires);
        for &(at, rule, mode) in &self.changes {
            let what = Happening::Rule {
                rule,
                mode,
                passes: false,
            };
            timeline.weather.push(Incident::terms(SimTime(at), what));
        }
        Incident::put_in_order(&mut timeline.weather);
    }

    /// Whether rules in these modes let something take these links, but for what a day lets through.
    fn refuse(&self, modes: [RuleMode; 3], freight: Freight, links: &[LinkId]) -> bool {
        let fires = |rule: usize, link: LinkId| self.fires(rule, freight, link.index());
        let forbidden = links
            .iter()
            .any(|&link| (0..2).any(|rule| modes[rule] == RuleMode::Enforce && fires(rule, link)));
        let unpermitted = links.iter().any(|&link| !fires(2, link));
        forbidden || modes[2] == RuleMode::Enforce && unpermitted
    }
}

/// Judges a run again: nothing sets out on links that a rule in force refuses it, bytes against rules are those that were
/// told, and permits let through no more than their caps.
fn verdicts(regime: &Regime, model: &Model, heard: &Everything) {
    let mut modes = regime.modes;
    let mut changes: Vec<(SimTime, u16, RuleMode)> = Vec::new();
    for &(at, fact) in &heard.facts {
        if let Fact::RuleChanged(rule, mode) = fact {
            changes.push((at, rule, mode));
        }
    }
    let freight = |what: plimsoll::journal::Moved, class| {
        use plimsoll::journal::Moved as M;
        match (what, class) {
            (M::Dataset(id), Some(class)) => Freight::Dataset(id, class),
            (M::Replica(id), _) => Freight::Replica(id),
            (M::Results(_), Some(class)) => Freight::Results(class.into(), 0),
            (what, _) => panic!("nobody moves {what:?}"),
        }
    };
    let mut changes = changes.into_iter().peekable();
    let (mut bytes, mut refused) = (0u128, 0u64);
    for (at, movement) in &heard.movements {
        while let Some((_, rule, mode)) = changes.next_if(|(changed, ..)| changed < at) {
            modes[usize::from(rule)] = mode;
        }
        let freight = freight(movement.what, movement.class);
        match movement.step {
            MovementStep::Begins | MovementStep::Turns => {
                // What changes in the same instant is not told in what order.
                let changes_now = changes.peek().is_some_and(|(changed, ..)| changed == at);
                if !changes_now && !movement.links.is_empty() {
                    let refuse = regime.refuse(modes, freight, &movement.links);
                    assert!(!refuse, "{movement:?} at {at:?} under {modes:?}");
                }
                // What leaves at once, over no link, is told once.
                if movement.number.is_none() && movement.against != 0 {
                    bytes += u128::from(movement.bytes.0);
                }
            }
            MovementStep::Arrives | MovementStep::GivenUp if movement.against != 0 => {
                bytes += u128::from(movement.bytes.0);
            }
            MovementStep::Refused => refused += 1,
            _ => {}
        }
    }
    let any = || heard.moved.iter().filter(|record| record.rule.is_none());
    assert_eq!(any().map(|record| record.bytes).sum::<u128>(), bytes);
    assert_eq!(any().map(|record| record.refused).sum::<u64>(), refused);
    if let Some(cap) = regime.cap.filter(|_| always_enforced(regime)) {
        within_cap(model, heard, u128::from(cap) * 1_000_000_000);
    }
}

fn always_enforced(regime: &Regime) -> bool {
    let mut changes = regime.changes.iter();
    regime.modes[2] == RuleMode::Enforce && !changes.any(|&(_, rule, _)| rule == 2)
}

/// On each day no more sets out than the cap, but for one thing that is larger, after which days pass until it is made up
/// for.
fn within_cap(model: &Model, heard: &Everything, cap: u128) {
    let (mut day, mut spent) = (0, 0u128);
    let mut known = Vec::new();
    for (at, movement) in &heard.movements {
        let set_out = matches!(movement.step, MovementStep::Begins | MovementStep::Turns);
        if !set_out || movement.links.is_empty() || known.contains(&movement.number) {
            continue;
        }
        known.push(movement.number);
        let since_midnight = model.epoch.unix_ms().rem_euclid(86_400_000) as u64;
        let today = (at.0 + since_midnight) / 86_400_000;
        spent = spent.saturating_sub(cap * u128::from(today - day));
        day = today;
        let bytes = u128::from(movement.bytes.0);
        assert!(spent == 0 || spent + bytes <= cap, "{movement:?} at {at:?}");
        spent += bytes;
    }
}

#[test]
fn random_worlds_obey_rules_about_moves_and_balance() {
    runner(60)
        .run(
            &(stormy_worlds(), data(), any::<bool>(), regimes()),
            |((mut model, mut timeline), data, copies, regime)| {
                wire(&mut model, &mut timeline, data);
                if copies {
                    copy(&mut model, &mut timeline, data);
                }
                regime.rule(&mut model, &mut timeline);
                for strategy in 0..model.strategies.len() {
                    quietly(|| {
                        let heard = play(&model, &timeline, strategy);
                        balances(&heard);
                        verdicts(&regime, &model, &heard);
                    })?;
                }
                Ok(())
            },
        )
        .unwrap();
}

/// What a line of evidence moves, by the names in it.
fn freight_of(model: &Model, line: &Json) -> Freight {
    let class = model.classes.iter();
    let class = class
        .map(|one| one.name.as_str())
        .position(|name| line["class"] == name);
    let data = model.datasets.iter();
    let data = data
        .map(|one| one.name.as_str())
        .position(|name| line["dataset"] == name);
    match (line["what"].as_str().unwrap(), data, class) {
        ("data", Some(id), Some(class)) => Freight::Dataset(id.into(), class.into()),
        ("replica", Some(id), _) => Freight::Replica(id.into()),
        ("results", _, Some(class)) => {
            Freight::Results(plimsoll::units::ClassId::from(class).into(), 0)
        }
        _ => panic!("nobody moves {line}"),
    }
}

impl Regime {
    /// Whether a rule holds for a step on one link, as far as the line tells.
    fn holds(&self, model: &Model, rule: usize, (line, leg): (&Json, &Json)) -> Option<bool> {
        let number = leg["number"].as_u64().unwrap() as usize;
        let Some(name) = line["links"][number].as_str() else {
            // What is refused does not say which way; what leaves at once crosses nothing.
            return (line["step"] != "refused").then_some(false);
        };
        let mut links = model.network.links.iter();
        let link = links.position(|one| one.name == name).unwrap();
        Some(self.fires(rule, freight_of(model, line), link))
    }
}

/// The same worlds, judged from the lines of their evidence alone; and a table that has forgotten a rule is found out.
#[test]
fn no_movement_in_random_worlds_is_without_a_verdict_that_allows_it() {
    let sum = std::cell::RefCell::new((Judged::default(), 0));
    runner(12)
        .run(
            &(stormy_worlds(), data(), any::<bool>(), regimes()),
            |((mut model, mut timeline), data, copies, regime)| {
                wire(&mut model, &mut timeline, data);
                if copies {
                    copy(&mut model, &mut timeline, data);
                }
                regime.rule(&mut model, &mut timeline);
                let links = model.network.links.clone();
                let judged = |model: &Model| {
                    judge(&evidence(model, &timeline), &|rule, _, line, leg| {
                        regime.holds(model, rule, (line, leg))
                    })
                };
                let found = quietly(|| judged(&model))?;
                prop_assert!(found.wrong.is_empty(), "{}", found.wrong[0]);
                model.network.moves = MoveRules::by_hand(&model, |rule, freight, _, link| {
                    let place = links.iter().position(|one| one.name == link.name).unwrap();
                    rule != 0 && regime.fires(rule, freight, place)
                });
                let forgotten = quietly(|| judged(&model))?;
                let mut sum = sum.borrow_mut();
                sum.0.moves += found.moves;
                sum.0.moves_audited += found.moves_audited;
                sum.0.moves_refused += found.moves_refused;
                sum.1 += forgotten.wrong.len();
                Ok(())
            },
        )
        .unwrap();
    let (sum, wrong) = sum.into_inner();
    assert!(
        sum.moves > 200 && sum.moves_audited > 20 && sum.moves_refused > 20 && wrong > 20,
        "{wrong} {sum:?}"
    );
}

/// A permit with a cap that holds for everything: what sets out is added up again by the day from evidence alone; a log that
/// says a twentieth of the cap is found out.
#[test]
fn no_day_in_random_worlds_lets_through_more_than_its_cap() {
    let sum = std::cell::Cell::new((0, 0));
    let caps = 100u64..2_000;
    runner(16)
        .run(
            &(stormy_worlds(), data(), regimes(), caps),
            |((mut model, mut timeline), data, mut regime, cap)| {
                wire(&mut model, &mut timeline, data);
                regime.modes = [RuleMode::Audit, RuleMode::Off, RuleMode::Enforce];
                regime.cap = Some(cap);
                regime.fires[2 * 8 * 4..].fill(true);
                regime.changes.clear();
                regime.rule(&mut model, &mut timeline);
                model.strategies.truncate(12);
                let holds = |rule: usize, _: &str, line: &Json, leg: &Json| {
                    regime.holds(&model, rule, (line, leg))
                };
                let text = quietly(|| evidence(&model, &timeline))?;
                let found = judge(&text, &holds);
                prop_assert!(found.wrong.is_empty(), "{}", found.wrong[0]);
                let told = |gigabytes: u64| format!("\"bytes_per_day\":{gigabytes}000000000");
                let forged = text.replace(&told(cap), &told(cap / 20));
                let wrong = judge(&forged, &holds).wrong.len();
                let (capped, caught) = sum.get();
                sum.set((capped + found.capped, caught + wrong));
                Ok(())
            },
        )
        .unwrap();
    let (capped, caught) = sum.get();
    assert!(capped > 100 && caught > 20, "{capped} {caught}");
}

/// Rules that never fire change nothing at all.
#[test]
fn rules_that_hold_of_nothing_leave_the_run_as_it_was() {
    runner(20)
        .run(
            &(stormy_worlds(), data()),
            |((mut model, mut timeline), data)| {
                wire(&mut model, &mut timeline, data);
                let before = play(&model, &timeline, 0);
                let regime = Regime {
                    fires: vec![false; 3 * 8 * 4],
                    modes: [RuleMode::Enforce, RuleMode::Audit, RuleMode::Off],
                    evicts: [true; 2],
                    cap: None,
                    changes: Vec::new(),
                };
                regime.rule(&mut model, &mut timeline);
                let after = play(&model, &timeline, 0);
                assert_eq!(before.jobs, after.jobs);
                assert_eq!(before.run.digest, after.run.digest);
                let site = SiteId(0);
                assert!(
                    after
                        .moved
                        .iter()
                        .all(|one| one.moves == 0 || one.site != site)
                );
                Ok(())
            },
        )
        .unwrap();
}
