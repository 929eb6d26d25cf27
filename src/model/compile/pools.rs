//! `[[pool]]`: capacity.

use std::collections::BTreeSet;

use crate::catalog::Tco;
use crate::model::{Packing, Pool, PriceLaw, Renewal, RentKind, SiteKind, Spread, Supply};
use crate::scenario::{
    OfferKind, OfferSpec, Origin, PackingKind, PoolSpec, Problem, ScenarioFile, SpreadKind,
};
use crate::units::SiteId;

use super::classes::ClassDraft;
use super::context::Context;
use super::contracts;
use super::gpus::GpuTable;
use super::moves;
use super::offers;
use super::orders;
use super::sites::Place;
use super::tco::Record;
use super::terms;

/// A pool with the speed of its GPU type.
pub(super) struct PoolDraft {
    pub(super) pool: Pool,
    /// Speed of its GPU type in ‰ of an H100.
    pub(super) relative: u32,
    /// The kind of its offer.
    pub(super) offer: OfferKind,
    /// What owning it costs, where that is its price.
    pub(super) tco: Option<Tco>,
    /// When its contract is renewed.
    pub(super) renewal: Option<Renewal>,
    /// How its price moves by itself.
    pub(super) moves: Option<PriceLaw>,
    /// The market that its offer names, and where.
    pub(super) market: Option<(String, Origin)>,
}

/// Most pools of a scenario.
const POOLS_MAX: usize = 60_000;
/// Most nodes of a pool: a slip of the hand otherwise costs gigabytes.
const NODES_MAX: u32 = 1_000_000;
/// Most nodes of all pools together.
const NODES_OF_ALL_MAX: u64 = 8_000_000;
/// Most GPUs of a node.
const GPUS_PER_NODE_MAX: u32 = 1_024;
/// What the indexes of nodes hold; with packing by count, there are none.
const PACKED_GPUS_PER_NODE_MAX: u32 = 127;

pub(super) fn read(
    context: &mut Context,
    file: &ScenarioFile,
    sites: &[Place],
    gpus: &GpuTable,
    records: &[Record],
) -> Vec<PoolDraft> {
    let mut drafts: Vec<PoolDraft> = Vec::new();
    let mut written = false;
    let mut taken = BTreeSet::new();
    for (spec, table) in file.pool.items() {
        written = true;
        if drafts.len() == POOLS_MAX {
            context.fault(table, "too many pools", format!("keep to {POOLS_MAX}"));
            break;
        }
        let name = context.name(&spec.name, table, "pool", &mut taken);
        let draft = pool(context, file, spec, table, sites, gpus, records);
        if let (Some(name), Some(draft)) = (name, draft) {
            drafts.push(PoolDraft {
                pool: Pool { name, ..draft.pool },
                ..draft
            });
        }
    }
    let nodes: u64 = drafts.iter().map(|draft| u64::from(draft.pool.nodes)).sum();
    if NODES_OF_ALL_MAX < nodes {
        let message = format!("{nodes} nodes in all pools together");
        let fix = format!("keep to {NODES_OF_ALL_MAX}");
        context.problems.push(Problem::new(message, fix));
    }
    if !written && file.pool.is_absent() {
        let fix = "add capacity: name, site, gpu, nodes, offer";
        context
            .problems
            .push(Problem::new("the scenario has no [[pool]]", fix));
    }
    drafts
}

