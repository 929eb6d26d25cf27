//! Placements that rank all pools: whom they send where, and who waits for what, worked by hand.

use crate::common::clouds::{HOUR, MINUTE, cost, rented_pool, run, starts, steps, terms, world};
use crate::common::owned;
use crate::common::wires::{GB, line, web, wire};
use crate::common::worlds::Row;
use plimsoll::model::{
    Discipline, Draw, Grouping, Horizon, Link, Model, Packing, Placement, Pool, Power, PowerMeter,
    Rented, Scored, Scoring, Site, Weights,
};
use plimsoll::units::{DatasetId, Price, SimTime, SiteId, Span};

fn by(by: Scoring) -> Placement {
    Placement::Scored(Scored {
        by,
        ceiling: None,
        from: None,
    })
}

fn at(site: u16, pool: Pool) -> Pool {
    Pool {
        site: SiteId(site),
        ..pool
    }
}

/// Four owned GPUs, and rented nodes of four at 3 USD/GPU-h.
fn hybrid(scoring: Scoring) -> Model {
    let pools = vec![owned("own", 1, 4, Packing::Count), rented_pool(terms())];
    world(pools, by(scoring))
}

/// Two owned pools of eight GPUs at two sites.
fn two_sites(scoring: Scoring) -> Model {
    let pools = vec![
        at(0, owned("first", 1, 8, Packing::Count)),
        at(1, owned("second", 1, 8, Packing::Count)),
    ];
    let mut model = world(pools, by(scoring));
    model.sites.push(Site::bare("other"));
    model
}

#[test]
fn an_hour_of_delay_is_weighed_against_what_renting_costs() {
    // An hour's delay is worth 10 USD; four GPUs for an hour cost 4 × 3 = 12 USD in the cloud.
    let scoring = Scoring::Weighted(Weights {
        cost: 1000,
        delay: 10_000,
        ..Weights::default()
    });
    let rows = [
        Row::of(0, 4, 3 * HOUR),
        // Room at home is 3 h away: 30 USD. It goes out for 12.
        Row::of(MINUTE, 4, HOUR),
        // At 1 h 48 min it is 1.2 h away, 12 USD: the tie goes to what costs less, home.
        Row::of(108 * MINUTE, 4, HOUR),
    ];
    let heard = run(&mut hybrid(scoring), &rows);
    assert_eq!(starts(&heard), [(0, 0), (MINUTE, 1), (3 * HOUR, 0)]);
    // A millisecond sooner waiting is dearer than going.
    let sooner = [rows[0], rows[1], Row::of(108 * MINUTE - 1, 4, HOUR)];
    let heard = run(&mut hybrid(scoring), &sooner);
    assert_eq!(starts(&heard)[2], (108 * MINUTE - 1, 1));
    assert_eq!(heard.jobs[2].compute_cost, cost(4, HOUR, 3_000_000));
}

#[test]
fn who_waits_for_owned_room_holds_the_reservation_there() {
    // Under EASY the second job waits for home: the third, which would still run then, may not take its place.
    let scoring = Scoring::Weighted(Weights {
        cost: 1000,
        delay: 1000,
        ..Weights::default()
    });
    let mut model = hybrid(scoring);
    model.strategies[0].discipline = Discipline::Easy;
    let rows = [
        Row::of(0, 3, HOUR),
        Row::of(MINUTE, 4, HOUR),
        Row::of(2 * MINUTE, 1, 2 * HOUR),
        Row::of(3 * MINUTE, 1, 30 * MINUTE),
    ];
    let heard = run(&mut model, &rows);
    // The third asks for a GPU for two hours: 6 USD in the cloud, and home is reserved. It rents. The fourth ends before.
    let wanted = [(0, 0), (HOUR, 0), (2 * MINUTE, 1), (3 * MINUTE, 0)];
    assert_eq!(starts(&heard), wanted);
}

#[test]
fn data_draw_jobs_to_where_they_lie() {
    // 3,600 GB lie at the other site, an hour away from the first.
    let mut model = two_sites(Scoring::DataGravity);
    model.horizon = Horizon::At(SimTime(100 * HOUR));
    wire(&mut model, line((1, 0), GB, 0));
    model.datasets = vec![web(3_600, SiteId(1))];
    model.classes[0].data = vec![DatasetId(0)];
    let rows = [
        Row::of(0, 8, 4 * HOUR),
        // Where the data are there is no room: they are sent to where there is, and come at 2 h.
        Row::of(HOUR, 8, HOUR),
        // Now they are at both: the first in the file takes it.
        Row::of(5 * HOUR, 8, HOUR),
    ];
    let heard = run(&mut model, &rows);
    assert_eq!(starts(&heard), [(0, 1), (2 * HOUR, 0), (5 * HOUR, 0)]);
}

