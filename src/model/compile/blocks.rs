//! `[[happening]]` of rules on links: what must not cross them for a time.

use crate::model::{Happening, Incident, LinkUse, Turn};
use crate::scenario::LinkUseKind;

use super::context::Context;
use super::told::Told;
use super::wire_weather::{self, Wire};

/// Links that must not be used for something for a time.
pub(super) fn block(context: &mut Context, told: &Told<'_>, script: &mut Vec<Incident>) {
    let Told {
        spec,
        table,
        when: (from, to),
        ..
    } = *told;
    let example = "use = \"checkpoint-sync\" (or data-sets, results, feeds, restores)";
    let used_for = context.required(&spec.used_for, table, "what is blocked", example);
    let Some((&used_for, _)) = used_for else {
        return;
    };
    let used_for = use_of(used_for);
    for link in wire_weather::meant(context, told, Wire::Link).concat() {
        let begins = Happening::Forbidden { link, used_for };
        script.push(Incident {
            at: from,
            turn: Turn::Blow,
            what: begins,
        });
        script.extend(to.map(|at| Incident {
            at,
            turn: Turn::Relief,
            what: Happening::Allowed { link, used_for },
        }));
    }
}

/// What a word for the use of a link means.
pub(super) const fn use_of(kind: LinkUseKind) -> LinkUse {
    match kind {
        LinkUseKind::DataSets => LinkUse::DataSets,
        LinkUseKind::Results => LinkUse::Results,
        LinkUseKind::Feeds => LinkUse::Feeds,
        LinkUseKind::CheckpointSync => LinkUse::CheckpointSync,
        LinkUseKind::Restores => LinkUse::Restores,
    }
}
