//! M/M/c/K: as M/M/c, but an arrival that finds K jobs present is lost.

/// The steady state of an M/M/c/K queue, which exists at every load.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct FiniteRoom {
    /// The share of arrivals that are lost.
    pub blocking: f64,
    /// The mean number present.
    pub mean_jobs: f64,
    /// The mean number waiting.
    pub mean_queue: f64,
    /// The mean wait of those that got in.
    pub mean_wait: f64,
}

/// The steady state with `servers` ≥ 1 servers and room for `room` ≥ `servers` jobs, those in service
/// included. None if `room` is smaller than that or nothing arrives.
pub fn finite_room(
    servers: u32,
    room: u32,
    arrival_rate: f64,
    service_rate: f64,
) -> Option<FiniteRoom> {
    if servers == 0 || room < servers || arrival_rate <= 0.0 {
        return None;
    }
    let load = arrival_rate / service_rate;
    // The chance of the present state, and sums over the states so far, all relative to the empty state;
    // rescaled as they grow, so that no load overflows.
    let (mut weight, mut total, mut jobs, mut queue) = (1.0, 1.0, 0.0, 0.0);
    for present in 1..=room {
        weight *= load / f64::from(present.min(servers));
        total += weight;
        jobs += weight * f64::from(present);
        queue += weight * f64::from(present.saturating_sub(servers));
        if 1e200 < total {
            weight /= total;
            jobs /= total;
            queue /= total;
            total = 1.0;
        }
    }
    let blocking = weight / total;
    let mean_queue = queue / total;
    let mean_wait = mean_queue / (arrival_rate * (1.0 - blocking));
    Some(FiniteRoom {
        blocking,
        mean_jobs: jobs / total,
        mean_queue,
        mean_wait,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::queueing::erlang_b;
    use crate::queueing::many_servers::tests::assert_close;

    #[test]
    fn printed_values() {
        for (servers, room, rate, blocking, jobs, wait) in [
            (1, 5, 0.8, 0.08881949866, 1.868332032, 1.563065207),
            (1, 10, 1.2, 0.1925864951, 6.710708678, 5.926137844),
            (4, 12, 3.6, 0.0488051131, 5.721810009, 0.6709421919),
        ] {
            let state = finite_room(servers, room, rate, 1.0).unwrap();
            assert_close(state.blocking, blocking);
            assert_close(state.mean_jobs, jobs);
            assert_close(state.mean_wait, wait);
        }
    }

    #[test]
    fn without_waiting_room_it_is_erlang_b() {
        let state = finite_room(1000, 1000, 1500.0, 1.0).unwrap();
        assert_close(state.blocking, erlang_b(1000, 1500.0));
        assert_eq!(state.mean_queue, 0.0);
        assert_eq!(finite_room(4, 3, 1.0, 1.0), None);
    }
}
