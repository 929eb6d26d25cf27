//! What is left for a zone to do by itself, when a factor that it shares does a part.

use super::meeting::{Alternation, down_variation, up_variation};
use super::two_phases::TwoPhases;

/// The own times of a zone (or region), given those it should have together with the factor's.
pub(super) fn own_times(wanted: &Alternation, factor: &Alternation) -> Result<Alternation, String> {
    let availability = wanted.availability() / factor.availability();
    let falls = 1.0 / wanted.up.mean() - 1.0 / factor.up.mean();
    if availability >= 1.0 || falls <= 0.0 {
        return Err(format!(
            "it is up {:.3} of the time, {:.2} h on average, the factor that it shares {:.3}, {:.2} h; it must be up \
             less and fall more often than that factor",
            wanted.availability(),
            wanted.up.mean() / 3.6e6,
            factor.availability(),
            factor.up.mean() / 3.6e6,
        ));
    }
    let mean_up = 1.0 / falls;
    let mean_down = mean_up * (1.0 - availability) / availability;
    let mut own = Alternation {
        up: wanted.up.with_mean(mean_up),
        down: wanted.down.with_mean(mean_down),
    };
    own.up = with_variation(own.up, wanted.up.variation(), |up| {
        up_variation(&Alternation { up, ..own }, factor)
    });
    own.down = with_variation(own.down, wanted.down.variation(), |down| {
        down_variation(&Alternation { down, ..own }, factor)
    });
    Ok(own)
}

/// Phases of the same mean whose spread brings `variation` to `wanted`, or as near as possible. The weight of
/// the short phase is kept as long as the spread fits, then raised.
fn with_variation(like: TwoPhases, wanted: f64, variation: impl Fn(TwoPhases) -> f64) -> TwoPhases {
    let mean = like.mean();
    let mut weight = like.weight;
    loop {
        let most = 0.999 * libm::sqrt(weight / (1.0 - weight)) * (1.0 - 1e-3);
        let phases = |spread: f64| TwoPhases::by_spread(weight, mean, spread).unwrap_or(like);
        if variation(phases(most)) < wanted && weight < 0.95 {
            weight += 0.02;
            continue;
        }
        let (mut low, mut high) = (0.0, most);
        for _ in 0..60 {
            let middle = f64::midpoint(low, high);
            if variation(phases(middle)) < wanted {
                low = middle;
            } else {
                high = middle;
            }
        }
        return phases(low);
    }
}
