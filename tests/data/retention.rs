//! How long what is kept is kept: when it is deleted, what it cost until then, who proves it, by hand.

use super::transforms::{HOME, MASKED, estate, judge, started};
use crate::common::bad_days::{cluster, down, every, run as saves, up};
use crate::common::clouds::{HOUR, MINUTE, run, world};
use crate::common::wires::{GB, line, web, wire};
use crate::common::worlds::{Row, timeline};
use crate::common::{Everything, owned, play};
use plimsoll::journal::{Item, KeptKind, RuleMode};
use plimsoll::model::{
    AttributeValue, Class, Horizon, Incident, KeptFor, KeptFrom, Labelled, Model, Packing,
    Placement, ProviderSheet, RetentionRule, SheetItem, Site, SiteKind, Storage,
};
use plimsoll::process::Law;
use plimsoll::units::{
    Bandwidth, BytePrice, Bytes, ClassId, DatasetId, Money, PoolId, SimTime, SiteId, Span,
    StoragePrice,
};

const FAR: SiteId = SiteId(1);
const WEB: DatasetId = DatasetId(0);

/// A rule that keeps one kind for so many hours.
pub(super) fn keeps(kind: KeptKind, hours: u64, from: KeptFrom) -> RetentionRule {
    let kept = KeptFor {
        keep: Some(Span(hours * HOUR)),
        from,
    };
    RetentionRule {
        id: format!("keep-{}", kind.name()),
        of: [(kind, kept)].into(),
        proof: None,
        follows: false,
        reason: String::new(),
        controls: Vec::new(),
    }
}

/// A storage at a site at 73 thousandths for a GB-month: 3,600 GB there cost .36 an hour.
fn storage(site: SiteId) -> Storage {
    Storage {
        price: StoragePrice {
            micro: 73_000,
            bytes: GB,
        },
        ..Storage::bare("lake", site, Bandwidth(GB))
    }
}

/// 3,600 GB at home, and eight GPUs at the end of a line of 1 GB/s, in whose cache on a storage they lie for a time: so
/// staging takes an hour.
fn cached(rule: RetentionRule) -> Model {
    let mut pool = owned("far", 1, 8, Packing::Count);
    pool.site = FAR;
    let mut model = world(vec![pool], Placement::PrivateOnly);
    model.horizon = Horizon::At(SimTime(11 * HOUR));
    model.sites.push(Site {
        cache_on: Some(0),
        ..Site::bare("far")
    });
    wire(&mut model, line((0, 1), GB, 0));
    wire(&mut model, line((1, 0), GB, 0));
    model.network.storages = vec![storage(FAR)];
    model.datasets = vec![web(3_600, HOME)];
    model.classes = vec![Class {
        data: vec![WEB],
        ..Class::bare("reads", vec![PoolId(0)])
    }];
    model.retention.rules = vec![rule];
    model.retention.cached = [((WEB, FAR), 0)].into();
    model
}

/// Money in thousandths.
fn milli(amount: Money) -> i128 {
    let tick = Money::TICKS_PER_UNIT / 1_000;
    assert_eq!(amount.0 % tick, 0, "{amount:?}");
    amount.0 / tick
}

/// When what was deleted, in minutes; and what is posted for keeping is what the run says.
fn deleted(heard: &Everything) -> Vec<(u64, KeptKind)> {
    let kept = heard.postings.iter().filter(|p| p.item == Item::Storage);
    let posted: Money = kept.map(|posting| posting.amount).sum();
    assert_eq!(posted, heard.run.storage_cost);
    assert_eq!(heard.run.deletions, heard.deletions.len() as u64);
    assert_eq!(heard.run.deletions_proven, heard.proofs.len() as u64);
    let unproven = heard.deletions.iter().filter(|(_, of)| of.proof.is_none());
    assert_eq!(heard.run.deletions_unproven, unproven.count() as u64);
    let minutes = |&(at, of): &(SimTime, plimsoll::journal::Deletion)| (at.0 / MINUTE, of.kind);
    heard.deletions.iter().map(minutes).collect()
}

