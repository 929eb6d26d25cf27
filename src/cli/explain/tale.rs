//! What happened to a job, in order, with the reasons of decisions.

use crate::experiment::{Happened, Life, amount, duration};
use crate::journal::{
    Choice, Consequence, Considered, Fact, JobState, Justification, Leave, LeaveReason,
};
use crate::model::Model;
use crate::units::{MilliGpus, PoolId, Price, SimTime, Span};

use super::scene::Scene;
use super::scores;
use super::stood::stood;

/// Most lines of one life.
const LINES_MAX: usize = 120;

/// One thing to tell.
enum Item<'a> {
    Why(&'a Justification),
    What(&'a Happened),
}

impl Item<'_> {
    const fn at(&self) -> SimTime {
        match self {
            Self::Why(why) => why.at,
            Self::What(what) => what.at,
        }
    }

    /// At one instant reasons come before what follows from them, and what was there before reasons.
    const fn rank(&self) -> u8 {
        match self {
            Self::What(what) => match what.fact {
                Fact::Placed(..) | Fact::Started(..) | Fact::Refused(..) | Fact::Violated(..) => 2,
                _ => 0,
            },
            Self::Why(_) => 1,
        }
    }
}

/// The life, line by line.
pub(super) fn told(scene: &Scene, life: &Life) -> Vec<String> {
    let mut items: Vec<Item<'_>> = life.why.iter().map(Item::Why).collect();
    items.extend(life.happened.iter().map(Item::What));
    items.sort_by_key(|item| (item.at(), item.rank()));
    let mut lines = Vec::new();
    let epoch = scene.model().epoch;
    for (index, item) in items.iter().enumerate() {
        let words = match item {
            Item::Why(why) => reason(scene, why),
            Item::What(what) => {
                let justified =
                    index > 0 && matches!(&items[index - 1], Item::Why(why) if why.at == what.at);
                match told_of(scene.model(), life, (what, justified)) {
                    Some(words) => vec![words],
                    None => continue,
                }
            }
        };
        for (place, words) in words.into_iter().enumerate() {
            let when = epoch.format(item.at());
            let lead = if place == 0 {
                when
            } else {
                " ".repeat(when.len())
            };
            lines.push(format!("  {lead}  {words}"));
        }
    }
    if lines.len() > LINES_MAX {
        let left_out = lines.len() - LINES_MAX;
        let half = LINES_MAX / 2;
        lines.splice(
            half..half + left_out,
            [format!("  … {left_out} lines left out …")],
        );
    }
    lines
}

/// Something that happened, in words; `justified` if the decision behind it was told just before.
fn event(model: &Model, what: &Happened, justified: bool) -> Option<String> {
    let name = |pool: PoolId| &model.pool(pool).name;
    Some(match what.fact {
        Fact::Submitted(_) => "submitted".to_owned(),
        Fact::Placed(..) if justified => return None,
        Fact::Placed(_, pool) => format!("takes GPUs of {}", name(pool)),
        Fact::Started(_, pool) => format!("runs on {}", name(pool)),
        Fact::Preempted(_, pool) => {
            format!(
                "stopped on {} to make room for others, and waits again",
                name(pool)
            )
        }
        Fact::Warned(_, pool) => format!(
            "told to stop on {}{}: writes a checkpoint and waits again",
            name(pool),
            with(what.with)
        ),
        Fact::Interrupted(_, pool) => format!(
            "loses its place on {}{}: what no checkpoint holds is lost, and it waits again",
            name(pool),
            with(what.with)
        ),
        Fact::ResultPassed(..) => "its result is looked at, and counts".to_owned(),
        Fact::ResultRejected(..) => "its result fails: all is done again".to_owned(),
        Fact::ResultFlawed(..) => "its result, which counted, is flawed".to_owned(),
        Fact::Grew(_, pool) => format!("gives up its fewer GPUs on {} to wait for all", name(pool)),
        Fact::Refused(_, pool) => {
            format!("asks {} for instances that it does not have", name(pool))
        }
        Fact::Answered(_, pool) => format!("hears that {} has none, and waits again", name(pool)),
        Fact::FellBack(_, pool) => format!(
            "goes on at {} from an older checkpoint, since its newest had not come home",
            name(pool)
        ),
        Fact::Fetched(_, pool) => format!("its checkpoint has come to {}", name(pool)),
        Fact::Flagged(_, pool) => {
            format!(
                "goes to {} though a budget is used up, which is counted",
                name(pool)
            )
        }
        Fact::Violated(_, pool, rule) => format!(
            "violates rule `{}` by holding GPUs of {}",
            model.rules.name_of(usize::from(rule)),
            name(pool)
        ),
        Fact::Rejudged(_, pool, rule, what) => turned(model, name(pool), rule, what),
        Fact::Evicted(_, pool) => format!("told to leave {}: a rule turned against it", name(pool)),
        Fact::TornDown(_, pool, leave) => torn_down(model, name(pool), leave),
        Fact::Moved(_, pool) => {
            format!(
                "told to leave {}: a failover moves it, or brings it back",
                name(pool)
            )
        }
        Fact::SentHome(_) => "its results have come home".to_owned(),
        Fact::CheckpointHome(_) => "its checkpoint has come home".to_owned(),
        Fact::Revoked(_) => "stopped: its credential was revoked".to_owned(),
        Fact::Expired(_) => "fails: it outlived its credential".to_owned(),
        Fact::Denied(_) => "fails at once: nobody vouches for it".to_owned(),
        Fact::Spoiled(_) => "fails: it had started on a corrupted version".to_owned(),
        Fact::Ended(_, state) => ended(state).to_owned(),
        _ => return None,
    })
}

