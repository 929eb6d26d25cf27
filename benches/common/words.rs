//! The estate of the speed figures in the words of a scenario.

use plimsoll::model::{Model, compile};
use plimsoll::scenario::load_text;

/// One owned pool and one rented beside it; what stands in braces is put in by each case.
pub const ESTATE: &str = r#"
[scenario]
name    = "bench"
start   = 2026-01-05T00:00:00Z
horizon = "7 d"

[[site]]
name         = "dc"
kind         = "private"
jurisdiction = "DE"
{dc}

[[site]]
name         = "cloud"
kind         = "gpuaas"
jurisdiction = "DE"
{cloud}

[[pool]]
name          = "owned"
site          = "dc"
gpu           = "h100"
nodes         = 1250
gpus_per_node = 8
packing       = "best"
offer         = { kind = "owned", price = "2.50 USD/GPU-h" }

[[pool]]
name          = "rented"
site          = "cloud"
gpu           = "h100"
gpus_per_node = 8
offer         = { kind = "{kind}", price = "3.50 USD/GPU-h", quota = 1250, provisioning = "8 min", provisioning_p95 = "30 min"{offer} }

[[demand]]
name      = "training"
generator = { arrivals = "smooth", jobs_per_day = 100, run_time = 1.0, gangs = { 1 = 40, 2 = 12, 4 = 14, 8 = 20, 16 = 8, 32 = 4, 64 = 2 } }

[[class]]
name = "single"
{class}

[[class]]
name = "node"
{class}

[[class]]
name = "large"
{class}

[[strategy]]
name      = "easy, spill"
queue     = { kind = "easy" }
placement = { kind = "private-first", spill = { waited = "30 min", price_ceiling = "9 USD/GPU-h" } }
"#;

/// What the cases about rules put into the estate.
pub const RULES_ABOUT: [(&str, &str); 5] = [
    ("{class}", "attributes = { classification = [\"open\"] }"),
    ("{kind}", "on-demand"),
    ("{dc}", ""),
    ("{cloud}", ""),
    ("{offer}", ""),
];

/// Puts words where they stand in braces.
pub fn put(text: &str, all: &[(&str, &str)]) -> String {
    let all = all.iter();
    all.fold(text.to_owned(), |text, (place, words)| {
        text.replace(place, words)
    })
}

/// Sixteen rules that all let pass what comes, so that the same jobs run at the same places.
pub fn rules() -> String {
    let rules = (0..16).map(|rule| {
        format!(
            "[[rule]]\nid = \"rule-{rule}\"\neffect = \"forbid\"\nmode = \"{}\"\nwhen = '''\"secret\" in \
             job.classification && target.jurisdiction != \"DE\" && job.gpus > {rule}'''\n",
            ["enforce", "audit"][rule % 2]
        )
    });
    let known =
        "[attributes.job.classification]\nkind = \"marks\"\nvalues = [\"open\", \"secret\"]\n";
    known.to_owned() + &rules.collect::<String>()
}

/// The model of a scenario that is known to be right.
pub fn compiled(text: &str) -> Model {
    let scenario = load_text("bench.toml", text, &[]);
    let scenario = scenario.unwrap_or_else(|problems| panic!("{}", problems.render(false)));
    let compiled = compile(&scenario);
    compiled
        .unwrap_or_else(|problems| panic!("{}", problems.render(false)))
        .model
}