#[test]
fn a_copy_is_deleted_a_time_after_its_last_use_and_comes_again_when_it_is_read() {
    let rule = keeps(KeptKind::Copy, 2, KeptFrom::LastUse);
    // There at 1 h, read until 2 h, deleted at 4 h. The next job comes at 5 h: it comes again, for an hour; read until
    // 7 h, deleted at 9 h. 2 × 3 h × .36 = 2.16.
    let rows = [Row::of(0, 8, HOUR), Row::of(5 * HOUR, 8, HOUR)];
    let heard = run(&mut cached(rule), &rows);
    assert_eq!(
        deleted(&heard),
        [(240, KeptKind::Copy), (540, KeptKind::Copy)]
    );
    assert_eq!(started(&heard, 1), 6 * HOUR);
    assert_eq!(milli(heard.run.storage_cost), 2_160);
    // Both are proven at once: we run the site.
    assert_eq!(heard.proofs.len(), 2);
    assert_eq!(heard.run.kept_late, 0);
    // Used again at 3 h: it stays until 2 h after 4 h. 5 h × .36.
    let rule = keeps(KeptKind::Copy, 2, KeptFrom::LastUse);
    let rows = [Row::of(0, 8, HOUR), Row::of(3 * HOUR, 8, HOUR)];
    let heard = run(&mut cached(rule), &rows);
    assert_eq!(deleted(&heard), [(360, KeptKind::Copy)]);
    assert_eq!(started(&heard, 1), 3 * HOUR);
    assert_eq!(milli(heard.run.storage_cost), 1_800);
}

#[test]
fn what_is_read_when_its_time_is_over_goes_when_nobody_reads_it_and_nobody_new_begins_to() {
    // There at 1 h, due at 3 h, read until 6 h: kept 3 h too long. Who comes at 4 h finds GPUs but waits until the copy
    // is gone, and an hour more until it is back.
    let rule = keeps(KeptKind::Copy, 2, KeptFrom::Written);
    let rows = [Row::of(0, 4, 5 * HOUR), Row::of(4 * HOUR, 4, HOUR)];
    let heard = run(&mut cached(rule), &rows);
    assert_eq!(
        deleted(&heard),
        [(360, KeptKind::Copy), (540, KeptKind::Copy)]
    );
    assert_eq!(started(&heard, 1), 7 * HOUR);
    let late = 3_600 * u128::from(GB) * u128::from(3 * HOUR);
    assert_eq!(heard.run.kept_late, late);
    // 1 h to 6 h, 7 h to 9 h.
    assert_eq!(milli(heard.run.storage_cost), 7 * 360);
}

#[test]
fn what_no_rule_is_about_stays() {
    let mut model = cached(keeps(KeptKind::Copy, 2, KeptFrom::LastUse));
    model.retention.cached.clear();
    let heard = run(&mut model, &[Row::of(0, 8, HOUR)]);
    assert_eq!(deleted(&heard), []);
    assert_eq!(milli(heard.run.storage_cost), 3_600);
}

#[test]
fn who_does_not_prove_deletions_leaves_them_unproven() {
    let of = |says: &[bool], law: Option<Law>| {
        let mut model = cached(RetentionRule {
            proof: law,
            ..keeps(KeptKind::Copy, 2, KeptFrom::LastUse)
        });
        let place = &mut model.sites[1];
        place.kind = SiteKind::Gpuaas;
        place.provider = 7.into();
        let says = says
            .iter()
            .map(|&yes| (SheetItem::DeletionProof, AttributeValue::Flag(yes)));
        model.providers = vec![ProviderSheet {
            provider: 7.into(),
            name: "cloud".to_owned(),
            says: says.collect(),
            lapse: Vec::new(),
            lapsed: Vec::new(),
            availability: None,
        }];
        let heard = run(&mut model, &[Row::of(0, 8, HOUR)]);
        assert_eq!(deleted(&heard), [(240, KeptKind::Copy)]);
        let proofs = heard
            .proofs
            .iter()
            .map(|(at, _)| at.0 / HOUR)
            .collect::<Vec<_>>();
        (heard.run.deletions_unproven, proofs)
    };
    let law = Some(Law::Constant(3.0 * HOUR as f64));
    assert_eq!(of(&[], None), (1, vec![]));
    assert_eq!(of(&[false], law.clone()), (1, vec![]));
    // Deleted at 4 h.
    assert_eq!(of(&[true], law), (0, vec![7]));
    // A month is longer than the run.
    assert_eq!(of(&[true], None), (0, vec![]));
}

