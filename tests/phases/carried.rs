//! A run that is cut in two and goes on from what the first half wrote: job by job and to the tick as if it were one,
//! with nodes that fail, caches, bands of egress, discounts and promises.

use std::fmt::Write as _;

use crate::common::words::{Folder, START, begins};
use crate::common::{Everything, play};
use plimsoll::dice::Dice;
use plimsoll::engine::Scratch;
use plimsoll::experiment::{Plan, left_of};
use plimsoll::journal::{Cause, Fact, Item};
use plimsoll::model::{Happening, Model, Timeline};
use plimsoll::record::{write_estate, write_state};
use plimsoll::units::{Money, SimTime, StrategyId};

const HOUR: u64 = 3_600_000;
/// Where the run is cut.
const T: u64 = 13 * HOUR;

const ESTATE: &str = r#"
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
        "{}{ESTATE}\n[[strategy]]\nname = \"one\"\n\
         queue = {{ kind = \"{queue}\" }}\nplacement = {{ kind = \"private-first\", spill = {{ waited = \"0 s\" }} }}\n{more}",
        begins("cut", start, horizon)
    )
}

/// A folder with a trace of jobs of both kinds.
fn folder(name: &str) -> Folder {
    let folder = Folder::new(&format!("carried-{name}"));
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
    folder.write("trace.csv", trace);
    folder
}

/// Worlds in which a node is down where the run is cut, and others fail later.
const SEEDS: [u64; 4] = [7, 9, 11, 12];

pub(super) fn sampled(model: &Model, seed: u64) -> Timeline {
    let dice = Dice {
        seed,
        replication: 0,
    };
    let mut timeline = Timeline::default();
    Timeline::sample(model, &dice, &mut timeline);
    timeline
}

/// Plays the first half, writes what it leaves, and returns its heard half.
fn first_half(folder: &Folder, queue: &str, seed: u64) -> (Everything, String) {
    let first = folder
        .compiled(&scenario(START, "13 h", queue, ""))
        .unwrap();
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
    folder.write("left.csv", &file);
    let mut file = Vec::new();
    write_estate(&mut file, &estate, "left.csv").unwrap();
    folder.write("left.toml", &file);
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
    let whole = folder
        .compiled(&scenario(START, "26 h", queue, ""))
        .unwrap();
    let tape = sampled(&whole, seed);
    let heard = play(&whole, &tape, 0);
    let (first, words) = first_half(&folder, queue, seed);
    let more = "[initial]\nfrom = \"left.toml\"\n";
    let second = folder
        .compiled(&scenario("2026-01-05T13:00:00Z", "13 h", queue, more))
        .unwrap();
    let later = play(&second, &rest(&second, &tape, seed), 0);
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
