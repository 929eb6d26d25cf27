//! What is sampled against the recordings that it was fitted to; the tables in `docs/model.md` say what the
//! code gives (`PLIMSOLL_BLESS=1 cargo test --test weather fitted` writes them anew).
#![allow(clippy::print_stdout)]

mod capacity;
mod controller;
mod data;
mod losses;
mod zonal;

#[test]
fn the_tables_in_the_model_are_fresh() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/model.md");
    let found = std::fs::read_to_string(path).unwrap().replace("\r\n", "\n");
    let mut expected = found.clone();
    for (name, table) in [
        ("capacity", capacity::table()),
        ("losses", losses::table()),
        ("zonal prices", zonal::table()),
        ("controlled prices", controller::table()),
    ] {
        expected = replace(&expected, name, &table);
    }
    if std::env::var_os("PLIMSOLL_BLESS").is_some() {
        std::fs::write(path, &expected).unwrap();
        return;
    }
    assert!(
        found == expected,
        "docs/model.md is stale; write its tables anew with `PLIMSOLL_BLESS=1 cargo test --test weather fitted`"
    );
}

/// `text` with what stands between the two marks of a table replaced.
fn replace(text: &str, name: &str, table: &str) -> String {
    let begin = format!("<!-- fitted: {name} -->\n");
    let from = text
        .find(&begin)
        .unwrap_or_else(|| panic!("docs/model.md: no mark of table {name}"))
        + begin.len();
    let until = from
        + text[from..]
            .find("<!-- end -->")
            .unwrap_or_else(|| panic!("docs/model.md: table {name} has no end"));
    [&text[..from], table, &text[until..]].concat()
}

/// A row of a table in Markdown.
fn row(cells: &[String]) -> String {
    format!("| {} |\n", cells.join(" | "))
}

/// A number with `places` decimals and no leading zero.
fn number(value: f64, places: usize) -> String {
    let text = format!("{value:.places$}");
    text.strip_prefix('0')
        .filter(|rest| rest.starts_with('.'))
        .map_or(text.clone(), str::to_owned)
}

/// A share in whole per cent.
fn per_cent(share: f64) -> String {
    format!("{:.0} %", share * 100.0)
}

fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}

/// Fails unless `got` is within `tolerance` of `recorded`, as a part of it.
fn near(what: &str, got: f64, recorded: f64, tolerance: f64) {
    assert!(
        (got / recorded - 1.0).abs() < tolerance,
        "{what} is {got}, not {recorded}"
    );
}

/// What is told of a recording and is not so, with what was found.
fn differences(what: &str, found: &[f64], told: &[f64], tolerance: f64) -> Option<String> {
    let mut pairs = found.iter().zip(told);
    let differ = pairs.any(|(found, told)| found.is_nan() || (found - told).abs() >= tolerance);
    differ.then(|| format!("{what}: found {found:.4?}, told {told:?}"))
}
