//! New things break early, beside whatever else breaks them.

use crate::units::Span;

use crate::process::renewal::whole_ms;

/// An extra hazard that fades with age: of the new things, `share` fail by it sooner or later, most of them
/// before `fading`. It competes with the usual law: whichever comes first.
///
/// With E = −ln(1 − share) the hazard collected until age t is E (1 − e^{−t/fading}).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct InfantMortality {
    /// The share of new things that it takes, 0 or more and below 1.
    pub share: f64,
    /// The age by which 63 % of the extra hazard is spent.
    pub fading: Span,
}

impl InfantMortality {
    /// Whether the settings make sense.
    ///
    /// # Errors
    /// The share is not in [0, 1), or the fading is 0.
    pub fn check(&self) -> Result<(), String> {
        if !(0.0..1.0).contains(&self.share) {
            return Err(format!(
                "the share of early failures is {}; it must be 0 or more and below 1",
                self.share
            ));
        }
        if self.fading.0 == 0 {
            return Err("the time in which early failures fade must be above 0".to_owned());
        }
        Ok(())
    }

    /// How long something of age `age` still lasts against this hazard alone, for a uniform number `u` between
    /// 0 and 1; `None` if it is never struck.
    pub fn strikes(&self, age: Span, u: f64) -> Option<Span> {
        let fading = self.fading.0 as f64;
        let left = -libm::log1p(-self.share) * libm::exp(-(age.0 as f64) / fading);
        let budget = -libm::log1p(-u);
        if budget >= left {
            return None;
        }
        Some(whole_ms(-fading * libm::log1p(-budget / left)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_share_is_struck_and_early() {
        let infant = InfantMortality {
            share: 0.05,
            fading: Span(10 * Span::DAY.0),
        };
        infant.check().unwrap();
        // By inversion exactly the lowest 5 % of uniform numbers are struck.
        assert!(infant.strikes(Span(0), 0.0499).is_some());
        assert_eq!(infant.strikes(Span(0), 0.0501), None);
        // Half of the extra hazard is spent after 10 d × ln 2 = 6.93 d: u = 1 − √.95 = .02532.
        let half = infant.strikes(Span(0), 1.0 - libm::sqrt(0.95)).unwrap();
        assert!((half.as_hours() / 24.0 - 6.931_47).abs() < 1e-4, "{half:?}");
        // At that age the rest takes 1 − √.95 of those left.
        assert!(infant.strikes(half, 0.0253).is_some());
        assert_eq!(infant.strikes(half, 0.0254), None);
    }

    #[test]
    fn senseless_settings_are_refused() {
        let fading = Span::DAY;
        assert!(InfantMortality { share: 1.0, fading }.check().is_err());
        assert!(
            InfantMortality {
                share: -0.1,
                fading
            }
            .check()
            .is_err()
        );
        let fading = Span(0);
        assert!(InfantMortality { share: 0.1, fading }.check().is_err());
        let none = InfantMortality {
            share: 0.0,
            fading: Span::DAY,
        };
        assert_eq!(none.strikes(Span(0), 1e-12), None);
    }
}
