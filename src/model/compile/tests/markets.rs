//! What the market asks and lets us have, in words.

use crate::model::*;
use crate::units::*;

use super::{Folder, GOOD, TRACE, try_compile};

pub(super) fn spot(more: &str) -> String {
    let offer = format!("{{ kind = \"spot\", quota = 20{more} }}");
    let on_demand = "{ kind = \"on-demand\", quota = 20, provisioning = \"8 min\" }";
    assert!(GOOD.contains(on_demand));
    GOOD.replace(on_demand, &offer)
}

fn terms(model: &Model) -> &Rented {
    match &model.pools[1].supply {
        Supply::Rented(terms) => terms,
        Supply::Owned { .. } => panic!("not rented"),
    }
}

#[test]
fn spot_has_its_own_price_notice_and_release() {
    let folder = Folder::new("spot", &spot(""), TRACE);
    let compiled = try_compile(&folder.0, &[]).unwrap();
    let terms = terms(&compiled.model);
    assert_eq!(terms.kind, RentKind::Spot);
    assert_eq!(terms.prices.price_at(SimTime::ZERO), Price(1_250_000));
    assert_eq!(
        (terms.notice, terms.idle_release),
        (Span::MINUTE, Span::ZERO)
    );
    assert_eq!(terms.reclaim_notice(), Some(Span::MINUTE));
    let notice = |a: &Assumption| a.what == "pool cloud/h100: notice" && a.value == "60 s";
    assert!(compiled.assumptions.iter().any(notice));
}

#[test]
fn words_of_spot_mean_nothing_elsewhere() {
    let folder = Folder::new("spot-words", GOOD, TRACE);
    for (set, told) in [
        (
            "pool.cloud/h100.offer.notice=2 min",
            "nobody takes on-demand instances back",
        ),
        (
            "pool.dc/h200.offer.notice=2 min",
            "`notice` means nothing for capacity that is ours throughout",
        ),
    ] {
        let words = try_compile(&folder.0, &[set]).unwrap_err();
        assert!(words.contains(told), "{words}");
    }
    let nothing = spot("").replace("gpu = \"h100\"", "gpu = \"l40s\"");
    let folder = Folder::new("spot-none", &nothing, TRACE);
    let words = try_compile(&folder.0, &[]).unwrap_err();
    assert!(
        words.contains("the catalog has no spot price for l40s at nebius-eu-north1")
            && words.contains("it has h200, h100"),
        "{words}"
    );
}

pub(super) fn sampled(model: &Model, replication: u32) -> Timeline {
    let mut timeline = Timeline::default();
    let dice = crate::dice::Dice {
        seed: 7,
        replication,
    };
    Timeline::sample(model, &dice, &mut timeline);
    timeline
}

fn changes(timeline: &Timeline, pool: usize) -> usize {
    let tariffs = timeline.tariffs.as_ref().expect("sampled prices");
    tariffs.changes(PoolId::from(pool)).count()
}

const WANDERS: &str = ", price_moves = { kind = \"mean-reverting\", stress = false }";

#[test]
fn prices_wander_as_shares_of_on_demand() {
    let folder = Folder::new("wander", &spot(WANDERS), TRACE);
    let compiled = try_compile(&folder.0, &["scenario.horizon=28 d"]).unwrap();
    let model = &compiled.model;
    assert!(model.rolls_dice() && model.weather.market.moves_price_of(PoolId(1)));
    assert!(!model.weather.market.moves_price_of(PoolId(0)));
    let [one, other] = [sampled(model, 0), sampled(model, 1)];
    assert_ne!(one.tariffs, other.tariffs);
    assert_eq!(one.tariffs, sampled(model, 0).tariffs);
    assert_eq!(changes(&one, 0), 0);
    // 28 days hold 112 stretches of 6 hours.
    assert_eq!(changes(&one, 1), 111);
    let first = one
        .tariffs
        .as_ref()
        .unwrap()
        .price_at(PoolId(1), SimTime(0));
    assert_eq!(first, Price(1_250_000));
}

