//! The table of metrics: what each number is, and how one replication gives it.
//!
//! Columns, tables, files and the glossary all follow from here; a new metric is one row.

use crate::journal::{Bucket, Cause, JobState};

use super::books::Books;
use super::budget;
use super::cell::{Better, Cell, Unit};
use super::phase;
use super::recovery;
use super::shares;
use super::source::Source;
use super::tally::Tally;

/// One metric.
#[derive(Clone, Copy, Debug)]
pub struct Metric {
    /// Its name in files; a class or pool is appended after a dot.
    pub id: &'static str,
    /// What it is measured in.
    pub unit: Unit,
    /// Which direction is better.
    pub better: Better,
    /// What it means, in a sentence.
    pub doc: &'static str,
    /// Where it comes from.
    pub source: Source,
}

use Better::{Higher, Lower, Neither};
use Source::{
    Alert, Bound, Budget, Due, EachClass, EachPool, EachRule, EachService, Failover, Group, Groups,
    Jobs, Owned, Phase, Pools, Provider, Recovery, Rented, Run,
};

macro_rules! metrics {
    ($($id:literal $unit:ident $better:ident $source:ident($cell:expr) $doc:literal;)*) => {
        /// All metrics, in the order of columns.
        pub const METRICS: &[Metric] = &[$(Metric {
            id: $id,
            unit: Unit::$unit,
            better: $better,
            doc: $doc,
            source: $source($cell),
        }),*];
    };
}

