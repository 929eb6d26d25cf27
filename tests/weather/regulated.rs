//! The shipped scenario of a regulated firm: rules hold under every strategy that obeys them, in weather, and the ledger
//! balances.

use super::markets::{shipped, world};
use crate::common::checks::balances;
use crate::common::{Everything, play};
use plimsoll::model::{Model, Placement};

/// Jobs of classes whose names end so that ran on machines which others share.
fn outside(model: &Model, heard: &Everything, classes: &str) -> usize {
    let out = ["finland/h100", "verda/h100", "iowa/spot"];
    let jobs = heard.jobs.iter().filter(|job| {
        let pool = job.pool.map(|pool| model.pools[pool.index()].name.as_str());
        let class = &model.classes[job.class.index()].name;
        class.ends_with(classes) && pool.is_some_and(|pool| out.contains(&pool))
    });
    jobs.count()
}

#[test]
fn a_regulated_firm_keeps_its_rules_in_every_strategy_but_the_audited_one() {
    let model = shipped("regulated-hybrid.toml", "8 d").model;
    assert!(model.strategies.len() > 8);
    let timeline = world(&model, 0);
    let (mut interrupted, mut violated) = (0, 0);
    for (index, strategy) in model.strategies.iter().enumerate() {
        let heard = play(&model, &timeline, index);
        balances(&heard);
        interrupted += heard.jobs.iter().map(|job| job.interruptions).sum::<u32>();
        let violations: u64 = heard.rules.iter().map(|rule| rule.violations).sum();
        if strategy.name == "rules audited" {
            violated += violations;
            assert!(0 < outside(&model, &heard, "health"));
        } else {
            assert_eq!(violations, 0, "{}", strategy.name);
            assert_eq!(outside(&model, &heard, "health"), 0, "{}", strategy.name);
        }
        let goes_out = !matches!(strategy.placement, Placement::PrivateOnly);
        let went_out = 0 < outside(&model, &heard, "public");
        assert_eq!(went_out, goes_out, "{}", strategy.name);
    }
    assert!(0 < interrupted && 0 < violated, "{interrupted} {violated}");
}
