//! What the market asks and lets us have, in words.

use crate::model::*;
use crate::units::*;

use super::{Folder, GOOD, TRACE, try_compile};

fn spot(more: &str) -> String {
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

fn sampled(model: &Model, replication: u32) -> Timeline {
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

fn market(words: &str) -> String {
    spot(", market = \"zone-a\"") + "[[market]]\nname = \"zone-a\"\n" + words
}

fn capacities(timeline: &Timeline) -> Vec<(u64, u32, Option<Span>)> {
    let capacity = |incident: &Incident| match incident.what {
        Happening::Capacity {
            instances, notice, ..
        } => Some((incident.at.0, instances, notice)),
        _ => None,
    };
    timeline.weather.iter().filter_map(capacity).collect()
}

const LONG: [&str; 1] = ["scenario.horizon=280 d"];

#[test]
fn capacity_comes_and_goes_by_tier() {
    let words = "region = \"north\"\ntier = \"scarce\"\ninstances = 4\nloss_all = 1.0\n";
    let folder = Folder::new("tier", &market(words), TRACE);
    let model = try_compile(&folder.0, &LONG).unwrap().model;
    assert!(model.rolls_dice());
    let mut up = 0;
    for replication in 0..40 {
        let steps = capacities(&sampled(&model, replication));
        assert!(steps.iter().all(|step| step.2 == Some(Span::MINUTE)));
        assert!(steps.iter().all(|step| step.1 == 0 || step.1 == 4));
        let ends = steps[1..].iter().map(|step| step.0);
        let ends = ends.chain([280 * Span::DAY.0]);
        for (step, end) in steps.iter().zip(ends) {
            up += if step.1 == 4 { end - step.0 } else { 0 };
        }
    }
    // Up .45 of the time (docs/weather.md), each stretch of some hours: 40 × 280 days hold about 70,000.
    let share = up as f64 / (40.0 * 280.0 * Span::DAY.0 as f64);
    assert!((share - 0.453).abs() < 0.015, "{share}");
}

#[test]
fn zones_of_a_region_fall_together_and_a_script_is_a_ceiling() {
    let zone = |name: &str| {
        format!(
            "[[market]]\nname = \"{name}\"\nregion = \"north\"\ntier = \"medium\"\ninstances = 4\n"
        )
    };
    let other = "[[pool]]\nname = \"cloud/h200\"\nsite = \"cloud\"\ngpu = \"h200\"\n\
                 offer = { kind = \"on-demand\", quota = 16, market = \"b\" }\n";
    let script = "[[happening]]\nname = \"less\"\nat = \"1 d\"\nwhat = \"capacity\"\nlasts = \"100 d\"\n\
                  instances = 1\nwhere = { pools = [\"cloud/h100\"] }\n";
    let text = spot(", market = \"a\"") + &zone("a") + &zone("b") + other + script;
    let folder = Folder::new("region", &text, TRACE);
    let model = try_compile(&folder.0, &LONG).unwrap().model;
    let weather = sampled(&model, 0).weather;
    let of = |wanted: usize| {
        let steps = weather
            .iter()
            .filter_map(move |incident| match incident.what {
                Happening::Capacity {
                    pool,
                    instances,
                    notice,
                } if pool.index() == wanted => Some((incident.at, instances, notice)),
                _ => None,
            });
        steps.collect::<Vec<_>>()
    };
    let (a, b) = (of(1), of(2));
    let together = a
        .iter()
        .filter(|one| one.1 < 4 && b.iter().any(|two| two.0 == one.0));
    assert!(together.count() > 20);
    assert!(b.iter().all(|step| step.2.is_none()) && a.iter().all(|step| step.2.is_some()));
    let less = |at: SimTime| (Span::DAY.0..101 * Span::DAY.0).contains(&at.0);
    assert!(
        a.iter()
            .all(|&(at, instances, _)| !less(at) || instances <= 1)
    );
    assert!(
        a.iter()
            .any(|&(at, instances, _)| !less(at) && instances == 4)
    );
    assert!(a.is_sorted_by_key(|step| step.0));
}

#[test]
fn droughts_empty_every_market_that_they_name() {
    let always = "instances = 3\n";
    let drought = "[[drought]]\nname = \"sold out\"\nbetween = { always = \"10 d\" }\n\
                   length = { always = \"5 d\" }\nnew = true\n";
    let folder = Folder::new("drought", &(market(always) + drought), TRACE);
    let model = try_compile(&folder.0, &["scenario.horizon=28 d"])
        .unwrap()
        .model;
    let day = Span::DAY.0;
    let steps: Vec<_> = capacities(&sampled(&model, 0))
        .into_iter()
        .map(|(at, instances, _)| (at, instances))
        .collect();
    assert_eq!(steps, [(0, 3), (10 * day, 0), (15 * day, 3), (25 * day, 0)]);
    let told = drought.replace("new = true", "markets = [\"zone-b\"]");
    let folder = Folder::new("drought-b", &(market(always) + &told), TRACE);
    let words = try_compile(&folder.0, &[]).unwrap_err();
    assert!(words.contains("unknown market `zone-b`"), "{words}");
}

#[test]
fn recorded_capacity_is_replayed_from_its_file() {
    let folder = Folder::new(
        "recorded",
        &market("availability = \"zone.json\"\ninstances = 2\n"),
        TRACE,
    );
    let json = "{\"metadata\": {\"gap_seconds\": 600}, \"data\": [1, 1, 0, 1]}";
    std::fs::write(folder.0.join("zone.json"), json).unwrap();
    let compiled = try_compile(&folder.0, &["scenario.horizon=1 h"]).unwrap();
    let steps = capacities(&sampled(&compiled.model, 0));
    let minute = 60_000;
    let steps: Vec<_> = steps.iter().map(|step| (step.0 / minute, step.1)).collect();
    assert_eq!(steps, [(0, 2), (20, 0), (30, 2)]);
    assert!(!compiled.model.weather.rolls_dice());
    std::fs::write(folder.0.join("zone.json"), "{\"data\": [1, -1]}").unwrap();
    let words = try_compile(&folder.0, &[]).unwrap_err();
    assert!(words.contains("zone.json"), "{words}");
}

#[test]
fn recorded_nodes_are_replayed_however_they_were_written() {
    let events = (
        "zone.csv",
        "node-events",
        "0,add,a\n0,add,b\n600000,remove,a\n900000,add,c\n",
    );
    let lists = (
        "zone.txt",
        "node-event-lists",
        "[0, \"add\", {\"nodes\": [\"a\", \"b\"]}]\n[600000, \"remove\", {\"nodes\": [\"a\"]}]\n\
         [900000, \"add\", {\"nodes\": [\"c\"]}]\n",
    );
    for (file, format, text) in [events, lists] {
        let words = format!("availability = \"{file}\"\nformat = \"{format}\"\n");
        let folder = Folder::new(format, &market(&words), TRACE);
        std::fs::write(folder.0.join(file), text).unwrap();
        let compiled = try_compile(&folder.0, &["scenario.horizon=14 min"]).unwrap();
        let steps = capacities(&sampled(&compiled.model, 0));
        let steps: Vec<_> = steps.iter().map(|step| (step.0 / 60_000, step.1)).collect();
        assert_eq!(steps, [(0, 2), (10, 1)], "{format}");
    }
}

#[test]
fn markets_that_contradict_themselves_are_told() {
    for (words, told) in [
        (
            "tier = \"good\"\nup = { mean = \"1 h\" }\ninstances = 4\n",
            "given twice",
        ),
        (
            "up = { mean = \"1 h\" }\ninstances = 4\n",
            "the time without is missing",
        ),
        ("tier = \"good\"\n", "the instances of a market is missing"),
        (
            "up = { mean = \"1 ms\" }\ndown = { mean = \"1 h\" }\ninstances = 4\n",
            "more often than once a minute",
        ),
        (
            "up = { always = \"1 h\" }\ndown = { mean = \"1 h\" }\ninstances = 4\n",
            "two exponential phases",
        ),
    ] {
        let folder = Folder::new("contradiction", &market(words), TRACE);
        let heard = try_compile(&folder.0, &[]).unwrap_err();
        assert!(heard.contains(told), "{heard}");
    }
    let folder = Folder::new("no-market", &spot(", market = \"zone-b\""), TRACE);
    let heard = try_compile(&folder.0, &[]).unwrap_err();
    assert!(heard.contains("unknown market `zone-b`"), "{heard}");
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
