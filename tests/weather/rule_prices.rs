//! What rules cost and who is against them: worked by hand, and over random worlds by site and by job.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::AtomicBool;

use crate::common::cases::{quietly, runner};
use crate::common::clouds::{HOUR, gpu_time, hybrid, terms};
use crate::common::play;
use crate::common::storms::stormy_worlds;
use crate::common::worlds::{Row, timeline};
use crate::rules::fill;
use crate::rules_in_storms::regimes;
use plimsoll::dice::Dice;
use plimsoll::experiment::{
    Control, Plan, Replicated, jobs_of, layout_of, replicate, rule_price_sentences, rule_prices,
};
use plimsoll::journal::Fact;
use plimsoll::metrics::Layout;
use plimsoll::model::{
    Horizon, Model, Rule, RuleEffect, RuleMode, Rules, Site, SpillTest, Timeline, compile,
};
use plimsoll::scenario::load_text;
use plimsoll::units::{SimTime, SiteId, Span, StrategyId};

/// Four owned GPUs and a cloud at another site at 3 USD a GPU-hour; a rule keeps all work at home, which the second
/// strategy only audits.
fn two_strategies() -> (Model, Timeline) {
    let mut model = hybrid(SpillTest::Waited(Span::ZERO), terms());
    model.horizon = Horizon::At(SimTime(24 * HOUR));
    model.sites.push(Site::bare("region"));
    model.pools[1].site = SiteId(1);
    let rows = [Row::of(0, 4, 4 * HOUR), Row::of(HOUR, 4, 2 * HOUR)];
    let world = timeline(&mut model, &rows);
    let list = vec![Rule::bare("stays-home", RuleEffect::Forbid)];
    model.rules = Rules::by_hand(list, (0, 0), |_, _, _| false);
    fill(&mut model, |_, _, pool| pool == 1);
    "burst".clone_into(&mut model.strategies[0].name);
    let mut audits = model.strategies[0].clone();
    "burst, audited".clone_into(&mut audits.name);
    audits.rules = vec![(0, RuleMode::Audit)];
    model.strategies.push(audits);
    (model, world)
}

/// Both strategies in two replications of one world.
fn both(model: &Model, world: &Timeline) -> (Layout, Replicated) {
    let sample = |_: &Dice, timeline: &mut Timeline| *timeline = world.clone();
    let plan = Plan {
        model,
        strategies: &[StrategyId(0), StrategyId(1)],
        replications: 2,
        seed: 1,
        threads: 1,
        sample: &sample,
    };
    let layout = layout_of(model);
    let cancelled = AtomicBool::new(false);
    let control = Control {
        cancelled: &cancelled,
        progress: &|_| {},
    };
    let played = replicate(&plan, &layout, &control, &mut |_, _, _| Ok(())).unwrap();
    (layout, played)
}

/// Job 1 comes at 1 h. Obeying, it waits until 4 h and costs nothing more, for what is owned is paid for. Audited, it
/// goes out at once: 4 GPUs × 2 h × 3 USD = 24 USD, 8 GPU-h against the rule, once.
#[test]
fn a_rule_costs_what_work_costs_that_it_keeps_at_home() {
    let (model, world) = two_strategies();
    let (layout, played) = both(&model, &world);
    let names = ["burst".to_owned(), "burst, audited".to_owned()];
    let prices = rule_prices(&model, &layout, &names, &played);
    assert_eq!(prices.len(), 1);
    let price = &prices[0];
    assert_eq!(price.rules, ["stays-home"]);
    assert_eq!(
        (price.obeying.as_str(), price.auditing.as_str()),
        ("burst", "burst, audited")
    );
    let more = |id: &str| {
        let found = price.obeying_less_auditing.get(id).unwrap();
        found.difference.unwrap()
    };
    assert!((more("cost_total") + 24.0).abs() < 1e-9);
    // Three hours of wait over two jobs.
    assert!((more("wait_mean_s") - 1.5 * 3600.0).abs() < 1e-6);
    assert!((more("violations") + 1.0).abs() < 1e-9);
    assert!((more("gpu_h_violating") + 8.0).abs() < 1e-9);
    let said = rule_price_sentences(&prices, "USD");
    assert_eq!(
        said,
        [
            "Obeying `stays-home` saves 24 USD a run and adds 1.50 h of mean wait: \"burst\" obeys what \"burst, \
             audited\" does not, which violates rules 1 times more often (8 GPU-h)."
        ]
    );
    // By rule and site: all of it happened in the region.
    let at = |id: &str| {
        let column = layout.position(id).unwrap();
        let columns = &played.columns[1];
        columns.estimate(column).unwrap().value
    };
    assert!((at("gpu_h_violating.stays-home@region") - 8.0).abs() < 1e-9);
    assert!(layout.position("violations.stays-home@dc").is_none());
}

