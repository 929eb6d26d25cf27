//! What is told of jobs, pools, rules and bills agrees with what was recorded.

use crate::common::cases::{quietly, runner};
use crate::common::clouds::{HOUR, THREE, cost, hybrid, terms};
use crate::common::storms::stormy_worlds;
use crate::common::worlds::{Row, timeline};
use crate::common::{bounds, play};
use plimsoll::dice::Dice;
use plimsoll::experiment::{Accounts, Life, Refusals, Replay, Usage};
use plimsoll::journal::{Bar, Cause, Choice, Fact};
use plimsoll::model::{Horizon, Rule, RuleEffect, Rules, SpillTest, Timeline};
use plimsoll::units::{JobId, Money, PoolId, SimTime, Span, StrategyId};
use proptest::prelude::*;

fn replay(timeline: &Timeline) -> Replay {
    Replay {
        dice: Dice {
            seed: 1,
            replication: 0,
        },
        timeline: timeline.clone(),
    }
}

#[test]
fn a_life_is_told_with_its_reasons_and_its_bill() {
    // The second job waits half an hour for room, goes out for an hour and pays 12 USD.
    let mut model = hybrid(SpillTest::Waited(Span(HOUR / 2)), terms());
    model.horizon = Horizon::At(SimTime(3 * HOUR));
    let timeline = timeline(&mut model, &[Row::of(0, 4, 2 * HOUR), Row::of(0, 4, HOUR)]);
    let mut life = Life::of(JobId(1));
    replay(&timeline)
        .play(&model, StrategyId(0), &mut life)
        .unwrap();
    let facts: Vec<(u64, Fact)> = life.happened.iter().map(|of| (of.at.0, of.fact)).collect();
    let (job, cloud) = (JobId(1), PoolId(1));
    assert_eq!(facts[0], (0, Fact::Submitted(job)));
    assert!(facts.contains(&(HOUR / 2, Fact::Placed(job, cloud))));
    assert!(facts.contains(&(HOUR / 2, Fact::Started(job, cloud))));
    assert_eq!(facts.last().unwrap().0, 3 * HOUR / 2);
    let causes: Vec<_> = life.causes().collect();
    assert_eq!(causes, [(SimTime(0), Cause::Capacity)]);
    let last = life.why.last().unwrap();
    assert_eq!(last.choice, Choice::Waited(Span(HOUR / 2), Span(HOUR / 2)));
    assert_eq!(life.cost(), cost(4, HOUR, THREE));
    let posted: Money = life.postings.iter().map(|posting| posting.amount).sum();
    assert_eq!(posted, life.cost());
}

#[test]
fn a_pool_is_told_to_have_been_as_full_as_it_was() {
    // Four owned GPUs: 4 held for 1 h, 2 for the next, none for the third.
    let mut model = hybrid(SpillTest::Waited(Span(9 * HOUR)), terms());
    model.horizon = Horizon::At(SimTime(3 * HOUR));
    let timeline = timeline(
        &mut model,
        &[
            Row::of(0, 2, 2 * HOUR),
            Row::of(0, 2, HOUR),
            Row::of(0, 4, 9 * HOUR),
        ],
    );
    // The third job waits until the second hour is over, and then holds all.
    let mut usage = Usage::of(&model, &timeline, PoolId(0));
    replay(&timeline)
        .play(&model, StrategyId(0), &mut usage)
        .unwrap();
    assert_eq!(usage.held_at_least(4.0), 2 * HOUR);
    assert_eq!(usage.held_at_least(2.0), 3 * HOUR);
    assert_eq!(usage.mean_held(SimTime(0), SimTime(3 * HOUR)), 10.0 / 3.0);
    assert_eq!(usage.mean_held(SimTime(HOUR), SimTime(2 * HOUR)), 2.0);
    assert_eq!(usage.jobs.len(), 3);
    let full = &usage.bars[Bar::Full.name()];
    assert!(full.1.contains(&JobId(2)) && full.1.len() == 1);
}

#[test]
fn a_rule_is_told_with_whom_it_refused_what() {
    let mut model = hybrid(SpillTest::Waited(Span::ZERO), terms());
    model.horizon = Horizon::At(SimTime(HOUR));
    let timeline = timeline(&mut model, &[Row::of(0, 4, HOUR); 2]);
    // Nobody may go out: the second job waits for the owned pool, which it may use.
    let rule = Rule::bare("at-home", RuleEffect::Forbid);
    model.rules = Rules::by_hand(vec![rule], (1, 2), |_, _, pool| pool == 1);
    let mut refusals = Refusals::of(0);
    replay(&timeline)
        .play(&model, StrategyId(0), &mut refusals)
        .unwrap();
    assert_eq!(refusals.jobs(), 2);
    assert_eq!(
        refusals.refused.keys().copied().collect::<Vec<_>>(),
        [PoolId(1)]
    );
    assert_eq!(refusals.waited, (0, 0));
    let mut life = Life::of(JobId(1));
    replay(&timeline)
        .play(&model, StrategyId(0), &mut life)
        .unwrap();
    assert_eq!(life.refusing(), [(0, vec![PoolId(1)])]);
}

#[test]
fn bills_of_random_worlds_add_up_whoever_reads_them() {
    let lives = std::cell::Cell::new(0u32);
    runner(40)
        .run(
            &(stormy_worlds(), any::<prop::sample::Index>()),
            |((mut model, timeline), at)| {
                if timeline.requests.is_empty() {
                    return Ok(());
                }
                model.strategies = model.strategies.into_iter().step_by(7).collect();
                let job = JobId::from(at.index(timeline.requests.len()));
                let pool = PoolId::from(at.index(model.pools.len()));
                let replay = replay(&timeline);
                for strategy in 0..model.strategies.len() {
                    quietly(|| {
                        let id = StrategyId::from(strategy);
                        let heard = play(&model, &timeline, strategy);
                        let mut accounts = Accounts::of(&model, &timeline);
                        replay.play(&model, id, &mut accounts).unwrap();
                        assert_eq!(accounts.total(), bounds::paid(&heard));
                        let mut life = Life::of(job);
                        replay.play(&model, id, &mut life).unwrap();
                        let record = heard.jobs.iter().find(|record| record.job == job);
                        assert_eq!(life.record.as_ref(), record);
                        let posted: Money = life.postings.iter().map(|of| of.amount).sum();
                        assert_eq!(posted, life.cost(), "{job:?}");
                        lives.set(lives.get() + u32::from(posted > Money::ZERO));
                        let mut usage = Usage::of(&model, &timeline, pool);
                        replay.play(&model, id, &mut usage).unwrap();
                        let used: u128 = usage.users.values().map(|user| user.0).sum();
                        let record = usage.record.unwrap();
                        let free: u128 = accounts
                            .lines
                            .iter()
                            .filter(|(line, _)| {
                                line.whose.is_none()
                                    && line.payee == plimsoll::journal::Payee::Pool(pool)
                            })
                            .map(|(_, sum)| sum.1)
                            .sum();
                        assert_eq!(used + free, record.gpu_time.total());
                    })?;
                }
                Ok(())
            },
        )
        .unwrap();
    assert!(lives.get() > 100, "{}", lives.get());
}
