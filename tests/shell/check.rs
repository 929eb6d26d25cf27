//! What `plimsoll check` shows of a scenario, as a shell sees it.

use crate::shell::{code, run, stdout};

const SMALL: &str = "tests/fixtures/command/small.toml";

#[test]
fn the_inventory_says_how_much_memory_is_asked_for() {
    let inventory = |sets: &[&str]| {
        let smaller = ["check", SMALL, "--set", "pool.cloud/h200.gpu=h100"];
        let output = run(&[&smaller[..], sets].concat());
        assert_eq!(code(&output), 0, "{output:?}");
        let text = stdout(&output);
        let lines = text.lines().skip_while(|line| !line.starts_with("class "));
        lines.map(str::to_owned).collect::<Vec<_>>()
    };
    // Nobody asks: no column, and both pools.
    assert!(!inventory(&[])[0].contains("memory"));
    let asked = inventory(&["--set", "class.training.memory=100 GB"]);
    assert!(asked[0].contains("  memory  may run on"), "{}", asked[0]);
    let training = asked
        .iter()
        .find(|line| line.starts_with("training "))
        .unwrap();
    // 80 GiB are 85.9 GB: what is left has an H200.
    assert!(training.ends_with("100 GB  dc-main/h200"), "{training}");
    let tuning = asked
        .iter()
        .find(|line| line.starts_with("tuning "))
        .unwrap();
    assert!(!tuning.contains("GB  "), "{tuning}");
}
