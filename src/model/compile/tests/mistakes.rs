//! Scenarios that are wrong in one way each.

use proptest::prelude::*;

use super::*;

/// What is set, and words that the answer must hold.
type Case = (&'static [&'static str], &'static [&'static str]);

const POOL_MISTAKES: [Case; 10] = [
    (
        &["pool.dc/h200.gpus_per_node=128"],
        &["128 is out of range", "from 1 to 127"],
    ),
    (
        &[
            "pool.dc/h200.gpus_per_node=1025",
            "pool.dc/h200.packing=count",
        ],
        &["1025 is out of range", "from 1 to 1024"],
    ),
    (
        &["pool.dc/h200.gpu=h20"],
        &["unknown GPU type `h20`", "did you mean `h200`?"],
    ),
    (
        &["pool.dc/h200.site=dcc"],
        &["unknown site `dcc`", "did you mean `dc`?"],
    ),
    (
        &["pool.dc/h200.nodes=0"],
        &["0 is out of range", "from 1 to"],
    ),
    (&["pool.dc/h200.nodes=-1"], &["`nodes` is negative"]),
    (
        &["pool.dc/h200.offer.tco=h200-4"],
        &["unknown cost record", "did you mean `h200-4y`?"],
    ),
    (
        &["pool.dc/h200.offer.price=2 USD/GPU-h"],
        &["both `tco` and `price`"],
    ),
    (&["pool.dc/h200.offer.quota=4"], &["`quota` means nothing"]),
    (
        &["pool.dc/h200.site=cloud"],
        &["contradicts site `cloud` of kind gpuaas"],
    ),
];

const OFFER_MISTAKES: [Case; 9] = [
    (
        &["pool.cloud/h100.site=dc"],
        &["contradicts site `dc` of kind private"],
    ),
    (
        &["pool.cloud/h100.offer.price=-2 USD/GPU-h"],
        &["`-2 USD/GPU-h` is negative", "^ write zero or more"],
    ),
    (
        &["pool.cloud/h100.offer.price=2 EUR/GPU-h"],
        &[
            "`EUR` is not the scenario's currency `USD`",
            "one currency for now",
        ],
    ),
    (
        &["pool.cloud/h100.offer.price=2 USD/h"],
        &[
            "`USD/h` is not a unit of price\n",
            "^ use one of <currency>/GPU-h",
        ],
    ),
    (&["scenario.currency=EUR"], &["in USD"]),
    (
        &["pool.cloud/h100.offer.quota=7"],
        &["a quota of 7 GPUs holds no instance of 8"],
    ),
    (
        &["pool.cloud/h100.gpu=b200"],
        &["no price for b200", "it has h200, h100, l40s"],
    ),
    (
        &["pool.cloud/h100.offer.steps=[{from=\"1 d\", price=\"2 USD/GPU-h\"}]"],
        &["no price holds at the start"],
    ),
    (
        &[
            "pool.cloud/h100.offer.steps=[{from=\"0 d\", price=\"2 USD/GPU-h\"},\
           {from=\"0 h\", price=\"3 USD/GPU-h\"}]",
        ],
        &["two prices begin at the same instant"],
    ),
];

const OTHER_MISTAKES: [Case; 21] = [
    (&["scenario.name=../x"], &["`../x` cannot name a folder"]),
    (
        &["scenario.start=yesterday"],
        &["`yesterday` is not an instant"],
    ),
    (
        &["scenario.horizon=3 GiB"],
        &[
            "`GiB` is not a unit of time\n",
            "^ use one of ms, s, min, h, d, w",
        ],
    ),
    (
        &["scenario.horizon=-4 h"],
        &["`-4 h` is negative\n", "^ write zero or more"],
    ),
    (
        &["scenario.horizon=99999999999999999999 d"],
        &["is too large\n", "^ write a smaller one"],
    ),
    (
        &["pool.cloud/h100.offer.provisioning=0.0001 s"],
        &["is finer than 1 ms", "^ round it to whole steps of 1 ms\n"],
    ),
    (&["scenario.replications=0"], &["0 is out of range"]),
    (
        &["scenario.horizon=3"],
        &["^ write it as a text, with its unit if it is an amount, such as \"3 h\""],
    ),
    (
        &["demand.generator={ load = \"80 %\" }"],
        &["not the text \"80 %\"\n", "^ write 0.8 without quotes"],
    ),
    (
        &["horizon=3 d"],
        &[
            "unknown key `horizon`",
            "^ did you mean `scenario.horizon`?",
        ],
    ),
    (
        &["strategy.burst.queue=easy"],
        &[
            "`queue` should be a table",
            "^ write queue = { key = value }",
        ],
    ),
    (
        &["class.small.name=large"],
        &["there are two of class `large`"],
    ),
    (
        &["class.large.pools=[\"cloud/h10\"]"],
        &["unknown pool `cloud/h10`", "`cloud/h100`?"],
    ),
    (
        &["class.large.match.tenant=visoin"],
        &["unknown tenant", "did you mean `vision`?"],
    ),
    (
        &["strategy.burst.placement.spill.jobs_ahead=4"],
        &["more than one spill test"],
    ),
    (
        &["strategy.burst.queue.depth=4"],
        &["`depth` means nothing for this kind of queue"],
    ),
    (
        &["demand.trace=none.csv"],
        &["none.csv", "cannot be opened"],
    ),
    (
        &["demand.trace="],
        &[
            "the path of the trace is empty",
            "seen from this one: trace = \"month.csv\"",
        ],
    ),
    (
        &["demand.format=philly"],
        &["the zone of the trace is missing"],
    ),
    (
        &[
            "demand.format=csv",
            "demand.zone=UTC",
            "demand.columns={ submit = \"submit_s\", duration = \"duration_s\", gpus = \"cards\" }",
        ],
        &[
            "column `cards`: it is not in the header\n",
            "^ name a column that is there, or another format (the header is: job, submit_s",
        ],
    ),
    (
        &["demand.generator={load=0.5}"],
        &["both a trace and a generator"],
    ),
];

