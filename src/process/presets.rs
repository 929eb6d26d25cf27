//! Workloads that recorded clusters suggest, with their sources.

use crate::units::MilliGpus;

use super::arrivals::{ArrivalPattern, Arrivals, Burstiness, Profile};
use super::law::Law;
use super::workload::{ClassRule, ClassSettings, GangSettings, WorkloadSettings};

/// GPU job submissions of the cluster Venus, April to September 2020, by local hour and weekday.
///
/// Source: computed from the arrival counts published with Hu et al., "Characterization and prediction of
/// deep learning workloads in large-scale GPU datacenters" (Helios, 2021).
pub const VENUS_PROFILE: Profile = Profile {
    hours: [
        0.90, 0.66, 0.60, 0.38, 0.27, 0.21, 0.19, 0.22, 0.37, 0.80, 1.30, 1.47, 1.16, 1.30, 1.56,
        1.66, 1.73, 1.73, 1.28, 1.31, 1.35, 1.36, 1.15, 1.04,
    ],
    weekdays: [1.02, 1.10, 1.27, 1.20, 0.95, 0.68, 0.77],
};

/// Job submissions of the Philly cluster, August to December 2017, by hour and weekday of its own clock.
///
/// Source: computed from the trace of Jeon et al. (2019); its zone is not stated.
pub const PHILLY_PROFILE: Profile = Profile {
    hours: [
        1.27, 0.99, 1.12, 1.10, 0.70, 1.15, 1.67, 2.09, 1.11, 1.01, 1.02, 0.87, 0.75, 0.71, 0.64,
        0.65, 0.88, 0.67, 0.80, 0.73, 1.02, 0.92, 1.13, 1.01,
    ],
    weekdays: [0.86, 1.07, 1.14, 1.29, 1.44, 0.61, 0.60],
};

/// Run times longer than this were not seen: 45 days, in seconds.
const LONGEST_S: f64 = 45.0 * 86_400.0;
/// Where the fits of [`shared_research`] are cut: 8 days, in seconds.
///
/// The lognormal fits have heavier tails than the recording: cut at 45 days they put 80 % of GPU-hours into
/// 1 % of jobs, where 67 % are recorded; cut here they agree.
const RESEARCH_LONGEST_S: f64 = 8.0 * 86_400.0;
/// Jobs that end in about a minute: a share of 17 % around e^4.17 = 65 s (Philly).
const QUICK_EXIT: (f64, f64, f64) = (0.17, 4.17, 0.17);

/// The burstiness of Venus: days vary by .47, ten-minute levels are gamma of shape 1.1, one bin in a
/// thousand holds 50 to 700 jobs at once where 4.8 are usual.
///
/// The tail of burst sizes (Pareto, 1.5) and the correlation of neighbouring levels (.3) are chosen so that
/// ten-minute counts have the recorded index of dispersion (15.4) and autocorrelation (.33).
pub fn venus_burstiness() -> Burstiness {
    Burstiness {
        day_variation: 0.47,
        level_shape: 1.1,
        level_correlation: 0.3,
        burst_share: 0.001,
        burst_size: Law::bounded_pareto(1.5, 50.0 / 4.8, 700.0 / 4.8),
    }
}

/// A shared research cluster: mostly single GPUs, a heavy tail of long gangs.
///
/// Gang mix: between Philly (2017) and Helios (2020). Run times by gang: lognormal fits to Philly, cut at 8
/// days so that 1 % of jobs hold 60 to 70 % of GPU-hours, mixed with quick exits; gangs above 32 as 32. Outcomes by count: Helios.
pub fn shared_research(jobs_per_day: f64) -> WorkloadSettings {
    // (GPUs, share, mu, sigma of the run time in seconds)
    let mix = [
        (1, 0.85, 6.719, 1.972),
        (2, 0.04, 4.522, 3.268),
        (4, 0.04, 9.106, 2.781),
        (8, 0.05, 9.654, 2.791),
        (16, 0.01, 9.270, 3.345),
        (32, 0.006, 8.827, 2.468),
        (64, 0.003, 8.827, 2.468),
        (128, 0.001, 8.827, 2.468),
    ];
    let gangs = mix.map(|(gpus, share, mu, sigma)| {
        let (quick, quick_mu, quick_sigma) = QUICK_EXIT;
        let parts = [
            (
                quick,
                Law::Lognormal {
                    mu: quick_mu,
                    sigma: quick_sigma,
                },
            ),
            (
                1.0 - quick,
                Law::truncated_lognormal(mu, sigma, RESEARCH_LONGEST_S),
            ),
        ];
        gang(gpus, share, &parts, None)
    });
    WorkloadSettings {
        gangs: gangs.to_vec(),
        ..with_gangs_open(jobs_per_day, [0.62, 0.16, 0.22, 0.0])
    }
}

