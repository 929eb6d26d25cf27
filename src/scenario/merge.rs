//! How a scenario lies over the one that it extends.
//!
//! Tables merge key by key. Lists of tables in which every table has a `name` (an `id`, for rules) merge by that name, new names
//! at the end. Anything else is replaced as a whole.

use super::tree::{Node, Table, Value};

/// Lays `over` on `base`.
pub(super) fn merge(base: &mut Table, over: Table) {
    for (key, entry) in over {
        match base.get_mut(&key) {
            Some(below) => {
                below.key = entry.key;
                merge_node(&mut below.node, entry.node);
            }
            None => {
                base.insert(key, entry);
            }
        }
    }
}

fn merge_node(base: &mut Node, over: Node) {
    match (&mut base.value, over.value) {
        // A table of another kind is another thing: nothing of the old one is kept.
        (Value::Table(below), Value::Table(above)) if !kind_changes(below, &above) => {
            base.origin = over.origin;
            merge(below, above);
        }
        (Value::Array(below), Value::Array(above)) if all_named(below) && all_named(&above) => {
            base.origin = over.origin;
            for node in above {
                let same = below
                    .iter_mut()
                    .find(|other| name_of(other) == name_of(&node));
                match same {
                    Some(other) => merge_node(other, node),
                    None => below.push(node),
                }
            }
        }
        (slot, value) => {
            *slot = value;
            base.origin = over.origin;
        }
    }
}

fn kind_changes(below: &Table, above: &Table) -> bool {
    let kind = |table: &Table| table.get("kind").map(|entry| entry.node.value.clone());
    above.contains_key("kind") && kind(below) != kind(above)
}

fn all_named(nodes: &[Node]) -> bool {
    !nodes.is_empty() && nodes.iter().all(|node| name_of(node).is_some())
}

/// The `name` of a table; the `id` of one that has no name.
pub(super) fn name_of(node: &Node) -> Option<&str> {
    let Value::Table(table) = &node.value else {
        return None;
    };
    match &table.get("name").or_else(|| table.get("id"))?.node.value {
        Value::Text(name) => Some(name),
        _ => None,
    }
}
