//! Random worlds in bad weather under rules that change, judged again from their facts.

use crate::common::cases::runner;
use crate::common::checks::{Run, every_strategy};
use crate::common::life::lives;
use crate::common::storms::stormy_worlds;
use crate::rules::fill;
use plimsoll::journal::{Fact, RuleMode};
use plimsoll::model::{Consequence, Happening, Incident, Model, Rule, RuleEffect, Timeline};
use plimsoll::units::SimTime;
use proptest::prelude::*;

/// For three rules, two of them to forbid: by class and pool whether it fires, its mode, whether it evicts; and when
/// which changes to what.
#[derive(Clone, Debug)]
pub(crate) struct Regime {
    fires: Vec<bool>,
    modes: [RuleMode; 3],
    evicts: [bool; 3],
    changes: Vec<(u64, u16, RuleMode, Option<u64>)>,
}

fn modes() -> impl Strategy<Value = RuleMode> {
    prop::sample::select(vec![RuleMode::Off, RuleMode::Audit, RuleMode::Enforce])
}

pub(crate) fn regimes() -> impl Strategy<Value = Regime> {
    let change = (
        0u64..20_000_000,
        0u16..3,
        modes(),
        prop::option::of(1u64..5_000_000),
    );
    (
        prop::collection::vec(prop::bool::weighted(0.4), 3 * 4 * 4),
        [modes(), modes(), modes()],
        any::<[bool; 3]>(),
        prop::collection::vec(change, 0..6),
    )
        .prop_map(|(fires, modes, evicts, changes)| Regime {
            fires,
            modes,
            evicts,
            changes,
        })
}

impl Regime {
    pub(crate) fn fires(&self, rule: usize, class: usize, pool: usize) -> bool {
        self.fires[(rule * 4 + class % 4) * 4 + pool % 4]
    }

    pub(crate) fn rule(&self, model: &mut Model, timeline: &mut Timeline) {
        let effects = [RuleEffect::Forbid, RuleEffect::Forbid, RuleEffect::Permit];
        let rules = effects.into_iter().enumerate().map(|(index, effect)| Rule {
            mode: self.modes[index],
            on_change: if self.evicts[index] {
                Consequence::Evict
            } else {
                Consequence::Finish
            },
            ..Rule::bare(&format!("r{index}"), effect)
        });
        model.rules.list = rules.collect();
        fill(model, |rule, class, pool| self.fires(rule, class, pool));
        for &(at, rule, mode, lasts) in &self.changes {
            let passes = lasts.is_some();
            let mut push = |at, what| timeline.weather.push(Incident::terms(SimTime(at), what));
            push(at, Happening::Rule { rule, mode, passes });
            if let Some(lasts) = lasts {
                push(at + lasts, Happening::RuleOver { rule, mode });
            }
        }
        Incident::put_in_order(&mut timeline.weather);
    }

    /// Whether rules in these modes refuse a class a pool; `counted` says which of them count.
    fn refuse(
        &self,
        modes: [RuleMode; 3],
        class: usize,
        pool: usize,
        counted: impl Fn(RuleMode) -> bool,
    ) -> bool {
        let fires = |rule: usize| self.fires(rule, class, pool);
        let forbidden = (0..2).any(|rule| counted(modes[rule]) && fires(rule));
        let permitted = modes[2] != RuleMode::Off && fires(2);
        forbidden || counted(modes[2]) && !permitted
    }
}

/// Judges a run again from its facts: nothing is placed where a rule that is obeyed refuses it, and the GPU-time
/// against any rule is that of the jobs' lives.
fn verdicts(regime: &Regime, run: &Run<'_>) {
    let class = |job: usize| {
        let shape = run.timeline.requests[job].shape;
        run.model.class_of(shape).index()
    };
    let lives = lives(run.model, run.timeline, run.heard);
    let mut modes = regime.modes;
    let mut violating = 0u128;
    let mut since = 0;
    let end = run.heard.run.horizon.0;
    let mut settle = |modes: [RuleMode; 3], from: u64, to: u64| {
        for (job, life) in lives.iter().enumerate() {
            let gpus = u128::from(
                run.model.shapes[run.timeline.requests[job].shape.index()]
                    .gpus
                    .occupied(),
            );
            for attempt in &life.attempts {
                let against = |mode| mode != RuleMode::Off;
                if regime.refuse(modes, class(job), attempt.pool.index(), against) {
                    let held = attempt
                        .freed
                        .min(to)
                        .saturating_sub(attempt.placed.max(from));
                    violating += gpus * 1000 * u128::from(held);
                }
            }
        }
    };
    for &(at, fact) in &run.heard.facts {
        match fact {
            Fact::RuleChanged(rule, mode) => {
                settle(modes, since, at.0);
                since = at.0;
                modes[usize::from(rule)] = mode;
            }
            Fact::Placed(job, pool) => {
                let obeyed = |mode| mode == RuleMode::Enforce;
                let refused = regime.refuse(modes, class(job.index()), pool.index(), obeyed);
                assert!(!refused, "{job:?} in {pool:?} at {at:?} under {modes:?}");
            }
            _ => {}
        }
    }
    settle(modes, since, end);
    let told = run
        .heard
        .rules
        .iter()
        .filter(|record| record.rule.is_none());
    let told: u128 = told.map(|record| record.gpu_time).sum();
    assert_eq!(told, violating, "GPU-time against rules");
}

#[test]
fn random_worlds_obey_their_rules_and_balance() {
    runner(20)
        .run(
            &(stormy_worlds(), regimes()),
            |((mut model, mut timeline), regime)| {
                regime.rule(&mut model, &mut timeline);
                every_strategy(&model, &timeline, |run| verdicts(&regime, run))
            },
        )
        .unwrap();
}