#[test]
fn another_pool_changes_nobody_elses_prices() {
    let text = spot(WANDERS);
    let pool = |name: &str| {
        format!(
            "[[pool]]\nname = \"{name}\"\nsite = \"cloud\"\ngpu = \"h200\"\n\
             offer = {{ kind = \"spot\", quota = 16{WANDERS} }}\n\n"
        )
    };
    let more = text.replacen("[[pool]]", &(pool("cloud/h200") + "[[pool]]"), 1);
    let few = Folder::new("few", &text, TRACE);
    let many = Folder::new("many", &more, TRACE);
    let set = ["scenario.horizon=28 d"];
    let few = sampled(&try_compile(&few.0, &set).unwrap().model, 3);
    let many = sampled(&try_compile(&many.0, &set).unwrap().model, 3);
    let prices = |timeline: &Timeline, pool: usize| {
        let tariffs = timeline.tariffs.clone().unwrap();
        let pool = PoolId::from(pool);
        let at = |at: SimTime| (at, tariffs.price_at(pool, at));
        tariffs.changes(pool).map(at).collect::<Vec<_>>()
    };
    assert_eq!(prices(&few, 1), prices(&many, 2));
    assert_ne!(prices(&few, 1), prices(&many, 0));
}

#[test]
fn a_cycle_multiplies_every_rented_price() {
    let cycle = "[market_cycle]\nstart = \"dear\"\nregimes = [{ name = \"cheap\", multiplier = 0.5, \
                 lasts = \"1 d\" }, { name = \"dear\", multiplier = 2.0, lasts = \"1 d\" }]\n";
    let folder = Folder::new("cycle", &(GOOD.to_owned() + cycle), TRACE);
    let model = try_compile(&folder.0, &["scenario.horizon=28 d"])
        .unwrap()
        .model;
    let timeline = sampled(&model, 0);
    let tariffs = timeline.tariffs.as_ref().unwrap();
    assert_eq!(tariffs.price_at(PoolId(1), SimTime(0)), Price(5_900_000));
    assert_eq!(tariffs.price_at(PoolId(0), SimTime(0)), Price(2_495_268));
    let first = tariffs.changes(PoolId(1)).next().unwrap();
    assert_eq!(tariffs.price_at(PoolId(1), first), Price(1_475_000));
    let told = try_compile(&folder.0, &["market_cycle.start=dire"]).unwrap_err();
    assert!(
        told.contains("unknown regime `dire`") && told.contains("cheap, dear"),
        "{told}"
    );
}

#[test]
fn prices_that_cannot_move_are_told() {
    for (moves, told) in [
        (
            ", price_moves = { kind = \"controller\", sigma = 0.1 }",
            "`sigma` means nothing for a controller price",
        ),
        (
            ", price_moves = { kind = \"mean-reverting\", cap = 0.2 }",
            "it must lie between floor 0.1 and cap 0.2",
        ),
        (
            ", price_moves = { kind = \"markov\", states = [{ price = \"2 USD/GPU-h\", stay = \"1 h\" }] }",
            "at least two states",
        ),
        (
            ", price_moves = { kind = \"controller\" }, steps = [{ from = \"0 s\", price = \"1 USD/GPU-h\" }]",
            "both `steps` and `price_moves`",
        ),
        (
            ", price = \"1 USD/GPU-h\", on_demand = \"0 USD/GPU-h\", price_moves = { kind = \"controller\" }",
            "share of a price of zero",
        ),
    ] {
        let folder = Folder::new("unmoved", &spot(moves), TRACE);
        let words = try_compile(&folder.0, &[]).unwrap_err();
        assert!(words.contains(told), "{words}");
    }
    let folder = Folder::new("endless", &spot(WANDERS), TRACE);
    let words = try_compile(&folder.0, &["scenario.horizon=until-empty"]).unwrap_err();
    assert!(
        words.contains("a market is drawn up to a horizon"),
        "{words}"
    );
}