#[test]
fn a_copy_where_all_is_down_is_deleted_when_something_is_up_again() {
    let rule = keeps(KeptKind::Copy, 2, KeptFrom::LastUse);
    let mut model = cached(rule);
    model.pools[0].packing = Packing::Best;
    let mut world = timeline(&mut model, &[Row::of(0, 8, HOUR)]);
    // Due at 4 h, the only node is down from 3 h to 9 h.
    world.weather = vec![down(3 * HOUR, 0), up(9 * HOUR, 0)];
    Incident::put_in_order(&mut world.weather);
    let heard = play(&model, &world, 0);
    assert_eq!(deleted(&heard), [(540, KeptKind::Copy)]);
    assert_eq!(
        heard.run.kept_late,
        3_600 * u128::from(GB) * u128::from(5 * HOUR)
    );
    // 1 h to 9 h; if it is never up again, to the end at 11 h.
    assert_eq!(milli(heard.run.storage_cost), 8 * 360);
    world.weather.pop();
    let heard = play(&model, &world, 0);
    assert_eq!(deleted(&heard), []);
    assert_eq!(
        heard.run.kept_late,
        3_600 * u128::from(GB) * u128::from(7 * HOUR)
    );
    assert_eq!(milli(heard.run.storage_cost), 10 * 360);
}

#[test]
fn the_checkpoint_of_a_job_that_is_over_stays_as_long_as_a_rule_says() {
    // Written at 2.1 h, the job ends at 10.4 h; kept for three hours more, one unit an hour.
    let mut model = cluster();
    model.network.storages = vec![Storage {
        price: StoragePrice {
            micro: 1_000_000,
            bytes: GB,
        },
        ..Storage::bare("lake", HOME, Bandwidth(GB))
    }];
    model.classes[0].checkpoints_on = Some((0, Bytes(730 * GB)));
    model.horizon = Horizon::At(SimTime(48 * HOUR));
    let rows = [Row::of(0, 16, 10 * HOUR)];
    let heard = saves(&mut model, &rows, every(2, 6 * MINUTE), &[]);
    assert_eq!(milli(heard.run.storage_cost), 8_300);
    model.retention.rules = vec![keeps(KeptKind::Checkpoint, 3, KeptFrom::JobEnd)];
    let whose = Labelled::from(ClassId(0));
    model.retention.checkpoints = [((whose, 0, HOME), 0)].into();
    let heard = saves(&mut model, &rows, every(2, 6 * MINUTE), &[]);
    assert_eq!(deleted(&heard), [(13 * 60 + 24, KeptKind::Checkpoint)]);
    assert_eq!(milli(heard.run.storage_cost), 11_300);
    assert_eq!(milli(heard.run.kept_cost), 3_000);
    // Cut by the horizon it is of a job that is not over.
    model.horizon = Horizon::At(SimTime(10 * HOUR));
    let heard = saves(&mut model, &rows, every(2, 6 * MINUTE), &[]);
    assert_eq!(deleted(&heard), []);
    assert_eq!(milli(heard.run.storage_cost), 7_900);
}

/// As `cached`, with results of 3,600 GB that go home, to a storage there.
fn with_results(rules: Vec<RetentionRule>) -> Model {
    let mut model = cached(keeps(KeptKind::Copy, 2, KeptFrom::LastUse));
    model.network.storages[0].site = HOME;
    model.sites[1].cache_on = None;
    model.classes[0].results = Bytes(3_600 * GB);
    model.classes[0].results_to = Some(HOME);
    model.classes[0].results_on = Some(0);
    model.retention.cached.clear();
    if !rules.is_empty() {
        model.retention.results = [((Labelled::from(ClassId(0)), 0), 0)].into();
    }
    model.retention.rules = rules;
    model
}

#[test]
fn results_are_kept_where_they_came_home() {
    // Ready at 2 h, home at 3 h: eight hours to the end, three with a rule.
    let heard = run(&mut with_results(vec![]), &[Row::of(0, 8, HOUR)]);
    assert_eq!(milli(heard.run.storage_cost), 8 * 360);
    let rule = keeps(KeptKind::Results, 3, KeptFrom::Written);
    let heard = run(&mut with_results(vec![rule]), &[Row::of(0, 8, HOUR)]);
    assert_eq!(deleted(&heard), [(360, KeptKind::Results)]);
    assert_eq!(milli(heard.run.storage_cost), 3 * 360);
    assert_eq!(heard.run.kept_cost, heard.run.storage_cost);
    // Two jobs: 3 h to 6 h, and from 4 h (1 h of running, 2 h to 3 h, an hour of moving) to 7 h.
    let rule = keeps(KeptKind::Results, 3, KeptFrom::Written);
    let rows = [Row::of(0, 8, HOUR), Row::of(0, 8, HOUR)];
    let heard = run(&mut with_results(vec![rule]), &rows);
    assert_eq!(
        deleted(&heard),
        [(360, KeptKind::Results), (420, KeptKind::Results)]
    );
    assert_eq!(milli(heard.run.storage_cost), 6 * 360);
}

