//! Key services that are out, come back and replace their keys, worked by hand.

use crate::common::clouds::{HOUR, MINUTE, gpu_time, rented_pool, terms};
use crate::common::helpers::{HOURLY, kms, live, of_class, out, rotated, serve};
use crate::common::phases::then;
use crate::common::strategies::all_strategies;
use crate::common::worlds::Row;
use crate::common::{Everything, model, owned};
use plimsoll::journal::{Bucket, Cause, Fact};
use plimsoll::model::{
    Begins, Boot, Discipline, Gate, Happening, Horizon, Incident, Model, OnFail, OnLoss, Packing,
    Phase, Placement, Rented, Requeue, Rhythm, Service, Site, Spill, SpillTest,
};
use plimsoll::units::{OutletId, PoolId, SimTime, SiteId, Span};

/// One node of eight GPUs; what was fetched of the service serves half an hour.
fn keyed(on_loss: OnLoss) -> Model {
    let mut model = model(
        vec![owned("own", 1, 8, Packing::Best)],
        vec![Discipline::Fifo],
    );
    model.horizon = Horizon::At(SimTime(24 * HOUR));
    serve(&mut model, kms(on_loss));
    model
}

fn start(heard: &Everything, job: usize) -> u64 {
    heard.jobs[job].start.unwrap().0
}

#[test]
fn what_needs_a_key_does_not_start_once_cached_keys_have_expired() {
    let rows = [
        Row::of(HOUR + 10 * MINUTE, 1, HOUR),
        Row::of(HOUR + 40 * MINUTE, 1, HOUR),
        of_class(1, Row::of(2 * HOUR, 1, HOUR)),
    ];
    // Out from 1 h to 3 h: keys serve until 1:30.
    let mut model = keyed(OnLoss::Finish);
    let mut strategies = all_strategies(Requeue::Keep);
    strategies.retain(|strategy| strategy.placement == Placement::PrivateOnly);
    model.strategies = strategies;
    assert!(model.strategies.len() > 5);
    for strategy in 0..model.strategies.len() {
        let weather = out(0, HOUR, 3 * HOUR);
        let heard = live(&mut model, &rows, Rhythm::NONE, &weather, strategy);
        let name = &model.strategies[strategy].name;
        // The first starts with a cached key; the second waits 80 min; who needs none is not held up by it.
        assert_eq!(start(&heard, 0), HOUR + 10 * MINUTE, "{name}");
        assert_eq!(start(&heard, 1), 3 * HOUR, "{name}");
        assert_eq!(start(&heard, 2), 2 * HOUR, "{name}");
        assert_eq!(heard.jobs[1].waits[Cause::Key], 80 * MINUTE, "{name}");
        assert_eq!(heard.jobs[1].waits.total(), 80 * MINUTE, "{name}");
        assert_eq!(heard.jobs[2].waits.total(), 0, "{name}");
        assert_eq!(heard.services[0].out, Span(2 * HOUR));
    }
}

#[test]
fn a_key_ranks_before_capacity() {
    // The estate is full until 4 h; the key is away from 1:30 to 3 h: 30 min for capacity, 90 for the key, 60 for
    // capacity again.
    let rows = [of_class(1, Row::of(0, 8, 4 * HOUR)), Row::of(HOUR, 8, HOUR)];
    for discipline in [Discipline::Fifo, Discipline::FitFirst, Discipline::Easy] {
        let mut model = keyed(OnLoss::Finish);
        model.strategies[0].discipline = discipline;
        let weather = out(0, HOUR, 3 * HOUR);
        let heard = live(&mut model, &rows, Rhythm::NONE, &weather, 0);
        let waits = heard.jobs[1].waits;
        let asked = [Cause::Key, Cause::Capacity].map(|cause| waits[cause] / MINUTE);
        assert_eq!(asked, [90, 90]);
        assert_eq!(waits.total(), 3 * HOUR);
    }
}

