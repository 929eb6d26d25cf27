//! Classes that ask for GPUs with so much memory.

use super::*;

/// The pools of class `large`, by number: 0 is dc/h200 (141 GiB), 1 is cloud/h100 (80 GiB).
fn pools_with(name: &str, memory: &str, more: &str) -> Result<Vec<u16>, String> {
    let folder = Folder::new(name, &(GOOD.to_owned() + more), TRACE);
    let memory = format!("class.large.memory={memory}");
    let compiled = try_compile(&folder.0, &[&memory])?;
    let pools = compiled.model.classes[0].pools.iter();
    Ok(pools.map(|pool| pool.index() as u16).collect())
}

#[test]
fn a_class_runs_where_gpus_have_the_memory_that_it_asks_for() {
    // What makers call 80 GB is 80 GiB, so both words find it.
    for (memory, pools) in [
        ("24 GB", &[0, 1][..]),
        ("80 GB", &[0, 1]),
        ("80 GiB", &[0, 1]),
        ("81 GiB", &[0]),
        ("141 GB", &[0]),
    ] {
        assert_eq!(pools_with("memory", memory, "").unwrap(), pools, "{memory}");
    }
    // An H100 with 94 GiB is said to be one, and holds what asks for 90.
    let own = "[[gpu]]\nname = \"h100\"\nmemory = \"94 GiB\"\n";
    assert_eq!(pools_with("memory-own", "90 GB", own).unwrap(), [0, 1]);
}

#[test]
fn what_the_catalog_says_of_memory_is_an_assumption_only_where_it_is_used() {
    let folder = Folder::new("memory-noted", GOOD, TRACE);
    let noted = |sets: &[&str]| {
        let compiled = try_compile(&folder.0, sets).unwrap();
        let mut assumptions = compiled.assumptions.into_iter();
        assumptions.find(|known| known.what == "gpu h100: memory")
    };
    assert_eq!(noted(&[]), None);
    let told = noted(&["class.large.memory=80 GB"]).unwrap();
    assert_eq!(
        (told.value.as_str(), told.confidence),
        ("80 GiB", "verified")
    );
}

#[test]
fn what_is_wrong_with_memory_is_told_with_a_fix() {
    let told = pools_with("memory-none", "200 GB", "").unwrap_err();
    for words in [
        "no pool that may hold this class has GPUs with 200 GB (most: h200 with 141 GiB)",
        "^ ask for less, or widen `pools`, `sites` or `burst`",
        "1 problem",
    ] {
        assert!(told.contains(words), "{words} not in\n{told}");
    }
    let told = pools_with("memory-unit", "80 USD", "").unwrap_err();
    assert!(told.contains("`USD` is not a unit of data"), "{told}");

    let own = "[[gpu]]\nname = \"mystery\"\nspeed = 1.0\n";
    let mystery = GOOD.replace("gpu = \"h100\"", "gpu = \"mystery\"");
    let mystery = mystery.replace("quota = 20", "quota = 20, price = \"2 USD/GPU-h\"") + own;
    let folder = Folder::new("memory-unknown", &mystery, TRACE);
    // Nobody asks, so nobody has to know.
    assert!(try_compile(&folder.0, &[]).is_ok());
    let told = try_compile(&folder.0, &["class.large.memory=80 GB"]).unwrap_err();
    let expected = "how much memory GPU type `mystery` has is not known";
    assert!(
        told.contains(expected) && told.contains("1 problem"),
        "{told}"
    );
    assert!(
        told.contains("add memory = \"80 GiB\" to the [[gpu]] `mystery`"),
        "{told}"
    );
}

#[test]
fn work_is_not_cut_over_to_gpus_that_are_too_small() {
    let phase = "[[phase]]\nname = \"later\"\nstart = \"1 d\"\n\
                 cutover = [{ class = \"large\", share = 0.5, to = [\"cloud/h100\"] }]\n";
    assert!(pools_with("memory-cutover", "80 GB", phase).is_ok());
    let told = pools_with("memory-cutover-small", "141 GB", phase).unwrap_err();
    let expected = "class large asks for GPUs with 141 GB, and those of cloud/h100 have 80 GiB";
    assert!(told.contains(expected), "{told}");
}
