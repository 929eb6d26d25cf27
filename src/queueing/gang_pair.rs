//! Two GPUs, jobs that need one or both, strictly in order of arrival (Brill and Green 1984); exact.

use super::level_chain::{Matrix, solve};

/// The steady state of the two-GPU queue.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct GangPair {
    /// The mean number of jobs present.
    pub mean_jobs: f64,
    /// The mean time in system.
    pub mean_time: f64,
    /// The share of GPUs busy.
    pub utilisation: f64,
    /// The share of time one GPU idles because the job at the head needs both.
    pub blocked: f64,
}

/// The rates of the queue.
#[derive(Clone, Copy)]
struct Rates {
    arrival: f64,
    pair_share: f64,
    single: f64,
    pair: f64,
}

/// The steady state when the share `pair_share` of arrivals needs both GPUs; `single_rate` and `pair_rate` are the
/// completion rates of one running job of each kind. None unless rates are positive and the queue is stable.
/// Work grows with 1/(1 − share of the stable load).
pub fn gang_pair(
    arrival_rate: f64,
    pair_share: f64,
    single_rate: f64,
    pair_rate: f64,
) -> Option<GangPair> {
    let rates = Rates {
        arrival: arrival_rate,
        pair_share,
        single: single_rate,
        pair: pair_rate,
    };
    let pressure = arrival_rate * slowness(rates);
    if !(pressure > 0.0 && pressure < 1.0) {
        return None;
    }
    // The queue decays about as fast as a single server under this pressure; 80 such lengths leave 1e-17 or less,
    // with room for variation of service.
    let top = (80.0 * (1.0 + single_rate / pair_rate + pair_rate / single_rate) / (1.0 - pressure))
        .ceil() as usize;
    let levels = solve(top, |level| up(rates, level), |level| down(rates, level));
    let (mut mean_jobs, mut busy, mut blocked) = (0.0, 0.0, 0.0);
    for (level, phases) in levels.iter().enumerate() {
        mean_jobs += level as f64 * phases.iter().sum::<f64>();
        match *phases.as_slice() {
            [pair, single] => busy += 2.0 * pair + single,
            [pair, two, stuck] => {
                busy += 2.0 * (pair + two) + stuck;
                blocked += stuck;
            }
            _ => {}
        }
    }
    Some(GangPair {
        mean_jobs,
        mean_time: mean_jobs / arrival_rate,
        utilisation: busy / 2.0,
        blocked,
    })
}

/// The mean time between departures with an endless backlog; the queue is stable if arrival rate × this < 1.
fn slowness(rates: Rates) -> f64 {
    let p = rates.pair_share;
    let q = 1.0 - p;
    // With an endless backlog and q = 1 − p: a departure from "pair" leads to pair, two, stuck with chances
    // (p, q², qp); one from "two" to (0, q, p); one from "stuck" to pair.
    // Balance: two = q²·pair + q·two, stuck = qp·pair + p·two; with pair = p: two = q², stuck = qp² + pq² = pq.
    let (pair, two, stuck) = (p, q * q, p * q);
    let time = pair / rates.pair + two / (2.0 * rates.single) + stuck / rates.single;
    time / (pair + two + stuck)
}

/// Phases: level 1: a pair, a single; above: a pair, two singles, one single with a pair stuck behind it.
/// Jobs further back have not shown their kind yet, which is the same in law.
fn up(rates: Rates, level: usize) -> Matrix {
    let (p, a) = (rates.pair_share, rates.arrival);
    match level {
        0 => vec![vec![a * p, a * (1.0 - p)]],
        1 => vec![vec![a, 0.0, 0.0], vec![0.0, a * (1.0 - p), a * p]],
        _ => vec![vec![a, 0.0, 0.0], vec![0.0, a, 0.0], vec![0.0, 0.0, a]],
    }
}

fn down(rates: Rates, level: usize) -> Matrix {
    let (p, q) = (rates.pair_share, 1.0 - rates.pair_share);
    let Rates { single, pair, .. } = rates;
    match level {
        1 => vec![vec![pair], vec![single]],
        2 => vec![
            vec![pair * p, pair * q],
            vec![0.0, 2.0 * single],
            vec![single, 0.0],
        ],
        _ => vec![
            vec![pair * p, pair * q * q, pair * q * p],
            vec![0.0, 2.0 * single * q, 2.0 * single * p],
            vec![single, 0.0, 0.0],
        ],
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::queueing::many_servers;
    use crate::queueing::many_servers::tests::assert_close;

    #[test]
    fn printed_values() {
        for ((rate, share, single, pair), jobs, time, utilisation, blocked) in [
            (
                (0.5, 0.5, 1.0, 1.0),
                0.85033147,
                1.70066293,
                0.375,
                0.05783614,
            ),
            (
                (0.8, 0.5, 1.0, 1.0),
                2.52270186,
                3.15337732,
                0.600,
                0.14396481,
            ),
            (
                (1.0, 0.5, 1.0, 1.0),
                7.55750010,
                7.55750010,
                0.750,
                0.22124995,
            ),
            (
                (1.0, 0.2, 1.0, 1.0),
                2.56740375,
                2.56740375,
                0.600,
                0.12056135,
            ),
            (
                (0.6, 0.5, 1.0, 0.5),
                5.75101113,
                9.58501856,
                0.750,
                0.12146103,
            ),
            (
                (0.6, 0.3, 0.5, 1.5),
                2.36024968,
                3.93374947,
                0.540,
                0.19262536,
            ),
        ] {
            let state = gang_pair(rate, share, single, pair).unwrap();
            let check = |actual: f64, expected: f64| {
                assert!(
                    (actual - expected).abs() < 5.1e-9,
                    "{actual} is not {expected}"
                );
            };
            check(state.mean_jobs, jobs);
            check(state.mean_time, time);
            check(state.utilisation, utilisation);
            check(state.blocked, blocked);
        }
    }

    #[test]
    fn the_limits_are_plain_queues() {
        let singles = gang_pair(1.2, 0.0, 1.0, 1.0).unwrap();
        assert_close(
            singles.mean_time,
            many_servers(2, 1.2, 1.0).unwrap().mean_time,
        );
        let pairs = gang_pair(0.6, 1.0, 1.0, 1.0).unwrap();
        assert_close(
            pairs.mean_time,
            many_servers(1, 0.6, 1.0).unwrap().mean_time,
        );
        // Stable below 2/(1 + 2p − p²) = 1.142857143 at p = 1/2.
        assert!(gang_pair(1.13, 0.5, 1.0, 1.0).is_some());
        assert_eq!(gang_pair(1.143, 0.5, 1.0, 1.0), None);
    }
}
