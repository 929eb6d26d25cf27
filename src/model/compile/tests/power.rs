//! Electricity, carbon and what GPUs draw, in words.

use crate::model::*;
use crate::units::*;

use super::{Folder, GOOD, TRACE, try_compile};

fn sited(words: &str) -> String {
    let site = "kind = \"private\"\n";
    assert!(GOOD.contains(site));
    GOOD.replace(site, &format!("{site}{words}\n"))
}

fn told(compiled: &super::Compiled, what: &str) -> String {
    let found = compiled.assumptions.iter().find(|a| a.what == what);
    found.map_or_else(|| panic!("no word of {what}"), |a| a.value.clone())
}

#[test]
fn a_meter_takes_the_place_of_the_power_in_what_owning_costs() {
    let folder = Folder::new(
        "meter",
        &sited("electricity = \"0.10 USD/kWh\"\npue = 1.2"),
        TRACE,
    );
    let compiled = try_compile(&folder.0, &[]).unwrap();
    let model = &compiled.model;
    // 2.495268 less 1 kW × 1.3 × .09 = .117.
    let price = model.pools[0].prices().price_at(SimTime::ZERO);
    assert_eq!(price, Price(2_495_268 - 117_000));
    assert!(told(&compiled, "pool dc/h200: power of h200-4y").contains("left out"));
    let energy = |a: &Assumption| a.what.contains("energy of h200-4y");
    assert!(!compiled.assumptions.iter().any(energy));
    // (593 + 407) W × 1.2 and (80 + 407) W × 1.2; 700 + 407 at most.
    let owned = model.power.meter(PoolId(0)).unwrap();
    let watts = (owned.busy.milliwatts, owned.idle.milliwatts, owned.most);
    assert_eq!(watts, (1_200_000, 584_400, 1_328_400));
    // 1.2 kW × .10.
    assert_eq!(owned.busy.cost, RateSteps::constant(120_000));
    assert!(owned.billed);
    // Nobody says what the private site emits; the region of the catalog does: 39 g × 1.2 × (593 + 407) W.
    assert_eq!(owned.busy.carbon, RateSteps::constant(0));
    assert!(told(&compiled, "site dc: carbon").contains("not counted"));
    let rented = model.power.meter(PoolId(1)).unwrap();
    assert_eq!(rented.busy.carbon, RateSteps::constant(46_800_000));
    assert_eq!(rented.busy.cost, RateSteps::constant(0));
    assert!(!rented.billed);
    assert_eq!(told(&compiled, "site cloud: carbon"), "39 g/kWh");
    assert_eq!(told(&compiled, "site cloud: pue"), "1.2");
    assert_eq!(told(&compiled, "gpu h200: idle_power"), "80 W");
}

#[test]
fn without_a_word_nothing_is_counted_and_prices_hold_their_power() {
    let folder = Folder::new("no-meter", GOOD, TRACE);
    let plain = try_compile(&folder.0, &[]).unwrap();
    assert_eq!(plain.model.power, Power::default());
    let folder = Folder::new("carbon-only", &sited("carbon = \"350 g/kWh\""), TRACE);
    let carbon = try_compile(&folder.0, &[]).unwrap();
    assert_eq!(carbon.model.pools, plain.model.pools);
    let meter = carbon.model.power.meter(PoolId(0)).unwrap();
    // 350 g × 1.3 × 1 kW.
    assert_eq!(meter.busy.carbon, RateSteps::constant(455_000_000));
    assert!(!meter.billed);
}

#[test]
fn a_price_of_owned_capacity_is_taken_to_be_without_metered_power() {
    let words = sited("electricity = \"0.10 USD/kWh\"");
    let words = words.replace("tco = \"h200-4y\"", "price = \"2 USD/GPU-h\"");
    let folder = Folder::new("meter-price", &words, TRACE);
    let compiled = try_compile(&folder.0, &[]).unwrap();
    assert!(told(&compiled, "pool dc/h200: price").contains("without power"));
}

