//! What stood between a job and a pool that it did not take, in words.

use crate::journal::{Bar, Considered, Justification};
use crate::model::{Model, set_bits};

use super::scene::Scene;
use super::tale::{money, rule_words};

/// Which failovers do not lead to a pool that is a target of theirs, or lead away from it.
fn out_of_doors(model: &Model, why: &Justification, found: &Considered) -> String {
    let class = model.class_of(why.shape);
    let all = model.failovers.list.iter();
    let names = all.filter_map(|of| {
        let leads = of.targets.iter().any(|to| to.pools.contains(&found.pool));
        let concerned = of.classes.contains(&class) && (leads || of.leaves.contains(&found.pool));
        concerned.then(|| format!("`{}`", of.name))
    });
    let names = names.collect::<Vec<_>>().join(" and ");
    if model.failovers.is_target(why.shape, found.pool) {
        format!("{names} does not lead there now")
    } else {
        format!("{names} leads away from there")
    }
}

/// What stood between the job and a pool that it did not take.
pub(super) fn stood(scene: &Scene, why: &Justification, found: &Considered) -> String {
    let model = scene.model();
    let Some(bar) = found.bar else {
        let place = |of: &Considered| of.place.map_or(u16::MAX, |place| place);
        let behind = why.taken().is_some_and(|taken| place(taken) < place(found));
        let order = if behind {
            ", but it comes later in the strategy's order"
        } else {
            ""
        };
        return format!(
            "it could be had for {} {}/GPU-h{order}",
            money(found.price),
            model.currency
        );
    };
    match bar {
        Bar::Rule => {
            let rules = set_bits(found.refusing).map(|rule| rule_words(model, rule));
            let rules: Vec<String> = rules.collect();
            format!("refused by {}{}", rules.join("; "), unknown(model, found))
        }
        Bar::Strategy => "the strategy does not use it for such a job".to_owned(),
        Bar::Stays => "its class may not leave owned capacity".to_owned(),
        Bar::Size => "it could never hold so large a gang".to_owned(),
        Bar::Full => "full".to_owned(),
        Bar::Down => "nothing of it works".to_owned(),
        Bar::Reserved => "it has room, but others are ahead or hold a reservation".to_owned(),
        Bar::Early => "not yet: it may not leave owned capacity so soon".to_owned(),
        Bar::Ceiling => format!(
            "{} {}/GPU-h is more than the strategy pays",
            money(found.price),
            model.currency
        ),
        Bar::Closed => "no window of its class is open there".to_owned(),
        Bar::Failover => out_of_doors(model, why, found),
        Bar::Outranked => "another pool ranks before it".to_owned(),
        Bar::Quota => "the quota is used up".to_owned(),
        Bar::SoldOut => "the market had none when it was last asked".to_owned(),
        Bar::Unstaged => "what it reads is not there".to_owned(),
        Bar::Withheld(cause) => format!("{} cannot be had there", cause.name()),
        Bar::Envelope => "what is left of its cost envelope does not pay for it".to_owned(),
        Bar::Budget(false) => "a budget is used up".to_owned(),
        Bar::Budget(true) => "a budget is used up, and turns it away".to_owned(),
    }
}

/// What would have to be known for rules to allow it: what is unknown is not allowed.
fn unknown(model: &Model, found: &Considered) -> String {
    let unsaid = set_bits(found.unknown).flat_map(|rule| model.rules.unlabelled(rule));
    let mut unsaid: Vec<String> = unsaid.map(|name| format!("`{name}`")).collect();
    unsaid.sort_unstable();
    unsaid.dedup();
    if unsaid.is_empty() {
        return String::new();
    }
    let all = unsaid.join(", ");
    format!("; nobody says its {all}, and what is unknown is not allowed")
}
