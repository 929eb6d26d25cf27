//! A runbook as Markdown: what sets it off, who does what in which order, how long that takes, and under which condition.

use std::fmt::Write as _;

use crate::cli::failovers::{does, names};
use crate::cli::study::counted;
use crate::dice::{Dice, Purpose};
use crate::experiment::{duration, signal_words};
use crate::model::{Failover, Model, Runbook, Stage, Step, StepDoes};
use crate::process::Law;
use crate::record::{decimal, plain};

/// How many draws tell how long something random takes.
const DRAWS: u32 = 10_001;
/// Milliseconds of a day.
const DAY: u64 = 86_400_000;

/// The page of one runbook.
pub(super) fn page(model: &Model, book: &Runbook) -> String {
    let failover = &model.failovers.list[usize::from(book.failover)];
    let mut page = format!(
        "# Runbook: {}\n\nSeverity {}. Owner: {}. For failover {} of scenario {}, which is simulated: nothing here has \
         happened.\n",
        escaped(&book.name),
        book.severity,
        escaped(&book.owner),
        escaped(&failover.name),
        escaped(&model.name),
    );
    page += "\n## When\n\nWhen any of these holds:\n\n";
    for trigger in &failover.triggers {
        let _ = writeln!(page, "- {}", escaped(&signal_words(model, trigger)));
    }
    page += &who(model, book);
    page += "\n## Steps\n\n";
    for (index, step) in book.steps.iter().enumerate() {
        page += &line(model, book, failover, (index, step));
    }
    page += "\nIf a step fails, or must not be done, nobody goes on, and its owner decides what else to do.\n";
    page += &measured(model, failover);
    page
}

fn who(model: &Model, book: &Runbook) -> String {
    let mut text = "\n## Who, and how fast\n\n| stage | takes |\n|---|---|\n".to_owned();
    let stages = [Stage::Detect, Stage::Page, Stage::Decide, Stage::Approve];
    let skipped = |stage: &Stage| book.automatic && matches!(stage, Stage::Page | Stage::Decide);
    let approves = book.steps.iter().any(|step| step.approval);
    let stages = stages.into_iter().filter(|stage| !skipped(stage));
    for stage in stages.filter(|&stage| approves || stage != Stage::Approve) {
        let takes = book.times[stage as usize].as_ref();
        let takes = takes.map_or_else(|| "no time".to_owned(), takes_words);
        let in_hours = if book.in_hours[stage as usize] {
            ", in working hours"
        } else {
            ""
        };
        let _ = writeln!(text, "| {} | {takes}{in_hours} |", stage.name());
    }
    if book.automatic {
        text += "\nIt carries itself out: nobody is paged, and nobody decides.\n";
    } else {
        let _ = writeln!(
            text,
            "\n{} busy from when they are there, at {} {} an hour each.",
            match book.people {
                1 => "One person is".to_owned(),
                people => format!("{people} people are"),
            },
            decimal(i128::from(book.rate.0), 1_000_000, 2),
            model.currency
        );
    }
    if book.in_hours.contains(&true) && !book.hours.are_around_the_clock() {
        let _ = writeln!(text, "\nWorking hours: {}.", hours(book));
    }
    text
}

fn line(
    model: &Model,
    book: &Runbook,
    failover: &Failover,
    (index, step): (usize, &Step),
) -> String {
    let what = match &step.does {
        StepDoes::Failover => format!("the failover begins: {}", does(model, failover)),
        StepDoes::Rules(modes) => {
            let modes = modes.iter().map(|&(rule, mode)| {
                format!(
                    "{} to {}",
                    model.rules.name_of(usize::from(rule)),
                    mode.name()
                )
            });
            format!(
                "until it is over, set {}",
                modes.collect::<Vec<_>>().join(", ")
            )
        }
        StepDoes::Quota(pools, gpus) => format!(
            "until it is over, hold at most {} on {}",
            counted(*gpus, "GPU"),
            names(model, pools)
        ),
        StepDoes::Mend => "set right what set it off".to_owned(),
        StepDoes::Check => "look, and change nothing".to_owned(),
    };
    let mut text = format!(
        "{}. **{}**: {}.\n",
        index + 1,
        step.does.name(),
        escaped(&what)
    );
    let mut add = |words: String| {
        let _ = writeln!(text, "   - {words}");
    };
    if !step.says.is_empty() {
        add(escaped(&step.says));
    }
    if !step.when.is_empty() {
        let holds = if step.is_allowed {
            "which holds here"
        } else {
            "which does not hold here: this step must not be done"
        };
        add(format!("Only if {}, {holds}.", code(&step.when)));
    }
    if step.approval {
        add("Somebody must approve it first.".to_owned());
    } else if book.automatic {
        add("Nobody has to approve it.".to_owned());
    }
    if let Some(law) = &step.execute {
        add(format!("Takes {}.", takes_words(law)));
    }
    if 0 < step.fails {
        let share = decimal(i128::from(step.fails), 10_000, 1);
        add(format!("Fails {share} % of the time."));
    }
    text
}

