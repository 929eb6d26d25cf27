//! Failovers, in words: what becomes of them, and what is wrong with some.

use crate::model::*;
use crate::units::*;

use super::{Folder, GOOD, TRACE, good_with as compiled, try_compile};

pub(super) const OUT: &str = r#"
[[failover]]
name = "large-leaves"
classes = ["large"]
action = "move"
fail_back = "at-once"
next_after = "1 h"
cool_down = "30 min"
recovery_time = "4 h"
recovery_point = "1 h"

[[failover.trigger]]
on = "site-lost"
where = { sites = ["dc"] }
for = "10 min"
delay = "1 min"

[[failover.target]]
where = { pools = ["cloud/h100"] }
when = '''job.gpus >= 1 && target.kind == "gpuaas"'''
needs = ["replica", "checkpoint"]
"#;

fn fault(name: &str, from: &str, to: &str) -> String {
    assert!(OUT.contains(from), "{from}");
    compiled(name, &OUT.replace(from, to)).unwrap_err()
}

#[test]
fn a_failover_says_who_goes_where_when_and_how_it_is_measured() {
    let compiled = compiled("failover", OUT).unwrap();
    let model = &compiled.model;
    let of = &model.failovers.list[0];
    let pool = |name: &str| {
        let mut pools = model.pools.iter();
        PoolId::from(pools.position(|pool| pool.name == name).unwrap())
    };
    let (home, cloud) = (pool("dc/h200"), pool("cloud/h100"));
    assert_eq!(
        (of.action, of.fail_back),
        (FailoverAction::Move, FailBack::AtOnce)
    );
    assert_eq!(of.triggers[0].signal, Signal::Lost(vec![vec![home]]));
    assert_eq!(of.triggers[0].lasting, Span(600_000));
    assert_eq!(of.triggers[0].delay, Span(60_000));
    assert_eq!(
        (&of.leaves, &of.targets[0].pools),
        (&vec![home], &vec![cloud])
    );
    assert!(of.targets[0].needs_replica && of.targets[0].needs_checkpoint);
    assert_eq!(
        (of.next_after, of.cool_down),
        (Some(Span(3_600_000)), Span(1_800_000))
    );
    let class = of.classes[0];
    let wanted = model.failovers.objectives(class).unwrap();
    assert_eq!(
        (wanted.time, wanted.point),
        (Some(Span(14_400_000)), Some(Span(3_600_000)))
    );
    // In calm it is closed; one door opens it, another closes home.
    let shape = model.shapes.iter().position(|shape| shape.class == class);
    let shape = ShapeId::from(shape.unwrap());
    assert!(!model.failovers.lets(0, shape, cloud) && model.failovers.lets(0, shape, home));
    assert!(model.failovers.lets(0b1, shape, cloud) && !model.failovers.lets(0b10, shape, home));
    let told = |a: &Assumption| a.what.contains("large-leaves") && a.value.contains("lower bound");
    assert!(compiled.assumptions.iter().any(told));
}

#[test]
fn a_condition_that_does_not_hold_leaves_a_target_closed() {
    let words = OUT.replace("target.kind == \"gpuaas\"", "target.kind == \"edge\"");
    let model = compiled("nowhere", &words).unwrap().model;
    let class = model.failovers.list[0].classes[0];
    let cloud = model.failovers.list[0].targets[0].pools[0];
    let shape = model.shapes.iter().position(|shape| shape.class == class);
    assert!(
        !model
            .failovers
            .lets(0b1, ShapeId::from(shape.unwrap()), cloud)
    );
}

#[test]
fn a_target_may_lie_where_the_class_says_nothing_of() {
    let text = GOOD.replace("name = \"large\"\n", "name = \"large\"\nsites = [\"dc\"]\n") + OUT;
    let folder = Folder::new("beyond", &text, TRACE);
    let model = try_compile(&folder.0, &[]).unwrap().model;
    let class = model.failovers.list[0].classes[0];
    assert_eq!(model.classes[class.index()].pools.len(), 2);
}