#[test]
fn running_work_stops_when_its_key_expires_if_it_must() {
    let rows = [Row::of(0, 8, 4 * HOUR)];
    let weather = out(0, HOUR, 3 * HOUR);
    let heard = live(&mut keyed(OnLoss::Stop), &rows, HOURLY, &weather, 0);
    let job = &heard.jobs[0];
    // At 1:30 it goes back to its checkpoint of 1 h; from 3 h on it runs the other 3.
    assert_eq!(job.end, SimTime(6 * HOUR));
    assert_eq!(job.gpu_time[Bucket::Rework], gpu_time(8, 30 * MINUTE));
    assert_eq!(job.gpu_time[Bucket::Useful], gpu_time(8, 4 * HOUR));
    assert_eq!((job.interruptions, job.preempted), (1, Span(90 * MINUTE)));
}

#[test]
fn running_work_may_finish_at_its_next_checkpoint() {
    let rows = [Row::of(0, 8, 4 * HOUR)];
    // Keys serve until 1:30, the next checkpoint counts at 2 h; it stops there and goes on at 3 h.
    let heard = live(
        &mut keyed(OnLoss::Finish),
        &rows,
        HOURLY,
        &out(0, HOUR, 3 * HOUR),
        0,
    );
    let job = &heard.jobs[0];
    assert_eq!(job.end, SimTime(5 * HOUR));
    assert_eq!(job.gpu_time[Bucket::Rework], 0);
    assert_eq!((job.interruptions, job.preempted), (1, Span(HOUR)));
    // The service is back before the checkpoint: nobody notices.
    let weather = out(0, HOUR, 2 * HOUR - MINUTE);
    let heard = live(&mut keyed(OnLoss::Finish), &rows, HOURLY, &weather, 0);
    assert_eq!(heard.jobs[0].end, SimTime(4 * HOUR));
    // Without checkpoints it runs to its end.
    let weather = out(0, HOUR, 9 * HOUR);
    let heard = live(&mut keyed(OnLoss::Finish), &rows, Rhythm::NONE, &weather, 0);
    assert_eq!(heard.jobs[0].end, SimTime(4 * HOUR));
}

#[test]
fn a_checkpoint_that_is_still_verified_is_waited_for() {
    let rhythm = Rhythm {
        write: Span(6 * MINUTE),
        verify: Span(10 * MINUTE),
        ..HOURLY
    };
    let rows = [Row::of(0, 8, 4 * HOUR)];
    let weather = out(0, 30 * MINUTE, 20 * HOUR);
    let heard = live(&mut keyed(OnLoss::Finish), &rows, rhythm, &weather, 0);
    // Keys serve until 1 h; written at 1:06, verified at 1:16: what ran in between is lost.
    let lost = (
        SimTime(76 * MINUTE),
        Fact::Interrupted(heard.jobs[0].job, heard.pools[0].pool),
    );
    assert!(heard.facts.contains(&lost));
    let rework = heard.jobs[0].gpu_time[Bucket::Rework];
    assert_eq!(rework, gpu_time(8, 10 * MINUTE));
    // A restart needs the key too: from 20 h on the other 3 h with two writes.
    assert_eq!(heard.jobs[0].end, SimTime(23 * HOUR + 12 * MINUTE));
}

#[test]
fn a_void_cache_is_felt_at_once() {
    let (outlet, voids) = (OutletId(0), true);
    let weather = [
        Incident::terms(SimTime(HOUR), Happening::ServiceDown { outlet, voids }),
        Incident::terms(SimTime(3 * HOUR), Happening::ServiceUp { outlet }),
    ];
    let rows = [Row::of(HOUR + 10 * MINUTE, 1, HOUR)];
    let heard = live(&mut keyed(OnLoss::Finish), &rows, Rhythm::NONE, &weather, 0);
    assert_eq!(heard.jobs[0].waits[Cause::Key], 110 * MINUTE);
}