#[test]
fn bytes_that_move_have_a_price() {
    // The data are where the cloud is. To bring 3,600 GB home at .01 a gigabyte is as bad as 36 USD, to run there costs
    // 4 × 3 × hours: 24 for two hours, 48 for four.
    let scoring = Scoring::Weighted(Weights {
        cost: 1000,
        data: 10,
        ..Weights::default()
    });
    let mut model = hybrid(scoring);
    model.sites.push(Site::bare("region"));
    model.pools[1].site = SiteId(1);
    model.horizon = Horizon::At(SimTime(100 * HOUR));
    wire(&mut model, line((1, 0), GB, 0));
    model.datasets = vec![web(3_600, SiteId(1))];
    model.classes[0].data = vec![DatasetId(0)];
    let rows = [Row::of(0, 4, 2 * HOUR), Row::of(HOUR, 4, 4 * HOUR)];
    let heard = run(&mut model, &rows);
    // The second is drawn home, and waits there for its data: they come within an hour.
    assert_eq!(starts(&heard), [(0, 1), (2 * HOUR, 0)]);
}

#[test]
fn the_nearest_comes_first() {
    let mut model = two_sites(Scoring::LatencyFirst);
    model.sites.push(Site::bare("users"));
    let mut link = |to: u16, ms: u64| {
        let link = Link {
            latency: Span(ms),
            ..line((2, to), GB, 0)
        };
        wire(&mut model, link);
    };
    link(0, 30);
    link(1, 5);
    if let Placement::Scored(scored) = &mut model.strategies[0].placement {
        scored.from = Some(SiteId(2));
    }
    let rows = [
        Row::of(0, 8, HOUR),
        Row::of(1, 8, HOUR),
        Row::of(2, 8, HOUR),
    ];
    let heard = run(&mut model, &rows);
    assert_eq!(starts(&heard), [(0, 1), (1, 0), (HOUR, 1)]);
}

/// 500 W at work, 100 W at rest, grams for each kilowatt-hour from an hour on.
fn meter(grams: &[(u64, i64)]) -> Option<PowerMeter> {
    let steps: Vec<_> = grams
        .iter()
        .map(|&(hour, grams)| (SimTime(hour * HOUR), grams * 1_000_000))
        .collect();
    let prices = [(SimTime(0), 0)];
    Some(PowerMeter {
        idle: Draw::new(100_000, &prices, &steps)?,
        busy: Draw::new(500_000, &prices, &steps)?,
        most: 700_000,
        billed: false,
    })
}

#[test]
fn jobs_follow_clean_power() {
    let mut model = two_sites(Scoring::CarbonAware);
    // Until 10:00 the first grid is dirtier, from then on it is cleaner; the job of 20:00 finds both alike.
    model.power = Power {
        meters: vec![
            meter(&[(0, 400), (10, 20), (20, 50)]),
            meter(&[(0, 300), (20, 50)]),
        ],
    };
    let rows = [0, 9, 10, 20].map(|hour| Row::of(hour * HOUR, 1, HOUR));
    let heard = run(&mut model, &rows);
    let pools: Vec<usize> = starts(&heard).iter().map(|start| start.1).collect();
    assert_eq!(pools, [1, 1, 0, 0]);
    // A GPU of half the speed draws for twice as long: 2 × 300 g is more than 400 g.
    model.pools[1].speed = vec![500];
    let heard = run(&mut model, &rows);
    assert_eq!(starts(&heard)[0].1, 0);
}