#[test]
fn mistakes_are_told_with_place_and_fix() {
    let folder = Folder::new("mistakes", GOOD, TRACE);
    for (sets, expected) in POOL_MISTAKES
        .iter()
        .chain(&OFFER_MISTAKES)
        .chain(&OTHER_MISTAKES)
    {
        let told = try_compile(&folder.0, sets).expect_err(&format!("{sets:?} is accepted"));
        for words in *expected {
            assert!(told.contains(words), "{sets:?}: {words}\nnot in\n{told}");
        }
        assert!(told.contains("┌─"), "{sets:?}: no place in\n{told}");
        assert!(told.ends_with("nothing was run\n"), "{told}");
    }
}

#[test]
fn two_mistakes_are_one_answer() {
    let scenario = GOOD
        .replace("quota = 20", "qouta = 20")
        .replace("nodes = 2", "nodes = 0");
    let folder = Folder::new("two", &scenario, TRACE);
    let told = try_compile(&folder.0, &[]).unwrap_err();
    assert!(told.contains("did you mean `quota`?"), "{told}");
    assert!(told.contains("0 is out of range"), "{told}");
    assert!(told.contains("2 problems"), "{told}");
}

#[test]
fn a_broken_horizon_is_one_mistake_and_not_a_missing_one() {
    let scenario = GOOD
        .lines()
        .filter(|line| !line.starts_with("trace ") && !line.starts_with("resample "))
        .fold(String::new(), |text, line| text + line + "\n")
        .replace("[[demand]]", "[[demand]]\ngenerator = { load = 0.5 }");
    let folder = Folder::new("horizon", &scenario, TRACE);
    let told = try_compile(&folder.0, &["scenario.horizon=3 years"]).unwrap_err();
    assert!(told.contains("`years` is not a unit of time"), "{told}");
    assert!(!told.contains("never ends"), "{told}");
}

#[test]
fn a_gang_that_fits_nowhere_is_told_or_dropped() {
    let folder = Folder::new("gang", GOOD, &TRACE.replace("16.000", "512.000"));
    let told = try_compile(&folder.0, &[]).unwrap_err();
    let place = folder.0.join("trace.csv").display().to_string();
    assert_eq!(
        told,
        format!(
            "error: no pool can ever hold a gang of 512 GPUs (largest: dc/h200 with 16)\n   \
             ┌─ {place}, row 2: job b, tenant speech\n   \
             = 1 job is like this; drop them with `demand.drop = [\"unplaceable\"]` or add capacity\n\n\
             1 problem, nothing was run\n"
        )
    );
    let kept = folder.0.join("x.toml");
    std::fs::write(
        &kept,
        GOOD.replace("trace.csv\"", "trace.csv\"\ndrop = [\"unplaceable\"]"),
    )
    .unwrap();
    let compiled = try_compile(&folder.0, &[]).unwrap();
    assert_eq!((compiled.load.jobs, compiled.load.unplaceable), (2, 1));
}

