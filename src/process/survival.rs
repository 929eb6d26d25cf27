//! How laws of durations age: the chance to last, and what is left after some time.

use super::incomplete_gamma::gamma_tail;
use super::law::Law;
use super::law::power;
use super::normal::{normal_probability, normal_quantile};

impl Law {
    /// The probability that a draw exceeds `time`.
    pub fn survival(&self, time: f64) -> f64 {
        let tail = |mean: f64| {
            if time <= 0.0 {
                1.0
            } else {
                libm::exp(-time / mean)
            }
        };
        match self {
            Self::Constant(value) => f64::from(u8::from(*value > time)),
            Self::Uniform { low, high } => ((high - time) / (high - low)).clamp(0.0, 1.0),
            Self::Exponential { mean } => tail(*mean),
            Self::Normal { mean, deviation } => normal_probability((mean - time) / deviation),
            Self::Lognormal { mu, sigma } => lognormal_tail(time, *mu, *sigma),
            Self::TruncatedLognormal {
                mu,
                sigma,
                most,
                below,
            } => {
                let above = 1.0 - below;
                ((lognormal_tail(time.min(*most), *mu, *sigma) - above) / below).clamp(0.0, 1.0)
            }
            Self::Weibull { .. } => libm::exp(-self.cumulative_hazard(time)),
            Self::Hyperexponential {
                weight,
                first,
                second,
            } => weight * tail(*first) + (1.0 - weight) * tail(*second),
            Self::BoundedPareto {
                alpha,
                low,
                high,
                cut,
            } => {
                let inside = time.clamp(*low, *high);
                (1.0 - (1.0 - power(low / inside, *alpha)) / cut).clamp(0.0, 1.0)
            }
            Self::Gamma { shape, scale } => gamma_tail(*shape, time / scale),
            // P(N > n) for a whole n is P(gamma variable of shape n + 1 ≤ mean).
            Self::Poisson { mean } if time >= 0.0 => {
                1.0 - gamma_tail(libm::floor(time) + 1.0, *mean)
            }
            Self::Poisson { .. } => 1.0,
            Self::Discrete { choice, values } => values
                .iter()
                .enumerate()
                .filter(|(_, value)| **value > time)
                .map(|(place, _)| choice.share(place))
                .sum(),
            Self::Mixture { choice, laws } => laws
                .iter()
                .enumerate()
                .map(|(place, law)| choice.share(place) * law.survival(time))
                .sum(),
        }
    }

    /// The hazard collected until `time`: −ln of [`Law::survival`]; infinite where nothing survives.
    pub fn cumulative_hazard(&self, time: f64) -> f64 {
        match self {
            Self::Exponential { mean } => time.max(0.0) / mean,
            Self::Weibull { .. } if time <= 0.0 => 0.0,
            Self::Weibull { shape, scale } => power(time / scale, *shape),
            _ => -libm::log(self.survival(time)),
        }
    }

    /// What is left, after `age`, of a duration that exceeded `age`: conditional inversion, T = S⁻¹((1 − u)
    /// S(age)) − age, for a uniform number `u` strictly between 0 and 1. Zero if nothing survives `age`.
    ///
    /// Closed forms for constant, uniform, exponential, Weibull and lognormal laws; Newton's method inside a
    /// bracket for hyperexponential laws; bisection on [`Law::survival`] for the others.
    pub fn conditional(&self, age: f64, u: f64) -> f64 {
        let age = age.max(0.0);
        let left = match self {
            Self::Constant(value) => value - age,
            Self::Uniform { low, high } => {
                let from = age.max(*low);
                from + (high - from) * u - age
            }
            Self::Exponential { mean } => -mean * libm::log1p(-u),
            Self::Weibull { shape, scale } => {
                let spent = self.cumulative_hazard(age);
                scale * power(spent - libm::log1p(-u), 1.0 / shape) - age
            }
            Self::Lognormal { mu, sigma } => lognormal_left(age, u, *mu, *sigma),
            Self::Hyperexponential {
                weight,
                first,
                second,
            } => {
                // Having lasted makes the longer phase likelier (Bayes); scaled so that neither underflows.
                let slowest = first.max(*second);
                let alive = |mean: f64| libm::exp(-age * (1.0 / mean - 1.0 / slowest));
                let (one, two) = (weight * alive(*first), (1.0 - weight) * alive(*second));
                hyperexponential_quantile(one / (one + two), *first, *second, u)
            }
            _ => self.bisect(age, u),
        };
        left.max(0.0)
    }

    fn bisect(&self, age: f64, u: f64) -> f64 {
        let target = (1.0 - u) * self.survival(age);
        if target <= 0.0 {
            return 0.0;
        }
        let (mut low, mut high) = (age, age + self.mean().abs().max(1e-9));
        while self.survival(high) > target && high.is_finite() {
            high = age + 2.0 * (high - age);
        }
        for _ in 0..200 {
            let middle = f64::midpoint(low, high);
            if middle <= low || high <= middle {
                break;
            }
            if self.survival(middle) > target {
                low = middle;
            } else {
                high = middle;
            }
        }
        high - age
    }
}

fn lognormal_tail(time: f64, mu: f64, sigma: f64) -> f64 {
    if time <= 0.0 {
        return 1.0;
    }
    normal_probability((mu - libm::log(time)) / sigma)
}

fn lognormal_left(age: f64, u: f64, mu: f64, sigma: f64) -> f64 {
    let alive = lognormal_tail(age, mu, sigma);
    if alive < 1e-290 {
        // So far out the hazard is z / (sigma × age) and hardly changes (Mills' ratio).
        let z = (libm::log(age) - mu) / sigma;
        return -libm::log1p(-u) * sigma * age / z;
    }
    libm::exp(mu - sigma * normal_quantile(alive * (1.0 - u))) - age
}

/// The time by which a hyperexponential duration has ended with probability `u`.
fn hyperexponential_quantile(weight: f64, first: f64, second: f64, u: f64) -> f64 {
    let hazard = -libm::log1p(-u);
    // The two phases alone bracket the mixture.
    let (mut low, mut high) = (hazard * first.min(second), hazard * first.max(second));
    let mut time = f64::midpoint(low, high);
    for _ in 0..200 {
        let one = weight * libm::exp(-time / first);
        let two = (1.0 - weight) * libm::exp(-time / second);
        let (alive, density) = (one + two, one / first + two / second);
        if alive > 1.0 - u {
            low = time;
        } else {
            high = time;
        }
        // Newton on the logarithm of survival, which is nearly straight; bisection where it would leave.
        let newton = time + (libm::log(alive) + hazard) * alive / density;
        let next = if low < newton && newton < high {
            newton
        } else {
            f64::midpoint(low, high)
        };
        if (next - time).abs() <= 1e-14 * time {
            return next;
        }
        time = next;
    }
    time
}

#[cfg(test)]
mod tests;
