//! A run that is cut in two and goes on from what the first half wrote: job by job and to the tick as if it were one,
//! with nodes that fail, caches, bands of egress, discounts and promises.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use crate::common::{Everything, play};
use plimsoll::dice::Dice;
use plimsoll::engine::Scratch;
use plimsoll::experiment::{Plan, left_of};
use plimsoll::journal::{Cause, Fact, Item};
use plimsoll::model::{Happening, Model, Timeline, compile};
use plimsoll::record::{write_estate, write_state};
use plimsoll::scenario::load;
use plimsoll::units::{Money, SimTime, StrategyId};

const HOUR: u64 = 3_600_000;
/// Where the run is cut.
const T: u64 = 13 * HOUR;

const ESTATE: &str = r#"
[[site]]
name = "dc"
kind = "private"
jurisdiction = "DE"

[[site]]
name = "cloud"
kind = "gpuaas"
jurisdiction = "DE"
provider = "Cloud"
cache = "60 GB"
egress = [{ up_to = "60 GB", price = "0 USD/GB" }, { up_to = "90 GB", price = "0.50 USD/GB" }, { price = "0.07 USD/GB" }]

[[pool]]
name = "own"
site = "dc"
gpu = "h200"
nodes = 3
offer = { kind = "owned", price = "2.00 USD/GPU-h" }

[[pool]]
name = "rented"
site = "cloud"
gpu = "h200"
gpus_per_node = 1
offer = { kind = "on-demand", quota = 16, price = "3.30 USD/GPU-h", provisioning = "0 s", minimum = "1 ms", increment = "1 ms", idle_release = "0 s" }

[[link]]
name = "line"
from = "dc"
to = "cloud"
kind = "circuit"
bandwidth = "100 Gb/s"
price = "3.00 USD/h"

[[dataset]]
name = "images"
size = "40 GB"
home = "dc"

[[dataset]]
name = "texts"
size = "35 GB"
home = "dc"

[[class]]
name = "vision"
match = { trace_class = "vision" }
data = ["images"]
results = "3 GB"
preemption = { kind = "checkpoint", write = "5 min", restart = "0 s" }

[[class]]
name = "language"
match = { trace_class = "language" }
data = ["texts"]
results = "2 GB"
preemption = { kind = "checkpoint", write = "5 min", restart = "0 s" }

[[failure]]
name = "nodes"
of = "node"
up = { mean = "5 h" }
down = { mean = "2 h" }

[[commitment]]
name = "promise"
provider = "Cloud"
spend = "40000 USD"
each = "month"
from = 2026-01-05T00:00:00Z

[[discount]]
provider = "Cloud"
tiers = [{ above = "150 USD", discount = 0.1 }, { above = "400 USD", discount = 0.3 }]

[[budget]]
name = "cloud"
of = { provider = "Cloud" }
amount = "1000 USD"
per = "month"

[[budget]]
name = "language"
of = { class = "language" }
amount = "1000 USD"
per = "month"
at_limit = "flag"

[[demand]]
trace = "trace.csv"
"#;

const STRATEGIES: [&str; 3] = ["fifo", "fit-first", "sjf"];

fn scenario(start: &str, horizon: &str, queue: &str, more: &str) -> String {
    format!(
        "[scenario]\nname = \"cut\"\nstart = {start}\nhorizon = \"{horizon}\"\n{ESTATE}\n[[strategy]]\nname = \"one\"\n\
         queue = {{ kind = \"{queue}\" }}\nplacement = {{ kind = \"private-first\", spill = {{ waited = \"0 s\" }} }}\n{more}"
    )
}

fn compiled(folder: &Path, text: &str) -> Model {
    let path = folder.join("x.toml");
    std::fs::write(&path, text).unwrap();
    let scenario = load(&path, &[]).unwrap_or_else(|problems| panic!("{}", problems.render(false)));
    let compiled = compile(&scenario);
    let told = compiled.unwrap_or_else(|problems| panic!("{}", problems.render(false)));
    told.model
}

/// A folder with a trace of jobs of both kinds.
fn folder(name: &str) -> PathBuf {
    let name = format!("plimsoll-carried-{name}-{}", std::process::id());
    let folder = std::env::temp_dir().join(name);
    std::fs::create_dir_all(&folder).unwrap();
    let mut trace =
        "job,submit_s,duration_s,requested_s,gpus,tenant,class,priority,outcome\n".to_owned();
    for n in 0..150u64 {
        let (length, gpus) = (1800 + n * 2221 % 11_000, 1 + n * 5 % 9);
        let class = ["vision", "language"][(n % 3 / 2) as usize];
        let line = format!(
            "j-{n},{}.000,{length}.000,{}.000,{gpus}.000,all,{class},0,finished\n",
            n * 601,
            length + 300,
        );
        trace.push_str(&line);
    }
    std::fs::write(folder.join("trace.csv"), trace).unwrap();
    folder
}

