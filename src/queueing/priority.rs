//! Priority classes over one Poisson stream each; class 0 goes first.

use super::erlang::erlang_c;
use super::single_server::ServiceMoments;

/// One class of jobs.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PriorityClass {
    /// Arrivals per unit of time.
    pub arrival_rate: f64,
    /// Its service times.
    pub service: ServiceMoments,
}

impl PriorityClass {
    fn load(&self) -> f64 {
        self.arrival_rate * self.service.first
    }

    fn residual(&self) -> f64 {
        self.arrival_rate * self.service.second / 2.0
    }
}

/// The mean wait of each class, most urgent first, when a running job is never interrupted (Cobham 1954):
/// W_k = W₀/((1−σ_{k−1})(1−σ_k)), σ_k the load of classes up to k. None unless the total load is below 1.
pub fn non_preemptive_waits(classes: &[PriorityClass]) -> Option<Vec<f64>> {
    let residual = classes.iter().map(PriorityClass::residual).sum();
    waits_behind(residual, classes.iter().map(PriorityClass::load))
}

/// The mean wait of each class of an M/M/c queue with non-preemptive priorities and a common service rate
/// (Kella and Yechiali 1985): Cobham's formula with W₀ = C/(cµ). None unless the load is below the servers.
pub fn non_preemptive_waits_many_servers(
    servers: u32,
    arrival_rates: &[f64],
    service_rate: f64,
) -> Option<Vec<f64>> {
    let capacity = f64::from(servers) * service_rate;
    let load = arrival_rates.iter().sum::<f64>() / service_rate;
    let residual = erlang_c(servers, load)? / capacity;
    waits_behind(residual, arrival_rates.iter().map(|rate| rate / capacity))
}

fn waits_behind(residual: f64, loads: impl Iterator<Item = f64>) -> Option<Vec<f64>> {
    let mut before = 0.0;
    let mut waits = Vec::new();
    for load in loads {
        let through = before + load;
        if !(0.0..1.0).contains(&through) {
            return None;
        }
        waits.push(residual / ((1.0 - before) * (1.0 - through)));
        before = through;
    }
    Some(waits)
}

/// The mean time in system of each class when an urgent arrival interrupts at once and work resumes without
/// loss: `T_k = E[S_k]/(1−σ_{k−1}) + Σ_{i≤k} λ_iE[S_i²]/2 / ((1−σ_{k−1})(1−σ_k))`.
/// None unless the total load is below 1.
pub fn preemptive_resume_times(classes: &[PriorityClass]) -> Option<Vec<f64>> {
    let (mut before, mut residual) = (0.0, 0.0);
    let mut times = Vec::new();
    for class in classes {
        let through = before + class.load();
        if !(0.0..1.0).contains(&through) {
            return None;
        }
        residual += class.residual();
        let wait = residual / ((1.0 - before) * (1.0 - through));
        times.push(class.service.first / (1.0 - before) + wait);
        before = through;
    }
    Some(times)
}

/// Kleinrock's conserved quantity Σ ρ_k W_k = ρW₀/(1−ρ): the same for every non-preemptive, work-conserving order
/// that does not look at sizes. None unless the total load is below 1.
pub fn conserved_work(classes: &[PriorityClass]) -> Option<f64> {
    let load: f64 = classes.iter().map(PriorityClass::load).sum();
    let residual: f64 = classes.iter().map(PriorityClass::residual).sum();
    (0.0..1.0)
        .contains(&load)
        .then(|| load * residual / (1.0 - load))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::queueing::many_servers::tests::assert_close;
    use crate::queueing::{many_servers, single_server};

    fn exponential(rates: &[f64]) -> Vec<PriorityClass> {
        let service = ServiceMoments::exponential(1.0);
        rates
            .iter()
            .map(|&arrival_rate| PriorityClass {
                arrival_rate,
                service,
            })
            .collect()
    }

    fn mixed() -> Vec<PriorityClass> {
        let laws = [
            ServiceMoments::constant(2.0),
            ServiceMoments::exponential(1.0),
            // Mean 1 and cv² 4; the third moment plays no part.
            ServiceMoments {
                first: 1.0,
                second: 5.0,
                third: f64::NAN,
            },
        ];
        let rates = [0.1, 0.2, 0.3];
        rates
            .into_iter()
            .zip(laws)
            .map(|(arrival_rate, service)| PriorityClass {
                arrival_rate,
                service,
            })
            .collect()
    }

    fn check(actual: Option<Vec<f64>>, expected: &[f64]) {
        let actual = actual.unwrap();
        assert_eq!(actual.len(), expected.len());
        for (actual, expected) in actual.into_iter().zip(expected) {
            assert_close(actual, *expected);
        }
    }

    #[test]
    fn printed_values() {
        let same = exponential(&[0.2, 0.3, 0.2]);
        check(non_preemptive_waits(&same), &[0.875, 1.75, 4.666666667]);
        check(preemptive_resume_times(&same), &[1.25, 2.5, 6.666666667]);
        check(
            non_preemptive_waits(&mixed()),
            &[1.4375, 2.395833333, 6.388888889],
        );
        check(
            preemptive_resume_times(&mixed()),
            &[2.25, 2.083333333, 8.055555556],
        );
        let many = non_preemptive_waits_many_servers(8, &[2.4; 3], 1.0);
        check(many, &[0.125273748, 0.313184371, 2.192290594]);
    }

    #[test]
    fn work_is_conserved_whatever_the_order() {
        assert_close(
            conserved_work(&exponential(&[0.2, 0.3, 0.2])).unwrap(),
            1.633333333,
        );
        assert_close(conserved_work(&mixed()).unwrap(), 2.683333333);
        let mut classes = mixed();
        for _ in 0..3 {
            classes.rotate_left(1);
            let waits = non_preemptive_waits(&classes).unwrap();
            let total: f64 = classes
                .iter()
                .zip(waits)
                .map(|(class, wait)| class.load() * wait)
                .sum();
            assert_close(total, conserved_work(&classes).unwrap());
        }
    }

    #[test]
    fn one_class_is_first_come_first_served() {
        let alone = exponential(&[0.8]);
        let wait = single_server(0.8, ServiceMoments::exponential(1.0))
            .unwrap()
            .mean_wait;
        check(non_preemptive_waits(&alone), &[wait]);
        let wait = many_servers(8, 7.2, 1.0).unwrap().mean_wait;
        check(non_preemptive_waits_many_servers(8, &[7.2], 1.0), &[wait]);
        assert_eq!(non_preemptive_waits(&exponential(&[0.5, 0.5])), None);
        assert_eq!(conserved_work(&exponential(&[0.5, 0.5])), None);
    }
}
