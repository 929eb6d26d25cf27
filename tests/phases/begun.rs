//! Runs that begin with a recording that is cut at their start, with prices that go on, and what is told of mistakes in
//! what was carried.

use super::carried::sampled;
use crate::common::phases::works_of;
use crate::common::play;
use crate::common::words::{Folder, START, begins};
use plimsoll::dice::Dice;
use plimsoll::model::Model;
use plimsoll::units::SimTime;

/// A scenario with two owned nodes of four GPUs, a cloud, and more words.
fn small(folder: &Folder, more: &str) -> Result<Model, String> {
    let text = format!(
        r#"{}[[site]]
name = "cloud"
kind = "gpuaas"
jurisdiction = "DE"

[[pool]]
name = "own"
site = "dc"
gpu = "h200"
nodes = 2
gpus_per_node = 4
offer = {{ kind = "owned", price = "2.00 USD/GPU-h" }}

[[pool]]
name = "spot"
site = "cloud"
gpu = "h200"
offer = {{ kind = "spot", quota = 8, price = "2.00 USD/GPU-h", on_demand = "8.00 USD/GPU-h", notice = "2 min", provisioning = "0 s", price_moves = {{ kind = "mean-reverting" }} }}

[[pool]]
name = "jumps"
site = "cloud"
gpu = "h200"
offer = {{ kind = "on-demand", quota = 8, price = "2.00 USD/GPU-h", provisioning = "0 s", price_moves = {{ kind = "markov", states = [{{ price = "2.00 USD/GPU-h", stay = "9 d" }}, {{ price = "5.00 USD/GPU-h", stay = "9 d" }}] }} }}

[market_cycle]

[[class]]
name = "all"

[[demand]]
name = "recorded"
trace = "trace.csv"
format = "csv"
columns = {{ job = "job", submit = "came", start = "started", end = "ended", gpus = "gpus" }}

[[strategy]]
name = "one"
queue = {{ kind = "fifo" }}
{more}"#,
        begins("small", START, "2 d")
    );
    let trace = "job,came,started,ended,gpus\n\
                 over,0,0,3600,4\n\
                 at-work,1800,3600,14400,4\n\
                 large,3600,5400,36000,8\n\
                 waits,5000,7300,9000,2\n\
                 later,7260,9000,12600,1\n";
    folder.write("trace.csv", trace);
    folder.compiled(&text)
}

#[test]
fn a_recording_is_cut_at_the_start() {
    // Cut 2 h after its first job: one is over, one has run for an hour, one of 8 GPUs for half an hour, one waits and
    // started at 2:01:40, one comes a minute later.
    let initial = "[initial]\ntrace = { demand = \"recorded\", at = \"2 h\" }";
    let model = small(&Folder::new("begun-trace"), initial).unwrap();
    let jobs = model.initial.jobs.iter();
    let told: Vec<_> = jobs
        .zip(works_of(&model))
        .map(|(job, work)| {
            let pool = job.pool.map(|pool| model.pool(pool).name.as_str());
            (
                job.name.as_str(),
                job.done.0 / 60_000,
                work.0 / 60_000,
                pool,
            )
        })
        .collect();
    // The first takes half of what is owned, so the large one can only be at the provider's.
    let wanted = [
        ("at-work", 60, 180, Some("own")),
        ("large", 30, 510, Some("spot")),
        ("waits", 0, 28, None),
    ];
    assert_eq!(told, wanted);
    let timeline = sampled(&model, 1);
    assert_eq!(timeline.requests.len(), 4);
    assert_eq!(timeline.requests[3].submit, SimTime(60_000));
    assert_eq!(model.job_name(&timeline, 3), "later");
    let heard = play(&model, &timeline, 0);
    let ends: Vec<u64> = heard.jobs.iter().map(|job| job.end.0 / 60_000).collect();
    assert_eq!((ends[0], ends[2], ends[3]), (120, 28, 61));
}

#[test]
fn prices_go_on_from_where_they_were() {
    let initial = |price: &str, more: &str| {
        format!(
            "[initial]\nregime = \"shortage\"\nprice = [{{ pool = \"spot\", price = \"{price} USD/GPU-h\" }}, \
             {{ pool = \"jumps\", price = \"5.00 USD/GPU-h\" }}]\n{more}"
        )
    };
    let first = |price| {
        let model = small(&Folder::new("begun-prices"), &initial(price, "")).unwrap();
        let starts: Vec<[u64; 2]> = (0..20)
            .map(|seed| {
                let tariffs = sampled(&model, seed).tariffs.unwrap();
                let at = |pool: usize| {
                    let pool = plimsoll::units::PoolId::from(pool);
                    tariffs.price_at(pool, SimTime::ZERO).0
                };
                [at(1), at(2)]
            })
            .collect();
        (model, starts)
    };
    // In a shortage all is 1.35 times as dear, in every world alike.
    let (_, starts) = first("3.00");
    assert!(
        starts.iter().all(|start| *start == [4_050_000, 6_750_000]),
        "{starts:?}"
    );
    // At on-demand the market is stressed, and stays so for 3 days on average.
    let (model, starts) = first("8.00");
    assert!(
        starts.iter().all(|start| start[0] == 10_800_000),
        "{starts:?}"
    );
    // What a state would say of it is the same again.
    let dice = Dice {
        seed: 3,
        replication: 0,
    };
    let (prices, regime) = model.market_at(&dice, SimTime::ZERO);
    assert_eq!((prices[0].1.0, prices[1].1.0), (8_000_000, 5_000_000));
    assert_eq!(regime, Some("shortage"));
}

#[test]
fn what_is_wrong_with_what_was_carried_is_told_with_a_fix() {
    let folder = Folder::new("begun-wrong");
    folder.write("left.toml", "[scenario]\nname = \"a\"\n");
    for (initial, words) in [
        ("from = \"none.toml\"", "cannot open"),
        ("from = \"left.toml\"", "is no state"),
        ("regime = \"boom\"", "unknown regime `boom`"),
        (
            "trace = { demand = \"other\", at = \"2 h\" }",
            "unknown demand `other`",
        ),
        (
            "price = [{ pool = \"own\", price = \"3 USD/GPU-h\" }]",
            "does not move by itself",
        ),
        (
            "price = [{ pool = \"jumps\", price = \"3 USD/GPU-h\" }]",
            "none of those between which it jumps",
        ),
        (
            "paid = [{ site = \"moon\", amount = \"1 USD\" }]",
            "unknown site `moon`",
        ),
        ("paid = [{ site = \"dc\", amount = \"1 EUR\" }]", "EUR"),
        (
            "balance = [{ commitment = \"none\", since = \"1 d\", paid = \"1 USD\" }]",
            "unknown commitment `none`",
        ),
        (
            "used = [{ tenant = \"nobody\", gpu_hours = 1 }]",
            "unknown tenant `nobody`",
        ),
        (
            "running = [{ gpus = 1, requested = \"4 h\", done = \"1 h\", unsaved = \"2 h\", pool = \"own\" }]",
            "has done less than what it has not saved",
        ),
    ] {
        let told = small(&folder, &format!("[initial]\n{initial}")).expect_err(initial);
        assert!(told.contains(words), "{initial}\n{told}");
    }
}