/// What is written instead of what, what is told of it, and what to do.
const MISTAKES: &[[&str; 4]] = &[
    [
        "classes = [\"large\"]",
        "classes = [\"lage\"]",
        "unknown class `lage`",
        "did you mean `large`?",
    ],
    [
        "classes = [\"large\"]",
        "classes = []",
        "a failover of no class",
        "classes =",
    ],
    [
        "classes = [\"large\"]",
        "classes = [\"small\"]",
        "must not leave owned capacity",
        "burst = true",
    ],
    [
        "action = \"move\"",
        "action = \"shed\"",
        "nobody goes to this target",
        "leave the targets out",
    ],
    [
        "action = \"move\"",
        "action = \"degrade\"",
        "can do neither with fewer GPUs nor with smaller batches",
        "elastic =",
    ],
    [
        "sites = [\"dc\"]",
        "sites = [\"dv\"]",
        "unknown site `dv`",
        "did you mean `dc`?",
    ],
    ["target.kind", "target.kin", "target.kin", "kind"],
    [
        "on = \"site-lost\"",
        "on = \"link-down\"",
        "`where` means nothing here",
        "leave it out",
    ],
    [
        "on = \"site-lost\"",
        "on = \"price-above\"",
        "the price is missing",
        "price =",
    ],
    [
        "on = \"site-lost\"",
        "on = \"key-service-out\"",
        "no key service is meant",
        "[[key_service]]",
    ],
    [
        "next_after = \"1 h\"",
        "next_after = \"0 h\"",
        "zero",
        "more than zero",
    ],
    [
        "needs = [\"replica\", \"checkpoint\"]",
        "needs = [\"copy\"]",
        "copy",
        "replica",
    ],
];

#[test]
fn mistakes_in_failovers_are_told_with_their_place_and_what_to_do() {
    for [from, to, message, fix] in MISTAKES {
        let told = fault("mistake", from, to);
        assert!(told.contains(message), "{to}: {told}");
        assert!(told.contains(fix), "{to}: {told}");
    }
    let without = OUT.split("[[failover.trigger]]").next().unwrap();
    let told = compiled("nothing", without).unwrap_err();
    assert!(told.contains("nothing sets this failover off"), "{told}");
    assert!(
        told.contains("nowhere else to go than what is left"),
        "{told}"
    );
    let told = compiled("stays", &without.replace("\"move\"", "\"reroute\"")).unwrap_err();
    assert!(told.contains("there is nowhere to go"), "{told}");
    let other = format!(
        "{OUT}{}",
        OUT.replace("large-leaves", "again").replace("4 h", "5 h")
    );
    let told = compiled("twice", &other).unwrap_err();
    assert!(told.contains("another `recovery_time`"), "{told}");
}

const BUDGET: &str = r#"
[[budget]]
name = "cloud"
of = { pool = "cloud/h100" }
per = "month"
amount = "1000 USD"
"#;

/// The trigger watches this instead.
fn watching(words: &str) -> String {
    let site = "on = \"site-lost\"\nwhere = { sites = [\"dc\"] }\nfor = \"10 min\"\n";
    assert!(OUT.contains(site));
    OUT.replace(site, words) + BUDGET
}

#[test]
fn signals_have_levels_and_last_for_a_while() {
    let told = |words: &str| {
        let model = compiled("signal", &watching(words)).unwrap().model;
        let trigger = &model.failovers.list[0].triggers[0];
        (trigger.signal.clone(), trigger.lasting)
    };
    let level = |above, clear| Level { above, clear };
    let five = Span(300_000);
    let queue = told("on = \"queue-depth\"\njobs = 50\nuntil_jobs = 20\n");
    assert_eq!(queue, (Signal::QueueDepth(level(50, 20)), five));
    let (used, _) = told("on = \"utilisation\"\nshare = 0.9\nwhere = { sites = [\"dc\"] }\n");
    assert!(matches!(used, Signal::Utilisation(_, of) if of == level(900_000, 899_999)));
    let burn = told(
        "on = \"budget-burn\"\nbudget = \"cloud\"\nshare = 0.8\nuntil_share = 0.1\nfor = \"1 h\"\n",
    );
    assert_eq!(
        burn,
        (
            Signal::BudgetBurn(0, level(800_000, 100_000)),
            Span(3_600_000)
        )
    );
    for (words, message) in [
        (
            "on = \"budget-burn\"\nbudget = \"clout\"\nshare = 0.8\n",
            "did you mean `cloud`?",
        ),
        (
            "on = \"queue-depth\"\njobs = 5\nuntil_jobs = 5\n",
            "over before it began",
        ),
        (
            "on = \"queue-depth\"\nshare = 0.5\njobs = 5\n",
            "`share` means nothing here",
        ),
        ("on = \"utilisation\"\n", "which share is missing"),
        (
            "on = \"queue-depth\"\njobs = 5\nfor = \"1 s\"\n",
            "for a minute at least",
        ),
        (
            "on = \"link-saturation\"\nshare = 0.5\n",
            "which links is missing",
        ),
    ] {
        let told = compiled("bad-signal", &watching(words)).unwrap_err();
        assert!(told.contains(message), "{words}: {told}");
    }
}