#[test]
fn a_rotation_without_overlap_breaks_what_holds_the_old_key() {
    let rows = [Row::of(0, 8, 4 * HOUR)];
    let weather = [rotated(0, 90 * MINUTE, 0)];
    // It stops, goes back to its checkpoint of 1 h and starts with the new key at once.
    let heard = live(&mut keyed(OnLoss::Stop), &rows, HOURLY, &weather, 0);
    assert_eq!(heard.jobs[0].end, SimTime(4 * HOUR + 30 * MINUTE));
    // It starts again at its checkpoint of 2 h, which costs nothing here.
    let heard = live(&mut keyed(OnLoss::Finish), &rows, HOURLY, &weather, 0);
    assert_eq!(heard.jobs[0].interruptions, 1);
    assert_eq!(heard.jobs[0].end, SimTime(4 * HOUR));
    // With overlap there is time to take the new one.
    let weather = [rotated(0, 90 * MINUTE, 1)];
    let heard = live(&mut keyed(OnLoss::Stop), &rows, HOURLY, &weather, 0);
    assert_eq!(heard.jobs[0].interruptions, 0);
}

#[test]
fn an_old_key_that_could_not_be_replaced_expires_with_it() {
    let rows = [Row::of(0, 8, 4 * HOUR)];
    // Out from 1 h on; rotated at 1:10 with five minutes of overlap: the old key holds until 1:15, not 1:30.
    let mut weather = out(0, HOUR, 3 * HOUR).to_vec();
    weather.push(rotated(0, 70 * MINUTE, 5 * MINUTE));
    let heard = live(&mut keyed(OnLoss::Stop), &rows, HOURLY, &weather, 0);
    let rework = heard.jobs[0].gpu_time[Bucket::Rework];
    assert_eq!(rework, gpu_time(8, 15 * MINUTE));
    // Rotated at 58 min, while it answered: the new key serves until 1:30.
    weather[2] = rotated(0, 58 * MINUTE, 5 * MINUTE);
    let heard = live(&mut keyed(OnLoss::Stop), &rows, HOURLY, &weather, 0);
    let rework = heard.jobs[0].gpu_time[Bucket::Rework];
    assert_eq!(rework, gpu_time(8, 30 * MINUTE));
}

#[test]
fn each_site_has_a_service_of_its_own() {
    let mut far = owned("far", 1, 8, Packing::Best);
    far.site = SiteId(1);
    let mut model = keyed(OnLoss::Finish);
    model.pools.push(far);
    model.classes[0].pools.push(plimsoll::units::PoolId(1));
    model.sites.push(Site::bare("far"));
    serve(&mut model, kms(OnLoss::Finish));
    let rows = [Row::of(2 * HOUR, 8, 9 * HOUR), Row::of(2 * HOUR, 8, HOUR)];
    // The first site is without keys: the first job goes to the second, the other waits for the key, since there is
    // room where it cannot be had.
    let heard = live(&mut model, &rows, Rhythm::NONE, &out(0, HOUR, 5 * HOUR), 0);
    assert_eq!(heard.jobs[0].pool.unwrap().0, 1);
    assert_eq!(
        (start(&heard, 1), heard.jobs[1].pool.unwrap().0),
        (5 * HOUR, 0)
    );
    assert_eq!(heard.jobs[1].waits[Cause::Key], 3 * HOUR);
}

/// Owned GPUs whose keys can be away, and rented ones with keys of their own, used in one phase only.
fn rerouted(placements: [Placement; 2], phase: Phase) -> Model {
    let mut cloud = rented_pool(terms());
    cloud.site = SiteId(1);
    let mut model = model(
        vec![owned("own", 1, 4, Packing::Best), cloud],
        vec![Discipline::Fifo],
    );
    model.horizon = Horizon::At(SimTime(24 * HOUR));
    model.sites.push(Site::bare("cloud"));
    serve(&mut model, kms(OnLoss::Finish));
    model.classes[0].pools = vec![PoolId(0), PoolId(1)];
    model.strategies[0].placement = placements[0];
    model.rollout.later = vec![vec![then(&model, 0, Some(placements[1]), None)]];
    model.rollout.phases = vec![phase];
    model
}

