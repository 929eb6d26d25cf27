//! Machines that share a few repairers.

/// The steady state of machines and repairers.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct MachineRepair {
    /// Mean number of machines down, waiting or in repair.
    pub mean_down: f64,
    /// Share of time that a machine is up.
    pub availability: f64,
    /// Share of time that all are up.
    pub all_up: f64,
    /// Share of time that a repairer is at work.
    pub repairer_use: f64,
}

/// `machines` that each fail at `failure_rate` while up, and `repairers` who each mend one at `repair_rate`:
/// the machine-repair model M/M/R//N (Gross and Harris, "Fundamentals of queueing theory", §2.8; the
/// availability holds for any law of up times).
pub fn machine_repair(
    machines: u32,
    repairers: u32,
    failure_rate: f64,
    repair_rate: f64,
) -> MachineRepair {
    let mut weight = 1.0;
    let (mut total, mut down, mut busy) = (1.0, 0.0, 0.0);
    let mut all_up = 1.0;
    for k in 1..=machines {
        let at_work = f64::from(k.min(repairers));
        weight *= f64::from(machines - k + 1) * failure_rate / (at_work * repair_rate);
        if weight > 1e200 {
            for value in [&mut weight, &mut total, &mut down, &mut busy, &mut all_up] {
                *value *= 1e-200;
            }
        }
        total += weight;
        down += f64::from(k) * weight;
        busy += at_work * weight;
    }
    let mean_down = down / total;
    MachineRepair {
        mean_down,
        availability: 1.0 - mean_down / f64::from(machines),
        all_up: all_up / total,
        repairer_use: busy / (total * f64::from(repairers)),
    }
}

#[cfg(test)]
mod tests {
    use super::super::assert_close;
    use super::*;

    #[test]
    fn printed_values() {
        let one = machine_repair(10, 1, 0.01, 0.1);
        assert_close(one.mean_down, 2.145823431);
        assert_close(one.availability, 0.7854176569);
        assert_close(one.all_up, 0.2145823431);
        let ten = machine_repair(10, 10, 0.01, 0.1);
        assert_close(ten.mean_down, 0.9090909091);
        assert_close(ten.availability, 0.9090909091);
        assert_close(ten.all_up, 0.3855432894);
        let four = machine_repair(100, 4, 1.0 / 1000.0, 1.0 / 24.0);
        assert_close(four.mean_down, 2.670899701);
        assert_close(four.availability, 0.973291003);
        assert_close(four.all_up, 0.08695392054);
        let many = machine_repair(1250, 20, 1.0 / 2000.0, 1.0 / 24.0);
        assert_close(many.mean_down, 15.21559254);
        assert_close(many.availability, 0.987827526);
        assert_close(many.repairer_use, 0.7408706445);
    }

    #[test]
    fn hopelessly_many_machines_keep_the_repairers_busy() {
        // Repairers mend .1 × 2 an hour; as many fail: .01 × up, so 20 are up and the rest down.
        let swamped = machine_repair(5_000, 2, 0.01, 0.1);
        assert_close(swamped.repairer_use, 1.0);
        assert_close(swamped.mean_down, 4_980.0);
    }
}