fn pool(
    context: &mut Context,
    file: &ScenarioFile,
    spec: &PoolSpec,
    table: Origin,
    sites: &[Place],
    gpus: &GpuTable,
    records: &[Record],
) -> Option<PoolDraft> {
    let site = site(context, spec, table, sites);
    let gpu = context
        .required(&spec.gpu, table, "the gpu of a pool", "gpu = \"h200\"")
        .and_then(|(name, origin)| gpus.find(context, name, origin));
    let gpus_per_node = context.count(&spec.gpus_per_node, gpus_per_node_max(spec));
    let gpus_per_node = gpus_per_node.unwrap_or(8);
    let example = "offer = { kind = \"owned\", price = \"2.50 USD/GPU-h\" }";
    let offer = context.required(&spec.offer, table, "the offer of a pool", example);
    let (offer, offer_at) = offer?;
    let nodes = nodes(context, file, spec);
    let (site, (gpu, relative)) = (site?, gpu?);
    let label = spec.name.value().cloned().unwrap_or_default();
    let terms = offers::Terms {
        name: &label,
        gpu: &gpu,
        gpus_per_node,
        place: &sites[site.index()],
        epoch: super::run::read_epoch(file),
        records,
    };
    let kind_example = "kind = \"owned\" (or hosted, reserved, capacity-block, on-demand, spot)";
    let (&kind, kind_at) =
        context.required(&offer.kind, offer_at, "the kind of an offer", kind_example)?;
    check_site(context, kind, kind_at, terms.place);
    let (mut moves, mut tco) = (None, None);
    let renewal = contracts::renewal(context, offer, &terms, kind);
    let (supply, nodes) = match kind {
        OfferKind::Owned | OfferKind::Hosted | OfferKind::Reserved | OfferKind::CapacityBlock => {
            let what = "the number of nodes of an owned pool";
            context.required(&spec.nodes, table, what, "nodes = 32");
            let price = offers::owned(context, offer, offer_at, &terms, kind);
            let term = terms::read(context, offer, offer_at, &terms, kind, packing(spec));
            let (standing, term) = (price?, term.ok()?);
            let price = standing.hour;
            tco = standing.tco;
            (Supply::Owned { price, term }, nodes?)
        }
        OfferKind::OnDemand | OfferKind::Spot => {
            let kind = match kind {
                OfferKind::Spot => RentKind::Spot,
                _ => RentKind::OnDemand,
            };
            let (rented, instances) =
                offers::rented(context, offer, offer_at, &terms, nodes, kind)?;
            moves = moves::read(context, offer, &terms, kind, &rented.prices);
            (Supply::Rented(rented), instances)
        }
    };
    Some(PoolDraft {
        pool: Pool {
            name: String::new(),
            site,
            gpu,
            nodes,
            gpus_per_node,
            packing: packing(spec),
            spread: spread(spec),
            supply,
            speed: Vec::new(),
        },
        relative,
        offer: kind,
        tco,
        renewal,
        moves,
        market: market(offer),
    })
}

/// How many nodes; none only where phases bring some.
fn nodes(context: &mut Context, file: &ScenarioFile, spec: &PoolSpec) -> Option<u32> {
    let name = spec.name.value().map_or("", String::as_str);
    match spec.nodes.value() {
        Some(0) if orders::will_come(file, name) => Some(0),
        _ => context.count(&spec.nodes, NODES_MAX),
    }
}

fn site(context: &mut Context, spec: &PoolSpec, table: Origin, sites: &[Place]) -> Option<SiteId> {
    let (name, origin) = context.required(
        &spec.site,
        table,
        "the site of a pool",
        "site = \"dc-main\"",
    )?;
    let found = sites.iter().position(|place| place.site.name == *name);
    if found.is_none() {
        let known: Vec<&str> = sites.iter().map(|place| place.site.name.as_str()).collect();
        context.unknown(origin, "site", name, &known);
    }
    found.map(SiteId::from)
}

/// An offer must be of a kind that such a site can make.
fn check_site(context: &mut Context, kind: OfferKind, at: Origin, place: &Place) {
    let site = place.site.kind;
    let fits = match kind {
        OfferKind::Owned => site != SiteKind::Gpuaas,
        OfferKind::Hosted | OfferKind::Reserved | OfferKind::CapacityBlock => {
            matches!(site, SiteKind::Hosted | SiteKind::Gpuaas)
        }
        OfferKind::OnDemand | OfferKind::Spot => {
            matches!(site, SiteKind::Gpuaas | SiteKind::Hosted)
        }
    };
    if !fits {
        let name = &place.site.name;
        let fix = match kind {
            OfferKind::Owned => "what stands at a provider is hosted, reserved, on-demand or spot",
            OfferKind::Hosted | OfferKind::Reserved | OfferKind::CapacityBlock => {
                "on a site of your own write kind = \"owned\""
            }
            OfferKind::OnDemand | OfferKind::Spot => {
                "only a gpuaas or hosted site rents by the instance"
            }
        };
        let message = format!(
            "this offer contradicts site `{name}` of kind {}",
            site.name()
        );
        context.fault(at, message, fix);
    }
}

