//! Conditions: how they are read, what they mean, and that the table says what they say.

use std::collections::BTreeSet;

use crate::units::{PoolId, ShapeId};

use super::meaning::condition;
use super::*;

fn attribute(of: Of, name: &str, kind: Kind, values: &[&str]) -> Attribute {
    Attribute {
        of,
        name: name.to_owned(),
        kind,
        values: values.iter().map(|&value| value.to_owned()).collect(),
        is_open: matches!(kind, Kind::Number | Kind::Flag),
    }
}

/// job: 0 marks, 1 gpus, 2 burst; target: 3 jurisdiction, 4 rented, 5 certifications.
fn words() -> Vocabulary {
    Vocabulary(vec![
        attribute(
            Of::Job,
            "classification",
            Kind::Marks,
            &["health", "personal"],
        ),
        attribute(Of::Job, "gpus", Kind::Number, &[]),
        attribute(Of::Job, "burst", Kind::Flag, &[]),
        attribute(Of::Target, "jurisdiction", Kind::Text, &["DE", "US"]),
        attribute(Of::Target, "rented", Kind::Flag, &[]),
        attribute(Of::Target, "certifications", Kind::Marks, &["hipaa"]),
    ])
}

#[expect(
    clippy::unnecessary_wraps,
    reason = "it stands where values may be unknown"
)]
fn marks(marks: &[&str]) -> Option<Value> {
    Some(Value::Marks(
        marks.iter().map(|&mark| mark.to_owned()).collect(),
    ))
}

#[expect(
    clippy::unnecessary_wraps,
    reason = "it stands where values may be unknown"
)]
fn text(text: &str) -> Option<Value> {
    Some(Value::Text(text.to_owned()))
}

fn job(classification: Option<Value>, gpus: f64, burst: Option<bool>) -> Tuple {
    let burst = burst.map(Value::Flag);
    vec![
        classification,
        Some(Value::Number(gpus)),
        burst,
        None,
        None,
        None,
    ]
}

fn target(jurisdiction: Option<Value>, rented: bool, certifications: Option<Value>) -> Tuple {
    let rented = Some(Value::Flag(rented));
    vec![None, None, None, jurisdiction, rented, certifications]
}

/// Nothing was used on what they read.
fn plain(jobs: &[Tuple]) -> Vec<(Tuple, u32)> {
    jobs.iter().map(|job| (job.clone(), 0)).collect()
}

fn holds(when: &str, job: &Tuple, target: &Tuple) -> Option<bool> {
    let condition =
        condition(when, RuleOn::Run, &words()).unwrap_or_else(|fault| panic!("{when}: {fault:?}"));
    condition.holds(&[job, target])
}