/// What losses are measured by, and where work may go.
fn measured(model: &Model, failover: &Failover) -> String {
    let mut text = String::new();
    if !failover.targets.is_empty() {
        text += "\n## Where work may go, in order\n\n";
        for (index, target) in failover.targets.iter().enumerate() {
            let _ = writeln!(
                text,
                "{}. {}",
                index + 1,
                escaped(&names(model, &target.pools))
            );
        }
    }
    let first = failover.classes.first();
    let told = first.and_then(|&class| model.failovers.objectives(class));
    let spans = told.map(|told| (told.time, told.point)).unwrap_or_default();
    let lines = [
        ("Work is to run again within", spans.0),
        ("A loss may cost at most so much running:", spans.1),
    ];
    let lines: Vec<String> = lines
        .into_iter()
        .filter_map(|(label, span)| Some(format!("- {label} {}\n", time(span?.as_seconds()))))
        .collect();
    if !lines.is_empty() {
        text += "\n## Measured by\n\n";
        text += &lines.concat();
    }
    text
}

/// How long something takes: always the same, or half of the time and nineteen times of twenty.
fn takes_words(law: &Law) -> String {
    if let Law::Constant(ms) = law {
        return time(ms / 1e3);
    }
    let dice = Dice {
        seed: 1,
        replication: 0,
    };
    let mut stream = dice.stream(dice.key("runbook", "export"), Purpose::Reaction, 0, 0);
    let mut drawn: Vec<f64> = (0..DRAWS).map(|_| law.sample(&mut stream)).collect();
    drawn.sort_unstable_by(f64::total_cmp);
    let at = |share: f64| drawn[(f64::from(DRAWS - 1) * share) as usize] / 1e3;
    format!("about {} (p50), {} (p95)", time(at(0.5)), time(at(0.95)))
}

/// To the minute up to three hours.
fn time(seconds: f64) -> String {
    if (60.0..10_800.0).contains(&seconds) {
        return format!("{} min", (seconds / 60.0).round());
    }
    duration(seconds, None)
}

/// Working hours, by the clock of the runbook; days on end with the same hours together.
fn hours(book: &Runbook) -> String {
    const DAYS: [&str; 8] = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun", "Mon"];
    let clock = |ms: u64| format!("{:02}:{:02}", ms / 3_600_000, ms / 60_000 % 60);
    let mut groups: Vec<(u64, u64, String)> = Vec::new();
    for &(from, to) in book.hours.spans() {
        let (first, last) = (from / DAY, (to - 1) / DAY);
        let until = clock(to - last * DAY);
        let told = if first == last {
            format!("{} to {until}", clock(from % DAY))
        } else {
            format!("{} to {} {until}", clock(from % DAY), DAYS[last as usize])
        };
        match groups.last_mut() {
            Some((_, end, same)) if *same == told && *end + 1 == first => *end = first,
            _ => groups.push((first, first, told)),
        }
    }
    let words = groups
        .into_iter()
        .map(|(first, last, told)| match (first, last) {
            (0, 6) => format!("every day {told}"),
            _ if first == last => format!("{} {told}", DAYS[first as usize]),
            _ => format!("{} to {} {told}", DAYS[first as usize], DAYS[last as usize]),
        });
    words.collect::<Vec<_>>().join(", ")
}

/// Text that says in Markdown what it says: nothing in it is markup, ends a line, begins a list or moves a cursor.
fn escaped(text: &str) -> String {
    let text = plain(text);
    let digits = text.chars().take_while(char::is_ascii_digit).count();
    let mut safe = String::with_capacity(text.len());
    for (place, letter) in text.chars().enumerate() {
        let begins = place == 0 && "-+=".contains(letter);
        let counts = place == digits && 0 < digits && ".)".contains(letter);
        if begins || counts || "\\`*_{}[]<>#|&~".contains(letter) {
            safe.push('\\');
        }
        safe.push(letter);
    }
    safe
}

/// Text as code, whatever backticks it has.
fn code(text: &str) -> String {
    let text = plain(text);
    let longest = text
        .split(|letter| letter != '`')
        .map(str::len)
        .max()
        .unwrap_or(0);
    let fence = "`".repeat(longest + 1);
    let pad = if longest == 0 { "" } else { " " };
    format!("{fence}{pad}{text}{pad}{fence}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_in_a_name_is_markup() {
        assert_eq!(
            escaped("a|b *c* <img> [d](e)\u{1b}"),
            "a\\|b \\*c\\* \\<img\\> \\[d\\](e)\u{fffd}"
        );
        assert_eq!(escaped("- x"), "\\- x");
        assert_eq!(escaped("12. x-y"), "12\\. x-y");
        assert_eq!(escaped("one\n# two"), "one\u{fffd}\\# two");
        assert_eq!(code("a == b"), "`a == b`");
        assert_eq!(code("a `` b"), "``` a `` b ```");
    }

    #[test]
    fn times_are_told_as_people_say_them() {
        assert_eq!(takes_words(&Law::Constant(600_000.0)), "10 min");
        // Median 5 min, p95 20 min: what 10,001 draws give, to the minute.
        let law = Law::lognormal_by_median(300_000.0, 1_200_000.0);
        let told = takes_words(&law);
        assert!(told.starts_with("about 5 min (p50), "), "{told}");
    }
}