/// Why a job had to leave, and what that cost it.
fn torn_down(model: &Model, pool: &str, leave: Leave) -> String {
    let how = if leave.saves {
        "writes a checkpoint and waits again"
    } else {
        "what no checkpoint holds is lost, and it waits again"
    };
    let number = usize::from(match leave.why {
        LeaveReason::Window(of) | LeaveReason::Envelope(of) | LeaveReason::Budget(of) => of,
    });
    let spent = "is used up";
    let (what, name, end) = match leave.why {
        LeaveReason::Window(_) => ("window", &model.windows.list[number].name, "is over"),
        LeaveReason::Envelope(_) => (
            "its cost envelope",
            &model.envelopes.list[number].name,
            spent,
        ),
        LeaveReason::Budget(_) => ("budget", &model.budgets.all[number].name, spent),
    };
    format!("told to leave {pool}: {what} `{name}` {end}; {how}")
}

/// What becomes of a job against which a rule turned.
fn turned(model: &Model, pool: &str, rule: u16, consequence: Consequence) -> String {
    let rule = model.rules.name_of(usize::from(rule));
    let becomes = match consequence {
        Consequence::Finish => "it may finish",
        Consequence::Grace => "it may go on for a time",
        Consequence::Evict => "it has to go on elsewhere",
        Consequence::Stop => "it stops at once",
        Consequence::Quarantine => "it stops at once, and what it wrote there is locked",
    };
    format!("rule `{rule}` turned against it on {pool}: {becomes}")
}

/// The same, with what only its life tells: who turned it away.
fn told_of(model: &Model, life: &Life, (what, justified): (&Happened, bool)) -> Option<String> {
    match (what.fact, life.turned_away) {
        (Fact::Ended(_, JobState::Shed), Some(failover)) => Some(format!(
            "turned away: failover `{}` is in force",
            model.failovers.list[usize::from(failover)].name
        )),
        _ => event(model, what, justified),
    }
}

/// What befell the pool at that instant.
fn with(fact: Option<Fact>) -> String {
    let words = match fact {
        Some(Fact::NodesDown(_, 1)) => "a node failed".to_owned(),
        Some(Fact::NodesDown(_, nodes)) => format!("{nodes} nodes failed"),
        Some(Fact::GpusDown(..)) => "a GPU broke".to_owned(),
        Some(Fact::Noticed(_, instances)) => format!("{instances} instances got notice"),
        Some(Fact::Reclaimed(_, instances)) => {
            format!("the provider took {instances} instances away")
        }
        Some(Fact::InstancesFailed(..)) => "its instance failed".to_owned(),
        Some(Fact::MaintenanceDue(..)) => "maintenance is due".to_owned(),
        Some(Fact::Retired(..)) => "its nodes are given up".to_owned(),
        _ => return String::new(),
    };
    format!(" ({words})")
}