fn market(offer: &OfferSpec) -> Option<(String, Origin)> {
    let (name, origin) = offer.market.here()?;
    Some((name.clone(), origin))
}

fn gpus_per_node_max(spec: &PoolSpec) -> u32 {
    let kind = spec.offer.value().and_then(|offer| offer.kind.value());
    if packing(spec) == Packing::Count
        && !matches!(kind, Some(OfferKind::OnDemand | OfferKind::Spot))
    {
        GPUS_PER_NODE_MAX
    } else {
        PACKED_GPUS_PER_NODE_MAX
    }
}

fn packing(spec: &PoolSpec) -> Packing {
    match spec.packing.value() {
        Some(PackingKind::Count) => Packing::Count,
        Some(PackingKind::First) => Packing::First,
        Some(PackingKind::Best) | None => Packing::Best,
        Some(PackingKind::Consolidated) => Packing::Consolidated,
        Some(PackingKind::Fgd) => Packing::Fgd,
    }
}

fn spread(spec: &PoolSpec) -> Spread {
    match spec.spread.value() {
        Some(SpreadKind::Never) => Spread::Never,
        Some(SpreadKind::Remainder) | None => Spread::Remainder,
        Some(SpreadKind::Any) => Spread::Any,
    }
}

/// The GPU type on which run times were measured, with its speed in ‰ of an H100.
pub(super) fn reference(
    context: &mut Context,
    drafts: &[PoolDraft],
    gpus: &GpuTable,
    named: Option<&(String, Origin)>,
) -> Option<(String, u32)> {
    match named {
        Some((name, origin)) => gpus.find(context, name, *origin),
        None => drafts.first().map(|first| {
            let what = "scenario: reference_gpu";
            context.note_default(what, format!("{}, that of the first pool", first.pool.gpu));
            (first.pool.gpu.clone(), first.relative)
        }),
    }
}

/// How many GPUs of the reference type the owned pools are worth.
pub(super) fn owned_reference_gpus(drafts: &[PoolDraft], reference: Option<&(String, u32)>) -> f64 {
    let owned = drafts.iter().filter(|draft| !draft.pool.is_rented());
    let worth = |draft: &PoolDraft| draft.pool.gpus() as f64 * f64::from(draft.relative);
    reference.map_or(0.0, |(_, speed)| {
        owned.map(worth).sum::<f64>() / f64::from(*speed)
    })
}

/// Fills in the speed of every pool for every class, in ‰ of the reference GPU type.
pub(super) fn set_speeds(
    drafts: &mut [PoolDraft],
    classes: &[ClassDraft],
    reference: Option<&(String, u32)>,
) {
    let Some((reference, reference_speed)) = reference else {
        return;
    };
    for draft in drafts {
        let speed = |class: &ClassDraft| {
            let of = |gpu: &str, usual: u32| {
                let own = class.speed.iter().find(|(name, _)| name == gpu);
                u64::from(own.map_or(usual, |(_, speed)| *speed))
            };
            let here = of(&draft.pool.gpu, draft.relative);
            let there = of(reference, *reference_speed);
            // Rounded once: 1,000 thousandths of what it is, over how many times as long it takes.
            let (here, there) = match class.batch {
                Some(slowdown) => (here * 1000, there * u64::from(slowdown)),
                None => (here, there),
            };
            ((1000 * here + there / 2) / there).clamp(1, u64::from(u32::MAX)) as u32
        };
        draft.pool.speed = classes.iter().map(speed).collect();
    }
}
