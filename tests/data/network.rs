//! Network and data, worked by hand.

use crate::common::clouds::{HOUR, MINUTE, public, run, starts, terms, world};
use crate::common::strategies::all_strategies;
use crate::common::wires::{self, GB, line};
use crate::common::worlds::{Row, timeline};
use crate::common::{Everything, owned, play};
use plimsoll::journal::{Bucket, Cause, Fact, Item, JobState, Payee};
use plimsoll::model::{
    Begins, Change, Class, Dataset, Horizon, Incident, Model, OnFail, Packing, Phase, Placement,
    Pool, Requeue, Site, Traffic,
};
use plimsoll::units::{
    ByteBand, BytePrice, ByteTariff, Bytes, DatasetId, Epoch, LinkId, Money, PoolId, Price,
    SimTime, SiteId, Span,
};

fn band(up_to_gb: u64, price: u64) -> ByteBand {
    ByteBand {
        up_to: Bytes(up_to_gb * GB),
        price: BytePrice(price),
    }
}

/// A rented pool at a site with 100 GB free, 1 USD per GB up to 150 GB and half of that beyond.
fn metered() -> Model {
    let mut model = public(terms());
    let bands = vec![band(100, 0), band(150, 1_000_000), band(151, 500_000)];
    model.sites[0].egress = ByteTariff::new(bands).unwrap();
    model.classes[0].results = Bytes(80 * GB);
    model
}

#[test]
fn egress_is_marginal_in_the_order_of_completion() {
    // Submitted last, done first: 80 GB are free. Then 20 free + 50 × 1 + 10 × .5 = 55. Then 80 × .5 = 40.
    let rows = [
        Row::of(0, 4, 3 * HOUR),
        Row::of(MINUTE, 4, 2 * HOUR),
        Row::of(2 * MINUTE, 4, HOUR),
    ];
    let heard = run(&mut metered(), &rows);
    let paid: Vec<i128> = heard
        .jobs
        .iter()
        .map(|job| job.egress_cost.0 / Money::TICKS_PER_UNIT)
        .collect();
    assert_eq!(paid, [40, 55, 0]);
    // One posting for each transfer that cost anything, in the month of its completion.
    let posted: Vec<(u64, i128)> = heard
        .postings
        .iter()
        .filter(|posting| posting.item == Item::Egress)
        .map(|posting| (posting.to.0, posting.amount.0 / Money::TICKS_PER_UNIT))
        .collect();
    assert_eq!(posted, [(2 * HOUR + MINUTE, 55), (3 * HOUR, 40)]);
    assert_eq!(heard.pools[0].egress_cost.0, 95 * Money::TICKS_PER_UNIT);
}

#[test]
fn a_month_begins_at_nothing() {
    // The month ends two and a half hours after the start: the third job is the first of the new one.
    let rows = [
        Row::of(0, 4, 3 * HOUR),
        Row::of(0, 4, 2 * HOUR),
        Row::of(0, 4, HOUR),
    ];
    let mut model = metered();
    model.epoch = Epoch::parse("2026-01-31T21:30:00Z").unwrap();
    let heard = run(&mut model, &rows);
    let paid: Vec<i128> = heard
        .jobs
        .iter()
        .map(|job| job.egress_cost.0 / Money::TICKS_PER_UNIT)
        .collect();
    assert_eq!(paid, [0, 55, 0]);
}

/// Site 0 keeps data, the only pool (8 GPUs) is at site 1, and a line carries 1 GB/s each way between them, so
/// that 3,600 GB take an hour; a gigabyte costs .02 on it. Jobs of class 0 read the first data set, those of
/// class 1 the second, those of class 2 nothing.
fn wired() -> Model {
    let far = Pool {
        site: SiteId(1),
        speed: vec![1000; 3],
        ..owned("far", 1, 8, Packing::Count)
    };
    let mut model = world(vec![far], Placement::PrivateOnly);
    model.sites.push(Site::bare("far"));
    wire(&mut model, 0, 1);
    wire(&mut model, 1, 0);
    let dataset = |name: &str| Dataset {
        key: None,
        artifact: None,
        name: name.to_owned(),
        size: Bytes(3_600 * GB),
        kept: vec![SiteId(0)],
        storage: BytePrice(0),
        traffic: Traffic::Bulk,
    };
    model.datasets = vec![dataset("web"), dataset("code")];
    let reads = |name: &str, data: Vec<DatasetId>| Class {
        data,
        ..Class::bare(name, vec![PoolId(0)])
    };
    model.classes = vec![
        reads("web", vec![DatasetId(0)]),
        reads("code", vec![DatasetId(1)]),
        reads("nothing", Vec::new()),
    ];
    model
}

