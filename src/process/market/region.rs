//! What the zones of a region share.

use crate::dice::{Dice, Key};
use crate::process::renewal::{Renewal, RenewalStart};
use crate::units::{SimTime, Span};

use super::fit::own_times;
use super::meeting::Alternation;
use super::tier::MarketTier;
use super::two_phases::TwoPhases;

/// A factor that is up or down for all zones of a region at once.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RegionalFactor {
    pub(super) times: Alternation,
}

impl RegionalFactor {
    /// The factor for zones with these up and down times whose availabilities have the given correlation, and
    /// of whose falls the part `together` comes from the factor.
    ///
    /// With availability A of a zone and r of the factor the correlation of two zones is A (1 − r) / (r (1 −
    /// A)), which gives r; rates of falls add up, so the factor's mean up time is the zone's / `together`.
    /// Its up times have the shape of the zone's; its down times are exponential, because long ones of one zone
    /// and of the other add up to longer ones.
    ///
    /// # Errors
    /// The times are no laws, or the correlation is not in [0, 1), or `together` not in (0, 1).
    pub fn new(
        up: TwoPhases,
        down: TwoPhases,
        correlation: f64,
        together: f64,
    ) -> Result<Self, String> {
        up.check().map_err(|why| format!("up time: {why}"))?;
        down.check().map_err(|why| format!("down time: {why}"))?;
        if !(correlation > 0.0 && correlation < 1.0) {
            return Err(format!(
                "the correlation of zones is {correlation}; it must lie between 0 and 1"
            ));
        }
        if !(together > 0.0 && together < 1.0) {
            return Err(format!(
                "the part of common falls is {together}; it must lie between 0 and 1"
            ));
        }
        let odds = up.mean() / down.mean();
        let availability = 1.0 / (1.0 + correlation / odds);
        let mean_up = up.mean() / together;
        let mean_down = mean_up * (1.0 - availability) / availability;
        Ok(Self {
            times: Alternation {
                up: up.with_mean(mean_up),
                down: TwoPhases::exponential(mean_down),
            },
        })
    }

    /// The factor of a region whose zones are of this tier.
    pub fn of_tier(tier: MarketTier) -> Self {
        Self::new(tier.up(), tier.down(), tier.correlation(), tier.together())
            .unwrap_or_else(|fault| unreachable!("{fault}"))
    }

    /// The part of this factor that is the region's own, under another factor that several regions share: both
    /// together have this one's means and spreads. Zones are then fitted to this one, and sampled under both.
    ///
    /// Correlations between regions were .03 to .27; a shared factor of availability g gives two zones of
    /// different regions the correlation √(odds × odds) (1 − g) / g, odds being A / (1 − A) of each.
    ///
    /// # Errors
    /// This factor would have to be up more, or fall less often, than the shared one.
    pub fn under(&self, shared: &Self) -> Result<Self, String> {
        let times = own_times(&self.times, &shared.times)?;
        Ok(Self { times })
    }

    /// The share of time the factor is up.
    pub fn availability(&self) -> f64 {
        self.times.availability()
    }

    /// Appends the state at the start, as found long after its beginning, and each change before `end`.
    pub fn sample(&self, dice: &Dice, key: Key, end: Span, out: &mut Vec<(SimTime, bool)>) {
        let renewal = Renewal {
            up: self.times.up.law(),
            down: self.times.down.law(),
            start: RenewalStart::Stationary,
        };
        renewal.sample(dice, key, end, out);
    }
}