const fn ended(state: JobState) -> &'static str {
    match state {
        JobState::Finished => "finished",
        JobState::Failed => "failed",
        JobState::Cancelled => "cancelled by its owner",
        JobState::TimedOut => "killed: it ran for as long as it had asked for",
        JobState::Rejected => "rejected: no pool of the strategy could ever hold it",
        JobState::Overspent => "over: its cost envelope is used up",
        JobState::Shed => "turned away: a budget was used up",
        JobState::Running => "still runs at the horizon",
        JobState::Waiting => "still waits at the horizon",
    }
}

/// A decision with what it looked at.
fn reason(scene: &Scene, why: &Justification) -> Vec<String> {
    let model = scene.model();
    let currency = model.currency;
    let mut lines = Vec::new();
    match (why.chosen, why.choice) {
        (Some(pool), choice) => {
            let price = why.taken().map_or_else(String::new, |taken| {
                format!(" for {} {currency}/GPU-h", money(taken.price))
            });
            let score = why.taken().map(|taken| ranked(scene, taken));
            lines.push(format!(
                "takes {}{price}: {}{}",
                model.pool(pool).name,
                chosen(choice),
                score.unwrap_or_default()
            ));
        }
        (None, Choice::Nothing(cause)) => lines.push(format!("waits for {}", cause.name())),
        (None, _) => lines.push("waits".to_owned()),
    }
    for found in &why.considered {
        if why.chosen == Some(found.pool) {
            continue;
        }
        let name = &model.pool(found.pool).name;
        let (stood, ranked) = (stood(scene, why, found), ranked(scene, found));
        lines.push(format!("  not {name}: {stood}{ranked}"));
    }
    lines
}

/// By what a pool was ranked, behind all else that is said of it.
fn ranked(scene: &Scene, found: &Considered) -> String {
    let Some(score) = &found.score else {
        return String::new();
    };
    let model = scene.model();
    let placement = &model.strategies[scene.strategy.index()].placement;
    format!(
        "; {}",
        scores::score(placement, score, model.currency.code())
    )
}

/// Why a pool was chosen.
fn chosen(choice: Choice) -> String {
    match choice {
        Choice::First => "the first in its order where nothing stood in the way".to_owned(),
        Choice::Ranked => "it ranks first of all pools where nothing stood in the way".to_owned(),
        Choice::Cheapest => "the cheapest for this work that could be had".to_owned(),
        Choice::Waited(had, least) => {
            format!(
                "it had waited {}, and may leave after {}",
                long(had),
                long(least)
            )
        }
        Choice::Delayed(Some(delay), least) => format!(
            "owned capacity was expected to have room only after {}, and {} is enough to leave",
            long(delay),
            long(least)
        ),
        Choice::Delayed(None, _) => {
            "owned capacity was not expected to have room at all".to_owned()
        }
        Choice::Behind(ahead, least) => {
            format!("{ahead} jobs were ahead of it, and {least} are enough to leave")
        }
        _ => "as the strategy chooses".to_owned(),
    }
}

/// A rule with its reason.
pub(super) fn rule_words(model: &Model, rule: usize) -> String {
    let reason = model
        .rules
        .list
        .get(rule)
        .map_or("nothing permits it", |rule| &rule.reason);
    let name = model.rules.name_of(rule);
    if reason.is_empty() {
        format!("rule `{name}`")
    } else {
        format!("rule `{name}` ({reason})")
    }
}

/// A price for each GPU-hour.
pub(super) fn money(price: Price) -> String {
    amount(price.0 as f64 / 1e6)
}

/// A length of time.
pub(super) fn long(span: Span) -> String {
    ms(span.0)
}

/// The same of milliseconds.
pub(super) fn ms(ms: u64) -> String {
    duration(ms as f64 / 1e3, None)
}

/// A number of GPUs, or a share of one.
pub(super) fn gpus(gpus: MilliGpus) -> String {
    match gpus.0 {
        1000 => "1 GPU".to_owned(),
        milli if milli.is_multiple_of(1000) => format!("{} GPUs", milli / 1000),
        milli => format!("{} of a GPU", milli as f64 / 1e3),
    }
}