fn wire(model: &mut Model, from: u16, to: u16) {
    wires::wire(model, line((from, to), GB, 20_000));
}

fn of_class(class: usize, row: Row) -> Row {
    Row { class, ..row }
}

fn units(heard: &Everything) -> i128 {
    heard.pools[0].egress_cost.0 / Money::TICKS_PER_UNIT
}

#[test]
fn jobs_start_where_their_data_are_and_share_one_transfer() {
    let rows = [
        Row::of(0, 4, HOUR),
        Row::of(30 * MINUTE, 4, HOUR),
        Row::of(3 * HOUR, 4, HOUR),
    ];
    let heard = run(&mut wired(), &rows);
    // There at 1 h; the third finds the data in the cache.
    let starts: Vec<u64> = starts(&heard).iter().map(|start| start.0).collect();
    assert_eq!(starts, [HOUR, HOUR, 3 * HOUR]);
    let staged: Vec<u64> = heard
        .jobs
        .iter()
        .map(|job| job.waits[Cause::Staging])
        .collect();
    assert_eq!(staged, [HOUR, 30 * MINUTE, 0]);
    for job in &heard.jobs {
        assert_eq!(job.waits.total(), job.waits[Cause::Staging]);
        // No GPU was held while data were on their way.
        assert_eq!(job.gpu_time[Bucket::HeldIdle], 0);
    }
    let came = (SimTime(HOUR), Fact::Staged(DatasetId(0), SiteId(1)));
    let told = heard
        .facts
        .iter()
        .filter(|(_, fact)| matches!(fact, Fact::Staged(..)));
    assert_eq!(told.collect::<Vec<_>>(), [&came]);
    // 3,600 GB at .02 are 72, once, when it was there.
    assert_eq!(units(&heard), 72);
    let posted: Vec<u64> = heard
        .postings
        .iter()
        .filter(|posting| posting.item == Item::Egress)
        .map(|posting| posting.to.0)
        .collect();
    assert_eq!(posted, [HOUR]);
}

#[test]
fn every_discipline_waits_for_data_and_lets_others_pass() {
    // The first job of the line reads, the second does not and needs all GPUs for half an hour.
    let rows = [Row::of(0, 8, HOUR), of_class(2, Row::of(1, 8, 30 * MINUTE))];
    let mut model = wired();
    let mut strategies = all_strategies(Requeue::Keep);
    strategies.retain(|strategy| strategy.placement == Placement::PrivateOnly);
    model.strategies = strategies;
    let timeline = timeline(&mut model, &rows);
    assert!(model.strategies.len() > 5);
    for index in 0..model.strategies.len() {
        let heard = play(&model, &timeline, index);
        let name = &model.strategies[index].name;
        assert_eq!(heard.jobs[0].start, Some(SimTime(HOUR)), "{name}");
        assert_eq!(heard.jobs[1].start, Some(SimTime(1)), "{name}");
    }
}

#[test]
fn two_data_sets_share_the_line() {
    // 3,600 GB each from 0 and from 30 min. Half of the first is left then; at half the rate it takes an hour
    // more, to 90 min. The second has half of its own left then: 30 min more, at the whole rate.
    let rows = [
        Row::of(0, 4, HOUR),
        of_class(1, Row::of(30 * MINUTE, 4, HOUR)),
    ];
    let heard = run(&mut wired(), &rows);
    let starts: Vec<u64> = starts(&heard).iter().map(|start| start.0).collect();
    assert_eq!(starts, [90 * MINUTE, 120 * MINUTE]);
}

fn down(at: u64, permille: u32) -> Incident {
    Incident::link_down(SimTime(at), LinkId(0), permille)
}

fn up(at: u64, permille: u32) -> Incident {
    Incident::link_up(SimTime(at), LinkId(0), permille)
}

#[test]
fn a_cut_link_is_a_cause_of_its_own_and_a_slow_one_takes_longer() {
    let mut model = wired();
    let rows = [Row::of(0, 8, HOUR)];
    let mut timeline = timeline(&mut model, &rows);
    // Cut from 30 min to 90 min; something else halves it from an hour on, for good.
    timeline.weather = vec![down(30 * MINUTE, 0), down(HOUR, 500), up(90 * MINUTE, 0)];
    let heard = play(&model, &timeline, 0);
    // Half is there at 30 min; from 90 min on the other half takes an hour at half the rate.
    let job = &heard.jobs[0];
    assert_eq!(job.start, Some(SimTime(150 * MINUTE)));
    assert_eq!(job.waits[Cause::Link], HOUR);
    assert_eq!(job.waits[Cause::Staging], 90 * MINUTE);
    assert_eq!(units(&heard), 72);
}

