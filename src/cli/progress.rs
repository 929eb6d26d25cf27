//! How far a run has come, on standard error, if somebody is there to see it.

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// A bar over `total` of `what`; it hides itself where standard error is no terminal.
pub(super) fn bar(total: u32, what: &str, quiet: bool) -> ProgressBar {
    let target = if quiet {
        ProgressDrawTarget::hidden()
    } else {
        ProgressDrawTarget::stderr()
    };
    let bar = ProgressBar::with_draw_target(Some(u64::from(total)), target);
    let template = format!("{{pos}}/{{len}} {what} {{bar:24}} {{per_sec}}, {{eta}} left");
    if let Ok(style) = ProgressStyle::with_template(&template) {
        bar.set_style(style);
    }
    bar
}
