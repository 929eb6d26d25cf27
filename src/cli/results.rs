//! What `check` tells of results that are looked at before they count.

use std::fmt::Write as _;

use crate::model::{Inspection, Model};
use crate::record::plain;

use super::output;

/// All of it; nothing where nobody looks at any.
pub(super) fn results(model: &Model) -> String {
    let classes = model.classes.iter().zip(&model.inspections).enumerate();
    let mut out = String::new();
    for (index, (class, inspection)) in classes {
        let is_twin = model
            .rollout
            .twins
            .iter()
            .any(|twin| twin.class.index() == index);
        let Some(inspection) = inspection.as_ref().filter(|_| !is_twin) else {
            continue;
        };
        if out.is_empty() {
            out.push_str("\nresults\n");
        }
        let line = format!("  {}: {}", plain(&class.name), words(model, inspection));
        out += &(output::wrapped(&line, output::width()) + "\n");
    }
    out
}

fn words(model: &Model, inspection: &Inspection) -> String {
    let mut line = match &inspection.validation {
        Some(validation) => format!(
            "each is looked at for {:.1} h on the GPUs of its job, which runs for so much longer than the demand says, and \
             for {:.2} {}",
            validation.time.0 as f64 / 3.6e6,
            validation.price.as_units(),
            model.currency
        ),
        None => "nobody looks at any".to_owned(),
    };
    let prospects = inspection.prospects();
    if prospects.passing < 1.0 {
        let _ = write!(
            line,
            "; one passes when its job has done all of its work {:.2} times on average",
            1.0 / prospects.passing
        );
    }
    if let Some(flaws) = &inspection.flaws
        && prospects.flawed > 0.0
    {
        let _ = write!(
            line,
            "; of those that count {:.2} % are flawed, which is found after {:.1} d on average",
            prospects.flawed * 100.0,
            flaws.found_after.mean() / 8.64e7
        );
    }
    line
}
