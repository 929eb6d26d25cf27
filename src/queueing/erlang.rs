//! Erlang's two formulas.

/// The share of arrivals that find all `servers` busy when nobody may wait (M/G/c/c, Erlang B, 1917), for an
/// offered load of `load` servers (arrival rate × mean service).
pub fn erlang_b(servers: u32, load: f64) -> f64 {
    // Each step adds a server; the recursion is stable where the factorials of the definition overflow.
    (1..=servers).fold(1.0, |blocking, server| {
        load * blocking / (f64::from(server) + load * blocking)
    })
}

/// The share of arrivals that must wait in an M/M/c queue (Erlang C). None unless `load` < `servers`.
pub fn erlang_c(servers: u32, load: f64) -> Option<f64> {
    let utilisation = load / f64::from(servers);
    if !(0.0..1.0).contains(&utilisation) {
        return None;
    }
    let blocking = erlang_b(servers, load);
    Some(blocking / (1.0 - utilisation * (1.0 - blocking)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::queueing::many_servers::tests::assert_close;

    #[test]
    fn printed_values() {
        for (servers, utilisation, b, c) in [
            (2, 0.8, 0.3298969072, 0.7111111111),
            (4, 0.9, 0.2706850671, 0.7877532643),
            (8, 0.9, 0.1903131687, 0.7015329901),
            (16, 0.9, 0.1264118939, 0.5913433939),
            (64, 0.95, 0.06660905834, 0.5880109319),
            (100, 0.95, 0.04880420618, 0.5064568539),
            (1000, 0.99, 0.01896577643, 0.6590804219),
            (10000, 0.99, 0.002858126739, 0.2227769289),
        ] {
            let load = utilisation * f64::from(servers);
            assert_close(erlang_b(servers, load), b);
            assert_close(erlang_c(servers, load).unwrap(), c);
        }
    }

    #[test]
    fn no_steady_state_is_none() {
        assert_eq!(erlang_c(4, 4.0), None);
        assert_eq!(erlang_c(0, 0.0), None);
        assert_eq!(erlang_c(4, -1.0), None);
    }
}
