//! Luck that several things of one replication share, and what it moves.

use crate::dice::Dice;
use crate::process::CommonFactors;
use crate::units::PoolId;

/// The common factors of a scenario.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Factors {
    /// Their names and correlations; `None` if there are none.
    pub common: Option<CommonFactors>,
    /// What each of them moves, in their order.
    pub effects: Vec<Effect>,
}

/// What a factor moves, and how far.
#[derive(Clone, Debug, PartialEq)]
pub struct Effect {
    /// What.
    pub moves: Moves,
    /// Standard deviation of the logarithm of what it multiplies; 0 for lead times, which have laws of their own.
    pub spread: f64,
    /// Whose; every pool of the estate that it can move.
    pub pools: Vec<PoolId>,
}

/// What a factor can move.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Moves {
    /// The level of spot prices.
    SpotPrices,
    /// The level of on-demand prices.
    OnDemandPrices,
    /// What contracts cost after they are renewed.
    ContractRenewals,
    /// The share of its price that owned hardware is worth at the end.
    ResidualValues,
    /// How long hardware takes to come.
    LeadTimes,
}

impl Moves {
    /// The words for it.
    pub const fn words(self) -> &'static str {
        match self {
            Self::SpotPrices => "spot prices",
            Self::OnDemandPrices => "on-demand prices",
            Self::ContractRenewals => "prices of renewed contracts",
            Self::ResidualValues => "residual values",
            Self::LeadTimes => "lead times",
        }
    }
}

impl Factors {
    /// The normal score of each factor in a replication, in their order; empty if there are none.
    pub fn scores(&self, dice: &Dice) -> Vec<f64> {
        let common = self.common.as_ref();
        common.map_or_else(Vec::new, |common| common.sample(dice))
    }

    /// The normal score of the factor called `name` in a replication; `None` if there is none.
    pub fn score(&self, dice: &Dice, name: &str) -> Option<f64> {
        let common = self.common.as_ref()?;
        let place = common.names().iter().position(|known| known == name)?;
        self.scores(dice).get(place).copied()
    }

    /// The normal score of lead times in a replication: all hardware of one replication comes early or late
    /// together, at the quantile Φ(score) of its own law. `None` if no factor moves them.
    pub fn lead_time_score(&self, dice: &Dice) -> Option<f64> {
        let moves = |effect: &Effect| effect.moves == Moves::LeadTimes;
        let place = self.effects.iter().position(moves)?;
        self.scores(dice).get(place).copied()
    }

    /// What the factors multiply something of a pool by, given their scores: exp of Σ spread × score.
    pub fn multiplier(&self, scores: &[f64], moves: Moves, pool: PoolId) -> f64 {
        let effects = self.effects.iter().zip(scores);
        let mine = effects
            .filter(|(effect, _)| effect.moves == moves && effect.pools.contains(&pool))
            .map(|(effect, score)| effect.spread * score);
        libm::exp(mine.fold(0.0, |sum, part| sum + part))
    }

    /// Whether they move what capacity costs.
    pub fn moves_prices(&self) -> bool {
        self.effects
            .iter()
            .any(|effect| effect.moves != Moves::LeadTimes)
    }

    /// Whether two replications can differ by them.
    pub fn rolls_dice(&self) -> bool {
        self.common.is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn two() -> Factors {
        let common = CommonFactors::new(&["spot", "iron"], &[("spot", "iron", 0.5)]);
        let effect = |moves, spread| Effect {
            moves,
            spread,
            pools: vec![PoolId(1)],
        };
        Factors {
            common: common.ok(),
            effects: vec![
                effect(Moves::SpotPrices, 0.5),
                effect(Moves::LeadTimes, 0.0),
            ],
        }
    }

    #[test]
    fn a_factor_multiplies_what_it_moves_and_nothing_else() {
        let factors = two();
        let scores = [2.0, -1.0];
        // e^(.5 × 2) = e.
        let moved = factors.multiplier(&scores, Moves::SpotPrices, PoolId(1));
        assert!((moved - libm::exp(1.0)).abs() < 1e-12);
        for (moves, pool) in [
            (Moves::SpotPrices, PoolId(0)),
            (Moves::OnDemandPrices, PoolId(1)),
        ] {
            assert!((factors.multiplier(&scores, moves, pool) - 1.0).abs() < 1e-12);
        }
    }

    #[test]
    fn scores_are_found_by_name_and_by_what_they_move() {
        let (factors, none) = (two(), Factors::default());
        let dice = Dice {
            seed: 1,
            replication: 3,
        };
        let scores = factors.scores(&dice);
        assert_eq!(factors.score(&dice, "spot"), Some(scores[0]));
        assert_eq!(factors.lead_time_score(&dice), Some(scores[1]));
        assert_eq!(factors.score(&dice, "gold"), None);
        assert_eq!(
            (none.lead_time_score(&dice), none.scores(&dice)),
            (None, vec![])
        );
        assert!(factors.rolls_dice() && !none.rolls_dice());
    }
}
