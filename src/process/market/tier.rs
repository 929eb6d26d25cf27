//! How scarce capacity is, after recorded zones.

use super::two_phases::TwoPhases;

/// Tiers fitted to nine zones that were probed every 195 s for 45.5 days in February 2023 (one instance of
/// one GPU; SkyPilot spot traces, NSDI 2024). No public trace of newer GPU types exists: choose the tier by
/// scenario.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MarketTier {
    /// Up 90 % of the time (us-west-2 a, b, c).
    Good,
    /// Up 72 % (us-east-2 a, b).
    Medium,
    /// Up 45 % (us-east-1 c, d, f).
    Scarce,
    /// Up 18 % (us-east-1 a).
    VeryScarce,
}

impl MarketTier {
    /// All tiers, best first.
    pub const ALL: [Self; 4] = [Self::Good, Self::Medium, Self::Scarce, Self::VeryScarce];

    /// Times with capacity.
    pub const fn up(self) -> TwoPhases {
        match self {
            Self::Good => TwoPhases::hours(0.70, 1.0, 23.0),
            Self::Medium => TwoPhases::hours(0.62, 0.8, 12.0),
            Self::Scarce => TwoPhases::hours(0.75, 0.5, 5.0),
            Self::VeryScarce => TwoPhases::hours(0.86, 0.5, 2.3),
        }
    }

    /// Times without.
    pub const fn down(self) -> TwoPhases {
        match self {
            Self::Good => TwoPhases::hours(0.80, 0.5, 2.3),
            Self::Medium => TwoPhases::hours(0.55, 0.42, 3.8),
            Self::Scarce => TwoPhases::hours(0.68, 0.55, 5.0),
            Self::VeryScarce => TwoPhases::hours(0.67, 0.5, 9.7),
        }
    }

    /// Correlation of availability between two zones of this tier in one region.
    pub const fn correlation(self) -> f64 {
        match self {
            Self::Good => 0.44,
            Self::Medium => 0.59,
            Self::Scarce | Self::VeryScarce => 0.39,
        }
    }

    /// The part of falls that takes all zones of the region at once: how much likelier than by chance another
    /// zone fell within ten minutes of one, over the probability that it was up.
    pub const fn together(self) -> f64 {
        match self {
            Self::Good => 0.25,
            Self::Medium => 0.28,
            Self::Scarce | Self::VeryScarce => 0.14,
        }
    }
}
