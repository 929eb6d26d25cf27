//! What one line of a recording of nodes says.

use serde::Deserialize;

use crate::units::Zone;

use super::super::value::MAX_MS;
use super::reason::WeatherDrop;

/// Most nodes at once: more is a file of something else.
const NODES_MAX: u32 = 1_000_000;

/// One line.
pub(super) struct Said {
    /// Milliseconds: since the source's zero, or since 1970.
    pub(super) at: i64,
    /// Whether since 1970.
    pub(super) calendar: bool,
    /// How long the line stands for.
    pub(super) lasts_ms: u64,
    pub(super) happening: Happening,
}

/// What happens.
pub(super) enum Happening {
    Add(Vec<String>),
    Remove(Vec<String>),
    /// The action's name.
    Nothing(String),
    /// How many nodes there are now.
    Count(u32),
}

/// Why a line is dropped, with the value that is to blame.
type Refused = (WeatherDrop, String);

/// Reads `ms,add|remove,node`.
pub(super) fn event_line(text: &str) -> Result<Said, Refused> {
    let fields: Vec<&str> = text.splitn(4, ',').map(str::trim).collect();
    let [at, action, node] = fields[..] else {
        return Err((WeatherDrop::FieldCount, text.to_owned()));
    };
    let at = at
        .parse()
        .map_err(|_| (WeatherDrop::TimeUnreadable, at.to_owned()))?;
    if node.is_empty() {
        return Err((WeatherDrop::EntityMissing, text.to_owned()));
    }
    said(at, 0, action, vec![node.to_owned()])
}

#[derive(Deserialize)]
struct Group {
    #[serde(default)]
    nodes: Vec<String>,
    #[serde(default)]
    duration: u64,
}

/// Reads `[ms, "action", {"nodes": […], "duration": ms}]`.
pub(super) fn list_line(text: &str) -> Result<Said, Refused> {
    let (at, action, group): (i64, String, Group) =
        serde_json::from_str(text).map_err(|error| (WeatherDrop::Unreadable, error.to_string()))?;
    said(
        at,
        group.duration.min(MAX_MS.unsigned_abs()),
        &action,
        group.nodes,
    )
}

/// Reads `date, time, count`.
pub(super) fn count_line(text: &str, zone: &Zone) -> Result<Said, Refused> {
    let fields: Vec<&str> = text.splitn(4, ',').map(str::trim).collect();
    let [date, time, count] = fields[..] else {
        return Err((WeatherDrop::FieldCount, text.to_owned()));
    };
    let instant = format!("{date}T{time}");
    let Some(at) = zone.local_unix_ms(&instant) else {
        return Err((WeatherDrop::TimeUnreadable, instant));
    };
    let count = count
        .parse()
        .ok()
        .filter(|count| *count <= NODES_MAX)
        .ok_or_else(|| (WeatherDrop::CountUnreadable, count.to_owned()))?;
    let happening = Happening::Count(count);
    Ok(Said {
        at,
        calendar: true,
        lasts_ms: 0,
        happening,
    })
}

fn said(at: i64, lasts_ms: u64, action: &str, nodes: Vec<String>) -> Result<Said, Refused> {
    if at < 0 {
        return Err((WeatherDrop::TimeUnreadable, at.to_string()));
    }
    if at > MAX_MS {
        return Err((WeatherDrop::TimeTooLarge, at.to_string()));
    }
    let happening = match action {
        "add" => Happening::Add(nodes),
        "remove" => Happening::Remove(nodes),
        "no-op" | "migration" => Happening::Nothing(action.to_owned()),
        other => return Err((WeatherDrop::ActionUnknown, other.to_owned())),
    };
    Ok(Said {
        at,
        calendar: false,
        lasts_ms,
        happening,
    })
}