#[test]
fn a_generated_gang_that_fits_nowhere_is_told_where_it_is_asked_for() {
    let asks = |generator: &str| {
        let scenario = GOOD.replace("trace = \"trace.csv\"", generator);
        let folder = Folder::new("generated-gang", &scenario, TRACE);
        try_compile(&folder.0, &[]).unwrap_err()
    };
    // The pool dc/h200 has 2 nodes of 8 GPUs, and a quota of 20 holds two instances of 8: 16 GPUs each.
    let told = asks("generator = { jobs_per_day = 40, gangs = { 1 = 0.8, 32 = 0.1, 64 = 0.1 } }");
    assert!(
        told.starts_with(
            "error: no pool can ever hold a gang of 64 GPUs, which the generator of demand demand makes \
             (largest: dc/h200 with 16)\n"
        ),
        "{told}"
    );
    assert!(told.contains("x.toml:38:68\n"), "{told}");
    assert!(told.contains("^^^ drop them with `demand.drop"), "{told}");
    // A preset names no gang: the place is the generator.
    let told = asks("generator = { jobs_per_day = 40, preset = \"llm-lab\" }");
    assert!(told.contains("x.toml:38:13\n"), "{told}");
}

#[test]
fn an_empty_scenario_lists_what_it_needs() {
    let folder = Folder::new("empty", "", TRACE);
    let told = try_compile(&folder.0, &[]).unwrap_err();
    for words in [
        "[scenario]",
        "[[pool]]",
        "[[demand]]",
        "[[strategy]]",
        "4 problems",
    ] {
        assert!(told.contains(words), "{words} not in\n{told}");
    }
}

#[test]
fn missing_keys_point_at_their_table() {
    let folder = Folder::new("missing", &GOOD.replace("gpu = \"h200\"\n", ""), TRACE);
    let told = try_compile(&folder.0, &[]).unwrap_err();
    assert!(told.contains("the gpu of a pool is missing"), "{told}");
    assert!(told.contains("16 │ [[pool]]"), "{told}");
}

#[test]
fn a_misspelt_key_is_one_mistake_and_not_a_missing_one_too() {
    for (right, wrong) in [("gpu = ", "gpuu = "), ("name = \"dc/h200\"", "nmae = 1")] {
        let folder = Folder::new("misspelt", &GOOD.replacen(right, wrong, 1), TRACE);
        let told = try_compile(&folder.0, &[]).unwrap_err();
        let meant = right.split(' ').next().unwrap();
        assert!(told.contains(&format!("did you mean `{meant}`?")), "{told}");
        assert!(!told.contains("missing"), "{told}");
    }
    // Two that mean the same, and one beside the key that it means.
    let twice = GOOD.replacen("gpu = \"h200\"", "gpuu = 1\ngpux = 2", 1);
    let told = try_compile(&Folder::new("twice", &twice, TRACE).0, &[]).unwrap_err();
    assert!(
        told.contains("2 problems") && !told.contains("missing"),
        "{told}"
    );
    let beside = GOOD.replacen("gpu = \"h200\"", "gpu = \"h200\"\ngpuu = 2", 1);
    let told = try_compile(&Folder::new("beside", &beside, TRACE).0, &[]).unwrap_err();
    assert!(told.contains("1 problem"), "{told}");
}

#[test]
fn numbers_that_are_none_are_told_as_written() {
    for word in ["nan", "inf", "-inf"] {
        let scenario = GOOD
            .lines()
            .filter(|line| !line.starts_with("trace ") && !line.starts_with("resample "))
            .fold(String::new(), |text, line| text + line + "\n")
            .replace(
                "[[demand]]",
                &format!("[[demand]]\ngenerator = {{ load = {word} }}"),
            );
        let folder = Folder::new("nan", &scenario, TRACE);
        let told = try_compile(&folder.0, &[]).unwrap_err();
        let expected = format!("`load` should be a finite number, not {word}\n");
        assert!(told.contains(&expected), "{told}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, ..ProptestConfig::default() })]

    /// Whatever a slip of the hand makes of a scenario, the answer is a model or a list of problems.
    #[test]
    fn random_edits_never_panic(
        at in 0usize..GOOD.len(), cut in 0usize..30, insert in "[\\[\\]{}=\"'.,a-z0-9 \n-]{0,8}"
    ) {
        let mut text = GOOD.replace("trace.csv", "none.csv");
        let at = at.min(text.len());
        let end = (at + cut).min(text.len());
        text.replace_range(at..end, &insert);
        if let Ok(scenario) = crate::scenario::load_text("x.toml", &text, &[]) {
            let _ = compile(&scenario).map_err(|problems| problems.render(true));
        }
    }
}

#[test]
fn jobs_that_come_at_the_horizon_are_told() {
    // The third comes after a day, to the second.
    let folder = Folder::new("beyond", GOOD, TRACE);
    for (horizon, played, beyond) in [("2 d", 3, 0), ("86401 s", 3, 0), ("1 d", 2, 1)] {
        let set = format!("scenario.horizon={horizon}");
        let load = try_compile(&folder.0, &[&set]).unwrap().load;
        assert_eq!(
            (load.jobs, load.beyond_horizon),
            (played, beyond),
            "{horizon}"
        );
    }
}
