//! From a path to a scenario: the chain of `extends`, the `--set` arguments, then the structs.

use std::cell::RefCell;
use std::fs::File;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use super::assign::assign;
use super::decode::decode;
use super::merge::merge;
use super::problem::{Problem, Problems};
use super::source::{Origin, Source};
use super::spec::ScenarioFile;
use super::tree::{Node, Table, Value, document, table_to_toml};

/// Most bytes of one scenario file.
const FILE_BYTES: u64 = 4 << 20;
/// Most files in a chain of `extends`.
const CHAIN: usize = 8;

/// What the user wrote, with all that is wrong with its words; what it means is not checked yet.
#[derive(Clone, Debug)]
pub struct Scenario {
    /// The words, as structs.
    pub file: ScenarioFile,
    /// The texts that they came from, and problems found so far.
    pub problems: Problems,
    /// The merged scenario as TOML with sorted keys: what is hashed and recorded.
    pub resolved: String,
}

/// Reads the scenario at `path`, what it extends, and lays the `--set` arguments over it.
///
/// # Errors
/// When there is no tree to go on with (unreadable, not TOML, a `--set` that points nowhere). Problems of
/// single keys and values are in [`Scenario::problems`], so that the next stage can add its own.
pub fn load(path: &Path, sets: &[String]) -> Result<Scenario, Problems> {
    let mut problems = Problems::default();
    let mut chain = Vec::new();
    match read_chain(path, None, &mut problems, &mut chain) {
        Some(tree) => finish(tree, sets, problems),
        None => Err(problems),
    }
}

/// As [`load`], for a text that is not in a file; it cannot extend another.
///
/// # Errors
/// As [`load`].
pub fn load_text(name: &str, text: &str, sets: &[String]) -> Result<Scenario, Problems> {
    let mut problems = Problems::default();
    let source = problems.sources.add(Source {
        name: name.to_owned(),
        path: Some(PathBuf::from(name)),
        text: text.to_owned(),
    });
    let tree = parse(source, &mut problems);
    let tree = tree.and_then(|tree| take_in(tree, &mut problems, &mut Vec::new()));
    match tree {
        Some(tree) => finish(tree, sets, problems),
        None => Err(problems),
    }
}

fn finish(mut tree: Table, sets: &[String], mut problems: Problems) -> Result<Scenario, Problems> {
    tree.remove("extends");
    for argument in sets {
        if let Err(problem) = assign(&mut tree, argument, &mut problems.sources) {
            problems.push(problem);
        }
    }
    // A `--set` may name weather too.
    let taken = take_in(tree, &mut problems, &mut Vec::new());
    let Some(tree) = taken.filter(|_| problems.is_empty()) else {
        return Err(problems);
    };
    let resolved = toml::to_string(&table_to_toml(&tree)).unwrap_or_default();
    let root = Node {
        origin: Origin::default(),
        value: Value::Table(tree),
    };
    let found = RefCell::new(Vec::new());
    let file = decode(&root, &found);
    for problem in found.into_inner() {
        problems.push(problem);
    }
    Ok(Scenario {
        file,
        problems,
        resolved,
    })
}

/// Reads a file and what it extends; `asked` is the place that named it.
fn read_chain(
    path: &Path,
    asked: Option<Origin>,
    problems: &mut Problems,
    chain: &mut Vec<PathBuf>,
) -> Option<Table> {
    let here = |message: String, fix: &str| match asked {
        Some(origin) => Problem::at(origin, message, fix),
        None => Problem::new(message, fix),
    };
    let canonical = path.canonicalize().unwrap_or_else(|_| path.to_owned());
    if chain.contains(&canonical) {
        let message = format!("{} extends itself", path.display());
        problems.push(here(message, "name another file, or remove `extends`"));
        return None;
    }
    if chain.len() == CHAIN {
        let message = format!("more than {CHAIN} files extend each other");
        problems.push(here(message, "join some of them into one file"));
        return None;
    }
    chain.push(canonical);
    let text = match read_text(path) {
        Ok(text) => text,
        Err((message, fix)) => {
            problems.push(here(message, fix));
            return None;
        }
    };
    let source = problems.sources.add(Source {
        name: path.display().to_string(),
        path: Some(path.to_owned()),
        text,
    });
    let tree = parse(source, problems)?;
    let tree = take_in(tree, problems, chain)?;
    let Some(extends) = tree.get("extends") else {
        return Some(tree);
    };
    let Value::Text(base) = &extends.node.value else {
        problems.push(Problem::at(
            extends.node.origin,
            "`extends` should be the path of a scenario file",
            "write it in quotes, such as extends = \"base.toml\"",
        ));
        return None;
    };
    let base = problems.sources.resolve(extends.node.origin, base);
    let mut below = read_chain(&base, Some(extends.node.origin), problems, chain)?;
    merge(&mut below, tree);
    Some(below)
}

