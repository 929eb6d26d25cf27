//! What `plimsoll check` shows of a scenario, as a shell sees it.

use crate::shell::{Place, code, run, stdout};

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

#[test]
fn what_transforms_make_and_what_moves_against_rules_is_told() {
    let output = run(&["check", "scenarios/masked.toml"]);
    assert_eq!(code(&output), 0, "{output:?}");
    let text = stdout(&output);
    let words = text.split_whitespace().collect::<Vec<_>>().join(" ");
    for told in [
        "reads 200 GB/h after 4.0 h on 4 GPUs, as work of class preparation for which preparation pays, and fails 10.0 % of the time",
        "makes records (de-identify) in 22.0 h for 2000.00 USD, read by node on cloud/h200",
        // .9 · (.9 · .98 + .1 · .2) = .8118 of all attempts go out; .02 of .902 are flawed.
        "looked at in 8.0 h for 1500.00 USD, and passes after 1.23 attempts on average",
        "of what goes out 2.22 % has marks that should be gone",
        // 1 / (.95 · .98 + .05 · .1) = 1 / .936; .005 of .936.
        "one passes when its job has done all of its work 1.07 times on average; of those that count 0.53 % are flawed",
        "marks are found in records (de-identify) data set records (de-identify): classification [de-identified] becomes [de-identified, health, personal]",
        "refuses records for large from dc to cloud; records for node from dc to cloud, but for copies that de-identify made",
        "on 1 of 2 ways",
    ] {
        assert!(words.contains(told), "{told}: {text}");
    }
    // Two strategies obey, or leave nothing; the one that audits moves records as they are.
    let place = Place::new("masked");
    let out = place.at("run");
    let arguments = [
        "compare",
        "scenarios/masked.toml",
        "--replications",
        "1",
        "--out",
        &out,
    ];
    let output = run(&arguments);
    assert_eq!(code(&output), 0, "{output:?}");
    let text = stdout(&output);
    let row = text
        .lines()
        .find(|line| line.starts_with("GB moved against rules"))
        .unwrap();
    let cells: Vec<&str> = row.split_whitespace().collect();
    let [.., alone, obeyed, audited] = cells.as_slice() else {
        panic!("{row}");
    };
    assert_eq!((*alone, *obeyed), ("0", "0"), "{row}");
    assert_ne!(*audited, "0", "{row}");
}

#[test]
fn windows_are_told_with_the_jobs_that_they_are_too_short_for() {
    let output = run(&["check", "scenarios/fine-tuning.toml"]);
    assert_eq!(code(&output), 0, "{output:?}");
    let words = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    let text = words(&stdout(&output));
    for told in [
        // Five nights of ten hours; two days.
        "nights (tuning on cloud/h200): open for 50 h of a week, at most 10 h at a stretch",
        "week-ends (tuning on cloud/h200): open for 48 h of a week, at most 48 h at a stretch",
        "what still runs then writes a checkpoint and waits for the next",
        "tuning: 300 USD for each job of tuning on cloud/h200; a job that reaches it writes a checkpoint out of it",
        "ask for more than that, even where they cost least at the prices of the start",
        "ask for more than the 9 h 55 min that it leaves them: they need several windows",
    ] {
        assert!(text.contains(told), "{told}: {text}");
    }
    let output = run(&[
        "explain",
        "may",
        "scenarios/fine-tuning.toml",
        "--class",
        "tuning",
    ]);
    assert_eq!(code(&output), 0, "{output:?}");
    let text = words(&stdout(&output));
    assert!(
        text.contains("only in window nights (tuning on cloud/h200)"),
        "{text}"
    );
}

#[test]
fn providers_are_told_with_whom_their_silence_keeps_out() {
    let output = run(&["check", "scenarios/fine-tuning.toml"]);
    assert_eq!(code(&output), 0, "{output:?}");
    let words = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    let text = words(&stdout(&output));
    for told in [
        "Nebius: says certificates, residency, incident_notice, availability; does not say sub_processors, logging",
        "certificate SOC 2 lapses on 2026-03-20T00:00:00Z, before the run ends",
        "rule told-soon does not let research run there (what it says is not enough)",
        // The jobs of one GPU and of two: 1,844 + 82.
        "1,926 GPU-h, which would cost",
    ] {
        assert!(text.contains(told), "{told}: {text}");
    }
    // A rule that reads what it does not say keeps everybody out for that.
    let place = Place::new("promised");
    let out = place.at("run");
    let arguments = [
        "compare",
        "scenarios/fine-tuning.toml",
        "--replications",
        "1",
        "--set",
        "scenario.horizon=4 d",
        "--out",
        &out,
    ];
    let output = run(&arguments);
    assert_eq!(code(&output), 0, "{output:?}");
    let text = words(&stdout(&output));
    let told = "of what was paid for at Nebius, which promises 99.90 %, 100 % worked, as promised";
    assert!(text.contains(told), "{text}");
    let runs = std::fs::read_to_string(format!("{out}/runs.csv")).unwrap();
    let head = runs.lines().next().unwrap();
    for column in [
        "spend_share.provider.Nebius",
        "gpu_h_concentration.jurisdiction",
    ] {
        assert!(
            head.split(',').any(|name| name == column),
            "{column}: {head}"
        );
    }
}