#[test]
fn strategies_that_differ_in_more_than_rules_say_nothing_of_them() {
    let (mut model, world) = two_strategies();
    model.strategies[1].overspends = true;
    let (_, played) = both(&model, &world);
    assert!(played.rule_pairs.is_empty());
}

/// Whoever read masked copies reads them on when nobody has to any more: that is against nothing.
#[test]
fn jobs_do_against_rules_what_they_did_when_they_were_placed() {
    let text = r#"
[scenario]
name    = "masks"
start   = 2026-01-05T00:00:00Z
horizon = "1 d"

[[site]]
name = "home"
kind = "private"

[[pool]]
name  = "home/h100"
site  = "home"
gpu   = "h100"
nodes = 4
offer = { kind = "owned", price = "2 USD/GPU-h" }

[[dataset]]
name       = "records"
size       = "1 GB"
home       = "home"
attributes = { classification = ["health"] }

[[transform]]
name    = "mask"
kind    = "mask"
removes = { classification = ["health"] }
rate    = "1 TB/h"

[[rule]]
id        = "masked"
effect    = "require"
transform = "mask"
when      = '"health" in job.classification'

[[rule]]
id     = "noted"
effect = "forbid"
mode   = "audit"
when   = '"health" in job.classification'

[[happening]]
name  = "eased"
at    = "6 h"
what  = "rule"
rules = { masked = "off" }

[[class]]
name  = "reader"
pools = ["home/h100"]
data  = ["records"]

[[demand]]
name      = "work"
generator = { arrivals = "smooth", jobs_per_day = 24, run_time = 40, gangs = { 1 = 1 }, tenants = { a = 1 } }

[[strategy]]
name      = "ours"
placement = { kind = "private-only" }
"#;
    let scenario = load_text("masks.toml", text, &[]);
    let scenario = scenario.unwrap_or_else(|problems| panic!("{}", problems.render(false)));
    let compiled = compile(&scenario);
    let compiled = compiled.unwrap_or_else(|problems| panic!("{}", problems.render(false)));
    let mut world = Timeline::default();
    let dice = Dice {
        seed: 1,
        replication: 0,
    };
    Timeline::sample(&compiled.model, &dice, &mut world);
    // Who comes after 6 h reads records as they are, against the other rule.
    assert!(gpu_time(10, HOUR) < add_up(&compiled.model, &world));
}

/// What each job did against rules adds up to what each rule saw.
#[test]
fn jobs_and_sites_add_up_to_rules() {
    let seen = std::cell::Cell::new(0u128);
    runner(10)
        .run(
            &(stormy_worlds(), regimes()),
            |((mut model, mut timeline), regime)| {
                regime.rule(&mut model, &mut timeline);
                quietly(|| {
                    let total = add_up(&model, &timeline);
                    seen.set(seen.get() + total);
                })
            },
        )
        .unwrap();
    assert!(seen.get() > 1_000_000_000, "{}", seen.get());
}

fn add_up(model: &Model, timeline: &Timeline) -> u128 {
    let sample = |_: &Dice, world: &mut Timeline| *world = timeline.clone();
    let strategies: Vec<StrategyId> = (0..model.strategies.len()).map(StrategyId::from).collect();
    let plan = Plan {
        model,
        strategies: &strategies,
        replications: 1,
        seed: 1,
        threads: 1,
        sample: &sample,
    };
    let mut total = 0;
    jobs_of(&plan, 0, &mut |strategy, jobs, _| {
        let heard = play(model, timeline, strategy);
        let any = heard.rules.iter().filter(|record| record.rule.is_none());
        let held: u128 = any.map(|record| record.gpu_time).sum();
        let by_job: u128 = jobs.against.values().map(|against| against.gpu_time).sum();
        assert_eq!(held, by_job, "under {}", model.strategies[strategy].name);
        total += held;
        let mut rules: BTreeMap<u32, BTreeSet<u16>> = BTreeMap::new();
        for (_, fact) in &heard.facts {
            if let Fact::Violated(job, _, rule) = fact {
                rules.entry(job.0).or_default().insert(*rule);
            }
        }
        let told = jobs.against.iter();
        let told: BTreeMap<u32, BTreeSet<u16>> = told
            .filter(|(_, against)| !against.rules.is_empty())
            .map(|(job, against)| (job.0, against.rules.clone()))
            .collect();
        assert_eq!(rules, told);
        Ok(())
    })
    .unwrap();
    total
}