#[test]
fn conditions_mean_what_they_say() {
    let health = job(marks(&["health"]), 8.0, Some(true));
    let abroad = target(text("US"), true, marks(&[]));
    for (when, expected) in [
        (r#""health" in job.classification"#, true),
        ("'personal' in job.classification", false),
        (
            r#""health" in job.classification && target.jurisdiction != "DE""#,
            true,
        ),
        ("job.gpus >= 8 && job.gpus < 8.5", true),
        ("job.gpus > 8 || job.gpus < 8", false),
        ("job.burst", true),
        ("!job.burst || target.rented == true", true),
        ("!(job.burst && target.rented)", false),
        (r#"target.jurisdiction in ["DE", "US"]"#, true),
        (
            "size(job.classification) == 1 && size(target.certifications) == 0",
            true,
        ),
        ("true && !false", true),
        // && binds closer than ||.
        ("true || false && false", true),
        ("(true || false) && false", false),
        ("has(target.certifications)", true),
    ] {
        assert_eq!(holds(when, &health, &abroad), Some(expected), "{when}");
    }
}

#[test]
fn what_is_unknown_matters_only_where_it_decides() {
    let unlabelled = job(None, 1.0, None);
    let home = target(text("DE"), false, None);
    for (when, expected) in [
        (r#""health" in job.classification"#, None),
        (r#"!("health" in job.classification)"#, None),
        (
            r#""health" in job.classification && target.jurisdiction != "DE""#,
            Some(false),
        ),
        (
            r#"target.jurisdiction != "DE" && "health" in job.classification"#,
            Some(false),
        ),
        (
            r#""health" in job.classification || target.jurisdiction == "DE""#,
            Some(true),
        ),
        (r#""health" in job.classification || target.rented"#, None),
        ("has(job.classification)", Some(false)),
        (
            r#"has(job.classification) && "health" in job.classification"#,
            Some(false),
        ),
        ("job.burst == true", None),
        ("size(target.certifications) > 0", None),
    ] {
        assert_eq!(holds(when, &unlabelled, &home), expected, "{when}");
    }
}

/// A condition, the part that is wrong, and words of the message and of the fix.
const MISTAKES: &[[&str; 4]] = &[
    [
        r#""heath" in job.classification"#,
        "\"heath\"",
        "never",
        "did you mean \"health\"?",
    ],
    [
        "job.clasification == 1",
        "clasification",
        "unknown attribute",
        "did you mean `job.classification`?",
    ],
    [
        "jobs.gpus > 1",
        "jobs",
        "nobody is called",
        "did you mean `job`?",
    ],
    ["job.gpus = 1", "=", "means nothing", "=="],
    ["job.gpus > 1 and job.burst", "and", "does not fit", "&&"],
    [
        "job.gpus == \"8\"",
        "\"8\"",
        "a number is compared with a text",
        "a number",
    ],
    [
        "job.gpus",
        "job.gpus",
        "is a number, not true or false",
        "job.gpus > 0",
    ],
    [
        "job.classification == \"health\"",
        "job.classification",
        "lists are not compared",
        "in",
    ],
    ["1 < job.gpus < 8", "<", "do not chain", "&&"],
    [
        "job.gpus in [\"8\"]",
        "job.gpus",
        "only a text is in a list",
        "in",
    ],
    [
        "target.jurisdiction < \"US\"",
        "target.jurisdiction",
        "more or less",
        "==",
    ],
    [
        "target.jurisdiction in [\"FR\"]",
        "\"FR\"",
        "never \"FR\"",
        "DE, US",
    ],
    [
        "exists(job.gpus)",
        "exists(job.gpus)",
        "unknown function",
        "has",
    ],
    ["(job.burst", "", "`)` is missing", "add )"],
    ["job.gpus >", "", "ends too early", "compare"],
    ["\"health", "\"health", "without an end", "close it"],
    ["gpus > 1", "gpus", "alone is nothing", "job.gpus"],
    ["1.2.3 > job.gpus", "1.2.3", "not a number", "0.5"],
];

#[test]
fn mistakes_are_told_with_their_place_and_a_fix() {
    for &[when, at, message, fix] in MISTAKES {
        let fault = condition(when, RuleOn::Run, &words()).expect_err(when);
        assert!(fault.message.contains(message), "{when}: {fault:?}");
        assert!(fault.fix.contains(fix), "{when}: {fault:?}");
        assert_eq!(&when[fault.start..fault.end], at, "{when}: {fault:?}");
    }
    let deep = format!("{}true", "!".repeat(100));
    assert!(condition(&deep, RuleOn::Run, &words()).is_err());
    let deep = format!("{}true{}", "(".repeat(5000), ")".repeat(5000));
    assert!(condition(&deep, RuleOn::Run, &words()).is_err());
}

/// Numbers that look random, the same each time.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, most: u64) -> u64 {
        self.0 = self
            .0
            .wrapping_mul(6364136223846793005)
            .wrapping_add(1442695040888963407);
        (self.0 >> 33) % most
    }

    fn of<'a>(&mut self, all: &[&'a str]) -> &'a str {
        all[self.below(all.len() as u64) as usize]
    }
}

/// Whether something holds; `None` is unknown.
type Holds = Box<dyn Fn(&Tuple, &Tuple) -> Option<bool>>;

/// A condition of some depth, and a slow and obviously right reading of it.
fn random(numbers: &mut Numbers, depth: u32) -> (String, Holds) {
    if depth == 0 || numbers.below(4) == 0 {
        return random_comparison(numbers);
    }
    let (left, holds_left) = random(numbers, depth - 1);
    let (right, holds_right) = random(numbers, depth - 1);
    let (sign, settles) = match numbers.below(3) {
        0 => ("&&", false),
        1 => ("||", true),
        _ => {
            let not: Holds = Box::new(move |job, target| Some(!holds_left(job, target)?));
            return (format!("!({left})"), not);
        }
    };
    let joined: Holds = Box::new(move |job, target| {
        let both = [holds_left(job, target), holds_right(job, target)];
        if both.contains(&Some(settles)) {
            Some(settles)
        } else if both.contains(&None) {
            None
        } else {
            Some(!settles)
        }
    });
    (format!("({left}) {sign} ({right})"), joined)
}