/// A laboratory that trains language models: many short evaluations, few very large runs that hold most of
/// the GPU-hours and are mostly stopped by people.
///
/// Gang mix: first 800 GPU jobs of the cluster Kalos (Hu et al., "Characterization of large language model
/// development in the datacenter", 2024). Short jobs: its median 124 s and mean 1,260 s. Pretraining medians
/// of 11 to 21 h at 32 to 256 GPUs; its shares of the larger gangs are set so that gangs of 32, 64 and 256
/// hold about 12, 12 and 74 % of GPU-hours, as recorded. Outcomes: .50 finished, .07 cancelled, .43 failed
/// by count, with about 60 % of GPU-time in cancelled jobs.
pub fn llm_lab(jobs_per_day: f64) -> WorkloadSettings {
    let short = [0.51, 0.445, 0.045, 0.0];
    let long = [0.22, 0.08, 0.70, 0.0];
    // (GPUs, share, share of pretraining among them, its median in hours, outcomes)
    let mix = [
        (1, 0.24, 0.0, 0.0, short),
        (2, 0.36, 0.0, 0.0, short),
        (8, 0.24, 0.0, 0.0, short),
        (16, 0.008, 0.0, 0.0, short),
        (32, 0.016, 1.0, 21.0, long),
        (64, 0.10, 0.12, 15.0, short),
        (128, 0.011, 0.08, 13.0, short),
        (256, 0.025, 1.0, 11.0, long),
    ];
    let gangs = mix.map(|(gpus, share, pretraining, median_h, outcomes)| {
        let mut parts = Vec::new();
        if pretraining < 1.0 {
            // sigma² = 2 ln(mean / median) = 2 ln(1260 / 124) = 2.15².
            parts.push((
                1.0 - pretraining,
                Law::truncated_lognormal(4.82, 2.15, LONGEST_S),
            ));
        }
        if pretraining > 0.0 {
            let mu = libm::log(median_h * 3600.0);
            parts.push((pretraining, Law::truncated_lognormal(mu, 0.8, LONGEST_S)));
        }
        gang(gpus, share, &parts, Some(outcomes))
    });
    WorkloadSettings {
        gangs: gangs.to_vec(),
        ..with_gangs_open(jobs_per_day, short)
    }
}

fn gang(gpus: u64, share: f64, parts: &[(f64, Law)], outcomes: Option<[f64; 4]>) -> GangSettings {
    let run_time_s = match parts {
        [(_, law)] => law.clone(),
        // The shares above are positive constants, so this is always a mixture.
        _ => Law::mixture(parts.to_vec()).unwrap_or(Law::Constant(1.0)),
    };
    GangSettings {
        gpus: MilliGpus::whole(gpus),
        share,
        run_time_s,
        outcomes,
    }
}

/// What the presets have in common: bursty arrivals, owners that ask for about twice what they need, a few
/// large tenants, classes by gang.
fn with_gangs_open(jobs_per_day: f64, outcomes: [f64; 4]) -> WorkloadSettings {
    let class = |name: &str, gpus| {
        let class = ClassSettings {
            name: name.to_owned(),
            priority: 0,
        };
        (class, MilliGpus::whole(gpus))
    };
    WorkloadSettings {
        arrivals: Arrivals {
            jobs_per_day,
            pattern: ArrivalPattern::Bursty(VENUS_PROFILE, venus_burstiness()),
        },
        gangs: Vec::new(),
        outcomes,
        // At least what was used; the median of used ÷ requested is .446 in a recorded HPC log (HPC2N).
        requested_factor: Some(Law::bounded_pareto(0.8585, 1.0, 100.0)),
        // Shares as 1/k: two tenants hold a good half, as recorded clusters show.
        tenants: (1..=8)
            .map(|k| (format!("tenant-{k}"), 1.0 / f64::from(k)))
            .collect(),
        classes: ClassRule::Gangs(vec![
            class("single", 1),
            class("node", 8),
            class("large", 1 << 40),
        ]),
    }
}
