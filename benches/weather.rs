//! What bad days cost: nanoseconds per job with each kind of weather alone and with all of it, as a ratio to one
//! pop and push on a standard heap of 1,024.
//!
//! `cargo bench --bench weather` prints a table; a word keeps the rows whose name contains it. The jobs, the nodes
//! and the strategy are those of the last row of `benches/main_job.rs`.
#![allow(missing_docs, clippy::print_stdout, clippy::disallowed_methods)]

mod common;

use std::time::Instant;

use plimsoll::dice::Dice;
use plimsoll::engine::{Scratch, simulate};
use plimsoll::metrics::{Fold, Layout};
use plimsoll::model::{Model, Timeline};
use plimsoll::strategy::Strategy;
use plimsoll::units::{ShapeId, StrategyId};

use common::words::{ESTATE, compiled};

const JOBS: u32 = 100_000;
const NODES: u32 = 1_250;
const ROUNDS: u32 = 5;

/// What a kind of weather adds to the estate.
#[derive(Clone, Copy)]
struct Kind {
    name: &'static str,
    /// Where its words go, and what they are; "" is the end of the file.
    words: &'static [(&'static str, &'static str)],
}

const KINDS: &[Kind] = &[
    Kind {
        name: "nodes and racks fail",
        words: &[(
            "",
            "[[failure]]\nname = \"nodes\"\nof = \"node\"\nup = { mean = \"250 d\" }\ndown = { usual = \"node-repair\" }\n
             [[failure]]\nname = \"racks\"\nof = \"rack\"\nnodes = 4\nup = { mean = \"1800 d\" }\ndown = { median = \"3 h\", p95 = \"14 h\" }\n",
        )],
    },
    Kind {
        name: "checkpoints, crashes",
        words: &[(
            "{class}",
            "checkpoint = { interval = \"1 h\" }\npreemption = { kind = \"checkpoint\", write = \"1 min\", restart = \"5 min\" }\ncrash = \"50 d\"\n",
        )],
    },
    Kind {
        name: "spot: capacity that moves",
        words: &[
            ("{kind}", "spot"),
            ("{offer}", ", market = \"zone\", notice = \"2 min\", on_demand = \"3.50 USD/GPU-h\""),
            (
                "",
                "[[market]]\nname = \"zone\"\nregion = \"region\"\ntier = \"medium\"\ninstances = 120\n",
            ),
        ],
    },
    Kind {
        name: "prices that move",
        words: &[(
            "{offer}",
            ", price_moves = { kind = \"mean-reverting\", level = 0.30 }",
        )],
    },
    Kind {
        name: "data sets, links, results",
        words: &[
            ("{cloud}", "cache = \"40 TB\"\n"),
            (
                "{class}",
                "data = [\"corpus\"]\nresults = \"2 GB\"\nresults_to = \"dc\"\n",
            ),
            (
                "",
                "[[link]]\nname = \"line\"\nfrom = \"dc\"\nto = \"cloud\"\nkind = \"circuit\"\nbandwidth = \"100 Gb/s\"\n
                 [[dataset]]\nname = \"corpus\"\nsize = \"4 TB\"\nhome = \"dc\"\n",
            ),
        ],
    },
    Kind {
        name: "keys, identity, artifacts",
        words: &[
            (
                "{class}",
                "key = \"kms\"\nidentity = \"sso\"\nartifacts = [\"image\"]\n",
            ),
            (
                "",
                "[[key_service]]\nname = \"kms\"\n
                 [[identity_provider]]\nname = \"sso\"\n
                 [[registry]]\nname = \"hub\"\nbandwidth = \"10 Gb/s\"\n
                 [[artifact]]\nname = \"image\"\nsize = \"20 GB\"\nregistry = \"hub\"\n
                 [[failure]]\nname = \"keys\"\nof = \"key-service\"\nup = { mean = \"3 d\" }\ndown = { median = \"1 h\", p95 = \"6 h\" }\n",
            ),
        ],
    },
    Kind {
        name: "elastic gangs",
        words: &[("{class}", "elastic = { min = 8, grow_after = \"6 h\" }\n")],
    },
    Kind {
        name: "maintenance",
        words: &[(
            "",
            "[[maintenance]]\nname = \"firmware\"\nstart = \"2 d\"\nlasts = \"3 h\"\nbatch = 50\nnotice = \"1 d\"\ndrain = \"checkpoint\"\n",
        )],
    },
    Kind {
        name: "energy by the meter",
        words: &[("{dc}", "electricity = \"0.19 USD/kWh\"\n")],
    },
];