#[test]
fn leaving_a_provider_is_told_beforehand() {
    let words = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    let output = run(&["check", "scenarios/fine-tuning.toml", "--leave", "Nebius"]);
    assert_eq!(code(&output), 0, "{output:?}");
    let text = words(&stdout(&output));
    // Gangs of 64 fit into the cloud's quota and not into 48 GPUs of the lab.
    // What is 64 GPUs large: 4,995 of 29,840 GPU-hours.
    for told in [
        "leaving Nebius: with 30.0 d of notice",
        "4,995 GPU-h of research (17 % of all in the first sampled world)",
        "no data lie with it alone",
        "could start nowhere without it",
    ] {
        assert!(text.contains(told), "{told}: {text}");
    }
    let output = run(&["check", "scenarios/fine-tuning.toml", "--leave", "Nebbius"]);
    assert_eq!(code(&output), 2, "{output:?}");
    let output = run(&[
        "check",
        "scenarios/fine-tuning.toml",
        "--leave",
        "Nebius",
        "--notice",
        "soon",
    ]);
    assert_eq!(code(&output), 2, "{output:?}");
}

#[test]
fn work_without_a_way_out_is_told_by_whose_capacity_it_uses() {
    let words = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    let output = run(&["check", "scenarios/fine-tuning.toml", "--coupling"]);
    assert_eq!(code(&output), 0, "{output:?}");
    let text = words(&stdout(&output));
    // A rule keeps 1,926 of 29,840 GPU-hours at home; 4,995 are of gangs that are too large for it.
    for way in [
        "provider: lab 6.4 %, Nebius 16.7 %",
        "jurisdiction: DE 6.4 %, FI 16.7 %",
    ] {
        let told = format!("what could not go on elsewhere, by {way}");
        assert!(text.contains(&told), "{told}: {text}");
    }
}

/// One job that nobody marks, then three hours that may run nowhere but with Acme, and five that may not run there: Acme
/// does not say whether it proves deletion.
const LABELLED: &str = r#"
[scenario]
name    = "labelled"
start   = 2026-01-05T00:00:00Z
horizon = "2 d"

[[site]]
name     = "lab"
kind     = "private"
provider = "Own"

[[site]]
name     = "cloud"
kind     = "gpuaas"
provider = "Acme"

[[provider]]
name      = "Acme"
residency = ["EU"]

[[pool]]
name  = "lab/h100"
site  = "lab"
gpu   = "h100"
nodes = 1
offer = { kind = "owned", price = "2 USD/GPU-h" }

[[pool]]
name  = "cloud/h100"
site  = "cloud"
gpu   = "h100"
offer = { kind = "on-demand", quota = 8, price = "4 USD/GPU-h", provisioning = "5 min" }

[[class]]
name = "batch"

[[demand]]
name  = "jobs"
trace = "jobs.csv"

[[enrich]]
name      = "by tenant"
attribute = "mark"
csv       = "marks.csv"
key       = "tenant"

[attributes.job.mark]
kind = "text"

[[rule]]
id     = "far-only"
effect = "forbid"
when   = '''job.mark == "far" && target.site == "lab"'''

[[rule]]
id     = "proof"
effect = "forbid"
when   = '''job.mark == "near" && target.site == "cloud" && !target.provider_deletion_proof'''

[[strategy]]
name      = "ours"
placement = { kind = "private-only" }
"#;

