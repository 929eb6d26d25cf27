//! `docs/metrics.md` is the table of metrics, and stays it: `PLIMSOLL_BLESS=1 cargo test` writes it anew.

use plimsoll::metrics::{METRICS, Source};

#[test]
fn the_glossary_is_fresh() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/metrics.md");
    let expected = glossary();
    if std::env::var_os("PLIMSOLL_BLESS").is_some() {
        std::fs::write(path, &expected).unwrap();
    }
    let found = std::fs::read_to_string(path).unwrap_or_default();
    assert!(
        found.replace("\r\n", "\n") == expected,
        "docs/metrics.md is stale; write it anew with `PLIMSOLL_BLESS=1 cargo test --test shell glossary`"
    );
}

fn glossary() -> String {
    let mut out = String::from(
        "# Metrics\n\n\
         The columns of `runs.csv` and the ids of `summary.json`. Over replications every metric is a ratio of \
         totals (Σ numerator / Σ denominator) with an interval by the delta method; ratios are never averaged. \
         Everything is measured from the start to the horizon: jobs that the horizon cuts are counted as \
         unfinished, and their waits so far are lower bounds (`at_least` in `runs.csv`, `censored` in \
         `summary.json`).\n\n\
         | id | unit | better | also for | meaning |\n|---|---|---|---|---|\n",
    );
    for metric in METRICS {
        let also = match metric.source {
            Source::EachClass(_) => "each class",
            Source::EachPool(_) => "each pool",
            Source::Phase(_) => "only each phase",
            Source::Budget(_) => "only each budget",
            Source::Group(_) => "only each provider, jurisdiction, GPU type",
            Source::Groups(_) => "only providers, jurisdictions, GPU types",
            Source::Provider(_) => "only each provider",
            Source::Alert(_) => "only each alert of a budget",
            _ => "",
        };
        let better = format!("{:?}", metric.better).to_lowercase();
        out.push_str(
            &[
                "| `",
                metric.id,
                "` | ",
                &metric.unit.label("currency"),
                " | ",
                &better,
                " | ",
                also,
                " | ",
                metric.doc,
                " |\n",
            ]
            .concat(),
        );
    }
    out.push_str(
        "\nA class or pool follows after a dot, as in `wait_p95_s.training` or \
         `utilisation_allocated.dc-main/h200`, where there are at least two. What is \
         told of phases is told of each, as in `phase_on_time.pilot`, and of nothing else; so it is with groups of pools, as in `spend_share.provider.Nebius` and \
         `gpu_h_concentration.jurisdiction`, where there are at least two, with budgets, as in \
         `budget_spent.cloud`, and with their alerts, as in `budget_alert.cloud.80%`.\n",
    );
    out
}
