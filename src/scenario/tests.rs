//! Broken words and their messages; merging; `--set`; bytes that mean nothing.

use proptest::prelude::*;

use super::*;

const BASE: &str = r#"
[scenario]
name = "base"
start = 2026-01-05T00:00:00Z

[[pool]]
name = "dc-main/h200"
site = "dc-main"
nodes = 32
offer = { kind = "owned", tco = "h200-4y" }

[[pool]]
name = "nebius"
offer = { kind = "on-demand", quota = 128 }

[[demand]]
trace = "month.csv"
"#;

fn messages(text: &str, sets: &[&str]) -> String {
    let sets: Vec<String> = sets.iter().map(|set| (*set).to_owned()).collect();
    match load_text("x.toml", text, &sets) {
        Ok(scenario) => scenario.problems.render(false),
        Err(problems) => problems.render(false),
    }
}

#[test]
fn an_unknown_key_is_pointed_at() {
    let text = BASE.replace("quota = 128", "qouta = 128");
    assert_eq!(
        messages(&text, &[]),
        "error: unknown key `qouta` in offer\n   \
            ┌─ x.toml:14:31\n\
         14 │ offer = { kind = \"on-demand\", qouta = 128 }\n   \
            │                               ^^^^^ did you mean `quota`?\n\
         \n1 problem, nothing was run\n"
    );
}

#[test]
fn all_problems_are_told_at_once() {
    let text = "[scenario]\nnam = 'x'\nseed = -4\n[[pool]]\nnodes = 'many'\npacking = 'bset'\nsiet = 1\n[[site]]\nkind = 3\n[site2]\n";
    let told = messages(text, &[]);
    for expected in [
        "unknown key `nam` in scenario",
        "did you mean `name`?",
        "`seed` is negative",
        "`nodes` should be a whole number, not the text \"many\"",
        "unknown packing `bset`",
        "did you mean `best`?",
        "unknown key `siet` in pool",
        "`kind` should be one of private, hosted, gpuaas, edge, not the number 3",
        "unknown key `site2` in the scenario",
        "7 problems, nothing was run",
    ] {
        assert!(told.contains(expected), "{expected}\nnot in\n{told}");
    }
}

#[test]
fn single_brackets_are_explained() {
    assert!(messages("[site]\nname = 'x'\n", &[]).contains("write `[[site]]`"));
}

#[test]
fn syntax_errors_have_their_place() {
    let told = messages("[scenario]\nname = \"a\nseed = 1\n", &[]);
    assert!(told.contains("not valid TOML"), "{told}");
    assert!(told.contains("┌─ x.toml:2:"), "{told}");
}

#[test]
fn set_reaches_named_tables_and_lone_ones() {
    let scenario = load_text(
        "x.toml",
        BASE,
        &[
            "pool.dc-main/h200.nodes=40".to_owned(),
            "demand.trace=other/month 2.csv".to_owned(),
            "pool.\"nebius\".offer.quota = 64".to_owned(),
            "scenario.horizon=14 d".to_owned(),
        ],
    )
    .unwrap();
    assert!(scenario.problems.is_empty(), "{}", scenario.problems);
    let pools: Vec<_> = scenario.file.pool.items().map(|(pool, _)| pool).collect();
    assert_eq!(pools[0].nodes.value(), Some(&40));
    let nodes_from = pools[0].nodes.origin().unwrap();
    assert_eq!(
        scenario.problems.sources().describe(nodes_from),
        "--set pool.dc-main/h200.nodes=40"
    );
    let name_from = pools[0].name.origin().unwrap();
    assert_eq!(scenario.problems.sources().describe(name_from), "x.toml:7");
    assert_eq!(pools[1].offer.value().unwrap().quota.value(), Some(&64));
    let (demand, _) = scenario.file.demand.items().next().unwrap();
    assert_eq!(demand.trace.value().unwrap(), "other/month 2.csv");
    let run = scenario.file.scenario.value().unwrap();
    assert_eq!(run.horizon.value().unwrap(), "14 d");
}

#[test]
fn a_set_that_points_nowhere_is_told() {
    assert!(
        messages(BASE, &["pool.dc-mian/h200.nodes=40"]).contains("did you mean `dc-main/h200`?")
    );
    assert!(
        messages(BASE, &["pool.nodes=40"]).contains("there is no pool `nodes`")
            || messages(BASE, &["pool.nodes=40"]).contains("there are 2 of `pool`")
    );
    assert!(messages(BASE, &["scenario.seed"]).contains("no `=` behind the path"));
    assert!(messages(BASE, &["=3"]).contains("an empty name"));
    assert!(messages(BASE, &["scenario.sede=3"]).contains("did you mean `seed`?"));
    assert!(messages(BASE, &["scenario.seed=x"]).contains("┌─ --set"));
    assert!(messages(BASE, &["pool=x"]).contains("`pool` is a list"));
}

