//! M/M/c+M (Erlang A): those who wait leave after an exponential patience.

/// The steady state of an Erlang A queue, which exists at every load.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Abandonment {
    /// The share of jobs that leave unserved.
    pub abandoned: f64,
    /// The mean wait of all jobs, served or not.
    pub mean_wait: f64,
    /// The share of jobs that wait at all.
    pub wait_probability: f64,
}

/// The steady state with `servers` servers of rate `service_rate`; a waiting job leaves at rate `patience_rate`
/// (Palm 1957). None unless all rates are positive.
pub fn many_servers_with_abandonment(
    servers: u32,
    arrival_rate: f64,
    service_rate: f64,
    patience_rate: f64,
) -> Option<Abandonment> {
    if !(arrival_rate > 0.0 && service_rate > 0.0 && patience_rate > 0.0) {
        return None;
    }
    // A birth–death chain, relative to the state with all servers busy and nobody waiting.
    let full = f64::from(servers) * service_rate;
    let (mut below, mut weight) = (0.0, 1.0);
    for busy in (1..=servers).rev() {
        weight *= f64::from(busy) * service_rate / arrival_rate;
        below += weight;
    }
    let (mut above, mut queue) = (1.0, 0.0);
    weight = 1.0;
    for waiting in 1..10_000_000_u32 {
        weight *= arrival_rate / (full + f64::from(waiting) * patience_rate);
        above += weight;
        queue += weight * f64::from(waiting);
        if weight < 1e-18 * above && weight * f64::from(waiting) < 1e-18 * queue {
            break;
        }
    }
    let mean_queue = queue / (below + above);
    Some(Abandonment {
        abandoned: patience_rate * mean_queue / arrival_rate,
        mean_wait: mean_queue / arrival_rate,
        wait_probability: above / (below + above),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::queueing::many_servers::tests::assert_close;

    #[test]
    fn printed_values() {
        for (servers, rate, patience, abandoned, wait, waits) in [
            (100, 100.0, 0.5, 0.03303015253, 0.06606030506, 0.596703138),
            (50, 60.0, 1.0, 0.1719915511, 0.1719915511, 0.9155933189),
            (10, 9.0, 0.25, 0.04955369048, 0.1982147619, 0.5209913444),
        ] {
            let state = many_servers_with_abandonment(servers, rate, 1.0, patience).unwrap();
            assert_close(state.abandoned, abandoned);
            assert_close(state.mean_wait, wait);
            assert_close(state.wait_probability, waits);
        }
    }
}
