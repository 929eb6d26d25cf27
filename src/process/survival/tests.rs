//! Survival, hazard and what is left, against printed values and against each other.

use super::*;

fn ageing_laws() -> Vec<Law> {
    let two_phases = Law::Hyperexponential {
        weight: 0.7,
        first: 1.0,
        second: 23.0,
    };
    vec![
        Law::Constant(60.0),
        Law::Uniform {
            low: 5.0,
            high: 60.0,
        },
        Law::Exponential { mean: 2.5 },
        Law::Normal {
            mean: 9.0,
            deviation: 2.0,
        },
        Law::lognormal_by_mean(4.0, 3.0),
        Law::truncated_lognormal(1.0, 1.0, 50.0),
        Law::Weibull {
            shape: 0.7,
            scale: 8.0,
        },
        two_phases.clone(),
        Law::bounded_pareto(1.5, 1.0, 100.0),
        Law::erlang(3, 6.0),
        Law::mixture(vec![(0.2, two_phases), (0.8, Law::erlang(2, 9.0))]).unwrap(),
    ]
}

#[test]
fn weibull_lasts_as_printed() {
    // Shape .7 and mean 1000: scale 1000 / Γ(1 + 1/.7) = 789.9995499; S(100) = exp(−(100/790)^.7).
    for (shape, scale, fresh, aged) in [
        (0.7, 789.9995499, 0.7903168927, 0.9218521619),
        (1.5, 1107.732167, 0.97324091, 0.8764957184),
    ] {
        let law = Law::Weibull { shape, scale };
        assert!((law.survival(100.0) / fresh - 1.0).abs() < 1e-9);
        let later = law.survival(1100.0) / law.survival(1000.0);
        assert!((later / aged - 1.0).abs() < 1e-9);
    }
}

#[test]
fn what_is_left_undoes_survival() {
    for law in ageing_laws() {
        for age in [0.0, 0.5, 3.0, 40.0] {
            for u in [1e-9, 0.1, 0.5, 0.9, 0.999] {
                let left = law.conditional(age, u);
                assert!(left >= 0.0 && left.is_finite(), "{law:?}");
                let alive = law.survival(age);
                if alive < 1e-12 || matches!(law, Law::Constant(_)) {
                    continue;
                }
                let share = law.survival(age + left) / alive;
                assert!((share - (1.0 - u)).abs() < 1e-8, "{law:?} {age} {u}");
            }
        }
    }
}

#[test]
fn what_is_left_has_short_formulas() {
    // Memoryless: the same at every age.
    let exponential = Law::Exponential { mean: 2.0 };
    assert_eq!(
        exponential.conditional(0.0, 0.3),
        exponential.conditional(50.0, 0.3)
    );
    assert_eq!(Law::Constant(3.0).conditional(1.0, 0.5), 2.0);
    assert_eq!(Law::Constant(3.0).conditional(4.0, 0.5), 0.0);
    let uniform = Law::Uniform {
        low: 2.0,
        high: 6.0,
    };
    // At age 1: 2 + 4/2 − 1; at age 4: (6 − 4)/2; beyond the end: nothing.
    assert_eq!(uniform.conditional(1.0, 0.5), 3.0);
    assert_eq!(uniform.conditional(4.0, 0.5), 1.0);
    assert_eq!(uniform.conditional(7.0, 0.5), 0.0);
    // A very old hyperexponential duration is surely in its long phase.
    let two = Law::Hyperexponential {
        weight: 0.7,
        first: 1.0,
        second: 23.0,
    };
    let left = two.conditional(3000.0, 0.5);
    assert!((left / (23.0 * std::f64::consts::LN_2) - 1.0).abs() < 1e-12);
}

#[test]
fn far_out_a_lognormal_still_has_something_left() {
    let law = Law::Lognormal {
        mu: 0.0,
        sigma: 0.1,
    };
    // z = ln 50 / .1 = 39: survival underflows, the hazard is about 39/(.1 × 50) = 7.8.
    let left = law.conditional(50.0, 1.0 - libm::exp(-1.0));
    assert!((left * 7.8 - 1.0).abs() < 0.01, "{left}");
}

#[test]
fn hazard_is_minus_the_logarithm_of_survival() {
    for law in ageing_laws() {
        for time in [0.0, 0.3, 2.0, 10.0] {
            let hazard = law.cumulative_hazard(time);
            assert!(
                (libm::exp(-hazard) - law.survival(time)).abs() < 1e-12,
                "{law:?}"
            );
        }
    }
    // A count: P(N > 1) = 1 − e^−2 (1 + 2) for mean 2.
    let count = Law::Poisson { mean: 2.0 };
    assert!((count.survival(1.5) - (1.0 - 3.0 * libm::exp(-2.0))).abs() < 1e-14);
    assert_eq!(count.survival(-1.0), 1.0);
    let dice = Law::discrete(&[(1.0, 0.5), (2.0, 0.25), (8.0, 0.25)]).unwrap();
    assert_eq!(dice.survival(1.0), 0.5);
}
