//! What of a run tells that weather came over it.

use crate::common::Everything;
use plimsoll::journal::{Bucket, Cause, Fact};

/// What one GPU has in a day.
pub(crate) const GPU_DAY: u128 = 1000 * 86_400_000;

pub(crate) fn interruptions(heard: &Everything) -> u32 {
    heard.jobs.iter().map(|job| job.interruptions).sum()
}

pub(crate) fn down(heard: &Everything, pool: usize) -> u128 {
    heard.pools[pool].gpu_time[Bucket::Down]
}

pub(crate) fn refusals(heard: &Everything) -> u64 {
    heard.pools.iter().map(|pool| pool.refusals).sum()
}

pub(crate) fn reclaims(heard: &Everything, pool: usize) -> u64 {
    heard.pools[pool].reclaims
}

pub(crate) fn waited_for(heard: &Everything, cause: Cause) -> u64 {
    heard.jobs.iter().map(|job| job.waits[cause]).sum()
}

/// What a GPU-hour in a rented pool costs on average, in ticks for each milli-GPU·ms.
pub(crate) fn price(heard: &Everything, pool: usize) -> f64 {
    let record = &heard.pools[pool];
    record.charged.0 as f64 / record.gpu_time.total() as f64
}

/// Nodes that stopped, at each time some did.
pub(crate) fn stops(heard: &Everything) -> Vec<u32> {
    let stopped = |&(_, fact): &(_, Fact)| match fact {
        Fact::NodesDown(_, nodes) => Some(nodes),
        _ => None,
    };
    heard.facts.iter().filter_map(stopped).collect()
}

/// GPU-time that waited for data, in a pool.
pub(crate) fn stalled(heard: &Everything, pool: usize) -> (u128, u128) {
    let gpu_time = &heard.pools[pool].gpu_time;
    let by = [Bucket::StalledStorage, Bucket::StalledLink];
    (gpu_time[by[0]], gpu_time[by[1]])
}

/// How long jobs waited because nobody vouched for them.
pub(crate) fn for_identity(heard: &Everything) -> u64 {
    waited_for(heard, Cause::Identity)
}

/// How often something came to a site.
pub(crate) fn staged(heard: &Everything) -> usize {
    let staged = |(_, fact): &&(_, Fact)| matches!(fact, Fact::Staged(..));
    heard.facts.iter().filter(staged).count()
}

/// How often a service was lost, by site.
pub(crate) fn lost_services(heard: &Everything) -> usize {
    let lost = |(_, fact): &&(_, Fact)| matches!(fact, Fact::ServiceLost(_));
    heard.facts.iter().filter(lost).count()
}

/// How long services were out, over all sites.
pub(crate) fn hours_out(heard: &Everything) -> u64 {
    let out = heard.services.iter().map(|service| service.out.0);
    out.sum::<u64>() / 3_600_000
}

/// What the effects look at, in words.
pub(crate) fn figures(heard: &Everything) -> String {
    let of_pools: Vec<String> = (0..4)
        .map(|pool| {
            let down = down(heard, pool) / GPU_DAY;
            let (reclaims, price) = (reclaims(heard, pool), price(heard, pool));
            let (storage, link) = stalled(heard, pool);
            let starved = (storage + link) / 3_600_000;
            format!("{starved} milli-GPU-h starved, {down} GPU-days down, {reclaims} reclaimed, price {price:.3e}")
        })
        .collect();
    let quota = waited_for(heard, Cause::Quota);
    let identity = for_identity(heard);
    let key = waited_for(heard, Cause::Key);
    let registry = waited_for(heard, Cause::Registry);
    let (staged, spoiled) = (staged(heard), heard.run.spoiled_jobs);
    format!(
        "{} fell back, {} GPU-h of rework, {} interrupted, {} services lost for {} h, {key} ms for keys, {identity} ms for identity, {registry} ms for registries, {staged} staged, {spoiled} spoiled, {} refused, {} stops, {quota} ms for quota; {}",
        heard.run.fell_back,
        rework(heard, 0) / 3_600_000_000,
        interruptions(heard),
        lost_services(heard),
        hours_out(heard),
        refusals(heard),
        stops(heard).len(),
        of_pools.join("; ")
    )
}

pub(crate) fn rework(heard: &Everything, pool: usize) -> u128 {
    heard.pools[pool].gpu_time[Bucket::Rework]
}

pub(crate) fn egress(heard: &Everything, pool: usize) -> i128 {
    heard.pools[pool].egress_cost.0
}

pub(crate) fn charged(heard: &Everything, pool: usize) -> i128 {
    heard.pools[pool].charged.0
}
