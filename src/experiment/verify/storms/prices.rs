//! A price that jumps with a Markov chain: what a job pays for a day and for a month.

use crate::model::{
    Boot, MovingPrice, Packing, Placement, Pool, PriceLaw, PriceSteps, RentKind, Rented, Supply,
};
use crate::process::{ChainStart, MarkovChain, MarkovPrice};
use crate::reliability::ValueChain;
use crate::units::{PoolId, Price, Span};

use super::super::storm::{Heard, Storm};
use super::super::system::PRICE;
use super::super::tier::Tier;
use super::{hours, model};

const FAMILY: &str = "A price that jumps: exact answers";

const PRICES: [f64; 3] = [2.0, 3.5, 9.0];

fn rates() -> Vec<Vec<f64>> {
    vec![
        vec![0.0, 0.08, 0.02],
        vec![0.05, 0.0, 0.02],
        vec![0.01, 0.09, 0.0],
    ]
}

pub(super) fn storms() -> Vec<Storm> {
    // The table is sound; were it not, no storm would be played and the tests would miss it.
    let Ok(chain) = ValueChain::new(rates(), &PRICES) else {
        return Vec::new();
    };
    let low = chain.mean_integral(0, 24.0);
    let stationary = |window: f64| (chain.mean() * window, chain.integral_variance(window));
    [
        (
            "24 h, 3 levels",
            24.0,
            ChainStart::Stationary,
            stationary(24.0),
            true,
        ),
        (
            "720 h, 3 levels",
            720.0,
            ChainStart::Stationary,
            stationary(720.0),
            true,
        ),
        (
            "24 h, 3 levels, low at the start",
            24.0,
            ChainStart::State(0),
            (low, 1.0),
            false,
        ),
    ]
    .into_iter()
    .filter_map(|(name, window, start, moments, spread)| {
        storm(name, window, start, moments, spread)
    })
    .collect()
}

fn storm(
    name: &str,
    window: f64,
    start: ChainStart,
    (mean, variance): (f64, f64),
    spread: bool,
) -> Option<Storm> {
    let chain = MarkovChain::new(rates(), start).ok()?;
    let prices = PRICES.map(|price| Price((price * 1e6) as u64));
    let law = MarkovPrice::new(chain, prices.to_vec()).ok()?;
    let pool = Pool {
        supply: Supply::Rented(Rented {
            kind: RentKind::OnDemand,
            notice: Span::ZERO,
            prices: PriceSteps::constant(PRICE),
            quota: None,
            boot: Boot::Fixed(Span::ZERO),
            minimum: Span::ZERO,
            increment: Span(1),
            idle_release: Span::ZERO,
            teardown: Span::ZERO,
        }),
        ..Pool::bare("p0", 0, 1, Packing::First)
    };
    let mut model = model(vec![pool], &[1], window, Placement::PublicOnly);
    model.weather.market.prices.push(MovingPrice {
        pool: PoolId(0),
        law: PriceLaw::Jumping(law),
    });
    let measure = move |heard: &Heard| {
        let cost = heard.pools[0].charged.as_units();
        vec![cost, (cost - mean) * (cost - mean)]
    };
    let mut expected = vec![("mean cost".to_owned(), mean)];
    if spread {
        expected.push(("variance of the cost".to_owned(), variance));
    }
    Some(Storm {
        family: FAMILY,
        name: name.to_owned(),
        model,
        work: vec![hours(window)],
        world: None,
        expected,
        measure: Box::new(measure),
        from: Tier::Tests,
        error_max: Some(0.02),
        skewed: false,
    })
}