fn random_comparison(numbers: &mut Numbers) -> (String, Holds) {
    match numbers.below(4) {
        0 => {
            let mark = numbers.of(&["health", "personal"]).to_owned();
            let when = format!("\"{mark}\" in job.classification");
            let holds = move |job: &Tuple, _: &Tuple| match &job[0] {
                Some(Value::Marks(marks)) => Some(marks.contains(&mark)),
                _ => None,
            };
            (when, Box::new(holds))
        }
        1 => {
            let most = numbers.below(10);
            let holds = move |job: &Tuple, _: &Tuple| match job[1] {
                Some(Value::Number(gpus)) => Some(gpus > most as f64),
                _ => None,
            };
            (format!("job.gpus > {most}"), Box::new(holds))
        }
        2 => {
            let place = numbers.of(&["DE", "US"]).to_owned();
            let when = format!("target.jurisdiction == \"{place}\"");
            let holds = move |_: &Tuple, target: &Tuple| match &target[3] {
                Some(Value::Text(own)) => Some(*own == place),
                _ => None,
            };
            (when, Box::new(holds))
        }
        _ => {
            let holds = |_: &Tuple, target: &Tuple| match target[4] {
                Some(Value::Flag(yes)) => Some(yes),
                _ => None,
            };
            ("target.rented".to_owned(), Box::new(holds))
        }
    }
}

fn random_job(numbers: &mut Numbers) -> Tuple {
    let own = match numbers.below(4) {
        0 => None,
        1 => marks(&[]),
        2 => marks(&["health"]),
        _ => marks(&["health", "personal"]),
    };
    job(own, numbers.below(10) as f64, None)
}

fn random_target(numbers: &mut Numbers) -> Tuple {
    let place = match numbers.below(3) {
        0 => None,
        1 => text("DE"),
        _ => text("US"),
    };
    target(place, numbers.below(2) == 0, None)
}

/// In 300 random sets of rules, jobs and pools, under random modes: the verdict of the table is the one that follows
/// from what each rule says of each job and pool, and from "forbid beats permit, and what no permit allows is refused
/// once there is one".
#[test]
fn the_table_says_what_the_rules_say() {
    let mut numbers = Numbers(7);
    let mut refused = 0;
    for _ in 0..300 {
        let mut slow = Vec::new();
        let mut list = Vec::new();
        for index in 0..=numbers.below(5) {
            let (when, holds) = random(&mut numbers, 3);
            let effect = if numbers.below(3) == 0 {
                RuleEffect::Permit
            } else {
                RuleEffect::Forbid
            };
            slow.push((effect, holds));
            let rule = Rule::bare(&format!("r{index}"), effect);
            list.push((rule, condition(&when, RuleOn::Run, &words()).unwrap()));
        }
        let jobs: Vec<Tuple> = (0..6).map(|_| random_job(&mut numbers)).collect();
        let targets: Vec<Tuple> = (0..5).map(|_| random_target(&mut numbers)).collect();
        let rules = Rules::work_out(list, &words(), (&plain(&jobs), 1, 1), &targets).unwrap();
        let modes: Vec<RuleMode> = (0..slow.len())
            .map(|_| [RuleMode::Off, RuleMode::Audit, RuleMode::Enforce][numbers.below(3) as usize])
            .collect();
        let masks = rules.masks(|index| modes[index]);
        let slow = &slow;
        for (shape, job) in jobs.iter().enumerate() {
            for (pool, target) in targets.iter().enumerate() {
                let says = |index: usize| slow[index].1(job, target);
                let obeyed = |index: &usize| modes[*index] == RuleMode::Enforce;
                let of =
                    |effect| (0..slow.len()).filter(move |&index| slow_is(slow, index, effect));
                let forbidden = of(RuleEffect::Forbid)
                    .filter(obeyed)
                    .any(|index| says(index) != Some(false));
                let asks = of(RuleEffect::Permit).any(|index| obeyed(&index));
                let allowed = of(RuleEffect::Permit)
                    .any(|index| modes[index] != RuleMode::Off && says(index) == Some(true));
                let expected = !forbidden && (!asks || allowed);
                let found = rules.permit(masks, ShapeId::from(shape), PoolId::from(pool));
                assert_eq!(found, expected);
                refused += u32::from(!found);
            }
        }
    }
    assert!(1000 < refused && refused < 8000, "{refused}");
}

type Slow = (RuleEffect, Holds);

fn slow_is(slow: &[Slow], index: usize, effect: RuleEffect) -> bool {
    slow[index].0 == effect
}

#[test]
fn bits_are_listed_lowest_first() {
    let bits = 1 | 1 << 5 | 1 << 127;
    assert_eq!(set_bits(bits).collect::<Vec<_>>(), [0, 5, 127]);
    assert_eq!(set_bits(0).collect::<BTreeSet<_>>(), BTreeSet::new());
}