#[test]
fn another_strategy_asks_anew_who_is_without_a_key() {
    let out_at_once = Placement::PrivateFirst(Spill {
        test: SpillTest::Waited(Span::ZERO),
        ceiling: None,
    });
    let phase = |gates| Phase {
        name: "route".to_owned(),
        begins: Begins::At(SimTime(3 * HOUR)),
        lasts: Span(2 * HOUR),
        planned_start: SimTime(3 * HOUR),
        orders: Vec::new(),
        retires: Vec::new(),
        changes: Vec::new(),
        gates,
        on_fail: OnFail::RollBack,
    };
    // The keys of the owned GPUs are away from 1:30 to 9 h. The job of 2:00 may go out from 3:00 on.
    let weather = out(0, HOUR, 9 * HOUR);
    let rows = [Row::of(2 * HOUR, 4, HOUR)];
    let mut model = rerouted([Placement::PrivateOnly, out_at_once], phase(Vec::new()));
    let heard = live(&mut model, &rows, Rhythm::NONE, &weather, 0);
    assert_eq!(start(&heard, 0), 3 * HOUR);
    assert_eq!(heard.jobs[0].waits[Cause::Key], HOUR);
    // Rolled back at 5:00, since nobody finished: who stayed at home until then may go out again.
    let gates = vec![Gate::Finished(1)];
    let mut model = rerouted([out_at_once, Placement::PrivateOnly], phase(gates));
    let rows = [Row::of(4 * HOUR, 4, HOUR)];
    let heard = live(&mut model, &rows, Rhythm::NONE, &weather, 0);
    assert_eq!(start(&heard, 0), 5 * HOUR);
    assert_eq!(heard.jobs[0].waits[Cause::Key], HOUR);
}

#[test]
fn what_boots_when_its_key_expires_is_given_up() {
    let terms = Rented {
        boot: Boot::Fixed(Span(40 * MINUTE)),
        minimum: Span(HOUR),
        ..terms()
    };
    let mut model = model(vec![rented_pool(terms)], vec![Discipline::Fifo]);
    model.strategies[0].placement = Placement::PublicOnly;
    model.horizon = Horizon::At(SimTime(24 * HOUR));
    serve(&mut model, kms(OnLoss::Finish));
    let rows = [Row::of(HOUR, 4, HOUR)];
    let heard = live(
        &mut model,
        &rows,
        Rhythm::NONE,
        &out(0, HOUR - MINUTE, 5 * HOUR),
        0,
    );
    // It boots from 1 h on; at 1:29 its key expires, and its instance is charged for an hour.
    let job = &heard.jobs[0];
    assert_eq!(start(&heard, 0), 5 * HOUR + 40 * MINUTE);
    assert_eq!(job.waits[Cause::Provisioning], 69 * MINUTE);
    assert_eq!(job.waits[Cause::Key], 211 * MINUTE);
    assert_eq!(heard.pools[0].launches, 2);
}

#[test]
fn the_horizon_finds_a_service_out() {
    let weather = out(0, 20 * HOUR, 40 * HOUR);
    let mut model = keyed(OnLoss::Finish);
    let rows = [Row::of(21 * HOUR, 1, HOUR)];
    let heard = live(&mut model, &rows, Rhythm::NONE, &weather, 0);
    assert_eq!(heard.services[0].out, Span(4 * HOUR));
    assert_eq!(heard.jobs[0].waits[Cause::Key], 3 * HOUR);
}

#[test]
fn a_service_that_nobody_needs_changes_nothing() {
    let rows = [Row::of(0, 8, 4 * HOUR), Row::of(HOUR, 8, HOUR)];
    let mut without = keyed(OnLoss::Stop);
    without.services = plimsoll::model::Services::default();
    let plain = live(&mut without, &rows, HOURLY, &[], 0);
    let mut never_out = keyed(OnLoss::Stop);
    never_out.services.list = vec![Service {
        cache: Span::ZERO,
        ..kms(OnLoss::Stop)
    }];
    let heard = live(&mut never_out, &rows, HOURLY, &[], 0);
    assert_eq!(heard.run, plain.run);
    assert_eq!(heard.jobs, plain.jobs);
}