fn main() {
    println!(
        "{:<44} {:>9} {:>9} {:>7}",
        "case", "ns/job", "ns/hold", "ratio"
    );
    for load in [0.85, 0.95] {
        case("fair weather", &[], load);
        for kind in KINDS {
            case(kind.name, std::slice::from_ref(kind), load);
        }
        case("all of it", KINDS, load);
    }
}

fn case(name: &str, kinds: &[Kind], load: f64) {
    let name = format!("{name} · load {load}");
    let words = std::env::args().skip(1).filter(|word| word != "--bench");
    if !words
        .collect::<Vec<_>>()
        .iter()
        .all(|word| name.contains(word))
    {
        return;
    }
    let model = estate(kinds);
    let timeline = world(&model, load);
    let strategy = Strategy::prepare(&model, StrategyId(0));
    let classes = model.classes.iter().map(|class| class.name.clone());
    let pools = model.pools.iter().map(|pool| pool.name.clone());
    let layout = Layout::new(
        &classes.collect::<Vec<String>>(),
        &pools.collect::<Vec<String>>(),
    );
    let (mut scratch, mut fold, mut row) = (Scratch::default(), Fold::new(&layout), Vec::new());
    let (mut best, mut yardstick) = (f64::INFINITY, f64::INFINITY);
    for _ in 0..ROUNDS {
        yardstick = yardstick.min(common::hold());
        let begun = Instant::now();
        fold.clear();
        simulate(&model, &strategy, &timeline, &DICE, &mut scratch, &mut fold).expect("it ends");
        fold.row(&layout, &mut row);
        best = best.min(begun.elapsed().as_nanos() as f64);
    }
    let ns = best / f64::from(JOBS);
    println!(
        "{name:<44} {ns:>9.1} {yardstick:>9.1} {:>7.2}",
        ns / yardstick
    );
}

const DICE: Dice = Dice {
    seed: 1,
    replication: 0,
};

/// The estate with the words of some kinds of weather; the same word of several kinds counts once.
fn estate(kinds: &[Kind]) -> Model {
    let mut text = ESTATE.to_owned();
    for place in ["{dc}", "{cloud}", "{kind}", "{offer}", "{class}"] {
        let words = kinds.iter().flat_map(|kind| kind.words);
        let mut here: String = words
            .filter(|words| words.0 == place)
            .map(|words| words.1)
            .collect();
        if place == "{kind}" && here.is_empty() {
            "on-demand".clone_into(&mut here);
        }
        text = text.replace(place, &here);
    }
    for (place, words) in kinds.iter().flat_map(|kind| kind.words) {
        if place.is_empty() {
            text.push_str(words);
        }
    }
    compiled(&text)
}

/// The weather of the estate over the jobs of the main benchmark.
fn world(model: &Model, load: f64) -> Timeline {
    let mut world = Timeline::default();
    Timeline::sample(model, &DICE, &mut world);
    // Sizes with which elastic gangs go on are shapes too, of which nobody comes.
    let asked = model.shapes.iter().enumerate();
    let asked: Vec<usize> = asked
        .filter(|(_, shape)| shape.weight > 0)
        .map(|(index, _)| index)
        .collect();
    let sizes = asked.iter().map(|&index| model.shapes[index].gpus.0 / 1000);
    assert!(
        sizes.eq([1, 2, 4, 8, 16, 32, 64]),
        "the shapes are those of the main benchmark"
    );
    let jobs = common::timeline(model, JOBS, u64::from(NODES) * 8, load);
    world.requests = jobs.requests;
    for request in &mut world.requests {
        request.shape = ShapeId::from(asked[request.shape.index()]);
    }
    world.truth = jobs.truth;
    world.source = jobs.source;
    world
}