#[test]
fn extends_merges_by_name_and_key() {
    let folder = std::env::temp_dir().join(format!("plimsoll-extends-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(folder.join("base.toml"), BASE).unwrap();
    let top = "extends = 'base.toml'\n[scenario]\nname = 'top'\n[[pool]]\nname = 'nebius'\n\
               offer = { kind = 'owned', price = '1 USD/GPU-h' }\n[[pool]]\nname = 'third'\n";
    std::fs::write(folder.join("top.toml"), top).unwrap();
    let scenario = load(&folder.join("top.toml"), &[]).unwrap();
    assert!(scenario.problems.is_empty(), "{}", scenario.problems);
    let run = scenario.file.scenario.value().unwrap();
    assert_eq!(run.name.value().unwrap(), "top");
    assert_eq!(run.start.value().unwrap().0, "2026-01-05T00:00:00Z");
    let names: Vec<_> = scenario
        .file
        .pool
        .items()
        .filter_map(|(pool, _)| pool.name.value().cloned())
        .collect();
    assert_eq!(names, ["dc-main/h200", "nebius", "third"]);
    // The kind of the offer changed, so the quota of the old one is gone.
    let (nebius, _) = scenario.file.pool.items().nth(1).unwrap();
    assert!(nebius.offer.value().unwrap().quota.is_absent());

    std::fs::write(folder.join("a.toml"), "extends = 'b.toml'").unwrap();
    std::fs::write(folder.join("b.toml"), "extends = 'a.toml'").unwrap();
    let told = load(&folder.join("a.toml"), &[]).unwrap_err().render(false);
    assert!(told.contains("extends itself"), "{told}");
    let told = load(&folder.join("none.toml"), &[])
        .unwrap_err()
        .render(false);
    assert!(told.contains("cannot open"), "{told}");
    std::fs::write(folder.join("bytes.toml"), [0xff, 0xfe, 0x00]).unwrap();
    let told = load(&folder.join("bytes.toml"), &[])
        .unwrap_err()
        .render(false);
    assert!(told.contains("not UTF-8 text: byte 1"), "{told}");
    std::fs::write(folder.join("large.toml"), vec![b'#'; (4 << 20) + 1]).unwrap();
    let told = load(&folder.join("large.toml"), &[])
        .unwrap_err()
        .render(false);
    assert!(told.contains("larger than 4 MiB"), "{told}");
    std::fs::remove_dir_all(&folder).unwrap();
}

#[test]
fn deep_and_long_files_are_refused_cleanly() {
    assert!(messages(&"a.".repeat(500_000), &[]).contains("more than 24 dots"));
    assert!(messages(&format!("a = {}", "[".repeat(100_000)), &[]).contains("problem"));
    let nested = format!("a = {}1{}", "[".repeat(60), "]".repeat(60));
    assert!(messages(&nested, &[]).contains("deep"));
    // Tables in tables, each by a key with many dots: deep, and still no overflow.
    let dotted = format!("{{{} = ", "a.".repeat(23) + "a");
    let tower = format!("a = {}1{}", (dotted + "\n").repeat(70), "}".repeat(70));
    assert!(messages(&tower, &[]).contains("problem"));
    // A very long line is shown only around the place that matters.
    let long = format!("[scenario]\nx = '{}'\n", "y".repeat(1_000_000));
    assert!(messages(&long, &[]).len() < 1000);
}

#[test]
fn control_characters_do_not_reach_the_terminal() {
    let told = messages("[scenario]\n\"na\\u001b[31mme\" = 1\n", &[]);
    assert!(!told.contains('\u{1b}'), "{told:?}");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, ..ProptestConfig::default() })]

    #[test]
    fn random_bytes_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        let text = String::from_utf8_lossy(&bytes).into_owned();
        let _ = messages(&text, &[&text]);
    }

    #[test]
    fn random_edits_of_a_good_file_never_panic(
        at in 0usize..400, cut in 0usize..40, insert in "[\\[\\]{}=\"'.,a-z0-9 \n-]{0,12}"
    ) {
        let mut text = BASE.to_owned();
        let at = at.min(text.len());
        let end = (at + cut).min(text.len());
        text.replace_range(at..end, &insert);
        let _ = messages(&text, &[]);
    }
}