#[test]
fn a_cache_drops_what_was_used_last_longest_ago_but_not_what_is_read() {
    let mut model = wired();
    model.sites[1].cache = Some(Bytes(5_000 * GB));
    let rows = [
        Row::of(0, 4, HOUR),
        of_class(1, Row::of(90 * MINUTE, 4, HOUR)),
        Row::of(4 * HOUR, 4, HOUR),
    ];
    let heard = run(&mut model, &rows);
    // The first reads until 2 h; only then the second's data may come, and at 4 h the first's have to come again.
    let starts: Vec<u64> = starts(&heard).iter().map(|start| start.0).collect();
    assert_eq!(starts, [HOUR, 3 * HOUR, 5 * HOUR]);
    assert_eq!(heard.jobs[1].waits[Cause::Staging], 90 * MINUTE);
    assert_eq!(units(&heard), 3 * 72);
}

#[test]
fn results_go_home_in_the_background_and_are_paid_when_they_are_there() {
    let mut model = wired();
    model.classes[2].results = Bytes(1_800 * GB);
    model.classes[2].results_to = Some(SiteId(0));
    let failed = Row {
        outcome: plimsoll::model::Outcome::Failed,
        ..Row::of(0, 4, HOUR)
    };
    let rows = [of_class(2, Row::of(0, 4, HOUR)), of_class(2, failed)];
    let heard = run(&mut model, &rows);
    // The one that finished sends 1,800 GB from 1 h to 1.5 h for 36; the run is over when they are home.
    assert_eq!(heard.jobs[0].state, JobState::Finished);
    let home: Vec<_> = heard
        .facts
        .iter()
        .filter(|(_, fact)| matches!(fact, Fact::SentHome(_)))
        .collect();
    assert_eq!(home.len(), 1);
    assert_eq!(home[0].0, SimTime(90 * MINUTE));
    assert_eq!(heard.run.horizon, SimTime(90 * MINUTE));
    assert_eq!(units(&heard), 36);
    // It is charged to the job that sent them.
    assert_eq!(heard.jobs[0].egress_cost.0, 36 * Money::TICKS_PER_UNIT);
    assert_eq!(heard.jobs[1].egress_cost, Money::ZERO);
    let posted = heard
        .postings
        .iter()
        .find(|p| p.item == Item::Egress)
        .unwrap();
    assert_eq!(posted.job, Some(heard.jobs[0].job));
}

#[test]
fn links_and_copies_cost_by_the_hour() {
    let mut model = wired();
    model.network.links[0].rent = Price(2_250_000);
    model.datasets[0].storage = BytePrice(20_000);
    // Data come for 1 h and a job runs for 729: 730 h at 2.25 are 1,642.50; 3,600 GB at .02 a month are 72.
    let heard = run(&mut model, &[Row::of(0, 8, 729 * HOUR)]);
    assert_eq!(heard.run.horizon, SimTime(730 * HOUR));
    assert_eq!(heard.run.link_cost.0 * 2, 3_285 * Money::TICKS_PER_UNIT);
    assert_eq!(heard.run.storage_cost.0, 72 * Money::TICKS_PER_UNIT);
    // From 5 January 00:00: 27 days of January, then 82 h of February, each a posting of its own.
    let rents: Vec<_> = heard
        .postings
        .iter()
        .filter(|posting| posting.item == Item::LinkRent)
        .map(|posting| (posting.payee, posting.to.0, posting.amount.0 * 4))
        .collect();
    let link = Payee::Link(LinkId(0));
    let cost = |hours: i128| hours * 9 * Money::TICKS_PER_UNIT;
    assert_eq!(
        rents,
        [(link, 648 * HOUR, cost(648)), (link, 730 * HOUR, cost(82))]
    );
}

#[test]
fn a_link_has_the_bandwidth_of_its_phase() {
    // A tenth of 1 GB/s until 2:00 carries 720 GB; the other 2,880 GB take 48 minutes of the whole.
    let mut model = wired();
    model.horizon = Horizon::At(SimTime(24 * HOUR));
    let phase = |at: u64, permille| Phase {
        name: format!("at {at}"),
        begins: Begins::At(SimTime(at)),
        lasts: Span(HOUR),
        planned_start: SimTime(at),
        orders: Vec::new(),
        retires: Vec::new(),
        changes: [0, 1]
            .map(|link| Change::Link {
                link: LinkId(link),
                permille,
            })
            .to_vec(),
        gates: Vec::new(),
        on_fail: OnFail::Proceed,
    };
    model.rollout.phases = vec![phase(0, 100), phase(2 * HOUR, 1000)];
    let heard = run(&mut model, &[Row::of(0, 8, HOUR)]);
    let start = 2 * HOUR + 48 * MINUTE;
    assert_eq!(heard.jobs[0].start, Some(SimTime(start)));
}