/// Worlds in which a node is down where the run is cut, and others fail later.
const SEEDS: [u64; 4] = [7, 9, 11, 12];

fn sampled(model: &Model, seed: u64) -> Timeline {
    let dice = Dice {
        seed,
        replication: 0,
    };
    let mut timeline = Timeline::default();
    Timeline::sample(model, &dice, &mut timeline);
    timeline
}

/// Plays the first half, writes what it leaves, and returns its heard half.
fn first_half(folder: &Path, queue: &str, seed: u64) -> (Everything, String) {
    let first = compiled(folder, &scenario("2026-01-05T00:00:00Z", "13 h", queue, ""));
    let sample = |_: &Dice, out: &mut Timeline| *out = sampled(&first, seed);
    let plan = Plan {
        model: &first,
        strategies: &[StrategyId(0)],
        replications: 1,
        seed,
        threads: 1,
        sample: &sample,
    };
    let (jobs, estate) = left_of(&plan, StrategyId(0), 0).unwrap();
    let mut file = Vec::new();
    write_state(&mut file, &jobs).unwrap();
    std::fs::write(folder.join("left.csv"), &file).unwrap();
    let mut file = Vec::new();
    write_estate(&mut file, &estate, "left.csv").unwrap();
    std::fs::write(folder.join("left.toml"), &file).unwrap();
    let heard = crate::common::play_in(&first, &sampled(&first, seed), 0, &mut Scratch::default());
    (heard, String::from_utf8(file).unwrap())
}

/// What comes in the second half: who is there, then the rest of the whole, T earlier.
fn rest(second: &Model, whole: &Timeline, seed: u64) -> Timeline {
    let mut rest = sampled(second, seed);
    let there = second.initial.jobs.len();
    rest.requests.truncate(there);
    rest.truth.truncate(there);
    rest.source.truncate(there);
    for (index, request) in whole.requests.iter().enumerate() {
        if request.submit.0 >= T {
            let mut request = *request;
            request.submit = SimTime(request.submit.0 - T);
            rest.requests.push(request);
            rest.truth.push(whole.truth[index]);
            rest.source.push(whole.source[index]);
        }
    }
    // Nodes that are down come up as the state says, and not a second time.
    rest.weather.clone_from(&second.weather.script);
    let mut told: Vec<_> = second.initial.down.clone();
    for incident in whole.weather.iter().filter(|incident| incident.at.0 > T) {
        if let Happening::Up { pool, first, .. } = incident.what {
            let at = |range: &plimsoll::model::NodeRange| {
                range.pool == pool && (range.first..range.first + range.nodes).contains(&first)
            };
            if let Some(place) = told.iter().position(at) {
                told.swap_remove(place);
                continue;
            }
        }
        let mut incident = *incident;
        incident.at = SimTime(incident.at.0 - T);
        rest.weather.push(incident);
    }
    plimsoll::model::Incident::put_in_order(&mut rest.weather);
    rest
}

/// All that was paid: capacity, egress, links, less discounts, with shortfalls.
fn paid(heard: &Everything) -> Money {
    let pools = heard.pools.iter();
    let pools = pools.map(|pool| pool.charged + pool.egress_cost);
    let run = &heard.run;
    pools.sum::<Money>() + run.link_cost + run.storage_cost + run.shortfall - run.discounts
}

fn posted(heard: &Everything) -> Money {
    let postings = heard.postings.iter();
    postings.map(|posting| posting.amount).sum()
}

#[test]
fn a_run_cut_in_two_costs_what_it_costs_as_one() {
    for queue in STRATEGIES {
        for seed in SEEDS {
            cut_in_two(queue, seed);
        }
    }
}

/// What the state of the first half tells of.
const LEFT: [&str; 6] = ["down", "egress", "cached", "paid", "balance", "budget"];