#[test]
fn a_data_set_that_is_deleted_takes_with_it_what_was_made_of_it() {
    // Results are home at 3 h. The data set goes after five hours, with it the results; its copy in the cache stays.
    let follows = RetentionRule {
        follows: true,
        ..keeps(KeptKind::Results, 9, KeptFrom::Written)
    };
    let mut model = with_results(vec![
        follows,
        keeps(KeptKind::Dataset, 5, KeptFrom::Written),
    ]);
    model.retention.homes = [((WEB, HOME), 1)].into();
    model.datasets[0].storage = BytePrice(73_000);
    let rows = [Row::of(0, 8, HOUR), Row::of(6 * HOUR, 8, HOUR)];
    let heard = run(&mut model, &rows);
    let both = [(300, KeptKind::Dataset), (300, KeptKind::Results)];
    assert_eq!(deleted(&heard), both);
    assert_eq!(heard.deletions[1].1.with, Some(WEB));
    // Five hours of the data set at its own price; results 3 h to 5 h, and of the second job 8 h to 11 h.
    assert_eq!(started(&heard, 1), 6 * HOUR);
    assert_eq!(milli(heard.run.storage_cost), (5 + 2 + 3) * 360);
    // Where they do not follow they stay.
    model.retention.rules[0].follows = false;
    let heard = run(&mut model, &rows);
    assert_eq!(deleted(&heard), [(300, KeptKind::Dataset)]);
    // Where no copy is left nobody can read it any more: for what a rule of retention deleted one waits for good.
    model.retention.rules[0].follows = true;
    model.retention.rules[0].of.insert(
        KeptKind::Copy,
        KeptFor {
            keep: None,
            from: KeptFrom::LastUse,
        },
    );
    model.retention.cached = [((WEB, FAR), 0)].into();
    let heard = run(&mut model, &rows);
    assert_eq!(deleted(&heard).len(), 3);
    assert_eq!(heard.jobs[1].start, None);
    assert_eq!(
        heard.jobs[1].waits[plimsoll::journal::Cause::Rule],
        5 * HOUR
    );
}

#[test]
fn what_a_transform_made_is_made_again_once_it_is_deleted() {
    // Made at 1 h, sent, read from 2 h to 3 h at the far end. Where it was made nobody reads it: it came at 1 h and goes
    // at 4 h. The cache keeps it: a job at 5 h reads that. A third, of a world without cache rules, is not sent for.
    let mut model = estate(RuleMode::Enforce, 0);
    model.datasets[MASKED.index()].storage = BytePrice(73_000);
    model.retention.rules = vec![
        keeps(KeptKind::Transformed, 3, KeptFrom::LastUse),
        keeps(KeptKind::Copy, 4, KeptFrom::LastUse),
    ];
    model.retention.copies = [(0, 0)].into();
    let rows = [Row::of(0, 8, HOUR), Row::of(5 * HOUR, 8, HOUR)];
    let heard = judge(&mut model, &rows, &[]);
    assert_eq!(deleted(&heard), [(240, KeptKind::Transformed)]);
    assert_eq!(started(&heard, 1), 5 * HOUR);
    // 1 h to 4 h at its own price.
    assert_eq!(milli(heard.run.storage_cost), 3 * 360);
    // With the copy gone at 7 h, a job at 10 h has it made again, for an hour, and sent for another: made at 11 h, to
    // 14 h; in the cache at 12 h, read to 13 h, gone at 17 h.
    model.retention.cached = [((MASKED, FAR), 1)].into();
    let rows = [Row::of(0, 8, HOUR), Row::of(10 * HOUR, 8, HOUR)];
    let heard = judge(&mut model, &rows, &[]);
    let expected = [
        (240, KeptKind::Transformed),
        (420, KeptKind::Copy),
        (840, KeptKind::Transformed),
        (1020, KeptKind::Copy),
    ];
    assert_eq!(deleted(&heard), expected);
    assert_eq!(started(&heard, 1), 12 * HOUR);
    assert_eq!(milli(heard.run.storage_cost), 6 * 360);
    assert_eq!(heard.run.transform_cost.0, 72 * Money::TICKS_PER_UNIT);
}
