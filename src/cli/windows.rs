//! What `plimsoll check` tells of windows: whom each lets start where and when, and which jobs it is too short for.

use crate::dice::Dice;
use crate::experiment::{duration, grouped};
use crate::model::{Model, StartWindow, Teardown, Timeline};
use crate::record::plain;
use crate::units::{ClassId, PoolId, Span};
use crate::world::wall;

use super::output;

/// All of it; nothing where there are no windows.
pub(super) fn windows(model: &Model, seed: u64) -> String {
    if !model.windows.are_used() {
        return String::new();
    }
    let mut timeline = Timeline::default();
    let dice = Dice {
        seed,
        replication: 0,
    };
    Timeline::sample(model, &dice, &mut timeline);
    let mut lines =
        vec!["windows: outside of them nothing of these classes starts there".to_owned()];
    for window in &model.windows.list {
        lines.push(format!("  {}", line(model, window)));
        lines.extend(too_short(model, &timeline, window));
    }
    let wrapped = lines
        .iter()
        .map(|line| output::wrapped(line, output::width()) + "\n");
    "\n".to_owned() + &wrapped.collect::<String>()
}

/// Whom it is for, and when.
pub(super) fn line(model: &Model, window: &StartWindow) -> String {
    let name = |class: &ClassId| plain(&model.classes[class.index()].name);
    let own = |class: &&ClassId| model.rollout.reported(**class) == **class;
    let classes: Vec<_> = window.classes.iter().filter(own).map(name).collect();
    let pools: Vec<_> = window
        .pools
        .iter()
        .map(|&pool| plain(&model.pool(pool).name))
        .collect();
    let lead = if window.lead == Span::ZERO {
        String::new()
    } else {
        format!("; nothing starts in its last {}", long(window.lead))
    };
    let told = if window.lead == Span::ZERO {
        "at its end"
    } else {
        "then"
    };
    let does = match window.teardown {
        Teardown::Finish => "what still runs at its end runs on".to_owned(),
        Teardown::Checkpoint => {
            format!("what still runs {told} writes a checkpoint and waits for the next")
        }
        Teardown::Stop => "what still runs at its end stops and loses its work".to_owned(),
    };
    format!(
        "{} ({} on {}): open for {} of a week, at most {} at a stretch{lead}; {does}",
        plain(&window.name),
        classes.join(", "),
        pools.join(", "),
        long(window.hours.in_week()),
        long(window.hours.longest()),
    )
}

/// How many jobs ask for more than it lets them run at a stretch, class by class.
fn too_short(model: &Model, timeline: &Timeline, window: &StartWindow) -> Vec<String> {
    let longest = window.longest_run();
    let mut lines = Vec::new();
    for &class in &window.classes {
        let may_use = |pool: &&PoolId| model.classes[class.index()].pools.contains(pool);
        let pools = window.pools.iter().filter(may_use);
        let fastest = pools
            .map(|&pool| model.pool(pool).speed[class.index()])
            .max();
        let Some(speed) = fastest.filter(|&speed| speed > 0) else {
            continue;
        };
        let mine = timeline
            .requests
            .iter()
            .filter(|request| model.class_of(request.shape) == class);
        let (mut all, mut too_long) = (0u64, 0u64);
        for request in mine {
            all += 1;
            too_long += u64::from(wall(request.requested, speed) > longest);
        }
        if too_long == 0 {
            continue;
        }
        let then = match window.teardown {
            Teardown::Finish => "they run over its end",
            Teardown::Checkpoint => "they need several windows",
            Teardown::Stop => {
                "they lose their work each time, but for what periodic checkpoints hold"
            }
        };
        lines.push(format!(
            "    {} of {} jobs of {} ask for more than the {} that it leaves them: {then}",
            grouped(&too_long.to_string()),
            grouped(&all.to_string()),
            plain(&model.classes[class.index()].name),
            long(longest),
        ));
    }
    lines
}

/// A length of time, in hours and minutes as they are written down.
fn long(span: Span) -> String {
    let (hours, minutes) = (span.0 / 3_600_000, span.0 / 60_000 % 60);
    match (hours, minutes) {
        _ if !span.0.is_multiple_of(60_000) => duration(span.0 as f64 / 1e3, None),
        (_, 0) => format!("{hours} h"),
        (0, _) => format!("{minutes} min"),
        _ => format!("{hours} h {minutes} min"),
    }
}
