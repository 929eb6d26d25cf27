//! M/H₂/c: two kinds of exponential jobs that look alike on arrival; exact, by a Markov chain.

use super::level_chain::{Matrix, solve};

/// The steady state of an M/H₂/c queue.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Hyperexponential {
    /// The share of jobs that wait at all.
    pub wait_probability: f64,
    /// The mean wait.
    pub mean_wait: f64,
}

/// The steady state with `servers` servers, mean service 1, and squared coefficient of variation
/// `squared_variation` ≥ 1 spread over two branches of equal load ("balanced means"):
/// p = (1 + √((c²−1)/(c²+1)))/2, rates 2p and 2(1−p). None unless 0 < arrival rate < servers.
///
/// The chain is cut at 60 mean relaxation lengths of the queue; the rest weighs less than 1e-20. Work grows with
/// `servers`³: meant for at most some tens of servers.
pub fn many_servers_hyperexponential(
    servers: u32,
    arrival_rate: f64,
    squared_variation: f64,
) -> Option<Hyperexponential> {
    let utilisation = arrival_rate / f64::from(servers);
    if !(utilisation > 0.0 && utilisation < 1.0) || squared_variation < 1.0 {
        return None;
    }
    let skew = ((squared_variation - 1.0) / (squared_variation + 1.0)).sqrt();
    let branches = Branches {
        servers: servers as usize,
        arrival_rate,
        first: f64::midpoint(1.0, skew),
        first_rate: 1.0 + skew,
        second_rate: 1.0 - skew,
    };
    // The queue decays by about (1−ρ)·2/(1+c²) per level.
    let relaxation = (1.0 + squared_variation) / (2.0 * (1.0 - utilisation));
    let top = branches.servers + (60.0 * relaxation).ceil() as usize;
    let levels = solve(
        top,
        |level| branches.up(level),
        |level| branches.down(level),
    );
    let (mut waits, mut queue) = (0.0, 0.0);
    for (level, phases) in levels.iter().enumerate().skip(branches.servers) {
        let chance: f64 = phases.iter().sum();
        waits += chance;
        queue += (level - branches.servers) as f64 * chance;
    }
    Some(Hyperexponential {
        wait_probability: waits,
        mean_wait: queue / arrival_rate,
    })
}

/// The rates of the chain: levels count jobs, phases count jobs of the first branch in service.
struct Branches {
    servers: usize,
    arrival_rate: f64,
    first: f64,
    first_rate: f64,
    second_rate: f64,
}

impl Branches {
    fn zeros(&self, from: usize, to: usize) -> Matrix {
        vec![vec![0.0; to.min(self.servers) + 1]; from.min(self.servers) + 1]
    }

    fn up(&self, level: usize) -> Matrix {
        let mut rates = self.zeros(level, level + 1);
        for (phase, row) in rates.iter_mut().enumerate() {
            if level < self.servers {
                row[phase + 1] += self.arrival_rate * self.first;
                row[phase] += self.arrival_rate * (1.0 - self.first);
            } else {
                row[phase] += self.arrival_rate;
            }
        }
        rates
    }

    fn down(&self, level: usize) -> Matrix {
        let mut rates = self.zeros(level, level - 1);
        let busy = level.min(self.servers);
        for (phase, row) in rates.iter_mut().enumerate() {
            let first = phase as f64 * self.first_rate;
            let second = (busy - phase) as f64 * self.second_rate;
            if level <= self.servers {
                if 0 < phase {
                    row[phase - 1] += first;
                }
                if phase < busy {
                    row[phase] += second;
                }
                continue;
            }
            // The next in line takes the server and shows its kind.
            if 0 < phase {
                row[phase - 1] += first * (1.0 - self.first);
            }
            row[phase] += first * self.first + second * (1.0 - self.first);
            if phase < busy {
                row[phase + 1] += second * self.first;
            }
        }
        rates
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::queueing::many_servers;
    use crate::queueing::many_servers::tests::assert_close;

    #[test]
    fn printed_values() {
        for (servers, utilisation, wait, waits) in [
            (2, 0.8, 4.285377663, 0.7183827354),
            (8, 0.9, 2.054116326, 0.7162680714),
            (16, 0.9, 0.8322450917, 0.6109038594),
        ] {
            let rate = utilisation * f64::from(servers);
            let state = many_servers_hyperexponential(servers, rate, 4.0).unwrap();
            assert_close(state.mean_wait, wait);
            assert_close(state.wait_probability, waits);
        }
    }

    #[test]
    fn no_extra_variation_is_exponential() {
        let state = many_servers_hyperexponential(4, 3.0, 1.0).unwrap();
        assert_close(
            state.mean_wait,
            many_servers(4, 3.0, 1.0).unwrap().mean_wait,
        );
        assert_eq!(many_servers_hyperexponential(4, 4.0, 2.0), None);
    }
}