fn cut_in_two(queue: &str, seed: u64) {
    let folder = folder(&format!("{queue}-{seed}"));
    let whole = compiled(
        &folder,
        &scenario("2026-01-05T00:00:00Z", "26 h", queue, ""),
    );
    let tape = sampled(&whole, seed);
    let heard = play(&whole, &tape, 0);
    let (first, words) = first_half(&folder, queue, seed);
    let more = "[initial]\nfrom = \"left.toml\"\n";
    let second = compiled(
        &folder,
        &scenario("2026-01-05T13:00:00Z", "13 h", queue, more),
    );
    let later = play(&second, &rest(&second, &tape, seed), 0);
    std::fs::remove_dir_all(&folder).unwrap();
    // The state holds something of each kind, or the test says nothing.
    for word in LEFT {
        assert!(words.contains(&format!("{word} = [")), "{queue}: {words}");
    }
    let count = |what: fn(&Fact) -> bool| later.facts.iter().filter(|of| what(&of.1)).count();
    assert!(
        count(|fact| matches!(fact, Fact::Interrupted(..))) > 0,
        "{queue}"
    );
    // Each job ends when it does in the whole.
    let mut differ = String::new();
    let names: Vec<String> = (0..later.jobs.len())
        .map(|index| {
            if let Some(job) = second.initial.jobs.get(index) {
                return job.name.clone();
            }
            let behind = index - second.initial.jobs.len();
            let submits = tape.requests.iter().filter(|r| r.submit.0 < T).count();
            whole.job_name(&tape, submits + behind)
        })
        .collect();
    for (job, name) in later.jobs.iter().zip(&names) {
        let id = (0..heard.jobs.len())
            .find(|&id| whole.job_name(&tape, id) == *name)
            .unwrap();
        let was = &heard.jobs[id];
        if (was.state, was.end.0) != (job.state, job.end.0 + T) {
            let _ = writeln!(
                differ,
                "{name}: {:?} {} not {:?} {}",
                job.state,
                job.end.0 + T,
                was.state,
                was.end.0
            );
        }
    }
    assert!(differ.is_empty(), "{queue}\n{words}\n{differ}");
    // And all is paid once, to the tick.
    for heard in [&heard, &first, &later] {
        assert_eq!(posted(heard), paid(heard), "{queue}");
    }
    let halves = paid(&first) + paid(&later);
    assert_eq!(halves, paid(&heard), "{queue}");
    budgets_go_on(&heard, &later);
    let discounts = |heard: &Everything| {
        let of = heard
            .postings
            .iter()
            .filter(|posting| posting.item == Item::Discount);
        of.map(|posting| posting.amount).sum::<Money>()
    };
    assert!(discounts(&later) < Money::ZERO, "{queue}");
}

/// What was spent of budgets is carried over, and the first is used up in the second half as in the whole.
fn budgets_go_on(whole: &Everything, later: &Everything) {
    for (was, is) in whole.budgets.iter().zip(&later.budgets) {
        assert_eq!((was.spent, was.amount), (is.spent, is.amount));
        assert_eq!(was.used_up.map(|at| at.0), is.used_up.map(|at| at.0 + T));
    }
    assert!(whole.budgets[0].used_up.is_some_and(|at| T < at.0));
    let waits =
        |heard: &Everything| -> u64 { heard.jobs.iter().map(|job| job.waits[Cause::Budget]).sum() };
    assert!(waits(later) > 0 && waits(whole) > 0);
}

/// A scenario with two owned nodes of four GPUs, a cloud, and more words.
fn small(folder: &Path, more: &str) -> Result<Model, String> {
    let text = format!(
        r#"
[scenario]
name = "small"
start = 2026-01-05T00:00:00Z
horizon = "2 d"

[[site]]
name = "dc"
kind = "private"
jurisdiction = "DE"

[[site]]
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
{more}"#
    );
    let trace = "job,came,started,ended,gpus\n\
                 over,0,0,3600,4\n\
                 at-work,1800,3600,14400,4\n\
                 large,3600,5400,36000,8\n\
                 waits,5000,7300,9000,2\n\
                 later,7260,9000,12600,1\n";
    std::fs::write(folder.join("trace.csv"), trace).unwrap();
    std::fs::write(folder.join("x.toml"), text).unwrap();
    let scenario = load(&folder.join("x.toml"), &[]).map_err(|problems| problems.render(false))?;
    let compiled = compile(&scenario).map_err(|problems| problems.render(false))?;
    Ok(compiled.model)
}

fn in_folder<T>(name: &str, test: impl FnOnce(&Path) -> T) -> T {
    let folder = folder(name);
    let tested = test(&folder);
    std::fs::remove_dir_all(&folder).unwrap();
    tested
}

#[test]
fn a_recording_is_cut_at_the_start() {
    // Cut 2 h after its first job: one is over, one has run for an hour, one of 8 GPUs for half an hour, one waits and
    // started at 2:01:40, one comes a minute later.
    let initial = "[initial]\ntrace = { demand = \"recorded\", at = \"2 h\" }";
    let model = in_folder("trace", |folder| small(folder, initial)).unwrap();
    let jobs = model.initial.jobs.iter();
    let told: Vec<_> = jobs
        .map(|job| {
            let pool = job.pool.map(|pool| model.pool(pool).name.as_str());
            (
                job.name.as_str(),
                job.done.0 / 60_000,
                job.truth.work.0 / 60_000,
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
        let model = in_folder("prices", |folder| small(folder, &initial(price, ""))).unwrap();
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
    let file =
        |folder: &Path| std::fs::write(folder.join("left.toml"), "[scenario]\nname = \"a\"\n");
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
        let told = in_folder("wrong", |folder| {
            file(folder).unwrap();
            small(folder, &format!("[initial]\n{initial}"))
        });
        let told = told.expect_err(initial);
        assert!(told.contains(words), "{initial}\n{told}");
    }
}