const WIRED: &str = r#"
[[link]]
name = "wan"
from = "dc"
to = "cloud"
kind = "internet"
bandwidth = "1 GB/s"

[[storage]]
name = "lake"
site = "dc"
read = "8 GB/s"
"#;

#[test]
fn what_can_be_mended_is_watched_by_words_of_its_own() {
    let told = |words: &str| {
        let text = format!("{WIRED}{}", watching(words));
        let model = compiled("mended", &text).unwrap().model;
        model.failovers.list[0].triggers[0].signal.clone()
    };
    let rise = told(
        "on = \"price-rise\"\ntimes = 1.5\nuntil_times = 1.2\nwhere = { sites = [\"cloud\"] }\n",
    );
    let level = Level {
        above: 1_500_000,
        clear: 1_200_000,
    };
    assert_eq!(rise, Signal::PriceRise(vec![PoolId(1)], level));
    assert!(!rise.can_be_mended());
    let blocked = told("on = \"link-blocked\"\nuse = \"results\"\n");
    let both = vec![LinkId(0), LinkId(1)];
    assert_eq!(blocked, Signal::Blocked(both, LinkUse::Results));
    let slow = told("on = \"storage-slow\"\nshare = 0.25\n");
    assert_eq!(slow, Signal::StorageSlow(vec![LinkId(2)], 250));
    assert!(blocked.can_be_mended() && slow.can_be_mended());
    for (words, message) in [
        ("on = \"price-rise\"\n", "how many times"),
        (
            "on = \"price-rise\"\ntimes = 2\nuntil_times = 2\n",
            "over before it began",
        ),
        ("on = \"link-blocked\"\n", "what is blocked is missing"),
        (
            "on = \"link-blocked\"\nuse = \"feeds\"\nlinks = [\"van\"]\n",
            "did you mean `wan`?",
        ),
        (
            "on = \"storage-slow\"\nshare = 0.5\nstorages = [\"lak\"]\n",
            "did you mean `lake`?",
        ),
        ("on = \"storage-slow\"\nshare = 1.5\n", "out of range"),
        (
            "on = \"storage-slow\"\nshare = 0.5\nuntil_share = 0.8\n",
            "`until_share` means nothing here",
        ),
        (
            "on = \"artifact-failing\"\n",
            "how many jobs failed is missing",
        ),
        (
            "on = \"artifact-failing\"\njobs = 3\n",
            "nobody starts from an artifact",
        ),
        (
            "on = \"queue-depth\"\njobs = 3\nuse = \"feeds\"\n",
            "`use` means nothing here",
        ),
    ] {
        let text = format!("{WIRED}{}", watching(words));
        let told = compiled("bad-mended", &text).unwrap_err();
        assert!(told.contains(message), "{words}: {told}");
    }
}

#[test]
fn a_failover_without_classes_is_for_those_whose_calm_it_does_not_change() {
    let without = OUT.replace("classes = [\"large\"]\n", "");
    // Class large goes to the cloud anyway, and class small must not leave.
    let told = compiled("nobody", &without).unwrap_err();
    assert!(told.contains("does not run there anyway"), "{told}");
    // One that stays at home by its words, and might leave.
    let text = GOOD.replace(
        "name = \"large\"\n",
        "name = \"large\"\npools = [\"dc/h200\"]\n",
    );
    let model = super::compiled("somebody", &format!("{text}{without}"))
        .unwrap()
        .model;
    assert_eq!(model.failovers.list[0].classes, [ClassId(0)]);
    assert!(!model.failovers.lets(0, ShapeId(1), PoolId(1)));
    // Without targets, what moves goes wherever else it may: small has nowhere.
    let target = &without[without.find("[[failover.target]]").unwrap()..];
    let leaving = without.replace(target, "");
    let model = compiled("leaving", &leaving).unwrap().model;
    let failover = &model.failovers.list[0];
    assert_eq!(
        (&failover.classes[..], &failover.leaves[..]),
        (&[ClassId(0)][..], &[PoolId(0)][..])
    );
    let named = leaving.replace("action =", "classes = [\"small\"]\naction =");
    let told = compiled("stuck", &named).unwrap_err();
    assert!(
        told.contains("class small has nowhere else to go"),
        "{told}"
    );
}