#[test]
fn one_series_of_a_recording_of_prices_is_replayed() {
    let csv = "region,gpu,kind,from,price_per_gpu_hour\n\
               a,H100,spot,2025-01-01T00:00:00Z,2.00\na,H100,spot,2025-01-03T00:00:00Z,3.00\n\
               b,H100,spot,2025-01-01T00:00:00Z,4.00\n";
    let words = ", prices = \"history.csv\", prices_from = 2025-01-02T00:00:00Z, series = { region = \"a\" }";
    let folder = Folder::new("series", &spot(words), TRACE);
    std::fs::write(folder.0.join("history.csv"), csv).unwrap();
    let model = try_compile(&folder.0, &[]).unwrap().model;
    let steps: Vec<_> = model.pools[1].prices().steps().collect();
    assert_eq!(
        steps,
        [
            (SimTime(0), Price(2_000_000)),
            (SimTime(Span::DAY.0), Price(3_000_000))
        ]
    );
    let set = "pool.cloud/h100.offer.series.region=c";
    let told = try_compile(&folder.0, &[set]).unwrap_err();
    assert!(
        told.contains("has no such series") && told.contains("a/H100/spot"),
        "{told}"
    );
}

fn reserved(words: &str) -> String {
    let on_demand = "{ kind = \"on-demand\", quota = 20, provisioning = \"8 min\" }";
    let offer = format!("{{ price = \"2 USD/GPU-h\", {words} }}");
    GOOD.replace(on_demand, &format!("{offer}\nnodes = 2"))
}

#[test]
fn a_reservation_has_a_beginning_and_an_end() {
    let words = "kind = \"capacity-block\", from = \"1 d\", until = 2026-01-06T12:00:00Z";
    let folder = Folder::new("block", &reserved(words), TRACE);
    let compiled = try_compile(&folder.0, &[]).unwrap();
    let hours = |hours| SimTime(hours * Span::HOUR.0);
    let term = Term {
        from: hours(24),
        until: hours(36),
        notice: Span(30 * Span::MINUTE.0),
    };
    assert_eq!(compiled.model.pools[1].term(), Some(term));
    let script = &compiled.model.weather.script;
    let at: Vec<SimTime> = script.iter().map(|incident| incident.at).collect();
    let warn = SimTime(hours(36).0 - 30 * Span::MINUTE.0);
    assert_eq!(at, [hours(24), warn, hours(36)]);
    let throughout = reserved("kind = \"reserved\"");
    let folder = Folder::new("throughout", &throughout, TRACE);
    let compiled = try_compile(&folder.0, &[]).unwrap();
    assert_eq!(compiled.model.pools[1].term(), None);
    assert!(compiled.model.weather.script.is_empty());
}

#[test]
fn reservations_that_cannot_be_are_told() {
    for (words, told) in [
        (
            "kind = \"reserved\", from = \"3 d\", until = \"2 d\"",
            "ends before it starts",
        ),
        (
            "kind = \"reserved\", until = 2026-01-01T00:00:00Z",
            "over before the run begins",
        ),
        (
            "kind = \"capacity-block\", from = \"1 d\"",
            "the end of a capacity block is missing",
        ),
        (
            "kind = \"hosted\", until = \"1 d\"",
            "`until` means nothing",
        ),
        (
            "kind = \"on-demand\", quota = 16, until = \"1 d\"",
            "`until` means nothing",
        ),
    ] {
        let folder = Folder::new("no-term", &reserved(words), TRACE);
        let heard = try_compile(&folder.0, &[]).unwrap_err();
        assert!(heard.contains(told), "{heard}");
    }
    let words = "kind = \"reserved\", until = \"1 d\"";
    let text = reserved(words).replace(
        "nodes = 2\n\n[[class]]",
        "nodes = 2\npacking = \"count\"\n\n[[class]]",
    );
    let folder = Folder::new("count-term", &text, TRACE);
    let heard = try_compile(&folder.0, &[]).unwrap_err();
    assert!(heard.contains("must be told apart"), "{heard}");
}