/// Lists of files that a scenario takes in, with what such a file is called.
const TAKEN_IN: [(&str, &str, &str); 3] = [
    ("weather", "a file of weather", "weather/edge-cut.toml"),
    ("rules", "a file of rules", "rules/minimal.toml"),
    ("runbooks", "a file of runbooks", "runbooks/keys-out.toml"),
];

/// Lays a scenario over the files of weather, of rules and of runbooks that it takes in.
fn take_in(tree: Table, problems: &mut Problems, chain: &mut Vec<PathBuf>) -> Option<Table> {
    let mut tree = begin_from(tree, problems, chain)?;
    let mut below = Table::default();
    for (list, what, example) in TAKEN_IN {
        let Some(files) = tree.remove(list) else {
            continue;
        };
        let origin = files.node.origin;
        let Value::Array(files) = files.node.value else {
            let message = format!("`{list}` should be a list of paths");
            let fix = format!("write {list} = [\"{example}\"]");
            problems.push(Problem::at(origin, message, fix));
            return None;
        };
        for file in files {
            let Value::Text(path) = &file.value else {
                let message = format!("this is no path of {what}");
                let fix = format!("write it in quotes, such as \"{example}\"");
                problems.push(Problem::at(file.origin, message, fix));
                return None;
            };
            let path = problems.sources.resolve(file.origin, path);
            let depth = chain.len();
            let part = read_chain(&path, Some(file.origin), problems, chain)?;
            chain.truncate(depth);
            merge(&mut below, part);
        }
    }
    if below.is_empty() {
        return Some(tree);
    }
    merge(&mut below, tree);
    Some(below)
}

/// Lays what a run begins with over the file that it begins from, if it names one.
fn begin_from(mut tree: Table, problems: &mut Problems, chain: &mut Vec<PathBuf>) -> Option<Table> {
    let Some(initial) = tree.get_mut("initial") else {
        return Some(tree);
    };
    let Value::Table(words) = &mut initial.node.value else {
        return Some(tree);
    };
    let Some(from) = words.remove("from") else {
        return Some(tree);
    };
    let origin = from.node.origin;
    let Value::Text(path) = &from.node.value else {
        let message = "`from` should be the path of a state that a run left";
        let fix = "write it in quotes, such as from = \"state.toml\"";
        problems.push(Problem::at(origin, message, fix));
        return None;
    };
    let path = problems.sources.resolve(origin, path);
    let depth = chain.len();
    let mut below = read_chain(&path, Some(origin), problems, chain)?;
    chain.truncate(depth);
    if below.len() != 1 || !below.contains_key("initial") {
        let message = format!("{} is no state", path.display());
        let fix = "name a file that holds [initial] and nothing else, as `plimsoll run --state-out` writes it";
        problems.push(Problem::at(origin, message, fix));
        return None;
    }
    merge(&mut below, tree);
    Some(below)
}

fn parse(source: u16, problems: &mut Problems) -> Option<Table> {
    match document(&problems.sources, source) {
        Ok(table) => Some(table),
        Err(found) => {
            for problem in found {
                problems.push(problem);
            }
            None
        }
    }
}

/// The text of a file, within bounds; or what is wrong, and what to do.
fn read_text(path: &Path) -> Result<String, (String, &'static str)> {
    let shown = path.display();
    let file = File::open(path)
        .map_err(|error| (format!("cannot open {shown}: {error}"), "check the path"))?;
    let mut bytes = Vec::new();
    file.take(FILE_BYTES + 1)
        .read_to_end(&mut bytes)
        .map_err(|error| {
            (
                format!("cannot read {shown}: {error}"),
                "name a file of text",
            )
        })?;
    if bytes.len() as u64 > FILE_BYTES {
        return Err((
            format!("{shown} is larger than 4 MiB"),
            "keep traces and price lists in files of their own",
        ));
    }
    String::from_utf8(bytes).map_err(|error| {
        let at = error.utf8_error().valid_up_to() + 1;
        (
            format!("{shown} is not UTF-8 text: byte {at} cannot be read"),
            "name a scenario, or save this one as UTF-8",
        )
    })
}