#[test]
fn hourly_files_are_read_from_the_start_of_the_run() {
    let words = sited("electricity_file = \"day.csv\"\ncarbon_file = \"grid.csv\"\npue = 1.0");
    let folder = Folder::new("hourly", &words, TRACE);
    let write = |name: &str, text: &str| std::fs::write(folder.0.join(name), text).unwrap();
    write(
        "day.csv",
        "from,price_per_kwh\n2026-01-04T23:00:00Z,0.08\n2026-01-05T01:00:00Z,-0.02\n2026-01-05T02:00:00Z,0.1\n",
    );
    write("grid.csv", "from,grams_per_kwh\n2026-01-05T00:00:00Z,400\n");
    let compiled = try_compile(&folder.0, &[]).unwrap();
    let meter = compiled.model.power.meter(PoolId(0)).unwrap();
    let steps: Vec<(u64, i64)> = meter
        .busy
        .cost
        .steps()
        .map(|(at, rate)| (at.0, rate))
        .collect();
    assert_eq!(
        steps,
        [(0, 80_000), (3_600_000, -20_000), (7_200_000, 100_000)]
    );
    let ends = told(&compiled, "site dc: electricity_file");
    assert!(
        ends.contains("holds from 2026-01-05T02:00:00Z on"),
        "{ends}"
    );
    for (name, text, expected) in [
        (
            "day.csv",
            "from,price\n",
            "its first line must name `from` and `price_per_kwh`",
        ),
        (
            "day.csv",
            "from,price_per_kwh\n2026-01-06T00:00:00Z,0.1\n",
            "holds at the start",
        ),
        (
            "day.csv",
            "from,price_per_kwh\n2026-01-04T00:00:00Z,0.1\n2026-01-04T00:00:00Z,0.2\n",
            "row 2",
        ),
        (
            "day.csv",
            "from,price_per_kwh\nyesterday,0.1\n",
            "`yesterday` is not an instant",
        ),
        (
            "grid.csv",
            "from,grams_per_kwh\n2026-01-05T00:00:00Z,-4\n",
            "`-4` is negative",
        ),
    ] {
        let before = std::fs::read_to_string(folder.0.join(name)).unwrap();
        write(name, text);
        let words = try_compile(&folder.0, &[]).unwrap_err();
        assert!(words.contains(expected), "{words}");
        write(name, &before);
    }
}

#[test]
fn slips_of_power_are_told_with_a_fix() {
    let own = "[[gpu]]\nname = \"mine\"\nspeed = 1.0\n";
    for (words, expected) in [
        (
            sited("electricity = \"0.10 EUR/kWh\""),
            "`EUR` is not the scenario's currency",
        ),
        (
            sited("carbon = \"350 kWh\""),
            "is not a unit of carbon intensity",
        ),
        (sited("pue = 0.9"), "0.9 is out of range"),
        (
            sited("electricity = \"0.1 USD/kWh\"\nelectricity_file = \"x.csv\""),
            "both `electricity` and `electricity_file` are given",
        ),
        (sited("electricity_file = \"missing.csv\""), "cannot open"),
        (
            GOOD.replace(
                "catalog = \"nebius-eu-north1\"",
                "catalog = \"nebius-eu-north1\"\nelectricity = \"0.1 USD/kWh\"",
            ),
            "the power of a provider is in its price",
        ),
        (
            format!("{}{own}", sited("carbon = \"1 g/kWh\""))
                .replace("gpu = \"h200\"", "gpu = \"mine\""),
            "what a GPU of type `mine` draws is missing",
        ),
    ] {
        let folder = Folder::new("power-slips", &words, TRACE);
        let words = try_compile(&folder.0, &[]).unwrap_err();
        assert!(words.contains(expected), "{words}");
    }
}

#[test]
fn a_gpu_of_the_catalog_can_be_given_other_watts() {
    let own = "[[gpu]]\nname = \"h200\"\nactive_power = \"517 W\"\n";
    let folder = Folder::new(
        "watts",
        &format!("{}{own}", sited("carbon = \"100 g/kWh\"")),
        TRACE,
    );
    let compiled = try_compile(&folder.0, &[]).unwrap();
    // (517 + 407) × 1.3; its speed is still that of the catalog.
    let meter = compiled.model.power.meter(PoolId(0)).unwrap();
    assert_eq!(meter.busy.milliwatts, 1_201_200);
    assert_eq!(told(&compiled, "gpu h200: speed relative to h100"), "1.15");
}