metrics! {
    "cost_total" Money Lower EachPool(|b| Cell::amount(b.cost().as_units()))
        "all that is paid: capacity, used or not; its metered electricity; egress; links' rent; storage; shortfalls of commitments; people who react to alarms; less discounts; of one pool, its capacity, electricity and egress";
    "cost_owned" Money Lower Owned(|b| Cell::amount(b.charged.as_units()))
        "what owned capacity cost, used or not, without electricity by the meter";
    "cost_rented" Money Lower Rented(|b| Cell::amount(b.charged.as_units()))
        "what rented instances cost, from launch to release";
    "cost_idle" Money Lower Pools(|b| Cell::amount(b.idle.as_units()))
        "the part of the cost of capacity that no job used";
    "cost_electricity" Money Lower EachPool(|b| Cell::amount(b.drawn.cost.as_units()))
        "what electricity by the meter cost; elsewhere the price of capacity holds it";
    "cost_egress" Money Lower Pools(|b| Cell::amount(b.egress.as_units()))
        "what moving data out of the sites cost";
    "cost_links" Money Lower Pools(|b| Cell::amount(b.links.as_units()))
        "what links cost by the hour";
    "cost_storage" Money Lower Pools(|b| Cell::amount(b.storage.as_units()))
        "what keeping data sets cost, with checkpoints and results on storages";
    "cost_kept" Money Neither Run(|r| Cell::amount(r.kept_cost.as_units()))
        "the part of it that keeping results, and checkpoints of jobs that were over, cost";
    "deletions" Times Neither Run(|r| Cell::amount(r.deletions as f64))
        "what was deleted because its time of keeping was over, or with what it was made of";
    "deletions_proven" Times Higher Run(|r| Cell::amount(r.deletions_proven as f64))
        "deletions that were proven by the horizon";
    "deletions_unproven" Times Lower Run(|r| Cell::amount(r.deletions_unproven as f64))
        "deletions that nobody proves, since the provider does not";
    "kept_late_gb_h" GigabyteHours Lower Run(|r| Cell::amount(r.kept_late as f64 / 3.6e15))
        "gigabytes times hours for which things were kept beyond their time, since they were read, locked or out of reach";
    "cost_transforms" Money Lower Pools(|b| Cell::amount(b.transforms.as_units()))
        "what making copies of data sets with other marks cost, failed attempts included";
    "transforms_failed" Times Lower Run(|r| Cell::amount(r.transforms_failed as f64))
        "attempts of transforms that failed and were made again";
    "cost_validations" Money Lower Pools(|b| Cell::amount(b.validations.as_units()))
        "what looking at what was made before it counts cost";
    "validations_failed" Times Lower Run(|r| Cell::amount(r.validations.failed as f64))
        "looks at what was made that let nothing pass, so that it was made again";
    "flawed_released" Times Lower Run(|r| Cell::amount(r.validations.flawed as f64))
        "copies that went out though marks were left in them, found or not";
    "flawed_found" Times Lower Run(|r| Cell::amount(r.validations.found as f64))
        "copies that were found to have marks after they went out, and were withdrawn";
    "flawed_readers" Times Lower Run(|r| Cell::amount(r.validations.readers as f64))
        "jobs that had read them, or what was made of them, by then";
    "flawed_copies" Times Lower Run(|r| Cell::amount(r.validations.copies as f64))
        "places where any of that lay by then";
    "cost_shortfall" Money Lower Pools(|b| Cell::amount(b.shortfall.as_units()))
        "what was promised to providers and not spent";
    "discounts" Money Higher Pools(|b| Cell::amount(b.discounts.as_units()))
        "what providers gave back for volume; the costs above are before it, the total after";
    "cost_per_useful_gpu_h" MoneyPerGpuHour Lower Pools(Books::cost_per_useful)
        "total cost over GPU-hours of useful work";
    "cost_bound" Money Neither Bound(|_, bound| Cell::amount(bound.as_units()))
        "what no plan can go below that brings each job as far by the horizon, on the same estate in the same world; \
         where something can be rented";
    "cost_over_bound" Money Lower Bound(|b, bound| Cell::amount((b.cost() - bound).as_units()))
        "total cost above what no plan can go below: what a better plan could save at most, and less than that for all \
         that is known";
    "cost_over_bound_share" Share Lower Bound(Books::over_bound)
        "the same over what no plan can go below";
    "energy_kwh" KilowattHours Lower EachPool(|b| Cell::amount(b.drawn.energy.as_kilowatt_hours()))
        "what GPUs drew at the wall, with their share of nodes and buildings, where power is counted";
    "energy_per_useful_gpu_h" KilowattHoursPerGpuHour Lower Pools(Books::energy_per_useful)
        "energy over GPU-hours of useful work";
    "carbon_kg" Kilograms Lower EachPool(|b| Cell::amount(b.drawn.carbon.as_kilograms()))
        "what making that energy emitted, in kilograms of CO2 equivalents";
    "wait_mean_s" Seconds Lower EachClass(|t| t.wait_mean())
        "mean wait from submission to first start; a job cut by the horizon counts with its wait so far";
    "wait_p50_s" Seconds Lower EachClass(|t| t.wait_percentile(500))
        "the wait that half of the jobs did not exceed (nearest rank)";
    "wait_p95_s" Seconds Lower EachClass(|t| t.wait_percentile(950))
        "the wait that 95 % of the jobs did not exceed (nearest rank)";
    "wait_p99_s" Seconds Lower EachClass(|t| t.wait_percentile(990))
        "the wait that 99 % of the jobs did not exceed (nearest rank)";
    "wait_key_s" Seconds Neither Jobs(|t| t.wait_for(Cause::Key))
        "mean wait because a key could not be had";
    "wait_identity_s" Seconds Neither Jobs(|t| t.wait_for(Cause::Identity))
        "mean wait because nobody vouched for who the job was";
    "wait_registry_s" Seconds Neither Jobs(|t| t.wait_for(Cause::Registry))
        "mean wait because an artifact could not be pulled";
    "wait_control_s" Seconds Neither Jobs(|t| t.wait_for(Cause::Control))
        "mean wait because whoever starts jobs could not be reached";
    "wait_rule_s" Seconds Neither Jobs(|t| t.wait_for(Cause::Rule))
        "mean wait because the rules refused every pool";
    "wait_quota_s" Seconds Neither Jobs(|t| t.wait_for(Cause::Quota))
        "mean wait because a quota was used up";
    "wait_budget_s" Seconds Neither Jobs(|t| t.wait_for(Cause::Budget))
        "mean wait because a budget was used up";
    "wait_hold_s" Seconds Neither Jobs(|t| t.wait_for(Cause::Hold))
        "mean wait because no window was open in which the job may start";
    "wait_link_s" Seconds Neither Jobs(|t| t.wait_for(Cause::Link))
        "mean wait because no link on the way of the data was open";
    "wait_staging_s" Seconds Neither Jobs(|t| t.wait_for(Cause::Staging))
        "mean wait while data were on their way";
    "wait_provisioning_s" Seconds Neither Jobs(|t| t.wait_for(Cause::Provisioning))
        "mean wait while rented instances booted";
    "wait_capacity_s" Seconds Neither Jobs(|t| t.wait_for(Cause::Capacity))
        "mean wait because no allowed pool had room";
    "wait_order_s" Seconds Neither Jobs(|t| t.wait_for(Cause::Order))
        "mean wait because others were ahead or held a reservation";
    "preempted_mean_s" Seconds Lower EachClass(|t| t.preempted_mean())
        "mean time that jobs waited again after they were stopped or lost their place; no wait above holds it";
    "bounded_slowdown_mean" Ratio Lower EachClass(|t| t.slowdown())
        "mean of turnaround over run time (at least 10 s) of the jobs that ended";
    "utilisation_allocated" Share Higher EachPool(Books::allocated)
        "share of the GPU-hours paid for that jobs held";
    "utilisation_useful" Share Higher EachPool(Books::useful)
        "share of the GPU-hours paid for that did useful work";
    "utilisation_allocated_owned" Share Higher Owned(Books::allocated)
        "share of owned GPU-hours that jobs held";
    "utilisation_useful_owned" Share Higher Owned(Books::useful)
        "share of owned GPU-hours that did useful work";
    "gpu_h_paid" GpuHours Neither EachPool(|b| Cell::amount(b.paid_hours()))
        "GPU-hours paid for; the buckets below add up to it";
    "gpu_h_useful" GpuHours Higher Pools(|b| Cell::amount(b.hours(Bucket::Useful)))
        "GPU-hours of work that counts";
    "gpu_h_checkpoint" GpuHours Lower Pools(|b| Cell::amount(b.hours(Bucket::Checkpoint)))
        "GPU-hours spent writing checkpoints";
    "gpu_h_rework" GpuHours Lower Pools(|b| Cell::amount(b.hours(Bucket::Rework)))
        "GPU-hours of work that was lost and had to be repeated";
    "gpu_h_restart" GpuHours Lower Pools(|b| Cell::amount(b.hours(Bucket::Restart)))
        "GPU-hours spent restoring checkpoints";
    "gpu_h_stalled_storage" GpuHours Lower Pools(|b| Cell::amount(b.hours(Bucket::StalledStorage)))
        "GPU-hours of running that waited for data from a storage";
    "gpu_h_stalled_link" GpuHours Lower Pools(|b| Cell::amount(b.hours(Bucket::StalledLink)))
        "GPU-hours of running that waited for data on their way over links";
    "gpu_h_failed" GpuHours Lower Pools(|b| Cell::amount(b.hours(Bucket::Failed)))
        "GPU-hours of jobs that failed, timed out, were cancelled or used their cost envelope up";
    "gpu_h_held_idle" GpuHours Lower Pools(|b| Cell::amount(b.hours(Bucket::HeldIdle)))
        "GPU-hours held by jobs that did not run";
    "gpu_h_idle_paid" GpuHours Lower Pools(|b| Cell::amount(b.hours(Bucket::IdlePaid)))
        "GPU-hours paid for and used by no job";
    "gpu_h_down" GpuHours Lower Pools(|b| Cell::amount(b.hours(Bucket::Down)))
        "GPU-hours paid for while their node was down";
    "gpu_h_draining" GpuHours Lower Pools(|b| Cell::amount(b.hours(Bucket::Draining)))
        "GPU-hours under notice, or due for maintenance, that no job used any more";
    "gpu_h_maintenance" GpuHours Lower Pools(|b| Cell::amount(b.hours(Bucket::Maintenance)))
        "GPU-hours of planned maintenance, broken nodes among them included";
    "gpu_h_rented" GpuHours Neither Rented(|b| Cell::amount(b.paid_hours()))
        "GPU-hours of rented instances, from launch to release";
    "rented_gpus_peak" Gpus Neither Rented(|b| Cell::amount(b.peak_gpus as f64))
        "most rented GPUs held by jobs at one instant, added over the pools";
    "rented_launches" Times Neither Rented(|b| Cell::amount(b.launches as f64))
        "rented instances launched";
    "rented_refusals" Times Lower Rented(|b| Cell::amount(b.refusals as f64))
        "requests for instances that the market had no capacity for";
    "rented_reclaims" Times Lower Rented(|b| Cell::amount(b.reclaims as f64))
        "rented instances that their provider took away";
    "jobs_arrived" Jobs Neither EachClass(|t| Cell::amount(t.arrived() as f64))
        "jobs submitted before the horizon";
    "jobs_finished" Jobs Higher EachClass(|t| Cell::amount(t.count(JobState::Finished) as f64))
        "jobs whose work was done by the horizon";
    "jobs_failed" Jobs Neither EachClass(|t| Cell::amount(t.count(JobState::Failed) as f64))
        "jobs that ended by their own fault";
    "jobs_cancelled" Jobs Neither EachClass(|t| Cell::amount(t.count(JobState::Cancelled) as f64))
        "jobs that their owner stopped";
    "jobs_timed_out" Jobs Lower EachClass(|t| Cell::amount(t.count(JobState::TimedOut) as f64))
        "jobs killed at their requested time";
    "jobs_rejected" Jobs Lower EachClass(|t| Cell::amount(t.count(JobState::Rejected) as f64))
        "jobs that no pool of the strategy could ever hold";
    "jobs_shed" Jobs Lower EachClass(|t| Cell::amount(t.count(JobState::Shed) as f64))
        "jobs that were turned away because a budget was used up; they count in no wait";
    "jobs_overspent" Jobs Lower EachClass(|t| Cell::amount(t.count(JobState::Overspent) as f64))
        "jobs that were over because their cost envelope was used up";
    "jobs_unfinished" Jobs Lower EachClass(|t| Cell::amount(t.unfinished() as f64))
        "jobs that the horizon found running or waiting";
    "jobs_waiting" Jobs Lower EachClass(|t| Cell::amount(t.count(JobState::Waiting) as f64))
        "jobs that the horizon found waiting: their waits are lower bounds";
    "preemptions" Times Lower Jobs(|t| Cell::amount(t.preemptions() as f64))
        "how often a job was stopped to make room, or torn down as had been declared";
    "torn_down" Times Neither Run(|r| Cell::amount(r.torn_down as f64))
        "how often a job was torn down because its window was over";
    "envelopes_reached" Jobs Neither Run(|r| Cell::amount(r.envelopes_reached as f64))
        "jobs whose cost envelope was used up: they were over, or went on where it does not count";
    "envelope_overshoot" Money Lower Run(|r| Cell::amount(r.envelope_overshoot.as_units()))
        "what jobs cost beyond their envelopes, since prices rose while they wrote checkpoints";
    "gpu_h_overtime" GpuHours Lower Run(|r| Cell::amount(r.overtime as f64 / 3.6e9))
        "GPU-hours that jobs held while no window of theirs was open";
    "interruptions" Times Lower EachClass(|t| Cell::amount(t.interruptions() as f64))
        "how often a job lost its place, or crashed";
    "deadlines_met" Share Higher Due(Tally::deadlines_met)
        "share of jobs with a deadline that were over by it, of those that were over or whose deadline has passed";
    "gangs_shrunk" Times Lower Jobs(|t| Cell::amount(t.shrinks() as f64))
        "how often a gang that lost a part went on with fewer GPUs than it asked for";
    "recovery_mean_s" Seconds Lower EachClass(|t| t.recovery_mean())
        "mean time from an interruption until work went on, restart included, where it went on by the horizon";
    "checkpoints_not_home" Times Lower Run(|r| Cell::amount(r.fell_back as f64))
        "how often a job went on elsewhere from an older checkpoint, since its newest had not come home";
    "service_out_h" Hours Lower EachService(|out| Cell::amount(out.0 as f64 / 3.6e6))
        "hours for which a service did not answer, added up over its sites";
    "violations" Times Lower EachRule(|a| Cell::amount(a.violations as f64))
        "how often a job began to hold GPUs against a rule that is audited, or that lets it finish";
    "gpu_h_violating" GpuHours Lower EachRule(|a| Cell::amount(a.gpu_time as f64 / 3.6e9))
        "GPU-hours that jobs held against a rule; of any rule, those against several count once";
    "moves_violating" Times Lower EachRule(|a| Cell::amount(a.moves as f64))
        "how often something began to move between sites against a rule that is audited, or that lets it finish";
    "gb_violating" Gigabytes Lower EachRule(|a| Cell::amount(a.bytes as f64 / 1e9))
        "gigabytes that moved between sites against a rule; of any rule, those against several count once";
    "moves_refused" Times Lower EachRule(|a| Cell::amount(a.refused as f64))
        "how often something that would have set out between sites was refused by a rule; jobs that no pool may have          for that are not among them";
    "revocations" Times Lower Run(|r| Cell::amount(r.revoked_jobs as f64))
        "how often a job was stopped because its credential was revoked";
    "jobs_expired" Jobs Lower Run(|r| Cell::amount(r.expired_jobs as f64))
        "jobs that failed because they outlived a credential that could not be renewed";
    "jobs_denied" Jobs Lower Run(|r| Cell::amount(r.denied_jobs as f64))
        "jobs that failed when they came, for nobody vouched for them";
    "jobs_spoiled" Jobs Lower Run(|r| Cell::amount(r.spoiled_jobs as f64))
        "jobs that failed because they had started on a corrupted version of an artifact";
    "gpu_h_spoiled" GpuHours Lower Run(|r| Cell::amount(r.spoiled_time as f64 / 3.6e9))
        "GPU-hours that jobs had held which failed on a corrupted version of an artifact";
    "queue_length_mean" Jobs Lower Run(|r| Cell::ratio(r.waiting_area as f64, r.horizon.0 as f64))
        "mean number of jobs waiting over time";
    "reservation_slips" Times Lower Run(|r| Cell::amount(r.slips as f64))
        "reservations that node packing made slip";
    "phase_on_time" Share Higher Phase(phase::on_time)
        "probability that the phase ended by its date";
    "phase_slip_d" Days Lower Phase(phase::slip)
        "mean days by which the phase ended later than planned";
    "phase_cost" Money Lower Phase(phase::cost)
        "what capacity, its metered electricity, moving data, keeping data sets and links cost from the beginning of the \
         phase to its end; without caches and checkpoints on storages, discounts and shortfalls";
    "phase_wait_mean_s" Seconds Lower Phase(phase::wait)
        "mean wait of jobs that started in the phase";
    "phase_utilisation_allocated" Share Higher Phase(phase::utilisation)
        "share of the GPU-hours paid for in the phase that jobs held";
    "phase_gpu_h_useful" GpuHours Higher Phase(phase::useful)
        "GPU-hours of work in the phase that counted when it ended";
    "budget_spent" Money Neither Budget(budget::spent)
        "what was spent of the budget, all its periods in the run together, with what had been spent before the run";
    "budget_share" Share Lower Budget(budget::share)
        "the largest share of the budget that was spent in one of its periods";
    "budget_used_up" Share Lower Budget(budget::used_up)
        "probability that the budget was used up";
    "budget_used_up_d" Days Higher Budget(budget::used_up_on)
        "mean days from the start until the budget was first used up, where it was";
    "budget_overshoot" Money Lower Budget(budget::overshoot)
        "what was spent above the budget, all its periods together: what ran when it was used up runs on, unless the budget stops it";
    "budget_granted" Money Neither Budget(budget::granted)
        "what was granted beside the budget when jobs asked for more; its share and overshoot are measured with it";
    "budget_flagged" Times Lower Budget(budget::flagged)
        "placements in rented capacity while the budget was used up, where it allows and counts them";
    "budget_shed" Jobs Lower Budget(budget::shed)
        "jobs that the budget turned away";
    "budget_stopped" Times Lower Budget(budget::stopped)
        "how often a job that ran on what the budget counts was told to stop because it was used up";
    "budget_alert" Share Lower Alert(budget::reached)
        "probability that this share of the budget was spent in one of its periods";
    "budget_alert_d" Days Higher Alert(budget::on)
        "mean days from the start until this share of the budget was first spent, where it was";
    "loss_count" Times Lower Recovery(|r| r.losses())
        "how often work of the class lost its place, or was told to leave it, while it ran";
    "loss_recovery_p50_s" Seconds Lower Recovery(|r| r.percentile(500))
        "time from a loss until work ran again, its state restored, that half of the losses did not exceed (nearest rank); \
         what does not run again by the horizon counts with its time so far";
    "loss_recovery_p95_s" Seconds Lower Recovery(|r| r.percentile(950))
        "as above, of 95 % of the losses";
    "loss_recovered_in_time" Share Higher Recovery(|r| r.in_time())
        "share of the losses after which work ran again within the recovery time of its class";
    "loss_redone_mean_s" Seconds Lower Recovery(|r| r.lost_mean())
        "mean running that a loss cost: what was done and is to be done again";
    "loss_within_point" Share Higher Recovery(|r| r.in_point())
        "share of the losses that cost no more running than the recovery point of the class";
    "failover_begun" Times Lower Failover(recovery::begun)
        "how often the failover began";
    "failover_alarms" Times Lower Failover(recovery::alarms)
        "how often its triggers wanted it, where it has a runbook";
    "failover_called_off" Times Neither Failover(recovery::called_off)
        "how often they wanted it no longer before it began";
    "failover_steps_failed" Times Lower Failover(recovery::steps_failed)
        "how often a step of its runbook failed, or must not be done";
    "failover_people_h" Hours Lower Failover(recovery::people)
        "hours of people who reacted, each counted";
    "failover_people_cost" Money Lower Failover(recovery::people_cost)
        "what they cost; part of the total cost";
    "failover_flaps" Times Lower Failover(recovery::flaps)
        "how often it began within an hour after it was over";
    "failover_in_force" Share Lower Failover(recovery::in_force)
        "share of the time in which it was in force";
    "failover_moved" Times Neither Failover(recovery::moved)
        "how often a job was told to leave its place for it, or to come back";
    "failover_shed" Jobs Lower Failover(recovery::shed)
        "jobs that it turned away";
    "failover_degraded" Times Lower Failover(recovery::degraded)
        "how often a job that waited went over to fewer GPUs or to smaller batches for it";
    "gpu_h_share" Share Neither Group(shares::of_hours)
        "share of the GPU-hours paid for";
    "spend_share" Share Neither Group(shares::of_spend)
        "share of what capacity, its metered electricity and egress cost";
    "gpu_h_concentration" Ratio Lower Groups(shares::concentration_of_hours)
        "Herfindahl–Hirschman index: the sum of the squared shares of GPU-hours, 1 where all is with one";
    "spend_concentration" Ratio Lower Groups(shares::concentration_of_spend)
        "the same of money";
    "up_share" Share Higher Provider(shares::up)
        "share of the GPU-hours paid for at a provider in which capacity worked";
    "refusals" Times Lower Provider(|b| Cell::amount(b.refusals as f64))
        "requests for instances that a provider had no capacity for";
    "reclaims" Times Lower Provider(|b| Cell::amount(b.reclaims as f64))
        "rented instances that a provider took away";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_unique_and_say_their_unit() {
        for (index, metric) in METRICS.iter().enumerate() {
            assert!(
                METRICS[..index].iter().all(|other| other.id != metric.id),
                "{} twice",
                metric.id
            );
            assert_eq!(
                metric.id.ends_with("_s"),
                metric.unit == Unit::Seconds,
                "{}",
                metric.id
            );
            assert!(!metric.id.contains('.') && !metric.doc.ends_with('.'));
        }
    }
}