#[test]
fn labelled_work_is_counted_by_its_labels() {
    let place = Place::new("labelled-check");
    let jobs = "job,submit_s,duration_s,requested_s,gpus,tenant,class,priority,outcome\n\
                a,0,3600,3600,1,one,all,0,finished\n\
                b,1,10800,10800,1,two,all,0,finished\n\
                c,2,18000,18000,1,three,all,0,finished\n";
    for (name, text) in [
        ("jobs.csv", jobs),
        ("marks.csv", "tenant,mark\none,none\ntwo,far\nthree,near\n"),
        ("labelled.toml", LABELLED),
    ] {
        std::fs::write(place.at(name), text).unwrap();
    }
    let output = run(&["check", &place.at("labelled.toml"), "--leave", "Acme"]);
    assert_eq!(code(&output), 0, "{output:?}");
    let text = stdout(&output);
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    for told in [
        // Five GPU-hours for 4 USD.
        "rule proof does not let batch run there (it does not say deletion_proof): 5 GPU-h, which would cost 20 USD",
        // Three of nine.
        "3 GPU-h of batch (33 % of all in the first sampled world) could start nowhere without it",
    ] {
        assert!(text.contains(told), "{told}: {text}");
    }
}

/// A rule that requires a transform keeps nobody out who may run on what the transform makes; and it may be about
/// some gangs of a class only, here about 8 GPUs and more.
const REQUIRED: &str = r#"
[[provider]]
name      = "Acme"
residency = ["EU"]

[[rule]]
id        = "proof-or-de-identified"
effect    = "require"
transform = "de-identify"
when      = '''"health" in job.classification && job.gpus > 4 && target.kind == "gpuaas" && !target.provider_deletion_proof'''
"#;

#[test]
fn what_runs_on_copies_is_not_kept_out() {
    let place = Place::new("required-check");
    let masked = include_str!("../../scenarios/masked.toml");
    // Without the rules of the scenario, which require the same of all.
    let (before, after) = masked.split_once("[[rule]]").unwrap();
    let (_, after) = after.split_once("[[demand]]").unwrap();
    let text = format!("{before}{REQUIRED}[[demand]]{after}");
    let (text, _) = text.split_once("rules     =").unwrap();
    let cloud = "catalog = \"gcp-europe-west4\"";
    assert!(text.contains(cloud));
    let text = text.replace(cloud, &format!("{cloud}\nprovider = \"Acme\""));
    std::fs::write(place.at("required.toml"), text).unwrap();
    let slow = "transform.de-identify.rate=\"500 MB/h\"";
    let output = run(&["check", &place.at("required.toml"), "--set", slow]);
    assert_eq!(code(&output), 0, "{output:?}");
    let text = stdout(&output);
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(text.contains("Acme: says residency"), "{text}");
    assert!(!text.contains("does not let"), "{text}");
    assert!(text.contains("reads 0.500 GB/h"), "{text}");
    assert!(
        text.contains("read by node on cloud/h200 and large on cloud/h200"),
        "{text}"
    );
}

/// A job that asks for nine hours at home, where nights have eight; in the cloud it would be done in time, but its class
/// may not go there.
#[test]
fn a_window_is_too_short_where_its_class_may_go() {
    let place = Place::new("window-check");
    let (before, after) = LABELLED.split_once("[[class]]").unwrap();
    let (_, after) = after.split_once("[[demand]]").unwrap();
    let (demand, after) = after.split_once("[[enrich]]").unwrap();
    let (_, strategy) = after.split_once("[[strategy]]").unwrap();
    let classes = r#"
[[class]]
name  = "home"
pools = ["lab/h100"]
speed = { h200 = 2.0 }

[[class]]
name  = "away"
match = { tenant = "two" }
pools = ["cloud/h200"]

[[window]]
name    = "nights"
classes = ["home", "away"]
hours   = { from = "20:00", to = "04:00" }
"#;
    let before = before.replace(
        "\"cloud/h100\"\nsite  = \"cloud\"\ngpu   = \"h100\"",
        "\"cloud/h200\"\nsite  = \"cloud\"\ngpu   = \"h200\"",
    );
    let text = format!("{before}{classes}[[demand]]{demand}[[strategy]]{strategy}");
    assert!(text.contains("gpu   = \"h200\""), "{text}");
    std::fs::write(place.at("nights.toml"), text).unwrap();
    let jobs = "job,submit_s,duration_s,requested_s,gpus,tenant,class,priority,outcome\n\
                a,0,32400,32400,1,one,all,0,finished\n\
                b,1,3600,3600,1,two,all,0,finished\n";
    std::fs::write(place.at("jobs.csv"), jobs).unwrap();
    let output = run(&["check", &place.at("nights.toml")]);
    assert_eq!(code(&output), 0, "{output:?}");
    let text = stdout(&output);
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let told = "1 of 1 jobs of home ask for more than the 8 h that it leaves them";
    assert!(text.contains(told), "{text}");
}