#[test]
fn tenants_are_spread_over_sites_each_by_itself() {
    let mut model = two_sites(Scoring::Spread(Grouping::Tenant));
    model.tenants = vec!["a".to_owned(), "b".to_owned()];
    let of = |tenant: usize, at: u64, gpus: u64| Row {
        tenant,
        ..Row::of(at, gpus, HOUR)
    };
    let rows = [
        of(0, 0, 3), // a has nothing anywhere: the first site; 3 | 0
        of(0, 1, 1), // 3 | 1
        of(0, 2, 1), // 3 | 2
        of(1, 3, 2), // b has nothing anywhere: the first site; b 2 | 0
        of(0, 4, 1), // 3 | 3
        of(0, 5, 1), // a tie: the first; 4 | 3
        of(1, 6, 1), // b 2 | 1
    ];
    let heard = run(&mut model, &rows);
    let pools: Vec<usize> = starts(&heard).iter().map(|start| start.1).collect();
    assert_eq!(pools, [0, 1, 1, 0, 1, 0, 1]);
    // By class all are one group: 3, then 1, 1 at the second, then 2 where there are 2, 4 | 3 → 1, …
    model.strategies[0].placement = by(Scoring::Spread(Grouping::Class));
    let heard = run(&mut model, &rows);
    let pools: Vec<usize> = starts(&heard).iter().map(|start| start.1).collect();
    // 3|0, 3|1, 3|2, 3|4, 4|4, 5|4, 5|5.
    assert_eq!(pools, [0, 1, 1, 1, 0, 0, 1]);
    // What has ended counts no more: an hour later the first site is empty again.
    let later = [of(0, 0, 3), of(0, HOUR, 1)];
    assert_eq!(starts(&run(&mut model, &later))[1], (HOUR, 0));
}

#[test]
fn the_cheap_is_waited_for_while_the_deadline_allows_it() {
    let scoring = Scoring::DeadlineAware { slack: Span::ZERO };
    let mut model = hybrid(scoring);
    let rows = [Row::of(0, 4, 2 * HOUR), Row::of(0, 4, HOUR)];
    let second = |model: &mut Model, deadline: u64| {
        model.classes[0].deadline = Some(Span(deadline));
        starts(&run(model, &rows))[1]
    };
    // At home it would be over at 3 h.
    assert_eq!(second(&mut model, 3 * HOUR), (2 * HOUR, 0));
    assert_eq!(second(&mut model, 3 * HOUR - 1), (0, 1));
    // Where no deadline can be met, what is over soonest: the cloud at once.
    assert_eq!(second(&mut model, MINUTE), (0, 1));
    model.classes[0].deadline = None;
    assert_eq!(starts(&run(&mut model, &rows))[1], (2 * HOUR, 0));
    // Half an hour of slack: 3.5 h will do, and not a millisecond less.
    model.strategies[0].placement = by(Scoring::DeadlineAware {
        slack: Span(30 * MINUTE),
    });
    assert_eq!(second(&mut model, 210 * MINUTE), (2 * HOUR, 0));
    assert_eq!(second(&mut model, 210 * MINUTE - 1), (0, 1));
}

#[test]
fn who_waits_asks_again_before_it_is_too_late_for_the_cloud() {
    // The first asks for an hour and takes three. The second has 2.5 h: at home it would be over at 2 h, so it waits. In
    // the cloud it must begin by 1.5 h; then home is expected at 1.5 h + 6 min, which is too late.
    let mut model = hybrid(Scoring::DeadlineAware { slack: Span::ZERO });
    model.classes[0].deadline = Some(Span(150 * MINUTE));
    let long = Row {
        requested: HOUR,
        ..Row::of(0, 4, 3 * HOUR)
    };
    let heard = run(&mut model, &[long, Row::of(0, 4, HOUR)]);
    assert_eq!(starts(&heard), [(0, 0), (90 * MINUTE, 1)]);
}

#[test]
fn a_ceiling_holds_for_ranked_pools_as_well() {
    let pool = rented_pool(Rented {
        prices: steps(&[(0, 5_000_000), (HOUR, 2_000_000)]),
        ..terms()
    });
    let scored = Scored {
        by: Scoring::DataGravity,
        ceiling: Some(Price(3_000_000)),
        from: None,
    };
    let mut model = world(vec![pool], Placement::Scored(scored));
    assert_eq!(
        starts(&run(&mut model, &[Row::of(7, 4, HOUR)])),
        [(HOUR, 0)]
    );
}

#[test]
fn gangs_that_fill_their_nodes_are_preferred() {
    // Two GPUs: on a node of four, two are left over; on a node of two, none. Counted pools tell no nodes apart.
    let scoring = Scoring::Weighted(Weights {
        cost: 1000,
        fragmentation: 1000,
        ..Weights::default()
    });
    let pools = vec![
        owned("fours", 1, 4, Packing::Best),
        owned("twos", 1, 2, Packing::Best),
    ];
    let mut model = world(pools, by(scoring));
    let rows = [
        Row::of(0, 2, HOUR),
        Row::of(1, 2, HOUR),
        Row::of(2, 2, HOUR),
    ];
    // The third fills what the second left: nothing is left over.
    assert_eq!(starts(&run(&mut model, &rows)), [(0, 1), (1, 0), (2, 0)]);
}
